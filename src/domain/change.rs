//! Bulk changes: which alerts a decision covers, what became of each, and how it is undone.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::key_set::KeySet;
use crate::domain::table::Table;
use crate::domain::{AlertId, AlertKey, ChangeId, SafeText, Status, thousands};

/// Why an alert was dismissed. Kept in the journal; the API has no field for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the codes speak for themselves
pub enum Reason {
    FalsePositive,
    Benign,
    Noise,
    Duplicate,
    NotRelevant,
    Other,
}

impl Reason {
    /// Every reason, in the order of the keys 1–6.
    pub const ALL: [Self; 6] =
        [Self::FalsePositive, Self::Benign, Self::Noise, Self::Duplicate, Self::NotRelevant, Self::Other];

    /// The code in commands, machine output and the journal.
    pub fn code(self) -> &'static str {
        match self {
            Self::FalsePositive => "false-positive",
            Self::Benign => "benign",
            Self::Noise => "noise",
            Self::Duplicate => "duplicate",
            Self::NotRelevant => "not-relevant",
            Self::Other => "other",
        }
    }

    /// The label on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::FalsePositive => "False positive",
            Self::Benign => "Benign, expected activity",
            Self::Noise => "Noise",
            Self::Duplicate => "Duplicate",
            Self::NotRelevant => "Not relevant here",
            Self::Other => "Other",
        }
    }

    /// Reads a code in any letter case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code().eq_ignore_ascii_case(text))
    }
}

/// One alert of a change, with the status it was seen in when the decision was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The alert.
    pub id: AlertId,
    /// The status it was seen in: what an undo returns to, and what the source must still have.
    pub seen: Status,
    /// The status to set.
    pub want: Status,
}

/// The program that sends a change made as a script.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ScriptTool {
    /// `curl`, with a token from the environment or the Azure CLI.
    #[default]
    Curl,
    /// `az rest`: the Azure CLI signs in by itself.
    Az,
}

/// A decision, before it has a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChange {
    /// The alerts, frozen.
    pub targets: Vec<Target>,
    /// The status set, for the record; `None` for an undo, whose targets go back to their own.
    pub status: Option<Status>,
    /// Why.
    pub reason: Option<Reason>,
    /// The analyst's words; may be empty.
    pub comment: SafeText,
    /// The filter in force, for the audit record; may be empty.
    pub filter: String,
    /// The tenant that the alerts were seen in; empty where it is not known. An undo is for that of the change it undoes.
    pub tenant: SafeText,
    /// The change that this one undoes or redoes.
    pub undoes: Option<ChangeId>,
    /// Also take the alerts over: assign them to whoever makes the change.
    pub take: bool,
    /// Who made it, from the token's claims.
    pub by: SafeText,
    /// When.
    pub at: DateTime<Utc>,
}

impl NewChange {
    /// Alerts to set to a status, without a reason, a comment or anything else to go with it.
    pub fn new(targets: Vec<Target>, status: Status, by: SafeText, at: DateTime<Utc>) -> Self {
        Self {
            targets,
            status: Some(status),
            reason: None,
            comment: SafeText::default(),
            filter: String::new(),
            tenant: SafeText::default(),
            undoes: None,
            take: false,
            by,
            at,
        }
    }
}

/// What became of one alert of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// In the outbox: not tried, or to be tried again.
    Pending,
    /// Being sent.
    Sending,
    /// Read back.
    Verified,
    /// The source refused.
    Failed,
    /// Someone changed it meanwhile.
    Conflict,
    /// Accepted, but reading back still shows the former status.
    Unconfirmed,
    /// Taken back before it was sent, or cancelled.
    Cancelled,
    /// Done here, and nowhere else: the alert is of a file, and no source in use has it.
    Kept,
}

