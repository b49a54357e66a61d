//! One scan fills the table when the program starts.
//!
//! Two threads share the work, half each: one steps through the database, checks that no byte changed and copies what it
//! finds into batches, the other builds the table from the batches.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use rusqlite::Connection;

use super::{row, strings};
use crate::domain::AlertKey;
use crate::domain::table::TableBuilder;
use crate::store::error::Trouble;

/// Rows per batch, some 200 KB: it stays in a core's cache on its way from one thread to the other, and neither is woken
/// often.
const BATCH: usize = 1024;
/// Batches under way.
const AHEAD: usize = 4;

/// What the scan found beside the rows.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Loaded {
    /// Strings stored.
    pub(in crate::store) strings: usize,
    /// The key of the next new alert.
    pub(in crate::store) next_key: u32,
}

/// Rows as they are stored, without their checksums.
#[derive(Debug, Default)]
struct Batch {
    keys: Vec<u32>,
    /// Where in `bytes` each row ends.
    ends: Vec<usize>,
    bytes: Vec<u8>,
}

impl Batch {
    fn push(&mut self, key: u32, row: &[u8]) {
        self.keys.push(key);
        self.bytes.extend_from_slice(row);
        self.ends.push(self.bytes.len());
    }

    fn clear(&mut self) {
        self.keys.clear();
        self.ends.clear();
        self.bytes.clear();
    }

    fn rows(&self) -> impl Iterator<Item = (AlertKey, &[u8])> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let spans = starts.zip(&self.ends);
        self.keys.iter().zip(spans).map(|(key, (start, end))| (AlertKey(*key), &self.bytes[start..*end]))
    }
}

/// What is on its way to the builder.
enum Part {
    Strings(strings::Run),
    Rows(Batch),
}

/// Fills an empty table.
pub(in crate::store) fn load(conn: &Connection, table: &mut TableBuilder) -> Result<Loaded, Trouble> {
    // Each page is needed once: a large cache of them would only push the table out of the processor's.
    let pages: i64 = conn.query_row("PRAGMA cache_size", [], |row| row.get(0))?;
    conn.pragma_update(None, "cache_size", -512)?;
    let loaded = load_all(conn, table);
    conn.pragma_update(None, "cache_size", pages)?;
    loaded
}

fn load_all(conn: &Connection, table: &mut TableBuilder) -> Result<Loaded, Trouble> {
    // One read transaction: strings and rows of the same moment.
    let snapshot = conn.unchecked_transaction()?;
    table.set_subscriptions(super::subscriptions::names(&snapshot)?);
    let next_key: u32 =
        snapshot.query_row("SELECT next_key FROM counter", [], |row| row.get(0)).map_err(Trouble::from)?;
    let (parts, built) = sync_channel(AHEAD);
    let (used, empty) = channel();
    let loaded = thread::scope(|scope| {
        let builder = thread::Builder::new().name("load".to_owned());
        let builder =
            builder.spawn_scoped(scope, move || build(table, &built, &used)).map_err(|_| no_memory())?;
        let read = read(&snapshot, parts, &empty);
        // The builder knows better what is wrong: when it stops, the reader merely finds nobody listening.
        let loaded = builder.join().map_err(|_| no_memory())??;
        read.map(|()| loaded)
    })?;
    snapshot.commit()?;
    Ok(Loaded { next_key: next_key.max(loaded.next_key), ..loaded })
}

fn no_memory() -> Trouble {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_NOMEM);
    Trouble::Sql(rusqlite::Error::SqliteFailure(code, Some("no thread to load with".to_owned())))
}

fn damaged(key: u32) -> Trouble {
    Trouble::Damaged(format!("row of alert {key}"))
}

/// Sends everything in the database; stops early when nobody takes it.
#[allow(clippy::needless_pass_by_value)] // dropping `parts` tells the builder that nothing more comes
fn read(conn: &Connection, parts: SyncSender<Part>, empty: &Receiver<Batch>) -> Result<(), Trouble> {
    let mut wanted = true;
    strings::read(conn, |run| {
        wanted &= parts.send(Part::Strings(run)).is_ok();
        wanted
    })?;
    let mut statement = conn.prepare("SELECT key, row FROM alert ORDER BY key")?;
    let mut rows = statement.query([])?;
    let mut batch = Batch::default();
    while let Some(stored) = rows.next()?.filter(|_| wanted) {
        let key = stored.get(0)?;
        let packed = stored.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        batch.push(key, row::intact(AlertKey(key), packed).ok_or_else(|| damaged(key))?);
        if batch.keys.len() == BATCH {
            let next = empty.try_recv().unwrap_or_default();
            wanted = parts.send(Part::Rows(std::mem::replace(&mut batch, next))).is_ok();
        }
    }
    // A builder that has stopped says why itself.
    let _ = parts.send(Part::Rows(batch));
    Ok(())
}

/// Builds the table from what comes, strings first.
fn build(table: &mut TableBuilder, parts: &Receiver<Part>, used: &Sender<Batch>) -> Result<Loaded, Trouble> {
    let mut next_key = 0;
    let mut strings = 0;
    // In one piece, since every fact of every row looks for its string here.
    let mut kinds = Vec::new();
    for part in parts {
        match part {
            Part::Strings(run) => strings = run.load(table)?,
            Part::Rows(mut batch) => {
                if table.strings() == 0 {
                    table.intern("");
                }
                kinds.resize(table.strings(), 0);
                for (key, packed) in batch.rows() {
                    let (values, facts) = row::read(key, packed).ok_or_else(|| damaged(key.0))?;
                    kinds.get(values.parent as usize).ok_or_else(|| damaged(key.0))?;
                    for fact in facts.clone() {
                        let kinds = kinds.get_mut(fact.code() as usize).ok_or_else(|| damaged(key.0))?;
                        *kinds |= fact.kind().bit();
                    }
                    table.load_row(&values, facts);
                    next_key = next_key.max(key.0.saturating_add(1));
                }
                batch.clear();
                // Once everything is read, nobody needs empty batches.
                let _ = used.send(batch);
            }
        }
    }
    table.load_kinds(&kinds);
    Ok(Loaded { strings, next_key })
}
