//! An alert as one line: severity first, then what it is.

use std::ops::Range;

use crate::app::documents::moment::{ago, counted, thousands};
use crate::app::documents::reading;
use crate::app::model::Model;
use crate::domain::listing::Listing;
use crate::domain::query::Group;
use crate::domain::table::Row;
use crate::domain::{AlertKey, SafeStr, Severity, Status};
use crate::plain::session::Plain;
use crate::plain::waits::is_reading;
use crate::plain::{PAGE, speech};

/// `3. High. Suspicious PowerShell activity. vm-web-01. Active. 12 minutes ago. Marked.`
pub(super) fn alert(plain: &Plain, model: &Model, key: AlertKey) -> String {
    match plain.number(key) {
        Some(number) => format!("{number}. {}", words(plain, model, key)),
        None => words(plain, model, key),
    }
}

fn words(plain: &Plain, model: &Model, key: AlertKey) -> String {
    let gone = "No longer in the cache";
    let (row, is_gone) = match model.table.get(key) {
        Some(row) => (row, row.flags().is_gone()),
        None => match plain.frozen.table.get(key) {
            Some(row) => (row, true),
            None => return format!("{gone}."),
        },
    };
    let title = if row.title().0.is_empty() { row.alert_type() } else { row.title() };
    let age = row.time().map(|time| ago(time, model.now)).unwrap_or_default();
    let facts = [
        row.severity_label().to_string(),
        title.to_string(),
        row.resource().to_string(),
        status(&row),
        age,
        if is_gone { "Gone from the source".to_owned() } else { String::new() },
        kept(&row),
        if model.list.marks.contains(key) { "Marked".to_owned() } else { String::new() },
    ];
    speech::sentence(facts.iter().map(String::as_str))
}

fn status(row: &Row<'_>) -> String {
    let name = match row.status() {
        Status::InProgress => "In progress".to_owned(),
        _ => row.status_label().to_string(),
    };
    if row.pending().is_some() { format!("{name}, not verified yet") } else { name }
}

/// What is kept of an alert here.
fn kept(row: &Row<'_>) -> String {
    let Some(local) = row.local() else { return String::new() };
    let mut facts = Vec::new();
    if let Some(who) = local.assigned.as_ref().filter(|who| !who.is_empty()) {
        facts.push(format!("Assigned to {who}"));
    }
    if !local.notes.is_empty() {
        facts.push("Has a note".to_owned());
    }
    match local.useful {
        Some(true) => facts.push("Judged useful".to_owned()),
        Some(false) => facts.push("Judged not useful".to_owned()),
        None => {}
    }
    facts.join(". ")
}

/// A page of the frozen list, and what follows it.
pub(super) fn page(plain: &mut Plain, model: &Model, from: usize) -> Vec<String> {
    let total = plain.frozen.len();
    let range: Range<usize> = from..(from + PAGE).min(total);
    if range.is_empty() {
        return vec![if total == 0 { nothing(model) } else { "That is the end of the list.".to_owned() }];
    }
    plain.printed.push(range.clone());
    let groups = plain.frozen.groups.as_ref().map(|groups| groups.groups.as_slice()).unwrap_or_default();
    let mut lines = Vec::new();
    for place in range.clone() {
        if let Some(group) = groups.iter().find(|group| group.first == place) {
            lines.push(format!("Group {}", named(&plain.frozen, group)));
        }
        lines.push(match plain.frozen.key(place) {
            Some(key) => format!("{}. {}", place + 1, words(plain, model, key)),
            None => format!("{}. Gone.", place + 1),
        });
    }
    let left = total - range.end;
    lines.push(match left {
        0 => format!("That is all of {}.", counted(total, "alert")),
        left => format!("{} more: type more.", thousands(left)),
    });
    lines.extend(goes_on(model));
    lines
}

/// A group and how many alerts it has: `vm-web-01: 12 alerts.`
fn named(listing: &Listing, group: &Group) -> String {
    let groups = listing.groups.as_ref();
    let label = groups.map(|groups| groups.label(group, &listing.table).to_string()).unwrap_or_default();
    format!("{label}: {}.", counted(group.count, "alert"))
}

/// The groups, numbered.
pub(super) fn groups(listing: &Listing) -> Vec<String> {
    let Some(groups) = &listing.groups else {
        return vec!["The list is not grouped: group severity, say, groups it.".to_owned()];
    };
    let numbered = groups.groups.iter().enumerate();
    numbered.map(|(at, group)| format!("{}. {}", at + 1, named(listing, group))).collect()
}

/// Why the list is empty.
pub(super) fn nothing(model: &Model) -> String {
    if model.table.is_empty() && is_reading(model) {
        "No alert was read yet.".to_owned()
    } else if model.table.is_empty() {
        "There are no alerts.".to_owned()
    } else {
        let wider = model.list.listing.wider.as_ref().map_or_else(String::new, |wider| {
            format!(" {} would match {}.", SafeStr(&wider.term), thousands(wider.alerts))
        });
        format!("No alert matches the filter.{wider} clear shows every alert.")
    }
}

/// `622 of 1,204 alerts match: 12 High, 48 Medium.`
pub(super) fn counts(model: &Model) -> String {
    let listing = &model.list.listing;
    if listing.is_empty() {
        return nothing(model);
    }
    let known = Severity::KNOWN.into_iter().chain([Severity::Other]);
    let parts: Vec<String> = known
        .filter(|severity| listing.count(*severity) > 0)
        .map(|severity| format!("{} {}", thousands(listing.count(severity) as usize), severity.name()))
        .collect();
    let all = counted(model.table.len(), "alert");
    let match_ = if listing.len() == 1 { "matches" } else { "match" };
    format!("{} of {all} {match_}: {}.", thousands(listing.len()), parts.join(", "))
}

/// What is said beside a list to which files still add alerts.
pub(super) fn goes_on(model: &Model) -> Option<String> {
    let far = || match model.sync.reading.as_ref().and_then(reading::percent) {
        Some(percent) => format!("Reading goes on: {percent} percent so far."),
        None => "Reading goes on.".to_owned(),
    };
    is_reading(model).then(far)
}

/// The alert under the cursor. Of a heading, which lines do not have, it is the first of the group: there every wish finds
/// the cursor.
pub(super) fn cursor(model: &Model) -> Option<AlertKey> {
    let list = &model.list;
    list.cursor.or_else(|| list.listing.key(list.place).filter(|_| list.on_heading))
}

/// The alert under the cursor, and its place.
pub(super) fn under_cursor(plain: &Plain, model: &Model) -> Option<String> {
    let key = cursor(model)?;
    let place = format!("At {} of {}.", thousands(model.list.place + 1), thousands(model.list.listing.len()));
    Some(format!("{place} {}", words(plain, model, key)))
}
