//! Opening one database file: how it is shared, what is checked first, which settings hold.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::{Notice, Result, StoreError, Trouble};
use super::folder::{Access, Folder, create_file};
use super::{migrate, mount};
use crate::domain::SafeText;

/// Below this much free space SQLite's memory-mapped `-shm` file could end the program with SIGBUS.
const LITTLE_SPACE: u64 = 16 << 20;

/// How long to wait for another instance's write.
const PATIENCE: Duration = Duration::from_secs(5);

/// Journals up to this size are checked in full when opened: a few milliseconds.
const CHECKED_BYTES: u64 = 4 << 20;

/// Which of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Cache,
    Journal,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cache => "cache.db",
            Self::Journal => "journal.db",
        }
    }

    /// The newest schema this version knows.
    fn version(self) -> i64 {
        i64::from(self.steps().len() as u32)
    }

    fn steps(self) -> &'static [&'static str] {
        match self {
            Self::Cache => &migrate::CACHE,
            Self::Journal => &migrate::JOURNAL,
        }
    }
}

/// How the files are shared with other instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    /// Write-ahead log with shared memory.
    Log,
    /// Write-ahead log without shared memory, for one instance only: on a full disk.
    Alone,
    /// Rollback journal: on network file systems, where shared memory does not work.
    Rollback,
    /// Nothing is written.
    Read,
    /// In memory.
    Memory,
}

/// An open database.
#[derive(Debug)]
pub(super) struct Db {
    pub(super) conn: Connection,
    /// For messages.
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
    pub(super) writable: bool,
    /// What `PRAGMA data_version` said when this connection last knew everything in the file.
    pub(super) seen_version: i64,
}

impl Db {
    /// Puts the file's name to a failure.
    pub(super) fn fail(&self, trouble: impl Into<Trouble>) -> StoreError {
        trouble.into().at(&self.path, self.kind == Kind::Journal)
    }

    /// Refuses early where nothing can be written.
    pub(super) fn check_writable(&self) -> Result<()> {
        if self.writable { Ok(()) } else { Err(StoreError::ReadOnly { path: self.path.clone() }) }
    }

    /// A number that changes when another connection writes.
    pub(super) fn data_version(&self) -> rusqlite::Result<i64> {
        self.conn.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
    }

