//! The *Related* tab: groups of alerts that have something in common with the one that is open.
//!
//! Each group is a line with its count and its state, then its first alerts; an incident is a tree. The first two columns
//! are the cursor's.

use std::ops::Range;

use crate::app::document::{Document, Piece, Role, line_width, safe, safe_cell, width};
use crate::app::documents::flow::Flow;
use crate::app::documents::incident;
use crate::app::documents::moment::{age, counted, thousands};
use crate::app::documents::summary::{column, letter};
use crate::app::message::{Mention, Now};
use crate::app::model::{Page, Target};
use crate::domain::Status;
use crate::domain::alert::Scan;
use crate::domain::related::{Group, Related, Tie};
use crate::domain::table::{Row, Table};

/// Alerts of a group shown below it.
const FIRST: usize = 3;

/// Lays out the groups; what each item of the page is comes with it. Without any group there is no item.
pub fn related(
    related: &Related,
    mentions: &[Mention],
    table: &Table,
    columns: usize,
    now: Now,
) -> (Page, Vec<Target>) {
    let mut page = Laid { flow: Flow::new(columns), items: Vec::new(), targets: Vec::new() };
    for (at, group) in related.groups.iter().enumerate() {
        page.flow.blank();
        let head = head(related, group, mentions, table, columns);
        page.item(Target::Group(at), head);
        match &group.tie {
            Tie::Incident(family) => {
                for (key, line) in incident::tree(family, related.key, table, columns, now) {
                    match key {
                        Some(key) => page.item(Target::Alert(key), line),
                        None => page.flow.line(line),
                    }
                }
            }
            _ => first_alerts(&mut page, group, table, now),
        }
    }
    closing(&mut page.flow, related, mentions);
    let Laid { flow, items, targets } = page;
    let document: Document = flow.finish();
    (Page { document, items }, targets)
}

/// The page in the making.
struct Laid {
    flow: Flow,
    items: Vec<Range<usize>>,
    targets: Vec<Target>,
}

impl Laid {
    fn item(&mut self, target: Target, line: Vec<Piece>) {
        let from = self.flow.len();
        self.flow.line(line);
        self.items.push(from..self.flow.len());
        self.targets.push(target);
    }
}

/// `a  203.0.113.7  ip` and, at the right edge, `41 alerts · 38 active · 3 resolved` or as much of it as there is room for.
fn head(related: &Related, group: &Group, mentions: &[Mention], table: &Table, columns: usize) -> Vec<Piece> {
    let mut line = vec![Piece::from("  ")];
    let states = states(group);
    let shortest = width(&states[states.len() - 1]);
    match &group.tie {
        Tie::Entity(at) => {
            let Some(mention) = mentions.get(*at) else { return line };
            let letter = letter(*at).map_or(" ".to_owned(), String::from);
            line.push(Piece::new(letter, Role::Key));
            line.push(Piece::from("  "));
            let kind = safe_cell(crate::domain::SafeStr(&mention.label), 14, Role::Dim);
            let room = columns.saturating_sub(5 + 2 + line_width(&kind) + 2 + shortest);
            line.extend(safe_cell(mention.short(), room.max(8), Role::Title));
            line.push(Piece::from("  "));
            line.extend(kind);
        }
        tie => {
            let title = title(related, tie, table);
            let room = columns.saturating_sub(2 + 2 + shortest);
            line.push(Piece::new(if width(title.0) <= room { title.0 } else { title.1 }, Role::Title));
        }
    }
    let left = columns.saturating_sub(line_width(&line) + 2);
    let state = states.into_iter().find(|state| width(state) <= left).unwrap_or_default();
    let gap = columns.saturating_sub(line_width(&line) + width(&state));
    line.push(Piece::from(" ".repeat(gap).as_str()));
    line.push(Piece::new(state, Role::Strong));
    line
}

