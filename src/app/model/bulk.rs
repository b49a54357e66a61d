//! Bulk changes: those on their way and those made.

use std::collections::{BTreeSet, VecDeque};

use crate::app::journal::Order;
use crate::domain::change::{ChangeRecord, Reason, Tally};
use crate::domain::{AlertKey, ChangeId, SafeText, Status};

/// Bulk changes.
#[derive(Debug, Default)]
pub struct Bulk {
    /// The changes on their way, oldest first.
    pub running: Vec<Running>,
    /// The last change made, for `E`.
    pub last: Option<ChangeId>,
    /// The last change that did not end well, and how many alerts of it failed, are in conflict or unconfirmed: until
    /// they were looked at or sent again, or another change ended well.
    pub refused: Option<(ChangeId, Tally)>,
    /// Recent changes as the journal has them, newest first.
    pub recent: Vec<ChangeRecord>,
    /// The last decision, for `.`.
    pub decision: Option<Decision>,
    /// Twins that the last decision left as they are, and the decision, for `&`.
    pub twins: Option<(Vec<(AlertKey, Status)>, Decision)>,
    /// Orders that the journal has not answered, oldest first.
    pub orders: VecDeque<Order>,
    /// Changes that were settled while this session ran: an answer of the journal may be older than that.
    pub settled: BTreeSet<ChangeId>,
    /// Changes of which an undo could take nothing back.
    pub exhausted: BTreeSet<ChangeId>,
    /// Alerts that the last undo left as they are, with the reason.
    pub spared: Vec<(SafeText, SafeText)>,
}

impl Bulk {
    /// How many alerts the change has that the journal is storing.
    pub fn storing(&self) -> Option<usize> {
        self.orders.iter().find_map(|order| match order {
            Order::Submit(submitted) => Some(submitted.keys.len()),
            _ => None,
        })
    }
}

/// A change on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Its number.
    pub change: ChangeId,
    /// What it does: `dismiss 337 alerts`.
    pub label: String,
    /// Outcomes so far.
    pub tally: Tally,
    /// Alerts settled a second.
    pub rate: u32,
    /// True once its rest was cancelled.
    pub cancelling: bool,
}

/// A decision that can be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The status set.
    pub status: Status,
    /// Why.
    pub reason: Option<Reason>,
    /// And taken over.
    pub take: bool,
}
