//! Token buckets as Azure Resource Manager keeps them: one for reads, one for writes and one for deletes, per
//! subscription; and the quota of Resource Graph, which is the caller's.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// A bucket's size and how fast it fills.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Requests that a full bucket holds.
    pub bucket: u32,
    /// Requests that come back each second.
    pub refill: f64,
}

/// The limits in force.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// For GET.
    pub reads: Rate,
    /// For deletes, and for everything else: a bucket each.
    pub writes: Rate,
}

/// What a bucket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Flow {
    Reads,
    Writes,
    Deletes,
    /// Queries of Resource Graph.
    Queries,
}

/// Resource Graph allows about 15 queries in 5 seconds.
const QUERIES: Rate = Rate { bucket: 15, refill: 3.0 };

impl Default for Limits {
    fn default() -> Self {
        Self { reads: Rate { bucket: 250, refill: 25.0 }, writes: Rate { bucket: 200, refill: 10.0 } }
    }
}

/// Whether requests are throttled, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Throttle {
    /// Never a 429 of the emulator's own.
    Off,
    /// By these limits.
    On(Limits),
}

impl Default for Throttle {
    fn default() -> Self {
        Self::On(Limits::default())
    }
}

/// A `--throttle` value that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "throttle `{text}`: expected `off` or `reads=BUCKET:REFILL,writes=BUCKET:REFILL`, for example reads=250:25,writes=200:10"
)]
pub struct ThrottleError {
    text: String,
}

impl FromStr for Throttle {
    type Err = ThrottleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("off") {
            return Ok(Self::Off);
        }
        limits(text).map(Self::On).ok_or_else(|| ThrottleError { text: text.to_owned() })
    }
}

fn limits(text: &str) -> Option<Limits> {
    let mut limits = Limits::default();
    for part in text.split(',') {
        let (kind, rate) = part.split_once('=')?;
        let (bucket, refill) = rate.split_once(':')?;
        let rate = Rate { bucket: bucket.trim().parse().ok()?, refill: refill.trim().parse().ok()? };
        if rate.bucket == 0 || !rate.refill.is_finite() || rate.refill <= 0.0 {
            return None;
        }
        match kind.trim() {
            "reads" => limits.reads = rate,
            "writes" => limits.writes = rate,
            _ => return None,
        }
    }
    Some(limits)
}

/// What the bucket said to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Go on; so many requests are left. None when nothing is counted.
    Pass(Option<u32>),
    /// Come back after so many seconds.
    Wait(u64),
}

struct Level {
    tokens: f64,
    at: Instant,
}

/// The buckets of all subscriptions.
pub(super) struct Buckets {
    limits: Option<Limits>,
    levels: Mutex<HashMap<(String, Flow), Level>>,
}

impl Buckets {
    pub(super) fn new(throttle: Throttle) -> Self {
        let limits = match throttle {
            Throttle::Off => None,
            Throttle::On(limits) => Some(limits),
        };
        Self { limits, levels: Mutex::default() }
    }

    /// Takes one request out of the subscription's bucket; an empty name is the tenant's.
    pub(super) fn take(&self, subscription: &str, flow: Flow, now: Instant) -> Verdict {
        let Some(limits) = self.limits else { return Verdict::Pass(None) };
        let rate = match flow {
            Flow::Reads => limits.reads,
            Flow::Writes | Flow::Deletes => limits.writes,
            Flow::Queries => QUERIES,
        };
        let full = f64::from(rate.bucket);
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        let level = levels
            .entry((subscription.to_ascii_lowercase(), flow))
            .or_insert(Level { tokens: full, at: now });
        let elapsed = now.saturating_duration_since(level.at).as_secs_f64();
        level.tokens = elapsed.mul_add(rate.refill, level.tokens).min(full);
        level.at = now;
        if level.tokens >= 1.0 {
            level.tokens -= 1.0;
            Verdict::Pass(Some(level.tokens as u32))
        } else {
            Verdict::Wait(((1.0 - level.tokens) / rate.refill).ceil().max(1.0) as u64)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn specs_are_read_or_refused_with_an_example() {
        assert_eq!("reads=250:25,writes=200:10".parse(), Ok(Throttle::default()));
        assert_eq!("OFF".parse(), Ok(Throttle::Off));
        let Ok(Throttle::On(limits)) = "writes=2:0.5".parse::<Throttle>() else { panic!("not read") };
        assert_eq!((limits.writes.bucket, limits.reads), (2, Limits::default().reads));
        for bad in [
            "",
            "on",
            "reads=1",
            "reads=1:x",
            "reads=0:1",
            "reads=1:0",
            "reads=1:inf",
            "deletes=1:1",
            "reads=1:1,",
        ] {
            let error = bad.parse::<Throttle>().unwrap_err().to_string();
            assert!(error.contains("reads=250:25"), "{bad}: {error}");
        }
    }

    #[test]
    fn a_bucket_empties_and_fills_per_subscription_and_kind() {
        let buckets = Buckets::new("reads=2:1,writes=1:0.25".parse().unwrap());
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(buckets.take("A", Flow::Reads, at(0)), Verdict::Pass(Some(1)));
        assert_eq!(
            buckets.take("a", Flow::Reads, at(0)),
            Verdict::Pass(Some(0)),
            "letter case does not matter"
        );
        assert_eq!(buckets.take("a", Flow::Reads, at(0)), Verdict::Wait(1));
        assert_eq!(buckets.take("b", Flow::Reads, at(0)), Verdict::Pass(Some(1)), "another subscription");
        assert_eq!(buckets.take("a", Flow::Writes, at(0)), Verdict::Pass(Some(0)), "writes have their own");
        assert_eq!(buckets.take("a", Flow::Deletes, at(0)), Verdict::Pass(Some(0)), "and deletes");
        assert_eq!(buckets.take("a", Flow::Writes, at(1)), Verdict::Wait(3));
        assert_eq!(buckets.take("a", Flow::Writes, at(4)), Verdict::Pass(Some(0)), "Retry-After is exact");
        assert_eq!(buckets.take("a", Flow::Reads, at(100)), Verdict::Pass(Some(1)), "never more than full");
    }

    #[test]
    fn off_counts_nothing() {
        let buckets = Buckets::new(Throttle::Off);
        assert!((0..10_000).all(|_| buckets.take("a", Flow::Writes, Instant::now()) == Verdict::Pass(None)));
    }
}
