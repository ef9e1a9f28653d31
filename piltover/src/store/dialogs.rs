//! Dialogs: lists of them, and which stand on top.
//!
//! <https://core.telegram.org/api/folders#pinned-dialogs>

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::messages::{copy, message_users};
use super::users::views;
use super::{Answer, History, Store, log};
use crate::model::{Change, Dialog, Event, Message, Origin};

/// Dialogs, and their top messages.
pub type Dialogs = (Vec<Dialog>, History);

/// Why dialogs are not pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPinned {
    /// Nothing was ever said in this one.
    Empty,
    /// There would be too many.
    TooMany,
}

/// Which part of the list of dialogs is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DialogPage {
    /// Only dialogs whose newest message is below this id, if not 0.
    pub below: i32,
    /// Only dialogs whose newest message is older than this, if not 0.
    pub before: i32,
    /// At most this many.
    pub limit: u32,
    /// Without those that are pinned. Where it is false, they come first on the first page, and on no other.
    pub exclude_pinned: bool,
}

const DIALOG: &str = "SELECT peer, top_message, read_inbox, read_outbox, unread, pinned IS NOT NULL FROM dialogs \
     WHERE owner = ?1";

fn dialog(row: &Row<'_>) -> rusqlite::Result<Dialog> {
    Ok(Dialog {
        peer: row.get(0)?,
        top_message: row.get(1)?,
        read_inbox: row.get(2)?,
        read_outbox: row.get(3)?,
        unread: row.get(4)?,
        is_pinned: row.get(5)?,
    })
}

/// The top messages of dialogs, and the users that these name.
fn tops(db: &Connection, owner: i64, dialogs: &[Dialog], count: i32) -> rusqlite::Result<History> {
    let tops = dialogs.iter().map(|dialog| copy(db, owner, dialog.top_message));
    let messages: Vec<Message> = tops.filter_map(Result::transpose).collect::<rusqlite::Result<_>>()?;
    let named = messages.iter().flat_map(message_users).chain(dialogs.iter().map(|dialog| dialog.peer));
    let users = views(db, owner, named)?;
    Ok(History { messages, count, users })
}

fn find(db: &Connection, owner: i64, peer: i64) -> rusqlite::Result<Option<Dialog>> {
    db.prepare_cached(&format!("{DIALOG} AND peer = ?2"))?.query_row([owner, peer], dialog).optional()
}

/// The pinned dialogs, the uppermost first.
fn pinned(db: &Connection, owner: i64) -> rusqlite::Result<Vec<Dialog>> {
    db.prepare_cached(&format!("{DIALOG} AND pinned IS NOT NULL ORDER BY pinned DESC"))?
        .query_map([owner], dialog)?
        .collect()
}

/// The peers of the pinned dialogs, in their order.
fn pinned_peers(db: &Connection, owner: i64) -> rusqlite::Result<Vec<i64>> {
    Ok(pinned(db, owner)?.iter().map(|dialog| dialog.peer).collect())
}

fn page(db: &Connection, owner: i64, page: &DialogPage) -> rusqlite::Result<Dialogs> {
    let count: i32 = db
        .prepare_cached("SELECT count(*) FROM dialogs WHERE owner = ?1 AND (pinned IS NULL OR NOT ?2)")?
        .query_row(params![owner, page.exclude_pinned], |row| row.get(0))?;
    let is_first = page.below <= 0 && page.before <= 0;
    let mut dialogs = if page.exclude_pinned || !is_first { Vec::new() } else { pinned(db, owner)? };
    dialogs.truncate(page.limit as usize);
    let left = page.limit as usize - dialogs.len();
    let mut others = db.prepare_cached(&format!(
        "{DIALOG} AND pinned IS NULL AND (?2 <= 0 OR top_message < ?2) AND (?3 <= 0 OR (SELECT date FROM messages \
         WHERE messages.owner = ?1 AND id = top_message) < ?3) ORDER BY top_message DESC LIMIT ?4"
    ))?;
    for other in others.query_map(params![owner, page.below, page.before, left as i64], dialog)? {
        dialogs.push(other?);
    }
    let history = tops(db, owner, &dialogs, count)?;
    Ok((dialogs, history))
}

fn with_state(db: &Connection, owner: i64, dialogs: Vec<Dialog>) -> rusqlite::Result<(Dialogs, (i32, i32))> {
    let history = tops(db, owner, &dialogs, 0)?;
    Ok(((dialogs, history), log::state(db, owner)?))
}

