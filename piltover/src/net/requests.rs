//! From a session's request to its answer.

use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use piltover_layers::LAYERS;
use tokio::sync::OwnedSemaphorePermit;
use tracing::Instrument;

use super::Engine;
use crate::dispatch::{RpcError, Shown};
use crate::layer::{self, Call};
use crate::rules::{self, Refusal};
use crate::session::Live;

/// The methods, and namespaces of them, that a session may call without wanting updates: clients open extra
/// sessions for files, and would hear of everything twice.
const WITHOUT_UPDATES: [&str; 5] =
    ["auth.bindTempAuthKey", "auth.importAuthorization", "help.", "langpack.", "upload."];

/// What a client may call with every key, and in every data centre.
const GENERAL: [&str; 3] = ["auth.bindTempAuthKey", "help.", "langpack."];

/// What tells how things stand. Clients hear of changes at once, so that they would take an answer for the news that is
/// older than an update before it: it is asked for again when updates were pushed to the session meanwhile.
const STANDING: [&str; 3] = ["messages.getDialogs", "messages.getPeerDialogs", "messages.getPinnedDialogs"];
/// So often at most.
const MAX_CALLS: usize = 4;

impl Engine {
    /// Begins to answer a request. Requests begin in the order of these calls; what cannot be answered at
    /// once goes on beside the connection.
    pub(super) fn begin(
        self: &Arc<Self>,
        session: &Arc<Live>,
        connection: u64,
        msg_id: i64,
        body: Vec<u8>,
        permit: Option<OwnedSemaphorePermit>,
    ) {
        let call = match layer::unwrap(body) {
            Ok(call) => call,
            Err(error) => {
                Refusal::new(&rules::WRAPPER, "a wrapper and a request", error.to_string()).log(
                    connection,
                    session.id(),
                    msg_id,
                );
                let error = RpcError::bad_request("INPUT_FETCH_ERROR");
                return session.answer(msg_id, &error.to_tl());
            }
        };
        let layer = match self.negotiated(session, connection, msg_id, &call) {
            Ok(layer) => layer,
            Err(error) => return session.answer(msg_id, &error.to_tl()),
        };
        let (engine, session) = (self.clone(), session.clone());
        let answer = async move {
            let _until_answered = permit;
            let result = engine.answer(&session, connection, msg_id, layer, call).await;
            if let Err(error) = &result {
                tracing::info!(msg_id, %error, "answered");
                session.answer(msg_id, &error.to_tl());
            }
        };
        let mut answer = Box::pin(answer.in_current_span());
        // Whatever a handler does before it waits for the first time, it does here, in order.
        if answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) == Poll::Pending {
            tokio::spawn(answer);
        }
    }

    /// The layer in which a request is served; one that it names is remembered.
    fn negotiated(&self, session: &Live, connection: u64, msg_id: i64, call: &Call) -> Result<i32, RpcError> {
        if let Some(named) = call.layer {
            let Some(served) = layer::served(named) else {
                let oldest = LAYERS.first().copied().unwrap_or_default();
                Refusal::new(&rules::LAYER, format!("{oldest} at least"), named.to_string()).log(
                    connection,
                    session.id(),
                    msg_id,
                );
                return Err(RpcError::bad_request("CONNECTION_LAYER_INVALID"));
            };
            if session.set_layer(named) {
                if let Some(client) = &call.client {
                    let (device, system) = (&client.device_model, &client.system_version);
                    let (app, lang) = (&client.app_version, &client.lang_code);
                    tracing::info!(
                        layer = named,
                        api_id = client.api_id,
                        device,
                        system,
                        app,
                        lang,
                        "client"
                    );
                }
                if served != named {
                    tracing::warn!(
                        layer = named,
                        served,
                        "a client of an unknown layer is served another one"
                    );
                }
                self.keep(session);
            }
        }
        Ok(session.layer().and_then(layer::served).unwrap_or(layer::UNKNOWN))
    }

    /// Whether a request may be answered here, and with this key.
    fn check(
        &self,
        session: &Live,
        connection: u64,
        msg_id: i64,
        method: &str,
        call: &Call,
    ) -> Result<(), RpcError> {
        // Nothing begins a takeout or a business connection.
        if call.takeout.is_some() {
            return Err(RpcError::bad_request("TAKEOUT_INVALID"));
        }
        if call.business_connection.is_some() {
            return Err(RpcError::bad_request("BUSINESS_CONNECTION_INVALID"));
        }
        if !call.proofs.is_empty() {
            tracing::debug!(msg_id, proofs = ?call.proofs, "proofs that nobody asked for");
        }
        let is_general = GENERAL.iter().any(|general| method.starts_with(general));
        if !is_general && session.key().account().is_none() {
            Refusal::new(&rules::UNBOUND, "auth.bindTempAuthKey before", method.to_owned()).log(
                connection,
                session.id(),
                msg_id,
            );
            return Err(RpcError::new(401, "AUTH_KEY_PERM_EMPTY"));
        }
        match (self.dc, session.key().dc()) {
            (Some(here), Some(believed)) if here != believed && !is_general => {
                let kind = match method {
                    "auth.exportAuthorization" | "auth.importAuthorization" => return Ok(()),
                    method if method.starts_with("upload.") => "FILE",
                    "auth.importBotAuthorization" => "USER",
                    method if method.starts_with("auth.") => "PHONE",
                    _ if session.key().user_id().is_some() => "USER",
                    _ => "NETWORK",
                };
                Err(RpcError::new(303, format!("{kind}_MIGRATE_{here}")))
            }
            _ => Ok(()),
        }
    }

    async fn answer(
        &self,
        session: &Arc<Live>,
        connection: u64,
        msg_id: i64,
        layer: i32,
        call: Call,
    ) -> Result<(), RpcError> {
        if !call.after.is_empty() && !session.finished(&call.after, self.source.now()).await {
            Refusal::new(
                &rules::WAIT_FAILED,
                "success, in time",
                "an error, a message of long ago, or nothing in time",
            )
            .log(connection, session.id(), msg_id);
            return Err(RpcError::bad_request("MSG_WAIT_FAILED"));
        }
        let method = call.body.first_chunk().map(|id| u32::from_le_bytes(*id)).unwrap_or_default();
        let name = self.router.name_of(method);
        self.check(session, connection, msg_id, name.unwrap_or_default(), &call)?;
        tracing::debug!(msg_id, layer, "{}", Shown(&call.body));
        let is_quiet = name.is_none_or(|name| WITHOUT_UPDATES.iter().any(|quiet| name.starts_with(quiet)));
        let subscribe = || {
            let wants = !is_quiet && !call.without_updates && session.key().user_id().is_some();
            if wants && session.subscribe() {
                self.keep(session);
            }
        };
        // Before the answer, so that nothing is missed between the state that it tells and the first update;
        // and behind it, since it may be the one that signs in.
        subscribe();
        let mut calls = if name.is_some_and(|name| STANDING.contains(&name)) { MAX_CALLS } else { 1 };
        loop {
            calls -= 1;
            let pushed = (calls > 0).then(|| session.machine().pushed());
            let result = self.router.call(session.clone(), msg_id, layer, call.range, &call.body)?.await;
            subscribe();
            if session.answer_behind(msg_id, &result?, pushed) {
                return Ok(());
            }
        }
    }
}
