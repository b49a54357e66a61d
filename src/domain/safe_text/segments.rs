//! Runs of plain and of marked text.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::FIELD_CAP;
use super::pieces::{Piece, Pieces, is_plain_ascii};

/// What a newline becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// `␊`: for cells, titles, log lines.
    OneLine,
    /// A line break: for text areas.
    Block,
}

/// A run of safe text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment<'a> {
    /// What to show; holds no control character but, in block mode, the line break.
    pub text: Cow<'a, str>,
    /// True for what the rule wrote in place of something else: drawn in the reserved style.
    pub marked: bool,
}

/// The runs of one field; ends with a marked `‹+N bytes›` when the field was longer than [`FIELD_CAP`].
pub struct Segments<'a> {
    text: &'a str,
    at: usize,
    pieces: Pieces<'a>,
    ahead: Option<Piece<'a>>,
    cut: usize,
    mode: Mode,
}

impl<'a> Segments<'a> {
    pub(super) fn new(raw: &'a str, mode: Mode) -> Self {
        let mut end = raw.len().min(FIELD_CAP);
        while !raw.is_char_boundary(end) {
            end -= 1;
        }
        Self::whole(&raw[..end], mode, raw.len() - end)
    }

    /// The runs of a text of any length.
    pub(super) fn whole(text: &'a str, mode: Mode, cut: usize) -> Self {
        let mut pieces = Pieces::new(text);
        let ahead = pieces.next();
        Self { text, at: 0, pieces, ahead, cut, mode }
    }

    /// The next piece if it is plain here: the line break of block mode is.
    fn plain_ahead(&self) -> Option<usize> {
        match self.ahead? {
            Piece::Plain(text) => Some(text.len()),
            Piece::Unsafe('\n') if self.mode == Mode::Block => Some(1),
            _ => None,
        }
    }

    fn advance(&mut self) {
        self.ahead = self.pieces.next();
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        let start = self.at;
        while let Some(bytes) = self.plain_ahead() {
            self.at += bytes;
            self.advance();
        }
        if self.at > start {
            return Some(Segment { text: Cow::Borrowed(&self.text[start..self.at]), marked: false });
        }
        let mut marks = String::new();
        while let (None, Some(Piece::Unsafe(c) | Piece::LookAlike(c))) = (self.plain_ahead(), self.ahead) {
            write_mark(c, &mut marks);
            self.at += c.len_utf8();
            self.advance();
        }
        if self.ahead.is_none() && self.cut > 0 {
            // A string takes every write.
            let _ = write!(marks, "‹+{} bytes›", std::mem::take(&mut self.cut));
        }
        (!marks.is_empty()).then_some(Segment { text: Cow::Owned(marks), marked: true })
    }
}

/// Writes what stands for a character that is not shown as it is.
fn write_mark(c: char, out: &mut String) {
    match c {
        '\t' => out.push_str("→   "),
        '\0'..='\u{1f}' => out.extend(char::from_u32(0x2400 + u32::from(c))),
        '\u{7f}' => out.push('␡'),
        c => {
            let _ = write!(out, "‹U+{:04X}›", u32::from(c));
        }
    }
}

/// Terminal cells of text that is safe already, cluster by cluster as a terminal library counts them.
pub(super) fn width(safe: &str) -> usize {
    if is_plain_ascii(safe) { safe.len() } else { safe.graphemes(true).map(UnicodeWidthStr::width).sum() }
}

/// The one-line runs in at most `width` cells, the last cell an `…` when something had to go.
pub(super) fn fit(raw: &str, room: usize) -> Vec<Segment<'_>> {
    if is_plain_ascii(raw) && raw.len() <= room.min(FIELD_CAP) {
        return if raw.is_empty() { Vec::new() } else { vec![Segment { text: raw.into(), marked: false }] };
    }
    let mut kept: Vec<Segment<'_>> = Vec::new();
    let mut used = 0;
    for segment in Segments::new(raw, Mode::OneLine) {
        let needs = width(&segment.text);
        if used + needs > room {
            shorten(&mut kept, segment, used, room);
            return kept;
        }
        used += needs;
        kept.push(segment);
    }
    kept
}

/// Adds what fits of a run that is too long, then the `…`, for which earlier runs may have to give way.
fn shorten<'a>(kept: &mut Vec<Segment<'a>>, segment: Segment<'a>, mut used: usize, room: usize) {
    if room == 0 {
        kept.clear();
        return;
    }
    kept.push(segment);
    used += kept.last().map_or(0, |last| width(&last.text));
    while used > room - 1 {
        let Some(last) = kept.pop() else { break };
        used -= width(&last.text);
        let space = (room - 1).saturating_sub(used);
        let end = prefix(&last.text, space);
        if end > 0 {
            let text = match last.text {
                Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
                Cow::Owned(text) => Cow::Owned(text[..end].to_owned()),
            };
            kept.push(Segment { text, marked: last.marked });
            break;
        }
    }
    kept.push(Segment { text: Cow::Borrowed("…"), marked: true });
}

/// The bytes of the clusters that fit into `space` cells.
fn prefix(safe: &str, space: usize) -> usize {
    let mut used = 0;
    for (at, cluster) in safe.grapheme_indices(true) {
        used += cluster.width();
        if used > space {
            return at;
        }
    }
    safe.len()
}
