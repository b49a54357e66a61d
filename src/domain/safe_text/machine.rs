//! The forms of untrusted text in machine outputs.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::pieces::{Piece, Pieces};
use super::segments::{Mode, Segments};

/// Valid JSON text with every unsafe character inside a string as a `\u` escape: the same value, harmless on a terminal.
///
/// Blanks between tokens other than line feed and space become spaces. Nothing is cut.
pub fn json_escaped(json: &str) -> Cow<'_, str> {
    if json.bytes().all(|byte| matches!(byte, 0x20..=0x7e | b'\n')) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + json.len() / 8);
    let mut in_string = false;
    let mut escaped = false;
    for piece in Pieces::new(json) {
        match piece {
            Piece::Plain(text) => {
                for byte in text.bytes() {
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' if in_string => escaped = true,
                        b'"' => in_string = !in_string,
                        _ => {}
                    }
                }
                out.push_str(text);
            }
            Piece::LookAlike(c) => out.push(c),
            Piece::Unsafe('\n') if !in_string => out.push('\n'),
            Piece::Unsafe('\t' | '\r') if !in_string => out.push(' '),
            Piece::Unsafe(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // A string takes every write.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    Cow::Owned(out)
}

/// One CSV cell (RFC 4180) in the one-line safe form, uncut, quoted where needed.
///
/// A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, tab or carriage return for a formula: such a cell
/// gets a leading `'`. One that begins with `'` and then such a character gets another, so no two texts become one.
pub fn csv_cell(raw: &str) -> String {
    let mut cell = String::with_capacity(raw.len() + 2);
    if raw.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r']) {
        cell.push('\'');
    }
    cell.extend(Segments::whole(raw, Mode::OneLine, 0).map(|segment| segment.text));
    if cell.contains([',', '"', ';']) || cell.starts_with(' ') || cell.ends_with(' ') {
        cell = format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell
}
