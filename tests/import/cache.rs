//! Files into the cache: one alert is one row, decisions stay, listings leave it alone.

use std::fs;
use std::io::{Cursor, ErrorKind, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::Utc;
use quell::domain::change::{NewChange, Outcome, Target, plan};
use quell::domain::key_set::KeySet;
use quell::domain::progress::Subscription;
use quell::domain::record::{Deed, DeedKind};
use quell::domain::{AlertId, Status, SubscriptionId};
use quell::store::{Access, Folder, PageBatch, Store, StoreHandle, Upsert};
use quell::sync::intake::{Incoming, Progress, Totals, take_in};

const SUBSCRIPTION: &str = "5b1f0c9e-2d64-4f0a-9a57-0c1d8e6f7a21";

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import").join(name)).unwrap()
}

fn store() -> StoreHandle {
    let (store, _) = Store::open(Folder::temporary(), Access::ReadWrite).unwrap();
    StoreHandle::spawn(store, |_| {})
}

fn import(store: &StoreHandle, content: Vec<u8>) -> Totals {
    let file = Incoming { name: "file".into(), content: Ok(Box::new(Cursor::new(content))) };
    take_in(store, vec![file], &AtomicBool::new(false), &mut |_| {}).unwrap()
}

/// Gives a text, then ends as it is told.
struct Then<F> {
    text: Cursor<Vec<u8>>,
    end: F,
}

impl<F: FnMut() -> std::io::Result<usize>> Read for Then<F> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self.text.read(into)? {
            0 => (self.end)(),
            length => Ok(length),
        }
    }
}

/// A line for each of so many alerts.
fn lines(alerts: usize) -> Vec<u8> {
    let text = String::from_utf8(fixture("mixed.ndjson")).unwrap();
    let line = text.lines().next().unwrap();
    (0..alerts)
        .flat_map(|at| format!("{}\n", line.replace("2517245599999999999", &format!("a{at}"))).into_bytes())
        .collect()
}

#[test]
fn reading_is_stopped_also_when_nothing_comes() {
    let store = store();
    let stop = AtomicBool::new(false);
    let nothing = || {
        std::thread::yield_now();
        Err(ErrorKind::WouldBlock.into())
    };
    let open = Then { text: Cursor::new(lines(3)), end: nothing };
    let never = Then { text: Cursor::new(Vec::new()), end: || panic!("it was to stop") };
    let files = vec![
        Incoming { name: "open".into(), content: Ok(Box::new(open)) },
        Incoming { name: "never".into(), content: Ok(Box::new(never)) },
    ];
    let size = lines(3).len() as u64;
    let mut last = None;
    let totals = take_in(&store, files, &stop, &mut |event| {
        let Progress::Read { bytes, totals } = event else { panic!("{event:?}") };
        stop.fetch_or(totals.alerts == 3, Ordering::Relaxed);
        last = Some((bytes, totals));
    })
    .unwrap();
    assert_eq!(totals, Totals { alerts: 3, added: 3, stopped: true, ..Totals::default() });
    assert_eq!(last, Some((size, totals)));
    assert_eq!(store.call_blocking(Store::snapshot).unwrap().len(), 3);
}

#[test]
fn what_came_before_a_failure_to_read_is_kept() {
    let store = store();
    let broken = Then { text: Cursor::new(lines(200)), end: || Err(std::io::Error::other("gone")) };
    let file = Incoming { name: "file".into(), content: Ok(Box::new(broken)) };
    let totals = take_in(&store, vec![file], &AtomicBool::new(false), &mut |_| {}).unwrap();
    assert_eq!(totals, Totals { alerts: 200, added: 200, broken: 1, ..Totals::default() });
}

/// The one alert: id, status at its source, and its JSON.
fn only(store: &StoreHandle) -> (AlertId, Status, String) {
    store
        .call_blocking(|store| {
            let table = store.snapshot();
            assert_eq!(table.len(), 1);
            let row = table.row(0).unwrap();
            assert!(row.flags().is_imported());
            let raw = store.raw(&row.id()).unwrap().unwrap();
            (row.id(), row.remote_status(), String::from_utf8(raw).unwrap())
        })
        .unwrap()
}