/// The journal's detail of a target that was kept here.
pub const KEPT_HERE: &str = "kept here; no source in use has this alert";

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Sending,
        Self::Verified,
        Self::Failed,
        Self::Conflict,
        Self::Unconfirmed,
        Self::Cancelled,
        Self::Kept,
    ];

    /// The word on screen, in machine output and in the journal.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Verified => "verified",
            Self::Failed => "failed",
            Self::Conflict => "conflict",
            Self::Unconfirmed => "unconfirmed",
            Self::Cancelled => "cancelled",
            Self::Kept => "kept",
        }
    }

    /// Reads a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }

    /// True when nothing more happens to it by itself.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Sending)
    }

    /// True for what a retry takes up again.
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::Failed | Self::Conflict | Self::Unconfirmed)
    }
}

/// How far the sending of one alert's change came, over all its attempts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sent {
    /// Nothing that could have had an effect.
    #[default]
    No,
    /// A request went out and its answer is not known.
    Perhaps,
    /// The source said yes.
    Accepted,
}

impl Sent {
    /// The number in the journal.
    pub fn code(self) -> u8 {
        match self {
            Self::No => 0,
            Self::Perhaps => 1,
            Self::Accepted => 2,
        }
    }

    /// Reads a number.
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::No, Self::Perhaps, Self::Accepted].into_iter().find(|sent| sent.code() == code)
    }
}

/// How many alerts of a change have each outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Pending or being sent.
    pub pending: usize,
    /// Read back.
    pub verified: usize,
    /// Refused.
    pub failed: usize,
    /// In conflict.
    pub conflict: usize,
    /// Not confirmed.
    pub unconfirmed: usize,
    /// Taken back or cancelled.
    pub cancelled: usize,
    /// Done here only: the alerts are of a file.
    #[serde(skip_serializing_if = "is_zero")]
    pub kept: usize,
}

/// Machine output names what is kept only where there is something.
#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, outcome: Outcome, count: usize) {
        match outcome {
            Outcome::Pending | Outcome::Sending => self.pending += count,
            Outcome::Verified => self.verified += count,
            Outcome::Failed => self.failed += count,
            Outcome::Conflict => self.conflict += count,
            Outcome::Unconfirmed => self.unconfirmed += count,
            Outcome::Cancelled => self.cancelled += count,
            Outcome::Kept => self.kept += count,
        }
    }

    /// Adds the counts of another change.
    pub fn merge(&mut self, other: &Self) {
        self.pending += other.pending;
        self.verified += other.verified;
        self.failed += other.failed;
        self.conflict += other.conflict;
        self.unconfirmed += other.unconfirmed;
        self.cancelled += other.cancelled;
        self.kept += other.kept;
    }

    /// All alerts of the change.
    pub fn total(&self) -> usize {
        self.pending + self.settled()
    }

    /// Those with a final outcome.
    pub fn settled(&self) -> usize {
        self.verified + self.failed + self.conflict + self.unconfirmed + self.cancelled + self.kept
    }

    /// How it ended, in words: `1,328 verified, 9 failed`.
    pub fn sentence(&self) -> String {
        let parts = [
            (self.verified, "verified"),
            (self.failed, "failed"),
            (self.conflict, "in conflict"),
            (self.unconfirmed, "unconfirmed"),
            (self.pending, "pending"),
            (self.cancelled, "cancelled"),
            (self.kept, "kept here"),
        ];
        let said: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{} {word}", thousands(*count)))
            .collect();
        if said.is_empty() { "nothing to do".to_owned() } else { said.join(", ") }
    }

    /// True when every alert was read back (or taken back by the user).
    pub fn is_clean(&self) -> bool {
        self.pending + self.failed + self.conflict + self.unconfirmed == 0
    }
}

/// One alert of a recorded change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetRecord {
    /// The alert and its statuses.
    pub target: Target,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it failed or is in conflict; may be empty.
    pub detail: SafeText,
    /// How often it was sent.
    pub attempts: u32,
}

/// How many changes a screen shows.
pub const RECENT: usize = 100;

/// A recorded change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRecord {
    /// Its number.
    pub id: ChangeId,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: SafeText,
    /// The status set; none for an undo.
    pub status: Option<Status>,
    /// Why.
    pub reason: Option<Reason>,
    /// The analyst's words.
    pub comment: SafeText,
    /// The filter in force.
    pub filter: String,
    /// The change this one undoes.
    pub undoes: Option<ChangeId>,
    /// The change that undid this one.
    pub undone_by: Option<ChangeId>,
    /// Outcomes so far.
    pub tally: Tally,
}

