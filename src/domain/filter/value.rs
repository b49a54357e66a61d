//! Reading the values of a field.

use std::ops::Range;

use super::ast::Value;
use super::error::FilterError;
use super::field::{Field, Source};
use super::lexer::Part;
use super::moment::Moment;
use super::network::Network;
use super::pattern::{Pattern, Piece};
use crate::domain::nearest::edits;
use crate::domain::{Severity, Status, Tactic};

/// The severities as filters spell them.
pub(super) const SEVERITIES: [(&str, Severity); 5] = [
    ("high", Severity::High),
    ("medium", Severity::Medium),
    ("low", Severity::Low),
    ("informational", Severity::Informational),
    ("other", Severity::Other),
];

/// The statuses as filters spell them.
pub(super) const STATUSES: [Status; 5] =
    [Status::Active, Status::InProgress, Status::Resolved, Status::Dismissed, Status::Other];

/// A pattern made of a word's parts: `*` is a wildcard where it is not quoted.
pub(super) fn pattern(parts: &[Part]) -> Option<Pattern> {
    let mut pieces = Vec::new();
    for part in parts {
        if part.quoted {
            pieces.push(Piece::Text(part.text.clone()));
            continue;
        }
        for (number, text) in part.text.split('*').enumerate() {
            if number > 0 {
                pieces.push(Piece::Any);
            }
            pieces.push(Piece::Text(text.to_owned()));
        }
    }
    Pattern::new(pieces)
}

/// A tactic as filters spell it: lower case, with hyphens.
pub(super) fn tactic_word(tactic: Tactic) -> String {
    tactic.label().to_ascii_lowercase().replace(' ', "-")
}

/// Reads one value.
pub(super) fn value(field: Field, parts: &[Part], span: Range<usize>) -> Result<Value, FilterError> {
    let Some(pattern) = pattern(parts) else {
        return Err(
            FilterError::new(span, format!("{}: has no value", field.name())).expecting(expected(field))
        );
    };
    let text = pattern.as_literal();
    let read = match &field.0.source {
        Source::Facts(..)
        | Source::Resource
        | Source::Subscription
        | Source::Id
        | Source::Incident
        | Source::Local(..) => {
            return Ok(Value::Pattern(pattern));
        }
        Source::Severity => text.and_then(severity).map(Value::Severity),
        Source::Status => text.and_then(status).map(Value::Status),
        Source::Tactic => match text {
            Some(text) => Tactic::parse(text).map(Value::Tactic),
            None => return Ok(Value::Pattern(pattern)),
        },
        Source::Words(words) => {
            let known = |text: &str| words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
            text.and_then(known).map(|(word, _)| Value::Word(word))
        }
        Source::Ip => match text {
            Some(text) => Network::parse(text).map(Value::Network),
            None => return Ok(Value::Pattern(pattern)),
        },
        Source::Since | Source::Until => text.and_then(Moment::parse).map(Value::Moment),
    };
    read.ok_or_else(|| wrong(field, &spelled(parts), span))
}

/// Reads a severity in any letter case; `info` is short for informational.
pub(super) fn severity(text: &str) -> Option<Severity> {
    if text.eq_ignore_ascii_case("info") {
        return Some(Severity::Informational);
    }
    SEVERITIES.into_iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, severity)| severity)
}

fn status(text: &str) -> Option<Status> {
    let known = Status::parse(text);
    (known != Status::Other || text.eq_ignore_ascii_case(Status::Other.word())).then_some(known)
}

fn spelled(parts: &[Part]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect()
}

fn wrong(field: Field, text: &str, span: Range<usize>) -> FilterError {
    let message = match &field.0.source {
        Source::Ip => format!("\"{text}\" is neither an address nor a network"),
        Source::Since | Source::Until => format!("\"{text}\" is not a time"),
        Source::Severity => format!("\"{text}\" is not a severity"),
        Source::Status => format!("\"{text}\" is not a status"),
        Source::Tactic => format!("\"{text}\" is not a tactic"),
        _ => format!("\"{text}\" is not a value of {}", field.name()),
    };
    let mut expected = expected(field);
    if field.0.name == "tactic" {
        // All eighteen would hide the likely one.
        let typed = text.to_lowercase();
        expected.sort_by_key(|word| edits(word, &typed));
        expected.truncate(3);
    }
    FilterError::new(span, message).expecting(expected)
}

/// What a field takes.
pub(super) fn expected(field: Field) -> Vec<String> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    match &field.0.source {
        Source::Severity => SEVERITIES[..4].iter().map(|(word, _)| (*word).to_owned()).collect(),
        Source::Status => STATUSES[..4].iter().map(|status| status.word().to_owned()).collect(),
        Source::Tactic => Tactic::ALL.into_iter().map(tactic_word).collect(),
        Source::Words(known) => known.iter().map(|(word, _)| (*word).to_owned()).collect(),
        Source::Ip => words(&["203.0.113.7", "203.0.113.0/24", "2001:db8::/32"]),
        Source::Since | Source::Until => words(&["24h", "7d", "2026-11-22", "2026-11-22T14:00Z"]),
        Source::Facts(..)
        | Source::Resource
        | Source::Subscription
        | Source::Id
        | Source::Incident
        | Source::Local(..) => words(&["a value", "\"a quoted value\"", "*"]),
    }
}
