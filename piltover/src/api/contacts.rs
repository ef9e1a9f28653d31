//! `contacts.*`: whom a user knows, and how to find others.
//!
//! <https://core.telegram.org/api/contacts>

use piltover_layers::{enums, functions, types};

use super::App;
use crate::dispatch::{RpcError, State, Viewer};
use crate::handler;
use crate::model::{NewContact, UserView, normal_phone};
use crate::render;

/// <https://core.telegram.org/method/contacts.importContacts>
#[handler]
pub async fn import_contacts(
    app: State<App>,
    viewer: Viewer,
    request: functions::contacts::ImportContacts,
) -> Result<enums::contacts::ImportedContacts, RpcError> {
    let contact = |contact: enums::InputContact| {
        let enums::InputContact::InputPhoneContact(contact) = contact;
        NewContact {
            client_id: contact.client_id,
            phone: normal_phone(&contact.phone),
            first_name: contact.first_name,
            last_name: contact.last_name,
        }
    };
    let contacts = request.contacts.into_iter().map(contact).collect();
    let imported = app.store.import_contacts(viewer.0, contacts).await?;
    let entry = |(client_id, user_id)| types::ImportedContact { user_id, client_id }.into();
    Ok(types::contacts::ImportedContacts {
        imported: imported.found.into_iter().map(entry).collect(),
        popular_invites: Vec::new(),
        retry_contacts: Vec::new(),
        users: app.renderer.users(&imported.users, app.now()),
    }
    .into())
}

/// <https://core.telegram.org/method/contacts.getContacts>
#[handler]
pub async fn get_contacts(
    app: State<App>,
    viewer: Viewer,
    request: functions::contacts::GetContacts,
) -> Result<enums::contacts::Contacts, RpcError> {
    let views = app.store.contacts(viewer.0).await?;
    if request.hash != 0 && request.hash == list_hash(&views) {
        return Ok(enums::contacts::Contacts::NotModified);
    }
    let contact = |view: &UserView| {
        let mutual = view.contact.as_ref().is_some_and(|contact| contact.is_mutual);
        types::Contact { user_id: view.user.id, mutual }.into()
    };
    Ok(types::contacts::Contacts {
        contacts: views.iter().map(contact).collect(),
        saved_count: i32::try_from(views.len()).unwrap_or(i32::MAX),
        users: app.renderer.users(&views, app.now()),
    }
    .into())
}

/// The hash of a list of contacts: of their number and their ids, in order.
///
/// <https://core.telegram.org/api/offsets#hash-generation>
fn list_hash(contacts: &[UserView]) -> i64 {
    let ids = contacts.iter().map(|view| view.user.id as u64);
    let hash = std::iter::once(contacts.len() as u64).chain(ids).fold(0u64, |hash, id| {
        let mut hash = hash;
        hash ^= hash >> 21;
        hash ^= hash << 35;
        hash ^= hash >> 4;
        hash.wrapping_add(id)
    });
    hash as i64
}

fn resolved(app: &App, view: UserView) -> enums::contacts::ResolvedPeer {
    types::contacts::ResolvedPeer {
        peer: render::peer(view.user.id),
        chats: Vec::new(),
        users: app.renderer.users(&[view], app.now()),
    }
    .into()
}

/// <https://core.telegram.org/method/contacts.resolveUsername>
#[handler]
pub async fn resolve_username(
    app: State<App>,
    viewer: Viewer,
    request: functions::contacts::ResolveUsername,
) -> Result<enums::contacts::ResolvedPeer, RpcError> {
    if !super::account::is_username(&request.username) {
        return Err(RpcError::bad_request("USERNAME_INVALID"));
    }
    let view = app.store.user_by_username(viewer.0, request.username).await?;
    let view = view.ok_or_else(|| RpcError::bad_request("USERNAME_NOT_OCCUPIED"))?;
    Ok(resolved(&app, view))
}

/// <https://core.telegram.org/method/contacts.resolvePhone>
#[handler]
pub async fn resolve_phone(
    app: State<App>,
    viewer: Viewer,
    request: functions::contacts::ResolvePhone,
) -> Result<enums::contacts::ResolvedPeer, RpcError> {
    let not_occupied = || RpcError::bad_request("PHONE_NOT_OCCUPIED");
    let user = app.store.user_by_phone(normal_phone(&request.phone)).await?.ok_or_else(not_occupied)?;
    let view = app.store.users(viewer.0, vec![user.id]).await?.pop().ok_or_else(not_occupied)?;
    Ok(resolved(&app, view))
}
