//! Builds a document line by line: wrapping by terminal cells, hanging indents, aligned fields.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::app::document::{Document, Piece, Role, line_width, width};

/// The widest column of labels.
const LABELS: usize = 26;

/// The months as times name them.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Longer than any part of a time.
const LONG: usize = 16;

/// A document in the making.
#[derive(Debug)]
pub struct Flow {
    width: usize,
    document: Document,
}

/// One grapheme cluster of the text being wrapped.
#[derive(Clone, Copy)]
struct Cluster<'a> {
    text: &'a str,
    width: usize,
    role: Role,
    data: bool,
}

impl Cluster<'_> {
    fn is_break(self) -> bool {
        self.text == "\n"
    }

    fn is_space(self) -> bool {
        self.text == " "
    }
}

impl Flow {
    /// An empty document of so many columns.
    pub fn new(width: usize) -> Self {
        Self { width: width.max(1), document: Document::default() }
    }

    /// The columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The number of lines so far.
    pub fn len(&self) -> usize {
        self.document.len()
    }

    /// True without any line.
    pub fn is_empty(&self) -> bool {
        self.document.is_empty()
    }

    /// The document, without blank lines at its end.
    pub fn finish(mut self) -> Document {
        while self.document.lines.last().is_some_and(Vec::is_empty) {
            self.document.lines.pop();
        }
        self.document
    }

    /// A blank line, unless the document is empty or its last line is blank.
    pub fn blank(&mut self) {
        if self.document.lines.last().is_some_and(|line| !line.is_empty()) {
            self.document.lines.push(Vec::new());
        }
    }

    /// A line as it is; what does not fit is cut by the drawing.
    pub fn line(&mut self, pieces: Vec<Piece>) {
        self.document.lines.push(pieces);
    }

    /// One line of words of our own.
    pub fn words(&mut self, text: &str, role: Role) {
        self.wrap("", "", &[Piece::new(text, role)]);
    }

    /// The head of a section.
    pub fn section(&mut self, title: &str) {
        self.words(title, Role::Section);
    }

    /// Wraps pieces; the first line begins with `first`, the others with `rest`. Line breaks in the text are kept.
    pub fn wrap(&mut self, first: &str, rest: &str, pieces: &[Piece]) {
        self.wrap_after(&[Piece::new(first, Role::Dim)], &[Piece::new(rest, Role::Dim)], pieces);
    }

    /// As [`Self::wrap`], with the lines' beginnings as pieces.
    pub fn wrap_after(&mut self, first: &[Piece], rest: &[Piece], pieces: &[Piece]) {
        let clusters: Vec<Cluster<'_>> = pieces
            .iter()
            .flat_map(|piece| {
                let (role, data) = (piece.role, piece.data);
                piece.text.graphemes(true).map(move |text| Cluster { text, width: text.width(), role, data })
            })
            .collect();
        let mut left = clusters.as_slice();
        let mut head = first;
        loop {
            let room = self.width.saturating_sub(line_width(head)).max(1);
            let (taken, next) = take_line(left, room);
            let Some(next) = next else { return self.push(head, taken) };
            self.push(head, without_dot(taken));
            let ended = left.get(taken.len()).is_some_and(|cluster| cluster.is_break());
            left = if ended { next } else { behind_dot(next) };
            head = rest;
        }
    }

