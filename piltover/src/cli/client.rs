use std::net::SocketAddr;

use clap::ValueEnum;

use super::keys::load;
use super::{DataFolder, Outcome, hex};

/// A client library that can be pointed here without changing it.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Library {
    /// Telethon, for Python.
    Telethon,
    /// Pyrogram and its forks, for Python.
    Pyrogram,
}

/// The options of `piltover client`.
#[derive(Debug, clap::Args)]
pub struct Client {
    /// The client library.
    #[arg(value_enum)]
    library: Library,
    #[command(flatten)]
    folder: DataFolder,
    /// The address of the server.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:4430")]
    address: SocketAddr,
}

impl Client {
    /// Prints the lines.
    pub fn run(self) -> Outcome {
        let key = load(&self.folder.data)?;
        let (host, port) = (self.address.ip(), self.address.port());
        let lines = match self.library {
            Library::Telethon => telethon(&host.to_string(), port, &key.public_pem()?),
            Library::Pyrogram => {
                let (modulus, exponent) = (hex(&key.modulus()), hex(&key.exponent()));
                pyrogram(&host.to_string(), port, key.fingerprint(), &modulus, &exponent)
            }
        };
        print!("{lines}");
        Ok(())
    }
}

fn telethon(host: &str, port: u16, pem: &str) -> String {
    format!(
        r#"from telethon import TelegramClient
from telethon.crypto import rsa

rsa.add_key("""{pem}""", old=False)

client = TelegramClient("piltover-telethon", api_id=1, api_hash="piltover")
client.session.set_dc(2, "{host}", {port})
"#
    )
}

fn pyrogram(host: &str, port: u16, fingerprint: i64, modulus: &str, exponent: &str) -> String {
    format!(
        r#"from pyrogram import Client
from pyrogram.crypto import rsa
from pyrogram.session.internals.data_center import DataCenter

rsa.server_public_keys[{fingerprint}] = rsa.PublicKey(int("{modulus}", 16), int("{exponent}", 16))
DataCenter.__new__ = lambda cls, *_, **__: ("{host}", {port})

client = Client("piltover-pyrogram", api_id=1, api_hash="piltover")
"#
    )
}
