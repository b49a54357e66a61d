//! The interned strings, stored in runs: the new ones of each transaction in one row.

use rusqlite::{Connection, params};

use crate::domain::table::TableBuilder;
use crate::store::error::Trouble;
use crate::store::hash::checksum;

/// Stores the strings from a code on. Returns the number of strings stored afterwards.
pub(super) fn store(conn: &Connection, table: &TableBuilder, from: usize) -> rusqlite::Result<usize> {
    let count = table.strings() - from;
    if count > 0 {
        let mut data = Vec::new();
        for (_, text) in table.strings_from(from) {
            data.extend_from_slice(&(text.len() as u32).to_le_bytes());
            data.extend_from_slice(text.as_bytes());
        }
        conn.prepare_cached("INSERT INTO string_run (first, count, checksum, data) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![from as u32, count as u32, checksum(from as u64, &data), data])?;
    }
    Ok(table.strings())
}

/// Loads every string into an empty table. Returns their number.
pub(super) fn load(conn: &Connection, table: &mut TableBuilder) -> Result<usize, Trouble> {
    let mut statement = conn.prepare("SELECT first, count, checksum, data FROM string_run ORDER BY first")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (first, count, sum): (u32, u32, u32) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let mut data = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
        let damaged = || Trouble::Damaged(format!("strings from {first} on"));
        if first != table.strings() as u32 || sum != checksum(u64::from(first), data) {
            return Err(damaged());
        }
        for _ in 0..count {
            let (length, rest) = data.split_first_chunk::<4>().ok_or_else(damaged)?;
            let (text, rest) =
                rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(damaged)?;
            table.load_string(std::str::from_utf8(text).map_err(|_| damaged())?);
            data = rest;
        }
    }
    if table.strings() == 0 {
        table.intern("");
        return Ok(0);
    }
    Ok(table.strings())
}
