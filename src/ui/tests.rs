//! Neither a key nor a frame looks at every alert: with a million of them the screen would stand still.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;
use crate::app::command::{Scope, show_keys};
use crate::app::harness::{Given, Harness, ROW};
use crate::app::key::Key;
use crate::app::model::Overlay;
use crate::domain::alert::Scan;
use crate::domain::scan::MOST_THERE;
use crate::domain::table::{LISTED, WALKS};

/// The walks over all alerts that a frame takes, those over the list included.
fn walks(model: &Model) -> usize {
    let before = WALKS.get() + LISTED.get();
    let (width, height) = model.size;
    draw(model, &mut Painter::new(&mut Buffer::empty(Rect::new(0, 0, width, height)), Theme::SIXTEEN));
    WALKS.get() + LISTED.get() - before
}

#[test]
fn no_key_and_no_frame_walks_over_all_alerts() {
    // Some alerts are marked, and a change failed in part.
    let prepared = |keys: &str| {
        let mut harness = Harness::small();
        harness.keys("* * s r y").verify(1, &[2, 4]).keys("Space Space g g").keys(keys);
        harness.walks = 0;
        harness
    };
    let mut looked = BTreeSet::new();
    let scopes = [
        (Scope::List, ""),
        (Scope::Details, "Tab"),
        (Scope::Full, "Enter"),
        (Scope::Respond, "Enter ]"),
        (Scope::Related, "Enter ] ]"),
    ];
    for (scope, opens) in scopes {
        let keymap = prepared(opens).model.settings.keymap.clone();
        for keys in keymap.in_scope(scope).filter_map(|(_, sequences)| sequences.first()) {
            let mut harness = prepared(opens);
            assert_eq!(Scope::of(&harness.model), scope);
            // What opens gets keys of its own.
            let more = ["j", "a", "1", "Enter"].into_iter().filter_map(Key::parse);
            for (at, key) in keys.iter().copied().chain(more).enumerate() {
                harness.listed = 0;
                harness.press(key);
                if harness.listed > 0 && at < keys.len() {
                    looked.insert((show_keys(keys), harness.listed));
                }
                let said = format!("{scope:?} {}: {key}", show_keys(keys));
                assert_eq!((harness.walks, walks(&harness.model)), (0, 0), "{said}");
            }
        }
    }
    let allowed = LOOKS.iter().flat_map(|(keys, _)| keys.split(", "));
    assert_eq!(looked, allowed.map(|keys| (keys.to_owned(), 1)).collect());
}

/// Keys that look at each alert of the list once, and why they may: none is held down.
const LOOKS: [(&str, &str); 3] = [
    ("* r, * t", "compares a few numbers a row; the next key acts on the marks, so no worker is asked"),
    ("!, |, W, ., a, d, s a, s i, s r", "freezes several alerts in the order of the list"),
    ("A", "asks the local records who there is; few alerts have one"),
];

#[test]
fn a_decision_on_one_alert_knows_its_twins_without_a_walk() {
    let of = |scan| Given { scan, ..ROW };
    let mut harness = Harness::new(&[of(Scan::Agent), of(Scan::Agentless)]);
    harness.walks = 0;
    harness.keys("d");
    let Some(Overlay::Confirm(confirm)) = harness.model.overlays.last() else { panic!() };
    assert_eq!((confirm.twins.as_ref().map(|twins| twins.targets.len()), harness.walks), (Some(1), 0));
    // Another one comes while the details are those of before: what is not known is looked for.
    harness.keys("Esc").slow = true;
    harness.put(3, of(Scan::Agentless)).snapshot().keys("d");
    let Some(Overlay::Confirm(confirm)) = harness.model.overlays.last() else { panic!() };
    assert_eq!((confirm.twins.as_ref().map(|twins| twins.targets.len()), harness.walks), (Some(2), 1));
}

#[test]
fn on_a_crowded_resource_twins_are_looked_for_at_the_decision() {
    for (others, walks) in [(MOST_THERE - 1, 0), (MOST_THERE, 1)] {
        let mut crowd = vec![Given { scan: Scan::Agentless, ..ROW }; others + 1];
        crowd[0].scan = Scan::Agent;
        let mut harness = Harness::new(&crowd);
        harness.cursor_to(1).walks = 0;
        harness.keys("d");
        let Some(Overlay::Confirm(confirm)) = harness.model.overlays.last() else { panic!() };
        let twins = confirm.twins.as_ref().map(|twins| twins.targets.len());
        assert_eq!((twins, harness.walks), (Some(others), walks));
    }
}
