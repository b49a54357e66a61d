//! The *History* tab: what was done to one alert with quell, by whom and why.

use crate::app::document::{Document, Piece, Role, safe, safe_block};
use crate::app::documents::flow::Flow;
use crate::app::documents::{moment, summary};
use crate::app::message::Now;
use crate::domain::change::{HistoryEntry, Outcome};
use crate::domain::{SafeStr, SafeText};

/// Lays out the entries, newest first as they are given.
pub fn history(entries: &[HistoryEntry], width: usize, now: Now) -> Document {
    let mut flow = Flow::new(width);
    if entries.is_empty() {
        flow.words("Nothing was done to this alert with quell yet.", Role::Body);
        flow.blank();
        flow.words(
            "Changes made here are listed with their outcome, who made them and why. Changes that others make \
             elsewhere show as a new status only: the API keeps no record of them.",
            Role::Dim,
        );
        return flow.finish();
    }
    for entry in entries {
        one(&mut flow, entry, now);
        flow.blank();
    }
    flow.finish()
}

fn one(flow: &mut Flow, entry: &HistoryEntry, now: Now) {
    let mut line = vec![Piece::new(moment::local(entry.at, now), Role::Label), Piece::from("  ")];
    line.extend(summary::status_words(entry.from, &SafeText::default()));
    line.push(Piece::new(" → ", Role::Dim));
    line.extend(summary::status_words(entry.to, &SafeText::default()));
    line.push(Piece::from("   "));
    line.push(outcome(entry.outcome));
    flow.wrap("", "  ", &line);
    let mut fields = Vec::new();
    let mut add = |label: &str, value: Vec<Piece>| {
        if !value.is_empty() {
            fields.push((vec![Piece::new(label, Role::Dim)], value));
        }
    };
    add("why it stopped", safe(entry.detail.as_safe(), Role::Body));
    add("by", safe(entry.by.as_safe(), Role::Body));
    add("reason", entry.reason.map(|reason| vec![Piece::from(reason.label())]).unwrap_or_default());
    add("comment", safe_block(entry.comment.as_safe(), Role::Body));
    add("filter", safe(SafeStr(&entry.filter), Role::Body));
    let mut change = vec![Piece::from(entry.change.to_string().as_str())];
    if let Some(undone) = entry.undoes {
        change.push(Piece::new(format!(", undoes change {undone}"), Role::Dim));
    }
    add("change", change);
    flow.fields(4, &fields);
}

/// An outcome's word.
pub fn outcome(outcome: Outcome) -> Piece {
    let role = match outcome {
        Outcome::Verified => Role::Good,
        Outcome::Failed | Outcome::Conflict | Outcome::Unconfirmed => Role::Error,
        Outcome::Pending | Outcome::Sending => Role::Strong,
        Outcome::Cancelled => Role::Dim,
    };
    Piece::new(outcome.word(), role)
}
