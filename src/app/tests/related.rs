//! The Related tab, incidents, twins.

use crate::app::effect::Effect;
use crate::app::harness::{Given, Harness, ROW};
use crate::app::message::Message;
use crate::app::model::{Overlay, Pane, Tab, Target};
use crate::domain::alert::Scan;
use crate::domain::change::Reason;
use crate::domain::fact::FactKind::{Correlation, Hash, Ip, Member};
use crate::domain::{AlertKey, Status};

/// 4 is the incident of 1 and 2, which share an address with 3; 1 and 5 are twins; 6 is alone.
fn tenant() -> Harness {
    Harness::new(&[
        Given {
            facts: &[(Ip, "10.0.0.1"), (Correlation, "k"), (Hash, "ab")],
            scan: Scan::Agent,
            hours: 5,
            ..ROW
        },
        Given { facts: &[(Ip, "10.0.0.1"), (Correlation, "k")], resource: "vm-2", hours: 4, ..ROW },
        Given {
            facts: &[(Ip, "10.0.0.1")],
            resource: "vm-3",
            kind: "VM_B",
            hours: 3,
            status: Status::InProgress,
            ..ROW
        },
        Given {
            facts: &[(Member, "n1"), (Member, "N2"), (Member, "gone"), (Correlation, "k")],
            incident: true,
            kind: "Incident",
            resource: "vm-4",
            ..ROW
        },
        Given { facts: &[(Hash, "AB")], scan: Scan::Agentless, kind: "VM_C", hours: 2, ..ROW },
        Given { kind: "VM_Z", resource: "vm-9", group: "rg-z", ..ROW },
    ])
}

fn opened(cursor: u32) -> Harness {
    let mut harness = tenant();
    harness.cursor_to(cursor).keys("Enter ] ]");
    assert_eq!(harness.model.details.full.as_ref().map(|full| full.tab), Some(Tab::Related));
    harness.pressed = 0;
    harness
}

fn text(harness: &Harness) -> String {
    harness.model.related.page.document.text()
}

fn under_cursor(harness: &Harness) -> Vec<u32> {
    crate::app::marks::acted_on(&harness.model).map(|key| key.0).collect()
}

#[test]
fn every_group_has_its_count_its_state_and_its_first_alerts() {
    let harness = opened(1);
    assert_eq!(
        text(&harness),
        "  The incident that this alert belongs to                                                          2 alerts · 2 active
    23 Nov 13:59 Execution            High   Incident                                   vm-4                 Active
    ├─ 23 Nov 09:59 Execution            High   this alert: VM_A                        vm-1                 Active
    ├─ 23 Nov 10:59 Execution            High   VM_A                                    vm-2                 Active
    └─ not in the cache: gone

  The same finding, reported by the agentless scan                                                  1 alert · 1 active
    High   VM_C                                                                vm-1                     Active      2h

  The same correlation key                                                                         2 alerts · 2 active
    High   Incident                                                            vm-4                     Active      1h
    High   VM_A                                                                vm-2                     Active      4h

  a  10.0.0.1  ip                                                                  2 alerts · 1 active · 1 in progress
    High   VM_B                                                                vm-3                     In prog     3h
    High   VM_A                                                                vm-2                     Active      4h

  b  ab  hash                                                                                       1 alert · 1 active
    High   VM_C                                                                vm-1                     Active      2h
"
    );
}

#[test]
fn the_cursor_moves_over_groups_and_alerts() {
    for (keys, acted) in [
        ("", vec![4, 2]),
        ("j", vec![4]),
        ("j j", vec![2]),
        ("j j j", vec![5]),
        ("j j j j", vec![5]),
        ("j j j j j", vec![4, 2]),
        ("G k", vec![5]),
        ("G g g", vec![4, 2]),
    ] {
        let mut harness = opened(1);
        harness.keys(keys);
        assert_eq!(under_cursor(&harness), acted, "{keys}");
    }
}

