//! The prompt for a file to write.

use crate::app::input::Edit;
use crate::app::key::{Code, Key};
use crate::app::model::{Model, Overlay, SaveState};
use crate::app::overlays::close;
use crate::app::{Effects, export};

/// A key.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(Overlay::Save(prompt)) = model.overlays.last_mut() else { return };
    if prompt.state == SaveState::Exists {
        match key.unmodified() {
            Some(Code::Char('y')) => export::write(model, true, out),
            // Another name, then.
            _ => prompt.state = SaveState::Typing,
        }
        return;
    }
    match (key.code, key.ctrl) {
        (Code::Enter, _) => export::write(model, false, out),
        (Code::Esc, _) => close(model),
        (Code::Tab | Code::Down, false) => export::turn(prompt, false),
        (Code::BackTab | Code::Up, false) => export::turn(prompt, true),
        _ => {
            if prompt.input.handle(key) == Some(Edit::Changed) {
                prompt.state = SaveState::Typing;
            }
        }
    }
}
