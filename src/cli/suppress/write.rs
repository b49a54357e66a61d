//! Writing rules: simulated, asked, written, read back.

use chrono::Utc;
use serde_json::{Map, Value, json};

use crate::azure::{ApiError, ArmClient};
use crate::cli::act::{confirmed, deliver, report as report_change};
use crate::cli::args::{Act, Global};
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, say};
use crate::cli::suppress::args::{Add, Edit, Switch};
use crate::cli::suppress::{draft, matched_one, report, rules};
use crate::cli::{json as machine, workspace};
use crate::domain::change::{NewChange, plan};
use crate::domain::key_set::KeySet;
use crate::domain::record::DeedKind;
use crate::domain::suppression::{Draft, Rule, Simulation, State, Stored, reason, warnings};
use crate::domain::{Status, thousands};
use crate::runtime::open::Workspace;
use crate::runtime::{deeds, now};

/// How rules are to be written.
#[derive(Debug, Clone, Copy)]
enum Way<'a> {
    /// They must not be there yet.
    Create,
    /// In the place of the rule that they were made from.
    Replace(&'a Rule),
}

/// Creates rules.
pub(super) async fn add(
    workspace: &Workspace,
    global: &Global,
    add: &Add,
    out: &mut Out,
) -> Result<Exit, CliError> {
    workspace::writable(workspace)?;
    // A name of its own is looked for only where quell chooses the name.
    let client = workspace::client(workspace).await?;
    let taken = match &add.name {
        Some(_) => Vec::new(),
        None => rules::all(workspace, &client, &add.subscription).await?,
    };
    let taken: Vec<&str> = taken.iter().map(|rule| rule.name.raw()).collect();
    let draft = draft::added(workspace, add, &taken).await?;
    let asked = Asked { way: Way::Create, dismiss: add.dismiss_matching, act: &add.act };
    write(workspace, global, &client, &draft, asked, out).await
}

/// Changes parts of a rule.
pub(super) async fn edit(
    workspace: &Workspace,
    global: &Global,
    edit: &Edit,
    out: &mut Out,
) -> Result<Exit, CliError> {
    if !(edit.about.is_named() || edit.words.is_named() || edit.dismiss_matching) {
        return Err(CliError::usage(
            "say what to change: --type, --from, --entity, --entity-contains, --no-entity, --reason, --comment or \
             --expires",
        ));
    }
    workspace::writable(workspace)?;
    let client = workspace::client(workspace).await?;
    let rule = rules::one(workspace, &client, &edit.named).await?;
    let draft = draft::edited(workspace, &rule, edit).await?;
    if draft == Draft::of(&rule) && !edit.dismiss_matching {
        return Err(CliError::usage(format_args!("nothing changes: {} is so already", rule.name)));
    }
    if rule.state == State::Expired && draft.expires.is_none_or(|end| end > now().utc) {
        say("its time was over: with the new end it works again");
    }
    let asked = Asked { way: Way::Replace(&rule), dismiss: edit.dismiss_matching, act: &edit.act };
    write(workspace, global, &client, &draft, asked, out).await
}

/// Stops a rule, and keeps it.
pub(super) async fn disable(
    workspace: &Workspace,
    global: &Global,
    switch: &Switch,
    out: &mut Out,
) -> Result<Exit, CliError> {
    turn(workspace, global, switch, out, |rule| Ok(Rule { state: State::Disabled, ..rule })).await
}

/// Lets a rule work again; one whose time is over needs a new end.
pub(super) async fn enable(
    workspace: &Workspace,
    global: &Global,
    switch: &Switch,
    expires: Option<&str>,
    out: &mut Out,
) -> Result<Exit, CliError> {
    turn(workspace, global, switch, out, |rule| {
        let mut rule = Rule { state: State::Enabled, ..rule };
        if let Some(text) = expires {
            rule.expires = draft::expires(text)?;
        }
        if rule.expires.is_some_and(|end| end <= now().utc) {
            return Err(CliError::usage(
                "its time is over: give a new end by --expires, such as --expires 30d",
            ));
        }
        Ok(rule)
    })
    .await
}

