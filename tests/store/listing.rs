//! Listings, pages, bodies.

use std::collections::BTreeSet;

use crate::common::*;

/// Every string with the kinds under which it occurs.
fn strings(store: &mut Store) -> BTreeSet<(String, u32)> {
    store.snapshot().dict().iter().map(|(_, text, kinds)| (text.to_owned(), kinds)).collect()
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
    let strings = strings(&mut store);
    assert!(strings.iter().any(|(text, kinds)| text == "rg" && *kinds == FactKind::Group.bit()));
    store.close();

    let mut store = open(folder.path());
    let table = store.snapshot();
    assert_eq!(table.len(), 300);
    assert_eq!(self::strings(&mut store), strings, "a filter looks by kind for its words");
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

#[test]
fn alerts_leave_only_after_a_complete_listing() {
    let mut store = Store::open(Folder::temporary(), Access::ReadWrite).unwrap().0;
    list(&mut store, ["a", "b", "c", "d"].map(|name| alert(name, Status::Active)));
    let known = store.known(&[id("A"), id("b"), id("x")]).unwrap();
    assert_eq!(known[0].unwrap().content_hash, quell::store::content_hash(&alert("a", Status::Active).raw));
    assert_eq!(known[2], None);

    let listing = store.begin_listing(&subscription(), now()).unwrap();
    let batch = PageBatch {
        upserts: vec![alert("new", Status::Active)],
        unchanged: vec![known[0].unwrap().key],
        quarantined: vec![Quarantined {
            reason: who("no status"),
            id: Some(id("c")),
            raw: b"{\"odd\":1}".as_slice().into(),
        }],
        continuation: Some("token".to_owned()),
    };
    let applied = store.apply_page(&listing, &batch).unwrap();
    assert_eq!((applied.added, applied.updated, applied.unchanged, applied.quarantined), (1, 0, 1, 1));
    // Read one by one meanwhile: it is there, and a page made earlier does not overwrite it.
    let read = alert("d", Status::Resolved);
    take(&mut store, &read);
    store.apply_page(&listing, &page([alert("d", Status::Active)])).unwrap();
    assert_eq!(status_of(&mut store, "d").1, Status::Resolved);
    assert_eq!(store.snapshot().len(), 5, "nothing left yet");
    let unseen = store.unseen(&listing).unwrap();
    assert_eq!(unseen.iter().map(|(_, id)| id.clone()).collect::<Vec<_>>(), [id("b")]);
    store.fail_listing(&listing, &who("the network")).unwrap();
    assert_eq!(store.snapshot().len(), 5);
    assert!(matches!(store.finish_listing(&listing, &[unseen[0].0], now()), Err(StoreError::Superseded)));
    assert!(matches!(store.apply_page(&listing, &page([])), Err(StoreError::Superseded)));

    let listing = store.begin_listing(&subscription(), now()).unwrap();
    let newer = store.begin_listing(&subscription(), now()).unwrap();
    assert!(matches!(store.unseen(&listing), Err(StoreError::Superseded)));
    store.finish_listing(&newer, &[unseen[0].0], now()).unwrap();
    let table = store.snapshot();
    assert_eq!((table.len(), table.find(&id("b")).is_some()), (4, false));
    assert_eq!(store.raw(&id("b")).unwrap(), None);
    assert_eq!(store.quarantined().unwrap(), [], "the complete listing did not have the odd item any more");
    // A key is never used again: marks and cursors hold on to it.
    list(&mut store, ["a", "c", "d", "new", "b"].map(|name| alert(name, Status::Active)));
    let key = store.key(&id("b")).unwrap();
    assert!(key > unseen[0].0 && key > store.key(&id("new")).unwrap());
}

#[test]
fn an_alert_twice_on_a_page_is_one_alert_and_the_last_wins() {
    let mut store = Store::open(Folder::temporary(), Access::ReadWrite).unwrap().0;
    let mut shouting = alert("a", Status::Resolved);
    shouting.data.id = AlertId::new(shouting.data.id.as_str().to_uppercase());
    let listing = store.begin_listing(&subscription(), now()).unwrap();
    let batch = page([alert("a", Status::Active), alert("b", Status::Active), shouting.clone()]);
    let applied = store.apply_page(&listing, &batch).unwrap();
    assert_eq!((applied.added, applied.updated), (2, 1));
    assert_eq!(status_of(&mut store, "a").1, Status::Resolved);
    assert_eq!(store.raw(&id("a")).unwrap().unwrap(), &*shouting.raw);
}

#[test]
fn an_alert_that_is_listed_again_is_no_longer_gone() {
    let mut store = Store::open(Folder::temporary(), Access::ReadWrite).unwrap().0;
    list(&mut store, ["a", "b"].map(|name| alert(name, Status::Active)));
    for name in ["a", "b"] {
        store.mark_gone(&id(name)).unwrap();
        assert!(store.snapshot().find(&id(name)).unwrap().flags().is_gone());
    }
    let unchanged = vec![store.key(&id("a")).unwrap()];
    let listing = store.begin_listing(&subscription(), now()).unwrap();
    let batch = PageBatch { unchanged, ..page([alert("b", Status::Active)]) };
    store.apply_page(&listing, &batch).unwrap();
    assert!(store.snapshot().rows().all(|(_, row)| !row.flags().is_gone()));
}
