//! One line of text being edited: a plain struct with `handle(key)`.

use unicode_segmentation::UnicodeSegmentation;

use crate::app::key::{Code, Key};
use crate::domain::SafeStr;

/// A line of text and the place of its cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    text: String,
    /// In bytes, always between two grapheme clusters.
    cursor: usize,
}

/// What a key did to the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// The text changed.
    Changed,
    /// Only the cursor moved, or nothing did.
    Moved,
}

impl Input {
    /// Text with the cursor behind it.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), text }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The cursor, in bytes.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The column of the cursor in the safe form of the text.
    pub fn column(&self) -> usize {
        self.text.get(..self.cursor).map_or(0, |before| SafeStr(before).terminal_width())
    }

    /// Puts text in place of a range and the cursor behind it. A range that does not fit is ignored.
    pub fn replace(&mut self, range: std::ops::Range<usize>, with: &str) {
        if self.text.get(range.clone()).is_some() {
            self.text.replace_range(range.clone(), with);
            self.cursor = range.start + with.len();
        }
    }

    /// Puts text at the cursor; line breaks and other controls become blanks.
    pub fn insert(&mut self, text: &str) {
        let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.text.insert_str(self.cursor, &clean);
        self.cursor += clean.len();
    }

    /// Edits by a key: none when the key means nothing to a line of text.
    pub fn handle(&mut self, key: Key) -> Option<Edit> {
        match (key.ctrl, key.code) {
            (false, Code::Char(c)) => self.insert(c.encode_utf8(&mut [0; 4])),
            (false, Code::Backspace) | (true, Code::Char('h')) => {
                return Some(self.delete(self.before()..self.cursor));
            }
            (false, Code::Delete) => return Some(self.delete(self.cursor..self.after())),
            (true, Code::Char('w')) => return Some(self.delete(self.word_before()..self.cursor)),
            (true, Code::Char('u')) => return Some(self.delete(0..self.cursor)),
            (true, Code::Char('k')) => return Some(self.delete(self.cursor..self.text.len())),
            (false, Code::Left) => return Some(self.go(self.before())),
            (false, Code::Right) => return Some(self.go(self.after())),
            (false, Code::Home) | (true, Code::Char('a')) => return Some(self.go(0)),
            (false, Code::End) | (true, Code::Char('e')) => return Some(self.go(self.text.len())),
            _ => return None,
        }
        Some(Edit::Changed)
    }

    fn go(&mut self, to: usize) -> Edit {
        self.cursor = to;
        Edit::Moved
    }

    fn delete(&mut self, range: std::ops::Range<usize>) -> Edit {
        if range.is_empty() {
            return Edit::Moved;
        }
        self.cursor = range.start;
        self.text.replace_range(range, "");
        Edit::Changed
    }

    fn before(&self) -> usize {
        self.text[..self.cursor].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        self.text[self.cursor..]
            .graphemes(true)
            .next()
            .map_or(self.cursor, |cluster| self.cursor + cluster.len())
    }

    fn word_before(&self) -> usize {
        let head = self.text[..self.cursor].trim_end();
        head.rfind(char::is_whitespace)
            .map_or(0, |at| at + head[at..].chars().next().map_or(1, char::len_utf8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(start: &str, keys: &[Key]) -> (String, usize) {
        let mut input = Input::new(start);
        for key in keys {
            input.handle(*key);
        }
        (input.text, input.cursor)
    }

    #[test]
    fn editing_keeps_grapheme_clusters_whole() {
        let back = Key::plain(Code::Backspace);
        let left = Key::plain(Code::Left);
        assert_eq!(typed("a👩‍💻", &[back]), ("a".into(), 1));
        assert_eq!(typed("ab", &[left, Key::char('é')]), ("aéb".into(), 3));
        assert_eq!(typed("", &[back, left, Key::plain(Code::Delete)]), (String::new(), 0));
    }

    #[test]
    fn words_and_line_ends_are_deleted() {
        assert_eq!(typed("status:active since:24h", &[Key::ctrl('w')]), ("status:active ".into(), 14));
        assert_eq!(typed("one  ", &[Key::ctrl('w')]), (String::new(), 0));
        assert_eq!(typed("abc", &[Key::plain(Code::Home), Key::ctrl('k')]), (String::new(), 0));
    }

    #[test]
    fn pasted_controls_become_blanks() {
        let mut input = Input::default();
        input.insert("a\nb\u{1b}c");
        assert_eq!(input.text(), "a b c");
    }
}
