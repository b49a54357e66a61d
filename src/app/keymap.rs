//! From keys to commands.

use crate::app::command::{COMMANDS, Command, Pivot, Scope};
use crate::app::key::{Code, Key};

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

/// Looks a key sequence up.
pub fn resolve(scope: Scope, keys: &[Key]) -> Match {
    let mut found = Match::Nothing;
    for spec in COMMANDS.iter().filter(|spec| spec.panes.contains(scope)) {
        for sequence in spec.sequences() {
            if let Some(command) = as_declared(spec.command, &sequence, keys) {
                return Match::Command(command);
            }
            if sequence.starts_with(keys) {
                found = Match::Prefix;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::command::{By, Narrow, sequence};

    #[test]
    fn sequences_are_commands_beginnings_or_nothing() {
        let list = |keys| resolve(Scope::List, &sequence(keys));
        assert_eq!(list("f r"), Match::Command(Command::Narrow(Narrow::Only(By::Resource))));
        assert_eq!(list("f"), Match::Prefix);
        assert_eq!(list("f x"), Match::Nothing);
        assert_eq!(list("f f f"), Match::Nothing);
        assert_eq!(resolve(Scope::Full, &sequence("f r")), Match::Nothing);
        for (keys, at) in [("p a", 0), ("p b", 1), ("p z", 25)] {
            assert_eq!(list(keys), Match::Command(Command::Pivot(Pivot::Entity(at))));
        }
        assert_eq!(list("p"), Match::Prefix);
        assert_eq!(list("p Enter"), Match::Command(Command::Pivot(Pivot::Menu)));
        for keys in ["p A", "p 1", "p ctrl-a", "f z"] {
            assert_eq!(list(keys), Match::Nothing, "{keys}");
        }
    }
}
