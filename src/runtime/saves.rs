//! Files written for the screen: each order a thread of its own, with progress and a way to stop.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::Utc;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::export::file::NewFile;
use super::export::{ExportError, alerts};
use super::mailbox::Mailbox;
use super::open::Workspace;
use super::work::Work;
use crate::app::effect::{SaveOrder, SaveWhat};
use crate::app::message::{Message, Saved};
use crate::azure::script::script;
use crate::domain::SafeText;

/// Between two reports of progress.
const PACE: Duration = Duration::from_millis(100);

/// How long what is given up may take to be cleared away.
const GRACE: Duration = Duration::from_secs(2);

/// Files being written.
pub struct Saves {
    work: Work,
    mailbox: Mailbox,
    handle: Handle,
    /// Each gives whether it was given up.
    tasks: JoinSet<bool>,
    cancels: Arc<Mutex<HashMap<u64, CancellationToken>>>,
}

impl Saves {
    /// None yet.
    pub fn new(work: Work, mailbox: Mailbox, handle: Handle) -> Self {
        Self { work, mailbox, handle, tasks: JoinSet::new(), cancels: Arc::default() }
    }

    /// Carries an order out.
    pub fn run(&mut self, order: SaveOrder) {
        // Those that have ended are forgotten.
        while self.tasks.try_join_next().is_some() {}
        match order {
            SaveOrder::Cancel(number) => {
                if let Some(cancel) = self.cancels().get(&number) {
                    cancel.cancel();
                }
            }
            SaveOrder::Write { number, path, replace, what } => {
                let cancel = CancellationToken::new();
                self.cancels().insert(number, cancel.clone());
                let (work, mailbox, cancels) =
                    (self.work.clone(), self.mailbox.clone(), Arc::clone(&self.cancels));
                let handle = self.handle.clone();
                let task = move || {
                    let tell = |saved| mailbox.send(Message::Saved(number, saved));
                    let written = match work.workspace() {
                        Some(workspace) => {
                            write(&workspace, &handle, &expanded(&path), replace, &what, &tell, &cancel)
                        }
                        None => Err("nothing is open yet".into()),
                    };
                    cancels.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
                    let given_up = written.is_err() && cancel.is_cancelled();
                    tell(match written {
                        Ok(Some(done)) => done,
                        Ok(None) => Saved::Exists,
                        Err(why) => Saved::Failed(why),
                    });
                    given_up
                };
                self.tasks.spawn_blocking_on(task, &self.handle);
            }
        }
    }

    fn cancels(&self) -> std::sync::MutexGuard<'_, HashMap<u64, CancellationToken>> {
        self.cancels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives up what is being written: half a file is none. Says what became of it; none when nothing was given up.
    /// Blocks for a moment.
    pub fn close(mut self) -> Option<&'static str> {
        while self.tasks.try_join_next().is_some() {}
        self.cancels().values().for_each(CancellationToken::cancel);
        let mut given_up = false;
        let ended = async {
            while let Some(ended) = self.tasks.join_next().await {
                given_up |= ended.unwrap_or(true);
            }
        };
        if self.handle.block_on(async { tokio::time::timeout(GRACE, ended).await }).is_err() {
            return Some(
                "a file was still being written: what there is of it may be left, with a dot before its name",
            );
        }
        given_up.then_some("a file was still being written: it was given up, and nothing of it is left")
    }
}

/// Writes a file whole; none when there is one that is to stay.
fn write(
    workspace: &Workspace,
    handle: &Handle,
    path: &Path,
    replace: bool,
    what: &SaveWhat,
    tell: &(dyn Fn(Saved) + Sync),
    cancel: &CancellationToken,
) -> Result<Option<Saved>, SafeText> {
    let failed = |error: ExportError| SafeText::from(error.to_string());
    let mut file = match NewFile::create(path, replace) {
        Err(ExportError::Exists(_)) => return Ok(None),
        created => created.map_err(failed)?,
    };
    tell(Saved::Begun);
    let warning = match what {
        SaveWhat::Alerts(listing, format) => {
            let last = Mutex::new(Instant::now());
            let progress = |done| {
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                if last.elapsed() >= PACE {
                    *last = Instant::now();
                    tell(Saved::Progress(done));
                }
            };
            let work = alerts(&workspace.store, listing, *format, &mut file, &progress, cancel);
            handle.block_on(work).map_err(failed)?.warning()
        }
        SaveWhat::Script(tool, plan) => {
            let script = script(*tool, &workspace.plan.endpoint, &plan.targets(), Utc::now());
            file.write_all(script.text.as_bytes()).map_err(|error| failed(error.into()))?;
            script.warning()
        }
    };
    file.finish().map_err(failed)?;
    Ok(Some(Saved::Done { path: path.display().to_string().into(), warning }))
}

/// A path as a person types it: `~/` is the home folder, as a shell has it.
fn expanded(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) if !home.is_empty() => PathBuf::from(home).join(rest),
        _ => PathBuf::from(path),
    }
}
