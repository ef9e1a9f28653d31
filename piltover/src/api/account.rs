//! `account.*`: what users set about themselves.

use piltover_layers::{enums, functions};

use super::{App, origin};
use crate::dispatch::{Context, RpcError, State, Viewer};
use crate::handler;
use crate::model::UserView;
use crate::store::UsernameChange;

/// Seconds for which a user is online after saying so.
const ONLINE: i32 = 300;

/// <https://core.telegram.org/method/account.updateStatus>
#[handler]
pub async fn update_status(
    app: State<App>,
    context: Context,
    viewer: Viewer,
    request: functions::account::UpdateStatus,
) -> Result<bool, RpcError> {
    let now = app.now();
    let online_until = if request.offline { now } else { now.saturating_add(ONLINE) };
    app.store.set_online(viewer.0, online_until, origin(&context), now).await?;
    Ok(true)
}

/// Whether a username is one: 5 to 32 letters, digits and underscores, a letter first, no underscore last.
pub(super) fn is_username(username: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (5..=32).contains(&username.len())
        && username.chars().all(is_allowed)
        && username.starts_with(|c: char| c.is_ascii_alphabetic())
        && !username.ends_with('_')
        && !username.contains("__")
}

/// <https://core.telegram.org/method/account.checkUsername>
#[handler]
pub async fn check_username(
    app: State<App>,
    _: Viewer,
    request: functions::account::CheckUsername,
) -> Result<bool, RpcError> {
    if !is_username(&request.username) {
        return Err(RpcError::bad_request("USERNAME_INVALID"));
    }
    Ok(app.store.is_username_free(request.username).await?)
}

/// <https://core.telegram.org/method/account.updateUsername>
#[handler]
pub async fn update_username(
    app: State<App>,
    context: Context,
    viewer: Viewer,
    request: functions::account::UpdateUsername,
) -> Result<enums::User, RpcError> {
    let username = Some(request.username).filter(|username| !username.is_empty());
    if username.as_deref().is_some_and(|username| !is_username(username)) {
        return Err(RpcError::bad_request("USERNAME_INVALID"));
    }
    let now = app.now();
    match app.store.set_username(viewer.0, username, origin(&context), now).await? {
        UsernameChange::Done(user) => {
            Ok(app.renderer.user(&UserView { viewer: viewer.0, user, contact: None }, now))
        }
        UsernameChange::NotModified => Err(RpcError::bad_request("USERNAME_NOT_MODIFIED")),
        UsernameChange::Occupied => Err(RpcError::bad_request("USERNAME_OCCUPIED")),
    }
}

#[cfg(test)]
mod tests {
    use super::is_username;

    #[test]
    fn usernames_are_checked() {
        for good in ["alice", "Alice_42", "a1234", &"a".repeat(32)] {
            assert!(is_username(good), "{good}");
        }
        for bad in ["", "bob", "1alice", "_alice", "alice_", "al__ice", "al ice", "älice", &"a".repeat(33)] {
            assert!(!is_username(bad), "{bad}");
        }
    }
}
