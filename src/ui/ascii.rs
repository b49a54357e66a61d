//! Where the terminal has no UTF-8, a sign of several bytes is rubbish: every cell is spelled in ASCII once all is drawn.
//!
//! Our own signs have a sign of their own each, one cell wide, so that they still tell what they told; letters of the data
//! that ASCII does not have become `?`.

use ratatui::buffer::Buffer;
use unicode_segmentation::UnicodeSegmentation;

/// Spells what was drawn.
pub(super) fn spell(buffer: &mut Buffer) {
    for cell in buffer.content.iter_mut().filter(|cell| !cell.symbol().is_ascii()) {
        let sign = sign(cell.symbol());
        cell.set_char(sign);
    }
}

/// The same for a text.
pub fn text(text: &str) -> String {
    text.graphemes(true).map(sign).collect()
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
            ("Suspicious PowerShell ac… ↑2", "Suspicious PowerShell ac~ ^2"),
            ("█████░░░ 337 = 340 − 3", "#####... 337 = 340 - 3"),
            ("kv-größe ‹U+202E›日本 e\u{301}", "kv-gr??e <U+202E>?? e"),
            ("\u{241b}]0;x", "?]0;x"),
        ] {
            assert_eq!(text(drawn), spelled);
        }
    }
}
