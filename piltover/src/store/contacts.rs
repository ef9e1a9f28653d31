use rusqlite::{OptionalExtension, params};

use super::users::views;
use super::{Answer, Store};
use crate::model::{NewContact, UserView};

/// What became of contacts that were to be imported.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// The numbers of the entries that have a user, and that user's id.
    pub found: Vec<(i64, i64)>,
    /// Those users.
    pub users: Vec<UserView>,
}

impl Store {
    /// Saves those contacts whose numbers have users. The names of entries that were there are replaced.
    ///
    /// # Errors
    /// The database fails.
    pub fn import_contacts(&self, owner: i64, contacts: Vec<NewContact>) -> Answer<Imported> {
        self.write(move |db| {
            let mut imported = Imported::default();
            for contact in contacts {
                let user_id = db
                    .prepare_cached("SELECT id FROM users WHERE phone = ?1")?
                    .query_row([&contact.phone], |row| row.get(0))
                    .optional()?;
                let Some(user_id) = user_id else { continue };
                imported.found.push((contact.client_id, user_id));
                if user_id == owner {
                    continue;
                }
                db.prepare_cached(
                    "INSERT INTO contacts (owner, user_id, first_name, last_name) VALUES (?1, ?2, ?3, ?4) \
                     ON CONFLICT DO UPDATE SET first_name = excluded.first_name, last_name = excluded.last_name",
                )?
                .execute(params![owner, user_id, contact.first_name, contact.last_name])?;
            }
            imported.users = views(db, owner, imported.found.iter().map(|(_, user_id)| *user_id))?;
            Ok(imported)
        })
    }

    /// All contacts of a user, in the order of their ids.
    ///
    /// # Errors
    /// The database fails.
    pub fn contacts(&self, owner: i64) -> Answer<Vec<UserView>> {
        self.read(move |db| {
            let ids = db
                .prepare_cached("SELECT user_id FROM contacts WHERE owner = ?1 ORDER BY user_id")?
                .query_map([owner], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<i64>>>()?;
            views(db, owner, ids)
        })
    }
}