fn change(store: &StoreHandle, want: Status) -> quell::domain::ChangeId {
    store
        .call_blocking(move |store| {
            let table = store.snapshot();
            let keys: Vec<_> = table.rows().map(|(_, row)| row.key()).collect();
            let targets: Vec<Target> = plan(&table, &keys, want, &KeySet::default()).targets();
            store.queue(&NewChange::new(targets, want, "ann".into(), Utc::now())).unwrap()
        })
        .unwrap()
}

/// The one alert of a file, as its subscription lists it.
fn list(store: &StoreHandle, file: &[u8]) {
    let parsed: serde_json::Value = serde_json::from_slice(file).unwrap();
    let raw = parsed["value"][0].to_string();
    let data = (&quell::azure::parse_alert(&raw).unwrap()).into();
    let upsert = Upsert { data, raw: raw.into_bytes().into() };
    let apply = move |store: &mut Store| {
        let listing = store.begin_listing(&SubscriptionId::new(SUBSCRIPTION), Utc::now()).unwrap();
        let page = PageBatch { upserts: vec![upsert], ..PageBatch::default() };
        store.apply_page(&listing, &page).unwrap();
        store.finish_listing(&listing, &[], Utc::now()).unwrap();
    };
    store.call_blocking(apply).unwrap();
}

fn use_subscriptions(store: &StoreHandle, ids: &'static [&'static str]) {
    let named =
        |id: &&str| Subscription { id: SubscriptionId::new(id), name: "S".into(), tenant: "T".into() };
    let list: Vec<Subscription> = ids.iter().map(named).collect();
    store.call_blocking(move |store| store.set_subscriptions(&list)).unwrap().unwrap();
}

#[test]
fn all_forms_of_an_alert_are_one_row_in_any_order() {
    let mut names = [
        "log-analytics-no-link.json",
        "activity-log.json",
        "quell-list.ndjson",
        "sentinel.json",
        "arm-2022-01-01.json",
        "log-analytics.csv",
        "event-hub.json",
        "graph.json",
        "arm-2019-01-01.json",
    ];
    for _ in 0..names.len() {
        let store = store();
        let added: usize = names.iter().map(|name| import(&store, fixture(name)).added).sum();
        assert_eq!(added, 1, "{names:?}");
        let (id, status, body) = only(&store);
        // One of the forms shouts: resource ids are compared without regard to letter case.
        assert!(id.folded().contains("/locations/westeurope/"), "{names:?}: {}", id.as_str());
        assert!(!body.contains("/locations/unknown/"));
        assert_eq!(status, Status::Active);
        assert!(body.contains("198.51.100.23"), "the richest is kept: {names:?}");
        names.rotate_left(1);
    }
}

#[test]
fn an_exported_alert_without_a_location_does_not_take_the_true_id_away() {
    let built = {
        let store = store();
        import(&store, fixture("log-analytics-no-link.json"));
        let (id, _, body) = only(&store);
        assert!(id.is_put_together(), "{}", id.as_str());
        body.into_bytes()
    };
    let arm = fixture("arm-2022-01-01.json");
    for files in [[arm.clone(), built.clone()], [built.clone(), arm.clone()]] {
        let store = store();
        for file in files {
            import(&store, file);
        }
        let (id, _, body) = only(&store);
        assert!(id.folded().contains("/locations/westeurope/"), "{}", id.as_str());
        assert!(!body.contains("/locations/unknown/"), "{body}");
    }
    // What a source lists stays the one row, too.
    let store = store();
    list(&store, &arm);
    assert_eq!(import(&store, built).added, 0);
    assert_eq!(store.call_blocking(|store| store.snapshot().len()).unwrap(), 1);
}

