//! `quell import`: alerts from files into the cache.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use serde_json::{Value, json};

use crate::cli::args::Global;
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, say};
use crate::cli::progress::Progress;
use crate::cli::{json as machine, workspace};
use crate::domain::thousands;
use crate::runtime::files;
use crate::runtime::open::Workspace;
use crate::sync::intake::{self, Left, Named, Totals, take_in};

/// Records that machine output names.
const MOST: usize = 100_000;

/// Imports files.
pub async fn run(global: &Global, files: Vec<PathBuf>, out: &mut Out) -> Result<Exit, CliError> {
    workspace::using(global, async |workspace| {
        workspace::keeping(workspace)?;
        import(workspace, global, files, out).await
    })
    .await
}

async fn import(
    workspace: &Workspace,
    global: &Global,
    paths: Vec<PathBuf>,
    out: &mut Out,
) -> Result<Exit, CliError> {
    let size = files::size(&paths);
    let (store, all) = (workspace.store.clone(), global.json);
    let work = tokio::task::spawn_blocking(move || {
        let progress = Progress::import(size);
        let (mut left, mut named, mut unread) = (Listed::default(), Named::default(), 0);
        let totals =
            take_in(&store, files::open(&paths), &AtomicBool::new(false), &mut |event| match event {
                intake::Progress::Read { bytes, totals } => progress.read(bytes, totals.alerts),
                intake::Progress::Left(one) => {
                    unread += usize::from(one.line.is_none());
                    if all {
                        left.add(one);
                    } else {
                        named.add(one);
                    }
                }
            });
        progress.clear();
        (totals, left, named, unread)
    });
    let (totals, left, named, unread) = work.await.map_err(CliError::failed)?;
    let (totals, halted) = match totals {
        Ok(totals) => (totals, None),
        Err(halted) => (halted.totals, Some(halted)),
    };
    if global.json {
        out.line(machine::text(&value(&totals, &left)))?;
    } else {
        out.line(summary(&totals, unread))?;
        named.lines().for_each(say);
    }
    halted.map_or_else(|| Ok(ended(&totals, unread)), |halted| Err(CliError::failed(halted)))
}

/// A file that cannot be read is a failure, and so is broken content that gave nothing; some broken records among alerts are
/// not.
fn ended(totals: &Totals, unread: usize) -> Exit {
    if unread > 0 || totals.alerts == 0 && totals.broken > 0 { Exit::Failed } else { Exit::Done }
}

/// What an import came to, in one line. So many of what is broken are whole files that could not be read.
fn summary(totals: &Totals, unread: usize) -> String {
    let mut parts = vec![format!(
        "imported {} ({} new, {} known)",
        thousands(totals.alerts),
        thousands(totals.added),
        thousands(totals.known())
    )];
    match totals.not_alerts {
        0 => {}
        1 => parts.push("1 not an alert".to_owned()),
        count => parts.push(format!("{} not alerts", thousands(count))),
    }
    let broken = totals.broken.saturating_sub(unread);
    if broken > 0 {
        parts.push(format!("{} broken", thousands(broken)));
    }
    match unread {
        0 => {}
        1 => parts.push("1 file not read".to_owned()),
        files => parts.push(format!("{} files not read", thousands(files))),
    }
    parts.join(", ")
}

/// Records that were left out, for machine output.
#[derive(Debug, Default)]
struct Listed {
    records: Vec<Left>,
    /// How many are not listed.
    more: usize,
}

impl Listed {
    /// Takes one in. Of a file that cannot be read as a whole each is listed.
    fn add(&mut self, left: Left) {
        if self.records.len() < MOST || left.line.is_none() {
            self.records.push(left);
        } else {
            self.more += 1;
        }
    }
}

fn value(totals: &Totals, left: &Listed) -> Value {
    json!({
        "imported": totals.alerts,
        "new": totals.added,
        "known": totals.known(),
        "notAlerts": totals.not_alerts,
        "broken": totals.broken,
        "left": left.records.iter().map(|one| json!({
            "file": one.file.raw(),
            "line": one.line,
            "record": one.line.map(|_| one.record),
            "broken": one.is_broken,
            "reason": one.reason.raw(),
        })).collect::<Vec<_>>(),
        "leftMore": left.more,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_one_line() {
        let totals = Totals { alerts: 1_180, added: 1_120, not_alerts: 3, broken: 2, stopped: false };
        assert_eq!(summary(&totals, 0), "imported 1,180 (1,120 new, 60 known), 3 not alerts, 2 broken");
        assert_eq!(summary(&Totals::default(), 0), "imported 0 (0 new, 0 known)");
        let one = Totals { not_alerts: 1, ..Totals::default() };
        assert_eq!(summary(&one, 0), "imported 0 (0 new, 0 known), 1 not an alert");
        let unread = Totals { broken: 3, ..Totals::default() };
        assert_eq!(summary(&unread, 1), "imported 0 (0 new, 0 known), 2 broken, 1 file not read");
        assert_eq!(summary(&unread, 3), "imported 0 (0 new, 0 known), 3 files not read");
    }

    #[test]
    fn what_machine_output_does_not_list_is_counted() {
        let record = |line| Left {
            file: "f".into(),
            line,
            record: line.unwrap_or_default(),
            is_broken: true,
            reason: "r".into(),
        };
        let mut left = Listed::default();
        (1..=MOST as u64 + 7).for_each(|line| left.add(record(Some(line))));
        left.add(record(None));
        let value = value(&Totals::default(), &left);
        assert_eq!(value["left"].as_array().map(Vec::len), Some(MOST + 1));
        assert_eq!(value["leftMore"], 7);
    }

    #[test]
    fn nothing_out_of_something_broken_is_a_failure() {
        for (totals, unread, exit) in [
            (Totals { alerts: 1, broken: 5, ..Totals::default() }, 0, Exit::Done),
            (Totals { broken: 1, ..Totals::default() }, 0, Exit::Failed),
            (Totals { not_alerts: 9, ..Totals::default() }, 0, Exit::Done),
            (Totals { alerts: 1, broken: 1, ..Totals::default() }, 1, Exit::Failed),
        ] {
            assert_eq!(ended(&totals, unread), exit, "{totals:?}");
        }
    }
}
