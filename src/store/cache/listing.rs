//! Listings: pages go in one transaction each; alerts leave only after a complete, gap-free listing.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::put::{Putter, Written, kept, remove, set_gone};
use super::subscriptions::number_of;
use super::{KeySet, Listing, PageApplied, PageBatch, Quarantined, Running};
use crate::domain::table::RowData;
use crate::domain::{AlertId, AlertKey, SafeText, SubscriptionId};
use crate::store::Store;
use crate::store::error::{Result, StoreError, Trouble};
use crate::store::hash::content_hash;
use crate::store::open::{Sharing, is_nearly_full};

/// Items kept in quarantine per subscription, at most.
const KEPT_ASIDE: i64 = 500;

impl Store {
    /// Begins a listing of a subscription; one that was under way is superseded. Refused when less than 16 MiB are free: SQLite's
    /// shared memory could then end the program.
    pub fn begin_listing(&mut self, subscription: &SubscriptionId, at: DateTime<Utc>) -> Result<Listing> {
        self.mend();
        self.cache.check_writable()?;
        if self.sharing == Sharing::Log && is_nearly_full(&self.folder) {
            return Err(StoreError::Full { path: self.cache.path.clone() });
        }
        let stored: Option<i64> = super::subscriptions::listing_number(&self.cache.conn, subscription)
            .map_err(|error| self.cache_failed(error.into()))?;
        let before = self.listings.get(subscription).map(|running| running.number);
        let number = before.max(stored).unwrap_or(0) + 1;
        let running = Running { number, since: at, seen: KeySet::default(), read: KeySet::default() };
        self.listings.insert(subscription.clone(), running);
        Ok(Listing { subscription: subscription.clone(), number })
    }

    /// Takes a page in one transaction. A page without news writes nothing.
    pub fn apply_page(&mut self, listing: &Listing, batch: &PageBatch) -> Result<PageApplied> {
        let running = self.running(listing)?;
        let read = running.read.clone();
        let back: Vec<AlertKey> = batch.unchanged.iter().copied().filter(|key| self.is_gone(*key)).collect();
        let mut applied = PageApplied { unchanged: batch.unchanged.len(), ..PageApplied::default() };
        let mut seen = batch.unchanged.clone();
        let mut written: Vec<(Written, &RowData)> = Vec::with_capacity(batch.upserts.len());
        if !(batch.upserts.is_empty() && batch.quarantined.is_empty() && back.is_empty()) {
            self.write_cache(|conn, writing| {
                let subscription = number_of(conn, &listing.subscription)?;
                let mut putter = Putter::new(conn)?;
                for upsert in &batch.upserts {
                    let known = writing.key(&upsert.data.id);
                    if let Some(key) = known.filter(|key| read.contains(*key)) {
                        seen.push(key);
                        applied.unchanged += 1;
                        continue;
                    }
                    let alert = (&upsert.data, &*upsert.raw);
                    let put = putter.put(writing, known, alert, subscription)?;
                    seen.push(put.key);
                    applied.added += usize::from(put.new);
                    applied.updated += usize::from(!put.new);
                    written.push((put, &upsert.data));
                }
                putter.finish(writing)?;
                set_gone(conn, &back, false)?;
                for item in &batch.quarantined {
                    set_aside(conn, subscription, listing.number, item)?;
                    applied.quarantined += 1;
                }
                super::subscriptions::set_continuation(conn, subscription, batch.continuation.as_deref())?;
                Ok(())
            })?;
        }
        for key in &back {
            self.table.set_gone(*key, false);
        }
        self.stale |= !back.is_empty();
        self.show(written);
        for id in batch.quarantined.iter().filter_map(|item| item.id.as_ref()) {
            seen.extend(self.key(id));
        }
        let running = self.running(listing)?;
        for key in seen {
            running.seen.insert(key);
        }
        Ok(applied)
    }

    /// The alerts of the subscription that this listing has not shown so far. Those of files are none of its own.
    pub fn unseen(&self, listing: &Listing) -> Result<Vec<(AlertKey, AlertId)>> {
        let running = self
            .listings
            .get(&listing.subscription)
            .filter(|running| running.number == listing.number)
            .ok_or(StoreError::Superseded)?;
        let keys = super::subscriptions::alerts_of(&self.cache.conn, &listing.subscription)
            .map_err(|error| self.cache_read_failed(error))?;
        let table = self.table.table();
        let unseen =
            keys.into_iter().filter(|key| !running.seen.contains(*key)).filter_map(|key| table.get(key));
        Ok(unseen.filter(|row| !row.flags().is_imported()).map(|row| (row.key(), row.id())).collect())
    }

