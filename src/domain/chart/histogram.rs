//! A stretch of time cut into buckets of one length.
//!
//! Buckets begin at multiples of their length by the analyst's clock, wherever the stretch begins. So a bar changes when
//! alerts do, and not because a minute went by.

use chrono::{DateTime, FixedOffset, Utc};

use super::span::{DAY, HOUR};
use super::{Counts, Span};
use crate::domain::Severity;

/// Seconds of a minute: the shortest bucket.
const MINUTE: i64 = 60;

/// The lengths of buckets that people count in.
const CLOCK: [i64; 22] = [
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    20 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    4 * HOUR,
    6 * HOUR,
    8 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    84 * DAY,
    364 * DAY,
    3640 * DAY,
];

/// Which lengths a bucket may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steps {
    /// The shortest that fits: as many buckets as there is room for.
    Close,
    /// One that people count in.
    Clock,
}

/// How a stretch of time is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruler {
    /// Room for so many buckets.
    pub bars: usize,
    /// Their length.
    pub steps: Steps,
    /// The analyst's clock.
    pub offset: FixedOffset,
}

impl Ruler {
    fn offset(self) -> i64 {
        i64::from(self.offset.local_minus_utc())
    }

    /// The number of the bucket that holds a second, counted from the epoch by the analyst's clock.
    fn number(self, second: i64, step: i64) -> i64 {
        (second + self.offset()).div_euclid(step)
    }

    fn fits(self, span: Span, step: i64) -> bool {
        self.number(span.last, step) - self.number(span.first, step) < self.bars.max(1) as i64
    }

    /// The length of a bucket, in seconds.
    pub fn step(self, span: Span) -> i64 {
        let least = span.len().div_euclid(self.bars.max(1) as i64).max(1);
        let fits = |step: &i64| self.fits(span, *step);
        let found = match self.steps {
            Steps::Clock => CLOCK.into_iter().find(fits),
            Steps::Close => {
                let grain = match least {
                    ..600 => MINUTE,
                    600..7200 => 5 * MINUTE,
                    7200..43_200 => HOUR / 2,
                    43_200..DAY => HOUR,
                    _ => DAY,
                };
                let from = least.div_euclid(grain).max(1);
                (from..=2 * from + 2).map(|times| times * grain).find(fits)
            }
        };
        // Longer than the stretch: two buckets at most.
        found.unwrap_or_else(|| (span.len().div_euclid(DAY) + 1) * DAY)
    }
}

/// How many alerts of each severity came when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    /// The time asked for; the first and the last bucket may reach beyond it.
    pub span: Span,
    /// The first second of the first bucket.
    pub start: i64,
    /// The length of a bucket in seconds.
    pub step: i64,
    /// The buckets, oldest first: at least one.
    pub buckets: Vec<Counts>,
    /// Alerts before the first bucket.
    pub before: u32,
    /// Alerts after the last one.
    pub after: u32,
    /// Alerts without a time.
    pub untimed: u32,
}

impl Histogram {
    /// Empty buckets for a stretch of time.
    pub fn empty(span: Span, ruler: Ruler) -> Self {
        let step = ruler.step(span);
        let first = ruler.number(span.first, step);
        let buckets = (ruler.number(span.last, step) - first + 1).max(1) as usize;
        Self {
            span,
            start: first * step - ruler.offset(),
            step,
            buckets: vec![Counts::default(); buckets],
            before: 0,
            after: 0,
            untimed: 0,
        }
    }

    /// Counts alerts, each with its second (0 without a time) and its severity.
    pub fn new(alerts: impl Iterator<Item = (u32, Severity)>, span: Span, ruler: Ruler) -> Self {
        let mut histogram = Self::empty(span, ruler);
        for (second, severity) in alerts {
            histogram.count(second, severity);
        }
        histogram
    }

    /// Counts one alert; gives its bucket.
    pub(super) fn count(&mut self, second: u32, severity: Severity) -> Option<usize> {
        if second == 0 {
            self.untimed += 1;
            return None;
        }
        let at = self.bucket(i64::from(second));
        match at {
            Some(at) => self.buckets[at].add(severity),
            None if i64::from(second) < self.start => self.before += 1,
            None => self.after += 1,
        }
        at
    }

    /// The bucket that holds a second.
    pub fn bucket(&self, second: i64) -> Option<usize> {
        let at = usize::try_from((second - self.start).div_euclid(self.step)).ok()?;
        (at < self.buckets.len()).then_some(at)
    }

    /// The time of some buckets, the last one inside.
    pub fn bounds(&self, from: usize, to: usize) -> Span {
        let first = self.start + from as i64 * self.step;
        Span { first, last: self.start + (to as i64 + 1) * self.step - 1 }
    }

    /// When a bucket begins.
    pub fn begin(&self, at: usize) -> DateTime<Utc> {
        DateTime::from_timestamp(self.bounds(at, at).first, 0).unwrap_or_default()
    }

