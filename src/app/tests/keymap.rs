//! Keys of a preset and own keys, in the core: they act, they are shown, and none confirms what it opened.

use std::collections::BTreeMap;

use crate::app::command::{
    self, COMMANDS, Change, Command, Go, Grouping, Mark, Pivot, Related, Respond, Scope, Show,
};
use crate::app::documents;
use crate::app::harness::Harness;
use crate::app::keymap::{Keymap, Preset, build};
use crate::app::message::{Ask, Message};
use crate::app::model::{Overlay, Pane};
use crate::domain::Status;
use crate::domain::query::GroupBy;

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
    let next = [("d".to_owned(), "dismiss"), ("Esc".to_owned(), "close")];
    assert_eq!(command::which_key(&harness.model), next);
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
    assert_eq!(harness.notice(), "queued: resolve 2 alerts; Z takes it back");

    let mut harness = own("mark-last", &["F5"]);
    harness.keys("Space * n");
    assert_eq!(harness.notice(), "1 alert unmarked; F5 brings them back");

    let mut harness = own("dismiss", &["F12"]);
    harness.keys("z r g g");
    let pane = documents::group(&harness.model, 60).unwrap();
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

/// Every command of the table on a chord of a function key, which no default key begins with.
fn all_elsewhere() -> Keymap {
    let seconds = || (0..=9).map(|digit| digit.to_string()).chain((1..=12).map(|f| format!("F{f}")));
    let chords = (1..=11).flat_map(|f| seconds().map(move |second| format!("F{f} {second}")));
    let commands = COMMANDS.iter().map(|spec| spec.command);
    let own = commands.zip(chords).map(|(command, keys)| match command {
        Command::Pivot(Pivot::Entity(_)) => (command::name(command), vec!["F12 a".to_owned()]),
        command => (command::name(command), vec![keys]),
    });
    build(Preset::Default, &own.collect()).unwrap()
}

/// No command of the table but the palette on any key.
fn all_unbound() -> Keymap {
    let own = COMMANDS.iter().filter(|spec| spec.command != Command::Show(Show::Palette));
    build(Preset::Default, &own.map(|spec| (command::name(spec.command), Vec::new())).collect()).unwrap()
}

/// The default keys that are letters and signs.
fn default_keys() -> Vec<Vec<String>> {
    // Words and signs of sentences.
    const WORDS: [&str; 3] = ["a", "-", "="];
    let is_sign = |key: &String| key.chars().count() == 1 && key.parse::<u8>().is_err();
    let keymap = Keymap::default();
    let sequences = keymap.rows().flat_map(|(_, sequences)| sequences);
    let keys = sequences.map(|keys| keys.iter().map(ToString::to_string).collect::<Vec<_>>());
    keys.filter(|keys| keys.iter().all(is_sign) && !WORDS.contains(&keys[0].as_str()) || keys.len() > 1)
        .collect()
}

/// The first of them that a text seems to name.
fn named<'a>(keys: &'a [Vec<String>], text: &str) -> Option<&'a [String]> {
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| word.trim_end_matches([';', ',', ')']).trim_start_matches('('))
        .map(|word| word.strip_suffix([':', '.']).filter(|word| !word.is_empty()).unwrap_or(word))
        .collect();
    let named = |keys: &&Vec<String>| {
        words.windows(keys.len()).any(|window| window == keys.as_slice()) || words.contains(&&*keys.concat())
    };
    keys.iter().find(named).map(Vec::as_slice)
}

#[test]
fn no_notice_names_a_key_that_is_not_in_force() {
    let keys = default_keys();
    let found = |text: &str| named(&keys, text).map(|keys| keys.join(" ")).unwrap_or_default();
    assert_eq!(found("queued: resolve 2 alerts; u takes it back"), "u");
    assert_eq!(found("1 alert unmarked; *l brings them back"), "* l");
    assert_eq!(found("this alert names one entity: p a"), "p a");
    let run = |commands: &[Command]| commands.iter().copied().map(Ask::Run).collect::<Vec<_>>();
    let places = [
        run(&[]),
        run(&[Command::Mark(Mark::All)]),
        run(&[Command::Group(Grouping::By(GroupBy::Resource))]),
        run(&[Command::Respond(Respond::Open)]),
        run(&[Command::Go(Go::Open), Command::Related(Related::Show)]),
    ];
    let (elsewhere, unbound) = (all_elsewhere(), all_unbound());
    let begin = |at: usize| if at == 0 { Harness::new(&[]) } else { Harness::small() };
    let mut starts: Vec<(&Keymap, usize, &[Ask])> = vec![(&elsewhere, 0, &[]), (&unbound, 1, &[])];
    starts.extend(places.iter().map(|place| (&elsewhere, 1, place.as_slice())));
    for (keymap, rows, place) in starts {
        for spec in COMMANDS {
            let mut harness = begin(rows);
            harness.model.settings.keymap = keymap.clone();
            for ask in place.iter().cloned().chain([Ask::Run(spec.command)]) {
                harness.send(Message::Ask(ask));
            }
            // What the command opened says more where it is confirmed, left, or given a text.
            for keys in ["", "y", "Enter", "Esc"] {
                harness.keys(keys);
                assert_eq!(found(harness.notice()), "", "{}: {}", spec.label, harness.notice());
            }
            harness.send(Message::Paste("text".to_owned()));
            assert_eq!(found(harness.notice()), "", "{}: {}", spec.label, harness.notice());
        }
    }
}

#[test]
fn a_command_without_keys_is_named_as_the_palette_finds_it() {
    let mut harness = with(all_unbound());
    harness.send(Message::Ask(Ask::Run(Command::Mark(Mark::All))));
    harness.send(Message::Ask(Ask::Run(Command::Mark(Mark::None))));
    assert_eq!(harness.notice(), "4 alerts unmarked; :mark-last brings them back");
    harness.keys(":").text("mark-last").keys("Enter");
    assert_eq!(harness.marked(), [1, 2, 3, 4]);
}

#[test]
fn the_menu_of_a_chord_names_only_what_is_in_it() {
    let mut harness = own("pivot-menu", &["F9"]);
    harness.keys("p");
    let keys: Vec<String> = command::which_key(&harness.model).into_iter().map(|(keys, _)| keys).collect();
    assert!(!keys.contains(&"Enter".to_owned()) && keys.contains(&"Esc".to_owned()), "{keys:?}");

    let mut harness = own("view-save-7", &["F9"]);
    harness.keys("m");
    assert_eq!(command::which_key(&harness.model)[0], ("5 6 8 9".to_owned(), "save what the list shows"));
    let menu = documents::views::digits(&harness.model, &command::sequence("m"), 60).text();
    assert!(!menu.contains("7  free") && menu.contains("8  free") && menu.contains("m  all views"), "{menu}");
}
