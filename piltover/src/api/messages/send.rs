use piltover_layers::{Encode, NEWEST, enums, functions, types};

use crate::api::{App, origin};
use crate::dispatch::{Context, RpcError, State, Viewer};
use crate::handler;
use crate::model::{Change, Draft, Event};
use crate::render;

/// The error for a part of a request that this server has not, rather than to leave it out in silence.
fn unsupported(is_asked: bool, field: &'static str) -> Result<(), RpcError> {
    match is_asked {
        true => Err(RpcError::bad_request(format!("FIELD_NOT_SUPPORTED: {field}"))),
        false => Ok(()),
    }
}

/// The message in the same dialog that is replied to.
fn replied(reply_to: Option<enums::InputReplyTo>) -> Result<Option<i32>, RpcError> {
    match reply_to {
        None => Ok(None),
        Some(enums::InputReplyTo::Message(reply)) => {
            unsupported(reply.quote_text.is_some(), "reply_to.quote_text")?;
            unsupported(reply.reply_to_peer_id.is_some(), "reply_to.reply_to_peer_id")?;
            Ok(Some(reply.reply_to_msg_id))
        }
        Some(_) => Err(RpcError::bad_request("REPLY_TO_INVALID")),
    }
}

/// <https://core.telegram.org/method/messages.sendMessage>
#[handler]
pub async fn send_message(
    app: State<App>,
    context: Context,
    viewer: Viewer,
    request: functions::messages::SendMessage,
) -> Result<enums::Updates, RpcError> {
    unsupported(request.schedule_date.is_some(), "schedule_date")?;
    unsupported(request.quick_reply_shortcut.is_some(), "quick_reply_shortcut")?;
    unsupported(request.suggested_post.is_some(), "suggested_post")?;
    unsupported(request.rich_message.is_some(), "rich_message")?;
    unsupported(request.effect.is_some(), "effect")?;
    let peer = app.input_peer(viewer.0, &request.peer).await?;
    if let Some(send_as) = &request.send_as
        && app.input_peer(viewer.0, send_as).await? != viewer.0
    {
        return Err(RpcError::bad_request("SEND_AS_PEER_INVALID"));
    }
    let reply_to = replied(request.reply_to)?;
    let entities = request.entities.unwrap_or_default();
    let entities = app.checked_text(viewer.0, &request.message, entities).await?;
    let (random_id, date) = (request.random_id, app.now());
    let draft = Draft {
        sender: viewer.0,
        peer,
        text: request.message,
        entities,
        reply_to,
        random_id,
        silent: request.silent,
        date,
    };
    let sent = app.store.send_message(draft, origin(&context)).await?;
    let sent = sent.ok_or_else(|| RpcError::bad_request("PEER_ID_INVALID"))?;
    let updates = vec![
        types::UpdateMessageId { id: sent.message.id, random_id }.into(),
        types::UpdateNewMessage { message: render::message(&sent.message), pts: sent.pts, pts_count: 1 }
            .into(),
    ];
    Ok(render::updates(updates, app.renderer.users(&sent.users, date), sent.message.date))
}

/// <https://core.telegram.org/method/messages.setTyping>
#[handler]
pub async fn set_typing(
    app: State<App>,
    viewer: Viewer,
    request: functions::messages::SetTyping,
) -> Result<bool, RpcError> {
    let peer = app.input_peer(viewer.0, &request.peer).await?;
    // Nobody watches himself type.
    if peer != viewer.0 {
        let action = request.action.to_bytes(NEWEST).map_err(|_| RpcError::bad_request("ACTION_INVALID"))?;
        let users = app.store.users(peer, vec![viewer.0]).await?;
        let change = Change::Typing { user_id: viewer.0, action };
        app.store.announce(vec![Event { owner: peer, origin: None, change, date: app.now(), users }]);
    }
    Ok(true)
}
