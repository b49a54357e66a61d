//! `quell respond`: trigger a logic app on alerts, at most once for each confirm; or list what could be triggered.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use clap::Args;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::azure::ArmClient;
use crate::cli::act::confirmed;
use crate::cli::args::{Act, Global};
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, columns, say};
use crate::cli::progress::Progress;
use crate::cli::{json as machine, select, workspace};
use crate::domain::automation::Verdict;
use crate::domain::logic_app::{LogicApp, Trigger};
use crate::domain::progress::FaultKind;
use crate::domain::resource::ResourceId;
use crate::domain::response::{Candidates, MOST_AT_ONCE, Outgoing, RunStatus, TriggerOutcome, TriggerRecord};
use crate::domain::{SafeStr, SafeText};
use crate::runtime::open::Workspace;
use crate::runtime::respond::outgoing;
use crate::sync::candidates::candidates;
use crate::sync::trigger::{TriggerOrder, TriggerTuning, Triggered, Watch, follow, trigger};

/// `quell respond`.
#[derive(Debug, Args)]
pub struct Respond {
    /// The alerts' ids, or their names where these are unambiguous
    #[arg(required = true, num_args = 1.., value_name = "ID")]
    pub ids: Vec<String>,
    /// The logic app to trigger, by its resource id, or by its name where that is unambiguous
    #[arg(long, value_name = "RESOURCE-ID")]
    pub logic_app: Option<String>,
    /// Its trigger; without it the one for alerts, else the one for requests
    #[arg(long, value_name = "NAME", requires = "logic_app")]
    pub trigger: Option<String>,
    /// Print exactly what would be sent, and send nothing
    #[arg(long, requires = "logic_app")]
    pub dry_run: bool,
    /// How to go about it
    #[command(flatten)]
    pub act: Act,
}

/// Triggers a logic app, or lists those there are.
pub async fn run(global: &Global, args: Respond, out: &mut Out) -> Result<Exit, CliError> {
    workspace::using(global, async |workspace| {
        if args.ids.len() > MOST_AT_ONCE {
            return Err(CliError::usage(format_args!(
                "{} alerts are given; {MOST_AT_ONCE} at the most can be triggered at once",
                args.ids.len()
            )));
        }
        let keys = select::find_all(&workspace.table, &args.ids)?;
        let ids = keys.iter().filter_map(|key| workspace.table.get(*key)).map(|row| row.id()).collect();
        let outgoing = outgoing(&workspace.store, ids).await.map_err(CliError::failed)?;
        match &args.logic_app {
            None => list(workspace, global, &outgoing, out).await,
            Some(app) => respond(workspace, global, &args, app, &outgoing, out).await,
        }
    })
    .await
}

async fn all(workspace: &Workspace, client: &ArmClient) -> Result<Candidates, CliError> {
    let selection = workspace.engine_config(client.clone()).subscriptions;
    Ok(candidates(client, &selection).await?)
}

async fn list(
    workspace: &Workspace,
    global: &Global,
    outgoing: &Outgoing,
    out: &mut Out,
) -> Result<Exit, CliError> {
    let client = workspace::client(workspace).await?;
    let found = all(workspace, &client).await?;
    if global.json {
        out.line(machine::text(&listed(&found, outgoing)))?;
    } else {
        print_apps(&found, out)?;
        print_automations(&found, outgoing, out)?;
    }
    for (subscription, fault) in &found.faults {
        say(format_args!("{}: {}", subscription.name, fault.message));
    }
    Ok(Exit::Done)
}

fn print_apps(found: &Candidates, out: &mut Out) -> Result<(), CliError> {
    if found.apps.is_empty() {
        return out.line("no consumption logic app in these subscriptions");
    }
    let mut table = columns(&["Logic app", "Takes", "Subscription", "Resource id, or why not"]);
    for app in &found.apps {
        let (takes, rest) = match app.choice() {
            Ok(trigger) => (trigger.kind.label(), app.id.text().to_string()),
            Err(why) => ("-".to_owned(), why.to_string()),
        };
        let name = found.subscription_name(&app.id).to_string();
        table.add_row([app.name.to_string(), takes, name, rest]);
    }
    out.line(table)
}

