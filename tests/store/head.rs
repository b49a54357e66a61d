//! What the list begins with: exactly what the whole table gives, or nothing.

use proptest::prelude::*;
use quell::domain::AlertKey;
use quell::domain::filter::{Context, parse};
use quell::domain::listing::{Head, Listing};
use quell::domain::query::{self, Query, Sort};
use quell::domain::record::{Deed, DeedKind};
use quell::domain::table::Row;
use quell::domain::view::{BUILT_IN, Look, Place};

use crate::common::*;

/// Opens the store and gives what came before the table was there.
fn reopened(folder: &Path) -> (Store, Option<Head>) {
    let mut early = None;
    let folder = Folder::open(folder).unwrap();
    let opened = Store::open_early(folder, Access::ReadWrite, "", |_, head| early = Some(head));
    (opened.unwrap().0, early)
}

fn early(folder: &Path) -> Option<Head> {
    reopened(folder).1
}

/// What the whole table gives for a look.
fn whole(store: &mut Store, look: &Look) -> Listing {
    let table = store.snapshot();
    let query = Query { filter: parse(&look.filter).unwrap(), sort: look.sort.clone() };
    let rows = query::run(&table, &query, &Context::utc(now()), &|| false).unwrap();
    Listing::new(table, rows)
}

/// All that a row shows.
fn shown(row: &Row<'_>) -> impl PartialEq + std::fmt::Debug + use<> {
    let heads = [row.title(), row.alert_type(), row.resource(), row.group(), row.subscription()];
    let texts: Vec<String> = heads.map(|text| text.0.to_owned()).to_vec();
    let status = (row.status(), row.remote_status(), row.pending());
    let hash = row.first(FactKind::Hash).map(|hash| hash.0.to_owned());
    let rest = (row.severity(), row.flags(), row.tactics(), row.seconds(), hash);
    (row.key(), row.id(), texts, status, rest, row.local().cloned())
}

fn assert_is_head_of(head: &Head, listing: &Listing) {
    let rows = |listing: &Listing, from: usize, count: usize| -> Vec<_> {
        (from..from + count).map(|place| shown(&listing.row(place).unwrap())).collect()
    };
    assert_eq!(rows(&head.listing, 0, head.listing.len()), rows(listing, head.first, head.listing.len()));
    assert_eq!((head.total, head.alerts), (listing.len(), listing.table.len()));
    assert_eq!(head.listing.severities, listing.severities);
    assert_eq!(head.listing.len(), (listing.len() - head.first).min(256), "all rows that there is room for");
}

#[derive(Debug, Clone)]
struct Random {
    alerts: Vec<(u8, u8, u8, u8)>,
    look: Look,
    cursor: Option<usize>,
    pending: Vec<usize>,
    noted: Vec<usize>,
}

fn random() -> impl Strategy<Value = Random> {
    let one = (0u8..5, 0u8..4, 0u8..20, 0u8..6);
    let filters: Vec<&str> = BUILT_IN
        .iter()
        .map(|(.., filter)| *filter)
        .chain(["resource:vm-2 or note:seen", "pending:yes", "-severity:low 3", "until:2030-01-01T00:00Z"])
        .filter(|filter| !filter.contains("me"))
        .collect();
    let sorts = ["", "time", "-severity,time", "resource,-time", "status", "title,subscription"];
    let look = (prop::sample::select(filters), prop::sample::select(sorts.to_vec()))
        .prop_map(|(filter, sort)| Look { sort: Sort::parse(sort).unwrap(), ..Look::of(filter) });
    let some = || prop::collection::vec(0usize..600, 0..6);
    (prop::collection::vec(one, 0..600), look, prop::option::of(0usize..600), some(), some())
        .prop_map(|(alerts, look, cursor, pending, noted)| Random { alerts, look, cursor, pending, noted })
}

fn put(store: &mut Store, alerts: &[(u8, u8, u8, u8)]) {
    let upserts = alerts.iter().enumerate().map(|(at, (severity, status, time, resource))| {
        let severities =
            [Severity::High, Severity::Medium, Severity::Low, Severity::Informational, Severity::Other];
        let statuses = [Status::Active, Status::InProgress, Status::Dismissed, Status::Resolved];
        let mut upsert = alert(&format!("n{at}"), statuses[usize::from(*status)]);
        upsert.data.severity = severities[usize::from(*severity)];
        upsert.data.time = Some(now() - TimeDelta::hours(i64::from(*time)));
        upsert.data.facts[2].value = SafeText::from(format!("vm-{resource}"));
        upsert
    });
    list(store, upserts.collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn it_is_the_head_of_what_the_whole_table_shows(random in random()) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(folder.path());
        put(&mut store, &random.alerts);
        let there = |at: &usize| *at < random.alerts.len();
        for at in random.pending.iter().filter(|at| there(at)) {
            let name = format!("n{at}");
            let status = status_of(&mut store, &name).0;
            store.queue(&change(&[&name], status, Status::Dismissed)).unwrap();
        }
        for at in random.noted.iter().filter(|at| there(at)) {
            let deed = Deed::new(DeedKind::Note, who("ann"), now()).on([id(&format!("n{at}"))]).saying("seen it");
            store.audit(&deed).unwrap();
        }
        let cursor = random.cursor.filter(|at| there(at)).map(|at| id(&format!("n{at}")));
        let place = Place { look: random.look.clone(), cursor: cursor.clone(), ..Place::default() };
        store.keep_place(&place).unwrap();
        store.close();
        // Twice: what was found to be right is left as it is.
        for _ in 0..2 {
            let (mut store, head) = reopened(folder.path());
            let listing = whole(&mut store, &random.look);
            let listed = |id: &AlertId| listing.table.find(id).is_some_and(|row| listing.listed.contains(row.key()));
            prop_assert_eq!(head.is_some(), cursor.as_ref().is_none_or(listed));
            if let Some(head) = head {
                assert_is_head_of(&head, &listing);
            }
            store.close();
        }
    }
}

