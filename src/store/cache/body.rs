//! Raw JSON: joined into blocks of up to 64 alerts or 256 KiB, compressed with zstd and its checksum.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use crate::store::error::Trouble;

/// Alerts per block, at most.
const ALERTS: usize = 64;
/// Bytes per block before compression; one larger alert is a block of its own.
const BYTES: usize = 256 << 10;
/// No block is larger: a response's limit (64 MiB) and what a block held before it.
const LARGEST: usize = (64 << 20) + BYTES;
/// zstd's level. Blocks of alerts shrink nine times; level 3 makes them 3 % smaller still and an insert 5 % slower.
const LEVEL: i32 = 1;

/// Where a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) block: i64,
    pub(super) start: usize,
    pub(super) length: usize,
}

/// Collects bodies into blocks within one transaction.
pub(super) struct Writer<'c> {
    conn: &'c Connection,
    compressor: zstd::bulk::Compressor<'static>,
    block: i64,
    alerts: usize,
    data: Vec<u8>,
}

impl<'c> Writer<'c> {
    pub(super) fn new(conn: &'c Connection) -> Result<Self, Trouble> {
        let last: i64 =
            conn.prepare_cached("SELECT ifnull(max(id), 0) FROM block")?.query_row([], |row| row.get(0))?;
        let mut compressor = zstd::bulk::Compressor::new(LEVEL).map_err(out_of_memory)?;
        compressor.set_parameter(zstd::zstd_safe::CParameter::ChecksumFlag(true)).map_err(out_of_memory)?;
        Ok(Self { conn, compressor, block: last + 1, alerts: 0, data: Vec::new() })
    }

    /// Takes a body and says where it will be.
    pub(super) fn add(&mut self, raw: &[u8]) -> Result<Place, Trouble> {
        if self.alerts > 0 && (self.alerts == ALERTS || self.data.len() + raw.len() > BYTES) {
            self.flush()?;
        }
        let place = Place { block: self.block, start: self.data.len(), length: raw.len() };
        self.data.extend_from_slice(raw);
        self.alerts += 1;
        Ok(place)
    }

    /// Writes the block begun.
    pub(super) fn flush(&mut self) -> Result<(), Trouble> {
        if self.alerts > 0 {
            let packed = self.compressor.compress(&self.data).map_err(out_of_memory)?;
            self.conn
                .prepare_cached("INSERT INTO block (id, size, data) VALUES (?1, ?2, ?3)")?
                .execute(params![self.block, self.data.len() as u32, packed])?;
            self.block += 1;
            self.alerts = 0;
            self.data.clear();
        }
        Ok(())
    }
}

/// Compressing fails for want of memory only.
fn out_of_memory(_: std::io::Error) -> Trouble {
    Trouble::Sql(rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_NOMEM),
        Some("no memory to compress".to_owned()),
    ))
}

/// The block that was unpacked last: alerts that were written together are read together. Good for as long as nothing is
/// written.
#[derive(Debug, Default)]
pub struct Unpacked(Option<(i64, Vec<u8>)>);

impl Unpacked {
    /// The bytes at a place.
    pub(super) fn bytes(&mut self, conn: &Connection, place: Place) -> Result<&[u8], Trouble> {
        let data = match self.0.take() {
            Some((block, data)) if block == place.block => data,
            _ => unpack(conn, place.block)?,
        };
        let (_, data) = self.0.insert((place.block, data));
        data.get(place.start..place.start + place.length).ok_or_else(|| damaged(place.block))
    }
}

/// A place in three columns of a row: block, start, length.
pub(super) fn place(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Place> {
    let (start, length): (u32, u32) = (row.get(column + 1)?, row.get(column + 2)?);
    Ok(Place { block: row.get(column)?, start: start as usize, length: length as usize })
}

fn damaged(block: i64) -> Trouble {
    Trouble::Damaged(format!("body block {block}"))
}

/// Reads a block whole.
pub(super) fn unpack(conn: &Connection, block: i64) -> Result<Vec<u8>, Trouble> {
    let found: Option<(i64, Vec<u8>)> = conn
        .prepare_cached("SELECT size, data FROM block WHERE id = ?1")?
        .query_row([block], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (size, packed) = found.ok_or_else(|| damaged(block))?;
    // A damaged size must not become an allocation.
    let size = usize::try_from(size).ok().filter(|size| *size <= LARGEST).ok_or_else(|| damaged(block))?;
    zstd::bulk::decompress(&packed, size).map_err(|_| damaged(block))
}

/// Deletes the blocks among these that no alert refers to any more, and moves what is left of those of which little is.
pub(super) fn collect(writer: &mut Writer<'_>, blocks: &BTreeSet<i64>) -> Result<(), Trouble> {
    let conn = writer.conn;
    for block in blocks {
        let (alerts, live, size): (i64, i64, i64) = conn
            .prepare_cached(
                "SELECT count(*), ifnull(sum(length + source), 0), ifnull((SELECT size FROM block WHERE id = ?1), 0) \
                 FROM alert WHERE block = ?1",
            )?
            .query_row([block], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let sparse = live * 4 < size;
        if alerts == 0 || sparse && repack(writer, *block)? {
            conn.prepare_cached("DELETE FROM block WHERE id = ?1")?.execute([block])?;
        }
    }
    writer.flush()
}

/// Moves the bodies of a block into the block being written. False when the block is damaged and was left.
fn repack(writer: &mut Writer<'_>, block: i64) -> Result<bool, Trouble> {
    let conn = writer.conn;
    let places: Vec<(u32, Place)> = conn
        .prepare_cached("SELECT key, block, start, length + source FROM alert WHERE block = ?1")?
        .query_map([block], |row| Ok((row.get(0)?, place(row, 1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let Ok(data) = unpack(conn, block) else { return Ok(false) };
    for (key, place) in places {
        let Some(body) = data.get(place.start..place.start + place.length) else { return Ok(false) };
        let moved = writer.add(body)?;
        conn.prepare_cached("UPDATE alert SET block = ?2, start = ?3 WHERE key = ?1")?.execute(params![
            key,
            moved.block,
            moved.start as u32
        ])?;
    }
    Ok(true)
}
