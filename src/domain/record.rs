//! The local record beside the alerts: notes, feedback, assignment, ticked steps, and the audit log of everything done here.
//!
//! Nothing of it reaches the source: the API has no field for any of it (contract README §12).

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::change::{ChangeRecord, HistoryEntry};
use crate::domain::remediation::StepId;
use crate::domain::{AlertId, SafeText};

/// Why an alert was useful, or was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the codes speak for themselves
pub enum FeedbackReason {
    Accurate,
    Actionable,
    FalsePositive,
    Benign,
    Noise,
    Unclear,
    Duplicate,
    Other,
}

impl FeedbackReason {
    /// The reasons of a useful alert, in the order of their keys.
    pub const USEFUL: [Self; 3] = [Self::Accurate, Self::Actionable, Self::Other];

    /// The reasons of one that was not useful, in the order of their keys.
    pub const NOT_USEFUL: [Self; 6] =
        [Self::FalsePositive, Self::Benign, Self::Noise, Self::Unclear, Self::Duplicate, Self::Other];

    /// The reasons to choose from.
    pub fn all(useful: bool) -> &'static [Self] {
        if useful { &Self::USEFUL } else { &Self::NOT_USEFUL }
    }

    /// The code in commands, machine output and the journal.
    pub fn code(self) -> &'static str {
        match self {
            Self::Accurate => "accurate",
            Self::Actionable => "actionable",
            Self::FalsePositive => "false-positive",
            Self::Benign => "benign",
            Self::Noise => "noise",
            Self::Unclear => "unclear",
            Self::Duplicate => "duplicate",
            Self::Other => "other",
        }
    }

    /// The label on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Accurate => "Accurate",
            Self::Actionable => "Something could be done about it",
            Self::FalsePositive => "False positive",
            Self::Benign => "Benign, expected activity",
            Self::Noise => "Noise",
            Self::Unclear => "Unclear what it means",
            Self::Duplicate => "Duplicate",
            Self::Other => "Other",
        }
    }

    /// Reads a code, in any letter case, among the reasons that fit the judgement.
    pub fn parse(useful: bool, text: &str) -> Option<Self> {
        Self::all(useful).iter().copied().find(|reason| reason.code().eq_ignore_ascii_case(text))
    }
}

/// The judgement's word in filters, machine output and the journal.
pub fn judgement(useful: bool) -> &'static str {
    if useful { "useful" } else { "not-useful" }
}

/// A note on an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// When it was written.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: SafeText,
    /// The text; may have several lines.
    pub text: SafeText,
}

/// A judgement of an alert; the last one counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// When it was given.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: SafeText,
    /// Useful, or not.
    pub useful: bool,
    /// Why.
    pub reason: FeedbackReason,
    /// The analyst's words; may be empty.
    pub comment: SafeText,
}

/// A remediation step that was ticked off. It is known by its words: one that the source has reworded since is another step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// Which.
    pub step: StepId,
    /// Its words as they were ticked.
    pub text: SafeText,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: SafeText,
}

/// What is kept of one alert beside its changes of status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertRecord {
    /// Its notes, the newest first.
    pub notes: Vec<Note>,
    /// The last feedback.
    pub feedback: Option<Feedback>,
    /// The steps ticked off, in the order in which they were.
    pub ticks: Vec<Tick>,
}

impl AlertRecord {
    /// What counts of an alert's past, which is given newest first.
    pub fn of(past: &[Past]) -> Self {
        let mut record = Self::default();
        for past in past.iter().rev() {
            let Past::Deed(deed, _) = past else { continue };
            let (at, by) = (deed.at, deed.by.clone());
            match (deed.kind, deed.reason) {
                (DeedKind::Note, _) => record.notes.insert(0, Note { at, by, text: deed.words.clone() }),
                (DeedKind::Feedback, Some(reason)) => {
                    let comment = deed.words.clone();
                    record.feedback = Some(Feedback { at, by, useful: deed.is_useful(), reason, comment });
                }
                (DeedKind::StepDone | DeedKind::StepOpen, _) => {
                    let Some(step) = deed.step() else { continue };
                    record.ticks.retain(|tick| tick.step != step);
                    if deed.kind == DeedKind::StepDone {
                        record.ticks.push(Tick { step, text: deed.value.clone(), at, by });
                    }
                }
                _ => {}
            }
        }
        record
    }

    /// The tick of a step.
    pub fn tick(&self, step: StepId) -> Option<&Tick> {
        self.ticks.iter().find(|tick| tick.step == step)
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeedKind {
    /// A note was written; the words are the note.
    Note,
    /// Alerts were assigned; the value is to whom, empty for nobody.
    Assign,
    /// Alerts were judged; the value is [`judgement`]'s word.
    Feedback,
    /// A remediation step was ticked off; the value is its words, and it is about its [`StepId`].
    StepDone,
    /// The tick was taken away again.
    StepOpen,
    /// A suppression rule was created; the value is its name.
    RuleCreated,
    /// A suppression rule was edited, enabled, disabled or extended; the words say how.
    RuleEdited,
    /// A suppression rule was deleted.
    RuleDeleted,
    /// The e-mail contacts of a subscription were edited; the words say how.
    ContactsEdited,
    /// A logic app was triggered; the value is its name, the words say under which number the outcome is kept. Never its
    /// callback's address.
    LogicAppTriggered,
}

impl DeedKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Note,
        Self::Assign,
        Self::Feedback,
        Self::StepDone,
        Self::StepOpen,
        Self::RuleCreated,
        Self::RuleEdited,
        Self::RuleDeleted,
        Self::ContactsEdited,
        Self::LogicAppTriggered,
    ];

