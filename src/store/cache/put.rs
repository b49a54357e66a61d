//! Writing one alert: its row, its body, its place in the index.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{Connection, OptionalExtension, params};

use super::{Import, Writing, body, row};
use crate::domain::table::{PackedFact, RowData, TableBuilder};
use crate::domain::{AlertId, AlertKey, Status};
use crate::store::error::Trouble;
use crate::store::hash::{content_hash, id_hash};
use crate::store::moment;

/// What the cache keeps beside an alert's row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    pub(super) content_hash: u64,
    pub(super) block: i64,
    pub(super) subscription: i64,
}

/// Reads what is kept beside an alert's row.
pub(super) fn kept(conn: &Connection, key: AlertKey) -> rusqlite::Result<Kept> {
    conn.prepare_cached("SELECT content_hash, block, subscription FROM alert WHERE key = ?1")?.query_row(
        [key.0],
        |row| {
            let content_hash = row.get::<_, i64>(0)?.cast_unsigned();
            Ok(Kept { content_hash, block: row.get(1)?, subscription: row.get(2)? })
        },
    )
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

/// What of a block is an alert's, and which part of it is the body.
struct Bytes {
    place: body::Place,
    /// Of the body; what follows is the record of a file.
    length: usize,
    hash: u64,
}

/// Writes alerts within one transaction.
pub(super) struct Putter<'c> {
    conn: &'c Connection,
    bodies: body::Writer<'c>,
    freed: BTreeSet<i64>,
    /// Alerts added in this transaction, by the hash of their id: the table does not have them yet.
    added: HashMap<u64, Vec<(AlertKey, AlertId)>>,
}

impl<'c> Putter<'c> {
    pub(super) fn new(conn: &'c Connection) -> Result<Self, Trouble> {
        Ok(Self { conn, bodies: body::Writer::new(conn)?, freed: BTreeSet::new(), added: HashMap::new() })
    }

    /// The number of an alert that this transaction added.
    pub(super) fn added(&self, id: &AlertId) -> Option<AlertKey> {
        let alike = self.added.get(&id_hash(id))?;
        alike.iter().find(|(_, added)| added == id).map(|(key, _)| *key)
    }

    /// Writes an alert; `known` is its number if the table has it.
    pub(super) fn put(
        &mut self,
        writing: &mut Writing<'_>,
        known: Option<AlertKey>,
        (data, raw): (&RowData, &[u8]),
        subscription: i64,
    ) -> Result<Written, Trouble> {
        let place = self.bodies.add(raw)?;
        let bytes = Bytes { place, length: raw.len(), hash: content_hash(raw) };
        self.write(writing, known, data, bytes, subscription)
    }

    /// The same for an alert of a file. Its content counts as changed: should the source list it, it is the source's.
    pub(super) fn put_imported(
        &mut self,
        writing: &mut Writing<'_>,
        known: Option<AlertKey>,
        Import { data, raw, source, stated }: &Import,
        subscription: i64,
    ) -> Result<Written, Trouble> {
        let place = if source.is_empty() {
            self.bodies.add(raw)?
        } else {
            self.bodies.add(&[&raw[..], &source[..]].concat())?
        };
        let written =
            self.write(writing, known, data, Bytes { place, length: raw.len(), hash: 0 }, subscription)?;
        self.conn
            .prepare_cached("UPDATE alert SET stated = ?2, is_first = ?3 WHERE key = ?1")?
            .execute(params![written.key.0, stated.generated.map(moment::write), stated.is_first_report])?;
        Ok(written)
    }

