//! Words that no command has: options, where a filter may begin with a minus and they would pass for one, and commands,
//! where files may follow `--file` and they would pass for one of those.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

use crate::domain::SafeStr;
use crate::domain::nearest::nearest;

/// The mistake of the first option that its command does not have, if a filter of that command could pass for it, or of a
/// word in the place of a command that is none; other mistakes are told by clap itself. What stands after `--` is no option.
pub fn find(mut root: Command, words: impl IntoIterator<Item = OsString>) -> Option<Error> {
    root.build();
    let (mut command, mut named) = (&root, false);
    let words: Vec<OsString> = words.into_iter().collect();
    let of_files =
        words.iter().any(|word| word == "--file" || word.as_encoded_bytes().starts_with(b"--file="));
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let word = word.to_string_lossy();
        if word == "--" {
            return None;
        }
        let Some(option) = word.strip_prefix("--") else {
            match command.find_subcommand(&*word) {
                Some(inner) => (command, named) = (inner, true),
                None if !named && !of_files && !word.starts_with('-') => {
                    return Some(no_command(&root, &word));
                }
                None => {}
            }
            continue;
        };
        let (name, has_value) = option.split_once('=').map_or((option, false), |(name, _)| (name, true));
        match command.get_arguments().find(|argument| argument.get_long() == Some(name)) {
            Some(known) if known.get_action().takes_values() && !has_value => drop(words.next()),
            None if command.get_positionals().any(Arg::is_allow_hyphen_values_set) => {
                return Some(mistake(command, name));
            }
            _ => {}
        }
    }
    None
}

/// The mistake of a word that is no command.
pub fn no_command(root: &Command, word: &str) -> Error {
    let known = root.get_subcommands().map(Command::get_name);
    let tip = match nearest(word, known) {
        Some(known) => format!("a similar subcommand exists: '{known}'"),
        None => "`quell --help` lists the commands".to_owned(),
    };
    let words = format!("unrecognized subcommand '{}'\n\n  tip: {tip}", SafeStr(word));
    root.clone().error(ErrorKind::InvalidSubcommand, words)
}

fn mistake(command: &Command, name: &str) -> Error {
    let known = command.get_arguments().filter_map(Arg::get_long);
    let tip = match nearest(name, known) {
        Some(known) => format!("a similar argument exists: '--{known}'"),
        None => "a filter that begins with '--' stands after a '--' of its own".to_owned(),
    };
    let words = format!("unexpected argument '--{}' found\n\n  tip: {tip}", SafeStr(name));
    command.clone().error(ErrorKind::UnknownArgument, words)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::args::Cli;

    fn said(words: &str) -> Option<String> {
        find(Cli::command(), words.split(' ').map(OsString::from)).map(|error| error.to_string())
    }

    #[test]
    fn an_unknown_option_is_no_filter() {
        for (words, tip) in [
            ("list --fromat csv", "--format"),
            ("list --foo", "after a '--'"),
            ("set dismissed --dry-rn", "--dry-run"),
            ("set dismissed * --kep=a --yes", "--keep"),
            ("--profile list count --byy severity", "--by"),
            ("export a.csv --profil x", "--profile"),
            ("view save night --grup resource", "--group"),
        ] {
            let said = said(words).unwrap_or_default();
            assert!(said.contains(tip) && said.contains("unexpected argument"), "{words}: {said}");
        }
    }

    #[test]
    fn a_word_that_is_no_command_is_told_with_the_nearest_that_is() {
        for (word, tip) in [("lst", "'list'"), ("exprot", "'export'"), ("alerts.json", "--help")] {
            let said = no_command(&Cli::command(), word).to_string();
            assert!(said.contains(word) && said.contains(tip), "{said}");
        }
        let told = said("--profile list lst --format ids").unwrap_or_default();
        assert!(told.contains("'lst'") && told.contains("'list'"), "{told}");
        for files in ["--file a.json b.json list --json", "b.json --file=a.json", "help list"] {
            assert_eq!(said(files), None, "{files}");
        }
    }

    #[test]
    fn what_is_an_option_a_value_or_a_filter_passes() {
        for words in [
            "list -resource:vm-test* --format csv",
            "list -- --foo",
            "list --sort -time --limit=3 --json",
            "list --profile --odd",
            "set dismissed --id a b --yes --help",
            "--config set sync --full",
            "sync --foo",
        ] {
            assert_eq!(said(words), None, "{words}");
        }
    }
}
