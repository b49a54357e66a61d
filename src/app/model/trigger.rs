//! Section 4 of *Take action*: logic apps, and what was triggered.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::fetch::Remote;
use crate::app::model::Scroll;
use crate::domain::logic_app::Trigger as Starter;
use crate::domain::resource::ResourceId;
use crate::domain::response::{Candidates, Outgoing, TriggerRecord};
use crate::domain::{AlertKey, SafeText};

/// What the section knows.
#[derive(Debug, Default)]
pub struct Trigger {
    /// Logic apps and automations: the same for every alert.
    pub candidates: Remote<Candidates>,
    /// What would be sent of the alert that is shown.
    pub outgoing: Remote<Outgoing>,
    /// Whose that is.
    pub of: Option<AlertKey>,
    /// Every row heard of, by its number.
    pub rows: BTreeMap<i64, TriggerRecord>,
    /// Rows whose runs are followed.
    pub followed: BTreeSet<i64>,
    /// The confirms of this session, in their order.
    pub confirmed: Vec<Confirmed>,
}

/// A confirm, and how it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// Its number in this session.
    pub number: u64,
    /// The logic app's name.
    pub app: SafeText,
    /// How many alerts it is about.
    pub alerts: usize,
    /// Their keys, for their titles.
    pub keys: Vec<AlertKey>,
    /// Its rows, as far as they were heard of: in the order of its alerts.
    pub rows: BTreeSet<i64>,
    /// True until each alert has its outcome.
    pub running: bool,
    /// True once nothing more is to be sent of it.
    pub cancelling: bool,
}

/// The question before a logic app is triggered, with what would be sent.
#[derive(Debug)]
pub struct TriggerPrompt {
    /// The logic app.
    pub app: ResourceId,
    /// Its name.
    pub name: SafeText,
    /// What its subscription is called.
    pub subscription: SafeText,
    /// Its trigger.
    pub trigger: Starter,
    /// The alert that is shown.
    pub shown: AlertKey,
    /// The marked alerts; empty when there is only the one shown.
    pub marked: Vec<AlertKey>,
    /// True for the marked alerts, false for the one shown.
    pub all: bool,
    /// What would be sent.
    pub outgoing: Remote<Outgoing>,
    /// Where the text is scrolled to.
    pub scroll: Scroll,
}

impl TriggerPrompt {
    /// The alerts it is about.
    pub fn keys(&self) -> Vec<AlertKey> {
        if self.all { self.marked.clone() } else { vec![self.shown] }
    }
}

/// What became of each alert of a confirm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcomes {
    /// The confirm.
    pub number: u64,
    /// Where the text is scrolled to.
    pub scroll: Scroll,
}
