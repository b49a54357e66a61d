//! Client-side token buckets, so that quell itself never causes a 429 and obeys those that others cause.
//!
//! ARM keeps, for each subscription and principal, a bucket of reads (250, refilled by 25 a second) and one of writes
//! (200, refilled by 10). The same buckets are kept here, a little smaller, because a request that was slow on its way
//! arrives closer to the next one than it was sent. Listings leave half of the read bucket to the person at the keys.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as Turnstile;
use tokio::time::{Instant, sleep_until};

use super::retry::Backoff;
use crate::domain::SubscriptionId;

/// The part of ARM's bucket that is used; the rest absorbs network jitter.
const USED_PART: f64 = 0.9;

/// Size and refill of one bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Requests that may be sent at once.
    pub capacity: f64,
    /// Requests regained per second.
    pub per_second: f64,
}

/// The limits of one subscription.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// GET.
    pub reads: Bucket,
    /// POST, PUT, PATCH.
    pub writes: Bucket,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            reads: Bucket { capacity: 250.0, per_second: 25.0 },
            writes: Bucket { capacity: 200.0, per_second: 10.0 },
        }
    }
}

impl Limits {
    /// No limit worth speaking of; for an emulator that does not throttle.
    pub fn unlimited() -> Self {
        let bucket = Bucket { capacity: 1e9, per_second: 1e9 };
        Self { reads: bucket, writes: bucket }
    }
}

/// What a request is counted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A page of a listing: uses at most half of the read bucket.
    Listing,
    /// One alert, or anything a person waits for.
    Read,
    /// A change.
    Write,
    /// A query of Resource Graph, which counts by itself and by person.
    Graph,
}

/// Resource Graph's bucket: 15 queries in 5 seconds (contract §7).
const GRAPH: Bucket = Bucket { capacity: 15.0, per_second: 3.0 };

/// The buckets that Azure keeps apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Counted {
    Reads,
    Writes,
    Queries,
}

impl Kind {
    fn counted(self) -> Counted {
        match self {
            Self::Listing | Self::Read => Counted::Reads,
            Self::Write => Counted::Writes,
            Self::Graph => Counted::Queries,
        }
    }
}

/// The buckets of all subscriptions. Cheap to clone; clones share the buckets.
#[derive(Debug, Clone)]
pub struct Throttle {
    limits: Limits,
    /// False until the source has shown that it counts requests.
    metered: Arc<AtomicBool>,
    lanes: Arc<Mutex<HashMap<LaneKey, Arc<Lane>>>>,
}

/// The subscription (none is the tenant level), and which of its buckets.
type LaneKey = (Option<SubscriptionId>, Counted);

/// One bucket and the queues before it.
#[derive(Debug)]
struct Lane {
    size: Bucket,
    state: Mutex<State>,
    /// Listings queue apart: they wait for a fuller bucket and must not block the reads behind them.
    listing_queue: Turnstile<()>,
    queue: Turnstile<()>,
}

#[derive(Debug)]
struct State {
    tokens: f64,
    counted: Instant,
    held_until: Option<Instant>,
    /// 429s in a row.
    refusals: u32,
}

impl Throttle {
    /// Full buckets with these limits.
    pub fn new(limits: Limits) -> Self {
        Self { limits, metered: Arc::new(AtomicBool::new(true)), lanes: Arc::default() }
    }

    /// The same, but nothing waits before an answer says what is left of a bucket, or asks to wait. For a source on
    /// this machine, which may have no buckets at all; Azure always has.
    pub fn unless_unmetered(limits: Limits) -> Self {
        let throttle = Self::new(limits);
        throttle.metered.store(false, Ordering::Relaxed);
        throttle
    }

    /// Waits until a request may be sent, and counts it. `None` is the tenant level. First come, first served;
    /// giving up (dropping the future) costs nothing.
    pub async fn acquire(&self, subscription: Option<&SubscriptionId>, kind: Kind) {
        if !self.metered.load(Ordering::Relaxed) {
            return;
        }
        let lane = self.lane(subscription, kind);
        let listing = kind == Kind::Listing;
        let queue = if listing { &lane.listing_queue } else { &lane.queue };
        let _turn = queue.lock().await;
        while let Some(until) = lane.take(listing) {
            sleep_until(until).await;
        }
    }

    /// After a 429: nothing more is sent through this bucket before `asked` is over; where Azure did not say how long,
    /// before a wait that grows with each 429 in a row.
    pub fn hold(&self, subscription: Option<&SubscriptionId>, kind: Kind, asked: Option<Duration>) {
        self.metered.store(true, Ordering::Relaxed);
        let lane = self.lane(subscription, kind);
        let mut state = lock(&lane.state);
        state.refusals = state.refusals.saturating_add(1);
        let until = Instant::now() + Backoff::default().delay(state.refusals, asked);
        state.held_until = Some(state.held_until.map_or(until, |held| held.max(until)));
    }

