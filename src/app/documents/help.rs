//! Tables of keys: help for a pane, and the menu of a chord.

use crate::app::command::{self, Scope};
use crate::app::document::{Document, Piece, Role, line_width, width};
use crate::app::documents::flow::Flow;
use crate::app::settings::Settings;

/// Blank cells between columns.
const GAP: usize = 3;

/// From so many columns on, half of them are enough for keys and words.
const SPLIT: usize = 100;

/// What stands in the list besides words.
const SIGNS: [(&str, &str); 13] = [
    ("▌", "the alert under the cursor"),
    ("┃", "the range that visual mode covers"),
    ("●", "a marked alert; on a heading: all of the group's are marked"),
    ("○", "on a heading: some of the group's alerts are marked"),
    ("▾ ▸", "a group that is open, folded"),
    ("↑", "a change of status that is queued and not verified yet; the status shown is the one asked for"),
    ("◆", "reported by an agent on the machine"),
    ("◇", "reported by agentless scanning of its disks"),
    ("A", "assigned to somebody"),
    ("c", "there are notes on it"),
    ("b+ b-", "judged useful, not useful"),
    ("gone", "the source no longer has the alert"),
    ("␛", "reversed: a character that the terminal would obey or hide, shown instead; others as ‹U+202E›"),
];

/// What stands in every text where all is spelled in ASCII.
const SPELLED: [(&str, &str); 2] = [
    ("~", "the rest of a text that is cut, where three dots do not fit"),
    ("?", "not reversed: a letter or sign that ASCII does not have"),
];

/// Lays out every command of a scope by head, each head in as many columns as fit, then the signs of the list.
pub fn help(settings: &Settings, scope: Scope, columns: usize) -> Document {
    let mut sections = command::help(&settings.keymap, scope);
    for (keys, _) in sections.iter_mut().flat_map(|section| &mut section.rows) {
        *keys = command::shown_keys(keys, settings);
    }
    let keys =
        sections.iter().flat_map(|section| &section.rows).map(|(key, _)| width(key)).max().unwrap_or(0);
    let mut flow = Flow::new(columns);
    for section in &sections {
        flow.blank();
        flow.section(section.title);
        let entries: Vec<_> =
            section.rows.iter().map(|(key, label)| (key.clone(), (*label).to_owned())).collect();
        let mut lines = grid_from(&entries, columns, keys);
        if columns >= SPLIT {
            let other = grid_from(&wrapped(&entries, columns, keys), columns, keys);
            if other.len() < lines.len() {
                lines = other;
            }
        }
        if lines.iter().any(|line| line_width(line) > columns) {
            let field = |(key, label): &(String, String)| {
                let blanks = " ".repeat(keys - width(key));
                (vec![Piece::new(key.clone(), Role::Key), Piece::from(&*blanks)], vec![Piece::from(&**label)])
            };
            flow.fields(0, &entries.iter().map(field).collect::<Vec<_>>());
        } else {
            for line in lines {
                flow.line(line);
            }
        }
    }
    flow.blank();
    flow.section("Signs");
    let sign = |(sign, meaning): &(&str, &str)| {
        let blanks = " ".repeat(keys.saturating_sub(width(sign)));
        (vec![Piece::new(*sign, Role::Key), Piece::from(&*blanks)], vec![Piece::from(*meaning)])
    };
    let spelled = SPELLED.iter().filter(|_| settings.ascii);
    flow.fields(0, &SIGNS.iter().chain(spelled).map(sign).collect::<Vec<_>>());
    flow.finish()
}

/// The same with long labels on several rows where that makes columns of what would be one long column. A row that goes
/// on has no keys.
fn wrapped(entries: &[(String, String)], columns: usize, keys: usize) -> Vec<(String, String)> {
    let room = (columns.saturating_sub(GAP) / 2).saturating_sub(keys + 2).max(1);
    let mut rows = Vec::new();
    for (key, label) in entries {
        let mut flow = Flow::new(room);
        flow.words(label, Role::Body);
        for (at, line) in flow.finish().lines.into_iter().enumerate() {
            let text = line.into_iter().map(|piece| piece.text).collect();
            rows.push((if at == 0 { key.clone() } else { String::new() }, text));
        }
    }
    rows
}

/// Entries in columns, filled downwards, keys aligned in each.
pub fn grid(entries: &[(String, String)], columns: usize) -> Vec<Vec<Piece>> {
    grid_from(entries, columns, 0)
}