fn print_automations(found: &Candidates, outgoing: &Outgoing, out: &mut Out) -> Result<(), CliError> {
    for event in &outgoing.events {
        let name = SafeStr(event.id.name()).to_string();
        out.line(format_args!("\nAutomations that fire by themselves for {name}"))?;
        let firing = found.automations_for(event);
        if firing.is_empty() {
            out.line("none")?;
        }
        for (automation, verdict) in firing {
            let apps: Vec<String> =
                automation.logic_apps().map(|app| SafeStr(app.name()).to_string()).collect();
            let unsure = match &verdict {
                Verdict::Unclear(rule) => format!("   (perhaps: the rule `{rule}` is not understood)"),
                _ => String::new(),
            };
            out.line(format_args!("{} → {}{unsure}", automation.name, apps.join(", ")))?;
        }
    }
    Ok(())
}

fn listed(found: &Candidates, outgoing: &Outgoing) -> Value {
    let app = |app: &LogicApp| {
        let choice = app.choice();
        json!({
            "id": app.id.text().raw(),
            "name": app.name.raw(),
            "subscription": app.id.subscription().map(|id| id.as_str().to_owned()),
            "subscriptionName": found.subscription_name(&app.id).raw(),
            "location": app.location.raw(),
            "state": app.state.raw(),
            "trigger": choice.as_ref().ok().map(|trigger| trigger.name.raw().to_owned()),
            "takes": choice.as_ref().ok().map(|trigger| trigger.kind.word()),
            "reason": choice.as_ref().err().map(ToString::to_string),
        })
    };
    let firing = outgoing.events.iter().flat_map(|event| {
        found.automations_for(event).into_iter().map(|(automation, verdict)| {
            json!({
                "alert": event.id.as_str(),
                "id": automation.id.text().raw(),
                "name": automation.name.raw(),
                "verdict": verdict.word(),
                "rule": match &verdict { Verdict::Unclear(rule) => Some(rule.raw().to_owned()), _ => None },
                "logicApps": automation.logic_apps().map(|app| app.text().raw()).collect::<Vec<_>>(),
            })
        })
    });
    json!({
        "logicApps": found.apps.iter().map(app).collect::<Vec<_>>(),
        "automations": firing.collect::<Vec<_>>(),
        "faults": found.faults.iter().map(|(subscription, fault)| json!({
            "subscription": subscription.id.as_str(),
            "message": fault.message.raw(),
        })).collect::<Vec<_>>(),
    })
}

async fn respond(
    workspace: &Workspace,
    global: &Global,
    args: &Respond,
    app: &str,
    outgoing: &Outgoing,
    out: &mut Out,
) -> Result<Exit, CliError> {
    if let Some((id, why)) = outgoing.left_out.first() {
        return Err(CliError::failed(format_args!("{}: {why}", SafeStr(id.as_str()))));
    }
    let client = workspace::client(workspace).await?;
    let app = find(workspace, &client, app).await?;
    let chosen = args.trigger.as_deref().map_or_else(|| app.choice(), |name| app.trigger(name));
    let chosen = chosen.map_err(|why| CliError::failed(format_args!("{}: {why}", app.name)))?;
    if args.dry_run {
        return dry_run(global, &app, chosen, outgoing, out);
    }
    workspace::writable(workspace)?;
    let alerts = match outgoing.events.len() {
        1 => "1 alert".to_owned(),
        many => format!("{many} alerts, one run each"),
    };
    let question = format!("Trigger {} ({}) on {alerts}? It cannot be undone.", app.name, chosen.name);
    if !confirmed(&args.act, &question)? {
        say("nothing was sent");
        return Ok(Exit::Done);
    }
    let by = workspace::who(workspace).await;
    let order = TriggerOrder::new(app.id.clone(), chosen.name.clone(), &outgoing.events, by);
    let triggered = send(workspace, &client, order, &args.act).await?;
    report(global, &triggered.records, out)?;
    if let Some(fault) = &triggered.fault {
        return Err(CliError::failed(&fault.message));
    }
    Ok(ended(&triggered, args.act.wait))
}

