//! `quell context`: the resource of an alert: tags, whom to ask, what happened to it.

use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::{Value, json};

use crate::app::documents::{self, context::Around};
use crate::app::fetch::Remote;
use crate::cli::args::Global;
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::Out;
use crate::cli::{around, json as machine, workspace};
use crate::domain::activity::{ActivityLog, Event, Window};
use crate::domain::filter::{self, Moment};
use crate::domain::ownership::Holder;
use crate::domain::resource::ResourceId;
use crate::domain::{SafeStr, SafeText};
use crate::runtime::now;

/// `quell context`.
#[derive(Debug, Args)]
pub struct Context {
    /// The alert's id, or its name where that is unambiguous
    pub id: String,
    /// Begin of the activity log: 24h, 7d, 2026-11-22 or 2026-11-22T14:00Z; an hour before the first activity without it
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// End of the activity log, in the same forms, a date to its end; an hour after the last activity without it
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
}

/// The span that the flags name; none where the alert's own counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

impl Span {
    fn of(args: &Context, context: &filter::Context) -> Result<Self, CliError> {
        let read = |flag: &str, text: &Option<String>, second: fn(Moment, &filter::Context) -> i64| {
            let Some(text) = text else { return Ok(None) };
            let moment = Moment::parse(text.trim());
            let time = moment.and_then(|moment| DateTime::from_timestamp(second(moment, context), 0));
            let wrong = || {
                let text = SafeStr(text);
                CliError::usage(format_args!(
                    "{flag} {text} is not a time: expected 24h, 7d, 2026-11-22 or 2026-11-22T14:00Z"
                ))
            };
            time.map(Some).ok_or_else(wrong)
        };
        let from = read("--from", &args.from, Moment::first_second)?;
        Ok(Self { from, to: read("--to", &args.to, Moment::last_second)? })
    }

    /// The window to ask for, with the alert's own ends where none was named.
    fn window(self, own: Window, now: DateTime<Utc>) -> Result<Window, CliError> {
        let (from, to) = (self.from.unwrap_or(own.from), self.to.unwrap_or(own.to));
        if from > to {
            let time = |time: DateTime<Utc>| time.format("%Y-%m-%d %H:%M UTC").to_string();
            let hint = match self {
                Self { from: Some(_), to: None } => "; give --to as well",
                Self { from: None, to: Some(_) } => "; give --from as well",
                _ => "",
            };
            let (from, to) = (time(from), time(to));
            return Err(CliError::usage(format_args!("--from ({from}) lies after --to ({to}){hint}")));
        }
        Ok(Window::between(from, to, now))
    }
}

/// The three parts; each may fail on its own.
struct Parts {
    resource: ResourceId,
    window: Window,
    tags: Remote<Vec<(SafeText, SafeText)>>,
    holders: Remote<Vec<Holder>>,
    log: Remote<ActivityLog>,
}

/// Prints what is known of an alert's resource.
pub async fn run(global: &Global, args: Context, out: &mut Out) -> Result<Exit, CliError> {
    let clock = now();
    let span = Span::of(&args, &filter::Context { now: clock.utc, offset: clock.offset, me: None })?;
    workspace::using(global, async |workspace| {
        let detail = around::alert(workspace, &args.id).await?;
        let resource = match around::resource(&detail) {
            Ok(resource) => resource,
            Err(why) => {
                if global.json {
                    out.line(machine::text(&json!({ "resource": null, "why": why.to_string() })))?;
                }
                return Ok(Exit::Done);
            }
        };
        let window = span.window(Window::around(&detail.alert.times, clock.utc), now().utc)?;
        let client = workspace::client(workspace).await?;
        let (tags, holders, log) = tokio::join!(
            client.tags(&resource),
            client.holders(&resource),
            client.activity(&resource, window)
        );
        let (tags, holders, log) = (around::remote(tags), around::remote(holders), around::remote(log));
        let parts = Parts { resource, window, tags, holders, log };
        if global.json {
            out.line(machine::text(&value(&parts)))?;
        } else {
            let around = Around {
                resource: &parts.resource,
                tags: &parts.tags,
                holders: &parts.holders,
                log: &parts.log,
                window: parts.window,
                times: &detail.alert.times,
                all_holders: true,
                asks: "",
            };
            around::print(&documents::context(&around, around::width(out), now()).document, out)?;
        }
        Ok(around::ended(&[
            ("tags", parts.tags.fault.as_ref()),
            ("roles", parts.holders.fault.as_ref()),
            ("activity log", parts.log.fault.as_ref()),
        ]))
    })
    .await
}

