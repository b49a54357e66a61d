//! The palette: every command by name.

use crate::app::command::{COMMANDS, Spec, name};
use crate::app::input::{Edit, Input};
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
            // Where none matches, what is typed stays, to be mended.
            let command = palette.matches.get(palette.chosen).and_then(|at| COMMANDS.get(*at));
            let Some(spec) = command else { return };
            // What only resembles a name may be another one: it is written out, and run by the next Enter.
            if named(palette.input.text()).is_empty() {
                palette.input = Input::new(spec.label);
                return search(palette);
            }
            close(model);
            keys::run(model, spec.command, out);
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

/// Places in the table of commands that match, best first. Only where nothing is [`named`] so: those whose words have these
/// first letters, or a word that lacks one; which of them is meant is to be asked.
pub fn matching(typed: &str) -> Vec<usize> {
    let named = named(typed);
    if named.is_empty() { ranked(typed, |quality| quality == NEARLY) } else { named }
}

/// Those whose name in the config it is, or whose label begins with it, else of which every typed word is a word, begins
/// one, or is in one.
pub fn named(typed: &str) -> Vec<usize> {
    ranked(typed, |quality| quality < NEARLY)
}

fn ranked(typed: &str, is_good: impl Fn(u8) -> bool) -> Vec<usize> {
    let typed = typed.trim().to_lowercase();
    let place = |(at, spec)| Some((quality(spec, &typed).filter(|quality| is_good(*quality))?, at));
    let mut found: Vec<(u8, usize)> = COMMANDS.iter().enumerate().filter_map(place).collect();
    found.sort_by_key(|(quality, _)| *quality);
    found.into_iter().map(|(_, at)| at).collect()
}

/// What is typed is not in it as it stands.
const NEARLY: u8 = 4;

fn quality(spec: &Spec, typed: &str) -> Option<u8> {
    if spec.label.to_lowercase().starts_with(typed) || name(spec.command) == typed {
        return Some(0);
    }
    let text = [spec.label, spec.hint, spec.group.title(), spec.also].join(" ").to_lowercase();
    let words = || typed.split_whitespace();
    let parts = || text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    if words().all(|word| parts().any(|part| part == word)) {
        return Some(1);
    }
    if words().all(|word| parts().any(|part| part.starts_with(word))) {
        return Some(2);
    }
    if words().all(|word| text.contains(word)) {
        return Some(3);
    }
    let initials: String = parts().filter_map(|part| part.chars().next()).collect();
    let nearly =
        typed.len() > 1 && (initials.starts_with(typed) || parts().any(|part| lacks_one(typed, part)));
    nearly.then_some(NEARLY)
}

/// True when one letter behind the first is left out of a word.
fn lacks_one(typed: &str, word: &str) -> bool {
    let rest = |text: &str, at: usize| text.chars().skip(at).collect::<String>();
    let same = typed.chars().zip(word.chars()).take_while(|(one, other)| one == other).count();
    same > 0 && typed.chars().count() + 1 == word.chars().count() && rest(typed, same) == rest(word, same + 1)
}

/// What a shell does and no command here: the begin of its name, and how it is done.
const IN_A_SHELL: [(&str, &str); 3] =
    [("report", "quell report --since 8h"), ("import", "quell import FILE"), ("doctor", "quell doctor")];

/// The shell's command that is meant where none here matches.
pub fn in_a_shell(typed: &str) -> Option<&'static str> {
    let typed = typed.trim().to_lowercase();
    let meant = |(name, _): &&(&str, &str)| typed.len() > 2 && name.starts_with(&typed);
    IN_A_SHELL.iter().find(meant).map(|(_, how)| *how)
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
            ("exit", "Close, or quit"),
            ("qit", "Close, or quit"),
            ("refresh", "Sync now"),
            ("reload", "Sync now"),
            ("search", "Filter as you type"),
            ("rtld", "Repeat the last decision on the next alert"),
            ("logout", ""),
            ("report", ""),
        ] {
            assert_eq!(best(typed), label);
        }
        let said = |at: &usize| COMMANDS[*at].label.to_lowercase().contains("undo");
        assert!(matching("undo").iter().all(said), "no letters in order beside what is named");
        assert_eq!(matching("").len(), COMMANDS.len());
        assert_eq!(matching("zzzz"), Vec::<usize>::new());
    }

    #[test]
    fn what_a_shell_does_is_named() {
        assert_eq!(in_a_shell("Report"), Some("quell report --since 8h"));
        assert_eq!(in_a_shell("rep"), in_a_shell("report"));
        assert_eq!((in_a_shell(""), in_a_shell("reports of mine")), (None, None));
    }
}
