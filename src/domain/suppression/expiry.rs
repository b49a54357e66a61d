//! When a rule ends: read from `30d`, a date, or `never`.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use crate::domain::filter::{Context, Moment};

/// How long a new rule works unless something else is asked for: a rule that nobody looks at again should end.
pub const DEFAULT: &str = "30d";

/// By how much a rule is extended at a time.
pub const EXTENSION: TimeDelta = TimeDelta::days(30);

/// Reads `30d` (also `12h`, `2w`) from now, a date (to its end by the user's clock), a time, or `never`. Empty text is
/// `never`.
pub fn parse(text: &str, context: &Context) -> Result<Option<DateTime<Utc>>, String> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("never") {
        return Ok(None);
    }
    let wrong = || "a time such as 30d, 2026-12-31 or never is expected".to_owned();
    let moment = Moment::parse(text).ok_or_else(wrong)?;
    let seconds = match moment {
        Moment::Ago(..) => 2 * context.now.timestamp() - moment.first_second(context),
        Moment::Day(_) => moment.last_second(context) + 1,
        Moment::Local(_) | Moment::At(_) => moment.first_second(context),
    };
    DateTime::from_timestamp(seconds, 0).map(Some).ok_or_else(wrong)
}

/// The form that [`parse`] reads back: by the minute, in UTC.
pub fn text(expires: Option<DateTime<Utc>>) -> String {
    expires.map_or_else(|| "never".to_owned(), |end| end.format("%Y-%m-%dT%H:%MZ").to_string())
}

/// The end for people. Midnight is the end of the day before: a rule that was made to work until a date says that date.
pub fn words(expires: Option<DateTime<Utc>>) -> String {
    let words = |end: DateTime<Utc>| match end.time() {
        NaiveTime::MIN => format!("{} 24:00 UTC", day(end)),
        _ => end.format("%Y-%m-%d %H:%M UTC").to_string(),
    };
    expires.map_or_else(|| "never".to_owned(), words)
}

/// The last day on which a rule with this end works, in UTC.
pub fn day(end: DateTime<Utc>) -> String {
    (end - TimeDelta::seconds(1)).format("%Y-%m-%d").to_string()
}

/// The end moved on by [`EXTENSION`]: from when it would have ended, or from now if that has passed.
pub fn extended(expires: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    expires.max(now) + EXTENSION
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filter::testing::context;

    fn read(input: &str) -> String {
        text(parse(input, &context()).unwrap())
    }

    #[test]
    fn every_form_is_read() {
        // The user's clock is an hour ahead of UTC, where it is 14:00 on 23 November 2026.
        for (input, end) in [
            ("never", "never"),
            ("", "never"),
            ("30d", "2026-12-23T14:00Z"),
            ("2w", "2026-12-07T14:00Z"),
            ("2026-12-31", "2026-12-31T23:00Z"),
            ("2026-12-31T10:00", "2026-12-31T09:00Z"),
            ("2026-12-31T10:00Z", "2026-12-31T10:00Z"),
        ] {
            assert_eq!(read(input), end, "{input}");
        }
        assert_eq!(read(&read("30d")), read("30d"));
        for wrong in ["soon", "30", "2026-13-01", "30y"] {
            assert!(parse(wrong, &context()).unwrap_err().contains("30d"), "{wrong}");
        }
    }

    #[test]
    fn midnight_is_the_end_of_the_day_that_was_asked_for() {
        let utc = Context { offset: chrono::FixedOffset::east_opt(0).unwrap(), ..context() };
        for (input, shown, last) in [
            ("2026-12-31", "2026-12-31 24:00 UTC", "2026-12-31"),
            ("2026-12-31T10:00Z", "2026-12-31 10:00 UTC", "2026-12-31"),
            ("2027-01-01T00:01Z", "2027-01-01 00:01 UTC", "2027-01-01"),
        ] {
            let end = parse(input, &utc).unwrap();
            assert_eq!((words(end).as_str(), day(end.unwrap()).as_str()), (shown, last), "{input}");
        }
    }

    #[test]
    fn an_extension_counts_from_the_later_of_end_and_now() {
        let now = context().now;
        assert_eq!(extended(now + TimeDelta::days(3), now), now + TimeDelta::days(33));
        assert_eq!(extended(now - TimeDelta::days(3), now), now + TimeDelta::days(30));
    }
}
