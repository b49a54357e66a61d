//! Supporting evidence: tables with aligned columns, cut to the width; any other kind as its JSON.

use crate::app::document::{Piece, Role, safe, safe_block, safe_cell};
use crate::app::documents::flow::Flow;
use crate::app::documents::summary::column;
use crate::domain::SafeText;
use crate::domain::alert::Evidence;

/// The narrowest column; where not even these fit, each row becomes a list of labels and values.
const NARROWEST: usize = 6;

/// Blank cells between columns.
const GAP: usize = 2;

/// Lays out every piece of evidence.
pub(super) fn evidence(flow: &mut Flow, evidence: &[Evidence]) {
    for piece in evidence {
        match piece {
            Evidence::Table { title, columns, rows } => {
                heading(flow, title);
                table(flow, columns, rows);
            }
            Evidence::Other { title, json } => {
                heading(flow, title);
                flow.wrap("    ", "    ", &safe_block(json.as_safe(), Role::Body));
            }
        }
    }
}

fn heading(flow: &mut Flow, title: &SafeText) {
    if !title.is_empty() {
        flow.wrap("  ", "  ", &safe(title.as_safe(), Role::Label));
    }
}

fn table(flow: &mut Flow, columns: &[SafeText], rows: &[Vec<SafeText>]) {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0).max(columns.len());
    let room = flow.width().saturating_sub(4);
    if count == 0 {
        return;
    }
    if count * (NARROWEST + GAP) > room + GAP {
        return records(flow, columns, rows);
    }
    let widths = fit(natural(columns, rows, count), room - (count - 1) * GAP);
    let mut print = |cells: &[SafeText], role: Role| {
        let mut line = vec![Piece::from("    ")];
        for (at, width) in widths.iter().enumerate() {
            let cell = cells.get(at).map(|text| safe_cell(text.as_safe(), *width, role)).unwrap_or_default();
            // Blanks behind the last one would be too much for the line.
            if at + 1 == widths.len() {
                line.extend(cell);
            } else {
                column(&mut line, cell, width + GAP);
            }
        }
        flow.line(line);
    };
    print(columns, Role::Label);
    for row in rows {
        print(row, Role::Body);
    }
}

/// The widths that nothing would be cut at.
fn natural(columns: &[SafeText], rows: &[Vec<SafeText>], count: usize) -> Vec<usize> {
    let cells = |at: usize| rows.iter().filter_map(move |row| row.get(at)).chain(columns.get(at));
    (0..count).map(|at| cells(at).map(SafeText::terminal_width).max().unwrap_or(0).max(1)).collect()
}

/// Takes from the widest column until all fit the room.
fn fit(mut widths: Vec<usize>, room: usize) -> Vec<usize> {
    loop {
        let over = widths.iter().sum::<usize>().saturating_sub(room);
        let widest = widths.iter().copied().max().unwrap_or(0);
        if over == 0 || widest <= NARROWEST {
            return widths;
        }
        let next = widths.iter().copied().filter(|width| *width < widest).max().unwrap_or(0).max(NARROWEST);
        let tall = widths.iter().filter(|width| **width == widest).count();
        let step = (widest - next).min(over.div_ceil(tall)).max(1);
        let mut left = over;
        for width in widths.iter_mut().filter(|width| **width == widest) {
            let take = step.min(left);
            *width -= take;
            left -= take;
        }
    }
}

fn records(flow: &mut Flow, columns: &[SafeText], rows: &[Vec<SafeText>]) {
    for row in rows {
        let fields: Vec<_> = row
            .iter()
            .enumerate()
            .map(|(at, cell)| {
                let label = columns.get(at).map(|name| safe(name.as_safe(), Role::Label)).unwrap_or_default();
                (label, safe(cell.as_safe(), Role::Body))
            })
            .collect();
        flow.fields(4, &fields);
        flow.blank();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(width: usize, columns: &[&str], rows: &[&[&str]]) -> String {
        let own = |cells: &[&str]| cells.iter().map(|cell| SafeText::from(*cell)).collect::<Vec<_>>();
        let mut flow = Flow::new(width);
        let rows = rows.iter().map(|row| own(row)).collect();
        evidence(&mut flow, &[Evidence::Table { title: "T".into(), columns: own(columns), rows }]);
        let document = flow.finish();
        assert!(document.width() <= width, "{} cells of {width}", document.width());
        document.text()
    }

    #[test]
    fn columns_are_aligned_and_the_widest_gives_way() {
        assert_eq!(
            laid_out(26, &["Time", "What"], &[&["12:01", "a long sentence here"], &["日本", "b"]]),
            "  T\n    Time   What\n    12:01  a long sentenc…\n    日本   b\n"
        );
    }

    #[test]
    fn short_and_long_rows_survive() {
        assert_eq!(
            laid_out(40, &["A", "B"], &[&["1"], &["1", "2", "3"]]),
            "  T\n    A  B\n    1\n    1  2  3\n"
        );
        assert_eq!(laid_out(40, &[], &[]), "  T\n");
    }

    #[test]
    fn too_many_columns_become_records() {
        assert_eq!(
            laid_out(16, &["A", "B"], &[&["1", "2"], &["3", "4"]]),
            "  T\n    A  1\n    B  2\n\n    A  3\n    B  4\n"
        );
    }

    #[test]
    fn widths_never_exceed_the_room() {
        for widths in [vec![1, 2, 300], vec![40, 40, 40], vec![7, 7, 7], vec![100]] {
            let fitted = fit(widths.clone(), 40);
            assert!(fitted.iter().sum::<usize>() <= 40, "{widths:?} became {fitted:?}");
            assert!(fitted.iter().zip(&widths).all(|(new, old)| new <= old && *new > 0));
        }
    }
}
