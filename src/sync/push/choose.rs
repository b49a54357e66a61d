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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::change::{Sent, Target};
    use crate::domain::{ChangeId, Status};

    fn item(row: i64, subscription: &str, name: &str) -> OutboxItem {
        let id = AlertId::new(format!(
            "/subscriptions/{subscription}/providers/Microsoft.Security/locations/l/alerts/{name}"
        ));
        OutboxItem {
            row,
            change: ChangeId(1),
            target: Target { id, seen: Status::Active, want: Status::Resolved },
            request_id: row.to_string(),
            attempts: 0,
            sent: Sent::No,
            withdrawn: false,
        }
    }

    fn rows(chosen: &[OutboxItem]) -> Vec<i64> {
        chosen.iter().map(|item| item.row).collect()
    }

    #[test]
    fn the_first_in_the_row_start_as_far_as_there_is_room() {
        let due = |count| (0..count).map(|row| item(row, "s", &format!("n{row}"))).collect();
        let room = |free, per_subscription| Room { free, per_subscription, ..Room::default() };
        assert_eq!(rows(&choose(due(9), &room(3, 16))), [0, 1, 2]);
        assert_eq!(rows(&choose(due(9), &room(16, 2))), [0, 1]);
        assert_eq!(rows(&choose(due(2), &room(16, 16))), [0, 1]);
        assert!(choose(due(2), &room(0, 16)).is_empty());
    }

    #[test]
    fn a_full_subscription_leaves_room_to_the_others() {
        let due = vec![
            item(1, "s", "a"),
            item(2, "s", "b"),
            item(3, "t", "c"),
            item(4, "S", "d"),
            item(5, "t", "e"),
        ];
        let flying = HashMap::from([(Some(SubscriptionId::new("s")), 1)]);
        let room = Room { free: 9, per_subscription: 2, flying, ..Room::default() };
        assert_eq!(rows(&choose(due, &room)), [1, 3, 5]);
    }

    #[test]
    fn an_alerts_second_change_waits_for_its_first() {
        let due = vec![item(1, "s", "a"), item(2, "s", "b"), item(3, "s", "A"), item(4, "s", "c")];
        let busy = HashSet::from([item(0, "s", "B").target.id]);
        let room = Room { free: 9, per_subscription: 9, busy, ..Room::default() };
        assert_eq!(rows(&choose(due.clone(), &room)), [1, 4]);
        // Also when there is no room for the first just now.
        let full = Room { per_subscription: 0, ..room };
        assert!(choose(due, &full).is_empty());
    }
}
