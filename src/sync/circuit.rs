//! When the whole of sending pauses: a source that cannot be reached is not asked once per alert.
//!
//! A single request that fails only postpones its own alert. A row of failures without a success, or a missing
//! sign-in, opens the circuit: nothing is sent for a while, then one alert is tried; if that works, all go on.

use tokio::time::Instant;

use crate::azure::retry::Backoff;
use crate::domain::progress::{Fault, FaultKind};
use crate::sync::trouble::Obstacle;

/// Failures without a success in between, after which nothing more is sent for a while.
const ROW: u32 = 12;

/// The state of sending as a whole.
#[derive(Debug)]
pub(super) struct Circuit {
    backoff: Backoff,
    failures: u32,
    pauses: u32,
    until: Option<Instant>,
    fault: Option<Fault>,
}

impl Circuit {
    /// Closed: everything may be sent.
    pub(super) fn new(backoff: Backoff) -> Self {
        Self { backoff, failures: 0, pauses: 0, until: None, fault: None }
    }

    /// The source answered.
    pub(super) fn succeeded(&mut self) {
        *self = Self::new(self.backoff);
    }

    /// An attempt met an obstacle.
    pub(super) fn failed(&mut self, obstacle: &Obstacle, now: Instant) {
        self.fault = Some(obstacle.fault());
        self.failures = self.failures.saturating_add(1);
        // The source's own throttling is kept per subscription, by the client.
        let at_once = self.pauses > 0 || obstacle.kind == FaultKind::SignIn;
        let opens = at_once || self.failures >= ROW;
        if opens && obstacle.kind != FaultKind::Throttled && self.until.is_none_or(|until| until <= now) {
            self.pauses += 1;
            self.until = Some(now + self.backoff.delay(self.pauses, obstacle.retry_after));
        }
    }

    /// How many alerts may be in flight now.
    pub(super) fn allows(&self, now: Instant) -> usize {
        match self.until {
            Some(until) if until > now => 0,
            Some(_) => 1,
            None => usize::MAX,
        }
    }

    /// When to look again; none when nothing pauses.
    pub(super) fn resumes(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|until| *until > now)
    }

    /// True from the first pause until the next success.
    pub(super) fn is_open(&self) -> bool {
        self.until.is_some()
    }

    /// What stood in the way last, since the last success.
    pub(super) fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// The analyst wants it tried now.
    pub(super) fn nudge(&mut self, now: Instant) {
        if self.until.is_some() {
            self.until = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::SafeText;

    fn obstacle(kind: FaultKind, retry_after: Option<Duration>) -> Obstacle {
        Obstacle { kind, retry_after, message: SafeText::from("x") }
    }

    fn backoff() -> Backoff {
        Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(8) }
    }

    #[test]
    fn a_row_of_failures_pauses_everything_then_tries_one() {
        let now = Instant::now();
        let mut circuit = Circuit::new(backoff());
        for _ in 1..ROW {
            circuit.failed(&obstacle(FaultKind::Unreachable, None), now);
        }
        assert_eq!(circuit.allows(now), usize::MAX);
        circuit.failed(&obstacle(FaultKind::Unreachable, Some(Duration::from_secs(3))), now);
        assert_eq!(circuit.allows(now), 0);
        assert_eq!(circuit.resumes(now), Some(now + Duration::from_secs(3)));
        let later = now + Duration::from_secs(3);
        assert_eq!((circuit.allows(later), circuit.resumes(later)), (1, None));
        circuit.failed(&obstacle(FaultKind::Unreachable, Some(Duration::from_secs(5))), later);
        assert_eq!(circuit.allows(later), 0, "one more failure is enough now");
        circuit.succeeded();
        assert_eq!((circuit.allows(later), circuit.fault()), (usize::MAX, None));
    }

    #[test]
    fn stragglers_of_a_pause_do_not_prolong_it() {
        let now = Instant::now();
        let mut circuit = Circuit::new(backoff());
        circuit.failed(&obstacle(FaultKind::SignIn, Some(Duration::from_secs(2))), now);
        for _ in 0..40 {
            circuit.failed(&obstacle(FaultKind::SignIn, Some(Duration::from_secs(90))), now);
        }
        assert_eq!(circuit.resumes(now), Some(now + Duration::from_secs(2)));
    }

    #[test]
    fn throttling_is_the_clients_business() {
        let now = Instant::now();
        let mut circuit = Circuit::new(backoff());
        for _ in 0..100 {
            circuit.failed(&obstacle(FaultKind::Throttled, None), now);
        }
        assert_eq!(circuit.allows(now), usize::MAX);
        assert_eq!(circuit.fault().map(|fault| fault.kind), Some(FaultKind::Throttled));
    }

    #[test]
    fn a_missing_sign_in_pauses_at_once_and_a_nudge_tries_again() {
        let now = Instant::now();
        let mut circuit = Circuit::new(backoff());
        circuit.failed(&obstacle(FaultKind::SignIn, Some(Duration::from_mins(1))), now);
        assert_eq!(circuit.allows(now), 0);
        circuit.nudge(now);
        assert_eq!(circuit.allows(now), 1);
    }
}
