//! Prompts of one line: a time range, a pattern to mark by.

use crate::app::input::Edit;
use crate::app::key::{Code, Key};
use crate::app::model::{Model, Overlay};
use crate::app::overlays::close;
use crate::app::{Effects, marks, narrow};

/// A key.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    match key.code {
        Code::Enter => enter(model, out),
        Code::Esc => close(model),
        _ => {
            if let Some(Overlay::TimeRange(input, error) | Overlay::Pattern(input, error)) =
                model.overlays.last_mut()
                && input.handle(key) == Some(Edit::Changed)
            {
                *error = None;
            }
        }
    }
}

fn enter(model: &mut Model, out: &mut Effects) {
    let done = match model.overlays.last() {
        Some(Overlay::TimeRange(input, _)) => {
            let text = input.text().to_owned();
            narrow::time_range(model, &text, out)
        }
        Some(Overlay::Pattern(input, _)) => {
            let text = input.text().to_owned();
            marks::by_pattern(model, &text, out)
        }
        _ => return,
    };
    match done {
        Ok(()) => close(model),
        Err(why) => {
            if let Some(Overlay::TimeRange(_, error) | Overlay::Pattern(_, error)) = model.overlays.last_mut()
            {
                *error = Some(why);
            }
        }
    }
}
