use chrono::TimeZone;

use super::*;
use crate::domain::fact::Fact;

fn data(name: &str, status: Status, host: &str) -> RowData {
    let fact = |kind, value: &str| Fact { kind, value: SafeText::from(value) };
    RowData {
        id: AlertId::new(format!("/subscriptions/s1/providers/Microsoft.Security/locations/l/alerts/{name}")),
        time: Some(Utc.with_ymd_and_hms(2026, 11, 23, 12, 0, 0).unwrap()),
        severity: Severity::High,
        status,
        flags: Flags::new(true, false, Cloud::Gcp, Scan::Agentless),
        tactics: TacticSet::parse_intent("Impact"),
        facts: vec![
            fact(FactKind::Title, "A title"),
            fact(FactKind::Type, "VM_X"),
            fact(FactKind::Resource, host),
            fact(FactKind::Group, ""),
            fact(FactKind::Subscription, "s1"),
            fact(FactKind::Host, host),
        ],
    }
}

#[test]
fn a_row_reads_back_what_was_put_in() {
    let mut builder = TableBuilder::new();
    let row = data("n1", Status::Active, "vm-1");
    builder.upsert(AlertKey(7), &row);
    let table = builder.snapshot();
    let read = table.get(AlertKey(7)).unwrap();
    assert_eq!(read.id(), row.id);
    assert_eq!(read.time(), row.time);
    assert_eq!((read.title().0, read.resource().0, read.group().0), ("A title", "vm-1", ""));
    assert_eq!((read.severity(), read.status(), read.pending()), (Severity::High, Status::Active, None));
    assert_eq!((read.flags().cloud(), read.flags().scan()), (Cloud::Gcp, Scan::Agentless));
    assert!(read.flags().is_incident() && !read.flags().is_sample() && !read.flags().is_gone());
    assert_eq!(read.first(FactKind::Host).unwrap().0, "vm-1");
    assert!(table.find(&AlertId::new(row.id.as_str().to_uppercase())).is_some());
}

#[test]
fn a_snapshot_does_not_see_later_changes() {
    let mut builder = TableBuilder::new();
    builder.upsert(AlertKey(1), &data("n1", Status::Active, "vm-1"));
    let before = builder.snapshot();
    builder.set_pending(AlertKey(1), Some(Status::Dismissed));
    builder.upsert(AlertKey(2), &data("n2", Status::Active, "vm-2"));
    let after = builder.snapshot();
    assert_eq!((before.len(), before.pending_count()), (1, 0));
    assert_eq!(before.get(AlertKey(1)).unwrap().status(), Status::Active);
    assert_eq!((after.len(), after.pending_count()), (2, 1));
    assert_eq!(after.get(AlertKey(1)).unwrap().status(), Status::Dismissed);
    assert_eq!(after.get(AlertKey(1)).unwrap().remote_status(), Status::Active);
}

#[test]
fn the_content_is_another_one_after_each_change_that_is_more_than_a_status() {
    type Change = fn(&mut TableBuilder);
    let same: [Change; 5] = [
        |builder| builder.set_pending(AlertKey(1), Some(Status::Dismissed)),
        |builder| builder.set_remote_status(AlertKey(1), Status::Resolved),
        |builder| builder.set_gone(AlertKey(1), true),
        |builder| builder.upsert(AlertKey(1), &data("n1", Status::Resolved, "vm-1")),
        |builder| builder.remove(&[AlertKey(9)]),
    ];
    let other: [Change; 6] = [
        |builder| builder.upsert(AlertKey(1), &data("n1", Status::Active, "vm-2")),
        |builder| {
            let earlier = Some(Utc.with_ymd_and_hms(2026, 11, 22, 0, 0, 0).unwrap());
            builder.upsert(AlertKey(1), &RowData { time: earlier, ..data("n1", Status::Active, "vm-1") });
        },
        |builder| {
            let row = data("n1", Status::Active, "vm-1");
            builder.upsert(AlertKey(1), &RowData { severity: Severity::Low, ..row });
        },
        |builder| builder.upsert(AlertKey(2), &data("n2", Status::Active, "vm-1")),
        |builder| builder.remove(&[AlertKey(1)]),
        |builder| builder.set_subscriptions(vec![(SubscriptionId::new("s1"), "Production".into())]),
    ];
    for (changes, holds) in [(&same[..], true), (&other[..], false)] {
        for (number, change) in changes.iter().enumerate() {
            let mut builder = TableBuilder::new();
            builder.upsert(AlertKey(1), &data("n1", Status::Active, "vm-1"));
            let mark = builder.snapshot().content_mark();
            change(&mut builder);
            assert_eq!(mark.holds(&builder.snapshot()), holds, "change {number}");
        }
    }
}

