//! Busy clients beside hostile ones: half-done key exchanges, garbage, slow readers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use piltover::layers::Encode;
use piltover::layers::mtproto::functions;
use piltover::testing::{Client, Dial};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::ping::{Pinger, now, saved};
use crate::process::Server;
use crate::row;

/// Clients that ping, each so often.
const BUSY: usize = 100;
const PAUSE: Duration = Duration::from_millis(20);
/// Hostile clients of each kind at a time.
const HOSTILE: usize = 20;
/// What the server may need beside them.
const MAX_MEMORY: u64 = 200 << 20;

pub async fn measure(server: &Server, for_long: Duration) {
    let files = server.files();
    let alone = p99(server, for_long).await;
    row("p99 of 100 busy clients, alone", milliseconds(alone), String::new());
    let ends = Arc::new(AtomicBool::new(false));
    let hostile = hostile(server, &ends);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let beside = p99(server, for_long).await;
    row(
        "p99 beside half-done exchanges, garbage, slow readers",
        milliseconds(beside),
        format!("{:.1} times (2)", beside.as_secs_f64() / alone.as_secs_f64()),
    );
    let memory = server.memory();
    let bound = format!("at most {} MB", MAX_MEMORY / 1_000_000);
    row("memory beside them", format!("{:.1} MB", memory as f64 / 1e6), bound);
    ends.store(true, Ordering::Relaxed);
    hostile.join_all().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let left = server.files().saturating_sub(files);
    row("connections that are left of them", format!("{left}"), "none".into());
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1e3)
}

/// The time under which 99 of 100 pings are answered.
async fn p99(server: &Server, for_long: Duration) -> Duration {
    let saved = saved(server).await;
    let mut tasks = JoinSet::new();
    let start = Instant::now();
    for index in 0..BUSY {
        let mut pinger = Pinger::new(server.address, saved.other(500 + index as i64), now()).await;
        tasks.spawn(async move {
            let mut times = Vec::new();
            while start.elapsed() < for_long {
                let ping = Instant::now();
                pinger.ping(1).await;
                times.push(ping.elapsed());
                tokio::time::sleep(PAUSE).await;
            }
            times
        });
    }
    let mut times: Vec<Duration> = tasks.join_all().await.concat();
    times.sort_unstable();
    times[times.len() * 99 / 100]
}

fn hostile(server: &Server, ends: &Arc<AtomicBool>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let address = server.address;
    for number in 0..HOSTILE {
        let until = ends.clone();
        tasks.spawn(async move {
            // A challenge, and silence.
            while !until.load(Ordering::Relaxed) {
                let mut client = Client::connect(address, &Dial::default()).await;
                let request = functions::ReqPqMulti { nonce: [number as u8; 16] }.to_bytes(0).unwrap();
                client.wire.send(&piltover::exchange::seal(4, &request)).await;
                client.receive_payload().await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        let until = ends.clone();
        tasks.spawn(async move {
            while !until.load(Ordering::Relaxed) {
                let mut stream = TcpStream::connect(address).await.unwrap();
                let garbage: Vec<u8> = (0..3000u32).map(|n| (n * 31 + number as u32) as u8).collect();
                let _ = stream.write_all(&garbage).await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
    }
    let key = server.key.clone();
    let until = ends.clone();
    tasks.spawn(async move {
        // Asks for much, and takes nothing.
        let request = functions::GetFutureSalts { num: 64 }.to_bytes(0).unwrap();
        let mut client = Client::new(address, &Dial::default(), &key).await;
        while !until.load(Ordering::Relaxed) {
            let msg_id = client.next_id();
            let frame = client.sealed(msg_id, 0, request.clone());
            if tokio::time::timeout(Duration::from_millis(200), client.wire.send(&frame)).await.is_err() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    });
    tasks
}
