//! Marks, visual mode and the `*` chords.

use crate::app::harness::{Given, Harness, ROW};
use crate::app::marks;
use crate::app::model::Overlay;
use crate::domain::{AlertKey, Severity, Status};

#[test]
fn marks_are_a_table() {
    // In the open view: 1 High vm-1, 2 High vm-1, 3 Medium vm-2 VM_B, 4 Low vm-2 VM_B.
    let cases: [(&str, &[u32], usize); 27] = [
        ("Space", &[1], 0),
        ("Space Space", &[1, 2], 0),
        ("x k x", &[], 0),
        ("G Space", &[4], 0),
        ("v j j v", &[1, 2, 3], 0),
        ("j v k v", &[1, 2], 0),
        ("v j Esc", &[], 0),
        ("v j Space", &[1, 2], 0),
        ("* * V j V", &[3, 4], 0),
        ("v j V V", &[], 0),
        ("* *", &[1, 2, 3, 4], 0),
        ("* * * n", &[], 0),
        ("Space * i", &[2, 3, 4], 0),
        ("* t", &[1, 2], 0),
        ("G * r", &[4], 0),
        ("j j * r", &[3], 0),
        ("* * * n * l", &[1, 2, 3, 4], 0),
        ("* * Esc * l", &[1, 2, 3, 4], 0),
        ("* * 3", &[1, 2, 3, 4], 4),
        ("* * f v", &[1, 2, 3, 4], 2),
        ("Space f v G * i", &[2], 0),
        ("* t j j f v * *", &[1, 2, 3], 2),
        // A range covers what was seen: another order, group, view or filter ends it.
        ("v j z t", &[1, 2], 0),
        ("v j , a , a", &[1, 2], 0),
        ("v j 3", &[1, 2], 2),
        ("v j f v", &[1, 2], 0),
        ("* * V j z r", &[3, 4], 0),
    ];
    for (keys, marked, hidden) in cases {
        let mut harness = Harness::small();
        harness.keys(keys);
        assert_eq!(harness.marked(), marked, "{keys}");
        assert_eq!(harness.model.list.hidden_marks, hidden, "{keys}");
    }
}

#[test]
fn marks_are_set_by_a_filter() {
    let mut harness = Harness::small();
    harness.keys("* p").text("type:vm_b").keys("Enter");
    assert_eq!(harness.marked(), [3, 4]);
    harness.keys("* p").text("severity:nothing").keys("Enter");
    assert_eq!(harness.model.overlays.len(), 1);
    harness.keys("Esc");
    assert_eq!(harness.marked(), [3, 4]);
}

#[test]
fn a_pattern_marks_the_list_that_it_was_typed_for_and_keys_wait_for_it() {
    let mut harness = Harness::small();
    harness.slow = true;
    harness.keys("* p").text("severity:high or resource:vm-2").keys("Enter");
    assert!(harness.marked().is_empty() && harness.model.overlays.is_empty());
    let waiting = harness.take_waiting();
    // Meanwhile one comes and one goes.
    harness.put(9, ROW).builder.remove(&[AlertKey(2)]);
    harness.snapshot().settle();
    assert_eq!(harness.shown().len(), 4);
    harness.keys("d");
    assert!(harness.marked().is_empty() && harness.model.overlays.is_empty(), "d waits for what it is about");
    for message in waiting.into_iter().flat_map(|effect| harness.answer(effect)).collect::<Vec<_>>() {
        harness.send(message);
    }
    assert_eq!(harness.marked(), [1, 3, 4]);
    let Some(Overlay::Confirm(confirm)) = harness.model.overlays.last() else { panic!() };
    assert_eq!(confirm.plan.targets.len(), 3);
}

#[test]
fn space_stays_on_the_last_alert() {
    let mut harness = Harness::small();
    harness.keys("G Space");
    assert_eq!((harness.marked(), harness.model.list.place), (vec![4], 3));
}

#[test]
fn a_removed_alert_loses_its_mark_and_others_keep_theirs() {
    let mut harness = Harness::small();
    harness.keys("* *");
    harness.builder.remove(&[AlertKey(2)]);
    harness.builder.set_remote_status(AlertKey(3), Status::Resolved);
    harness.snapshot();
    assert_eq!((harness.marked(), harness.model.list.hidden_marks), (vec![1, 3, 4], 1));
    harness.put(9, Given { hours: 0, ..ROW }).snapshot();
    assert_eq!(harness.marked(), [1, 3, 4]);
}

#[test]
fn esc_goes_back_step_by_step_and_never_quits() {
    let mut harness = Harness::small();
    harness.keys("* * f v Enter");
    assert!(harness.model.details.full.is_some());
    harness.keys("Esc");
    assert!(harness.model.details.full.is_none());
    harness.keys("v Esc");
    assert!(harness.model.list.visual.is_none());
    assert_eq!(harness.shown().len(), 2);
    harness.keys("Esc");
    assert_eq!((harness.shown().len(), harness.marked().len()), (4, 4));
    harness.keys("Esc");
    assert!(harness.marked().is_empty());
    harness.keys("Esc Esc");
    assert!(!harness.effects.contains(&crate::app::Effect::Quit));
}

#[test]
fn what_comes_into_a_range_is_not_chosen_by_it() {
    // Between 1 and 3 of the open view, and after the last of the range.
    let (between, after) = (Given { hours: 2, ..ROW }, Given { hours: 300, severity: Severity::Low, ..ROW });
    for (keys, arrives, marked, goes_on) in [
        ("v j j", between, &[1, 2, 3][..], false),
        ("* * V j j", between, &[4], false),
        ("v j j", after, &[], true),
        // A folded group is covered whole.
        ("z t z z v j", between, &[1, 2], false),
    ] {
        let mut harness = Harness::small();
        harness.keys(keys).put(9, arrives).snapshot();
        assert_eq!(harness.marked(), marked, "{keys}");
        assert_eq!(harness.model.list.visual.is_some(), goes_on, "{keys}");
        assert!(!marks::acted_on(&harness.model).any(|key| key == AlertKey(9)), "{keys}");
    }
    // Its beginning goes: what is left of the range stays chosen.
    let mut harness = Harness::small();
    harness.keys("v j j");
    harness.builder.set_remote_status(AlertKey(1), Status::Resolved);
    harness.builder.remove(&[AlertKey(2)]);
    harness.snapshot();
    assert_eq!((harness.marked(), harness.model.list.visual), (vec![1, 3], None));
}
