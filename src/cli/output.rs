//! Standard output, as data; standard error, for people.

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Write};

use crate::cli::exit::CliError;
use crate::domain::SafeStr;

/// Standard output, buffered. Once its reader went away (`| head`), what is written is dropped without an error: nobody
/// reads it, and the command's work goes on.
pub struct Out {
    writer: BufWriter<Box<dyn Write + Send>>,
    terminal: bool,
    unread: bool,
}

impl Out {
    /// The process's standard output.
    pub fn standard() -> Self {
        let stdout = io::stdout();
        Self { terminal: stdout.is_terminal(), writer: BufWriter::new(Box::new(stdout)), unread: false }
    }

    /// True when a person looks at it.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// The columns of the terminal; none where it is none or does not say.
    pub fn width(&self) -> Option<usize> {
        let size = rustix::termios::tcgetwinsize(rustix::stdio::stdout()).ok().filter(|_| self.terminal);
        size.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0)
    }

    /// Writes one line.
    pub fn line(&mut self, text: impl Display) -> Result<(), CliError> {
        self.write(|writer| writeln!(writer, "{text}"))
    }

    /// Writes an id on a line: as the source gave it for a program, in the display form for a person.
    pub fn id(&mut self, id: &str) -> Result<(), CliError> {
        if self.terminal { self.line(SafeStr(id)) } else { self.line(id) }
    }

    /// Writes bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        self.write(|writer| writer.write_all(bytes))
    }

    /// Hands what was written to its reader.
    pub fn finish(&mut self) -> Result<(), CliError> {
        self.write(|writer| writer.flush())
    }

    fn write(&mut self, how: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), CliError> {
        if self.unread {
            return Ok(());
        }
        match how(&mut self.writer) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.unread = true;
                Ok(())
            }
            written => Ok(written?),
        }
    }
}

/// Says something to the person at the terminal. A closed standard error is nobody's concern.
pub fn say(text: impl Display) {
    let text = safe(&text.to_string());
    tracing::info!(text, "said");
    let _ = writeln!(io::stderr(), "{text}");
}

/// The display rule for a message of ours that may quote text from outside: line breaks stay, every other unsafe
/// character is shown. What was shown before stays as it is, so a message may hold text in either form.
pub fn safe(text: &str) -> String {
    let shown = |c: char| matches!(c, '\u{2400}'..='\u{2421}' | '‹' | '→');
    let mut safe = String::with_capacity(text.len());
    for part in text.split_inclusive(shown) {
        let mark = part.chars().next_back().filter(|last| shown(*last));
        let plain = &part[..part.len() - mark.map_or(0, char::len_utf8)];
        safe.push_str(&SafeStr(plain).to_block());
        safe.extend(mark);
    }
    safe
}

/// Asks a yes-or-no question; none when there is no terminal to ask at. Enter means No.
pub fn ask(question: &str) -> Result<Option<bool>, CliError> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(None);
    }
    let _ = write!(io::stderr(), "{} [y/N] ", safe(question));
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(Some(matches!(answer.trim(), "y" | "Y" | "yes" | "Yes")))
}

/// A table for people: heads, blanks between columns, no frame.
pub fn columns(heads: &[&str]) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header(heads.iter().copied());
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SafeText;

    #[test]
    fn a_message_is_safe_once() {
        let hostile = "a\u{1b}]0;x\u{7}\tb\u{202e} ‹ok› → é";
        let quoted = format!("no alert {hostile}\n  {}", SafeText::from(hostile));
        let once = safe(&quoted);
        assert!(once.contains("␛]0;x␇") && once.contains("‹U+202E›") && once.contains('\n'), "{once}");
        assert!(!once.contains(|c: char| c.is_control() && c != '\n') && !once.contains('\u{202e}'));
        assert_eq!(safe(&once), once);
        let shown = SafeText::from(hostile).to_string();
        assert_eq!(safe(&shown), shown);
    }
}
