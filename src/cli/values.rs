//! The values of flags that are more than words: a status in any spelling, a reason, a duration.

use std::ffi::OsStr;
use std::time::Duration;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Error};

use crate::domain::Status;
use crate::domain::change::Reason;

fn status(text: &str) -> Result<Status, String> {
    match Status::parse(text) {
        Status::Other => Err("expected active, in-progress, resolved or dismissed".to_owned()),
        status => Ok(status),
    }
}

/// Reads a status in any spelling, and offers the words.
#[derive(Debug, Clone)]
pub(super) struct StatusParser;

impl TypedValueParser for StatusParser {
    type Value = Status;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Status, Error> {
        TypedValueParser::parse_ref(&status, command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Status::SETTABLE.into_iter().map(|status| PossibleValue::new(status.word()))))
    }
}

/// Reads the code of a reason.
pub(super) fn reason(text: &str) -> Result<Reason, String> {
    let codes = || Reason::ALL.map(Reason::code).join(", ");
    Reason::parse(text).ok_or_else(|| format!("expected one of {}", codes()))
}

/// The longest duration that is taken: a year.
const LONGEST: Duration = Duration::from_hours(365 * 24);

/// Reads `30s`, `10m`, `2h`, `500ms` or a number of seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a duration such as 30s, 10m or 2h".to_owned();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let millis: u64 = match unit {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    if number.is_empty() {
        return Err(wrong());
    }
    // Digits that are no number are too many.
    let number = number.parse().unwrap_or(u64::MAX);
    let duration = Duration::from_millis(number.saturating_mul(millis));
    if duration > LONGEST { Err("expected 8760h, a year, at the most".to_owned()) } else { Ok(duration) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_their_unit() {
        assert_eq!(duration("90"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("10m"), Ok(Duration::from_mins(10)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("8760h"), Ok(LONGEST));
        for wrong in ["soon", "5y", "", "h"] {
            assert!(duration(wrong).unwrap_err().contains("10m"), "{wrong}");
        }
        // No clock counts so far: it would be a panic later.
        for long in ["18446744073709551615", "99999999999999999999h", "8761h", "31536001"] {
            assert!(duration(long).unwrap_err().contains("at the most"), "{long}");
        }
    }
}
