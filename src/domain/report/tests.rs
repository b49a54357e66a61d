use chrono::{FixedOffset, TimeDelta, TimeZone};

use super::*;
use crate::domain::alert::Scan;
use crate::domain::change::{Reason, Tally, Target};
use crate::domain::fact::{Fact, FactKind};
use crate::domain::record::FeedbackReason;
use crate::domain::resource::{Cloud, ResourceId};
use crate::domain::response::{ResponseId, RunStatus};
use crate::domain::table::{Flags, RowData, TableBuilder};
use crate::domain::tactic::TacticSet;

fn at(minutes: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 6, 0, 0).unwrap() + TimeDelta::minutes(minutes)
}

fn id(name: &str) -> AlertId {
    AlertId::new(format!("/subscriptions/s/providers/Microsoft.Security/locations/l/alerts/{name}"))
}

fn data(name: &str, severity: Severity, status: Status, minutes: i64, title: &str) -> RowData {
    let fact = |kind, value: &str| Fact { kind, value: SafeText::from(value) };
    RowData {
        id: id(name),
        time: Some(at(minutes)),
        severity,
        status,
        flags: Flags::new(false, false, Cloud::Azure, Scan::Unknown),
        tactics: TacticSet::default(),
        facts: vec![
            fact(FactKind::Title, title),
            fact(FactKind::Type, "VM_X"),
            fact(FactKind::Resource, "vm-1"),
            fact(FactKind::Group, ""),
            fact(FactKind::Subscription, "s"),
        ],
    }
}

fn builder() -> TableBuilder {
    let mut builder = TableBuilder::new();
    for (key, (name, severity, status, minutes, title)) in [
        ("a", Severity::High, Status::Dismissed, -60, "PowerShell"),
        ("b", Severity::High, Status::Resolved, -30, "Logon"),
        ("c", Severity::Low, Status::InProgress, -10, "[Brute](http://x) | force"),
        ("d", Severity::Medium, Status::Active, -20, "Tor"),
        ("e", Severity::Medium, Status::Active, -5, "Mining"),
    ]
    .into_iter()
    .enumerate()
    {
        builder.upsert(AlertKey(key as u32 + 1), &data(name, severity, status, minutes, title));
    }
    builder.local_mut().entry(AlertKey(3)).or_default().assigned = Some("eve".into());
    builder.local_mut().entry(AlertKey(1)).or_default().assigned = Some("ann".into());
    builder
}

fn change(
    number: i64,
    by: &str,
    want: Status,
    targets: &[(&str, Outcome)],
) -> (ChangeRecord, Vec<TargetRecord>) {
    let mut tally = Tally::default();
    let targets: Vec<TargetRecord> = targets
        .iter()
        .map(|(name, outcome)| {
            tally.add(*outcome, 1);
            TargetRecord {
                target: Target { id: id(name), seen: Status::Active, want },
                outcome: *outcome,
                detail: SafeText::from(if *outcome == Outcome::Failed { "403" } else { "" }),
                attempts: 1,
            }
        })
        .collect();
    let record = ChangeRecord {
        id: ChangeId(number),
        at: at(number),
        by: SafeText::from(by),
        status: Some(want),
        reason: (want == Status::Dismissed).then_some(Reason::Noise),
        comment: SafeText::default(),
        filter: "sev:high".to_owned(),
        undoes: None,
        undone_by: None,
        tally,
    };
    (record, targets)
}

fn material() -> Material {
    use Outcome::{Conflict, Failed, Verified};
    let mut undo = change(4, "bob", Status::Active, &[("d", Verified)]);
    (undo.0.status, undo.0.undoes) = (None, Some(ChangeId(3)));
    let deed = |kind| Deed::new(kind, SafeText::from("ann"), at(6));
    Material {
        changes: vec![
            change(1, "bob", Status::Dismissed, &[("a", Verified), ("gone", Failed)]),
            change(2, "ann", Status::Resolved, &[("b", Verified)]),
            change(3, "bob", Status::Dismissed, &[("d", Verified), ("e", Conflict)]),
            undo,
        ],
        deeds: vec![
            deed(DeedKind::Note).on([id("c"), id("d")]).saying("see\n# 4711"),
            deed(DeedKind::Feedback).on([id("a")]).judging(false, FeedbackReason::Benign).saying("scanner"),
            deed(DeedKind::Assign).on([id("c")]).set("eve"),
            deed(DeedKind::RuleCreated).set("quiet").saying("until Friday"),
        ],
        firsts: vec![
            First { id: id("a"), taken: Some(at(1)), closed: Some(at(1)) },
            First { id: id("b"), taken: None, closed: Some(at(2)) },
            First { id: id("c"), taken: Some(at(0)), closed: None },
            // A clock behind the source's.
            First { id: id("e"), taken: Some(at(-7)), closed: None },
            First { id: id("gone"), taken: Some(at(1)), closed: None },
        ],
        triggers: [
            (TriggerOutcome::Done, "Succeeded"),
            (TriggerOutcome::Done, "Failed"),
            (TriggerOutcome::Done, ""),
            (TriggerOutcome::Failed, ""),
            (TriggerOutcome::Cancelled, ""),
        ]
        .map(|(outcome, status)| TriggerRecord {
            row: 1,
            response: ResponseId(7),
            alert: id("a"),
            app: ResourceId::new(
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.Logic/workflows/page-soc",
            ),
            trigger: "manual".into(),
            by: "ann".into(),
            at: at(9),
            outcome,
            detail: if outcome == TriggerOutcome::Failed { "HTTP 400" } else { "" }.into(),
            run: (outcome == TriggerOutcome::Done).then(|| "r".into()),
            status: (!status.is_empty()).then(|| RunStatus(status.into())),
            request_id: String::new(),
        })
        .into(),
        pending: 3,
    }
}

