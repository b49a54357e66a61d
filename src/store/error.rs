//! What can go wrong with the files, said so that a person knows where and what to do.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

use crate::domain::{ChangeId, SafeText};

/// A failure of the data folder, the cache or the journal. Paths in messages obey the display rule.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The file was written by a newer version of the program. It was not touched.
    #[error(
        "{} was written by a newer quell (schema {found}, this one knows {known}); it is untouched. Update quell, or \
         choose another folder with --data-dir",
        shown(path)
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema this version knows.
        known: i64,
    },
    /// The data folder or one of its files cannot be used as it is.
    #[error("{} {why}", shown(path))]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong and what to do, as the rest of a sentence.
        why: &'static str,
    },
    /// The operating system refused.
    #[error("cannot {doing} {}: {source}", shown(path))]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// The system's answer.
        source: io::Error,
    },
    /// The journal is damaged. It is never thrown away or rebuilt.
    #[error(
        "{} is damaged ({why}). It holds queued changes and the record of past ones, so it was left as it is: copy it, \
         then recover it with `sqlite3 journal.db .recover`, or move it away to begin a new one",
        shown(path)
    )]
    DamagedJournal {
        /// The file.
        path: PathBuf,
        /// What was found.
        why: SafeText,
    },
    /// The cache is damaged. It heals when it is next opened; what was asked for could not be read.
    #[error("{} is damaged ({why}); it is rebuilt by the next sync", shown(path))]
    DamagedCache {
        /// The file.
        path: PathBuf,
        /// What was found.
        why: SafeText,
    },
    /// The cache's copy of an alert of a file is damaged. No source brings it again.
    #[error("{} is damaged ({why}); import the file again in which the alert came", shown(path))]
    DamagedImport {
        /// The file.
        path: PathBuf,
        /// What was found.
        why: SafeText,
    },
    /// Another program holds the file.
    #[error("{} is in use by another program that does not let go; close it and try again", shown(path))]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The disk is full. Nothing was stored.
    #[error("no space left for {}: nothing was stored; free some and try again", shown(path))]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// The files can only be read.
    #[error("{} cannot be written (read-only): nothing was stored", shown(path))]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// The system refused to read or write: a file-size limit, a quota, a failing disk.
    #[error(
        "the system refused to write {} ({source}): nothing was stored; check limits, quota and disk",
        shown(path)
    )]
    NotWritten {
        /// The file.
        path: PathBuf,
        /// SQLite's answer.
        source: rusqlite::Error,
    },
    /// SQLite failed in another way.
    #[error("{}: {source}", shown(path))]
    Sql {
        /// The file.
        path: PathBuf,
        /// SQLite's answer.
        source: rusqlite::Error,
    },
    /// The journal has no change of this number.
    #[error("there is no change {0}")]
    UnknownChange(ChangeId),
    /// The listing was begun anew, or the cache was rebuilt under it: its pages are not taken any more.
    #[error("this listing is no longer current; begin it again")]
    Superseded,
    /// The store's thread has ended.
    #[error("the store is closed")]
    Closed,
}

/// The result of a store operation.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl StoreError {
    /// True when a newer version wrote the file: exit code 3.
    pub fn is_newer(&self) -> bool {
        matches!(self, Self::Newer { .. })
    }

    /// True when the system stores nothing now, though what is there can be read.
    pub fn cannot_store(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::ReadOnly { .. } | Self::NotWritten { .. })
    }
}

/// A path as it may be shown.
pub(super) fn shown(path: &Path) -> SafeText {
    SafeText::from(path.display().to_string())
}

