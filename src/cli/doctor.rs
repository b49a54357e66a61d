//! `quell doctor`: what is configured, what works, and what to do where it does not. Never a secret.

use std::fmt::Display;

use serde_json::{Value, json};

use crate::azure::{ArmClient, Presence, SignInEnvironment, discover};
use crate::cli::args::Global;
use crate::cli::exit::{CliError, Exit};
use crate::cli::json as machine;
use crate::cli::output::{Out, safe};
use crate::domain::SafeText;
use crate::domain::rights::Right;
use crate::runtime::open::{Setup, Workspace, resolve};

/// One finding.
struct Finding {
    topic: &'static str,
    good: bool,
    text: String,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn good(&mut self, topic: &'static str, text: impl Display) {
        self.0.push(Finding { topic, good: true, text: text.to_string() });
    }

    fn bad(&mut self, topic: &'static str, text: impl Display) {
        self.0.push(Finding { topic, good: false, text: text.to_string() });
    }
}

/// Looks at everything and prints it. Fails when something stops quell from working.
pub async fn run(global: &Global, out: &mut Out) -> Result<Exit, CliError> {
    let mut findings = Findings::default();
    if let Some(workspace) = open(global, &mut findings).await {
        files(&workspace, &mut findings).await;
        sign_ins(&workspace, &mut findings).await;
        source(&workspace, &mut findings).await;
        workspace.close().await;
    }
    terminal(&mut findings);
    let bad = findings.0.iter().any(|finding| !finding.good);
    if global.json {
        let items: Vec<Value> = findings
            .0
            .iter()
            .map(|finding| json!({ "topic": finding.topic, "ok": finding.good, "text": finding.text }))
            .collect();
        out.line(machine::text(&Value::Array(items)))?;
    } else {
        for finding in &findings.0 {
            let mark = if finding.good { "ok  " } else { "FAIL" };
            out.line(format_args!("{mark}  {:<10}  {}", finding.topic, safe(&finding.text)))?;
        }
    }
    Ok(if bad { Exit::Failed } else { Exit::Done })
}

async fn open(global: &Global, findings: &mut Findings) -> Option<Workspace> {
    if global.demo {
        return match Workspace::demo(global, |_| {}).await {
            Ok(workspace) => {
                findings.good("config", "the demo tenant; nothing is kept");
                Some(workspace)
            }
            Err(error) => {
                findings.bad("config", error);
                None
            }
        };
    }
    let setup = match resolve(global) {
        Ok(setup) => setup,
        Err(error) => {
            findings.bad("config", error);
            return None;
        }
    };
    let plan = match setup {
        Setup::Plan(plan) => {
            findings.good("config", format_args!("profile `{}`, cloud {}", plan.name, plan.cloud.word()));
            plan
        }
        Setup::FirstRun(plan) => {
            findings.good("config", "none yet: `quell` writes one on its first run; the defaults are used");
            plan
        }
    };
    match Workspace::open(*plan, global, |_| {}) {
        Ok(workspace) => Some(workspace),
        Err(error) => {
            findings.bad("files", error);
            None
        }
    }
}

async fn files(workspace: &Workspace, findings: &mut Findings) {
    if !workspace.is_demo() {
        findings.good("files", SafeText::from(workspace.plan.folder.display().to_string()));
    }
    for notice in &workspace.notices {
        findings.bad("files", notice);
    }
    let alerts = workspace.table.len();
    let synced = workspace.store.call(|store| store.last_sync()).await;
    match synced {
        Ok(Ok(Some(at))) => findings.good("cache", format_args!("{alerts} alerts, last complete sync {at}")),
        Ok(Ok(None)) => findings.good("cache", format_args!("{alerts} alerts, no complete sync yet")),
        Ok(Err(error)) | Err(error) => findings.bad("cache", error),
    }
    let bytes = workspace.table.heap_bytes();
    if let Some(each) = bytes.checked_div(alerts) {
        findings.good("memory", format_args!("{each} bytes an alert, {} KiB in all", bytes / 1024));
    }
    if let Ok(Ok(pending)) = workspace.store.call(|store| store.pending_total()).await {
        findings.good("outbox", format_args!("{pending} changes waiting to be sent or verified"));
    }
    if let Some(why) = &workspace.read_only {
        findings.good("changes", format_args!("switched off: {why}"));
    }
}

async fn sign_ins(workspace: &Workspace, findings: &mut Findings) {
    if workspace.is_demo() {
        return;
    }
    for found in discover(&SignInEnvironment::from_process()).await {
        match found.presence {
            Presence::Ready(whom) if whom.is_empty() => {
                findings.good("sign-in", format_args!("{}: set up", found.kind.label()));
            }
            Presence::Ready(whom) => findings.good("sign-in", format_args!("{}: {whom}", found.kind.label())),
            Presence::Incomplete(missing) => {
                findings.bad("sign-in", format_args!("{}: {missing}", found.kind.label()));
            }
            Presence::Absent => findings.good("sign-in", format_args!("{}: none", found.kind.label())),
        }
    }
}

async fn source(workspace: &Workspace, findings: &mut Findings) {
    let client = match workspace.connect().await {
        Ok(client) => client,
        Err(error) => return findings.bad("sign-in", error),
    };
    match client.who().await {
        Ok(who) => findings.good("signed in", SafeText::from(who.display_name())),
        Err(error) => return findings.bad("sign-in", error),
    }
    let subscriptions = match client.subscriptions().await {
        Ok(subscriptions) => subscriptions,
        Err(error) => return findings.bad("source", error),
    };
    if subscriptions.is_empty() {
        findings.bad("source", "the sign-in sees no subscription: it needs the role Security Reader on one");
    }
    for subscription in subscriptions {
        roles(&client, &subscription, findings).await;
    }
}

async fn roles(client: &ArmClient, subscription: &crate::azure::Subscription, findings: &mut Findings) {
    let name = &subscription.display_name;
    let rights = match client.rights(&subscription.id).await {
        Ok(rights) => rights,
        Err(error) => return findings.bad("role", format_args!("{name}: {error}")),
    };
    if !rights.has(Right::ReadAlerts) {
        let needs = Right::ReadAlerts.needs();
        findings.bad("role", format_args!("{name}: may not read alerts; it takes {needs}"));
    }
    let held: Vec<&str> =
        Right::ALL.into_iter().filter(|right| rights.has(*right)).map(Right::words).collect();
    if !held.is_empty() {
        findings.good("role", format_args!("{name}: may {}", held.join(", ")));
    }
    for right in rights.missing().filter(|right| *right != Right::ReadAlerts) {
        let elsewhere = if right.is_of_subscription() { "" } else { " (a role on a resource group may do)" };
        let (words, needs) = (right.words(), right.needs());
        let may = if rights.has_part(right) { "may only in part" } else { "may not" };
        findings.good("role", format_args!("{name}: {may} {words}; it takes {needs}{elsewhere}"));
    }
}

fn terminal(findings: &mut Findings) {
    let term = std::env::var("TERM").unwrap_or_default();
    let size = crossterm::terminal::size();
    match size {
        Ok((width, height)) if width < 60 || height < 16 => findings.bad(
            "terminal",
            format_args!("{width}×{height} is too small: the screen needs 60×16; the commands work anyway"),
        ),
        Ok((width, height)) => {
            findings.good("terminal", format_args!("{}, {width}×{height}", SafeText::from(term)));
        }
        Err(_) => findings.good("terminal", "none: the commands work without one"),
    }
    if std::env::var_os("NO_COLOR").is_some() {
        findings.good("terminal", "NO_COLOR is set: no colours are used");
    }
}
