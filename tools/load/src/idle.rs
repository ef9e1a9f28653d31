//! Idle connections, each with an authorised session.

use std::time::Duration;

use crate::ping::{Pinger, now, saved};
use crate::process::Server;
use crate::row;

/// Sessions of one key.
const PER_KEY: usize = 100;

pub async fn measure(server: &Server, count: usize) {
    let before = server.memory();
    let mut pingers = Vec::new();
    while pingers.len() < count {
        let saved = saved(server).await;
        for index in 0..PER_KEY.min(count - pingers.len()) {
            let mut pinger = Pinger::new(server.address, saved.other(index as i64 + 1), now()).await;
            pinger.ping(1).await;
            pingers.push(pinger);
        }
    }
    let each = server.memory().saturating_sub(before) as f64 / count as f64;
    row(
        &format!("memory of each of {count} idle sessions"),
        format!("{:.1} kB", each / 1e3),
        "at most 20 kB".into(),
    );
    tokio::time::sleep(Duration::from_secs(2)).await;
    let cpu = server.cpu();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let used = (server.cpu() - cpu).as_secs_f64() / 5.0;
    row("CPU that they cost", format!("{:.1} %", used * 100.0), "none".into());
    drop(pingers);
    tokio::time::sleep(Duration::from_secs(1)).await;
}
