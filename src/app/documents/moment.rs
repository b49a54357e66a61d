//! Times and ages in words.

use chrono::{DateTime, Datelike, Utc};

use crate::app::message::Now;
pub use crate::domain::thousands;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// An age in at most four columns: `12m`, `2h`, `3d`; `now` under a minute, also for a time that is still to come.
pub fn age(time: DateTime<Utc>, now: Now) -> String {
    match (now.utc - time).num_seconds() {
        ..MINUTE => "now".to_owned(),
        seconds @ MINUTE..HOUR => format!("{}m", seconds / MINUTE),
        seconds @ HOUR..DAY => format!("{}h", seconds / HOUR),
        seconds if seconds < 1000 * DAY => format!("{}d", seconds / DAY),
        seconds => format!("{}y", (seconds / (365 * DAY)).min(999)),
    }
}

/// An age in words: `12 minutes ago`, `in 3 hours`.
pub fn ago(time: DateTime<Utc>, now: Now) -> String {
    let seconds = (now.utc - time).num_seconds();
    let (count, unit) = match seconds.abs() {
        ..MINUTE => return "just now".to_owned(),
        s @ MINUTE..HOUR => (s / MINUTE, "minute"),
        s @ HOUR..DAY => (s / HOUR, "hour"),
        s => (s / DAY, "day"),
    };
    let words = counted(count.unsigned_abs() as usize, unit);
    if seconds < 0 { format!("in {words}") } else { format!("{words} ago") }
}

/// `1 alert`, `1,204 alerts`.
pub fn counted(count: usize, unit: &str) -> String {
    format!("{} {unit}{}", thousands(count), if count == 1 { "" } else { "s" })
}

/// The analyst's wall clock: `14:02:11`.
pub fn clock(time: DateTime<Utc>, now: Now) -> String {
    time.with_timezone(&now.offset).format("%H:%M:%S").to_string()
}

/// The analyst's date and time, with the year only where it is not this one: `23 Nov 14:02:11`.
pub fn local(time: DateTime<Utc>, now: Now) -> String {
    let here = time.with_timezone(&now.offset);
    let this_year = here.year() == now.utc.with_timezone(&now.offset).year();
    here.format(if this_year { "%-d %b %H:%M:%S" } else { "%-d %b %Y %H:%M:%S" }).to_string()
}

/// The same to the minute: `23 Nov 14:02`.
pub fn minute(time: DateTime<Utc>, now: Now) -> String {
    let mut text = local(time, now);
    text.truncate(text.len() - 3);
    text
}

/// UTC date and time with the year: `23 Nov 2026 13:02:11`.
pub fn utc(time: DateTime<Utc>) -> String {
    time.format("%-d %b %Y %H:%M:%S").to_string()
}

/// An activity in UTC: `23 Nov 13:02:11 → 13:07:40 UTC`, with the second date only where it differs.
pub fn span(start: Option<DateTime<Utc>>, end: Option<DateTime<Utc>>, now: Now) -> Option<String> {
    let day = |time: DateTime<Utc>| {
        let format = if time.year() == now.utc.year() { "%-d %b" } else { "%-d %b %Y" };
        time.format(format).to_string()
    };
    let moment = |time: DateTime<Utc>| format!("{} {}", day(time), time.format("%H:%M:%S"));
    match (start, end) {
        (Some(start), Some(end)) if start == end => Some(format!("{} UTC", moment(start))),
        (Some(start), Some(end)) if start.date_naive() == end.date_naive() => {
            Some(format!("{} → {} UTC", moment(start), end.format("%H:%M:%S")))
        }
        (Some(start), Some(end)) => Some(format!("{} → {} UTC", moment(start), moment(end))),
        (Some(one), None) | (None, Some(one)) => Some(format!("{} UTC", moment(one))),
        (None, None) => None,
    }
}

/// How long something takes, roughly: `18 s`, `3 min`, `2 h`.
pub fn lasting(seconds: u64) -> String {
    match seconds {
        ..=90 => format!("{seconds} s"),
        91..=5400 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{FixedOffset, TimeZone};

    use super::*;

    fn now() -> Now {
        Now {
            utc: Utc.with_ymd_and_hms(2026, 11, 23, 13, 20, 0).unwrap(),
            offset: FixedOffset::east_opt(3600).unwrap(),
        }
    }

    fn back(seconds: i64) -> DateTime<Utc> {
        now().utc - chrono::TimeDelta::seconds(seconds)
    }

    #[test]
    fn ages_fit_four_columns() {
        for (seconds, short, long) in [
            (-90, "now", "in 1 minute"),
            (0, "now", "just now"),
            (59, "now", "just now"),
            (60, "1m", "1 minute ago"),
            (3599, "59m", "59 minutes ago"),
            (7200, "2h", "2 hours ago"),
            (86_400 * 90, "90d", "90 days ago"),
            (86_400 * 999, "999d", "999 days ago"),
            (86_400 * 4000, "10y", "4,000 days ago"),
        ] {
            assert_eq!(age(back(seconds), now()), short);
            assert_eq!(ago(back(seconds), now()), long);
        }
    }

    #[test]
    fn a_span_names_a_day_once() {
        let end = Utc.with_ymd_and_hms(2026, 11, 23, 13, 7, 40).unwrap();
        let start = Utc.with_ymd_and_hms(2026, 11, 23, 13, 2, 11).unwrap();
        let before = Utc.with_ymd_and_hms(2025, 12, 31, 23, 59, 59).unwrap();
        let words = |start, end| span(start, end, now());
        assert_eq!(words(Some(start), Some(end)).unwrap(), "23 Nov 13:02:11 → 13:07:40 UTC");
        assert_eq!(words(Some(before), Some(end)).unwrap(), "31 Dec 2025 23:59:59 → 23 Nov 13:07:40 UTC");
        assert_eq!(words(None, Some(end)).unwrap(), "23 Nov 13:07:40 UTC");
        assert_eq!(words(None, None), None);
        assert_eq!(local(end, now()), "23 Nov 14:07:40");
    }

    #[test]
    fn counts_are_readable() {
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(counted(1, "alert"), "1 alert");
        assert_eq!(counted(1204, "alert"), "1,204 alerts");
        assert_eq!((lasting(18), lasting(91), lasting(7300)), ("18 s".into(), "2 min".into(), "3 h".into()));
    }
}
