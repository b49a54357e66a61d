//! `quell undo`, `quell retry` and `quell resume`.

use std::time::Duration;

use chrono::Utc;

use crate::cli::act::{ONE_TRY, confirmed, push_all, send, sentence};
use crate::cli::args::{Act, Global};
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, say};
use crate::cli::workspace;
use crate::domain::change::ChangeRecord;
use crate::domain::{ChangeId, SafeStr};
use crate::runtime::open::Workspace;
use crate::store::{Store, StoreError};

/// Undoes a change: each alert goes back to its own former status, unless someone has changed it since.
pub async fn undo(global: &Global, change: Option<i64>, act: &Act, out: &mut Out) -> Result<Exit, CliError> {
    let workspace = workspace::open(global).await?;
    workspace::writable(&workspace)?;
    let Some(record) = the_change(&workspace, change, |store| store.last_undoable()).await? else {
        say("there is nothing to undo");
        return Ok(Exit::Done);
    };
    if let Some(by) = record.undone_by {
        return Err(CliError::failed(format!("change {} was already undone by change {by}", record.id)));
    }
    if !confirmed(act, &format!("Undo change {}: {}?", record.id, describe(&record)))? {
        say("nothing was changed");
        return Ok(Exit::Done);
    }
    let (id, by) = (record.id, workspace::who(&workspace).await);
    let undone = workspace.store.call(move |store| store.undo(id, &by, Utc::now())).await??;
    for (alert, why) in &undone.spared {
        say(format_args!("left as it is: {}: {why}", SafeStr(alert.as_str())));
    }
    if undone.removed > 0 {
        say(format_args!("{} taken back before they were sent", undone.removed));
    }
    let exit = match undone.change {
        Some(change) => {
            let tally = workspace.store.call(move |store| store.tally(change)).await??;
            send(&workspace, global, change, tally.total(), act, out).await?
        }
        None => Exit::Done,
    };
    workspace.close().await;
    Ok(exit)
}

/// Sends the refused, conflicting and unconfirmed alerts of a change again, and only those.
pub async fn retry(global: &Global, change: Option<i64>, act: &Act, out: &mut Out) -> Result<Exit, CliError> {
    let workspace = workspace::open(global).await?;
    workspace::writable(&workspace)?;
    let Some(record) = the_change(&workspace, change, |store| store.last_change()).await? else {
        say("there is no change to retry");
        return Ok(Exit::Done);
    };
    let tally = record.tally;
    let alerts = tally.failed + tally.conflict + tally.unconfirmed;
    if alerts == 0 {
        say(format_args!("change {}: nothing to retry ({})", record.id, sentence(&tally)));
        return Ok(Exit::Done);
    }
    if !confirmed(act, &format!("Try {alerts} alerts of change {} again?", record.id))? {
        say("nothing was changed");
        return Ok(Exit::Done);
    }
    let id = record.id;
    workspace.store.call(move |store| store.retry(id)).await??;
    let exit = send(&workspace, global, id, tally.total(), act, out).await?;
    workspace.close().await;
    Ok(exit)
}

/// Sends what is in the outbox. Never asks: the decision was made when it was queued.
pub async fn resume(global: &Global, wait: bool, timeout: Duration, out: &mut Out) -> Result<Exit, CliError> {
    let workspace = workspace::open(global).await?;
    workspace::writable(&workspace)?;
    let pending = workspace.store.call(|store| store.pending_total()).await??;
    if pending == 0 {
        say("nothing is queued");
        return Ok(Exit::Done);
    }
    let client = workspace.connect().await?;
    let config = workspace.engine_config(client);
    let limit = if wait { timeout } else { ONE_TRY.min(timeout) };
    let (tally, report) = push_all(&workspace, &config, limit).await?;
    if let Some(fault) = &report.fault {
        say(format_args!("{}", fault.message));
    }
    if global.json {
        out.line(crate::cli::json::text(&crate::cli::json::tally(&tally)))?;
    } else {
        out.line(sentence(&tally))?;
    }
    workspace.close().await;
    Ok(if wait && !tally.is_clean() { Exit::Unsettled } else { Exit::Done })
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
    format!("{} alerts {what}, {}", record.tally.total(), record.at.format("%d %b %H:%M UTC"))
}
