//! Alerts as text to hand on: NDJSON and JSON that are imported again without loss, CSV for a spreadsheet, a Markdown
//! table for a ticket.
//!
//! | part | holds |
//! | --- | --- |
//! | [`alert`] | one alert as the source gave it, with its status as it is now and the local record beside it |
//! | `members` | the members of a JSON object by their places in its text |
//! | [`csv`] | a line of CSV |
//! | [`markdown`] | a row of a Markdown table |

pub mod alert;
pub mod csv;
pub mod markdown;
mod members;

use std::fmt;

use chrono::{DateTime, FixedOffset, Utc};

use crate::domain::table::{Row, Table};

/// A form in which alerts are handed on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// One alert a line, as the source gave it.
    #[default]
    Ndjson,
    /// The same as one JSON array.
    Json,
    /// A table for a spreadsheet.
    Csv,
    /// A table for a ticket.
    Markdown,
}

impl Format {
    /// Every format, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Ndjson, Self::Json, Self::Csv, Self::Markdown];

    /// The ending of its files, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Markdown => "md",
        }
    }

    /// What it is good for, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Ndjson => "one alert a line, can be imported again",
            Self::Json => "one array, can be imported again",
            Self::Csv => "a table for a spreadsheet",
            Self::Markdown => "a table for a ticket, without notes",
        }
    }

    /// True when it holds what is kept here beside the alerts: assignment, judgement, notes.
    pub fn has_record(self) -> bool {
        self != Self::Markdown
    }

    /// The format that a file's name asks for; none when its ending is of none.
    pub fn of_name(name: &str) -> Option<Self> {
        let last = name.rsplit('/').next().unwrap_or(name);
        let (stem, ending) = last.rsplit_once('.')?;
        let alias = if ending.eq_ignore_ascii_case("jsonl") { "ndjson" } else { ending };
        let found = Self::ALL.into_iter().find(|format| format.ending().eq_ignore_ascii_case(alias));
        found.filter(|_| !stem.is_empty())
    }

    /// True when each alert's own JSON is needed, beyond what the table of all alerts holds.
    pub fn needs_bodies(self) -> bool {
        matches!(self, Self::Ndjson | Self::Json)
    }

    /// What stands before the first alert.
    pub fn head(self) -> String {
        match self {
            Self::Ndjson => String::new(),
            Self::Json => "[\n".to_owned(),
            Self::Csv => format!("{}\r\n", csv::COLUMNS.join(",")),
            Self::Markdown => markdown::head(),
        }
    }

    /// What stands between two alerts.
    pub fn between(self) -> &'static str {
        match self {
            Self::Ndjson | Self::Markdown => "\n",
            Self::Json => ",\n",
            Self::Csv => "\r\n",
        }
    }

    /// What stands behind the last of so many alerts.
    pub fn tail(self, alerts: usize) -> &'static str {
        match self {
            Self::Json if alerts == 0 => "]\n",
            Self::Json => "\n]\n",
            _ if alerts == 0 => "",
            _ => self.between(),
        }
    }

    /// One alert. `body` is the source's JSON, for the formats that need it.
    pub fn alert(self, row: &Row<'_>, table: &Table, body: &str) -> String {
        match self {
            Self::Ndjson | Self::Json => alert::json(row, body),
            Self::Csv => csv::line(row, table),
            Self::Markdown => markdown::row(row, table),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ndjson => "NDJSON",
            Self::Json => "JSON",
            Self::Csv => "CSV",
            Self::Markdown => "Markdown",
        })
    }
}

/// A name for a file that is made at a moment, by the analyst's clock: `quell-2026-11-26T1402.ndjson`.
pub fn file_name(what: &str, at: DateTime<Utc>, offset: FixedOffset, ending: &str) -> String {
    let at = at.with_timezone(&offset).format("%Y-%m-%dT%H%M");
    let gap = if what.is_empty() { "" } else { "-" };
    format!("quell{gap}{what}-{at}.{ending}")
}

/// The same name with another ending, which is put behind a name that has none of the known ones.
pub fn with_ending(name: &str, known: &[&str], ending: &str) -> String {
    let stem = name.rsplit_once('.').filter(|(stem, last)| {
        !stem.is_empty() && !stem.ends_with('/') && known.iter().any(|known| known.eq_ignore_ascii_case(last))
    });
    format!("{}.{ending}", stem.map_or(name, |(stem, _)| stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_as_its_ending_says() {
        for (name, format) in [
            ("out.ndjson", Some(Format::Ndjson)),
            ("out.JSONL", Some(Format::Ndjson)),
            ("dir.v1/out.json", Some(Format::Json)),
            ("./out.csv", Some(Format::Csv)),
            ("ticket.md", Some(Format::Markdown)),
            ("dir.csv/out", None),
            (".json", None),
            ("out.txt", None),
            ("out", None),
        ] {
            assert_eq!(Format::of_name(name), format, "{name}");
        }
    }

    #[test]
    fn an_ending_is_replaced_only_when_it_is_one() {
        let known = Format::ALL.map(Format::ending);
        for (name, expected) in [
            ("out.ndjson", "out.csv"),
            ("out.v2", "out.v2.csv"),
            ("out", "out.csv"),
            ("a.json/.md", "a.json/.md.csv"),
        ] {
            assert_eq!(with_ending(name, &known, "csv"), expected);
        }
    }

    #[test]
    fn names_tell_the_analysts_time() {
        let at = DateTime::parse_from_rfc3339("2026-11-26T13:02:11Z").unwrap().to_utc();
        let offset = FixedOffset::east_opt(3600).unwrap();
        assert_eq!(file_name("", at, offset, "ndjson"), "quell-2026-11-26T1402.ndjson");
        assert_eq!(file_name("dismissed", at, offset, "sh"), "quell-dismissed-2026-11-26T1402.sh");
    }
}
