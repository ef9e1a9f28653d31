use rusqlite::OptionalExtension;

use super::{Answer, Store};

impl Store {
    /// The value of a setting; the one given, which is stored, if there is none yet.
    ///
    /// # Errors
    /// The database fails.
    pub fn setting(&self, name: &'static str, default: Vec<u8>) -> Answer<Vec<u8>> {
        self.write(move |db| {
            let found = db
                .prepare_cached("SELECT value FROM settings WHERE name = ?1")?
                .query_row([name], |row| row.get(0))
                .optional()?;
            if let Some(value) = found {
                return Ok(value);
            }
            let mut insert = db.prepare_cached("INSERT INTO settings (name, value) VALUES (?1, ?2)")?;
            insert.execute((name, &default))?;
            Ok(default)
        })
    }
}