/// The logic app of a resource id, or of a name where that is unambiguous.
async fn find(workspace: &Workspace, client: &ArmClient, text: &str) -> Result<LogicApp, CliError> {
    if text.contains('/') {
        let id = ResourceId::new(text);
        if !id.resource_type().eq_ignore_ascii_case("Microsoft.Logic/workflows") {
            return Err(CliError::usage(
                "--logic-app is no consumption logic app; its id ends in /providers/Microsoft.Logic/workflows/NAME",
            ));
        }
        return Ok(client.logic_app(&id).await?);
    }
    let named = |app: &LogicApp| app.name.raw().eq_ignore_ascii_case(text);
    let mut found = all(workspace, client).await?.apps;
    found.retain(named);
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(CliError::failed(format_args!("no logic app named {}", SafeStr(text)))),
        several => {
            let ids: Vec<String> = found.iter().map(|app| app.id.text().to_string()).collect();
            Err(CliError::failed(format_args!(
                "{several} logic apps are named {}; give the id of one:\n{}",
                SafeStr(text),
                ids.join("\n")
            )))
        }
    }
}

/// Prints what would be sent: the bytes themselves, one alert after the other.
fn dry_run(
    global: &Global,
    app: &LogicApp,
    chosen: &Trigger,
    outgoing: &Outgoing,
    out: &mut Out,
) -> Result<Exit, CliError> {
    say(format_args!("would be sent to {} ({}), and was not", app.name, chosen.name));
    for event in &outgoing.events {
        if global.json {
            out.line(machine::text(&json!({
                "id": event.id.as_str(),
                "logicApp": app.id.text().raw(),
                "trigger": chosen.name.raw(),
                "body": &*event.body,
            })))?;
        } else {
            out.line(&event.body)?;
        }
    }
    Ok(Exit::Done)
}

/// Sends, and with `--wait` follows the runs. Ctrl-c, or the end of the time, stops what is not sent yet.
async fn send(
    workspace: &Workspace,
    client: &ArmClient,
    order: TriggerOrder,
    act: &Act,
) -> Result<Triggered, CliError> {
    let (cancel, deadline) = (CancellationToken::new(), Instant::now() + act.timeout);
    let progress = Progress::change(order.bodies.len());
    let settled = Mutex::new(HashSet::new());
    let told = |record: &TriggerRecord| {
        tracing::info!(row = record.row, outcome = record.outcome.word(), "trigger");
        let mut settled = settled.lock().unwrap_or_else(PoisonError::into_inner);
        if record.outcome.is_final() && settled.insert(record.row) {
            progress.settled(settled.len());
        }
    };
    let (tuning, watch) = (TriggerTuning::default(), Watch { cancel: &cancel, told: &told });
    let work = async {
        let mut triggered = trigger(client, &workspace.store, order, &tuning, &watch).await?;
        if act.wait {
            triggered.records = follow(client, &workspace.store, triggered.records, &tuning, &watch).await;
        }
        Ok::<_, CliError>(triggered)
    };
    let mut work = std::pin::pin!(work);
    let outcome = tokio::select! {
        outcome = &mut work => return outcome.inspect(|_| progress.clear()),
        _ = tokio::signal::ctrl_c() => "cancelled: what was sent stays",
        () = tokio::time::sleep(deadline.saturating_duration_since(Instant::now())) => "the time is over",
    };
    cancel.cancel();
    let ended = work.await;
    progress.clear();
    say(outcome);
    ended
}

fn report(global: &Global, records: &[TriggerRecord], out: &mut Out) -> Result<(), CliError> {
    if global.json {
        return out.line(machine::text(&reported(records)));
    }
    for record in records {
        let mut line = format!("{}  {}", SafeStr(record.alert.name()), record.outcome.word());
        if let Some(run) = &record.run {
            line += &format!("  run {run}");
        }
        if let Some(RunStatus(status)) = &record.status {
            line += &format!("  {status}");
        }
        if !record.detail.is_empty() {
            line += &format!("  {}", record.detail);
        }
        out.line(line)?;
    }
    if records.iter().any(|record| record.outcome == TriggerOutcome::Unknown) {
        say("an unknown one may have been taken: look at the logic app's runs before it is triggered again");
    }
    Ok(())
}

