//! Grouped lists: headings, folds, and what acts on a group.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::app::documents;
use crate::app::harness::{Given, Harness, ROW, id};
use crate::app::lines::{Line, Under};
use crate::app::list::rows;
use crate::app::model::Overlay;
use crate::domain::query::GroupBy;
use crate::domain::{AlertId, AlertKey, Severity};

/// The list as lines: `vm-1 2` for a heading, the key for an alert.
fn lines(harness: &Harness) -> Vec<String> {
    let list = &harness.model.list;
    (0..list.line_count())
        .filter_map(|line| list.line_at(line))
        .map(|line| match line {
            Line::Heading(number) => {
                let groups = list.listing.groups.as_ref().unwrap();
                let group = &groups.groups[number];
                format!("{} {}", groups.label(group, &list.listing.table).0, group.count)
            }
            Line::Alert(place) => list.listing.key(place).unwrap().0.to_string(),
        })
        .collect()
}

fn cursor(harness: &Harness) -> String {
    lines(harness)[harness.model.list.cursor_line()].clone()
}

fn confirm(harness: &Harness) -> (BTreeSet<u32>, usize) {
    match harness.model.overlays.last() {
        Some(Overlay::Confirm(confirm)) => {
            (confirm.plan.targets.iter().map(|(key, _)| key.0).collect(), confirm.off_screen)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn esc_in_the_filter_bar_brings_the_cursor_back_to_its_heading() {
    let mut harness = Harness::small();
    harness.keys("z r G k k");
    assert_eq!(cursor(&harness), "vm-2 2");
    harness.keys("/").text("type:VM_A");
    assert_eq!(lines(&harness), ["vm-1 2", "1", "2"]);
    harness.keys("Esc");
    assert_eq!(cursor(&harness), "vm-2 2");
}

#[test]
fn no_heading_counts_marks_that_were_taken_off() {
    for off in ["* n", "Esc", "Space"] {
        let mut harness = Harness::small();
        harness.keys("z r g g Space");
        assert_eq!(harness.model.list.marked_in, [2, 0], "{off}");
        harness.keys("g g").keys(off);
        assert!(harness.model.list.marked_in.is_empty(), "{off}");
    }
}

#[test]
fn headings_stand_over_their_alerts_and_folds_hide_them() {
    for (keys, shown, under) in [
        ("", "1,2,3,4", "1"),
        ("z r", "vm-1 2,1,2,vm-2 2,3,4", "1"),
        ("z r z t", "VM_A 2,1,2,VM_B 2,3,4", "1"),
        ("z g", "rg-a 3,1,2,3,rg-b 1,4", "1"),
        ("z v", "High 2,1,2,Medium 1,3,Low 1,4", "1"),
        ("z s", "Active 3,1,2,3,In progress 1,4", "1"),
        ("z u", "Contoso Production 4,1,2,3,4", "1"),
        ("z i", "Execution 4,1,2,3,4", "1"),
        ("z e", "no entity 4,1,2,3,4", "1"),
        ("z c", "no incident 4,1,2,3,4", "1"),
        ("z r k", "vm-1 2,1,2,vm-2 2,3,4", "vm-1 2"),
        ("z r k Enter", "vm-1 2,vm-2 2,3,4", "vm-1 2"),
        ("z r k Enter Enter", "vm-1 2,1,2,vm-2 2,3,4", "vm-1 2"),
        ("z r j z z", "vm-1 2,vm-2 2,3,4", "vm-1 2"),
        ("z r j ←", "vm-1 2,vm-2 2,3,4", "vm-1 2"),
        ("z r j ← →", "vm-1 2,1,2,vm-2 2,3,4", "vm-1 2"),
        ("z r G z z", "vm-1 2,1,2,vm-2 2", "vm-2 2"),
        ("z r z Z", "vm-1 2,vm-2 2", "vm-1 2"),
        ("z r z Z j", "vm-1 2,vm-2 2", "vm-2 2"),
        ("z r z Z j z z", "vm-1 2,vm-2 2,3,4", "vm-2 2"),
        ("z r z Z j z z z Z z Z", "vm-1 2,1,2,vm-2 2,3,4", "vm-2 2"),
        ("z r z n", "1,2,3,4", "1"),
        ("z r G k k z n", "1,2,3,4", "3"),
        ("z r k j j j z t", "VM_A 2,1,2,VM_B 2,3,4", "3"),
        ("z r G , a", "vm-1 2,1,2,vm-2 2,3,4", "4"),
        ("z r , v", "vm-1 2,1,2,vm-2 2,4,3", "1"),
    ] {
        let mut harness = Harness::small();
        harness.keys(keys);
        assert_eq!(
            (lines(&harness).join(","), cursor(&harness)),
            (shown.to_owned(), under.to_owned()),
            "{keys}"
        );
    }
}

#[test]
fn what_is_done_on_a_heading_is_done_to_all_its_alerts() {
    for (keys, ids) in [
        ("z r k d 1 y", &[1, 2][..]),
        ("z r k Enter d 1 y", &[1, 2]),
        ("z r k s r y", &[1, 2]),
        ("z r k a y", &[1, 2]),
        ("z g k d 1 y", &[1, 2, 3]),
        ("z r G k k d 1 y", &[3, 4]),
        // Marks come first, as always.
        ("z r G Space k k d 1 y", &[4]),
        ("z r k Space j d 1 y", &[1, 2]),
        ("z r k Space Space d 1 y", &[1, 2, 3, 4]),
        // The range begins on a heading, ends on one, or goes over a folded one.
        ("z r k v j j d 1 y", &[1, 2]),
        ("z r j j v k k d 1 y", &[1, 2]),
        ("z r j v j d 1 y", &[2]),
        ("z r j j j z z k v j d 1 y", &[2, 3, 4]),
        ("z r z Z v d 1 y", &[1, 2]),
    ] {
        let mut harness = Harness::small();
        harness.keys(keys);
        let changes = harness.submitted();
        assert_eq!(changes.len(), 1, "{keys}");
        let changed: BTreeSet<AlertId> = changes[0].targets.iter().map(|target| target.id.clone()).collect();
        assert_eq!(changed, ids.iter().map(|key| id(*key)).collect(), "{keys}");
        // What the journal has is what was asked for.
        let stored: BTreeSet<AlertId> =
            harness.changes[0].1.iter().map(|record| record.target.id.clone()).collect();
        assert_eq!(stored, changed, "{keys}");
    }
}

#[test]
fn the_record_and_the_clipboard_take_a_whole_group() {
    for keys in ["z r k c", "z r k A", "z r k b u"] {
        let mut harness = Harness::small();
        harness.keys(keys);
        let ids = match harness.model.overlays.last() {
            Some(Overlay::Note(prompt)) => prompt.alerts.alerts.ids(),
            Some(Overlay::Assign(menu)) => menu.alerts.alerts.ids(),
            Some(Overlay::Judge(judge)) => judge.alerts.alerts.ids(),
            other => panic!("{other:?}"),
        };
        assert_eq!(ids.collect::<Vec<_>>(), [id(1), id(2)], "{keys}");
    }
    let mut harness = Harness::small();
    harness.keys("z r k y i");
    assert_eq!(harness.copied(), [format!("{}\n{}", id(1).as_str(), id(2).as_str())]);
    for keys in ["z r k p a", "z r k r", "z r k S", "z r k y e", "z r k o"] {
        let mut harness = Harness::small();
        harness.keys(keys);
        assert!(harness.notice().contains("a group is under the cursor"), "{keys}: {}", harness.notice());
        assert!(harness.model.overlays.is_empty() && harness.model.details.full.is_none(), "{keys}");
    }
}

#[test]
fn a_heading_narrows_to_the_values_of_its_alerts() {
    for (keys, filter) in [
        ("z r k f r", "status:active,in-progress resource:vm-1"),
        ("z g k f t", "status:active,in-progress type:VM_A,VM_B"),
        ("z r G k k f v", "status:active,in-progress severity:medium,low"),
        ("z r G k k F v", "status:active,in-progress -severity:medium,low"),
        ("z r k F r", "status:active,in-progress -resource:vm-1"),
    ] {
        let mut harness = Harness::small();
        harness.keys(keys);
        assert_eq!(harness.model.filter.input.text(), filter, "{keys}");
    }
}

#[test]
fn what_is_folded_is_listed_and_marked_and_counts_as_off_screen() {
    let mut harness = Harness::small();
    harness.keys("z r z Z * *");
    assert_eq!(harness.marked(), [1, 2, 3, 4]);
    assert_eq!(harness.model.list.hidden_marks, 4);
    assert_eq!(harness.model.list.marked_in, [2, 2]);
    harness.keys("d");
    assert_eq!(confirm(&harness), ([1, 2, 3, 4].into(), 4));
    harness.keys("Esc z z");
    assert_eq!(harness.model.list.hidden_marks, 2);
    // Those that are unmarked by hand are kept, as after any set of marks.
    harness.keys("* n k Space");
    let mut harness = Harness::small();
    harness.keys("z g k Space g g j j Space d");
    let Some(Overlay::Confirm(confirm)) = harness.model.overlays.last() else { panic!() };
    let targets: Vec<u32> = confirm.plan.targets.iter().map(|(key, _)| key.0).collect();
    assert_eq!((targets, confirm.matching), (vec![1, 3], 3));
}

#[test]
fn a_prompt_says_what_its_set_is() {
    for (keys, said) in [
        ("d", "this alert"),
        ("Enter d", "this alert"),
        ("Space Space d", "2 marked"),
        ("* * d", "4 matching"),
        ("* * Space d", "3 = 4 matching − 1 kept"),
        ("* r Space d", "1 = 2 matching − 1 kept"),
        ("z r k d", "2 of this group"),
        ("z r k Space d", "2 marked"),
        ("z r k Space k Space d", "1 = 2 marked − 1 kept"),
        ("z r k Space * n * * d", "4 matching"),
    ] {
        let mut harness = Harness::small();
        harness.keys(keys);
        let Some(Overlay::Confirm(confirm)) = harness.model.overlays.last() else { panic!("{keys}") };
        let line = documents::confirm::equation(confirm);
        assert_eq!(line.iter().map(|piece| piece.text.as_str()).collect::<String>(), said, "{keys}");
    }
}

#[test]
fn a_sync_moves_neither_the_cursor_nor_what_is_folded() {
    let mut harness = Harness::small();
    harness.keys("z r G k k");
    assert_eq!(cursor(&harness), "vm-2 2");
    harness.put(7, Given { hours: 0, ..ROW }).snapshot();
    assert_eq!(cursor(&harness), "vm-2 2");
    harness.keys("z z").put(8, Given { resource: "vm-0", ..ROW }).snapshot();
    assert_eq!(lines(&harness).join(","), "vm-1 3,7,1,2,vm-0 1,8,vm-2 2");
    assert_eq!(cursor(&harness), "vm-2 2");
    // An alert that moves into a folded group takes the cursor to its heading, and out of it back to nothing else.
    harness.cursor_to(8);
    harness.put(8, Given { resource: "vm-2", ..ROW }).snapshot();
    assert_eq!((cursor(&harness).as_str(), harness.model.list.cursor), ("vm-2 3", None));
    // A heading that vanishes leaves the cursor at its place.
    harness.builder.remove(&[AlertKey(8), AlertKey(3), AlertKey(4)]);
    harness.snapshot();
    assert!(harness.model.list.cursor_line() < harness.model.list.line_count());
}

#[test]
fn the_last_decision_never_reaches_what_is_folded() {
    let mut harness = Harness::small();
    // The first alert is resolved; the next open one in sight is behind the folded group.
    harness.keys("z v s r j");
    harness.put(7, Given { hours: 500, resource: "vm-9", severity: Severity::Low, ..ROW }).snapshot();
    harness.keys("z n z r").cursor_to(3);
    harness.keys("z z k k .");
    let last = harness.submitted().last().map(|change| change.targets.len());
    assert_eq!(last, Some(1));
    let submitted = harness.submitted();
    let changed: Vec<&AlertId> = submitted.iter().map(|change| &change.targets[0].id).collect();
    assert!(!changed.contains(&&id(3)) && !changed.contains(&&id(4)), "{changed:?}");
}

#[test]
fn the_way_back_from_a_pivot_leads_to_its_heading_and_folds() {
    let mut harness = Harness::small();
    harness.keys("z r j ← 3");
    harness.keys("1");
    assert_eq!(lines(&harness).join(","), "vm-1 2,vm-2 2,3,4");
    let mut harness = Harness::new(&[
        Given { facts: &[(crate::domain::fact::FactKind::Ip, "10.0.0.1")], ..ROW },
        Given { resource: "vm-2", facts: &[(crate::domain::fact::FactKind::Ip, "10.0.0.1")], ..ROW },
        Given { resource: "vm-3", ..ROW },
    ]);
    harness.keys("z r").cursor_to(2);
    let before = (lines(&harness), cursor(&harness));
    harness.keys("p a z n");
    assert_eq!(lines(&harness).join(","), "1,2");
    harness.keys("Backspace");
    assert_eq!((lines(&harness), cursor(&harness)), before);
}

#[test]
fn pages_move_by_lines() {
    let kinds = ["vm-1", "vm-2", "vm-3"];
    let given: Vec<Given> = (0..60).map(|n| Given { resource: kinds[n % 3], ..ROW }).collect();
    let mut harness = Harness::new(&given);
    let height = rows(&harness.model);
    harness.keys("z r g g PgDn");
    assert_eq!((harness.model.list.cursor_line(), harness.model.list.offset), (height, height));
    harness.keys("G");
    assert_eq!(harness.model.list.cursor_line(), 62);
    assert_eq!(harness.model.list.offset, 63 - height);
    harness.keys("z z");
    assert_eq!(cursor(&harness), "vm-3 20");
    assert_eq!(harness.model.list.offset, 43 - height);
}

#[test]
fn a_list_grouped_anew_shows_the_heading_over_the_cursor() {
    let kinds = ["vm-1", "vm-2", "vm-3"];
    let given: Vec<Given> = (0..90).map(|n| Given { resource: kinds[n % 3], ..ROW }).collect();
    let mut harness = Harness::new(&given);
    harness.model.size = (80, 24);
    let height = rows(&harness.model);
    // The second alert of the list is the first of the second group, whose heading is line 31.
    harness.keys("j z r");
    let list = &harness.model.list;
    assert_eq!((list.cursor_line(), list.heading_line(), list.offset), (32, Some(31), 31));
    // Too far below its heading, the alert stays where it was on the screen.
    harness.keys("z n G z r");
    let list = &harness.model.list;
    assert_eq!((list.cursor_line(), list.heading_line()), (92, Some(62)));
    assert_eq!(list.offset, 93 - height);
}

fn given() -> impl Strategy<Value = Vec<Given>> {
    let one =
        (0..5_u8, 0..4_usize, 0..3_usize, any::<bool>()).prop_map(|(severity, resource, group, fact)| {
            Given {
                severity: Severity::from_code(severity),
                resource: ["vm-1", "VM-1", "vm-2", ""][resource],
                group: ["rg-a", "rg-b", ""][group],
                facts: if fact { &[(crate::domain::fact::FactKind::Ip, "10.0.0.1")] } else { &[] },
                ..ROW
            }
        });
    prop::collection::vec(one, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Lines and places belong together in any fold; folding and unfolding is no change; and the set that a heading
    /// dismisses is its alerts.
    #[test]
    fn lines_places_and_sets_agree(given in given(), by in 0..9_usize, folds in prop::collection::vec(0..200_usize, 0..4)) {
        let mut harness = Harness::new(&given);
        let by = GroupBy::ALL[by];
        harness.keys(&format!("z {}", by.letter()));
        for fold in folds {
            let before = lines(&harness);
            harness.keys("g g");
            for _ in 0..fold % harness.model.list.line_count() {
                harness.keys("j");
            }
            harness.keys("z z");
            let folded = lines(&harness);
            harness.keys("z z");
            prop_assert_eq!(lines(&harness), before);
            harness.keys("z z");
            prop_assert_eq!(lines(&harness), folded);
        }
        let list = &harness.model.list;
        let mut seen = BTreeSet::new();
        for line in 0..list.line_count() {
            match list.line_at(line) {
                Some(Line::Alert(place)) => {
                    prop_assert_eq!(list.line_of(place), line);
                    prop_assert!(list.is_seen(place) && seen.insert(place));
                }
                Some(Line::Heading(group)) => {
                    for place in list.groups()[group].places().filter(|place| !list.is_seen(*place)) {
                        prop_assert_eq!(list.line_of(place), line);
                        prop_assert!(seen.insert(place));
                    }
                }
                None => prop_assert!(false, "no line {}", line),
            }
        }
        prop_assert_eq!(seen.len(), list.listing.len());
        prop_assert_eq!(list.line_at(list.line_count()), None);
        harness.keys("g g");
        for _ in 0..harness.model.list.line_count() {
            if let Some(Under::Heading(_)) = harness.model.list.under() {
                let list = &harness.model.list;
                let members = list.heading().unwrap().places();
                let members: BTreeSet<u32> = members.filter_map(|place| list.listing.key(place)).map(|key| key.0).collect();
                harness.keys("d");
                prop_assert_eq!(confirm(&harness).0, members);
                harness.keys("Esc");
            }
            harness.keys("j");
        }
    }
}
