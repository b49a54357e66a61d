//! The failures of a change: which alerts were refused and why; `e` sends just these again.

use crate::app::effect::JournalOrder;
use crate::app::journal::{Order, order};
use crate::app::key::{Code, Key};
use crate::app::layout::failure_rows;
use crate::app::model::{Failures, Model, Overlay};
use crate::app::notice::fail;
use crate::app::overlays::{close, sheet};
use crate::app::{Effects, list};

/// A key.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let height = failure_rows(model.size).max(1);
    let Some(Overlay::Failures(failures)) = model.overlays.last_mut() else { return };
    if let Some(step) = sheet::movement(key) {
        let last = failures.targets.len().saturating_sub(1);
        failures.chosen = list::target(failures.chosen, last, step, height);
        show_chosen(failures, height);
        return;
    }
    match key.unmodified() {
        Some(Code::Char('e')) => retry(model, out),
        Some(Code::Esc | Code::Enter | Code::Char('q' | 'E')) => close(model),
        _ => {}
    }
}

/// Keeps the line under the cursor among those drawn.
pub(super) fn show_chosen(failures: &mut Failures, height: usize) {
    let lowest = (failures.chosen + 1).saturating_sub(height);
    failures.offset = failures.offset.clamp(lowest, failures.chosen);
}

fn retry(model: &mut Model, out: &mut Effects) {
    let Some(Overlay::Failures(failures)) = model.overlays.last() else { return };
    let change = failures.change.id;
    let any = failures.targets.iter().any(|target| target.record.outcome.is_retryable());
    let read_only = model.session.as_ref().and_then(|session| session.read_only.clone());
    match read_only {
        Some(why) => fail(model, format!("read-only: {why}"), out),
        None if !any => fail(model, "nothing failed: there is nothing to send again", out),
        None => {
            close(model);
            order(model, Order::Retry(change), JournalOrder::Retry(change), out);
        }
    }
}
