//! `quell undo`, `quell retry` and `quell resume`.

use std::time::Duration;

use chrono::Utc;

use crate::cli::act::{ONE_TRY, confirmed, ended, nothing, push_all, say_trouble, send, waits};
use crate::cli::args::{Act, Global};
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, say};
use crate::cli::{json as machine, workspace};
use crate::domain::change::{ChangeRecord, Outcome, Tally};
use crate::domain::{AlertId, ChangeId, SafeStr, thousands};
use crate::runtime::open::Workspace;
use crate::store::{Spared, Store, StoreError};

/// Alerts that were left as they are for one reason, and are named.
const NAMED: usize = 5;

/// Undoes a change: each alert goes back to its own former status, unless someone has changed it since.
pub async fn undo(global: &Global, change: Option<i64>, act: &Act, out: &mut Out) -> Result<Exit, CliError> {
    workspace::using(global, async |workspace| take_back(workspace, global, change, act, out).await).await
}

async fn take_back(
    workspace: &Workspace,
    global: &Global,
    change: Option<i64>,
    act: &Act,
    out: &mut Out,
) -> Result<Exit, CliError> {
    workspace::writable(workspace)?;
    let Some(record) = the_change(workspace, change, |store| store.last_undoable()).await? else {
        say("there is nothing to undo");
        return nothing(global, out);
    };
    if let Some(by) = record.undone_by {
        return Err(CliError::failed(format!("change {} was already undone by change {by}", record.id)));
    }
    if !confirmed(act, &format!("Undo change {}: {}?", record.id, describe(&record)))? {
        say("nothing was changed");
        return Ok(Exit::Done);
    }
    let (id, by) = (record.id, workspace::who(workspace).await);
    let undone = workspace.store.call(move |store| store.undo(id, &by, Utc::now())).await??;
    left(&undone.spared).iter().for_each(say);
    if undone.removed > 0 {
        say(format_args!("{} taken back before they were sent", undone.removed));
    }
    match undone.change {
        Some(change) => {
            let tally = workspace.store.call(move |store| store.tally(change)).await??;
            send(workspace, global, change, tally.total(), act, out).await
        }
        None => nothing(global, out),
    }
}

/// What an undo left as it is: a few alerts by their names, many for one reason as a number.
fn left(spared: &[(AlertId, Spared)]) -> Vec<String> {
    let mut reasons: Vec<(String, Vec<&AlertId>)> = Vec::new();
    for (alert, why) in spared {
        let why = why.to_string();
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, alerts)) => alerts.push(alert),
            None => reasons.push((why, vec![alert])),
        }
    }
    let lines = reasons.iter().flat_map(|(why, alerts)| {
        if alerts.len() > NAMED {
            return vec![format!("{} alerts left as they are: {why}", thousands(alerts.len()))];
        }
        alerts.iter().map(|alert| format!("left as it is: {}: {why}", SafeStr(alert.name()))).collect()
    });
    lines.collect()
}

/// Sends the refused, conflicting and unconfirmed alerts of a change again, and only those.
pub async fn retry(global: &Global, change: Option<i64>, act: &Act, out: &mut Out) -> Result<Exit, CliError> {
    workspace::using(global, async |workspace| again(workspace, global, change, act, out).await).await
}

async fn again(
    workspace: &Workspace,
    global: &Global,
    change: Option<i64>,
    act: &Act,
    out: &mut Out,
) -> Result<Exit, CliError> {
    workspace::writable(workspace)?;
    let Some(record) = the_change(workspace, change, |store| store.last_change()).await? else {
        say("there is no change to retry");
        return nothing(global, out);
    };
    let (id, tally) = (record.id, record.tally);
    let (alerts, superseded) = workspace.store.call(move |store| retriable(store, id)).await??;
    if superseded > 0 {
        say(format_args!("{superseded} left out: a later change decided about them"));
    }
    if alerts == 0 {
        say(format_args!("change {id}: nothing to retry ({})", tally.sentence()));
        return nothing(global, out);
    }
    if !confirmed(act, &format!("Try {alerts} alerts of change {id} again?"))? {
        say("nothing was changed");
        return Ok(Exit::Done);
    }
    let taken_up = workspace.store.call(move |store| store.retry(id)).await??;
    if taken_up != alerts {
        say(format_args!("{taken_up} are tried again: the others changed meanwhile"));
    }
    send(workspace, global, id, tally.total(), act, out).await
}

