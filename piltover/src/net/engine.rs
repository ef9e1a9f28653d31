use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::guard::{Counter, PerAddress};
use crate::clock::{Source, Timestamp};
use crate::crypto::{KeyPair, part};
use crate::dispatch::Router;
use crate::exchange::{self, Environment, Exchange, ExchangeError, Step};
use crate::limits::Limits;
use crate::rules::{self, Refusal};
use crate::session::{DestroyedKey, Key, KeyRecord, Live, Registry};
use crate::store::{Store, StoreError};
use crate::transport::{Setup, dc_of};

/// The database is told so often, in seconds, that a session is in use.
const NOTE: i64 = 3600;

fn seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

/// What an engine is made of.
#[derive(Debug)]
pub struct Parts {
    /// The handlers.
    pub router: Router,
    /// The state.
    pub store: Store,
    /// The live keys and sessions.
    pub registry: Arc<Registry>,
    /// The time, and randomness.
    pub source: Arc<dyn Source>,
    /// The RSA keys that prove the server to clients.
    pub keys: Arc<[KeyPair]>,
    /// What protects the server.
    pub limits: Limits,
    /// MTProxy secrets, and TLS.
    pub setup: Setup,
    /// Whether to close connections on what real servers tolerate.
    pub is_strict: bool,
    /// The one data centre that the server is; none: it is all of them.
    pub dc: Option<i32>,
}

/// What all connections of a server share.
#[derive(Debug)]
pub struct Engine {
    pub(super) router: Router,
    pub(super) store: Store,
    pub(super) registry: Arc<Registry>,
    pub(super) source: Arc<dyn Source>,
    pub(super) limits: Limits,
    pub(super) setup: Setup,
    pub(super) is_strict: bool,
    pub(super) dc: Option<i32>,
    pub(super) unauthenticated: Counter,
    keys: Arc<[KeyPair]>,
    exchanges: Arc<Semaphore>,
    handshakes: PerAddress,
    /// Exchanges over HTTP by the nonce of the server, since each step may come over another connection.
    http_exchanges: Mutex<HashMap<[u8; 16], (Exchange, Instant)>>,
}

