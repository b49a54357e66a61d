//! What suppression rules would have matched of the cached alerts: read from the store a few blocks at a time, looked at
//! on other threads.

use std::collections::HashSet;
use std::sync::Arc;

use crate::azure;
use crate::domain::suppression::{Counter, Matcher, Scope, Seen, Simulation, has_fired};
use crate::domain::table::Table;
use crate::domain::{AlertKey, SafeText, SubscriptionId};
use crate::store::{Bodies, Store, StoreHandle};

/// Simulates several scopes in one walk over the alerts, each answered in its place. None when `stale` said that nobody
/// waits any more; it is asked first and between the blocks.
pub async fn simulate(
    store: &StoreHandle,
    table: Arc<Table>,
    scopes: Vec<Scope>,
    stale: impl Fn() -> bool,
) -> Result<Option<Vec<Simulation>>, SafeText> {
    if stale() {
        return Ok(None);
    }
    let said = |error: crate::store::StoreError| SafeText::from(error.to_string());
    let taken_up = store.call(|store| store.taken_up()).await.map_err(said)?.map_err(said)?;
    let prepared = tokio::task::spawn_blocking(move || Walk::new(table, &scopes, taken_up));
    let (mut walk, wanted) = prepared.await.map_err(|error| SafeText::from(error.to_string()))?;
    let fetch = async |keys: Vec<AlertKey>| {
        store.call(move |store: &mut Store| store.bodies(&keys)).await.map_err(said)?.map_err(said)
    };
    let mut bodies = fetch(wanted).await?;
    loop {
        if stale() {
            return Ok(None);
        }
        let left = std::mem::take(&mut bodies.left);
        let done = left.is_empty();
        let looked = tokio::task::spawn_blocking(move || walk.look(&bodies));
        // The next blocks are unpacked while these are looked at.
        let (looked, next) = tokio::join!(looked, fetch(left));
        walk = looked.map_err(|error| SafeText::from(error.to_string()))?;
        bodies = next?;
        if done {
            break;
        }
    }
    Ok(Some(walk.finish()))
}

/// A walk under way.
struct Walk {
    table: Arc<Table>,
    taken_up: HashSet<AlertKey>,
    rules: Vec<(Matcher, Counter)>,
}

impl Walk {
    /// Begins a walk, and gives the alerts to be read.
    fn new(table: Arc<Table>, scopes: &[Scope], taken_up: HashSet<AlertKey>) -> (Self, Vec<AlertKey>) {
        let mut wanted: Vec<AlertKey> = Vec::new();
        let mut rules = Vec::with_capacity(scopes.len());
        for scope in scopes {
            let matcher = Matcher::new(scope);
            let before = wanted.len();
            wanted.extend(matcher.candidates(&table));
            let never_fired = scope.types.iter().filter(|kind| !has_fired(&table, kind.raw()));
            let never_fired = never_fired.cloned().collect();
            let (cached, of_type) = (cached(&table, &scope.subscriptions), wanted.len() - before);
            rules.push((matcher, Counter::new(cached, of_type, never_fired)));
        }
        wanted.sort_unstable();
        wanted.dedup();
        (Self { table, taken_up, rules }, wanted)
    }

    /// Looks at some alerts.
    fn look(mut self, bodies: &Bodies) -> Self {
        for (key, body) in &bodies.read {
            let graph = std::str::from_utf8(body).ok().and_then(|raw| azure::parse_entities(raw).ok());
            self.one(*key, graph.as_ref());
        }
        for key in &bodies.damaged {
            self.one(*key, None);
        }
        self
    }

    /// One alert, with its entities if they could be read.
    fn one(&mut self, key: AlertKey, graph: Option<&crate::domain::entity::EntityGraph>) {
        let Some(row) = self.table.get(key) else { return };
        let recorded = self.taken_up.contains(&key);
        for (matcher, counter) in &mut self.rules {
            if !matcher.covers_type(row.alert_type().0) || !matcher.covers_subscription(row.subscription().0)
            {
                continue;
            }
            match graph {
                None => counter.unread(),
                Some(graph) if matcher.matches(graph) => {
                    counter.matched(Seen::of(&row, recorded, graph.nodes.is_empty()));
                }
                Some(_) => {}
            }
        }
    }

    fn finish(self) -> Vec<Simulation> {
        self.rules.into_iter().map(|(_, counter)| counter.finish()).collect()
    }
}

/// How many alerts the cache has of some subscriptions; of all, for none.
fn cached(table: &Table, subscriptions: &[SubscriptionId]) -> usize {
    if subscriptions.is_empty() {
        return table.len();
    }
    table.rows().filter(|(_, row)| subscriptions.iter().any(|id| id.as_str() == row.subscription().0)).count()
}

#[cfg(test)]
mod tests;
