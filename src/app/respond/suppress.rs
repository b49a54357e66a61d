//! Section 5, *Suppress similar alerts*: a rule from this alert, and the rules that are about its type.

use crate::app::command::{Command, Suppress};
use crate::app::details;
use crate::app::document::{Piece, Role, safe};
use crate::app::documents::flow::Flow;
use crate::app::documents::suppression::state;
use crate::app::model::{Model, Overlay, Page, RulesScreen};
use crate::app::{Effects, suppress};
use crate::domain::suppression::{Matcher, Rule, Scope, expiry};
use crate::domain::{Alert, SafeStr};

/// The section is shown: asks for the rules if they are not known.
pub(super) fn shown(model: &mut Model, out: &mut Effects) {
    if model.respond.suppress.rules.is_unasked() {
        suppress::ask_rules(model, out);
    }
}

/// Asks for the rules once more.
pub(super) fn again(model: &mut Model, out: &mut Effects) {
    suppress::ask_rules(model, out);
}

/// The rules of the alert's subscription that are about its type, each with its place in the list of all.
fn about<'m>(model: &'m Model, alert: &Alert) -> Vec<(usize, &'m Rule)> {
    let Some(list) = model.respond.suppress.rules.value() else { return Vec::new() };
    let subscription = alert.id.subscription();
    let covers = |rule: &Rule| {
        Some(&rule.subscription) == subscription.as_ref()
            && Matcher::new(&Scope::from(rule)).covers_type(alert.alert_type.raw())
    };
    list.rules.iter().enumerate().filter(|(_, rule)| covers(rule)).collect()
}

/// Opens what is under the cursor: the form, a rule in the list, or the list.
pub(super) fn enter(model: &mut Model, out: &mut Effects) {
    let Some(detail) = details::current(model) else { return };
    let rules: Vec<usize> = about(model, &detail.alert).into_iter().map(|(place, _)| place).collect();
    let item = model.respond.place.item;
    if item == 0 {
        return suppress::open(model, out);
    }
    suppress::open_rules(model, out);
    if let (Some(place), Some(Overlay::Rules(screen))) = (rules.get(item - 1), model.overlays.last_mut()) {
        **screen = RulesScreen { chosen: *place, open: Some(0), ..RulesScreen::default() };
    }
}

/// Lays the section out.
pub(super) fn page(model: &Model, width: usize) -> Page {
    let mut flow = Flow::new(width);
    let Some(detail) = details::current(model) else {
        flow.words("  loading…", Role::Dim);
        return Page { document: flow.finish(), items: Vec::new() };
    };
    let mut items = Vec::new();
    let from = flow.len();
    let opens = model.settings.keymap.shown(Command::Suppress(Suppress::New));
    flow.wrap(
        "  ",
        "  ",
        &[Piece::new("New rule from this alert", Role::Strong), Piece::new(format!("   {opens}"), Role::Key)],
    );
    let words = "filled in from its type and entities; shows what it would have matched before it is made";
    flow.wrap("  ", "  ", &[Piece::new(words, Role::Dim)]);
    if let Some(why) = suppress::refusal(model, detail.alert.id.subscription().as_slice()) {
        flow.wrap("  ", "  ", &safe(SafeStr(&why), Role::Error));
    }
    items.push(from..flow.len());
    flow.blank();
    flow.section("  Rules about this type");
    let known = &model.respond.suppress.rules;
    for (_, rule) in about(model, &detail.alert) {
        let from = flow.len();
        one(&mut flow, rule, &detail.alert, model);
        items.push(from..flow.len());
    }
    if items.len() == 1 {
        let words = match known.value() {
            Some(_) => "none",
            None if known.is_loading() => "asking for the rules…",
            None => "not known",
        };
        flow.words(&format!("  {words}"), Role::Dim);
    }
    if let Some(fault) = &known.fault {
        let why = safe(fault.message.as_safe(), Role::Error);
        flow.wrap("  ", "  ", &why);
    }
    flow.blank();
    let from = flow.len();
    let all = known.value().map_or_else(String::new, |list| format!(" ({})", list.rules.len()));
    let words = format!("All suppression rules{all}: show, edit, switch, extend, delete");
    flow.wrap("  ", "    ", &[Piece::new(words, Role::Body)]);
    items.push(from..flow.len());
    Page { document: flow.finish(), items }
}

fn one(flow: &mut Flow, rule: &Rule, alert: &Alert, model: &Model) {
    let mut line = safe(rule.name.as_safe(), Role::Strong);
    line.push(Piece::from("  "));
    line.extend(state(rule, model.now));
    let ends = match rule.expires {
        Some(_) => format!("  until {}", expiry::words(rule.expires)),
        None => "  never ends".to_owned(),
    };
    line.push(Piece::new(ends, Role::Dim));
    flow.wrap("  ", "    ", &line);
    let matches = Matcher::new(&Scope::from(rule)).matches(&alert.entities);
    let words = if matches { "matches this alert" } else { "does not match this alert" };
    flow.words(&format!("    {words}"), if matches { Role::Body } else { Role::Dim });
}
