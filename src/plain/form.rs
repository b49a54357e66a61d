//! Forms: every field has a number and a name. `3 text` or `name text` sets one, a number alone asks for its value.

use crate::app::Message;
use crate::app::form::{Field, Form, Value};
use crate::app::key::{Code, Key};
use crate::domain::SafeStr;
use crate::plain::act::press;
use crate::plain::session::{Plain, Step};
use crate::plain::speech;

/// The fields, one a line.
pub(super) fn text(form: &Form) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, field) in form.fields.iter().enumerate() {
        let label = SafeStr(&field.label);
        let error = field.error.as_ref().map_or(String::new(), |error| format!(" Wrong: {error}."));
        lines.push(format!("{}. {label}: {}.{error}", at + 1, value(field)));
    }
    lines
}

fn value(field: &Field) -> String {
    let or_empty = |text: &str| if text.is_empty() { "empty".to_owned() } else { SafeStr(text).to_string() };
    match &field.value {
        Value::Text(input) => or_empty(input.text()),
        Value::Toggle(on) => yes(*on).to_owned(),
        Value::Ticked(on, input) => format!("{}, {}", yes(*on), or_empty(input.text())),
        Value::Choice(words, chosen) => match words.get(*chosen).map(String::as_str) {
            None | Some("" | "–") => "not chosen".to_owned(),
            Some(word) => SafeStr(word).to_string(),
        },
    }
}

fn yes(on: bool) -> &'static str {
    if on { "yes" } else { "no" }
}

/// What is asked about a form: for a field's value, or what to do.
pub(super) fn prompt(form: &Form, field: Option<usize>) -> String {
    match field.and_then(|at| form.fields.get(at)) {
        Some(field) => format!("{} [{}]", SafeStr(&field.label), value(field)),
        None => format!("Number and value, ok to {}, or cancel", form.submit.to_lowercase()),
    }
}

/// What a field wants to hear.
fn help(field: &Field) -> String {
    let choices = match &field.value {
        Value::Choice(words, _) => {
            let words = words.iter().filter(|word| word.as_str() != "–");
            let named = words.enumerate().map(|(at, word)| format!("{} {word}", at + 1));
            named.collect::<Vec<_>>().join(", ")
        }
        Value::Toggle(_) => "yes or no".to_owned(),
        Value::Ticked(..) => "yes, no, or another text; text alone means yes".to_owned(),
        Value::Text(_) => speech::fold(&field.help),
    };
    format!("{}: {choices}. An empty line leaves it as it is.", SafeStr(&field.label))
}

/// What a line means for a form.
pub(super) fn reply(plain: &mut Plain, form: &Form, line: &str) -> Result<Vec<Step>, String> {
    if let Some(at) = plain.field.take() {
        return if line.is_empty() { Ok(Vec::new()) } else { set(form, at, line) };
    }
    match line {
        "" => return Err(format!("{}, or cancel", prompt(form, None).trim_end_matches(", or cancel"))),
        "ok" | "done" | "save" => return Ok(vec![press(Key::plain(Code::F(2)))]),
        "cancel" | "no" | "n" => return Ok(vec![press(Key::plain(Code::Esc))]),
        _ => {}
    }
    let (name, rest) = super::line::first(line);
    let lower = name.trim_end_matches(':').to_lowercase();
    let by_number = lower.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let by_name = || {
        let known = |field: &Field| field.key == lower || field.label.to_lowercase().starts_with(&lower);
        form.fields.iter().position(known)
    };
    let at = by_number.or_else(by_name).filter(|at| *at < form.fields.len());
    let at = at.ok_or_else(|| {
        format!("\"{}\" is no field here: 1 to {}, ok or cancel", SafeStr(name), form.fields.len())
    })?;
    if rest.is_empty() {
        plain.field = Some(at);
        return Err(help(&form.fields[at]));
    }
    set(form, at, rest)
}

/// The keys that put a value into a field.
fn set(form: &Form, at: usize, text: &str) -> Result<Vec<Step>, String> {
    let Some(field) = form.fields.get(at) else { return Ok(Vec::new()) };
    let places = form.fields.len() + 1;
    let tabs = (at + places - form.focus) % places;
    let mut steps: Vec<Step> = (0..tabs).map(|_| press(Key::plain(Code::Tab))).collect();
    let space = || press(Key::char(' '));
    let flag = match text.to_lowercase().as_str() {
        "yes" | "y" | "on" => Some(true),
        "no" | "n" | "off" => Some(false),
        _ => None,
    };
    match &field.value {
        Value::Toggle(on) => match flag {
            Some(wanted) => steps.extend((wanted != *on).then(space)),
            None => return Err(help(field)),
        },
        Value::Ticked(on, _) => {
            steps.push(press(Key::plain(Code::Home)));
            steps.extend((flag.unwrap_or(true) != *on).then(space));
            if flag.is_none() {
                steps.extend(written(text));
            }
        }
        Value::Text(_) => {
            steps.push(press(Key::plain(Code::Home)));
            steps.extend(written(if text == "-" { "" } else { text }));
        }
        Value::Choice(words, chosen) => {
            let lower = text.to_lowercase();
            let first = words.iter().position(|word| word != "–").unwrap_or(0);
            let by_number = lower.parse::<usize>().ok().and_then(|number| (number + first).checked_sub(1));
            let by_word = || words.iter().position(|word| word.to_lowercase().starts_with(&lower));
            let wanted = by_number.or_else(by_word).filter(|at| *at < words.len());
            let wanted = wanted.ok_or_else(|| help(field))?;
            let turns = (wanted + words.len() - chosen) % words.len();
            steps.extend((0..turns).map(|_| press(Key::plain(Code::Right))));
        }
    }
    Ok(steps)
}

/// The keys that put a text in the place of a line, from its beginning.
pub(super) fn written(text: &str) -> [Step; 2] {
    [press(Key::ctrl('k')), Step::Send(Message::Paste(text.to_owned()))]
}
