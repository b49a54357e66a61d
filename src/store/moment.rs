//! Times as the databases keep them: microseconds since the epoch.

use chrono::{DateTime, Utc};

pub(super) fn write(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// A number outside chrono's range reads as the epoch.
pub(super) fn read(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
