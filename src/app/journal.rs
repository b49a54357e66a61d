//! What the journal was asked and what it answers.

use chrono::{DateTime, Utc};

use crate::app::command::{Change, Command};
use crate::app::effect::JournalOrder;
use crate::app::message::{Journal, OrderKind};
use crate::app::model::{Failure, Failures, Model, Overlay, Running};
use crate::app::notice::{alerts, fail, say};
use crate::app::overlays::log;
use crate::app::{Effect, Effects, bulk, marks, pivot, record, undo, views};
use crate::domain::change::{ChangeRecord, Reason, Tally};
use crate::domain::{AlertKey, ChangeId, SafeText, Status};

/// An order that the journal has not answered yet.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// A change.
    Submit(Box<Submitted>),
    /// An undo or redo.
    Undo(ChangeId),
    /// A retry.
    Retry(ChangeId),
    /// A deed.
    Record,
    /// The recent changes.
    Changes,
    /// One change, to show its failures.
    ShowFailures(ChangeId),
    /// One change, to offer its failures to `*l`.
    OfferFailures(ChangeId),
}

impl Order {
    /// What the journal calls it.
    fn kind(&self) -> OrderKind {
        match self {
            Self::Submit(_) => OrderKind::Submit,
            Self::Undo(_) => OrderKind::Undo,
            Self::Retry(_) => OrderKind::Retry,
            Self::Record => OrderKind::Record,
            Self::Changes => OrderKind::ListChanges,
            Self::ShowFailures(_) | Self::OfferFailures(_) => OrderKind::LoadChange,
        }
    }

    /// True for what changes the journal.
    pub(super) fn is_write(&self) -> bool {
        matches!(self, Self::Submit(_) | Self::Undo(_) | Self::Retry(_) | Self::Record)
    }
}

/// A change on its way into the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Submitted {
    /// Its alerts.
    pub keys: Vec<AlertKey>,
    /// The status to set.
    pub status: Status,
    /// Why.
    pub reason: Option<Reason>,
    /// The analyst's words.
    pub comment: SafeText,
    /// The filter in force.
    pub filter: String,
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: SafeText,
}

/// Sends an order and remembers it until it is answered.
pub(super) fn order(model: &mut Model, order: Order, effect: JournalOrder, out: &mut Effects) {
    model.bulk.orders.push_back(order);
    out.push(Effect::Journal(effect));
}

/// Asks for the recent changes, once.
pub(super) fn list_changes(model: &mut Model, out: &mut Effects) {
    if !model.bulk.orders.contains(&Order::Changes) {
        order(model, Order::Changes, JournalOrder::ListChanges, out);
    }
}

fn take(model: &mut Model, fits: impl Fn(&Order) -> bool) -> Option<Order> {
    let at = model.bulk.orders.iter().position(fits)?;
    model.bulk.orders.remove(at)
}

/// The journal answered.
pub(super) fn answered(model: &mut Model, answer: Journal, out: &mut Effects) {
    match answer {
        Journal::Queued { change, alerts } => queued(model, change, alerts, out),
        Journal::Undone { change, by, removed, alerts, spared } => {
            take(model, |order| matches!(order, Order::Undo(_)));
            undo::undone(model, change, by, (removed, alerts), spared, out);
        }
        Journal::Retrying { change, alerts: count } => {
            take(model, |order| matches!(order, Order::Retry(_)));
            retrying(model, change, count);
            say(model, format!("{} of change {change} sent again", alerts(count)), out);
        }
        Journal::Recorded { kind, alerts, value } => {
            take(model, |order| *order == Order::Record);
            record::recorded(model, kind, alerts, &value, out);
        }
        Journal::Log(question, window) => log::answered(model, question, window, out),
        Journal::Changes(changes) => {
            take(model, |order| *order == Order::Changes);
            recent(model, changes);
        }
        Journal::Views(edit, saved) => views::saved::answered(model, edit, saved, out),
        Journal::Noted => {}
        Journal::Failures(change, targets) => loaded(model, *change, targets),
        Journal::Refused { order, why } => refused(model, order, &why, out),
    }
}

/// An order was refused. Keys typed ahead meant the screen as it would be after it: they go too.
fn refused(model: &mut Model, kind: OrderKind, why: &SafeText, out: &mut Effects) {
    if matches!(kind, OrderKind::Views | OrderKind::Place) {
        // No key waits for them.
    } else if kind == OrderKind::Cancel {
        for running in &mut model.bulk.running {
            running.cancelling = false;
        }
    } else {
        take(model, |order| order.kind() == kind);
        model.held.clear();
    }
    let what = match kind {
        OrderKind::Submit => "not queued",
        OrderKind::Undo => "not taken back",
        OrderKind::Retry => "not sent again",
        OrderKind::Cancel => "not cancelled",
        OrderKind::Record => "not kept",
        OrderKind::ReadLog => return log::refused(model, why),
        OrderKind::Views => return views::saved::refused(model, why, out),
        // Nobody asked for it: the program opens with what was kept before.
        OrderKind::Place => return,
        OrderKind::ListChanges | OrderKind::LoadChange => "the journal could not be read",
    };
    fail(model, format!("{what}: {}", why.raw()), out);
}

