//! The search in the help: the next line that holds what is typed.

use crate::app::command::Scope;
use crate::app::document::Document;
use crate::app::documents;
use crate::app::input::Edit;
use crate::app::key::{Code, Key};
use crate::app::layout::sheet;
use crate::app::model::{Find, Model, Overlay};

/// Lines above the one that was found which stay in sight.
const ABOVE: usize = 2;

/// The help of the pane below, as wide as its sheet.
pub(super) fn text(model: &Model) -> Document {
    documents::help(&model.settings, Scope::of(model), sheet(model.size).inner().columns())
}

/// A key for the search; false when it is none.
pub(super) fn key(model: &mut Model, key: Key) -> bool {
    let Some(Overlay::Help(_, find)) = model.overlays.last_mut() else { return false };
    if find.typing {
        match key.code {
            Code::Enter => find.typing = false,
            Code::Esc => *find = Find::default(),
            _ => {
                if find.input.handle(key) == Some(Edit::Changed) {
                    go(model, 0);
                }
            }
        }
        return true;
    }
    match key.unmodified() {
        Some(Code::Char('/')) => *find = Find { typing: true, ..Find::default() },
        Some(Code::Char('n')) if !find.input.text().is_empty() => {
            let behind = find.line.map_or(0, |line| line + 1);
            go(model, behind);
        }
        _ => return false,
    }
    true
}

/// Pasted text for the search.
pub(super) fn paste(model: &mut Model, text: &str) {
    if let Some(Overlay::Help(_, find)) = model.overlays.last_mut() {
        find.input.insert(text);
    }
    go(model, 0);
}

/// On a screen of another size the lines stand elsewhere: searches again.
pub(in crate::app) fn again(model: &mut Model) {
    let Some(Overlay::Help(scroll, find)) = model.overlays.last() else { return };
    if find.line.is_some() {
        let from = scroll.offset;
        go(model, from);
    }
}

/// Goes to the first line from one on that holds the text, else to one that has its words with the line below; behind the
/// last begins the first.
fn go(model: &mut Model, from: usize) {
    let lines = text(model).lines;
    let last = sheet(model.size).inner().last_offset(lines.len());
    let Some(Overlay::Help(scroll, find)) = model.overlays.last_mut() else { return };
    let round = || (from..lines.len()).chain(0..from);
    let whole = |at: &usize| find.is_in(&lines[*at]);
    let broken = |at: &usize| lines.get(at + 1).is_some_and(|below| find.is_across(&lines[*at], below));
    find.line = round().find(whole).or_else(|| round().find(broken));
    if let Some(line) = find.line {
        scroll.offset = line.saturating_sub(ABOVE).min(last);
    }
}
