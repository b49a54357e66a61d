//! The keys in force, from a preset and the config's own keys; and what would be wrong with them.

use std::collections::BTreeMap;

use super::{Keymap, Preset, parsed};
use crate::app::command::{COMMANDS, Command, Pivot, Show, Spec, name, show_keys};
use crate::app::key::{Code, Key};
use crate::domain::nearest::nearest;

/// The most keys of a sequence.
const LONGEST: usize = 3;

/// What is wrong with own keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMistake {
    /// The command's name, as the config has it.
    pub command: String,
    /// Which of its sequences, from 0; none for all of them, and for the name itself.
    pub which: Option<usize>,
    /// What is wrong, and what to do.
    pub message: String,
}

/// Puts a preset and own keys into force. A command's own keys take the place of its others; the arrows, Enter and Esc
/// keep their meaning, so that everything stays within reach.
///
/// # Errors
/// Everything that is wrong, in the order of the commands' names: a name that is none, a key that is none, a key that may
/// not arrive and is a command's only one, two commands with one key.
pub fn build(preset: Preset, own: &BTreeMap<String, Vec<String>>) -> Result<Keymap, Vec<KeyMistake>> {
    let mut draft = Draft { keymap: Keymap::default(), own: BTreeMap::new(), mistakes: Vec::new() };
    for (command, keys) in preset.rows() {
        if let Some(at) = place(command) {
            draft.keymap.sequences[at] = keys.iter().filter_map(|keys| parsed(keys)).collect();
        }
    }
    for (command, keys) in own {
        draft.set(command, keys);
    }
    draft.clashes();
    if draft.mistakes.is_empty() { Ok(draft.keymap) } else { Err(draft.mistakes) }
}

/// A command's place in the table, by its name.
fn place(command: &str) -> Option<usize> {
    COMMANDS.iter().position(|spec| name(spec.command) == command)
}

struct Draft {
    keymap: Keymap,
    /// The places of commands with own keys, with the number of each sequence in the config.
    own: BTreeMap<usize, Vec<usize>>,
    mistakes: Vec<KeyMistake>,
}

impl Draft {
    fn wrong(&mut self, command: &str, which: Option<usize>, message: impl Into<String>) {
        self.mistakes.push(KeyMistake { command: command.to_owned(), which, message: message.into() });
    }

    /// A command's own keys.
    fn set(&mut self, command: &str, keys: &[String]) {
        let Some((at, spec)) = place(command).and_then(|at| Some((at, COMMANDS.get(at)?))) else {
            let names: Vec<String> = COMMANDS.iter().map(|spec| name(spec.command)).collect();
            let meant = nearest(command, names.iter().map(String::as_str));
            let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
            return self.wrong(command, None, format!("there is no command `{command}`{meant}"));
        };
        let mut sequences: Vec<Vec<Key>> = Vec::new();
        let mut numbers = Vec::new();
        for (which, text) in keys.iter().enumerate() {
            match checked(spec, text) {
                Ok(sequence) if sequences.contains(&sequence) => {}
                Ok(sequence) => {
                    sequences.push(sequence);
                    numbers.push(which);
                }
                Err(message) => self.wrong(command, Some(which), message),
            }
        }
        if numbers.len() < keys.len() && sequences.is_empty() {
            return;
        }
        if let [only] = sequences.as_slice()
            && let Some(key) = only.iter().copied().find(|key| is_fragile(*key))
        {
            self.wrong(command, None, fragile(command, key));
        } else if !sequences.is_empty()
            && sequences.iter().all(|keys| keys.iter().any(|key| is_fragile(*key)))
        {
            let key = sequences.iter().flatten().copied().find(|key| is_fragile(*key));
            self.wrong(command, None, key.map(|key| fragile(command, key)).unwrap_or_default());
        }
        let fixed = spec.sequences().filter(|keys| matches!(keys.as_slice(), [key] if is_fixed(*key)));
        for keys in fixed {
            if !sequences.contains(&keys) {
                sequences.push(keys);
            }
        }
        if sequences.is_empty() && spec.command == Command::Show(Show::Palette) {
            self.wrong(
                command,
                None,
                "the palette needs a key: every other command can be reached through it",
            );
        }
        self.keymap.sequences[at] = sequences;
        self.own.insert(at, numbers);
    }

