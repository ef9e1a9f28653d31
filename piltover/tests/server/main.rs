//! A whole server, and clients that speak to it over sockets.

// A test that fails panics.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::missing_panics_doc)]
#![allow(missing_docs, missing_debug_implementations)]

mod broken;
mod cli;
mod clients;
mod dialogs;
mod history;
mod http;
mod keys;
mod layers;
mod login;
mod messages;
mod rules;
mod sessions;
mod tls;
mod transports;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use piltover::crypto::PublicKey;
use piltover::testing::{Client, Dial, Saved};
use piltover::transport::Framing;
use piltover::{Options, Server};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server that runs.
pub struct Running {
    pub address: SocketAddr,
    pub key: PublicKey,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    /// A server of these options, with changes.
    async fn with(options: Options, change: impl FnOnce(Server) -> Server) -> Self {
        rules::watch();
        let server = change(Server::open(options).await.unwrap()).listen("127.0.0.1:0").await.unwrap();
        let (address, key) = (server.address(), server.key().public());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.serve(async { drop(stopped.await) }));
        Self { address, key, stop, task }
    }

    pub async fn memory() -> Self {
        Self::with(Options::memory(), |server| server).await
    }

    pub async fn folder(folder: &Path) -> Self {
        let options = Options { code: Some("22222".to_owned()), ..Options::folder(folder) };
        Self::with(options, |server| server).await
    }

    /// A client with a key of its own.
    pub async fn client(&self, framing: Framing) -> Client {
        Client::new(self.address, &Dial::framing(framing), &self.key).await
    }

    /// A client that has signed up with this number, and the user's id.
    pub async fn user(&self, phone: &str) -> (Client, i64) {
        let mut client = self.client(Framing::Intermediate).await;
        let id = client.sign_up(phone).await;
        (client, id)
    }

    /// Closes a client's connection, and gives the server time to see it.
    pub async fn close(&self, client: Client) -> Saved {
        let saved = client.saved.clone();
        drop(client);
        tokio::time::sleep(Duration::from_millis(50)).await;
        saved
    }

    /// A client that goes on.
    pub async fn reconnect(&self, framing: Framing, saved: Saved) -> Client {
        Client::reconnect(self.address, &Dial::framing(framing), saved).await
    }

    /// The rule that some client broke next.
    pub async fn rule(&self) -> &'static str {
        rules::next().await
    }

    /// Stops the server; everything is on the disk then.
    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap();
    }
}
