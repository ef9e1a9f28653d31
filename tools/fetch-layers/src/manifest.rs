//! The list of schema files beside them: where each came from, and when.

use std::path::Path;

use crate::error::Error;
use crate::sources::{SOURCES, Source};

/// The list's file name.
pub const NAME: &str = "manifest.tsv";

const HEADER: &str = "name\tpackage\tfile\tarchive_sha256\tsha256\tdate";

/// One schema file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name without `.tl`.
    pub name: String,
    package: String,
    file: String,
    archive_sha256: String,
    /// The SHA-256 of the file, in hex.
    pub sha256: String,
    /// When it was first fetched as it is, `2026-01-31`.
    date: String,
}

impl Row {
    /// The row of a file that was fetched today.
    pub fn new(source: &Source, sha256: String) -> Self {
        Self {
            name: source.name.to_owned(),
            package: source.origin(),
            file: source.project.form.path().to_owned(),
            archive_sha256: source.sha256.to_owned(),
            sha256,
            date: time::OffsetDateTime::now_utc().date().to_string(),
        }
    }

    fn columns(&self) -> [&str; 6] {
        [&self.name, &self.package, &self.file, &self.archive_sha256, &self.sha256, &self.date]
    }
}

/// All schema files.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Manifest(Vec<Row>);

impl Manifest {
    /// Reads the list; an empty one, if there is none.
    ///
    /// # Errors
    /// It cannot be read, or a line is none of the list.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Error::file(path)(error)),
        };
        let mut rows = Vec::new();
        for (index, line) in text.lines().enumerate().skip(1) {
            let columns: Vec<String> = line.split('\t').map(str::to_owned).collect();
            let [name, package, file, archive_sha256, sha256, date] = <[String; 6]>::try_from(columns)
                .map_err(|_| Error::Manifest {
                    path: path.to_owned(),
                    line: index + 1,
                    reason: "expected six columns",
                })?;
            rows.push(Row { name, package, file, archive_sha256, sha256, date });
        }
        Ok(Self(rows))
    }

    /// The row of a file.
    pub fn row(&self, name: &str) -> Option<&Row> {
        self.0.iter().find(|row| row.name == name)
    }

    /// Puts a row in its place. The date of one that says the same otherwise stays.
    pub fn set(&mut self, mut row: Row) {
        if let Some(old) = self.0.iter().position(|old| old.name == row.name) {
            let old = self.0.remove(old);
            if (Row { date: row.date.clone(), ..old.clone() }) == row {
                row.date = old.date;
            }
        }
        self.0.push(row);
        let place = |row: &Row| SOURCES.iter().position(|source| source.name == row.name);
        self.0.sort_by_key(|row| place(row).unwrap_or(usize::MAX));
    }

    /// Writes the list.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let rows = self.0.iter().map(|row| row.columns().join("\t"));
        let lines: Vec<String> = std::iter::once(HEADER.to_owned()).chain(rows).collect();
        std::fs::write(path, lines.join("\n") + "\n").map_err(Error::file(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_stay_while_nothing_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        let mut manifest = Manifest::default();
        for source in SOURCES.iter().rev() {
            manifest.set(Row { date: "2020-01-31".to_owned(), ..Row::new(source, "aa".to_owned()) });
        }
        manifest.write(&path).unwrap();
        let mut read = Manifest::read(&path).unwrap();
        assert_eq!(read, manifest);
        read.set(Row::new(&SOURCES[0], "aa".to_owned()));
        assert_eq!(read, manifest);
        read.set(Row::new(&SOURCES[0], "bb".to_owned()));
        assert_ne!(read.row(SOURCES[0].name).unwrap().date, "2020-01-31");
        assert_eq!(Manifest::read(&folder.path().join("none")).unwrap(), Manifest::default());
    }
}
