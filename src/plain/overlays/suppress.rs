//! Suppression rules: the form, its questions, and the list.

use crate::app::document::{Document, Role, safe};
use crate::app::documents::flow::Flow;
use crate::app::documents::moment::thousands;
use crate::app::documents::suppression as words;
use crate::app::key::{Code, Key};
use crate::app::model::{About, Model, RuleForm, RulesScreen, Step as RuleStep};
use crate::app::suppress;
use crate::domain::suppression::expiry;
use crate::plain::act::press;
use crate::plain::first_run::to;
use crate::plain::overlays::{escape, place, yes_or_no};
use crate::plain::session::{Plain, Step};
use crate::plain::speech::LAID;
use crate::plain::{form, speech};

pub(super) fn rule(model: &Model, rule: &RuleForm, width: usize) -> Vec<String> {
    match &rule.step {
        RuleStep::Fill => fill(model, rule, width),
        RuleStep::Leave => vec!["Leave the rule? What you typed is lost.".to_owned()],
        RuleStep::Writing(_) => vec!["Writing the rule and reading it back.".to_owned()],
        RuleStep::Stored(written, _) => {
            let mut lines = vec!["Read back from Azure:".to_owned()];
            lines.extend(speech::lines(&words::stored(written, &model.table, model.now, LAID), width));
            lines
        }
        RuleStep::Confirm { dismiss, .. } => {
            let mut flow = Flow::new(speech::LAID);
            words::asked(&mut flow, rule);
            words::conditions(&mut flow, &rule.draft);
            let mut lines = vec![words::asked_title(rule)];
            lines.extend(speech::lines(&flow.finish(), width));
            let open = rule.simulation.value().map_or(0, |simulation| simulation.open.len());
            if open > 0 {
                lines.push(match (*dismiss, open) {
                    (true, 1) => "It dismisses the open match too; undo takes that back.".to_owned(),
                    (true, _) => {
                        format!(
                            "It dismisses the {} open matches too; undo takes that back.",
                            thousands(open)
                        )
                    }
                    (false, 1) => "The open match stays as it is; d dismisses it too.".to_owned(),
                    (false, _) => {
                        format!(
                            "The {} open matches stay as they are; d dismisses them too.",
                            thousands(open)
                        )
                    }
                });
            }
            lines
        }
    }
}

fn fill(model: &Model, rule: &RuleForm, width: usize) -> Vec<String> {
    if matches!(rule.about, About::Awaited(_)) {
        return model.details.error.iter().map(ToString::to_string).collect();
    }
    let mut lines = vec![match &rule.about {
        About::Rule(known) => format!("Rule {}:", known.name),
        About::Alert(_) | About::Awaited(_) => "New suppression rule:".to_owned(),
    }];
    lines.extend(form::text(&rule.form));
    let known = suppress::refusal(model, &rule.draft.subscriptions).map(Into::into);
    lines.extend(rule.refused.as_ref().or(known.as_ref()).map(ToString::to_string));
    lines.extend(speech::lines(&matches(rule), width));
    lines
}

/// What the rule would have matched.
fn matches(rule: &RuleForm) -> Document {
    match (&rule.simulation.fault, rule.simulation.value()) {
        (Some(fault), _) => {
            let mut flow = Flow::new(speech::LAID);
            flow.wrap("", "", &safe(fault.message.as_safe(), Role::Error));
            flow.finish()
        }
        (None, Some(simulation)) => words::simulation(simulation, &rule.warnings, LAID),
        (None, None) => Document::default(),
    }
}

pub(super) fn rule_prompt(plain: &Plain, rule: &RuleForm) -> String {
    match &rule.step {
        RuleStep::Fill => form::prompt(&rule.form, plain.field),
        RuleStep::Leave => "y leaves it, an empty line means No".to_owned(),
        RuleStep::Confirm { .. } => {
            "y writes it, d dismisses the open matches too, an empty line means No".to_owned()
        }
        RuleStep::Writing(_) | RuleStep::Stored(..) => "An empty line closes".to_owned(),
    }
}

pub(super) fn rule_reply(plain: &mut Plain, rule: &RuleForm, line: &str) -> Result<Vec<Step>, String> {
    match &rule.step {
        RuleStep::Fill => form::reply(plain, &rule.form, line),
        RuleStep::Confirm { .. } if line == "d" => Ok(vec![press(Key::char('d'))]),
        RuleStep::Leave | RuleStep::Confirm { .. } => yes_or_no(line),
        RuleStep::Writing(_) | RuleStep::Stored(..) => Ok(vec![escape()]),
    }
}

pub(super) fn rules(model: &Model, screen: &RulesScreen, width: usize) -> Vec<String> {
    let known = &model.respond.suppress;
    let mut lines = Vec::new();
    if let Some(deed) = &screen.asking {
        return vec![suppress::question(deed)];
    }
    lines.extend(screen.said.iter().map(ToString::to_string));
    lines.extend(known.rules.fault.iter().map(|fault| fault.message.to_string()));
    let Some(list) = known.rules.value() else { return lines };
    if screen.open.is_some() {
        lines.extend(speech::lines(&suppress::document(model, screen, LAID), width));
        return lines;
    }
    for (place, fault) in &list.failed {
        lines.push(format!("{place}: {}", fault.message));
    }
    if list.unread > 0 {
        lines.push(format!("{} rules could not be read.", list.unread));
    }
    if list.rules.is_empty() {
        lines.push("There is no suppression rule. suppress, on an alert, makes one.".to_owned());
    }
    let matches = known.matches.value().filter(|_| !known.matches.is_loading());
    for (at, rule) in list.rules.iter().enumerate() {
        let matched = matches.and_then(|matches| matches.get(at));
        let matched = matched.map_or(String::new(), |found| format!("Matches {}", thousands(found.matched)));
        let ends =
            rule.expires.map_or_else(|| "Never ends".to_owned(), |end| format!("Ends {}", expiry::day(end)));
        let state = speech::line(&words::state(rule, model.now));
        let facts = [rule.name.to_string(), state, rule.alert_type.to_string(), ends, matched];
        lines.push(format!("{}. {}", at + 1, speech::sentence(facts.iter().map(String::as_str))));
    }
    lines
}

pub(super) fn rules_prompt(screen: &RulesScreen) -> String {
    if screen.asking.is_some() {
        "y does it, an empty line means No".to_owned()
    } else if screen.open.is_some() {
        "edit, switch, extend, delete, or an empty line for the list".to_owned()
    } else {
        "Number, refresh, or an empty line to close".to_owned()
    }
}

pub(super) fn rules_reply(model: &Model, screen: &RulesScreen, line: &str) -> Result<Vec<Step>, String> {
    if screen.asking.is_some() {
        return yes_or_no(line);
    }
    let key = |letter| Ok(vec![press(Key::char(letter))]);
    match line {
        "" => Ok(vec![escape()]),
        "refresh" | "R" => key('R'),
        "edit" | "e" if screen.open.is_some() => key('e'),
        "switch" | "enable" | "disable" | "s" if screen.open.is_some() => key('s'),
        "extend" | "+" if screen.open.is_some() => key('+'),
        "delete" | "D" if screen.open.is_some() => key('D'),
        _ if screen.open.is_some() => Err(rules_prompt(screen)),
        _ => {
            let count = model.respond.suppress.rules.value().map_or(0, |list| list.rules.len());
            let mut steps = to(screen.chosen, place(line, count)?);
            steps.push(press(Key::plain(Code::Enter)));
            Ok(steps)
        }
    }
}
