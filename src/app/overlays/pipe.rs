//! The prompt for a command that gets alerts, and the sheet of what it writes.

use crate::app::input::Edit;
use crate::app::key::{Code, Key};
use crate::app::model::{Model, Overlay};
use crate::app::overlays::{close, sheet};
use crate::app::{Effects, pipe};

/// A key for the prompt.
pub(super) fn prompt(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(Overlay::Pipe(prompt)) = model.overlays.last_mut() else { return };
    match key.code {
        Code::Enter => pipe::run(model, out),
        Code::Esc => close(model),
        Code::Up => pipe::recall(model),
        _ => {
            if prompt.input.handle(key) == Some(Edit::Changed) {
                prompt.error = None;
            }
        }
    }
}

/// A key for the sheet. Closing it ends the command.
pub(super) fn output(model: &mut Model, key: Key, out: &mut Effects) {
    if sheet::scrolls(model, key) {
        return;
    }
    if matches!(key.unmodified(), Some(Code::Esc | Code::Enter | Code::Char('q'))) {
        pipe::cancel(model, out);
        close(model);
    }
}