impl Engine {
    /// An engine of these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            router: parts.router,
            store: parts.store,
            registry: parts.registry,
            source: parts.source,
            setup: parts.setup,
            is_strict: parts.is_strict,
            dc: parts.dc,
            keys: parts.keys,
            exchanges: Arc::new(Semaphore::new(parts.limits.handshake_threads.max(1))),
            limits: parts.limits,
            unauthenticated: Counter::default(),
            handshakes: PerAddress::default(),
            http_exchanges: Mutex::default(),
        }
    }

    /// The key with this id, if it is known and has not ended.
    pub(super) async fn key(&self, id: i64) -> Result<Option<Arc<Key>>, StoreError> {
        let key = self.any_key(id).await?;
        Ok(key.filter(|key| key.is_valid(self.source.now())))
    }

    async fn any_key(&self, id: i64) -> Result<Option<Arc<Key>>, StoreError> {
        if let Some(key) = self.registry.key(id) {
            return Ok(Some(key));
        }
        let Some(record) = self.store.key(id).await? else { return Ok(None) };
        let permanent = match record.permanent {
            None => None,
            Some(id) => match self.registry.key(id) {
                Some(key) => Some(key),
                None => self.store.key(id).await?.map(|record| self.registry.adopt(Key::new(record))),
            },
        };
        let key = self.registry.adopt(Key::new(record));
        if let Some(permanent) = permanent {
            self.registry.bind(&key, permanent);
        }
        Ok(Some(key))
    }

    /// Whether there is a key of this id, in use or stored. To be called where a thread may wait.
    fn is_taken(&self, id: i64) -> bool {
        if self.registry.key(id).is_some() {
            return true;
        }
        let stored = self.store.key(id).wait();
        // What cannot be known had better be another one.
        let stored = stored.inspect_err(|error| tracing::error!(%error, "a key cannot be looked up"));
        stored.map_or(true, |key| key.is_some())
    }

    /// The session of a key, as it was or anew.
    pub(super) async fn session(
        &self,
        key: &Arc<Key>,
        session_id: i64,
        connection: u64,
    ) -> Result<Arc<Live>, StoreError> {
        let key_id = key.auth().id();
        if let Some(session) = self.registry.find(key_id, session_id) {
            return Ok(session);
        }
        let record = self.store.session(key_id, session_id).await?.unwrap_or_default();
        let (session, forgotten) = self.registry.open(key, session_id, record, &*self.source);
        if let Some(forgotten) = forgotten {
            let most = self.limits.sessions_per_key.to_string();
            Refusal::new(&rules::SESSIONS, most, "one more").log(connection, forgotten, 0);
            drop(self.store.remove_session(key_id, forgotten));
        }
        Ok(session)
    }

    /// Keeps what a session says of itself. It is queued before whatever the present request will change,
    /// so that it is kept if that is.
    pub(super) fn keep(&self, session: &Live) {
        let (now, most) = (self.source.now().seconds(), self.limits.sessions_per_key);
        drop(self.store.set_session(session.key().auth().id(), session.id(), session.record(), now, most));
    }

    /// Destroys a key, so that no message is encrypted with it any more.
    pub(super) async fn destroy_key(&self, key_id: i64) -> DestroyedKey {
        match self.store.remove_key(key_id).await {
            Ok(was_there) => {
                self.registry.destroy_key(key_id);
                if was_there { DestroyedKey::Ok } else { DestroyedKey::None }
            }
            Err(error) => {
                tracing::error!(%error, "a key cannot be destroyed");
                DestroyedKey::Fail
            }
        }
    }

    /// Forgets what has ended, and what nobody uses.
    pub(super) async fn sweep(&self) {
        let now = self.source.now();
        self.registry.sweep(now);
        let oldest = Instant::now().checked_sub(self.limits.handshake_time);
        self.http_exchanges().retain(|_, (_, at)| oldest.is_none_or(|oldest| *at > oldest));
        if let Err(error) = self.forget(now).await {
            tracing::error!(%error, "what nobody uses cannot be forgotten");
        }
    }

    /// Tells the database which keys and sessions are in use: often enough that they are never taken for unused.
    pub(super) async fn note_use(&self, now: Timestamp) -> Result<(), StoreError> {
        let shortest = self.limits.unsigned_key_time.min(self.limits.stored_session_time);
        let (keys, sessions) = self.registry.in_use(now, NOTE.min(seconds(shortest) / 4));
        self.store.note_use(keys, sessions, now.seconds()).await
    }

    /// Forgets what is stored for a time only.
    async fn forget(&self, now: Timestamp) -> Result<(), StoreError> {
        let Limits { unsigned_key_time, unsigned_keys, stored_session_time, .. } = self.limits;
        self.note_use(now).await?;
        let now = now.seconds();
        self.store.forget_expired(now).await?;
        self.store.forget_sessions(now.saturating_sub(seconds(stored_session_time))).await?;
        let before = now.saturating_sub(seconds(unsigned_key_time));
        loop {
            let ids = self.store.forget_unsigned_keys(before, unsigned_keys).await?;
            if ids.is_empty() {
                return Ok(());
            }
            tracing::debug!(keys = ids.len(), "keys that nobody uses are forgotten");
            ids.into_iter().for_each(|id| drop(self.registry.destroy_key(id)));
        }
    }

    /// Whether an address may begin one more key exchange.
    pub(super) fn admit_handshake(&self, address: IpAddr) -> Result<(), Refusal> {
        let most = self.limits.handshakes_per_minute;
        match self.handshakes.one_more(address, most, self.source.now()) {
            true => Ok(()),
            false => Err(Refusal::new(&rules::LIMIT_HANDSHAKES, format!("{most} in a minute"), "one more")),
        }
    }

    fn http_exchanges(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; 16], (Exchange, Instant)>> {
        self.http_exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One step of a key exchange over HTTP: the exchange is found by the nonce of the server, which stands
    /// behind the constructor and the nonce of the client in all steps but the first.
    pub(super) async fn http_exchange(
        self: &Arc<Self>,
        body: Vec<u8>,
        dc: Option<i16>,
    ) -> Result<Option<Vec<u8>>, ExchangeError> {
        let found = match exchange::begins(&body) {
            true => None,
            false => self.http_exchanges().remove(&part(&body, 20)),
        };
        let exchange = found.map_or_else(Exchange::default, |(exchange, _)| exchange);
        let (exchange, reply) = self.exchange(exchange, body, dc).await;
        if let Some(nonce) = exchange.server_nonce() {
            let mut exchanges = self.http_exchanges();
            if exchanges.len() >= self.limits.http_handshakes {
                let oldest = exchanges.iter().min_by_key(|(_, (_, at))| *at).map(|(nonce, _)| *nonce);
                oldest.map(|nonce| exchanges.remove(&nonce));
            }
            exchanges.insert(nonce, (exchange, Instant::now()));
        }
        reply
    }

    /// One step of a key exchange, away from the threads that serve connections. A key that is made is
    /// known before the client hears of it. `dc` is what the transport's header named.
    pub(super) async fn exchange(
        self: &Arc<Self>,
        mut exchange: Exchange,
        body: Vec<u8>,
        dc: Option<i16>,
    ) -> (Exchange, Result<Option<Vec<u8>>, ExchangeError>) {
        let permit = self.exchanges.clone().acquire_owned().await;
        let engine = self.clone();
        let step = tokio::task::spawn_blocking(move || {
            let is_taken = |id| engine.is_taken(id);
            let server = Environment { source: &*engine.source, keys: &engine.keys, is_taken: &is_taken };
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
                let named = dc.map(i32::from).filter(|dc| dc_of(*dc).is_some());
                let record = KeyRecord {
                    dc: reply.key.dc.or(named).unwrap_or_default(),
                    expires_at: reply.key.expires_in.map(|seconds| now.seconds() + i64::from(seconds)),
                    ..KeyRecord::new(reply.key.key, now, reply.key.salt)
                };
                self.registry.adopt_new(record, now);
                Some(reply.answer)
            }
        };
        (exchange, Ok(reply))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::clock::SystemSource;
    use crate::crypto::AuthKey;

    fn engine(store: &Store, source: Arc<dyn Source>) -> Arc<Engine> {
        Arc::new(Engine::new(Parts {
            router: Router::new(),
            store: store.clone(),
            registry: Arc::default(),
            source,
            keys: Arc::new([]),
            limits: Limits::default(),
            setup: Setup::default(),
            is_strict: false,
            dc: None,
        }))
    }

    fn record(n: u8) -> KeyRecord {
        KeyRecord::new(AuthKey::new([n; 256]), Timestamp::default(), 0)
    }

    /// A clock that stands still until it is set, in seconds.
    #[derive(Debug, Default)]
    struct Clock(AtomicI64);

    impl Source for Clock {
        fn now(&self) -> Timestamp {
            Timestamp::from_seconds(self.0.load(Ordering::Relaxed))
        }

        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[tokio::test]
    async fn keys_and_sessions_are_forgotten_when_nobody_has_used_them_for_their_time() {
        const HOUR: i64 = 3600;
        const DAY: i64 = 24 * HOUR;
        let (store, _events) = Store::in_memory().unwrap();
        let clock = Arc::new(Clock::default());
        let engine = engine(&store, clock.clone());
        let ids = [1, 2, 3].map(|n| record(n).auth.id());
        for n in 1..=3 {
            store.add_key(record(n)).await.unwrap();
        }
        let user = store.add_user("1555".to_owned(), "A".to_owned(), String::new(), 1).await.unwrap();
        assert!(store.sign(ids[2], Some(user.id)).await.unwrap());
        // The first has a session; the second is only known.
        let (first, second) = (engine.key(ids[0]).await.unwrap().unwrap(), engine.key(ids[1]).await);
        let second = second.unwrap().unwrap();
        let session = engine.session(&first, 5, 1).await.unwrap();
        engine.keep(&session);
        let port = Arc::new(crate::session::Port { id: 1, waiting: tokio::sync::Notify::new() });
        session.attach(&port, 0);
        let at = async |time: i64| {
            clock.0.store(time, Ordering::Relaxed);
            engine.sweep().await;
            let mut known = Vec::new();
            for id in ids {
                known.push(engine.key(id).await.unwrap().is_some());
            }
            known
        };
        assert_eq!(at(HOUR).await, [true; 3]);
        assert_eq!(at(7 * DAY).await, [true; 3]);
        assert_eq!(at(7 * DAY + 1).await, [true, false, true]);
        assert!(!second.is_valid(clock.now()), "for whoever still has it");
        assert_eq!(at(40 * DAY).await, [true, false, true]);
        session.detach(&port, true, clock.now());
        let ended = 40 * DAY + HOUR;
        assert_eq!(at(ended).await, [true, false, true]);
        assert!(session.is_destroyed());
        assert!(store.session(ids[0], 5).await.unwrap().is_some());
        drop((first, session));
        assert_eq!(at(ended + 7 * DAY).await, [false, false, true]);
        assert_eq!(at(1000 * DAY).await, [false, false, true], "somebody is signed in");
    }

    #[tokio::test]
    async fn use_is_noted_when_the_server_ends_too() {
        const WEEK: i64 = 7 * 24 * 3600;
        let (store, _events) = Store::in_memory().unwrap();
        let clock = Arc::new(Clock::default());
        let id = record(1).auth.id();
        store.add_key(record(1)).await.unwrap();
        let first = engine(&store, clock.clone());
        let key = first.key(id).await.unwrap().unwrap();
        first.session(&key, 5, 1).await.unwrap();
        clock.0.store(WEEK, Ordering::Relaxed);
        let (ending, listener) = (async {}, tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap());
        crate::net::serve(first, listener, ending).await;
        for (time, is_known) in [(2 * WEEK, true), (2 * WEEK + 1, false)] {
            clock.0.store(time, Ordering::Relaxed);
            let next = engine(&store, clock.clone());
            next.sweep().await;
            assert_eq!(next.key(id).await.unwrap().is_some(), is_known);
        }
    }

    #[tokio::test]
    async fn the_id_of_a_key_is_taken_in_memory_and_in_the_database() {
        let (store, _events) = Store::in_memory().unwrap();
        let engine = engine(&store, Arc::new(SystemSource::new().unwrap()));
        store.add_key(record(1)).await.unwrap();
        engine.registry.adopt_new(record(2), Timestamp::default());
        let is_taken = async |n| {
            let engine = engine.clone();
            let taken = move || engine.is_taken(record(n).auth.id());
            tokio::task::spawn_blocking(taken).await.unwrap()
        };
        assert!(is_taken(1).await && is_taken(2).await && !is_taken(3).await);
    }
}
