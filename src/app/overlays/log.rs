//! The audit log over all alerts: read in windows around the cursor. Enter opens the alert of an act or, of an act on
//! several, their list.

use crate::app::effect::{JournalOrder, LogPart, LogRange};
use crate::app::input::Input;
use crate::app::key::{Code, Key};
use crate::app::layout::log_rows;
use crate::app::message::{LogLines, LogWindow, Question};
use crate::app::model::{Inside, Log, Model, Overlay, Window};
use crate::app::notice::say;
use crate::app::overlays::{close, sheet};
use crate::app::{Effect, Effects, details, list};
use crate::domain::record::Act;
use crate::domain::{AlertKey, SafeText};

/// A text looked for has at most so many bytes.
const LONGEST: usize = 200;

/// Opens the log.
pub(in crate::app) fn open(model: &mut Model, out: &mut Effects) {
    model.overlays.push(Overlay::Log(Box::default()));
    follow(model, out);
}

/// The log that has the keys.
fn shown(model: &mut Model) -> Option<&mut Log> {
    match model.overlays.last_mut() {
        Some(Overlay::Log(log)) => Some(log),
        _ => None,
    }
}

/// True until the first lines are there: what is typed ahead means them.
pub(in crate::app) fn is_awaited(model: &Model) -> bool {
    let Some(Overlay::Log(log)) = model.overlays.last() else { return false };
    let waits = match &log.inside {
        Some(inside) => inside.alerts.total.is_none() && inside.alerts.asked.is_some(),
        None => log.acts.total.is_none() && log.acts.asked.is_some(),
    };
    waits && log.typing.is_none()
}

/// Keeps the cursor in view and asks for what is to be drawn and is not held; one question at a time.
pub(in crate::app) fn follow(model: &mut Model, out: &mut Effects) {
    let rows = log_rows(model.size).max(1);
    let question = Question(model.next_serial());
    let Some(log) = shown(model) else { return };
    let (what, asked) = if let Some(Inside { entry, alerts }) = &mut log.inside {
        let part = match &entry.act {
            Act::Change(change) => LogPart::Change(change.id),
            Act::Deed(id, _) => LogPart::Deed(*id),
        };
        (part, ask(alerts, rows, question))
    } else {
        (LogPart::Acts(log.find.clone()), ask(&mut log.acts, rows, question))
    };
    if let Some((from, limit)) = asked {
        let range = LogRange { what, from, limit };
        out.push(Effect::Journal(JournalOrder::ReadLog(question, range)));
    }
}

fn ask<T>(window: &mut Window<T>, rows: usize, question: Question) -> Option<(usize, usize)> {
    let lowest = (window.chosen + 1).saturating_sub(rows);
    window.offset = window.offset.clamp(lowest, window.chosen);
    let missing = window.missing(rows).filter(|_| window.asked.is_none())?;
    window.asked = Some(question);
    Some(missing)
}

/// Lines came.
pub(in crate::app) fn answered(model: &mut Model, question: Question, window: LogWindow, out: &mut Effects) {
    let Some(log) = shown(model) else { return };
    let LogWindow { total, from, lines } = window;
    match (lines, &mut log.inside) {
        (LogLines::Acts(lines), None) => fill(&mut log.acts, question, total, from, lines),
        (LogLines::Alerts(lines), Some(inside)) => fill(&mut inside.alerts, question, total, from, lines),
        _ => return,
    }
    log.error = None;
    follow(model, out);
}

fn fill<T>(window: &mut Window<T>, question: Question, total: usize, from: usize, lines: Vec<T>) {
    if window.asked == Some(question) {
        window.asked = None;
        window.take(total, from, lines);
        window.chosen = window.chosen.min(total.saturating_sub(1));
    }
}

/// The journal could not be read.
pub(in crate::app) fn refused(model: &mut Model, why: &SafeText) {
    if let Some(log) = shown(model) {
        log.error = Some(why.clone());
        log.acts.asked = None;
        if let Some(inside) = &mut log.inside {
            inside.alerts.asked = None;
        }
    }
}

/// Something was done or came out: the lines shown may be other ones now.
pub(in crate::app) fn changed(model: &mut Model, out: &mut Effects) {
    let Some(log) = shown(model) else { return };
    match &mut log.inside {
        Some(inside) => inside.alerts.stale = true,
        None => log.acts.stale = true,
    }
    follow(model, out);
}

/// A key.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let rows = log_rows(model.size).max(1);
    let Some(log) = shown(model) else { return };
    if log.typing.is_some() {
        return search(model, key, out);
    }
    if let Some(step) = sheet::movement(key) {
        let (chosen, total) = match &mut log.inside {
            Some(inside) => (&mut inside.alerts.chosen, inside.alerts.total),
            None => (&mut log.acts.chosen, log.acts.total),
        };
        *chosen = list::target(*chosen, total.unwrap_or(0).saturating_sub(1), step, rows);
        return follow(model, out);
    }
    match key.unmodified() {
        Some(Code::Enter) => enter(model, out),
        Some(Code::Char('/')) if log.inside.is_none() => log.typing = Some(Input::new(log.find.clone())),
        Some(Code::Esc) if log.inside.is_some() => {
            log.inside = None;
            // What was asked for inside is not answered any more.
            log.acts.asked = None;
            log.acts.stale = true;
            follow(model, out);
        }
        Some(Code::Esc) if !log.find.is_empty() => look_for(model, String::new(), out),
        Some(Code::Esc | Code::Char('q' | '@')) => close(model),
        _ => {}
    }
}

fn search(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(log) = shown(model) else { return };
    match key.code {
        Code::Enter => {
            let mut text = log.typing.take().map(|input| input.text().trim().to_owned()).unwrap_or_default();
            text.truncate(text.floor_char_boundary(LONGEST));
            look_for(model, text, out);
        }
        Code::Esc => log.typing = None,
        _ => {
            if let Some(input) = &mut log.typing {
                input.handle(key);
            }
        }
    }
}

fn look_for(model: &mut Model, find: String, out: &mut Effects) {
    if let Some(log) = shown(model) {
        *log = Log { find, ..Log::default() };
        follow(model, out);
    }
}

/// Opens the alert of the line under the cursor or, of an act on several, their list.
fn enter(model: &mut Model, out: &mut Effects) {
    let Some(log) = shown(model) else { return };
    let key = match &log.inside {
        Some(inside) => match inside.alerts.under_cursor() {
            Some(line) => line.key,
            None => return,
        },
        None => match log.acts.under_cursor() {
            Some(line) if line.entry.alerts > 1 => {
                let entry = line.entry.clone();
                log.inside = Some(Inside { entry, alerts: Window::default() });
                return follow(model, out);
            }
            Some(line) if line.entry.first.is_none() => {
                return say(model, "this was about no alert", out);
            }
            Some(line) => line.key,
            None => return,
        },
    };
    open_alert(model, key, out);
}

/// Opens an alert over the log, which comes back when it is closed.
fn open_alert(model: &mut Model, key: Option<AlertKey>, out: &mut Effects) {
    let Some(key) = key.filter(|key| model.table.position(*key).is_some()) else {
        return say(model, "this alert is no longer in the cache", out);
    };
    if let Some(Overlay::Log(log)) = model.overlays.pop() {
        model.log = Some(log);
    }
    details::open_one(model, key, out);
}

/// The alert that was opened from the log is closed: the log is there again.
pub(in crate::app) fn back(model: &mut Model, out: &mut Effects) {
    if let Some(log) = model.log.take() {
        model.overlays.push(Overlay::Log(log));
        changed(model, out);
    }
}
