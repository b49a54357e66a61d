//! The store on real files: what is kept, what is refused, what heals.

#![allow(clippy::unwrap_used)] // a broken expectation must stop the test

use std::path::Path;

use chrono::{DateTime, Utc};
use quell::domain::alert::Scan;
use quell::domain::change::{NewChange, Reason, Target};
use quell::domain::fact::{Fact, FactKind};
use quell::domain::progress::Subscription;
use quell::domain::resource::Cloud;
use quell::domain::table::{Flags, RowData};
use quell::domain::tactic::TacticSet;
use quell::domain::{AlertId, SafeText, Severity, Status, SubscriptionId};
use quell::store::{Access, Folder, PageBatch, Store, Upsert};

const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn id(name: &str) -> AlertId {
    AlertId::new(format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Security/locations/westeurope/alerts/{name}"
    ))
}

fn subscription() -> SubscriptionId {
    SubscriptionId::new(SUBSCRIPTION)
}

fn who(name: &str) -> SafeText {
    SafeText::from(name)
}

fn alert(name: &str, status: Status) -> Upsert {
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

fn page(alerts: impl IntoIterator<Item = Upsert>) -> PageBatch {
    PageBatch { upserts: alerts.into_iter().collect(), ..PageBatch::default() }
}

/// A complete listing of exactly these alerts.
fn list(store: &mut Store, alerts: impl IntoIterator<Item = Upsert>) {
    let listing = store.begin_listing(&subscription(), now()).unwrap();
    store.apply_page(&listing, &page(alerts)).unwrap();
    let removed: Vec<_> = store.unseen(&listing).unwrap().into_iter().map(|(key, _)| key).collect();
    store.finish_listing(&listing, &removed, now()).unwrap();
}

fn open(folder: &Path) -> Store {
    let (store, notices) = Store::open(Folder::open(folder).unwrap(), Access::ReadWrite).unwrap();
    assert_eq!(notices, []);
    store
}

fn status_of(store: &mut Store, name: &str) -> (Status, Status) {
    let table = store.snapshot();
    let row = table.find(&id(name)).unwrap();
    (row.status(), row.remote_status())
}

fn change(names: &[&str], from: Status, to: Status) -> NewChange {
    let targets = names.iter().map(|name| Target { id: id(name), seen: from, want: to }).collect();
    NewChange {
        targets,
        status: Some(to),
        reason: Some(Reason::Noise),
        comment: SafeText::from("it's only a test"),
        filter: "status:active".to_owned(),
        undoes: None,
        take: false,
        by: who("ann"),
        at: now(),
    }
}

#[test]
fn what_was_listed_is_there_after_a_restart_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let alerts: Vec<Upsert> = (0..300).map(|n| alert(&format!("25187{n}_x"), Status::Active)).collect();
    let mut store = open(folder.path());
    store
        .set_subscriptions(&[Subscription {
            id: subscription(),
            name: SafeText::from("Contoso"),
            tenant: SafeText::default(),
        }])
        .unwrap();
    list(&mut store, alerts.clone());
    // Several updates of some of them.
    for status in [Status::InProgress, Status::Resolved, Status::Dismissed] {
        let changed = (0..300).step_by(7).map(|n| alert(&format!("25187{n}_x"), status));
        let listing = store.begin_listing(&subscription(), now()).unwrap();
        let applied = store.apply_page(&listing, &page(changed)).unwrap();
        assert_eq!((applied.added, applied.updated), (0, 43));
    }
    store.close();

    let mut store = open(folder.path());
    let table = store.snapshot();
    assert_eq!(table.len(), 300);
    assert_eq!(table.subscription_name(SUBSCRIPTION).0, "Contoso");
    assert_eq!(store.last_sync().unwrap(), Some(now()));
    for (n, original) in alerts.iter().enumerate() {
        let name = format!("25187{n}_x");
        let expected = if n % 7 == 0 { alert(&name, Status::Dismissed) } else { original.clone() };
        assert_eq!(store.raw(&id(&name)).unwrap().unwrap(), &*expected.raw, "{name}");
        let row = table.find(&id(&name)).unwrap();
        assert_eq!(row.remote_status(), expected.data.status);
        assert_eq!(row.first(FactKind::Hash).unwrap().0, format!("hash of {name}"));
        assert_eq!((row.time(), row.severity()), (Some(now()), Severity::Medium));
    }
    assert_eq!(store.raw(&id("nobody")).unwrap(), None);
}
