//! Before a change and before an undo: the exact set. What was refused of a change.

use crate::app::document::{Document, safe};
use crate::app::documents::bar::outcomes;
use crate::app::documents::confirm as words;
use crate::app::documents::failures::none;
use crate::app::documents::flow::Flow;
use crate::app::documents::jobs::what;
use crate::app::documents::moment::counted;
use crate::app::key::{Code, Key};
use crate::app::model::{Confirm, Failure, Failures, Model};
use crate::domain::change::{ChangeRecord, Reason};
use crate::domain::{SafeStr, Status};
use crate::plain::act::press;
use crate::plain::form::written;
use crate::plain::line::first;
use crate::plain::session::Step;
use crate::plain::speech;

/// Kinds of alerts named one by one.
const SAMPLE: usize = 3;

/// Refused alerts named one by one.
const REFUSED: usize = 200;

pub(super) fn confirm(model: &Model, confirm: &Confirm, width: usize) -> Vec<String> {
    let mut flow = Flow::new(speech::LAID);
    flow.wrap("", "", &words::equation(confirm));
    if !confirm.plan.targets.is_empty() {
        words::sample(&mut flow, &model.table, confirm, SAMPLE);
    }
    let mut lines = vec![words::title(confirm)];
    lines.extend(speech::lines(&flow.finish(), width));
    lines.extend(speech::lines(&Document { lines: words::twins(confirm, speech::LAID) }, width));
    if confirm.status == Status::Dismissed {
        match confirm.reason {
            None => {
                let reasons = Reason::ALL.iter().enumerate();
                let reasons = reasons.map(|(at, reason)| format!("{} {}", at + 1, reason.label()));
                lines.extend(speech::parts("Reasons: ", reasons, width));
            }
            Some(reason) => lines.push(format!("Reason: {}.", reason.label())),
        }
    }
    if let Some(comment) = confirm.comment.as_ref().filter(|comment| !comment.text().is_empty()) {
        lines.push(format!("Comment: {}", SafeStr(comment.text())));
    }
    lines
}

pub(super) fn confirm_prompt(confirm: &Confirm) -> String {
    let alerts = counted(confirm.plan.targets.len(), "alert");
    if confirm.status == Status::Dismissed && confirm.reason.is_none() {
        return format!("Reason number, then y dismisses {alerts}, an empty line means No");
    }
    format!("y changes {alerts}, c TEXT comments, x writes a script instead, an empty line means No")
}

/// `3`, `y`, `3 y`, `c a comment`, `t`; an empty line means No.
pub(super) fn answer(confirm: &Confirm, line: &str) -> Result<Vec<Step>, String> {
    let (word, rest) = first(line);
    if matches!(word, "c" | "comment") {
        let mut steps = Vec::new();
        if !confirm.typing {
            steps.push(press(Key::char('c')));
        }
        steps.push(press(Key::plain(Code::Home)));
        steps.extend(written(rest));
        steps.push(press(Key::plain(Code::Enter)));
        return Ok(steps);
    }
    if line.is_empty() {
        return Ok(vec![press(Key::plain(Code::Enter))]);
    }
    let keys = line.split([' ', ',']).filter(|part| !part.is_empty()).map(|part| {
        Ok(press(match part.to_lowercase().as_str() {
            "y" | "yes" => Key::char('y'),
            "n" | "no" => Key::plain(Code::Enter),
            "x" | "script" => Key::char('x'),
            "t" | "twins" if confirm.twins.is_some() => Key::char('t'),
            digit @ ("1" | "2" | "3" | "4" | "5" | "6") if confirm.status == Status::Dismissed => {
                Key::char(digit.chars().next().unwrap_or('6'))
            }
            _ => return Err(format!("\"{}\" is no answer: {}", SafeStr(part), confirm_prompt(confirm))),
        }))
    });
    keys.collect()
}

pub(super) fn undo(model: &Model, record: &ChangeRecord, width: usize) -> Vec<String> {
    let mut flow = Flow::new(speech::LAID);
    words::undo(&mut flow, record, model.now);
    let mut lines = vec![words::undo_title(&model.bulk, record)];
    lines.extend(speech::lines(&flow.finish(), width));
    lines
}

pub(super) fn failures(model: &Model, failures: &Failures) -> Vec<String> {
    let tally = speech::line(&outcomes(&failures.change.tally));
    let mut lines = vec![format!("Change {}: {}. {tally}.", failures.change.id, what(&failures.change))];
    if failures.targets.is_empty() {
        lines.push(none(&failures.change.tally));
        return lines;
    }
    let shown = &failures.targets[..failures.targets.len().min(REFUSED)];
    for (at, Failure { key, record }) in shown.iter().enumerate() {
        let (title, resource) = match key.and_then(|key| model.table.get(key)) {
            Some(row) if !row.title().0.is_empty() => (row.title().to_string(), row.resource().to_string()),
            _ => (SafeStr(record.target.id.name()).to_string(), String::new()),
        };
        let why = speech::line(&safe(record.detail.as_safe(), crate::app::document::Role::Body));
        let facts = [record.outcome.word(), &title, &resource, &why];
        lines.push(format!("{}. {}", at + 1, speech::sentence(facts)));
    }
    if failures.targets.len() > REFUSED {
        lines.push(format!("And {} more.", failures.targets.len() - REFUSED));
    }
    lines
}
