//! Documents as lines that can be spoken: our own signs spelled in ASCII, columns parted by commas. Text from outside stays
//! as the display rule shows it.

use crate::app::document::{Document, Piece, Role, width as cells};

/// Our own words with their signs in ASCII. Frames, blocks and Braille become blanks.
pub fn fold(own: &str) -> String {
    if own.is_ascii() {
        return own.to_owned();
    }
    let mut text = String::with_capacity(own.len());
    // What a screen shows reversed stands in brackets.
    let own = if own.contains('▐') { own.replace('▐', "[").replace('▌', "]") } else { own.to_owned() };
    for c in own.replace(" · ", ", ").replace(" → ", " to ").replace(" — ", ", ").replace("↑ ", "").chars()
    {
        match c {
            '·' => text.push(','),
            '→' => text.push_str("->"),
            '←' => text.push_str("<-"),
            '…' => text.push_str("..."),
            '–' | '—' | '−' => text.push('-'),
            '×' => text.push('x'),
            '›' => text.push('>'),
            '‹' => text.push('<'),
            '✓' => text.push_str("done,"),
            '↑' => text.push_str("up"),
            '↓' => text.push_str("down"),
            '●' => text.push('*'),
            '\u{2500}'..='\u{259f}' | '\u{2800}'..='\u{28ff}' | '◆' | '◇' => text.push(' '),
            other => text.push(other),
        }
    }
    text
}

/// Everything in ASCII, for who reads no UTF-8: letters that it does not have become `?`.
pub fn ascii(text: &str) -> String {
    fold(text).chars().map(|c| if c.is_ascii() { c } else { '?' }).collect()
}

/// Documents are laid out for so many columns, so that nothing of them is cut; what is longer than the terminal is wide is
/// wrapped afterwards.
pub const ROOM: u16 = 2000;

/// The same as a width of text.
pub const LAID: usize = ROOM as usize;

