//! Keys of a preset and own keys, in the core: they act, they are shown, and none confirms what it opened.

use std::collections::BTreeMap;

use crate::app::command::{self, Change, Command, Scope};
use crate::app::documents;
use crate::app::harness::Harness;
use crate::app::keymap::{Keymap, Preset, build};
use crate::app::model::{Overlay, Pane};
use crate::domain::Status;

fn with(keymap: Keymap) -> Harness {
    let mut harness = Harness::small();
    harness.model.settings.keymap = keymap;
    harness
}

fn preset(preset: Preset) -> Harness {
    with(build(preset, &BTreeMap::new()).unwrap())
}

fn own(command: &str, keys: &[&str]) -> Harness {
    let keys = keys.iter().map(|keys| (*keys).to_owned()).collect();
    with(build(Preset::Default, &[(command.to_owned(), keys)].into()).unwrap())
}

#[test]
fn a_preset_decides_what_keys_do() {
    let mut harness = preset(Preset::Sguil);
    harness.keys("F8");
    assert!(matches!(harness.model.overlays.last(), Some(Overlay::Confirm(_))));
    harness.keys("Esc F9");
    assert_eq!(harness.submitted().last().and_then(|change| change.status), Some(Status::InProgress));

    let mut harness = preset(Preset::Gmail);
    harness.keys("o");
    assert_eq!(harness.model.focus, Pane::Full);
    harness.keys("u x * a");
    assert_eq!((harness.model.focus, harness.marked()), (Pane::List, vec![1, 2, 3, 4]));
    harness.keys("g d");
    assert_eq!(harness.shown(), [5]);
    harness.keys("E");
    harness.keys("d");
    assert!(harness.notice().contains("d is not a key here"), "{}", harness.notice());
}

#[test]
fn what_is_shown_of_the_keys_is_what_they_are() {
    let mut harness = own("dismiss", &["F12", "e d"]);
    harness.model.size = (200, 40);
    let hints = command::hints(&harness.model);
    assert!(hints.contains(&("F12".to_owned(), "dismiss")), "{hints:?}");
    let help = command::help(&harness.model.settings.keymap, Scope::List);
    let rows: Vec<&(String, &str)> = help.iter().flat_map(|help| &help.rows).collect();
    assert!(rows.contains(&&("F12, e d".to_owned(), "Dismiss, with a reason")), "{rows:?}");
    harness.keys("e");
    assert_eq!(command::which_key(&harness.model), [("d".to_owned(), "dismiss")]);
}

#[test]
fn the_key_of_help_is_named_where_help_is_offered() {
    let mut harness = own("help", &["F1"]);
    harness.keys("Z");
    assert_eq!(harness.notice(), "Z is not a key here; F1 shows the keys");
}

/// In this preset `u` leads back: a notice that said so of undo would mislead.
#[test]
fn notices_name_the_keys_in_force() {
    let mut harness = preset(Preset::Gmail);
    harness.keys("x x e y");
    assert_eq!(harness.notice(), "queued: resolve 2 alerts; Z undoes");

    let mut harness = own("mark-last", &["F5"]);
    harness.keys("Space * n");
    assert_eq!(harness.notice(), "1 alert unmarked; F5 brings them back");

    let mut harness = own("dismiss", &["F12"]);
    harness.keys("z r g g");
    let pane = documents::group(&harness.model, 40).unwrap();
    assert!(pane.text().contains("F12 s a change all of them, after a confirm"), "{}", pane.text());
}

/// Whatever the keys are: what opens a prompt does not answer it. The menu of statuses is none: Enter chooses there.
#[test]
fn no_key_of_a_preset_confirms_what_it_opened() {
    for one in Preset::ALL {
        let keymap = build(one, &BTreeMap::new()).unwrap();
        let menu = Command::Change(Change::Menu);
        for (spec, sequences) in keymap.rows().filter(|(spec, _)| spec.command != menu) {
            for keys in sequences {
                let keys = command::show_keys(keys);
                let mut harness = with(keymap.clone());
                harness.keys("* *").keys(&keys);
                let before = harness.submitted().len();
                harness.keys(&keys);
                assert_eq!(harness.submitted().len(), before, "{one}: {keys} ({})", spec.label);
            }
        }
    }
}
