//! Section 6, *Configure email notification settings*: who receives mail for alerts of the subscription.

use crate::app::document::{Document, Piece, Role, safe};
use crate::app::documents::flow::Flow;
use crate::app::documents::standing::standing;
use crate::app::fetch::Remote;
use crate::app::message::Now;
use crate::domain::contacts::{Contacts, Difference, MinSeverity, Settings, list, stops_attack_paths};
use crate::domain::{SafeStr, SafeText};

/// Lays the settings out; `edits` says how they can be changed, or why not, and `asks` is the key that asks again.
pub fn contacts(
    subscription: SafeStr<'_>,
    remote: &Remote<Contacts>,
    edits: &[Piece],
    asks: &str,
    width: usize,
    now: Now,
) -> Document {
    let mut flow = Flow::new(width);
    let mut head = vec![Piece::new("Mail for alerts of ", Role::Section)];
    head.extend(safe(subscription, Role::Section));
    flow.wrap("  ", "  ", &head);
    if !standing(&mut flow, remote, asks, now) {
        return flow.finish();
    }
    let Some(contacts) = remote.value() else { return flow.finish() };
    if !edits.is_empty() {
        flow.wrap("  ", "  ", edits);
    }
    flow.blank();
    let dim = |flow: &mut Flow, words: &str| flow.wrap("  ", "  ", &[Piece::new(words, Role::Dim)]);
    if contacts.is_default() {
        dim(&mut flow, "Nothing is stored. Azure then mails alerts of High severity to the owners.");
        flow.blank();
    }
    let settings = &contacts.settings;
    let text = |text: &SafeText| safe(text.as_safe(), Role::Body);
    let switch = Piece::new(if settings.enabled { "on" } else { "off" }, Role::Strong);
    let severity = settings.min_severity.map_or("none is mailed", MinSeverity::words);
    let mut fields = vec![
        (label("Mail"), vec![switch]),
        (label("Addresses"), text(&list(&settings.emails))),
        (label("Roles"), text(&list(&settings.roles))),
        (label("Alerts"), vec![Piece::new(severity, Role::Body)]),
    ];
    if !contacts.attack_paths.is_empty() {
        let mut line = vec![Piece::from("from risk ")];
        line.extend(text(&contacts.attack_paths));
        line.push(Piece::from(" on"));
        fields.push((label("Attack paths"), line));
    }
    if !contacts.phone.is_empty() {
        fields.push((label("Phone"), text(&contacts.phone)));
    }
    flow.fields(2, &fields);
    flow.blank();
    dim(
        &mut flow,
        "One address gets at most 4 mails a day for High alerts, 2 for Medium and 1 for Low ones.",
    );
    flow.finish()
}

/// What has to be known before an edit is stored, beside what it changes.
pub fn warnings(flow: &mut Flow, before: &Contacts, after: &Settings) {
    if before.is_default() {
        flow.words("  Nothing is stored yet: a record is made.", Role::Dim);
    }
    if stops_attack_paths(before, after) {
        let words = "Mail about attack paths stops as well: there is one switch for both.";
        flow.wrap("  ", "  ", &[Piece::new(words, Role::Strong)]);
    }
}

/// What an edit changes, before → after.
pub fn differences(flow: &mut Flow, changes: &[Difference]) {
    let fields: Vec<_> = changes
        .iter()
        .map(|change| {
            let mut line = safe(change.before.as_safe(), Role::Dim);
            line.push(Piece::new("  →  ", Role::Dim));
            line.extend(safe(change.after.as_safe(), Role::Strong));
            (label(change.part), line)
        })
        .collect();
    flow.fields(2, &fields);
}

fn label(text: &str) -> Vec<Piece> {
    vec![Piece::new(text, Role::Label)]
}