/// What ties a group together, in full and in short.
fn title(related: &Related, tie: &Tie, table: &Table) -> (&'static str, &'static str) {
    match tie {
        Tie::Incident(family) if family.incident == related.key => {
            ("The alerts of this incident", "Alerts of this incident")
        }
        Tie::Incident(_) => ("The incident that this alert belongs to", "Same incident"),
        Tie::Twins => match table.get(related.key).map(|row| row.flags().scan()) {
            Some(Scan::Agent) => ("The same finding, reported by the agentless scan", "Agentless twin"),
            _ => ("The same finding, reported by the agent", "Twin of the agent"),
        },
        Tie::Correlation => ("The same correlation key", "Same correlation key"),
        Tie::SameType | Tie::Entity(_) => ("The same type on the same resource", "Same type, same resource"),
    }
}

/// How many there are and in which state, in as many words as there is room for: the longest first.
fn states(group: &Group) -> [String; 3] {
    let words = ["active", "in progress", "resolved", "dismissed", "other"];
    let mut long = counted(group.count, "alert");
    for (count, word) in group.statuses.iter().zip(words).filter(|(count, _)| **count > 0) {
        long.push_str(&format!(" · {} {word}", thousands(*count)));
    }
    let open = group.statuses[Status::Active as usize] + group.statuses[Status::InProgress as usize];
    let medium = format!("{} · {} open", counted(group.count, "alert"), thousands(open));
    [long, medium, format!("×{}", thousands(group.count))]
}

/// The first alerts of a group, and how many more there are.
fn first_alerts(page: &mut Laid, group: &Group, table: &Table, now: Now) {
    let columns = page.flow.width();
    let rows: Vec<Row<'_>> = group.keys.iter().filter_map(|key| table.get(*key)).take(FIRST).collect();
    for row in &rows {
        page.item(Target::Alert(row.key()), alert(row, columns, now));
    }
    let more = group.count.saturating_sub(rows.len());
    if more > 0 {
        page.flow.line(vec![Piece::new(format!("    and {} more", thousands(more)), Role::Dim)]);
    }
}

fn alert(row: &Row<'_>, columns: usize, now: Now) -> Vec<Piece> {
    let mut line = vec![Piece::from("    ")];
    column(&mut line, incident::severity(row), 7);
    let resource = (columns / 5).clamp(10, 28);
    let words = columns.saturating_sub(4 + 7 + resource + 1 + 10 + 1 + 4);
    column(&mut line, safe_cell(row.title(), words.saturating_sub(1), Role::Body), words);
    column(&mut line, safe_cell(row.resource(), resource, Role::Body), resource + 1);
    column(&mut line, incident::status(row), 11);
    let age = row.time().map_or_else(|| "–".to_owned(), |time| age(time, now));
    line.push(Piece::new(format!("{age:>4}"), Role::Dim));
    line
}

/// What nobody shares; where nothing is shared at all, what was looked for.
fn closing(flow: &mut Flow, related: &Related, mentions: &[Mention]) {
    if related.groups.is_empty() {
        flow.words("  No other alert has anything in common with this one.", Role::Body);
        flow.blank();
        let entities = match mentions.len() {
            0 => "It names no entity.".to_owned(),
            1 => "The one entity it names is in no other alert.".to_owned(),
            several => format!("None of the {several} entities it names is in another alert."),
        };
        let words = format!(
            "No incident groups it, no other alert has its correlation key, its type on its resource, or the same \
             finding of the other scanner. {entities}"
        );
        flow.wrap("  ", "  ", &[Piece::new(words, Role::Dim)]);
        return;
    }
    if related.alone > 0 {
        flow.blank();
        let words = match related.alone {
            1 => "One more entity is in no other alert".to_owned(),
            several => format!("{several} more entities are in no other alert"),
        };
        let shared = |at: usize| related.groups.iter().any(|group| group.tie == Tie::Entity(at));
        let names = mentions.iter().enumerate().filter(|(at, _)| !shared(*at)).map(|(_, mention)| mention);
        let mut line = vec![Piece::new(words, Role::Dim)];
        for (at, mention) in names.enumerate() {
            line.push(Piece::new(if at == 0 { ": " } else { ", " }, Role::Dim));
            line.extend(safe(mention.short(), Role::Dim));
        }
        flow.wrap("  ", "  ", &line);
    }
}
