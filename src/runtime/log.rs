//! The log: to a file that was asked for, never to the terminal. Only quell's own events, which carry no secret and
//! quote text from outside escaped; of the libraries' only warnings.

use std::fs::{OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use color_eyre::eyre::{Result, WrapErr, eyre};
use tracing::Level;
use tracing_subscriber::EnvFilter;

/// Starts logging; without a file nothing is logged. The file is readable by its owner only; a link is refused.
pub fn start(file: Option<&Path>, level: Level) -> Result<()> {
    let Some(path) = file else { return Ok(()) };
    let failed = || format!("the log {} cannot be written", path.display());
    let nofollow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0);
    let mut options = OpenOptions::new();
    let file = options
        .create(true)
        .append(true)
        .mode(0o600)
        .custom_flags(nofollow)
        .open(path)
        .wrap_err_with(failed)?;
    file.set_permissions(Permissions::from_mode(0o600)).wrap_err_with(failed)?;
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(format!("warn,quell={level}")))
        .with_ansi(false)
        .with_writer(std::sync::Mutex::new(file))
        .try_init()
        .map_err(|error| eyre!("logging cannot start: {error}"))
}