    /// The code in machine output and the journal.
    pub fn code(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Assign => "assign",
            Self::Feedback => "feedback",
            Self::StepDone => "step-done",
            Self::StepOpen => "step-open",
            Self::RuleCreated => "rule-created",
            Self::RuleEdited => "rule-edited",
            Self::RuleDeleted => "rule-deleted",
            Self::ContactsEdited => "contacts-edited",
            Self::LogicAppTriggered => "logic-app-triggered",
        }
    }

    /// What was done, in words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Assign => "assigned",
            Self::Feedback => "feedback",
            Self::StepDone => "step done",
            Self::StepOpen => "step open again",
            Self::RuleCreated => "suppression rule created",
            Self::RuleEdited => "suppression rule edited",
            Self::RuleDeleted => "suppression rule deleted",
            Self::ContactsEdited => "e-mail contacts edited",
            Self::LogicAppTriggered => "logic app triggered",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Something done here, for the audit log. One deed for all the alerts it was done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom, from the token's claims.
    pub by: SafeText,
    /// What.
    pub kind: DeedKind,
    /// The alerts it was done to; none for what is about something else.
    pub alerts: Vec<AlertId>,
    /// What else it was about: the full id of a rule, a subscription, a logic app; the number of a step. May be empty.
    pub about: SafeText,
    /// What it set, as [`DeedKind`] says; may be empty.
    pub value: SafeText,
    /// Why, of feedback.
    pub reason: Option<FeedbackReason>,
    /// The analyst's words, or what changed; may be empty. Never a secret.
    pub words: SafeText,
    /// The filter in force; may be empty.
    pub filter: String,
}

impl Deed {
    /// A deed of a kind without any particulars.
    pub fn new(kind: DeedKind, by: SafeText, at: DateTime<Utc>) -> Self {
        Self {
            at,
            by,
            kind,
            alerts: Vec::new(),
            about: SafeText::default(),
            value: SafeText::default(),
            reason: None,
            words: SafeText::default(),
            filter: String::new(),
        }
    }

    /// The same, done to alerts.
    #[must_use]
    pub fn on(mut self, alerts: impl IntoIterator<Item = AlertId>) -> Self {
        self.alerts.extend(alerts);
        self
    }

    /// The same, about something else than alerts.
    #[must_use]
    pub fn about(mut self, id: impl Into<SafeText>) -> Self {
        self.about = id.into();
        self
    }

    /// The same with what it set.
    #[must_use]
    pub fn set(mut self, value: impl Into<SafeText>) -> Self {
        self.value = value.into();
        self
    }

    /// The same with words.
    #[must_use]
    pub fn saying(mut self, words: impl Into<SafeText>) -> Self {
        self.words = words.into();
        self
    }

    /// The same, with the filter in force.
    #[must_use]
    pub fn under(mut self, filter: impl Into<String>) -> Self {
        self.filter = filter.into();
        self
    }

    /// True for feedback that says useful.
    pub fn is_useful(&self) -> bool {
        self.value.raw() == judgement(true)
    }

    /// The step that was ticked off, or is open again.
    pub fn step(&self) -> Option<StepId> {
        self.about.raw().parse().ok().map(StepId)
    }

    /// The same, about a step of the alert.
    #[must_use]
    pub fn ticking(self, step: StepId, words: SafeText) -> Self {
        self.about(step.0.to_string()).set(words)
    }

    /// A judgement of alerts.
    #[must_use]
    pub fn judging(mut self, useful: bool, reason: FeedbackReason) -> Self {
        self.value = SafeText::from(judgement(useful));
        self.reason = Some(reason);
        self
    }
}

/// The number of a deed in the journal, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct DeedId(pub i64);

/// An entry of the audit log: one act, whatever its number of alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// What was done.
    pub act: Act,
    /// How many alerts it was done to.
    pub alerts: usize,
    /// The first of them.
    pub first: Option<AlertId>,
}

/// An act of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A change of status, an undo or a redo.
    Change(Box<ChangeRecord>),
    /// Anything else. Its list of alerts is left empty here.
    Deed(DeedId, Box<Deed>),
}

/// Something done to one alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Past {
    /// Its status was changed.
    Change(HistoryEntry),
    /// Anything else. Its list of alerts is left empty; the number says to how many the same was done at once.
    Deed(Box<Deed>, usize),
}

impl Past {
    /// When.
    pub fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Change(entry) => entry.at,
            Self::Deed(deed, _) => deed.at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_only_where_it_fits_the_judgement() {
        for useful in [true, false] {
            for reason in FeedbackReason::all(useful) {
                assert_eq!(FeedbackReason::parse(useful, &reason.code().to_uppercase()), Some(*reason));
            }
        }
        assert_eq!(FeedbackReason::parse(true, "noise"), None);
        assert_eq!(FeedbackReason::parse(false, "accurate"), None);
    }

    #[test]
    fn every_kind_reads_back() {
        for kind in DeedKind::ALL {
            assert_eq!(DeedKind::parse(kind.code()), Some(kind));
        }
    }
}
