//! Text with wildcards, and the matcher made of it.

use memchr::memmem;

/// Text in which `*` stands for anything. Normal: no empty text, no two texts and no two `*` side by side, not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Piece>);

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Literal text.
    Text(String),
    /// `*`
    Any,
}

impl Pattern {
    /// Puts pieces into normal form; none when nothing is left.
    pub fn new(pieces: impl IntoIterator<Item = Piece>) -> Option<Self> {
        let mut normal: Vec<Piece> = Vec::new();
        for piece in pieces {
            match (normal.last_mut(), piece) {
                (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
                (Some(Piece::Any), Piece::Any) => {}
                (_, Piece::Text(text)) if text.is_empty() => {}
                (_, piece) => normal.push(piece),
            }
        }
        (!normal.is_empty()).then_some(Self(normal))
    }

    /// Exactly this text; none when it is empty.
    pub fn literal(text: &str) -> Option<Self> {
        Self::new([Piece::Text(text.to_owned())])
    }

    /// `*`: any value at all.
    pub fn any() -> Self {
        Self(vec![Piece::Any])
    }

    /// The pieces.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// True for a lone `*`.
    pub fn is_any(&self) -> bool {
        self.0 == [Piece::Any]
    }

    /// The text of a pattern without wildcards.
    pub fn as_literal(&self) -> Option<&str> {
        match &self.0[..] {
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }
}

/// Folds letter case character by character. A character that folds into ASCII from outside (such as the Kelvin sign)
/// stays as it is, so that ASCII words can be searched bytewise.
pub fn fold_into(text: &str, out: &mut String) {
    out.clear();
    if text.is_ascii() {
        out.push_str(text);
        out.make_ascii_lowercase();
        return;
    }
    for c in text.chars() {
        let lower = c.to_lowercase();
        if !c.is_ascii() && lower.clone().next().is_some_and(|first| first.is_ascii()) {
            out.push(c);
        } else {
            out.extend(lower);
        }
    }
}

/// [`fold_into`] a new string.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}

/// Whether a value must match from end to end or may hold the pattern anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The whole value.
    Whole,
    /// Any part of it.
    Contained,
}

/// A pattern ready to be tested. An empty value never matches.
#[derive(Debug, Clone)]
pub struct Matcher {
    /// The folded texts between the wildcards.
    texts: Vec<String>,
    from_start: bool,
    to_end: bool,
    ascii: bool,
}

impl Matcher {
    /// Prepares a pattern.
    pub fn new(pattern: &Pattern, reach: Reach) -> Self {
        let pieces = pattern.pieces();
        let texts: Vec<String> = pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Text(text) => Some(fold(text)),
                Piece::Any => None,
            })
            .collect();
        let whole = reach == Reach::Whole;
        Self {
            from_start: whole && pieces.first() != Some(&Piece::Any),
            to_end: whole && pieces.last() != Some(&Piece::Any),
            ascii: texts.iter().all(|text| text.is_ascii()),
            texts,
        }
    }

    /// A text that every match holds somewhere, when that is all that is known of its place: the longest one.
    pub fn needle(&self) -> Option<&str> {
        let floats = !self.from_start && !self.to_end && self.ascii;
        self.texts.iter().max_by_key(|text| text.len()).filter(|_| floats).map(String::as_str)
    }

    /// True when holding the needle is enough for a match.
    pub fn is_needle(&self) -> bool {
        self.needle().is_some() && self.texts.len() == 1
    }

    /// True for a match. `scratch` spares an allocation per call.
    pub fn matches(&self, value: &str, scratch: &mut String) -> bool {
        if value.is_empty() {
            return false;
        }
        match &self.texts[..] {
            [] => return true,
            [text] if self.from_start && self.to_end && value.is_ascii() => {
                return text.eq_ignore_ascii_case(value);
            }
            _ => {}
        }
        if !self.ascii && value.is_ascii() {
            return false;
        }
        fold_into(value, scratch);
        self.walk(scratch)
    }

    /// Finds each text behind the one before; the last one at the end if it must be there.
    fn walk(&self, value: &str) -> bool {
        let mut rest = value.as_bytes();
        let last = self.texts.len() - 1;
        for (number, text) in self.texts.iter().enumerate() {
            let text = text.as_bytes();
            let at_start = number == 0 && self.from_start;
            if number == last && self.to_end {
                return if at_start { rest == text } else { rest.ends_with(text) };
            }
            let found = if at_start { rest.starts_with(text).then_some(0) } else { memmem::find(rest, text) };
            let Some(found) = found else { return false };
            rest = &rest[found + text.len()..];
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        let mut pieces = Vec::new();
        for (number, part) in text.split('*').enumerate() {
            if number > 0 {
                pieces.push(Piece::Any);
            }
            pieces.push(Piece::Text(part.to_owned()));
        }
        Pattern::new(pieces).unwrap()
    }

    #[test]
    fn wildcards_match_as_in_a_shell() {
        for (text, value, whole, contained) in [
            ("vm", "vm", true, true),
            ("VM", "vm-1", false, true),
            ("vm*", "VM-1", true, true),
            ("*1", "vm-1", true, true),
            ("v*1", "vm-1", true, true),
            ("v*1", "vm-12", false, true),
            ("a*a", "a", false, false),
            ("a*a", "aa", true, true),
            ("*m-*", "vm-1", true, true),
            ("*", "x", true, true),
            ("*", "", false, false),
            ("a*b*c", "a-c-b-c", true, true),
            ("a*b*c", "a-c-b", false, false),
            ("ÄRGER", "ärger", true, true),
            ("straße", "Hauptstraße 1", false, true),
            ("k", "\u{212a}", false, false),
        ] {
            let mut scratch = String::new();
            let tests =
                |reach, scratch: &mut String| Matcher::new(&pattern(text), reach).matches(value, scratch);
            assert_eq!(tests(Reach::Whole, &mut scratch), whole, "{text} whole {value}");
            assert_eq!(tests(Reach::Contained, &mut scratch), contained, "{text} in {value}");
        }
    }
}
