//! Schema steps, each in one transaction with its number in `user_version`: a crash leaves the former schema or the new one.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::Trouble;

/// The cache's steps.
pub(super) const CACHE: [&str; 5] = [
    include_str!("../../assets/schema/cache/0001.sql"),
    include_str!("../../assets/schema/cache/0002.sql"),
    include_str!("../../assets/schema/cache/0003.sql"),
    include_str!("../../assets/schema/cache/0004.sql"),
    include_str!("../../assets/schema/cache/0005.sql"),
];

/// The journal's steps.
pub(super) const JOURNAL: [&str; 5] = [
    include_str!("../../assets/schema/journal/0001.sql"),
    include_str!("../../assets/schema/journal/0002.sql"),
    include_str!("../../assets/schema/journal/0003.sql"),
    include_str!("../../assets/schema/journal/0004.sql"),
    include_str!("../../assets/schema/journal/0005.sql"),
];

/// The schema of an open database; 0 when it is new.
pub(super) fn version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings a database to the newest schema. Another instance may do the same at the same moment.
pub(super) fn migrate(conn: &Connection, steps: &[&str]) -> Result<(), Trouble> {
    while (version(conn)?.max(0) as usize) < steps.len() {
        let step = Transaction::new_unchecked(conn, TransactionBehavior::Exclusive)?;
        let at = version(&step)?.max(0) as usize;
        if let Some(sql) = steps.get(at) {
            step.execute_batch(sql)?;
            step.pragma_update(None, "user_version", at as u32 + 1)?;
            step.commit()?;
        }
    }
    Ok(())
}
