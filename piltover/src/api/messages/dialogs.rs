use piltover_layers::{enums, functions, types};

use crate::api::App;
use crate::dispatch::{RpcError, State, Viewer};
use crate::handler;
use crate::render;

/// A page has at most so many dialogs.
const MAX_PAGE: u32 = 100;
/// `messages.getPeerDialogs` gives at most so many.
const MAX_PEERS: usize = 100;

/// <https://core.telegram.org/method/messages.getDialogs>
#[handler]
pub async fn get_dialogs(
    app: State<App>,
    viewer: Viewer,
    request: functions::messages::GetDialogs,
) -> Result<enums::messages::Dialogs, RpcError> {
    let limit = match request.folder_id.unwrap_or_default() {
        0 => u32::try_from(request.limit).unwrap_or_default().clamp(1, MAX_PAGE),
        // Nothing is ever archived here.
        1 => 0,
        _ => return Err(RpcError::bad_request("FOLDER_ID_INVALID")),
    };
    let page = app.store.dialogs(viewer.0, request.offset_id, request.offset_date, limit).await?;
    let (dialogs, history) = page;
    let is_whole = dialogs.len() as i64 == i64::from(history.count);
    let dialogs = dialogs.iter().map(render::dialog).collect();
    let messages = history.messages.iter().map(render::message).collect();
    let users = app.renderer.users(&history.users, app.now());
    let (chats, count) = (Vec::new(), if limit == 0 { 0 } else { history.count });
    Ok(match is_whole {
        true => types::messages::Dialogs { dialogs, messages, chats, users }.into(),
        false => types::messages::DialogsSlice { count, dialogs, messages, chats, users }.into(),
    })
}

/// <https://core.telegram.org/method/messages.getPeerDialogs>
#[handler]
pub async fn get_peer_dialogs(
    app: State<App>,
    viewer: Viewer,
    request: functions::messages::GetPeerDialogs,
) -> Result<enums::messages::PeerDialogs, RpcError> {
    if request.peers.len() > MAX_PEERS {
        return Err(RpcError::bad_request("PEERS_LIST_EMPTY"));
    }
    let mut peers = Vec::new();
    for input in &request.peers {
        match input {
            enums::InputDialogPeer::Peer(input) => peers.push(app.input_peer(viewer.0, &input.peer).await?),
            _ => return Err(RpcError::bad_request("FOLDER_ID_INVALID")),
        }
    }
    let (dialogs, history) = app.store.peer_dialogs(viewer.0, peers).await?;
    Ok(types::messages::PeerDialogs {
        dialogs: dialogs.iter().map(render::dialog).collect(),
        messages: history.messages.iter().map(render::message).collect(),
        chats: Vec::new(),
        users: app.renderer.users(&history.users, app.now()),
        state: app.state(viewer.0).await?,
    }
    .into())
}

/// <https://core.telegram.org/method/messages.getPinnedDialogs>
///
/// Nothing is ever pinned here; but clients ask when they start, and Pyrogram before 0.13 does not start without an answer.
#[handler]
pub async fn get_pinned_dialogs(
    app: State<App>,
    viewer: Viewer,
    request: functions::messages::GetPinnedDialogs,
) -> Result<enums::messages::PeerDialogs, RpcError> {
    if !matches!(request.folder_id, 0 | 1) {
        return Err(RpcError::bad_request("FOLDER_ID_INVALID"));
    }
    let state = app.state(viewer.0).await?;
    Ok(types::messages::PeerDialogs { state, ..Default::default() }.into())
}
