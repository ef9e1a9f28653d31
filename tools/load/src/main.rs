//! Measures `piltover run` on loopback, each figure beside what bounds it, in the same run.
//!
//! ```text
//! cargo build --release -p piltover -p load
//! target/release/load --binary target/release/piltover
//! ```
//!
//! Everything is bounded: by counts, or by seconds. What belongs to the server alone is told in its CPU time,
//! since server and clients share the machine.

// A tool: what goes wrong ends it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod abuse;
mod idle;
mod ping;
mod process;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use piltover::testing::{Client, Dial};
use process::Server;

#[derive(Debug, Parser)]
#[command(about)]
struct Arguments {
    /// The server to measure.
    #[arg(long, default_value = "target/release/piltover")]
    binary: PathBuf,
    /// Seconds for each measurement of a rate.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Key exchanges.
    #[arg(long, default_value_t = 200)]
    handshakes: usize,
    /// Idle sessions, each with a connection.
    #[arg(long, default_value_t = 5000)]
    idle: usize,
    /// Leave out the measurement beside hostile clients.
    #[arg(long)]
    no_abuse: bool,
}

fn main() {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(run(&arguments));
}

fn row(what: &str, value: String, limit: String) {
    println!("{what:<58} {value:>16}   {limit}");
}

async fn run(arguments: &Arguments) {
    let for_long = Duration::from_secs(arguments.seconds);
    let server = Server::start(&arguments.binary).await;
    row("start to listening", format!("{:.0} ms", server.start.as_secs_f64() * 1e3), "at most 300 ms".into());
    row("idle memory", format!("{:.1} MB", server.memory() as f64 / 1e6), "at most 40 MB".into());

    handshakes(&server, arguments.handshakes).await;

    let echo = ping::echo(for_long).await;
    row("bare TCP echo, one at a time", format!("{echo:.0} /s"), String::new());
    let one = ping::measure(&server, 1, 1, for_long).await;
    row(
        "pings, one connection, one at a time",
        format!("{:.0} /s", one.rate),
        format!("{:.0} % of the echo (60 %)", one.rate / echo * 100.0),
    );
    let many = ping::measure(&server, 1, 64, for_long).await;
    row(
        "pings, one connection, 64 in flight",
        format!("{:.0} /s", many.rate),
        format!("{:.0} /s on one core of the server (300,000)", many.per_core),
    );
    let wide = ping::measure(&server, 100, 1, for_long).await;
    row(
        "pings, 100 connections, one at a time each",
        format!("{:.0} /s", wide.rate),
        format!("{:.0} /s on one core of the server", wide.per_core),
    );

    idle::measure(&server, arguments.idle).await;
    if !arguments.no_abuse {
        abuse::measure(&server, for_long).await;
    }
    server.stop().await;
}

async fn handshakes(server: &Server, count: usize) {
    // The first one makes the table of powers.
    Client::new(server.address, &Dial::default(), &server.key).await;
    let (cpu, start) = (server.cpu(), std::time::Instant::now());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (address, key) = (server.address, server.key.clone());
        tasks.spawn(async move {
            for _ in 0..count / 4 {
                Client::new(address, &Dial::default(), &key).await;
            }
        });
    }
    while tasks.join_next().await.is_some() {}
    let count = (count / 4 * 4) as f64;
    row(
        "whole key exchanges",
        format!("{:.0} /s", count / start.elapsed().as_secs_f64()),
        format!("{:.0} /s on one core of the server (100)", count / (server.cpu() - cpu).as_secs_f64()),
    );
}