/// A folder whose list begins with something that is known.
fn kept() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    put(&mut store, &[(0, 0, 1, 1), (1, 0, 2, 2), (2, 2, 3, 3)]);
    store
        .set_subscriptions(&[Subscription {
            id: subscription(),
            name: "Production".into(),
            tenant: SafeText::default(),
        }])
        .unwrap();
    store.close();
    assert_eq!(early(folder.path()).unwrap().listing.len(), 2);
    folder
}

type Job = fn(&mut Store);

#[test]
fn whatever_changes_an_alert_takes_it_away_until_the_next_end() {
    let jobs: [(&str, Job); 9] = [
        ("an alert is new", |store| {
            let listing = store.begin_listing(&subscription(), now()).unwrap();
            store.apply_page(&listing, &page([alert("new", Status::Active)])).unwrap();
        }),
        ("an alert is another one", |store| {
            let listing = store.begin_listing(&subscription(), now()).unwrap();
            store.apply_page(&listing, &page([alert("n0", Status::Resolved)])).unwrap();
        }),
        ("an alert is gone", |store| {
            store.mark_gone(&id("n0")).unwrap();
        }),
        ("alerts are removed", |store| list(store, [])),
        ("a change waits to be sent", |store| {
            store.queue(&change(&["n0"], Status::Active, Status::Dismissed)).unwrap();
        }),
        ("an alert is assigned", |store| {
            store.assign(&[id("n0")], Some(&who("eve")), &who("ann"), now()).unwrap();
        }),
        ("a note is written", |store| {
            let deed = Deed::new(DeedKind::Note, who("ann"), now()).on([id("n1")]).saying("x");
            store.audit(&deed).unwrap();
        }),
        ("a subscription has another name", |store| {
            let name = SafeText::from("Test");
            store
                .set_subscriptions(&[Subscription { id: subscription(), name, tenant: SafeText::default() }])
                .unwrap();
        }),
        ("another view is opened", |store| {
            store.keep_place(&Place { look: Look::of("status:dismissed"), ..Place::default() }).unwrap();
        }),
    ];
    for (what, job) in jobs {
        let folder = kept();
        let mut store = open(folder.path());
        job(&mut store);
        // As after a crash.
        drop(store);
        assert_eq!(early(folder.path()), None, "{what}");
        let store = open(folder.path());
        store.close();
        let (mut store, head) = reopened(folder.path());
        let look = Place::opened(store.place().unwrap()).look;
        assert_is_head_of(&head.unwrap(), &whole(&mut store, &look));
    }
}

#[test]
fn a_sync_without_news_leaves_it_as_it_is() {
    let folder = kept();
    let mut store = open(folder.path());
    let keys: Vec<AlertKey> = store.snapshot().rows().map(|(_, row)| row.key()).collect();
    let listing = store.begin_listing(&subscription(), now()).unwrap();
    store.apply_page(&listing, &PageBatch { unchanged: keys, ..PageBatch::default() }).unwrap();
    store.finish_listing(&listing, &[], now()).unwrap();
    drop(store);
    assert!(early(folder.path()).is_some());
}

#[test]
fn what_more_than_the_alerts_decides_is_not_known_early() {
    for look in [
        Look::of("status:active assigned:me"),
        Look::of("changed-by:ME"),
        Look::of("since:24h"),
        Look::of("x or not until:2026-11-22"),
        Look { group: Some(query::GroupBy::Severity), ..Look::of("") },
    ] {
        let folder = kept();
        let mut store = open(folder.path());
        store.keep_place(&Place { look: look.clone(), ..Place::default() }).unwrap();
        store.close();
        assert_eq!(early(folder.path()), None, "{look:?}");
    }
}

#[test]
fn a_damaged_one_is_none() {
    let folder = kept();
    let cache = rusqlite::Connection::open(folder.path().join("cache.db")).unwrap();
    let data: Vec<u8> = cache.query_row("SELECT data FROM head", [], |row| row.get(0)).unwrap();
    for at in (0..data.len()).step_by(7) {
        let mut broken = data.clone();
        broken[at] ^= 4;
        cache.execute("UPDATE head SET data = ?1", [&broken]).unwrap();
        assert_eq!(early(folder.path()), None, "byte {at}");
    }
}

#[test]
fn it_is_around_the_cursor_and_stays_when_that_moves_a_little() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    put(&mut store, &vec![(0, 0, 1, 1); 1000]);
    let at = |store: &mut Store, cursor: usize| {
        let cursor = Some(id(&format!("n{cursor}")));
        store.keep_place(&Place { look: Look::of(""), cursor, ..Place::default() }).unwrap();
    };
    // The alerts tie in everything, so they stand as they came.
    at(&mut store, 500);
    store.close();
    for (cursor, first) in [(500, 372), (560, 372), (440, 372), (600, 472), (999, 871), (3, 0), (100, 0)] {
        let mut store = open(folder.path());
        at(&mut store, cursor);
        store.close();
        let (mut store, head) = reopened(folder.path());
        let head = head.unwrap();
        assert_eq!(head.first, first, "{cursor}");
        let listing = whole(&mut store, &Look::of(""));
        let wanted = listing.table.find(&id(&format!("n{cursor}"))).unwrap().key();
        assert!(head.listing.place(wanted).is_some());
    }
}
