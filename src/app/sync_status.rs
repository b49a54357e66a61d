//! What the pull and push workers report.

use crate::app::documents::moment::thousands;
use crate::app::effect::JournalOrder;
use crate::app::journal::{Order, order, track};
use crate::app::message::Now;
use crate::app::model::{Model, SubscriptionState, SyncStatus};
use crate::app::notice::{fail, say};
use crate::app::{Effects, details};
use crate::domain::change::Tally;
use crate::domain::progress::{Subscription, SyncEvent};
use crate::domain::{ChangeId, SafeText, SubscriptionId};

/// A worker reports.
pub(super) fn event(model: &mut Model, event: SyncEvent, out: &mut Effects) {
    let offset = model.now.offset;
    let sync = &mut model.sync;
    match event {
        SyncEvent::Subscriptions(list) => subscriptions(sync, list),
        SyncEvent::RoundStarted(at) => {
            sync.running = true;
            sync.started = Some(at);
            sync.quarantined = 0;
            for state in &mut sync.subscriptions {
                state.listed = 0;
                state.complete = false;
            }
        }
        SyncEvent::Page { subscription, listed } => state(sync, &subscription).listed = listed,
        SyncEvent::Pulled { subscription, summary } => {
            let state = state(sync, &subscription);
            state.listed = summary.listed;
            state.complete = true;
            state.fault = None;
            sync.quarantined += summary.quarantined;
        }
        SyncEvent::PullFailed { subscription: Some(id), fault } => state(sync, &id).fault = Some(fault),
        SyncEvent::PullFailed { subscription: None, fault } => sync.fault = Some(fault),
        SyncEvent::RoundEnded(at) => {
            sync.running = false;
            sync.wished = false;
            let complete = sync.subscriptions.iter().all(|state| state.complete);
            if complete && sync.fault.is_none() {
                sync.last_complete = Some(Now { utc: at, offset });
            }
            // The counts beside the entities may be others now.
            details::reload(model, out);
        }
        SyncEvent::Push { change, tally, rate } => push(model, change, tally, rate),
        SyncEvent::Settled { change, tally } => settled(model, change, tally, out),
        SyncEvent::PushWaits(fault) => sync.push_fault = Some(fault),
        SyncEvent::PushElsewhere => sync.elsewhere = true,
    }
}

/// The subscriptions are known: those known before keep their state.
fn subscriptions(sync: &mut SyncStatus, list: Vec<Subscription>) {
    sync.fault = None;
    let mut before = std::mem::take(&mut sync.subscriptions);
    for subscription in list {
        let known = before.iter().position(|state| state.subscription.id == subscription.id);
        let state = match known {
            Some(at) => SubscriptionState { subscription, ..before.swap_remove(at) },
            None => SubscriptionState { subscription, listed: 0, complete: false, fault: None },
        };
        sync.subscriptions.push(state);
    }
}

/// The state of a subscription; one that was not announced is added under its GUID.
fn state<'a>(sync: &'a mut SyncStatus, id: &SubscriptionId) -> &'a mut SubscriptionState {
    let known = sync.subscriptions.iter().position(|state| state.subscription.id == *id);
    let at = known.unwrap_or_else(|| {
        let name = SafeText::from(id.as_str());
        let subscription = Subscription { id: id.clone(), name, tenant: SafeText::default() };
        sync.subscriptions.push(SubscriptionState { subscription, listed: 0, complete: false, fault: None });
        sync.subscriptions.len() - 1
    });
    &mut sync.subscriptions[at]
}

fn push(model: &mut Model, change: ChangeId, tally: Tally, rate: u32) {
    model.sync.push_fault = None;
    model.sync.elsewhere = false;
    let status = model.bulk.recent.iter().find(|record| record.id == change).and_then(|record| record.status);
    track(model, change, status, tally);
    if let Some(running) = model.bulk.running.iter_mut().find(|running| running.change == change) {
        running.rate = rate;
    }
}

/// One notice says how it ended; failures are marked for a retry.
fn settled(model: &mut Model, change: ChangeId, tally: Tally, out: &mut Effects) {
    model.sync.push_fault = None;
    model.bulk.running.retain(|running| running.change != change);
    model.bulk.settled.insert(change);
    if let Some(record) = model.bulk.recent.iter_mut().find(|record| record.id == change) {
        record.tally = tally;
    }
    if tally.is_clean() {
        say(model, words(&tally), out);
    } else {
        model.bulk.last = Some(change);
        fail(model, format!("{} — E shows them", words(&tally)), out);
        order(model, Order::MarkFailures(change), JournalOrder::LoadChange(change), out);
    }
    details::reload(model, out);
}

/// `328 verified, 9 failed`.
fn words(tally: &Tally) -> String {
    let parts = [
        (tally.verified, "verified"),
        (tally.failed, "failed"),
        (tally.conflict, "in conflict"),
        (tally.unconfirmed, "unconfirmed"),
        (tally.cancelled, "cancelled"),
        (tally.pending, "pending"),
    ];
    let said: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", thousands(*count)))
        .collect();
    if said.is_empty() { "nothing to do".to_owned() } else { said.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_change_is_one_line() {
        for (tally, text) in [
            (Tally { verified: 337, ..Tally::default() }, "337 verified"),
            (Tally { verified: 328, failed: 9, ..Tally::default() }, "328 verified, 9 failed"),
            (
                Tally { verified: 1200, conflict: 1, unconfirmed: 2, cancelled: 3, ..Tally::default() },
                "1,200 verified, 1 in conflict, 2 unconfirmed, 3 cancelled",
            ),
        ] {
            assert_eq!(words(&tally), text);
        }
    }
}
