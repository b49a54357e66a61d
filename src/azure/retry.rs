//! When to try again: Retry-After wins exactly, else full jitter from 0.8 s up to 60 s.

use std::future::Future;
use std::time::{Duration, SystemTime};

use super::error::ApiError;

/// The longest wait that a Retry-After can impose; what is longer is taken for a mistake.
const LONGEST: Duration = Duration::from_hours(24);

/// Exponential growth with full jitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The ceiling of the first wait.
    pub first: Duration,
    /// The ceiling of every wait.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(800), longest: Duration::from_mins(1) }
    }
}

impl Backoff {
    /// The longest wait before attempt number `failures + 1`, after `failures` (1 or more) failed ones.
    pub fn ceiling(self, failures: u32) -> Duration {
        let doubled = self.first.saturating_mul(1 << failures.saturating_sub(1).min(20));
        doubled.min(self.longest)
    }

    /// The wait after `failures` failed attempts: what Azure asked for, else anything up to the ceiling.
    pub fn delay(self, failures: u32, asked: Option<Duration>) -> Duration {
        asked.unwrap_or_else(|| self.ceiling(failures).mul_f64(fastrand::f64()))
    }
}

/// Reads a Retry-After header: whole seconds, or an HTTP date counted from `now`. A date that has passed is no wait.
pub fn parse_retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().map_or(LONGEST, Duration::from_secs).min(LONGEST));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let wait = until.duration_since(now).unwrap_or_default();
    Some(wait.min(LONGEST))
}

/// Repeats a read until it succeeds, fails for good, or has failed `attempts` times.
///
/// A bucket that is on hold delays the next attempt by itself; the wait here is on top only where Azure asked nothing.
pub async fn with_retry<T, F, Fut>(backoff: Backoff, attempts: u32, request: F) -> Result<T, ApiError>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, ApiError>>,
{
    with_retry_of(ApiError::is_transient, backoff, attempts, request).await
}

/// The same for what may be repeated after some errors only.
pub async fn with_retry_of<T, F, Fut>(
    may_again: impl Fn(&ApiError) -> bool,
    backoff: Backoff,
    attempts: u32,
    mut request: F,
) -> Result<T, ApiError>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, ApiError>>,
{
    let mut failures = 0;
    loop {
        match request().await {
            Err(error) if failures + 1 < attempts.max(1) && may_again(&error) => {
                failures += 1;
                tokio::time::sleep(backoff.delay(failures, error.retry_after())).await;
            }
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_minute_and_never_pass_their_ceiling() {
        let backoff = Backoff::default();
        assert_eq!(backoff.ceiling(1), Duration::from_millis(800));
        assert_eq!(backoff.ceiling(2), Duration::from_millis(1600));
        assert_eq!(backoff.ceiling(8), Duration::from_mins(1));
        assert_eq!(backoff.ceiling(u32::MAX), Duration::from_mins(1));
        for failures in 1..40 {
            assert!(backoff.delay(failures, None) <= backoff.ceiling(failures));
        }
    }

    #[test]
    fn what_azure_asks_for_wins_exactly() {
        let asked = Duration::from_secs(123);
        assert_eq!(Backoff::default().delay(1, Some(asked)), asked);
        assert_eq!(Backoff::default().delay(9, Some(Duration::ZERO)), Duration::ZERO);
    }

    #[test]
    fn both_forms_of_retry_after_are_read() {
        let now = httpdate::parse_http_date("Mon, 23 Nov 2026 12:00:00 GMT").unwrap();
        let cases = [
            ("0", Some(0)),
            (" 17 ", Some(17)),
            ("Mon, 23 Nov 2026 12:01:30 GMT", Some(90)),
            ("Mon, 23 Nov 2026 11:00:00 GMT", Some(0)),
            ("99999999999999999999999", Some(86_400)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(parse_retry_after(text, now), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_is_repeated_only_while_that_can_help() {
        let run = |outcomes: Vec<Result<u8, ApiError>>| async move {
            let mut left = outcomes.into_iter();
            let mut calls = 0;
            let outcome = with_retry(Backoff::default(), 3, || {
                calls += 1;
                std::future::ready(left.next().unwrap())
            })
            .await;
            (calls, outcome)
        };
        let down = || Err(ApiError::Network("down".into()));
        assert_eq!(run(vec![down(), Ok(7)]).await, (2, Ok(7)));
        assert_eq!(run(vec![Err(ApiError::NotFound)]).await, (1, Err(ApiError::NotFound)));
        assert_eq!(run(vec![down(), down(), down()]).await, (3, down()));
    }
}
