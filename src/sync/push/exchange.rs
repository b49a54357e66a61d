//! What the push worker and the store tell each other, in one call: what ended, then what may start.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::change::{Sent, Tally};
use crate::domain::{ChangeId, SafeText};
use crate::store::{Held, OutboxItem, Postponement, Settlement, Store, StoreError};
use crate::sync::plan::Verdict;
use crate::sync::push::choose::{Room, choose};
use crate::sync::source::ReadAlert;

/// The most due changes looked at in one exchange.
const MOST: usize = 4_096;

/// An attempt that ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// The change of one alert that was tried.
    pub(super) item: OutboxItem,
    /// How it ended.
    pub(super) verdict: Verdict,
    /// The alert as it was last read.
    pub(super) read: Option<ReadAlert>,
    /// How far its attempts came.
    pub(super) sent: Sent,
    /// When it may be tried again, if it is to be.
    pub(super) not_before: DateTime<Utc>,
}

/// What the worker says.
#[derive(Debug)]
pub(super) struct Request {
    /// This instance.
    pub(super) owner: Arc<str>,
    /// The wall clock.
    pub(super) now: DateTime<Utc>,
    /// What ended since the last exchange.
    pub(super) ended: Vec<Ended>,
    /// Rows being sent now.
    pub(super) flying: Vec<i64>,
    /// The tenant signed in to; empty when it is not known.
    pub(super) tenant: SafeText,
    /// What may start; none when nothing may.
    pub(super) room: Option<Room>,
    /// How it stands with the lease.
    pub(super) lease: Lease,
    /// Nothing is going on here: take over what another instance wrote.
    pub(super) refresh: bool,
    /// The changes whose outcomes are wanted.
    pub(super) report: BTreeSet<ChangeId>,
    /// The changes of which it was last told that they are not settled.
    pub(super) followed: Vec<ChangeId>,
}

/// What the worker knows of the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lease {
    /// Taken or renewed a moment ago.
    Held,
    /// Taken some time ago, and something is in flight: renew it.
    Renew,
    /// Not ours, or it may have run out: take it when there is something to send.
    Unknown,
}

/// What the store says.
#[derive(Debug, Default)]
pub(super) struct Reply {
    /// Marked as being sent: to start now.
    pub(super) taken: Vec<OutboxItem>,
    /// The lease was taken or renewed just now.
    pub(super) leased: bool,
    /// Nothing is left to send: the lease was given back.
    pub(super) released: bool,
    /// Another instance sends.
    pub(super) elsewhere: bool,
    /// How the outbox stands; none while there is something to start.
    pub(super) rest: Option<Rest>,
    /// The cache could not be written; the journal was.
    pub(super) cache_fault: Option<StoreError>,
    /// Outcomes of the changes asked for.
    pub(super) tallies: Vec<(ChangeId, Tally)>,
    /// Outcomes of the others that are not settled or were not: another instance may work on them.
    pub(super) others: Vec<(ChangeId, Tally)>,
}

/// An outbox from which nothing was taken.
#[derive(Debug, Default)]
pub(super) struct Rest {
    /// Changes of alerts that are not settled.
    pub(super) pending: usize,
    /// When the next of them is due; none when none waits for a time.
    pub(super) next_due: Option<DateTime<Utc>>,
    /// Those for another tenant than the one signed in to.
    pub(super) held: Option<Held>,
}

