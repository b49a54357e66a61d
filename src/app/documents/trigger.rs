//! Section 4 of *Take action*: the logic apps, what one is sent, and what becomes of it.

use std::collections::HashMap;

use crate::app::command::{App, Command};
use crate::app::document::{Document, Piece, Role, safe, safe_cell};
use crate::app::documents::flow::Flow;
use crate::app::documents::json;
use crate::app::documents::moment::{self, clock, counted};
use crate::app::model::{Model, Page, Trigger, TriggerPrompt};
use crate::domain::automation::Verdict;
use crate::domain::logic_app::LogicApp;
use crate::domain::response::{Candidates, Outgoing, RunPhase, TriggerOutcome, TriggerRecord};
use crate::domain::rights::{Right, Verdict as Standing};
use crate::domain::table::Table;
use crate::domain::{AlertId, AlertKey, SafeStr, SafeText, thousands};

/// The widest column of names.
const NAMES: usize = 28;
/// The widest kind of trigger.
const KINDS: usize = 9;
/// Former triggers shown above the list.
const PAST: usize = 3;
/// What an unknown outcome means.
const UNKNOWN: &str = "An unknown one may have been taken, or not. It is not sent again by itself: look at the logic app's runs.";
/// Alerts whose bytes are laid out before a confirm; the rest is named.
const SHOWN: usize = 20;

/// The section: what was triggered, what can be, and what fires by itself.
pub fn page(model: &Model, width: usize) -> Page {
    let trigger = &model.respond.trigger;
    let mut flow = Flow::new(width);
    past(&mut flow, model);
    doubts(&mut flow, model);
    let mut items = apps(&mut flow, model, trigger);
    if let Some(found) = trigger.candidates.value() {
        // The cursor moves over these too, so that they can be read on a small screen; Enter means nothing there.
        automations(&mut flow, found, trigger, &mut items);
        faults(&mut flow, found, &mut items);
    }
    Page { document: flow.finish(), items }
}

/// What may be refused for want of a role, as far as that is known before trying: said once, of the first subscription
/// of which it is true.
fn doubts(flow: &mut Flow, model: &Model) {
    let Some(found) = model.respond.trigger.candidates.value() else { return };
    let why = found.apps.iter().filter_map(|app| app.id.subscription()).find_map(|subscription| match model
        .rights
        .verdict(&subscription, Right::TriggerLogicApp)
    {
        Standing::Doubtful(why) | Standing::MayNot(why) => Some((subscription, why)),
        Standing::May | Standing::Unknown => None,
    });
    if let Some((subscription, why)) = why {
        let mut line = safe(model.table.subscription_name(subscription.as_str()), Role::Strong);
        line.push(Piece::new(format!(": {why}."), Role::Strong));
        flow.wrap("  ", "  ", &line);
        flow.blank();
    }
}

/// The lines of the items that the cursor moves over.
type Items = Vec<std::ops::Range<usize>>;

/// What was triggered on the alert that is shown, the newest first.
fn past(flow: &mut Flow, model: &Model) {
    let Some(id) = model.respond.alert.and_then(|key| model.table.get(key)).map(|row| row.id()) else {
        return;
    };
    let rows: Vec<&TriggerRecord> =
        model.respond.trigger.rows.values().rev().filter(|record| record.alert == id).collect();
    if rows.is_empty() {
        return;
    }
    flow.words("Triggered on this alert", Role::Section);
    for record in rows.iter().take(PAST) {
        let mut line = safe(SafeStr(record.app.name()), Role::Body);
        line.push(Piece::from("  "));
        line.extend(standing(record));
        line.push(Piece::new(format!("  {}", moment::local(record.at, model.now)), Role::Dim));
        if !record.by.is_empty() {
            line.push(Piece::new("  by ", Role::Dim));
            line.extend(safe(record.by.as_safe(), Role::Dim));
        }
        flow.wrap("  ", "    ", &line);
    }
    if rows.iter().take(PAST).any(|record| record.outcome == TriggerOutcome::Unknown) {
        flow.wrap("  ", "  ", &[Piece::new(UNKNOWN, Role::Dim)]);
    }
    if rows.len() > PAST {
        flow.words(&format!("  and {} more", thousands(rows.len() - PAST)), Role::Dim);
    }
    flow.blank();
}

