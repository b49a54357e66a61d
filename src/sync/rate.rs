//! How fast a change proceeds, over the last seconds.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// How far back the rate looks.
const WINDOW: Duration = Duration::from_secs(5);

/// Counts what is settled and tells how many a second.
#[derive(Debug, Default)]
pub(super) struct Rate {
    began: Option<Instant>,
    recent: VecDeque<(Instant, usize)>,
}

impl Rate {
    /// The work begins; what happened before it does not count.
    pub(super) fn begin(&mut self, now: Instant) {
        self.began.get_or_insert(now);
    }

    /// `count` more are settled.
    pub(super) fn add(&mut self, now: Instant, count: usize) {
        self.begin(now);
        self.recent.push_back((now, count));
        self.forget(now);
    }

    /// Settled a second, rounded; 0 when unknown.
    pub(super) fn per_second(&mut self, now: Instant) -> u32 {
        self.forget(now);
        let Some(began) = self.began else { return 0 };
        let span = now.saturating_duration_since(began).min(WINDOW).as_secs_f64();
        let settled: usize = self.recent.iter().map(|(_, count)| count).sum();
        // A fraction of a second says nothing about a second.
        if span < 0.1 { 0 } else { (settled as f64 / span).round() as u32 }
    }

    fn forget(&mut self, now: Instant) {
        while self.recent.front().is_some_and(|(at, _)| now.saturating_duration_since(*at) > WINDOW) {
            self.recent.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut rate = Rate::default();
        assert_eq!(rate.per_second(at(0)), 0);
        rate.begin(at(0));
        rate.add(at(50), 3);
        assert_eq!(rate.per_second(at(60)), 0, "too early to tell");
        rate.add(at(1_000), 17);
        assert_eq!(rate.per_second(at(2_000)), 10);
        assert_eq!(rate.per_second(at(5_500)), 3, "the first three are forgotten");
        assert_eq!(rate.per_second(at(60_000)), 0);
    }
}
