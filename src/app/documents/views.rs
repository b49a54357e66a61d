//! Saved views with their counts: the lines of their list, of the menu of `m`, and of the heading.

use crate::app::command::{Command, View};
use crate::app::document::{Document, Piece, Role, line_width, safe, safe_cell};
use crate::app::documents::flow::Flow;
use crate::app::documents::moment::{ago, counted, thousands};
use crate::app::key::Key;
use crate::app::model::Model;
use crate::app::views::count;
use crate::domain::SafeStr;
use crate::domain::query::GroupBy;
use crate::domain::view::{DIGITS, KeptView, Look, ViewCount, ViewRef};

/// Cells of a view's name.
const NAME: usize = 24;

/// Cells of a number of alerts.
const NUMBER: usize = 9;

/// One view on a line: its digit, its name, how many alerts it has and how many are new, its filter.
pub fn line(model: &Model, kept: &KeptView, strong: bool, width: usize) -> Vec<Piece> {
    let role = if strong { Role::Strong } else { Role::Body };
    let digit = kept.view.digit.map_or(" ".to_owned(), |digit| digit.to_string());
    let mut line = vec![Piece::new(digit, Role::Key), Piece::from("  ")];
    pad(&mut line, safe_cell(SafeStr(&kept.view.name), NAME.min(width / 3), role), NAME.min(width / 3) + 1);
    line.extend(numbers(kept, count::of(model, kept.id)));
    line.push(Piece::from("  "));
    let room = width.saturating_sub(line_width(&line));
    line.extend(filter(&kept.view.look, room));
    line
}

fn pad(line: &mut Vec<Piece>, cell: Vec<Piece>, width: usize) {
    let used = line_width(&cell);
    line.extend(cell);
    line.push(Piece::from(" ".repeat(width.saturating_sub(used)).as_str()));
}

fn filter(look: &Look, room: usize) -> Vec<Piece> {
    let text = if look.filter.is_empty() { "every alert" } else { &look.filter };
    safe_cell(SafeStr(text), room, Role::Dim)
}

/// `    1,204   3 new`, in columns.
fn numbers(kept: &KeptView, count: Option<ViewCount>) -> Vec<Piece> {
    if kept.view.look.check().is_err() {
        return vec![Piece::new(format!("{:>width$}", "cannot be read", width = 2 * NUMBER), Role::Error)];
    }
    let Some(count) = count else { return vec![Piece::from(" ".repeat(2 * NUMBER).as_str())] };
    let new = if count.new > 0 { new(count) } else { String::new() };
    vec![
        Piece::new(format!("{:>NUMBER$}", thousands(count.alerts)), Role::Body),
        Piece::new(format!("{new:>NUMBER$}"), Role::Strong),
    ]
}

fn new(count: ViewCount) -> String {
    format!("{} new", thousands(count.new))
}

/// The menu of the chord that saves, from what was typed of it: each digit with the view that would be saved over, or that
/// it is free.
pub fn digits(model: &Model, typed: &[Key], width: usize) -> Document {
    let mut flow = Flow::new(width);
    let keymap = &model.settings.keymap;
    let key = |keys: String| Piece::new(keys, Role::Key);
    for digit in DIGITS {
        let Some(keys) = keymap.rest(Command::View(View::Save(digit)), typed) else { continue };
        match model.views.saved.iter().find(|kept| kept.view.digit == Some(digit)) {
            Some(kept) => {
                let mut line = line(model, kept, false, width);
                line[0] = key(keys);
                flow.line(line);
            }
            None => flow.line(vec![key(keys), Piece::new("  free", Role::Dim)]),
        }
    }
    if let Some(keys) = keymap.rest(Command::View(View::Menu), typed) {
        flow.line(vec![key(keys), Piece::from("  all views: open, name, delete")]);
    }
    flow.finish()
}

/// What a view shows, in full, and since when what comes is new.
pub fn words(model: &Model, kept: &KeptView, width: usize) -> Document {
    let mut flow = Flow::new(width);
    let look = &kept.view.look;
    match look.check() {
        Ok(()) if look.filter.is_empty() => flow.words("every alert", Role::Body),
        Ok(()) => flow.wrap("", "", &safe(SafeStr(&look.filter), Role::Body)),
        Err(error) => flow.wrap("", "", &[Piece::new(error.to_string(), Role::Error)]),
    }
    let mut parts = vec![format!("sorted by {}", look.sort.to_string().replace(',', ", "))];
    parts.extend(look.group.map(|by| format!("grouped by {}", GroupBy::label(by))));
    if !look.columns.is_empty() {
        parts.push(format!("columns {}", SafeStr(&look.columns.join(", "))));
    }
    flow.words(&parts.join("; "), Role::Dim);
    let count = count_words(model, kept).map_or_else(String::new, |count| format!("{count}; "));
    let before = if kept.former.is_some() { "; u brings back what it was" } else { "" };
    flow.words(&format!("{count}looked at {}{before}", ago(kept.looked, model.now)), Role::Dim);
    flow.finish()
}

/// `12 alerts, 3 new`; none when they are not counted.
pub fn count_words(model: &Model, kept: &KeptView) -> Option<String> {
    let count = count::of(model, kept.id)?;
    Some(format!("{}, {}", counted(count.alerts, "alert"), new(count)))
}

/// What stands in the heading of the list: the view shown with what came since it was opened, then each other digit with
/// something new, as far as there is room.
pub fn heading(model: &Model, room: usize) -> Vec<Piece> {
    let mut line = Vec::new();
    let shown = model.filter.view;
    if let Some(name) = shown.and_then(|view| crate::app::views::name_of(model, view)) {
        line.push(Piece::new(" · ", Role::Dim));
        line.extend(safe_cell(SafeStr(name), NAME, Role::Dim));
    }
    let mut add = |pieces: Vec<Piece>| {
        if line_width(&line) + line_width(&pieces) <= room {
            line.extend(pieces);
        }
    };
    for kept in &model.views.saved {
        let Some(count) = count::of(model, kept.id).filter(|count| count.new > 0) else { continue };
        if shown == Some(ViewRef::Saved(kept.id)) {
            add(vec![Piece::new(format!(" · {}", new(count)), Role::Strong)]);
        } else if let Some(digit) = kept.view.digit {
            let opens = model.settings.keymap.shown(Command::View(View::Digit(digit)));
            let mut pieces =
                vec![Piece::new(" · ", Role::Dim), Piece::new(opens, Role::Key), Piece::from(" ")];
            pieces.extend(safe_cell(SafeStr(&kept.view.name), NAME, Role::Dim));
            pieces.push(Piece::new(format!(" {}", new(count)), Role::Strong));
            add(pieces);
        }
    }
    line
}
