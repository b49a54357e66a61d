//! How fast a list page becomes alerts, facts and table rows.

#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quell::azure::{Page, parse_alert};
use quell::domain::table::RowData;
use quell::emulator::demo;

fn parse(criterion: &mut Criterion) {
    let now = chrono::DateTime::from_timestamp(1_795_000_000, 0).unwrap();
    let alerts = demo::generate(500, 1, now).alerts;
    let page = format!(r#"{{"value":[{}]}}"#, alerts.join(","));
    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Elements(alerts.len() as u64));
    group.bench_function("split a page into items", |bencher| {
        bencher.iter(|| black_box(Page::split(200, page.as_bytes()).unwrap()));
    });
    group.bench_function("parse alerts", |bencher| {
        bencher.iter(|| alerts.iter().filter_map(|raw| parse_alert(raw).ok()).count());
    });
    let parsed: Vec<_> = alerts.iter().map(|raw| parse_alert(raw).unwrap()).collect();
    group.bench_function("facts for the table", |bencher| {
        bencher.iter(|| parsed.iter().map(|alert| RowData::from(alert).facts.len()).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
