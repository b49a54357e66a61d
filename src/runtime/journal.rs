//! Journal orders, carried out on the store's thread and answered as messages.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;

use super::mailbox::Mailbox;
use super::work::Work;
use crate::app::effect::{JournalOrder, LogPart, LogRange};
use crate::app::message::{ActLine, AlertLine, Journal, LogLines, LogWindow, Message, OrderKind};
use crate::app::model::Failure;
use crate::domain::change::{ChangeRecord, RECENT, TargetRecord};
use crate::domain::progress::SyncEvent;
use crate::domain::record::LogEntry;
use crate::domain::table::Table;
use crate::domain::{AlertId, ChangeId, SafeText};
use crate::store::{Store, StoreError, StoreHandle};

/// True when something may have to be sent afterwards.
fn sends(order: &JournalOrder) -> bool {
    matches!(order, JournalOrder::Submit(..) | JournalOrder::Undo(_) | JournalOrder::Retry(_))
}

/// Carries orders out one after the other, in the order of the keys that gave them, until their sender is dropped.
pub async fn serve(mut orders: UnboundedReceiver<JournalOrder>, work: Work, mailbox: Mailbox) {
    while let Some(order) = orders.recv().await {
        let Some(workspace) = work.workspace() else {
            let (order, why) = (order.kind(), "nothing is open yet".into());
            mailbox.send(Message::Journal(Journal::Refused { order, why }));
            continue;
        };
        if let JournalOrder::Cancel(change) = order {
            work.cancel(change);
        }
        let sends = sends(&order);
        let alters = sends || matches!(order, JournalOrder::Cancel(_) | JournalOrder::Record(..));
        let (answer, table) = carry_out(&workspace.store, order, work.who()).await;
        tracing::info!(?answer, "journal");
        let change = changed(&answer);
        // What was kept is in the list before the word that it is kept: who waits for that word finds it.
        if let Some(table) = table.filter(|_| alters) {
            mailbox.send(Message::Table(table));
        }
        mailbox.send(Message::Journal(answer));
        // What is kept here needs no worker, and so no worker tells of its end.
        if let Some(change) = change
            && let Ok(Ok(tally)) = workspace.store.call(move |store| store.tally(change)).await
            && tally.pending == 0
            && tally.kept > 0
        {
            mailbox.send(Message::Sync(SyncEvent::Settled { change, tally }));
        }
        if sends {
            work.wake_push();
        }
    }
}

/// Waits for the task that carries orders out, once nothing is ordered any more; false when that takes too long: then it is
/// stopped, since what it would still tell is not about what is opened next.
pub async fn done(mut orders: JoinHandle<()>, limit: Duration) -> bool {
    let done = tokio::time::timeout(limit, &mut orders).await.is_ok();
    orders.abort();
    done
}

/// The change that an order brought into the outbox.
fn changed(answer: &Journal) -> Option<ChangeId> {
    match answer {
        Journal::Queued { change, .. } | Journal::Retrying { change, .. } => Some(*change),
        Journal::Undone { by, .. } => *by,
        _ => None,
    }
}

/// Carries an order out; a failure to store is an answer too. With the alerts as they are then.
async fn carry_out(store: &StoreHandle, order: JournalOrder, by: SafeText) -> (Journal, Option<Arc<Table>>) {
    let kind = order.kind();
    let refused = |error: StoreError| Journal::Refused { order: kind, why: error.to_string().into() };
    match store.call(move |store| (apply(store, order, &by), store.snapshot())).await {
        Ok((answer, table)) => (answer.unwrap_or_else(refused), Some(table)),
        Err(error) => (refused(error), None),
    }
}

/// The changes that the screen knows. Where they go with the program it knows all: leaving says how many those are.
fn recent(store: &Store) -> Result<Vec<ChangeRecord>, StoreError> {
    store.changes(if store.folder().path().is_some() { RECENT } else { usize::MAX })
}

/// Reads a window of the audit log, each alert with its number in the cache.
fn window(store: &Store, range: &LogRange) -> Result<LogWindow, StoreError> {
    let LogRange { what, from, limit } = range;
    let alert = |id: AlertId, target| AlertLine { key: store.key(&id), id, target };
    let (total, lines) = match what {
        LogPart::Acts(find) => {
            let line =
                |entry: LogEntry| ActLine { key: entry.first.as_ref().and_then(|id| store.key(id)), entry };
            let (total, acts) = store.log(find, *from, *limit)?;
            (total, LogLines::Acts(acts.into_iter().map(line).collect()))
        }
        LogPart::Change(change) => {
            let targets = store.change_alerts(*change, *from, *limit)?.into_iter();
            let lines = targets.map(|record| alert(record.target.id.clone(), Some(record))).collect();
            (store.tally(*change)?.total(), LogLines::Alerts(lines))
        }
        LogPart::Deed(deed) => {
            let ids = store.deed_alerts(*deed, *from, *limit)?.into_iter();
            let lines = ids.map(|id| alert(id, None)).collect();
            (store.deed_size(*deed)?, LogLines::Alerts(lines))
        }
    };
    Ok(LogWindow { total, from: *from, lines })
}

