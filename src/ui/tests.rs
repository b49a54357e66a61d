//! Neither a key nor a frame looks at every alert: with a million of them the screen would stand still.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;
use crate::app::command::{CHORDS, Scope, show_keys};
use crate::app::document::{Piece, Role};
use crate::app::harness::opening::opening;
use crate::app::harness::{Given, Harness, ROW};
use crate::app::key::Key;
use crate::app::message::{Message, Saved};
use crate::app::model::Overlay;
use crate::domain::Severity;
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

/// The rows of the screen.
fn rows(model: &Model) -> Vec<String> {
    let (width, height) = model.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    draw(model, &mut Painter::new(&mut buffer, Theme::SIXTEEN));
    let cells = buffer.content().chunks(usize::from(width));
    cells.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect()).collect()
}

/// The column at which a text begins in a row, which has a sign for each cell.
fn column_of(row: &str, text: &str) -> usize {
    row.split(text).next().unwrap_or_default().chars().count()
}

#[test]
fn counts_of_headings_stand_in_the_same_columns_whatever_the_names() {
    let names = [
        "vm-1",
        "a-machine-with-a-name-that-goes-on-and-on-until-nothing-of-it-fits-beside-the-counts",
        "仮想マシンの長い名前は半角の二倍の幅がある",
    ];
    let mut alerts = Vec::new();
    for (at, resource) in names.into_iter().enumerate() {
        for number in 0..=at * 9 {
            let severity = [Severity::High, Severity::Medium, Severity::Low][number % 3];
            alerts.push(Given { severity, resource, ..ROW });
        }
    }
    for size in [(200, 60), (120, 36), (80, 24), (60, 16)] {
        let mut harness = Harness::new(&alerts);
        harness.model.size = size;
        harness.keys("z r z Z");
        let screen = rows(&harness.model);
        let headings: Vec<&String> = screen.iter().filter(|row| row.contains("▸ ")).collect();
        assert_eq!(headings.len(), 3, "{size:?}: {screen:#?}");
        for words in ["  H", "  M", "  L"] {
            let columns = headings.iter().filter(|row| row.contains(words)).map(|row| column_of(row, words));
            assert_eq!(columns.collect::<BTreeSet<_>>().len(), 1, "{size:?} {words}: {headings:#?}");
        }
        let counts: BTreeSet<&str> =
            headings.iter().filter_map(|row| row.split("  H").next()?.rsplit(' ').next()).collect();
        assert_eq!(counts, BTreeSet::from(["1", "10", "19"]), "{size:?}: {headings:#?}");
        assert!(size.0 == 200 || headings.iter().any(|row| row.contains('…')), "{size:?}: {headings:#?}");
    }
}

#[test]
fn what_is_written_over_a_dim_frame_is_not_dim() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 3));
    let area = crate::app::layout::Area { x: 0, y: 0, width: 12, height: 3 };
    Painter::new(&mut buffer, Theme::SIXTEEN).frame(area, &[Piece::new("Alerts", Role::Title)], false);
    let dim = |x| buffer[(x, 0)].modifier.contains(ratatui::style::Modifier::DIM);
    assert_eq!((dim(0), dim(3), dim(11)), (true, false, true));
}

#[test]
fn the_way_out_of_every_chord_is_shown() {
    for size in [(120, 36), (80, 24), (60, 16)] {
        for chord in CHORDS {
            let mut harness = Harness::small();
            harness.model.size = size;
            harness.keys(chord.key);
            let pending = harness.model.chord.as_mut().unwrap();
            pending.menu = true;
            let screen = rows(&harness.model);
            assert!(screen.last().unwrap().contains("Esc close"), "{}: {screen:#?}", chord.key);
        }
    }
    // Where the menu lists keys, it is one of them.
    let mut harness = Harness::small();
    for chord in CHORDS {
        harness.keys(chord.key);
        let keys = crate::app::command::which_key(&harness.model);
        assert_eq!(keys.iter().filter(|(key, _)| key == "Esc").count(), 1, "{}", chord.key);
        harness.keys("Esc");
    }
}

#[test]
fn what_can_be_cancelled_says_how_in_one_place() {
    for size in [(160, 40), (120, 36), (92, 24), (91, 24), (80, 24), (60, 16)] {
        let mut harness = Harness::small();
        harness.model.size = size;
        let says = |harness: &Harness| -> (usize, bool) {
            let screen = rows(&harness.model);
            let all: usize = screen.iter().map(|row| row.matches("ctrl-c").count()).sum();
            (all, screen.last().unwrap().starts_with(" ctrl-c cancel "))
        };
        assert_eq!(says(&harness), (0, false));
        harness.keys("* * s r y");
        assert!(harness.model.notice.is_some());
        assert_eq!(says(&harness), (1, true), "{size:?}, while a notice is there");
        harness.model.notice = None;
        assert_eq!(says(&harness), (1, true), "{size:?}, beside the bar");
        harness.keys("ctrl-c");
        assert_eq!(says(&harness), (0, false), "{size:?}, cancelling");
        let mut harness = Harness::small();
        harness.model.size = size;
        harness.keys("W Enter");
        let number = harness.model.saving[0].number;
        harness.send(Message::Saved(number, Saved::Begun));
        assert_eq!(says(&harness), (1, true), "{size:?}, a file");
    }
}

#[test]
fn without_a_sign_for_them_arrows_are_named() {
    for keys in [":", ": d o w n", "?", "f Enter", "T"] {
        let mut harness = Harness::small();
        harness.keys(keys);
        for (ascii, named) in [(false, false), (true, true)] {
            harness.model.settings.ascii = ascii;
            let screen = rows(&harness.model);
            let text = screen.join("\n");
            let arrows = [", Down", "Up Down", "Left Right"].iter().any(|names| text.contains(names));
            assert_eq!(arrows, named, "{keys}: {text}");
            assert_eq!(screen.last().unwrap().contains(['↑', '↓', '←']), !named, "{keys}: {text}");
        }
    }
}

#[test]
fn a_list_that_is_being_opened_says_so_and_counts_all_of_it() {
    let text = |model: &Model| rows(model).join("\n");
    let mut harness = opening(Some(251));
    let early = text(&harness.model);
    for words in ["· opening…", "250/499", "499 of 500", "High 499", "loading…", "▌"] {
        assert!(early.contains(words), "{words}: {early}");
    }
    let whole = text(&harness.begin().model);
    assert!(whole.contains("250/499") && whole.contains("499 of 500"), "{whole}");
    assert!(!whole.contains("opening") && !whole.contains("loading"), "{whole}");
}
