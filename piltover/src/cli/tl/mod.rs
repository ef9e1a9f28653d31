//! `piltover tl`: schemas, and values of any layer. Nothing here needs a server.

mod codec;
mod convert;
mod diff;
mod docs;
mod find;
mod layers;
mod output;
mod plan;
mod schemas;
mod source;

use std::process::ExitCode;

use clap::Subcommand;

use output::Output;

/// The options of `piltover tl`.
#[derive(Debug, clap::Args)]
pub struct Tl {
    /// Print JSON instead of a table.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

/// Where a LAYER is asked for, that is the number of a shipped one, `mtproto`, or the path of a file.
#[derive(Debug, Subcommand)]
enum Command {
    /// Reads a schema file and tells what it holds.
    Parse(source::Parse),
    /// Prints schema files in the one formatting.
    Fmt(source::Fmt),
    /// Looks for what is doubtful in schema files; exits with 1 if there is something.
    Lint(source::Lint),
    /// Prints the id that follows from a definition's text.
    Id(find::Id),
    /// Shows a definition, or the constructors of a type, in every layer.
    Find(find::Find),
    /// Shows what happened to a definition, layer by layer.
    History(diff::History),
    /// Shows what changed between two layers, field by field.
    Diff(diff::Diff),
    /// Shows how definitions are converted between two layers, and what is lost.
    Plan(plan::Plan),
    /// Reads the bytes of a value or a request, and prints JSON.
    Decode(codec::Decode),
    /// Writes a value or a request that is given as JSON, and prints hex.
    Encode(codec::Encode),
    /// Converts the bytes of one layer to those of another, and tells what differs.
    Convert(convert::Convert),
    /// Lists the shipped layers.
    Layers(layers::Layers),
    /// Writes a static site of all layers, the service schema and that of secret chats; it opens without a server.
    Docs(docs::Docs),
}

impl Tl {
    /// Runs the command and prints what it gives.
    pub fn run(self) -> Result<ExitCode, Box<dyn std::error::Error>> {
        let json = self.json;
        let output = match self.command {
            Command::Parse(command) => command.run(json),
            Command::Fmt(command) => command.run(),
            Command::Lint(command) => command.run(json),
            Command::Id(command) => command.run(json),
            Command::Find(command) => command.run(json),
            Command::History(command) => command.run(json),
            Command::Diff(command) => command.run(json),
            Command::Plan(command) => command.run(json),
            Command::Decode(command) => command.run(),
            Command::Encode(command) => command.run(),
            Command::Convert(command) => command.run(json),
            Command::Layers(command) => command.run(json),
            Command::Docs(command) => command.run(json),
        };
        output?.print()
    }
}

/// What a command prints, or why it cannot.
type Outcome = Result<Output, Box<dyn std::error::Error>>;
