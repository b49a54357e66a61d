//! The walk that applies the rule: text goes in, pieces that are safe as they are and characters to mark come out.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::class::{is_look_alike, is_mark, is_pictograph, is_skin_tone, is_unsafe};

const JOINER: char = '\u{200d}';
const EMOJI_STYLE: char = '\u{fe0f}';
const KEYCAP: char = '\u{20e3}';

/// Marks that one cell may carry.
const MARKS: usize = 4;
/// Characters of one cluster; an emoji cluster of four people with skin tones has eleven.
const CLUSTER: usize = 8;
const EMOJI_CLUSTER: usize = 16;

/// A part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Safe as it is.
    Plain(&'a str),
    /// Must not be shown as it is.
    Unsafe(char),
    /// Harmless, but it looks like something that the rule writes.
    LookAlike(char),
}

/// True when every byte is printable ASCII: then there is nothing to do.
pub(super) fn is_plain_ascii(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
}

/// Walks over the text in linear time.
pub(super) struct Pieces<'a> {
    rest: &'a str,
    /// True at the start and after a mark: there is no cell yet on which a combining character could sit.
    bare: bool,
    /// True when the cluster that is being shown is full: its next character is marked.
    full: bool,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, bare: true, full: false }
    }

    fn plain(&mut self, bytes: usize) -> Piece<'a> {
        let (shown, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        self.bare = false;
        Piece::Plain(shown)
    }

    fn mark(&mut self, c: char) -> Piece<'a> {
        self.rest = &self.rest[c.len_utf8()..];
        self.bare = true;
        self.full = false;
        if is_unsafe(c) || is_mark(c) { Piece::Unsafe(c) } else { Piece::LookAlike(c) }
    }

    /// A run of printable ASCII, without its last letter where a mark could follow that.
    fn ascii(&self) -> usize {
        let bytes = self.rest.as_bytes();
        let run = bytes.iter().take_while(|byte| matches!(byte, 0x20..=0x7e)).count();
        if bytes.get(run).is_some_and(|next| !next.is_ascii()) { run.saturating_sub(1) } else { run }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let first = self.rest.chars().next()?;
        if self.full {
            return Some(self.mark(first));
        }
        let ascii = self.ascii();
        if ascii > 0 {
            return Some(self.plain(ascii));
        }
        let homeless = self.bare && clings(first);
        if homeless || is_unsafe(first) || is_mark(first) || is_look_alike(self.rest) {
            return Some(self.mark(first));
        }
        let cluster = self.rest.graphemes(true).next()?;
        let shown = shown_part(cluster);
        self.full = shown < cluster.len();
        Some(self.plain(shown))
    }
}

/// How many bytes of a cluster may be shown, its first character being safe: all up to the first character that must be marked.
fn shown_part(cluster: &str) -> usize {
    let mut marks = 0;
    let mut emoji = false;
    let mut before = None;
    let mut chars = cluster.char_indices().enumerate().peekable();
    while let Some((count, (at, c))) = chars.next() {
        let next = chars.peek().map(|(_, (_, next))| *next);
        let fits = match (before, c) {
            (Some(before), JOINER) => {
                emoji = true;
                (is_pictograph(before) || before == EMOJI_STYLE) && next.is_some_and(is_pictograph)
            }
            (Some(before), EMOJI_STYLE) => styles(before, next),
            (Some(_), c) if is_unsafe(c) => false,
            (Some(_), c) if is_mark(c) => {
                marks += 1;
                marks <= MARKS
            }
            _ => true,
        };
        emoji |= is_skin_tone(c);
        if !fits || count >= if emoji { EMOJI_CLUSTER } else { CLUSTER } {
            return at;
        }
        before = Some(c);
    }
    cluster.len()
}

/// True where the emoji style changes what is seen: after a pictograph that it makes two cells wide, or in a keycap.
/// Elsewhere the selector is invisible.
fn styles(before: char, next: Option<char>) -> bool {
    let keycap = matches!(before, '0'..='9' | '#' | '*') && next == Some(KEYCAP);
    keycap
        || (is_pictograph(before)
            && UnicodeWidthChar::width(before) == Some(1)
            && pair(before, EMOJI_STYLE).width() == 2)
}

/// True for a character that joins the cell before it, also where it is counted as a cell of its own.
fn clings(c: char) -> bool {
    !c.is_ascii() && pair('x', c).graphemes(true).count() == 1
}

fn pair(first: char, second: char) -> String {
    [first, second].into_iter().collect()
}
