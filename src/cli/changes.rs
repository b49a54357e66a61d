//! `quell changes`.

use serde_json::Value;

use crate::cli::args::Global;
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, columns, say};
use crate::cli::undo::describe;
use crate::cli::{json as machine, workspace};
use crate::domain::change::ChangeRecord;
use crate::domain::{ChangeId, SafeStr};

/// How many changes are listed.
const NEWEST: usize = 200;

/// Lists changes, newest first, or one change with each alert's outcome.
pub async fn run(global: &Global, change: Option<i64>, out: &mut Out) -> Result<Exit, CliError> {
    workspace::using(global, async |workspace| {
        match change {
            None => {
                let changes = workspace.store.call(|store| store.changes(NEWEST)).await??;
                list(global, &changes, out)?;
            }
            Some(number) => {
                let found = workspace.store.call(move |store| store.change(ChangeId(number))).await??;
                let Some((record, targets)) = found else {
                    return Err(CliError::failed(format!(
                        "there is no change {number}; `quell changes` lists them"
                    )));
                };
                if global.json {
                    let mut value = machine::change(&record);
                    if let Some(object) = value.as_object_mut() {
                        object.insert("alerts".to_owned(), targets.iter().map(machine::target).collect());
                    }
                    out.line(machine::text(&value))?;
                } else {
                    out.line(format_args!("change {}: {}", record.id, describe(&record)))?;
                    out.line(record.tally.sentence())?;
                    let mut table = columns(&["Outcome", "From", "To", "Alert", "Why"]);
                    for target in &targets {
                        table.add_row([
                            target.outcome.word().to_owned(),
                            target.target.seen.word().to_owned(),
                            target.target.want.word().to_owned(),
                            SafeStr(target.target.id.name()).to_string(),
                            target.detail.to_string(),
                        ]);
                    }
                    for line in table.lines() {
                        out.line(line.trim_end())?;
                    }
                }
            }
        }
        Ok(Exit::Done)
    })
    .await
}

fn list(global: &Global, changes: &[ChangeRecord], out: &mut Out) -> Result<(), CliError> {
    if global.json {
        return out.line(machine::text(&Value::Array(changes.iter().map(machine::change).collect())));
    }
    if changes.is_empty() {
        say("no change was made yet");
        return Ok(());
    }
    let mut table = columns(&["Change", "What", "Outcomes", "By", "Reason", "Undone by"]);
    for record in changes {
        table.add_row([
            record.id.to_string(),
            describe(record),
            record.tally.sentence(),
            record.by.to_string(),
            record.reason.map(crate::domain::change::Reason::code).unwrap_or_default().to_owned(),
            record.undone_by.map(|id| id.to_string()).unwrap_or_default(),
        ]);
    }
    for line in table.lines() {
        out.line(line.trim_end())?;
    }
    Ok(())
}
