use piltover_layers::{enums, functions, types};

use crate::api::{App, origin};
use crate::dispatch::{Context, RpcError, State, Viewer};
use crate::handler;
use crate::render;
use crate::store::{DialogPage, Dialogs, NotPinned};

/// A page has at most so many dialogs.
const MAX_PAGE: u32 = 100;
/// `messages.getPeerDialogs` gives at most so many.
const MAX_PEERS: usize = 100;
/// So many dialogs may be pinned in the main list.
///
/// <https://core.telegram.org/api/config#dialogs-pinned-limit-default>
const MAX_PINNED: usize = 5;

/// Which list of dialogs is meant.
enum Folder {
    Main,
    /// Nothing is ever archived here.
    Archive,
}

fn folder(id: i32) -> Result<Folder, RpcError> {
    match id {
        0 => Ok(Folder::Main),
        1 => Ok(Folder::Archive),
        _ => Err(RpcError::bad_request("FOLDER_ID_INVALID")),
    }
}

/// <https://core.telegram.org/method/messages.getDialogs>
#[handler]
pub async fn get_dialogs(
    app: State<App>,
    viewer: Viewer,
    request: functions::messages::GetDialogs,
) -> Result<enums::messages::Dialogs, RpcError> {
    let limit = match folder(request.folder_id.unwrap_or_default())? {
        Folder::Main => u32::try_from(request.limit).unwrap_or_default().clamp(1, MAX_PAGE),
        Folder::Archive => 0,
    };
    let page = DialogPage {
        below: request.offset_id,
        before: request.offset_date,
        limit,
        exclude_pinned: request.exclude_pinned,
    };
    let (dialogs, history) = app.store.dialogs(viewer.0, page).await?;
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
    let peers = app.input_dialogs(viewer.0, &request.peers).await?;
    Ok(app.peer_dialogs(app.store.peer_dialogs(viewer.0, peers).await?))
}

/// <https://core.telegram.org/method/messages.getPinnedDialogs>
#[handler]
pub async fn get_pinned_dialogs(
    app: State<App>,
    viewer: Viewer,
    request: functions::messages::GetPinnedDialogs,
) -> Result<enums::messages::PeerDialogs, RpcError> {
    Ok(app.peer_dialogs(match folder(request.folder_id)? {
        Folder::Main => app.store.pinned_dialogs(viewer.0).await?,
        Folder::Archive => app.store.peer_dialogs(viewer.0, Vec::new()).await?,
    }))
}

/// <https://core.telegram.org/method/messages.toggleDialogPin>
#[handler]
pub async fn toggle_dialog_pin(
    app: State<App>,
    viewer: Viewer,
    context: Context,
    request: functions::messages::ToggleDialogPin,
) -> Result<bool, RpcError> {
    let peer = app.input_dialog(viewer.0, &request.peer).await?;
    let (pinned, origin, now) = (request.pinned, origin(&context), app.now());
    let result = app.store.pin_dialog(viewer.0, peer, pinned, MAX_PINNED, origin, now).await?;
    result.map(|()| true).map_err(not_pinned)
}

/// <https://core.telegram.org/method/messages.reorderPinnedDialogs>
#[handler]
pub async fn reorder_pinned_dialogs(
    app: State<App>,
    viewer: Viewer,
    context: Context,
    request: functions::messages::ReorderPinnedDialogs,
) -> Result<bool, RpcError> {
    if request.order.len() > MAX_PEERS {
        return Err(not_pinned(NotPinned::TooMany));
    }
    let order = app.input_dialogs(viewer.0, &request.order).await?;
    match folder(request.folder_id)? {
        Folder::Main => {}
        Folder::Archive if order.is_empty() => return Ok(true),
        Folder::Archive => return Err(RpcError::bad_request("PEER_ID_INVALID")),
    }
    let (force, origin, now) = (request.force, origin(&context), app.now());
    let result = app.store.arrange_pinned(viewer.0, order, force, MAX_PINNED, origin, now).await?;
    result.map(|()| true).map_err(not_pinned)
}

fn not_pinned(why: NotPinned) -> RpcError {
    RpcError::bad_request(match why {
        NotPinned::Empty => "PEER_HISTORY_EMPTY",
        NotPinned::TooMany => "PINNED_DIALOGS_TOO_MUCH",
    })
}

impl App {
    /// The user whose dialog is meant: there are no folders and communities here.
    async fn input_dialog(&self, viewer: i64, input: &enums::InputDialogPeer) -> Result<i64, RpcError> {
        match input {
            enums::InputDialogPeer::Peer(input) => self.input_peer(viewer, &input.peer).await,
            _ => Err(RpcError::bad_request("FOLDER_ID_INVALID")),
        }
    }

    async fn input_dialogs(
        &self,
        viewer: i64,
        inputs: &[enums::InputDialogPeer],
    ) -> Result<Vec<i64>, RpcError> {
        let mut peers = Vec::with_capacity(inputs.len());
        for input in inputs {
            peers.push(self.input_dialog(viewer, input).await?);
        }
        Ok(peers)
    }

    fn peer_dialogs(&self, found: (Dialogs, (i32, i32))) -> enums::messages::PeerDialogs {
        let ((dialogs, history), (pts, unread)) = found;
        types::messages::PeerDialogs {
            dialogs: dialogs.iter().map(render::dialog).collect(),
            messages: history.messages.iter().map(render::message).collect(),
            chats: Vec::new(),
            users: self.renderer.users(&history.users, self.now()),
            state: self.state_at(pts, unread),
        }
        .into()
    }
}
