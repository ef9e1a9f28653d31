//! A whole server, and clients that speak to it over sockets.

// A test that fails panics.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::missing_panics_doc)]
#![allow(missing_docs, missing_debug_implementations)]

mod client;
mod layers;
mod messages;
mod sessions;

use std::path::Path;

use piltover::{Options, Server};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server that runs.
pub struct Running {
    pub port: u16,
    pub key: piltover::crypto::KeyPair,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    /// A server of these options, with changes.
    async fn with(options: Options, change: impl FnOnce(Server) -> Server) -> Self {
        let server = change(Server::open(options).await.unwrap()).listen("127.0.0.1:0").await.unwrap();
        let key = piltover::crypto::KeyPair::from_pem(&server.key().to_pem().unwrap()).unwrap();
        let port = server.address().port();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.serve(async { drop(stopped.await) }));
        Self { port, key, stop, task }
    }

    pub async fn memory() -> Self {
        Self::with(Options::memory(), |server| server).await
    }

    pub async fn folder(folder: &Path) -> Self {
        let options = Options { code: Some("22222".to_owned()), ..Options::folder(folder) };
        Self::with(options, |server| server).await
    }

    /// Stops the server; everything is on the disk then.
    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap();
    }
}
