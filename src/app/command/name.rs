//! The name of a command in the config's `[keys]`.

use super::{Change, Command, Copy, Narrow, Pivot, Record, View};
use crate::domain::Status;

/// Names that the variants' own words would make clumsy.
fn special(command: Command) -> Option<&'static str> {
    Some(match command {
        Command::Change(Change::Set(Status::Dismissed)) => "dismiss",
        Command::Change(Change::Set(Status::Resolved)) => "resolve",
        Command::Change(Change::Set(Status::InProgress)) => "in-progress",
        Command::Change(Change::Set(Status::Active)) => "reactivate",
        Command::Change(Change::Menu) => "status-menu",
        Command::Record(Record::Judge(true)) => "useful",
        Command::Record(Record::Judge(false)) => "not-useful",
        Command::Copy(Copy::ShowLink) => "link",
        Command::Pivot(Pivot::Entity(_)) => "pivot-entity",
        Command::Narrow(Narrow::Edit) => "filter",
        Command::View(View::Last) => "last-view",
        _ => return None,
    })
}

/// A command's name: the words of its variant in kebab case, without those that only say its group. `sort-severity`,
/// `filter-only-resource`, `view-1`.
pub fn name(command: Command) -> String {
    if let Some(name) = special(command) {
        return name.to_owned();
    }
    let variant = format!("{command:?}").replace("Narrow(", "Filter(");
    let mut words: Vec<String> =
        variant.split(['(', ')', ',', ' ']).filter(|word| !word.is_empty()).map(kebab).collect();
    let group = matches!(
        command,
        Command::Move(_)
            | Command::Go(_)
            | Command::Change(_)
            | Command::Record(_)
            | Command::Show(_)
            | Command::App(_)
    );
    if group && words.len() > 1 {
        words.remove(0);
    }
    words.retain(|word| word != "digit");
    words.join("-")
}

fn kebab(word: &str) -> String {
    let mut text = String::new();
    for c in word.chars() {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::app::command::COMMANDS;

    #[test]
    fn every_command_has_a_name_of_its_own() {
        let names: HashSet<String> = COMMANDS.iter().map(|spec| name(spec.command)).collect();
        assert_eq!(names.len(), COMMANDS.len());
        for name in names {
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{name}");
        }
    }

    /// Configs rely on them.
    #[test]
    fn names_are_what_they_were() {
        use crate::app::command::{App, By, Go, Mark, Move, Show, Suppress};
        for (command, expected) in [
            (Command::Move(Move::PageDown), "page-down"),
            (Command::Go(Go::Open), "open"),
            (Command::Mark(Mark::Toggle), "mark-toggle"),
            (Command::Narrow(Narrow::Only(By::Resource)), "filter-only-resource"),
            (Command::View(View::Digit(1)), "view-1"),
            (Command::Change(Change::Take), "take"),
            (Command::Copy(Copy::Id), "copy-id"),
            (Command::Suppress(Suppress::New), "suppress-new"),
            (Command::Show(Show::Palette), "palette"),
            (Command::App(App::Close), "close"),
        ] {
            assert_eq!(name(command), expected);
        }
    }
}