/// A part that failed is null.
fn value(parts: &Parts) -> Value {
    let log = parts.log.value();
    json!({
        "resource": parts.resource.text().raw(),
        "from": parts.window.from,
        "to": parts.window.to,
        "tags": parts.tags.value().map(|tags| {
            tags.iter().map(|(name, value)| json!({ "name": name.raw(), "value": value.raw() })).collect::<Vec<_>>()
        }),
        "holders": parts.holders.value().map(|holders| {
            holders.iter().map(|of| holder(of, log)).collect::<Vec<_>>()
        }),
        "events": log.map(|log| log.events.iter().map(event).collect::<Vec<_>>()),
        "complete": log.map(|log| log.complete),
    })
}

fn holder(holder: &Holder, log: Option<&ActivityLog>) -> Value {
    json!({
        "role": holder.role.name(),
        "from": holder.reach.code(),
        "scope": holder.scope.raw(),
        "principal": holder.principal.raw(),
        "kind": holder.kind.raw(),
        "name": holder.name(log).map(|name| name.raw().to_owned()),
        "conditional": holder.conditional,
    })
}

fn event(event: &Event) -> Value {
    json!({
        "time": event.at,
        "caller": event.caller.raw(),
        "name": event.name.raw(),
        "operation": event.operation.raw(),
        "status": event.status.raw(),
        "result": event.sub_status.raw(),
        "address": event.address.raw(),
        "category": event.category.raw(),
        "level": event.level.raw(),
        "correlation": event.correlation.raw(),
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::filter::testing::context;

    fn span(from: Option<&str>, to: Option<&str>) -> Result<Span, CliError> {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Span::of(&Context { id: String::new(), from: text(from), to: text(to) }, &context())
    }

    #[test]
    fn the_times_of_the_filter_language_are_read_and_never_swapped() {
        // It is 14:00 UTC on 23 November 2026, on a clock an hour ahead.
        let now = context().now;
        let own = Window { from: now - TimeDelta::hours(3), to: now - TimeDelta::hours(1) };
        let read = |from, to| span(from, to).and_then(|span| span.window(own, now));
        let hours = TimeDelta::hours;
        for (from, to, expected) in [
            (None, None, own),
            (Some("24h"), None, Window { from: now - hours(24), ..own }),
            (Some("7d"), Some("30m"), Window { from: now - hours(168), to: now - TimeDelta::minutes(30) }),
            (
                Some("2026-11-22"),
                Some("2026-11-22T14:00Z"),
                Window { from: now - hours(39), to: now - hours(24) },
            ),
            (Some("2026-11-21"), Some("2026-11-22"), {
                Window { from: now - hours(63), to: now - hours(15) - TimeDelta::seconds(1) }
            }),
        ] {
            assert_eq!(read(from, to).unwrap(), expected, "{from:?} {to:?}");
        }
        for (from, to, part) in [
            (Some("1h"), Some("2h"), "lies after --to"),
            (Some("30m"), None, "give --to as well"),
            (None, Some("7d"), "give --from as well"),
            (Some("yesterday"), None, "--from yesterday is not a time: expected 24h"),
            (None, Some("2026-13-01"), "--to 2026-13-01 is not a time"),
        ] {
            let error = read(from, to).unwrap_err();
            assert_eq!(error.exit, Exit::Usage);
            assert!(error.message.contains(part), "{error}");
        }
    }
}