fn queued(model: &mut Model, change: ChangeId, count: usize, out: &mut Effects) {
    model.bulk.last = Some(change);
    let Some(Order::Submit(submitted)) = take(model, |order| matches!(order, Order::Submit(_))) else {
        return;
    };
    let tally = Tally { pending: count, ..Tally::default() };
    let label = bulk::label(Some(submitted.status), count);
    model.bulk.running.push(Running { change, label: label.clone(), tally, rate: 0, cancelling: false });
    marks::settle(&mut model.list, &submitted.keys);
    pivot::settle(model, &submitted.keys);
    model.bulk.recent.insert(
        0,
        ChangeRecord {
            id: change,
            at: submitted.at,
            by: submitted.by,
            status: Some(submitted.status),
            reason: submitted.reason,
            comment: submitted.comment,
            filter: submitted.filter,
            undoes: None,
            undone_by: None,
            tally,
        },
    );
    let text = match twins_left(model) {
        None => {
            let undo = model.settings.keymap.said(Command::Change(Change::Undo));
            format!("queued: {label}; {undo} takes it back")
        }
        Some(twins) => format!("queued: {label}; {twins}"),
    };
    say(model, text, out);
}

/// What the last decision left as it is, and the key that adds it.
pub(super) fn twins_left(model: &Model) -> Option<String> {
    let adds = model.settings.keymap.said(Command::Change(Change::Twins));
    Some(match bulk::twins_left(model).count() {
        0 => return None,
        1 => format!("its twin of the other scanner stays until its next scan: {adds} adds it"),
        several => {
            format!("{several} twins of the other scanner stay until their next scan: {adds} adds them")
        }
    })
}

/// Outcomes go back from final to pending.
fn retrying(model: &mut Model, change: ChangeId, count: usize) {
    looked_at(model, change);
    model.bulk.settled.remove(&change);
    model.bulk.exhausted.remove(&change);
    let Some(record) = model.bulk.recent.iter_mut().find(|record| record.id == change) else { return };
    let tally = &mut record.tally;
    let mut left = count;
    for part in [&mut tally.failed, &mut tally.conflict, &mut tally.unconfirmed] {
        let moved = left.min(*part);
        *part -= moved;
        left -= moved;
    }
    tally.pending += count - left;
    let (tally, status) = (*tally, record.status);
    track(model, change, status, tally);
}

/// Notes the progress of a change among those that run.
pub(super) fn track(model: &mut Model, change: ChangeId, status: Option<Status>, tally: Tally) {
    if let Some(record) = model.bulk.recent.iter_mut().find(|record| record.id == change) {
        record.tally = tally;
    }
    if let Some(running) = model.bulk.running.iter_mut().find(|running| running.change == change) {
        running.tally = tally;
    } else {
        let known = model.bulk.recent.iter().any(|record| record.id == change);
        let label = if known || status.is_some() {
            bulk::label(status, tally.total())
        } else {
            format!("change {change}: {}", crate::app::notice::alerts(tally.total()))
        };
        model.bulk.running.push(Running { change, label, tally, rate: 0, cancelling: false });
    }
}

/// Recent changes came. Those with something left to send are on their way, also when an earlier session made them.
fn recent(model: &mut Model, changes: Vec<ChangeRecord>) {
    let before = std::mem::replace(&mut model.bulk.recent, changes);
    for running in &mut model.bulk.running {
        if let Some(record) = model.bulk.recent.iter().find(|record| record.id == running.change) {
            running.label = bulk::label(record.status, running.tally.total());
        }
    }
    for record in &mut model.bulk.recent {
        if record.tally.pending > 0
            && model.bulk.settled.contains(&record.id)
            && let Some(known) = before.iter().find(|known| known.id == record.id)
        {
            record.tally = known.tally;
        }
    }
    // With no worker running, nobody else says that a change has come to its end.
    let ended = |id| model.bulk.recent.iter().any(|record| record.id == id && record.tally.pending == 0);
    model.bulk.running.retain(|running| !ended(running.change));
    if let Some(newest) = model.bulk.recent.first() {
        model.bulk.last = Some(newest.id);
    }
    let unsettled: Vec<_> =
        model.bulk.recent.iter().rev().filter(|record| record.tally.pending > 0).cloned().collect();
    for record in unsettled {
        if !model.bulk.running.iter().any(|running| running.change == record.id) {
            track(model, record.id, record.status, record.tally);
        }
    }
}

fn loaded(model: &mut Model, change: ChangeRecord, targets: Vec<Failure>) {
    let id = change.id;
    let wanted =
        |order: &Order| matches!(order, Order::ShowFailures(of) | Order::OfferFailures(of) if *of == id);
    match take(model, wanted) {
        Some(Order::ShowFailures(_)) => {
            looked_at(model, id);
            let failures = Failures { change, targets, chosen: 0, offset: 0 };
            model.overlays.push(Overlay::Failures(Box::new(failures)));
        }
        Some(Order::OfferFailures(_)) => {
            let keys = targets.iter().filter_map(|target| target.key);
            let keys = keys.filter(|key| model.table.position(*key).is_some()).collect();
            marks::offer(&mut model.list, keys);
        }
        _ => {}
    }
}

/// What was refused of a change is known to the analyst: nothing has to remind of it.
fn looked_at(model: &mut Model, change: ChangeId) {
    model.bulk.refused.take_if(|(refused, _)| *refused == change);
}

/// Forgets a sheet that was to open.
pub(super) fn drop_sheet(model: &mut Model) {
    model.bulk.orders.retain(|order| !matches!(order, Order::ShowFailures(_)));
}

/// True while keys cannot be understood because a sheet is about to open.
pub(super) fn opens_sheet(model: &Model) -> bool {
    model.bulk.orders.iter().any(|order| matches!(order, Order::ShowFailures(_)))
}
