//! One line about what just happened; it goes after a few seconds.

use std::time::Duration;

use crate::app::documents::moment::counted;
use crate::app::message::Timer;
use crate::app::model::{Model, Notice};
use crate::app::{Effect, Effects, overlays};
use crate::domain::SafeText;

/// How long a notice stays.
pub(super) const STAYS: Duration = Duration::from_secs(6);

/// Says what was done.
pub(super) fn say(model: &mut Model, text: impl Into<SafeText>, out: &mut Effects) {
    show(model, text.into(), false, out);
}

/// Says what went wrong.
pub(super) fn fail(model: &mut Model, text: impl Into<SafeText>, out: &mut Effects) {
    show(model, text.into(), true, out);
}

fn show(model: &mut Model, text: SafeText, is_error: bool, out: &mut Effects) {
    let number = model.next_serial();
    model.notice = Some(Notice { number, text, is_error });
    out.push(Effect::Timer(Timer::Notice(number), STAYS));
}

/// Keeps what is to be known of the files for the jobs screen, and says the longest of it: the one that explains most.
pub(super) fn keep(model: &mut Model, notices: Vec<SafeText>, out: &mut Effects) {
    let new: Vec<SafeText> = notices.into_iter().filter(|text| !model.standing.contains(text)).collect();
    let Some(longest) = new.iter().max_by_key(|text| text.raw().len()).cloned() else { return };
    let more = new.len() - 1;
    model.standing.extend(new);
    if more == 0 {
        fail(model, longest, out);
    } else {
        fail(model, format!("{} (w shows {more} more)", longest.raw()), out);
    }
    overlays::measure(model);
}

/// The timer of a notice ran out.
pub(super) fn expire(model: &mut Model, number: u64) {
    if model.notice.as_ref().is_some_and(|notice| notice.number == number) {
        model.notice = None;
    }
}

/// `1 alert`, `337 alerts`.
pub(super) fn alerts(count: usize) -> String {
    counted(count, "alert")
}
