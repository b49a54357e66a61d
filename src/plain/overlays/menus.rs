//! Small questions: a status, an entity, a command, a line of text.

use crate::app::command::COMMANDS;
use crate::app::documents::moment::counted;
use crate::app::documents::summary::letter;
use crate::app::key::{Code, Key};
use crate::app::model::{Model, Palette, PivotMenu, StatusMenu};
use crate::app::overlays::in_a_shell;
use crate::domain::{SafeStr, Status};
use crate::plain::act::press;
use crate::plain::first_run::to;
use crate::plain::overlays::{escape, place, text_and_enter};
use crate::plain::session::Step;
use crate::plain::speech;

/// Commands named at once.
const NAMED: usize = 12;

pub(super) fn statuses() -> Vec<String> {
    let named = Status::SETTABLE.iter().enumerate();
    let named: Vec<String> = named.map(|(at, status)| format!("{} {}", at + 1, status.word())).collect();
    vec![format!("Which status? {}.", named.join(", "))]
}

pub(super) fn status(menu: &StatusMenu, line: &str) -> Result<Vec<Step>, String> {
    if line.is_empty() {
        return Ok(vec![escape()]);
    }
    let named = Status::SETTABLE.iter().position(|status| *status == Status::parse(line));
    let at = named.map_or_else(|| place(line, Status::SETTABLE.len()), Ok)?;
    Ok(choose(menu.chosen, at))
}

/// Goes to a line of a menu and takes it.
fn choose(from: usize, at: usize) -> Vec<Step> {
    let mut steps = to(from, at);
    steps.push(press(Key::plain(Code::Enter)));
    steps
}

/// A question for a line, and what is wrong with the one that was typed.
pub(super) fn line(question: &str, error: Option<&str>) -> Vec<String> {
    let mut lines = vec![question.to_owned()];
    lines.extend(error.map(|error| speech::sentence([SafeStr(error).to_string().as_str()])));
    lines
}

/// The answer to a question for a line: an empty one leaves it.
pub(in crate::plain) fn typed(line: &str) -> Vec<Step> {
    if line.is_empty() {
        return vec![escape()];
    }
    let mut steps = vec![press(Key::ctrl('u'))];
    steps.extend(text_and_enter(line));
    steps
}

pub(super) fn pivot(menu: &PivotMenu) -> Vec<String> {
    let mut lines = vec!["The alerts that share which entity?".to_owned()];
    for (at, mention) in menu.detail.mentions.iter().enumerate() {
        let name = letter(at).map_or_else(|| (at + 1).to_string(), String::from);
        let count = match mention.alerts {
            0 => "no other alert".to_owned(),
            alerts => {
                format!("{} on {}", counted(alerts, "other alert"), counted(mention.resources, "resource"))
            }
        };
        lines.push(format!("{name}. {}, {}, {count}.", mention.short(), SafeStr(&mention.label)));
    }
    lines
}

/// Whether a line is the letter of an entity.
pub(super) fn is_letter(menu: &PivotMenu, line: &str) -> bool {
    (0..menu.detail.mentions.len()).any(|at| letter(at).is_some_and(|letter| line == letter.to_string()))
}

pub(super) fn entity(menu: &PivotMenu, line: &str) -> Result<Vec<Step>, String> {
    if line.is_empty() {
        return Ok(vec![escape()]);
    }
    let count = menu.detail.mentions.len();
    let by_letter = (0..count).find(|at| letter(*at).is_some_and(|letter| line == letter.to_string()));
    let at = by_letter.map_or_else(|| place(line, count), Ok)?;
    Ok(choose(menu.chosen, at))
}

/// What is added where no command has a name, if a shell has one.
pub(in crate::plain) fn elsewhere(typed: &str) -> String {
    in_a_shell(typed).map_or_else(String::new, |how| format!("; in a shell: {how}"))
}

pub(super) fn palette(model: &Model, palette: &Palette) -> Vec<String> {
    let typed = palette.input.text();
    if palette.matches.is_empty() {
        return vec![format!("No command is called \"{}\"{}.", SafeStr(typed), elsewhere(typed))];
    }
    if typed.is_empty() {
        return vec!["Type a part of a command's name.".to_owned()];
    }
    let mut lines = vec!["Which command?".to_owned()];
    for (at, spec) in palette.matches.iter().take(NAMED).filter_map(|at| COMMANDS.get(*at)).enumerate() {
        let why = (spec.available)(model).err().map_or(String::new(), |why| format!(" Not now: {why}."));
        lines.push(format!("{}. {}.{}", at + 1, speech::fold(spec.label), speech::fold(&why)));
    }
    if palette.matches.len() > NAMED {
        lines.push(format!("{} more: type more of the name.", palette.matches.len() - NAMED));
    }
    lines
}

pub(super) fn command(palette: &Palette, line: &str) -> Result<Vec<Step>, String> {
    if line.is_empty() {
        return Ok(vec![escape()]);
    }
    if line.parse::<usize>().is_ok() && !palette.input.text().is_empty() {
        return Ok(choose(palette.chosen, place(line, palette.matches.len().min(NAMED))?));
    }
    let text = crate::app::Message::Paste(line.trim_start_matches(':').to_owned());
    Ok(vec![press(Key::ctrl('u')), Step::Send(text)])
}
