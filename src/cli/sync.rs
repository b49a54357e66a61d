//! `quell sync`: pull, push, verify, once.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::json;

use crate::cli::act::{push_all, say_trouble};
use crate::cli::args::Global;
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, say};
use crate::cli::progress::Progress;
use crate::cli::{json as machine, workspace};
use crate::domain::progress::{FaultKind, PullSummary};
use crate::runtime::open::Workspace;
use crate::store::Store;
use crate::sync::{PushReport, RoundSummary, pull_once};

/// How long the pushing part may take.
const PUSH_LIMIT: std::time::Duration = std::time::Duration::from_mins(10);

/// Syncs once.
pub async fn run(global: &Global, full: bool, out: &mut Out) -> Result<Exit, CliError> {
    workspace::using(global, async |workspace| once(workspace, global, full, out).await).await
}

async fn once(workspace: &Workspace, global: &Global, full: bool, out: &mut Out) -> Result<Exit, CliError> {
    let client = workspace::client(workspace).await?;
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
        Some(push_all(workspace, true, PUSH_LIMIT).await?)
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
            "pushFault": pushed.as_ref().and_then(|(_, report)| report.fault.as_ref()).map(|fault| fault.message.raw()),
        });
        out.line(machine::text(&value))?;
    } else {
        out.line(summary(alerts, &total))?;
        if let Some((tally, _)) = &pushed {
            out.line(format_args!("outbox: {}", tally.sentence()))?;
        }
    }
    for (subscription, fault) in round.faults() {
        say(format_args!("{}: {}", subscription.name, fault.message));
    }
    if let Some((_, report)) = &pushed {
        say_trouble(report);
    }
    Ok(match pulled(&round) {
        Exit::Done => pushed.map_or(Exit::Done, |(_, report)| sent(&report)),
        stopped => stopped,
    })
}

/// How the listing ended.
fn pulled(round: &RoundSummary) -> Exit {
    let denied = |kind| matches!(kind, FaultKind::SignIn | FaultKind::Forbidden);
    match round.faults().next() {
        None => Exit::Done,
        Some(_) if !round.is_any_complete() && round.faults().all(|(_, fault)| denied(fault.kind)) => {
            Exit::Denied
        }
        Some(_) => Exit::Failed,
    }
}

/// How sending the outbox ended: what the source refused is an outcome, what is still pending a sync without end.
fn sent(report: &PushReport) -> Exit {
    let signed_out = report.fault.as_ref().is_some_and(|fault| fault.kind == FaultKind::SignIn);
    match () {
        () if report.reached || (report.pending == 0 && report.fault.is_none()) => Exit::Done,
        () if signed_out => Exit::Denied,
        () => Exit::Failed,
    }
}

fn summary(alerts: usize, total: &PullSummary) -> String {
    let mut text =
        format!("{alerts} alerts: {} new, {} changed, {} gone", total.added, total.updated, total.removed);
    if total.quarantined > 0 {
        let _ = write!(text, ", {} could not be read", total.quarantined);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::progress::Fault;

    #[test]
    fn a_sync_that_could_not_send_is_no_success() {
        let fault = |kind| Some(Fault { kind, message: "x".into() });
        let report = PushReport::default;
        for (report, exit) in [
            (PushReport { reached: true, ..report() }, Exit::Done),
            (PushReport { elsewhere: true, pending: 3, ..report() }, Exit::Failed),
            (PushReport { fault: fault(FaultKind::Throttled), pending: 3, ..report() }, Exit::Failed),
            (PushReport { fault: fault(FaultKind::SignIn), pending: 3, ..report() }, Exit::Denied),
        ] {
            assert_eq!(sent(&report), exit, "{report:?}");
        }
    }
}
