//! `quell report`: the shift handover.

use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::cli::args::Global;
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::Out;
use crate::cli::{json as machine, workspace};
use crate::domain::filter::{Context, Moment};
use crate::domain::report::{self, FailedRun, Named, Response, Spread, markdown};
use crate::domain::{SafeStr, SafeText, Status};
use crate::runtime::now;

/// `quell report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// From when on: 8h, 2d, 2026-11-22 or 2026-11-22T14:00Z
    #[arg(long, value_name = "TIME", default_value = "8h")]
    pub since: String,
    /// How to print it
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}

/// Formats of `report`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Markdown, to hand over
    #[default]
    Md,
    /// One JSON object
    Json,
}

/// Prints the report.
pub async fn run(global: &Global, args: ReportArgs, out: &mut Out) -> Result<Exit, CliError> {
    let clock = now();
    let context = Context { now: clock.utc, offset: clock.offset, me: None };
    let since = Moment::parse(&args.since)
        .and_then(|moment| DateTime::<Utc>::from_timestamp(moment.first_second(&context), 0))
        .ok_or_else(|| {
            CliError::usage(format_args!(
                "--since {} is not a time: expected 8h, 2d, 2026-11-22 or 2026-11-22T14:00Z",
                SafeStr(&args.since)
            ))
        })?;
    let until = clock.utc;
    if since > until {
        return Err(CliError::usage("--since lies in the future: nothing was done since then"));
    }
    let format = args.format.unwrap_or(if global.json { Format::Json } else { Format::Md });
    workspace::using(global, async |workspace| {
        let material = workspace.store.call(move |store| store.period(since, until)).await??;
        let last = workspace.store.call(|store| store.last_sync()).await??;
        let synced = workspace.is_of_files() || !workspace.table.is_empty() || last.is_some();
        let report = report::report(&material, &workspace.table, synced, (since, until));
        match format {
            Format::Md => out.bytes(markdown(&report, clock.offset).as_bytes())?,
            Format::Json => out.line(machine::text(&value(&report)))?,
        }
        Ok(Exit::Done)
    })
    .await
}

/// The report for a program.
fn value(report: &report::Report) -> Value {
    let counts = |counts: &[(Status, usize)]| -> Value {
        counts.iter().map(|(status, count)| (status.api_name().to_owned(), json!(count))).collect()
    };
    json!({
        "since": report.since,
        "until": report.until,
        "done": counts(&report.done),
        "byPerson": report.by_person.iter().map(|(who, done)| json!({
            "by": who.raw(),
            "done": counts(done),
        })).collect::<Vec<_>>(),
        "changes": report.changes.iter().map(machine::change).collect::<Vec<_>>(),
        "undone": report.undone.iter().map(machine::change).collect::<Vec<_>>(),
        "failures": report.failures.iter().map(|failure| json!({
            "alert": named(&failure.alert),
            "change": failure.change,
            "to": failure.want.api_name(),
            "outcome": failure.outcome.word(),
            "detail": failure.detail.raw(),
        })).collect::<Vec<_>>(),
        "failedRuns": report.failed_runs.iter().map(failed_run).collect::<Vec<_>>(),
        "pending": report.pending,
        "synced": report.synced,
        "open": report.open.iter().map(|(severity, active, progress)| json!({
            "severity": severity.name(),
            "active": active,
            "inProgress": progress,
        })).collect::<Vec<_>>(),
        "worstOpen": report.worst.iter().map(named).collect::<Vec<_>>(),
        "times": report.times.iter().map(|of| json!({
            "severity": of.severity.name(),
            "takeUp": spread(&of.take_up),
            "close": spread(&of.close),
        })).collect::<Vec<_>>(),
        "untimed": report.untimed,
        "assigned": report.assigned.iter().map(|(who, alerts)| json!({
            "to": who.raw(),
            "alerts": alerts.iter().map(named).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "feedback": report.feedback.iter().map(|said| machine::deed(&said.deed)).collect::<Vec<_>>(),
        "notes": report.notes.iter().map(|said| machine::deed(&said.deed)).collect::<Vec<_>>(),
        "other": report.other.iter().map(machine::deed).collect::<Vec<_>>(),
        "responses": report.responses.iter().map(response).collect::<Vec<_>>(),
    })
}

fn failed_run(failed: &FailedRun) -> Value {
    let record = &failed.record;
    json!({
        "alert": named(&failed.alert),
        "response": record.response,
        "logicApp": record.app.text().raw(),
        "outcome": record.outcome.word(),
        "detail": record.detail.raw(),
        "run": record.run.as_ref().map(SafeText::raw),
        "runStatus": record.status.as_ref().map(|status| status.0.raw()),
    })
}

/// A triggered logic app; a run whose status was never read counts as `notFollowed`.
fn response(response: &Response) -> Value {
    let first = response.records.first();
    let outcomes = response.outcomes().into_iter();
    let runs = response.runs().into_iter();
    let status = |status: Option<SafeText>| status.map_or("notFollowed".to_owned(), |of| of.raw().to_owned());
    json!({
        "response": first.map(|record| record.response),
        "at": first.map(|record| record.at),
        "by": first.map(|record| record.by.raw()),
        "logicApp": first.map(|record| record.app.text().raw()),
        "trigger": first.map(|record| record.trigger.raw()),
        "alerts": response.records.iter().map(|record| record.alert.as_str()).collect::<Vec<_>>(),
        "outcomes": outcomes.map(|(of, count)| (of.word().to_owned(), json!(count))).collect::<Value>(),
        "runs": runs.map(|(of, count)| (status(of), json!(count))).collect::<Value>(),
    })
}

fn spread(spread: &Spread) -> Value {
    let of = |seconds: u64| (spread.count > 0).then_some(seconds);
    json!({ "count": spread.count, "meanSeconds": of(spread.mean), "medianSeconds": of(spread.median) })
}

fn named(alert: &Named) -> Value {
    json!({
        "id": alert.id.as_str(),
        "title": alert.title.raw(),
        "resource": alert.resource.raw(),
        "severity": alert.severity.name(),
        "status": alert.status.api_name(),
        "time": alert.time,
    })
}