#[test]
fn a_record_that_knows_only_its_workspace_joins_the_alert_in_another_subscription() {
    let elsewhere = String::from_utf8(fixture("log-analytics-no-link.json")).unwrap();
    let elsewhere = elsewhere.replace(SUBSCRIPTION, "0e0d6f4b-93a1-4c1c-8f3e-2b7a5d9c1e60").into_bytes();
    for files in
        [[elsewhere.clone(), fixture("arm-2022-01-01.json")], [fixture("arm-2022-01-01.json"), elsewhere]]
    {
        let store = store();
        for file in files {
            import(&store, file);
        }
        assert!(only(&store).0.folded().contains("/locations/westeurope/"));
    }
}

#[test]
fn two_rows_of_one_alert_become_one_when_a_file_is_read_again() {
    let store = store();
    use_subscriptions(&store, &[SUBSCRIPTION]);
    import(&store, fixture("log-analytics-no-link.json"));
    change(&store, Status::Dismissed);
    assert_eq!(store.call_blocking(|store| store.pending_total()).unwrap().unwrap(), 0, "no source knows it");
    let made_up = only(&store).0;
    list(&store, &fixture("arm-2022-01-01.json"));
    assert_eq!(store.call_blocking(|store| store.snapshot().len()).unwrap(), 2);
    import(&store, fixture("log-analytics-no-link.json"));
    let left = store.call_blocking(|store| store.snapshot().row(0).unwrap().id()).unwrap();
    assert_ne!(left, made_up);
    let past = store.call_blocking(move |store| store.history(&left)).unwrap().unwrap();
    assert_eq!(past.len(), 1, "what was decided goes on under the true id");
    assert_eq!(store.call_blocking(|store| store.snapshot().len()).unwrap(), 1);
}

#[test]
fn the_record_as_it_stood_in_the_file_is_kept() {
    let store = store();
    import(&store, fixture("log-analytics.json"));
    let (id, _, body) = only(&store);
    let record = store.call_blocking(move |store| store.record_of(&id)).unwrap().unwrap().unwrap();
    let record = String::from_utf8(record).unwrap();
    assert!(record.contains("\"VendorOriginalId\"") && !body.contains("VendorOriginalId"));
    assert!(String::from_utf8(fixture("log-analytics.json")).unwrap().contains(&record), "byte for byte");
}

#[test]
fn the_newer_status_holds() {
    let arm = String::from_utf8(fixture("arm-2022-01-01.json")).unwrap();
    let resolved = arm.replace("\"Active\"", "\"Resolved\"");
    for (first, second, expected) in [
        (arm.clone().into_bytes(), resolved.clone().into_bytes(), Status::Resolved),
        (resolved.clone().into_bytes(), arm.into_bytes(), Status::Active),
        // The row of the table says only that it was new once.
        (resolved.clone().into_bytes(), fixture("log-analytics.json"), Status::Resolved),
        (fixture("log-analytics.json"), resolved.clone().into_bytes(), Status::Resolved),
        // The event says only that it arose.
        (resolved.clone().into_bytes(), fixture("activity-log.json"), Status::Resolved),
        (fixture("activity-log.json"), resolved.into_bytes(), Status::Resolved),
    ] {
        let store = store();
        import(&store, first);
        import(&store, second);
        assert_eq!(only(&store).1, expected);
    }
}

