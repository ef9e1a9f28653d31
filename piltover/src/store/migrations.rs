use rusqlite::Connection;

use super::StoreError;

/// The steps from an empty database to the present one. A step that was released is never changed.
const STEPS: [&str; 4] = [
    include_str!("migrations/1.sql"),
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
    include_str!("migrations/4.sql"),
];

/// Brings a database to the present form. `user_version` counts the steps it has.
pub(super) fn apply(db: &mut Connection) -> Result<(), StoreError> {
    db.pragma_update(None, "foreign_keys", true)?;
    let found: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = STEPS.len() as i64;
    let done = usize::try_from(found).ok().filter(|done| *done <= STEPS.len());
    let done = done.ok_or(StoreError::Newer { found, known })?;
    for (index, step) in STEPS.iter().enumerate().skip(done) {
        let transaction = db.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", index as i64 + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_older_databases_begin_to_be_unused_with_the_step_that_counts_it() {
        let mut db = Connection::open_in_memory().unwrap();
        for step in &STEPS[..2] {
            db.execute_batch(step).unwrap();
        }
        db.pragma_update(None, "user_version", 2).unwrap();
        db.execute_batch(
            "INSERT INTO auth_keys (id, key, created_ns, salt, dc) VALUES (1, x'00', 5, 0, 0); \
             INSERT INTO sessions (auth_key_id, session_id, wants_updates) VALUES (1, 2, TRUE)",
        )
        .unwrap();
        apply(&mut db).unwrap();
        for table in ["auth_keys", "sessions"] {
            let used_at = db.query_row(&format!("SELECT used_at FROM {table}"), [], |row| row.get(0));
            let used_at: i64 = used_at.unwrap();
            assert!(used_at > 1_700_000_000, "{table}: {used_at}");
        }
    }

    #[test]
    fn a_newer_database_is_refused_and_left_alone() {
        let mut db = Connection::open_in_memory().unwrap();
        apply(&mut db).unwrap();
        apply(&mut db).unwrap();
        db.pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(apply(&mut db), Err(StoreError::Newer { found: 99, known: 4 })));
    }
}