#[test]
fn what_an_undo_took_back_is_not_done_and_a_redo_lets_it_stand() {
    use Outcome::{Conflict, Verified};
    let done = |changes: &[(ChangeRecord, Vec<TargetRecord>)]| {
        let material = Material { changes: changes.to_vec(), ..Material::default() };
        let report = report(&material, &Table::default(), true, (at(0), at(480)));
        assert_eq!(
            report.by_person.iter().flat_map(|(_, counts)| counts.clone()).collect::<Vec<_>>(),
            report.done
        );
        report.done
    };
    let undoing = |number, undoes, want, targets: &[(&str, Outcome)]| {
        let mut undo = change(number, "bob", want, targets);
        (undo.0.status, undo.0.undoes) = (None, Some(ChangeId(undoes)));
        undo
    };
    let mut changes = vec![change(1, "bob", Status::Dismissed, &[("a", Verified), ("b", Verified)])];
    assert_eq!(done(&changes), [(Status::Dismissed, 2)]);
    // Of an undo, only what was read back counts.
    changes.push(undoing(2, 1, Status::Active, &[("a", Verified), ("b", Conflict)]));
    assert_eq!(done(&changes), [(Status::Dismissed, 1)]);
    changes.push(undoing(3, 2, Status::Dismissed, &[("a", Verified)]));
    assert_eq!(done(&changes), [(Status::Dismissed, 2)]);
    changes.push(undoing(4, 3, Status::Active, &[("a", Verified)]));
    assert_eq!(done(&changes), [(Status::Dismissed, 1)]);
}

#[test]
fn a_report_counts_what_was_verified_by_whom_and_what_was_not() {
    let report = report(&material(), &builder().snapshot(), true, (at(0), at(480)));
    assert_eq!(report.done, [(Status::Resolved, 1), (Status::Dismissed, 1)], "change 3 was undone");
    let people: Vec<(&str, &[(Status, usize)])> =
        report.by_person.iter().map(|(who, done)| (who.raw(), done.as_slice())).collect();
    assert_eq!(people, [("ann", &[(Status::Resolved, 1)][..]), ("bob", &[(Status::Dismissed, 1)])]);
    let ids = |changes: &[ChangeRecord]| changes.iter().map(|change| change.id.0).collect::<Vec<_>>();
    assert_eq!((ids(&report.changes), ids(&report.undone)), (vec![1, 2, 3], vec![4]));
    let failures: Vec<(&str, Outcome)> =
        report.failures.iter().map(|failure| (failure.alert.title.raw(), failure.outcome)).collect();
    assert_eq!(failures, [("gone", Outcome::Failed), ("Mining", Outcome::Conflict)]);
    assert_eq!(report.open, [(Severity::Medium, 2, 0), (Severity::Low, 0, 1)]);
    let worst: Vec<&str> = report.worst.iter().map(|alert| alert.title.raw()).collect();
    assert_eq!(worst[..2], ["Mining", "Tor"], "of a severity, the newest first");
    let assigned: Vec<(&str, usize)> =
        report.assigned.iter().map(|(who, alerts)| (who.raw(), alerts.len())).collect();
    assert_eq!(assigned, [("eve", 1)], "ann's is closed");
    assert_eq!((report.notes.len(), report.feedback.len(), report.other.len()), (1, 1, 1));
}

