//! What `set`, `undo`, `retry` and `resume` share: asking, sending, reporting.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::azure::error::DENIED;
use crate::cli::args::{Act, Global};
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, ask, say};
use crate::cli::progress::Progress;
use crate::cli::{json as machine, workspace};
use crate::domain::change::{Outcome, Tally, TargetRecord};
use crate::domain::progress::{Fault, FaultKind};
use crate::domain::{ChangeId, SafeText, thousands};
use crate::runtime::open::Workspace;
use crate::store::StoreError;
use crate::sync::{EngineConfig, PushGoal, PushReport, push_until, trouble};

/// Asks unless `--yes` was given; false when the answer is No.
pub fn confirmed(act: &Act, question: &str) -> Result<bool, CliError> {
    agreed(act.yes, question)
}

/// Asks unless `yes`; false when the answer is No.
pub fn agreed(yes: bool, question: &str) -> Result<bool, CliError> {
    if yes {
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
    let (tally, exit) = deliver(workspace, change, alerts, act).await?;
    report(global, change, &tally, out)?;
    Ok(exit)
}

/// Sends a change that is in the outbox; gives what became of it, and how the command that sends it has ended.
pub async fn deliver(
    workspace: &Workspace,
    change: ChangeId,
    alerts: usize,
    act: &Act,
) -> Result<(Tally, Exit), CliError> {
    let goal = if act.wait { PushGoal::Settled(change) } else { PushGoal::TriedOnce(change) };
    let limit = if act.wait { act.timeout } else { ONE_TRY.min(act.timeout) };
    let progress = Arc::new(Progress::change(alerts));
    // What is kept here is done already.
    let pushed = if workspace.store.call(move |store| store.tally(change)).await??.pending == 0 {
        PushReport { reached: true, ..PushReport::default() }
    } else {
        match engine(workspace).await {
            Ok(config) => push_until(&config, goal, limit, progress.listener()).await,
            Err(fault) => PushReport { fault: Some(fault), ..PushReport::default() },
        }
    };
    progress.clear();
    say_trouble(&pushed);
    let (record, targets) = workspace
        .store
        .call(move |store| store.change(change))
        .await??
        .ok_or_else(|| CliError::failed(format!("change {change} is not in the journal")))?;
    let refused = Refused::of(&targets);
    refused.reasons().iter().for_each(say);
    Ok((record.tally, ended(&record.tally, refused.denied, &pushed, act.wait)))
}

/// What the source refused for good, and why.
#[derive(Debug, Default)]
pub struct Refused<'a> {
    /// Alerts refused for lack of a role.
    pub denied: usize,
    reasons: Vec<(&'a SafeText, usize)>,
}

impl<'a> Refused<'a> {
    /// How many different reasons are said.
    const SAID: usize = 3;

    /// Of the alerts of a change.
    pub fn of(targets: &'a [TargetRecord]) -> Self {
        let mut refused = Self::default();
        for target in targets.iter().filter(|target| target.outcome == Outcome::Failed) {
            refused.denied += usize::from(target.detail.raw().starts_with(DENIED));
            match refused.reasons.iter_mut().find(|(known, _)| **known == target.detail) {
                Some((_, count)) => *count += 1,
                None => refused.reasons.push((&target.detail, 1)),
            }
        }
        refused.reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        refused
    }

    /// The reasons with how many alerts each is about, the most frequent first; the first few of them.
    pub fn reasons(&self) -> Vec<String> {
        let line = |(why, count): &(&SafeText, usize)| format!("{} refused: {why}", thousands(*count));
        let mut lines: Vec<String> = self.reasons.iter().take(Self::SAID).map(line).collect();
        if self.reasons.len() > Self::SAID {
            lines.push(format!("and {} other reasons", self.reasons.len() - Self::SAID));
        }
        lines
    }
}

/// What the workers need; a fault when there is no sign-in to be had.
pub async fn engine(workspace: &Workspace) -> Result<EngineConfig, Fault> {
    match workspace::client(workspace).await {
        Ok(client) => Ok(workspace.engine_config(client)),
        Err(error) => Err(trouble::fault(&error)),
    }
}

/// Says what kept the outbox from being sent.
pub fn say_trouble(pushed: &PushReport) {
    if let Some(fault) = &pushed.fault {
        say(&fault.message);
    }
    if pushed.elsewhere && !pushed.reached {
        say("another instance of quell sends the changes of this journal");
    }
}

/// How a command that sends has ended: [`Exit::Denied`] when nobody is signed in and so nothing was settled, or when each
/// alert was refused for lack of a role, as `denied` of them were. Without `--wait`, what failed for good after the one
/// try has failed; what is pending is no failure.
pub fn ended(tally: &Tally, denied: usize, pushed: &PushReport, wait: bool) -> Exit {
    let signed_out = pushed.fault.as_ref().is_some_and(|fault| fault.kind == FaultKind::SignIn);
    match () {
        () if signed_out && (tally.settled() == 0 || !wait) => Exit::Denied,
        () if wait && !tally.is_clean() => Exit::Unsettled,
        () if denied > 0 && denied == tally.total() => Exit::Denied,
        () if tally.failed > 0 => Exit::Failed,
        () => Exit::Done,
    }
}

/// Prints what became of a change.
pub fn report(global: &Global, change: ChangeId, tally: &Tally, out: &mut Out) -> Result<(), CliError> {
    if global.json {
        return out.line(machine::text(&json!({ "change": change, "outcomes": machine::tally(tally) })));
    }
    out.line(format_args!("change {change}: {}", tally.sentence()))?;
    if tally.failed + tally.conflict + tally.unconfirmed > 0 {
        say(format_args!("see which: quell changes {change}   try them again: quell retry {change}"));
    }
    if tally.pending > 0 {
        say(waits(global));
    }
    Ok(())
}

/// What becomes of what is pending.
pub fn waits(global: &Global) -> &'static str {
    if global.file.is_empty() {
        "what is pending stays queued: `quell resume` or the open screen sends it"
    } else {
        "what is pending is about alerts of a source: it stays queued, and `quell resume` without --file sends it"
    }
}

