//! The threads that own the connections to the database.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::{mpsc as events, oneshot};

use super::{Answer, StoreError};
use crate::model::Event;

/// So many changes share a transaction at most.
const MAX_BATCH: usize = 64;
/// Prepared statements that each connection keeps.
const STATEMENTS: usize = 128;

/// Tells the caller how its change went, once it is on the disk.
type Tell = Box<dyn FnOnce(bool) + Send>;
/// A change: done in a savepoint of its own, it gives what happened and how to answer.
type Change = Box<dyn FnOnce(&Connection) -> (Vec<Event>, Tell) + Send>;
type Question = Box<dyn FnOnce(&Connection) + Send>;

enum Job {
    Change(Change),
    Question(Question),
    Announce(Vec<Event>),
}

/// The thread that writes.
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(db: Connection, events: events::UnboundedSender<Vec<Event>>) -> Self {
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        let (jobs, queue) = mpsc::channel();
        let thread = thread::Builder::new().name("store-writer".to_owned());
        let thread = thread.spawn(move || write(&db, &queue, &events));
        Self {
            jobs: Some(jobs),
            thread: thread.inspect_err(|error| tracing::error!(%error, "no thread")).ok(),
        }
    }

    fn send(&self, job: Job) {
        // When the thread is gone, the job is dropped, and its caller told so by its channel.
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(job);
        }
    }

    pub(super) fn announce(&self, events: Vec<Event>) {
        self.send(Job::Announce(events));
    }

    pub(super) fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<T> {
        let (question, answer) = question(job);
        self.send(Job::Question(question));
        answer
    }

    pub(super) fn submit<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> rusqlite::Result<(T, Vec<Event>)> + Send + 'static,
    ) -> Answer<T> {
        let (sender, answer) = oneshot::channel();
        self.send(Job::Change(Box::new(move |db| {
            let (result, events) = match in_savepoint(db, job) {
                Ok((value, events)) => (Ok(value), events),
                Err(error) => (Err(StoreError::from(error)), Vec::new()),
            };
            let answer: Tell = Box::new(move |is_committed| {
                // A caller that is gone needs no answer; without a commit the dropped channel is the answer.
                if is_committed || result.is_err() {
                    let _ = sender.send(result);
                }
            });
            (events, answer)
        })));
        Answer(answer)
    }
}

impl Drop for Writer {
    /// Waits until everything that was queued is on the disk.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

/// Does a change so that it leaves nothing behind if it fails, while its neighbours in the
/// transaction stay.
fn in_savepoint<T>(
    db: &Connection,
    job: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    db.prepare_cached("SAVEPOINT change")?.execute([])?;
    let result = job(db);
    if result.is_err() {
        db.prepare_cached("ROLLBACK TO change")?.execute([])?;
    }
    db.prepare_cached("RELEASE change")?.execute([])?;
    result
}

fn write(db: &Connection, queue: &mpsc::Receiver<Job>, events: &events::UnboundedSender<Vec<Event>>) {
    while let Ok(first) = queue.recv() {
        // While a commit waits for the disk, the next batch gathers.
        let batch = std::iter::once(first).chain(queue.try_iter().take(MAX_BATCH - 1));
        commit(db, batch, events);
    }
}

fn commit(db: &Connection, batch: impl Iterator<Item = Job>, events: &events::UnboundedSender<Vec<Event>>) {
    let mut is_open = false;
    let mut answers = Vec::new();
    let mut happened = Vec::new();
    for job in batch {
        match job {
            Job::Change(change) => {
                if !is_open {
                    is_open = db.execute_batch("BEGIN IMMEDIATE").is_ok();
                }
                let (events, answer) = change(db);
                answers.push(answer);
                happened.push(events);
            }
            Job::Question(question) => question(db),
            Job::Announce(events) => happened.push(events),
        }
    }
    let committed = if is_open { db.execute_batch("COMMIT") } else { Ok(()) };
    if let Err(error) = &committed {
        tracing::error!(%error, "a transaction cannot be committed");
        if let Err(error) = db.execute_batch("ROLLBACK") {
            tracing::error!(%error, "nor rolled back");
        }
    } else {
        // Before the answers: what others hear of must not depend on who is told first.
        for happened in happened.into_iter().filter(|happened| !happened.is_empty()) {
            let _ = events.send(happened);
        }
    }
    answers.into_iter().for_each(|answer| answer(committed.is_ok()));
}

fn question<T: Send + 'static>(
    job: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
) -> (Question, Answer<T>) {
    let (sender, answer) = oneshot::channel();
    let question: Question = Box::new(move |db| {
        let _ = sender.send(job(db).map_err(StoreError::from));
    });
    (question, Answer(answer))
}

/// The threads that read.
pub(super) struct Reader {
    questions: mpsc::Sender<Question>,
}

impl Reader {
    pub(super) fn start(connections: Vec<Connection>) -> Self {
        let (questions, queue) = mpsc::channel::<Question>();
        let queue = Arc::new(Mutex::new(queue));
        for db in connections {
            db.set_prepared_statement_cache_capacity(STATEMENTS);
            let queue = queue.clone();
            let thread = thread::Builder::new().name("store-reader".to_owned());
            let thread = thread.spawn(move || {
                loop {
                    let question = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    match question {
                        Ok(question) => question(&db),
                        Err(_) => break,
                    }
                }
            });
            if let Err(error) = thread {
                tracing::error!(%error, "no thread");
            }
        }
        Self { questions }
    }

    pub(super) fn submit<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<T> {
        let (question, answer) = question(job);
        let _ = self.questions.send(question);
        answer
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}
