//! Files to take alerts from: opened, measured, and named as messages name them.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;

use super::mailbox::{Mailbox, Slot};
use super::work::Work;
use crate::app::documents::moment::counted;
use crate::app::message::Message;
use crate::cli::exit::CliError;
use crate::domain::progress::{Reading, SyncEvent};
use crate::domain::table::Table;
use crate::domain::{SafeText, thousands};
use crate::store::Store;
use crate::sync::intake::{Halted, Incoming, Named, Progress, Totals, take_in};

/// Stands for standard input.
const STDIN: &str = "-";

/// The name of a file in messages.
pub fn name(path: &Path) -> SafeText {
    if path == Path::new(STDIN) {
        return SafeText::from("standard input");
    }
    SafeText::from(path.to_string_lossy().into_owned())
}

/// Opens files. One that cannot be opened says so when its turn comes. None of them blocks who reads it for longer than
/// a moment.
pub fn open(paths: &[PathBuf]) -> Vec<Incoming> {
    paths.iter().map(|path| Incoming { name: name(path), content: content(path) }).collect()
}

/// Refuses what cannot be opened, before anything else is done: each is named with its reason.
pub fn readable(paths: &[PathBuf]) -> Result<(), CliError> {
    let faults = paths.iter().filter_map(|path| {
        let why = probe(path).err()?;
        Some(format!("{}: {why}", name(path)))
    });
    let faults: Vec<String> = faults.collect();
    if faults.is_empty() { Ok(()) } else { Err(CliError::failed(faults.join("\n"))) }
}

/// Whether a file can be opened. What is read but once, such as a pipe, is left alone: its other end would notice.
fn probe(path: &Path) -> io::Result<()> {
    if path == Path::new(STDIN) {
        return Ok(());
    }
    let found = path.metadata()?;
    if found.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if found.is_file() {
        File::open(path)?;
    }
    Ok(())
}

/// Refuses what cannot be opened, and standard input: it is where keys and lines come from.
pub fn check(paths: &[PathBuf]) -> Result<(), CliError> {
    if paths.iter().any(|path| path == Path::new(STDIN)) {
        return Err(CliError::usage(
            "--file - cannot be read here, as keys and lines come from standard input: use `quell import -`, or name a \
             named pipe",
        ));
    }
    readable(paths)
}

fn content(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    let file = if path == Path::new(STDIN) {
        File::from(rustix::stdio::stdin().try_clone_to_owned()?)
    } else {
        let mut options = File::options();
        options.read(true);
        if path.metadata()?.file_type().is_fifo() {
            // Without this it would be waited for somebody who writes.
            options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
        }
        options.open(path)?
    };
    Ok(if file.metadata()?.is_file() { Box::new(file) } else { Box::new(Patient(file)) })
}

/// How long nothing may come before a reader says so.
const MOMENT: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// What may have nothing to read for a while: then it says `WouldBlock`.
struct Patient(File);

impl Read for Patient {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut asked = [PollFd::new(&self.0, PollFlags::IN)];
        if poll(&mut asked, Some(&MOMENT))? == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.0.read(into)
    }
}

/// Bytes of all files together; none when one has no end that is known.
pub fn size(paths: &[PathBuf]) -> Option<u64> {
    let lengths = paths.iter().map(|path| {
        let found = path.metadata().ok()?;
        found.is_file().then_some(found.len())
    });
    lengths.sum()
}

/// What the header calls them.
pub fn title(paths: &[PathBuf]) -> String {
    let file = |path: &PathBuf| {
        let base = path.file_name().unwrap_or(path.as_os_str());
        if path == Path::new(STDIN) {
            "standard input".to_owned()
        } else {
            base.to_string_lossy().into_owned()
        }
    };
    match paths {
        [one] => file(one),
        [first, rest @ ..] => format!("{} and {} more", file(first), thousands(rest.len())),
        [] => String::new(),
    }
}

/// The reading of the screen's files, as the rest of the program sees it. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Intake {
    stop: Arc<AtomicBool>,
    /// Snapshots of the alerts come at the pace of reading.
    paces: Arc<AtomicBool>,
}