/// There was nothing to do: machine output says so by empty outcomes.
pub fn nothing(global: &Global, out: &mut Out) -> Result<Exit, CliError> {
    if global.json {
        out.line(machine::text(&json!({ "change": null, "outcomes": machine::tally(&Tally::default()) })))?;
    }
    Ok(Exit::Done)
}

/// Sends what is in the outbox: to its end, or each alert once. Gives the outcomes of the changes that had something
/// pending.
pub async fn push_all(
    workspace: &Workspace,
    wait: bool,
    limit: Duration,
) -> Result<(Tally, PushReport), CliError> {
    let (unsettled, pending) = outbox(workspace).await?;
    let progress = Arc::new(Progress::change(pending));
    let report = match engine(workspace).await {
        Ok(config) if wait => push_until(&config, PushGoal::AllSettled, limit, progress.listener()).await,
        Ok(config) => {
            let (mut report, begin) = (PushReport::default(), Instant::now());
            // Oldest first, as the decisions were made.
            for change in unsettled.iter().rev() {
                let goal = PushGoal::TriedOnce(*change);
                report =
                    push_until(&config, goal, limit.saturating_sub(begin.elapsed()), progress.listener())
                        .await;
            }
            report
        }
        Err(fault) => PushReport { fault: Some(fault), ..PushReport::default() },
    };
    progress.clear();
    Ok((total(workspace, unsettled).await?, report))
}

/// The changes with something pending, and how many alerts that is.
async fn outbox(workspace: &Workspace) -> Result<(Vec<ChangeId>, usize), CliError> {
    let found = workspace.store.call(|store| {
        let changes = store.changes(usize::MAX)?;
        let unsettled = changes.into_iter().filter(|record| record.tally.pending > 0);
        Ok::<_, StoreError>((unsettled.map(|record| record.id).collect(), store.pending_total()?))
    });
    Ok(found.await??)
}

/// The outcomes of several changes together.
async fn total(workspace: &Workspace, changes: Vec<ChangeId>) -> Result<Tally, CliError> {
    let tallies = workspace.store.call(move |store| {
        changes.into_iter().map(|change| store.tally(change)).collect::<Result<Vec<_>, _>>()
    });
    let mut total = Tally::default();
    for tally in tallies.await?? {
        total.merge(&tally);
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::change::Target;
    use crate::domain::{AlertId, Status};

    #[test]
    fn how_sending_ended_is_said_by_one_table() {
        let settled = Tally { verified: 3, ..Tally::default() };
        let partly_refused = Tally { verified: 2, failed: 1, ..Tally::default() };
        let refused = Tally { failed: 3, ..Tally::default() };
        let queued = Tally { pending: 3, ..Tally::default() };
        let partly = Tally { pending: 1, verified: 2, ..Tally::default() };
        let conflict = Tally { conflict: 1, verified: 2, ..Tally::default() };
        let fault = |kind| Some(Fault { kind, message: "x".into() });
        for (tally, denied, fault, waiting, otherwise) in [
            (settled, 0, None, Exit::Done, Exit::Done),
            (partly_refused, 0, None, Exit::Unsettled, Exit::Failed),
            (partly_refused, 1, None, Exit::Unsettled, Exit::Failed),
            (refused, 2, None, Exit::Unsettled, Exit::Failed),
            (refused, 3, None, Exit::Unsettled, Exit::Denied),
            (conflict, 0, None, Exit::Unsettled, Exit::Done),
            (queued, 0, fault(FaultKind::Unreachable), Exit::Unsettled, Exit::Done),
            (queued, 0, fault(FaultKind::SignIn), Exit::Denied, Exit::Denied),
            (partly, 0, fault(FaultKind::SignIn), Exit::Unsettled, Exit::Denied),
        ] {
            let pushed = PushReport { fault, ..PushReport::default() };
            assert_eq!(ended(&tally, denied, &pushed, true), waiting, "{tally:?} {pushed:?}");
            assert_eq!(ended(&tally, denied, &pushed, false), otherwise, "{tally:?} {pushed:?}");
        }
    }

    #[test]
    fn reasons_are_said_once_with_their_counts() {
        let target = |detail: &str| TargetRecord {
            target: Target { id: AlertId::new("/a"), seen: Status::Active, want: Status::Dismissed },
            outcome: Outcome::Failed,
            detail: detail.into(),
            attempts: 1,
        };
        let denied = format!("{DENIED}no role");
        let targets = ["gone", &denied, &denied, "b", "c", "d"].map(target);
        let refused = Refused::of(&targets);
        assert_eq!(refused.denied, 2);
        let lines =
            ["2 refused: not allowed: no role", "1 refused: gone", "1 refused: b", "and 2 other reasons"];
        assert_eq!(refused.reasons(), lines);
    }
}