    /// Two commands of a scope with one key, or with a key that is the beginning of the other's. Each is told once for a
    /// sequence of the config: a chord has many keys.
    fn clashes(&mut self) {
        let mut found: Vec<KeyMistake> = Vec::new();
        for (at, numbers) in &self.own {
            let Some(spec) = COMMANDS.get(*at) else { continue };
            for (nth, keys) in self.keymap.sequences[*at].iter().enumerate() {
                let clash = self.keymap.rows().enumerate().find_map(|(other, (spec_of, sequences))| {
                    // Of two with own keys the later one is told.
                    let told = self.own.contains_key(&other) && other > *at;
                    let apart = other == *at || told || !spec.panes.overlaps(spec_of.panes);
                    if apart {
                        return None;
                    }
                    let others = sequences.iter().find(|others| clash(spec, keys, spec_of, others))?;
                    Some((spec_of, others.clone()))
                });
                if let Some((other, others)) = clash {
                    found.push(KeyMistake {
                        command: name(spec.command),
                        which: numbers.get(nth).copied(),
                        message: said(spec, keys, other, &others),
                    });
                }
            }
        }
        self.mistakes.extend(found);
        self.mistakes.extend(self.within());
    }

    /// Sequences of one command of which one hides another.
    fn within(&self) -> Vec<KeyMistake> {
        let mut found = Vec::new();
        for (at, numbers) in &self.own {
            let Some(spec) = COMMANDS.get(*at) else { continue };
            let sequences = &self.keymap.sequences[*at];
            for (nth, keys) in sequences.iter().enumerate() {
                let hidden =
                    sequences.iter().find(|others| others.len() > keys.len() && others.starts_with(keys));
                if let Some(hidden) = hidden {
                    found.push(KeyMistake {
                        command: name(spec.command),
                        which: numbers.get(nth).copied(),
                        message: format!("`{}` hides `{}`", show_keys(keys), show_keys(hidden)),
                    });
                }
            }
        }
        found
    }
}

/// A sequence as it may be bound to a command.
fn checked(spec: &Spec, text: &str) -> Result<Vec<Key>, String> {
    let mut keys = Vec::new();
    for word in text.split_whitespace() {
        keys.push(key(word)?);
    }
    if keys.is_empty() {
        return Err("expected a key, such as \"d\", \"ctrl-d\", \"F8\" or \"s d\"".to_owned());
    }
    if keys.len() > LONGEST {
        return Err(format!("`{text}` has {} keys; expected {LONGEST} at most", keys.len()));
    }
    if keys.len() > 1 && keys.contains(&Key::plain(Code::Esc)) {
        return Err("Esc leaves a chord: it cannot be part of one".to_owned());
    }
    if asks(spec.command) && keys.contains(&Key::char('y')) {
        return Err(format!(
            "`y` says Yes in the prompt that `{}` opens: the key that opens a prompt must not confirm it",
            name(spec.command)
        ));
    }
    let lettered = keys.len() > 1 && keys.last() == Some(&Key::char('a'));
    if spec.command == Command::Pivot(Pivot::Entity(0)) && !lettered {
        return Err("expected a chord that ends with `a`, such as \"p a\": it stands for a to z".to_owned());
    }
    Ok(keys)
}

/// Reads one key of the config.
fn key(word: &str) -> Result<Key, String> {
    let lower = word.to_lowercase();
    if lower.starts_with("alt-") || lower.starts_with("m-") && word.len() > 2 {
        return Err(format!("`{word}`: Alt does not survive SSH and multiplexers; take another key"));
    }
    let arrows = ["up", "down", "left", "right", "↑", "↓", "←", "→"];
    let shifted = lower.strip_prefix("shift-").or_else(|| lower.strip_prefix("s-"));
    if shifted.is_some_and(|arrow| arrows.contains(&arrow)) {
        return Err(format!(
            "`{word}`: shifted arrows do not survive SSH and multiplexers; take another key"
        ));
    }
    let key = Key::parse(word).ok_or_else(|| {
        format!("`{word}` is no key; expected a character, Space, Enter, Tab, Home, PgDn, Del, F1 to F12, or ctrl- and a letter")
    })?;
    match key {
        Key { ctrl: true, code: Code::Char('c') } => {
            Err("ctrl-c always cancels; take another key".to_owned())
        }
        Key { ctrl: true, code: Code::Char('z') } => {
            Err("ctrl-z always suspends; take another key".to_owned())
        }
        key => Ok(key),
    }
}