#[test]
fn enter_lists_a_group_and_backspace_returns_to_it() {
    let mut harness = opened(1);
    harness.keys("j j j j j Enter");
    assert_eq!((harness.shown(), harness.model.focus), (vec![4, 2, 1], Pane::List));
    assert_eq!(harness.model.filter.input.text(), "correlation:k");
    assert_eq!(harness.model.list.cursor, Some(AlertKey(1)));
    harness.keys("Backspace");
    let full = harness.model.details.full.as_ref().unwrap();
    assert_eq!((full.key, full.tab, full.related.item), (AlertKey(1), Tab::Related, 5));
    assert_eq!(under_cursor(&harness), [4, 2]);
    harness.keys("g g Enter");
    assert_eq!((harness.shown(), harness.model.filter.input.text()), (vec![4, 2, 1], "in-incident:n4"));
}

#[test]
fn enter_opens_an_alert_over_this_one_and_escape_leads_back() {
    for back in ["Esc", "q"] {
        let mut harness = opened(1);
        harness.keys("j Enter");
        let full = harness.model.details.full.as_ref().unwrap();
        assert_eq!((full.key, full.tab), (AlertKey(4), Tab::Details));
        harness.keys("] ] j Enter");
        assert_eq!(harness.model.details.full.as_ref().map(|full| full.key), Some(AlertKey(1)));
        assert_eq!(harness.model.details.trail.len(), 2);
        harness.keys(back).keys(back);
        let full = harness.model.details.full.as_ref().unwrap();
        assert_eq!((full.key, full.tab, full.related.item), (AlertKey(1), Tab::Related, 1), "{back}");
        harness.keys(back);
        assert_eq!((harness.model.focus, harness.model.list.cursor), (Pane::List, Some(AlertKey(1))));
        assert!(harness.model.details.full.is_none() && harness.model.details.trail.is_empty());
    }
}

#[test]
fn a_pivot_from_alerts_opened_one_over_the_other_comes_back_to_all_of_them() {
    let mut harness = opened(1);
    harness.keys("j j Enter p a");
    assert_eq!(harness.shown(), [3, 2, 1]);
    assert_eq!(harness.model.list.cursor, Some(AlertKey(2)));
    harness.keys("Backspace");
    assert_eq!(harness.model.details.full.as_ref().map(|full| full.key), Some(AlertKey(2)));
    harness.keys("Esc");
    let full = harness.model.details.full.as_ref().unwrap();
    assert_eq!((full.key, full.tab), (AlertKey(1), Tab::Related));
}

#[test]
fn space_marks_a_group_and_marks_it_again_to_unmark() {
    let mut harness = opened(1);
    harness.keys("Space");
    assert_eq!(harness.marked(), [2, 4]);
    assert_eq!(harness.model.details.full.as_ref().unwrap().related.item, 1);
    harness.keys("Space");
    assert_eq!(harness.marked(), [2]);
    harness.keys("g g Space g g Space");
    assert!(harness.marked().is_empty());
}

#[test]
fn actions_act_on_what_is_under_the_cursor_and_ask_before_several() {
    let mut harness = opened(1);
    // Marks of the list are not part of it.
    harness.model.list.marks.insert(AlertKey(6));
    harness.keys("d");
    let Some(Overlay::Confirm(confirm)) = harness.model.overlays.last() else { panic!() };
    let keys: Vec<u32> = confirm.plan.targets.iter().map(|(key, _)| key.0).collect();
    assert_eq!((keys, confirm.matching, confirm.off_screen), (vec![4, 2], 2, 0));
    harness.keys("1 y");
    assert_eq!(harness.submitted()[0].targets.len(), 2);
    assert_eq!(harness.marked(), [6]);
    harness.keys("j j s r");
    assert_eq!(harness.submitted()[1].targets[0].id, crate::app::harness::id(2));
    harness.keys("y i");
    assert_eq!(harness.copied(), [crate::app::harness::id(2).as_str()]);
}

#[test]
fn nothing_related_is_said_and_actions_mean_the_alert_itself() {
    let mut harness = opened(6);
    assert!(text(&harness).starts_with("  No other alert has anything in common with this one.\n"));
    harness.keys("j Enter Space");
    assert_eq!(harness.notice(), "nothing is related to this alert");
    harness.keys("s r");
    assert_eq!(harness.submitted()[0].targets[0].id, crate::app::harness::id(6));
}

