//! The loop of the push worker.

use std::collections::{HashMap, HashSet};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::{self, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::choose::Room;
use super::exchange::{Ended, Lease, Reply, Request, exchange};
use super::report::Reports;
use super::tenant::SignedIn;
use super::{Control, PushGoal, PushReport};
use crate::domain::change::{Outcome, Sent, Tally};
use crate::domain::progress::{Fault, SyncEvent};
use crate::domain::{ChangeId, SubscriptionId};
use crate::store::{OutboxItem, StoreError};
use crate::sync::ask::ask;
use crate::sync::circuit::Circuit;
use crate::sync::deliver::{Halt, Landed, deliver};
use crate::sync::plan::Verdict;
use crate::sync::settings::{EngineConfig, Events};
use crate::sync::trouble::{Obstacle, other_tenant, storage};

/// A wait that the source asks for is told from this length on.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// The lease is renewed after this time; the store lets it run out after 30 s.
const RENEW_AFTER: Duration = Duration::from_secs(5);

/// What was said to the store, its answer, and why nobody is signed in.
type Exchanged = Result<(Request, Result<Reply, StoreError>, Option<Obstacle>), StoreError>;
type Exchange = Pin<Box<dyn Future<Output = Exchanged> + Send>>;

pub(super) struct Worker<'a> {
    config: &'a EngineConfig,
    events: &'a Events,
    goal: Option<PushGoal>,
    /// False in read-only.
    sends: bool,
    owner: Arc<str>,
    circuit: Circuit,
    flying: JoinSet<Landed>,
    items: HashMap<task::Id, OutboxItem>,
    /// Ended attempts that the store does not know of yet.
    ended: Vec<Ended>,
    reports: Reports,
    cancels: HashMap<ChangeId, CancellationToken>,
    /// Changes that are not settled, as they were last told.
    followed: HashMap<ChangeId, Tally>,
    stopping: CancellationToken,
    /// Set when the worker ends: the time by which what is in flight must land.
    deadline: Option<Instant>,
    /// The outbox may hold something that can start.
    look: bool,
    /// When to look again without a reason.
    look_at: Instant,
    /// The earliest time at which something in the outbox becomes due.
    next_due: Option<DateTime<Utc>>,
    /// After a failure of the store: nothing is said to it before.
    store_rests_until: Option<Instant>,
    /// When the lease was last taken or renewed; none when it is not ours.
    leased: Option<Instant>,
    signed_in: SignedIn,
    told: Told,
    /// Rows of the goal's change that were tried and are pending again.
    tried: HashSet<i64>,
    outcome: PushReport,
}

/// What was said last about why nothing is sent, so that it is said once.
#[derive(Default)]
struct Told {
    elsewhere: bool,
    waits: Option<Fault>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(
        config: &'a EngineConfig,
        events: &'a Events,
        goal: Option<PushGoal>,
        sends: bool,
    ) -> Self {
        let now = Instant::now();
        let mut reports = Reports::new(config.tuning.report_every);
        if let Some(change) = goal.and_then(PushGoal::change) {
            reports.touch(change, now);
        }
        Self {
            config,
            events,
            goal,
            sends,
            owner: config.owner.as_str().into(),
            circuit: Circuit::new(config.tuning.backoff),
            flying: JoinSet::new(),
            items: HashMap::new(),
            ended: Vec::new(),
            reports,
            cancels: HashMap::new(),
            followed: HashMap::new(),
            stopping: CancellationToken::new(),
            deadline: None,
            look: true,
            look_at: now,
            next_due: None,
            store_rests_until: None,
            leased: None,
            signed_in: SignedIn::default(),
            told: Told::default(),
            tried: HashSet::new(),
            outcome: PushReport::default(),
        }
    }

    pub(super) async fn run(mut self, mut control: Control) -> PushReport {
        self.work(&mut control).await;
        self.flying.shutdown().await;
        let (owner, leased) = (Arc::clone(&self.owner), self.leased.is_some());
        let change = self.goal.and_then(PushGoal::change);
        let last = ask(&self.config.store, move |store| {
            if leased {
                store.release_lease(&owner)?;
            }
            Ok((store.pending_total()?, change.map(|change| store.tally(change)).transpose()?))
        });
        // A lease that is not given back runs out by itself.
        match last.await {
            Ok((pending, tally)) => (self.outcome.pending, self.outcome.tally) = (pending, tally),
            Err(fault) => self.outcome.fault = Some(fault),
        }
        self.outcome.fault = self.circuit.fault().cloned().or(self.outcome.fault);
        self.outcome
    }

