use rusqlite::{Connection, OptionalExtension, Row, params};

use super::users::{find, views};
use super::{Answer, Store, log};
use crate::model::{Change, Draft, Event, Logged, Message, Origin, Page, Sent, UserView};

const COLUMNS: &str = "id, peer, sender, date, text, entities, reply_to, silent";

/// Part of a list of messages.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// The messages, newest first.
    pub messages: Vec<Message>,
    /// How many there are in all.
    pub count: i32,
    /// The users that they name.
    pub users: Vec<UserView>,
}

/// What reading changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// The reader's pts now.
    pub pts: i32,
    /// How many changes it took: 0 if all was read before.
    pub pts_count: i32,
}

fn message(owner: i64, row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        owner,
        id: row.get(0)?,
        peer: row.get(1)?,
        sender: row.get(2)?,
        date: row.get(3)?,
        text: row.get(4)?,
        entities: row.get(5)?,
        reply_to: row.get(6)?,
        silent: row.get(7)?,
    })
}

/// The users that a message names.
pub(super) fn message_users(message: &Message) -> [i64; 2] {
    [message.peer, message.sender]
}

/// One message of a box.
pub(super) fn copy(db: &Connection, owner: i64, id: i32) -> rusqlite::Result<Option<Message>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM messages WHERE owner = ?1 AND id = ?2"))?
        .query_row(params![owner, id], |row| message(owner, row))
        .optional()
}

/// The id of the other copy of a message.
fn twin(db: &Connection, owner: i64, id: i32) -> rusqlite::Result<Option<i32>> {
    db.prepare_cached("SELECT twin FROM messages WHERE owner = ?1 AND id = ?2")?
        .query_row(params![owner, id], |row| row.get(0))
        .optional()
        .map(Option::flatten)
}

fn next_id(db: &Connection, owner: i64) -> rusqlite::Result<i32> {
    db.prepare_cached(
        "UPDATE users SET last_message = last_message + 1 WHERE id = ?1 RETURNING last_message",
    )?
    .query_row([owner], |row| row.get(0))
}

fn insert(
    db: &Connection,
    message: &Message,
    random_id: Option<i64>,
    twin: Option<i32>,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO messages (owner, id, peer, sender, date, text, entities, reply_to, silent, random_id, twin) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        message.owner,
        message.id,
        message.peer,
        message.sender,
        message.date,
        message.text,
        message.entities,
        message.reply_to,
        message.silent,
        random_id,
        twin
    ])?;
    // A message that one sends oneself is read at once.
    let is_unread = !message.is_out();
    db.prepare_cached(
        "INSERT INTO dialogs (owner, peer, top_message, unread) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT DO UPDATE SET top_message = excluded.top_message, unread = unread + excluded.unread",
    )?
    .execute(params![message.owner, message.peer, message.id, is_unread])?;
    Ok(())
}

/// Logs a new message, and makes the event that tells of it.
fn happened(db: &Connection, message: Message, origin: Option<Origin>) -> rusqlite::Result<Event> {
    let (owner, date) = (message.owner, message.date);
    let users = views(db, owner, message_users(&message))?;
    let change = Logged::NewMessage(message);
    let pts = log::append(db, owner, &change, date)?;
    Ok(Event { owner, origin, change: Change::Box(change, pts), date, users })
}

/// The message that this client sent with this random id before.
fn sent_before(db: &Connection, owner: i64, random_id: i64) -> rusqlite::Result<Option<Sent>> {
    let id = db
        .prepare_cached("SELECT id FROM messages WHERE owner = ?1 AND random_id = ?2")?
        .query_row([owner, random_id], |row| row.get(0))
        .optional()?;
    let Some(message) = id.map(|id| copy(db, owner, id)).transpose()?.flatten() else { return Ok(None) };
    let pts = db
        .prepare_cached("SELECT pts FROM log WHERE owner = ?1 AND kind = 1 AND a = ?2")?
        .query_row(params![owner, message.id], |row| row.get(0))?;
    let users = views(db, owner, message_users(&message))?;
    Ok(Some(Sent { message, pts, users }))
}

fn send(db: &Connection, draft: Draft, origin: Origin) -> rusqlite::Result<(Option<Sent>, Vec<Event>)> {
    let Draft { sender, peer, text, entities, reply_to, random_id, silent, date } = draft;
    if let Some(sent) = sent_before(db, sender, random_id)? {
        return Ok((Some(sent), Vec::new()));
    }
    if find(db, peer)?.is_none() {
        return Ok((None, Vec::new()));
    }
    let reply_to = match reply_to {
        // A message that is gone is no reason not to send.
        Some(id) => copy(db, sender, id)?.filter(|message| message.peer == peer).map(|message| message.id),
        None => None,
    };
    let own = Message {
        owner: sender,
        id: next_id(db, sender)?,
        peer,
        sender,
        date,
        text,
        entities,
        reply_to,
        silent,
    };
    let mut events = Vec::new();
    let mut other_id = None;
    if peer != sender {
        let reply_to = reply_to.map(|id| twin(db, sender, id)).transpose()?.flatten();
        let other = Message { owner: peer, id: next_id(db, peer)?, peer: sender, reply_to, ..own.clone() };
        other_id = Some(other.id);
        insert(db, &other, None, Some(own.id))?;
        events.push(happened(db, other, None)?);
    }
    insert(db, &own, Some(random_id), other_id)?;
    let event = happened(db, own.clone(), Some(origin))?;
    let pts = log::pts(db, sender)?;
    let users = event.users.clone();
    events.push(event);
    Ok((Some(Sent { message: own, pts, users }), events))
}

