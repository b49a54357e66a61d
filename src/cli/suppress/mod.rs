//! `quell suppress`: suppression rules, and what a rule would have matched.

pub mod args;
mod draft;
mod report;
mod rules;
mod write;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::cli::args::Global;
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, columns, say};
use crate::cli::{json as machine, select, workspace};
use crate::domain::suppression::{Draft, Rule, Scope, Simulation, expiry, warnings};
use crate::domain::thousands;
use crate::runtime::open::Workspace;
use crate::runtime::simulate;
use args::{Named, Simulate, Suppress};

/// Carries a subcommand out.
pub async fn run(global: &Global, command: Suppress, out: &mut Out) -> Result<Exit, CliError> {
    workspace::using(global, async |workspace| match command {
        Suppress::List { subscription, alert_type } => {
            list(workspace, global, &subscription, alert_type.as_deref(), out).await
        }
        Suppress::Show(named) => show(workspace, global, &named, out).await,
        Suppress::Simulate(args) => simulated(workspace, global, &args, out).await,
        Suppress::Add(add) => write::add(workspace, global, &add, out).await,
        Suppress::Edit(edit) => write::edit(workspace, global, &edit, out).await,
        Suppress::Disable(switch) => write::disable(workspace, global, &switch, out).await,
        Suppress::Enable { switch, expires } => {
            write::enable(workspace, global, &switch, expires.as_deref(), out).await
        }
        Suppress::Delete(switch) => write::delete(workspace, global, &switch, out).await,
    })
    .await
}

/// What rules would have matched of the cached alerts, each in its place.
async fn matched(workspace: &Workspace, scopes: Vec<Scope>) -> Result<Vec<Simulation>, CliError> {
    select::say_never_synced(workspace).await;
    let table = Arc::clone(&workspace.table);
    let found = simulate::simulate(&workspace.store, table, scopes, || false).await;
    Ok(found.map_err(CliError::failed)?.unwrap_or_default())
}

/// What one rule would have matched.
async fn matched_one(workspace: &Workspace, scope: Scope) -> Result<Simulation, CliError> {
    Ok(matched(workspace, vec![scope]).await?.pop().unwrap_or_default())
}

async fn list(
    workspace: &Workspace,
    global: &Global,
    named: &[String],
    alert_type: Option<&str>,
    out: &mut Out,
) -> Result<Exit, CliError> {
    let client = workspace::client(workspace).await?;
    let mut rules = rules::all(workspace, &client, named).await?;
    if let Some(kind) = alert_type {
        rules.retain(|rule| rule.alert_type.raw().eq_ignore_ascii_case(kind));
    }
    let simulations = matched(workspace, rules.iter().map(Scope::from).collect()).await?;
    let both = || rules.iter().zip(&simulations);
    if global.json {
        let values = both().map(|(rule, simulation)| {
            let mut value = report::rule(rule, &workspace.table);
            value["matched"] = simulation.matched.into();
            value
        });
        out.line(machine::text(&Value::Array(values.collect())))?;
        return Ok(Exit::Done);
    }
    if rules.is_empty() {
        say("there is no suppression rule");
        return Ok(Exit::Done);
    }
    let mut table = columns(&["Rule", "State", "Type", "Reason", "Expires", "Subscription", "Matches"]);
    for (rule, simulation) in both() {
        table.add_row([
            rule.name.to_string(),
            rule.state.api_name().to_owned(),
            rule.alert_type.truncate(40),
            rule.reason.truncate(28),
            expiry::words(rule.expires),
            workspace.table.subscription_name(rule.subscription.as_str()).truncate(24),
            thousands(simulation.matched),
        ]);
    }
    for line in table.lines() {
        out.line(line.trim_end())?;
    }
    Ok(Exit::Done)
}

async fn show(
    workspace: &Workspace,
    global: &Global,
    named: &Named,
    out: &mut Out,
) -> Result<Exit, CliError> {
    let client = workspace::client(workspace).await?;
    let rule = rules::one(workspace, &client, named).await?;
    with_simulation(workspace, global, &rule, out).await
}

/// A rule, and what it matches of the cached alerts.
async fn with_simulation(
    workspace: &Workspace,
    global: &Global,
    rule: &Rule,
    out: &mut Out,
) -> Result<Exit, CliError> {
    let draft = Draft::of(rule);
    let simulation = matched_one(workspace, draft.scope()).await?;
    let warnings = warnings(&draft, Some(&simulation));
    if global.json {
        let mut value = report::rule(rule, &workspace.table);
        value["simulation"] = report::simulation(&simulation, &warnings);
        out.line(machine::text(&value))?;
        return Ok(Exit::Done);
    }
    report::print(&report::rule_text(rule, &workspace.table), out)?;
    out.line("")?;
    report::print(&report::simulation_text(&simulation, &warnings), out)?;
    Ok(Exit::Done)
}

async fn simulated(
    workspace: &Workspace,
    global: &Global,
    args: &Simulate,
    out: &mut Out,
) -> Result<Exit, CliError> {
    let mut draft = match &args.name {
        Some(name) => {
            let client = workspace::client(workspace).await?;
            let named = Named { name: name.clone(), subscription: args.subscription.first().cloned() };
            Draft::of(&rules::one(workspace, &client, &named).await?)
        }
        None => draft::simulated(workspace, args).await?,
    };
    if let Some(text) = &args.words.expires {
        draft.expires = draft::expires(text)?;
    }
    let simulation = matched_one(workspace, draft.scope()).await?;
    if args.ids {
        return ids(workspace, global, &simulation, out);
    }
    let warnings = warnings(&draft, Some(&simulation));
    if global.json {
        out.line(machine::text(&report::simulation(&simulation, &warnings)))?;
    } else {
        report::print(&report::simulation_text(&simulation, &warnings), out)?;
    }
    Ok(Exit::Done)
}

/// The alerts that match.
fn ids(
    workspace: &Workspace,
    global: &Global,
    simulation: &Simulation,
    out: &mut Out,
) -> Result<Exit, CliError> {
    let ids = simulation.matches.iter().filter_map(|key| workspace.table.get(*key)).map(|row| row.id());
    if global.json {
        let ids: Vec<_> = ids.collect();
        let ids: Vec<&str> = ids.iter().map(crate::domain::AlertId::as_str).collect();
        out.line(machine::text(&json!(ids)))?;
    } else {
        ids.into_iter().try_for_each(|id| out.id(id.as_str()))?;
    }
    Ok(Exit::Done)
}