/// Commands that may open a prompt which `y` confirms: all but those that are known to open none.
fn asks(command: Command) -> bool {
    !matches!(
        command,
        Command::Move(_)
            | Command::Go(_)
            | Command::Mark(_)
            | Command::Narrow(_)
            | Command::Sort(_)
            | Command::View(_)
            | Command::Copy(_)
            | Command::Pivot(_)
            | Command::Related(_)
            | Command::Show(_)
    )
}

/// Keys that keep their meaning, whatever else is bound.
fn is_fixed(key: Key) -> bool {
    !key.ctrl
        && matches!(key.code, Code::Up | Code::Down | Code::Left | Code::Right | Code::Enter | Code::Esc)
}

/// Keys that a terminal, a multiplexer or SSH may swallow, or send as another one.
pub fn is_fragile(key: Key) -> bool {
    const CONTROLS: [char; 12] = ['s', 'q', 'z', '\\', ' ', 'a', 'b', 'h', 'i', 'j', 'm', '['];
    match key {
        Key { ctrl: true, code: Code::Char(c) } => CONTROLS.contains(&c) || c == 'c',
        Key { code, .. } => code == Code::Char('~'),
    }
}

fn fragile(command: &str, key: Key) -> String {
    format!("`{key}` may not arrive over SSH, tmux or screen: `{command}` needs another key beside it")
}

/// Whether two commands would want the same keys. The letters of a pivot are keys, too.
fn clash(spec: &Spec, keys: &[Key], other: &Spec, others: &[Key]) -> bool {
    let entity = Command::Pivot(Pivot::Entity(0));
    let lettered = |spec: &Spec, own: &[Key], keys: &[Key]| {
        let Some((_, chord)) = own.split_last().filter(|_| spec.command == entity) else { return false };
        let letter = keys.get(chord.len()).and_then(|key| key.unmodified());
        keys.starts_with(chord) && matches!(letter, Some(Code::Char('a'..='z')))
    };
    keys.starts_with(others)
        || others.starts_with(keys)
        || lettered(spec, keys, others)
        || lettered(other, others, keys)
}

