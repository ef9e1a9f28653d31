use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::Instrument;

use super::Engine;
use super::connection::Connection;

/// How long connections may take to end when the server shuts down.
const MAX_ENDING: Duration = Duration::from_secs(5);
/// How often is looked for what has ended, and what nobody uses.
const SWEEP: Duration = Duration::from_secs(60);
/// When the system has no more sockets, one may be free in a moment.
const RETRY: Duration = Duration::from_millis(100);

/// Accepts and serves connections until `shutdown` completes, then ends them.
pub async fn serve(engine: Arc<Engine>, listener: TcpListener, shutdown: impl Future<Output = ()>) {
    let (ending, is_ending) = watch::channel(false);
    let (mut connections, mut sweeping) = (JoinSet::new(), JoinSet::new());
    let mut sweep = tokio::time::interval(SWEEP);
    let mut number = 0;
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            // It waits for the database, and nobody waits for it.
            _ = sweep.tick(), if sweeping.is_empty() => {
                let engine = engine.clone();
                sweeping.spawn(async move { engine.sweep().await });
            }
            Some(_) = sweeping.join_next(), if !sweeping.is_empty() => {}
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept(), if connections.len() < engine.limits.connections => match accepted {
                Ok((stream, client)) => {
                    // Answers are small, and waited for.
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "no TCP_NODELAY");
                    }
                    number += 1;
                    if let Some(connection) = Connection::new(engine.clone(), number, client.ip()) {
                        let span = tracing::info_span!("connection", number, %client);
                        connections.spawn(connection.serve(stream, is_ending.clone()).instrument(span));
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection cannot be accepted");
                    tokio::time::sleep(RETRY).await;
                }
            },
        }
    }
    drop((listener, sweeping));
    if let Err(error) = engine.note_use(engine.source.now()).await {
        tracing::error!(%error, "what is in use cannot be noted");
    }
    let _ = ending.send(true);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(MAX_ENDING, all).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
}
