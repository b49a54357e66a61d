//! Reads a config and finds every mistake in it, not just the first.

use std::ops::Range;

use serde::Deserialize as _;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use super::explain::explain;
use super::{Config, filter_text};
use crate::azure::{Cloud, SignInKind};

/// Mistakes that are told at once.
const MOST: usize = 20;

/// A mistake: where it is, what was found and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What was found and what was expected.
    pub message: String,
}

impl Mistake {
    fn at(text: &str, byte: usize, message: impl Into<String>) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
            message: message.into(),
        }
    }
}

/// The config, or its mistakes in the order of the file.
pub(super) fn read(text: &str) -> Result<Config, Vec<Mistake>> {
    let start = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
    let whole = DeTable::parse(text)
        .map_err(|error| vec![Mistake::at(text, start(&error), explain(error.message()))])?;
    // What is wrong is told and taken out, until the rest can be read.
    let mut tree = whole.clone();
    let mut found = Vec::new();
    let config = loop {
        match Config::deserialize(Deserializer::from(tree.clone())) {
            Ok(config) => break config,
            Err(error) => {
                let (further, message) = filter_text::placed(error.message());
                let mut mistake = Mistake::at(text, start(&error), explain(message));
                mistake.column += further;
                found.push(mistake);
                let span = error.span().unwrap_or_default();
                if found.len() >= MOST || !remove(tree.get_mut(), &span) {
                    return Err(found);
                }
            }
        }
    };
    check(&config, whole.get_ref(), |byte, message| found.push(Mistake::at(text, byte, message)));
    found.sort();
    if found.is_empty() { Ok(config) } else { Err(found) }
}

/// Takes the entry out in which the reader found a mistake.
fn remove(table: &mut DeTable<'_>, span: &Range<usize>) -> bool {
    let mut wrong = None;
    for (key, value) in table.iter_mut() {
        let place = value.span();
        let here = if let DeValue::Table(inner) = value.get_mut() {
            if remove(inner, span) {
                return true;
            }
            place == *span
        } else {
            place.start <= span.start && span.end <= place.end
        };
        if here || key.span() == *span {
            wrong = Some(key.clone());
            break;
        }
    }
    wrong.is_some_and(|key| table.remove(&key).is_some())
}