/// Runs on the store's thread.
pub(super) fn exchange(store: &mut Store, request: &Request) -> Result<Reply, StoreError> {
    let mut reply = Reply { cache_fault: record(store, &request.ended)?, ..Reply::default() };
    if request.refresh {
        store.refresh()?;
    }
    if request.lease == Lease::Renew {
        reply.leased = store.try_lease(&request.owner, request.now)?;
        reply.elsewhere = !reply.leased;
    }
    if let Some(room) = &request.room {
        let due = due(store, request, room)?;
        // Who has nothing to send needs no lease, and leaves it to others.
        if !due.is_empty() && request.lease == Lease::Unknown {
            reply.leased = store.try_lease(&request.owner, request.now)?;
            reply.elsewhere = !reply.leased;
        }
        if !due.is_empty() && !reply.elsewhere {
            match mark(store, request, due)? {
                Some(taken) => reply.taken = taken,
                // It ran out, as when the machine slept: another instance may have it by now.
                None => reply.elsewhere = true,
            }
        }
    }
    for change in &request.report {
        reply.tallies.push((*change, store.tally(*change)?));
    }
    if request.refresh {
        let others: BTreeSet<ChangeId> =
            store.unsettled()?.into_iter().chain(request.followed.iter().copied()).collect();
        for change in others.difference(&request.report) {
            reply.others.push((*change, store.tally(*change)?));
        }
    }
    if reply.taken.is_empty() {
        let (pending, next_due) = (store.pending_total()?, store.next_due(request.now, &request.flying)?);
        let held = if pending > 0 { store.held(request.tenant.raw())? } else { None };
        reply.rest = Some(Rest { pending, next_due, held });
        if pending == 0 && request.lease != Lease::Unknown {
            store.release_lease(&request.owner)?;
            reply.released = true;
        }
    }
    Ok(reply)
}

/// Marks rows as being sent; those that were taken back meanwhile are left out. None when the lease is lost.
fn mark(
    store: &mut Store,
    request: &Request,
    due: Vec<OutboxItem>,
) -> Result<Option<Vec<OutboxItem>>, StoreError> {
    let rows: Vec<i64> = due.iter().map(|item| item.row).collect();
    let mut marked = store.mark_sending(&rows, &request.owner, request.now)?;
    if marked.is_none() && store.try_lease(&request.owner, request.now)? {
        marked = store.mark_sending(&rows, &request.owner, request.now)?;
    }
    let marked: Option<HashSet<i64>> = marked.map(|rows| rows.into_iter().collect());
    Ok(marked.map(|marked| due.into_iter().filter(|item| marked.contains(&item.row)).collect()))
}

fn due(store: &mut Store, request: &Request, room: &Room) -> Result<Vec<OutboxItem>, StoreError> {
    if room.free == 0 {
        return Ok(Vec::new());
    }
    let mut limit = room.free;
    loop {
        let due = store.due(request.tenant.raw(), request.now, limit, &request.flying)?;
        let all = due.len() < limit || limit >= MOST;
        let chosen = choose(due, room);
        // The first in the row may all belong to a subscription without room: look further.
        if all || chosen.len() >= room.free {
            return Ok(chosen);
        }
        limit = (limit * 4).min(MOST);
    }
}

/// First the cache, then the journal: when a change is settled, the list shows what was read, never the state before. A cache
/// that cannot be written holds up nothing: the next listing fills it. Returns why it could not be.
fn record(store: &mut Store, ended: &[Ended]) -> Result<Option<StoreError>, StoreError> {
    let (mut reads, mut gone) = (Vec::new(), Vec::new());
    let (mut settlements, mut postponements) = (Vec::new(), Vec::new());
    for Ended { item, verdict, read, sent, not_before } in ended {
        match verdict {
            Verdict::Final { outcome, detail, gone: is_gone } => {
                if *is_gone {
                    gone.push(&item.target.id);
                } else if let Some(read) = read {
                    reads.push((read.raw.as_bytes(), &read.data));
                }
                settlements.push(Settlement {
                    row: item.row,
                    outcome: *outcome,
                    detail: detail.clone(),
                    sent: *sent,
                });
            }
            Verdict::Later(obstacle) => postponements.push(Postponement {
                row: item.row,
                not_before: *not_before,
                detail: obstacle.message.clone(),
                sent: *sent,
            }),
        }
    }
    let mut fault = None;
    if !reads.is_empty() {
        fault = store.record_reads(&reads).err();
    }
    for id in gone {
        fault = store.mark_gone(id).err().or(fault);
    }
    if !settlements.is_empty() {
        store.settle_many(&settlements)?;
    }
    if !postponements.is_empty() {
        store.postpone_many(&postponements)?;
    }
    Ok(fault)
}
