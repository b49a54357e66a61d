//! Tables of keys: help for a pane, and the menu of a chord.

use crate::app::command::{self, Help};
use crate::app::document::{Document, Piece, Role, width};
use crate::app::documents::flow::Flow;
use crate::app::model::Pane;

/// Blank cells between columns.
const GAP: usize = 3;

/// Lays out the keys of a pane.
pub fn help(pane: Pane, columns: usize) -> Document {
    sections(&command::help(pane), columns)
}

/// Lays out sections of keys, each in as many columns as fit.
pub fn sections(sections: &[Help], columns: usize) -> Document {
    let mut flow = Flow::new(columns);
    for section in sections.iter().filter(|section| !section.rows.is_empty()) {
        flow.blank();
        if !section.title.is_empty() {
            flow.section(section.title);
        }
        let entries: Vec<(String, String)> =
            section.rows.iter().map(|(keys, label)| (keys.clone(), (*label).to_owned())).collect();
        for line in grid(&entries, columns) {
            flow.line(line);
        }
    }
    flow.finish()
}

/// Entries in columns, filled downwards, keys aligned.
pub fn grid(entries: &[(String, String)], columns: usize) -> Vec<Vec<Piece>> {
    let keys = entries.iter().map(|(key, _)| width(key)).max().unwrap_or(0);
    let cell = entries.iter().map(|(_, label)| keys + 2 + width(label)).max().unwrap_or(0);
    let across = ((columns + GAP) / (cell + GAP).max(1)).clamp(1, entries.len().max(1));
    let down = entries.len().div_ceil(across);
    let mut lines = Vec::with_capacity(down);
    for row in 0..down {
        let mut line = Vec::new();
        for (key, label) in entries.iter().skip(row).step_by(down) {
            let gap = if line.is_empty() { 0 } else { GAP };
            line.push(Piece::from(" ".repeat(gap + keys - width(key)).as_str()));
            line.push(Piece::new(key.clone(), Role::Key));
            line.push(Piece::new(format!("  {label}"), Role::Body));
            line.push(Piece::from(" ".repeat(cell - keys - 2 - width(label)).as_str()));
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::document::line_width;

    #[test]
    fn keys_are_aligned_in_columns_that_fit() {
        let entries: Vec<_> = [("j", "down"), ("PgDn", "page"), ("G", "last"), ("q", "quit")]
            .map(|(key, label)| (key.to_owned(), label.to_owned()))
            .into();
        let rows =
            vec![("j".into(), "down"), ("PgDn".into(), "page"), ("G".into(), "last"), ("q".into(), "quit")];
        let keys = [Help { title: "Move", rows }, Help { title: "None", rows: Vec::new() }];
        assert_eq!(sections(&keys, 34).text(), "Move\n   j  down      G  last\nPgDn  page      q  quit\n");
        for columns in [12, 25, 40, 200] {
            let lines = grid(&entries, columns);
            assert!(lines.iter().all(|line| line_width(line) <= columns));
            let shown: usize =
                lines.iter().map(|line| line.iter().filter(|p| p.role == Role::Key).count()).sum();
            assert_eq!(shown, 4);
        }
    }
}
