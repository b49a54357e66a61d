//! What lies over the list, as questions: what each says, what it asks, and what a line answers.

mod change;
mod charts;
mod facets;
mod handover;
mod menus;
mod record;
mod sheets;
mod suppress;
mod views;

pub(super) use charts::Printed;
pub(super) use menus::{elsewhere, typed};

use crate::app::Message;
use crate::app::documents;
use crate::app::key::{Code, Key};
use crate::app::model::{Model, Overlay, Step as RuleStep};
use crate::plain::act::press;
use crate::plain::session::Wish;
use crate::plain::session::{Plain, Step};
use crate::plain::speech::LAID;
use crate::plain::{form, sign_in, speech};

/// What an overlay says.
pub(super) fn text(plain: &Plain, model: &Model, overlay: &Overlay) -> Vec<String> {
    let width = plain.width;
    match overlay {
        Overlay::Confirm(confirm) => change::confirm(model, confirm, width),
        Overlay::ConfirmUndo(record) => change::undo(model, record, width),
        Overlay::Failures(failures) => change::failures(model, failures),
        Overlay::Status(_) => menus::statuses(),
        Overlay::TimeRange(_, error) => menus::line(
            "Time range: 24h, 7d, 2026-11-22 or 2026-11-22T14:00Z; two of them for a range.",
            error.as_deref(),
        ),
        Overlay::Pattern(_, error) => menus::line(
            "Mark what matches a filter, such as resource:vm-test* or powershell.",
            error.as_deref(),
        ),
        Overlay::Pivot(menu) => menus::pivot(menu),
        Overlay::Palette(palette) => menus::palette(model, palette),
        Overlay::Note(prompt) => record::note(model, prompt),
        Overlay::Assign(menu) => record::assign(model, menu),
        Overlay::Judge(judge) => record::judge(model, judge),
        Overlay::Mail(mail) => record::mail(mail, width),
        Overlay::SignIn(code) => sign_in::text(code),
        Overlay::Profiles(menu) => sign_in::profiles(menu),
        Overlay::Log(log) => sheets::log(model, log),
        Overlay::Trigger(prompt) => {
            let mut lines = vec![documents::trigger::title(prompt)];
            lines.extend(speech::lines(&documents::trigger::prompt(prompt, &model.table, LAID), width));
            lines
        }
        Overlay::Outcomes(outcomes) => {
            speech::lines(&documents::trigger::outcomes(model, outcomes.number, LAID), width)
        }
        Overlay::Jobs(_) => speech::lines(&documents::jobs(model, LAID), width),
        Overlay::Help(..) => sheets::keys(model),
        Overlay::RuleForm(rule) => suppress::rule(model, rule, width),
        Overlay::Rules(screen) => suppress::rules(model, screen, width),
        Overlay::Timeline(view) => charts::timeline(model, view),
        Overlay::Attack(view) => charts::attack(view),
        Overlay::Save(prompt) => handover::save(prompt),
        Overlay::Pipe(prompt) => handover::pipe(prompt),
        Overlay::Output(output) => handover::output(output),
        Overlay::Facets(facets) => facets::text(facets),
        Overlay::Views(menu) => views::text(model, menu),
    }
}

/// What an overlay asks.
pub(super) fn prompt(plain: &Plain, overlay: &Overlay) -> String {
    match overlay {
        Overlay::Confirm(confirm) => change::confirm_prompt(confirm),
        Overlay::ConfirmUndo(_) => "y takes it back, an empty line means No".to_owned(),
        Overlay::Failures(_) => "e sends these again, an empty line closes".to_owned(),
        Overlay::Status(_) => "Number, or an empty line for none".to_owned(),
        Overlay::TimeRange(..) => "Time range, or an empty line for none".to_owned(),
        Overlay::Pattern(..) => "Filter, or an empty line for none".to_owned(),
        Overlay::Pivot(_) => "Letter, or an empty line for none".to_owned(),
        Overlay::Palette(_) => "Number or another name, or an empty line for none".to_owned(),
        Overlay::Note(_) => "Note, or an empty line for none".to_owned(),
        Overlay::Assign(_) | Overlay::Profiles(_) => "Number or name, or an empty line for none".to_owned(),
        Overlay::Judge(judge) if judge.reason.is_some() => {
            "Comment, an empty line for no comment, or cancel".to_owned()
        }
        Overlay::Judge(_) => "Reason number, or an empty line for none".to_owned(),
        Overlay::Mail(mail) if mail.confirm.is_some() => "y stores them, an empty line means No".to_owned(),
        Overlay::Mail(mail) => form::prompt(&mail.form, plain.field),
        Overlay::SignIn(code) => sign_in::prompt(code).to_owned(),
        Overlay::Log(_) => "Number opens, more goes on, /TEXT searches, an empty line closes".to_owned(),
        Overlay::Trigger(prompt) if prompt.marked.is_empty() => {
            "y triggers it, an empty line means No".to_owned()
        }
        Overlay::Trigger(_) => {
            "y triggers it, m changes between this alert and the marked, an empty line means No".to_owned()
        }
        Overlay::Outcomes(_) | Overlay::Jobs(_) | Overlay::Help(..) | Overlay::Output(_) => {
            "An empty line closes".to_owned()
        }
        Overlay::RuleForm(rule) => suppress::rule_prompt(plain, rule),
        Overlay::Rules(screen) => suppress::rules_prompt(screen),
        Overlay::Timeline(_) => "Number lists its alerts, an empty line closes".to_owned(),
        Overlay::Attack(view) => charts::attack_prompt(view),
        Overlay::Save(prompt) => handover::save_prompt(prompt),
        Overlay::Pipe(_) => "Command, or an empty line for none".to_owned(),
        Overlay::Facets(facets) => facets::prompt(facets),
        Overlay::Views(menu) => views::prompt(menu),
    }
}

