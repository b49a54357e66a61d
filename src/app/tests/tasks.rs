//! The tasks of the product's page that the core can do alone, by keys, within their budgets.

use std::collections::BTreeSet;

use crate::app::effect::{Effect, JournalOrder};
use crate::app::harness::{Given, Harness, ROW, id};
use crate::app::model::Overlay;
use crate::domain::change::Reason;
use crate::domain::record::FeedbackReason;
use crate::domain::{AlertId, ChangeId, Severity, Status};

/// 340 Informational alerts on one resource within a day (keys 1–340), and others around them.
fn noisy() -> Harness {
    let noise = Given { severity: Severity::Informational, kind: "K8S_Noise", resource: "aks-1", ..ROW };
    let mut rows: Vec<Given> = (0..340).map(|at| Given { hours: at % 20, ..noise }).collect();
    rows.extend((0..25).map(|_| Given { hours: 48, ..noise }));
    rows.extend((0..40).map(|_| Given { severity: Severity::Low, resource: "aks-1", ..ROW }));
    rows.extend((0..40).map(|at| Given { hours: at % 3, kind: "VM_B", group: "rg-b", ..ROW }));
    rows.extend((0..60).map(|_| Given { severity: Severity::Informational, resource: "vm-9", ..ROW }));
    Harness::new(&rows)
}

fn task_one(harness: &mut Harness) -> BTreeSet<AlertId> {
    harness.cursor_to(1);
    harness.keys("f r f v t 1 * *");
    let kept: Vec<u32> = [20, 100, 200].iter().map(|place| harness.shown()[*place]).collect();
    for key in &kept {
        harness.cursor_to(*key).keys("Space");
    }
    harness.keys("d 3 y");
    (1..=340).filter(|key| !kept.contains(key)).map(id).collect()
}

#[test]
fn task_1_dismisses_340_of_one_resource_but_3() {
    let mut harness = noisy();
    let expected = task_one(&mut harness);
    assert!(harness.pressed <= 20, "{} keys", harness.pressed);
    let changes = harness.submitted();
    assert_eq!(changes.len(), 1);
    let ids: BTreeSet<AlertId> = changes[0].targets.iter().map(|target| target.id.clone()).collect();
    assert_eq!((ids.len(), changes[0].targets.len()), (337, 337));
    assert_eq!(ids, expected);
    assert_eq!((changes[0].status, changes[0].reason), (Some(Status::Dismissed), Some(Reason::Noise)));
    assert!(harness.model.list.marks.is_empty());
}

#[test]
fn the_prompt_of_task_1_says_how_the_number_comes_about() {
    let mut harness = noisy();
    harness.cursor_to(1).keys("f r f v t 1 * *");
    for place in [20, 100, 200] {
        let key = harness.shown()[place];
        harness.cursor_to(key).keys("Space");
    }
    // Another view hides every mark.
    harness.keys("3 d");
    let Some(Overlay::Confirm(confirm)) = harness.model.overlays.last() else { panic!() };
    assert_eq!((confirm.plan.targets.len(), confirm.matching, confirm.off_screen), (337, 340, 337));
    assert_eq!(confirm.plan.skipped_for(crate::domain::change::Skip::Kept), 3);
}

#[test]
fn task_5_undoes_task_1() {
    let mut harness = noisy();
    task_one(&mut harness);
    harness.verify(1, &[]);
    assert_eq!(harness.notice(), "337 verified");
    harness.pressed = 0;
    harness.keys("u y");
    assert!(harness.pressed <= 2);
    assert!(harness.effects.contains(&Effect::Journal(JournalOrder::Undo(ChangeId(1)))));
    harness.verify(2, &[]);
    let dismissed = harness.model.table.rows().filter(|(_, row)| row.status() == Status::Dismissed).count();
    assert_eq!(dismissed, 0);
}

#[test]
fn task_6_shows_what_was_dismissed_and_reactivates_one() {
    let mut harness = Harness::new(&[
        ROW,
        Given { status: Status::Dismissed, hours: 50, ..ROW },
        Given { status: Status::Dismissed, hours: 24 * 20, ..ROW },
    ]);
    harness.keys("3 t 7");
    assert_eq!(harness.shown(), [2]);
    harness.keys("s a");
    assert!(harness.pressed <= 5);
    let change = harness.submitted()[0].clone();
    assert_eq!(change.status, Some(Status::Active));
    assert_eq!(change.targets.iter().map(|target| target.id.clone()).collect::<Vec<_>>(), [id(2)]);
    assert_eq!(change.targets[0].seen, Status::Dismissed);
}

#[test]
fn task_7_takes_40_of_one_group() {
    let mut harness = noisy();
    let first = harness
        .model
        .list
        .listing
        .keys()
        .find(|key| harness.model.table.get(*key).is_some_and(|row| row.group().0 == "rg-b"));
    harness.cursor_to(first.unwrap().0);
    harness.keys("f v f g * * a y");
    assert!(harness.pressed <= 8);
    let change = harness.submitted()[0].clone();
    assert_eq!((change.status, change.take), (Some(Status::InProgress), true));
    assert_eq!(change.targets.len(), 40);
}

#[test]
fn task_11_judges_twelve_alike_at_once() {
    let mut rows = vec![Given { kind: "VM_Scanner", resource: "vm-scan", ..ROW }; 12];
    rows.extend([ROW; 5]);
    let mut harness = Harness::new(&rows);
    harness.cursor_to(3).keys("* t b n 2").text("the weekly scanner").keys("Enter");
    assert_eq!(harness.pressed, 6);
    let [deed] = &harness.deeds[..] else { panic!("{:?}", harness.deeds) };
    assert_eq!(deed.alerts.iter().cloned().collect::<BTreeSet<_>>(), (1..=12).map(id).collect());
    assert_eq!((deed.is_useful(), deed.reason), (false, Some(FeedbackReason::Benign)));
    assert_eq!(deed.words.raw(), "the weekly scanner");
    assert!(harness.submitted().is_empty(), "nothing is sent");
}

#[test]
fn task_12_sees_nine_refused_and_retries_only_those() {
    let mut harness = noisy();
    task_one(&mut harness);
    let refused: Vec<u32> = (1..=340)
        .filter(|key| harness.submitted()[0].targets.iter().any(|target| target.id == id(*key)))
        .take(9)
        .collect();
    harness.verify(1, &refused);
    assert_eq!(harness.notice(), "328 verified, 9 failed — *l marks them, E shows them");
    assert!(harness.marked().is_empty());
    harness.keys("* l");
    assert_eq!(harness.marked(), refused);
    harness.pressed = 0;
    harness.keys("E");
    let Some(Overlay::Failures(failures)) = harness.model.overlays.last() else { panic!() };
    assert_eq!(failures.targets.len(), 9);
    harness.keys("e");
    assert!(harness.pressed <= 2);
    assert!(harness.effects.contains(&Effect::Journal(JournalOrder::Retry(ChangeId(1)))));
    assert_eq!(harness.notice(), "337 verified");
}

#[test]
fn the_tasks_work_when_the_keys_are_faster_than_every_answer() {
    let mut harness = noisy();
    harness.cursor_to(1);
    harness.slow = true;
    harness.keys("f r f v t 1 * * Space d 3 y u y");
    assert_eq!(harness.submitted().len(), 0);
    harness.settle();
    let changes = harness.submitted();
    assert_eq!((changes.len(), changes[0].targets.len()), (1, 339));
    assert!(harness.effects.contains(&Effect::Journal(JournalOrder::Undo(ChangeId(1)))));
    assert!(harness.model.held.is_empty());
}