#[test]
fn the_groups_follow_the_alerts_one_question_at_a_time() {
    let mut harness = opened(1);
    let asked = |harness: &Harness| {
        harness.effects.iter().filter(|effect| matches!(effect, Effect::FindRelated { .. })).count()
    };
    let before = asked(&harness);
    harness.builder.set_remote_status(AlertKey(4), Status::Resolved);
    harness.snapshot();
    assert_eq!(asked(&harness), before + 1);
    assert!(text(&harness).contains("2 alerts · 1 active · 1 resolved"));
    harness.slow = true;
    for _ in 0..5 {
        harness.snapshot();
    }
    assert_eq!(asked(&harness), before + 2);
    harness.settle();
    assert_eq!(asked(&harness), before + 3);
    // On another tab nothing is asked.
    harness.keys("]").settle();
    let before = asked(&harness);
    harness.snapshot().settle();
    assert_eq!(asked(&harness), before);
}

#[test]
fn keys_wait_until_the_tab_is_filled() {
    let mut harness = tenant();
    harness.cursor_to(1).keys("Enter ]");
    harness.slow = true;
    harness.keys("] d");
    assert!(harness.model.overlays.is_empty());
    harness.settle();
    let Some(Overlay::Confirm(confirm)) = harness.model.overlays.last() else { panic!() };
    assert_eq!(confirm.plan.targets.len(), 2);
}

#[test]
fn the_cursor_stays_on_the_screen_at_every_size() {
    for size in [(120, 36), (80, 24), (60, 16)] {
        let mut harness = tenant();
        harness.send(Message::Resize(size.0, size.1)).cursor_to(1).keys("Enter ] ]");
        let rows = crate::app::layout::Full::new(size).body.rows();
        for _ in 0..14 {
            let full = harness.model.details.full.as_ref().unwrap();
            let lines = &harness.model.related.page.items[full.related.item];
            assert!((full.related.offset..full.related.offset + rows).contains(&lines.start), "{size:?}");
            harness.keys("j");
        }
        let last = harness.model.related.targets.last().copied();
        assert_eq!(last, Some(Target::Alert(AlertKey(5))));
    }
}

#[test]
fn an_incident_is_a_tree_in_its_details_too() {
    let mut harness = tenant();
    harness.cursor_to(4).keys("Enter");
    let lines = harness.model.details.full.as_ref().unwrap().document.text();
    assert!(
        lines.contains("Alerts of this incident\n") && lines.contains("    ├─ 23 Nov 09:59 Execution"),
        "{lines}"
    );
    harness.keys("Esc").cursor_to(2).keys("Enter");
    let lines = harness.model.details.full.as_ref().unwrap().document.text();
    assert!(lines.contains("Part of an incident\n") && lines.contains("this alert: VM_A"), "{lines}");
}

#[test]
fn a_single_change_says_that_the_twin_stays_and_its_key_adds_it() {
    let mut harness = tenant();
    harness.cursor_to(1).keys("s r");
    assert!(harness.notice().ends_with("its twin of the other scanner stays until its next scan: & adds it"));
    // The end of the change says it too: the first notice is gone by then.
    harness.verify(1, &[]);
    assert_eq!(
        harness.notice(),
        "1 verified; its twin of the other scanner stays until its next scan: & adds it"
    );
    harness.keys("&");
    let changes = harness.submitted();
    assert_eq!((changes.len(), changes[1].status), (2, Some(Status::Resolved)));
    assert_eq!(changes[1].targets[0].id, crate::app::harness::id(5));
    // Both are changed now: no twin is left.
    assert!(!harness.notice().contains("twin"), "{}", harness.notice());
    harness.keys("&");
    assert_eq!(harness.notice(), "the last change left no twin behind");
}

