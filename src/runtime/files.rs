//! Files to take alerts from: opened, measured, and named as messages name them.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::mailbox::Mailbox;
use super::work::Work;
use crate::app::documents::moment::counted;
use crate::app::message::Message;
use crate::domain::progress::SyncEvent;
use crate::domain::{SafeText, thousands};
use crate::store::Store;
use crate::sync::intake::{Incoming, Named, Progress, Totals, take_in};

/// Stands for standard input.
const STDIN: &str = "-";

/// The name of a file in messages.
pub fn name(path: &Path) -> SafeText {
    if path == Path::new(STDIN) {
        return SafeText::from("standard input");
    }
    SafeText::from(path.to_string_lossy().into_owned())
}

/// Opens files. One that cannot be opened says so when its turn comes.
pub fn open(paths: &[PathBuf]) -> Vec<Incoming> {
    let content = |path: &PathBuf| -> io::Result<Box<dyn Read + Send>> {
        if path == Path::new(STDIN) { Ok(Box::new(io::stdin())) } else { Ok(Box::new(File::open(path)?)) }
    };
    paths.iter().map(|path| Incoming { name: name(path), content: content(path) }).collect()
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

/// Takes the files of the screen in, and says on it how that ended. Blocks.
pub fn show(work: &Work, mailbox: &Mailbox, paths: &[PathBuf]) {
    let Some(workspace) = work.workspace() else { return };
    mailbox.send(Message::Sync(SyncEvent::RoundStarted(chrono::Utc::now())));
    let mut left = Named::default();
    let stop = AtomicBool::new(false);
    let totals = take_in(&workspace.store, open(paths), &stop, &mut |event| {
        if let Progress::Left(one) = event {
            left.add(one);
        }
    });
    // The alerts come before the word that all were read: who waits for that word has them.
    let mut generation = 0;
    if let Ok(table) = workspace.store.call_blocking(Store::snapshot) {
        generation = table.generation();
        mailbox.send(Message::Table(table));
    }
    mailbox.send(Message::Sync(SyncEvent::RoundEnded(chrono::Utc::now(), generation)));
    if totals.is_ok() && left.all() == 0 {
        return;
    }
    let mut named: Vec<SafeText> = left.iter().map(|one| SafeText::from(one.to_string())).collect();
    if left.more() > 0 {
        let more = thousands(left.more());
        named.push(SafeText::from(format!("and {more} more: `quell import --json` lists all")));
    }
    match totals {
        Ok(totals) => mailbox.send(Message::LeftOut(named, sum(&totals))),
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