#[test]
fn the_newest_status_holds_whichever_record_tells_most() {
    let arm: serde_json::Value = serde_json::from_slice(&fixture("arm-2022-01-01.json")).unwrap();
    let record = |hour: u32, status: &str, poorer: &[&str]| {
        let mut record = arm["value"][0].clone();
        let fields = record["properties"].as_object_mut().unwrap();
        poorer.iter().for_each(|field| drop(fields.remove(*field)));
        fields.insert("timeGeneratedUtc".to_owned(), format!("2026-09-14T{hour}:00:00Z").into());
        fields.insert("status".to_owned(), status.into());
        record.to_string()
    };
    let rich = record(10, "Active", &[]);
    let newest = record(12, "Resolved", &["entities"]);
    let between = record(11, "InProgress", &["entities", "extendedProperties"]);
    for [a, b, c] in [
        [&rich, &newest, &between],
        [&rich, &between, &newest],
        [&newest, &rich, &between],
        [&newest, &between, &rich],
        [&between, &rich, &newest],
        [&between, &newest, &rich],
    ] {
        let (at_once, one_by_one) = (store(), store());
        import(&at_once, [a.as_str(), b, c].join("\n").into_bytes());
        for file in [a, b, c] {
            import(&one_by_one, file.clone().into_bytes());
        }
        for store in [at_once, one_by_one] {
            let (_, status, body) = only(&store);
            assert_eq!(status, Status::Resolved);
            assert!(body.contains("198.51.100.23") && body.contains("\"Resolved\""), "the richest: {body}");
        }
    }
}

#[test]
fn what_is_decided_where_no_source_has_the_alert_is_kept_here() {
    let store = store();
    use_subscriptions(&store, &["another"]);
    import(&store, fixture("log-analytics.json"));
    let made = change(&store, Status::Dismissed);
    let (_, status, body) = only(&store);
    assert_eq!(status, Status::Dismissed);
    assert!(body.contains("\"status\":\"Dismissed\""), "{body}");
    let tally = store.call_blocking(move |store| store.tally(made)).unwrap().unwrap();
    assert_eq!((tally.kept, tally.verified, tally.pending), (1, 0, 0));
    assert_eq!(tally.sentence(), "1 kept here");
    // The same file again does not take it back.
    assert_eq!(import(&store, fixture("log-analytics.json")).known(), 1);
    assert_eq!(only(&store).1, Status::Dismissed);
    let undone =
        store.call_blocking(move |store| store.undo(made, &"ann".into(), Utc::now())).unwrap().unwrap();
    assert!(undone.change.is_some() && undone.spared.is_empty());
    assert_eq!(only(&store).1, Status::Active);
    let id = only(&store).0;
    let past = store.call_blocking(move |store| store.history(&id)).unwrap().unwrap();
    assert!(past.iter().all(|entry| entry.outcome == Outcome::Kept) && past.len() == 2);
}

#[test]
fn what_a_crash_left_pending_is_kept_where_no_source_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(folder.path());
    import(&store, fixture("arm-2022-01-01.json"));
    let made = change(&store, Status::Dismissed);
    store.close();
    let store = store_in(folder.path());
    let pending = |store: &mut Store| store.pending_total().unwrap();
    assert_eq!(store.call_blocking(pending).unwrap(), 1, "whether a source has it is not known");
    store.call_blocking(Store::keep_everything_here).unwrap();
    let tally = store.call_blocking(move |store| store.tally(made)).unwrap().unwrap();
    assert_eq!((tally.kept, tally.pending), (1, 0));
    assert_eq!(only(&store).1, Status::Dismissed);
}

#[test]
fn what_was_decided_holds_under_the_true_id_too() {
    let arm = String::from_utf8(fixture("arm-2022-01-01.json")).unwrap();
    let renewed = arm.replace("\"Active\"", "\"InProgress\"").into_bytes();
    let orders = [
        [fixture("log-analytics-no-link.json"), arm.clone().into_bytes()],
        [arm.into_bytes(), fixture("log-analytics-no-link.json")],
        [fixture("log-analytics-no-link.json"), renewed],
    ];
    for [first, second] in orders {
        let store = store();
        use_subscriptions(&store, &["another"]);
        import(&store, first);
        let made = change(&store, Status::Dismissed);
        import(&store, second.clone());
        let (id, status, body) = only(&store);
        assert_eq!(status, Status::Dismissed);
        assert!(id.folded().contains("/locations/westeurope/"), "{}", id.as_str());
        assert!(body.contains("\"Dismissed\""), "{body}");
        import(&store, second);
        assert_eq!(only(&store).1, Status::Dismissed);
        store.call_blocking(move |store| store.undo(made, &"ann".into(), Utc::now())).unwrap().unwrap();
        assert_eq!(only(&store).1, Status::Active);
    }
}

