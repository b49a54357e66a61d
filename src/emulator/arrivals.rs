//! Alerts that arrive while someone watches the demo.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::demo::NOW_PLACEHOLDER;
use super::raw;
use super::serve::Shared;
use super::ticks;

const FIRST: Duration = Duration::from_secs(8);

/// Lets them arrive one by one until the last, or until the emulator stops.
pub(super) async fn run(shared: Arc<Shared>, alerts: Vec<String>, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut wait = FIRST;
    for alert in alerts {
        if shared.stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
            return;
        }
        let alert = moved_to(&alert, shared.clock.now());
        shared.activity.raised(&alert);
        // An alert that cannot be read would be a fault of the generator, which has its own tests.
        let _ = shared.state().upsert(Bytes::from(alert));
        wait = Duration::from_millis(random.u64(20_000..=40_000));
    }
}

/// The alert as if it were generated at `now`: the demo's placeholder for the time of arrival is filled in; else its
/// four times keep their distances, and its name follows.
fn moved_to(alert: &str, now: DateTime<Utc>) -> String {
    if alert.contains(NOW_PLACEHOLDER) {
        return alert.replace(NOW_PLACEHOLDER, &now.to_rfc3339_opts(SecondsFormat::Millis, true));
    }
    let time = |json: &str, name: &str| {
        let (text, span) = raw::property(json, name)?;
        Some((DateTime::parse_from_rfc3339(&text).ok()?.to_utc(), span))
    };
    let by = time(alert, "timeGeneratedUtc").map_or(TimeDelta::zero(), |(generated, _)| now - generated);
    let mut moved = alert.to_owned();
    for name in ["startTimeUtc", "endTimeUtc", "timeGeneratedUtc", "processingEndTimeUtc"] {
        if let Some((old, span)) = time(&moved, name) {
            let new = (old + by).to_rfc3339_opts(SecondsFormat::Millis, true);
            moved.replace_range(span, &format!("\"{new}\""));
        }
    }
    renamed(&moved, by).unwrap_or(moved)
}

/// The same alert with the time in its name moved on, wherever the name stands.
fn renamed(alert: &str, by: TimeDelta) -> Option<String> {
    let layout = raw::layout(alert).ok()?;
    let name = layout.id.rsplit('/').next()?;
    let old = ticks::of_name(name)?;
    let new = old.checked_sub(by.num_microseconds()?.checked_mul(10)?)?;
    let (_, rest) = name.split_once('_')?;
    Some(alert.replace(name, &format!("{new:019}_{rest}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrival_of_the_demo_gets_its_time() {
        let now = DateTime::parse_from_rfc3339("2026-11-23T08:00:00Z").unwrap().to_utc();
        let arrivals = super::super::demo::tenant(1, now).arrivals;
        for alert in &arrivals {
            let moved = moved_to(alert, now);
            assert!(!moved.contains(NOW_PLACEHOLDER) && raw::layout(&moved).is_ok(), "{moved}");
            let (time, _) = raw::property(&moved, "timeGeneratedUtc").unwrap();
            assert_eq!(time, "2026-11-23T08:00:00.000Z");
        }
        assert_eq!(arrivals.len(), 10);
    }

    #[test]
    fn an_arrival_is_generated_now_and_named_so() {
        let time = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let start = time("2026-11-01T10:00:00Z");
        let name = format!("{}_abc", ticks::descending(start));
        let alert = format!(
            r#"{{"id":"/subscriptions/s/providers/Microsoft.Security/locations/eu/alerts/{name}","name":"{name}","properties":{{"status":"Active","startTimeUtc":"2026-11-01T10:00:00Z","timeGeneratedUtc":"2026-11-01T10:05:00.5Z","description":"at 2026-11-01T10:00:00Z"}}}}"#
        );
        let now = time("2026-11-23T08:00:00Z");
        let moved: serde_json::Value = serde_json::from_str(&moved_to(&alert, now)).unwrap();
        let properties = &moved["properties"];
        assert_eq!(properties["timeGeneratedUtc"], "2026-11-23T08:00:00.000Z");
        assert_eq!(
            properties["startTimeUtc"], "2026-11-23T07:54:59.500Z",
            "five minutes and a half second before"
        );
        assert_eq!(properties["description"], "at 2026-11-01T10:00:00Z", "text is left alone");
        let name = moved["name"].as_str().unwrap();
        assert_eq!(ticks::of_name(name), Some(ticks::descending(time("2026-11-23T07:54:59.500Z"))));
        assert!(moved["id"].as_str().unwrap().ends_with(&format!("/{name}")));
    }
}
