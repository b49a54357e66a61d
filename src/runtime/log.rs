//! The log: to a file that was asked for, never to the terminal.

use std::fs::OpenOptions;
use std::path::Path;

use color_eyre::eyre::{Result, WrapErr};
use tracing::Level;

/// Starts logging; without a file nothing is logged. The file is readable by its owner only.
pub fn start(file: Option<&Path>, level: Level) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let Some(path) = file else { return Ok(()) };
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .wrap_err_with(|| format!("the log {} cannot be written", path.display()))?;
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false)
        .with_writer(std::sync::Mutex::new(file))
        .try_init()
        .map_err(|error| color_eyre::eyre::eyre!("logging cannot start: {error}"))
}