/// How many alerts of a change a retry takes up, and how many of the refused it leaves to a later change.
fn retriable(store: &mut Store, id: ChangeId) -> Result<(usize, usize), StoreError> {
    let targets = store.change(id)?.map(|(_, targets)| targets).unwrap_or_default();
    let (mut alerts, mut superseded) = (0, 0);
    for target in targets.iter().filter(|target| target.outcome.is_retryable()) {
        let decided_later = store.history(&target.target.id)?.iter().any(|entry| {
            entry.change.0 > id.0
                && !matches!(entry.outcome, Outcome::Failed | Outcome::Conflict | Outcome::Cancelled)
        });
        *if decided_later { &mut superseded } else { &mut alerts } += 1;
    }
    Ok((alerts, superseded))
}

/// Sends what is in the outbox. Never asks: the decision was made when it was queued.
pub async fn resume(global: &Global, wait: bool, timeout: Duration, out: &mut Out) -> Result<Exit, CliError> {
    workspace::using(global, async |workspace| {
        workspace::writable(workspace)?;
        if workspace.store.call(|store| store.pending_total()).await?? == 0 {
            say("nothing is queued");
            if global.json {
                out.line(machine::text(&machine::tally(&Tally::default())))?;
            }
            return Ok(Exit::Done);
        }
        let limit = if wait { timeout } else { ONE_TRY.min(timeout) };
        let refused_before = workspace.store.call(refused_before).await??;
        let (tally, pushed) = push_all(workspace, wait, limit).await?;
        say_trouble(&pushed);
        if global.json {
            out.line(machine::text(&machine::tally(&tally)))?;
        } else {
            out.line(tally.sentence())?;
            if tally.pending > 0 && workspace.is_of_files() {
                say(waits(global));
            }
        }
        Ok(match ended(&tally, 0, &pushed, wait) {
            Exit::Failed if tally.failed <= refused_before => Exit::Done,
            exit => exit,
        })
    })
    .await
}

/// How many alerts of the changes with something queued had failed before: of these nothing is tried again.
fn refused_before(store: &mut Store) -> Result<usize, StoreError> {
    let changes = store.changes(usize::MAX)?.into_iter();
    Ok(changes.filter(|record| record.tally.pending > 0).map(|record| record.tally.failed).sum())
}

/// The change of a number, or the one that `last` finds.
async fn the_change(
    workspace: &Workspace,
    change: Option<i64>,
    last: fn(&mut Store) -> Result<Option<ChangeId>, StoreError>,
) -> Result<Option<ChangeRecord>, CliError> {
    let number = match change {
        Some(number) => number,
        None => match workspace.store.call(last).await?? {
            Some(ChangeId(number)) => number,
            None => return Ok(None),
        },
    };
    let found = workspace.store.call(move |store| store.change(ChangeId(number))).await??;
    match found {
        Some((record, _)) => Ok(Some(record)),
        None => Err(CliError::failed(format!("there is no change {number}; `quell changes` lists them"))),
    }
}

/// `337 alerts to dismissed, 23 Nov 14:02`.
pub fn describe(record: &ChangeRecord) -> String {
    let what = record
        .status
        .map_or_else(|| "back to their former status".to_owned(), |s| format!("to {}", s.word()));
    let count = record.tally.total();
    let alerts = if count == 1 { "alert" } else { "alerts" };
    format!("{count} {alerts} {what}, {}", record.at.format("%d %b %H:%M UTC"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_alerts_left_for_one_reason_are_a_number() {
        let id =
            |name: usize| AlertId::new(format!("/subscriptions/s/providers/p/locations/l/alerts/n{name}"));
        let mut spared: Vec<_> = (0..30).map(|name| (id(name), Spared::NoEffect)).collect();
        spared.push((id(99), Spared::Gone));
        assert_eq!(
            left(&spared),
            [
                "30 alerts left as they are: the change had no effect",
                "left as it is: n99: gone from the source"
            ]
        );
    }
}
