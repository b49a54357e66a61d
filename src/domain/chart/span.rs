//! A stretch of time, and which one a chart shows.

use chrono::{DateTime, FixedOffset, Timelike};

use crate::domain::filter::{Context, Filter, Moment};

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// Seconds of an hour.
pub const HOUR: i64 = 3600;

/// How far back a chart goes by itself: Defender for Cloud keeps an alert for 90 days.
const LONGEST: i64 = 90 * DAY;

/// A stretch of time in seconds since the epoch, both ends inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first second.
    pub first: i64,
    /// The last second.
    pub last: i64,
}

impl Span {
    /// Its seconds: at least one.
    pub fn len(self) -> i64 {
        (self.last - self.first + 1).max(1)
    }

    /// Never: a span has at least one second.
    pub fn is_empty(self) -> bool {
        false
    }

    /// From the first second of either to the last of either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }

    /// The same length, or another, around the same middle, moved and cut so that it stays inside `whole`.
    #[must_use]
    pub fn resized(self, len: i64, whole: Self) -> Self {
        let len = len.clamp(1, whole.len());
        let first = self.first + (self.len() - len) / 2;
        let first = first.clamp(whole.first, whole.last - len + 1);
        Self { first, last: first + len - 1 }
    }

    /// The times to write into a filter, by the analyst's clock: days where it is whole days.
    pub fn moments(self, offset: FixedOffset) -> Option<(Moment, Moment)> {
        let local = |seconds| {
            DateTime::from_timestamp(seconds, 0).map(|time| time.with_timezone(&offset).naive_local())
        };
        let (first, last, next) = (local(self.first)?, local(self.last)?, local(self.last + 1)?);
        let midnight = |time: chrono::NaiveDateTime| time.num_seconds_from_midnight() == 0;
        Some(if midnight(first) && midnight(next) {
            (Moment::Day(first.date()), Moment::Day(last.date()))
        } else {
            (Moment::Local(first), Moment::Local(last))
        })
    }
}

/// What a filter says about time, in seconds since the epoch, both ends inside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
    /// Not before.
    pub since: Option<i64>,
    /// Not after.
    pub until: Option<i64>,
}

impl Window {
    /// The terms of a filter that must all hold.
    pub fn of(filter: &Filter, context: &Context) -> Self {
        let (since, until) = filter.times();
        Self {
            since: since.into_iter().map(|moment| moment.first_second(context)).max(),
            until: until.into_iter().map(|moment| moment.last_second(context)).min(),
        }
    }

    /// The time that a chart shows: that of the filter; where it leaves an end open, that of the alerts (oldest and
    /// newest), up to now and at most 90 days.
    pub fn span(self, alerts: Option<(i64, i64)>, now: i64) -> Span {
        let last = self.until.unwrap_or_else(|| match alerts {
            // A clock that is ahead, but not a date that is nonsense.
            Some((_, newest)) if newest > now => newest.min(now + DAY),
            Some((_, newest)) if now - newest > LONGEST => newest,
            _ => now,
        });
        let first = self.since.unwrap_or_else(|| {
            let oldest = alerts.map_or(last - DAY, |(oldest, _)| oldest);
            oldest.clamp(last - LONGEST, last - HOUR)
        });
        Span { first, last: last.max(first) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filter::parse;
    use crate::domain::filter::testing::context;

    const NOW: i64 = 1_795_442_400; // 23 November 2026, 14:00 UTC

    #[test]
    fn a_chart_shows_the_filters_time_else_that_of_the_alerts() {
        let ago = |seconds: i64| NOW - seconds;
        for (filter, alerts, first, last) in [
            ("", None, ago(DAY), NOW),
            ("", Some((ago(30 * DAY), ago(5))), ago(30 * DAY), NOW),
            ("", Some((ago(60), ago(5))), ago(HOUR), NOW),
            ("", Some((ago(200 * DAY), ago(5))), ago(90 * DAY), NOW),
            ("", Some((ago(400 * DAY), ago(380 * DAY))), ago(400 * DAY), ago(380 * DAY)),
            ("", Some((ago(DAY), NOW + 60)), ago(DAY), NOW + 60),
            ("", Some((ago(DAY), NOW + 9000 * DAY)), ago(DAY), NOW + DAY),
            ("since:7d", Some((ago(DAY), ago(5))), ago(7 * DAY), NOW),
            ("since:7d since:24h x", None, ago(DAY), NOW),
            ("until:24h", Some((ago(3 * DAY), ago(DAY))), ago(3 * DAY), ago(DAY)),
            ("since:7d until:24h", None, ago(7 * DAY), ago(DAY)),
            ("since:24h until:7d", None, ago(DAY), ago(DAY)),
            ("since:24h or x", Some((ago(2 * DAY), NOW)), ago(2 * DAY), NOW),
        ] {
            let span =
                Window::of(&parse(filter).unwrap(), &context()).span(alerts, context().now.timestamp());
            assert_eq!(context().now.timestamp(), NOW);
            assert_eq!(span, Span { first, last }, "{filter} {alerts:?}");
        }
    }

    #[test]
    fn a_span_is_written_as_the_clock_shows_it() {
        let written = |first, last| {
            let (since, until) = Span { first, last }.moments(context().offset).unwrap();
            format!("{since} {until}")
        };
        assert_eq!(written(NOW, NOW + HOUR - 1), "2026-11-23T15:00 2026-11-23T15:59:59");
        let midnight = NOW - 15 * HOUR;
        assert_eq!(written(midnight, midnight + DAY - 1), "2026-11-23 2026-11-23");
        assert_eq!(written(midnight - 2 * DAY, midnight + DAY - 1), "2026-11-21 2026-11-23");
        assert_eq!(written(midnight, midnight + DAY), "2026-11-23T00:00 2026-11-24T00:00");
    }

    #[test]
    fn zooming_stays_inside_the_whole() {
        let whole = Span { first: 0, last: 999 };
        let span = Span { first: 900, last: 999 };
        assert_eq!(span.resized(50, whole), Span { first: 925, last: 974 });
        assert_eq!(span.resized(400, whole), Span { first: 600, last: 999 });
        assert_eq!(span.resized(5000, whole), whole);
    }
}
