//! The server as a process of its own, so that its time and memory can be told from the clients'.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use piltover::crypto::{KeyPair, PublicKey};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub struct Server {
    process: Child,
    folder: PathBuf,
    pub address: SocketAddr,
    pub key: PublicKey,
    /// From the start of the process to its listening.
    pub start: Duration,
}

impl Server {
    /// Starts a server with a key that is there already, as all but the first time.
    pub async fn start(binary: &Path) -> Self {
        let folder = std::env::temp_dir().join(format!("piltover-load-{}", std::process::id()));
        // The first start makes the key and the database.
        Self::listening(binary, &folder).await.0.kill().await.unwrap();
        let pem = std::fs::read_to_string(folder.join("key.pem")).unwrap();
        let key = KeyPair::from_pem(&pem).unwrap().public();
        let start = Instant::now();
        let (process, address) = Self::listening(binary, &folder).await;
        Self { process, folder, address, key, start: start.elapsed() }
    }

    async fn listening(binary: &Path, folder: &Path) -> (Child, SocketAddr) {
        let mut process = Command::new(binary)
            .args(["run", "--bind", "127.0.0.1:0", "--code", "22222", "--data"])
            .arg(folder)
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().unwrap();
        let address = line.rsplit(' ').next().unwrap().parse().unwrap();
        (process, address)
    }

    fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.process.id().unwrap())).unwrap()
    }

    /// Resident bytes.
    pub fn memory(&self) -> u64 {
        let statm = self.proc("statm");
        statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
    }

    /// The CPU time of all threads.
    pub fn cpu(&self) -> Duration {
        let stat = self.proc("stat");
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        let ticks = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        Duration::from_millis(ticks * 10)
    }

    /// Open files, sockets too.
    pub fn files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.process.id().unwrap())).unwrap().count()
    }

    pub async fn stop(mut self) {
        self.process.kill().await.unwrap();
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}
