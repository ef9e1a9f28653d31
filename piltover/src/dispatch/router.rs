use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use piltover_layers::{DecodeError, DecodeErrorKind, Encoder, Method, Reader};

use super::context::States;
use super::dictionary::{explained, unknown_method};
use super::{Context, RpcError};
use crate::session::Live;

/// What answers one method; `#[handler]` makes one of an async function.
pub trait Handler: Send + 'static {
    /// The request.
    type Request: Method;

    /// The first layer whose clients it serves; none: all that the request's version serves.
    const LAYER: Option<i32>;

    /// Answers one request.
    fn call(
        context: Context,
        request: Self::Request,
    ) -> impl Future<Output = Result<<Self::Request as Method>::Answer, RpcError>> + Send;
}

/// The answer to come: TL bytes in the client's layer.
pub type Answer = Pin<Box<dyn Future<Output = Result<Vec<u8>, RpcError>> + Send>>;

type Call = fn(Context, u32, &[u8]) -> Result<Answer, DecodeError>;

#[derive(Debug, Clone)]
struct Entry {
    name: &'static str,
    /// By the first layer that each serves.
    handlers: BTreeMap<i32, Call>,
}

/// The handlers of a server, by method.
#[derive(Clone, Default)]
pub struct Router {
    /// The index into `entries` of every id that a method ever had.
    ids: HashMap<u32, usize>,
    entries: Vec<Entry>,
    states: Arc<States>,
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Router({} methods)", self.entries.len())
    }
}

impl Router {
    /// A router without handlers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a handler, or replaces the one of the same method and layer.
    #[must_use]
    pub fn on<H: Handler>(mut self, _: H) -> Self {
        let versions = <H::Request as Method>::VERSIONS;
        // Without a layer a handler serves the clients that know its request's version, and older ones
        // as long as there is no other.
        let newest =
            versions.last().and_then(|version| version.layers.first()).map_or(0, |(first, _)| *first);
        let name = <H::Request as Method>::NAME;
        self.insert(name, versions.iter().map(|version| version.id), H::LAYER.unwrap_or(newest), call::<H>);
        self
    }

    /// Adds all handlers and values of another router, which replace those of the same method and layer.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for (index, entry) in other.entries.iter().enumerate() {
            let ids = || other.ids.iter().filter(|(_, of)| **of == index).map(|(id, _)| *id);
            for (layer, call) in &entry.handlers {
                self.insert(entry.name, ids(), *layer, *call);
            }
        }
        Arc::make_mut(&mut self.states).extend(&other.states);
        self
    }

    fn insert(&mut self, name: &'static str, ids: impl Iterator<Item = u32>, layer: i32, call: Call) {
        let index = match self.entries.iter().position(|entry| entry.name == name) {
            Some(index) => index,
            None => {
                self.entries.push(Entry { name, handlers: BTreeMap::new() });
                self.entries.len() - 1
            }
        };
        self.ids.extend(ids.map(|id| (id, index)));
        if let Some(entry) = self.entries.get_mut(index) {
            entry.handlers.insert(layer, call);
        }
    }

    /// Adds a value that handlers take as [`State`](super::State), or replaces the one of its type.
    #[must_use]
    pub fn with<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        Arc::make_mut(&mut self.states).insert(value);
        self
    }

    /// The names of all methods that have a handler, sorted.
    #[must_use]
    pub fn methods(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.entries.iter().map(|entry| entry.name).collect();
        names.sort_unstable();
        names
    }

    /// The name of the method with this id, if it has a handler.
    #[must_use]
    pub fn name_of(&self, id: u32) -> Option<&'static str> {
        self.ids.get(&id).and_then(|index| self.entries.get(*index)).map(|entry| entry.name)
    }

    /// Decodes a request and begins to answer it: by the handler with the greatest layer not above the
    /// client's, or by the lowest. A request that has no form in the layer of that handler goes to the newest.
    ///
    /// # Errors
    /// 400 for a method without a handler, and for bytes that are not the request.
    pub fn call(
        &self,
        session: Arc<Live>,
        msg_id: i64,
        layer: i32,
        range: Option<(i32, i32)>,
        body: &[u8],
    ) -> Result<Answer, RpcError> {
        let mut reader = Reader::new(body);
        let id = reader.word().map_err(|error| RpcError::from_decode(0, &error))?;
        let entry = self.ids.get(&id).and_then(|index| self.entries.get(*index));
        let entry = entry.ok_or_else(|| unknown_method(id))?;
        let handlers = &entry.handlers;
        let chosen = handlers.range(..=layer).next_back().or_else(|| handlers.first_key_value());
        let newest = handlers.last_key_value();
        let (_, call) = chosen.ok_or_else(|| unknown_method(id))?;
        let context = Context::new(session, msg_id, layer, range, self.states.clone());
        let answer = match (call(context.clone(), id, body), newest) {
            (Err(error), Some((_, newest)))
                if matches!(error.kind(), DecodeErrorKind::NoOlderForm { .. }) =>
            {
                newest(context, id, body)
            }
            (answer, _) => answer,
        };
        answer.map_err(|error| {
            tracing::info!("bad request: {}", explained(body, layer, &error));
            RpcError::from_decode(id, &error)
        })
    }
}

fn call<H: Handler>(context: Context, id: u32, body: &[u8]) -> Result<Answer, DecodeError> {
    let mut reader = Reader::new(body);
    reader.word()?;
    let request = <H::Request as Method>::decode(id, &mut reader)?;
    reader.finish()?;
    let layer = context.layer();
    Ok(Box::pin(async move {
        let session = context.session().clone();
        let answer = caught(H::call(context, request)).await?;
        // Signing in is answered to the user whom it made.
        let viewer = session.key().user_id();
        let mut encoder = Encoder::new(layer).for_viewer(viewer);
        <H::Request as Method>::encode_answer(id, &answer, &mut encoder);
        encoder.finish().map_err(|error| {
            tracing::error!(method = <H::Request as Method>::NAME, layer, %error, "the answer has no form");
            RpcError::bad_request(format!("ANSWER_NOT_IN_LAYER_{layer}"))
        })
    }))
}

/// A handler that panics costs its client an error, and nobody else anything.
async fn caught<T>(future: impl Future<Output = Result<T, RpcError>> + Send) -> Result<T, RpcError> {
    let mut future = Box::pin(future);
    std::future::poll_fn(move |cx| {
        catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))).unwrap_or_else(|_| {
            tracing::error!("a handler panicked");
            Poll::Ready(Err(RpcError::internal()))
        })
    })
    .await
}
