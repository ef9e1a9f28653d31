//! Packages, fetched with the registries' own clients, which know the machine's mirrors and proxies. What was
//! fetched once is kept.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use crate::error::Error;
use crate::sha256;
use crate::sources::{Registry, Source};

const ATTEMPTS: u32 = 4;
/// The pause before the second attempt; each further one is twice as long.
const PAUSE: Duration = Duration::from_secs(2);

/// The archive of a source's package, its hash checked.
///
/// # Errors
/// It cannot be fetched, or is not the one that is pinned.
pub fn fetch(source: &Source, cache: &Path) -> Result<Vec<u8>, Error> {
    let (name, version) = (source.project.name, source.version);
    let packages = cache.join("packages");
    let kept = packages.join(format!("{}-{version}.tar.gz", name.replace('/', "-")));
    if let Some(bytes) = pinned(&kept, source) {
        return Ok(bytes);
    }
    std::fs::create_dir_all(&packages).map_err(Error::file(&packages))?;
    let scratch = tempfile::tempdir_in(cache).map_err(Error::file(cache))?;
    let mut attempt = 1;
    let path = loop {
        let result = match source.project.registry {
            Registry::PyPi => pypi(name, version, scratch.path()),
            Registry::CratesIo => crates_io(name, version, scratch.path()),
            Registry::Npm => npm(name, version, scratch.path()),
        };
        match result {
            Ok(path) => break path,
            Err(Failure::Fatal(error)) => return Err(error),
            Err(Failure::Refused(reason)) if attempt == ATTEMPTS => {
                return Err(Error::Fetch { package: source.package(), attempts: ATTEMPTS, reason });
            }
            Err(Failure::Refused(reason)) => {
                eprintln!("  attempt {attempt} failed: {}", reason.lines().last().unwrap_or_default());
                sleep(PAUSE * 2u32.pow(attempt - 1));
                attempt += 1;
            }
        }
    };
    let bytes = std::fs::read(&path).map_err(Error::file(&path))?;
    let got = sha256(&bytes);
    if got != source.sha256 {
        let (package, expected) = (source.package(), source.sha256.to_owned());
        return Err(Error::Archive { package, expected, got });
    }
    std::fs::write(&kept, &bytes).map_err(Error::file(&kept))?;
    Ok(bytes)
}

/// An archive that was fetched before, if it is the one that is pinned.
fn pinned(path: &Path, source: &Source) -> Option<Vec<u8>> {
    std::fs::read(path).ok().filter(|bytes| sha256(bytes) == source.sha256)
}

/// Whether it is worth to try again.
enum Failure {
    Refused(String),
    Fatal(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Fatal(error)
    }
}

