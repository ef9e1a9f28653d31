use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error as ThisError;

use crate::sources::Source;

/// Why a schema could not be brought, or is not to be trusted.
#[derive(Debug, ThisError)]
pub enum Error {
    #[error("{path}: {error}")]
    File { path: PathBuf, error: io::Error },
    #[error("{program} cannot be run: {error}; it is needed to fetch packages")]
    Program { program: String, error: io::Error },
    #[error("{package} cannot be fetched, in {attempts} attempts: {reason}")]
    Fetch { package: String, attempts: u32, reason: String },
    #[error("{package}: its archive has SHA-256 {got}, where {expected} is pinned")]
    Archive { package: String, expected: String, got: String },
    #[error("{package}: {reason}")]
    Content { package: String, reason: String },
    #[error("{package}, {file}:{line}: {reason}")]
    Line { package: String, file: String, line: usize, reason: String },
    #[error("{path}:{line}: {reason}")]
    Manifest { path: PathBuf, line: usize, reason: &'static str },
    #[error("these could not be had: {0}")]
    Missing(String),
    #[error("no source brings `{0}`; --list shows all")]
    Unknown(String),
    #[error("{0} is not in the manifest; run fetch-layers")]
    NotListed(String),
    #[error("{0} is not what was fetched; run fetch-layers")]
    Changed(PathBuf),
    #[error("{0} is not in the canonical formatting; run fetch-layers")]
    NotCanonical(PathBuf),
}

impl Error {
    /// What makes an error of an I/O error, with the path.
    pub fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |error| Self::File { path, error }
    }

    pub fn archive(source: &Source, reason: String) -> Self {
        Self::Content { package: source.package(), reason }
    }

    pub fn line(source: &Source, line: usize, reason: impl Into<String>) -> Self {
        let (package, file) = (source.package(), source.project.form.path().to_owned());
        Self::Line { package, file, line, reason: reason.into() }
    }
}