fn read(
    db: &Connection,
    owner: i64,
    peer: i64,
    max_id: i32,
    origin: Origin,
    date: i32,
) -> rusqlite::Result<(Read, Vec<Event>)> {
    let unchanged = |db| Ok((Read { pts: log::pts(db, owner)?, pts_count: 0 }, Vec::new()));
    let last: Option<i32> = db
        .prepare_cached(
            "SELECT max(id) FROM messages WHERE owner = ?1 AND peer = ?2 AND sender <> ?1 AND (?3 <= 0 OR id <= ?3)",
        )?
        .query_row(params![owner, peer, max_id], |row| row.get(0))?;
    let Some(last) = last else { return unchanged(db) };
    let is_news = db
        .prepare_cached(
            "UPDATE dialogs SET read_inbox = ?3 WHERE owner = ?1 AND peer = ?2 AND read_inbox < ?3",
        )?
        .execute(params![owner, peer, last])?
        == 1;
    if !is_news {
        return unchanged(db);
    }
    let unread: i32 = db
        .prepare_cached(
            "UPDATE dialogs SET unread = (SELECT count(*) FROM messages \
             WHERE owner = ?1 AND peer = ?2 AND sender <> ?1 AND id > ?3) \
             WHERE owner = ?1 AND peer = ?2 RETURNING unread",
        )?
        .query_row(params![owner, peer, last], |row| row.get(0))?;
    let mut events = Vec::new();
    let mut change = |owner, origin, change: Logged| {
        let pts = log::append(db, owner, &change, date)?;
        let users = views(db, owner, [change.peer()])?;
        events.push(Event { owner, origin, change: Change::Box(change, pts), date, users });
        Ok::<_, rusqlite::Error>(pts)
    };
    let pts = change(owner, Some(origin), Logged::ReadInbox { peer, max_id: last, unread })?;
    if let Some(max_id) = twin(db, owner, last)? {
        db.prepare_cached(
            "UPDATE dialogs SET read_outbox = max(read_outbox, ?3) WHERE owner = ?1 AND peer = ?2",
        )?
        .execute(params![peer, owner, max_id])?;
        change(peer, None, Logged::ReadOutbox { peer: owner, max_id })?;
    }
    Ok((Read { pts, pts_count: 1 }, events))
}

fn history(db: &Connection, owner: i64, peer: i64, page: &Page) -> rusqlite::Result<History> {
    let count = db
        .prepare_cached("SELECT count(*) FROM messages WHERE owner = ?1 AND peer = ?2")?
        .query_row([owner, peer], |row| row.get(0))?;
    // Where the page begins: the number of messages that are newer than the offset.
    let newer: i64 = db
        .prepare_cached(
            "SELECT count(*) FROM messages WHERE owner = ?1 AND peer = ?2 \
             AND ((?3 > 0 AND id >= ?3) OR (?3 <= 0 AND ?4 > 0 AND date >= ?4))",
        )?
        .query_row(params![owner, peer, page.offset_id, page.offset_date], |row| row.get(0))?;
    let start = newer + i64::from(page.add_offset);
    // A page that begins before the newest message is as much shorter.
    let limit = (i64::from(page.limit) + start.min(0)).max(0);
    let messages = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM (SELECT * FROM messages WHERE owner = ?1 AND peer = ?2 \
             ORDER BY id DESC LIMIT ?3 OFFSET ?4) WHERE (?5 <= 0 OR id < ?5) AND id > ?6 ORDER BY id DESC"
        ))?
        .query_map(params![owner, peer, limit, start.max(0), page.max_id, page.min_id], |row| {
            message(owner, row)
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let named = messages.iter().flat_map(message_users).chain([peer, owner]);
    let users = views(db, owner, named)?;
    Ok(History { messages, count, users })
}

impl Store {
    /// Sends a message; one with the same random id is sent once. None if there is no such peer.
    ///
    /// # Errors
    /// The database fails.
    pub fn send_message(&self, draft: Draft, origin: Origin) -> Answer<Option<Sent>> {
        self.write_events(move |db| send(db, draft, origin))
    }

    /// Marks what came from a peer as read, up to a message; all of it, if `max_id` is 0.
    ///
    /// # Errors
    /// The database fails.
    pub fn read_history(
        &self,
        owner: i64,
        peer: i64,
        max_id: i32,
        origin: Origin,
        date: i32,
    ) -> Answer<Read> {
        self.write_events(move |db| read(db, owner, peer, max_id, origin, date))
    }

    /// A page of the messages with a peer.
    ///
    /// # Errors
    /// The database fails.
    pub fn history(&self, owner: i64, peer: i64, page: Page) -> Answer<History> {
        self.read(move |db| history(db, owner, peer, &page))
    }

    /// Messages by id, in the order asked for; none where there is no such message. `replies` are ids of
    /// messages in whose place those are wanted that they reply to.
    ///
    /// # Errors
    /// The database fails.
    pub fn messages(
        &self,
        owner: i64,
        ids: Vec<MessageRef>,
    ) -> Answer<(Vec<Option<Message>>, Vec<UserView>)> {
        self.read(move |db| {
            let message = |id| match id {
                MessageRef::Id(id) => copy(db, owner, id),
                MessageRef::RepliedToBy(id) => {
                    let replied = copy(db, owner, id)?.and_then(|message| message.reply_to);
                    replied.map_or(Ok(None), |id| copy(db, owner, id))
                }
            };
            let messages = ids.into_iter().map(message).collect::<rusqlite::Result<Vec<_>>>()?;
            let users = views(db, owner, messages.iter().flatten().flat_map(message_users))?;
            Ok((messages, users))
        })
    }
}

/// Which message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageRef {
    /// The one with this id.
    Id(i32),
    /// The one to which that with this id replies.
    RepliedToBy(i32),
}
