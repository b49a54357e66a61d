//! Text laid out for a width: what the details pane and the tabs show.
//!
//! Built in `update`, so that scrolling can be computed there; drawing paints the lines that are visible.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::SafeStr;
use crate::domain::safe_text::{Mode, Segment};

/// What a piece of text is, for the theme to style.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// Plain text.
    #[default]
    Body,
    /// The title of the alert.
    Title,
    /// The head of a section.
    Section,
    /// A label before a value.
    Label,
    /// Less important text.
    Dim,
    /// Text that stands out, such as a count that decides.
    Strong,
    /// A severity's word.
    Severity(crate::domain::Severity),
    /// A status's word.
    Status(crate::domain::Status),
    /// A link's address.
    Link,
    /// A number or literal of JSON.
    Number,
    /// A marked control character of the display rule.
    Marked,
    /// The stage of the kill chain that the alert is in.
    Stage,
    /// A key to press.
    Key,
    /// What went well, such as the word *verified*.
    Good,
    /// A fault.
    Error,
    /// The part of a bar that is done.
    Bar,
}

/// A piece of a line. The text went through the display rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// What it is.
    pub role: Role,
    /// True for text from outside: plain mode spells our own signs in ASCII and leaves this as it is.
    pub data: bool,
}

impl Piece {
    /// A piece of our own words, or of text that went through the display rule already.
    pub fn new(text: impl Into<String>, role: Role) -> Self {
        Self { text: text.into(), role, data: false }
    }

    /// Terminal cells.
    pub fn width(&self) -> usize {
        width(&self.text)
    }
}

impl From<&str> for Piece {
    fn from(text: &str) -> Self {
        Self::new(text, Role::Body)
    }
}

fn piece(segment: Segment<'_>, role: Role) -> Piece {
    let role = if segment.marked { Role::Marked } else { role };
    Piece { text: segment.text.into(), role, data: true }
}

/// Text from outside on one line.
pub fn safe(text: SafeStr<'_>, role: Role) -> Vec<Piece> {
    text.segments(Mode::OneLine).map(|segment| piece(segment, role)).collect()
}

/// Text from outside with its line breaks.
pub fn safe_block(text: SafeStr<'_>, role: Role) -> Vec<Piece> {
    text.segments(Mode::Block).map(|segment| piece(segment, role)).collect()
}

/// Text from outside on one line, cut to so many cells; the `…` of a cut text is dim.
pub fn safe_cell(text: SafeStr<'_>, width: usize, role: Role) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = text.cell(width).into_iter().map(|segment| piece(segment, role)).collect();
    if let Some(last) = pieces.last_mut().filter(|last| last.role == Role::Marked && last.text == "…") {
        last.role = Role::Dim;
    }
    pieces
}

/// Terminal cells of text that went through the display rule, as the drawing library counts them.
pub fn width(safe: &str) -> usize {
    if safe.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
        return safe.len();
    }
    safe.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// Terminal cells of a line.
pub fn line_width(line: &[Piece]) -> usize {
    line.iter().map(Piece::width).sum()
}

/// Lines that fit a width.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// The lines.
    pub lines: Vec<Vec<Piece>>,
}

impl Document {
    /// The number of lines.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// True without any line.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The cells of the widest line.
    pub fn width(&self) -> usize {
        self.lines.iter().map(|line| line_width(line)).max().unwrap_or(0)
    }

    /// The words alone, for tests and for plain output.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            let start = text.len();
            for piece in line {
                text.push_str(&piece.text);
            }
            text.truncate(start + text[start..].trim_end().len());
            text.push('\n');
        }
        text
    }
}

/// Keys and what they do, on one line.
pub fn keys(hints: &[(&str, &str)]) -> Vec<Piece> {
    let mut line = Vec::new();
    for (key, label) in hints {
        if !line.is_empty() {
            line.push(Piece::from("   "));
        }
        line.push(Piece::new(*key, Role::Key));
        line.push(Piece::from(format!(" {label}").as_str()));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_cut_cell_is_dim_and_only_marks_of_the_rule_are_marked() {
        let roles = |text: &str, width| -> Vec<(String, Role)> {
            let pieces = safe_cell(SafeStr(text), width, Role::Body);
            pieces.into_iter().map(|piece| (piece.text, piece.role)).collect()
        };
        let piece = |text: &str, role| (text.to_owned(), role);
        assert_eq!(roles("abcdef", 4), [piece("abc", Role::Body), piece("…", Role::Dim)]);
        assert_eq!(
            roles("a\u{7}bcdef", 4),
            [piece("a", Role::Body), piece("␇", Role::Marked), piece("b", Role::Body), piece("…", Role::Dim)]
        );
    }
}