/// A response with its alerts, for machines.
fn reported(records: &[TriggerRecord]) -> Value {
    let first = records.first();
    let mut outcomes = serde_json::Map::new();
    for outcome in TriggerOutcome::ALL {
        let count = records.iter().filter(|record| record.outcome == outcome).count();
        outcomes.insert(outcome.word().to_owned(), count.into());
    }
    json!({
        "response": first.map(|record| record.response),
        "logicApp": first.map(|record| record.app.text().raw().to_owned()),
        "trigger": first.map(|record| record.trigger.raw().to_owned()),
        "outcomes": outcomes,
        "alerts": records.iter().map(|record| json!({
            "id": record.alert.as_str(),
            "outcome": record.outcome.word(),
            "detail": record.detail.raw(),
            "run": record.run.as_ref().map(SafeText::raw),
            "runStatus": record.status.as_ref().map(|status| status.0.raw()),
            "requestId": record.request_id,
        })).collect::<Vec<_>>(),
    })
}

/// How the command has ended. With `--wait`, a run must have ended well too.
fn ended(triggered: &Triggered, wait: bool) -> Exit {
    let denied = triggered
        .unsent
        .as_ref()
        .is_some_and(|fault| matches!(fault.kind, FaultKind::SignIn | FaultKind::Forbidden));
    let taken = triggered.records.iter().all(|record| record.outcome == TriggerOutcome::Done);
    let well = triggered.records.iter().all(|record| record.is_clean() && !record.is_running());
    match () {
        () if denied => Exit::Denied,
        () if wait && !well => Exit::Unsettled,
        () if !taken => Exit::Failed,
        () => Exit::Done,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::AlertId;
    use crate::domain::progress::Fault;
    use crate::domain::response::ResponseId;

    fn record(outcome: TriggerOutcome, run: Option<&str>, status: Option<&str>) -> TriggerRecord {
        TriggerRecord {
            row: 1,
            response: ResponseId(1),
            alert: AlertId::new("/a"),
            app: ResourceId::new("/l"),
            trigger: "manual".into(),
            by: "ann".into(),
            at: DateTime::UNIX_EPOCH,
            outcome,
            detail: SafeText::default(),
            run: run.map(SafeText::from),
            status: status.map(|status| RunStatus(status.into())),
            request_id: "r".to_owned(),
        }
    }

    #[test]
    fn how_a_response_ended_is_said_by_one_table() {
        use TriggerOutcome::{Done, Failed, Unknown};
        let fault = |kind| Some(Fault { kind, message: "x".into() });
        for (records, unsent, waiting, otherwise) in [
            (vec![record(Done, Some("r"), Some("Succeeded"))], None, Exit::Done, Exit::Done),
            (vec![record(Done, None, None)], None, Exit::Done, Exit::Done),
            (vec![record(Done, Some("r"), Some("Failed"))], None, Exit::Unsettled, Exit::Done),
            (vec![record(Done, Some("r"), Some("Running"))], None, Exit::Unsettled, Exit::Done),
            (vec![record(Done, Some("r"), None)], None, Exit::Unsettled, Exit::Done),
            (
                vec![record(Done, None, None), record(Unknown, None, None)],
                None,
                Exit::Unsettled,
                Exit::Failed,
            ),
            (vec![record(Failed, None, None)], None, Exit::Unsettled, Exit::Failed),
            (vec![record(Failed, None, None)], fault(FaultKind::Forbidden), Exit::Denied, Exit::Denied),
            (vec![record(Failed, None, None)], fault(FaultKind::Unreachable), Exit::Unsettled, Exit::Failed),
        ] {
            let triggered = Triggered { records, unsent, fault: None };
            assert_eq!(ended(&triggered, true), waiting, "{triggered:?}");
            assert_eq!(ended(&triggered, false), otherwise, "{triggered:?}");
        }
    }
}
