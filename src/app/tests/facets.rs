//! *Add filter*.

use crate::app::effect::Effect;
use crate::app::harness::{Given, Harness, ROW};
use crate::app::model::{Facets, Overlay};
use crate::domain::filter::Field;

fn facets(harness: &Harness) -> &Facets {
    match harness.model.overlays.last() {
        Some(Overlay::Facets(facets)) => facets,
        other => panic!("{other:?}"),
    }
}

/// The values offered, ticked ones with a `+`.
fn offered(harness: &Harness) -> String {
    let facets = facets(harness);
    let ticks = facets.ticked(facets.field().unwrap());
    let words = facets.offered.facets.iter().map(|facet| {
        let tick = if Facets::is_ticked(&ticks, facet) { "+" } else { "" };
        format!("{tick}{} {}", facet.label.raw(), facet.count)
    });
    words.collect::<Vec<_>>().join(", ")
}

#[test]
fn arrows_space_and_enter_make_a_filter() {
    for (keys, filter) in [
        // Only the value under the cursor.
        ("f Enter Enter Enter", "status:active,in-progress severity:high"),
        ("f Enter Enter ↓ Enter", "status:active,in-progress severity:low"),
        // Several.
        ("f Enter Enter Space ↓ Space Enter", "status:active,in-progress severity:high,low"),
        // What the filter said is ticked already and replaced.
        ("f Enter ↓ Enter ↓ Space Enter", "status:active,in-progress,dismissed"),
        ("f Enter ↓ Enter Space Enter", "status:in-progress"),
        ("f Enter ↓ Enter Space ↓ ↓ Space Enter", ""),
        // Ticks stay until they are taken away, wherever the cursor is.
        ("f Enter ↓ Enter Enter", "status:active,in-progress"),
        ("f Enter ↓ Enter ↓ Enter", "status:active,in-progress"),
        ("f Enter ↓ Enter Space ↓ Space ↓ Space Enter", "status:dismissed"),
        // Two fields.
        ("f Enter Enter Space ← ↓ Enter ↓ Space Enter", "severity:high status:active,in-progress,dismissed"),
        // Times have one value.
        ("f Enter ↓ ↓ Enter Space ↓ Space Enter", "status:active,in-progress since:8h"),
        // Nothing changes.
        ("f Enter Esc", "status:active,in-progress"),
        ("f Enter Enter Space Esc Esc", "status:active,in-progress"),
        // The letters of the chord are as they were.
        ("f v", "status:active,in-progress severity:high"),
    ] {
        let mut harness = Harness::small();
        harness.keys(keys);
        assert!(harness.model.overlays.is_empty(), "{keys}");
        assert_eq!(harness.model.filter.input.text(), filter, "{keys}");
    }
}

#[test]
fn values_are_counted_under_the_filter_with_the_ticks_made_so_far() {
    let mut harness = Harness::small();
    harness.keys("f Enter");
    assert_eq!(offered(&harness), "High 2, Low 1, Medium 1");
    harness.keys("↓");
    assert_eq!(offered(&harness), "+Active 3, Dismissed 1, +InProgress 1, Resolved 1");
    harness.keys("↑ Enter Space ← ↓");
    assert_eq!(offered(&harness), "+Active 2, Dismissed 1, Resolved 1");
}

#[test]
fn typing_narrows_fields_and_values_and_escape_goes_one_step_back() {
    let mut harness = Harness::small();
    harness.keys("f Enter").text("resource");
    assert_eq!(facets(&harness).field().map(Field::name), Some("resource"));
    harness.keys("Enter").text("2");
    assert_eq!(offered(&harness), "vm-2 2");
    harness.keys("Esc");
    assert_eq!(offered(&harness), "vm-1 2, vm-2 2");
    assert!(facets(&harness).in_values);
    harness.keys("Esc");
    assert!(!facets(&harness).in_values);
    harness.keys("Esc");
    assert_eq!(facets(&harness).fields.input.text(), "");
    harness.keys("Esc");
    assert!(harness.model.overlays.is_empty());
}

#[test]
fn keys_wait_for_the_values_they_are_about() {
    let mut harness = Harness::small();
    harness.slow = true;
    harness.keys("f Enter ↓ Enter ↓ Space Enter d");
    assert_eq!(harness.model.filter.input.text(), "status:active,in-progress");
    harness.settle();
    assert_eq!(harness.model.filter.input.text(), "status:active,in-progress,dismissed");
    assert!(
        matches!(harness.model.overlays.last(), Some(Overlay::Confirm(_))),
        "and then the list that was asked for"
    );
}

#[test]
fn alerts_without_a_value_can_be_chosen_beside_others() {
    let mut harness = Harness::new(&[ROW, Given { group: "", ..ROW }, Given { group: "rg-b", ..ROW }]);
    harness.keys("f Enter").text("resource group").keys("Enter Space ↓ Space Enter");
    assert_eq!(harness.shown().len(), 2);
    harness.keys("f Enter").text("resource group");
    assert!(offered(&harness).starts_with('+'), "{}", offered(&harness));
    let asked = harness.effects.iter().filter(|effect| matches!(effect, Effect::CountValues { .. })).count();
    assert!(asked > 2);
}

#[test]
fn where_nothing_is_left_no_key_is_offered_for_it() {
    let keys = |harness: &Harness| -> Vec<String> {
        crate::app::command::hints(&harness.model).into_iter().map(|(key, _)| key).collect()
    };
    let mut harness = Harness::small();
    harness.keys("f Enter q q q");
    assert_eq!(keys(&harness), ["type", "Esc"]);
    assert_eq!(
        crate::app::documents::facets::fields(facets(&harness), 60).text(),
        "no field has such a name\n"
    );
    harness.keys("Esc Enter q q q");
    assert_eq!(keys(&harness), ["type", "←", "Esc"]);
    // A tick can still be applied.
    harness.keys("Esc Space q q q");
    assert!(keys(&harness).contains(&"Enter".to_owned()), "{:?}", keys(&harness));
}