    /// The bucket is empty, as Azure says, and full again after a while: nothing more is sent before that.
    pub fn rest(&self, subscription: Option<&SubscriptionId>, kind: Kind, until_full: Duration) {
        let lane = self.lane(subscription, kind);
        let mut state = lock(&lane.state);
        let until = Instant::now() + until_full;
        state.held_until = Some(state.held_until.map_or(until, |held| held.max(until)));
    }

    /// How long this bucket is still on hold; zero when it is not.
    pub fn held_for(&self, subscription: Option<&SubscriptionId>, kind: Kind) -> Duration {
        let lane = self.lane(subscription, kind);
        let held = lock(&lane.state).held_until;
        held.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
    }

    /// After an answer other than 429: the bucket flows again.
    pub fn flows(&self, subscription: Option<&SubscriptionId>, kind: Kind) {
        let lane = self.lane(subscription, kind);
        lock(&lane.state).refusals = 0;
    }

    /// Takes over what Azure says is left of the bucket, when that is less than we thought: another program of the
    /// same person, or an earlier run, has used it.
    pub fn observe(&self, subscription: Option<&SubscriptionId>, kind: Kind, remaining: f64) {
        self.metered.store(true, Ordering::Relaxed);
        let lane = self.lane(subscription, kind);
        let mut state = lock(&lane.state);
        state.refill(lane.size, Instant::now());
        state.tokens = state.tokens.min(remaining.max(0.0));
    }

    fn lane(&self, subscription: Option<&SubscriptionId>, kind: Kind) -> Arc<Lane> {
        let size = match kind.counted() {
            Counted::Reads => self.limits.reads,
            Counted::Writes => self.limits.writes,
            Counted::Queries => GRAPH,
        };
        let key = (subscription.cloned(), kind.counted());
        Arc::clone(lock(&self.lanes).entry(key).or_insert_with(|| Arc::new(Lane::new(size))))
    }
}

impl Lane {
    fn new(size: Bucket) -> Self {
        let size = Bucket {
            capacity: (size.capacity * USED_PART).floor().max(1.0),
            per_second: size.per_second.max(0.01),
        };
        let state = State { tokens: size.capacity, counted: Instant::now(), held_until: None, refusals: 0 };
        Self { size, state: Mutex::new(state), listing_queue: Turnstile::new(()), queue: Turnstile::new(()) }
    }

    /// Takes one token, or says when to look again.
    fn take(&self, listing: bool) -> Option<Instant> {
        let now = Instant::now();
        let mut state = lock(&self.state);
        if let Some(until) = state.held_until {
            if until > now {
                return Some(until);
            }
            state.held_until = None;
        }
        state.refill(self.size, now);
        let reserve = if listing { (self.size.capacity / 2.0).floor() } else { 0.0 };
        let missing = reserve + 1.0 - state.tokens;
        if missing > 1e-9 {
            // Round up, or a wait of less than a timer's tick would spin.
            let wait = Duration::from_secs_f64((missing / self.size.per_second).min(3600.0));
            return Some(now + wait.max(Duration::from_millis(1)));
        }
        state.tokens -= 1.0;
        None
    }
}

impl State {
    fn refill(&mut self, size: Bucket, now: Instant) {
        let passed = now.saturating_duration_since(self.counted).as_secs_f64();
        self.tokens = (self.tokens + passed * size.per_second).min(size.capacity);
        self.counted = now;
    }
}

