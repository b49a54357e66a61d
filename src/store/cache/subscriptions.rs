//! The subscriptions, and how current each one is.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::SyncState;
use super::put::remove;
use crate::domain::progress::Subscription;
use crate::domain::table::Row;
use crate::domain::{AlertKey, SafeText, SubscriptionId};
use crate::store::error::Result;
use crate::store::{Store, moment};

impl Store {
    /// Replaces the subscriptions in use. What was listed of one that is no longer in use leaves the cache, and comes with the
    /// next listing should it be in use again: nobody looks at it, counts it or changes it meanwhile. Alerts with a change in
    /// the outbox stay until that is settled, those that only files told for good.
    pub fn set_subscriptions(&mut self, subscriptions: &[Subscription]) -> Result<()> {
        if self.subscriptions()? != subscriptions {
            self.swept = false;
            self.replace_subscriptions(subscriptions)?;
        }
        if self.swept { Ok(()) } else { self.drop_unused() }
    }

    /// Takes those not among these out of use, should any be known that is.
    pub fn narrow_to(&mut self, chosen: &[SubscriptionId]) -> Result<()> {
        let known = self.subscriptions()?;
        let left: Vec<Subscription> = known.iter().filter(|one| chosen.contains(&one.id)).cloned().collect();
        if left.len() == known.len() { Ok(()) } else { self.set_subscriptions(&left) }
    }

    fn replace_subscriptions(&mut self, subscriptions: &[Subscription]) -> Result<()> {
        self.write_cache(|conn, _| {
            conn.execute("UPDATE subscription SET place = NULL", [])?;
            for (place, subscription) in subscriptions.iter().enumerate() {
                conn.prepare_cached(
                    "INSERT INTO subscription (id, name, tenant, place, listing) VALUES (?1, ?2, ?3, ?4, 0) \
                     ON CONFLICT (id) DO UPDATE SET name = excluded.name, tenant = excluded.tenant, \
                     place = excluded.place",
                )?
                .execute(params![
                    subscription.id.as_str(),
                    subscription.name.raw(),
                    subscription.tenant.raw(),
                    place as u32
                ])?;
            }
            conn.execute(
                "UPDATE subscription SET last_complete = NULL, last_error = NULL, continuation = NULL WHERE place IS NULL",
                [],
            )?;
            Ok(())
        })?;
        let names = names(&self.cache.conn).map_err(|error| self.cache_read_failed(error))?;
        self.table.set_subscriptions(names);
        self.stale = true;
        // Now it is known which alerts of files no source has.
        self.keep_here()
    }

    fn drop_unused(&mut self) -> Result<()> {
        let unused = unused_alerts(&self.cache.conn).map_err(|error| self.cache_read_failed(error))?;
        let table = self.table.table();
        let rows = unused.into_iter().filter_map(|key| table.get(key));
        let (waiting, left): (Vec<Row<'_>>, Vec<Row<'_>>) =
            rows.filter(|row| !row.flags().is_imported()).partition(|row| row.pending().is_some());
        let swept = waiting.is_empty();
        let left: Vec<AlertKey> = left.iter().map(Row::key).collect();
        if !left.is_empty() {
            self.write_cache(|conn, _| remove(conn, &left))?;
            self.forget(&left);
        }
        self.swept = swept;
        Ok(())
    }

    /// The subscriptions in use, in their order.
    pub fn subscriptions(&self) -> Result<Vec<Subscription>> {
        let read = || -> rusqlite::Result<Vec<Subscription>> {
            self.cache
                .conn
                .prepare_cached(
                    "SELECT id, name, tenant FROM subscription WHERE place IS NOT NULL ORDER BY place",
                )?
                .query_map([], |row| {
                    Ok(Subscription {
                        id: SubscriptionId::new(row.get_ref(0)?.as_str()?),
                        name: SafeText::from(row.get::<_, String>(1)?),
                        tenant: SafeText::from(row.get::<_, String>(2)?),
                    })
                })?
                .collect()
        };
        read().map_err(|error| self.cache_read_failed(error))
    }

