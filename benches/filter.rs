//! The filter over 100,000 alerts: from text to the sorted list, for conditions that cost little and much.

use std::hint::black_box;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use quell::domain::alert::Scan;
use quell::domain::fact::{Fact, FactKind};
use quell::domain::filter::{Compiled, Context, complete, parse};
use quell::domain::query::{GroupBy, Query, Ranking, Sort, arrange, run, run_ranked};
use quell::domain::resource::Cloud;
use quell::domain::table::{Flags, RowData, Table, TableBuilder};
use quell::domain::tactic::TacticSet;
use quell::domain::{AlertId, AlertKey, SafeText, Severity, Status};

const ROWS: u32 = 100_000;
/// 1 November 2026, the moment of the newest alert.
const NOW: i64 = 1_793_491_200;

/// A repeatable scatter of numbers.
fn mix(n: u32, salt: u32) -> u32 {
    let mixed = (n ^ salt.wrapping_mul(0x9e37_79b9)).wrapping_mul(0x85eb_ca6b);
    let mixed = (mixed ^ mixed >> 13).wrapping_mul(0xc2b2_ae35);
    mixed ^ mixed >> 16
}

/// An alert with about twenty facts, of which the command line and two properties are its own.
fn alert(n: u32) -> RowData {
    let fact = |kind, value: String| Fact { kind, value: SafeText::from(value) };
    let (kind, host) = (mix(n, 1) % 100, mix(n, 2) % 2000);
    let group = host % 40;
    let id = format!(
        "/subscriptions/s{}/resourceGroups/rg-{group}/providers/Microsoft.Compute/virtualMachines/vm-{host}",
        host % 8
    );
    RowData {
        id: AlertId::new(format!(
            "/subscriptions/s{}/providers/Microsoft.Security/locations/westeurope/alerts/{n:032x}",
            host % 8
        )),
        time: DateTime::from_timestamp(NOW - i64::from(mix(n, 3) % 7_776_000), 0),
        severity: Severity::from_code((mix(n, 4) % 4 + 1) as u8),
        status: Status::from_code((mix(n, 5) % 4) as u8),
        flags: Flags::new(n.is_multiple_of(50), false, Cloud::Azure, Scan::Agent),
        tactics: TacticSet(1 << (mix(n, 6) % 17)),
        facts: vec![
            fact(FactKind::Title, format!("Suspicious activity number {kind} on a virtual machine")),
            fact(FactKind::Type, format!("VM_Suspicious{kind}")),
            fact(FactKind::Resource, format!("vm-{host}")),
            fact(FactKind::Group, format!("rg-{group}")),
            fact(FactKind::Subscription, format!("s{}", host % 8)),
            fact(FactKind::ResourceId, id),
            fact(FactKind::ResourceType, "Microsoft.Compute/virtualMachines".to_owned()),
            fact(
                FactKind::Description,
                format!(
                    "Analysis of host data on vm-{host} detected behaviour {kind} that matches a known attack pattern; review the command line and the parent process before you act."
                ),
            ),
            fact(FactKind::Product, "Microsoft Defender for Cloud".to_owned()),
            fact(FactKind::Technique, format!("T{}", 1000 + kind)),
            fact(FactKind::Host, format!("vm-{host}.contoso.example")),
            fact(FactKind::Ip, format!("203.0.{}.{}", mix(n, 7) % 64, mix(n, 8) % 256)),
            fact(FactKind::Account, format!("contoso\\user{}", mix(n, 9) % 300)),
            fact(FactKind::Process, "powershell.exe".to_owned()),
            fact(
                FactKind::CommandLine,
                format!("powershell.exe -nop -enc {:08x}{:08x}", mix(n, 10), mix(n, 11)),
            ),
            fact(FactKind::File, format!("C:\\Windows\\Temp\\{}.ps1", mix(n, 12) % 5000)),
            fact(FactKind::Hash, format!("{:08x}{:08x}{:08x}{:08x}", mix(n, 13) % 9000, 1, 2, 3)),
            fact(FactKind::Property, format!("{}", mix(n, 14))),
            fact(FactKind::Property, format!("agent {:08x}-{:08x}", mix(n, 15), mix(n, 16))),
        ],
    }
}

fn table(rows: u32) -> Arc<Table> {
    let mut builder = TableBuilder::new();
    for n in 0..rows {
        builder.upsert(AlertKey(n + 1), &alert(n));
    }
    builder.snapshot()
}

fn benches(criterion: &mut Criterion) {
    let table = table(ROWS);
    let context = Context::utc(DateTime::<Utc>::from_timestamp(NOW, 0).unwrap_or_default());
    let ranking = Ranking::new(&table, &Sort::default());
    for (name, text) in [
        ("columns", "severity:high status:active since:7d"),
        ("one head", "resource:vm-77*"),
        ("a common word", "powershell"),
        ("a rare word", "zebra"),
        ("a short word", "e"),
        ("a word beyond ASCII", "über"),
        ("a wildcard", "host*example"),
        ("a network", "ip:203.0.7.0/24"),
        (
            "the page's example",
            "severity:high,medium status:active since:24h -resource:vm-1* tactic:\"lateral movement\" powershell",
        ),
    ] {
        let filter = parse(text).unwrap_or_default();
        criterion.bench_function(&format!("filter 100k, {name}"), |bencher| {
            bencher.iter(|| {
                Compiled::new(black_box(&filter), &table, &context, &|| false)
                    .and_then(|c| c.count(&|| false))
            });
        });
    }
    let filter = parse("status:active,in-progress").unwrap_or_default();
    let query = Query { filter: filter.clone(), sort: Sort::default() };
    criterion.bench_function("query 100k, default view", |bencher| {
        bencher.iter(|| run(&table, &query, &context, &|| false));
    });
    criterion.bench_function("query 100k, order known", |bencher| {
        bencher.iter(|| run_ranked(&table, &filter, &ranking, &context, &|| false));
    });
    let title = Sort::parse("title,resource").unwrap_or_default();
    criterion
        .bench_function("sort 100k by two texts", |bencher| bencher.iter(|| Ranking::new(&table, &title)));
    let groupings = [GroupBy::Resource, GroupBy::Type, GroupBy::Tactic, GroupBy::Entity, GroupBy::Incident];
    for by in groupings {
        criterion.bench_function(&format!("group 100k by {by}"), |bencher| {
            bencher.iter(|| arrange(&table, black_box(ranking.rows()), by));
        });
    }
    criterion.bench_function("complete resource: over 100k", |bencher| {
        bencher.iter(|| complete("resource:vm", 11, &table, &context, &|| false));
    });
    criterion.bench_function("parse", |bencher| {
        bencher.iter(|| {
            parse(black_box(
                "(ip:203.0.113.0/24 or host:dc*) and not type:VM_AdaptiveApplication* \"a phrase\"",
            ))
        });
    });
}

criterion_group!(filter, benches);
criterion_main!(filter);
