//! How far files are read, in words.

use crate::app::documents::moment::{counted, lasting};
use crate::app::message::Now;
use crate::app::model::SyncStatus;
use crate::domain::progress::Reading;

/// Units of bytes, each 1,024 of the one before.
const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/// The unit in which so many bytes are said.
fn unit(bytes: u64) -> usize {
    let mut units = (1..UNITS.len()).rev();
    units.find(|unit| bytes >> (10 * unit) > 0).unwrap_or(0)
}

/// A number of units, with a digit behind the point where it is small.
#[allow(clippy::cast_precision_loss)] // a figure of three digits
fn number(bytes: u64, unit: usize) -> String {
    let value = bytes as f64 / (1_u64 << (10 * unit)) as f64;
    if unit == 0 || value >= 99.95 { format!("{value:.0}") } else { format!("{value:.1}") }
}

/// `1.2 GiB`.
pub fn size(bytes: u64) -> String {
    let unit = unit(bytes);
    format!("{} {}", number(bytes, unit), UNITS[unit])
}

/// `1.2 of 3.4 GiB`; without a known end `1.2 GiB`.
pub fn so_far(reading: &Reading) -> String {
    match reading.total {
        None => size(reading.bytes),
        Some(total) => {
            let unit = unit(total);
            let (read, all) = (number(reading.bytes.min(total), unit), number(total, unit));
            format!("{read} of {all} {}", UNITS[unit])
        }
    }
}

/// How much of the whole; none when the end is not known. Full only at the end.
pub fn percent(reading: &Reading) -> Option<u64> {
    let total = reading.total.filter(|total| *total > 0)?;
    Some((u128::from(reading.bytes) * 100 / u128::from(total)).min(100) as u64)
}

/// `1.2 of 3.4 GiB, 412,000 alerts`.
pub fn words(reading: &Reading) -> String {
    format!("{}, {}", so_far(reading), counted(reading.alerts, "alert"))
}

/// What is said once reading was stopped.
pub fn stopped(reading: &Reading) -> String {
    let what = if reading.alerts > 0 { "what was read is in the list" } else { "no alert was in it yet" };
    format!("stopped: {} read; {what}", so_far(reading))
}

/// Bytes a second since reading began, and seconds left; none before that means anything.
pub fn pace(sync: &SyncStatus, now: Now) -> Option<(u64, Option<u64>)> {
    let reading = sync.reading?;
    let seconds =
        u64::try_from((now.utc - sync.started?).num_seconds()).ok().filter(|seconds| *seconds > 0)?;
    let rate = reading.bytes / seconds;
    let left = reading.total.map(|total| total.saturating_sub(reading.bytes));
    (rate > 0).then(|| (rate, left.map(|left| left.div_ceil(rate))))
}

/// `2 min left`.
pub fn left(seconds: u64) -> String {
    format!("{} left", lasting(seconds))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn reading(bytes: u64, total: Option<u64>) -> Reading {
        Reading { bytes, total, alerts: 1_204, left: 0 }
    }

    #[test]
    fn sizes_are_short_and_share_their_unit() {
        for (bytes, said) in [
            (0, "0 bytes"),
            (1_023, "1023 bytes"),
            (1_024, "1.0 KiB"),
            (102_400, "100 KiB"),
            (3_650_722_202, "3.4 GiB"),
            (u64::MAX, "16777216 TiB"),
        ] {
            assert_eq!(size(bytes), said);
        }
        let total = Some(3_650_722_202);
        for (bytes, total, said, of) in [
            (1_288_490_189, total, "1.2 of 3.4 GiB", Some(35)),
            (0, total, "0.0 of 3.4 GiB", Some(0)),
            (3_650_722_201, total, "3.4 of 3.4 GiB", Some(99)),
            // It grew meanwhile.
            (9_000_000_000, total, "3.4 of 3.4 GiB", Some(100)),
            (0, Some(0), "0 of 0 bytes", None),
            (2_048, None, "2.0 KiB", None),
        ] {
            let reading = reading(bytes, total);
            assert_eq!((so_far(&reading).as_str(), percent(&reading)), (said, of));
        }
    }

    #[test]
    fn the_time_left_is_said_once_it_is_known() {
        let now = crate::app::harness::now();
        let at = |seconds, total| {
            let started = Some(now.utc - TimeDelta::seconds(seconds));
            pace(&SyncStatus { started, reading: Some(reading(1_000, total)), ..SyncStatus::default() }, now)
        };
        assert_eq!(at(0, Some(5_000)), None);
        assert_eq!(at(10, Some(5_000)), Some((100, Some(40))));
        assert_eq!(at(10, None), Some((100, None)));
        assert_eq!(at(5_000, None), None);
    }
}
