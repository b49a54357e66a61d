//! The help, from the table of words.

use std::fmt::Write as _;

use crate::plain::speech;
use crate::plain::words::{WORDS, Word, find};

/// What stands above the words.
const HEAD: &str = "Type a word and Enter. Numbers mean the alerts of the list printed last. A question is answered by a \
                    number, y or text; an empty line means No. Ctrl-c leaves a question, cancels a \
                    running change or stops the reading of a file.";

/// What stands below them.
const TAIL: &str = "A colon and a name runs any command, such as :sort by age; a colon alone asks for the name. Keys of \
                    the screen work too, parted by blanks or not.";

/// The help of all words or of one.
pub(super) fn text(name: &str, width: usize) -> Vec<String> {
    if !name.is_empty() {
        return match find(name) {
            Some(word) => said(word, width),
            None => vec![format!("{} is no word; help alone reads them all.", crate::domain::SafeStr(name))],
        };
    }
    let mut lines = speech::wrapped(HEAD, width);
    lines.extend(WORDS.iter().flat_map(|word| said(word, width)));
    lines.extend(speech::wrapped(TAIL, width));
    lines
}

fn said(word: &Word, width: usize) -> Vec<String> {
    speech::wrap(&format!("{}: {}.", shape(word), word.does), width)
}

/// `mark NUMBERS|all`.
fn shape(word: &Word) -> String {
    let names = word.names.join(" or ");
    if word.takes.is_empty() { names } else { format!("{names} {}", word.takes) }
}

/// The README's table of words, in Markdown.
pub fn readme() -> String {
    let mut text = String::from("| word | does |\n| --- | --- |\n");
    for word in WORDS {
        let names: Vec<String> = word.names.iter().map(|name| format!("`{name}`")).collect();
        let takes = if word.takes.is_empty() {
            String::new()
        } else {
            format!(" `{}`", word.takes.replace('|', "\\|"))
        };
        let _ = writeln!(text, "| {}{takes} | {} |", names.join(" "), word.does);
    }
    text
}
