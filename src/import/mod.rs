//! Alerts from files: every form in which Defender for Cloud's alerts are exported, told apart by their content.
//!
//! A file is split into records while it is read (`split`, `walk`, `csv`); each record is read by itself, by the first
//! format of `FORMATS` that knows it, and becomes an alert resource in the shape of the alerts API: what is cached,
//! shown, filtered and exported again is that. Anything else is listed with its line and the reason.
//!
//! | file | format |
//! | --- | --- |
//! | `arm` | the alerts API of every version, Resource Graph rows, what the Azure CLI prints |
//! | `export` | continuous export through Event Hubs, the body of a workflow automation |
//! | `log_analytics` | rows of the table SecurityAlert, as JSON or CSV |
//! | `graph` | Microsoft Graph's `/security/alerts` |
//! | `sentinel` | Sentinel's entities of kind SecurityAlert |
//! | `activity` | activity-log events of category Security |
//! | `own` | what `quell list` prints |
//! | `other` | what is known and no alert |

mod activity;
mod arm;
mod csv;
mod entities;
mod export;
mod fields;
mod graph;
mod identity;
mod input;
mod log_analytics;
pub mod merge;
mod other;
mod own;
mod sentinel;
mod split;
mod walk;

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::ControlFlow;

use crate::azure::parse::json::{Node, TOO_MANY};
use crate::azure::parse_alert;
use crate::domain::Alert;
use split::{Kind, Piece};

/// A form in which alerts come.
struct Format {
    /// What people call it.
    name: &'static str,
    /// True for its records.
    knows: fn(&Node<'_>) -> bool,
    /// Reads one.
    read: fn(&Node<'_>) -> Result<Draft, String>,
}

/// The formats, in the order in which they are asked: one that looks at marks of its own before those that share theirs.
const FORMATS: [Format; 7] = [
    Format { name: "Sentinel entity", knows: sentinel::knows, read: sentinel::read },
    Format { name: "activity log", knows: activity::knows, read: activity::read },
    Format { name: "Microsoft Graph", knows: graph::knows, read: graph::read },
    Format { name: "alerts API", knows: arm::knows, read: arm::read },
    Format { name: "Log Analytics", knows: log_analytics::knows, read: log_analytics::read },
    Format { name: "continuous export", knows: export::knows, read: export::read },
    Format { name: "quell list", knows: own::knows, read: own::read },
];

/// What a format makes of a record.
struct Draft {
    /// The alert resource; none when the record is one, byte for byte.
    body: Option<String>,
    /// Its status is that of the moment when the alert arose, not of the moment of the export.
    is_first_report: bool,
}

/// An alert of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The alert.
    pub alert: Alert,
    /// It in the shape of the alerts API, as JSON.
    pub body: String,
    /// The record as it stands in the file, where that is another shape.
    pub source: Option<String>,
    /// What people call the format it came in.
    pub format: &'static str,
    /// Its status is that of the moment when the alert arose.
    pub is_first_report: bool,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// An alert.
    Alert(Box<Found>),
    /// Something else that is whole: what it is.
    NotAlert(String),
    /// It cannot be read: why.
    Broken(String),
}

/// A record of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its number in the file, from 1.
    pub record: u64,
    /// What became of it.
    pub outcome: Outcome,
}

/// Bytes that an alert may take in the cache, with its record: written as JSON, control characters take six times their room.
const LARGEST: usize = 32 << 20;

/// Records inside the text of records, at most: an envelope in an envelope.
const ENVELOPES: usize = 3;

