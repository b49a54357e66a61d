//! Alerts into the cache, committed, bodies kept; the start from a filled cache; a bulk change through the outbox, and one
//! of alerts of files.
//!
//! `QUELL_BENCH_ALERTS` may name a file with one ARM alert per line; without it, alerts of about 4 KB are made up.

#![allow(missing_docs, clippy::unwrap_used)] // a broken bench must stop

use std::hint::black_box;
use std::path::Path;

use chrono::{DateTime, Utc};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use quell::domain::alert::Scan;
use quell::domain::change::{NewChange, Outcome, Target};
use quell::domain::fact::{Fact, FactKind};
use quell::domain::resource::Cloud;
use quell::domain::table::{Flags, RowData};
use quell::domain::tactic::TacticSet;
use quell::domain::{AlertId, SafeText, Severity, Stated, Status, SubscriptionId};
use quell::store::{Access, Folder, Import, PageBatch, Store, Upsert};
use serde_json::{Value, json};

const PAGE: usize = 500;
const ALERTS: usize = 10_000;

fn alerts_to_insert() -> Vec<Upsert> {
    let lines: Vec<String> = match std::env::var("QUELL_BENCH_ALERTS") {
        Ok(path) => std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect(),
        Err(_) => (0..ALERTS).map(|number| made_up(number).to_string()).collect(),
    };
    lines.into_iter().map(|line| upsert(line.into_bytes())).collect()
}

/// An alert of the size that the service sends, with as many repeated and unique strings.
fn made_up(number: usize) -> Value {
    let mut random = fastrand::Rng::with_seed(number as u64);
    let mut hex = |length: usize| -> String { (0..length).map(|_| random.digit(16)).collect() };
    let name = format!("{}_{}-{}", 2_518_000_000_000_000_000_usize + number * 1_000_000, hex(8), hex(12));
    let host = format!("vm-web-{:04}", number * 7 % 2000);
    let group = format!(
        "/subscriptions/00000000-0000-0000-0000-00000000000{}/resourceGroups/rg-{}",
        number % 8,
        number % 40
    );
    let resource = format!("{group}/providers/Microsoft.Compute/virtualMachines/{host}");
    let kind = number % 100;
    let prose = (0..30).map(|word| format!("word{} of it", (word * kind) % 90)).collect::<Vec<_>>().join(" ");
    json!({
        "id": format!("{group}/providers/Microsoft.Security/locations/westeurope/alerts/{name}"),
        "name": name,
        "type": "Microsoft.Security/Locations/alerts",
        "properties": {
            "alertType": format!("VM_Detection{kind}"),
            "alertDisplayName": format!("Detection number {kind}"),
            "description": prose,
            "severity": Severity::KNOWN[number % 4].name(),
            "status": "Active",
            "timeGeneratedUtc": "2026-11-01T10:00:00.1234567Z",
            "remediationSteps": [prose.to_uppercase()],
            "alertUri": format!("https://portal.azure.com/#blade/Alert/alertId/{name}/{resource}"),
            "entities": [
                {"$id": "1", "hostName": host, "azureID": resource, "omsAgentID": hex(36), "type": "host"},
                {"$id": "2", "address": format!("203.0.113.{}", number % 255), "type": "ip"},
                {"$id": "3", "name": "tool.exe", "directory": format!("/tmp/{}", hex(6)), "fileHashes": [{"value": hex(64)}], "type": "file"},
                {"$id": "4", "commandLine": format!("tool.exe --key {}", hex(40)), "host": {"$ref": "1"}, "type": "process"},
            ],
            "extendedProperties": {
                "compromised host": host, "process": hex(5), "operations": (number % 400).to_string(), "agent": hex(36),
            },
            "compromisedEntity": host,
        },
    })
}

/// Every string of the alert becomes a fact: about as many as the real conversion finds.
fn upsert(raw: Vec<u8>) -> Upsert {
    let value: Value = serde_json::from_slice(&raw).unwrap();
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let id = AlertId::new(text("/id"));
    let subscription = id.subscription().unwrap();
    let fact = |kind, value: &str| Fact { kind, value: SafeText::from(value) };
    let mut facts = vec![
        fact(FactKind::Title, text("/properties/alertDisplayName")),
        fact(FactKind::Type, text("/properties/alertType")),
        fact(FactKind::Resource, text("/properties/compromisedEntity")),
        fact(FactKind::Group, "rg"),
        fact(FactKind::Subscription, subscription.as_str()),
        fact(FactKind::Description, text("/properties/description")),
    ];
    for part in ["/properties/entities", "/properties/extendedProperties"] {
        collect(value.pointer(part).unwrap(), &mut facts);
    }
    let data = RowData {
        time: text("/properties/timeGeneratedUtc").parse::<DateTime<Utc>>().ok(),
        severity: Severity::parse(text("/properties/severity")),
        status: Status::parse(text("/properties/status")),
        flags: Flags::new(false, false, Cloud::Azure, Scan::Agent),
        tactics: TacticSet::parse_intent(text("/properties/intent")),
        facts,
        id,
    };
    Upsert { data, raw: raw.into() }
}

