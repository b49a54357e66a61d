//! The profiles of the config: listed for the menu, and the way from one to another.
//!
//! The next one is opened first: while that can fail, nothing is closed. Then the orders that were given are carried out,
//! the workers stop and the files are closed; what is queued stays in the outbox. Only then is the next one shown, so that nothing
//! of the one can reach the other.

use std::fmt;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::mailbox::Slot;
use super::open::{self, OpenError, Setup, Workspace};
use super::work::Work;
use crate::app::message::{Message, Start};
use crate::app::model::ProfileLine;
use crate::cli::args::Global;
use crate::domain::SafeText;
use crate::domain::table::Table;

/// The profiles of the config as it is now; `open` is the name of the one that is open.
pub fn list(global: &Global, open: Option<&str>) -> Result<Vec<ProfileLine>, SafeText> {
    let config = open::config(global).map_err(|error| SafeText::from(error.to_string()))?;
    let profiles = config.unwrap_or_default().profile.into_iter();
    let line = |(name, profile): (String, crate::config::Profile)| {
        let mut about = vec![profile.name.clone(), profile.cloud.clone(), profile.tenant.clone()];
        if !profile.subscriptions.is_empty() {
            about.push(crate::app::documents::moment::counted(profile.subscriptions.len(), "subscription"));
        }
        if profile.read_only {
            about.push("read-only".to_owned());
        }
        about.retain(|part| !part.is_empty());
        ProfileLine { open: open == Some(name.as_str()), name, about: about.join(" · ").into() }
    };
    Ok(profiles.map(line).collect())
}

/// A profile whose files are open, and the flags that name it.
pub struct Prepared {
    /// The flags.
    pub global: Global,
    /// Its workspace.
    pub next: Workspace,
    /// Where its snapshots wait.
    pub slot: Slot,
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prepared({})", self.next.plan.name)
    }
}

/// Opens a profile's files, while the former one is still open; `published` gets its snapshots, which wait in `slot`. Blocks.
pub fn prepare(
    global: Global,
    slot: Slot,
    published: impl FnMut(Arc<Table>) + Send + 'static,
) -> Result<Prepared, SafeText> {
    let text = |error: OpenError| SafeText::from(error.to_string());
    if !global.file.is_empty() {
        let why = "--file shows the alerts of files: leave, and start without it";
        return Err(SafeText::from(why));
    }
    if global.data_dir.is_some() {
        let why = "--data-dir names the folder of one profile: leave, and start with --profile";
        return Err(SafeText::from(why));
    }
    let (Setup::Plan(plan) | Setup::FirstRun(plan)) = open::resolve(&global).map_err(text)?;
    let next = Workspace::open(*plan, &global, published).map_err(text)?;
    Ok(Prepared { global, next, slot })
}

/// Closes what is open and shows the next one. Blocks. `settled` is waited for before anything is closed, `go` is told when
/// orders are for the next one.
pub fn change(work: &Work, next: Workspace, slot: &Slot, settled: impl FnOnce(), go: oneshot::Sender<()>) {
    settled();
    work.close();
    work.tell_screen(Message::Start(Start::Switched));
    work.adopt(next, slot);
    // The task that takes the orders ends only when the program leaves.
    let _ = go.send(());
}
