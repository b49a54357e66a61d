//! A filter in the config: `#[serde(deserialize_with = "filter_text::deserialize")]` on the `String` that holds it.

use serde::de::{Deserialize as _, Deserializer, Error as _};

use crate::domain::filter::parse;

/// Stands before and behind the place of a mistake in a message, as no other message has it.
const MARK: char = '\u{1}';

/// Reads a filter's text; the empty text is no filter.
///
/// # Errors
/// For a bad filter, with its place.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match parse(&text) {
        _ if text.is_empty() => Ok(text),
        Ok(_) => Ok(text),
        Err(error) => {
            let before = text.get(..error.span.start).unwrap_or(&text).chars().count();
            Err(D::Error::custom(format!("{MARK}{before}{MARK}{error}")))
        }
    }
}

/// The characters before the mistake in the text, and the message without them.
pub(super) fn placed(message: &str) -> (usize, &str) {
    let parts = message.strip_prefix(MARK).and_then(|rest| rest.split_once(MARK));
    match parts.and_then(|(before, message)| Some((before.parse::<usize>().ok()?, message))) {
        // The opening quote is one more.
        Some((before, message)) => (before + 1, message),
        None => (0, message),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Table {
        #[serde(deserialize_with = "super::deserialize")]
        filter: String,
    }

    #[test]
    fn a_bad_filter_is_told_at_its_place() {
        let read = |text: &str| toml::from_str::<Table>(&format!("filter = \"{text}\"\n"));
        for good in ["", "severity:high", "*"] {
            assert_eq!(read(good).unwrap().filter, good);
        }
        for (bad, column) in [("severity:hihg", 9), ("é sevrity:high", 2)] {
            let error = read(bad).unwrap_err();
            let (further, message) = placed(error.message());
            // Where the value begins, its quote, and the characters before the mistake.
            assert_eq!(
                (error.span().map(|span| span.start), further),
                (Some(9), column + 1),
                "{bad}: {message}"
            );
            assert!(!message.contains(MARK) && !message.is_empty(), "{bad}: {message}");
        }
        assert_eq!(placed("no filter at all"), (0, "no filter at all"));
    }
}
