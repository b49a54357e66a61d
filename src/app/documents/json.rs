//! The *JSON* tab: the source's JSON, indented, its values untouched; unsafe characters as `\u` escapes.

use serde::de::IgnoredAny;

use crate::app::document::{Document, Piece, Role, safe_block};
use crate::app::documents::flow::Flow;
use crate::domain::safe_text::json_escaped;
use crate::domain::{SafeStr, thousands};

/// Columns of one level.
const INDENT: usize = 2;

/// The deepest level that is still indented further.
const DEEPEST: usize = 20;

/// Bytes that are laid out at most: far more than anybody scrolls through.
const MOST: usize = 1024 * 1024;

/// Lays out a JSON text, and says what key copies one that is too long to be shown, if any does. Order, numbers and
/// repeated keys stay as they are; a text that is no JSON is wrapped as it is.
pub fn json(raw: &str, copies: &str, width: usize) -> Document {
    let mut flow = Flow::new(width);
    if let Err(error) = serde_json::from_str::<IgnoredAny>(raw) {
        flow.wrap(
            "",
            "",
            &[Piece::new(format!("This is no JSON that quell can read: {error}"), Role::Error)],
        );
        flow.blank();
        flow.wrap("", "", &safe_block(SafeStr(&raw[..raw.floor_char_boundary(MOST)]), Role::Body));
        return flow.finish();
    }
    let shown = &raw[..raw.floor_char_boundary(MOST)];
    let escaped = json_escaped(shown);
    let mut printer = Printer { flow, line: Vec::new(), depth: 0 };
    printer.print(&escaped);
    if shown.len() < raw.len() {
        let left = thousands(raw.len() - shown.len());
        let copies = if copies.is_empty() { String::new() } else { format!("; {copies} copies all of it") };
        printer.flow.wrap(
            "",
            "",
            &[Piece::new(format!("{left} more bytes are not shown{copies}"), Role::Error)],
        );
    }
    printer.flow.finish()
}

struct Printer {
    flow: Flow,
    line: Vec<Piece>,
    depth: usize,
}

impl Printer {
    /// Walks over the tokens of a text that is known to be JSON.
    fn print(&mut self, text: &str) {
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let end = token(rest);
            let (word, after) = rest.split_at(end);
            rest = after.trim_start();
            match first {
                '{' | '[' if rest.starts_with(['}', ']']) => {
                    let (close, after) = rest.split_at(1);
                    rest = after.trim_start();
                    self.add(&format!("{word}{close}"), Role::Dim);
                }
                '{' | '[' => {
                    self.add(word, Role::Dim);
                    self.end_line();
                    self.depth += 1;
                }
                '}' | ']' => {
                    self.end_line();
                    self.depth = self.depth.saturating_sub(1);
                    self.add(word, Role::Dim);
                }
                ',' => {
                    self.add(word, Role::Dim);
                    self.end_line();
                }
                ':' => self.add(": ", Role::Dim),
                '"' if rest.starts_with(':') => self.add(word, Role::Label),
                '"' => self.add(word, Role::Body),
                _ => self.add(word, Role::Number),
            }
        }
        self.end_line();
    }

    fn add(&mut self, text: &str, role: Role) {
        self.line.push(Piece::new(text, role));
    }

    fn end_line(&mut self) {
        if self.line.is_empty() {
            return;
        }
        let indent = " ".repeat(self.depth.min(DEEPEST) * INDENT);
        let hang = format!("{indent}{}", " ".repeat(2 * INDENT));
        let line = std::mem::take(&mut self.line);
        self.flow.wrap(&indent, &hang, &line);
    }
}

/// The length of the token with which the text begins.
fn token(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(b'"') => {
            let mut at = 1;
            while at < bytes.len() && bytes[at] != b'"' {
                at += if bytes[at] == b'\\' { 2 } else { 1 };
            }
            (at + 1).min(bytes.len())
        }
        Some(b'{' | b'}' | b'[' | b']' | b',' | b':') => 1,
        _ => text
            .find(|c: char| c.is_ascii_whitespace() || "{}[],:\"".contains(c))
            .unwrap_or(text.len())
            .max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_order_survive() {
        let raw = r#"{"z":1e400,"a":[true,null,{}],"a":"x\"y","n":12345678901234567890123}"#;
        assert_eq!(
            json(raw, "y j", 40).text(),
            "\
{
  \"z\": 1e400,
  \"a\": [
    true,
    null,
    {}
  ],
  \"a\": \"x\\\"y\",
  \"n\": 12345678901234567890123
}
"
        );
    }

    #[test]
    fn unsafe_characters_are_escapes() {
        let text = json("{\"a\":\"\u{202e}x\u{200b}\"}", "y j", 40).text();
        assert_eq!(text, "{\n  \"a\": \"\\u202ex\\u200b\"\n}\n");
    }

    #[test]
    fn what_is_no_json_is_still_shown() {
        let text = json("<html>\u{1b}[2J</html>", "y j", 60).text();
        assert!(text.starts_with("This is no JSON") && text.ends_with("<html>␛[2J</html>\n"), "{text}");
    }

    #[test]
    fn a_huge_text_is_cut_and_says_so() {
        let raw = format!("[{}0]", "123456789,".repeat(150_000));
        let text = json(&raw, "y j", 60).text();
        assert!(text.len() < 3 * MOST && text.ends_with("more bytes are not shown; y j copies all of it\n"));
        assert!(text.contains("451,427 more bytes"), "{}", &text[text.len() - 90..]);
    }

    #[test]
    fn long_strings_wrap_within_the_width() {
        let raw = format!("{{\"key\":\"{}\"}}", "word ".repeat(40));
        let document = json(&raw, "y j", 30);
        assert!(document.lines.len() > 5 && document.width() <= 30);
    }
}
