//! `updates.*`: what changed while a client was away.
//!
//! <https://core.telegram.org/api/updates>

use piltover_layers::{enums, functions, types};

use super::App;
use crate::dispatch::{RpcError, State, Viewer};
use crate::handler;
use crate::model::Logged;
use crate::render;

/// A difference has at most so many changes; clients ask again for the rest.
const MAX_CHANGES: u32 = 1000;

impl App {
    /// The state of a user's box.
    pub(super) async fn state(&self, viewer: i64) -> Result<enums::updates::State, RpcError> {
        let (pts, unread_count) = self.store.box_state(viewer).await?;
        Ok(self.state_at(pts, unread_count))
    }

    /// There are no secret chats (qts) here, and nothing that needs an order beyond pts (seq).
    pub(super) fn state_at(&self, pts: i32, unread_count: i32) -> enums::updates::State {
        types::updates::State { pts, qts: 0, date: self.now(), seq: 0, unread_count }.into()
    }
}

/// <https://core.telegram.org/method/updates.getState>
#[handler]
pub async fn get_state(
    app: State<App>,
    viewer: Viewer,
    _: functions::updates::GetState,
) -> Result<enums::updates::State, RpcError> {
    app.state(viewer.0).await
}

/// <https://core.telegram.org/method/updates.getDifference>
#[handler]
pub async fn get_difference(
    app: State<App>,
    viewer: Viewer,
    request: functions::updates::GetDifference,
) -> Result<enums::updates::Difference, RpcError> {
    if request.pts < 0 {
        return Err(RpcError::bad_request("PERSISTENT_TIMESTAMP_INVALID"));
    }
    let limit = request.pts_limit.and_then(|limit| u32::try_from(limit).ok());
    let limit = limit.filter(|limit| *limit > 0).unwrap_or(MAX_CHANGES).min(MAX_CHANGES);
    let difference = app.store.difference(viewer.0, request.pts, limit).await?;
    let missed = i64::from(difference.pts) - i64::from(request.pts);
    let is_too_long = request.pts_total_limit.is_some_and(|total| i64::from(total) < missed);
    if missed < 0 || is_too_long {
        // A pts that never was comes from another server, or from before this one lost its state.
        return Ok(types::updates::DifferenceTooLong { pts: difference.pts }.into());
    }
    let Some((_, last)) = difference.changes.last() else {
        return Ok(types::updates::DifferenceEmpty { date: app.now(), seq: 0 }.into());
    };
    let state = app.state_at(*last, difference.unread);
    let mut new_messages = Vec::new();
    let mut other_updates = Vec::new();
    for (change, pts) in &difference.changes {
        match change {
            Logged::NewMessage(message) => new_messages.push(render::message(message)),
            other => other_updates.push(render::logged(other, *pts)),
        }
    }
    let users = app.renderer.users(&difference.users, app.now());
    let (new_encrypted_messages, chats) = (Vec::new(), Vec::new());
    Ok(match difference.is_slice {
        true => types::updates::DifferenceSlice {
            new_messages,
            new_encrypted_messages,
            other_updates,
            chats,
            users,
            intermediate_state: state,
        }
        .into(),
        false => types::updates::Difference {
            new_messages,
            new_encrypted_messages,
            other_updates,
            chats,
            users,
            state,
        }
        .into(),
    })
}