/// How a row stands: its outcome, its run's status, and why.
fn standing(record: &TriggerRecord) -> Vec<Piece> {
    let mut line = vec![outcome(record.outcome)];
    match (&record.status, &record.run) {
        (Some(status), _) => {
            line.push(Piece::new(" · run ", Role::Dim));
            let role = match status.phase() {
                RunPhase::Succeeded => Role::Good,
                RunPhase::Failed => Role::Error,
                RunPhase::Running | RunPhase::Cancelled | RunPhase::Unknown => Role::Strong,
            };
            line.extend(safe(status.0.as_safe(), role));
        }
        (None, Some(_)) => line.push(Piece::new(" · run started", Role::Dim)),
        (None, None) => {}
    }
    if !record.detail.is_empty() {
        line.push(Piece::from("  "));
        line.extend(safe(record.detail.as_safe(), Role::Body));
    }
    line
}

fn outcome(outcome: TriggerOutcome) -> Piece {
    let role = match outcome {
        TriggerOutcome::Done => Role::Good,
        TriggerOutcome::Failed | TriggerOutcome::Unknown => Role::Error,
        TriggerOutcome::Pending | TriggerOutcome::Sending => Role::Strong,
        TriggerOutcome::Cancelled => Role::Dim,
    };
    Piece::new(outcome.word(), role)
}

/// The logic apps. Returns the lines of each.
fn apps(flow: &mut Flow, model: &Model, trigger: &Trigger) -> Items {
    let remote = &trigger.candidates;
    let mut head = vec![Piece::new("Logic apps", Role::Section)];
    match &remote.known {
        _ if remote.is_loading() => head.push(Piece::new("  asking…", Role::Dim)),
        Some((_, at)) => head.push(Piece::new(format!("  as of {}", clock(*at, model.now)), Role::Dim)),
        None => {}
    }
    let on = model.list.marks.len();
    if on > 1 || on == 1 && model.respond.alert.is_some_and(|key| !model.list.marks.contains(key)) {
        let words = if on == 1 {
            "  for the marked alert".to_owned()
        } else {
            format!("  for the {} marked alerts", thousands(on))
        };
        head.push(Piece::new(words, Role::Strong));
    }
    flow.wrap("", "", &head);
    if let Some(fault) = &remote.fault {
        flow.wrap("  ", "  ", &safe(fault.message.as_safe(), Role::Error));
        let asks = model.settings.keymap.said(Command::App(App::Sync));
        flow.words(&format!("  {asks} asks again."), Role::Dim);
    }
    let Some(found) = remote.value() else { return Vec::new() };
    if found.apps.is_empty() {
        let words = "There is no consumption logic app in these subscriptions. One whose trigger takes a Defender \
                     for Cloud alert, or a plain request, would be listed here.";
        flow.wrap("  ", "  ", &[Piece::from(words)]);
        return Vec::new();
    }
    let names = found.apps.iter().map(|app| app.name.terminal_width()).max().unwrap_or(0);
    let column = names.min(NAMES).min(flow.width() / 2);
    let mut items = Vec::with_capacity(found.apps.len());
    for app in &found.apps {
        let from = flow.len();
        one(flow, app, found, column);
        items.push(from..flow.len());
    }
    items
}

/// One logic app: its name, what it takes, where it is; or why it cannot be triggered.
fn one(flow: &mut Flow, app: &LogicApp, found: &Candidates, column: usize) {
    let choice = app.choice();
    let role = if choice.is_ok() { Role::Body } else { Role::Dim };
    let mut head = vec![Piece::from("  ")];
    let name = safe_cell(app.name.as_safe(), column, role);
    let used = crate::app::document::line_width(&name);
    head.extend(name);
    head.push(Piece::from(" ".repeat((column + 2).saturating_sub(used)).as_str()));
    let rest = " ".repeat(column + 4);
    let mut line = Vec::new();
    match choice {
        Ok(trigger) => {
            line.push(Piece::new(format!("{:KINDS$}", trigger.kind.label()), Role::Strong));
            line.extend(safe(found.subscription_name(&app.id).as_safe(), Role::Body));
            line.push(Piece::new(" · ", Role::Dim));
            line.extend(safe(SafeStr(app.id.group().unwrap_or_default()), Role::Dim));
        }
        Err(why) => line.extend(safe(SafeText::from(why.to_string()).as_safe(), Role::Dim)),
    }
    flow.wrap_after(&head, &[Piece::from(rest.as_str())], &line);
}

