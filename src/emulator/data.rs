//! Alerts from files: list pages, arrays, or single alerts, as ARM answers them.

use std::path::{Path, PathBuf};

use axum::body::Bytes;

use super::raw;
use super::state::State;

/// Why a data file cannot be served.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct DataError {
    path: PathBuf,
    why: String,
}

/// Adds the alerts of all files; of two with one id the last wins.
pub(super) fn load(state: &mut State, paths: &[PathBuf]) -> Result<(), DataError> {
    let mut alerts = Vec::new();
    let mut origins = Vec::new();
    for path in paths {
        let items = read(path).map_err(|why| DataError { path: path.clone(), why })?;
        origins.extend((1..=items.len()).map(|n| (path, n)));
        alerts.extend(items);
    }
    state.load(alerts).map_err(|(index, error)| match origins.get(index) {
        Some((path, n)) => DataError { path: (*path).clone(), why: format!("alert {n}: {error}") },
        None => DataError { path: PathBuf::new(), why: error.to_string() },
    })
}

fn read(path: &Path) -> Result<Vec<Bytes>, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|error| error.to_string())?;
    // Exports from Windows begin with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let items = raw::items(text).map_err(|error| error.to_string())?;
    Ok(items.into_iter().map(|item| Bytes::copy_from_slice(item.as_bytes())).collect())
}