#[test]
fn what_is_recorded_under_two_ids_of_an_alert_becomes_one_record() {
    let store = store();
    use_subscriptions(&store, &["another"]);
    import(&store, fixture("log-analytics-no-link.json"));
    let made_up = only(&store).0;
    let note = |id: &AlertId, words: &str| {
        let deed = Deed::new(DeedKind::Note, "ann".into(), Utc::now()).on([id.clone()]).saying(words);
        store.call_blocking(move |store| store.audit(&deed)).unwrap().unwrap();
    };
    // The cache was lost once, the journal not: it knows the alert by its true id.
    let arm = fixture("arm-2022-01-01.json");
    let parsed: serde_json::Value = serde_json::from_slice(&arm).unwrap();
    let id = AlertId::new(parsed["value"][0]["id"].as_str().unwrap());
    note(&id, "true");
    note(&made_up, "made up");
    change(&store, Status::Resolved);
    import(&store, arm);
    assert_eq!(only(&store).1, Status::Resolved);
    let local = |store: &mut Store| store.snapshot().row(0).unwrap().local().cloned().unwrap();
    let local = store.call_blocking(local).unwrap();
    assert_eq!(local.notes.raw(), "true\nmade up");
    assert_eq!(local.changed_by, Some("ann".into()));
    let past = store.call_blocking(move |store| store.history(&id)).unwrap().unwrap();
    assert_eq!(past.len(), 1);
}

#[test]
fn what_a_source_may_have_is_queued_for_it() {
    let store = store();
    import(&store, fixture("arm-2022-01-01.json"));
    change(&store, Status::Dismissed);
    assert_eq!(only(&store).1, Status::Active, "it is not known yet which subscriptions there are");
    use_subscriptions(&store, &[SUBSCRIPTION]);
    assert_eq!(store.call_blocking(|store| store.pending_total()).unwrap().unwrap(), 1);
    use_subscriptions(&store, &["another"]);
    assert_eq!(store.call_blocking(|store| store.pending_total()).unwrap().unwrap(), 0, "kept here");
    assert_eq!(only(&store).1, Status::Dismissed);
}

#[test]
fn a_listing_leaves_alerts_of_files_alone() {
    let store = store();
    import(&store, fixture("arm-2022-01-01.json"));
    let unseen = store
        .call_blocking(|store| {
            let listing = store.begin_listing(&SubscriptionId::new(SUBSCRIPTION), Utc::now()).unwrap();
            store.unseen(&listing).unwrap()
        })
        .unwrap();
    assert_eq!(unseen, []);
    // Read from the source, it is the source's.
    let (id, _, body) = only(&store);
    let imported = store
        .call_blocking(move |store| {
            let alert = quell::azure::parse_alert(&body).unwrap();
            store.record_reads(&[(body.as_bytes(), &(&alert).into())]).unwrap();
            let table = store.snapshot();
            table.find(&id).unwrap().flags().is_imported()
        })
        .unwrap();
    assert!(!imported);
    assert_eq!(import(&store, fixture("log-analytics.json")).known(), 1, "and no file changes it");
    let row = store.call_blocking(|store| store.snapshot().row(0).unwrap().flags()).unwrap();
    assert!(!row.is_imported());
}

/// The bytes of every body in a folder's cache are lost.
fn damage_bodies(folder: &Path) {
    let cache = rusqlite::Connection::open(folder.join("cache.db")).unwrap();
    cache.execute("UPDATE block SET data = zeroblob(length(data))", []).unwrap();
}

fn store_in(folder: &Path) -> StoreHandle {
    let (store, notices) = Store::open(Folder::open(folder).unwrap(), Access::ReadWrite).unwrap();
    assert_eq!(notices, []);
    StoreHandle::spawn(store, |_| {})
}