    /// The alerts of some buckets together.
    pub fn sum(&self, from: usize, to: usize) -> Counts {
        let buckets = self.buckets.iter().skip(from).take((to + 1).saturating_sub(from));
        let mut sum = Counts::default();
        for bucket in buckets {
            sum.merge(*bucket);
        }
        sum
    }

    /// The fullest bucket by some measure, the newest of several, with its number; none when all are empty.
    pub fn peak(&self, measure: impl Fn(Counts) -> u32) -> Option<(usize, u32)> {
        let numbers = self.buckets.iter().map(|counts| measure(*counts)).enumerate();
        numbers.filter(|(_, count)| *count > 0).max_by_key(|(_, count)| *count)
    }

    /// The last second of the last bucket: later, another one begins.
    pub fn end(&self) -> i64 {
        self.bounds(0, self.buckets.len() - 1).last
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ruler(bars: usize, steps: Steps, hours: i32) -> Ruler {
        Ruler { bars, steps, offset: FixedOffset::east_opt(hours * 1800).unwrap() }
    }

    #[test]
    fn a_stretch_is_cut_into_what_fits() {
        for (len, bars, close, clock) in [
            (DAY, 80, 20 * MINUTE, 20 * MINUTE),
            (7 * DAY, 80, 2 * HOUR + 30 * MINUTE, 3 * HOUR),
            (30 * DAY, 80, 9 * HOUR + 30 * MINUTE, 12 * HOUR),
            (30 * DAY, 109, 7 * HOUR, 8 * HOUR),
            (90 * DAY, 80, 2 * DAY, 2 * DAY),
            (HOUR, 80, MINUTE, MINUTE),
            (HOUR, 7, 10 * MINUTE, 10 * MINUTE),
            (3650 * DAY, 40, 92 * DAY, 364 * DAY),
        ] {
            let span = Span { first: 1_795_442_400 - len + 1, last: 1_795_442_400 };
            assert_eq!(ruler(bars, Steps::Close, 2).step(span), close, "{len}");
            assert_eq!(ruler(bars, Steps::Clock, 2).step(span), clock, "{len}");
        }
    }

    #[test]
    fn days_begin_at_the_analysts_midnight() {
        // 23 November 2026, 23:30 and 24 November, 00:30 in UTC+1.
        let (evening, night) = (1_795_473_000, 1_795_476_600);
        let span = Span { first: evening, last: night };
        let histogram = Histogram { span, ..Histogram::empty(span, ruler(40, Steps::Clock, 2)) };
        assert_eq!(histogram.step, 2 * MINUTE);
        let wide = Span { first: evening - 20 * DAY, last: night };
        let days = Histogram::empty(wide, ruler(22, Steps::Clock, 2));
        assert_eq!(days.step, DAY);
        let place = |second| days.bucket(second).unwrap();
        assert_eq!(place(evening) + 1, place(night));
        assert_eq!(days.begin(place(night)).to_rfc3339(), "2026-11-23T23:00:00+00:00");
    }

    proptest! {
        #[test]
        fn every_alert_is_counted_once_and_in_its_bucket(
            seconds in prop::collection::vec((0..6_u8, 0..40_000_000_u32), 0..80),
            first in 0..30_000_000_i64,
            len in 1..20_000_000_i64,
            bars in 1..200_usize,
            half_hours in -24..28_i32,
            clock in any::<bool>(),
        ) {
            let steps = if clock { Steps::Clock } else { Steps::Close };
            let ruler = ruler(bars, steps, half_hours);
            let span = Span { first, last: first + len - 1 };
            let alerts = || seconds.iter().map(|(severity, second)| {
                (if *severity == 5 { 0 } else { *second }, Severity::from_code(*severity))
            });
            let histogram = Histogram::new(alerts(), span, ruler);
            // The sum is the listing.
            let inside: u32 = histogram.buckets.iter().map(|counts| counts.total()).sum();
            let all = inside + histogram.before + histogram.after + histogram.untimed;
            prop_assert_eq!(all as usize, seconds.len());
            prop_assert_eq!(histogram.sum(0, histogram.buckets.len() - 1).total(), inside);
            // Each bucket holds what lies between its bounds.
            for (at, counts) in histogram.buckets.iter().enumerate() {
                let Span { first, last } = histogram.bounds(at, at);
                let within = alerts()
                    .filter(|(second, _)| *second != 0 && (first..=last).contains(&i64::from(*second)))
                    .map(|(_, severity)| severity);
                prop_assert_eq!(*counts, within.collect::<Counts>());
            }
            // The buckets cover the stretch, fit the room and begin at multiples by the analyst's clock.
            prop_assert!(histogram.start <= span.first && span.last <= histogram.end());
            prop_assert!(histogram.bucket(span.first) == Some(0));
            prop_assert!(histogram.buckets.len() <= bars.max(2));
            let local = histogram.start + i64::from(half_hours) * 1800;
            prop_assert_eq!(local.rem_euclid(histogram.step), 0);
            prop_assert_eq!(histogram.step % MINUTE, 0);
        }
    }
}
