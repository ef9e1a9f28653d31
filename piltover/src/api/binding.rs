//! What carries a sign-in from one key to another: temporary keys, and other data centres.

use piltover_layers::mtproto::{enums as mtproto, types as mtproto_types};
use piltover_layers::{decode_exact, enums, functions, types};

use super::App;
use super::help::DCS;
use crate::crypto::{decrypt_binding, equal};
use crate::dispatch::{Context, RpcError, State, Viewer};
use crate::handler;
use crate::rules::{self, Refusal};

/// Seconds for which an exported sign-in is good.
const EXPORT_LIFETIME: i64 = 60;

/// <https://core.telegram.org/method/auth.bindTempAuthKey>
#[handler]
pub async fn bind_temp_auth_key(
    app: State<App>,
    context: Context,
    request: functions::auth::BindTempAuthKey,
) -> Result<bool, RpcError> {
    let (session, now) = (context.session(), app.source.now());
    let temporary = session.key();
    let expires_at = temporary.expires_at().ok_or_else(|| RpcError::bad_request("TEMP_AUTH_KEY_EMPTY"))?;
    let told = i64::from(request.expires_at);
    // Clients measure from the answer of the key exchange, and a little later than the server.
    if told <= now.seconds() || told > expires_at.saturating_add(EXPIRY_SLACK) {
        return Err(RpcError::bad_request("EXPIRES_AT_INVALID"));
    }
    let refuse = |expected: &'static str, got: &'static str| {
        Refusal::new(&rules::BIND, expected, got).log(0, session.id(), context.msg_id());
        RpcError::bad_request("ENCRYPTED_MESSAGE_INVALID")
    };
    let permanent_id = request.perm_auth_key_id;
    if temporary.permanent().is_some_and(|bound| bound.auth().id() != permanent_id) {
        return Err(RpcError::bad_request("TEMP_AUTH_KEY_ALREADY_ASSIGNED"));
    }
    let permanent = match app.registry.key(permanent_id) {
        Some(key) => Some(key),
        None => {
            let record = app.store.key(permanent_id).await?;
            record.map(|record| app.registry.adopt(crate::session::Key::new(record)))
        }
    };
    let permanent = permanent.filter(|key| key.expires_at().is_none());
    let permanent = permanent.ok_or_else(|| refuse("a permanent key of this server", "another key"))?;
    let opened = decrypt_binding(permanent.auth(), &request.encrypted_message);
    let (msg_id, body) = opened.map_err(|what| refuse("a message encrypted with the permanent key", what))?;
    if msg_id != context.msg_id() {
        return Err(refuse("the msg_id of the request", "another msg_id"));
    }
    let inner: mtproto::BindAuthKeyInner =
        decode_exact(&body).map_err(|_| refuse("bind_auth_key_inner", "another object"))?;
    let mtproto::BindAuthKeyInner::Inner(inner) = inner;
    let expected = mtproto_types::BindAuthKeyInner {
        nonce: request.nonce,
        temp_auth_key_id: temporary.auth().id(),
        perm_auth_key_id: permanent_id,
        temp_session_id: session.id(),
        expires_at: request.expires_at,
    };
    for (field, got, expected) in [
        ("another nonce", inner.nonce, expected.nonce),
        ("another temp_auth_key_id", inner.temp_auth_key_id, expected.temp_auth_key_id),
        ("another perm_auth_key_id", inner.perm_auth_key_id, expected.perm_auth_key_id),
        ("another temp_session_id", inner.temp_session_id, expected.temp_session_id),
        ("another expires_at", inner.expires_at.into(), expected.expires_at.into()),
    ] {
        if !equal(&got.to_le_bytes(), &expected.to_le_bytes()) {
            return Err(refuse("what the request and the session say", field));
        }
    }
    // Some clients never encrypt anything else with it.
    app.store.use_key(&app.registry, &permanent, None).await?;
    app.store.bind_key(temporary.auth().id(), permanent_id).await?;
    app.registry.bind(temporary, permanent);
    Ok(true)
}

/// How much later than the server's own the end of a temporary key may be that a client tells, in seconds.
const EXPIRY_SLACK: i64 = 600;

/// <https://core.telegram.org/method/auth.exportAuthorization>
#[handler]
pub async fn export_authorization(
    app: State<App>,
    viewer: Viewer,
    request: functions::auth::ExportAuthorization,
) -> Result<enums::auth::ExportedAuthorization, RpcError> {
    if !DCS.contains(&request.dc_id) {
        return Err(RpcError::bad_request("DC_ID_INVALID"));
    }
    let bytes = app.random::<64>().to_vec();
    let expires_at = app.source.now().seconds() + EXPORT_LIFETIME;
    app.store.export_authorization(viewer.0, bytes.clone(), expires_at).await?;
    Ok(types::auth::ExportedAuthorization { id: viewer.0, bytes }.into())
}

/// <https://core.telegram.org/method/auth.importAuthorization>
#[handler]
pub async fn import_authorization(
    app: State<App>,
    context: Context,
    request: functions::auth::ImportAuthorization,
) -> Result<enums::auth::Authorization, RpcError> {
    let invalid = || RpcError::bad_request("AUTH_BYTES_INVALID");
    let now = app.source.now().seconds();
    if !app.store.import_authorization(request.id, request.bytes, now).await? {
        return Err(invalid());
    }
    let views = app.store.users(request.id, vec![request.id]).await?;
    let view = views.into_iter().next().ok_or_else(invalid)?;
    app.authorize(&context, view.user).await
}
