//! Words of the query language.

/// A word, and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Bytes from the beginning.
    pub(super) at: usize,
}

/// What a word is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A name or keyword; `!in~` and `in~` are one word as well.
    Word(String),
    Text(String),
    Number(f64),
    /// In seconds.
    Span(f64),
    Sign(&'static str),
}

/// Longer signs first.
const SIGNS: [&str; 21] = [
    "==", "!=", "=~", "!~", "<=", ">=", "<", ">", "=", "(", ")", "[", "]", ",", ".", "|", "+", "-", "*", "/",
    ";",
];

/// Splits a query into words; else what is wrong, and where.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, (String, usize)> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        let (kind, length) =
            if matches!(first, '\'' | '"') || rest.starts_with("@'") || rest.starts_with("@\"") {
                literal(rest).ok_or(("a text has no end".to_owned(), at))?
            } else if first.is_ascii_digit() {
                number(rest).ok_or_else(|| (format!("'{first}' begins no number"), at))?
            } else if let Some(word) = word(rest) {
                (Kind::Word(word.to_owned()), word.len())
            } else {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
                let sign = sign.ok_or_else(|| (format!("'{first}' is not understood"), at))?;
                (Kind::Sign(sign), sign.len())
            };
        tokens.push(Token { kind, at });
        at += length;
    }
    Ok(tokens)
}

/// A name, or an operator of letters with its `!` and `~`.
fn word(rest: &str) -> Option<&str> {
    let bang = usize::from(rest.starts_with('!'));
    let letters = rest.get(bang..)?;
    let length =
        letters.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(letters.len());
    let name = letters.get(..length)?;
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    // `in~` belongs together; `a=~b` does not.
    let tilde = usize::from(matches!(name, "in" | "has_any") && letters.get(length..)?.starts_with('~'));
    rest.get(..bang + length + tilde)
}

fn literal(rest: &str) -> Option<(Kind, usize)> {
    let verbatim = rest.starts_with('@');
    let mut chars = rest.char_indices().skip(usize::from(verbatim));
    let (_, quote) = chars.next()?;
    let mut text = String::new();
    let mut chars = chars.peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => {
                if verbatim && chars.peek().is_some_and(|(_, next)| *next == quote) {
                    chars.next();
                    text.push(quote);
                    continue;
                }
                return Some((Kind::Text(text), at + 1));
            }
            '\\' if !verbatim => match chars.next()?.1 {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                'r' => text.push('\r'),
                'u' => {
                    let digits: String = (0..4).filter_map(|_| chars.next()).map(|(_, c)| c).collect();
                    text.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
                }
                other => text.push(other),
            },
            '\n' | '\r' => return None,
            c => text.push(c),
        }
    }
    None
}

fn number(rest: &str) -> Option<(Kind, usize)> {
    let length = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
    let value: f64 = rest.get(..length)?.parse().ok()?;
    let unit_length =
        rest.get(length..)?.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len() - length);
    let seconds = match rest.get(length..length + unit_length)? {
        "" => return Some((Kind::Number(value), length)),
        "d" => 86_400.0,
        "h" => 3_600.0,
        "m" => 60.0,
        "s" => 1.0,
        _ => return None,
    };
    Some((Kind::Span(value * seconds), length + unit_length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        tokens(text).unwrap().into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn words_signs_and_literals_are_told_apart() {
        let word = |text: &str| Kind::Word(text.to_owned());
        let text = |text: &str| Kind::Text(text.to_owned());
        assert_eq!(
            kinds("a=~'x' // no\n|where b !in~ (\"y\\\"\", @'c:\\''z')"),
            [
                word("a"),
                Kind::Sign("=~"),
                text("x"),
                Kind::Sign("|"),
                word("where"),
                word("b"),
                word("!in~"),
                Kind::Sign("("),
                text("y\""),
                Kind::Sign(","),
                text("c:\\'z"),
                Kind::Sign(")"),
            ]
        );
        assert_eq!(kinds("t > 1.5h"), [word("t"), Kind::Sign(">"), Kind::Span(5400.0)]);
        assert_eq!(kinds("'\\u00e9\\\\'"), [text("é\\")]);
        for bad in ["'open", "a ? b", "12x", "'two\nlines'"] {
            assert!(tokens(bad).is_err(), "{bad}");
        }
    }
}
