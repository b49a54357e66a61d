//! One round of listing: every subscription side by side, page by page into the cache.
//!
//! Of each subscription four stages overlap: a page is downloaded, the cache is asked what it has of the one before,
//! what may be new of another is parsed on a thread of its own, and one more is written by the store's. Nothing is removed unless the listing came to its end without a
//! gap, and then only what the source says it does not have when asked for it by name: alerts move between pages while
//! a list is read.

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::azure::page::LoopGuard;
use crate::azure::retry::with_retry;
use crate::azure::{ApiError, Page};
use crate::domain::progress::{Fault, FaultKind, PullSummary, Subscription, SyncEvent};
use crate::domain::{AlertId, AlertKey, SafeText, SubscriptionId};
use crate::store::Listing;
use crate::sync::ask::ask;
use crate::sync::intake::join_listed;
use crate::sync::plan::listing::{self, ParsedPage, Sketch};
use crate::sync::removal;
use crate::sync::settings::{EngineConfig, Events, Selection};
use crate::sync::source::Source;
use crate::sync::trouble::{self, worker};

/// Pages that may wait before each stage.
const AHEAD: usize = 2;

/// What a round came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundSummary {
    /// Each subscription that was listed, with what changed or why its listing stopped.
    pub subscriptions: Vec<(Subscription, Result<PullSummary, Fault>)>,
}

impl RoundSummary {
    /// The faults, each with its subscription.
    pub fn faults(&self) -> impl Iterator<Item = (&Subscription, &Fault)> {
        self.subscriptions.iter().filter_map(|(one, result)| Some((one, result.as_ref().err()?)))
    }

    /// True when at least one subscription was listed to its end.
    pub fn is_any_complete(&self) -> bool {
        self.subscriptions.iter().any(|(_, result)| result.is_ok())
    }

    /// What changed in all subscriptions that were listed to their end.
    pub fn total(&self) -> PullSummary {
        let mut total = PullSummary::default();
        for summary in self.subscriptions.iter().filter_map(|(_, result)| result.as_ref().ok()) {
            total.listed += summary.listed;
            total.added += summary.added;
            total.updated += summary.updated;
            total.removed += summary.removed;
            total.quarantined += summary.quarantined;
        }
        total
    }
}

/// Lists everything once. An error means that not even the subscriptions are known, or that the cache cannot be
/// written; what went wrong with one subscription is in the summary.
pub(super) async fn round(config: &EngineConfig, events: &Events) -> Result<RoundSummary, Fault> {
    events(SyncEvent::RoundStarted((config.now)()));
    let outcome = list_all(config, events).await;
    if let Err(fault) = &outcome {
        events(SyncEvent::PullFailed { subscription: None, fault: fault.clone() });
    }
    // A store that is closed has no later snapshot to wait for.
    let snapshot = config.store.call(|store| {
        // What a file told without the true id may have come with these listings.
        if let Err(error) = join_listed(store) {
            // They are whole all the same; the next round tries again.
            tracing::warn!(%error, "alerts of files were not joined with those listed");
        }
        store.snapshot().generation()
    });
    let snapshot = snapshot.await.unwrap_or(0);
    events(SyncEvent::RoundEnded((config.now)(), snapshot));
    outcome
}

async fn list_all(config: &EngineConfig, events: &Events) -> Result<RoundSummary, Fault> {
    let subscriptions = subscriptions(&config.source, &config.subscriptions).await?;
    let named = subscriptions.clone();
    // From here on the alerts are those of this tenant.
    let tenant = config.source.tenant().await.unwrap_or_default();
    ask(&config.store, move |store| {
        store.set_tenant(tenant.raw())?;
        store.set_subscriptions(&named)
    })
    .await?;
    events(SyncEvent::Subscriptions(subscriptions.clone()));

    let side_by_side = Arc::new(Semaphore::new(config.tuning.listings.max(1)));
    let mut listings = JoinSet::new();
    for (at, subscription) in subscriptions.iter().enumerate() {
        let (config, events) = (config.clone(), Arc::clone(events));
        let (id, turn) = (subscription.id.clone(), Arc::clone(&side_by_side));
        listings.spawn(async move {
            let _turn = turn.acquire().await;
            let outcome = list_one(&config, &events, &id).await;
            events(match outcome.clone() {
                Ok(summary) => SyncEvent::Pulled { subscription: id, summary },
                Err(fault) => SyncEvent::PullFailed { subscription: Some(id), fault },
            });
            (at, outcome)
        });
    }
    let mut outcomes = vec![None; subscriptions.len()];
    while let Some(joined) = listings.join_next().await {
        let (at, outcome) = joined.map_err(|error| worker(&error))?;
        outcomes[at] = Some(outcome);
    }
    let listed = subscriptions.into_iter().zip(outcomes);
    Ok(RoundSummary { subscriptions: listed.filter_map(|(one, outcome)| Some((one, outcome?))).collect() })
}