    fn write(
        &mut self,
        writing: &mut Writing<'_>,
        known: Option<AlertKey>,
        data: &RowData,
        Bytes { place, length, hash }: Bytes,
        subscription: i64,
    ) -> Result<Written, Trouble> {
        let known = known.or_else(|| self.added(&data.id));
        let (parent, facts) = writing.table.pack(data);
        let key = known.unwrap_or(AlertKey(*writing.next_key));
        let packed = row::encode(key, data, parent, &facts);
        let content = hash.cast_signed();
        let (start, source) = (place.start as u32, (place.length - length) as u32);
        let length = length as u32;
        if known.is_some() {
            self.freed.insert(kept(self.conn, key)?.block);
            self.conn
                .prepare_cached(
                    "UPDATE alert SET subscription = ?2, content_hash = ?3, block = ?4, start = ?5, length = ?6, \
                     row = ?7, source = ?8 WHERE key = ?1",
                )?
                .execute(params![key.0, subscription, content, place.block, start, length, packed, source])?;
        } else {
            *writing.next_key += 1;
            self.added.entry(id_hash(&data.id)).or_default().push((key, data.id.clone()));
            self.conn
                .prepare_cached(
                    "INSERT INTO alert (key, subscription, content_hash, block, start, length, row, source) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                )?
                .execute(params![key.0, subscription, content, place.block, start, length, packed, source])?;
        }
        Ok(Written { key, new: known.is_none(), parent, facts })
    }

    /// Ends the transaction's work: the last block, blocks nobody needs, the next free key.
    pub(super) fn finish(mut self, writing: &Writing<'_>) -> Result<(), Trouble> {
        self.bodies.flush()?;
        body::collect(&mut self.bodies, &self.freed)?;
        if !self.added.is_empty() {
            self.conn.prepare_cached("UPDATE counter SET next_key = ?1")?.execute([*writing.next_key])?;
        }
        Ok(())
    }
}

/// Marks alerts as gone from the source, or as back.
pub(super) fn set_gone(conn: &Connection, keys: &[AlertKey], gone: bool) -> Result<(), Trouble> {
    let mut read = conn.prepare_cached("SELECT row FROM alert WHERE key = ?1")?;
    let mut write = conn.prepare_cached("UPDATE alert SET row = ?2 WHERE key = ?1")?;
    for key in keys {
        let packed: Option<Vec<u8>> = read.query_row([key.0], |row| row.get(0)).optional()?;
        // Another instance may have removed it.
        let Some(packed) = packed else { continue };
        let packed = row::with_gone(*key, &packed, gone)
            .ok_or_else(|| Trouble::Damaged(format!("row of alert {}", key.0)))?;
        write.execute(params![key.0, packed])?;
    }
    Ok(())
}

/// An alert of a file with another status: in its row, and in the bytes of its body, unless they are damaged.
pub(super) struct Restated {
    pub(super) key: AlertKey,
    pub(super) status: Status,
    /// The body and after it the record as it stood in the file, and the length of the body.
    pub(super) bytes: Option<(Vec<u8>, usize)>,
}

/// Gives alerts of files another status.
pub(super) fn restate(conn: &Connection, alerts: &[Restated]) -> Result<(), Trouble> {
    let mut bodies = body::Writer::new(conn)?;
    let mut freed = BTreeSet::new();
    let mut read = conn.prepare_cached("SELECT row, block FROM alert WHERE key = ?1")?;
    let mut write = conn.prepare_cached(
        "UPDATE alert SET row = ?2, block = ?3, start = ?4, length = ?5, source = ?6, content_hash = 0 WHERE key = ?1",
    )?;
    let mut write_row = conn.prepare_cached("UPDATE alert SET row = ?2 WHERE key = ?1")?;
    for Restated { key, status, bytes } in alerts {
        let (packed, block): (Vec<u8>, i64) =
            read.query_row([key.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let packed = row::with_status(*key, &packed, *status)
            .ok_or_else(|| Trouble::Damaged(format!("row of alert {}", key.0)))?;
        let Some((bytes, length)) = bytes else {
            write_row.execute(params![key.0, packed])?;
            continue;
        };
        let place = bodies.add(bytes)?;
        freed.insert(block);
        let (start, length, more) = (place.start as u32, *length as u32, (bytes.len() - length) as u32);
        write.execute(params![key.0, packed, place.block, start, length, more])?;
    }
    bodies.flush()?;
    body::collect(&mut bodies, &freed)
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
