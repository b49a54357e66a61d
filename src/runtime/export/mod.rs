//! Alerts and scripts written to files and standard output: streamed, off the main thread, with progress and a way to
//! stop. Used by the screen and the commands.

pub mod file;

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::PathBuf;

use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::domain::export::Format;
use crate::domain::listing::Listing;
use crate::domain::table::Row;
use crate::domain::{AlertKey, thousands};
use crate::store::{StoreError, StoreHandle};

/// Alerts of which the bodies are in memory at once.
const AT_ONCE: usize = 1024;

/// Up to so many alerts stand in the order of the list; more in the order in which the cache holds their bodies, since
/// each block on disk is unpacked only once then.
const IN_ORDER: usize = 10_000;

/// Why nothing was written.
#[derive(Debug, Error)]
pub enum ExportError {
    /// There is a file already.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// There is something that is not to be replaced: a device, a pipe, a socket.
    #[error("{} is no regular file and is left alone; `quell export -` writes to standard output", .0.display())]
    NoFile(PathBuf),
    /// The file cannot be written.
    #[error("{} cannot be written: {}", .path.display(), .source)]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Standard output cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
    /// The cache cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was cancelled.
    #[error("cancelled; nothing was written")]
    Cancelled,
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// So many alerts.
    pub alerts: usize,
    /// So many were left out: the cache's copy of their JSON is damaged, or they are gone.
    pub left_out: usize,
}

impl Written {
    /// What to say of those left out; none without any.
    pub fn warning(&self) -> Option<String> {
        (self.left_out > 0).then(|| {
            format!(
                "{} left out: the cache cannot read their JSON; the next sync mends it, or importing their files again",
                thousands(self.left_out)
            )
        })
    }
}

/// Writes the alerts of a listing. `progress` is told after each few how many are done.
pub async fn alerts(
    store: &StoreHandle,
    listing: &Listing,
    format: Format,
    sink: &mut (dyn Write + Send),
    progress: &(dyn Fn(usize) + Sync),
    cancel: &CancellationToken,
) -> Result<Written, ExportError> {
    let mut written = Written::default();
    sink.write_all(format.head().as_bytes())?;
    let rows = order(listing, format);
    for chunk in rows.chunks(AT_ONCE) {
        if cancel.is_cancelled() {
            return Err(ExportError::Cancelled);
        }
        let chunk: Vec<Row<'_>> = chunk.iter().filter_map(|row| listing.table.row(*row)).collect();
        let bodies = if format.needs_bodies() { bodies(store, &chunk).await? } else { HashMap::new() };
        for row in &chunk {
            let body = bodies.get(&row.key()).map(|body| String::from_utf8_lossy(body));
            if format.needs_bodies() && body.is_none() {
                written.left_out += 1;
                continue;
            }
            if written.alerts > 0 {
                sink.write_all(format.between().as_bytes())?;
            }
            let text = format.alert(row, &listing.table, &body.unwrap_or_default());
            sink.write_all(text.as_bytes())?;
            written.alerts += 1;
        }
        progress(written.alerts + written.left_out);
    }
    sink.write_all(format.tail(written.alerts).as_bytes())?;
    Ok(written)
}

/// Why alerts are written in another order than that of the listing; none where they are not.
pub fn reordered(listing: &Listing, format: Format) -> Option<String> {
    let many = format.needs_bodies() && listing.len() > IN_ORDER;
    many.then(|| {
        format!("more than {} alerts as {format} are written in the order of the cache", thousands(IN_ORDER))
    })
}

fn order(listing: &Listing, format: Format) -> Vec<u32> {
    let mut rows = listing.rows.to_vec();
    if reordered(listing, format).is_some() {
        // Rows are in the order of the alerts' numbers, and bodies nearly so.
        rows.sort_unstable();
    }
    rows
}

async fn bodies(store: &StoreHandle, rows: &[Row<'_>]) -> Result<HashMap<AlertKey, Box<[u8]>>, StoreError> {
    let mut wanted: Vec<AlertKey> = rows.iter().map(Row::key).collect();
    let mut found = HashMap::with_capacity(wanted.len());
    while !wanted.is_empty() {
        let read = store.call(move |store| store.bodies(&wanted)).await??;
        found.extend(read.read);
        wanted = read.left;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::table::Table;

    #[test]
    fn another_order_than_that_of_the_list_is_said() {
        let listing = |count: usize| {
            let rows: Vec<u32> = (0..count as u32).rev().collect();
            Listing::new(Arc::<Table>::default(), rows)
        };
        for (count, format, said) in [
            (IN_ORDER, Format::Ndjson, false),
            (IN_ORDER + 1, Format::Ndjson, true),
            (IN_ORDER + 1, Format::Csv, false),
        ] {
            let listing = listing(count);
            assert_eq!(reordered(&listing, format).is_some(), said, "{count} {format}");
            assert_eq!(order(&listing, format) != listing.rows.to_vec(), said, "{count} {format}");
        }
    }
}
