//! From keys to commands: the sequences in force and what one of them means.

mod build;
mod preset;

use crate::app::command::{
    CHORDS, COMMANDS, Chord, Command, Pivot, Scope, Spec, name, sequence, show_keys, spec,
};
use crate::app::key::{Code, Key};

pub use build::{KeyMistake, build, is_fragile};
pub use preset::Preset;

/// The keys of a chord so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pending {
    /// The keys pressed.
    pub keys: Vec<Key>,
}

/// What a key sequence means in a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// A command.
    Command(Command),
    /// The beginning of one or more.
    Prefix,
    /// Nothing.
    Nothing,
}

/// The key sequences in force: those of the table of commands, as a preset and the config's own keys change them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    /// In the order of the table of commands.
    sequences: Vec<Vec<Vec<Key>>>,
    /// What to type where there is no screen, in the same order; empty on a screen.
    words: Vec<Option<String>>,
}

impl Default for Keymap {
    fn default() -> Self {
        let sequences = COMMANDS.iter().map(|spec| spec.sequences().collect()).collect();
        Self { sequences, words: Vec::new() }
    }
}

impl Keymap {
    /// Every command with its sequences.
    pub fn rows(&self) -> impl Iterator<Item = (&'static Spec, &[Vec<Key>])> {
        COMMANDS.iter().zip(self.sequences.iter().map(Vec::as_slice))
    }

    /// The commands of a scope with their sequences.
    pub fn in_scope(&self, scope: Scope) -> impl Iterator<Item = (&'static Spec, &[Vec<Key>])> {
        self.rows().filter(move |(spec, _)| spec.panes.contains(scope))
    }

    /// The sequences of a command; none for one that is in the palette only.
    pub fn of(&self, command: Command) -> &[Vec<Key>] {
        self.rows().find(|(spec, _)| spec.command == command).map_or(&[], |(_, sequences)| sequences)
    }

    /// The same keys, but commands are called by words where texts name them.
    #[must_use]
    pub fn in_words(self, word: impl Fn(Command) -> Option<String>) -> Self {
        Self { words: COMMANDS.iter().map(|spec| word(spec.command)).collect(), ..self }
    }

    /// How a text names a command: by its first sequence, where it has none by its name in the palette, and without a
    /// screen by what to type.
    pub fn shown(&self, command: Command) -> String {
        let declared = spec(command).map_or(command, |spec| spec.command);
        let place = COMMANDS.iter().position(|spec| spec.command == declared);
        if let Some(word) = place.and_then(|at| self.words.get(at)?.as_ref()) {
            return in_place(command, word.clone());
        }
        match self.of(declared).first() {
            Some(sequence) if self.words.is_empty() => in_place(command, show_keys(sequence)),
            Some(sequence) => format!("press {}", in_place(command, show_keys(sequence))),
            None => format!(":{}", name(command)),
        }
    }

    /// How a text names the keys with which several commands begin, each once: `f F`.
    pub fn begun(&self, commands: &[Command]) -> String {
        let mut begun: Vec<String> = Vec::new();
        for command in commands {
            let shown = self.shown(*command);
            let first = shown.split(' ').next().unwrap_or_default();
            if !begun.iter().any(|known| known == first) {
                begun.push(first.to_owned());
            }
        }
        begun.join(" ")
    }

    /// The keys that lead from what was typed of a chord to a command; none when it does not begin so.
    pub fn rest(&self, command: Command, typed: &[Key]) -> Option<String> {
        let rests = self.of(command).iter().filter_map(|keys| keys.strip_prefix(typed));
        rests.filter(|rest| !rest.is_empty()).map(show_keys).next()
    }

    /// The same for the middle of a sentence: letters stand together, as `*l`.
    pub fn said(&self, command: Command) -> String {
        let shown = self.shown(command);
        let letters = shown.split(' ').all(|key| key.chars().count() == 1);
        if letters { shown.replace(' ', "") } else { shown }
    }

