//! One connection: read, take all whole frames, hand them on, write all that is ready.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};

use super::Engine;
use crate::crypto::{self, MessageError, Side};
use crate::exchange::{self, Exchange, ExchangeError, PlainError};
use crate::session::{Event, Live};
use crate::store::StoreError;
use crate::transport::{Codec, Frame, TransportError};

/// A client that says nothing for so long is gone. Clients ping at least every minute.
const MAX_SILENCE: Duration = Duration::from_secs(15 * 60);
/// A client that takes nothing for so long is gone.
const MAX_WRITE: Duration = Duration::from_secs(30);
/// Acknowledgments wait so long for something to travel with.
const TICK: Duration = Duration::from_secs(1);
/// Sessions that one connection serves at a time; clients have one, or two for a moment.
const MAX_SESSIONS: usize = 16;
/// Bytes that are read at a time.
const READ: usize = 64 << 10;
/// The auth key is unknown, or the message is not encrypted with it.
const NOT_FOUND: i32 = -404;

/// Why the server ends a connection.
#[derive(Debug, Error)]
enum Fault {
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error(transparent)]
    Plain(#[from] PlainError),
    #[error("key exchange: {0}")]
    Exchange(#[from] ExchangeError),
    #[error("auth_key_id {0:016x} is unknown here")]
    UnknownKey(i64),
    #[error(transparent)]
    Message(#[from] MessageError),
    #[error("a payload of {0} bytes is too short for a message")]
    Short(usize),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault {
    /// The transport error that the client gets; none, where it could not be framed.
    fn code(&self) -> Option<i32> {
        match self {
            Self::Transport(_) | Self::Store(_) => None,
            _ => Some(NOT_FOUND),
        }
    }
}

/// One client's connection.
pub(super) struct Connection<S> {
    engine: Arc<Engine>,
    stream: S,
    codec: Codec,
    exchange: Exchange,
    sessions: Vec<Arc<Live>>,
    /// Woken when one of the sessions has something to send.
    waiting: Arc<Notify>,
    out: Vec<u8>,
    /// When the client wants the connection to be closed.
    deadline: Option<Instant>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    pub(super) fn new(engine: Arc<Engine>, stream: S) -> Self {
        Self {
            engine,
            stream,
            codec: Codec::new(),
            exchange: Exchange::default(),
            sessions: Vec::new(),
            waiting: Arc::new(Notify::new()),
            out: Vec::new(),
            deadline: None,
        }
    }

    /// Serves the client until one side ends the connection, or the server shuts down.
    pub(super) async fn serve(mut self, mut shutdown: watch::Receiver<bool>) {
        tokio::select! {
            result = self.run() => if let Err(error) = result {
                tracing::debug!(%error, "the connection broke");
            },
            _ = shutdown.wait_for(|is_ending| *is_ending) => {}
        }
        let now = self.engine.source.now();
        self.sessions.iter().for_each(|session| session.detach(&self.waiting, now));
        // What is ready is still sent; a client that is gone does not matter.
        let _ = timeout(TICK, self.stream.shutdown()).await;
    }

    async fn run(&mut self) -> std::io::Result<()> {
        let mut buffer = vec![0; READ];
        let mut last_read = Instant::now();
        let mut tick = tokio::time::interval(TICK);
        loop {
            let waiting = self.waiting.clone();
            let is_tick = tokio::select! {
                read = self.stream.read(&mut buffer) => {
                    let read = read?;
                    if read == 0 {
                        return Ok(());
                    }
                    last_read = Instant::now();
                    self.codec.feed(buffer.get(..read).unwrap_or_default());
                    if let Err(fault) = self.receive().await {
                        self.fail(&fault);
                        return self.write().await;
                    }
                    false
                }
                () = waiting.notified() => false,
                now = tick.tick() => {
                    if self.deadline.is_some_and(|deadline| deadline <= now) || now - last_read > MAX_SILENCE {
                        return Ok(());
                    }
                    true
                }
            };
            self.flush(is_tick);
            self.write().await?;
        }
    }

    fn fail(&mut self, fault: &Fault) {
        tracing::info!(%fault, "connection closed");
        if let Some(code) = fault.code() {
            self.codec.pack_error(code, &mut self.out);
        }
    }

    async fn receive(&mut self) -> Result<(), Fault> {
        while let Some(frame) = self.codec.next_frame()? {
            match frame.payload.first_chunk::<8>().map(|id| i64::from_le_bytes(*id)) {
                None => return Err(Fault::Short(frame.payload.len())),
                Some(0) => self.receive_plain(&frame).await?,
                Some(key_id) => self.receive_encrypted(key_id, &frame).await?,
            }
        }
        Ok(())
    }

    async fn receive_plain(&mut self, frame: &Frame) -> Result<(), Fault> {
        let body = exchange::open(&frame.payload)?.to_vec();
        let (exchange, reply) = self.engine.exchange(std::mem::take(&mut self.exchange), body).await;
        self.exchange = exchange;
        if let Some(reply) = reply? {
            let message = exchange::seal(self.engine.plain_msg_id(), &reply);
            self.pack(&message);
        }
        Ok(())
    }

    async fn receive_encrypted(&mut self, key_id: i64, frame: &Frame) -> Result<(), Fault> {
        let key = self.engine.key(key_id).await?.ok_or(Fault::UnknownKey(key_id))?;
        let (message, quick_ack) = crypto::decrypt(key.auth(), Side::Client, &frame.payload)?;
        if frame.quick_ack {
            self.codec.pack_quick_ack(quick_ack, &mut self.out);
        }
        let session = self.engine.session(&key, message.session_id).await?;
        self.attach(&session);
        let events = session.machine().receive(message, self.engine.source.now(), key.salts());
        for event in events {
            match event {
                Event::Request { msg_id, body } => {
                    let permit = session.admit().await;
                    self.engine.begin(&session, msg_id, body, permit);
                }
                Event::DisconnectAfter { seconds } => {
                    let delay = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
                    self.deadline = Instant::now().checked_add(delay);
                }
                Event::Destroy { session_id } => {
                    let was_there = self.engine.registry.destroy(key_id, session_id);
                    drop(self.engine.store.remove_session(key_id, session_id));
                    session.machine().destroyed(session_id, was_there);
                }
            }
        }
        Ok(())
    }

    fn attach(&mut self, session: &Arc<Live>) {
        if !self.sessions.iter().any(|known| Arc::ptr_eq(known, session)) {
            if self.sessions.len() == MAX_SESSIONS {
                self.sessions.remove(0).detach(&self.waiting, self.engine.source.now());
            }
            self.sessions.push(session.clone());
        }
        if session.attach(&self.waiting) {
            session.machine().reattach(self.engine.source.now());
        }
    }

    /// Takes what the sessions have to send; on a tick also acknowledgments that nothing travels with.
    fn flush(&mut self, is_tick: bool) {
        let now = self.engine.source.now();
        let mut messages = Vec::new();
        for session in &self.sessions {
            if !session.is_attached_to(&self.waiting) {
                continue;
            }
            let mut machine = session.machine();
            if is_tick || machine.is_waiting() {
                let flushed = machine.flush(now, session.key().salts());
                messages.extend(flushed.into_iter().map(|message| (session.key().clone(), message)));
            }
        }
        for (key, message) in messages {
            let source = self.engine.source.clone();
            let frame = crypto::encrypt(key.auth(), Side::Server, &message, |padding| source.fill(padding));
            self.pack(&frame);
        }
    }

    fn pack(&mut self, payload: &[u8]) {
        let source = &self.engine.source;
        self.codec.pack(payload, &mut self.out, |padding| source.fill(padding));
    }

    async fn write(&mut self) -> std::io::Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        let written = timeout(MAX_WRITE, self.stream.write_all(&self.out)).await;
        written.map_err(|_| std::io::ErrorKind::TimedOut)??;
        self.out.clear();
        // A large answer does not hold its memory for ever.
        self.out.shrink_to(READ);
        Ok(())
    }
}

impl Engine {
    /// An id for an unencrypted message: the time, and the bits of an answer.
    fn plain_msg_id(&self) -> i64 {
        let mut random = [0; 4];
        self.source.fill(&mut random);
        // Two exchanges at one moment must not share an id.
        let low = i64::from(u32::from_le_bytes(random) & 0xfffc);
        self.source.now().msg_id() & !0xffff | low | 1
    }
}