/// Writes a rule with one thing changed, without a simulation: what it matches does not change.
async fn turn(
    workspace: &Workspace,
    global: &Global,
    switch: &Switch,
    out: &mut Out,
    change: impl FnOnce(Rule) -> Result<Rule, CliError>,
) -> Result<Exit, CliError> {
    workspace::writable(workspace)?;
    let (client, by) = workspace::connect(workspace).await?;
    let rule = rules::one(workspace, &client, &switch.named).await?;
    let shown = rule.clone();
    let rule = change(rule)?;
    let question = format!("Set {} from {} to {}?", rule.name, shown.state.api_name(), rule.state.api_name());
    if !confirmed(&act(switch.yes), &question)? {
        say("nothing was changed");
        return Ok(Exit::Done);
    }
    let stored = client.replace_suppression_rule(&shown, &rule).await?;
    workspace::audit(workspace, &by, deeds::stored(DeedKind::RuleEdited, &stored)).await;
    if global.json {
        out.line(machine::text(&report::stored(&stored, &workspace.table)))?;
    } else {
        report::print(&report::stored_text(&stored, &workspace.table), out)?;
    }
    Ok(Exit::Done)
}

/// Deletes a rule.
pub(super) async fn delete(
    workspace: &Workspace,
    global: &Global,
    switch: &Switch,
    out: &mut Out,
) -> Result<Exit, CliError> {
    workspace::writable(workspace)?;
    let (client, by) = workspace::connect(workspace).await?;
    let rule = rules::one(workspace, &client, &switch.named).await?;
    let place = workspace.table.subscription_name(rule.subscription.as_str());
    if !confirmed(&act(switch.yes), &format!("Delete the rule {} of {place}?", rule.name))? {
        say("nothing was changed");
        return Ok(Exit::Done);
    }
    let unsure = client.delete_suppression_rule(&rule).await?;
    workspace::audit(workspace, &by, deeds::rule(DeedKind::RuleDeleted, &rule, unsure.as_ref())).await;
    if let Some(why) = &unsure {
        say(format_args!("deleting {} was accepted, and is not confirmed: {why}", rule.name));
    }
    if global.json {
        out.line(machine::text(
            &json!({ "deleted": rule.name.raw(), "subscription": rule.subscription.as_str(),
                "confirmed": unsure.is_none() }),
        ))?;
    } else {
        out.line(format_args!("deleted: {}; alerts that it dismissed stay dismissed", rule.name))?;
    }
    Ok(Exit::Done)
}

fn act(yes: bool) -> Act {
    Act { yes, wait: false, timeout: crate::cli::act::ONE_TRY }
}

/// What is to be done with a draft.
#[derive(Clone, Copy)]
struct Asked<'a> {
    way: Way<'a>,
    dismiss: bool,
    act: &'a Act,
}

