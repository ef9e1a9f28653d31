//! Files out of a `.tar.gz`, without unpacking the rest.

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
    let found = files(archive, |path| path == Path::new(name))?;
    found.into_iter().next().map(|file| file.text).ok_or_else(|| format!("there is no {name} in the archive"))
}

/// A file of an archive.
#[derive(Debug)]
pub struct ArchivedFile {
    /// The name below the archive's top folder, with `/` between its parts.
    pub name: String,
    /// The text, with LF at the ends of its lines.
    pub text: String,
}

/// The files, named below the archive's top folder, that are wanted, in the order of their names.
///
/// # Errors
/// The archive cannot be read, or a wanted file is no text.
pub fn files(archive: &[u8], is_wanted: impl Fn(&Path) -> bool) -> Result<Vec<ArchivedFile>, String> {
    let mut found = Vec::new();
    let mut archive = tar::Archive::new(GzDecoder::new(archive));
    for entry in archive.entries().map_err(|error| error.to_string())? {
        let entry = entry.map_err(|error| error.to_string())?;
        let path = entry.path().map_err(|error| error.to_string())?.into_owned();
        let Some(path) = below_top(&path).filter(|path| is_wanted(path)) else { continue };
        let name = path.to_string_lossy().into_owned();
        let mut text = String::new();
        let read =
            entry.take(MAX_FILE + 1).read_to_string(&mut text).map_err(|error| format!("{name}: {error}"))?;
        if read as u64 > MAX_FILE {
            return Err(format!("{name} is longer than {MAX_FILE} bytes"));
        }
        found.push(ArchivedFile { name, text: text.replace("\r\n", "\n") });
    }
    found.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(found)
}

/// A path below the archive's one folder.
fn below_top(path: &Path) -> Option<&Path> {
    let mut components = path.components();
    matches!(components.next(), Some(Component::Normal(_))).then(|| components.as_path())
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

    #[test]
    fn files_come_in_the_order_of_their_names() {
        let bytes = archive(&[("x/t/b.py", "2"), ("x/t/a.py", "1"), ("x/u/c.py", "3")]);
        let found = files(&bytes, |path| path.starts_with("t")).unwrap();
        let names: Vec<_> = found.iter().map(|file| (file.name.as_str(), file.text.as_str())).collect();
        assert_eq!(names, [("t/a.py", "1"), ("t/b.py", "2")]);
    }
}
