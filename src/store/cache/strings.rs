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

/// One run as it was stored: no byte of it changed.
pub(super) struct Run {
    first: i64,
    count: i64,
    data: Vec<u8>,
}

/// Hands out every run in order, until `take` says that it wants no more.
pub(super) fn read(conn: &Connection, mut take: impl FnMut(Run) -> bool) -> Result<(), Trouble> {
    let mut statement = conn.prepare("SELECT first, count, checksum, data FROM string_run ORDER BY first")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let run = Run { first: row.get(0)?, count: row.get(1)?, data: row.get(3)? };
        if row.get::<_, i64>(2)? != i64::from(checksum(run.first as u64, &run.data)) {
            return Err(run.damaged());
        }
        if !take(run) {
            break;
        }
    }
    Ok(())
}

impl Run {
    fn damaged(&self) -> Trouble {
        Trouble::Damaged(format!("strings from {} on", self.first))
    }

    /// Adds the strings to a table that has all those before. Returns the number of strings it has then.
    pub(super) fn load(&self, table: &mut TableBuilder) -> Result<usize, Trouble> {
        let damaged = || self.damaged();
        if self.first != table.strings() as i64 {
            return Err(damaged());
        }
        let mut data = &self.data[..];
        for _ in 0..self.count {
            let (length, rest) = data.split_first_chunk::<4>().ok_or_else(damaged)?;
            let (text, rest) =
                rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(damaged)?;
            table.load_string(std::str::from_utf8(text).map_err(|_| damaged())?);
            data = rest;
        }
        Ok(table.strings())
    }
}
