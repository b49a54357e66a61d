//! The local record and the mail settings.

use crate::app::documents::contacts::{differences, warnings};
use crate::app::documents::flow::Flow;
use crate::app::documents::moment::counted;
use crate::app::key::{Code, Key};
use crate::app::leaving::kept;
use crate::app::model::{AssignMenu, Assignee, Chosen, Judge, MailForm, Model, NotePrompt};
use crate::app::overlays::assignees;
use crate::domain::record::FeedbackReason;
use crate::plain::act::press;
use crate::plain::first_run::to;
use crate::plain::line::first;
use crate::plain::overlays::{escape, place, text_and_enter};
use crate::plain::session::Step;
use crate::plain::{form, speech};

/// What a prompt is about: the alert by name; of several, how many.
fn subject(model: &Model, what: &str, alerts: &Chosen) -> String {
    let hidden = match alerts.off_screen {
        0 => String::new(),
        hidden => format!(", {hidden} of them not in the list"),
    };
    let named = alerts.alerts.first().and_then(|key| model.table.get(key));
    match named {
        Some(row) if alerts.alerts.len() == 1 => format!("{what}: {}, {}.", row.title(), row.resource()),
        Some(row) => format!(
            "{what}: {}{hidden}; the first is {}, {}.",
            counted(alerts.alerts.len(), "alert"),
            row.title(),
            row.resource()
        ),
        None => format!("{what}: {}{hidden}.", counted(alerts.alerts.len(), "alert")),
    }
}

pub(super) fn note(model: &Model, prompt: &NotePrompt) -> Vec<String> {
    vec![subject(model, "Note", &prompt.alerts), format!("{}; the API has no place for notes.", kept(model))]
}

pub(super) fn assign(model: &Model, menu: &AssignMenu) -> Vec<String> {
    let mut lines = vec![subject(model, "Assign", &menu.alerts)];
    for (at, assignee) in assignees(menu).iter().enumerate() {
        let name = match assignee {
            Assignee::Me(name) => format!("me, {name}"),
            Assignee::Nobody => "nobody".to_owned(),
            Assignee::Known(name) | Assignee::Typed(name) => name.to_string(),
        };
        lines.push(format!("{}. {name}", at + 1));
    }
    lines
}

/// A number chooses among what is listed. A text is a name in full: it never means whoever it is a part of.
pub(super) fn assignee(menu: &AssignMenu, line: &str) -> Result<Vec<Step>, String> {
    if line.is_empty() {
        return Ok(vec![escape()]);
    }
    let listed = assignees(menu);
    let same = |assignee: &Assignee| match assignee {
        Assignee::Me(name) => line == "me" || name.raw() == line,
        Assignee::Nobody => line == "nobody",
        Assignee::Known(name) | Assignee::Typed(name) => name.raw().eq_ignore_ascii_case(line),
    };
    let at = match (listed.iter().position(same), line.parse::<usize>()) {
        (Some(at), _) => at,
        (None, Ok(_)) => place(line, listed.len())?,
        (None, Err(_)) => {
            // The name as typed is the last line of what is then listed.
            let typed = AssignMenu { input: crate::app::input::Input::new(line), chosen: 0, ..menu.clone() };
            let mut steps =
                vec![press(Key::ctrl('u')), Step::Send(crate::app::Message::Paste(line.to_owned()))];
            steps.extend(to(0, assignees(&typed).len().saturating_sub(1)));
            steps.push(press(Key::plain(Code::Enter)));
            return Ok(steps);
        }
    };
    let mut steps = to(menu.chosen, at);
    steps.push(press(Key::plain(Code::Enter)));
    Ok(steps)
}

pub(super) fn judge(model: &Model, judge: &Judge) -> Vec<String> {
    let head = if judge.useful { "Useful" } else { "Not useful" };
    let mut lines = vec![subject(model, head, &judge.alerts)];
    if let Some(reason) = judge.reason {
        lines.push(format!("Reason: {}.", reason.label()));
        return lines;
    }
    let reasons = FeedbackReason::all(judge.useful).iter().enumerate();
    let reasons: Vec<String> = reasons.map(|(at, reason)| format!("{} {}", at + 1, reason.label())).collect();
    lines.push(format!("Why? {}.", reasons.join("; ")));
    lines
        .push(format!("{}: there is no public API for feedback, so Microsoft does not get it.", kept(model)));
    lines
}

/// `2`, then a comment; or `2 the comment` at once.
pub(super) fn judged(judge: &Judge, line: &str) -> Result<Vec<Step>, String> {
    if judge.reason.is_some() {
        return Ok(match line {
            "cancel" => vec![escape(), escape()],
            comment => text_and_enter(comment).into(),
        });
    }
    if line.is_empty() {
        return Ok(vec![escape()]);
    }
    let (number, comment) = first(line);
    let at = place(number, FeedbackReason::all(judge.useful).len())?;
    let digit = char::from(b'1' + u8::try_from(at).unwrap_or(0));
    let mut steps = vec![press(Key::char(digit))];
    if !comment.is_empty() {
        steps.extend(text_and_enter(comment));
    }
    Ok(steps)
}

pub(super) fn mail(mail: &MailForm, width: usize) -> Vec<String> {
    let mut lines = vec![format!("Mail for alerts of {}.", mail.name)];
    match &mail.confirm {
        None => lines.extend(form::text(&mail.form)),
        Some((after, changes)) => {
            let mut flow = Flow::new(speech::LAID);
            differences(&mut flow, changes);
            warnings(&mut flow, &mail.before, after);
            lines.push("Store these settings?".to_owned());
            lines.extend(speech::lines(&flow.finish(), width));
        }
    }
    lines
}
