//! An incident as a tree: the incident, below it its alerts in the order of time, each with its tactic.

use crate::app::document::{Piece, Role, line_width, safe, safe_cell};
use crate::app::documents::flow::Flow;
use crate::app::documents::moment;
use crate::app::documents::summary::column;
use crate::app::message::Now;
use crate::domain::incident::Family;
use crate::domain::table::{Row, Table};
use crate::domain::{AlertKey, SafeStr, Severity};

/// How much a line has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    /// The clock, the tactic and the title.
    Little,
    /// Date and status too.
    Some,
    /// Severity and resource too.
    Much,
}

impl Room {
    fn of(columns: usize) -> Self {
        match columns {
            ..70 => Self::Little,
            70..100 => Self::Some,
            100.. => Self::Much,
        }
    }
}

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
    let role = if is_own { Role::Dim } else { Role::Body };
    let room = Room::of(width);
    let mut line = vec![Piece::new(lead, Role::Dim)];
    let time = row.time().map_or_else(|| "no time".to_owned(), |time| moment::minute(time, now));
    let clock = time.rsplit(' ').next().unwrap_or_default();
    let (time, time_width) =
        if room == Room::Little { (clock, 6) } else { (time.as_str(), time.len().max(12)) };
    column(&mut line, vec![Piece::new(time, Role::Dim)], time_width + 1);
    let tactic = row.tactics().iter().find(|tactic| tactic.stage().is_some());
    let tactic = tactic.map_or("", crate::domain::Tactic::label);
    let tactic_width = if room == Room::Much { 20 } else { 14 };
    column(&mut line, safe_cell(SafeStr(tactic), tactic_width, role), tactic_width + 1);
    if room == Room::Much {
        column(&mut line, severity(row), 7);
    }
    let resource = if room == Room::Much { (width / 6).clamp(12, 24) + 1 } else { 0 };
    let status_width = if room == Room::Little { 0 } else { 10 };
    let words = width.saturating_sub(line_width(&line) + resource + status_width);
    column(&mut line, title(row, is_own, words.saturating_sub(usize::from(status_width > 0)), role), words);
    if resource > 0 {
        column(&mut line, safe_cell(row.resource(), resource - 1, role), resource);
    }
    if status_width > 0 {
        line.extend(status(row));
    }
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
