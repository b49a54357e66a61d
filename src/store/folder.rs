//! The data folder: private, without symbolic links, or in memory for the demo.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::error::{Result, StoreError};

/// The names under which the two databases and SQLite's companions live.
const NAMES: [&str; 8] = [
    "cache.db",
    "cache.db-wal",
    "cache.db-shm",
    "cache.db-journal",
    "journal.db",
    "journal.db-wal",
    "journal.db-shm",
    "journal.db-journal",
];

/// Whether the files may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read and write.
    ReadWrite,
    /// Read only: nothing is created, migrated or changed.
    ReadOnly,
}

/// Where `cache.db` and `journal.db` live.
#[derive(Debug, Clone)]
pub struct Folder {
    /// None in memory.
    path: Option<PathBuf>,
}

impl Folder {
    /// Uses a folder, creating it with mode 0700 under any umask. An existing folder that is empty or holds our files is
    /// made private too. A symbolic link in place of the folder or one of its files is refused, so is a folder that others may
    /// write to.
    pub fn open(path: &Path) -> Result<Self> {
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => {
                return Err(refuse(path, "is a symbolic link; name the folder itself with --data-dir"));
            }
            Ok(found) if !found.is_dir() => {
                return Err(refuse(path, "is no folder; choose another --data-dir"));
            }
            Ok(found) => tighten(path, found.permissions().mode())?,
            Err(error) if error.kind() == ErrorKind::NotFound => create(path)?,
            Err(source) => return Err(StoreError::Io { path: path.to_owned(), doing: "look at", source }),
        }
        // The way to the folder may lead over links; from here on SQLite refuses every one.
        let path = fs::canonicalize(path).map_err(|source| StoreError::Io {
            path: path.to_owned(),
            doing: "find",
            source,
        })?;
        for name in NAMES {
            check_file(&path.join(name))?;
        }
        Ok(Self { path: Some(path) })
    }

    /// A folder in memory: it leaves nothing behind, even when the program is killed.
    pub fn temporary() -> Self {
        Self { path: None }
    }

    /// The folder; none when it is in memory.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The path of one of its files; none in memory.
    pub(super) fn file(&self, name: &str) -> Option<PathBuf> {
        self.path.as_ref().map(|folder| folder.join(name))
    }

    /// Free bytes for this user; none where the system does not tell.
    pub(super) fn free_space(&self) -> Option<u64> {
        let found = rustix::fs::statvfs(self.path.as_deref()?).ok()?;
        Some(found.f_bavail.saturating_mul(found.f_frsize))
    }
}

fn refuse(path: &Path, why: &'static str) -> StoreError {
    StoreError::Folder { path: path.to_owned(), why }
}

/// Creates the folder and what is missing above it, each with mode 0700.
fn create(path: &Path) -> Result<()> {
    let missing: Vec<&Path> =
        path.ancestors().take_while(|part| !part.as_os_str().is_empty() && !part.exists()).collect();
    for part in missing.into_iter().rev() {
        let made = DirBuilder::new().mode(0o700).create(part);
        match made {
            // The umask can only take bits away; a strange one must not lock us out.
            Ok(()) => set_mode(part, 0o700)?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(source) => return Err(StoreError::Io { path: part.to_owned(), doing: "create", source }),
        }
    }
    Ok(())
}

fn tighten(path: &Path, mode: u32) -> Result<()> {
    let for_others = mode & 0o077;
    if for_others == 0 {
        return Ok(());
    }
    let mut entries = fs::read_dir(path).map_err(|source| StoreError::Io {
        path: path.to_owned(),
        doing: "read",
        source,
    })?;
    let ours = entries.next().is_none() || NAMES.iter().any(|name| path.join(name).exists());
    if ours && set_mode(path, 0o700).is_ok() {
        return Ok(());
    }
    if mode & 0o022 != 0 {
        return Err(refuse(path, "can be written by others; choose another --data-dir or make it private"));
    }
    Ok(())
}

fn check_file(path: &Path) -> Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Err(refuse(path, "is a symbolic link; remove it")),
        Ok(found) if !found.is_file() => Err(refuse(path, "is no file; remove it")),
        Ok(found) => {
            if found.permissions().mode() & 0o077 != 0 {
                // On a read-only file system this cannot succeed, and reading must still work.
                let _ = set_mode(path, 0o600);
            }
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(source) => Err(StoreError::Io { path: path.to_owned(), doing: "look at", source }),
    }
}

/// Creates an empty file with mode 0600 where there is none. SQLite gives its companions the same mode.
pub(super) fn create_file(path: &Path) -> Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => file.set_permissions(Permissions::from_mode(0o600)).map_err(|source| StoreError::Io {
            path: path.to_owned(),
            doing: "make private",
            source,
        }),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == ErrorKind::StorageFull => {
            Err(StoreError::Full { path: path.to_owned() })
        }
        Err(error) if matches!(error.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied) => {
            Err(StoreError::ReadOnly { path: path.to_owned() })
        }
        Err(source) => Err(StoreError::Io { path: path.to_owned(), doing: "create", source }),
    }
}

fn set_mode(path: &Path, mode: u32) -> Result<()> {
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(|source| StoreError::Io {
        path: path.to_owned(),
        doing: "make private",
        source,
    })
}