    /// Merges the write-ahead log into the file.
    pub(super) fn checkpoint(&self) {
        if self.writable {
            // A reader elsewhere may hold it up; the log then stays, and nothing is lost.
            let _ = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
    }
}

/// True when so little space is left that a sync had better not begin.
pub(super) fn is_nearly_full(folder: &Folder) -> bool {
    folder.free_space().is_some_and(|free| free < LITTLE_SPACE)
}

/// Decides how the folder's files are shared.
pub(super) fn sharing(folder: &Folder, access: Access, notices: &mut Vec<Notice>) -> Sharing {
    let Some(path) = folder.path() else { return Sharing::Memory };
    if access == Access::ReadOnly {
        return Sharing::Read;
    }
    if rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_err() {
        return Sharing::Read;
    }
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    if let Some(kind) = mount::network_kind(&mounts, path) {
        notices.push(Notice::NetworkFileSystem { folder: path.to_owned(), kind: SafeText::from(kind) });
        return Sharing::Rollback;
    }
    match folder.free_space() {
        Some(free) if free < LITTLE_SPACE => {
            notices.push(Notice::LittleSpace { folder: path.to_owned(), free });
            Sharing::Alone
        }
        _ => Sharing::Log,
    }
}

/// Refuses a file with a newer schema before anything touches it.
pub(super) fn refuse_newer(folder: &Folder, kind: Kind) -> Result<()> {
    let Some(path) = folder.file(kind.name()) else { return Ok(()) };
    let known = kind.version();
    let found = header_version(&path).unwrap_or(0);
    let found = if found > known { found } else { logged_version(&path).unwrap_or(found) };
    if found > known { Err(StoreError::Newer { path, found, known }) } else { Ok(()) }
}

/// The schema number in the file's header: four bytes at offset 60 (SQLite file format §1.3).
fn header_version(path: &Path) -> Option<i64> {
    use std::io::Read;
    let mut header = [0; 64];
    fs::File::open(path).ok()?.read_exact(&mut header).ok()?;
    let number = header[60..].try_into().ok()?;
    header.starts_with(b"SQLite format 3\0").then(|| i64::from(i32::from_be_bytes(number)))
}

/// The schema number where a write-ahead log may hold a newer header. A reading connection changes neither file.
fn logged_version(path: &Path) -> Option<i64> {
    let log = path.with_extension("db-wal");
    fs::metadata(log).ok().filter(|log| log.len() > 0)?;
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    conn.busy_timeout(PATIENCE).ok()?;
    migrate::version(&conn).ok()
}

/// Opens a file, creates or migrates its schema, and checks what SQLite made of the settings.
pub(super) fn open(folder: &Folder, kind: Kind, sharing: Sharing, notices: &mut Vec<Notice>) -> Result<Db> {
    let path = folder.file(kind.name()).unwrap_or_else(|| PathBuf::from(":memory:"));
    let db = match sharing {
        Sharing::Memory => memory(kind, path.clone()),
        Sharing::Read => read_only(kind, &path, folder, notices),
        Sharing::Log | Sharing::Alone | Sharing::Rollback => {
            create_file(&path)?;
            writing(kind, &path, sharing, notices)
        }
    };
    let fail = |trouble: Trouble| trouble.at(&path, kind == Kind::Journal);
    let mut db = db.map_err(fail)?;
    db.seen_version = db.data_version().map_err(|error| fail(error.into()))?;
    Ok(db)
}

/// An empty database in memory: for the demo, and in place of what cannot be read.
pub(super) fn memory(kind: Kind, path: PathBuf) -> std::result::Result<Db, Trouble> {
    let conn = Connection::open_in_memory()?;
    settle(&conn)?;
    migrate::migrate(&conn, kind.steps())?;
    Ok(Db { conn, path, kind, writable: true, seen_version: 0 })
}

fn writing(
    kind: Kind,
    path: &Path,
    sharing: Sharing,
    notices: &mut Vec<Notice>,
) -> std::result::Result<Db, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let conn = Connection::open_with_flags(path, flags)?;
    settle(&conn)?;
    if kind == Kind::Cache {
        conn.pragma_update(None, "page_size", 8192)?;
    }
    if sharing == Sharing::Alone {
        // Before the first access: the log's index then lives on the heap instead of in a mapped file.
        conn.query_row("PRAGMA locking_mode = EXCLUSIVE", [], |_| Ok(()))?;
    }
    let wanted = if sharing == Sharing::Rollback { "truncate" } else { "wal" };
    let mode: String = conn.query_row(&format!("PRAGMA journal_mode = {wanted}"), [], |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case(wanted) {
        notices.push(Notice::JournalMode { path: path.to_owned(), mode: SafeText::from(mode) });
    }
    conn.pragma_update(None, "synchronous", if kind == Kind::Journal { "FULL" } else { "NORMAL" })?;
    conn.query_row("PRAGMA journal_size_limit = 16777216", [], |_| Ok(()))?;
    conn.query_row("PRAGMA wal_autocheckpoint = 2000", [], |_| Ok(()))?;
    if kind == Kind::Journal && fs::metadata(path).is_ok_and(|file| file.len() <= CHECKED_BYTES) {
        check(&conn)?;
    }
    migrate::migrate(&conn, kind.steps())?;
    if conn.is_readonly("main")? && rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok() {
        return Err(Trouble::Damaged("its header forbids writing".to_owned()));
    }
    Ok(Db { conn, path: path.to_owned(), kind, writable: true, seen_version: 0 })
}

/// Settings of every connection.
fn settle(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(PATIENCE)?;
    conn.set_prepared_statement_cache_capacity(64);
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // A statement is planned once. Else one that compares with a value is planned anew for each value: what is done alert by
    // alert then costs several times as much.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "cell_size_check", true)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "cache_size", -8192)
}

/// SQLite's own check of structure, indexes and constraints.
fn check(conn: &Connection) -> std::result::Result<(), Trouble> {
    let answer: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if answer == "ok" { Ok(()) } else { Err(Trouble::Damaged(answer)) }
}

/// Opens without writing a byte. A missing file reads as an empty one.
fn read_only(
    kind: Kind,
    path: &Path,
    folder: &Folder,
    notices: &mut Vec<Notice>,
) -> std::result::Result<Db, Trouble> {
    if fs::metadata(path).map_or(true, |file| file.len() == 0) {
        let mut db = memory(kind, path.to_owned())?;
        db.writable = false;
        return Ok(db);
    }
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let normal =
        Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NOFOLLOW).and_then(|conn| {
            settle(&conn)?;
            migrate::version(&conn).map(|version| (conn, version))
        });
    let (conn, version) = match normal {
        Ok(found) => found,
        Err(error)
            if !matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly)) =>
        {
            return Err(error.into());
        }
        Err(_) => {
            // The folder takes no `-shm` file: read the database as it lies there.
            let log = fs::metadata(path.with_extension("db-wal")).is_ok_and(|log| log.len() > 0);
            if log && let Some(folder) = folder.path() {
                notices.push(Notice::ReadOnly { folder: folder.to_owned(), stale: true });
            }
            let conn = Connection::open_with_flags(immutable(path), flags | OpenFlags::SQLITE_OPEN_URI)?;
            settle(&conn)?;
            let version = migrate::version(&conn)?;
            (conn, version)
        }
    };
    if version < kind.version() {
        return Err(Trouble::Damaged(
            "its schema is of an older version; open it once for writing to bring it up to date".to_owned(),
        ));
    }
    Ok(Db { conn, path: path.to_owned(), kind, writable: false, seen_version: 0 })
}

/// A URI for a file that nobody changes.
fn immutable(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    let hex = |digit: u8| char::from_digit(u32::from(digit), 16).unwrap_or('0');
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(byte) {
            uri.push(char::from(*byte));
        } else {
            uri.push('%');
            uri.push(hex(byte >> 4));
            uri.push(hex(byte & 15));
        }
    }
    uri + "?immutable=1"
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_is_planned_once_whatever_it_is_about() {
        let db = memory(Kind::Journal, PathBuf::new()).unwrap();
        let mut statement = db
            .conn
            .prepare("SELECT who FROM assignment WHERE subject = ?1 ORDER BY id DESC LIMIT 2")
            .unwrap();
        for subject in 1..4 {
            assert!(statement.query([subject]).unwrap().next().unwrap().is_none());
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