fn said(spec: &Spec, keys: &[Key], other: &Spec, others: &[Key]) -> String {
    let (one, two) = (name(spec.command), name(other.command));
    if keys == others {
        let fixed = matches!(keys, [key] if is_fixed(*key));
        let advice = if fixed { "it cannot be taken from there" } else { "give one of them another key" };
        return format!(
            "`{}` is the key of `{one}` and of `{two}` ({}); {advice}",
            show_keys(keys),
            other.label
        );
    }
    let (short, long) = if keys.len() <= others.len() {
        ((&one, keys), (&two, others))
    } else {
        ((&two, others), (&one, keys))
    };
    format!(
        "`{}` of `{}` hides `{}` of `{}`; give one of them another key",
        show_keys(short.1),
        short.0,
        show_keys(long.1),
        long.0,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::command::{App, Change, Go, Scope, sequence};
    use crate::app::keymap::Match;
    use crate::domain::Status;

    fn own(rows: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
        rows.iter()
            .map(|(name, keys)| ((*name).to_owned(), keys.iter().map(|keys| (*keys).to_owned()).collect()))
            .collect()
    }

    #[test]
    fn every_preset_obeys_the_rules_of_own_keys() {
        for preset in Preset::ALL {
            let rows: BTreeMap<String, Vec<String>> = own(preset.rows());
            assert_eq!(rows.len(), preset.rows().len(), "{preset} has a command twice");
            let built =
                build(Preset::Default, &rows).unwrap_or_else(|mistakes| panic!("{preset}: {mistakes:#?}"));
            assert_eq!(build(preset, &BTreeMap::new()), Ok(built), "{preset}");
        }
    }

    #[test]
    fn own_keys_take_the_place_of_the_others_and_the_arrows_stay() {
        let keymap = build(Preset::Sguil, &own(&[("down", &["n"]), ("dismiss", &["F12", "s d"])])).unwrap();
        let list = |keys| keymap.resolve(Scope::List, &sequence(keys));
        let dismiss = Command::Change(Change::Set(Status::Dismissed));
        assert_eq!(
            (list("F12"), list("d"), list("F8")),
            (Match::Command(dismiss), Match::Nothing, Match::Nothing)
        );
        assert_eq!(list("n"), list("↓"));
        assert_eq!(list("j"), Match::Nothing);
        assert_eq!(keymap.shown(dismiss), "F12");
    }

    #[test]
    fn each_kind_of_mistake_is_told_with_its_place() {
        for (rows, command, which, part) in [
            (
                &[("dismis", &["d"][..])][..],
                "dismis",
                None,
                "there is no command `dismis`; did you mean `dismiss`?",
            ),
            (&[("note", &["c", "foo"])], "note", Some(1), "`foo` is no key; expected a character"),
            (&[("note", &[""])], "note", Some(0), "expected a key, such as"),
            (&[("note", &["a b c e"])], "note", Some(0), "`a b c e` has 4 keys; expected 3 at most"),
            (&[("note", &["alt-n"])], "note", Some(0), "Alt does not survive"),
            (&[("note", &["shift-Up"])], "note", Some(0), "shifted arrows"),
            (&[("note", &["ctrl-c"])], "note", Some(0), "ctrl-c always cancels"),
            (&[("note", &["e Esc"])], "note", Some(0), "Esc leaves a chord"),
            (&[("note", &["ctrl-b"])], "note", None, "`ctrl-b` may not arrive over SSH"),
            (&[("note", &["~", "ctrl-a"])], "note", None, "needs another key beside it"),
            (&[("dismiss", &["y"])], "dismiss", Some(0), "`y` says Yes in the prompt that `dismiss` opens"),
            (&[("undo", &["e y"])], "undo", Some(0), "`y` says Yes"),
            (
                &[("dismiss", &["e", "x"])],
                "dismiss",
                Some(1),
                "`x` is the key of `dismiss` and of `mark-toggle` (Mark",
            ),
            (&[("note", &["Enter"])], "note", Some(0), "it cannot be taken from there"),
            (
                &[("dismiss", &["f"])],
                "dismiss",
                Some(0),
                "`f` of `dismiss` hides `f s` of `filter-only-status`",
            ),
            (&[("note", &["j j"])], "note", Some(0), "`j` of `down` hides `j j` of `note`"),
            (&[("note", &["e", "e e"])], "note", Some(0), "`e` hides `e e`"),
            (&[("note", &["p q"])], "note", Some(0), "`p q` of `note`"),
            (&[("pivot-entity", &["e b"])], "pivot-entity", Some(0), "a chord that ends with `a`"),
            (&[("palette", &[])], "palette", None, "the palette needs a key"),
        ] {
            let mistakes = build(Preset::Default, &own(rows)).unwrap_err();
            let [only] = mistakes.as_slice() else { panic!("{rows:?}: {mistakes:#?}") };
            assert_eq!((only.command.as_str(), only.which), (command, which), "{rows:?}");
            assert!(only.message.contains(part), "{rows:?}: {}", only.message);
        }
    }

    #[test]
    fn two_own_keys_that_clash_are_told_once() {
        let mistakes = build(Preset::Default, &own(&[("note", &["e"]), ("assign", &["e"])])).unwrap_err();
        assert_eq!(mistakes.len(), 1, "{mistakes:#?}");
        assert!(mistakes[0].message.contains("`note`") && mistakes[0].message.contains("`assign`"));
    }

    #[test]
    fn a_command_may_lose_its_keys_and_another_take_them() {
        let keymap = build(Preset::Default, &own(&[("link", &[]), ("open", &["o"])])).unwrap();
        assert_eq!(keymap.resolve(Scope::List, &sequence("o")), Match::Command(Command::Go(Go::Open)));
        assert_eq!(keymap.resolve(Scope::List, &sequence("Enter")), Match::Command(Command::Go(Go::Open)));
        assert_eq!(keymap.shown(Command::App(App::Suspend)), ":suspend");
    }
}
