//! Writing one alert: its row, its body, its place in the index.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{Connection, params};

use super::{body, row};
use crate::domain::table::{PackedFact, RowData, TableBuilder};
use crate::domain::{AlertId, AlertKey};
use crate::store::error::Trouble;
use crate::store::hash::{content_hash, id_place};

/// What the index knows of an alert.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Found {
    pub(in crate::store) key: AlertKey,
    pub(in crate::store) content_hash: u64,
    block: i64,
    pub(super) subscription: i64,
}

/// Looks an alert up by its id.
pub(in crate::store) fn find(
    conn: &Connection,
    table: &TableBuilder,
    id: &AlertId,
) -> rusqlite::Result<Option<Found>> {
    find_or(conn, id, |key| table.table().get(key).is_some_and(|row| row.id() == *id))
}

/// The same, where `is_it` compares the whole id: two ids may share a hash.
fn find_or(
    conn: &Connection,
    id: &AlertId,
    is_it: impl Fn(AlertKey) -> bool,
) -> rusqlite::Result<Option<Found>> {
    let (order, hash) = id_place(id);
    let mut statement = conn.prepare_cached(
        "SELECT key, content_hash, block, subscription FROM alert WHERE id_order = ?1 AND id_hash = ?2",
    )?;
    let mut rows = statement.query([order, hash])?;
    while let Some(found) = rows.next()? {
        let key = AlertKey(found.get(0)?);
        if is_it(key) {
            let content_hash = found.get::<_, i64>(1)?.cast_unsigned();
            return Ok(Some(Found { key, content_hash, block: found.get(2)?, subscription: found.get(3)? }));
        }
    }
    Ok(None)
}

/// An alert written, to be shown once the transaction is committed.
pub(super) struct Written {
    pub(super) key: AlertKey,
    pub(super) new: bool,
    parent: u32,
    facts: Vec<PackedFact>,
}

impl Written {
    /// Brings it into the table.
    pub(super) fn show(self, table: &mut TableBuilder, data: &RowData) {
        table.upsert_packed(self.key, data, self.parent, self.facts);
    }
}

/// Writes alerts within one transaction.
pub(super) struct Putter<'c> {
    conn: &'c Connection,
    bodies: body::Writer<'c>,
    freed: BTreeSet<i64>,
    /// Alerts added in this transaction: the table does not have them yet.
    added: HashMap<AlertKey, AlertId>,
}

impl<'c> Putter<'c> {
    pub(super) fn new(conn: &'c Connection) -> Result<Self, Trouble> {
        Ok(Self {
            conn,
            bodies: body::Writer::new(conn)?,
            freed: BTreeSet::new(),
            added: HashMap::new(),
        })
    }

    /// Looks an alert up, those just written included.
    pub(super) fn find(&self, table: &TableBuilder, id: &AlertId) -> rusqlite::Result<Option<Found>> {
        find_or(self.conn, id, |key| match table.table().get(key) {
            Some(row) => row.id() == *id,
            None => self.added.get(&key).is_some_and(|added| added == id),
        })
    }

    /// Writes an alert.
    pub(super) fn put(
        &mut self,
        table: &mut TableBuilder,
        next_key: &mut u32,
        (data, raw): (&RowData, &[u8]),
        subscription: i64,
    ) -> Result<Written, Trouble> {
        let found = self.find(table, &data.id)?;
        let (parent, facts) = table.pack(data);
        let place = self.bodies.add(raw)?;
        let key = found.map_or(AlertKey(*next_key), |found| found.key);
        let packed = row::encode(key, data, parent, &facts);
        let content = content_hash(raw).cast_signed();
        let (start, length) = (place.start as i64, place.length as i64);
        if let Some(found) = found {
            self.freed.insert(found.block);
            self.conn
                .prepare_cached(
                    "UPDATE alert SET subscription = ?2, content_hash = ?3, block = ?4, start = ?5, length = ?6, \
                     row = ?7 WHERE key = ?1",
                )?
                .execute(params![key.0, subscription, content, place.block, start, length, packed])?;
        } else {
            *next_key += 1;
            self.added.insert(key, data.id.clone());
            let (order, hash) = id_place(&data.id);
            self.conn
                .prepare_cached(
                    "INSERT INTO alert (key, id_order, id_hash, subscription, content_hash, block, start, length, row) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?
                .execute(params![
                    key.0,
                    order,
                    hash,
                    subscription,
                    content,
                    place.block,
                    start,
                    length,
                    packed
                ])?;
        }
        Ok(Written { key, new: found.is_none(), parent, facts })
    }

    /// Ends the transaction's work: the last block, blocks nobody needs, the next free key.
    pub(super) fn finish(mut self, next_key: u32) -> Result<(), Trouble> {
        self.bodies.flush()?;
        body::collect(&mut self.bodies, &self.freed)?;
        if !self.added.is_empty() {
            self.conn.prepare_cached("UPDATE counter SET next_key = ?1")?.execute([next_key])?;
        }
        Ok(())
    }
}

/// Marks alerts as gone from the source, or as back.
pub(super) fn set_gone(conn: &Connection, keys: &[AlertKey], gone: bool) -> Result<(), Trouble> {
    let mut read = conn.prepare_cached("SELECT row FROM alert WHERE key = ?1")?;
    let mut write = conn.prepare_cached("UPDATE alert SET row = ?2 WHERE key = ?1")?;
    for key in keys {
        let packed: Vec<u8> = read.query_row([key.0], |row| row.get(0))?;
        let packed = row::with_gone(*key, &packed, gone)
            .ok_or_else(|| Trouble::Damaged(format!("row of alert {}", key.0)))?;
        write.execute(params![key.0, packed])?;
    }
    Ok(())
}

/// Removes alerts and the blocks that then nobody needs.
pub(super) fn remove(conn: &Connection, keys: &[AlertKey]) -> Result<(), Trouble> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut delete = conn.prepare_cached("DELETE FROM alert WHERE key = ?1 RETURNING block")?;
    let mut freed = BTreeSet::new();
    for key in keys {
        let mut rows = delete.query([key.0])?;
        while let Some(row) = rows.next()? {
            freed.insert(row.get(0)?);
        }
    }
    body::collect(&mut body::Writer::new(conn)?, &freed)
}