impl Intake {
    /// From now on reads nothing more.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Passes on the snapshots that `published` gets, except while files are read: a batch of alerts makes one, and filtering
    /// and sorting all of them each time would cost more than reading.
    pub fn unless_read(
        &self,
        mut published: impl FnMut(Arc<Table>) + Send + 'static,
    ) -> impl FnMut(Arc<Table>) + Send + 'static {
        self.paces.store(true, Ordering::Relaxed);
        let paces = Arc::clone(&self.paces);
        move |table| {
            if !paces.load(Ordering::Relaxed) {
                published(table);
            }
        }
    }
}

/// Time between two snapshots while files are read, for each alert that there is: a million are shown anew every ten seconds,
/// so that filtering and sorting them takes a small part of the time that reading takes.
const PACE: Duration = Duration::from_micros(10);

/// Takes the files of the screen in, shows how far it is, and says how that ended. Blocks.
pub fn show(work: &Work, mailbox: &Mailbox, slot: &Slot, paths: &[PathBuf], intake: &Intake) {
    let Some(workspace) = work.workspace() else { return };
    mailbox.send(Message::Sync(SyncEvent::RoundStarted(chrono::Utc::now())));
    let total = size(paths);
    let mut left = Named::default();
    let (mut last, mut shown) = (None, Instant::now());
    let totals = take_in(&workspace.store, open(paths), &intake.stop, &mut |event| match event {
        Progress::Left(one) => left.add(one),
        Progress::Read { bytes, totals } => {
            let Totals { alerts, not_alerts, broken, .. } = totals;
            let reading = Reading { bytes, total, alerts, left: not_alerts + broken };
            if last.replace(reading) != Some(reading) {
                mailbox.send(Message::Sync(SyncEvent::Read(reading)));
            }
            let pace = PACE.saturating_mul(u32::try_from(alerts).unwrap_or(u32::MAX));
            if shown.elapsed() >= pace
                && let Ok(table) = workspace.store.call_blocking(Store::snapshot)
            {
                mailbox.table(slot, table);
                shown = Instant::now();
            }
        }
    });
    intake.paces.store(false, Ordering::Relaxed);
    // The alerts, and what there is to say, come before the word that all were read: who waits for that word has them.
    let mut generation = 0;
    if let Ok(table) = workspace.store.call_blocking(Store::snapshot) {
        generation = table.generation();
        mailbox.send(Message::Table(table));
    }
    say_end(mailbox, &totals, &left);
    if let Some(reading) = last.filter(|_| matches!(&totals, Ok(totals) if totals.stopped)) {
        mailbox.send(Message::Sync(SyncEvent::ReadStopped(reading)));
    }
    mailbox.send(Message::Sync(SyncEvent::RoundEnded(chrono::Utc::now(), generation)));
}

/// Says what was left out, or why the rest is not stored.
fn say_end(mailbox: &Mailbox, totals: &Result<Totals, Halted>, left: &Named) {
    if totals.is_ok() && left.all() == 0 {
        return;
    }
    let named: Vec<SafeText> = left.lines().collect();
    match totals {
        Ok(totals) => mailbox.send(Message::LeftOut(named, sum(totals))),
        // What comes last is what the notice says.
        Err(error) => {
            for notices in [named, vec![SafeText::from(error.to_string())]] {
                mailbox.send(Message::Notices(notices));
            }
        }
    }
}

/// What was read, and what was left out.
fn sum(totals: &Totals) -> SafeText {
    let mut parts = Vec::new();
    if totals.broken > 0 {
        parts.push(format!("{} could not be read", counted(totals.broken, "record")));
    }
    match totals.not_alerts {
        0 => {}
        1 => parts.push("1 is no alert".to_owned()),
        count => parts.push(format!("{} are no alerts", thousands(count))),
    }
    SafeText::from(format!("{} read; {}", counted(totals.alerts, "alert"), parts.join(", ")))
}
