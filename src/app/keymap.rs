//! From keys to commands.

use crate::app::command::{COMMANDS, Command, Scope};
use crate::app::key::Key;

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

/// Looks a key sequence up.
pub fn resolve(scope: Scope, keys: &[Key]) -> Match {
    let mut found = Match::Nothing;
    for spec in COMMANDS.iter().filter(|spec| spec.panes.contains(scope)) {
        for sequence in spec.sequences() {
            if sequence == keys {
                return Match::Command(spec.command);
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
    }
}
