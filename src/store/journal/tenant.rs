//! The tenant that decisions are for. A profile's folder stays when its config names another tenant: what was queued before
//! then waits for the tenant that it was decided for.

use rusqlite::{Connection, OptionalExtension};

use super::Durability;
use crate::domain::SafeText;
use crate::store::Store;
use crate::store::error::Result;

/// True of a target (`t` in the statement) that is of another tenant than the one given, which may be empty where it is not known.
pub(super) const FOREIGN: &str =
    "(?1 <> '' AND t.change IN (SELECT id FROM change WHERE tenant IS NOT NULL AND tenant <> ?1))";

/// Changes of alerts that wait for another tenant than the one signed in to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// How many alerts.
    pub alerts: usize,
    /// The tenant's GUID; of several the one decided for last.
    pub tenant: SafeText,
}

impl Store {
    /// Whoever is signed in is of this tenant, by its GUID: the alerts of the next snapshot are of it, what is decided about
    /// them is for it, and so is what was decided before anybody had signed in. Nothing changes where the sign-in does not say.
    pub fn set_tenant(&mut self, guid: &str) -> Result<()> {
        let guid = guid.to_ascii_lowercase();
        if guid.is_empty() {
            return Ok(());
        }
        // Of this instance: another one on the same folder may be signed in elsewhere.
        self.stale |= self.table.table().tenant().raw() != guid;
        self.table.set_tenant(SafeText::from(guid.as_str()));
        if !self.journal.writable || self.read_journal(|conn| Ok(tenant(conn)?))? == Some(guid.clone()) {
            return Ok(());
        }
        self.write_journal(Durability::Synced, |_, conn| {
            conn.execute(
                "INSERT INTO tenant (id, guid) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET guid = excluded.guid",
                [&guid],
            )?;
            conn.execute("UPDATE change SET tenant = ?1 WHERE tenant IS NULL", [&guid])?;
            Ok(())
        })
    }

    /// The alerts kept from last time are of the tenant signed in to then.
    pub(in crate::store) fn show_tenant(&mut self) -> Result<()> {
        let guid = self.read_journal(|conn| Ok(tenant(conn)?))?;
        self.table.set_tenant(guid.map(SafeText::from).unwrap_or_default());
        Ok(())
    }

    /// What waits for another tenant than this one; none where nothing does, or the sign-in does not say.
    pub fn held(&self, guid: &str) -> Result<Option<Held>> {
        self.read_journal(|conn| {
            let (alerts, last): (u32, Option<i64>) = conn
                .prepare_cached(&format!(
                    "SELECT count(*), max(t.change) FROM target t INDEXED BY target_due \
                     WHERE t.outcome IN ('pending', 'sending') AND {FOREIGN}"
                ))?
                .query_row([guid.to_ascii_lowercase()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let Some(last) = last else { return Ok(None) };
            let tenant: String = conn
                .prepare_cached("SELECT tenant FROM change WHERE id = ?1")?
                .query_row([last], |row| row.get(0))?;
            Ok(Some(Held { alerts: alerts as usize, tenant: SafeText::from(tenant) }))
        })
    }
}

fn tenant(conn: &Connection) -> rusqlite::Result<Option<String>> {
    conn.prepare_cached("SELECT guid FROM tenant")?.query_row([], |row| row.get(0)).optional()
}