async fn write(
    workspace: &Workspace,
    global: &Global,
    client: &ArmClient,
    draft: &Draft,
    asked: Asked<'_>,
    out: &mut Out,
) -> Result<Exit, CliError> {
    let simulation = matched_one(workspace, draft.scope()).await?;
    let warnings = warnings(draft, Some(&simulation));
    if !global.json {
        report::print(&report::simulation_text(&simulation, &warnings), out)?;
        out.line("")?;
        out.finish()?;
    }
    let rules = draft.rules();
    if !confirmed(asked.act, &question(&rules, &simulation, asked))? {
        say("nothing was changed");
        return Ok(Exit::Done);
    }
    let by = workspace::name(workspace, client).await?;
    // What cannot be printed must not stop what was asked for: it is said when everything is done.
    let mut printed = Ok(());
    let mut outcomes = Vec::with_capacity(rules.len());
    for rule in &rules {
        let (kind, outcome) = match asked.way {
            Way::Create => (DeedKind::RuleCreated, client.create_suppression_rule(rule).await),
            Way::Replace(before) => {
                (DeedKind::RuleEdited, client.replace_suppression_rule(before, rule).await)
            }
        };
        if let Ok(stored) = &outcome {
            workspace::audit(workspace, &by, deeds::stored(kind, stored)).await;
        }
        if !global.json {
            if !outcomes.is_empty() {
                printed = printed.and(out.line(""));
            }
            printed = printed.and(said(workspace, rule, outcome.as_ref(), out));
        }
        outcomes.push(outcome);
    }
    let failed = outcomes.iter().any(Result::is_err);
    let mut exit = ended(&outcomes);
    let mut change = None;
    if asked.dismiss && failed {
        say("no alert is dismissed, because not every rule was stored");
    } else if asked.dismiss {
        change = dismiss(workspace, draft, &simulation, asked.act).await?;
        exit = change.as_ref().map_or(exit, |(_, _, sent)| *sent);
    }
    printed?;
    if global.json {
        let written: Vec<Value> = rules
            .iter()
            .zip(&outcomes)
            .map(|(rule, outcome)| match outcome {
                Ok(stored) => report::stored(stored, &workspace.table),
                Err(error) => json!({ "name": rule.name.raw(), "subscription": rule.subscription.as_str(),
                    "type": rule.alert_type.raw(), "error": error.to_string() }),
            })
            .collect();
        let mut value = Map::new();
        value.insert("simulation".to_owned(), report::simulation(&simulation, &warnings));
        value.insert("rules".to_owned(), written.into());
        if asked.dismiss {
            let dismissed =
                change.map(|(id, tally, _)| json!({ "change": id, "outcomes": machine::tally(&tally) }));
            value.insert("dismissed".to_owned(), dismissed.into());
        }
        out.line(machine::text(&Value::Object(value)))?;
    } else if let Some((id, tally, _)) = change {
        report_change(global, id, &tally, out)?;
    }
    Ok(exit)
}

fn question(rules: &[Rule], simulation: &Simulation, asked: Asked<'_>) -> String {
    let verb = if matches!(asked.way, Way::Create) { "Create" } else { "Change" };
    let what = match rules {
        [one] => format!("the rule {}", one.name),
        several => format!("{} rules", several.len()),
    };
    let open = if asked.dismiss {
        format!(", and dismiss {} open alerts", thousands(simulation.open.len()))
    } else {
        String::new()
    };
    format!("{verb} {what}{open}?")
}

/// Says what became of one rule.
fn said(
    workspace: &Workspace,
    rule: &Rule,
    outcome: Result<&Stored, &ApiError>,
    out: &mut Out,
) -> Result<(), CliError> {
    match outcome {
        Ok(stored) => {
            report::print(&report::stored_text(stored, &workspace.table), out)?;
            let how = match &stored.unread {
                Some(_) => "was accepted",
                None if stored.differences.is_empty() => "is stored as shown",
                None => "is stored, but not as asked",
            };
            say(format_args!("{} {how}; it takes effect within about 10 minutes", rule.name));
        }
        Err(error) => say(format_args!("{}: not stored: {error}", rule.name)),
    }
    out.finish()
}

/// How writing ended: by the first rule that was not stored.
fn ended(outcomes: &[Result<Stored, ApiError>]) -> Exit {
    let first = outcomes.iter().find_map(|outcome| outcome.as_ref().err());
    first.map_or(Exit::Done, |error| CliError::from(error.clone()).exit)
}

/// Dismisses the matching open alerts as a change like any other: queued, verified, to be undone. None without any.
async fn dismiss(
    workspace: &Workspace,
    draft: &Draft,
    simulation: &Simulation,
    act: &Act,
) -> Result<Option<(crate::domain::ChangeId, crate::domain::change::Tally, Exit)>, CliError> {
    let plan = plan(&workspace.table, &simulation.open, Status::Dismissed, &KeySet::default());
    let alerts = plan.targets.len();
    if alerts == 0 {
        say("no matching alert is open");
        return Ok(None);
    }
    let change = NewChange {
        targets: plan.targets(),
        status: Some(Status::Dismissed),
        reason: Some(reason::of_dismissal(draft.reason.raw())),
        comment: format!("matches the suppression rule {}", draft.name.raw()).into(),
        filter: String::new(),
        tenant: plan.tenant().clone(),
        undoes: None,
        take: false,
        by: workspace::who(workspace).await,
        at: Utc::now(),
    };
    let change = workspace.store.call(move |store| store.queue(&change)).await??;
    let (tally, exit) = deliver(workspace, change, alerts, act).await?;
    Ok(Some((change, tally, exit)))
}
