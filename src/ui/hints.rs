//! The last row: the next keys, always visible; and the menu of a chord above it.

use crate::app::command::{self, Command, Show};
use crate::app::document::{Document, Piece, Role, line_width};
use crate::app::documents::{self, help::grid};
use crate::app::layout::Area;
use crate::app::model::Model;
use crate::ui::paint::Painter;

/// Blank cells between two hints, where there is room for all that matter.
const GAP: usize = 3;

/// On a narrow row.
const NARROW_GAP: usize = 2;

/// From this many columns on, a row is not narrow.
const ROOMY: usize = 98;

/// The columns of the menu of a pivot: the counts stand near their entities.
const PIVOTS: usize = 84;

/// The key that steps back and changes nothing.
const SAFE: &str = "Esc";

/// What it is called where the user's own key for it is shown.
const SAFE_LABEL: &str = "back";

pub(super) fn draw(model: &Model, row: Area, painter: &mut Painter<'_>) {
    let row = Area { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
    let hints = command::hints(model);
    let help = model.settings.keymap.shown(Command::Show(Show::Help));
    painter.line(row, &fitted(&hints, &help, row.columns()));
}

/// The hints that fit, the first ones first. The safe key is never left out, nor is help, which keeps its place at the
/// end.
fn fitted(hints: &[(String, &'static str)], help_key: &str, room: usize) -> Vec<Piece> {
    let gap = if room < ROOMY { NARROW_GAP } else { GAP };
    let hint = |(key, label): &(String, &'static str)| {
        vec![Piece::new(key.clone(), Role::Key), Piece::new(format!(" {label}"), Role::Body)]
    };
    let help = hints.iter().find(|(key, _)| key == help_key).map(hint).unwrap_or_default();
    let is_safe = |(key, label): &(String, &'static str)| key == SAFE || *label == SAFE_LABEL;
    let kept = |one: &&(String, &'static str)| one.0 == help_key || is_safe(one);
    let mut reserved: usize = hints.iter().filter(kept).map(|kept| line_width(&hint(kept)) + gap).sum();
    let mut line: Vec<Piece> = Vec::new();
    let mut used = 0;
    for one in hints.iter().filter(|(key, _)| key != help_key) {
        let pieces = hint(one);
        let needs = line_width(&pieces) + if line.is_empty() { 0 } else { gap };
        if is_safe(one) {
            reserved = reserved.saturating_sub(line_width(&pieces) + gap);
        } else if used + needs + reserved > room {
            continue;
        }
        if !line.is_empty() {
            line.push(Piece::from(" ".repeat(gap).as_str()));
        }
        used += needs;
        line.extend(pieces);
    }
    if !help.is_empty() {
        if !line.is_empty() {
            line.push(Piece::from(" ".repeat(gap).as_str()));
        }
        line.extend(help);
    }
    line
}

/// What can follow the first key of a chord, once it is due.
pub(super) fn menu(model: &Model, painter: &mut Painter<'_>) {
    let Some(chord) = model.chord.as_ref().filter(|chord| chord.menu) else { return };
    let (width, height) = model.size;
    let columns = usize::from(width.saturating_sub(4));
    let lines = if let Some(mentions) = command::pivots(model) {
        documents::mentions(mentions, columns.min(PIVOTS)).lines
    } else if command::saves(model) {
        documents::views::digits(model, &chord.pending.keys, columns.min(PIVOTS)).lines
    } else {
        let entries: Vec<(String, String)> =
            command::which_key(model).into_iter().map(|(key, label)| (key, label.to_owned())).collect();
        grid(&entries, columns)
    };
    let high = (lines.len() as u16 + 2).min(height.saturating_sub(3));
    let area = Area { x: 0, y: height.saturating_sub(1 + high), width, height: high };
    painter.clear(area);
    let mut title = vec![Piece::new(command::show_keys(&chord.pending.keys), Role::Key)];
    if command::pivots(model).is_some() {
        title.push(Piece::new(" · the alerts that share", Role::Dim));
    }
    if command::saves(model) {
        title.push(Piece::new(" · save what the list shows as", Role::Dim));
    }
    if let Some(why) = command::chord_refused(model) {
        title.push(Piece::new(format!(" · {why}"), Role::Dim));
    }
    painter.frame(area, &title, true);
    painter.document(area.inner(), &Document { lines }, 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_never_left_out() {
        let hints: Vec<(String, &'static str)> =
            [("Space", "mark"), ("/", "filter"), ("d", "dismiss"), ("?", "help")]
                .map(|(key, label)| (key.to_owned(), label))
                .into();
        let text =
            |room| fitted(&hints, "?", room).iter().map(|piece| piece.text.as_str()).collect::<String>();
        assert_eq!(text(98), "Space mark   / filter   d dismiss   ? help");
        assert_eq!(text(97), "Space mark  / filter  d dismiss  ? help");
        assert_eq!(text(28), "Space mark  / filter  ? help");
        assert_eq!(text(27), "Space mark  ? help");
        assert_eq!(text(20), "Space mark  ? help");
        assert_eq!(text(5), "? help");
    }

    #[test]
    fn the_safe_key_is_never_left_out() {
        let hints: Vec<(String, &'static str)> =
            [("1–6", "reason"), ("y", "yes, dismiss them"), ("Enter", "no"), ("Esc", "no")]
                .map(|(key, label)| (key.to_owned(), label))
                .into();
        let text =
            |room| fitted(&hints, "?", room).iter().map(|piece| piece.text.as_str()).collect::<String>();
        assert_eq!(text(98), "1–6 reason   y yes, dismiss them   Enter no   Esc no");
        assert_eq!(text(49), "1–6 reason  y yes, dismiss them  Enter no  Esc no");
        assert_eq!(text(48), "1–6 reason  y yes, dismiss them  Esc no");
        assert_eq!(text(12), "Esc no");
        assert_eq!(text(3), "Esc no");
    }
}