/// Reads a file record by record. `take` may ask to stop. An error means that the file itself cannot be read.
pub fn read(file: impl Read, take: &mut dyn FnMut(Item) -> ControlFlow<()>) -> io::Result<()> {
    let mut record = 0;
    let mut input = input::Input::new(file)?;
    let ended = split::split(&mut input, &mut |piece| {
        let line = piece.line;
        for outcome in understand(piece, ENVELOPES) {
            record += 1;
            if take(Item { line, record, outcome }).is_break() {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    })?;
    // Whether it was read to its end is known to whoever stopped it.
    let _ = ended;
    Ok(())
}

/// What a piece holds: one outcome, or several when it is an envelope.
fn understand(piece: Piece, envelopes: usize) -> Vec<Outcome> {
    let line = piece.line;
    let (names, bytes) = match piece.kind {
        Kind::Broken(why) => return vec![Outcome::Broken(why)],
        Kind::Cells(names, cells) => {
            let members =
                names.iter().zip(&cells).filter(|(name, cell)| !name.is_empty() && !cell.is_empty());
            let members =
                members.map(|(name, cell)| (Cow::Borrowed(name.as_str()), fields::text(cell.as_str())));
            let node = Node::Map(members.collect());
            let source = node.to_json(None);
            return vec![alert_of(&node, Source::Made(source)).unwrap_or_else(|| other(&node))];
        }
        Kind::Json(bytes) => (None, bytes),
        Kind::Row(names, bytes) => (Some(names), bytes),
    };
    let Ok(text) = String::from_utf8(bytes) else {
        return vec![Outcome::Broken("the record is not UTF-8 text".to_owned())];
    };
    let node = match Node::parse(&text) {
        Ok(node) => node,
        Err(wrong) => return vec![Outcome::Broken(not_json(&text, wrong.at, wrong.expected, line))],
    };
    if let (Some(names), Node::List(cells)) = (names, &node) {
        let members = names.iter().zip(cells).filter(|(name, _)| !name.is_empty());
        let row =
            Node::Map(members.map(|(name, cell)| (Cow::Borrowed(name.as_str()), cell.clone())).collect());
        let source = row.to_json(None);
        return vec![alert_of(&row, Source::Made(source)).unwrap_or_else(|| other(&row))];
    }
    if let Some(outcome) = alert_of(&node, Source::Text(&text)) {
        return vec![outcome];
    }
    if envelopes > 0
        && let Some(inner) = other::enveloped(&node)
    {
        let mut found = Vec::new();
        let mut input = input::Input::of_part(inner.as_bytes(), line);
        let read = split::split(&mut input, &mut |piece| {
            found.extend(understand(Piece { line, ..piece }, envelopes - 1));
            ControlFlow::Continue(())
        });
        // A line of a log begins like JSON, too: what is broken counts where it speaks of an alert.
        let is_broken = found.iter().all(|outcome| matches!(outcome, Outcome::Broken(_)));
        if read.is_ok() && !found.is_empty() && (!is_broken || walk::is_marked(inner)) {
            return found;
        }
    }
    vec![other(&node)]
}

/// The record as it stands.
enum Source<'a> {
    /// Its text.
    Text(&'a str),
    /// The text made of a row: there its values have no names.
    Made(String),
}

/// The alert that a record is; none when no format knows it.
fn alert_of(node: &Node<'_>, source: Source<'_>) -> Option<Outcome> {
    let format = FORMATS.iter().find(|format| (format.knows)(node))?;
    let draft = match (format.read)(node) {
        Ok(draft) => draft,
        Err(why) => return Some(Outcome::Broken(why)),
    };
    let (body, source) = match (draft.body, source) {
        (Some(body), Source::Text(text)) => (body, Some(text.to_owned())),
        (Some(body), Source::Made(text)) => (body, Some(text)),
        (None, Source::Text(text)) => (text.to_owned(), None),
        (None, Source::Made(text)) => (text, None),
    };
    if body.len() + source.as_ref().map_or(0, String::len) > LARGEST {
        return Some(Outcome::Broken("the alert takes more than 32 MiB".to_owned()));
    }
    Some(match parse_alert(&body) {
        Ok(alert) => Outcome::Alert(Box::new(Found {
            alert,
            body,
            source,
            format: format.name,
            is_first_report: draft.is_first_report,
        })),
        Err(error) => Outcome::Broken(error.to_string()),
    })
}

fn other(node: &Node<'_>) -> Outcome {
    Outcome::NotAlert(other::what(node))
}

/// What is wrong with a record, and on which line.
fn not_json(text: &str, at: usize, expected: &str, first: u64) -> String {
    if expected == TOO_MANY {
        return "the record holds more than a million values".to_owned();
    }
    let before = text.get(..at).unwrap_or(text);
    let line = first + before.bytes().filter(|byte| *byte == b'\n').count() as u64;
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    let why = match next {
        Some(c) if expected == "a string" && (c.is_alphabetic() || c == '_') => {
            let word: String =
                text[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').take(32).collect();
            format!("a key without quotes: {word}")
        }
        Some('\'') => "single quotes where JSON has double ones".to_owned(),
        Some(c @ ('}' | ']')) => format!("a comma too many before {c}"),
        Some(_) => format!("{expected} expected"),
        None => format!("{expected} expected, and the record ends"),
    };
    // Where the record begins is said before.
    if line == first { format!("not JSON: {why}") } else { format!("not JSON, broken on line {line}: {why}") }
}
