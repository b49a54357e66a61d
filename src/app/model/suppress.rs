//! Suppression rules: those of the source, the form, and the screen that lists them.

use crate::app::fetch::Remote;
use crate::app::form::Form;
use crate::app::message::Question;
use crate::app::suppress::{RuleList, Written};
use crate::domain::suppression::{Condition, Draft, Rule, Scope, Simulation, Warning};
use crate::domain::{AlertKey, SafeText};

/// What is known of the rules at the source.
#[derive(Debug, Default)]
pub struct Suppress {
    /// The rules of all subscriptions.
    pub rules: Remote<RuleList>,
    /// What each of them matches of the cached alerts, in the same order.
    pub matches: Remote<Vec<Simulation>>,
    /// What was confirmed to be dismissed as soon as a rule is stored.
    pub dismissals: Vec<Dismissal>,
}

/// Open alerts to dismiss once every rule of a question is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Dismissal {
    /// The question that writes the rules.
    pub question: Question,
    /// The alerts.
    pub alerts: Vec<AlertKey>,
    /// The rule's name, for the record.
    pub name: SafeText,
    /// The rule's reason.
    pub reason: SafeText,
}

/// A rule being filled in.
#[derive(Debug)]
pub struct RuleForm {
    /// What it is filled in from.
    pub about: About,
    /// The fields.
    pub form: Form,
    /// The field of the API that each row of conditions is about, in the order of the rows.
    pub rows: Vec<SafeText>,
    /// Conditions of the rule being edited that the form cannot show as rows; they stay.
    pub kept: Vec<Condition>,
    /// The rule as the fields say now.
    pub draft: Draft,
    /// The name that was suggested: as long as it stands there, it gives way to the name of a rule that is there.
    pub suggested: SafeText,
    /// What it would have matched.
    pub simulation: Remote<Simulation>,
    /// The first line of what it would have matched that is seen.
    pub seen: usize,
    /// What the simulation was last asked about.
    pub asked: Option<Scope>,
    /// What to think of.
    pub warnings: Vec<Warning>,
    /// True once submitting was tried: from then on what is missing is a fault.
    pub tried: bool,
    /// What the keys mean now.
    pub step: Step,
    /// Why the rule was not stored the last time.
    pub refused: Option<SafeText>,
}

/// What a rule is filled in from.
#[derive(Debug, Clone, PartialEq)]
pub enum About {
    /// An alert whose details are awaited.
    Awaited(AlertKey),
    /// An alert.
    Alert(AlertKey),
    /// A rule that is there.
    Rule(Box<Rule>),
}

/// What the keys of the form mean.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The fields are filled in.
    Fill,
    /// Something typed would be lost: really leave?
    Leave,
    /// Really write it? With whether the matching open alerts are dismissed too.
    Confirm {
        /// Dismiss them.
        dismiss: bool,
        /// The first line of the question that is seen.
        offset: usize,
    },
    /// It is being written and read back.
    Writing(Question),
    /// What the service keeps, from a line on.
    Stored(Vec<Written>, usize),
}

/// The screen that lists the rules.
#[derive(Debug, Default)]
pub struct RulesScreen {
    /// The rule under the cursor.
    pub chosen: usize,
    /// The first rule drawn.
    pub offset: usize,
    /// The rule is shown whole, from this line on; none while the list has the keys.
    pub open: Option<usize>,
    /// What is asked before it is done.
    pub asking: Option<Deed>,
    /// What is being done.
    pub doing: Option<Question>,
    /// Where the service keeps something else than was asked for, and what went wrong; of the last deed.
    pub said: Vec<SafeText>,
}

/// Something done to a rule that is there.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Write it with another state or end: as it was shown, and as it is to be.
    Write(Box<Rule>, Box<Rule>),
    /// Delete it.
    Delete(Box<Rule>),
}
