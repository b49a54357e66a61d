//! The list of suppression rules: shown, edited, switched, extended, deleted.

use std::sync::Arc;

use super::{Order, Purpose, Written, ask, ask_rules, edit, refusal};
use crate::app::key::{Code, Key};
use crate::app::layout;
use crate::app::message::Question;
use crate::app::model::{Deed, Model, Overlay, RulesScreen};
use crate::app::notice::fail;
use crate::app::overlays::{close, movement};
use crate::app::{Effects, documents, list};
use crate::domain::suppression::{Draft, Rule, Scope, Simulation, State, expiry, warnings};

/// Opens the list, with what was known, and asks anew.
pub(in crate::app) fn open(model: &mut Model, out: &mut Effects) {
    model.overlays.push(Overlay::Rules(Box::default()));
    ask_rules(model, out);
}

/// The rules came: what do they match?
pub(super) fn listed(model: &mut Model, out: &mut Effects) {
    settle(model);
    let scopes: Vec<Scope> = model
        .respond
        .suppress
        .rules
        .value()
        .map(|list| list.rules.iter().map(Scope::from).collect())
        .unwrap_or_default();
    if scopes.is_empty() || screen(model).is_none() {
        return;
    }
    let table = Arc::clone(&model.table);
    let question = ask(model, Order::Simulate(Purpose::Rules, table, scopes), out);
    model.respond.suppress.matches.ask(question);
}

fn screen(model: &mut Model) -> Option<&mut RulesScreen> {
    model.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Rules(screen) => Some(&mut **screen),
        _ => None,
    })
}

/// The rule under the cursor.
fn chosen(model: &Model) -> Option<&Rule> {
    let Some(Overlay::Rules(screen)) = model.overlays.last() else { return None };
    model.respond.suppress.rules.value()?.rules.get(screen.chosen)
}

/// The rule under the cursor and what it matches, if that is known.
pub fn shown<'m>(model: &'m Model, screen: &RulesScreen) -> Option<(&'m Rule, Option<&'m Simulation>)> {
    let known = &model.respond.suppress;
    let rule = known.rules.value()?.rules.get(screen.chosen)?;
    let matches = known.matches.value().filter(|_| !known.matches.is_loading());
    Some((rule, matches.and_then(|matches| matches.get(screen.chosen))))
}

/// The rule under the cursor, with what it matches, as text.
pub fn document(model: &Model, screen: &RulesScreen, width: usize) -> crate::app::document::Document {
    let Some((rule, simulation)) = shown(model, screen) else {
        return crate::app::document::Document::default();
    };
    let place = model.table.subscription_name(rule.subscription.as_str());
    let mut document = documents::suppression::rule(rule, place, model.now, width);
    if let Some(simulation) = simulation {
        let warnings = warnings(&Draft::of(rule), Some(simulation));
        document.lines.push(Vec::new());
        document.lines.extend(documents::suppression::simulation(simulation, &warnings, width).lines);
    }
    document
}

/// Keeps cursor and scroll position inside what there is.
fn settle(model: &mut Model) {
    let count = model.respond.suppress.rules.value().map_or(0, |list| list.rules.len());
    let rows = layout::Rules::new(model.size, count).list.rows().saturating_sub(1).max(1);
    if let Some(screen) = screen(model) {
        screen.chosen = screen.chosen.min(count.saturating_sub(1));
        screen.offset = screen.offset.min(screen.chosen).max((screen.chosen + 1).saturating_sub(rows));
    }
}

/// A key.
pub(in crate::app) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(Overlay::Rules(screen)) = model.overlays.last_mut() else { return };
    if screen.asking.is_some() {
        return answer(model, key, out);
    }
    if let Some(step) = movement(key) {
        return walk(model, step);
    }
    let free = screen.doing.is_none();
    match key.unmodified() {
        Some(Code::Esc | Code::Char('q')) => match screen.open.take() {
            Some(_) => {}
            None => close(model),
        },
        Some(Code::Enter) => screen.open = screen.open.map_or(Some(0), |_| None),
        Some(Code::Char('R')) => ask_rules(model, out),
        Some(Code::Char(letter @ ('e' | 's' | '+' | 'D'))) if free => begin(model, letter, out),
        _ => {}
    }
    settle(model);
}

