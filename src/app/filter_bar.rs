//! The `/` bar: the list follows each key; a mistake is shown in place while the list shows the last good result.

use std::sync::Arc;

use crate::app::input::Edit;
use crate::app::key::{Code, Key};
use crate::app::message::Question;
use crate::app::model::Model;
use crate::app::{Effect, Effects, list, views};
use crate::domain::filter::{Completion, Field, parse, parse_beginning};

/// Gives the bar the keys.
pub(super) fn edit(model: &mut Model, out: &mut Effects) {
    let bar = &mut model.filter;
    bar.editing = true;
    bar.before = bar.input.text().to_owned();
    bar.cursor_before = model.list.under();
    if !bar.before.is_empty() && !bar.before.ends_with(' ') {
        // What is typed next is another term.
        bar.input.insert(" ");
    }
    complete(model, out);
}

/// A key while the bar has them.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let bar = &mut model.filter;
    match (key.code, key.ctrl) {
        (Code::Esc, _) => restore(model, out),
        (Code::Enter, _) => match bar.chosen.take() {
            Some(chosen) => take(model, chosen, out),
            None => close(model, out),
        },
        (Code::Tab | Code::Down, false) | (Code::Char('n'), true) => choose(model, true),
        (Code::BackTab | Code::Up, false) | (Code::Char('p'), true) => choose(model, false),
        _ => match bar.input.handle(key) {
            Some(Edit::Changed) => changed(model, out),
            Some(Edit::Moved) => complete(model, out),
            None => {}
        },
    }
}

/// Pasted text.
pub(super) fn paste(model: &mut Model, text: &str, out: &mut Effects) {
    model.filter.input.insert(text);
    changed(model, out);
}

fn changed(model: &mut Model, out: &mut Effects) {
    follow(model, out);
    complete(model, out);
}

/// Lets the list follow the text. Where that is no filter it shows the last good result: of what stands before the first
/// mistake or, where that is nothing, of the filter before it was edited. While the name of a field is typed the list
/// stays: it is not looked for as text before Enter or a blank says that it is no name.
fn follow(model: &mut Model, out: &mut Effects) {
    let bar = &mut model.filter;
    let text = bar.input.text();
    let settled = if bar.input.cursor() == text.len() { without_half_a_name(text) } else { text };
    let (filter, error) = match parse(settled).or_else(|_| parse(text)) {
        Ok(filter) => (filter, None),
        // Not simply the one before this key: the name of a field is a word to look for until its colon comes.
        Err(error) => {
            let good = parse_beginning(text);
            let good = if good.is_all() { parse(&bar.before).unwrap_or_default() } else { good };
            (good, Some(error))
        }
    };
    bar.error = error;
    if filter != bar.applied {
        bar.applied = filter;
        list::ask_anew(model, out);
    }
}

/// The text without a last word that a field's name begins with.
fn without_half_a_name(text: &str) -> &str {
    let start = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '-').len();
    let start = start + text[start..].len() - text[start..].trim_start_matches('-').len();
    let (before, word) = text.split_at(start);
    let before = before.trim_end_matches('-');
    let parted = before.chars().last().is_none_or(|c| c.is_whitespace() || c == '(');
    if parted && !word.is_empty() && Field::is_begun_by(word) { before } else { text }
}

fn complete(model: &mut Model, out: &mut Effects) {
    let question = Question(model.next_serial());
    let bar = &mut model.filter;
    bar.question = question;
    bar.chosen = None;
    out.push(Effect::Complete {
        question,
        table: Arc::clone(&model.table),
        text: bar.input.text().to_owned(),
        cursor: bar.input.cursor(),
    });
}

/// Suggestions came.
pub(super) fn completed(model: &mut Model, question: Question, completion: Completion) {
    let bar = &mut model.filter;
    if question == bar.question && bar.editing {
        bar.completion = completion;
        bar.chosen = None;
    }
}

fn choose(model: &mut Model, forward: bool) {
    let bar = &mut model.filter;
    let count = bar.completion.items.len();
    bar.chosen = match (bar.chosen, forward) {
        _ if count == 0 => None,
        (None, true) => Some(0),
        (None, false) => Some(count - 1),
        (Some(chosen), true) => Some((chosen + 1) % count),
        (Some(chosen), false) => Some((chosen + count - 1) % count),
    };
}

fn take(model: &mut Model, chosen: usize, out: &mut Effects) {
    let bar = &mut model.filter;
    if let Some(item) = bar.completion.items.get(chosen) {
        bar.input.replace(bar.completion.replace.clone(), &item.insert);
        changed(model, out);
    }
}

/// Applies the text. One that is no filter stays in the bar, with what is wrong with it.
fn close(model: &mut Model, out: &mut Effects) {
    let text = model.filter.input.text().trim().to_owned();
    if let Ok(filter) = parse(&text) {
        model.filter.cursor_before = None;
        model.filter.completion = Completion::default();
        views::apply_text(model, text, filter, out);
    }
}

/// Puts the bar and the cursor back to what they were.
pub(super) fn restore(model: &mut Model, out: &mut Effects) {
    let bar = &mut model.filter;
    bar.completion = Completion::default();
    bar.chosen = None;
    let text = std::mem::take(&mut bar.before);
    let filter = parse(&text).unwrap_or_default();
    if filter == bar.applied {
        bar.cursor_before = None;
    }
    views::apply_text(model, text, filter, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_last_word_that_a_field_begins_with_is_left_out() {
        for (text, left) in [
            ("sev", ""),
            ("status:active sev", "status:active "),
            ("(-sev", "("),
            ("zebra", "zebra"),
            ("severity:h", "severity:h"),
            ("ü", "ü"),
            ("aü", "aü"),
            ("日", "日"),
            ("é-sev", "é-sev"),
            ("日 sev", "日 "),
            ("–", "–"),
            ("", ""),
        ] {
            assert_eq!(without_half_a_name(text), left, "{text}");
        }
    }
}