/// The subscriptions to list, with their names where the source tells them.
pub(super) async fn subscriptions(
    source: &Source,
    selection: &Selection,
) -> Result<Vec<Subscription>, Fault> {
    let found = source.subscriptions().await;
    match (selection, found) {
        (Selection::All, Ok(found)) if found.is_empty() => Err(Fault {
            kind: FaultKind::Forbidden,
            message: SafeText::from(
                "the sign-in sees no subscription; it needs Security Reader on at least one",
            ),
        }),
        (Selection::All, Ok(found)) => Ok(found),
        (Selection::All, Err(error)) => Err(trouble::fault(&error)),
        (Selection::Only(_), Err(error)) if error.needs_sign_in() => Err(trouble::fault(&error)),
        // Their names are a nicety; the listings themselves tell what is wrong with each.
        (Selection::Only(ids), found) => {
            let found = found.unwrap_or_default();
            let named = |id: &SubscriptionId| {
                found.iter().find(|one| one.id == *id).cloned().unwrap_or_else(|| Subscription {
                    id: id.clone(),
                    name: SafeText::from(id.as_str()),
                    tenant: SafeText::default(),
                })
            };
            Ok(ids.iter().map(named).collect())
        }
    }
}

/// Lists one subscription to its end.
async fn list_one(config: &EngineConfig, events: &Events, id: &SubscriptionId) -> Result<PullSummary, Fault> {
    let (at, subscription) = ((config.now)(), id.clone());
    let listing = ask(&config.store, move |store| store.begin_listing(&subscription, at)).await?;

    let (pages, downloaded) = mpsc::channel(AHEAD);
    let (sifted, to_parse) = mpsc::channel(AHEAD);
    let (parsed, to_write) = mpsc::channel(AHEAD);
    let (download, sift, parse, write) = tokio::join!(
        download(config, id, pages),
        sift(config, downloaded, sifted),
        parse(to_parse, parsed),
        write(config, events, &listing, to_write),
    );
    // A stage that fails makes the others end early and content: its own error is the one that counts.
    let complete = write.and_then(|summary| {
        parse.and(sift)?;
        download.map_err(|error| trouble::fault(&error))?;
        Ok(summary)
    });
    match complete {
        Ok(summary) => Ok(PullSummary { removed: removal::finish(config, &listing).await?, ..summary }),
        Err(fault) => {
            let why = fault.message.clone();
            // It is told in any case; that it is also remembered is a nicety.
            let _ = ask(&config.store, move |store| store.fail_listing(&listing, &why)).await;
            Err(fault)
        }
    }
}

async fn download(
    config: &EngineConfig,
    id: &SubscriptionId,
    pages: mpsc::Sender<Page>,
) -> Result<(), ApiError> {
    let mut guard = LoopGuard::default();
    let mut next: Option<String> = None;
    loop {
        let page = with_retry(config.tuning.backoff, config.tuning.page_attempts, || {
            config.source.page(id, next.as_deref())
        })
        .await?;
        next.clone_from(&page.next);
        if let Some(next) = &next {
            guard.step(next)?;
        }
        if pages.send(page).await.is_err() || next.is_none() {
            return Ok(());
        }
    }
}

/// A page of which the cache was asked what it has.
struct Sifted {
    unchanged: Vec<AlertKey>,
    news: Vec<Sketch>,
    next: Option<String>,
}

async fn sift(
    config: &EngineConfig,
    mut pages: mpsc::Receiver<Page>,
    sifted: mpsc::Sender<Sifted>,
) -> Result<(), Fault> {
    while let Some(Page { items, next }) = pages.recv().await {
        let sketches = listing::sketch(items);
        let ids: Vec<AlertId> = sketches.iter().map(|sketch| sketch.id.clone()).collect();
        let known = ask(&config.store, move |store| store.known(&ids)).await?;
        let (unchanged, news) = listing::sift(sketches, &known);
        if sifted.send(Sifted { unchanged, news, next }).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// A page between parsing and writing.
struct Parsed {
    unchanged: Vec<AlertKey>,
    page: ParsedPage,
    next: Option<String>,
}

async fn parse(mut pages: mpsc::Receiver<Sifted>, parsed: mpsc::Sender<Parsed>) -> Result<(), Fault> {
    while let Some(Sifted { unchanged, news, next }) = pages.recv().await {
        let page = if news.is_empty() {
            ParsedPage::default()
        } else {
            let parsing = tokio::task::spawn_blocking(move || listing::parse(news));
            parsing.await.map_err(|error| worker(&error))?
        };
        if parsed.send(Parsed { unchanged, page, next }).await.is_err() {
            break;
        }
    }
    Ok(())
}

async fn write(
    config: &EngineConfig,
    events: &Events,
    listing: &Listing,
    mut pages: mpsc::Receiver<Parsed>,
) -> Result<PullSummary, Fault> {
    let mut summary = PullSummary::default();
    while let Some(Parsed { unchanged, page, next }) = pages.recv().await {
        let current = listing.clone();
        let applied = ask(&config.store, move |store| {
            let known = store.known(&page.unasked())?;
            store.apply_page(&current, &listing::batch(unchanged, page, known, next))
        })
        .await?;
        summary.listed += applied.added + applied.updated + applied.unchanged;
        summary.added += applied.added;
        summary.updated += applied.updated;
        summary.quarantined += applied.quarantined;
        events(SyncEvent::Page { subscription: listing.subscription.clone(), listed: summary.listed });
    }
    Ok(summary)
}
