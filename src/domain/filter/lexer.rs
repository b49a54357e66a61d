//! Words, parentheses and minus signs, with their places.
//!
//! A word is a run of bare and of quoted parts without a blank between: `title:"two words"*`. Inside quotes everything
//! is literal, a quote is written twice (`"say ""hi"""`), and a backslash is a backslash, for the sake of Windows paths.

use std::ops::Range;

use super::error::FilterError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    Minus,
    Word(Vec<Part>),
}

/// A part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) text: String,
    pub(super) quoted: bool,
    pub(super) span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spanned {
    pub(super) token: Token,
    pub(super) span: Range<usize>,
}

impl Spanned {
    /// The word if it is bare as a whole: only such a word can be a keyword.
    pub(super) fn bare(&self) -> Option<&str> {
        match &self.token {
            Token::Word(parts) => match &parts[..] {
                [Part { text, quoted: false, .. }] => Some(text),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Splits the text. An open quote is a mistake, unless `lenient`: completion works on what is half typed.
pub(super) fn lex(text: &str, lenient: bool) -> Result<Vec<Spanned>, FilterError> {
    let mut tokens: Vec<Spanned> = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        let token = match c {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '(' | ')' | '-' => {
                at += 1;
                match c {
                    '(' => Token::Open,
                    ')' => Token::Close,
                    _ => Token::Minus,
                }
            }
            _ => {
                let parts = word(text, &mut at, lenient)?;
                if text[at..].starts_with('(') && !lenient {
                    return Err(FilterError::new(at..at + 1, "a parenthesis inside a word")
                        .expecting(["a space before it", "quotes around the text"]));
                }
                Token::Word(parts)
            }
        };
        tokens.push(Spanned { token, span: start..at });
    }
    Ok(tokens)
}

fn word(text: &str, at: &mut usize, lenient: bool) -> Result<Vec<Part>, FilterError> {
    let mut parts = Vec::new();
    loop {
        let start = *at;
        let rest = &text[start..];
        if let Some(inside) = rest.strip_prefix('"') {
            let content = quoted(rest, at);
            match content {
                Some(text) => parts.push(Part { text, quoted: true, span: start..*at }),
                None if lenient => {
                    *at = text.len();
                    let content = inside.replace("\"\"", "\"");
                    parts.push(Part { text: content, quoted: true, span: start..*at });
                }
                None => {
                    return Err(
                        FilterError::new(start..text.len(), "this quote is not closed").expecting(["\""])
                    );
                }
            }
            continue;
        }
        let end =
            rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '(' | ')')).unwrap_or(rest.len());
        if end == 0 {
            return Ok(parts);
        }
        *at += end;
        parts.push(Part { text: rest[..end].to_owned(), quoted: false, span: start..*at });
    }
}

/// Reads a quoted part and moves behind it; none when it has no end.
fn quoted(rest: &str, at: &mut usize) -> Option<String> {
    let mut from = 1;
    loop {
        let quote = from + rest[from..].find('"')?;
        if rest[quote + 1..].starts_with('"') {
            from = quote + 2;
            continue;
        }
        *at += quote + 1;
        return Some(rest[1..quote].replace("\"\"", "\""));
    }
}

/// True when a quoted part has its end.
pub(super) fn is_closed(part: &str) -> bool {
    quoted(part, &mut 0).is_some()
}
