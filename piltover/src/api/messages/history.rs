use piltover_layers::{enums, functions, types};

use crate::api::{App, origin};
use crate::dispatch::{Context, RpcError, State, Viewer};
use crate::handler;
use crate::model::Page;
use crate::render;
use crate::store::MessageRef;

/// A page has at most so many messages.
const MAX_PAGE: i32 = 100;
/// `messages.getMessages` gives at most so many.
const MAX_MESSAGES: usize = 200;

/// <https://core.telegram.org/method/messages.getHistory>
#[handler]
pub async fn get_history(
    app: State<App>,
    context: Context,
    viewer: Viewer,
    request: functions::messages::GetHistory,
) -> Result<enums::messages::Messages, RpcError> {
    let peer = app.input_peer(viewer.0, &request.peer).await?;
    let page = Page {
        offset_id: request.offset_id,
        offset_date: request.offset_date,
        add_offset: request.add_offset,
        limit: request.limit.clamp(0, MAX_PAGE),
        max_id: highest(request.max_id, context.range()),
        min_id: lowest(request.min_id, context.range()),
    };
    let history = app.store.history(viewer.0, peer, page).await?;
    let messages: Vec<_> = history.messages.iter().map(render::message).collect();
    let users = app.renderer.users(&history.users, app.now());
    let (topics, chats) = (Vec::new(), Vec::new());
    if messages.len() as i64 == i64::from(history.count) {
        return Ok(types::messages::Messages { messages, topics, chats, users }.into());
    }
    Ok(types::messages::MessagesSlice {
        count: history.count,
        messages,
        topics,
        chats,
        users,
        ..types::messages::MessagesSlice::default()
    }
    .into())
}

/// The exclusive bounds of a request within the inclusive ones of `invokeWithMessagesRange`; 0 is none.
fn lowest(min_id: i32, range: Option<(i32, i32)>) -> i32 {
    range.map_or(min_id, |(first, _)| min_id.max(first.saturating_sub(1)))
}

fn highest(max_id: i32, range: Option<(i32, i32)>) -> i32 {
    let Some((_, last)) = range else { return max_id };
    let end = last.saturating_add(1).max(1);
    if max_id > 0 { max_id.min(end) } else { end }
}

/// <https://core.telegram.org/method/messages.getMessages>
#[handler]
pub async fn get_messages(
    app: State<App>,
    viewer: Viewer,
    request: functions::messages::GetMessages,
) -> Result<enums::messages::Messages, RpcError> {
    if request.id.len() > MAX_MESSAGES {
        return Err(RpcError::bad_request("LIMIT_INVALID"));
    }
    let wanted = |input: &enums::InputMessage| match input {
        enums::InputMessage::Id(input) => Ok(MessageRef::Id(input.id)),
        enums::InputMessage::ReplyTo(input) => Ok(MessageRef::RepliedToBy(input.id)),
        // Nothing is ever pinned here, and there are no bots whose queries could be meant.
        _ => Err(RpcError::bad_request("MESSAGE_IDS_EMPTY")),
    };
    let wanted = request.id.iter().map(wanted).collect::<Result<Vec<_>, _>>()?;
    let (messages, users) = app.store.messages(viewer.0, wanted.clone()).await?;
    let message = |(found, wanted): (&Option<_>, &MessageRef)| match (found, wanted) {
        (Some(found), _) => render::message(found),
        (None, MessageRef::Id(id) | MessageRef::RepliedToBy(id)) => render::no_message(*id),
    };
    Ok(types::messages::Messages {
        messages: messages.iter().zip(&wanted).map(message).collect(),
        topics: Vec::new(),
        chats: Vec::new(),
        users: app.renderer.users(&users, app.now()),
    }
    .into())
}

/// <https://core.telegram.org/method/messages.readHistory>
#[handler]
pub async fn read_history(
    app: State<App>,
    context: Context,
    viewer: Viewer,
    request: functions::messages::ReadHistory,
) -> Result<enums::messages::AffectedMessages, RpcError> {
    let peer = app.input_peer(viewer.0, &request.peer).await?;
    let read = app.store.read_history(viewer.0, peer, request.max_id, origin(&context), app.now()).await?;
    Ok(types::messages::AffectedMessages { pts: read.pts, pts_count: read.pts_count }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_confines_what_is_asked_for() {
        assert_eq!((lowest(0, None), highest(0, None)), (0, 0));
        assert_eq!((lowest(0, Some((3, 7))), highest(0, Some((3, 7)))), (2, 8));
        assert_eq!((lowest(5, Some((3, 7))), highest(6, Some((3, 7)))), (5, 6));
        assert_eq!((lowest(-1, Some((i32::MIN, i32::MAX))), highest(0, Some((0, i32::MAX)))), (-1, i32::MAX));
    }
}
