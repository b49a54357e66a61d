//! The time in the emulated tenant: it starts where the configuration says and goes on from there.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};

/// A clock that runs from a chosen time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    start: DateTime<Utc>,
    since: Instant,
}

impl Clock {
    pub(super) fn starting_at(start: DateTime<Utc>) -> Self {
        Self { start, since: Instant::now() }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        TimeDelta::from_std(self.since.elapsed())
            .ok()
            .and_then(|elapsed| self.start.checked_add_signed(elapsed))
            .unwrap_or(self.start)
    }
}
