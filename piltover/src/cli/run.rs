use std::path::PathBuf;

use piltover::transport::Secret;
use piltover::{Data, Options, Server};
use tokio::signal::unix::{SignalKind, signal};

use super::{DataFolder, Outcome};

/// The options of `piltover run`.
#[derive(Debug, clap::Args)]
pub struct Run {
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:4430")]
    bind: String,
    #[command(flatten)]
    folder: DataFolder,
    /// Keep nothing on the disk.
    #[arg(long, conflicts_with = "data")]
    memory: bool,
    /// The login code of everybody, instead of random ones in the log.
    #[arg(long, value_parser = code)]
    code: Option<String>,
    /// The address that clients are told to connect to, where it is not the one listened on.
    #[arg(long, value_name = "HOST:PORT", value_parser = host_and_port)]
    public_address: Option<(String, u16)>,
    /// The one data centre, from 1 to 5, that the server is; clients of others are sent there. Without it the
    /// server is whichever data centre a client believes in.
    #[arg(long, value_name = "DC", value_parser = clap::value_parser!(i32).range(1..=5))]
    dc: Option<i32>,
    /// Close connections on violations of the protocol that real servers tolerate.
    #[arg(long)]
    strict: bool,
    /// An MTProxy secret with which clients may come: 32 hexadecimal digits, or dd and 32, or ee, 32 and a
    /// domain in hexadecimal, for fake TLS. May be given several times.
    #[arg(long, value_name = "HEX")]
    secret: Vec<Secret>,
    /// The certificates for WebSockets and HTTP over TLS, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The key of the certificate, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

fn code(code: &str) -> Result<String, String> {
    let is_code = (3..=10).contains(&code.len()) && code.chars().all(|c| c.is_ascii_digit());
    if is_code { Ok(code.to_owned()) } else { Err("a code is 3 to 10 digits".to_owned()) }
}

/// `host:port`, where an IPv6 address stands in brackets.
fn host_and_port(address: &str) -> Result<(String, u16), String> {
    let (host, port) = address.rsplit_once(':').ok_or("there is no port")?;
    let port = port.parse().map_err(|_| "the port is no number from 0 to 65535")?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    match bare {
        None if host.contains(':') => Err("an IPv6 address stands in brackets".to_owned()),
        None if host.is_empty() => Err("there is no host".to_owned()),
        _ => Ok((bare.unwrap_or(host).to_owned(), port)),
    }
}

impl Run {
    /// Serves until Ctrl-C or SIGTERM.
    pub fn run(self) -> Outcome {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(self.serve())
    }

    async fn serve(self) -> Outcome {
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let data = if self.memory { Data::Memory } else { Data::Folder(self.folder.data) };
        let has_public_address = self.public_address.is_some();
        let read =
            |path: PathBuf| std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()));
        let options = Options {
            data: data.clone(),
            code: self.code,
            public_address: self.public_address,
            dc: self.dc,
            strict: self.strict,
            secrets: self.secret,
            tls: match (self.tls_cert, self.tls_key) {
                (Some(certificate), Some(key)) => Some((read(certificate)?, read(key)?)),
                _ => None,
            },
            ..Options::memory()
        };
        let server = Server::open(options).await?.listen(&self.bind).await?;
        let (address, fingerprint) = (server.address(), server.key().fingerprint());
        match data {
            Data::Memory => tracing::info!("the state is in memory, and gone with the server"),
            Data::Folder(folder) => tracing::info!(folder = %folder.display(), "the state"),
        }
        if address.ip().is_unspecified() && !has_public_address {
            tracing::warn!(
                "clients are told to connect to {address}, where nobody can; set --public-address"
            );
        }
        tracing::info!("RSA key {fingerprint:016x}; `piltover keys show` prints it for clients");
        // The line that scripts wait for, whatever the log shows.
        println!("listening on {address}");
        let shutdown = async {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            tracing::info!("shutting down");
        };
        server.serve(shutdown).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_parsed() {
        assert_eq!(host_and_port("example.org:443"), Ok(("example.org".to_owned(), 443)));
        assert_eq!(host_and_port("[::1]:443"), Ok(("::1".to_owned(), 443)));
        for bad in ["example.org", ":443", "::1:443", "host:70000", "host:"] {
            assert!(host_and_port(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn codes_are_digits() {
        assert!(code("22222").is_ok());
        assert!(code("22a22").is_err() && code("").is_err());
    }
}