fn collect(value: &Value, facts: &mut Vec<Fact>) {
    match value {
        Value::String(text) if text.len() > 3 => {
            facts.push(Fact { kind: FactKind::Property, value: SafeText::from(text.as_str()) });
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, facts)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, facts)),
        _ => {}
    }
}

fn open(folder: &Path) -> Store {
    Store::open(Folder::open(folder).unwrap(), Access::ReadWrite).unwrap().0
}

fn fill(store: &mut Store, pages: &[PageBatch]) {
    let at = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
    let listing = store.begin_listing(&SubscriptionId::new("all"), at).unwrap();
    for page in pages {
        store.apply_page(&listing, page).unwrap();
    }
    store.finish_listing(&listing, &[], at).unwrap();
}

/// A bulk change of 1,000: queued in one synced transaction, then sent and settled one by one.
fn bulk(criterion: &mut Criterion) {
    let at = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
    let alerts: Vec<Upsert> =
        (0..1000).map(|number| upsert(made_up(number).to_string().into_bytes())).collect();
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    fill(&mut store, &[PageBatch { upserts: alerts.clone(), ..PageBatch::default() }]);
    let mut group = criterion.benchmark_group("outbox");
    group.sample_size(10).throughput(Throughput::Elements(1000));
    group.bench_function("bulk", |bencher| {
        bencher.iter(|| {
            let target = |alert: &Upsert| Target {
                id: alert.data.id.clone(),
                seen: Status::Active,
                want: Status::Resolved,
            };
            let change = NewChange::new(
                alerts.iter().map(target).collect(),
                Status::Resolved,
                SafeText::from("ann"),
                at,
            );
            store.queue(&change).unwrap();
            loop {
                let due = store.due("", at, 16, &[]).unwrap();
                if due.is_empty() {
                    break;
                }
                for item in due {
                    assert!(store.try_lease("bench", at).unwrap());
                    store.mark_sending(&[item.row], "bench", at).unwrap();
                    let (row, outcome, sent) =
                        (item.row, Outcome::Verified, quell::domain::change::Sent::Accepted);
                    let detail = SafeText::default();
                    store.settle_many(&[quell::store::Settlement { row, outcome, detail, sent }]).unwrap();
                }
            }
            black_box(store.snapshot());
        });
    });
    group.finish();
}

fn insert(criterion: &mut Criterion) {
    let mut alerts = alerts_to_insert();
    let count = alerts.len();
    let mut pages = Vec::new();
    while !alerts.is_empty() {
        let rest = alerts.split_off(PAGE.min(alerts.len()));
        pages.push(PageBatch { upserts: alerts, ..PageBatch::default() });
        alerts = rest;
    }
    let mut group = criterion.benchmark_group("store");
    group.sample_size(10).throughput(Throughput::Elements(count as u64));
    group.bench_function("insert", |bencher| {
        bencher.iter_batched(
            || tempfile::tempdir().unwrap(),
            |folder| {
                let mut store = open(folder.path());
                fill(&mut store, &pages);
                store.close();
                folder
            },
            BatchSize::PerIteration,
        );
    });
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    fill(&mut store, &pages);
    store.close();
    group.bench_function("open", |bencher| {
        bencher.iter(|| {
            let mut store = open(folder.path());
            assert_eq!(black_box(store.snapshot()).len(), count);
        });
    });
    let ids: Vec<AlertId> =
        pages.iter().flat_map(|page| page.upserts.iter().map(|upsert| upsert.data.id.clone())).collect();
    let store = open(folder.path());
    group.bench_function("known", |bencher| {
        bencher.iter(|| store.known(black_box(&ids)).unwrap());
    });
    group.finish();
}

/// A bulk change of 1,000 alerts of files: kept here, with the status in their JSON.
fn kept(criterion: &mut Criterion) {
    let at = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
    let import = |number| {
        let Upsert { mut data, raw } = upsert(made_up(number).to_string().into_bytes());
        data.flags = data.flags.imported();
        let stated = Stated { status: data.status, generated: data.time, is_first_report: false };
        Import { data, source: raw.clone(), raw, stated }
    };
    let alerts: Vec<Import> = (0..1000).map(import).collect();
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    store.keep_everything_here();
    store.import(&alerts, &[]).unwrap();
    let mut statuses = [Status::Dismissed, Status::Resolved].into_iter().cycle();
    let mut group = criterion.benchmark_group("outbox");
    group.sample_size(10).throughput(Throughput::Elements(1000));
    group.bench_function("kept", |bencher| {
        bencher.iter(|| {
            let want = statuses.next().unwrap();
            let target = |alert: &Import| Target { id: alert.data.id.clone(), seen: Status::Active, want };
            let change = NewChange::new(alerts.iter().map(target).collect(), want, SafeText::from("ann"), at);
            let change = store.queue(&change).unwrap();
            assert_eq!(store.tally(change).unwrap().kept, 1000);
            black_box(store.snapshot());
        });
    });
    group.finish();
}

criterion_group!(benches, insert, bulk, kept);
criterion_main!(benches);
