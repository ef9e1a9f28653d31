//! One connection: read, take all whole frames, hand them on, write all that is ready.
//!
//! The task sleeps until bytes come, a session has something to send, or the next deadline: an idle
//! connection costs no time. What it sends waits in its link; a client that takes nothing is cut off, and
//! what was to come waits in its session.

mod deadlines;
mod polls;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};

use super::Engine;
use super::guard::Counted;
use super::poll::{Poll, Posted, SessionPoll};
use super::trail::{Step, Trail};
use crate::crypto::{self, Plaintext, Side};
use crate::exchange::{self, Exchange};
use crate::limits::MAX_SESSIONS_PER_CONNECTION;
use crate::rules::{self, Answer, Refusal};
use crate::session::{Attached, Event, Live, Port};
use crate::store::StoreError;
use crate::transport::{Frame, Link};

/// Acknowledgments wait so long for something to travel with.
const ACK_DELAY: Duration = Duration::from_secs(1);
/// What is ready when a connection ends is sent for so long.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Bytes that are read at a time.
const READ: usize = 64 << 10;

thread_local! {
    /// Shared by all connections of a thread: bytes stay in it only until they are given to a link.
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ].into());
}

/// Why a connection ends.
enum End {
    /// The client wants it, or is gone.
    Client,
    /// A rule was broken.
    Refused(Refusal),
    /// The state cannot be read.
    Store(StoreError),
    Io(io::Error),
}

impl From<Refusal> for End {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for End {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// One client's connection.
pub(super) struct Connection {
    engine: Arc<Engine>,
    address: IpAddr,
    link: Link,
    exchange: Exchange,
    sessions: Vec<Arc<Live>>,
    port: Arc<Port>,
    /// HTTP requests that have no answer yet.
    polls: VecDeque<Poll>,
    /// Counts the connection among those without a valid key, until it has shown one.
    unauthenticated: Option<Counted>,
    opened: Instant,
    last_read: Instant,
    /// Since when the client takes nothing of what waits for it.
    blocked: Option<Instant>,
    /// When acknowledgments are to go alone.
    acks: Option<Instant>,
    /// When the client wants the connection to be closed.
    deadline: Option<Instant>,
    trail: Trail,
}

impl Connection {
    /// The connection with this number. None, where too many have no valid key yet.
    pub(super) fn new(engine: Arc<Engine>, id: u64, address: IpAddr) -> Option<Self> {
        let unauthenticated = engine.unauthenticated.one_more(engine.limits.unauthenticated);
        if unauthenticated.is_none() {
            let most = engine.limits.unauthenticated.to_string();
            Refusal::new(&rules::LIMIT_UNAUTHENTICATED, most, "one more").log(id, 0, 0);
        }
        let now = Instant::now();
        Some(Self {
            link: Link::new(engine.setup.clone()),
            engine,
            address,
            exchange: Exchange::default(),
            sessions: Vec::new(),
            port: Arc::new(Port { id, waiting: Notify::new() }),
            polls: VecDeque::new(),
            unauthenticated: Some(unauthenticated?),
            opened: now,
            last_read: now,
            blocked: None,
            acks: None,
            deadline: None,
            trail: Trail::default(),
        })
    }

    /// Serves the client until one side ends the connection, or the server shuts down.
    pub(super) async fn serve(mut self, mut stream: TcpStream, mut shutdown: watch::Receiver<bool>) {
        let end = tokio::select! {
            end = self.run(&stream) => end,
            _ = shutdown.wait_for(|is_ending| *is_ending) => End::Client,
        };
        self.tell(&end);
        let now = self.engine.source.now();
        // HTTP clients close connections that have brought all they should.
        let is_lost = !self.link.is_http();
        self.sessions.iter().for_each(|session| session.detach(&self.port, is_lost, now));
        // What is ready is still sent; a client that is gone does not matter.
        let last = async {
            stream.write_all(self.link.output()).await?;
            stream.shutdown().await
        };
        let _ = timeout(LAST_WORDS, last).await;
    }

