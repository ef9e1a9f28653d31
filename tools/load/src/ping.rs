//! Pings, and a bare echo beside them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use piltover::crypto::{AuthKey, Plaintext, Side, decrypt, encrypt};
use piltover::layers::Encode;
use piltover::layers::mtproto::functions;
use piltover::testing::{Client, Dial, Saved};
use piltover::transport::{Codec, Framing};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::process::Server;

const PONG: u32 = 0x3477_73c5;
const MSG_CONTAINER: u32 = 0x73f1_f8dc;
/// Bytes of a ping on the wire, about: those of the echo.
const FRAME: usize = 105;

/// One connection that pings, as quick as a client can be: nothing but what is measured.
pub struct Pinger {
    stream: TcpStream,
    codec: Codec,
    key: AuthKey,
    saved: Saved,
    msg_id: i64,
    out: Vec<u8>,
}

impl Pinger {
    pub async fn new(address: SocketAddr, saved: Saved, msg_id: i64) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (first, codec) = Codec::client(Framing::Abridged, None, 2, None);
        stream.write_all(&first).await.unwrap();
        Self { stream, codec, key: saved.key.clone(), saved, msg_id, out: Vec::new() }
    }

    /// Sends so many pings at once, and waits for their pongs.
    pub async fn ping(&mut self, count: usize) {
        self.out.clear();
        for _ in 0..count {
            self.msg_id += 4;
            let body = functions::Ping { ping_id: self.msg_id }.to_bytes(0).unwrap();
            let (msg_id, salt, session_id) = (self.msg_id, self.saved.salt, self.saved.session_id);
            let message = Plaintext { salt, session_id, msg_id, seq_no: 0, body };
            let frame = encrypt(&self.key, Side::Client, &message, |padding| padding.fill(1));
            self.codec.pack(&frame, &mut self.out, |_| {});
        }
        self.stream.write_all(&self.out).await.unwrap();
        let mut left = count;
        let mut buffer = [0; 16 << 10];
        while left > 0 {
            let read = self.stream.read(&mut buffer).await.unwrap();
            assert!(read > 0, "the server has closed the connection");
            self.codec.feed(&buffer[..read]);
            while let Some(frame) = self.codec.next_frame().unwrap() {
                let (message, _) = decrypt(&self.key, Side::Server, &frame.payload).expect("a message");
                left = left.saturating_sub(pongs(&message.body));
            }
        }
    }
}

fn pongs(body: &[u8]) -> usize {
    let word = |at: usize| u32::from_le_bytes(body[at..at + 4].try_into().unwrap());
    if word(0) != MSG_CONTAINER {
        return usize::from(word(0) == PONG);
    }
    let (mut at, mut count) = (8, 0);
    while at < body.len() {
        count += usize::from(word(at + 16) == PONG);
        at += 16 + word(at + 12) as usize;
    }
    count
}

/// Pings a second, and how many of them a core of the server would do.
pub struct Rates {
    pub rate: f64,
    pub per_core: f64,
}

pub async fn measure(server: &Server, connections: usize, in_flight: usize, for_long: Duration) -> Rates {
    let saved = saved(server).await;
    let mut tasks = tokio::task::JoinSet::new();
    let start = Instant::now();
    let cpu = server.cpu();
    for index in 0..connections {
        let saved = saved.other(1_000_000 + index as i64);
        let address = server.address;
        let mut pinger = Pinger::new(address, saved, now()).await;
        tasks.spawn(async move {
            let mut done = 0;
            while start.elapsed() < for_long {
                pinger.ping(in_flight).await;
                done += in_flight;
            }
            done
        });
    }
    let mut done = 0;
    while let Some(count) = tasks.join_next().await {
        done += count.unwrap();
    }
    let (elapsed, cpu) = (start.elapsed().as_secs_f64(), (server.cpu() - cpu).as_secs_f64());
    Rates { rate: done as f64 / elapsed, per_core: done as f64 / cpu }
}

/// A key, and the salt that holds now.
pub async fn saved(server: &Server) -> Saved {
    let mut client = Client::new(server.address, &Dial::default(), &server.key).await;
    client.send(functions::Ping { ping_id: 1 }.to_bytes(0).unwrap()).await;
    client.receive().await;
    client.saved.clone()
}

/// A message id of this moment.
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    (since.as_secs() as i64) << 32
}

/// Round trips a second of a bare TCP echo, one at a time.
pub async fn echo(for_long: Duration) -> f64 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        // As the server has it: a runtime of its own.
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = TcpListener::from_std(listener.into_std().unwrap()).unwrap();
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let mut buffer = [0; FRAME];
            tokio::spawn(async move {
                while stream.read_exact(&mut buffer).await.is_ok() {
                    stream.write_all(&buffer).await.unwrap();
                }
            })
            .await
            .unwrap();
        });
    });
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut buffer, start) = ([1; FRAME], Instant::now());
    // In a task of its own, as the pings are.
    let done = tokio::spawn(async move {
        let mut done = 0;
        while start.elapsed() < for_long {
            stream.write_all(&buffer).await.unwrap();
            stream.read_exact(&mut buffer).await.unwrap();
            done += 1;
        }
        done
    });
    let done = f64::from(done.await.unwrap());
    let rate = done / start.elapsed().as_secs_f64();
    server.join().unwrap();
    rate
}