#[test]
fn times_are_from_the_alerts_time_to_the_first_act_of_the_period() {
    let report = report(&material(), &builder().snapshot(), true, (at(0), at(480)));
    let times: Vec<_> = report.times.iter().map(|of| (of.severity, of.take_up, of.close)).collect();
    let one = |minutes: u64| Spread { count: 1, mean: minutes * 60, median: minutes * 60 };
    assert_eq!(
        times,
        [
            (Severity::High, one(61), Spread { count: 2, mean: (61 + 32) * 30, median: (61 + 32) * 30 }),
            (Severity::Medium, one(0), Spread::default()),
            (Severity::Low, one(10), Spread::default()),
        ]
    );
    assert_eq!(report.untimed, 1);
}

#[test]
fn mean_and_median_are_of_all() {
    for (seconds, mean, median) in [
        (vec![], 0, 0),
        (vec![7], 7, 7),
        (vec![9, 1, 2], 4, 2),
        (vec![10, 1, 2, 100], 28, 6),
        (vec![u64::MAX, u64::MAX], u64::MAX, u64::MAX),
    ] {
        let count = seconds.len();
        assert_eq!(Spread::of(seconds.clone()), Spread { count, mean, median }, "{seconds:?}");
    }
}

#[test]
fn the_markdown_is_a_text_to_hand_over() {
    let report = report(&material(), &builder().snapshot(), true, (at(0), at(480)));
    let text = markdown(&report, FixedOffset::east_opt(3600).unwrap());
    for line in [
        "# Handover: 2026-11-23 07:00 (UTC+01:00) to 2026-11-23 15:00 (UTC+01:00)",
        "| by | dismissed | resolved | in progress | active |",
        "| bob | 1 | 0 | 0 | 0 |",
        "| all | 1 | 1 | 0 | 0 |",
        "Still on their way: 3 alerts.",
        "- 11-23 07:01 bob: 2 alerts to dismissed, noise (1 verified, 1 failed; change 1; filter sev:high)",
        "- 11-23 07:04 bob: change 3 taken back, 1 alert (1 verified; change 4; filter sev:high)",
        "- **Medium** Mining on vm-1 to dismissed, conflict (change 3)",
        "- gone to dismissed, failed: 403 (change 1)",
        "- **High** PowerShell on vm-1: logic app page-soc, run Failed (response 7)",
        "- **High** PowerShell on vm-1: logic app page-soc, failed: HTTP 400 (response 7)",
        "- 11-23 07:09 ann: logic app page-soc triggered on 5 alerts (3 done, 1 failed, 1 cancelled; \
         runs: 1 not followed, 1 Failed, 1 Succeeded; response 7)",
        "| Low | 0 | 1 |",
        "  - **Low** \\[Brute\\](http\\://x) \\| force on vm-1, in progress",
        "| High | 1 | 1 h 1 min | 1 h 1 min | 2 | 46 min | 46 min |",
        "| Medium | 1 | 0 s | 0 s | 0 | – | – |",
        "- 11-23 07:06 ann, **High** PowerShell on vm-1: not useful, benign, expected activity: scanner",
        "- 11-23 07:06 ann: suppression rule created, quiet, until Friday",
    ] {
        assert!(text.lines().any(|have| have == line), "{line}\n\n{text}");
    }
    assert!(text.contains(" and 1 more: see␊\\# 4711\n"), "{text}");
}

#[test]
fn a_quiet_shift_is_a_report_too() {
    let report = report(&Material::default(), &Table::default(), true, (at(0), at(480)));
    let text = markdown(&report, FixedOffset::east_opt(0).unwrap());
    assert!(text.contains("No status was changed.") && text.contains("## Still open\n\nNothing."));
    assert!(!text.contains("How long") && !text.contains("Failed") && !text.contains("Notes"));
    let text = markdown(&Report { synced: false, ..report.clone() }, FixedOffset::east_opt(0).unwrap());
    assert!(text.contains("## Still open\n\nNever synced: what is open is not known."), "{text}");
    // What was changed and taken back again is no change that stands, and no quiet shift either.
    let (undone, _) = change(1, "ann", Status::Dismissed, &[("a", Outcome::Verified)]);
    let text = markdown(&Report { changes: vec![undone], ..report }, FixedOffset::east_opt(0).unwrap());
    assert!(!text.contains("No status was changed.") && text.contains("verified and not undone"), "{text}");
}

#[test]
fn a_time_of_another_year_has_its_year() {
    let table = builder().snapshot();
    let (since, until) = (at(0), at(60 * 24 * 60));
    let text = markdown(
        &report(&Material::default(), &table, true, (since, until)),
        FixedOffset::east_opt(0).unwrap(),
    );
    assert!(text.contains("active, since 2026-11-23 05:55\n"), "{text}");
}