    async fn work(&mut self, control: &mut Control) {
        let mut exchange: Option<Exchange> = None;
        loop {
            if exchange.is_none() {
                if self.look && self.sends_at(Instant::now()) {
                    self.signed_in.ask(&self.config.source).await;
                }
                exchange = self.next_exchange();
            }
            if exchange.is_none() && self.deadline.is_some() && self.flying.is_empty() {
                return;
            }
            let (wake_at, deadline) = (self.wake_at(), self.deadline);
            tokio::select! {
                exchanged = answer(&mut exchange), if exchange.is_some() => {
                    exchange = None;
                    self.exchanged(exchanged);
                }
                () = self.signed_in.answered() => {}
                Some(joined) = self.flying.join_next_with_id() => self.land(joined),
                () = control.wake.notified() => {
                    self.circuit.nudge(Instant::now());
                    self.look = true;
                }
                Some(change) = control.cancels.recv() => self.cancel(change).await,
                () = sleep_until(wake_at), if exchange.is_none() && deadline.is_none() => self.woken(),
                () = control.stop.cancelled(), if deadline.is_none() => self.begin_end(),
                // What has not landed stays marked as being sent: the next start reads it first.
                () = sleep_until(deadline.unwrap_or(wake_at)), if deadline.is_some() => return,
            }
        }
    }

    /// Nothing new starts; what was sent may land.
    fn begin_end(&mut self) {
        self.stopping.cancel();
        self.deadline = Some(Instant::now() + self.config.tuning.grace);
    }

    fn woken(&mut self) {
        self.look = true;
        // Another instance may have settled some of it.
        if let Some(change) = self.goal.and_then(PushGoal::change) {
            self.reports.touch(change, Instant::now());
        }
    }

    /// What there is to say to the store now, if anything.
    fn next_exchange(&mut self) -> Option<Exchange> {
        let now = Instant::now();
        if self.store_rests_until.is_some_and(|until| until > now) {
            return None;
        }
        let over = self.flying.is_empty();
        let report = self.reports.take(now, over);
        let lease = match self.leased {
            Some(at) if now < at + RENEW_AFTER => Lease::Held,
            Some(_) if !over => Lease::Renew,
            _ => Lease::Unknown,
        };
        // A sign-in takes its time. What is to start waits for it; outcomes and the lease do not.
        let sends = self.sends_at(now);
        let waits = sends && !self.signed_in.is_known();
        let looks = self.look && (!waits || lease == Lease::Renew);
        if self.look {
            self.look_at = now + self.config.tuning.look_every;
        }
        if self.ended.is_empty() && report.is_empty() && !looks {
            return None;
        }
        self.look &= waits;
        self.look_at = now + self.config.tuning.look_every;
        let (tenant, signed_out) = match self.signed_in.take().filter(|_| sends) {
            Some(Ok(tenant)) => (Some(tenant), None),
            Some(Err(obstacle)) => (None, Some(obstacle)),
            None => (None, None),
        };
        let request = Request {
            owner: Arc::clone(&self.owner),
            now: (self.config.now)(),
            refresh: over && self.ended.is_empty(),
            ended: std::mem::take(&mut self.ended),
            flying: self.items.values().map(|item| item.row).collect(),
            room: tenant.is_some().then(|| self.room(now)),
            tenant: tenant.unwrap_or_default(),
            lease,
            report,
            followed: self.followed.keys().copied().collect(),
        };
        let store = self.config.store.clone();
        Some(Box::pin(async move {
            let told = move |store: &mut _| {
                let reply = exchange(store, &request);
                (request, reply, signed_out)
            };
            store.call(told).await
        }))
    }

    fn may_send(&self) -> bool {
        self.sends && self.deadline.is_none()
    }

    /// There is something that may be sent: who is signed in is asked only then.
    fn sends_at(&self, now: Instant) -> bool {
        self.may_send() && self.outcome.pending > 0 && self.circuit.allows(now) > 0
    }

    fn room(&self, now: Instant) -> Room {
        let tuning = &self.config.tuning;
        let mut flying: HashMap<Option<SubscriptionId>, usize> = HashMap::new();
        for item in self.items.values() {
            *flying.entry(item.target.id.subscription()).or_default() += 1;
        }
        Room {
            free: self
                .circuit
                .allows(now)
                .min(tuning.in_flight_total.max(1))
                .saturating_sub(self.items.len()),
            per_subscription: tuning.in_flight.max(1),
            flying,
            busy: self.items.values().map(|item| item.target.id.clone()).collect(),
        }
    }

