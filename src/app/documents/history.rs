//! The *History* tab: what was done to one alert with quell, by whom and why.

use crate::app::document::{Document, Piece, Role, safe, safe_block};
use crate::app::documents::flow::Flow;
use crate::app::documents::moment::{self, counted};
use crate::app::documents::summary;
use crate::app::message::Now;
use crate::domain::change::{HistoryEntry, Outcome};
use crate::domain::record::{Deed, DeedKind, Past};
use crate::domain::{SafeStr, SafeText};

/// Labels and values.
type Fields = Vec<(Vec<Piece>, Vec<Piece>)>;

/// Lays out the past, newest first as it is given.
pub fn history(past: &[Past], width: usize, now: Now) -> Document {
    let mut flow = Flow::new(width);
    if past.is_empty() {
        flow.words("Nothing was done to this alert with quell yet.", Role::Body);
        flow.blank();
        flow.words(
            "Changes, notes, assignments and feedback made here are listed with who made them and why. Changes that \
             others make elsewhere show as a new status only: the API keeps no record of them.",
            Role::Dim,
        );
        return flow.finish();
    }
    for past in past {
        match past {
            Past::Change(entry) => change(&mut flow, entry, now),
            Past::Deed(deed, alerts) => other(&mut flow, deed, *alerts, now),
        }
        flow.blank();
    }
    flow.finish()
}

fn add(fields: &mut Fields, label: &str, value: Vec<Piece>) {
    if !value.is_empty() {
        fields.push((vec![Piece::new(label, Role::Dim)], value));
    }
}

fn change(flow: &mut Flow, entry: &HistoryEntry, now: Now) {
    let mut line = vec![Piece::new(moment::local(entry.at, now), Role::Label), Piece::from("  ")];
    line.extend(summary::status_words(entry.from, &SafeText::default()));
    line.push(Piece::new(" → ", Role::Dim));
    line.extend(summary::status_words(entry.to, &SafeText::default()));
    line.push(Piece::from("   "));
    line.push(outcome(entry.outcome));
    flow.wrap("", "  ", &line);
    let mut fields = Vec::new();
    add(&mut fields, "why it stopped", safe(entry.detail.as_safe(), Role::Body));
    add(&mut fields, "by", safe(entry.by.as_safe(), Role::Body));
    add(&mut fields, "reason", entry.reason.map(|reason| vec![reason.label().into()]).unwrap_or_default());
    add(&mut fields, "comment", safe_block(entry.comment.as_safe(), Role::Body));
    add(&mut fields, "filter", safe(SafeStr(&entry.filter), Role::Body));
    let mut change = vec![Piece::from(entry.change.to_string().as_str())];
    if let Some(undone) = entry.undoes {
        change.push(Piece::new(format!(", undoes change {undone}"), Role::Dim));
    }
    add(&mut fields, "change", change);
    flow.fields(4, &fields);
}

fn other(flow: &mut Flow, deed: &Deed, alerts: usize, now: Now) {
    let mut line = vec![Piece::new(moment::local(deed.at, now), Role::Label), Piece::from("  ")];
    line.extend(what(deed, Role::Strong));
    flow.wrap("", "  ", &line);
    let mut fields = Vec::new();
    let words = match deed.kind {
        DeedKind::Note => "note",
        DeedKind::Feedback => "comment",
        _ => "words",
    };
    add(&mut fields, words, safe_block(deed.words.as_safe(), Role::Body));
    add(&mut fields, "by", safe(deed.by.as_safe(), Role::Body));
    add(&mut fields, "reason", deed.reason.map(|reason| vec![reason.label().into()]).unwrap_or_default());
    // A step's number says nothing to people.
    if deed.step().is_none() {
        add(&mut fields, "about", safe(deed.about.as_safe(), Role::Body));
    }
    add(&mut fields, "filter", safe(SafeStr(&deed.filter), Role::Body));
    if alerts > 1 {
        let words = format!("{}, this one among them", counted(alerts, "alert"));
        add(&mut fields, "done to", vec![Piece::new(words, Role::Dim)]);
    }
    flow.fields(4, &fields);
}

/// A deed in a few words: `Assigned to eve`, `Not useful`.
pub fn what(deed: &Deed, role: Role) -> Vec<Piece> {
    let value = |words: &str| {
        let mut line = vec![Piece::new(words, role)];
        line.extend(safe(deed.value.as_safe(), Role::Body));
        line
    };
    match deed.kind {
        DeedKind::Note => vec![Piece::new("Note", role)],
        DeedKind::Assign if deed.value.is_empty() => vec![Piece::new("Assigned to nobody", role)],
        DeedKind::Assign => value("Assigned to "),
        DeedKind::Feedback if deed.is_useful() => vec![Piece::new("Useful", role)],
        DeedKind::Feedback => vec![Piece::new("Not useful", role)],
        DeedKind::StepDone
        | DeedKind::StepOpen
        | DeedKind::RuleCreated
        | DeedKind::RuleEdited
        | DeedKind::RuleDeleted
        | DeedKind::ContactsEdited
        | DeedKind::LogicAppTriggered => value(&format!("{}: ", capital(deed.kind.label()))),
    }
}

/// Words with a capital at their beginning.
pub fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// An outcome's word.
pub fn outcome(outcome: Outcome) -> Piece {
    let role = match outcome {
        Outcome::Verified | Outcome::Kept => Role::Good,
        Outcome::Failed | Outcome::Conflict | Outcome::Unconfirmed => Role::Error,
        Outcome::Pending | Outcome::Sending => Role::Strong,
        Outcome::Cancelled => Role::Dim,
    };
    Piece::new(outcome.word(), role)
}
