mod keys;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;
use tokio::net::{TcpListener, ToSocketAddrs};

use crate::api::{self, App, Settings};
use crate::clock::{Source, SystemSource};
use crate::crypto::{KeyError, KeyPair};
use crate::dispatch::{Handler, Router};
use crate::limits::Limits;
use crate::model::AccessHasher;
use crate::net::{Engine, Parts, serve};
use crate::render::Renderer;
use crate::session::Registry;
use crate::store::{Events, Store, StoreError};
use crate::transport::{Secret, Setup};
use crate::updates;

pub use keys::rotate;

/// Why a server cannot start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The state cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The RSA key is none, or none can be made.
    #[error("the RSA key in {path}: {error}")]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: KeyError,
    },
    /// A file or folder cannot be read or made.
    #[error("{path}: {error}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        error: io::Error,
    },
    /// The address cannot be listened on.
    #[error("cannot listen: {0}")]
    Listen(io::Error),
    /// The certificate or its key cannot be used.
    #[error("TLS: {0}")]
    Tls(String),
    /// The system has no randomness to give.
    #[error("no randomness: {0}")]
    Randomness(String),
}

/// Where the state is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// Nowhere: it is gone with the server.
    Memory,
    /// In this folder, which is made: the database and the RSA key.
    Folder(PathBuf),
}

/// What a server is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the state is kept.
    pub data: Data,
    /// The login code of everybody; random and logged, if none.
    pub code: Option<String>,
    /// The host and port that clients are told; those that are listened on, if none.
    pub public_address: Option<(String, u16)>,
    /// The data centre, from 1 to 5, that the server is, which sends clients of others there; none: it is
    /// whichever a client believes in.
    pub dc: Option<i32>,
    /// Whether to close connections on what real servers tolerate.
    pub strict: bool,
    /// The MTProxy secrets with which clients may come.
    pub secrets: Vec<Secret>,
    /// The certificates, and the key of the first, both in PEM: for WebSockets and HTTP over TLS.
    pub tls: Option<(Vec<u8>, Vec<u8>)>,
    /// What protects the server.
    pub limits: Limits,
}

impl Options {
    /// A server whose state is gone with it, and where everybody's login code is 22222: for tests.
    #[must_use]
    pub fn memory() -> Self {
        Self { code: Some("22222".to_owned()), ..Self::of(Data::Memory) }
    }

    /// A server whose state is kept in this folder.
    #[must_use]
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self::of(Data::Folder(path.into()))
    }

    fn of(data: Data) -> Self {
        Self {
            data,
            code: None,
            public_address: None,
            dc: None,
            strict: false,
            secrets: Vec::new(),
            tls: None,
            limits: Limits::default(),
        }
    }
}

/// A server that does not listen yet: its state, its key, its handlers.
///
/// ```no_run
/// # async fn example() -> Result<(), piltover::ServerError> {
/// use piltover::{Options, Server};
///
/// let server = Server::open(Options::memory()).await?.listen("127.0.0.1:0").await?;
/// println!("{} {:016x}", server.address(), server.key().fingerprint());
/// server.serve(std::future::pending()).await;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Server {
    router: Router,
    app: App,
    events: Events,
    keys: Arc<[KeyPair]>,
    options: Options,
    setup: Setup,
}

impl Server {
    /// Opens the state, and makes it and the RSA key on the first run.
    ///
    /// # Errors
    /// A file cannot be read or written, or does not hold what it should.
    pub async fn open(options: Options) -> Result<Self, ServerError> {
        let source = SystemSource::new().map_err(|error| ServerError::Randomness(error.to_string()))?;
        let ((store, events), keys) = match &options.data {
            Data::Memory => (Store::in_memory()?, vec![keys::generate(&source, Path::new("memory"))?]),
            Data::Folder(folder) => {
                let file_error = |error| ServerError::File { path: folder.clone(), error };
                keys::make_private(folder).map_err(file_error)?;
                (Store::open(&folder.join("piltover.db"))?, keys::load_all(&source, folder)?)
            }
        };
        let mut secret = [0; 32];
        source.fill(&mut secret);
        let stored = store.setting("access_hash_secret", secret.to_vec()).await?;
        let secret = crate::crypto::part(&stored, 0);
        let settings = Settings { code: options.code.clone(), dc: options.dc, ..Settings::default() };
        let renderer = Renderer::new(AccessHasher::new(secret));
        let registry = Arc::new(Registry::new(options.limits.clone(), options.strict));
        let app = App { store, registry, renderer, source: Arc::new(source), settings };
        let tls =
            options.tls.as_ref().map(|(certificates, key)| tls_config(certificates, key)).transpose()?;
        let setup = Setup { secrets: options.secrets.clone().into(), tls };
        Ok(Self { router: Router::new(), app, events, keys: keys.into(), options, setup })
    }

    /// Adds a handler. It takes the place of the built-in one of its method, unless it is for a layer.
    #[must_use]
    pub fn on<H: Handler>(mut self, handler: H) -> Self {
        self.router = self.router.on(handler);
        self
    }

    /// Adds a value that handlers take as [`State`](crate::dispatch::State).
    #[must_use]
    pub fn with<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.router = self.router.with(value);
        self
    }

    /// The key that proves the server to clients; older ones do so too.
    ///
    /// # Panics
    /// Never: a server has a key.
    #[must_use]
    pub fn key(&self) -> &KeyPair {
        #[allow(clippy::indexing_slicing, reason = "there is one from the beginning")]
        &self.keys[0]
    }

    /// Listens on an address. Port 0 takes a free one.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn listen(mut self, address: impl ToSocketAddrs) -> Result<Listening, ServerError> {
        let listener = TcpListener::bind(address).await.map_err(ServerError::Listen)?;
        let address = listener.local_addr().map_err(ServerError::Listen)?;
        let local = || (address.ip().to_string(), address.port());
        let settings = &mut self.app.settings;
        (settings.public_host, settings.public_port) =
            self.options.public_address.take().unwrap_or_else(local);
        Ok(Listening { server: self, listener, address })
    }
}

/// A server that listens, and accepts nobody yet.
#[derive(Debug)]
pub struct Listening {
    server: Server,
    listener: TcpListener,
    address: SocketAddr,
}

impl Listening {
    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The key that proves the server to clients.
    #[must_use]
    pub fn key(&self) -> &KeyPair {
        self.server.key()
    }

    /// Serves clients until `shutdown` completes. When this returns, everything is on the disk.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let Server { router, app, events, keys, options, setup } = self.server;
        let App { store, registry, renderer, source, .. } = app.clone();
        let pushing = tokio::spawn(updates::push_all(events, registry.clone(), renderer, source.clone()));
        let router = api::router(app).and(router);
        let Options { limits, strict: is_strict, dc, .. } = options;
        let store_to_flush = store.clone();
        let parts = Parts { router, store, registry, source, keys, limits, setup, is_strict, dc };
        let engine = Arc::new(Engine::new(parts));
        serve(engine, self.listener, shutdown).await;
        pushing.abort();
        store_to_flush.flush().await;
    }
}

fn tls_config(certificates: &[u8], key: &[u8]) -> Result<Arc<rustls::ServerConfig>, ServerError> {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let error = |error: &dyn std::fmt::Display| ServerError::Tls(error.to_string());
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificates).collect();
    let chain = chain.map_err(|e| error(&e))?;
    if chain.is_empty() {
        return Err(error(&"there is no certificate"));
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|e| error(&e))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|e| error(&e))?.with_no_client_auth();
    let mut config = config.with_single_cert(chain, key).map_err(|e| error(&e))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