/// The automations that fire for such an alert by themselves.
fn automations(flow: &mut Flow, found: &Candidates, trigger: &Trigger, items: &mut Items) {
    flow.blank();
    flow.words("Fires by itself for such an alert", Role::Section);
    let Some(event) = trigger.outgoing.value().and_then(|outgoing| outgoing.events.first()) else {
        let words = match (&trigger.outgoing.fault, trigger.outgoing.value()) {
            (Some(fault), _) => fault.message.to_string(),
            (None, Some(outgoing)) => {
                outgoing.left_out.first().map(|(_, why)| why.to_string()).unwrap_or_default()
            }
            (None, None) => "loading…".to_owned(),
        };
        let from = flow.len();
        flow.words(&format!("  {words}"), Role::Dim);
        return items.push(from..flow.len());
    };
    let firing = found.automations_for(event);
    if firing.is_empty() {
        let from = flow.len();
        let words =
            if found.faults.is_empty() { "no workflow automation" } else { "none that could be read" };
        flow.words(&format!("  {words}"), Role::Dim);
        items.push(from..flow.len());
    }
    for (automation, verdict) in firing {
        let mut line = safe(automation.name.as_safe(), Role::Body);
        for (at, app) in automation.logic_apps().enumerate() {
            line.push(Piece::new(if at == 0 { " → " } else { ", " }, Role::Dim));
            line.extend(safe(SafeStr(app.name()), Role::Strong));
        }
        if let Verdict::Unclear(rule) = &verdict {
            line.push(Piece::new("  perhaps: quell does not understand the rule ", Role::Error));
            line.extend(safe(rule.as_safe(), Role::Body));
        }
        if !automation.description.is_empty() {
            line.push(Piece::from("  "));
            line.extend(safe(automation.description.as_safe(), Role::Dim));
        }
        let from = flow.len();
        flow.wrap("  ", "    ", &line);
        items.push(from..flow.len());
    }
}

/// The subscriptions that could not be asked.
fn faults(flow: &mut Flow, found: &Candidates, items: &mut Items) {
    if found.faults.is_empty() {
        return;
    }
    flow.blank();
    flow.words("Not asked to the end", Role::Section);
    for (subscription, fault) in &found.faults {
        let mut line = safe(subscription.name.as_safe(), Role::Body);
        line.push(Piece::from("  "));
        line.extend(safe(fault.message.as_safe(), Role::Error));
        let from = flow.len();
        flow.wrap("  ", "    ", &line);
        items.push(from..flow.len());
    }
}

/// The head of the question: always in sight, however far the text below is scrolled.
pub fn title(prompt: &TriggerPrompt) -> String {
    // What is left out is not counted.
    let count = prompt.outgoing.value().map_or_else(|| prompt.keys().len(), |outgoing| outgoing.events.len());
    let on = if prompt.all { counted(count, "alert") } else { "this alert".to_owned() };
    format!("Trigger {} on {on}?", prompt.name)
}

/// The question: what happens, and exactly what is sent.
pub fn prompt(prompt: &TriggerPrompt, table: &Table, width: usize) -> Document {
    let mut flow = Flow::new(width);
    let mut line = vec![Piece::from("A confirm sends what is below to ")];
    line.extend(safe(prompt.name.as_safe(), Role::Strong));
    line.push(Piece::from(" ("));
    line.extend(safe(prompt.subscription.as_safe(), Role::Body));
    line.push(Piece::from("), trigger "));
    line.extend(safe(prompt.trigger.name.as_safe(), Role::Body));
    line.push(Piece::from(if prompt.all { ", once for each alert. " } else { ", once. " }));
    line.push(Piece::from("What the logic app does then cannot be undone here."));
    flow.wrap("", "", &line);
    if !prompt.marked.is_empty() {
        let other = if prompt.all { "m: only the alert shown" } else { "m: the marked alerts" };
        flow.words(other, Role::Dim);
    }
    flow.blank();
    if let Some(fault) = &prompt.outgoing.fault {
        flow.wrap("", "", &safe(fault.message.as_safe(), Role::Error));
    }
    match prompt.outgoing.value() {
        Some(outgoing) => sent(&mut flow, outgoing, &Titles::of(&prompt.keys(), table)),
        None if prompt.outgoing.is_loading() => flow.words("loading what would be sent…", Role::Dim),
        None => {}
    }
    flow.finish()
}

