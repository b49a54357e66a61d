//! One line about what just happened; it goes after a few seconds.

use std::time::Duration;

use crate::app::message::Timer;
use crate::app::model::{Model, Notice};
use crate::app::{Effect, Effects};
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

/// The timer of a notice ran out.
pub(super) fn expire(model: &mut Model, number: u64) {
    if model.notice.as_ref().is_some_and(|notice| notice.number == number) {
        model.notice = None;
    }
}

/// `1 alert`, `337 alerts`.
pub(super) fn alerts(count: usize) -> String {
    if count == 1 { "1 alert".to_owned() } else { format!("{} alerts", grouped(count)) }
}

/// A number with its thousands parted: `1,204`.
pub(super) fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (count, text) in [(0, "0"), (999, "999"), (1204, "1,204"), (100_000, "100,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(count), text);
        }
        assert_eq!((alerts(1), alerts(1204)), ("1 alert".to_owned(), "1,204 alerts".to_owned()));
    }
}
