//! What a typed line says, by itself: a number, a word with what follows it, a filter, a command's name, or keys.

use crate::app::command::{Scope, sequence};
use crate::app::key::Key;
use crate::app::keymap::{Keymap, Match};
use crate::plain::words::{self, Verb, Word};

/// What a line says.
#[derive(Debug, Clone)]
pub enum Line<'a> {
    /// Nothing.
    Empty,
    /// A number.
    Number(usize),
    /// A word, and what follows it.
    Word(&'static Word, &'a str),
    /// A filter.
    Filter(&'a str),
    /// The name of a command; empty to be asked for it.
    Name(&'a str),
    /// Keys of the screen that mean something, or could.
    Keys(Vec<Key>),
    /// None of these.
    Unknown(&'a str),
}

/// Reads a line. Words come before keys: `l` lists, and is not the key that goes to the pane on the right.
pub fn read<'a>(line: &'a str, scope: Scope, keymap: &Keymap) -> Line<'a> {
    let line = line.trim();
    if line.is_empty() {
        return Line::Empty;
    }
    if let Ok(number) = line.parse() {
        return Line::Number(number);
    }
    if let Some(filter) = line.strip_prefix('/') {
        return Line::Filter(filter.trim());
    }
    if let Some(name) = line.strip_prefix(':') {
        return Line::Name(name.trim());
    }
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    if let Some(word) = words::find(first) {
        return Line::Word(word, rest.trim());
    }
    match keys(line, scope, keymap) {
        Some(keys) => Line::Keys(keys),
        None => Line::Unknown(line),
    }
}

/// True for a line whose answer does not hang on which alerts there are.
pub fn needs_no_list(line: &str) -> bool {
    let line = line.trim();
    let verb = words::find(first(line).0).map(|word| word.verb);
    line.is_empty() || matches!(verb, Some(Verb::Here | Verb::Help | Verb::Quit))
}

/// The keys that a text names, parted by blanks or not, if they are or begin a command here.
fn keys(text: &str, scope: Scope, keymap: &Keymap) -> Option<Vec<Key>> {
    let apart: Vec<&str> = text.split_whitespace().collect();
    let named = sequence(text);
    let whole = (named.len() == apart.len()).then_some(named);
    let letters = || (text.chars().count() <= 3).then(|| text.chars().map(Key::char).collect());
    let means = |keys: &Vec<Key>| !matches!(keymap.resolve(scope, keys), Match::Nothing);
    whole.filter(means).or_else(|| letters().filter(means))
}

/// Numbers and ranges: `1-5 7,9`. Each once, in their order.
///
/// # Errors
/// In words, when something is no number.
pub fn numbers(text: &str) -> Result<Vec<usize>, String> {
    /// A range may be so long.
    const MOST: usize = 100_000;
    let mut found = Vec::new();
    for part in text.split([' ', ',', ';']).filter(|part| !part.is_empty()) {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let number = |text: &str| {
            text.parse::<usize>().map_err(|_| format!("\"{part}\" is no number; write 3, or 1-5, or 1-5 7"))
        };
        let (from, to) = (number(from)?, number(to)?);
        if from > to || to - from > MOST {
            return Err(format!("\"{part}\" is no range: the smaller number comes first"));
        }
        found.extend(from..=to);
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|number| seen.insert(*number));
    Ok(found)
}

/// The first word of a text and the rest.
pub fn first(text: &str) -> (&str, &str) {
    let text = text.trim();
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (first, rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> String {
        match read(line, Scope::List, &Keymap::default()) {
            Line::Empty => "empty".to_owned(),
            Line::Number(number) => format!("number {number}"),
            Line::Word(word, rest) => format!("word {}|{rest}", word.names[0]),
            Line::Filter(text) => format!("filter {text}"),
            Line::Name(text) => format!("name {text}"),
            Line::Keys(keys) => format!("keys {}", crate::app::command::show_keys(&keys)),
            Line::Unknown(text) => format!("unknown {text}"),
        }
    }

    #[test]
    fn words_come_before_keys() {
        for (line, meaning) in [
            ("", "empty"),
            ("  3 ", "number 3"),
            ("l", "word list|"),
            ("LIST 2", "word list|2"),
            ("mark 1-5  7", "word mark|1-5  7"),
            ("/severity:high", "filter severity:high"),
            (":sort by age", "name sort by age"),
            (":", "name "),
            ("f r", "keys f r"),
            ("fr", "keys f r"),
            ("*l", "keys * l"),
            ("* *", "keys * *"),
            ("s", "keys s"),
            ("PgDn", "keys PgDn"),
            ("E", "keys E"),
            ("q", "keys q"),
            ("frobnicate", "unknown frobnicate"),
            ("zz top", "unknown zz top"),
        ] {
            assert_eq!(said(line), meaning, "{line:?}");
        }
    }

    #[test]
    fn numbers_are_read_in_every_spelling() {
        for (text, found) in [
            ("", Ok(vec![])),
            ("3", Ok(vec![3])),
            ("1-5 7", Ok(vec![1, 2, 3, 4, 5, 7])),
            ("7,1-2, 2", Ok(vec![7, 1, 2])),
        ] {
            assert_eq!(numbers(text), found, "{text}");
        }
        for bad in ["x", "5-1", "1-", "-2", "1-999999999", "1 2x"] {
            assert!(numbers(bad).is_err(), "{bad}");
        }
    }
}