#[test]
fn the_prompt_adds_the_twins_and_leaves_them_out_again() {
    let targets = |harness: &Harness| -> Vec<u32> {
        let Some(Overlay::Confirm(confirm)) = harness.model.overlays.last() else { panic!() };
        confirm.plan.targets.iter().map(|(key, _)| key.0).collect()
    };
    let mut harness = tenant();
    harness.cursor_to(1).keys("Space").cursor_to(2).keys("Space d");
    assert_eq!(targets(&harness), [2, 1]);
    harness.keys("t");
    assert_eq!(targets(&harness), [2, 1, 5]);
    harness.keys("t");
    assert_eq!(targets(&harness), [2, 1]);
    harness.keys("t 3 y");
    let change = &harness.submitted()[0];
    assert_eq!((change.targets.len(), change.reason), (3, Some(Reason::Noise)));
    assert!(!harness.notice().contains("twin"));
    // Left out, they are offered with the same reason.
    let mut harness = tenant();
    harness.cursor_to(1).keys("d 3 y & y");
    let changes = harness.submitted();
    assert_eq!((changes.len(), changes[1].reason), (2, Some(Reason::Noise)));
    assert_eq!(changes[1].targets[0].id, crate::app::harness::id(5));
}

#[test]
fn no_twin_is_offered_that_is_part_of_the_set_kept_or_changed_already() {
    for (keys, offered) in [("s r", true), ("0 * * s r", false), ("0 * * s r", false)] {
        let mut harness = tenant();
        harness.cursor_to(1).keys(keys);
        let confirm = harness.model.overlays.iter().find_map(|overlay| match overlay {
            Overlay::Confirm(confirm) => Some(confirm.twins.is_some()),
            _ => None,
        });
        assert_eq!(confirm.unwrap_or(harness.model.bulk.twins.is_some()), offered, "{keys}");
    }
    // Kept on purpose: marked by a set, then unmarked.
    let mut harness = tenant();
    harness.keys("* *").cursor_to(5).keys("Space s r");
    let Some(Overlay::Confirm(confirm)) = harness.model.overlays.last() else { panic!() };
    assert!(confirm.twins.is_none());
    // Closed already, as asked for or otherwise; but one that is opened again has a twin to open.
    for (keys, offered) in [("s r", false), ("d 1 y", false), ("s i", false)] {
        let mut harness = tenant();
        harness.builder.set_remote_status(AlertKey(5), Status::Resolved);
        harness.snapshot().cursor_to(1).keys(keys);
        assert_eq!(harness.model.bulk.twins.is_some(), offered, "{keys}");
    }
    let mut harness = tenant();
    harness.builder.set_remote_status(AlertKey(1), Status::Resolved);
    harness.builder.set_remote_status(AlertKey(5), Status::Resolved);
    harness.snapshot().keys("0").cursor_to(1).keys("s a");
    assert!(harness.model.bulk.twins.is_some());
    // Taken up again is opened too.
    let mut harness = tenant();
    harness.builder.set_remote_status(AlertKey(1), Status::Resolved);
    harness.builder.set_remote_status(AlertKey(5), Status::Resolved);
    harness.snapshot().keys("0").cursor_to(1).keys("s i");
    assert!(harness.model.bulk.twins.is_some());
    // Opened again while the twin is open: it has nothing to be opened from.
    let mut harness = tenant();
    harness.builder.set_remote_status(AlertKey(1), Status::Resolved);
    harness.builder.set_remote_status(AlertKey(5), Status::InProgress);
    harness.snapshot().keys("0").cursor_to(1).keys("s a");
    assert!(harness.model.bulk.twins.is_none());
}

#[test]
fn a_twin_that_was_closed_since_is_not_added_any_more() {
    let mut harness = tenant();
    harness.cursor_to(1).keys("d 3 y");
    harness.builder.set_remote_status(AlertKey(5), Status::Resolved);
    harness.snapshot();
    harness.verify(1, &[]);
    assert_eq!(harness.notice(), "1 verified");
    harness.keys("&");
    assert!(harness.model.overlays.is_empty());
    assert_eq!(harness.notice(), "the last change left no twin behind");
}

#[test]
fn a_decision_that_was_taken_back_leaves_no_twin_behind() {
    let mut harness = tenant();
    harness.cursor_to(1).keys("s r").verify(1, &[]).keys("u").verify(2, &[]);
    assert_eq!(harness.notice(), "undone: 1 verified");
    harness.keys("&");
    assert_eq!(harness.notice(), "the last change left no twin behind");
}
