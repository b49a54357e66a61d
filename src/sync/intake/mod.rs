//! Files into the cache: read on one thread, written on the store's, a batch at a time.

mod join;
mod named;
mod names;
mod reader;

use std::fmt;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use thiserror::Error;

use crate::domain::{SafeText, thousands};
use crate::store::{StoreError, StoreHandle};
pub use named::Named;
use names::Names;
pub(super) use names::join_listed;
use reader::{Part, read_all};

/// Batches read before they are written.
const AHEAD: usize = 1;

/// How often it is told how far it is.
const TICK: Duration = Duration::from_millis(250);

/// A file to take in.
pub struct Incoming {
    /// What messages call it.
    pub name: SafeText,
    /// Its bytes, or why it cannot be opened. A reader that has nothing for a while says `WouldBlock`: what was read so far is
    /// then written, and it is asked again. One that waits itself can be stopped only when something comes.
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
    /// It was stopped before the end of the files.
    pub stopped: bool,
}

impl Totals {
    /// Alerts that the cache had, or that were read twice.
    pub fn known(&self) -> usize {
        self.alerts - self.added
    }
}

/// Why files were not taken in to their end. What was written before stays.
#[derive(Debug, Error)]
#[error("{error}{}", kept(totals))]
pub struct Halted {
    /// What was written before.
    pub totals: Totals,
    /// What the store says.
    #[source]
    pub error: Box<StoreError>,
}

fn kept(totals: &Totals) -> String {
    match totals.alerts {
        0 => String::new(),
        1 => "; 1 alert was imported before that".to_owned(),
        alerts => format!("; {} alerts were imported before that", thousands(alerts)),
    }
}

/// What happens while files are taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// So much was read of all files together, and so much of it written. Told a few times a second, whether or not something
    /// came, and at the end.
    Read {
        /// Bytes read.
        bytes: u64,
        /// What was written so far.
        totals: Totals,
    },
    /// A record was left out.
    Left(Left),
}

/// Takes files in, one after the other, and tells how it goes. Blocks; not for asynchronous code. Alerts that a source lists stay
/// as they are. When `stop` is set, what was read so far is kept and nothing more is read; a failure to store sets it.
pub fn take_in(
    store: &StoreHandle,
    files: Vec<Incoming>,
    stop: &AtomicBool,
    told: &mut dyn FnMut(Progress),
) -> Result<Totals, Halted> {
    let mut totals = Totals::default();
    let names = store
        .call_blocking(|store| Names::of(&store.snapshot()))
        .map_err(|error| Halted { totals, error: error.into() })?;
    let bytes = AtomicU64::new(0);
    let (parts, coming) = sync_channel::<Part>(AHEAD);
    thread::scope(|scope| {
        let counter = &bytes;
        let reader = scope.spawn(move || read_all(files, &parts, stop, counter));
        let written = write_all(store, &coming, names, counter, &mut totals, told);
        // The reader then knows that nobody listens.
        drop(coming);
        if written.is_err() {
            stop.store(true, Ordering::Relaxed);
        }
        let whole = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        written.map_err(|error| Halted { totals, error: error.into() })?;
        totals.stopped = !whole;
        told(Progress::Read { bytes: bytes.load(Ordering::Relaxed), totals });
        Ok(totals)
    })
}

/// Writes what is read until there is no more.
fn write_all(
    store: &StoreHandle,
    coming: &Receiver<Part>,
    mut names: Names,
    bytes: &AtomicU64,
    totals: &mut Totals,
    told: &mut dyn FnMut(Progress),
) -> Result<(), StoreError> {
    let mut due = Instant::now() + TICK;
    loop {
        match coming.recv_timeout(due.saturating_duration_since(Instant::now())) {
            Ok(Part::Alerts(found)) => {
                let alerts = found.len();
                let (back, added) = store.call_blocking(move |store| {
                    let added = join::apply(store, found, &mut names);
                    (names, added)
                })?;
                names = back;
                totals.added += added?;
                totals.alerts += alerts;
            }
            Ok(Part::Left(left)) => {
                if left.is_broken {
                    totals.broken += 1;
                } else {
                    totals.not_alerts += 1;
                }
                told(Progress::Left(left));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
        if Instant::now() >= due {
            told(Progress::Read { bytes: bytes.load(Ordering::Relaxed), totals: *totals });
            due = Instant::now() + TICK;
        }
    }
}