    fn push(&mut self, head: &[Piece], clusters: &[Cluster<'_>]) {
        let mut line: Vec<Piece> = head.iter().filter(|piece| !piece.text.is_empty()).cloned().collect();
        let from = line.len();
        for cluster in clusters {
            match line.get_mut(from..).and_then(<[Piece]>::last_mut) {
                Some(last) if (last.role, last.data) == (cluster.role, cluster.data) => {
                    last.text.push_str(cluster.text);
                }
                _ => {
                    line.push(Piece {
                        text: cluster.text.to_owned(),
                        role: cluster.role,
                        data: cluster.data,
                    });
                }
            }
        }
        if clusters.is_empty() && line.iter().all(|piece| piece.text.trim().is_empty()) {
            line.clear();
        }
        self.document.lines.push(line);
    }

    /// Labels and values, the values in one column; long values hang under their beginning.
    pub fn fields(&mut self, indent: usize, fields: &[(Vec<Piece>, Vec<Piece>)]) {
        let widest = fields.iter().map(|(label, _)| line_width(label)).max().unwrap_or(0);
        let column = widest.min(LABELS).min(self.width / 2);
        let rest = " ".repeat(indent + column + 2);
        for (label, value) in fields {
            let mut first = vec![Piece::from(" ".repeat(indent).as_str())];
            first.extend(label.iter().cloned());
            let used = line_width(label);
            if used > column {
                self.wrap_after(&[], &[], &first);
                self.wrap(&rest, &rest, value);
            } else {
                first.push(Piece::from(" ".repeat(column - used + 2).as_str()));
                self.wrap_after(&first, &[Piece::from(rest.as_str())], value);
            }
        }
    }

    /// Items that are never broken inside, with a separator between them.
    pub fn items(&mut self, indent: usize, separator: &str, items: &[Vec<Piece>]) {
        let gap = Piece::new(separator, Role::Dim);
        let start = || vec![Piece::from(" ".repeat(indent).as_str())];
        let mut line = start();
        for (at, item) in items.iter().enumerate() {
            let glue = if at == 0 { 0 } else { gap.width() };
            let tail = if at + 1 < items.len() { width(separator.trim_end()) } else { 0 };
            if line.len() > 1 && line_width(&line) + glue + line_width(item) + tail > self.width {
                line.push(Piece::new(separator.trim_end(), Role::Dim));
                self.document.lines.push(std::mem::replace(&mut line, start()));
            } else if at > 0 {
                line.push(gap.clone());
            }
            line.extend(item.iter().cloned());
        }
        if line.len() > 1 {
            self.document.lines.push(line);
        }
    }

    /// Drops lines beyond a number and says so with an `…`.
    pub fn shorten(&mut self, lines: usize) {
        if self.document.len() > lines {
            self.document.lines.truncate(lines);
            if let Some(last) = self.document.lines.last_mut() {
                if line_width(last) + 2 > self.width
                    && let Some(piece) = last.last_mut()
                {
                    let mut kept: Vec<&str> = piece.text.graphemes(true).collect();
                    kept.truncate(kept.len().saturating_sub(2));
                    piece.text = kept.concat();
                }
                last.push(Piece::new("…", Role::Dim));
            }
        }
    }
}

/// What is left for the next line, without a dot of ours between two facts at its beginning.
fn behind_dot<'a, 'b>(left: &'b [Cluster<'a>]) -> &'b [Cluster<'a>] {
    match left.split_first() {
        Some((first, rest)) if first.text == "·" && !first.data && !rest.is_empty() => skip_spaces(rest),
        _ => left,
    }
}

/// A line that goes on in the next one, without a dot of ours between two facts at its end.
fn without_dot<'a, 'b>(line: &'b [Cluster<'a>]) -> &'b [Cluster<'a>] {
    match trim_end(line).split_last() {
        Some((last, rest)) if last.text == "·" && !last.data && !rest.is_empty() => trim_end(rest),
        _ => line,
    }
}

/// The clusters of one line and what is left; nothing is left after the last line.
fn take_line<'a, 'b>(
    clusters: &'b [Cluster<'a>],
    room: usize,
) -> (&'b [Cluster<'a>], Option<&'b [Cluster<'a>]>) {
    let mut used = 0;
    // Where the line can be broken, and where only if nothing else helps.
    let (mut chance, mut last) = (None, None);
    for (at, cluster) in clusters.iter().enumerate() {
        if cluster.is_break() {
            return (&clusters[..at], Some(&clusters[at + 1..]));
        }
        let joined = cluster.is_space() && joins(clusters, at);
        if cluster.is_space() {
            last = Some(at + 1);
            chance = if joined { chance } else { last };
        } else if cluster.width == 2 && at > 0 {
            (chance, last) = (Some(at), Some(at));
        }
        if used + cluster.width > room {
            if cluster.is_space() && !(joined && chance.is_some()) {
                return (&clusters[..at], Some(skip_spaces(&clusters[at..])));
            }
            let fits = |chance: &usize| *chance > 0 && word_fits(&clusters[*chance..], room);
            let cut = chance.filter(|at| joined_fits(&clusters[*at..], room)).or(last).filter(fits);
            let cut = cut.unwrap_or(at.max(1));
            return (trim_end(&clusters[..cut]), Some(skip_spaces(&clusters[cut..])));
        }
        used += cluster.width;
    }
    (clusters, None)
}

