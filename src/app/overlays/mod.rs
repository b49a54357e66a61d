//! What lies over the screen, as a stack: the last one has the keys.

mod confirm;
mod failures;
mod palette;
mod pivot;
mod prompt;
mod sheet;
mod status;

use crate::app::key::{Code, Key};
use crate::app::model::{Model, Overlay};
use crate::app::{Effects, undo};

pub use palette::matching;
pub(super) use palette::open as open_palette;
pub(super) use sheet::{measure, open_help, open_jobs};

/// Keys and what they do.
type Hints = [(&'static str, &'static str)];

const CONFIRM: &Hints = &[("y", "yes, do it"), ("Enter", "no"), ("c", "comment"), ("Esc", "no")];
const DISMISS: &Hints =
    &[("1–6", "reason"), ("y", "yes, dismiss them"), ("Enter", "no"), ("c", "comment"), ("Esc", "no")];
const COMMENT: &Hints = &[("Enter", "keep the comment"), ("Esc", "drop it")];
const UNDO: &Hints = &[("y", "yes, take it back"), ("Enter", "no"), ("Esc", "no")];
const STATUS: &Hints = &[("↑ ↓", "choose"), ("Enter", "set"), ("Esc", "close")];
const PIVOT: &Hints =
    &[("↑ ↓", "choose"), ("a–z", "by letter"), ("Enter", "list its alerts"), ("Esc", "close")];
const FAILURES: &Hints = &[("e", "send these again"), ("↑ ↓", "move"), ("Esc", "close")];
const SHEET: &Hints = &[("↑ ↓", "scroll"), ("Esc", "close")];
const PALETTE: &Hints = &[("↑ ↓", "choose"), ("Enter", "run"), ("Esc", "close")];
const PROMPT: &Hints = &[("Enter", "apply"), ("Esc", "close")];

/// The next keys of an overlay.
pub(super) fn hints(overlay: &Overlay) -> &'static Hints {
    match overlay {
        Overlay::Confirm(confirm) if confirm.typing => COMMENT,
        Overlay::Confirm(confirm) if confirm::wants_reason(confirm) => DISMISS,
        Overlay::Confirm(_) => CONFIRM,
        Overlay::ConfirmUndo(_) => UNDO,
        Overlay::Status(_) => STATUS,
        Overlay::Pivot(_) => PIVOT,
        Overlay::Failures(_) => FAILURES,
        Overlay::Jobs(_) | Overlay::Help(_) => SHEET,
        Overlay::Palette(_) => PALETTE,
        Overlay::TimeRange(..) | Overlay::Pattern(..) => PROMPT,
    }
}

/// The prompts with keys of their own, for the README.
pub(super) fn guides() -> [(&'static str, &'static Hints); 5] {
    [
        ("When a dismissal is asked for", DISMISS),
        ("When an undo is asked for", UNDO),
        ("In the menu of entities", PIVOT),
        ("In the failures of a change", FAILURES),
        ("In the palette", PALETTE),
    ]
}

/// A key for the overlay on top.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    match model.overlays.last() {
        None => {}
        Some(Overlay::Confirm(_)) => confirm::key(model, key, out),
        Some(Overlay::ConfirmUndo(record)) => {
            let change = record.id;
            match key.unmodified() {
                Some(Code::Char('y')) => {
                    close(model);
                    undo::take_back(model, change, out);
                }
                Some(Code::Enter | Code::Esc | Code::Char('n' | 'q')) => close(model),
                _ => {}
            }
        }
        Some(Overlay::Status(_)) => status::key(model, key, out),
        Some(Overlay::Pivot(_)) => pivot::key(model, key, out),
        Some(Overlay::Failures(_)) => failures::key(model, key, out),
        Some(Overlay::Jobs(_) | Overlay::Help(_)) => sheet::key(model, key),
        Some(Overlay::Palette(_)) => palette::key(model, key, out),
        Some(Overlay::TimeRange(..) | Overlay::Pattern(..)) => prompt::key(model, key, out),
    }
}

/// Pasted text goes into a line that is being typed; false when there is none.
pub(super) fn paste(model: &mut Model, text: &str) -> bool {
    match model.overlays.last_mut() {
        Some(Overlay::Confirm(confirm)) if confirm.typing => {
            confirm.comment.get_or_insert_default().insert(text);
        }
        Some(Overlay::Palette(palette)) => {
            palette.input.insert(text);
            palette::search(palette);
        }
        Some(Overlay::TimeRange(input, error) | Overlay::Pattern(input, error)) => {
            input.insert(text);
            *error = None;
        }
        _ => return false,
    }
    true
}

/// Closes the overlay on top.
fn close(model: &mut Model) {
    model.overlays.pop();
    closed(model);
}

/// An overlay was closed: the one below fits the screen as it is now.
pub(super) fn closed(model: &mut Model) {
    measure(model);
}
