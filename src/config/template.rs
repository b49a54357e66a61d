//! Writes a config into the example's text, whose comments are the only ones there are.

use toml::{Table, Value};

use super::{Config, EXAMPLE, Profile};

/// The profile of the example: each profile is written as it is.
const PROFILE: &str = "[profile.default]";

/// The example's text with a config's values.
pub(super) fn render(config: &Config) -> String {
    let values = Table::try_from(config).unwrap_or_default();
    let table = |name: &str| values.get(name).and_then(Value::as_table).cloned().unwrap_or_default();
    let mut text = String::new();
    for section in sections(EXAMPLE) {
        let header = section.lines().next().unwrap_or_default();
        if header == PROFILE {
            for (name, profile) in &table("profile") {
                let Value::Table(profile) = profile else { continue };
                text += &profile_table(section, name, profile);
            }
        } else {
            text += &filled(section, &table(header.trim_matches(['[', ']'])));
        }
    }
    ended(text)
}

/// A config's text with a profile more, and everything else as it was.
pub(super) fn with_profile(text: &str, name: &str, profile: &Profile) -> String {
    let values = Table::try_from(profile).unwrap_or_default();
    let section = sections(EXAMPLE).into_iter().find(|section| section.starts_with(PROFILE));
    let added = profile_table(section.unwrap_or(PROFILE), name, &values);
    match text.trim_end() {
        "" => ended(added),
        text => ended(format!("{text}\n\n{added}")),
    }
}

fn profile_table(section: &str, name: &str, values: &Table) -> String {
    let header = format!("[profile.{}]", Value::from(name));
    filled(section, values).replacen(PROFILE, &header, 1)
}

/// With one line break at its end.
fn ended(mut text: String) -> String {
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// What stands before the first table, then each table.
fn sections(text: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = text.match_indices("\n[").map(|(at, _)| at + 1).collect();
    starts.insert(0, 0);
    starts.push(text.len());
    starts.windows(2).filter_map(|pair| text.get(pair[0]..pair[1])).collect()
}

/// A table of the example with other values; those that it does not have come last.
fn filled(section: &str, values: &Table) -> String {
    let mut left = values.clone();
    let mut text = String::new();
    for line in section.trim_end().lines() {
        let key = line.split_once(" = ").map(|(key, _)| key);
        match key.and_then(|key| Some((key, left.remove(key)?))) {
            Some((key, value)) => text += &format!("{key} = {value}\n"),
            None => text += &format!("{line}\n"),
        }
    }
    for (key, value) in left {
        text += &format!("{key} = {value}\n");
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn parse(text: &str) -> Config {
        Config::parse(text, Path::new("config.toml")).unwrap()
    }

    #[test]
    fn the_example_is_the_defaults() {
        let profile = [("default".to_owned(), Profile::default())].into();
        assert_eq!(parse(EXAMPLE), Config { profile, ..Config::default() });
    }

    /// A new key needs a row in the example, with its comment.
    #[test]
    fn the_example_has_every_key_with_a_comment() {
        let profile = [("default".to_owned(), Profile::default())].into();
        let every = Table::try_from(Config { profile, ..Config::default() }).unwrap();
        assert_eq!(EXAMPLE.parse::<Table>().unwrap(), every);
        let lines: Vec<&str> = EXAMPLE.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[1].contains(" = ") && !pair[1].starts_with('#')) {
            assert!(pair[0].starts_with("# "), "`{}` has no comment", pair[1]);
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let text = "[screen]\ntheme = \"dark\"\ncolumns = [\"age\", \"title:40\"]\n\
                    [keys]\npreset = \"sguil\"\nnote = \"N\"\nlink = []\n\
                    [profile.\"eu west\"]\nname = \"Contoso \\\"EU\\\"\"\nsubscriptions = [\"a\", \"b\"]\nread-only = true\n\
                    [profile.b]\nsync-seconds = 90\n";
        let config = parse(text);
        assert_eq!(parse(&config.render()), config);
        assert_eq!(parse(&Config::default().render()), Config::default());
    }
}