    /// Answers what ends the connection, and writes the log.
    fn tell(&mut self, end: &End) {
        let refusal = match end {
            End::Client => return,
            End::Store(error) => return tracing::error!(%error, "the state cannot be read"),
            End::Io(error) => return tracing::debug!(%error, "the connection broke"),
            End::Refused(refusal) => refusal,
        };
        self.note(Step::Refused(refusal.rule.name));
        let session_id = self.sessions.last().map_or(0, |session| session.id());
        refusal.log(self.port.id, session_id, 0);
        if let Answer::Transport(code) = refusal.rule.answer {
            // Whatever waits before it, over HTTP too.
            while self.polls.pop_front().is_some() {
                self.link.pack_nothing();
            }
            self.link.pack_error(code);
        }
        tracing::warn!(
            target: "piltover::postmortem",
            connection = self.port.id,
            rule = refusal.rule.name,
            transport = self.link.name(),
            steps = %self.trail,
            "the connection is closed; `piltover explain {}` tells more",
            refusal.rule.name,
        );
    }

    fn note(&mut self, step: Step) {
        self.trail.note(self.engine.source.now(), step);
    }

    async fn run(&mut self, stream: &TcpStream) -> End {
        match self.try_run(stream).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn try_run(&mut self, stream: &TcpStream) -> Result<std::convert::Infallible, End> {
        let sleep = tokio::time::sleep_until(self.next_deadline());
        tokio::pin!(sleep);
        loop {
            let next = self.next_deadline();
            // It may wake too early, since deadlines move on with every message.
            if next < sleep.deadline() || sleep.is_elapsed() {
                sleep.as_mut().reset(next);
            }
            let port = self.port.clone();
            let (reads, writes) = (self.may_read(), !self.link.output().is_empty());
            tokio::select! {
                ready = stream.readable(), if reads => {
                    ready?;
                    self.read(stream)?;
                    self.receive().await?;
                }
                ready = stream.writable(), if writes => ready?,
                () = port.waiting.notified() => {}
                () = &mut sleep => self.check_deadlines(Instant::now())?,
            }
            self.flush();
            self.write(stream)?;
            if self.link.is_closed() && self.link.output().is_empty() && self.polls.is_empty() {
                return Err(End::Client);
            }
        }
    }

    /// A client that does not take its answers is read no further.
    fn may_read(&mut self) -> bool {
        self.link.output().len() < self.engine.limits.queued_bytes
    }

    fn read(&mut self, stream: &TcpStream) -> Result<(), End> {
        BUFFER.with_borrow_mut(|buffer| {
            let read = match stream.try_read(buffer) {
                Ok(0) => return Err(End::Client),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            self.last_read = Instant::now();
            self.note(Step::Read(read));
            let bytes = buffer.get(..read).unwrap_or_default();
            self.link.feed(bytes, &*self.engine.source).map_err(|error| error.refusal().into())
        })
    }

    fn write(&mut self, stream: &TcpStream) -> Result<(), End> {
        let mut written = 0;
        let out = self.link.output();
        while written < out.len() {
            match stream.try_write(out.get(written..).unwrap_or_default()) {
                Ok(len) => written += len,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        out.drain(..written);
        let is_blocked = !out.is_empty();
        if written > 0 {
            self.note(Step::Written(written));
        }
        match is_blocked {
            false => self.blocked = None,
            true if written > 0 => self.blocked = Some(Instant::now()),
            true => drop(self.blocked.get_or_insert_with(Instant::now)),
        }
        self.link.shrink();
        Ok(())
    }

    async fn receive(&mut self) -> Result<(), End> {
        while let Some(frame) = self.link.next_frame().map_err(|error| error.refusal())? {
            match frame.payload.first_chunk::<8>().map(|id| i64::from_le_bytes(*id)) {
                None => {
                    let got = format!("{} bytes", frame.payload.len());
                    return Err(Refusal::new(&rules::MESSAGE_LENGTH, "8 bytes at least", got).into());
                }
                Some(0) => self.receive_plain(&frame).await?,
                Some(key_id) => self.receive_encrypted(key_id, &frame).await?,
            }
        }
        Ok(())
    }

    async fn receive_plain(&mut self, frame: &Frame) -> Result<(), End> {
        let body = exchange::open(&frame.payload).map_err(|error| error.refusal())?.to_vec();
        self.note(Step::Plain(u32::from_le_bytes(crypto::part(&body, 0))));
        if exchange::begins(&body) {
            self.engine.admit_handshake(self.address)?;
        }
        let dc = self.link.dc();
        let reply = if self.link.is_http() {
            self.engine.http_exchange(body, dc).await
        } else {
            let (exchange, reply) = self.engine.exchange(std::mem::take(&mut self.exchange), body, dc).await;
            self.exchange = exchange;
            reply
        };
        let reply = reply.map_err(|error| error.refusal())?;
        let message = reply.map(|reply| exchange::seal(self.engine.plain_msg_id(), &reply));
        match (message, self.link.is_http()) {
            (Some(message), true) => self.polls.push_back(Poll::Ready(message)),
            (None, true) => self.polls.push_back(Poll::Nothing),
            (Some(message), false) => self.pack(&message),
            (None, false) => {}
        }
        Ok(())
    }

    async fn receive_encrypted(&mut self, key_id: i64, frame: &Frame) -> Result<(), End> {
        let now = self.engine.source.now();
        let mut known = self.sessions.iter().map(|session| session.key());
        let known = known.find(|key| key.auth().id() == key_id && key.is_valid(now)).cloned();
        let key = match known {
            Some(key) => key,
            None => self.engine.key(key_id).await?.ok_or_else(|| {
                let got = format!("{:016x}", key_id.cast_unsigned());
                Refusal::new(&rules::MESSAGE_KEY, "a key of this server", got)
            })?,
        };
        let (message, quick_ack, version) =
            crypto::decrypt_any(key.auth(), Side::Client, &frame.payload).map_err(|error| error.refusal())?;
        if version < key.version() {
            let refusal = Refusal::new(&rules::MESSAGE_DOWNGRADE, "MTProto 2.0, as before", "1.0");
            return Err(refusal.into());
        }
        self.engine.store.use_key(&self.engine.registry, &key, Some(version)).await?;
        if self.unauthenticated.take().is_some() {
            tracing::debug!(transport = self.link.name(), "has shown a valid key");
        }
        if frame.quick_ack {
            self.link.pack_quick_ack(quick_ack);
        }
        let Plaintext { session_id, msg_id, seq_no, .. } = message;
        let constructor = u32::from_le_bytes(crypto::part(&message.body, 0));
        self.note(Step::Message { session: session_id, msg_id, seq_no, constructor });
        let is_it = |session: &&Arc<Live>| {
            session.id() == session_id && session.key().auth().id() == key_id && !session.is_destroyed()
        };
        let session = match self.sessions.iter().find(is_it) {
            Some(session) => session.clone(),
            None => self.engine.session(&key, session_id, self.port.id).await?,
        };
        if session.begins_v1(version) {
            self.tolerate(&session, Refusal::new(&rules::MESSAGE_VERSION, "MTProto 2.0", "1.0"))?;
        }
        let attached = self.attach(&session, msg_id);
        let events = session.receive(message, now);
        // Behind the message, which may have brought acknowledgments.
        match attached {
            Attached::Before => {}
            Attached::Alone if !self.link.is_http() => session.machine().reattach(false, now),
            Attached::Alone | Attached::Beside => session.machine().reattach(true, now),
            Attached::Elsewhere => session.wake(),
        }
        let mut posted = Posted::default();
        for event in events {
            self.handle(&session, event, &mut posted).await?;
        }
        if self.link.is_http() {
            self.polls.push_back(match attached {
                Attached::Elsewhere => Poll::Ready(self.nothing(&session)),
                _ => Poll::Session(SessionPoll::new(session, &self.port, posted, Instant::now())),
            });
        }
        Ok(())
    }

    async fn handle(&mut self, session: &Arc<Live>, event: Event, posted: &mut Posted) -> Result<(), End> {
        let key_id = session.key().auth().id();
        match event {
            Event::Request { msg_id, body } => {
                posted.requests.push(msg_id);
                let permit = session.admit().await;
                self.engine.begin(session, self.port.id, msg_id, body, permit);
            }
            // One of several connections over HTTP would miss the pings that go over others.
            Event::DisconnectAfter { .. } if self.link.is_http() => {}
            Event::DisconnectAfter { seconds } => {
                let delay = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
                self.deadline = Instant::now().checked_add(delay);
            }
            Event::Destroy { session_id } => {
                let did_live = self.engine.registry.destroy(key_id, session_id);
                // One that was not heard of for long is in the database alone.
                let was_stored = self.engine.store.remove_session(key_id, session_id).await?;
                session.machine().destroyed(session_id, did_live || was_stored);
            }
            Event::DestroyKey => {
                let outcome = self.engine.destroy_key(key_id).await;
                session.machine().key_destroyed(outcome);
                // It is the last thing that the key encrypts.
                if !self.link.is_http() {
                    self.flush_session(session, usize::MAX);
                }
            }
            Event::Wait(wait) if self.link.is_http() => posted.wait = Some(wait),
            Event::Wait(_) => {
                self.tolerate(session, Refusal::new(&rules::HTTP_WAIT, "HTTP", self.link.name()))?;
            }
            Event::Refused { refusal, is_fatal: true, .. } => {
                self.flush_session(session, usize::MAX);
                return Err(refusal.into());
            }
            Event::Refused { msg_id, refusal, is_fatal: false } => {
                self.note(Step::Refused(refusal.rule.name));
                refusal.log(self.port.id, session.id(), msg_id);
            }
        }
        Ok(())
    }

    /// Closes the connection where the server is strict.
    fn tolerate(&self, session: &Live, refusal: Refusal) -> Result<(), End> {
        if self.engine.is_strict {
            return Err(refusal.into());
        }
        refusal.log(self.port.id, session.id(), 0);
        Ok(())
    }

    fn attach(&mut self, session: &Arc<Live>, msg_id: i64) -> Attached {
        if !self.sessions.iter().any(|known| Arc::ptr_eq(known, session)) {
            self.sessions.retain(|known| !known.is_destroyed());
            if self.sessions.len() == MAX_SESSIONS_PER_CONNECTION {
                self.sessions.remove(0).detach(&self.port, true, self.engine.source.now());
            }
            self.sessions.push(session.clone());
        }
        session.attach(&self.port, msg_id)
    }

    /// Takes what the sessions have to send.
    fn flush(&mut self) {
        if self.link.is_http() {
            return self.answer_polls();
        }
        let now = Instant::now();
        let acks_are_due = self.acks.is_some_and(|at| at <= now);
        let (mut has_acks, mut index) = (false, 0);
        while let Some(session) = self.sessions.get(index).cloned() {
            index += 1;
            // The client knows nothing any more of a session that was destroyed.
            if !self.may_read() || session.is_destroyed() || !session.sends_over(&self.port) {
                continue;
            }
            let (waiting, acks) = {
                let machine = session.machine();
                (machine.is_waiting(), machine.has_acks())
            };
            if waiting || acks && acks_are_due {
                self.flush_session(&session, usize::MAX);
            } else {
                has_acks |= acks;
            }
        }
        self.acks = match has_acks {
            true => self.acks.filter(|at| *at > now).or(Some(now + ACK_DELAY)),
            false => None,
        };
    }

    /// Sends what a session has, `most` messages at most. Tells whether that was any.
    fn flush_session(&mut self, session: &Arc<Live>, most: usize) -> bool {
        let key = session.key();
        let now = self.engine.source.now();
        let messages = session.machine().flush(now, key.salts(), self.port.id, most);
        if !messages.is_empty() {
            self.note(Step::Sent(messages.len()));
        }
        for message in &messages {
            let frame = self.sealed(session, message);
            self.pack(&frame);
        }
        !messages.is_empty()
    }

    fn sealed(&self, session: &Live, message: &Plaintext) -> Vec<u8> {
        let (source, key) = (&self.engine.source, session.key());
        key.version().encrypt(key.auth(), Side::Server, message, |padding| source.fill(padding))
    }

    /// What a session answers over HTTP when it has nothing to say.
    fn nothing(&self, session: &Live) -> Vec<u8> {
        let nothing = session.machine().nothing(self.engine.source.now(), session.key().salts());
        self.sealed(session, &nothing)
    }

    fn pack(&mut self, payload: &[u8]) {
        let source = self.engine.source.clone();
        self.link.pack(payload, |padding| source.fill(padding));
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