#[test]
fn damaged_bytes_cost_themselves_only_and_the_file_brings_them_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(folder.path());
    use_subscriptions(&store, &["another"]);
    import(&store, fixture("log-analytics.json"));
    let (id, ..) = only(&store);
    store.close();
    damage_bodies(folder.path());
    let store = store_in(folder.path());
    for read in [Store::raw, Store::record_of] {
        let id = id.clone();
        let error = store.call_blocking(move |store| read(store, &id)).unwrap().unwrap_err();
        assert!(error.to_string().ends_with("import the file again in which the alert came"), "{error}");
    }
    // The row is there, and takes a decision.
    let made = change(&store, Status::Dismissed);
    let tally = store.call_blocking(move |store| store.tally(made)).unwrap().unwrap();
    assert_eq!((tally.kept, tally.pending), (1, 0));
    let status = |store: &mut Store| store.snapshot().row(0).unwrap().remote_status();
    assert_eq!(store.call_blocking(status).unwrap(), Status::Dismissed);
    assert_eq!(import(&store, fixture("log-analytics.json")).known(), 1);
    let (_, status, body) = only(&store);
    assert!(status == Status::Dismissed && body.contains("\"Dismissed\""), "{body}");
    store.call_blocking(move |store| store.record_of(&id)).unwrap().unwrap();
}

#[test]
fn what_was_written_before_the_store_failed_is_told() {
    let store = store();
    let line = String::from_utf8(fixture("arm-2022-01-01.json")).unwrap();
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    let line = line["value"][0].to_string();
    let name = "2517245599999999999_3d0c8a4e-71b5-4c0e-8d3f-6a9b1e2f4c58";
    let mut lines: Vec<String> = (0..1_500).map(|number| line.replace(name, &format!("n{number}"))).collect();
    // Told after the first thousand was written.
    lines.insert(1_000, "{broken".to_owned());
    let content = Cursor::new(lines.join("\n"));
    let file = Incoming { name: "file".into(), content: Ok(Box::new(content)) };
    let halted = take_in(&store, vec![file], &AtomicBool::new(false), &mut |event| {
        if matches!(event, quell::sync::intake::Progress::Left(_)) {
            store.clone().close();
        }
    });
    let halted = halted.unwrap_err();
    assert_eq!((halted.totals.alerts, halted.totals.added, halted.totals.broken), (1_000, 1_000, 1));
    assert!(halted.to_string().ends_with("; 1,000 alerts were imported before that"), "{halted}");
}

#[test]
fn many_alerts_are_written_in_batches() {
    let store = store();
    let arm: serde_json::Value = serde_json::from_slice(&fixture("arm-2022-01-01.json")).unwrap();
    let arm = arm["value"][0].to_string();
    let name = "2517245599999999999_3d0c8a4e-71b5-4c0e-8d3f-6a9b1e2f4c58";
    let lines: Vec<String> = (0..2_500).map(|number| arm.replace(name, &format!("n{number}"))).collect();
    let totals = import(&store, lines.join("\n").into_bytes());
    assert_eq!((totals.alerts, totals.added), (2_500, 2_500));
    let again = import(&store, format!("[{}]", lines.join(",")).into_bytes());
    assert_eq!((again.added, again.known()), (0, 2_500));
    assert_eq!(store.call_blocking(|store| store.snapshot().len()).unwrap(), 2_500);
    // So are decisions about them: all take effect, in the bodies too.
    use_subscriptions(&store, &["another"]);
    let made = change(&store, Status::Resolved);
    let resolved = store.call_blocking(move |store| {
        assert_eq!(store.tally(made).unwrap().kept, 2_500);
        let table = store.snapshot();
        let holds =
            |id| String::from_utf8(store.raw(&id).unwrap().unwrap()).unwrap().contains("\"Resolved\"");
        assert!(table.rows().step_by(97).all(|(_, row)| holds(row.id())));
        table.rows().filter(|(_, row)| row.remote_status() == Status::Resolved).count()
    });
    assert_eq!(resolved.unwrap(), 2_500);
}