    /// What a first key that waits for another is called: as the chord of the table that has most of its commands.
    pub fn chord(&self, scope: Scope, first: Key) -> Option<&'static Chord> {
        let begun: Vec<&Spec> = self
            .in_scope(scope)
            .filter(|(_, sequences)| {
                sequences.iter().any(|keys| keys.len() > 1 && keys.first() == Some(&first))
            })
            .map(|(spec, _)| spec)
            .collect();
        let members = |chord: &Chord| begun.iter().filter(|spec| spec.begins(chord.key)).count();
        CHORDS.iter().rev().filter(|chord| members(chord) > 0).max_by_key(|chord| members(chord))
    }

    /// The first keys that wait for another in a scope, each once.
    pub fn chords(&self, scope: Scope) -> Vec<Key> {
        let mut firsts: Vec<Key> = Vec::new();
        for keys in self.in_scope(scope).flat_map(|(_, sequences)| sequences).filter(|keys| keys.len() > 1) {
            if let Some(first) = keys.first().filter(|first| !firsts.contains(first)) {
                firsts.push(*first);
            }
        }
        firsts
    }

    /// Looks a key sequence up.
    pub fn resolve(&self, scope: Scope, keys: &[Key]) -> Match {
        let mut found = Match::Nothing;
        for (spec, sequences) in self.in_scope(scope) {
            for sequence in sequences {
                if let Some(command) = as_declared(spec.command, sequence, keys) {
                    return Match::Command(command);
                }
                if sequence.starts_with(keys) {
                    found = Match::Prefix;
                }
            }
        }
        found
    }
}

impl Spec {
    /// True when one of its keys in the table begins with a chord's.
    fn begins(&self, chord: &str) -> bool {
        self.keys.iter().any(|keys| keys.split_once(' ').is_some_and(|(first, _)| first == chord))
    }
}

/// The command of a key sequence, where it is the table's. An entity's letter stands for each of them: `p b` is `p a` for
/// the second.
fn as_declared(command: Command, sequence: &[Key], keys: &[Key]) -> Option<Command> {
    let (Some((last, before)), Command::Pivot(Pivot::Entity(0))) = (keys.split_last(), command) else {
        return (sequence == keys).then_some(command);
    };
    let (first, chord) = sequence.split_last()?;
    let (Some(Code::Char(letter @ 'a'..='z')), Code::Char(a)) = (last.unmodified(), first.code) else {
        return None;
    };
    (before == chord).then_some(Command::Pivot(Pivot::Entity(letter as u8 - a as u8)))
}

/// What names the first entity, for the one that is meant: it ends with the letter.
fn in_place(command: Command, mut first: String) -> String {
    if let Command::Pivot(Pivot::Entity(at)) = command
        && first.pop().is_some()
    {
        first.push(char::from(b'a' + at.min(25)));
    }
    first
}

/// A sequence as the config writes it; none when one of its keys is none.
fn parsed(text: &str) -> Option<Vec<Key>> {
    let keys: Vec<Key> = sequence(text);
    (!keys.is_empty() && keys.len() == text.split_whitespace().count()).then_some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::command::{By, Narrow};

    #[test]
    fn sequences_are_commands_beginnings_or_nothing() {
        let keymap = Keymap::default();
        let list = |keys| keymap.resolve(Scope::List, &sequence(keys));
        assert_eq!(list("f r"), Match::Command(Command::Narrow(Narrow::Only(By::Resource))));
        assert_eq!(list("f"), Match::Prefix);
        assert_eq!(list("f x"), Match::Nothing);
        assert_eq!(list("f f f"), Match::Nothing);
        assert_eq!(keymap.resolve(Scope::Full, &sequence("f r")), Match::Nothing);
        for (keys, at) in [("p a", 0), ("p b", 1), ("p z", 25)] {
            assert_eq!(list(keys), Match::Command(Command::Pivot(Pivot::Entity(at))));
        }
        assert_eq!(list("p"), Match::Prefix);
        assert_eq!(list("p Enter"), Match::Command(Command::Pivot(Pivot::Menu)));
        for keys in ["p A", "p 1", "p ctrl-a", "f z"] {
            assert_eq!(list(keys), Match::Nothing, "{keys}");
        }
    }

    #[test]
    fn a_chord_is_called_after_its_commands() {
        let hint = |keymap: &Keymap, key| keymap.chord(Scope::List, Key::char(key)).map(|chord| chord.hint);
        for chord in CHORDS {
            let first = Key::parse(chord.key).unwrap();
            let named = Scope::ALL.iter().find_map(|scope| Keymap::default().chord(*scope, first));
            assert_eq!(named.map(|chord| chord.hint), Some(chord.hint));
        }
        let own = [("filter-only-resource".to_owned(), vec!["e r".to_owned()])].into();
        let keymap = build(Preset::Default, &own).unwrap();
        assert_eq!(hint(&keymap, 'e'), hint(&keymap, 'f'));
        assert_eq!(hint(&keymap, 'j'), None);
    }
}
