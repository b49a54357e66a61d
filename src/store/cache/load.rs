//! One scan fills the table when the program starts.

use rusqlite::Connection;

use super::{row, strings};
use crate::domain::AlertKey;
use crate::domain::table::TableBuilder;
use crate::store::error::Trouble;

/// What the scan found beside the rows.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Loaded {
    /// Strings stored.
    pub(in crate::store) strings: usize,
    /// The key of the next new alert.
    pub(in crate::store) next_key: u32,
}

/// Fills an empty table.
pub(in crate::store) fn load(conn: &Connection, table: &mut TableBuilder) -> Result<Loaded, Trouble> {
    // One read transaction: strings and rows of the same moment.
    let snapshot = conn.unchecked_transaction()?;
    table.set_subscriptions(super::subscriptions::names(&snapshot)?);
    let strings = strings::load(&snapshot, table)?;
    let codes = table.strings() as u32;
    let mut next_key: u32 =
        snapshot.query_row("SELECT next_key FROM counter", [], |row| row.get(0)).map_err(Trouble::from)?;
    {
        let mut statement = snapshot.prepare("SELECT key, row FROM alert ORDER BY key")?;
        let mut rows = statement.query([])?;
        while let Some(stored) = rows.next()? {
            let key = AlertKey(stored.get(0)?);
            let packed = stored.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
            let damaged = || Trouble::Damaged(format!("row of alert {}", key.0));
            let (values, facts) = row::decode(key, packed).ok_or_else(damaged)?;
            if values.parent >= codes || facts.clone().any(|fact| fact.code() >= codes) {
                return Err(damaged());
            }
            table.load_row(&values, facts);
            next_key = next_key.max(key.0.saturating_add(1));
        }
    }
    snapshot.commit()?;
    Ok(Loaded { strings, next_key })
}
