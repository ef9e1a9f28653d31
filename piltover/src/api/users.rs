//! `users.*`: users, in short and in full.

use piltover_layers::{enums, functions, types};

use super::App;
use crate::dispatch::{RpcError, State, Viewer};
use crate::handler;

/// <https://core.telegram.org/method/users.getUsers>
#[handler]
pub async fn get_users(
    app: State<App>,
    viewer: Viewer,
    request: functions::users::GetUsers,
) -> Result<Vec<enums::User>, RpcError> {
    let mut ids = Vec::new();
    for input in &request.id {
        ids.push(app.input_user(viewer.0, input).await?);
    }
    let views = app.store.users(viewer.0, ids.iter().flatten().copied().collect()).await?;
    let now = app.now();
    let user = |id: Option<i64>| match views.iter().find(|view| Some(view.user.id) == id) {
        Some(view) => app.renderer.user(view, now),
        None => types::UserEmpty { id: id.unwrap_or_default() }.into(),
    };
    Ok(ids.into_iter().map(user).collect())
}

/// <https://core.telegram.org/method/users.getFullUser>
#[handler]
pub async fn get_full_user(
    app: State<App>,
    viewer: Viewer,
    request: functions::users::GetFullUser,
) -> Result<enums::users::UserFull, RpcError> {
    let invalid = || RpcError::bad_request("USER_ID_INVALID");
    let id = app.input_user(viewer.0, &request.id).await?.ok_or_else(invalid)?;
    let views = app.store.users(viewer.0, vec![id]).await?;
    let view = views.first().ok_or_else(invalid)?;
    let is_self = id == viewer.0;
    let settings = types::PeerSettings {
        add_contact: !is_self && view.contact.is_none(),
        block_contact: !is_self && view.contact.is_none(),
        ..types::PeerSettings::default()
    };
    let full_user = types::UserFull {
        can_pin_message: true,
        id,
        about: view.user.about.clone(),
        settings: settings.into(),
        notify_settings: types::PeerNotifySettings::default().into(),
        ..types::UserFull::default()
    };
    let users = app.renderer.users(&views, app.now());
    Ok(types::users::UserFull { full_user: full_user.into(), chats: Vec::new(), users }.into())
}
