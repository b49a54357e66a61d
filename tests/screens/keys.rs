//! Own keys: what a screen says of keys is what they are.

use quell::app;
use quell::app::command::{COMMANDS, Command, Pivot, name};
use quell::app::keymap::{Keymap, Preset, build};
use quell::app::message::Message;
use quell::ui::theme::Theme;

use crate::drawn;
use crate::fixture::now;
use crate::scenes::SCENES;

/// Every command on a chord of a function key, which no default key begins with.
fn elsewhere() -> Keymap {
    let seconds = || (0..=9).map(|digit| digit.to_string()).chain((1..=12).map(|f| format!("F{f}")));
    let chords = (1..=11).flat_map(|f| seconds().map(move |second| format!("F{f} {second}")));
    let own = COMMANDS.iter().zip(chords).map(|(spec, keys)| match spec.command {
        Command::Pivot(Pivot::Entity(_)) => (name(spec.command), vec!["F12 a".to_owned()]),
        command => (name(command), vec![keys]),
    });
    build(Preset::Default, &own.collect()).unwrap()
}

/// A default key that stands in a line, of those that look like no other word or sign of a screen.
fn default_key(line: &str) -> Option<&str> {
    const KEYS: &str = "R S E U T V W Y G & ? @ u w q p r o x v z *l Space Backspace Tab";
    let mut words = line.split(' ').map(|word| word.trim_matches(['(', ')', ',', ';', '.', ':', '│']));
    words.find(|word| KEYS.split(' ').any(|key| key == *word))
}

/// In every scene in which the keys of commands work: no prompt lies over it, and nothing is being typed.
#[test]
fn no_screen_names_a_key_that_is_not_in_force() {
    assert_eq!(default_key("as of 23 Nov 14:50:00; R asks again"), Some("R"));
    let mut seen = 0;
    for (scene, build) in SCENES {
        for size in [(120, 36), (80, 24), (60, 16)] {
            let mut model = build(size);
            let typing = model.filter.editing || model.chord.is_some() || model.first_run.is_some();
            if typing || !model.overlays.is_empty() {
                continue;
            }
            model.settings.keymap = elsewhere();
            // Notices are of the time before; texts are laid out anew.
            model.notice = None;
            app::update(&mut model, Message::Resize(size.0, size.1), now());
            let terminal = drawn(&model, Theme::SIXTEEN);
            let screen = terminal.backend().buffer();
            for y in 0..size.1 {
                let line: String = (0..size.0).map(|x| screen[(x, y)].symbol()).collect();
                assert_eq!(default_key(&line), None, "{scene} at {size:?}: {line}");
                seen += usize::from(line.contains(" F"));
            }
        }
    }
    assert!(seen > 100, "keys are seen in {seen} lines");
}