    fn exchanged(&mut self, exchanged: Exchanged) {
        match exchanged {
            Ok((request, Ok(reply), signed_out)) => self.heard(&request, reply, signed_out.as_ref()),
            Ok((request, Err(error), _)) => {
                // What could not be written is said again later. At the end there is no later: what stays marked as
                // being sent is read first by the next start.
                if self.deadline.is_none() {
                    self.reports.put_back(&request.report);
                    let since = std::mem::replace(&mut self.ended, request.ended);
                    self.ended.extend(since);
                }
                self.store_failed(&error);
            }
            Err(error) => self.store_failed(&error),
        }
    }

    fn store_failed(&mut self, error: &StoreError) {
        self.store_rests_until = Some(Instant::now() + self.config.tuning.look_every);
        let fault = storage(error);
        self.outcome.fault = Some(fault.clone());
        self.tell_waits(Some(fault));
    }

    fn heard(&mut self, request: &Request, reply: Reply, signed_out: Option<&Obstacle>) {
        let now = Instant::now();
        self.store_rests_until = None;
        if let Some(obstacle) = signed_out {
            self.circuit.failed(obstacle, now);
        }
        let held = reply.rest.as_ref().and_then(|rest| rest.held.as_ref());
        let elsewhere = held.map(|held| other_tenant(held, &request.tenant));
        let held = held.map_or(0, |held| held.alerts);
        let cache = reply.cache_fault.as_ref().map(storage);
        self.outcome.fault = cache.clone().or_else(|| elsewhere.clone());
        self.outcome.elsewhere = reply.elsewhere;
        if reply.leased || reply.elsewhere || reply.released {
            self.leased = (reply.leased && !reply.released).then_some(now);
        }
        self.next_due = reply.rest.as_ref().and_then(|rest| rest.next_due);
        self.outcome.pending = reply.rest.as_ref().map_or(self.outcome.pending, |rest| rest.pending);
        // Nothing could start yet, since nobody knew that there was anything.
        self.look |= request.room.is_none() && signed_out.is_none() && self.sends_at(now);
        // Nothing in flight, nothing to start: what is pending waits for its time, for the source or for the lease.
        let waits = reply.rest.is_some() && self.items.is_empty() && self.ended.is_empty();
        for item in reply.taken {
            self.start(item, now);
        }
        for (change, tally) in reply.tallies {
            self.tell(change, tally, now);
        }
        for (change, tally) in reply.others {
            if self.followed.get(&change) != Some(&tally) {
                self.tell(change, tally, now);
            }
        }
        if reply.elsewhere && !self.told.elsewhere {
            (self.events)(SyncEvent::PushElsewhere);
        }
        self.told.elsewhere = reply.elsewhere;
        let stuck = waits && self.outcome.pending > 0 && !reply.elsewhere;
        // One reason at a time: while the source is down, another sign-in would not help either.
        self.tell_waits(cache.or(match self.circuit.fault() {
            Some(fault) => stuck.then(|| fault.clone()),
            None => elsewhere,
        }));
        let waits = waits && !self.look;
        if self.deadline.is_none() && self.is_reached(waits) {
            self.outcome.reached = true;
            self.begin_end();
        } else if self.goal.is_some() && waits && held > 0 && held == self.outcome.pending {
            // Whoever waits for these waits for another sign-in.
            self.begin_end();
        }
    }

    fn start(&mut self, item: OutboxItem, now: Instant) {
        self.reports.touch(item.change, now);
        let cancelled = self.cancels.entry(item.change).or_default().clone();
        let cancelled = if item.withdrawn { withdrawn() } else { cancelled };
        let halt = Halt { cancelled, stopping: self.stopping.clone() };
        let (source, tuning) = (self.config.source.clone(), self.config.tuning.clone());
        let copy = item.clone();
        let task = self.flying.spawn(async move { deliver(&source, &copy, &tuning, &halt).await });
        self.items.insert(task.id(), item);
    }

