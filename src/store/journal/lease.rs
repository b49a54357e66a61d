//! The lease: of several instances on one folder, one sends.

use std::fs;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::Durability;
use crate::store::error::Result;
use crate::store::{Store, moment};

/// How long a lease holds without being renewed.
const HOLDS: TimeDelta = TimeDelta::seconds(30);

impl Store {
    /// Takes or renews the lease: true when this owner may send. Renew it well within 30 s. It passes to another owner when it
    /// was not renewed, or at once when the process that holds it has ended on this machine.
    pub fn try_lease(&mut self, owner: &str, now: DateTime<Utc>) -> Result<bool> {
        let host = host();
        let process = std::process::id();
        self.write_journal(Durability::Written, |_, conn| {
            let held: Option<(String, String, u32, i64, i64)> = conn
                .prepare_cached("SELECT owner, host, process, started, until FROM lease WHERE id = 1")?
                .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
                .optional()?;
            if let Some((holder, at_host, holding, holding_since, until)) = held {
                let ended = at_host == host && has_ended(holding, holding_since);
                if holder != owner && moment::read(until) > now && !ended {
                    return Ok(false);
                }
            }
            conn.prepare_cached(
                "INSERT INTO lease (id, owner, host, process, started, until) VALUES (1, ?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, host = excluded.host, \
                 process = excluded.process, started = excluded.started, until = excluded.until",
            )?
            .execute(params![
                owner,
                host,
                process,
                started(process).unwrap_or(0),
                moment::write(now + HOLDS)
            ])?;
            Ok(true)
        })
    }

    /// Gives the lease up, if this owner has it.
    pub fn release_lease(&mut self, owner: &str) -> Result<()> {
        self.write_journal(Durability::Written, |_, conn| {
            conn.prepare_cached("DELETE FROM lease WHERE owner = ?1")?.execute([owner])?;
            Ok(())
        })
    }
}

/// True when this owner may send at this moment.
pub(super) fn holds(conn: &Connection, owner: &str, now: DateTime<Utc>) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM lease WHERE owner = ?1 AND until > ?2)")?
        .query_row(params![owner, moment::write(now)], |row| row.get(0))
}

/// The machine's name; containers on one folder have different ones, and cannot see each other's processes.
pub(super) fn host() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned()
}

/// When a process began, in clock ticks since the machine started: field 22 of `/proc/PID/stat`. None when there is no such
/// process, or no such file on this system.
pub(super) fn started(process: u32) -> Option<i64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the program's name in parentheses and may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(19)?.parse().ok()
}

/// True when the process has certainly ended. Where processes cannot be looked at, only the clock ends a lease.
pub(super) fn has_ended(process: u32, since: i64) -> bool {
    since != 0 && fs::exists("/proc/self/stat").unwrap_or(false) && started(process) != Some(since)
}
