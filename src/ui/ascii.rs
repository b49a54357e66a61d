//! Where the terminal has no UTF-8, a sign of several bytes is rubbish: every cell is spelled in ASCII once all is drawn.
//!
//! Our own signs have a sign of their own each, one cell wide, so that they still tell what they told; letters of the data
//! that ASCII does not have become `?`. Only an `…` that has room beside it becomes three dots, which are read as what it is; that
//! of a cut cell keeps to its one.

use ratatui::buffer::{Buffer, Cell};
use unicode_segmentation::UnicodeSegmentation;

/// Spells what was drawn.
pub(super) fn spell(buffer: &mut Buffer) {
    dots(buffer);
    for cell in buffer.content.iter_mut().filter(|cell| !cell.symbol().is_ascii()) {
        let sign = sign(cell.symbol());
        cell.set_char(sign);
    }
}

/// The same for a text, where there is room.
pub fn text(text: &str) -> String {
    text.replace('…', "...").graphemes(true).map(sign).collect()
}

/// Three dots for each `…` behind which, or before which, two cells can be spared and one stays between it and what follows.
fn dots(buffer: &mut Buffer) {
    let columns = usize::from(buffer.area.width).max(1);
    for row in buffer.content.chunks_mut(columns) {
        for at in 0..row.len() {
            if row[at].symbol() != "…" {
                continue;
            }
            // Beyond the edge nothing has to be parted, and nothing can be spared.
            let edge = |away: usize| if away == 3 { " " } else { "│" };
            let behind = |away: usize| row.get(at + away).map_or(edge(away), Cell::symbol);
            let before = |away: usize| at.checked_sub(away).map_or(edge(away), |at| row[at].symbol());
            let stands = matches!(behind(1), " " | "│");
            let first = match [behind(1), behind(2), behind(3)] {
                [" ", " ", " "] | [" ", "─", "─"] => at,
                _ if stands && matches!([before(1), before(2), before(3)], [" ", " ", " "]) => at - 2,
                _ => continue,
            };
            let (fg, modifier) = (row[at].fg, row[at].modifier);
            for cell in &mut row[first..first + 3] {
                (cell.fg, cell.modifier) = (fg, modifier);
                cell.set_char('.');
            }
            // The edge of a frame is parted from its title.
            if let Some(edge) = row.get_mut(first + 3).filter(|cell| cell.symbol() == "─") {
                edge.set_char(' ');
            }
        }
    }
}

/// What stands for a cluster.
fn sign(cluster: &str) -> char {
    let Some(first) = cluster.chars().next() else { return ' ' };
    match first {
        // With or without a mark above it.
        ascii if ascii.is_ascii() => ascii,
        '\u{a0}' => ' ',
        '·' | '–' | '—' | '−' | '─' | '▾' => '-',
        '━' => '=',
        '│' | '┃' => '|',
        '┊' => ':',
        // Corners and branches.
        '\u{2500}'..='\u{257f}' | '▸' | '▒' => '+',
        '▌' | '›' | '→' => '>',
        '▐' | '‹' | '←' => '<',
        '░' => '.',
        '\u{2580}'..='\u{259f}' => '#',
        '↑' | '▲' => '^',
        '↓' | '▼' => 'v',
        '●' | '•' | '▪' => '*',
        '○' | '◦' => 'o',
        '◆' => '@',
        '◇' => '%',
        '✓' | '×' => 'x',
        '…' => '~',
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_our_own_are_told_apart_and_letters_are_counted() {
        for (drawn, spelled) in [
            ("╭─ Alerts · 5 ─╮│▌ ●", "+- Alerts - 5 -+|> *"),
            ("◆ ◇ ● ○ ▸ ▾ ┃", "@ % * o + - |"),
            ("Suspicious PowerShell ac… ↑2", "Suspicious PowerShell ac... ^2"),
            ("█████░░░ 337 = 340 − 3", "#####... 337 = 340 - 3"),
            ("kv-größe ‹U+202E›日本 e\u{301}", "kv-gr??e <U+202E>?? e"),
            ("\u{241b}]0;x", "?]0;x"),
        ] {
            assert_eq!(text(drawn), spelled);
        }
    }

    #[test]
    fn dots_are_three_where_nothing_has_to_give_way() {
        for (drawn, spelled) in [
            ("│ loading…        │", "| loading...      |"),
            ("│ loading…  │", "| loading~  |"),
            ("│ loading… │", "| loading~ |"),
            ("╭─ less · runs … ──────╮", "+- less - runs ... ----+"),
            ("╭─ less · opening… ────╮", "+- less - opening... --+"),
            ("│ PowerShell ac… vm-01   │", "| PowerShell ac~ vm-01   |"),
            ("│ PowerShell ac…  vm-01  │", "| PowerShell ac~  vm-01  |"),
            ("│ PowerShell ac…   vm-01 │", "| PowerShell ac... vm-01 |"),
            ("│   … › Execution › …│", "| ... > Execution > ~|"),
            ("│ Enabled          …│", "| Enabled        ...|"),
            ("│ a …│", "| a ~|"),
            ("…", "~"),
            ("…  ", "..."),
            ("  …", "..."),
        ] {
            let mut buffer = Buffer::with_lines([drawn]);
            spell(&mut buffer);
            let shown: String = buffer.content().iter().map(Cell::symbol).collect();
            assert_eq!(shown, spelled);
        }
    }
}