fn sent(flow: &mut Flow, outgoing: &Outgoing, titles: &Titles<'_>) {
    for (id, why) in &outgoing.left_out {
        let mut line = vec![Piece::new("left out: ", Role::Error)];
        line.extend(safe(SafeStr(id.name()), Role::Body));
        line.push(Piece::from("  "));
        line.extend(safe(why.as_safe(), Role::Body));
        flow.wrap("", "  ", &line);
    }
    flow.blank();
    let count = outgoing.events.len();
    for (at, event) in outgoing.events.iter().enumerate() {
        let mut line = Vec::new();
        if count > 1 {
            line.push(Piece::new(format!("{} of {}  ", at + 1, thousands(count)), Role::Dim));
        }
        line.extend(titles.title(&event.id));
        line.push(Piece::new(format!("  {}", counted(event.body.len(), "byte")), Role::Dim));
        flow.wrap("", "  ", &line);
        if at < SHOWN {
            for line in json(&event.body, "", flow.width()).lines {
                flow.line(line);
            }
            flow.blank();
        }
    }
    if count > SHOWN {
        flow.blank();
        flow.words(
            &format!(
                "The bytes of the first {SHOWN} are shown; `quell respond` with `--dry-run` prints all."
            ),
            Role::Dim,
        );
    }
}

/// The titles of some alerts. An alert is found in the list by its key; by its id the whole list would be searched.
struct Titles<'a>(HashMap<AlertId, SafeStr<'a>>);

impl<'a> Titles<'a> {
    fn of(keys: &[AlertKey], table: &'a Table) -> Self {
        let rows = keys.iter().filter_map(|key| table.get(*key));
        Self(rows.map(|row| (row.id(), row.title())).collect())
    }

    /// An alert's title, or its name when it is not in the list any more.
    fn title(&self, id: &AlertId) -> Vec<Piece> {
        match self.0.get(id).filter(|title| !title.0.is_empty()) {
            Some(title) => safe(*title, Role::Strong),
            None => safe(SafeStr(id.name()), Role::Strong),
        }
    }
}

/// What became of each alert of a confirm.
pub fn outcomes(model: &Model, number: u64, width: usize) -> Document {
    let mut flow = Flow::new(width);
    let trigger = &model.respond.trigger;
    let Some(confirmed) = trigger.confirmed.iter().find(|one| one.number == number) else {
        return flow.finish();
    };
    let rows: Vec<&TriggerRecord> = confirmed.rows.iter().filter_map(|row| trigger.rows.get(row)).collect();
    let mut head = safe(confirmed.app.as_safe(), Role::Strong);
    head.push(Piece::from(format!(" on {}:  ", counted(confirmed.alerts, "alert")).as_str()));
    head.extend(counts(&rows));
    flow.wrap("", "  ", &head);
    if confirmed.running {
        let words = if confirmed.cancelling {
            "cancelling; what was sent stays"
        } else {
            "ctrl-c stops what is not sent yet"
        };
        flow.words(words, Role::Dim);
    }
    if rows.iter().any(|record| record.outcome == TriggerOutcome::Unknown) {
        flow.words(UNKNOWN, Role::Error);
    }
    flow.blank();
    let titles = Titles::of(&confirmed.keys, &model.table);
    for record in rows {
        let mut line = titles.title(&record.alert);
        line.push(Piece::from("  "));
        line.extend(standing(record));
        flow.wrap("", "    ", &line);
    }
    flow.finish()
}

/// `9 done  1 failed`.
fn counts(rows: &[&TriggerRecord]) -> Vec<Piece> {
    let mut line = Vec::new();
    for one in TriggerOutcome::ALL {
        let count = rows.iter().filter(|record| record.outcome == one).count();
        if count > 0 {
            let word = outcome(one);
            line.push(Piece::new(format!("{} {}  ", thousands(count), word.text), word.role));
        }
    }
    line
}