/// What the shape alone does not tell.
fn check(config: &Config, tree: &DeTable<'_>, mut wrong: impl FnMut(usize, String)) {
    let profiles = table(tree, "profile");
    for (name, profile) in &config.profile {
        if name.trim().is_empty()
            && let Some((key, _)) = profiles.and_then(|profiles| entry(profiles, name))
        {
            wrong(
                key.span().start,
                "this profile has no name; expected one such as [profile.contoso]".to_owned(),
            );
        }
        let Some(entries) = profiles.and_then(|profiles| table(profiles, name)) else { continue };
        let mut word = |key: &str, found: &str, known: String| {
            if let Some((_, value)) = entry(entries, key) {
                wrong(value.span().start, format!("`{found}` is not known; expected {known}"));
            }
        };
        if Cloud::parse(&profile.cloud).is_none() {
            word("cloud", &profile.cloud, Cloud::ALL.map(Cloud::word).join(", "));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        if !profile.tenant.trim().chars().all(plain) {
            word("tenant", &profile.tenant, "a tenant's GUID or one of its domains".to_owned());
        }
        if !profile.sign_in.is_empty() && SignInKind::parse(&profile.sign_in).is_none() {
            word("sign-in", &profile.sign_in, SignInKind::ALL.map(SignInKind::word).join(", "));
        }
    }
    let Err(mistakes) = config.keys.keymap() else { return };
    for mistake in mistakes {
        let place = table(tree, "keys").and_then(|keys| entry(keys, &mistake.command)).map(|(key, value)| {
            let Some(which) = mistake.which else { return key.span().start };
            let one = value.get_ref().as_array().and_then(|list| list.get(which));
            one.unwrap_or(value).span().start
        });
        wrong(place.unwrap_or(0), mistake.message);
    }
}

type Entry<'a, 'i> = (&'a Spanned<toml::de::DeString<'i>>, &'a Spanned<DeValue<'i>>);

fn entry<'a, 'i>(table: &'a DeTable<'i>, name: &str) -> Option<Entry<'a, 'i>> {
    table.iter().find(|(key, _)| key.get_ref() == name)
}

fn table<'a, 'i>(of: &'a DeTable<'i>, name: &str) -> Option<&'a DeTable<'i>> {
    entry(of, name)?.1.get_ref().as_table()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mistake_is_told_with_its_place_and_what_was_expected() {
        for (text, line, column, message) in [
            (
                "[profile.x]\nreadonly = true\n",
                2,
                1,
                "there is no key `readonly` here; did you mean `read-only`?",
            ),
            ("[screens]\n", 1, 2, "there is no key `screens` here; did you mean `screen`?"),
            ("[screen]\ncolour = 1\n", 2, 1, "there is no key `colour` here; expected theme, histogram"),
            ("[screen]\nhistogram = \"no\"\n", 2, 13, "found the text \"no\"; expected true or false"),
            ("[screen]\ntheme = \"drak\"\n", 2, 9, "`drak` is not known; did you mean `dark`?"),
            ("[screen]\ntheme = 7\n", 2, 9, "expected a word in quotes"),
            (
                "[screen]\ncolumns = [\"age\", \"titel\"]\n",
                2,
                19,
                "there is no column `titel`; expected severity",
            ),
            ("[screen]\ncolumns = [\"age\", \"age:7\"]\n", 2, 11, "the column `age` is there twice"),
            ("[screen]\ncolumns = \"age\"\n", 2, 11, "found the text \"age\"; expected a list in brackets"),
            ("[profile.x]\nsync-seconds = -1\n", 2, 16, "found -1; expected a whole number"),
            ("[profile.x]\ncloud = \"mars\"\n", 2, 9, "`mars` is not known; expected public, us-gov, china"),
            ("[profile.x]\ntenant = \"a/b\"\n", 2, 10, "`a/b` is not known; expected a tenant's GUID"),
            ("[profile.x]\nname = 'é'\nsign-in = \"sms\"", 3, 11, "`sms` is not known; expected"),
            ("[profile.\"\"]\n", 1, 10, "this profile has no name; expected one such as [profile.contoso]"),
            ("[profile]\n' ' = { cloud = \"china\" }\n", 2, 1, "this profile has no name"),
            ("profile = 3\n", 1, 11, "found 3; expected a table"),
            ("[keys]\npreset = \"vi\"\n", 2, 10, "`vi` is not known; expected default, gmail, sguil"),
            ("[keys]\ndismis = \"e\"\n", 2, 1, "there is no command `dismis`; did you mean `dismiss`?"),
            ("[keys]\ndismiss = [\"e\", \"x\"]\n", 2, 17, "`x` is the key of `dismiss` and of `mark-toggle`"),
            ("[keys]\nnote = \"ctrl-b\"\n", 2, 1, "`ctrl-b` may not arrive over SSH"),
            ("[keys]\nnote = 3\n", 2, 8, "expected keys: \"d\", or a list of them"),
            ("[screen\n", 1, 8, ""),
        ] {
            let mistakes = read(text).unwrap_err();
            let [only] = mistakes.as_slice() else { panic!("{text}: {mistakes:#?}") };
            assert!(only.message.starts_with(message), "{text}: {only:#?}");
            assert_eq!((only.line, only.column), (line, column), "{text}: {only:#?}");
        }
    }

    #[test]
    fn every_mistake_of_a_file_is_told_in_its_order() {
        let text = "[screen]\ntheme = 7\nmose = true\n[keys]\ndismiss = \"x\"\n[profile.x]\nreadonly = 1\ncloud = \"mars\"\n";
        let lines: Vec<usize> = read(text).unwrap_err().iter().map(|mistake| mistake.line).collect();
        assert_eq!(lines, [2, 3, 5, 7, 8]);
    }
}