    /// How current each subscription in use is, in their order.
    pub fn sync_states(&self) -> Result<Vec<SyncState>> {
        let read = || -> rusqlite::Result<Vec<SyncState>> {
            self.cache
                .conn
                .prepare_cached(
                    "SELECT id, last_complete, last_error, continuation FROM subscription WHERE place IS NOT NULL \
                     ORDER BY place",
                )?
                .query_map([], |row| {
                    let subscription = SubscriptionId::new(row.get_ref(0)?.as_str()?);
                    Ok(SyncState {
                        running_since: self.listings.get(&subscription).map(|running| running.since),
                        subscription,
                        last_complete: row.get::<_, Option<i64>>(1)?.map(moment::read),
                        last_error: row.get::<_, Option<String>>(2)?.map(SafeText::from),
                        continuation: row.get(3)?,
                    })
                })?
                .collect()
        };
        read().map_err(|error| self.cache_read_failed(error))
    }

    /// Since when everything shown is at least as new as the source: the oldest of the last complete listings of the
    /// subscriptions in use. None before the first.
    pub fn last_sync(&self) -> Result<Option<DateTime<Utc>>> {
        Ok(self.sync_states()?.into_iter().filter_map(|state| state.last_complete).min())
    }
}

/// Every subscription's display name, for the table: also of those no longer in use.
pub(super) fn names(conn: &Connection) -> rusqlite::Result<Vec<(SubscriptionId, SafeText)>> {
    conn.prepare_cached("SELECT id, name FROM subscription WHERE name <> '' ORDER BY place IS NULL, place")?
        .query_map([], |row| {
            Ok((SubscriptionId::new(row.get_ref(0)?.as_str()?), SafeText::from(row.get::<_, String>(1)?)))
        })?
        .collect()
}

/// The cache's number for a subscription, given one if it is new.
pub(super) fn number_of(conn: &Connection, id: &SubscriptionId) -> rusqlite::Result<i64> {
    let known: Option<i64> = conn
        .prepare_cached("SELECT number FROM subscription WHERE id = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    if let Some(number) = known {
        return Ok(number);
    }
    conn.prepare_cached("INSERT INTO subscription (id, name, tenant, listing) VALUES (?1, '', '', 0)")?
        .insert([id.as_str()])
}

pub(super) fn listing_number(conn: &Connection, id: &SubscriptionId) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT listing FROM subscription WHERE id = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()
}

/// The alerts that were last listed in a subscription.
pub(super) fn alerts_of(conn: &Connection, id: &SubscriptionId) -> rusqlite::Result<Vec<AlertKey>> {
    conn.prepare_cached(
        "SELECT key FROM alert WHERE subscription = (SELECT number FROM subscription WHERE id = ?1)",
    )?
    .query_map([id.as_str()], |row| row.get(0).map(AlertKey))?
    .collect()
}

/// The alerts of subscriptions that are not in use.
fn unused_alerts(conn: &Connection) -> rusqlite::Result<Vec<AlertKey>> {
    conn.prepare_cached(
        "SELECT a.key FROM subscription s JOIN alert a ON a.subscription = s.number WHERE s.place IS NULL",
    )?
    .query_map([], |row| row.get(0).map(AlertKey))?
    .collect()
}

pub(super) fn set_continuation(
    conn: &Connection,
    number: i64,
    continuation: Option<&str>,
) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE subscription SET continuation = ?2 WHERE number = ?1")?
        .execute(params![number, continuation])?;
    Ok(())
}

pub(super) fn complete(
    conn: &Connection,
    number: i64,
    listing: i64,
    at: DateTime<Utc>,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE subscription SET listing = ?2, last_complete = ?3, last_error = NULL, continuation = NULL \
         WHERE number = ?1",
    )?
    .execute(params![number, listing, moment::write(at)])?;
    Ok(())
}

pub(super) fn set_error(conn: &Connection, number: i64, why: &SafeText) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE subscription SET last_error = ?2 WHERE number = ?1")?
        .execute(params![number, why.raw()])?;
    Ok(())
}