    fn land(&mut self, joined: Result<(task::Id, Landed), JoinError>) {
        let now = Instant::now();
        let (id, landed) = match joined {
            Ok((id, landed)) => (id, Ok(landed)),
            Err(error) => (error.id(), Err(error)),
        };
        let Some(item) = self.items.remove(&id) else { return };
        // How far a task came that broke off, nobody knows.
        let landed = landed.unwrap_or_else(|error| Landed {
            verdict: Verdict::Later(Obstacle::of_worker(&error)),
            read: None,
            sent: item.sent.max(Sent::Perhaps),
        });
        self.look |= self.deadline.is_none();
        let mut wait = Duration::ZERO;
        match &landed.verdict {
            Verdict::Final { outcome, .. } => {
                if *outcome != Outcome::Cancelled {
                    self.circuit.succeeded();
                    self.told.waits = None;
                }
                self.tried.remove(&item.row);
                self.reports.settled(item.change, now);
            }
            Verdict::Later(obstacle) => {
                if self.deadline.is_none() {
                    self.circuit.failed(obstacle, now);
                    if obstacle.retry_after.is_some_and(|asked| asked >= WORTH_TELLING) {
                        self.tell_waits(Some(obstacle.fault()));
                    }
                    wait = self.config.tuning.backoff.delay(item.attempts + 1, obstacle.retry_after);
                }
                if self.goal.and_then(PushGoal::change) == Some(item.change) {
                    self.tried.insert(item.row);
                }
                self.reports.touch(item.change, now);
            }
        }
        let not_before = (self.config.now)() + TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX);
        let Landed { verdict, read, sent } = landed;
        self.ended.push(Ended { item, verdict, read, sent, not_before });
    }

    async fn cancel(&mut self, change: ChangeId) {
        // Also for those that the store is just marking as being sent.
        self.cancels.entry(change).or_default().cancel();
        if let Err(fault) = ask(&self.config.store, move |store| store.cancel(change)).await {
            self.tell_waits(Some(fault));
        }
        self.reports.touch(change, Instant::now());
        self.look = self.deadline.is_none();
    }

    fn tell(&mut self, change: ChangeId, tally: Tally, now: Instant) {
        if self.goal.and_then(PushGoal::change) == Some(change) {
            self.outcome.tally = Some(tally);
        }
        if tally.pending > 0 {
            self.followed.insert(change, tally);
            let rate = self.reports.rate(change, now);
            (self.events)(SyncEvent::Push { change, tally, rate });
        } else {
            self.followed.remove(&change);
            self.reports.forget(change);
            self.cancels.remove(&change);
            (self.events)(SyncEvent::Settled { change, tally });
        }
    }

    fn tell_waits(&mut self, fault: Option<Fault>) {
        if let Some(fault) = fault.filter(|fault| self.told.waits.as_ref() != Some(fault)) {
            (self.events)(SyncEvent::PushWaits(fault.clone()));
            self.told.waits = Some(fault);
        }
    }

    fn is_reached(&self, waits: bool) -> bool {
        let tally = self.outcome.tally;
        match self.goal {
            None => false,
            Some(_) if !self.sends => true,
            Some(PushGoal::AllSettled) => waits && self.outcome.pending == 0,
            Some(PushGoal::Settled(_)) => tally.is_none_or(|tally| tally.pending == 0),
            // Waiting means that whatever can be sent was tried.
            Some(PushGoal::TriedOnce(_)) => {
                waits || tally.is_none_or(|tally| tally.pending <= self.tried.len()) || self.circuit.is_open()
            }
        }
    }

    /// When there may be something to do that nobody tells us of.
    fn wake_at(&self) -> Instant {
        let now = Instant::now();
        // Nothing can be said to the store before; looking earlier would be looking in a circle.
        if let Some(until) = self.store_rests_until.filter(|until| *until > now) {
            return until;
        }
        let due = self.next_due.and_then(|due| {
            // What is due already waits for something that we hear of.
            let wait = (due - (self.config.now)()).to_std().ok().filter(|wait| !wait.is_zero())?;
            now.checked_add(wait)
        });
        let times = [due, self.circuit.resumes(now), self.reports.next(now)];
        times.into_iter().flatten().fold(self.look_at, Instant::min)
    }
}

async fn answer(exchange: &mut Option<Exchange>) -> Exchanged {
    match exchange {
        Some(exchange) => exchange.as_mut().await,
        None => std::future::pending().await,
    }
}

/// The token of a change that was cancelled before.
fn withdrawn() -> CancellationToken {
    let token = CancellationToken::new();
    token.cancel();
    token
}

#[cfg(test)]
mod tests;