fn run(command: &mut Command) -> Result<(), Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| Error::Program { program, error })?;
    match output.status.success() {
        true => Ok(()),
        false => Err(Failure::Refused(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
    }
}

/// The first file below a folder with this ending.
fn find(folder: &Path, ending: &str) -> Result<Option<PathBuf>, Error> {
    for entry in std::fs::read_dir(folder).map_err(Error::file(folder))? {
        let path = entry.map_err(Error::file(folder))?.path();
        if path.is_dir() {
            if let Some(found) = find(&path, ending)? {
                return Ok(Some(found));
            }
        } else if path.to_string_lossy().ends_with(ending) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// pip asks a source distribution for its metadata, by way of the build backend that it names. These stand in for
/// all backends and only copy what the archive says of itself, so that no code of it runs.
const BACKEND: &str = r#"
import os

def get_requires_for_build_wheel(config_settings=None):
    return []

get_requires_for_build_sdist = get_requires_for_build_wheel

def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    with open("PKG-INFO", encoding="utf-8") as info:
        text = info.read()
    fields = dict(line.split(": ", 1) for line in text.split("\n\n")[0].splitlines() if ": " in line)
    name = "%s-%s.dist-info" % (fields["Name"].replace("-", "_"), fields["Version"])
    os.makedirs(os.path.join(metadata_directory, name))
    with open(os.path.join(metadata_directory, name, "METADATA"), "w", encoding="utf-8") as metadata:
        metadata.write(text)
    return name
"#;

/// The modules under whose names backends are looked for, and the names in them.
const BACKENDS: [(&str, &str); 4] = [
    ("setuptools/build_meta", "class __legacy__:\n    pass\n"),
    ("hatchling/build", ""),
    ("poetry/core/masonry/api", ""),
    ("flit_core/buildapi", ""),
];

fn pypi(name: &str, version: &str, scratch: &Path) -> Result<PathBuf, Failure> {
    let stubs = scratch.join("backends");
    for (module, more) in BACKENDS {
        let path = stubs.join(module).with_extension("py");
        let folders = path.ancestors().skip(1).take_while(|folder| *folder != stubs);
        for folder in folders {
            std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
            std::fs::write(folder.join("__init__.py"), "").map_err(Error::file(folder))?;
        }
        // Old projects name a backend that is an object with the same functions.
        let legacy = match more.is_empty() {
            true => String::new(),
            false => format!(
                "{more}\nfor _name in ('get_requires_for_build_wheel', 'get_requires_for_build_sdist', \
                 'prepare_metadata_for_build_wheel'):\n    setattr(__legacy__, _name, staticmethod(globals()[_name]))\n"
            ),
        };
        std::fs::write(&path, format!("{BACKEND}{legacy}")).map_err(Error::file(&path))?;
    }
    let out = scratch.join("pypi");
    run(Command::new("python3")
        .args(["-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "--no-build-isolation"])
        .args(["--use-pep517", "--disable-pip-version-check", "-d"])
        .arg(&out)
        .arg(format!("{name}=={version}"))
        .env("PYTHONPATH", &stubs))?;
    let found = find(&out, ".tar.gz")?;
    found.ok_or_else(|| Failure::Refused("pip brought no source distribution".to_owned()))
}

fn crates_io(name: &str, version: &str, scratch: &Path) -> Result<PathBuf, Failure> {
    let project = scratch.join("crates");
    let write = |file: &str, text: &str| {
        let path = project.join(file);
        std::fs::create_dir_all(path.parent().unwrap_or(&project)).map_err(Error::file(&path))?;
        std::fs::write(&path, text).map_err(Error::file(&path))
    };
    let manifest = format!(
        "[package]\nname = \"scratch\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[dependencies]\n\"{name}\" = \"={version}\"\n[workspace]\n"
    );
    write("Cargo.toml", &manifest)?;
    write("src/lib.rs", "")?;
    let home = scratch.join("cargo-home");
    std::fs::create_dir_all(&home).map_err(Error::file(&home))?;
    // A home of its own, so that the archive is where it is looked for, with the machine's settings.
    for settings in ["config.toml", "credentials.toml"] {
        if let Some(folder) = cargo_home() {
            let _ignored_if_there_is_none = std::fs::copy(folder.join(settings), home.join(settings));
        }
    }
    run(Command::new("cargo").args(["fetch", "-q"]).current_dir(&project).env("CARGO_HOME", &home))?;
    let found = find(&home, &format!("{name}-{version}.crate"))?;
    found.ok_or_else(|| Failure::Refused("cargo brought no such crate".to_owned()))
}

fn npm(name: &str, version: &str, scratch: &Path) -> Result<PathBuf, Failure> {
    let out = scratch.join("npm");
    std::fs::create_dir_all(&out).map_err(Error::file(&out))?;
    // Packing a published package runs none of its scripts; they are switched off all the same.
    run(Command::new("npm")
        .args(["pack", "--silent", "--ignore-scripts", "--pack-destination"])
        .arg(&out)
        .arg(format!("{name}@{version}"))
        .current_dir(&out))?;
    let found = find(&out, ".tgz")?;
    found.ok_or_else(|| Failure::Refused("npm brought no package".to_owned()))
}

fn cargo_home() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::SOURCES;

    #[test]
    fn an_archive_with_another_hash_is_not_taken_from_the_cache() {
        let folder = tempfile::tempdir().unwrap();
        let source = Source {
            sha256: "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
            ..SOURCES[0]
        };
        let path = folder.path().join("p-1.tar.gz");
        assert_eq!(pinned(&path, &source), None);
        std::fs::write(&path, "x").unwrap();
        assert_eq!(pinned(&path, &source).unwrap(), b"x");
        std::fs::write(&path, "y").unwrap();
        assert_eq!(pinned(&path, &source), None);
    }
}