/// Why an alert is not part of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Skip {
    /// It has the status already.
    AlreadySo,
    /// The analyst keeps it.
    Kept,
    /// It is gone from the source.
    Gone,
}

impl Skip {
    /// The words on screen: `12 already dismissed`.
    pub fn words(self, status: Status) -> String {
        match self {
            Self::AlreadySo => format!("already {}", status.word()),
            Self::Kept => "kept".to_owned(),
            Self::Gone => "gone from the source".to_owned(),
        }
    }
}

/// What a change would do: the exact alerts, and those left out with the reason.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The alerts as they were when it was made.
    table: Arc<Table>,
    /// The status to set; none of an empty plan.
    want: Option<Status>,
    /// The alerts that change, frozen, each with the status it was seen in.
    pub targets: Vec<(AlertKey, Status)>,
    /// Those that do not.
    pub skipped: Vec<(AlertKey, Skip)>,
}

impl Plan {
    /// How many are left out for a reason.
    pub fn skipped_for(&self, skip: Skip) -> usize {
        self.skipped.iter().filter(|(_, why)| *why == skip).count()
    }

    /// The tenant that the alerts were of when it was made; empty where nobody had signed in.
    pub fn tenant(&self) -> &SafeText {
        self.table.tenant()
    }

    /// The targets with their full ids. Of very many these take their time: off the screen's thread.
    pub fn targets(&self) -> Vec<Target> {
        let target = |(key, seen): &(AlertKey, Status)| {
            Some(Target { id: self.table.get(*key)?.id(), seen: *seen, want: self.want? })
        };
        self.targets.iter().filter_map(target).collect()
    }
}

/// Freezes the set: each alert once, in the order given, except those kept, gone, or already in the status wanted.
///
/// An alert whose unsettled change asks for another status is part of the plan: the outbox keeps the user's order per
/// alert. `seen` is the status shown, so that an undo of a change on top of another returns to what the user saw.
pub fn plan(table: &Arc<Table>, keys: &[AlertKey], want: Status, keep: &KeySet) -> Plan {
    let mut plan = Plan { table: Arc::clone(table), want: Some(want), ..Plan::default() };
    let mut done = KeySet::default();
    for key in keys.iter().copied().filter(|key| done.insert(*key)) {
        let Some(row) = table.get(key) else { continue };
        let skip = if keep.contains(key) {
            Some(Skip::Kept)
        } else if row.flags().is_gone() {
            Some(Skip::Gone)
        } else if row.status() == want {
            Some(Skip::AlreadySo)
        } else {
            None
        };
        match skip {
            Some(why) => plan.skipped.push((key, why)),
            None => plan.targets.push((key, row.status())),
        }
    }
    plan
}

/// One change of one alert, as its history shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The change it was part of.
    pub change: ChangeId,
    /// When the change was made.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: SafeText,
    /// The status before.
    pub from: Status,
    /// The status asked for.
    pub to: Status,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it failed or is in conflict; may be empty.
    pub detail: SafeText,
    /// The reason given.
    pub reason: Option<Reason>,
    /// The analyst's words.
    pub comment: SafeText,
    /// The filter in force.
    pub filter: String,
    /// The change that this one undid.
    pub undoes: Option<ChangeId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_change_is_one_line() {
        for (tally, text) in [
            (Tally::default(), "nothing to do"),
            (Tally { verified: 337, ..Tally::default() }, "337 verified"),
            (Tally { verified: 328, failed: 9, ..Tally::default() }, "328 verified, 9 failed"),
            (
                Tally {
                    verified: 1200,
                    conflict: 1,
                    unconfirmed: 2,
                    pending: 4,
                    cancelled: 3,
                    ..Tally::default()
                },
                "1,200 verified, 1 in conflict, 2 unconfirmed, 4 pending, 3 cancelled",
            ),
        ] {
            assert_eq!(tally.sentence(), text);
        }
    }
}
