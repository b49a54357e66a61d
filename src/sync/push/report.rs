//! When a change's progress is told: often enough to be watched, seldom enough to cost nothing.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::ChangeId;
use crate::sync::rate::Rate;

/// Which changes made progress since it was last told.
#[derive(Debug)]
pub(super) struct Reports {
    every: Duration,
    touched: BTreeSet<ChangeId>,
    last: Option<Instant>,
    rates: HashMap<ChangeId, Rate>,
}

impl Reports {
    pub(super) fn new(every: Duration) -> Self {
        Self { every, touched: BTreeSet::new(), last: None, rates: HashMap::new() }
    }

    /// Work on a change begins, or there is another reason to tell how it stands.
    pub(super) fn touch(&mut self, change: ChangeId, now: Instant) {
        self.rates.entry(change).or_default().begin(now);
        self.touched.insert(change);
    }

    /// An alert of a change has its final outcome.
    pub(super) fn settled(&mut self, change: ChangeId, now: Instant) {
        self.rates.entry(change).or_default().add(now, 1);
        self.touched.insert(change);
    }

    /// Takes what is to be told now: everything when the work is over, else what its time has come for.
    pub(super) fn take(&mut self, now: Instant, over: bool) -> BTreeSet<ChangeId> {
        if self.touched.is_empty() || !(over || self.at().is_none_or(|at| at <= now)) {
            return BTreeSet::new();
        }
        self.last = Some(now);
        std::mem::take(&mut self.touched)
    }

    /// It could not be told.
    pub(super) fn put_back(&mut self, changes: &BTreeSet<ChangeId>) {
        self.touched.extend(changes.iter().copied());
    }

    /// When the next report is due; none without news.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        (!self.touched.is_empty()).then(|| self.at().unwrap_or(now))
    }

    /// Alerts of a change settled a second.
    pub(super) fn rate(&mut self, change: ChangeId, now: Instant) -> u32 {
        self.rates.get_mut(&change).map_or(0, |rate| rate.per_second(now))
    }

    /// The change is over.
    pub(super) fn forget(&mut self, change: ChangeId) {
        self.rates.remove(&change);
    }

    fn at(&self) -> Option<Instant> {
        self.last.map(|last| last + self.every)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_in_intervals_and_at_the_end() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut reports = Reports::new(Duration::from_millis(200));
        assert!(reports.take(at(0), true).is_empty(), "no news");
        reports.touch(ChangeId(1), at(0));
        assert_eq!(reports.take(at(0), false), BTreeSet::from([ChangeId(1)]));
        reports.settled(ChangeId(1), at(50));
        reports.settled(ChangeId(2), at(60));
        assert!(reports.take(at(100), false).is_empty(), "too soon");
        assert_eq!(reports.next(at(100)), Some(at(200)));
        assert_eq!(reports.take(at(200), false), BTreeSet::from([ChangeId(1), ChangeId(2)]));
        assert_eq!(reports.next(at(200)), None);
        reports.settled(ChangeId(2), at(210));
        assert_eq!(reports.take(at(220), true), BTreeSet::from([ChangeId(2)]), "the end is told at once");
        assert_eq!((reports.rate(ChangeId(2), at(1_060)), reports.rate(ChangeId(9), at(0))), (2, 0));
    }
}
