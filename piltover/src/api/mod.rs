//! The methods of the API, a module for each TL namespace; a method's handler has its name.
//!
//! <https://core.telegram.org/methods>

mod account;
mod auth;
mod binding;
mod contacts;
mod help;
mod messages;
mod peers;
mod text;
mod updates;
mod users;

use std::sync::Arc;

use crate::clock::Source;
use crate::dispatch::{Context, Router, RpcError};
use crate::model::Origin;
use crate::render::Renderer;
use crate::session::{Key, Registry};
use crate::store::{Store, StoreError};

/// What the handlers of the API work with.
#[derive(Debug, Clone)]
pub struct App {
    /// The state.
    pub store: Store,
    /// The live sessions.
    pub registry: Arc<Registry>,
    /// How the model is shown.
    pub renderer: Renderer,
    /// The time, and randomness.
    pub source: Arc<dyn Source>,
    /// What the server's owner has set.
    pub settings: Settings,
}

/// What the server's owner sets.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The login code of everybody; random and logged, if none.
    pub code: Option<String>,
    /// The host or address that `help.getConfig` tells clients to connect to.
    pub public_host: String,
    /// The port to it.
    pub public_port: u16,
    /// The one data centre that the server is; none: whichever a client believes in.
    pub dc: Option<i32>,
}

impl App {
    /// The present, in Unix seconds.
    #[must_use]
    pub fn now(&self) -> i32 {
        self.source.now().date()
    }
}

impl From<StoreError> for RpcError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the state cannot be read or changed");
        Self::internal()
    }
}

/// The session that a request came from.
fn origin(context: &Context) -> Origin {
    Origin { key_id: context.session().key().auth().id(), session_id: context.session().id() }
}

/// The key that sign-ins of a session belong to.
fn account(context: &Context) -> Result<Arc<Key>, RpcError> {
    context.session().key().account().ok_or_else(|| RpcError::new(401, "AUTH_KEY_PERM_EMPTY"))
}

/// The handlers of all methods that this server has.
#[must_use]
pub fn router(app: App) -> Router {
    Router::new()
        .with(app)
        .on(account::check_username)
        .on(account::update_status)
        .on(account::update_username)
        .on(binding::bind_temp_auth_key)
        .on(auth::cancel_code)
        .on(binding::export_authorization)
        .on(binding::import_authorization)
        .on(auth::log_out)
        .on(auth::resend_code)
        .on(auth::send_code)
        .on(auth::sign_in)
        .on(auth::sign_up)
        .on(contacts::get_contacts)
        .on(contacts::import_contacts)
        .on(contacts::resolve_phone)
        .on(contacts::resolve_username)
        .on(help::get_app_config)
        .on(help::get_config)
        .on(help::get_nearest_dc)
        .on(messages::get_dialogs)
        .on(messages::get_history)
        .on(messages::get_messages)
        .on(messages::get_peer_dialogs)
        .on(messages::get_pinned_dialogs)
        .on(messages::read_history)
        .on(messages::send_message)
        .on(messages::set_typing)
        .on(updates::get_difference)
        .on(updates::get_state)
        .on(users::get_full_user)
        .on(users::get_users)
}
