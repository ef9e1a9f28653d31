use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Answer, Store};
use crate::model::{Change, Contact, Event, Origin, User, UserView};

/// The id of the first user.
const FIRST_ID: i64 = 1_000_001;

const COLUMNS: &str = "id, phone, username, first_name, last_name, about, online_until";

/// What became of a new username.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UsernameChange {
    /// The user has it now.
    Done(User),
    /// The user had it before.
    NotModified,
    /// Somebody else has it.
    Occupied,
}

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get(0)?,
        phone: row.get(1)?,
        username: row.get(2)?,
        first_name: row.get(3)?,
        last_name: row.get(4)?,
        about: row.get(5)?,
        online_until: row.get(6)?,
    })
}

/// The user with this id.
pub(super) fn find(db: &Connection, id: i64) -> rusqlite::Result<Option<User>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE id = ?1"))?.query_row([id], user).optional()
}

fn contact(db: &Connection, owner: i64, user_id: i64) -> rusqlite::Result<Option<Contact>> {
    db.prepare_cached(
        "SELECT first_name, last_name, EXISTS (SELECT 1 FROM contacts WHERE owner = ?2 AND user_id = ?1) \
         FROM contacts WHERE owner = ?1 AND user_id = ?2",
    )?
    .query_row([owner, user_id], |row| {
        Ok(Contact { first_name: row.get(0)?, last_name: row.get(1)?, is_mutual: row.get(2)? })
    })
    .optional()
}

/// Users as `viewer` sees them: each once, in the order of the ids; those that there are not are left out.
pub(super) fn views(
    db: &Connection,
    viewer: i64,
    ids: impl IntoIterator<Item = i64>,
) -> rusqlite::Result<Vec<UserView>> {
    let mut views: Vec<UserView> = Vec::new();
    for id in ids {
        if views.iter().any(|view| view.user.id == id) {
            continue;
        }
        if let Some(user) = find(db, id)? {
            views.push(UserView { viewer, user, contact: contact(db, viewer, id)? });
        }
    }
    Ok(views)
}

/// Those who must hear when something about a user changes: whoever talks to him or has saved his number.
fn acquaintances(db: &Connection, user_id: i64) -> rusqlite::Result<Vec<i64>> {
    db.prepare_cached(
        "SELECT owner FROM contacts WHERE user_id = ?1 UNION SELECT peer FROM dialogs WHERE owner = ?1 \
         UNION SELECT ?1",
    )?
    .query_map([user_id], |row| row.get(0))?
    .collect()
}

/// The events that tell all acquaintances of a change.
fn tell(
    db: &Connection,
    user_id: i64,
    origin: Option<Origin>,
    date: i32,
    change: &Change,
) -> rusqlite::Result<Vec<Event>> {
    let event = |owner| {
        let users = views(db, owner, [user_id])?;
        Ok(Event { owner, origin, change: change.clone(), date, users })
    };
    acquaintances(db, user_id)?.into_iter().map(event).collect()
}

impl Store {
    /// The user with this phone number.
    ///
    /// # Errors
    /// The database fails.
    pub fn user_by_phone(&self, phone: String) -> Answer<Option<User>> {
        self.read(move |db| {
            db.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE phone = ?1"))?
                .query_row([phone], user)
                .optional()
        })
    }

    /// The user with this username, in any case, as `viewer` sees him.
    ///
    /// # Errors
    /// The database fails.
    pub fn user_by_username(&self, viewer: i64, username: String) -> Answer<Option<UserView>> {
        self.read(move |db| {
            let id = db
                .prepare_cached("SELECT id FROM users WHERE username = ?1")?
                .query_row([username], |row| row.get(0))
                .optional()?;
            Ok(views(db, viewer, id)?.pop())
        })
    }

    /// Users as `viewer` sees them; those that there are not are left out.
    ///
    /// # Errors
    /// The database fails.
    pub fn users(&self, viewer: i64, ids: Vec<i64>) -> Answer<Vec<UserView>> {
        self.read(move |db| views(db, viewer, ids))
    }

    /// Makes a user, unless the number has one: then that one, as it is.
    ///
    /// # Errors
    /// The database fails.
    pub fn add_user(&self, phone: String, first_name: String, last_name: String, date: i32) -> Answer<User> {
        self.write(move |db| {
            db.prepare_cached(
                "INSERT INTO users (id, phone, first_name, last_name, online_until, created) \
                 VALUES ((SELECT coalesce(max(id) + 1, ?5) FROM users), ?1, ?2, ?3, ?4, ?4) \
                 ON CONFLICT (phone) DO NOTHING",
            )?
            .execute(params![phone, first_name, last_name, date, FIRST_ID])?;
            db.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE phone = ?1"))?
                .query_row([phone], user)
        })
    }

    /// Gives a user another username, or none.
    ///
    /// # Errors
    /// The database fails.
    pub fn set_username(
        &self,
        user_id: i64,
        username: Option<String>,
        origin: Origin,
        date: i32,
    ) -> Answer<UsernameChange> {
        self.write_events(move |db| {
            let mut user = find(db, user_id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
            if user.username == username {
                return Ok((UsernameChange::NotModified, Vec::new()));
            }
            let is_taken = db
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM users WHERE username = ?1 AND id <> ?2)")?
                .query_row(params![username, user_id], |row| row.get(0))?;
            if is_taken {
                return Ok((UsernameChange::Occupied, Vec::new()));
            }
            db.prepare_cached("UPDATE users SET username = ?2 WHERE id = ?1")?
                .execute(params![user_id, username])?;
            user.username = username;
            let events = tell(db, user_id, Some(origin), date, &Change::Name { user_id })?;
            Ok((UsernameChange::Done(user), events))
        })
    }

    /// Whether nobody has this username.
    ///
    /// # Errors
    /// The database fails.
    pub fn is_username_free(&self, username: String) -> Answer<bool> {
        self.read(move |db| {
            db.prepare_cached("SELECT NOT EXISTS (SELECT 1 FROM users WHERE username = ?1)")?
                .query_row([username], |row| row.get(0))
        })
    }

    /// A user is online until then, or was.
    ///
    /// # Errors
    /// The database fails.
    pub fn set_online(&self, user_id: i64, online_until: i32, origin: Origin, date: i32) -> Answer<()> {
        self.write_events(move |db| {
            db.prepare_cached("UPDATE users SET online_until = ?2 WHERE id = ?1")?
                .execute(params![user_id, online_until])?;
            let change = Change::Status { user_id, online_until };
            let mut events = tell(db, user_id, Some(origin), date, &change)?;
            // Nobody is told of his own status.
            events.retain(|event| event.owner != user_id);
            Ok(((), events))
        })
    }
}
