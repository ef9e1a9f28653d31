use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::clock::Source;
use crate::crypto::KeyPair;
use crate::dispatch::Router;
use crate::exchange::{Environment, Exchange, ExchangeError, Step};
use crate::session::{Key, KeyRecord, Live, Registry};
use crate::store::{Store, StoreError};

/// So many key exchanges do their arithmetic at a time; the others wait.
const MAX_EXCHANGES: usize = 4;

/// What all connections of a server share.
#[derive(Debug)]
pub struct Engine {
    pub(super) router: Router,
    pub(super) store: Store,
    pub(super) registry: Arc<Registry>,
    pub(super) source: Arc<dyn Source>,
    keys: Arc<[KeyPair]>,
    exchanges: Arc<Semaphore>,
}

impl Engine {
    /// An engine with these handlers, this state, and the RSA keys that prove the server to clients.
    #[must_use]
    pub fn new(
        router: Router,
        store: Store,
        registry: Arc<Registry>,
        source: Arc<dyn Source>,
        keys: Arc<[KeyPair]>,
    ) -> Self {
        Self { router, store, registry, source, keys, exchanges: Arc::new(Semaphore::new(MAX_EXCHANGES)) }
    }

    /// The key with this id, if it is known and has not ended.
    pub(super) async fn key(&self, id: i64) -> Result<Option<Arc<Key>>, StoreError> {
        if let Some(key) = self.registry.key(id) {
            return Ok(Some(key).filter(|key| !key.is_expired(self.source.now())));
        }
        let Some(record) = self.store.key(id).await? else { return Ok(None) };
        let key = self.registry.adopt(Key::new(record));
        Ok(Some(key).filter(|key| !key.is_expired(self.source.now())))
    }

    /// The session of a key, as it was or anew.
    pub(super) async fn session(&self, key: &Arc<Key>, session_id: i64) -> Result<Arc<Live>, StoreError> {
        let key_id = key.auth().id();
        if let Some(session) = self.registry.find(key_id, session_id) {
            return Ok(session);
        }
        let record = self.store.session(key_id, session_id).await?.unwrap_or_default();
        Ok(self.registry.open(key, session_id, record, &*self.source))
    }

    /// Keeps what a session says of itself. It is queued before whatever the present request will change,
    /// so that it is kept if that is.
    pub(super) fn keep(&self, session: &Live) {
        drop(self.store.set_session(session.key().auth().id(), session.id(), session.record()));
    }

    /// One step of a key exchange, away from the threads that serve connections. A key that is made is
    /// stored before the client hears of it.
    pub(super) async fn exchange(
        &self,
        mut exchange: Exchange,
        body: Vec<u8>,
    ) -> (Exchange, Result<Option<Vec<u8>>, ExchangeError>) {
        let permit = self.exchanges.clone().acquire_owned().await;
        let (source, keys, registry) = (self.source.clone(), self.keys.clone(), self.registry.clone());
        let step = tokio::task::spawn_blocking(move || {
            let is_taken = |id| registry.key(id).is_some();
            let server = Environment { source: &*source, keys: &keys, is_taken: &is_taken };
            let step = exchange.receive(&body, &server);
            drop(permit);
            (exchange, step)
        });
        let Ok((exchange, step)) = step.await else { return (Exchange::default(), Ok(None)) };
        let reply = match step {
            Err(error) => return (exchange, Err(error)),
            Ok(Step::Ignore) => None,
            Ok(Step::Reply(reply)) => Some(reply),
            Ok(Step::Done(reply)) => {
                let now = self.source.now();
                let record = KeyRecord {
                    auth: reply.key.key,
                    created: now,
                    salt: reply.key.salt,
                    dc: reply.key.dc.unwrap_or_default(),
                    expires_at: reply.key.expires_in.map(|seconds| now.seconds() + i64::from(seconds)),
                    user_id: None,
                    layer: None,
                };
                match self.store.add_key(record.clone()).await {
                    Ok(()) => {
                        self.registry.adopt(Key::new(record));
                        Some(reply.answer)
                    }
                    Err(error) => {
                        tracing::error!(%error, "a key cannot be stored");
                        None
                    }
                }
            }
        };
        (exchange, Ok(reply))
    }
}
