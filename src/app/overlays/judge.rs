//! Feedback: a digit chooses the reason and the comment has the keys from then on, so that a whole judgement is a digit,
//! free text and Enter. Nothing of it is destructive or leaves the machine: Enter means yes here.

use crate::app::key::{Code, Key};
use crate::app::model::{Judge, Model, Overlay};
use crate::app::overlays::close;
use crate::app::{Effects, first_run, record};
use crate::domain::record::{DeedKind, FeedbackReason};

/// A key.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(Overlay::Judge(judge)) = model.overlays.last_mut() else { return };
    let Some(reason) = judge.reason else {
        if choose(judge, key) {
            close(model);
        }
        return;
    };
    match key.code {
        Code::Enter => {
            let comment = judge.comment.text().trim().to_owned();
            let (alerts, useful) = (std::mem::take(&mut judge.alerts), judge.useful);
            close(model);
            record::submit(model, alerts, DeedKind::Feedback, out, |deed| {
                deed.judging(useful, reason).saying(comment)
            });
        }
        Code::Esc => judge.reason = None,
        _ => {
            judge.comment.handle(key);
        }
    }
}

/// The reason by digit, or by arrows and Enter. True when the prompt is to be closed.
fn choose(judge: &mut Judge, key: Key) -> bool {
    let reasons = FeedbackReason::all(judge.useful);
    if let Some(place) = first_run::moved(key, judge.chosen, reasons.len()) {
        judge.chosen = place;
        return false;
    }
    match key.unmodified() {
        Some(Code::Char(digit @ '1'..='9')) => {
            let place = digit as usize - '1' as usize;
            if let Some(reason) = reasons.get(place) {
                (judge.chosen, judge.reason) = (place, Some(*reason));
            }
        }
        Some(Code::Enter) => judge.reason = reasons.get(judge.chosen).copied(),
        Some(Code::Esc | Code::Char('q')) => return true,
        _ => {}
    }
    false
}