#[test]
fn replacing_keeps_neighbours_pending_and_position() {
    let mut builder = TableBuilder::new();
    for key in 1..=3 {
        builder.upsert(AlertKey(key), &data(&format!("n{key}"), Status::Active, &format!("vm-{key}")));
    }
    builder.set_pending(AlertKey(2), Some(Status::Resolved));
    let mut changed = data("n2", Status::InProgress, "vm-2");
    changed.facts.push(Fact { kind: FactKind::Ip, value: SafeText::from("192.0.2.1") });
    builder.upsert(AlertKey(2), &changed);
    let table = builder.snapshot();
    let row = table.get(AlertKey(2)).unwrap();
    assert_eq!((row.remote_status(), row.pending()), (Status::InProgress, Some(Status::Resolved)));
    assert_eq!(row.first(FactKind::Ip).unwrap().0, "192.0.2.1");
    assert_eq!(table.get(AlertKey(3)).unwrap().resource().0, "vm-3");
    assert_eq!(table.get(AlertKey(1)).unwrap().first(FactKind::Ip), None);
}

#[test]
fn removing_across_chunks_keeps_every_other_row() {
    let mut builder = TableBuilder::new();
    let total = (CHUNK * 2 + 10) as u32;
    for key in 1..=total {
        builder.upsert(AlertKey(key), &data(&format!("n{key}"), Status::Active, "vm"));
    }
    let gone: Vec<AlertKey> = (1..=total).filter(|key| key % 3 == 0).map(AlertKey).collect();
    builder.set_pending(AlertKey(3), Some(Status::Resolved));
    builder.remove(&gone);
    let table = builder.snapshot();
    assert_eq!((table.len(), table.pending_count()), (total as usize - gone.len(), 0));
    assert_eq!(table.rows().count(), table.len());
    for key in (1..=total).map(AlertKey) {
        let row = table.get(key);
        assert_eq!(row.is_some(), key.0 % 3 != 0);
        assert!(row.is_none_or(|row| row.name() == format!("n{}", key.0)));
    }
}

#[test]
fn equal_strings_share_one_code() {
    let mut builder = TableBuilder::new();
    builder.upsert(AlertKey(1), &data("n1", Status::Active, "vm-1"));
    let strings = builder.strings();
    builder.upsert(AlertKey(2), &data("n2", Status::Active, "vm-1"));
    assert_eq!(builder.strings(), strings);
    let table = builder.snapshot();
    let code = table.get(AlertKey(2)).unwrap().head_code(FactKind::Resource);
    assert_eq!(table.dict().kinds(code), FactKind::Resource.bit() | FactKind::Host.bit());
}

#[test]
fn a_loaded_table_equals_the_one_it_was_stored_from() {
    let mut first = TableBuilder::new();
    first.upsert(AlertKey(3), &data("n3", Status::Resolved, "vm-3"));
    let original = first.snapshot();
    let row = original.get(AlertKey(3)).unwrap();
    let mut second = TableBuilder::new();
    second.clear();
    for (_, text) in first.strings_from(0) {
        second.load_string(text);
    }
    let stored = StoredRow {
        key: row.key(),
        seconds: row.seconds(),
        severity: row.severity() as u8,
        status: row.remote_status() as u8,
        flags: row.flags(),
        tactics: row.tactics(),
        parent: first.pack(&data("n3", Status::Resolved, "vm-3")).0,
        name: row.name(),
    };
    second.load_row(&stored, row.facts().iter().copied());
    let kinds: Vec<u32> = original.dict().iter().map(|(.., kinds)| kinds).collect();
    second.load_kinds(&kinds);
    let table = second.snapshot();
    let read = table.get(AlertKey(3)).unwrap();
    assert_eq!((read.id(), read.title(), read.facts()), (row.id(), row.title(), row.facts()));
    assert_eq!(second.intern("vm-3"), first.intern("vm-3"), "loaded strings are found again");
    assert_eq!(second.strings(), first.strings());
    assert!(second.snapshot().generation() > table.generation());
}
