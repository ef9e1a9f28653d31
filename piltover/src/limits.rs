//! Every limit that protects the server, in one place, with its default.
//!
//! What a client gets that goes beyond one is said by its rule in [`rules`](crate::rules). The limits of the
//! protocol itself (a container of 1020 messages, 12 to 1024 bytes of padding) stand where they are checked.

use std::time::Duration;

/// The limits that an owner may set. There are no rate limits of requests: those are for whoever wants them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time; more wait in the system's queue. 20,000.
    pub connections: usize,
    /// Connections at a time that have shown no valid key; beyond it new ones are closed at once. 4,000.
    pub unauthenticated: usize,
    /// Key exchanges that one address (an IPv6 network of 64 bits) may begin in a minute; beyond it -429.
    /// 20,000, since a whole office may stand behind one address, and a test suite behind 127.0.0.1.
    pub handshakes_per_minute: u32,
    /// Key exchanges whose arithmetic runs at a time, off the threads that serve connections; the others
    /// wait. As many as there are processors.
    pub handshake_threads: usize,
    /// Key exchanges over HTTP that wait for their next step, since each may come over another connection.
    /// 1,000.
    pub http_handshakes: usize,
    /// From a connection's first byte to its first message with a valid key. 60 s.
    pub handshake_time: Duration,
    /// The longest silence of a client; all ping more often. 15 min.
    pub silence: Duration,
    /// For how long a client may take nothing of what waits for it. 30 s.
    pub write_time: Duration,
    /// Bytes that wait in a connection for a client to take them; what is more waits in the session. 1 MiB.
    pub queued_bytes: usize,
    /// Sessions of one key; beyond it the one that is unused longest is forgotten. As many are stored, at most. 128.
    pub sessions_per_key: usize,
    /// How long a key that was made is kept without having encrypted a message; it is in memory alone. 10 min.
    pub unused_key_time: Duration,
    /// Such keys at a time; beyond it the oldest is forgotten. 20,000.
    pub unused_keys: usize,
    /// How long a key is kept unused with which nobody is signed in; it is stored. 7 days.
    pub unsigned_key_time: Duration,
    /// Such keys in the database; beyond it those unused longest are forgotten. 100,000, some 30 MB.
    pub unsigned_keys: usize,
    /// How long is stored what an unused session has said of itself: its layer, and whether it wants updates. 30 days.
    pub stored_session_time: Duration,
    /// How long a request waits for those that `invokeAfterMsg` names. 20 s.
    pub wait_time: Duration,
    /// How long a session without a connection is kept. An hour; the protocol asks for ten minutes.
    pub session_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 20_000,
            unauthenticated: 4_000,
            handshakes_per_minute: 20_000,
            handshake_threads: std::thread::available_parallelism().map_or(1, Into::into),
            http_handshakes: 1_000,
            handshake_time: Duration::from_secs(60),
            silence: Duration::from_secs(15 * 60),
            write_time: Duration::from_secs(30),
            queued_bytes: 1 << 20,
            sessions_per_key: 128,
            unused_key_time: Duration::from_secs(600),
            unused_keys: 20_000,
            unsigned_key_time: Duration::from_secs(7 * 24 * 3600),
            unsigned_keys: 100_000,
            stored_session_time: Duration::from_secs(30 * 24 * 3600),
            wait_time: Duration::from_secs(20),
            session_time: Duration::from_secs(3600),
        }
    }
}

/// Longest payload of a transport, in bytes. Containers of clients reach 1 MiB.
pub const MAX_PAYLOAD: usize = 2 << 20;
/// Longest head of an HTTP request, in bytes.
pub const MAX_HTTP_HEAD: usize = 8 << 10;
/// Requests over one HTTP connection that wait for their answers.
pub const MAX_HTTP_PIPELINE: usize = 64;
/// Longest object that is unpacked from `gzip_packed`, in bytes.
pub const MAX_UNPACKED: u64 = 8 << 20;
/// Messages that a session remembers, to know a repeated one.
pub const MAX_REMEMBERED: usize = 1024;
/// Ids in one service message about messages.
pub const MAX_IDS: usize = 8192;
/// Requests of a session that are answered at a time. A client that sends more is read more slowly.
pub const MAX_RUNNING: usize = 256;
/// Messages that are kept for a client that does not acknowledge them. Beyond it the oldest is given up.
pub const MAX_UNACKED: usize = 2048;
/// Their bytes.
pub const MAX_UNACKED_BYTES: usize = 16 << 20;
/// Updates that wait for a connection. Beyond it the client is told to ask for the difference.
pub const MAX_WAITING_UPDATES: usize = 512;
/// Wrappers around one request.
pub const MAX_WRAPPERS: usize = 8;
/// Sessions that one connection serves at a time; clients have one, or two for a moment.
pub const MAX_SESSIONS_PER_CONNECTION: usize = 16;
