//! The `/` bar.

use crate::app::effect::Effect;
use crate::app::harness::Harness;
use crate::app::message::Message;
use crate::domain::AlertKey;
use crate::domain::view::ViewRef;

#[test]
fn the_list_follows_what_is_typed() {
    let mut harness = Harness::small();
    harness.keys("/").text("type:vm_b");
    assert_eq!(harness.shown(), [3, 4]);
    harness.keys("Enter");
    assert!(!harness.model.filter.editing);
    assert_eq!(harness.model.filter.input.text(), "status:active,in-progress type:vm_b");
    assert_eq!(harness.model.filter.view, None);
}

#[test]
fn a_mistake_is_shown_while_what_stands_before_it_is_listed() {
    let mut harness = Harness::small();
    harness.keys("/").text("severity:low");
    assert_eq!(harness.shown(), [4]);
    harness.text(" (");
    assert!(harness.model.filter.error.is_some());
    assert_eq!(harness.shown(), [4]);
    harness.keys("Enter");
    assert!(harness.model.filter.editing);
    harness.keys("Esc");
    assert!(!harness.model.filter.editing && harness.model.filter.error.is_none());
    assert_eq!((harness.shown(), harness.model.filter.view), (vec![1, 2, 3, 4], Some(ViewRef::BuiltIn(1))));
}

#[test]
fn a_mistyped_field_is_no_word_that_was_looked_for() {
    let mut harness = Harness::small();
    harness.keys("/ ctrl-u").text("type:vm_b severty");
    assert!(
        harness.shown().is_empty() && harness.model.filter.error.is_none(),
        "a word is looked for at once"
    );
    for c in ":low resource:vm-2 ".chars() {
        harness.text(&c.to_string());
        assert!(harness.model.filter.error.is_some());
        assert_eq!(harness.shown(), [3, 4], "{}", harness.model.filter.input.text());
    }
    // Where nothing stands before it, what was listed before the bar was opened.
    harness.keys("Esc / Home").text("x:");
    assert!(harness.model.filter.error.is_some());
    assert_eq!(harness.shown(), [1, 2, 3, 4]);
    // The values before a wrong one still stand.
    harness.keys("End ctrl-u").text("severity:low");
    for c in ",mediu".chars() {
        harness.text(&c.to_string());
        assert_eq!(harness.shown(), [4], "{}", harness.model.filter.input.text());
    }
    harness.text("m");
    assert_eq!(harness.shown(), [3, 4]);
}

#[test]
fn a_fields_name_that_is_being_typed_is_not_looked_for() {
    let mut harness = Harness::small();
    harness.keys("/ ctrl-u").text("type:vm_b ");
    assert_eq!(harness.shown(), [3, 4]);
    for c in "severity:lo".chars() {
        harness.text(&c.to_string());
        assert_eq!(harness.shown(), [3, 4], "{}", harness.model.filter.input.text());
    }
    harness.text("w");
    assert_eq!(harness.shown(), [4]);
    for (typed, shown) in [
        // Behind a minus, and where what stands before is no filter.
        ("-sev", &[1, 2, 3, 4, 5, 6][..]),
        ("type:vm_b -sev", &[3, 4]),
        ("type:vm_b or sta", &[3, 4]),
        // No name, or a name that is followed by something.
        ("nothing", &[]),
        ("severity ", &[]),
    ] {
        harness.keys("ctrl-u").text("type:vm_b").keys("ctrl-u").text(typed);
        let mut found = harness.shown();
        found.sort_unstable();
        assert_eq!(found, shown, "{typed}");
    }
    // Enter says that it is meant as it stands.
    harness.keys("ctrl-u").text("severity").keys("Enter");
    assert!(harness.shown().is_empty() && !harness.model.filter.editing);
    assert_eq!(harness.model.filter.input.text(), "severity");
}

#[test]
fn esc_brings_the_filter_and_the_cursor_back() {
    let mut harness = Harness::small();
    harness.cursor_to(2);
    harness.keys("/").text("severity:low").keys("Esc");
    assert_eq!((harness.shown(), harness.model.list.cursor), (vec![1, 2, 3, 4], Some(AlertKey(2))));
    harness.keys("/ ctrl-u ctrl-c");
    assert_eq!((harness.shown().len(), harness.model.filter.editing), (4, false));
}

#[test]
fn suggestions_are_chosen_and_taken() {
    let mut harness = Harness::small();
    harness.keys("/ ctrl-u").text("sev").keys("Tab Enter");
    assert_eq!(harness.model.filter.input.text(), "severity:");
    assert!(harness.model.filter.editing);
    harness.text("l").keys("↓ Enter Enter");
    assert_eq!(harness.model.filter.input.text(), "severity:low");
    assert_eq!(harness.shown(), [4]);
    assert!(!harness.model.filter.editing);
}

#[test]
fn keys_that_are_letters_are_typed_and_pasted_text_is_one_line() {
    let mut harness = Harness::small();
    harness.keys("/ ctrl-u").text("d q");
    assert_eq!(harness.model.filter.input.text(), "d q");
    harness.keys("ctrl-u").send(Message::Paste("type:vm_a\nq".into()));
    assert_eq!(harness.model.filter.input.text(), "type:vm_a q");
    assert!(!harness.effects.contains(&Effect::Quit));
}

#[test]
fn pasted_text_never_acts_as_keys() {
    let mut harness = Harness::small();
    harness.send(Message::Paste("d3yq".into()));
    assert!(harness.model.overlays.is_empty() && !harness.effects.contains(&Effect::Quit));
    harness.keys("d").send(Message::Paste("3y".into()));
    assert!(harness.submitted().is_empty());
}

#[test]
fn a_filter_that_counts_back_is_asked_again_each_minute() {
    let asked =
        |harness: &Harness| harness.effects.iter().filter(|e| matches!(e, Effect::Query { .. })).count();
    let mut harness = Harness::small();
    let minute = Message::Timer(crate::app::message::Timer::Minute);
    let before = asked(&harness);
    harness.send(minute.clone());
    assert_eq!(asked(&harness), before);
    harness.keys("t 1");
    let before = asked(&harness);
    harness.send(minute);
    assert_eq!(asked(&harness), before + 1);
}

#[test]
fn where_nothing_matches_the_beginning_of_a_name_is_told() {
    let mut harness = Harness::small();
    for (text, wider) in [("resource:vm", Some(("resource:vm*", 6))), ("type:vm_a", None), ("res:x", None)] {
        harness.keys("/ ctrl-u").text(text).keys("Enter");
        let found = harness.model.list.listing.wider.as_ref();
        assert_eq!(found.map(|wider| (wider.term.as_str(), wider.alerts)), wider, "{text}");
    }
}
