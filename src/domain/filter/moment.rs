//! Times in filters: `24h`, `2026-11-22`, `2026-11-22T14:00Z`.
//!
//! A relative time stays relative in the filter, so that a saved view means the last 24 hours of whenever it is opened.

use std::fmt;

use chrono::{
    DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike,
};

use super::Context;

/// A unit of relative time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names are the units
pub enum Unit {
    Minutes,
    Hours,
    Days,
    Weeks,
}

impl Unit {
    const ALL: [Self; 4] = [Self::Minutes, Self::Hours, Self::Days, Self::Weeks];

    fn letter(self) -> char {
        match self {
            Self::Minutes => 'm',
            Self::Hours => 'h',
            Self::Days => 'd',
            Self::Weeks => 'w',
        }
    }

    fn seconds(self) -> i64 {
        match self {
            Self::Minutes => 60,
            Self::Hours => 3600,
            Self::Days => 86_400,
            Self::Weeks => 604_800,
        }
    }
}

/// A point in time as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before now.
    Ago(u16, Unit),
    /// A day by the user's clock.
    Day(NaiveDate),
    /// A time by the user's clock.
    Local(NaiveDateTime),
    /// A time with its offset from UTC.
    At(DateTime<FixedOffset>),
}

impl Moment {
    /// Reads a moment; none when it is not one. Fractions of a second are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(unit) = Unit::ALL.into_iter().find(|unit| text.ends_with(unit.letter())) {
            let amount = &text[..text.len() - 1];
            let digits = !amount.is_empty() && amount.bytes().all(|byte| byte.is_ascii_digit());
            return digits.then(|| amount.parse().ok()).flatten().map(|amount| Self::Ago(amount, unit));
        }
        let (date, time) = match text.split_once(['T', 't', ' ']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let day = day(date)?;
        let Some(time) = time else { return Some(Self::Day(day)) };
        let (clock, zone) = match time.find(['Z', 'z', '+', '-']) {
            Some(at) => (&time[..at], Some(&time[at..])),
            None => (time, None),
        };
        let local = day.and_time(time_of_day(clock)?);
        match zone {
            None => Some(Self::Local(local)),
            Some(zone) => offset(zone)?.from_local_datetime(&local).single().map(Self::At),
        }
    }

    /// The first second meant, counted from the epoch.
    pub fn first_second(self, context: &Context) -> i64 {
        match self {
            Self::Ago(amount, unit) => context.now.timestamp() - i64::from(amount) * unit.seconds(),
            Self::Day(day) => local_seconds(day.and_time(NaiveTime::MIN), context),
            Self::Local(local) => local_seconds(local, context),
            Self::At(at) => at.timestamp(),
        }
    }

    /// The last second meant: of a day, its last one.
    pub fn last_second(self, context: &Context) -> i64 {
        match self {
            Self::Day(day) => {
                let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
                local_seconds(next.and_time(NaiveTime::MIN), context) - 1
            }
            other => other.first_second(context),
        }
    }
}

fn local_seconds(local: NaiveDateTime, context: &Context) -> i64 {
    (local - TimeDelta::seconds(i64::from(context.offset.local_minus_utc()))).and_utc().timestamp()
}

fn number<T: std::str::FromStr>(text: &str, digits: usize) -> Option<T> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn day(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    NaiveDate::from_ymd_opt(number(year, 4)?, number(month, 2)?, number(day, 2)?)
}

fn time_of_day(text: &str) -> Option<NaiveTime> {
    let (text, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut parts = text.split(':');
    let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |second| number(second, 2))?;
    if parts.next().is_some() {
        return None;
    }
    NaiveTime::from_hms_opt(hour, minute, second)
}

fn offset(text: &str) -> Option<FixedOffset> {
    if text.eq_ignore_ascii_case("z") {
        return FixedOffset::east_opt(0);
    }
    let (sign, rest) = text.split_at_checked(1)?;
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None => rest.split_at_checked(2)?,
    };
    let minutes = if minutes.is_empty() { 0 } else { number(minutes, 2)? };
    let seconds = number::<i32>(hours, 2)? * 3600 + minutes * 60;
    FixedOffset::east_opt(if sign == "-" { -seconds } else { seconds }).filter(|_| minutes < 60)
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = |time: NaiveTime| if time.second() == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" };
        match self {
            Self::Ago(amount, unit) => write!(f, "{amount}{}", unit.letter()),
            Self::Day(day) => day.format("%Y-%m-%d").fmt(f),
            Self::Local(local) => local.format(clock(local.time())).fmt(f),
            Self::At(at) => {
                at.format(clock(at.time())).fmt(f)?;
                if at.offset().local_minus_utc() == 0 { f.write_str("Z") } else { at.format("%:z").fmt(f) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Utc;

    use super::*;

    fn context() -> Context {
        Context {
            now: Utc.with_ymd_and_hms(2026, 11, 23, 14, 0, 0).unwrap(),
            offset: FixedOffset::east_opt(3600).unwrap(),
            me: None,
        }
    }

    #[test]
    fn each_form_means_its_seconds_and_prints_as_it_was_written() {
        for (text, first, last) in [
            ("24h", "2026-11-22T14:00:00Z", "2026-11-22T14:00:00Z"),
            ("90m", "2026-11-23T12:30:00Z", "2026-11-23T12:30:00Z"),
            ("7d", "2026-11-16T14:00:00Z", "2026-11-16T14:00:00Z"),
            ("2w", "2026-11-09T14:00:00Z", "2026-11-09T14:00:00Z"),
            ("2026-11-22", "2026-11-21T23:00:00Z", "2026-11-22T22:59:59Z"),
            ("2026-11-22T14:00Z", "2026-11-22T14:00:00Z", "2026-11-22T14:00:00Z"),
            ("2026-11-22T14:00:05-05:30", "2026-11-22T19:30:05Z", "2026-11-22T19:30:05Z"),
            ("2026-11-22T14:00", "2026-11-22T13:00:00Z", "2026-11-22T13:00:00Z"),
        ] {
            let moment = Moment::parse(text).unwrap();
            let seconds = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().timestamp();
            assert_eq!(moment.first_second(&context()), seconds(first), "{text}");
            assert_eq!(moment.last_second(&context()), seconds(last), "{text}");
            assert_eq!(moment.to_string(), text);
        }
        assert_eq!(
            Moment::parse("2026-11-22 14:00:07.1234567z").unwrap().to_string(),
            "2026-11-22T14:00:07Z"
        );
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for bad in [
            "",
            "h",
            "-1h",
            "24",
            "24x",
            "2026-13-01",
            "2026-11-22T25:00",
            "2026-11-22T",
            "22.11.2026",
            "+5d",
            "2026-11-22T14:00+99:00",
            "2026-11-22T14:00+01:75",
            "99999999999d",
            "2026-11-22T14",
            "éh",
            "2026-11-22T14:00é",
        ] {
            assert_eq!(Moment::parse(bad), None, "{bad}");
        }
    }
}
