//! A typed command, split into its words as a shell would quote them, and no further: no variables, no patterns, no
//! redirections. Whoever wants those writes the shell: `sh -c 'COMMAND'`.

use std::fmt;

/// Why a text is no command: where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordsError {
    /// The place in the text, in bytes.
    pub at: usize,
    /// What is wrong.
    pub kind: WordsErrorKind,
}

/// What is wrong with a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordsErrorKind {
    /// There is nothing.
    Empty,
    /// A quote of this kind has no end.
    Open(char),
    /// A backslash at the end.
    Backslash,
    /// A sign that only a shell obeys.
    Shell(char),
}

impl fmt::Display for WordsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.at + 1;
        match self.kind {
            WordsErrorKind::Empty => f.write_str("type a command, such as jq .properties.status"),
            WordsErrorKind::Open(quote) => write!(f, "the {quote} at {place} has no other {quote} behind it"),
            WordsErrorKind::Backslash => write!(f, "nothing follows the \\ at {place}"),
            WordsErrorKind::Shell(sign) => {
                write!(f, "no shell reads this: quote the {sign} at {place}, or write sh -c 'COMMAND'")
            }
        }
    }
}

/// Splits a command into its words. Blanks part words; `'…'` keeps everything, `"…"` everything but `\"` and `\\`; a
/// backslash outside quotes keeps the next character.
pub fn split(text: &str) -> Result<Vec<String>, WordsError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let wrong = |kind| WordsError { at: text[..at].chars().count(), kind };
        match c {
            c if c.is_whitespace() => words.extend(word.take()),
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or_else(|| wrong(WordsErrorKind::Open(c)))? {
                        (_, end) if end == c => break,
                        (_, '\\') if c == '"' && matches!(chars.peek(), Some((_, '"' | '\\'))) => {
                            word.extend(chars.next().map(|(_, kept)| kept));
                        }
                        (_, kept) => word.push(kept),
                    }
                }
            }
            '\\' => {
                let (_, kept) = chars.next().ok_or_else(|| wrong(WordsErrorKind::Backslash))?;
                word.get_or_insert_default().push(kept);
            }
            '|' | '&' | ';' | '<' | '>' | '(' | ')' | '`' => return Err(wrong(WordsErrorKind::Shell(c))),
            kept => word.get_or_insert_default().push(kept),
        }
    }
    words.extend(word);
    if words.is_empty() { Err(WordsError { at: 0, kind: WordsErrorKind::Empty }) } else { Ok(words) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_split_as_a_shell_quotes_them() {
        for (text, words) in [
            ("jq .status", &["jq", ".status"][..]),
            ("  a   b\t", &["a", "b"]),
            ("sh -c 'a | b > \"c\"'", &["sh", "-c", "a | b > \"c\""]),
            ("a \"b \\\"c\\\" \\\\ \\n 'd'\" e", &["a", "b \"c\" \\ \\n 'd'", "e"]),
            ("a'b'\"c\"d", &["abcd"]),
            ("a '' \"\"", &["a", "", ""]),
            ("a\\ b \\' \\|", &["a b", "'", "|"]),
            ("grep $HOME *.x ~", &["grep", "$HOME", "*.x", "~"]),
        ] {
            assert_eq!(split(text).unwrap(), words, "{text}");
        }
    }

    #[test]
    fn a_mistake_is_shown_at_its_place() {
        for (text, at, says) in [
            ("", 0, "type a command"),
            ("   ", 0, "type a command"),
            ("é 'b", 2, "the ' at 3"),
            ("a \"b'", 2, "the \" at 3"),
            ("a \\", 2, "the \\ at 3"),
            ("jq . | less", 5, "the | at 6, or write sh -c"),
            ("a > b", 2, "the > at 3"),
        ] {
            let error = split(text).unwrap_err();
            assert_eq!(error.at, at, "{text}");
            assert!(error.to_string().contains(says), "{error}");
        }
    }

    proptest! {
        #[test]
        fn quoted_words_come_back_whole(words in proptest::collection::vec("[^']{0,8}", 1..5)) {
            let text: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
            prop_assert_eq!(split(&text.join(" ")).unwrap(), words);
        }
    }
}