    /// Ends a complete, gap-free listing: the alerts that the source no longer has leave the cache.
    pub fn finish_listing(
        &mut self,
        listing: &Listing,
        removed: &[AlertKey],
        at: DateTime<Utc>,
    ) -> Result<()> {
        self.running(listing)?;
        self.write_cache(|conn, _| {
            let subscription = number_of(conn, &listing.subscription)?;
            remove(conn, removed)?;
            conn.prepare_cached("DELETE FROM quarantine WHERE subscription = ?1 AND listing < ?2")?
                .execute([subscription, listing.number])?;
            super::subscriptions::complete(conn, subscription, listing.number, at)?;
            Ok(())
        })?;
        self.listings.remove(&listing.subscription);
        self.forget(removed);
        Ok(())
    }

    /// Takes alerts that were removed out of the table.
    pub(super) fn forget(&mut self, removed: &[AlertKey]) {
        if !removed.is_empty() {
            self.forget_ids(removed);
            self.table.remove(removed);
            for key in removed {
                self.table.local_mut().remove(key);
            }
            self.stale = true;
        }
    }

    /// Gives a listing up before its end; nothing is removed.
    pub fn fail_listing(&mut self, listing: &Listing, why: &SafeText) -> Result<()> {
        if self.running(listing).is_ok() {
            self.listings.remove(&listing.subscription);
        }
        self.write_cache(|conn, _| {
            let subscription = number_of(conn, &listing.subscription)?;
            Ok(super::subscriptions::set_error(conn, subscription, why)?)
        })
    }

    /// Takes alerts that were read by themselves, to compare or to read a change back. Returns their numbers.
    pub fn record_reads(&mut self, reads: &[(&[u8], &RowData)]) -> Result<Vec<AlertKey>> {
        let mut keys = vec![AlertKey(0); reads.len()];
        let mut news = Vec::new();
        for (at, (raw, data)) in reads.iter().enumerate() {
            let known = self.key(&data.id);
            match known {
                Some(key) if self.content_hash(key)? == content_hash(raw) && !self.is_gone(key) => {
                    keys[at] = key;
                }
                _ => news.push((at, *raw, *data)),
            }
        }
        if !news.is_empty() {
            let mut written = Vec::with_capacity(news.len());
            self.write_cache(|conn, writing| {
                let mut putter = Putter::new(conn)?;
                for (at, raw, data) in news {
                    let known = writing.key(&data.id);
                    let subscription = match known {
                        Some(key) => kept(conn, key)?.subscription,
                        None => number_of(conn, &data.id.subscription().unwrap_or(SubscriptionId::new("")))?,
                    };
                    let put = putter.put(writing, known, (data, raw), subscription)?;
                    keys[at] = put.key;
                    written.push((put, data));
                }
                putter.finish(writing)
            })?;
            self.show(written);
        }
        for running in self.listings.values_mut() {
            for key in &keys {
                running.seen.insert(*key);
                running.read.insert(*key);
            }
        }
        Ok(keys)
    }

    /// Marks an alert that the source no longer has; it stays, greyed, until a complete listing removes it.
    pub fn mark_gone(&mut self, id: &AlertId) -> Result<()> {
        let Some(key) = self.key(id).filter(|key| !self.is_gone(*key)) else { return Ok(()) };
        self.write_cache(|conn, _| set_gone(conn, &[key], true))?;
        self.table.set_gone(key, true);
        self.stale = true;
        Ok(())
    }

    /// Brings alerts into the table after their transaction, with what the journal says of them.
    pub(super) fn show(&mut self, written: Vec<(Written, &RowData)>) {
        for (put, data) in written {
            let (key, new) = (put.key, put.new);
            put.show(&mut self.table, data);
            if new {
                if let Some(ids) = self.ids.get_mut() {
                    ids.add(self.table.table(), key, &data.id);
                }
                self.show_journal_of(key, &data.id);
            }
            self.stale = true;
        }
    }

    fn is_gone(&self, key: AlertKey) -> bool {
        self.table.table().get(key).is_some_and(|row| row.flags().is_gone())
    }

    fn running(&mut self, listing: &Listing) -> Result<&mut Running> {
        let running = self.listings.get_mut(&listing.subscription);
        running.filter(|running| running.number == listing.number).ok_or(StoreError::Superseded)
    }
}

fn set_aside(conn: &Connection, subscription: i64, listing: i64, item: &Quarantined) -> Result<(), Trouble> {
    conn.prepare_cached(
        "INSERT INTO quarantine (subscription, listing, hash, alert, reason, raw) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (subscription, hash) DO UPDATE SET listing = excluded.listing, reason = excluded.reason",
    )?
    .execute(params![
        subscription,
        listing,
        content_hash(&item.raw).cast_signed(),
        item.id.as_ref().map(AlertId::as_str),
        item.reason.raw(),
        item.raw,
    ])?;
    conn.prepare_cached(
        "DELETE FROM quarantine WHERE subscription = ?1 AND id <= (SELECT max(id) FROM quarantine) - ?2",
    )?
    .execute([subscription, KEPT_ASIDE])?;
    Ok(())
}
