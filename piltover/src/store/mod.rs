//! The state, in SQLite. The methods of [`Store`] are all that the rest of the server knows of it; each
//! stands in the module of what it is about.
//!
//! One thread writes. It takes what is queued into one transaction and answers behind the commit, so that
//! whatever is acknowledged is on the disk, and many small writes cost one sync. A few threads read.

mod codes;
mod contacts;
mod dialogs;
mod keys;
mod log;
mod messages;
mod migrations;
mod purge;
mod settings;
mod threads;
mod users;

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rusqlite::{Connection, OpenFlags};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

pub use codes::CodeCheck;
pub use contacts::Imported;
pub use dialogs::{DialogPage, Dialogs, NotPinned};
pub use log::Difference;
pub use messages::{History, MessageRef, Read};
pub use users::UsernameChange;

use crate::model::Event;
use threads::{Reader, Writer};

/// How many threads read a database on disk.
const READERS: usize = 2;

/// Why the state could not be read or changed. Nothing was changed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// SQLite refuses.
    #[error("the database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The database was written by a newer version of the server.
    #[error("the database has schema version {found}; this server knows up to {known}")]
    Newer {
        /// The version in the file.
        found: i64,
        /// The newest that is known.
        known: i64,
    },
    /// The server is shutting down.
    #[error("the store is closed")]
    Closed,
}

/// The state of the server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    // In this order: a reader may outlive the writer, but not the other way round.
    readers: Option<Reader>,
    writer: Writer,
}

/// The answer of the database, to be awaited. What was asked is done, whether it is awaited or not.
#[derive(Debug)]
pub struct Answer<T>(oneshot::Receiver<Result<T, StoreError>>);

impl<T> Future for Answer<T> {
    type Output = Result<T, StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map(|answer| answer.unwrap_or(Err(StoreError::Closed)))
    }
}

impl<T> Answer<T> {
    /// Waits for it on this thread.
    pub(crate) fn wait(self) -> Result<T, StoreError> {
        self.0.blocking_recv().unwrap_or(Err(StoreError::Closed))
    }
}

/// What happened, in the order of the commits.
pub type Events = mpsc::UnboundedReceiver<Vec<Event>>;

impl Store {
    /// Opens the database in this file, or makes it. Events come out in the order of their commits.
    ///
    /// # Errors
    /// The file cannot be opened, or is of a newer server.
    pub fn open(path: &Path) -> Result<(Self, Events), StoreError> {
        let mut writer = Connection::open(path)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        // A commit is on the disk before it is answered.
        writer.pragma_update(None, "synchronous", "FULL")?;
        migrations::apply(&mut writer)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let readers = (0..READERS)
            .map(|_| Connection::open_with_flags(path, flags).map_err(StoreError::from))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self::start(writer, Some(readers)))
    }

    /// A database in memory, gone with the server.
    ///
    /// # Errors
    /// SQLite cannot make one.
    pub fn in_memory() -> Result<(Self, Events), StoreError> {
        let mut writer = Connection::open_in_memory()?;
        migrations::apply(&mut writer)?;
        Ok(Self::start(writer, None))
    }

    fn start(writer: Connection, readers: Option<Vec<Connection>>) -> (Self, Events) {
        let (sender, events) = mpsc::unbounded_channel();
        let inner = Inner { readers: readers.map(Reader::start), writer: Writer::start(writer, sender) };
        (Self(Arc::new(inner)), events)
    }

    /// Tells of something that is not kept: it goes the way of the events of commits, behind those that
    /// came before.
    pub fn announce(&self, events: Vec<Event>) {
        self.0.writer.announce(events);
    }

    /// Waits until everything that was queued before is on the disk.
    pub async fn flush(&self) {
        if let Err(error) = self.write(|_| Ok(())).await {
            tracing::error!(%error, "the state cannot be written");
        }
    }

    /// Queues a change. It is queued when this returns, so that changes happen in the order of the calls.
    fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<T> {
        self.write_events(move |db| job(db).map(|value| (value, Vec::new())))
    }

    /// Queues a change of which somebody must hear.
    fn write_events<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> rusqlite::Result<(T, Vec<Event>)> + Send + 'static,
    ) -> Answer<T> {
        self.0.writer.submit(job)
    }

    /// Queues a question, or several that have one view of the database.
    fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<T> {
        let job = move |db: &Connection| {
            // Where the writer answers, changes before the question may have begun a transaction.
            let _view = db.is_autocommit().then(|| db.unchecked_transaction()).transpose()?;
            job(db)
        };
        match &self.0.readers {
            Some(readers) => readers.submit(job),
            None => self.0.writer.ask(job),
        }
    }
}
