//! Neither a key nor a frame looks at every alert: with a million of them the screen would stand still.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;
use crate::app::command::{Scope, show_keys};
use crate::app::harness::opening::opening;
use crate::app::harness::{Given, Harness, ROW};
use crate::app::key::Key;
use crate::app::model::Overlay;
use crate::domain::alert::Scan;
use crate::domain::table::WALKS;

/// The walks over all alerts that a frame takes.
fn walks(model: &Model) -> usize {
    let before = WALKS.get();
    let (width, height) = model.size;
    draw(model, &mut Painter::new(&mut Buffer::empty(Rect::new(0, 0, width, height)), Theme::SIXTEEN));
    WALKS.get() - before
}

#[test]
fn no_key_and_no_frame_walks_over_all_alerts() {
    // Some alerts are marked, and a change failed in part.
    let prepared = |keys: &str| {
        let mut harness = Harness::small();
        harness.keys("* * s r y").verify(1, &[2, 4]).keys("Space g g").keys(keys);
        harness.walks = 0;
        harness
    };
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
            for key in keys.iter().copied().chain(more) {
                harness.press(key);
                let said = format!("{scope:?} {}: {key}", show_keys(keys));
                assert_eq!((harness.walks, walks(&harness.model)), (0, 0), "{said}");
            }
        }
    }
}

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
fn a_list_that_is_being_opened_says_so_and_counts_all_of_it() {
    let screen = |model: &Model| {
        let (width, height) = model.size;
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        draw(model, &mut Painter::new(&mut buffer, Theme::SIXTEEN));
        buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect::<String>()
    };
    let mut harness = opening(Some(251));
    let early = screen(&harness.model);
    for words in ["· opening…", "250/499", "499 of 500", "High 499", "loading…", "▌"] {
        assert!(early.contains(words), "{words}: {early}");
    }
    let whole = screen(&harness.begin().model);
    assert!(whole.contains("250/499") && whole.contains("499 of 500"), "{whole}");
    assert!(!whole.contains("opening") && !whole.contains("loading"), "{whole}");
}
