//! Moments as the service writes them: ISO 8601, with any number of fractional digits.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeDelta, Utc};

/// Reads `2022-11-22T20:28:38.3858332Z`, an offset instead of `Z`, a blank instead of `T`; without a zone it is UTC.
///
/// None for anything else, and for the year 1, which is .NET's way of writing "no date".
pub(crate) fn moment(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(number(date.get(..4)?)?).ok()?,
        number(part(date, 4, '-')?)?,
        number(part(date, 7, '-')?)?,
    )?;
    let (nanos, zone) = fraction(rest)?;
    let time = date.and_hms_nano_opt(
        number(clock.get(..2)?)?,
        number(part(clock, 2, ':')?)?,
        number(part(clock, 5, ':')?)?,
        nanos,
    )?;
    let moment = time.and_utc().checked_sub_signed(offset(zone)?)?;
    (date.year() > 1).then_some(moment)
}

/// The two characters after a separator at a place.
fn part(text: &str, at: usize, separator: char) -> Option<&str> {
    text.get(at..at + 3)?.strip_prefix(separator)
}

fn number(digits: &str) -> Option<u32> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// Nanoseconds, and what follows the fraction. Digits beyond the ninth are cut off.
fn fraction(text: &str) -> Option<(u32, &str)> {
    let Some(digits) = text.strip_prefix(['.', ',']) else { return Some((0, text)) };
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 {
        return None;
    }
    let used = length.min(9);
    let value = number(&digits[..used])? * 10_u32.pow(9 - u32::try_from(used).ok()?);
    Some((value, &digits[length..]))
}

fn offset(zone: &str) -> Option<TimeDelta> {
    if matches!(zone, "" | "Z" | "z") {
        return Some(TimeDelta::zero());
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let hours = number(digits.get(..2)?)?;
    let minutes = match digits.get(2..)? {
        "" => 0,
        minutes => number(minutes.strip_prefix(':').unwrap_or(minutes)).filter(|minutes| *minutes < 60)?,
    };
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()? * sign;
    FixedOffset::east_opt(seconds).map(|zone| TimeDelta::seconds(i64::from(zone.local_minus_utc())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_form_that_was_seen_is_read() {
        let cases = [
            ("2022-11-22T20:28:38Z", "2022-11-22T20:28:38+00:00"),
            ("2022-11-22T20:28:38.3Z", "2022-11-22T20:28:38.300+00:00"),
            ("2024-11-20T09:19:16.485Z", "2024-11-20T09:19:16.485+00:00"),
            ("2022-11-22T20:28:38.38583Z", "2022-11-22T20:28:38.385830+00:00"),
            ("2024-11-20T08:32:12.950321Z", "2024-11-20T08:32:12.950321+00:00"),
            ("2022-11-22T20:28:38.3858332Z", "2022-11-22T20:28:38.385833200+00:00"),
            ("2026-04-29T10:04:00.644455+02:00", "2026-04-29T08:04:00.644455+00:00"),
            ("2022-11-22 20:28:38", "2022-11-22T20:28:38+00:00"),
            (" 2022-11-22T20:28:38-0330 ", "2022-11-22T23:58:38+00:00"),
            ("2022-11-22T00:28:38.12345678987+01", "2022-11-21T23:28:38.123456789+00:00"),
        ];
        for (text, expected) in cases {
            assert_eq!(moment(text).map(|moment| moment.to_rfc3339()).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in [
            "",
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00",
            "2022-11-22",
            "2022-13-22T20:28:38Z",
            "2022-11-31T20:28:38Z",
            "2022-11-22T24:28:38Z",
            "2022-11-22T20:28:38.Z",
            "2022-11-22T20:28:38+25:00",
            "2022-11-22T20:28:38+02:61",
            "2022-11-22T20:28:38 CET",
            "6/23/2018 12:18:58 AM",
            "２０２２-11-22T20:28:38Z",
            "2022-11-22T20:28:3é",
            "20222-11-22T20:28:38Z",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_makes_it_panic(text in "[0-9TZ :.,+\\-é]{0,40}") {
            let _ = moment(&text);
        }

        #[test]
        fn every_moment_is_read_back(seconds in -60_000_000_000_i64..250_000_000_000, nanos in 0_u32..1_000_000_000) {
            let time = DateTime::from_timestamp(seconds, nanos).unwrap();
            prop_assert_eq!(moment(&time.to_rfc3339()), Some(time));
        }
    }
}
