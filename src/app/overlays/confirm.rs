//! The confirm of a change: the exact set, a reason where it is a dismissal, then `y`. Anything else means No or
//! nothing, above all the key that opened it and Enter.

use crate::app::input::Edit;
use crate::app::key::{Code, Key};
use crate::app::model::{Confirm, Model, Overlay};
use crate::app::notice::say;
use crate::app::overlays::no_key;
use crate::app::{Effects, bulk, export};
use crate::domain::Status;
use crate::domain::change::Reason;

/// True for a dismissal: it asks why.
pub(super) fn wants_reason(confirm: &Confirm) -> bool {
    confirm.status == Status::Dismissed
}

/// A key.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(Overlay::Confirm(confirm)) = model.overlays.last_mut() else { return };
    if confirm.typing {
        comment(confirm, key);
        return;
    }
    let Some(code) = key.unmodified() else { return no_key(model, key, out) };
    match code {
        Code::Char(digit @ '1'..='6') if wants_reason(confirm) => {
            confirm.reason = Reason::ALL.get(digit as usize - '1' as usize).copied();
        }
        Code::Char('c') => {
            confirm.comment.get_or_insert_default();
            confirm.typing = true;
        }
        Code::Char('x') => export::script_of_confirm(model),
        Code::Char('t') if confirm.twins.is_some() => bulk::toggle_twins(model),
        Code::Char('y') if wants_reason(confirm) && confirm.reason.is_none() => {
            say(model, "choose a reason first: 1 to 6", out);
        }
        Code::Char('y') => {
            if let Some(Overlay::Confirm(confirm)) = model.overlays.pop() {
                bulk::submit(model, *confirm, out);
            }
        }
        Code::Enter | Code::Esc | Code::Char('n' | 'q') => {
            model.overlays.pop();
            say(model, "nothing was changed", out);
        }
        _ => no_key(model, key, out),
    }
}

fn comment(confirm: &mut Confirm, key: Key) {
    match key.code {
        _ if key.ctrl => {
            let _: Option<Edit> = confirm.comment.get_or_insert_default().handle(key);
        }
        Code::Enter => confirm.typing = false,
        Code::Esc => {
            confirm.typing = false;
            confirm.comment = None;
        }
        _ => {
            let _: Option<Edit> = confirm.comment.get_or_insert_default().handle(key);
        }
    }
}