/// What an inner function ran into; the store adds the file.
#[derive(Debug)]
pub(super) enum Trouble {
    /// SQLite's answer.
    Sql(rusqlite::Error),
    /// The content contradicts itself.
    Damaged(String),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl Trouble {
    /// True when the file's content is at fault, not the disk, another program or this one.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            Self::Damaged(_) => true,
            Self::Sql(error) => match error {
                rusqlite::Error::SqliteFailure(..) => matches!(
                    error.sqlite_error_code(),
                    Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown)
                ),
                // Our statements are fixed: one that does not fit means a schema that is not ours.
                rusqlite::Error::SqlInputError { .. }
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::Utf8Error(..)
                | rusqlite::Error::InvalidColumnType(..) => true,
                _ => false,
            },
        }
    }

    /// The error with its place.
    pub(super) fn at(self, path: &Path, is_journal: bool) -> StoreError {
        let path = path.to_owned();
        if self.is_damage() {
            let why = match self {
                Self::Damaged(why) => SafeText::from(why),
                Self::Sql(error) => SafeText::from(error.to_string()),
            };
            return if is_journal {
                StoreError::DamagedJournal { path, why }
            } else {
                StoreError::DamagedCache { path, why }
            };
        }
        match self {
            Self::Damaged(why) => StoreError::DamagedCache { path, why: SafeText::from(why) },
            Self::Sql(source) => match source.sqlite_error_code() {
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { path },
                Some(ErrorCode::DiskFull) => StoreError::Full { path },
                Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
                    StoreError::NotWritten { path, source }
                }
                Some(ErrorCode::ReadOnly) => StoreError::ReadOnly { path },
                _ => StoreError::Sql { path, source },
            },
        }
    }
}

/// Something a person should know that does not stop the work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The cache was damaged and begins empty; the next sync fills it.
    CacheRebuilt {
        /// Where the damaged file was put; none when it could not be kept.
        aside: Option<PathBuf>,
        /// What was found.
        why: SafeText,
    },
    /// The folder is on a network file system.
    NetworkFileSystem {
        /// The folder.
        folder: PathBuf,
        /// The kind, such as `nfs4`.
        kind: SafeText,
    },
    /// Little space is left on the disk.
    LittleSpace {
        /// The folder.
        folder: PathBuf,
        /// Bytes free.
        free: u64,
    },
    /// The files can only be read: nothing that is decided can be kept.
    ReadOnly {
        /// The folder.
        folder: PathBuf,
        /// True when the newest part (a write-ahead log that nobody merged) cannot be read this way.
        stale: bool,
    },
    /// A saved view cannot be read. It is left out, and the others are there.
    View {
        /// Its name.
        name: SafeText,
    },
    /// SQLite did not grant the journal mode asked for; two instances at once are not safe.
    JournalMode {
        /// The file.
        path: PathBuf,
        /// The mode in force.
        mode: SafeText,
    },
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::CacheRebuilt { aside, why } => {
                write!(f, "The cache was damaged ({why}) and is rebuilt by the next sync")?;
                aside
                    .as_ref()
                    .map_or(Ok(()), |aside| write!(f, "; the damaged file is kept as {}", shown(aside)))
            }
            Self::View { name } => write!(
                f,
                "The saved view \"{name}\" cannot be read and is left out; saving a view by its name or on its digit \
                 replaces it"
            ),
            Self::NetworkFileSystem { folder, kind } => write!(
                f,
                "{} is on a network file system ({kind}): slower, and safe from one machine at a time only; choose a \
                 local folder with --data-dir",
                shown(folder)
            ),
            Self::LittleSpace { folder, free } => write!(
                f,
                "Only {} KiB are free for {}: what cannot be stored will say so",
                free / 1024,
                shown(folder)
            ),
            Self::ReadOnly { folder, stale } => {
                write!(f, "{} cannot be written: alerts can be read, nothing is stored", shown(folder))?;
                if *stale { f.write_str(", and the latest changes in it are not visible") } else { Ok(()) }
            }
            Self::JournalMode { path, mode } => write!(
                f,
                "{} runs in journal mode {mode} instead of the one asked for: use one instance at a time",
                shown(path)
            ),
        }
    }
}
