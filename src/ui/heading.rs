//! The headings of a grouped list: fold, value, how many alerts, and of which severities.

use ratatui::style::{Modifier, Style};

use crate::app::columns::LEAD;
use crate::app::document::{Piece, Role, line_width, safe_cell};
use crate::app::documents::moment::thousands;
use crate::app::layout::Area;
use crate::app::model::Model;
use crate::domain::Severity;
use crate::domain::query::{Group, GroupBy};
use crate::ui::paint::Painter;

/// The least columns for a value beside its severities.
const LEAST: usize = 16;

/// From so many columns of the row on, severities are words: on every heading or on none.
const WORDS_FROM: u16 = 64;

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
    let count = format!("  {}", thousands(group.count));
    let room = row.columns().saturating_sub(sign.chars().count() + count.len());
    let label = groups.label(group, &list.listing.table);
    let severities = if groups.by == GroupBy::Severity {
        Vec::new()
    } else {
        severities(group, &totals(model), row.width >= WORDS_FROM, (room, label.terminal_width()))
    };
    let mut pieces = vec![Piece::new(sign, Role::Key)];
    pieces.extend(safe_cell(label, room.saturating_sub(line_width(&severities)), Role::Title));
    pieces.push(Piece::new(count, Role::Strong));
    painter.styled(row, &pieces, Style::new());
    painter.right(row, &severities);
}

/// The severities that the list has, each with how many cells its greatest count may take.
fn totals(model: &Model) -> Vec<(Severity, usize)> {
    let total = |severity| model.list.listing.count(severity) as usize;
    let severities = Severity::KNOWN.into_iter().chain([Severity::Other]);
    severities.filter(|one| total(*one) > 0).map(|one| (one, thousands(total(one)).len())).collect()
}

/// `High 3  Medium 9`, in letters where there is less room, or nothing. Each severity stands below its own of other
/// headings, unless the value at the left needs that room.
fn severities(
    group: &Group,
    totals: &[(Severity, usize)],
    roomy: bool,
    (room, value): (usize, usize),
) -> Vec<Piece> {
    let word = |severity: Severity, length: usize| {
        let word = severity.short();
        word.get(..length.min(word.len())).unwrap_or(word)
    };
    let whole = |length: usize| -> usize {
        totals.iter().map(|(severity, digits)| 3 + word(*severity, length).len() + digits).sum()
    };
    let lengths: &[usize] = if roomy { &[6, 1] } else { &[1] };
    let Some(length) = lengths.iter().copied().find(|length| whole(*length) + LEAST <= room) else {
        return Vec::new();
    };
    let line = |aligned: bool| {
        let mut line = Vec::new();
        for (severity, digits) in totals {
            let word = word(*severity, length);
            let digits = if aligned { *digits } else { 0 };
            let count = group.severities[*severity as usize] as usize;
            if count > 0 {
                line.push(Piece::new(format!("  {word}"), Role::Severity(*severity)));
                line.push(Piece::new(format!(" {:>digits$}", thousands(count)), Role::Body));
            } else if aligned && !line.is_empty() {
                // Blanks before the first are room for the value.
                line.push(Piece::from(" ".repeat(3 + word.len() + digits).as_str()));
            }
        }
        line
    };
    let aligned = line(true);
    if line_width(&aligned) + value <= room { aligned } else { line(false) }
}