/// What a line answers; why it is no answer.
pub(super) fn reply(
    plain: &mut Plain,
    model: &Model,
    overlay: &Overlay,
    line: &str,
) -> Result<Vec<Step>, String> {
    let line = leaving(plain, overlay, line).unwrap_or(line);
    match overlay {
        Overlay::Confirm(confirm) => change::answer(confirm, line),
        Overlay::ConfirmUndo(_) => {
            let steps = yes_or_no(line)?;
            if steps != [press(Key::char('y'))] {
                plain.wish = Some(Wish::Say(vec!["Nothing was taken back.".to_owned()]));
            }
            Ok(steps)
        }
        Overlay::Failures(_) => match line {
            "e" | "retry" | "again" => Ok(vec![press(Key::char('e'))]),
            "" | "n" | "no" => Ok(vec![escape()]),
            _ => Err("type e to send these again; an empty line closes".to_owned()),
        },
        Overlay::Status(menu) => menus::status(menu, line),
        Overlay::TimeRange(..) | Overlay::Pattern(..) | Overlay::Note(_) | Overlay::Pipe(_) => {
            Ok(menus::typed(line))
        }
        Overlay::Pivot(menu) => menus::entity(menu, line),
        Overlay::Palette(palette) => menus::command(palette, line),
        Overlay::Assign(menu) => record::assignee(menu, line),
        Overlay::Judge(judge) => record::judged(judge, line),
        Overlay::Mail(mail) if mail.confirm.is_some() => yes_or_no(line),
        Overlay::Mail(mail) => {
            let leaves = ["cancel", "no", "n"].contains(&line);
            let mut steps = form::reply(plain, &mail.form, line)?;
            if leaves && mail.form.touched {
                steps.push(escape());
            }
            Ok(steps)
        }
        Overlay::SignIn(code) => sign_in::reply(code, line),
        Overlay::Profiles(menu) => sign_in::profile(menu, line),
        Overlay::Log(log) => sheets::log_reply(log, line),
        Overlay::Trigger(_) if line == "m" => Ok(vec![press(Key::char('m'))]),
        Overlay::Trigger(_) => yes_or_no(line),
        Overlay::Outcomes(_) | Overlay::Jobs(_) | Overlay::Help(..) | Overlay::Output(_) => {
            Ok(vec![escape()])
        }
        Overlay::RuleForm(rule) => suppress::rule_reply(plain, rule, line),
        Overlay::Rules(screen) => suppress::rules_reply(model, screen, line),
        Overlay::Timeline(view) => charts::timeline_reply(model, view, &plain.chart, line),
        Overlay::Attack(view) => charts::attack_reply(view, &plain.chart, line),
        Overlay::Save(prompt) => handover::saved(prompt, line),
        Overlay::Facets(facets) => facets::reply(facets, line),
        Overlay::Views(menu) => views::reply(model, menu, line),
    }
}

/// What leaves whatever is asked: nobody has to remember which word it is here.
const LEAVES: [&str; 7] = ["cancel", "close", "back", "quit", "exit", "q", "esc"];

/// What such a word means for what is asked: mostly the same as an empty line, but not where that goes on.
fn leaving(plain: &Plain, overlay: &Overlay, line: &str) -> Option<&'static str> {
    let word = LEAVES.into_iter().find(|word| word.eq_ignore_ascii_case(line))?;
    let in_form = plain.field.is_none();
    match overlay {
        Overlay::Pivot(menu) if menus::is_letter(menu, line) => None,
        Overlay::Mail(mail) if mail.confirm.is_none() && in_form => Some("cancel"),
        Overlay::RuleForm(rule) if rule.step == RuleStep::Fill && in_form => Some("cancel"),
        Overlay::RuleForm(rule) if rule.step == RuleStep::Leave && word != "cancel" => Some("y"),
        Overlay::Judge(judge) if judge.reason.is_some() => Some("cancel"),
        Overlay::SignIn(_) => Some("cancel"),
        Overlay::Facets(_) if !matches!(word, "back" | "esc") => Some("cancel"),
        _ => Some(""),
    }
}

/// Leaves what is asked.
fn escape() -> Step {
    press(Key::plain(Code::Esc))
}

/// `y` is yes; an empty line means No. Anything else is no answer.
fn yes_or_no(line: &str) -> Result<Vec<Step>, String> {
    match line.to_lowercase().as_str() {
        "y" | "yes" => Ok(vec![press(Key::char('y'))]),
        "" | "n" | "no" => Ok(vec![press(Key::plain(Code::Enter))]),
        _ => Err("answer y or n; an empty line means No".to_owned()),
    }
}

/// Text for a line that is being typed, then Enter.
fn text_and_enter(text: &str) -> [Step; 2] {
    [Step::Send(Message::Paste(text.to_owned())), press(Key::plain(Code::Enter))]
}

/// A number from 1 to `count`, as a place.
fn place(line: &str, count: usize) -> Result<usize, String> {
    let number = line.parse::<usize>().ok().filter(|number| (1..=count).contains(number));
    number.map(|number| number - 1).ok_or_else(|| match count {
        0 => "there is nothing to choose from here".to_owned(),
        _ => format!("choose a number from 1 to {count}"),
    })
}
