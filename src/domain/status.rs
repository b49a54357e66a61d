//! Alert status and the four verbs that change it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Where an alert is in its life. `Other` stands for a value the contract does not list; its text is kept beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Status {
    /// Open; the state in which an alert arrives.
    Active = 0,
    /// Somebody works on it.
    InProgress = 1,
    /// Closed after handling.
    Resolved = 2,
    /// Closed as false positive or not relevant.
    Dismissed = 3,
    /// Not one of the four documented values.
    Other = 4,
}

/// What a record of an alert says of its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stated {
    /// The status.
    pub status: Status,
    /// When the alert was generated, as this record has it.
    pub generated: Option<DateTime<Utc>>,
    /// The status is that of the moment when the alert arose.
    pub is_first_report: bool,
}

impl Status {
    /// The four values an alert can be set to.
    pub const SETTABLE: [Self; 4] = [Self::Active, Self::InProgress, Self::Resolved, Self::Dismissed];

    /// Reads the API's spelling, or the spelling for people (`in-progress`), in any letter case.
    pub fn parse(text: &str) -> Self {
        let folded: String =
            text.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect();
        Self::SETTABLE
            .into_iter()
            .find(|known| known.api_name().eq_ignore_ascii_case(&folded))
            .unwrap_or(Self::Other)
    }

    /// The API's spelling, used in machine output.
    pub fn api_name(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::InProgress => "InProgress",
            Self::Resolved => "Resolved",
            Self::Dismissed => "Dismissed",
            Self::Other => "Other",
        }
    }

    /// The spelling for people, as commands and filters take it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::InProgress => "in-progress",
            Self::Resolved => "resolved",
            Self::Dismissed => "dismissed",
            Self::Other => "other",
        }
    }

    /// The label on screen, at most nine columns.
    pub fn label(self) -> &'static str {
        match self {
            Self::InProgress => "In prog",
            other => other.api_name(),
        }
    }

    /// The path segment of the POST that sets this status; none for `Other`, which cannot be set.
    pub fn verb(self) -> Option<&'static str> {
        match self {
            Self::Active => Some("activate"),
            Self::InProgress => Some("inProgress"),
            Self::Resolved => Some("resolve"),
            Self::Dismissed => Some("dismiss"),
            Self::Other => None,
        }
    }

    /// True for active and in progress: what the default view shows.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Active | Self::InProgress)
    }

    /// The value of a table code; unknown codes read as `Other`.
    pub fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Active,
            1 => Self::InProgress,
            2 => Self::Resolved,
            3 => Self::Dismissed,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_every_status_are_read() {
        for status in Status::SETTABLE {
            assert_eq!(Status::parse(status.api_name()), status);
            assert_eq!(Status::parse(status.word()), status);
            assert_eq!(Status::parse(&status.word().to_uppercase()), status);
            assert_eq!(Status::from_code(status as u8), status);
        }
        assert_eq!(Status::parse("Suspended"), Status::Other);
    }
}