/// The same with at least so many cells for the keys.
fn grid_from(entries: &[(String, String)], columns: usize, least: usize) -> Vec<Vec<Piece>> {
    // Each column is as wide as its own entries: one long label or key costs its column the room, and no other.
    let columns_of = |down: usize| -> Vec<(usize, usize)> {
        let column = |part: &[(String, String)]| {
            let keys = part.iter().map(|(key, _)| width(key)).max().unwrap_or(0).max(least);
            (keys, part.iter().map(|(_, label)| keys + 2 + width(label)).max().unwrap_or(0))
        };
        entries.chunks(down).map(column).collect()
    };
    let fits = |down: &usize| {
        let cells = columns_of(*down);
        let cells = cells.iter().map(|(_, cell)| cell).sum::<usize>() + GAP * cells.len().saturating_sub(1);
        // No column begins in the middle of an entry.
        cells <= columns
            && entries.chunks(*down).all(|part| part.first().is_some_and(|(key, _)| !key.is_empty()))
    };
    let down = (1..=entries.len()).find(fits).unwrap_or(entries.len()).max(1);
    let cells = columns_of(down);
    let mut lines = Vec::with_capacity(down);
    for row in 0..down.min(entries.len()) {
        let mut line = Vec::new();
        for ((key, label), (keys, cell)) in entries.iter().skip(row).step_by(down).zip(&cells) {
            let gap = if line.is_empty() { 0 } else { GAP };
            line.push(Piece::from(" ".repeat(gap).as_str()));
            line.push(Piece::new(key.clone(), Role::Key));
            line.push(Piece::from(" ".repeat(keys + 2 - width(key)).as_str()));
            line.push(Piece::from(label.as_str()));
            line.push(Piece::from(" ".repeat(cell - keys - 2 - width(label)).as_str()));
        }
        // Blanks at the end of a line are no text.
        line.pop();
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_help_has_no_head_in_one_column() {
        for columns in [100, 116, 160] {
            let document = help(&Settings::default(), Scope::List, columns);
            let keys = |line: &Vec<Piece>| {
                line.iter().filter(|piece| piece.role == Role::Key && !piece.text.is_empty()).count()
            };
            let lines = document.lines.iter().filter(|line| keys(line) > 0);
            let [one, more] =
                [false, true].map(|more| lines.clone().filter(|line| (keys(line) > 1) == more).count());
            // The signs, and heads of few commands.
            assert!(more * 2 > one, "{columns}: {one} {more} {}", document.text());
            let all: usize = document.lines.iter().map(keys).sum();
            let narrow: usize = help(&Settings::default(), Scope::List, 60).lines.iter().map(keys).sum();
            assert_eq!(all, narrow, "{columns}");
            assert!(document.lines.iter().all(|line| line_width(line) <= columns));
        }
    }

    #[test]
    fn what_ascii_stands_for_is_explained_where_it_is_used() {
        let text = |ascii| help(&Settings { ascii, ..Settings::default() }, Scope::List, 116).text();
        for (_, meaning) in SPELLED {
            assert!(text(true).contains(meaning) && !text(false).contains(meaning));
        }
    }

    #[test]
    fn no_column_begins_in_the_middle_of_an_entry() {
        let entries: Vec<_> = [("a", "one two"), ("b", "a label of many words"), ("c", "three")]
            .map(|(key, label)| (key.to_owned(), label.to_owned()))
            .into();
        let lines = grid_from(&wrapped(&entries, 33, 1), 33, 1);
        assert_eq!(Document { lines }.text(), "a  one two      c  three\nb  a label of\n   many words\n");
    }

    #[test]
    fn keys_are_aligned_in_columns_that_fit() {
        let entries: Vec<_> = [("j", "down"), ("PgDn", "page"), ("G", "last"), ("q", "quit")]
            .map(|(key, label)| (key.to_owned(), label.to_owned()))
            .into();
        let text = |lines: Vec<Vec<Piece>>| Document { lines }.text();
        let uneven: Vec<_> = [("a", "a label of some length"), ("b", "b"), ("c", "c"), ("d", "d")]
            .map(|(key, label)| (key.to_owned(), label.to_owned()))
            .into();
        assert_eq!(
            text(grid(&uneven, 33)),
            "a  a label of some length   c  c\nb  b                        d  d\n"
        );
        assert_eq!(text(grid(&entries, 34)), "j     down   G  last\nPgDn  page   q  quit\n");
        for columns in [12, 25, 40, 200] {
            let lines = grid(&entries, columns);
            assert!(lines.iter().all(|line| line_width(line) <= columns));
            let shown: usize =
                lines.iter().map(|line| line.iter().filter(|p| p.role == Role::Key).count()).sum();
            assert_eq!(shown, 4);
        }
    }
}
