//! What the list can be grouped by.

use std::fmt;

use crate::domain::SafeStr;

/// What the alerts of a list are grouped by.
///
/// An alert is in exactly one group, so that the groups' numbers add up to the list's and a set made of groups names no
/// alert twice. Of several tactics the first along the kill chain decides, of several incidents the first in the table.
/// Of several entities it is the most telling one that another listed alert shares: an address before an account, an
/// account before a host; among several addresses the one that most of the listed alerts share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names say it
pub enum GroupBy {
    Severity,
    Status,
    Type,
    Resource,
    Group,
    Subscription,
    Tactic,
    Entity,
    Incident,
}

/// A word that names no grouping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{}\" is nothing to group by; expected {}", SafeStr(word), words())]
pub struct GroupByError {
    /// The word as written.
    pub word: String,
}

fn words() -> String {
    GroupBy::ALL.map(GroupBy::word).join(", ")
}

impl GroupBy {
    /// Every one, in the order of the menu.
    pub const ALL: [Self; 9] = [
        Self::Severity,
        Self::Status,
        Self::Type,
        Self::Resource,
        Self::Group,
        Self::Subscription,
        Self::Tactic,
        Self::Entity,
        Self::Incident,
    ];

    /// The word in saved views and in the palette.
    pub fn word(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Status => "status",
            Self::Type => "type",
            Self::Resource => "resource",
            Self::Group => "group",
            Self::Subscription => "subscription",
            Self::Tactic => "tactic",
            Self::Entity => "entity",
            Self::Incident => "incident",
        }
    }

    /// The letter after `z`.
    pub fn letter(self) -> char {
        match self {
            Self::Severity => 'v',
            Self::Status => 's',
            Self::Type => 't',
            Self::Resource => 'r',
            Self::Group => 'g',
            Self::Subscription => 'u',
            Self::Tactic => 'i',
            Self::Entity => 'e',
            Self::Incident => 'c',
        }
    }

    /// The words after `by` over the list: `resource group`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Type => "alert type",
            Self::Group => "resource group",
            other => other.word(),
        }
    }

    /// The heading of alerts without a value.
    pub fn nothing(self) -> &'static str {
        match self {
            Self::Severity => "no severity",
            Self::Status => "no status",
            Self::Type => "no alert type",
            Self::Resource => "no resource",
            Self::Group => "no resource group",
            Self::Subscription => "no subscription",
            Self::Tactic => "no tactic",
            Self::Entity => "no entity",
            Self::Incident => "no incident",
        }
    }

    /// Reads a word, in any letter case.
    pub fn parse(word: &str) -> Result<Self, GroupByError> {
        let known = Self::ALL.into_iter().find(|by| by.word().eq_ignore_ascii_case(word.trim()));
        known.ok_or_else(|| GroupByError { word: word.trim().to_owned() })
    }
}

impl fmt::Display for GroupBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn words_are_read_as_they_are_written_and_letters_differ() {
        for by in GroupBy::ALL {
            assert_eq!(GroupBy::parse(&by.to_string().to_uppercase()), Ok(by));
        }
        let letters: HashSet<char> = GroupBy::ALL.map(GroupBy::letter).into();
        assert_eq!(letters.len(), GroupBy::ALL.len());
        // `zz` folds and `zn` ends grouping.
        assert!(!letters.contains(&'z') && !letters.contains(&'n'));
        let error = GroupBy::parse("colour").unwrap_err().to_string();
        assert!(error.contains("\"colour\"") && error.contains("severity, status"), "{error}");
    }
}
