//! One line about what just happened; it goes after a few seconds.

use std::time::Duration;

use crate::app::command::{Command, Show};
use crate::app::documents::moment::counted;
use crate::app::message::Timer;
use crate::app::model::{Model, Notice};
use crate::app::{Effect, Effects, overlays};
use crate::domain::SafeText;

/// How long a notice stays.
pub(super) const STAYS: Duration = Duration::from_secs(6);

/// What is said of a round that a key asked for, until it ends.
pub(super) const SYNCING: &str = "syncing";

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
    model.notice = Some(Notice { number, text, is_error, is_report: false });
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
        let jobs = model.settings.keymap.shown(Command::Show(Show::Jobs));
        fail(model, format!("{} ({jobs} shows {more} more)", longest.raw()), out);
    }
    overlays::measure(model);
}

/// Keeps what of the files was left out for the jobs screen, and says what it comes to.
pub(super) fn left_out(model: &mut Model, named: Vec<SafeText>, sum: &SafeText, out: &mut Effects) {
    let jobs = model.settings.keymap.shown(Command::Show(Show::Jobs));
    let new: Vec<SafeText> = named.into_iter().filter(|text| !model.standing.contains(text)).collect();
    model.standing.extend(new);
    fail(model, format!("{}: {jobs} names them", sum.raw()), out);
    overlays::measure(model);
}

/// Which notice is shown.
pub(super) fn shown(model: &Model) -> Option<u64> {
    model.notice.as_ref().map(|notice| notice.number)
}

/// Who brings a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker {
    /// A key, or an answer that it waited for.
    Key,
    /// The journal: it answers a key, but that something is not kept must be seen.
    Journal,
    /// A worker, when it is done.
    Worker,
}

/// Notes of a notice that was not there before whether it stays for its time.
pub(super) fn reported(model: &mut Model, before: Option<u64>, speaker: Speaker) {
    if let Some(notice) = model.notice.as_mut().filter(|notice| Some(notice.number) != before) {
        notice.is_report = match speaker {
            Speaker::Key => false,
            Speaker::Journal => notice.is_error,
            Speaker::Worker => true,
        };
    }
}

/// A key did something: what was shown before it is about another one, unless a worker reported it.
pub(super) fn outlived(model: &mut Model, before: Option<u64>) {
    if model.notice.as_ref().is_some_and(|notice| Some(notice.number) == before && !notice.is_report) {
        model.notice = None;
    }
}

/// The round that a key asked for ended.
pub(super) fn synced(model: &mut Model) {
    if model.notice.as_ref().is_some_and(|notice| notice.text.raw() == SYNCING) {
        model.notice = None;
    }
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
