//! Random damage: a cache heals, a journal is never thrown away.

use std::fs;

use quell::domain::progress::Subscription;
use quell::domain::{SafeText, Status};
use quell::store::{Access, Folder, Notice, PageBatch, Store, StoreError, StoreHandle, Upsert, content_hash};

use crate::common::{alert, change, copy_of, id, list, now, open, page, subscription};

const ALERTS: usize = 150;

/// Few by default; `QUELL_TEST_SEEDS=500` for the long form.
fn seeds() -> u64 {
    std::env::var("QUELL_TEST_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(40)
}

fn name(number: usize) -> String {
    format!("2518{number:04}_x")
}

/// A folder with alerts, a dismissal that waits and one that was verified.
fn filled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let contoso =
        Subscription { id: subscription(), name: SafeText::from("Contoso"), tenant: SafeText::default() };
    store.set_subscriptions(&[contoso]).unwrap();
    list(&mut store, (0..ALERTS).map(|number| alert(&name(number), Status::Active)));
    for numbers in [0..40, 40..90] {
        let names: Vec<String> = numbers.map(name).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        store.queue(&change(&names, Status::Active, Status::Dismissed)).unwrap();
    }
    store.close();
    folder
}

/// Flips a few bits, or cuts the file. Returns what was done, and whether the schema's number was hit.
fn damage(bytes: &mut Vec<u8>, seed: u64) -> (String, bool) {
    let mut random = fastrand::Rng::with_seed(seed);
    if seed.is_multiple_of(4) {
        let length = random.usize(1..bytes.len());
        bytes.truncate(length);
        return (format!("seed {seed}: cut to {length}"), false);
    }
    let flips: Vec<usize> = (0..random.usize(1..20))
        .map(|_| if random.u8(0..8) == 0 { random.usize(0..100) } else { random.usize(0..bytes.len()) })
        .collect();
    for at in &flips {
        bytes[*at] ^= 1 << random.u8(0..8);
    }
    (format!("seed {seed}: flipped {flips:?}"), flips.iter().any(|at| (60..64).contains(at)))
}

/// A sync as the pull worker does it: only what changed is written.
fn sync(store: &mut Store) {
    let listing = store.begin_listing(&subscription(), now()).unwrap();
    let mut batch = PageBatch::default();
    for number in 0..ALERTS {
        let upsert = alert(&name(number), Status::Active);
        match store.known(std::slice::from_ref(&upsert.data.id)).unwrap()[0] {
            Some(known) if known.content_hash == content_hash(&upsert.raw) => batch.unchanged.push(known.key),
            _ => batch.upserts.push(upsert),
        }
    }
    store.apply_page(&listing, &batch).unwrap();
    let unseen: Vec<_> = store.unseen(&listing).unwrap().into_iter().map(|(key, _)| key).collect();
    store.finish_listing(&listing, &unseen, now()).unwrap();
}

#[test]
fn a_damaged_cache_heals_and_the_journal_is_as_it_was() {
    let original = filled();
    let intact = fs::read(original.path().join("cache.db")).unwrap();
    let mut rebuilt = 0;
    for seed in 0..seeds() {
        let folder = copy_of(original.path());
        let mut bytes = intact.clone();
        let (what, version_hit) = damage(&mut bytes, seed);
        fs::write(folder.path().join("cache.db"), &bytes).unwrap();
        let opened = Store::open(Folder::open(folder.path()).unwrap(), Access::ReadWrite);
        let (mut store, notices) = match opened {
            Err(error) if error.is_newer() && version_hit => continue,
            opened => opened.unwrap_or_else(|error| panic!("{what}: {error}")),
        };
        if let Some(Notice::CacheRebuilt { aside, .. }) = notices.first() {
            rebuilt += 1;
            assert!(store.snapshot().is_empty(), "{what}");
            assert!(fs::read(aside.as_ref().unwrap()).unwrap() == bytes, "{what}");
        }
        // Everything shown is right: a row is whole, or the cache was rebuilt.
        for (_, row) in store.snapshot().rows() {
            let number: usize = row.name()[4..8].parse().unwrap();
            assert_eq!(row.id(), id(&name(number)), "{what}");
            assert_eq!(row.pending(), (number < 90).then_some(Status::Dismissed), "{what}");
        }
        // Reading every body finds the damaged ones …
        for number in 0..ALERTS {
            if let Ok(Some(raw)) = store.raw(&id(&name(number))) {
                assert!(*raw == *alert(&name(number), Status::Active).raw, "{what}");
            }
        }
        // … and one or two syncs mend everything.
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| sync(&mut store))).is_err() {
            sync(&mut store);
            assert!(!store.take_notices().is_empty(), "{what}: the cache was not rebuilt");
        }
        for number in 0..ALERTS {
            let raw = store.raw(&id(&name(number))).unwrap();
            assert!(raw.as_deref() == Some(&*alert(&name(number), Status::Active).raw), "{what}: {number}");
        }
        assert_eq!(store.snapshot().len(), ALERTS, "{what}");
        assert_eq!(store.snapshot().pending_count(), 90, "{what}");
        assert_eq!(store.pending_total().unwrap(), 90, "{what}");
    }
    assert!(rebuilt > seeds() / 8, "only {rebuilt} seeds did real damage");
}

