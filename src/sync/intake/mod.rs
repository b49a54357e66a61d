//! Files into the cache: read on one thread, written on the store's, a batch at a time.

mod join;
mod named;

use std::fmt;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;

use crate::domain::SafeText;
use crate::import::{Found, Item, Outcome, read};
use crate::store::{StoreError, StoreHandle};
use join::Names;
pub use named::Named;

/// Alerts that are written in one transaction.
const BATCH: usize = 1_000;

/// Bytes of alerts that are written in one transaction, or little more.
const BATCH_BYTES: usize = 8 << 20;

/// Batches read before they are written.
const AHEAD: usize = 1;

/// A file to take in.
pub struct Incoming {
    /// What messages call it.
    pub name: SafeText,
    /// Its bytes, or why it cannot be opened.
    pub content: io::Result<Box<dyn Read + Send>>,
}

/// A record that was not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The file.
    pub file: SafeText,
    /// The line on which the record begins, from 1; none when the file as a whole is meant.
    pub line: Option<u64>,
    /// The record's number in the file, from 1.
    pub record: u64,
    /// False for what is whole and no alert.
    pub is_broken: bool,
    /// Why, in words.
    pub reason: SafeText,
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, record, is_broken, reason } = self;
        match line {
            None => write!(f, "{file}: {reason}"),
            Some(line) => {
                let what = if *is_broken { "" } else { "not an alert: " };
                write!(f, "{file}, line {line}, record {record}: {what}{reason}")
            }
        }
    }
}

/// What an import came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Alerts read.
    pub alerts: usize,
    /// Those that the cache did not have.
    pub added: usize,
    /// Records that are no alerts.
    pub not_alerts: usize,
    /// Records that cannot be read, and files.
    pub broken: usize,
}

impl Totals {
    /// Alerts that the cache had, or that were read twice.
    pub fn known(&self) -> usize {
        self.alerts - self.added
    }
}

/// What happens while files are taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// So much was read of all files together, and so much of it written.
    Read {
        /// Bytes read.
        bytes: u64,
        /// What was written so far.
        totals: Totals,
    },
    /// A record was left out.
    Left(Left),
}

/// What the reading thread hands on.
enum Part {
    Alerts(Vec<Found>),
    Left(Left),
}

/// Takes files in, one after the other, and tells how it goes. Blocks; not for asynchronous code. Alerts that a source lists stay
/// as they are. When `stop` is set, what was read so far is kept and nothing more is read.
pub fn take_in(
    store: &StoreHandle,
    files: Vec<Incoming>,
    stop: &AtomicBool,
    told: &mut dyn FnMut(Progress),
) -> Result<Totals, StoreError> {
    let mut names = store.call_blocking(|store| Names::of(&store.snapshot()))?;
    let bytes = Arc::new(AtomicU64::new(0));
    let mut totals = Totals::default();
    let (parts, coming) = sync_channel::<Part>(AHEAD);
    thread::scope(|scope| {
        let counter = Arc::clone(&bytes);
        scope.spawn(move || {
            for file in files {
                let Incoming { name, content } = file;
                let outcome = content.and_then(|content| {
                    read_file(
                        &name,
                        Counted { inner: content, bytes: Arc::clone(&counter) },
                        stop,
                        &mut |part| parts.send(part).is_ok(),
                    )
                });
                if let Err(error) = outcome {
                    let reason = SafeText::from(format!("cannot be read: {error}"));
                    let left = Left { file: name, line: None, record: 0, is_broken: true, reason };
                    if parts.send(Part::Left(left)).is_err() {
                        return;
                    }
                }
            }
        });
        // Dropped before the reader is waited for: it then knows that nobody listens.
        let coming = coming;
        for part in &coming {
            match part {
                Part::Alerts(found) => {
                    totals.alerts += found.len();
                    let moved = std::mem::take(&mut names);
                    let (back, added) = store.call_blocking(move |store| {
                        let mut names = moved;
                        let added = join::apply(store, found, &mut names);
                        (names, added)
                    })?;
                    names = back;
                    totals.added += added?;
                    told(Progress::Read { bytes: bytes.load(Ordering::Relaxed), totals });
                }
                Part::Left(left) => {
                    if left.is_broken {
                        totals.broken += 1;
                    } else {
                        totals.not_alerts += 1;
                    }
                    told(Progress::Left(left));
                }
            }
        }
        Ok(totals)
    })
}

/// Reads one file in batches; `take` says whether anybody still listens.
fn read_file(
    name: &SafeText,
    file: impl Read,
    stop: &AtomicBool,
    take: &mut dyn FnMut(Part) -> bool,
) -> io::Result<()> {
    let (mut batch, mut size) = (Vec::new(), 0);
    let mut listened = true;
    read(file, &mut |Item { line, record, outcome }| {
        let (is_broken, reason) = match outcome {
            Outcome::Alert(found) => {
                size += found.body.len() + found.source.as_ref().map_or(0, String::len);
                batch.push(*found);
                if batch.len() >= BATCH || size >= BATCH_BYTES {
                    size = 0;
                    listened = take(Part::Alerts(std::mem::take(&mut batch)));
                }
                return going_on(listened && !stop.load(Ordering::Relaxed));
            }
            Outcome::NotAlert(what) => (false, what),
            Outcome::Broken(why) => (true, why),
        };
        let left =
            Left { file: name.clone(), line: Some(line), record, is_broken, reason: SafeText::from(reason) };
        listened = take(Part::Left(left));
        going_on(listened && !stop.load(Ordering::Relaxed))
    })?;
    if !batch.is_empty() && listened {
        take(Part::Alerts(batch));
    }
    Ok(())
}

fn going_on(on: bool) -> ControlFlow<()> {
    if on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(into)?;
        self.bytes.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}
