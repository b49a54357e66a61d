//! What `set`, `undo`, `retry` and `resume` share: asking, sending, reporting.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::cli::args::{Act, Global};
use crate::cli::exit::{CliError, Exit};
use crate::cli::json as machine;
use crate::cli::output::{Out, ask, say};
use crate::cli::progress::Progress;
use crate::domain::ChangeId;
use crate::domain::change::Tally;
use crate::domain::progress::FaultKind;
use crate::runtime::open::Workspace;
use crate::sync::{EngineConfig, PushGoal, PushReport, push_until};

/// Asks unless `--yes` was given; false when the answer is No.
pub fn confirmed(act: &Act, question: &str) -> Result<bool, CliError> {
    if act.yes {
        return Ok(true);
    }
    match ask(question)? {
        Some(answer) => Ok(answer),
        None => Err(CliError::usage("there is no terminal to ask at: pass --yes to go ahead without asking")),
    }
}

/// How long an attempt without `--wait` may take before the change is left to the outbox.
pub const ONE_TRY: Duration = Duration::from_mins(1);

/// Sends a change that is in the outbox and reports what became of it.
pub async fn send(
    workspace: &Workspace,
    global: &Global,
    change: ChangeId,
    alerts: usize,
    act: &Act,
    out: &mut Out,
) -> Result<Exit, CliError> {
    let progress = Arc::new(Progress::change(alerts));
    let goal = if act.wait { PushGoal::Settled(change) } else { PushGoal::TriedOnce(change) };
    let limit = if act.wait { act.timeout } else { ONE_TRY.min(act.timeout) };
    let fault = match workspace.connect().await {
        Ok(client) => {
            let config = workspace.engine_config(client);
            push_until(&config, goal, limit, progress.listener()).await.fault
        }
        Err(error) => Some(crate::domain::progress::Fault {
            kind: if crate::runtime::open::is_sign_in(&error) {
                FaultKind::SignIn
            } else {
                FaultKind::Unreachable
            },
            message: error.to_string().into(),
        }),
    };
    progress.clear();
    if let Some(fault) = &fault {
        say(format_args!("{}", fault.message));
    }
    let (record, _) = workspace
        .store
        .call(move |store| store.change(change))
        .await??
        .ok_or_else(|| CliError::failed(format!("change {change} is not in the journal")))?;
    report(global, change, &record.tally, out)?;
    Ok(match () {
        () if act.wait && !record.tally.is_clean() => Exit::Unsettled,
        () if fault.is_some_and(|fault| fault.kind == FaultKind::SignIn) => Exit::Denied,
        () => Exit::Done,
    })
}

fn report(global: &Global, change: ChangeId, tally: &Tally, out: &mut Out) -> Result<(), CliError> {
    if global.json {
        return out.line(machine::text(&json!({ "change": change, "outcomes": machine::tally(tally) })));
    }
    out.line(format_args!("change {change}: {}", sentence(tally)))?;
    if tally.failed + tally.conflict + tally.unconfirmed > 0 {
        say(format_args!("see which: quell changes {change}   try them again: quell retry {change}"));
    }
    if tally.pending > 0 {
        say("what is pending stays queued: `quell resume` or the open screen sends it");
    }
    Ok(())
}

/// `328 verified, 9 failed`.
pub fn sentence(tally: &Tally) -> String {
    let parts = [
        (tally.verified, "verified"),
        (tally.failed, "failed"),
        (tally.conflict, "in conflict"),
        (tally.unconfirmed, "unconfirmed"),
        (tally.pending, "pending"),
        (tally.cancelled, "taken back"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if parts.is_empty() { "nothing to do".to_owned() } else { parts.join(", ") }
}

/// Sends everything in the outbox. Gives the outcomes of the changes that had something pending.
pub async fn push_all(
    workspace: &Workspace,
    config: &EngineConfig,
    limit: Duration,
) -> Result<(Tally, PushReport), CliError> {
    let unsettled = workspace.store.call(|store| store.changes(usize::MAX)).await??;
    let unsettled: Vec<ChangeId> =
        unsettled.into_iter().filter(|record| record.tally.pending > 0).map(|record| record.id).collect();
    let pending = workspace.store.call(|store| store.pending_total()).await??;
    let progress = Arc::new(Progress::change(pending));
    let report = push_until(config, PushGoal::AllSettled, limit, progress.listener()).await;
    progress.clear();
    let tallies = workspace.store.call(move |store| {
        unsettled.into_iter().map(|change| store.tally(change)).collect::<Result<Vec<_>, _>>()
    });
    let mut total = Tally::default();
    for tally in tallies.await?? {
        total.merge(&tally);
    }
    Ok((total, report))
}
