//! Exit codes and errors of the commands.

use std::fmt;
use std::process::ExitCode;

use thiserror::Error;

use crate::azure::ApiError;
use crate::config::ConfigError;
use crate::domain::progress::{Fault, FaultKind};
use crate::runtime::open::OpenError;
use crate::store::StoreError;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done; also when nothing matched, No was answered, or a change was queued while offline.
    Done = 0,
    /// Failed: also a sync that could not finish, an unknown id.
    Failed = 1,
    /// Wrong usage or a bad filter.
    Usage = 2,
    /// A cache or journal from a newer version.
    Newer = 3,
    /// With `--wait`: some alerts of a change are failed, in conflict, unconfirmed or pending. Also what was accepted,
    /// and not seen done: mail settings not read back, sample alerts.
    Unsettled = 4,
    /// Not signed in, not allowed at all, or read-only.
    Denied = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command failed, and the exit code that says so.
#[derive(Debug, Error)]
pub struct CliError {
    /// The exit code.
    pub exit: Exit,
    /// What happened and what to do; safe to print.
    pub message: String,
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl CliError {
    /// An error with its exit code.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }

    /// A failure.
    pub fn failed(message: impl fmt::Display) -> Self {
        Self::new(Exit::Failed, message.to_string())
    }

    /// Wrong usage.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, message.to_string())
    }
}

impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> Self {
        Self::failed(format_args!("standard output cannot be written: {error}"))
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        let exit = if matches!(error, StoreError::Newer { .. }) { Exit::Newer } else { Exit::Failed };
        Self::new(exit, error.to_string())
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        let exit = if matches!(
            error,
            ConfigError::NoProfile { .. } | ConfigError::Missing { .. } | ConfigError::Parse { .. }
        ) {
            Exit::Usage
        } else {
            Exit::Failed
        };
        Self::new(exit, error.to_string())
    }
}

impl From<OpenError> for CliError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Store(error) => error.into(),
            OpenError::Config(error) => error.into(),
            OpenError::Endpoint(_) => Self::new(Exit::Usage, error.to_string()),
            other => Self::failed(other),
        }
    }
}

impl From<ApiError> for CliError {
    fn from(error: ApiError) -> Self {
        let denied =
            error.needs_sign_in() || matches!(error, ApiError::SignIn(_) | ApiError::Forbidden { .. });
        Self::new(if denied { Exit::Denied } else { Exit::Failed }, error.to_string())
    }
}

impl From<Fault> for CliError {
    fn from(fault: Fault) -> Self {
        let denied = matches!(fault.kind, FaultKind::SignIn | FaultKind::Forbidden);
        Self::new(if denied { Exit::Denied } else { Exit::Failed }, fault.message.to_string())
    }
}
