//! Points in time as the service writes them.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};

/// The text that stands for the time of arrival in an alert that has not arrived yet.
pub const NOW_PLACEHOLDER: &str = "@NOW@";

/// .NET ticks (100 ns since year 1) of the Unix epoch.
const EPOCH_TICKS: i64 = 621_355_968_000_000_000;
/// The last tick that .NET knows; alert names count down from it, so that plain sorting gives the newest first.
const LAST_TICK: i64 = 3_155_378_975_999_999_999;

/// A time that is known, or the time at which an alert will arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A time.
    At(DateTime<Utc>),
    /// Written as [`NOW_PLACEHOLDER`]; distances from it are dropped.
    Arrival,
}

impl Moment {
    /// This moment, some milliseconds earlier.
    pub(crate) fn before(self, milliseconds: i64) -> Self {
        match self {
            Self::At(time) => Self::At(time - TimeDelta::milliseconds(milliseconds)),
            Self::Arrival => Self::Arrival,
        }
    }

    /// This moment, some time later.
    pub(crate) fn moved(self, by: TimeDelta) -> Self {
        match self {
            Self::At(time) => Self::At(time + by),
            Self::Arrival => Self::Arrival,
        }
    }

    /// This moment, some milliseconds later.
    pub(crate) fn after(self, milliseconds: i64) -> Self {
        self.before(-milliseconds)
    }

    /// The first 19 digits of an alert's name in the older form; none for an arrival.
    pub(crate) fn countdown(self) -> Option<i64> {
        match self {
            Self::At(time) => Some(
                LAST_TICK
                    - EPOCH_TICKS
                    - time.timestamp() * 10_000_000
                    - i64::from(time.timestamp_subsec_nanos() / 100),
            ),
            Self::Arrival => None,
        }
    }

    /// Writes ISO 8601 in UTC with up to seven fractional digits, trailing zeros trimmed.
    pub(crate) fn write_iso(self, out: &mut String) {
        let Self::At(time) = self else {
            out.push_str(NOW_PLACEHOLDER);
            return;
        };
        digits(out, time.year().unsigned_abs(), 4);
        out.push('-');
        digits(out, time.month(), 2);
        out.push('-');
        digits(out, time.day(), 2);
        out.push('T');
        clock(out, time);
        let mut ticks = time.timestamp_subsec_nanos() / 100;
        if ticks > 0 {
            let mut width = 7;
            while ticks.is_multiple_of(10) {
                ticks /= 10;
                width -= 1;
            }
            out.push('.');
            digits(out, ticks, width);
        }
        out.push('Z');
    }

    /// The form in which times stand inside extended properties: month first, no zone.
    pub(crate) fn american(self) -> String {
        let mut out = String::with_capacity(20);
        let Self::At(time) = self else { return NOW_PLACEHOLDER.to_owned() };
        digits(&mut out, time.month(), 2);
        out.push('/');
        digits(&mut out, time.day(), 2);
        out.push('/');
        digits(&mut out, time.year().unsigned_abs(), 4);
        out.push(' ');
        clock(&mut out, time);
        out
    }
}

fn clock(out: &mut String, time: DateTime<Utc>) {
    for (at, part) in [time.hour(), time.minute(), time.second()].into_iter().enumerate() {
        if at > 0 {
            out.push(':');
        }
        digits(out, part, 2);
    }
}

/// Writes a number with leading zeros.
fn digits(out: &mut String, number: u32, width: u32) {
    for place in (0..width).rev() {
        let digit = number / 10_u32.pow(place) % 10;
        out.push(char::from(b'0' + digit as u8));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::At(text.parse().unwrap())
    }

    #[test]
    fn fractions_are_ticks_without_trailing_zeros() {
        for (given, wanted) in [
            ("2022-11-22T20:28:38.3858332Z", "2022-11-22T20:28:38.3858332Z"),
            ("2022-11-22T20:28:38.5000000Z", "2022-11-22T20:28:38.5Z"),
            ("2022-01-02T03:04:05Z", "2022-01-02T03:04:05Z"),
            ("2022-01-02T03:04:05.0000100Z", "2022-01-02T03:04:05.00001Z"),
        ] {
            let mut out = String::new();
            at(given).write_iso(&mut out);
            assert_eq!(out, wanted);
        }
        assert_eq!(at("2022-11-17T09:17:57.1Z").american(), "11/17/2022 09:17:57");
    }

    #[test]
    fn a_name_counts_down_as_recorded_ones_do() {
        // 2517333083999999999 is the name of a recorded alert that started at this time.
        assert_eq!(at("2022-11-21T01:00:00Z").countdown(), Some(2_517_333_083_999_999_999));
        assert_eq!(Moment::Arrival.countdown(), None);
    }

    #[test]
    fn an_arrival_is_a_placeholder_however_it_is_moved() {
        let mut out = String::new();
        Moment::Arrival.before(5000).after(1).write_iso(&mut out);
        assert_eq!(out, "@NOW@");
        assert_eq!(Moment::Arrival.american(), "@NOW@");
    }
}
