//! The headings of a grouped list: fold, value, how many alerts, and of which severities.

use ratatui::style::{Modifier, Style};

use crate::app::columns::LEAD;
use crate::app::document::{Piece, Role, line_width, safe_cell};
use crate::app::documents::moment::thousands;
use crate::app::documents::summary::column;
use crate::app::layout::Area;
use crate::app::model::Model;
use crate::domain::Severity;
use crate::domain::query::{Group, GroupBy};
use crate::ui::paint::Painter;

/// The least columns for a value beside severities in words, and in letters.
const LEAST: [usize; 2] = [32, 16];

/// Draws the heading of a group. It has the mark's sign when all of its alerts are marked, a hollow one when some are.
pub(super) fn draw(model: &Model, number: usize, line: Area, painter: &mut Painter<'_>) {
    let list = &model.list;
    let (Some(groups), Some(group)) = (&list.listing.groups, list.groups().get(number)) else { return };
    let bold = painter.theme.accent().add_modifier(Modifier::BOLD);
    match list.marked_in.get(number) {
        Some(0) | None => {}
        Some(marked) => painter.mark(line, 1, if *marked == group.count { "●" } else { "○" }, bold),
    }
    let row = Area { x: line.x + LEAD, width: line.width.saturating_sub(LEAD), ..line };
    let sign = if list.is_folded(number) { "▸ " } else { "▾ " };
    let label = groups.label(group, &list.listing.table);
    // As wide as the greatest count can be: on every heading counts stand in the same columns.
    let digits = thousands(list.listing.len()).len();
    let room = row.columns().saturating_sub(sign.chars().count() + 2 + digits);
    let totals = if groups.by == GroupBy::Severity { Vec::new() } else { totals(model) };
    let severities = severities(group, &totals, room);
    let mut pieces = vec![Piece::new(sign, Role::Key)];
    let room = room.saturating_sub(line_width(&severities));
    column(&mut pieces, safe_cell(label, room, Role::Title), room);
    pieces.push(Piece::new(format!("  {:>digits$}", thousands(group.count)), Role::Strong));
    pieces.extend(severities);
    painter.styled(row, &pieces, Style::new());
}

/// The severities that the list has, each with how many cells its greatest count may take.
fn totals(model: &Model) -> Vec<(Severity, usize)> {
    let total = |severity| model.list.listing.count(severity) as usize;
    let severities = Severity::KNOWN.into_iter().chain([Severity::Other]);
    severities.filter(|one| total(*one) > 0).map(|one| (one, thousands(total(one)).len())).collect()
}

/// `High 3  Medium 9`, in letters where there is less room, or nothing. Each severity stands below its own of other
/// headings, whatever their values need.
fn severities(group: &Group, totals: &[(Severity, usize)], room: usize) -> Vec<Piece> {
    let word = |severity: Severity, length: usize| {
        let word = severity.short();
        word.get(..length.min(word.len())).unwrap_or(word)
    };
    let whole = |length: usize| -> usize {
        totals.iter().map(|(severity, digits)| 3 + word(*severity, length).len() + digits).sum()
    };
    let lengths = [6, 1].into_iter().zip(LEAST);
    let Some((length, _)) = lengths.into_iter().find(|(length, least)| whole(*length) + least <= room) else {
        return Vec::new();
    };
    let mut line = Vec::new();
    for &(severity, digits) in totals {
        let word = word(severity, length);
        let count = group.severities[severity as usize] as usize;
        if count > 0 {
            line.push(Piece::new(format!("  {word}"), Role::Severity(severity)));
            line.push(Piece::new(format!(" {:>digits$}", thousands(count)), Role::Body));
        } else {
            line.push(Piece::from(" ".repeat(3 + word.len() + digits).as_str()));
        }
    }
    line
}
