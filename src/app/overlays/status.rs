//! The status menu: the `s` chord by arrows.

use crate::app::command::{Change, Command, spec};
use crate::app::key::{Code, Key};
use crate::app::model::{Model, Overlay, StatusMenu};
use crate::app::overlays::close;
use crate::app::{Effects, export, first_run, keys};
use crate::domain::Status;

/// Why the status under the cursor cannot be set.
pub(super) fn refused(model: &Model, menu: &StatusMenu) -> Option<String> {
    let status = Status::SETTABLE.get(menu.chosen).filter(|_| !menu.script)?;
    (spec(Command::Change(Change::Set(*status)))?.available)(model).err()
}

/// A key.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(Overlay::Status(menu)) = model.overlays.last_mut() else { return };
    if key.ctrl {
        return;
    }
    if let Some(place) = first_run::moved(key, menu.chosen, Status::SETTABLE.len()) {
        menu.chosen = place;
        return;
    }
    match key.code {
        Code::Enter => {
            let (status, script) = (Status::SETTABLE.get(menu.chosen).copied(), menu.script);
            close(model);
            match status {
                Some(status) if script => export::open_script(model, status, out),
                Some(status) => keys::run(model, Command::Change(Change::Set(status)), out),
                None => {}
            }
        }
        Code::Esc | Code::Char('q') => close(model),
        _ => {}
    }
}
