//! Which alerts a complete listing removes: those it did not name and that the source, asked for each, does not have.

use futures_util::{StreamExt, stream};

use crate::azure::ApiError;
use crate::domain::progress::Fault;
use crate::domain::{AlertId, AlertKey};
use crate::store::{Listing, Store};
use crate::sync::ask::ask;
use crate::sync::settings::EngineConfig;
use crate::sync::source::ReadAlert;

/// Questions asked before their answers are looked at.
const CHUNK: usize = 200;

/// Ends a listing that is complete. Returns how many alerts were removed.
pub(super) async fn finish(config: &EngineConfig, listing: &Listing) -> Result<usize, Fault> {
    let current = listing.clone();
    let missing = ask(&config.store, move |store| {
        let mut missing = store.unseen(&current)?;
        missing.retain(|(key, _)| !is_pending(store, *key));
        Ok(missing)
    })
    .await?;
    let mut gone = Vec::new();
    // What is left over is missing from the next listing, too.
    let missing = &missing[..missing.len().min(config.tuning.confirm_most)];
    for chunk in missing.chunks(CHUNK) {
        let answers = confirm(config, chunk).await;
        gone.extend(answers.gone);
        if !answers.there.is_empty() {
            ask(&config.store, move |store| {
                let reads: Vec<_> = answers.there.iter().map(|one| (one.raw.as_bytes(), &one.data)).collect();
                store.record_reads(&reads)
            })
            .await?;
        }
        if answers.in_trouble {
            break;
        }
    }
    let (at, current) = ((config.now)(), listing.clone());
    ask(&config.store, move |store| {
        // A change may have been queued meanwhile. It fails, and the next listing removes the alert.
        gone.retain(|key| !is_pending(store, *key));
        store.finish_listing(&current, &gone, at)?;
        Ok(gone.len())
    })
    .await
}

/// True when a change of the alert is in the outbox: it is not removed under the analyst's hands.
fn is_pending(store: &mut Store, key: AlertKey) -> bool {
    store.snapshot().get(key).is_some_and(|row| row.pending().is_some())
}

#[derive(Default)]
struct Answers {
    gone: Vec<AlertKey>,
    there: Vec<ReadAlert>,
    /// The source did not answer all: it is not asked hundreds of times more, and what it did not tell stays.
    in_trouble: bool,
}

async fn confirm(config: &EngineConfig, alerts: &[(AlertKey, AlertId)]) -> Answers {
    let mut questions = stream::iter(alerts.to_vec())
        .map(|(key, id)| {
            let source = config.source.clone();
            async move { (key, source.read(&id).await) }
        })
        .buffer_unordered(config.tuning.confirmations.max(1));
    let mut answers = Answers::default();
    while let Some((key, answer)) = questions.next().await {
        match answer {
            Ok(alert) => answers.there.push(alert),
            Err(ApiError::NotFound) => answers.gone.push(key),
            // An alert that is there but cannot be read, or may not be: it stays, and the others are still asked for.
            Err(ApiError::Protocol(_) | ApiError::Forbidden { .. } | ApiError::RefusedUrl(_)) => {}
            Err(_) => answers.in_trouble = true,
        }
    }
    answers
}
