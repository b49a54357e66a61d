//! A note: one line of text.

use crate::app::key::{Code, Key};
use crate::app::model::{Model, Overlay};
use crate::app::notice::say;
use crate::app::overlays::close;
use crate::app::{Effects, record};
use crate::domain::record::DeedKind;

/// A key.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(Overlay::Note(prompt)) = model.overlays.last_mut() else { return };
    match key.code {
        Code::Enter => {
            let text = prompt.input.text().trim().to_owned();
            if text.is_empty() {
                return say(model, "type the note first; Esc leaves without one", out);
            }
            let alerts = std::mem::take(&mut prompt.alerts);
            close(model);
            record::submit(model, alerts, DeedKind::Note, out, |deed| deed.saying(text));
        }
        Code::Esc => {
            let lost = !prompt.input.text().is_empty();
            close(model);
            if lost {
                say(model, "the note was dropped", out);
            }
        }
        _ => {
            prompt.input.handle(key);
        }
    }
}
