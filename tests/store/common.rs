//! Alerts, changes and stores to test with.

pub(crate) use std::fs;
pub(crate) use std::path::Path;

pub(crate) use chrono::{DateTime, TimeDelta, Utc};
pub(crate) use quell::domain::alert::Scan;
pub(crate) use quell::domain::change::{NewChange, Outcome, Reason, Sent, Target};
pub(crate) use quell::domain::fact::{Fact, FactKind};
pub(crate) use quell::domain::progress::Subscription;
pub(crate) use quell::domain::resource::Cloud;
pub(crate) use quell::domain::table::{Flags, RowData};
pub(crate) use quell::domain::tactic::TacticSet;
pub(crate) use quell::domain::{AlertId, SafeText, Severity, Status, SubscriptionId};
pub(crate) use quell::store::{
    Access, Folder, PageBatch, Postponement, Quarantined, Settlement, Spared, Store, StoreError, StoreHandle,
    Upsert,
};

pub(crate) const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

pub(crate) fn id(name: &str) -> AlertId {
    AlertId::new(format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Security/locations/westeurope/alerts/{name}"
    ))
}

pub(crate) fn subscription() -> SubscriptionId {
    SubscriptionId::new(SUBSCRIPTION)
}

pub(crate) fn who(name: &str) -> SafeText {
    SafeText::from(name)
}

pub(crate) fn alert(name: &str, status: Status) -> Upsert {
    let fact = |kind, value: &str| Fact { kind, value: SafeText::from(value) };
    let data = RowData {
        id: id(name),
        time: Some(now()),
        severity: Severity::Medium,
        status,
        flags: Flags::new(false, false, Cloud::Azure, Scan::Agent),
        tactics: TacticSet::parse_intent("Execution"),
        facts: vec![
            fact(FactKind::Title, "Suspicious activity"),
            fact(FactKind::Type, "VM_Suspicious"),
            fact(FactKind::Resource, "vm-1"),
            fact(FactKind::Group, "rg"),
            fact(FactKind::Subscription, SUBSCRIPTION),
            fact(FactKind::Hash, &format!("hash of {name}")),
        ],
    };
    let raw = format!(
        "{{\"id\":\"{}\",\"properties\":{{\"status\":\"{}\",\"odd\":\"\\u0000 \u{202e} ü\"}}}} \n",
        data.id.as_str(),
        status.api_name()
    );
    Upsert { data, raw: raw.into_bytes().into() }
}

pub(crate) fn page(alerts: impl IntoIterator<Item = Upsert>) -> PageBatch {
    PageBatch { upserts: alerts.into_iter().collect(), ..PageBatch::default() }
}

/// A complete listing of exactly these alerts.
pub(crate) fn list(store: &mut Store, alerts: impl IntoIterator<Item = Upsert>) {
    let listing = store.begin_listing(&subscription(), now()).unwrap();
    store.apply_page(&listing, &page(alerts)).unwrap();
    let removed: Vec<_> = store.unseen(&listing).unwrap().into_iter().map(|(key, _)| key).collect();
    store.finish_listing(&listing, &removed, now()).unwrap();
}

/// What an alert read by itself brings.
pub(crate) fn take(store: &mut Store, read: &Upsert) {
    store.record_reads(&[(&read.raw, &read.data)]).unwrap();
}

pub(crate) fn open(folder: &Path) -> Store {
    let (store, notices) = Store::open(Folder::open(folder).unwrap(), Access::ReadWrite).unwrap();
    assert_eq!(notices, []);
    store
}

pub(crate) fn status_of(store: &mut Store, name: &str) -> (Status, Status) {
    let table = store.snapshot();
    let row = table.find(&id(name)).unwrap();
    (row.status(), row.remote_status())
}

pub(crate) fn change(names: &[&str], from: Status, to: Status) -> NewChange {
    let targets = names.iter().map(|name| Target { id: id(name), seen: from, want: to }).collect();
    NewChange {
        targets,
        status: Some(to),
        reason: Some(Reason::Noise),
        comment: SafeText::from("it's only a test"),
        filter: "status:active".to_owned(),
        tenant: SafeText::default(),
        undoes: None,
        take: false,
        by: who("ann"),
        at: now(),
    }
}

/// Marks rows as being sent, as the instance that holds the lease.
pub(crate) fn mark(store: &mut Store, rows: &[i64]) -> Vec<i64> {
    assert!(store.try_lease("test", now()).unwrap());
    store.mark_sending(rows, "test", now()).unwrap().unwrap()
}

/// Settles a row; what has an effect had been sent.
pub(crate) fn settle(store: &mut Store, row: i64, outcome: Outcome, detail: &SafeText) {
    let sent = match outcome {
        Outcome::Verified | Outcome::Unconfirmed => Sent::Accepted,
        _ => Sent::No,
    };
    store.settle_many(&[Settlement { row, outcome, detail: detail.clone(), sent }]).unwrap();
}

/// Postpones a row whose reply was lost.
pub(crate) fn postpone(store: &mut Store, row: i64, not_before: DateTime<Utc>, detail: &SafeText) {
    let later = Postponement { row, not_before, detail: detail.clone(), sent: Sent::Perhaps };
    store.postpone_many(&[later]).unwrap();
}

pub(crate) fn copy_of(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        // Shared memory does not survive the machine; SQLite rebuilds it from the log.
        if !entry.file_name().to_string_lossy().ends_with("-shm") {
            fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
    }
    copy
}
