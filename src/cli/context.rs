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
use crate::domain::SafeText;
use crate::domain::activity::{ActivityLog, Event, Window};
use crate::domain::ownership::Holder;
use crate::domain::resource::ResourceId;
use crate::runtime::now;

/// `quell context`.
#[derive(Debug, Args)]
pub struct Context {
    /// The alert's id, or its name where that is unambiguous
    pub id: String,
    /// Begin of the activity log; an hour before the first activity without it
    #[arg(long, value_name = "TIME")]
    pub from: Option<DateTime<Utc>>,
    /// End of the activity log; an hour after the last activity without it
    #[arg(long, value_name = "TIME")]
    pub to: Option<DateTime<Utc>>,
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
        let clock = now().utc;
        let default = Window::around(&detail.alert.times, clock);
        let window = Window::between(args.from.unwrap_or(default.from), args.to.unwrap_or(default.to), clock);
        let client = workspace.connect().await?;
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
