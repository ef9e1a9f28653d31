//! The subcommands.

mod client;
mod explain;
mod keys;
mod run;
mod tl;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

/// A Telegram-like server to which every client, old and new, can connect.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the server until Ctrl-C or SIGTERM.
    Run(run::Run),
    /// Shows the RSA key that clients need to trust the server.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Prints the lines that point a client library here.
    Client(client::Client),
    /// Explains a rule of the protocol that a log names, or lists all of them.
    Explain(explain::Explain),
    /// Looks into schemas and values of any layer; needs no server.
    Tl(tl::Tl),
}

/// Where a command finds the server's state.
#[derive(Debug, clap::Args)]
struct DataFolder {
    /// The folder of the database and the RSA key; made on the first run.
    #[arg(long, value_name = "FOLDER", default_value = "./data")]
    data: PathBuf,
}

/// Runs the command of the command line.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
    let result = match arguments.command {
        Command::Run(run) => run.run().map(|()| ExitCode::SUCCESS),
        Command::Keys(keys) => keys.run().map(|()| ExitCode::SUCCESS),
        Command::Client(client) => client.run().map(|()| ExitCode::SUCCESS),
        Command::Explain(explain) => explain.run().map(|()| ExitCode::SUCCESS),
        Command::Tl(tl) => tl.run(),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Bytes as hex, without spaces.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whatever can go wrong is printed.
type Outcome = Result<(), Box<dyn std::error::Error>>;