/// The lines of a document, wrapped to a width.
pub fn lines(document: &Document, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    // A blank line is a pause; two are no longer one.
    for line in document.lines.iter().map(|line| self::line(line)) {
        if !(line.is_empty() && lines.last().is_none_or(String::is_empty)) {
            lines.extend(wrap(&line, width));
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// One line: blanks between columns become a comma or, behind a label, a colon.
pub fn line(pieces: &[Piece]) -> String {
    let mut text = String::new();
    // Blanks of our own that were met and not written yet, and whether a label stood before them.
    let (mut gap, mut label) = (0, false);
    let only = pieces.iter().filter(|piece| !piece.text.trim().is_empty()).count() == 1;
    for piece in pieces {
        if piece.data {
            join(&mut text, &mut gap, label);
            text.push_str(&piece.text);
            label = piece.role == Role::Label;
            continue;
        }
        for c in fold(&piece.text).chars() {
            if c == ' ' {
                gap += 1;
                continue;
            }
            if c == ',' && gap > 0 && !text.trim().is_empty() {
                gap = 0;
            }
            join(&mut text, &mut gap, label);
            text.push(c);
            label = piece.role == Role::Label;
        }
        let head = only && piece.role == Role::Section && !text.trim().is_empty();
        if head && !text.ends_with([':', '.', '?']) {
            text.push(':');
        }
    }
    text
}

fn join(text: &mut String, gap: &mut usize, label: bool) {
    let between = match (text.trim().is_empty(), *gap) {
        (_, 0) => "",
        // The depth of a tree, or of a hanging line.
        (true, depth) => {
            text.push_str(&" ".repeat(depth));
            ""
        }
        (false, 1) => " ",
        (false, _) if text.ends_with([',', '.', ':', ';', '?', '!', ')', '>']) => " ",
        (false, _) if label => ": ",
        (false, _) => ", ",
    };
    text.push_str(between);
    *gap = 0;
}

/// Our own words, wrapped to a width.
pub fn wrapped(own: &str, width: usize) -> Vec<String> {
    wrap(&fold(own), width)
}

/// Our own words parted by semicolons, wrapped between the parts: a number stays beside what it is for.
pub fn parts(head: &str, parts: impl Iterator<Item = String>, width: usize) -> Vec<String> {
    let whole: Vec<String> = parts.map(|part| part.replace(' ', "\u{a0}")).collect();
    let lines = wrapped(&format!("{head}{}.", whole.join("; ")), width);
    lines.into_iter().map(|line| line.replace('\u{a0}', " ")).collect()
}

/// A line wrapped at blanks; what follows hangs two columns deeper. A word that is wider stays whole: an id that was broken
/// can be neither copied nor searched.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    if cells(text) <= width {
        return vec![text.to_owned()];
    }
    let depth = text.len() - text.trim_start_matches(' ').len();
    let hang = " ".repeat(depth.min(width / 2) + 2);
    let mut lines = Vec::new();
    let mut line = " ".repeat(depth.min(width / 2));
    let mut begun = false;
    for word in text[depth..].split(' ') {
        if begun && cells(&line) + 1 + cells(word) > width {
            lines.push(std::mem::replace(&mut line, hang.clone()));
            begun = false;
        }
        if begun {
            line.push(' ');
        }
        line.push_str(word);
        begun = true;
    }
    lines.push(line);
    lines
}

/// Our own words with a capital at the beginning and a full stop at the end.
pub fn capital(own: &str) -> String {
    let mut letters = own.chars();
    match letters.next() {
        Some(first) => sentence([(first.to_uppercase().collect::<String>() + letters.as_str()).as_str()]),
        None => String::new(),
    }
}

/// Facts parted by full stops, empty ones left out: `High. Suspicious logon. vm-1.`
pub fn sentence<'a>(facts: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for fact in facts.into_iter().filter(|fact| !fact.is_empty()) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(fact);
        if !fact.ends_with(['.', '?', '!']) {
            text.push('.');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::document::safe;
    use crate::domain::SafeStr;

    #[test]
    fn our_own_signs_are_spelled_and_those_of_the_data_stay() {
        let own = |text: &str| line(&[Piece::from(text)]);
        for (text, spoken) in [
            ("337 = 340 matching − 3 kept", "337 = 340 matching - 3 kept"),
            ("328 verified · 9 failed", "328 verified, 9 failed"),
            ("13:02:11 → 13:07:40 UTC", "13:02:11 to 13:07:40 UTC"),
            ("a  203.0.113.7       ip   ×41", "a, 203.0.113.7, ip, x41"),
            ("  ├─ host  vm-1", "     host, vm-1"),
            ("done █████░░░░░  120/337", "done, 120/337"),
            ("↑ pending: Active", "pending: Active"),
            ("Initial access › ▐Execution▌ › …", "Initial access > [Execution] > ..."),
        ] {
            assert_eq!(own(text), spoken);
        }
        let data = "│ a  b → \u{2588} · …";
        assert_eq!(line(&safe(SafeStr(data), Role::Body)), data);
    }

    #[test]
    fn long_lines_hang_and_long_words_stay_whole() {
        for (text, lines) in [
            ("one two three", &["one two", "  three"][..]),
            ("  one two three", &["  one two", "    three"]),
            ("a /very/long/path/indeed b", &["a", "  /very/long/path/indeed", "  b"]),
            ("short", &["short"]),
        ] {
            assert_eq!(wrap(text, 9), lines, "{text}");
        }
    }

    #[test]
    fn a_number_is_not_parted_from_what_it_is_for() {
        let reasons = ["1 Noise", "2 Not relevant here"].map(String::from);
        assert_eq!(
            parts("Reasons: ", reasons.into_iter(), 24),
            ["Reasons: 1 Noise;", "  2 Not relevant here."]
        );
    }

    #[test]
    fn a_label_is_followed_by_a_colon_and_a_head_ends_with_one() {
        let label = |text: &str| Piece::new(text, Role::Label);
        assert_eq!(line(&[label("Product"), Piece::from("   "), Piece::from("Servers")]), "Product: Servers");
        assert_eq!(line(&[Piece::new("Entities", Role::Section)]), "Entities:");
        assert_eq!(sentence(["High", "", "What is it?", "vm-1"]), "High. What is it? vm-1.");
    }
}
