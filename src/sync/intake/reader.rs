//! The thread that reads: files one after the other, their alerts in batches.

use std::cell::RefCell;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;

use super::{Incoming, Left};
use crate::domain::SafeText;
use crate::import::{Found, Item, Outcome, read};

/// Alerts that are written in one transaction.
const BATCH: usize = 1_000;

/// Bytes of alerts that are written in one transaction, or little more.
const BATCH_BYTES: usize = 8 << 20;

/// What the reading thread hands on.
pub(super) enum Part {
    Alerts(Vec<Found>),
    Left(Left),
}

/// Reads all files. False when something was left unread: it was stopped, or nobody listens any more.
pub(super) fn read_all(
    files: Vec<Incoming>,
    parts: &SyncSender<Part>,
    stop: &AtomicBool,
    bytes: &AtomicU64,
) -> bool {
    for Incoming { name, content } in files {
        if stop.load(Ordering::Relaxed) {
            return false;
        }
        let batch = RefCell::new(Batch { parts, found: Vec::new(), size: 0, is_cut: false });
        let outcome =
            content.and_then(|inner| read_file(&name, Watched { inner, bytes, stop, batch: &batch }, &batch));
        let mut batch = batch.into_inner();
        batch.hand_on();
        if batch.is_cut {
            return false;
        }
        if let Err(error) = outcome {
            let reason = SafeText::from(format!("cannot be read: {error}"));
            batch.left(Left { file: name, line: None, record: 0, is_broken: true, reason });
        }
    }
    true
}

fn read_file(name: &SafeText, file: impl Read, batch: &RefCell<Batch<'_>>) -> io::Result<()> {
    read(file, &mut |Item { line, record, outcome }| {
        let mut batch = batch.borrow_mut();
        let (is_broken, reason) = match outcome {
            Outcome::Alert(found) => {
                batch.add(*found);
                return batch.going_on();
            }
            Outcome::NotAlert(what) => (false, what),
            Outcome::Broken(why) => (true, why),
        };
        let reason = SafeText::from(reason);
        batch.left(Left { file: name.clone(), line: Some(line), record, is_broken, reason });
        batch.going_on()
    })
}

/// Alerts that wait to be written together.
struct Batch<'p> {
    parts: &'p SyncSender<Part>,
    found: Vec<Found>,
    size: usize,
    /// Reading ended before the end of the file, which is not its fault.
    is_cut: bool,
}

impl Batch<'_> {
    fn add(&mut self, found: Found) {
        self.size += found.body.len() + found.source.as_ref().map_or(0, String::len);
        self.found.push(found);
        if self.found.len() >= BATCH || self.size >= BATCH_BYTES {
            self.hand_on();
        }
    }

    fn hand_on(&mut self) {
        self.size = 0;
        if !self.found.is_empty() {
            let found = std::mem::take(&mut self.found);
            self.is_cut |= self.parts.send(Part::Alerts(found)).is_err();
        }
    }

    fn left(&mut self, left: Left) {
        self.is_cut |= self.parts.send(Part::Left(left)).is_err();
    }

    fn going_on(&self) -> ControlFlow<()> {
        if self.is_cut { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// Counts what is read, hands on what there is when nothing comes, and reads nothing more when it is to stop.
struct Watched<'b, 'p, R> {
    inner: R,
    bytes: &'b AtomicU64,
    stop: &'b AtomicBool,
    batch: &'b RefCell<Batch<'p>>,
}

impl<R: Read> Read for Watched<'_, '_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into);
        // What is read to its end is whole, whatever comes after.
        if matches!(read, Ok(0)) {
            return read;
        }
        let mut batch = self.batch.borrow_mut();
        match &read {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => batch.hand_on(),
            _ => {}
        }
        batch.is_cut |= self.stop.load(Ordering::Relaxed);
        if batch.is_cut {
            return Err(io::Error::other("stopped"));
        }
        if let Ok(length) = &read {
            self.bytes.fetch_add(*length as u64, Ordering::Relaxed);
        }
        read
    }
}
