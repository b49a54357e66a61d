//! The audit log, and the keys of the screen.

use crate::app::command::{Scope, help};
use crate::app::documents::log::{at, by, facts, words};
use crate::app::documents::moment::{local, thousands};
use crate::app::key::{Code, Key};
use crate::app::message::{ActLine, AlertLine};
use crate::app::model::{Log, Model, Window};
use crate::domain::SafeStr;
use crate::plain::act::press;
use crate::plain::first_run::to;
use crate::plain::form::written;
use crate::plain::overlays::{escape, place};
use crate::plain::session::Step;
use crate::plain::{PAGE, speech};

/// The keys that work where the user is.
pub(super) fn keys(model: &Model) -> Vec<String> {
    let mut lines = vec!["Keys of the screen that work here; help reads the words.".to_owned()];
    for group in help(&model.settings.keymap, Scope::of(model)) {
        lines.push(format!("{}:", group.title));
        lines.extend(group.rows.iter().map(|(keys, does)| speech::fold(&format!("{keys}: {does}."))));
    }
    lines
}

pub(super) fn log(model: &Model, log: &Log) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(error) = &log.error {
        return vec![error.to_string()];
    }
    if let Some(inside) = &log.inside {
        lines.push(format!("{}:", speech::line(&words(&inside.entry))));
        window(&inside.alerts, &mut lines, |line| alert(model, line));
        return lines;
    }
    lines.push(if log.find.is_empty() {
        "Everything done here, the newest first:".to_owned()
    } else {
        format!("What was done here with \"{}\":", SafeStr(&log.find))
    });
    if log.acts.total == Some(0) {
        lines.push("Nothing.".to_owned());
    }
    window(&log.acts, &mut lines, |line| act(model, line));
    lines
}

/// The lines from the cursor on, a page of them, under their numbers.
fn window<T>(window: &Window<T>, lines: &mut Vec<String>, line: impl Fn(&T) -> String) {
    let total = window.total.unwrap_or(0);
    let end = (window.chosen + PAGE).min(total);
    for place in window.chosen..end {
        let text = window.line(place).map_or_else(|| "not read yet".to_owned(), &line);
        lines.push(format!("{}. {text}", place + 1));
    }
    if end < total {
        lines.push(format!("{} more: type more.", thousands(total - end)));
    }
}

fn act(model: &Model, line: &ActLine) -> String {
    let entry = &line.entry;
    let by = if by(entry).is_empty() { String::new() } else { format!("By {}", by(entry)) };
    let what = speech::line(&words(entry));
    let named = match (line.key.and_then(|key| model.table.get(key)), &entry.first) {
        (Some(row), _) => format!("{}, {}", row.title(), row.resource()),
        (None, Some(id)) => SafeStr(id.name()).to_string(),
        (None, None) => String::new(),
    };
    let more = if entry.alerts > 1 { format!("And {} more", entry.alerts - 1) } else { String::new() };
    // What the words say already is not said again.
    let known = facts(entry).into_iter().skip(usize::from(!by.is_empty()));
    let known: Vec<String> =
        known.map(|fact| speech::line(&fact)).filter(|fact| !what.contains(fact.as_str())).collect();
    let when = local(at(entry), model.now);
    let parts: Vec<&str> = [when.as_str(), &what, &named, &more, &by]
        .into_iter()
        .chain(known.iter().map(String::as_str))
        .collect();
    speech::sentence(parts)
}

fn alert(model: &Model, line: &AlertLine) -> String {
    let named = match line.key.and_then(|key| model.table.get(key)) {
        Some(row) => format!("{}, {}", row.title(), row.resource()),
        None => SafeStr(line.id.name()).to_string(),
    };
    let (outcome, detail) = line
        .target
        .as_ref()
        .map(|target| (target.outcome.word(), target.detail.to_string()))
        .unwrap_or_default();
    speech::sentence([outcome, &named, &detail])
}

pub(super) fn log_reply(log: &Log, line: &str) -> Result<Vec<Step>, String> {
    let (chosen, total) = match &log.inside {
        Some(inside) => (inside.alerts.chosen, inside.alerts.total),
        None => (log.acts.chosen, log.acts.total),
    };
    let total = total.unwrap_or(0);
    if let Some(text) = line.strip_prefix('/').filter(|_| log.inside.is_none()) {
        let mut steps = vec![press(Key::char('/')), press(Key::plain(Code::Home))];
        steps.extend(written(text.trim()));
        steps.push(press(Key::plain(Code::Enter)));
        return Ok(steps);
    }
    match line {
        "" => Ok(vec![escape()]),
        "more" | "next" if chosen + PAGE < total => Ok(to(chosen, chosen + PAGE)),
        "more" | "next" => Err("that is all".to_owned()),
        "prev" | "previous" => Ok(to(chosen, chosen.saturating_sub(PAGE))),
        _ => {
            let mut steps = to(chosen, place(line, total)?);
            steps.push(press(Key::plain(Code::Enter)));
            Ok(steps)
        }
    }
}
