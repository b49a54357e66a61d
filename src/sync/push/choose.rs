//! Which of the due changes may start now.

use std::collections::{HashMap, HashSet};

use crate::domain::{AlertId, SubscriptionId};
use crate::store::OutboxItem;

/// What is in flight, and how much more may be.
#[derive(Debug, Clone, Default)]
pub(super) struct Room {
    /// Alerts that may be started in all.
    pub(super) free: usize,
    /// Alerts of one subscription that may be in flight.
    pub(super) per_subscription: usize,
    /// Alerts of each subscription in flight.
    pub(super) flying: HashMap<Option<SubscriptionId>, usize>,
    /// Alerts with a change in flight or not yet settled in the outbox.
    pub(super) busy: HashSet<AlertId>,
}

/// Takes what may start, in the order given. An alert's changes are sent one after the other, and a subscription that
/// is slow or throttled leaves room to the others.
pub(super) fn choose(due: Vec<OutboxItem>, room: &Room) -> Vec<OutboxItem> {
    let mut chosen: Vec<OutboxItem> = Vec::new();
    let mut busy = room.busy.clone();
    let mut flying = room.flying.clone();
    for item in due {
        if chosen.len() >= room.free {
            break;
        }
        // Later changes of an alert wait for its first, also when that one does not fit now.
        if !busy.insert(item.target.id.clone()) {
            continue;
        }
        let count = flying.entry(item.target.id.subscription()).or_default();
        if *count < room.per_subscription {
            *count += 1;
            chosen.push(item);
        }
    }
    chosen
}
