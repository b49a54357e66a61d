//! Runs of logic apps: how they stand, and what they were started with.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::app::App;
use crate::emulator::demo::iso;
use crate::emulator::ticks;

/// A run that was started through a callback address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunEntry {
    /// Resource id of the workflow.
    pub workflow: String,
    /// Name of the trigger.
    pub trigger: String,
    /// Name of the run, as `x-ms-workflow-run-id` has it.
    pub run: String,
    /// When it began, in the tenant's time.
    pub time: DateTime<Utc>,
    /// `Running`, `Succeeded` or `Failed`.
    pub status: String,
    /// The request's `content-type`; empty if there was none.
    pub content_type: String,
    /// The request's body as it was received; bytes that are no text are replaced.
    pub body: String,
}

/// What a run was started with.
pub(super) struct Sent {
    pub(super) content_type: String,
    pub(super) body: String,
}

/// One run.
pub(super) struct Run {
    /// The place of the app in the tenant's list.
    pub(super) app: usize,
    pub(super) name: String,
    trigger: String,
    /// The client's own name for the run, else the run's.
    pub(super) tracking: String,
    pub(super) started: DateTime<Utc>,
    /// How a past run ended; none for one that the emulator has begun.
    ended: Option<String>,
    sent: Option<Sent>,
}

impl Run {
    /// A run that was over before the emulator started.
    pub(super) fn past(app: usize, trigger: Option<&String>, started: DateTime<Utc>, status: &str) -> Self {
        let name = name(started);
        Self {
            app,
            tracking: name.clone(),
            name,
            trigger: trigger.cloned().unwrap_or_default(),
            started,
            ended: Some(status.to_owned()),
            sent: None,
        }
    }

    /// A run that begins now.
    pub(super) fn begin(
        app: usize,
        trigger: &str,
        tracking: Option<&str>,
        now: DateTime<Utc>,
        sent: Sent,
    ) -> Self {
        let name = name(now);
        Self {
            app,
            tracking: tracking.unwrap_or(&name).to_owned(),
            name,
            trigger: trigger.to_owned(),
            started: now,
            ended: None,
            sent: Some(sent),
        }
    }

    /// How it stands, for a run of the emulator's own as long as runs take.
    pub(super) fn status<'r>(&'r self, app: &App, takes: Duration, now: DateTime<Utc>) -> &'r str {
        match &self.ended {
            Some(status) => status,
            None if now < self.end(takes) => "Running",
            None if app.fails.is_some() => "Failed",
            None => "Succeeded",
        }
    }

    fn end(&self, takes: Duration) -> DateTime<Utc> {
        let takes = TimeDelta::from_std(takes).unwrap_or(TimeDelta::MAX);
        self.started.checked_add_signed(takes).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// What tests see of a run that was started with something.
    pub(super) fn entry(&self, app: &App, status: &str) -> Option<RunEntry> {
        let sent = self.sent.as_ref()?;
        Some(RunEntry {
            workflow: app.id.clone(),
            trigger: self.trigger.clone(),
            run: self.name.clone(),
            time: self.started,
            status: status.to_owned(),
            content_type: sent.content_type.clone(),
            body: sent.body.clone(),
        })
    }

    /// The run as ARM shows it.
    pub(super) fn describe(&self, app: &App, status: &str, takes: Duration) -> Value {
        let correlation = json!({ "clientTrackingId": self.tracking });
        let start = iso(self.started);
        let mut properties = json!({
            "waitEndTime": start,
            "startTime": start,
            "status": status,
            "correlation": correlation,
            "workflow": app.version(),
            "trigger": {
                "name": self.trigger,
                "startTime": start,
                "endTime": start,
                "scheduledTime": start,
                "correlation": correlation,
                "code": "OK",
                "status": "Succeeded",
            },
            "outputs": {},
        });
        if status != "Running" {
            properties["endTime"] = iso(self.end(takes)).into();
        }
        if status == "Failed" {
            let why = app.fails.as_deref().unwrap_or("An action failed.");
            properties["code"] = "ActionFailed".into();
            properties["error"] = json!({ "code": "ActionFailed", "message": why });
        }
        json!({
            "id": format!("{}/runs/{}", app.id, self.name),
            "name": self.name,
            "type": "Microsoft.Logic/workflows/runs",
            "properties": properties,
        })
    }
}

/// Names count down, so that the newest is the first; the rest keeps two of one moment apart.
fn name(started: DateTime<Utc>) -> String {
    format!(
        "0{}{:09}CU{:02}",
        ticks::descending(started),
        fastrand::u32(..1_000_000_000),
        fastrand::u8(..100)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::demo;

    #[test]
    fn a_run_is_running_for_its_time_and_then_ends_as_its_app_does() {
        let now: DateTime<Utc> = "2026-11-23T14:00:00Z".parse().unwrap();
        let takes = Duration::from_secs(2);
        let mut ends = Vec::new();
        for note in demo::apps() {
            let app = App::new(note, "s", now);
            let sent = Sent { content_type: String::new(), body: String::new() };
            let run = Run::begin(0, "manual", Some("mine"), now, sent);
            let status = |seconds| run.status(&app, takes, now + TimeDelta::seconds(seconds)).to_owned();
            assert_eq!((status(0).as_str(), status(1).as_str()), ("Running", "Running"));
            let running = run.describe(&app, "Running", takes);
            assert_eq!(running["properties"].get("endTime"), None);
            assert_eq!(running["properties"]["correlation"]["clientTrackingId"], "mine");
            let ended = run.describe(&app, &status(2), takes);
            assert_eq!(ended["properties"]["endTime"], "2026-11-23T14:00:02Z");
            ends.push(status(2));
        }
        assert_eq!(ends.iter().filter(|end| *end == "Failed").count(), 1);
        assert!(ends.iter().all(|end| end == "Failed" || end == "Succeeded"));
    }
}
