//! An incident as a tree: the incident, below it its alerts in the order of time, each with its tactic.

use crate::app::document::{Piece, Role, safe, safe_cell};
use crate::app::documents::flow::Flow;
use crate::app::documents::moment;
use crate::app::documents::summary::column;
use crate::app::message::Now;
use crate::domain::incident::Family;
use crate::domain::table::{Row, Table};
use crate::domain::{AlertKey, SafeStr, Severity};

/// From this many columns on, a line has room for resource and status.
const ROOMY: usize = 76;

/// A line of the tree, and the alert it stands for where that is another one than the alert that is open.
pub(super) type Branch = (Option<AlertKey>, Vec<Piece>);

/// The tree of a family as it is seen from one of its alerts.
pub(super) fn tree(family: &Family, own: AlertKey, table: &Table, width: usize, now: Now) -> Vec<Branch> {
    let mut lines = Vec::new();
    if let Some(row) = table.get(family.incident) {
        lines.push(branch(&row, own, "    ", width, now));
    }
    let last = family.members.len() + family.missing.len();
    for (at, key) in family.members.iter().enumerate() {
        let Some(row) = table.get(*key) else { continue };
        let lead = if at + 1 == last { "    └─ " } else { "    ├─ " };
        lines.push(branch(&row, own, lead, width, now));
    }
    for (at, name) in family.missing.iter().enumerate() {
        let end = family.members.len() + at + 1 == last;
        let mut line = vec![Piece::new(if end { "    └─ " } else { "    ├─ " }, Role::Dim)];
        line.push(Piece::new("not in the cache: ", Role::Dim));
        line.extend(safe(name.as_safe(), Role::Dim));
        lines.push((None, line));
    }
    lines
}

/// The tree as a section of the *Alert details* tab.
pub(super) fn section(flow: &mut Flow, family: &Family, own: AlertKey, table: &Table, now: Now) {
    for (_, line) in tree(family, own, table, flow.width(), now) {
        flow.line(line);
    }
}

fn branch(row: &Row<'_>, own: AlertKey, lead: &str, width: usize, now: Now) -> Branch {
    let is_own = row.key() == own;
    let roomy = width >= ROOMY;
    let body = if is_own { Role::Dim } else { Role::Body };
    let mut line = vec![Piece::new(lead, Role::Dim)];
    let used = crate::app::document::width(lead);
    let time = row.time().map_or_else(|| "no time".to_owned(), |time| moment::minute(time, now));
    let time_width = if roomy { 12 } else { 6 };
    let time = if roomy { time } else { time.rsplit(' ').next().unwrap_or_default().to_owned() };
    column(&mut line, vec![Piece::new(time, Role::Dim)], time_width + 1);
    let tactic = row.tactics().iter().find(|tactic| tactic.stage().is_some());
    let tactic = tactic.map_or("", crate::domain::Tactic::label);
    let tactic_width = if roomy { 20 } else { 14 };
    column(&mut line, safe_cell(SafeStr(tactic), tactic_width, body), tactic_width + 1);
    let left = width.saturating_sub(used + time_width + 1 + tactic_width + 1);
    if !roomy {
        line.extend(title(row, is_own, left, body));
        return ((!is_own).then_some(row.key()), line);
    }
    column(&mut line, severity(row), 7);
    let resource = (width / 6).clamp(12, 24);
    let words = left.saturating_sub(7 + resource + 1 + 9);
    column(&mut line, title(row, is_own, words.saturating_sub(1), body), words);
    column(&mut line, safe_cell(row.resource(), resource, body), resource + 1);
    line.extend(status(row));
    ((!is_own).then_some(row.key()), line)
}

fn title(row: &Row<'_>, is_own: bool, width: usize, role: Role) -> Vec<Piece> {
    const OWN: &str = "this alert: ";
    if !is_own {
        return safe_cell(row.title(), width, role);
    }
    let mut pieces = vec![Piece::new(OWN, Role::Strong)];
    pieces.extend(safe_cell(row.title(), width.saturating_sub(OWN.len()), role));
    pieces
}

/// The severity in at most six columns.
pub(super) fn severity(row: &Row<'_>) -> Vec<Piece> {
    match row.severity() {
        Severity::Informational => vec![Piece::new("Info", Role::Severity(Severity::Informational))],
        other => safe_cell(row.severity_label(), 6, Role::Severity(other)),
    }
}

/// The status in at most nine columns, with `↑` before it while a change is pending.
pub(super) fn status(row: &Row<'_>) -> Vec<Piece> {
    let sign = if row.pending().is_some() { "↑" } else { " " };
    let word = if row.flags().is_gone() {
        Piece::new("gone", Role::Dim)
    } else {
        Piece::new(row.status().label(), Role::Status(row.status()))
    };
    vec![Piece::new(sign, Role::Key), word]
}
