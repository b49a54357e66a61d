//! What stands around one alert of 100,000: the counts beside its entities, with and without the index; its groups; its
//! twins. The goal: counts on the screen within 50 ms of opening the alert, also right after a sync changed the alerts.
//!
//! `QUELL_BENCH_ALERTS` may name a file with one ARM alert per line; without it, a tenant is made up.

#![allow(missing_docs, clippy::unwrap_used)] // a broken bench must stop

use std::hint::black_box;
use std::sync::Arc;

use chrono::DateTime;
use criterion::{Criterion, criterion_group, criterion_main};
use quell::app::message::Detail;
use quell::azure::parse_alert;
use quell::domain::incident::{self, Families};
use quell::domain::mentions::{KINDS, MentionCounts, count};
use quell::domain::related::related;
use quell::domain::table::{PackedFact, RowData, Table};
use quell::domain::{AlertKey, SubscriptionId, scan};
use quell::emulator::demo;
use quell::runtime::detail;
use quell::store::{Access, Folder, PageBatch, Store, StoreHandle, Upsert};

const ALERTS: usize = 100_000;
const PAGE: usize = 500;

fn alerts() -> Vec<String> {
    match std::env::var("QUELL_BENCH_ALERTS") {
        Ok(path) => std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect(),
        Err(_) => demo::generate(ALERTS, 1, DateTime::from_timestamp(1_795_000_000, 0).unwrap()).alerts,
    }
}

/// A cache filled with the alerts, and its table.
fn filled(folder: &std::path::Path) -> (StoreHandle, Arc<Table>) {
    let mut store = Store::open(Folder::open(folder).unwrap(), Access::ReadWrite).unwrap().0;
    let at = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
    let listing = store.begin_listing(&SubscriptionId::new("all"), at).unwrap();
    for page in alerts().chunks(PAGE) {
        let upsert = |raw: &String| {
            let data = RowData::from(&parse_alert(raw).unwrap());
            Upsert { data, raw: raw.clone().into_bytes().into() }
        };
        let page = PageBatch { upserts: page.iter().map(upsert).collect(), ..PageBatch::default() };
        store.apply_page(&listing, &page).unwrap();
    }
    store.finish_listing(&listing, &[], at).unwrap();
    let table = store.snapshot();
    (StoreHandle::spawn(store, |_| {}), table)
}

/// The alert with the most entities among the first: the worst to open.
fn busiest(runtime: &tokio::runtime::Runtime, store: &StoreHandle, table: &Arc<Table>) -> Arc<Detail> {
    let keys: Vec<AlertKey> = table.rows().take(500).map(|(_, row)| row.key()).collect();
    let load = |key| runtime.block_on(detail::load(store, Arc::clone(table), key, None)).unwrap();
    keys.into_iter().map(load).max_by_key(|detail| detail.mentions.len()).unwrap()
}

fn benches(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (store, table) = filled(folder.path());
    let worst = busiest(&runtime, &store, &table);
    let counts = MentionCounts::new(&table);
    let index = Arc::new(detail::Index::new(&table));
    let kin = Families::new(&table);
    let mut group = criterion.benchmark_group("100k");
    group.sample_size(20);
    for (name, index) in [("open, with the index", Some(&index)), ("open, no index yet", None)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let load = detail::load(&store, Arc::clone(&table), worst.key, index.cloned());
                black_box(runtime.block_on(load).unwrap())
            });
        });
    }
    let row = table.get(worst.key).unwrap();
    let facts: Vec<PackedFact> =
        row.facts().iter().copied().filter(|fact| KINDS.contains(&fact.kind())).collect();
    group.bench_function("look counts up", |bencher| {
        bencher.iter(|| facts.iter().map(|fact| counts.of(black_box(*fact)).alerts).sum::<u32>());
    });
    group.bench_function("does the index hold", |bencher| bencher.iter(|| counts.hold(black_box(&table))));
    group.bench_function("count in one pass", |bencher| bencher.iter(|| count(&table, black_box(&facts))));
    group.bench_function("make the index", |bencher| bencher.iter(|| detail::Index::new(&table)));
    let entities: Vec<_> = worst.mentions.iter().map(|mention| (mention.kind, mention.fact())).collect();
    group.bench_function("related", |bencher| bencher.iter(|| related(&table, worst.key, &entities)));
    group.bench_function("families, by a walk", |bencher| {
        bencher.iter(|| incident::families(&table, worst.key));
    });
    group.bench_function("families", |bencher| bencher.iter(|| kin.of(&table, worst.key)));
    let all: Vec<AlertKey> = table.rows().map(|(_, row)| row.key()).collect();
    for (name, keys) in [("twins of one", &all[..1]), ("twins of 5,000", &all[..5000])] {
        group.bench_function(name, |bencher| bencher.iter(|| scan::twins(&table, black_box(keys))));
    }
    group.finish();
}

criterion_group!(pivot, benches);
criterion_main!(pivot);