#[test]
fn a_damaged_journal_is_never_thrown_away() {
    let original = filled();
    let intact = fs::read(original.path().join("journal.db")).unwrap();
    let mut refused = 0;
    for seed in 0..seeds() {
        let folder = copy_of(original.path());
        let mut bytes = intact.clone();
        let (what, version_hit) = damage(&mut bytes, seed);
        let path = folder.path().join("journal.db");
        fs::write(&path, &bytes).unwrap();
        match Store::open(Folder::open(folder.path()).unwrap(), Access::ReadWrite) {
            Ok((store, _)) => assert_eq!(store.pending_total().unwrap(), 90, "{what}"),
            Err(StoreError::DamagedJournal { path: named, .. }) => {
                refused += 1;
                assert_eq!(named.file_name(), path.file_name());
                assert!(fs::read(&path).unwrap() == bytes, "{what}: the damaged file was changed");
            }
            Err(error) => assert!(error.is_newer() && version_hit, "{what}: {error}"),
        }
    }
    assert!(refused > seeds() / 8, "only {refused} seeds did real damage");
}

#[test]
fn strings_that_nothing_uses_any_more_are_dropped_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let with_many = |round: usize| {
        let mut upsert = alert("a", Status::Active);
        let hash = upsert.data.facts[5].clone();
        upsert.data.facts.extend((0..6_000).map(|number| quell::domain::fact::Fact {
            value: SafeText::from(format!("{round} {number}")),
            ..hash.clone()
        }));
        upsert
    };
    for round in 0..3 {
        let listing = store.begin_listing(&subscription(), now()).unwrap();
        store.apply_page(&listing, &page([with_many(round), alert("b", Status::Resolved)])).unwrap();
    }
    assert!(store.snapshot().dict().len() > 18_000);
    store.close();
    let mut store = open(folder.path());
    let table = store.snapshot();
    assert!(table.dict().len() < 6_100, "{}", table.dict().len());
    let facts = |name: &str| -> Vec<String> {
        let row = table.find(&id(name)).unwrap();
        row.facts().iter().map(|fact| table.dict().text(fact.code()).to_owned()).collect()
    };
    assert_eq!((facts("a").len(), facts("a")[6].as_str()), (6_006, "2 0"));
    assert_eq!(facts("b")[5], "hash of b");
    list(&mut store, [alert("c", Status::Active)]);
    store.close();
    assert_eq!(open(folder.path()).snapshot().len(), 1);
}

/// One damaged block does not keep the alerts of the others from being sent.
#[tokio::test]
async fn what_cannot_be_read_is_left_out_of_what_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let whole = |number| {
        let upsert = alert(&name(number), Status::Active);
        let id = upsert.data.id.as_str();
        let raw = format!(r#"{{"id":"{id}","properties":{{"alertType":"VM_Suspicious"}}}}"#);
        Upsert { raw: raw.into_bytes().into(), ..upsert }
    };
    list(&mut open(folder.path()), (0..ALERTS).map(whole));
    let beside = rusqlite::Connection::open(folder.path().join("cache.db")).unwrap();
    let first: i64 =
        beside.query_row("SELECT block FROM alert ORDER BY key LIMIT 1", [], |row| row.get(0)).unwrap();
    let hit = "SELECT count(*) FROM alert WHERE block = ?1";
    let hit: u32 = beside.query_row(hit, [first], |row| row.get(0)).unwrap();
    let hit = hit as usize;
    beside.execute("UPDATE block SET data = x'00' WHERE id = ?1", [first]).unwrap();
    drop(beside);
    let store = StoreHandle::spawn(open(folder.path()), |_| ());
    let ids: Vec<_> = (0..ALERTS).map(|number| id(&name(number))).collect();
    let outgoing = quell::runtime::respond::outgoing(&store, ids.clone()).await.unwrap();
    assert!(hit > 0 && hit < ALERTS);
    assert_eq!((outgoing.left_out.len(), outgoing.events.len()), (hit, ALERTS - hit));
    assert!(
        outgoing.left_out.iter().all(|(_, why)| why.raw().contains("damaged")),
        "{:?}",
        outgoing.left_out[0]
    );
    let mut kept: Vec<_> = outgoing.events.iter().map(|event| event.id.clone()).collect();
    kept.extend(outgoing.left_out.iter().map(|(id, _)| id.clone()));
    assert!(ids.iter().all(|id| kept.contains(id)));
}