/// A panic elsewhere leaves a counter behind, not a broken invariant.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_unmetered_source_is_not_waited_for_until_it_counts() {
        let throttle = Throttle::unless_unmetered(limits(2.0, 1.0));
        let start = Instant::now();
        for _ in 0..100 {
            throttle.acquire(None, Kind::Write).await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        throttle.observe(None, Kind::Write, 0.0);
        throttle.acquire(None, Kind::Write).await;
        assert!(start.elapsed() >= Duration::from_secs(1));
    }

    fn limits(capacity: f64, per_second: f64) -> Limits {
        let bucket = Bucket { capacity, per_second };
        Limits { reads: bucket, writes: bucket }
    }

    fn sub(name: &str) -> SubscriptionId {
        SubscriptionId::new(name)
    }

    /// A bucket as ARM keeps it: full at first, never over its capacity.
    struct ArmBucket {
        size: Bucket,
        tokens: f64,
        at: f64,
    }

    impl ArmBucket {
        fn admits(&mut self, at: f64) -> bool {
            self.tokens = (self.tokens + (at - self.at) * self.size.per_second).min(self.size.capacity);
            self.at = at;
            self.tokens -= 1.0;
            self.tokens >= 0.0
        }
    }

    #[tokio::test(start_paused = true)]
    async fn five_thousand_writes_never_overrun_arms_bucket() {
        let throttle = Throttle::new(Limits::default());
        let size = Limits::default().writes;
        let start = Instant::now();
        let mut sent = Vec::new();
        for _ in 0..5_000 {
            throttle.acquire(Some(&sub("a")), Kind::Write).await;
            sent.push(start.elapsed().as_secs_f64());
        }
        // Each request takes between 0 and 500 ms to arrive.
        let mut random = fastrand::Rng::with_seed(7);
        let mut arrived: Vec<f64> = sent.iter().map(|at| at + random.f64() * 0.5).collect();
        arrived.sort_by(f64::total_cmp);
        let mut arm = ArmBucket { size, tokens: size.capacity, at: 0.0 };
        assert!(arrived.into_iter().all(|at| arm.admits(at)));
        let rate = 5_000.0 / start.elapsed().as_secs_f64();
        assert!((10.0..11.0).contains(&rate), "{rate}");
    }

    #[tokio::test(start_paused = true)]
    async fn listings_leave_half_of_the_reads() {
        let throttle = Throttle::new(limits(20.0, 1.0));
        let start = Instant::now();
        for _ in 0..9 {
            throttle.acquire(Some(&sub("a")), Kind::Listing).await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        throttle.acquire(Some(&sub("a")), Kind::Listing).await;
        assert_eq!(start.elapsed(), Duration::from_secs(1));
        for _ in 0..9 {
            throttle.acquire(Some(&sub("a")), Kind::Read).await;
        }
        assert_eq!(start.elapsed(), Duration::from_secs(1), "reads do not wait behind listings");
    }

    #[tokio::test(start_paused = true)]
    async fn queries_of_resource_graph_have_a_bucket_of_their_own() {
        let throttle = Throttle::new(limits(2.0, 0.1));
        let start = Instant::now();
        for _ in 0..13 {
            throttle.acquire(None, Kind::Graph).await;
        }
        throttle.acquire(None, Kind::Read).await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        throttle.acquire(None, Kind::Graph).await;
        assert!(start.elapsed() >= Duration::from_millis(333));
        throttle.rest(None, Kind::Graph, Duration::from_secs(5));
        assert_eq!(throttle.held_for(None, Kind::Graph), Duration::from_secs(5));
        assert_eq!(throttle.held_for(None, Kind::Read), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_waiting_listing_does_not_block_a_read() {
        let throttle = Throttle::new(limits(4.0, 0.1));
        for _ in 0..2 {
            throttle.acquire(None, Kind::Listing).await;
        }
        let start = Instant::now();
        let listing = tokio::spawn({
            let throttle = throttle.clone();
            async move { throttle.acquire(None, Kind::Listing).await }
        });
        tokio::task::yield_now().await;
        throttle.acquire(None, Kind::Read).await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        listing.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_passes_a_bucket_on_hold() {
        let throttle = Throttle::new(Limits::default());
        let start = Instant::now();
        throttle.hold(Some(&sub("a")), Kind::Write, Some(Duration::from_secs(7)));
        throttle.hold(Some(&sub("a")), Kind::Write, Some(Duration::from_secs(3)));
        assert_eq!(throttle.held_for(Some(&sub("a")), Kind::Write), Duration::from_secs(7));
        throttle.acquire(Some(&sub("b")), Kind::Write).await;
        throttle.acquire(Some(&sub("a")), Kind::Read).await;
        throttle.acquire(None, Kind::Write).await;
        assert_eq!(start.elapsed(), Duration::ZERO, "other buckets go on");
        throttle.acquire(Some(&sub("a")), Kind::Write).await;
        assert_eq!(start.elapsed(), Duration::from_secs(7));
        assert_eq!(throttle.held_for(Some(&sub("a")), Kind::Write), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_also_stops_who_already_waits() {
        let throttle = Throttle::new(limits(1.0, 1.0));
        throttle.acquire(None, Kind::Write).await;
        let start = Instant::now();
        let waiting = tokio::spawn({
            let throttle = throttle.clone();
            async move {
                throttle.acquire(None, Kind::Write).await;
                start.elapsed()
            }
        });
        tokio::task::yield_now().await;
        throttle.hold(None, Kind::Write, Some(Duration::from_secs(30)));
        assert_eq!(waiting.await.unwrap(), Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_wait_named_the_hold_grows() {
        let throttle = Throttle::new(Limits::default());
        for refusals in 1..30 {
            throttle.hold(None, Kind::Write, None);
            assert!(throttle.held_for(None, Kind::Write) <= Backoff::default().ceiling(refusals));
        }
        throttle.flows(None, Kind::Write);
        throttle.hold(None, Kind::Read, None);
        assert!(throttle.held_for(None, Kind::Read) <= Backoff::default().ceiling(1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_azure_says_is_left_is_believed_when_it_is_less() {
        let throttle = Throttle::new(limits(100.0, 1.0));
        throttle.observe(None, Kind::Write, 1_199.0);
        throttle.observe(None, Kind::Write, 1.0);
        throttle.observe(None, Kind::Write, 50.0);
        let start = Instant::now();
        throttle.acquire(None, Kind::Write).await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        throttle.acquire(None, Kind::Write).await;
        assert_eq!(start.elapsed(), Duration::from_secs(1));
    }
}
