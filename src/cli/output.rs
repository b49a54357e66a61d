//! Standard output, as data; standard error, for people.

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Write};

use crate::cli::exit::CliError;

/// Standard output, buffered.
pub struct Out {
    writer: BufWriter<Box<dyn Write + Send>>,
    terminal: bool,
}

impl Out {
    /// The process's standard output.
    pub fn standard() -> Self {
        let stdout = io::stdout();
        Self { terminal: stdout.is_terminal(), writer: BufWriter::new(Box::new(stdout)) }
    }

    /// True when a person looks at it.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Writes one line.
    pub fn line(&mut self, text: impl Display) -> Result<(), CliError> {
        Ok(writeln!(self.writer, "{text}")?)
    }

    /// Writes bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        Ok(self.writer.write_all(bytes)?)
    }

    /// Hands what was written to its reader.
    pub fn finish(&mut self) -> Result<(), CliError> {
        Ok(self.writer.flush()?)
    }
}

/// Says something to the person at the terminal. A closed standard error is nobody's concern.
pub fn say(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Asks a yes-or-no question; none when there is no terminal to ask at. Enter means No.
pub fn ask(question: &str) -> Result<Option<bool>, CliError> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(None);
    }
    let _ = write!(io::stderr(), "{question} [y/N] ");
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
