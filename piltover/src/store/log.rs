//! The log of each box: what changed, by pts.

use rusqlite::{Connection, Row, params};

use super::messages::{copy, message_users};
use super::users::views;
use super::{Answer, Store};
use crate::model::{Logged, UserView};

const NEW_MESSAGE: i64 = 1;
const READ_INBOX: i64 = 2;
const READ_OUTBOX: i64 = 3;

/// What changed in a box behind a pts.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The changes, with the pts behind each.
    pub changes: Vec<(Logged, i32)>,
    /// The users that they name.
    pub users: Vec<UserView>,
    /// The pts behind the last change of the box, whether it is in here or not.
    pub pts: i32,
    /// Whether there are more changes than were asked for.
    pub is_slice: bool,
    /// How many incoming messages the owner has not read.
    pub unread: i32,
}

/// Counts one more change of a box, and logs it. Gives the pts behind it.
pub(super) fn append(db: &Connection, owner: i64, change: &Logged, date: i32) -> rusqlite::Result<i32> {
    let pts: i32 = db
        .prepare_cached("UPDATE users SET pts = pts + 1 WHERE id = ?1 RETURNING pts")?
        .query_row([owner], |row| row.get(0))?;
    let (kind, peer, a, b) = match change {
        Logged::NewMessage(message) => (NEW_MESSAGE, message.peer, message.id, 0),
        Logged::ReadInbox { peer, max_id, unread } => (READ_INBOX, *peer, *max_id, *unread),
        Logged::ReadOutbox { peer, max_id } => (READ_OUTBOX, *peer, *max_id, 0),
    };
    db.prepare_cached(
        "INSERT INTO log (owner, pts, kind, peer, a, b, date) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![owner, pts, kind, peer, a, b, date])?;
    Ok(pts)
}

/// The pts behind the last change of a box.
pub(super) fn pts(db: &Connection, owner: i64) -> rusqlite::Result<i32> {
    db.prepare_cached("SELECT pts FROM users WHERE id = ?1")?.query_row([owner], |row| row.get(0))
}

/// The pts of a box, and how many incoming messages the owner has not read.
pub(super) fn state(db: &Connection, owner: i64) -> rusqlite::Result<(i32, i32)> {
    Ok((pts(db, owner)?, unread(db, owner)?))
}

fn unread(db: &Connection, owner: i64) -> rusqlite::Result<i32> {
    db.prepare_cached("SELECT coalesce(sum(unread), 0) FROM dialogs WHERE owner = ?1")?
        .query_row([owner], |row| row.get(0))
}

struct Entry {
    pts: i32,
    kind: i64,
    peer: i64,
    a: i32,
    b: i32,
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry { pts: row.get(0)?, kind: row.get(1)?, peer: row.get(2)?, a: row.get(3)?, b: row.get(4)? })
}

impl Store {
    /// The state of a box: its pts, and how many messages are unread.
    ///
    /// # Errors
    /// The database fails.
    pub fn box_state(&self, owner: i64) -> Answer<(i32, i32)> {
        self.read(move |db| state(db, owner))
    }

    /// What changed in a box behind `since`, at most `limit` changes.
    ///
    /// # Errors
    /// The database fails.
    pub fn difference(&self, owner: i64, since: i32, limit: u32) -> Answer<Difference> {
        self.read(move |db| {
            let mut entries = db
                .prepare_cached(
                    "SELECT pts, kind, peer, a, b FROM log WHERE owner = ?1 AND pts > ?2 ORDER BY pts LIMIT ?3",
                )?
                .query_map(params![owner, since, limit + 1], entry)?
                .collect::<rusqlite::Result<Vec<Entry>>>()?;
            let is_slice = entries.len() > limit as usize;
            entries.truncate(limit as usize);
            let mut changes = Vec::with_capacity(entries.len());
            let mut named = Vec::new();
            for Entry { pts, kind, peer, a, b } in entries {
                let change = match kind {
                    NEW_MESSAGE => copy(db, owner, a)?.map(Logged::NewMessage),
                    READ_INBOX => Some(Logged::ReadInbox { peer, max_id: a, unread: b }),
                    READ_OUTBOX => Some(Logged::ReadOutbox { peer, max_id: a }),
                    _ => None,
                };
                match &change {
                    Some(Logged::NewMessage(message)) => named.extend(message_users(message)),
                    _ => named.push(peer),
                }
                changes.extend(change.map(|change| (change, pts)));
            }
            let users = views(db, owner, named)?;
            Ok(Difference { changes, users, pts: pts(db, owner)?, is_slice, unread: unread(db, owner)? })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn questions_behind_changes_of_the_same_transaction_are_answered() {
        let (store, _events) = Store::in_memory().unwrap();
        let pause = |_: &Connection| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            Ok(())
        };
        // Whatever is queued meanwhile is taken together with this.
        let paused = store.write(pause);
        let user = store.add_user("1555".to_owned(), "A".to_owned(), String::new(), 1);
        let difference = store.difference(1_000_001, 0, 10);
        paused.await.unwrap();
        let id = user.await.unwrap().id;
        assert_eq!((id, difference.await.unwrap().pts), (1_000_001, 1));
    }
}
