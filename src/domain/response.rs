//! Automated responses: logic apps triggered on alerts, at most once for each confirm, and what became of each.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::automation::{AlertEvent, Automation, Verdict};
use crate::domain::logic_app::LogicApp;
use crate::domain::progress::{Fault, Subscription};
use crate::domain::resource::ResourceId;
use crate::domain::{AlertId, SafeText};

/// The number of a response in the journal, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResponseId(pub i64);

impl fmt::Display for ResponseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A confirm: one logic app on these alerts, one run each.
#[derive(Debug, Clone, PartialEq)]
pub struct NewResponse {
    /// The logic app.
    pub app: ResourceId,
    /// The trigger's name.
    pub trigger: SafeText,
    /// The alerts; one named twice is taken once.
    pub alerts: Vec<AlertId>,
    /// Who confirmed it.
    pub by: SafeText,
    /// When.
    pub at: DateTime<Utc>,
}

/// How it stands with one alert of a response.
///
/// Only *pending* may be sent. What was being sent when nobody could see the end is *unknown*, and stays so: sending it
/// again could start a second run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TriggerOutcome {
    /// Confirmed, and certainly not sent.
    Pending,
    /// On its way, as far as anybody knows.
    Sending,
    /// The logic app took it.
    Done,
    /// The logic app refused it, or it was certainly never sent.
    Failed,
    /// It may have been taken, or not.
    Unknown,
    /// Cancelled before it was sent.
    Cancelled,
}

impl TriggerOutcome {
    /// Every outcome.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Sending, Self::Done, Self::Failed, Self::Unknown, Self::Cancelled];

    /// The word in the journal, on screen and in machine output.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }

    /// True when nothing more is sent.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Sending)
    }
}

/// The status of a run, as the source spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunStatus(pub SafeText);

/// What a run's status means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunPhase {
    /// It goes on, or waits for something.
    Running,
    /// It ended well.
    Succeeded,
    /// It ended badly.
    Failed,
    /// It was stopped.
    Cancelled,
    /// A status that is not known here.
    Unknown,
}

impl RunStatus {
    /// What it means, by the contract's list of workflow statuses.
    pub fn phase(&self) -> RunPhase {
        match self.0.raw().to_ascii_lowercase().as_str() {
            "running" | "waiting" | "paused" | "suspended" => RunPhase::Running,
            "succeeded" => RunPhase::Succeeded,
            "failed" | "faulted" | "timedout" | "aborted" => RunPhase::Failed,
            "cancelled" | "skipped" | "ignored" => RunPhase::Cancelled,
            _ => RunPhase::Unknown,
        }
    }

    /// True when the status will not change any more.
    pub fn is_final(&self) -> bool {
        matches!(self.phase(), RunPhase::Succeeded | RunPhase::Failed | RunPhase::Cancelled)
    }
}

/// One alert of a response, as the journal has it.
#[derive(Debug, Clone, PartialEq)]
pub struct TriggerRecord {
    /// Its number in the journal.
    pub row: i64,
    /// The response it belongs to.
    pub response: ResponseId,
    /// The alert.
    pub alert: AlertId,
    /// The logic app.
    pub app: ResourceId,
    /// The trigger's name.
    pub trigger: SafeText,
    /// Who confirmed it.
    pub by: SafeText,
    /// When it was confirmed.
    pub at: DateTime<Utc>,
    /// How it stands.
    pub outcome: TriggerOutcome,
    /// Why; may be empty.
    pub detail: SafeText,
    /// The run's name, when the logic app told it.
    pub run: Option<SafeText>,
    /// The run's status when it was last read.
    pub status: Option<RunStatus>,
    /// What tells this request from every other: sent along, so that its run can be recognised.
    pub request_id: String,
}

impl TriggerRecord {
    /// True while there is a run whose end nobody has seen.
    pub fn is_running(&self) -> bool {
        self.run.is_some() && !self.status.as_ref().is_some_and(RunStatus::is_final)
    }

    /// True when the logic app took it and nothing since says that its run went wrong.
    pub fn is_clean(&self) -> bool {
        let wrong = self.status.as_ref().is_some_and(|status| {
            matches!(status.phase(), RunPhase::Failed | RunPhase::Cancelled | RunPhase::Unknown)
        });
        self.outcome == TriggerOutcome::Done && !wrong
    }
}

/// Alerts that one confirm can be about. Each is a run of its own, which no one takes back.
pub const MOST_AT_ONCE: usize = 500;

/// What a logic app would be sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outgoing {
    /// The alerts as they would be sent.
    pub events: Vec<Arc<AlertEvent>>,
    /// Those that cannot be sent, and why.
    pub left_out: Vec<(AlertId, SafeText)>,
    /// What was triggered on them before, the newest of each first.
    pub past: Vec<TriggerRecord>,
}

/// What could be done about an alert, and what is done by itself, in all subscriptions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Candidates {
    /// The logic apps, the usable ones first.
    pub apps: Vec<LogicApp>,
    /// The workflow automations.
    pub automations: Vec<Automation>,
    /// The subscriptions that were asked.
    pub subscriptions: Vec<Subscription>,
    /// What could not be read, with its subscription.
    pub faults: Vec<(Subscription, Fault)>,
}

impl Candidates {
    /// What the subscription of a resource is called; its GUID when it has no name here.
    pub fn subscription_name(&self, id: &ResourceId) -> SafeText {
        let Some(of) = id.subscription() else { return SafeText::default() };
        let known = self.subscriptions.iter().find(|one| one.id == of && !one.name.is_empty());
        known.map_or_else(|| SafeText::from(of.as_str()), |one| one.name.clone())
    }

    /// The automations that start a logic app and do so, or may do so, for an alert; those that do come first.
    pub fn automations_for<'c>(&'c self, event: &AlertEvent) -> Vec<(&'c Automation, Verdict)> {
        let starting = self.automations.iter().filter(|one| one.logic_apps().next().is_some());
        let mut found: Vec<_> = starting.map(|one| (one, one.verdict(event))).collect();
        found.retain(|(_, verdict)| !matches!(verdict, Verdict::Silent(_)));
        found.sort_by_key(|(_, verdict)| *verdict != Verdict::Fires);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_read_back_and_only_two_are_open() {
        for outcome in TriggerOutcome::ALL {
            assert_eq!(TriggerOutcome::parse(outcome.word()), Some(outcome));
        }
        assert_eq!(TriggerOutcome::parse("verified"), None);
        assert_eq!(TriggerOutcome::ALL.into_iter().filter(|outcome| !outcome.is_final()).count(), 2);
    }

    #[test]
    fn every_status_of_the_contract_has_a_meaning() {
        let phase = |word: &str| RunStatus(word.into()).phase();
        for (word, expected) in [
            ("Running", RunPhase::Running),
            ("waiting", RunPhase::Running),
            ("Suspended", RunPhase::Running),
            ("Succeeded", RunPhase::Succeeded),
            ("Failed", RunPhase::Failed),
            ("TimedOut", RunPhase::Failed),
            ("Cancelled", RunPhase::Cancelled),
            ("Skipped", RunPhase::Cancelled),
            ("NotSpecified", RunPhase::Unknown),
            ("", RunPhase::Unknown),
        ] {
            assert_eq!(phase(word), expected, "{word}");
            let ends = matches!(expected, RunPhase::Succeeded | RunPhase::Failed | RunPhase::Cancelled);
            assert_eq!(RunStatus(word.into()).is_final(), ends, "{word}");
        }
    }
}
