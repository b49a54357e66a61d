//! Files to take alerts from: opened, measured, and named as messages name them.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::mailbox::Mailbox;
use super::work::Work;
use crate::app::message::Message;
use crate::domain::progress::SyncEvent;
use crate::domain::{SafeText, thousands};
use crate::sync::intake::{Incoming, Left, Progress, Totals, take_in};

/// Stands for standard input.
const STDIN: &str = "-";

/// Records that the jobs screen names.
const NAMED: usize = 20;

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
        found.is_file().then(|| found.len())
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
    let (mut left, mut all) = (Vec::new(), 0);
    let stop = AtomicBool::new(false);
    let totals = take_in(&workspace.store, open(paths), &stop, &mut |event| {
        if let Progress::Left(one) = event {
            all += 1;
            if left.len() < NAMED {
                left.push(one);
            }
        }
    });
    mailbox.send(Message::Sync(SyncEvent::RoundEnded(chrono::Utc::now())));
    let notices = match totals {
        Ok(totals) => said(&totals, &left, all),
        Err(error) => vec![SafeText::from(error.to_string())],
    };
    if !notices.is_empty() {
        mailbox.send(Message::Notices(notices));
    }
}

/// The sum first and longest, so that it is what the notice says; then each record that was left out.
fn said(totals: &Totals, left: &[Left], all: usize) -> Vec<SafeText> {
    if all == 0 {
        return Vec::new();
    }
    let mut parts = Vec::new();
    if totals.broken > 0 {
        parts.push(format!("{} could not be read", thousands(totals.broken)));
    }
    if totals.not_alerts > 0 {
        parts.push(format!("{} are no alerts", thousands(totals.not_alerts)));
    }
    let sum = format!("{} alerts read; of the other records {}", thousands(totals.alerts), parts.join(", "));
    let mut said = vec![SafeText::from(sum)];
    said.extend(left.iter().map(|one| SafeText::from(one.to_string())));
    if all > left.len() {
        said.push(SafeText::from(format!(
            "and {} more: quell import lists them",
            thousands(all - left.len())
        )));
    }
    said
}
