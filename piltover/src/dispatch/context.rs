use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::RpcError;
use crate::session::Live;

/// The values that handlers share, one of each type.
#[derive(Default, Clone)]
pub(super) struct States(HashMap<TypeId, Arc<dyn Any + Send + Sync>>);

impl States {
    pub(super) fn insert<T: Send + Sync + 'static>(&mut self, value: T) {
        self.0.insert(TypeId::of::<T>(), Arc::new(value));
    }

    pub(super) fn extend(&mut self, other: &Self) {
        self.0.extend(other.0.iter().map(|(id, value)| (*id, value.clone())));
    }

    fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.get(&TypeId::of::<T>())?.clone().downcast().ok()
    }
}

impl fmt::Debug for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "States({})", self.0.len())
    }
}

/// What a handler may know beside its request: who asks, over which session, in which layer.
#[derive(Debug, Clone)]
pub struct Context {
    session: Arc<Live>,
    msg_id: i64,
    layer: i32,
    range: Option<(i32, i32)>,
    states: Arc<States>,
}

impl Context {
    pub(super) fn new(
        session: Arc<Live>,
        msg_id: i64,
        layer: i32,
        range: Option<(i32, i32)>,
        states: Arc<States>,
    ) -> Self {
        Self { session, msg_id, layer, range, states }
    }

    /// The session that asks.
    #[must_use]
    pub fn session(&self) -> &Arc<Live> {
        &self.session
    }

    /// The message that holds the request.
    #[must_use]
    pub fn msg_id(&self) -> i64 {
        self.msg_id
    }

    /// The layer in which the client is served.
    #[must_use]
    pub fn layer(&self) -> i32 {
        self.layer
    }

    /// The lowest and the highest id of the messages to which `invokeWithMessagesRange` confines the answer.
    #[must_use]
    pub fn range(&self) -> Option<(i32, i32)> {
        self.range
    }

    /// The user who is signed in with the key of this session.
    #[must_use]
    pub fn user_id(&self) -> Option<i64> {
        self.session.key().user_id()
    }

    /// The value of this type that was given to [`Router::with`](super::Router::with).
    ///
    /// # Errors
    /// 500, if there is none.
    pub fn state<T: Send + Sync + 'static>(&self) -> Result<Arc<T>, RpcError> {
        self.states.get().ok_or_else(|| {
            tracing::error!(
                state = std::any::type_name::<T>(),
                "a handler asks for a state that was never given"
            );
            RpcError::internal()
        })
    }
}

/// A parameter of a handler, other than the request.
pub trait FromContext: Sized {
    /// Takes the value out of the context.
    ///
    /// # Errors
    /// The answer to the client, if there is no such value.
    fn from_context(context: &Context) -> Result<Self, RpcError>;
}

impl FromContext for Context {
    fn from_context(context: &Context) -> Result<Self, RpcError> {
        Ok(context.clone())
    }
}

/// The id of the user who asks. A handler with this parameter answers 401 to everybody who is not signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer(pub i64);

impl FromContext for Viewer {
    fn from_context(context: &Context) -> Result<Self, RpcError> {
        context.user_id().map(Self).ok_or_else(RpcError::unauthorized)
    }
}

/// A value that was given to [`Router::with`](super::Router::with).
#[derive(Debug)]
pub struct State<T>(pub Arc<T>);

impl<T> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Send + Sync + 'static> FromContext for State<T> {
    fn from_context(context: &Context) -> Result<Self, RpcError> {
        context.state().map(Self)
    }
}
