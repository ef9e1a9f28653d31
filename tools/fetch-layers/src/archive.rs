//! One file out of a `.tar.gz`, without unpacking the rest.

use std::io::Read;
use std::path::{Component, Path};

use flate2::read::GzDecoder;

/// No schema is longer, in bytes.
const MAX_FILE: u64 = 16 << 20;

/// The text of a file, named below the archive's top folder, with LF at the ends of its lines.
///
/// # Errors
/// The archive cannot be read, or has no such file.
pub fn file(archive: &[u8], name: &str) -> Result<String, String> {
    let mut archive = tar::Archive::new(GzDecoder::new(archive));
    for entry in archive.entries().map_err(|error| error.to_string())? {
        let entry = entry.map_err(|error| error.to_string())?;
        let path = entry.path().map_err(|error| error.to_string())?.into_owned();
        if !is_file(&path, name) {
            continue;
        }
        let mut text = String::new();
        let read =
            entry.take(MAX_FILE + 1).read_to_string(&mut text).map_err(|error| format!("{name}: {error}"))?;
        return match read as u64 > MAX_FILE {
            true => Err(format!("{name} is longer than {MAX_FILE} bytes")),
            false => Ok(text.replace("\r\n", "\n")),
        };
    }
    Err(format!("there is no {name} in the archive"))
}

/// Whether a path in the archive is `name` below one folder.
fn is_file(path: &Path, name: &str) -> bool {
    let mut components = path.components();
    matches!(components.next(), Some(Component::Normal(_))) && components.as_path() == Path::new(name)
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn archive(files: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (name, text) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            builder.append_data(&mut header, name, text.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap()
    }

    #[test]
    fn a_file_is_found_below_the_top_folder_only() {
        let bytes = archive(&[("x/y/a.tl", "deeper"), ("a.tl", "higher"), ("x/a.tl", "right\r\n")]);
        assert_eq!(file(&bytes, "a.tl").unwrap(), "right\n");
        assert_eq!(file(&bytes, "y/a.tl").unwrap(), "deeper");
        assert!(file(&bytes, "b.tl").unwrap_err().contains("no b.tl"));
        assert!(file(&bytes[..20], "a.tl").is_err());
    }
}