/// True when what begins here fits on a line of its own up to where it ends, so that moving it there avoids breaking it.
fn fits(clusters: &[Cluster<'_>], room: usize, ends: impl Fn(usize) -> bool) -> bool {
    let mut used = 0;
    for (at, cluster) in clusters.iter().enumerate() {
        if cluster.is_break() || ends(at) {
            break;
        }
        used += cluster.width;
        if used > room {
            return false;
        }
    }
    true
}

/// True when a word fits.
fn word_fits(clusters: &[Cluster<'_>], room: usize) -> bool {
    fits(clusters, room, |at| clusters[at].is_space())
}

/// True when what joined blanks hold together fits.
fn joined_fits(clusters: &[Cluster<'_>], room: usize) -> bool {
    fits(clusters, room, |at| clusters[at].is_space() && !joins(clusters, at))
}

/// True for a blank of our own words that parts a number from what it counts, or the parts of a time: `12 minutes ago`,
/// `23 Nov 13:02:11 UTC`. A line is not broken there if it can be broken before.
fn joins(clusters: &[Cluster<'_>], at: usize) -> bool {
    if clusters[at].data || at == 0 || clusters[at - 1].is_space() {
        return false;
    }
    let in_word = |cluster: &&Cluster<'_>| !cluster.is_space() && !cluster.is_break();
    let before: Vec<&str> =
        clusters[..at].iter().rev().take(LONG).take_while(in_word).map(|cluster| cluster.text).collect();
    let before: String = before.into_iter().rev().collect();
    let after: String =
        clusters[at + 1..].iter().take(LONG).take_while(in_word).map(|cluster| cluster.text).collect();
    let counts = before.ends_with(|c: char| c.is_ascii_digit());
    let unit = after.starts_with(|c: char| c.is_ascii_alphabetic());
    let digit = after.starts_with(|c: char| c.is_ascii_digit());
    let ago = after.trim_end_matches([',', '.', ';']) == "ago";
    ago || counts && (unit || digit && after.contains(':')) || digit && MONTHS.contains(&before.as_str())
}

fn skip_spaces<'a, 'b>(clusters: &'b [Cluster<'a>]) -> &'b [Cluster<'a>] {
    let from = clusters.iter().position(|cluster| !cluster.is_space()).unwrap_or(clusters.len());
    &clusters[from..]
}

fn trim_end<'a, 'b>(clusters: &'b [Cluster<'a>]) -> &'b [Cluster<'a>] {
    let to = clusters.iter().rposition(|cluster| !cluster.is_space()).map_or(0, |at| at + 1);
    &clusters[..to]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::app::document::safe;

    fn wrapped(width: usize, text: &str) -> String {
        let mut flow = Flow::new(width);
        flow.wrap("", "  ", &[Piece::from(text)]);
        flow.finish().text()
    }

    #[test]
    fn words_wrap_at_blanks_and_long_ones_break() {
        for (width, text, lines) in [
            (10, "one two three", "one two\n  three\n"),
            (7, "one two three", "one two\n  three\n"),
            (5, "abcdefghij", "abcde\n  fgh\n  ij\n"),
            (12, "see /very/long/path/indeed here", "see /very/lo\n  ng/path/in\n  deed here\n"),
            (10, "a\n\nb", "a\n\n  b\n"),
            (6, "日本語文", "日本語\n  文\n"),
            (5, "ab日本", "ab日\n  本\n"),
            (1, "日", "日\n"),
            (9, "one  two  ", "one  two\n"),
            (20, "it came 55 minutes ago", "it came\n  55 minutes ago\n"),
            (18, "it came 55 minutes ago", "it came\n  55 minutes ago\n"),
            (12, "it came 55 minutes ago", "it came 55\n  minutes\n  ago\n"),
            (24, "asked 23 Nov 13:02:11 UTC, by me", "asked\n  23 Nov 13:02:11 UTC,\n  by me\n"),
            (14, "and 3 resources", "and\n  3 resources\n"),
        ] {
            assert_eq!(wrapped(width, text), lines, "{text:?} in {width}");
        }
    }

    #[test]
    fn no_dot_of_ours_is_left_where_a_line_breaks() {
        let dot = || Piece::new(" · ", Role::Dim);
        for width in 13..=17 {
            let mut flow = Flow::new(width);
            flow.wrap("", "", &["High".into(), dot(), "Active".into(), dot(), "VM_Suspicious".into()]);
            assert_eq!(flow.finish().text(), "High · Active\nVM_Suspicious\n", "in {width}");
        }
        let mut flow = Flow::new(14);
        flow.wrap("", "", &safe(crate::domain::SafeStr("text from · outside"), Role::Body));
        assert_eq!(flow.finish().text(), "text from ·\noutside\n");
    }

    #[test]
    fn roles_survive_the_wrap() {
        let mut flow = Flow::new(6);
        flow.wrap("", "", &[Piece::new("ab ", Role::Body), Piece::new("cde fg", Role::Marked)]);
        let document = flow.finish();
        assert_eq!(document.lines[0], [Piece::new("ab ", Role::Body), Piece::new("cde", Role::Marked)]);
        assert_eq!(document.lines[1], [Piece::new("fg", Role::Marked)]);
    }

    #[test]
    fn values_stand_in_one_column() {
        let mut flow = Flow::new(20);
        let field = |label: &str, value: &str| (vec![Piece::from(label)], vec![Piece::from(value)]);
        flow.fields(2, &[field("a", "one"), field("long", "two three four"), field(&"x".repeat(14), "y")]);
        assert_eq!(
            flow.finish().text(),
            "  a           one\n  long        two\n              three\n              four\n  xxxxxxxxxxxxxx\n              y\n"
        );
    }

    #[test]
    fn items_are_never_broken_inside() {
        let mut flow = Flow::new(12);
        let items: Vec<_> = ["ab cd", "efg", "hi"].iter().map(|text| vec![Piece::from(*text)]).collect();
        flow.items(1, " › ", &items);
        assert_eq!(flow.finish().text(), " ab cd ›\n efg › hi\n");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_asked(text in "[ a-z日é\n]{0,80}", width in 2usize..20) {
            let mut flow = Flow::new(width);
            flow.wrap("", "", &[Piece::from(text.as_str())]);
            let document = flow.finish();
            prop_assert!(document.lines.iter().all(|line| line_width(line) <= width));
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&document.text()), letters(&text));
        }
    }
}
