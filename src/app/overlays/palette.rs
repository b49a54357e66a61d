//! The palette: every command by name.

use crate::app::command::{COMMANDS, Spec, name};
use crate::app::input::Edit;
use crate::app::key::{Code, Key};
use crate::app::model::{Model, Overlay, Palette};
use crate::app::overlays::close;
use crate::app::{Effects, keys};

/// Opens it with every command.
pub(in crate::app) fn open(model: &mut Model) {
    let mut palette = Palette::default();
    search(&mut palette);
    model.overlays.push(Overlay::Palette(palette));
}

/// A key.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(Overlay::Palette(palette)) = model.overlays.last_mut() else { return };
    let last = palette.matches.len().saturating_sub(1);
    match (key.code, key.ctrl) {
        (Code::Esc, _) => close(model),
        (Code::Enter, _) => {
            let command = palette.matches.get(palette.chosen).and_then(|at| COMMANDS.get(*at));
            close(model);
            if let Some(spec) = command {
                keys::run(model, spec.command, out);
            }
        }
        (Code::Down | Code::Tab, false) | (Code::Char('n'), true) => {
            palette.chosen = (palette.chosen + 1).min(last);
        }
        (Code::Up | Code::BackTab, false) | (Code::Char('p'), true) => {
            palette.chosen = palette.chosen.saturating_sub(1);
        }
        (Code::PageDown, false) => palette.chosen = (palette.chosen + 10).min(last),
        (Code::PageUp, false) => palette.chosen = palette.chosen.saturating_sub(10),
        _ => {
            if palette.input.handle(key) == Some(Edit::Changed) {
                search(palette);
            }
        }
    }
}

/// Searches for what is typed.
pub(super) fn search(palette: &mut Palette) {
    palette.matches = matching(palette.input.text());
    palette.chosen = 0;
}

/// Places in the table of commands that match, best first: it is the name that the config has for it, or every typed word
/// begins a word of the label, else is in it, else its letters come in that order.
pub fn matching(typed: &str) -> Vec<usize> {
    let typed = typed.trim().to_lowercase();
    let mut found: Vec<(u8, usize)> =
        COMMANDS.iter().enumerate().filter_map(|(at, spec)| Some((quality(spec, &typed)?, at))).collect();
    found.sort_by_key(|(quality, _)| *quality);
    // Letters in order are for where nothing is named better.
    if found.first().is_some_and(|(quality, _)| *quality <= 1) {
        found.retain(|(quality, _)| *quality <= 2);
    }
    found.into_iter().map(|(_, at)| at).collect()
}

fn quality(spec: &Spec, typed: &str) -> Option<u8> {
    let text = format!("{} {} {}", spec.label, spec.hint, spec.group.title()).to_lowercase();
    let words = || typed.split_whitespace();
    let begins = |word: &str| text.split(|c: char| !c.is_alphanumeric()).any(|part| part.starts_with(word));
    if spec.label.to_lowercase().starts_with(typed) || name(spec.command) == typed {
        return Some(0);
    }
    if words().all(begins) {
        return Some(1);
    }
    if words().all(|word| text.contains(word)) {
        return Some(2);
    }
    let mut letters = text.chars();
    let in_order = typed.chars().filter(|c| !c.is_whitespace()).all(|c| letters.any(|letter| letter == c));
    in_order.then_some(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(typed: &str) -> &'static str {
        matching(typed).first().map_or("", |at| COMMANDS[*at].label)
    }

    #[test]
    fn the_best_match_is_first() {
        for (typed, label) in [
            ("dism", "Dismiss, with a reason"),
            ("sort age", "Sort by age (again: reverse)"),
            ("same res", "Mark those on the same resource"),
            ("undo", "Undo the last change, on the server too"),
            ("JSON", "Copy the source's JSON"),
            ("mark-last", "Bring the last marks back"),
            ("suppress-rules", "Suppression rules: show, edit, switch, extend, delete"),
        ] {
            assert_eq!(best(typed), label);
        }
        let said = |at: &usize| COMMANDS[*at].label.to_lowercase().contains("undo");
        assert!(matching("undo").iter().all(said), "no letters in order beside what is named");
        assert_eq!(matching("").len(), COMMANDS.len());
        assert_eq!(matching("zzzz"), Vec::<usize>::new());
    }
}
