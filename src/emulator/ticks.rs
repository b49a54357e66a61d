//! Azure's way to put a time into an alert's name, so that names sort newest first.

use chrono::{DateTime, Utc};

/// .NET ticks (100 ns) at the Unix epoch.
const EPOCH: i64 = 621_355_968_000_000_000;
/// .NET ticks at the end of the year 9999.
const LAST: i64 = 3_155_378_975_999_999_999;

/// The 19 digits for a time; smaller is newer.
pub(super) fn descending(time: DateTime<Utc>) -> i64 {
    let micros = time.timestamp_micros().clamp(-62_135_596_800_000_000, 253_402_300_799_999_999);
    LAST - EPOCH - micros * 10
}

/// .NET ticks of a time, as ids of activity-log entries have them; larger is newer.
pub(super) fn ascending(time: DateTime<Utc>) -> i64 {
    LAST - descending(time)
}

/// The digits that an alert's name begins with; none for a bare GUID.
pub(super) fn of_name(name: &str) -> Option<i64> {
    let (digits, _) = name.split_once('_')?;
    (digits.len() == 19).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_times_agree_with_a_recorded_alert() {
        // startTimeUtc and name of the contract's example alert of 22 November 2022.
        let name = "2517333083999999999_91ad5c46-7501-456b-aef5-13778b78cf80";
        let time = DateTime::parse_from_rfc3339("2022-11-21T01:00:00Z").unwrap().to_utc();
        assert_eq!(of_name(name), Some(2_517_333_083_999_999_999));
        assert_eq!(descending(time), 2_517_333_083_999_999_999);
        assert_eq!(of_name("91ad5c46-7501-456b-aef5-13778b78cf80"), None);
        assert_eq!(of_name("12_a"), None);
        assert!(descending(DateTime::<Utc>::MAX_UTC) < descending(DateTime::<Utc>::MIN_UTC));
    }
}
