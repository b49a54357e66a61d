//! The question before a logic app is triggered: what is sent can be read to its end, then `y`. Enter means No.

use crate::app::key::{Code, Key};
use crate::app::model::{Model, Overlay};
use crate::app::notice::say;
use crate::app::overlays::{close, sheet};
use crate::app::{Effects, respond};

/// A key.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    if sheet::scrolls(model, key) {
        return;
    }
    let Some(Overlay::Trigger(prompt)) = model.overlays.last() else { return };
    match key.unmodified() {
        Some(Code::Char('y')) => respond::trigger::confirm(model, out),
        Some(Code::Char('m')) if !prompt.marked.is_empty() => respond::trigger::other_set(model, out),
        Some(Code::Enter | Code::Esc | Code::Char('n' | 'q')) => {
            close(model);
            say(model, "nothing was sent", out);
        }
        _ => {}
    }
}