fn apply(store: &mut Store, order: JournalOrder, by: &SafeText) -> Result<Journal, StoreError> {
    Ok(match order {
        JournalOrder::Submit(mut change, plan) => {
            change.targets = plan.targets();
            if change.by.is_empty() {
                change.by = by.clone();
            }
            Journal::Queued { change: store.queue(&change)?, alerts: change.targets.len() }
        }
        JournalOrder::Undo(change) => {
            let undone = store.undo(change, by, Utc::now())?;
            let spared = undone.spared.into_iter();
            let spared = spared
                .map(|(id, why)| (SafeText::from(id.as_str()), SafeText::from(why.to_string())))
                .collect();
            let alerts = undone.change.map_or(Ok(0), |by| store.tally(by).map(|tally| tally.total()))?;
            Journal::Undone { change, by: undone.change, removed: undone.removed, alerts, spared }
        }
        JournalOrder::Retry(change) => Journal::Retrying { change, alerts: store.retry(change)? },
        JournalOrder::Cancel(change) => {
            store.cancel(change)?;
            Journal::Changes(recent(store)?)
        }
        JournalOrder::Record(mut deed, alerts) => {
            deed.alerts = alerts.ids().collect();
            if deed.by.is_empty() {
                deed.by = by.clone();
            }
            store.audit(&deed)?;
            Journal::Recorded { kind: deed.kind, alerts: deed.alerts.len(), value: deed.value }
        }
        JournalOrder::ReadLog(question, range) => Journal::Log(question, window(store, &range)?),
        JournalOrder::ListChanges => Journal::Changes(recent(store)?),
        JournalOrder::ListViews => Journal::Views(None, store.views()?),
        JournalOrder::EditView { edit, seen, at } => {
            let edited = store.edit_view(&edit, seen, at)?;
            Journal::Views(Some((edit, edited)), store.views()?)
        }
        JournalOrder::LookAtView { id, seen, at } => {
            store.look_at_view(id, seen, at)?;
            Journal::Noted
        }
        JournalOrder::KeepPlace(place) => {
            store.keep_place(&place)?;
            Journal::Noted
        }
        JournalOrder::LoadChange(change) => match store.change(change)? {
            Some((record, targets)) => {
                let failed = targets.into_iter().filter(|record| record.outcome.is_retryable());
                let keyed = |record: TargetRecord| Failure { key: store.key(&record.target.id), record };
                Journal::Failures(Box::new(record), failed.map(keyed).collect())
            }
            None => Journal::Refused {
                order: OrderKind::LoadChange,
                why: format!("there is no change {change}").into(),
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::change::{NewChange, Outcome, Sent, Target};
    use crate::domain::table::RowData;
    use crate::domain::{Alert, Status, SubscriptionId};
    use crate::store::{Access, Folder, PageBatch, Settlement, Upsert};

    const SUBSCRIPTION: &str = "0b1f6471-1bf0-4dda-aec3-111122223333";

    fn alert(name: &str) -> Alert {
        let id = format!(
            "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Security/locations/westeurope/alerts/{name}"
        );
        let raw = serde_json::json!({"id": id, "properties": {"alertType": "VM_A", "status": "Active"}})
            .to_string();
        crate::azure::parse_alert(&raw).unwrap()
    }

    #[tokio::test]
    async fn orders_that_take_too_long_are_stopped() {
        let (held, gone) = tokio::sync::oneshot::channel::<()>();
        let stuck = tokio::spawn(async move {
            std::future::pending::<()>().await;
            drop(held);
        });
        assert!(!done(stuck, Duration::ZERO).await);
        assert!(gone.await.is_err(), "it goes on for ever");
        assert!(done(tokio::spawn(async {}), Duration::MAX).await);
    }

    fn decision(targets: Vec<Target>) -> NewChange {
        NewChange::new(targets, Status::Dismissed, SafeText::default(), Utc::now())
    }

    #[test]
    fn where_nothing_stays_all_changes_are_known() {
        let folder = tempfile::tempdir().unwrap();
        for (folder, known) in
            [(Folder::temporary(), RECENT + 1), (Folder::open(folder.path()).unwrap(), RECENT)]
        {
            let (mut store, _) = Store::open(folder, Access::ReadWrite).unwrap();
            for _ in 0..=RECENT {
                store.queue(&decision(Vec::new())).unwrap();
            }
            let answer = apply(&mut store, JournalOrder::ListChanges, &SafeText::default()).unwrap();
            let Journal::Changes(changes) = answer else { panic!() };
            assert_eq!((changes.len(), changes[0].id.0), (known, RECENT as i64 + 1));
        }
    }

    #[test]
    fn what_was_refused_comes_with_its_number_in_the_cache() {
        let (mut store, _) = Store::open(Folder::temporary(), Access::ReadWrite).unwrap();
        let subscription = SubscriptionId::new(SUBSCRIPTION);
        let listing = store.begin_listing(&subscription, Utc::now()).unwrap();
        let upsert = |name| Upsert { data: RowData::from(&alert(name)), raw: b"{}".as_slice().into() };
        let upserts = ["n1", "n2", "n3"].map(upsert).into();
        store.apply_page(&listing, &PageBatch { upserts, ..PageBatch::default() }).unwrap();
        let target = |name| {
            let id = AlertId::new(alert(name).id.as_str().to_uppercase());
            Target { id, seen: Status::Active, want: Status::Dismissed }
        };
        let change = store.queue(&decision(["n1", "n2", "other"].map(target).into())).unwrap();
        for (due, outcome) in store.due("", Utc::now(), 3, &[]).unwrap().iter().zip([
            Outcome::Verified,
            Outcome::Failed,
            Outcome::Conflict,
        ]) {
            let settled = Settlement { row: due.row, outcome, detail: SafeText::default(), sent: Sent::No };
            store.settle_many(&[settled]).unwrap();
        }
        let answer = apply(&mut store, JournalOrder::LoadChange(change), &SafeText::default()).unwrap();
        let Journal::Failures(_, failed) = answer else { panic!() };
        let found: Vec<_> = failed.iter().map(|one| (one.key, one.record.outcome)).collect();
        assert_eq!(found, [(store.key(&alert("n2").id), Outcome::Failed), (None, Outcome::Conflict)]);
        assert!(found[0].0.is_some());
    }
}