/// Changes which dialogs stand on top. Gives what the owner's other sessions must hear, if it is news.
fn arrange(
    db: &Connection,
    owner: i64,
    order: &[i64],
    change: Change,
    (origin, date): (Origin, i32),
) -> rusqlite::Result<Vec<Event>> {
    db.prepare_cached("UPDATE dialogs SET pinned = NULL WHERE owner = ?1 AND pinned IS NOT NULL")?
        .execute([owner])?;
    let mut pin = db.prepare_cached("UPDATE dialogs SET pinned = ?3 WHERE owner = ?1 AND peer = ?2")?;
    for (rank, peer) in order.iter().rev().enumerate() {
        pin.execute(params![owner, peer, rank as i64])?;
    }
    let named = match &change {
        Change::Pinned { peer, .. } => vec![*peer],
        _ => order.to_vec(),
    };
    let users = views(db, owner, named)?;
    Ok(vec![Event { owner, origin: Some(origin), change, date, users }])
}

impl Store {
    /// A page of the dialogs, newest first, with their top messages.
    ///
    /// # Errors
    /// The database fails.
    pub fn dialogs(&self, owner: i64, wanted: DialogPage) -> Answer<Dialogs> {
        self.read(move |db| page(db, owner, &wanted))
    }

    /// The dialogs with these peers, with their top messages; an empty one, where nothing was said yet. And the
    /// state of the box, as of [`Store::box_state`].
    ///
    /// # Errors
    /// The database fails.
    pub fn peer_dialogs(&self, owner: i64, peers: Vec<i64>) -> Answer<(Dialogs, (i32, i32))> {
        self.read(move |db| {
            let mut dialogs = Vec::new();
            for peer in peers {
                dialogs.push(find(db, owner, peer)?.unwrap_or(Dialog { peer, ..Dialog::default() }));
            }
            with_state(db, owner, dialogs)
        })
    }

    /// The pinned dialogs, the uppermost first, as of [`Store::peer_dialogs`].
    ///
    /// # Errors
    /// The database fails.
    pub fn pinned_dialogs(&self, owner: i64) -> Answer<(Dialogs, (i32, i32))> {
        self.read(move |db| with_state(db, owner, pinned(db, owner)?))
    }

    /// Pins a dialog above all others, or no longer. `most` may be pinned.
    ///
    /// # Errors
    /// The database fails.
    pub fn pin_dialog(
        &self,
        owner: i64,
        peer: i64,
        is_pinned: bool,
        most: usize,
        origin: Origin,
        date: i32,
    ) -> Answer<Result<(), NotPinned>> {
        self.write_events(move |db| {
            let Some(dialog) = find(db, owner, peer)? else { return Ok((Err(NotPinned::Empty), Vec::new())) };
            if dialog.is_pinned == is_pinned {
                return Ok((Ok(()), Vec::new()));
            }
            let mut order = pinned_peers(db, owner)?;
            match is_pinned {
                true if order.len() >= most => return Ok((Err(NotPinned::TooMany), Vec::new())),
                true => order.insert(0, peer),
                false => order.retain(|other| *other != peer),
            }
            let events = arrange(db, owner, &order, Change::Pinned { peer, is_pinned }, (origin, date))?;
            Ok((Ok(()), events))
        })
    }

    /// Pins these dialogs in this order. Others that are pinned come behind them, or are pinned no more, if `is_whole`.
    /// `most` may be pinned.
    ///
    /// # Errors
    /// The database fails.
    pub fn arrange_pinned(
        &self,
        owner: i64,
        peers: Vec<i64>,
        is_whole: bool,
        most: usize,
        origin: Origin,
        date: i32,
    ) -> Answer<Result<(), NotPinned>> {
        self.write_events(move |db| {
            let old = pinned_peers(db, owner)?;
            let mut order: Vec<i64> = Vec::new();
            for peer in peers.iter().chain(old.iter().filter(|_| !is_whole)) {
                if order.contains(peer) {
                    continue;
                }
                if find(db, owner, *peer)?.is_none() {
                    return Ok((Err(NotPinned::Empty), Vec::new()));
                }
                order.push(*peer);
                if order.len() > most {
                    return Ok((Err(NotPinned::TooMany), Vec::new()));
                }
            }
            if order == old {
                return Ok((Ok(()), Vec::new()));
            }
            let events = arrange(db, owner, &order, Change::PinnedOrder(order.clone()), (origin, date))?;
            Ok((Ok(()), events))
        })
    }
}