fn walk(model: &mut Model, step: crate::app::command::Move) {
    let count = model.respond.suppress.rules.value().map_or(0, |list| list.rules.len());
    let area = layout::Rules::new(model.size, count);
    let Some(Overlay::Rules(screen)) = model.overlays.last() else { return };
    let lines = screen.open.map(|offset| (offset, document(model, screen, area.whole.columns()).len()));
    let Some(Overlay::Rules(screen)) = model.overlays.last_mut() else { return };
    match lines {
        Some((offset, lines)) => {
            let last = area.whole.last_offset(lines);
            screen.open = Some(list::target(offset, last, step, area.whole.rows().max(1)));
        }
        None => {
            screen.chosen =
                list::target(screen.chosen, count.saturating_sub(1), step, area.list.rows().max(1));
        }
    }
    settle(model);
}

/// Begins what a letter means for the rule under the cursor; all but editing ask first.
fn begin(model: &mut Model, letter: char, out: &mut Effects) {
    let Some(rule) = chosen(model).cloned() else { return };
    if let Some(why) = refusal(model, std::slice::from_ref(&rule.subscription)) {
        return fail(model, why, out);
    }
    let now = model.now.utc;
    let over = rule.expires.is_some_and(|end| end <= now);
    let deed = match letter {
        'e' => return edit(model, &rule, out),
        'D' => Deed::Delete(Box::new(rule)),
        '+' => match rule.expires {
            None => return fail(model, "it never ends: there is nothing to extend", out),
            Some(end) => {
                // Only the service says that a rule has expired; with a new end it works again.
                let state = if rule.state == State::Expired { State::Enabled } else { rule.state.clone() };
                write(&rule, |rule| Rule { expires: Some(expiry::extended(end, now)), state, ..rule })
            }
        },
        _ if rule.state == State::Enabled => write(&rule, |rule| Rule { state: State::Disabled, ..rule }),
        _ if over => return fail(model, "its time is over: + extends it and lets it work again", out),
        _ => write(&rule, |rule| Rule { state: State::Enabled, ..rule }),
    };
    if let Some(Overlay::Rules(screen)) = model.overlays.last_mut() {
        screen.said.clear();
        screen.asking = Some(deed);
    }
}

/// Writes a rule with a change.
fn write(rule: &Rule, change: impl FnOnce(Rule) -> Rule) -> Deed {
    Deed::Write(Box::new(rule.clone()), Box::new(change(rule.clone())))
}

/// What is asked before a deed.
pub fn question(deed: &Deed) -> String {
    match deed {
        Deed::Delete(rule) => format!("Delete {}? Its dismissals stay.", rule.name),
        Deed::Write(before, rule) if before.expires != rule.expires => {
            let end = expiry::words(rule.expires);
            match (&rule.state, &before.state) {
                (State::Disabled, _) => format!("Let {} end {end}? It stays disabled.", rule.name),
                (_, State::Expired) => format!("Let {} work again, until {end}?", rule.name),
                _ => format!("Let {} work until {end}?", rule.name),
            }
        }
        Deed::Write(_, rule) if rule.state == State::Enabled => format!("Enable {}?", rule.name),
        Deed::Write(_, rule) => format!("Disable {}?", rule.name),
    }
}

fn answer(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(Overlay::Rules(screen)) = model.overlays.last_mut() else { return };
    let deed = match key.unmodified() {
        Some(Code::Char('y')) => screen.asking.take(),
        Some(Code::Enter | Code::Esc | Code::Char('n' | 'q')) => {
            screen.asking = None;
            None
        }
        _ => None,
    };
    let Some(deed) = deed else { return };
    let order = match deed {
        Deed::Write(before, rule) => Order::Replace(before, rule),
        Deed::Delete(rule) => Order::Delete(rule),
    };
    let question = ask(model, order, out);
    if let Some(Overlay::Rules(screen)) = model.overlays.last_mut() {
        screen.doing = Some(question);
    }
}

/// A deed is done; false when the list does not wait for it.
pub(super) fn finished(model: &mut Model, question: Question) -> bool {
    let Some(screen) = screen(model).filter(|screen| screen.doing == Some(question)) else { return false };
    screen.doing = None;
    true
}

/// A rule was written: what is kept differently is said.
pub(super) fn done(model: &mut Model, question: Question, written: &[Written]) -> bool {
    if !finished(model, question) {
        return false;
    }
    let said = written.iter().flat_map(Written::remarks).map(Into::into).collect();
    if let Some(screen) = screen(model) {
        screen.said = said;
    }
    true
}
