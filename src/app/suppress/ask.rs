//! What is asked about suppression rules, and what is answered.

use std::sync::Arc;

use crate::app::documents::suppression::remarks;
use crate::domain::SafeText;
use crate::domain::progress::Fault;
use crate::domain::suppression::{Rule, Scope, Simulation, Stored};
use crate::domain::table::Table;

/// For whom something is simulated: of each, only the newest question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The rule in the form.
    Form,
    /// The rules of the list.
    Rules,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// What rules would have matched of the cached alerts.
    Simulate(Purpose, Arc<Table>, Vec<Scope>),
    /// The rules of all subscriptions that the table knows.
    List(Arc<Table>),
    /// Write rules that must not be there yet.
    Create(Vec<Rule>),
    /// Write a rule in the place of the one that it was made from, which comes first.
    Replace(Box<Rule>, Box<Rule>),
    /// Delete a rule.
    Delete(Box<Rule>),
}

/// What is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// One simulation for each scope; none when a newer question was asked meanwhile.
    Simulated(Purpose, Option<Result<Vec<Simulation>, Fault>>),
    /// The rules.
    Listed(Result<RuleList, Fault>),
    /// What became of each rule.
    Written(Vec<Written>),
    /// The rule, and what became of it: why it is not known to be gone although that was accepted, if it is not.
    Deleted(Box<Rule>, Result<Option<SafeText>, Fault>),
}

/// The rules of several subscriptions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleList {
    /// The rules.
    pub rules: Vec<Rule>,
    /// Items that could not be read as a rule.
    pub unread: usize,
    /// Subscriptions whose rules could not be listed: their names and why.
    pub failed: Vec<(SafeText, Fault)>,
}

/// A rule that was to be written, and what the service keeps, or why it is not stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// What was asked for.
    pub asked: Rule,
    /// What became of it.
    pub outcome: Result<Stored, Fault>,
}

impl Written {
    /// What there is to say of a rule that is stored: that it could not be read back, or what is kept differently.
    pub fn remarks(&self) -> impl Iterator<Item = String> {
        self.outcome.as_ref().ok().into_iter().flat_map(remarks)
    }

    /// Why it is not stored, in words; none when it is.
    pub fn refused(&self) -> Option<String> {
        let fault = self.outcome.as_ref().err()?;
        Some(format!("{} is not stored: {}", self.asked.name, fault.message))
    }
}
