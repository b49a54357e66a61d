//! What the audit log says of an act: what, when, by whom, and what else is known of it.

use chrono::{DateTime, Utc};

use crate::app::document::{Piece, Role, safe, safe_block};
use crate::app::documents::bar::outcomes;
use crate::app::documents::history::{capital, what as deed_words};
use crate::app::documents::jobs::what as change_words;
use crate::domain::record::{Act, DeedKind, LogEntry};
use crate::domain::{SafeStr, SafeText};

/// When it was done.
pub fn at(entry: &LogEntry) -> DateTime<Utc> {
    match &entry.act {
        Act::Change(change) => change.at,
        Act::Deed(_, deed) => deed.at,
    }
}

/// Who did it; empty when that is not known.
pub fn by(entry: &LogEntry) -> &SafeText {
    match &entry.act {
        Act::Change(change) => &change.by,
        Act::Deed(_, deed) => &deed.by,
    }
}

/// What was done and, of a note or feedback, what it says.
pub fn words(entry: &LogEntry) -> Vec<Piece> {
    match &entry.act {
        Act::Change(change) => vec![Piece::from(capital(&change_words(change)).as_str())],
        Act::Deed(_, deed) => {
            let mut words = deed_words(deed, Role::Body);
            let says = match deed.kind {
                DeedKind::Note => safe(deed.words.as_safe(), Role::Dim),
                DeedKind::Feedback => {
                    deed.reason.map(|reason| vec![Piece::new(reason.label(), Role::Dim)]).unwrap_or_default()
                }
                _ => Vec::new(),
            };
            if !says.is_empty() {
                words.push(Piece::new(": ", Role::Dim));
                words.extend(says);
            }
            words
        }
    }
}

/// Who did it, why, under which filter, and what came of it.
pub fn facts(entry: &LogEntry) -> Vec<Vec<Piece>> {
    let mut facts: Vec<Vec<Piece>> = Vec::new();
    let mut add = |fact: Vec<Piece>| {
        if !fact.is_empty() {
            facts.push(fact);
        }
    };
    if !by(entry).is_empty() {
        let mut fact = vec![Piece::new("by ", Role::Dim)];
        fact.extend(safe(by(entry).as_safe(), Role::Body));
        add(fact);
    }
    let filter = match &entry.act {
        Act::Change(change) => {
            add(outcomes(&change.tally));
            add(change.reason.map(|reason| vec![Piece::from(reason.label())]).unwrap_or_default());
            add(change
                .undone_by
                .map(|by| vec![Piece::new(format!("undone by {by}"), Role::Dim)])
                .unwrap_or_default());
            add(safe_block(change.comment.as_safe(), Role::Body));
            &change.filter
        }
        Act::Deed(_, deed) => {
            add(deed.reason.map(|reason| vec![Piece::from(reason.label())]).unwrap_or_default());
            add(safe_block(deed.words.as_safe(), Role::Body));
            if deed.step().is_none() {
                add(safe(deed.about.as_safe(), Role::Dim));
            }
            &deed.filter
        }
    };
    if !filter.is_empty() {
        let mut fact = vec![Piece::new("filter ", Role::Dim)];
        fact.extend(safe(SafeStr(filter), Role::Dim));
        add(fact);
    }
    facts
}
