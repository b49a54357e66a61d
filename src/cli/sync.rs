//! `quell sync`: pull, push, verify, once.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::json;

use crate::cli::act::{push_all, sentence};
use crate::cli::args::Global;
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, say};
use crate::cli::progress::Progress;
use crate::cli::{json as machine, workspace};
use crate::domain::progress::{FaultKind, PullSummary};
use crate::store::Store;
use crate::sync::pull_once;

/// How long the pushing part may take.
const PUSH_LIMIT: std::time::Duration = std::time::Duration::from_mins(10);

/// Syncs once.
pub async fn run(global: &Global, full: bool, out: &mut Out) -> Result<Exit, CliError> {
    let workspace = workspace::open(global).await?;
    let client = workspace.connect().await?;
    let config = workspace.engine_config(client);
    if full {
        workspace.store.call(Store::forget_contents).await??;
    }
    let progress = Arc::new(Progress::sync());
    let round = pull_once(&config, progress.listener()).await;
    progress.clear();
    let round = round?;
    let pending = workspace.store.call(|store| store.pending_total()).await??;
    let pushed = if pending > 0 && workspace.read_only.is_none() {
        Some(push_all(&workspace, &config, PUSH_LIMIT).await?)
    } else {
        None
    };
    let total = round.total();
    let alerts = workspace.store.call(|store| store.snapshot().len()).await?;
    if global.json {
        let value = json!({
            "alerts": alerts,
            "listed": total.listed,
            "added": total.added,
            "updated": total.updated,
            "removed": total.removed,
            "quarantined": total.quarantined,
            "faults": round.faults().map(|(subscription, fault)| json!({
                "subscription": subscription.id.as_str(),
                "message": fault.message.raw(),
            })).collect::<Vec<_>>(),
            "pushed": pushed.as_ref().map(|(tally, _)| machine::tally(tally)),
        });
        out.line(machine::text(&value))?;
    } else {
        out.line(summary(alerts, &total))?;
        if let Some((tally, _)) = &pushed {
            out.line(format_args!("outbox: {}", sentence(tally)))?;
        }
    }
    for (subscription, fault) in round.faults() {
        say(format_args!("{}: {}", subscription.name, fault.message));
    }
    workspace.close().await;
    let denied = |kind| matches!(kind, FaultKind::SignIn | FaultKind::Forbidden);
    Ok(match round.faults().next() {
        None => Exit::Done,
        Some(_) if !round.is_any_complete() && round.faults().all(|(_, fault)| denied(fault.kind)) => {
            Exit::Denied
        }
        Some(_) => Exit::Failed,
    })
}

fn summary(alerts: usize, total: &PullSummary) -> String {
    let mut text =
        format!("{alerts} alerts: {} new, {} changed, {} gone", total.added, total.updated, total.removed);
    if total.quarantined > 0 {
        let _ = write!(text, ", {} could not be read", total.quarantined);
    }
    text
}
