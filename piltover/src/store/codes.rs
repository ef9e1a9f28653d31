use rusqlite::{OptionalExtension, params};

use super::{Answer, Store};

/// A code is void after so many wrong ones.
const MAX_ATTEMPTS: i32 = 5;

/// Whether a login code is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeCheck {
    /// It is.
    Right,
    /// It is not.
    Wrong,
    /// It was, but its time is over, or there were too many wrong ones.
    Expired,
    /// No code was asked for with this number and hash.
    Unknown,
}

impl Store {
    /// Stores the code that was sent to a phone number.
    ///
    /// # Errors
    /// The database fails.
    pub fn add_code(&self, phone: String, hash: String, code: String, expires_at: i64) -> Answer<()> {
        self.write(move |db| {
            db.prepare_cached(
                "INSERT INTO phone_codes (phone, hash, code, expires_at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![phone, hash, code, expires_at])?;
            Ok(())
        })
    }

    /// Replaces a code by another, to which the same hash belongs. Tells whether there was one.
    ///
    /// # Errors
    /// The database fails.
    pub fn renew_code(&self, phone: String, hash: String, code: String, expires_at: i64) -> Answer<bool> {
        self.write(move |db| {
            let mut update = db.prepare_cached(
                "UPDATE phone_codes SET code = ?3, expires_at = ?4, attempts = 0 WHERE phone = ?1 AND hash = ?2",
            )?;
            Ok(update.execute(params![phone, hash, code, expires_at])? == 1)
        })
    }

    /// Checks a code, and remembers that it was right, or one more wrong attempt.
    ///
    /// # Errors
    /// The database fails.
    pub fn check_code(&self, phone: String, hash: String, code: String, now: i64) -> Answer<CodeCheck> {
        self.write(move |db| {
            let found = db
                .prepare_cached(
                    "SELECT code, expires_at, attempts FROM phone_codes WHERE phone = ?1 AND hash = ?2",
                )?
                .query_row([&phone, &hash], |row| {
                    Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, i32>(2)?))
                })
                .optional()?;
            let Some((right, expires_at, attempts)) = found else { return Ok(CodeCheck::Unknown) };
            if expires_at < now || attempts >= MAX_ATTEMPTS {
                return Ok(CodeCheck::Expired);
            }
            let is_right = crate::crypto::equal(right.as_bytes(), code.as_bytes());
            db.prepare_cached(
                "UPDATE phone_codes SET is_verified = is_verified OR ?3, attempts = attempts + NOT ?3 \
                 WHERE phone = ?1 AND hash = ?2",
            )?
            .execute(params![phone, hash, is_right])?;
            Ok(if is_right { CodeCheck::Right } else { CodeCheck::Wrong })
        })
    }

    /// Whether the right code was given for this number and hash.
    ///
    /// # Errors
    /// The database fails.
    pub fn is_code_verified(&self, phone: String, hash: String, now: i64) -> Answer<bool> {
        self.read(move |db| {
            db.prepare_cached(
                "SELECT is_verified FROM phone_codes WHERE phone = ?1 AND hash = ?2 AND expires_at >= ?3",
            )?
            .query_row(params![phone, hash, now], |row| row.get(0))
            .optional()
            .map(Option::unwrap_or_default)
        })
    }

    /// Forgets a code: it was used, or is not wanted any more.
    ///
    /// # Errors
    /// The database fails.
    pub fn remove_code(&self, phone: String, hash: String) -> Answer<bool> {
        self.write(move |db| {
            let mut delete = db.prepare_cached("DELETE FROM phone_codes WHERE phone = ?1 AND hash = ?2")?;
            Ok(delete.execute([phone, hash])? == 1)
        })
    }
}
