//! The RSA keys in a folder: `key.pem`, and older ones as `key-FINGERPRINT.pem`, which clients that know no
//! other may go on to use.

use std::io;
use std::path::{Path, PathBuf};

use super::ServerError;
use crate::clock::{SourceRng, SystemSource};
use crate::crypto::KeyPair;

/// The file of the present key.
const PRESENT: &str = "key.pem";

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> ServerError {
    let path = path.to_owned();
    move |error| ServerError::File { path, error }
}

fn load(path: &Path) -> Result<KeyPair, ServerError> {
    let pem = std::fs::read_to_string(path).map_err(file_error(path))?;
    KeyPair::from_pem(&pem).map_err(|error| ServerError::Key { path: path.to_owned(), error })
}

pub(super) fn generate(source: &SystemSource, path: &Path) -> Result<KeyPair, ServerError> {
    let key = KeyPair::generate(&mut SourceRng(source));
    key.map_err(|error| ServerError::Key { path: path.to_owned(), error })
}

/// A new key in this file, readable by its owner alone.
fn make(source: &SystemSource, path: &Path) -> Result<KeyPair, ServerError> {
    let key = generate(source, path)?;
    let pem = key.to_pem().map_err(|error| ServerError::Key { path: path.to_owned(), error })?;
    write_private(path, pem.as_bytes()).map_err(file_error(path))?;
    Ok(key)
}

/// The RSA keys in a folder, the present one first; that is made, if there is none.
pub(super) fn load_all(source: &SystemSource, folder: &Path) -> Result<Vec<KeyPair>, ServerError> {
    let present = folder.join(PRESENT);
    let mut keys = vec![match present.try_exists().map_err(file_error(&present))? {
        true => load(&present)?,
        false => make(source, &present)?,
    }];
    for path in older(folder)? {
        keys.push(load(&path)?);
    }
    Ok(keys)
}

fn older(folder: &Path) -> Result<Vec<PathBuf>, ServerError> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(file_error(folder))? {
        let path = entry.map_err(file_error(folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("key-") && name.ends_with(".pem") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Makes a new present key in a folder, and keeps the one before. A server takes it when it starts next.
///
/// # Errors
/// A file cannot be read or written, or holds no key.
pub fn rotate(folder: &Path) -> Result<KeyPair, ServerError> {
    let source = SystemSource::new().map_err(|error| ServerError::Randomness(error.to_string()))?;
    let present = folder.join(PRESENT);
    let old = load(&present)?;
    let fingerprint = old.fingerprint().cast_unsigned();
    let kept = folder.join(format!("key-{fingerprint:016x}.pem"));
    // There is a present key at every moment.
    let pem = old.to_pem().map_err(|error| ServerError::Key { path: present.clone(), error })?;
    write_private(&kept, pem.as_bytes()).map_err(file_error(&kept))?;
    make(&source, &present)
}

/// Makes a folder that only its owner can look into: the database holds the keys of all clients.
pub(super) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes a file whole or not at all, with mode 0600 from the beginning.
fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    use std::io::Write;
    let new = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(new, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_keys_stay_and_files_are_private() {
        let folder = tempfile::tempdir().unwrap();
        let source = SystemSource::new().unwrap();
        let first = load_all(&source, folder.path()).unwrap();
        let second = rotate(folder.path()).unwrap();
        let both = load_all(&source, folder.path()).unwrap();
        let fingerprints: Vec<i64> = both.iter().map(KeyPair::fingerprint).collect();
        assert_eq!(fingerprints, [second.fingerprint(), first[0].fingerprint()]);
        #[cfg(unix)]
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
