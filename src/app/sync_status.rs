//! What the pull and push workers report.

use crate::app::command::{Change, Command, Mark};
use crate::app::documents::reading;
use crate::app::effect::JournalOrder;
use crate::app::journal::{Order, list_changes, order, track};
use crate::app::message::Now;
use crate::app::model::{Model, SubscriptionState, SyncStatus};
use crate::app::notice::{fail, say};
use crate::app::{Effect, Effects, details, journal, notice, rights, sign_in, undo};
use crate::domain::change::Tally;
use crate::domain::progress::{FaultKind, Subscription, SyncEvent};
use crate::domain::{ChangeId, SafeText, SubscriptionId};

/// A worker reports.
pub(super) fn event(model: &mut Model, event: SyncEvent, out: &mut Effects) {
    let offset = model.now.offset;
    let sync = &mut model.sync;
    match event {
        SyncEvent::Subscriptions(list) => {
            subscriptions(sync, list);
            rights::ask(model, out);
        }
        SyncEvent::RoundStarted(at) => {
            sync.running = true;
            sync.started = Some(at);
            sync.quarantined = 0;
            sync.stopping = false;
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
        SyncEvent::PullFailed { subscription, fault } => {
            let signed_out = fault.kind == FaultKind::SignIn;
            match subscription {
                Some(id) => state(sync, &id).fault = Some(fault),
                None => sync.fault = Some(fault),
            }
            if signed_out {
                sign_in::missed(model, out);
            }
        }
        SyncEvent::RoundEnded(at, _) => {
            sync.running = false;
            sync.wished = false;
            sync.reading = None;
            let complete = sync.subscriptions.iter().all(|state| state.complete);
            if complete && sync.fault.is_none() {
                sync.last_complete = Some(Now { utc: at, offset });
            }
            notice::synced(model);
            // The counts beside the entities may be others now.
            details::reload(model, out);
        }
        SyncEvent::Push { change, tally, rate } => push(model, change, tally, rate, out),
        SyncEvent::Settled { change, tally } => settled(model, change, tally, out),
        SyncEvent::PushWaits(fault) => sync.push_fault = Some(fault),
        SyncEvent::PushElsewhere => sync.elsewhere = true,
        SyncEvent::Read(reading) => sync.reading = Some(reading),
        SyncEvent::ReadStopped(reading) => {
            sync.stopped = Some(reading);
            say(model, reading::stopped(&reading), out);
        }
    }
}

/// Stops reading files; false when none are read.
pub(super) fn interrupt(model: &mut Model, out: &mut Effects) -> bool {
    if model.sync.reading.is_none() || model.sync.stopping {
        return false;
    }
    model.sync.stopping = true;
    out.push(Effect::StopReading);
    say(model, "stopping: what was read stays", out);
    true
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

/// Something was sent: whatever stood in the way no longer does, and a listing that failed is worth another try now.
fn back_online(model: &mut Model, out: &mut Effects) {
    model.sync.push_fault = None;
    if model.sync.fault.take().is_some() && !model.sync.running {
        out.push(Effect::SyncNow);
    }
}

fn push(model: &mut Model, change: ChangeId, tally: Tally, rate: u32, out: &mut Effects) {
    if tally.settled() > 0 {
        back_online(model, out);
    }
    model.sync.elsewhere = false;
    // A change of another instance, or of an earlier session: the record says what it does.
    if !model.bulk.recent.iter().any(|record| record.id == change)
        && !model.bulk.running.iter().any(|running| running.change == change)
    {
        list_changes(model, out);
    }
    let status = model.bulk.recent.iter().find(|record| record.id == change).and_then(|record| record.status);
    track(model, change, status, tally);
    if let Some(running) = model.bulk.running.iter_mut().find(|running| running.change == change) {
        running.rate = rate;
    }
}

/// One notice says how it ended; failures are offered for a retry.
fn settled(model: &mut Model, change: ChangeId, tally: Tally, out: &mut Effects) {
    back_online(model, out);
    model.bulk.running.retain(|running| running.change != change);
    model.bulk.settled.insert(change);
    if let Some(record) = model.bulk.recent.iter_mut().find(|record| record.id == change) {
        record.tally = tally;
    }
    let outcome = format!("{}{}", undo::outcome_of(&model.bulk, change), tally.sentence());
    if tally.is_clean() {
        model.bulk.refused = None;
        let twins = if model.bulk.last == Some(change) { journal::twins_left(model) } else { None };
        let text = twins.map_or_else(|| outcome.clone(), |twins| format!("{outcome}; {twins}"));
        say(model, text, out);
    } else {
        model.bulk.last = Some(change);
        let refused = Tally {
            failed: tally.failed,
            conflict: tally.conflict,
            unconfirmed: tally.unconfirmed,
            ..Tally::default()
        };
        model.bulk.refused = Some((change, refused)).filter(|_| refused.total() > 0);
        let keymap = &model.settings.keymap;
        let marks = keymap.said(Command::Mark(Mark::Last));
        let shows = keymap.said(Command::Change(Change::Failures));
        fail(model, format!("{outcome} — {marks} marks them, {shows} shows them"), out);
        order(model, Order::OfferFailures(change), JournalOrder::LoadChange(change), out);
    }
    details::reload(model, out);
}
