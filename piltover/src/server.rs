use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;
use tokio::net::{TcpListener, ToSocketAddrs};

use crate::api::{self, App, Settings};
use crate::clock::{Source, SourceRng, SystemSource};
use crate::crypto::{KeyError, KeyPair};
use crate::dispatch::{Handler, Router};
use crate::model::AccessHasher;
use crate::net::{Engine, serve};
use crate::render::Renderer;
use crate::store::{Events, Store, StoreError};
use crate::updates;

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
}

impl Options {
    /// A server whose state is gone with it, and where everybody's login code is 22222: for tests.
    #[must_use]
    pub fn memory() -> Self {
        Self { data: Data::Memory, code: Some("22222".to_owned()), public_address: None }
    }

    /// A server whose state is kept in this folder.
    #[must_use]
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self { data: Data::Folder(path.into()), code: None, public_address: None }
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
    key: KeyPair,
    public_address: Option<(String, u16)>,
}

impl Server {
    /// Opens the state, and makes it and the RSA key on the first run.
    ///
    /// # Errors
    /// A file cannot be read or written, or does not hold what it should.
    pub async fn open(options: Options) -> Result<Self, ServerError> {
        let source = SystemSource::new().map_err(|error| ServerError::Randomness(error.to_string()))?;
        let ((store, events), key) = match &options.data {
            Data::Memory => (Store::in_memory()?, generate(&source, Path::new("memory"))?),
            Data::Folder(folder) => {
                let file_error = |error| ServerError::File { path: folder.clone(), error };
                make_private(folder).map_err(file_error)?;
                (Store::open(&folder.join("piltover.db"))?, load_or_generate(&source, folder)?)
            }
        };
        let mut secret = [0; 32];
        source.fill(&mut secret);
        let stored = store.setting("access_hash_secret", secret.to_vec()).await?;
        let secret = crate::crypto::part(&stored, 0);
        let settings = Settings { code: options.code, ..Settings::default() };
        let renderer = Renderer::new(AccessHasher::new(secret));
        let app = App { store, registry: Arc::default(), renderer, source: Arc::new(source), settings };
        Ok(Self { router: Router::new(), app, events, key, public_address: options.public_address })
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

    /// The key that proves the server to clients.
    #[must_use]
    pub fn key(&self) -> &KeyPair {
        &self.key
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
        (settings.public_host, settings.public_port) = self.public_address.take().unwrap_or_else(local);
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
        let Server { router, app, events, key, .. } = self.server;
        let App { store, registry, renderer, source, .. } = app.clone();
        let pushing = tokio::spawn(updates::push_all(events, registry.clone(), renderer, source.clone()));
        let router = api::router(app).and(router);
        let engine = Arc::new(Engine::new(router, store.clone(), registry, source, Arc::new([key])));
        serve(engine, self.listener, shutdown).await;
        pushing.abort();
        store.flush().await;
    }
}

fn generate(source: &SystemSource, path: &Path) -> Result<KeyPair, ServerError> {
    let key = KeyPair::generate(&mut SourceRng(source));
    key.map_err(|error| ServerError::Key { path: path.to_owned(), error })
}

/// The RSA key in a folder; a new one, readable by its owner alone, if there is none.
fn load_or_generate(source: &SystemSource, folder: &Path) -> Result<KeyPair, ServerError> {
    let path = folder.join("key.pem");
    let key_error = |error| ServerError::Key { path: path.clone(), error };
    let file_error = |error| ServerError::File { path: path.clone(), error };
    match std::fs::read_to_string(&path) {
        Ok(pem) => KeyPair::from_pem(&pem).map_err(key_error),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = generate(source, &path)?;
            write_private(&path, key.to_pem().map_err(key_error)?.as_bytes()).map_err(file_error)?;
            Ok(key)
        }
        Err(error) => Err(file_error(error)),
    }
}

/// Makes a folder that only its owner can look into: the database holds the keys of all clients.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes a file whole or not at all, with mode 0600 from the beginning.
fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    use std::io::Write;
    let new = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(new, path)
}
