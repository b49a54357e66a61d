//! Loads one alert in full: its JSON from the cache, parsed; its history; who else mentions its entities.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::app::message::{Detail, Mention};
use crate::azure;
use crate::domain::entity::EntityKind;
use crate::domain::fact::FactKind;
use crate::domain::table::Table;
use crate::domain::{Alert, AlertKey, SafeText};
use crate::store::StoreHandle;

/// Loads an alert; the error says why it cannot be shown.
pub async fn load(store: &StoreHandle, table: Arc<Table>, key: AlertKey) -> Result<Arc<Detail>, SafeText> {
    let Some(id) = table.get(key).map(|row| row.id()) else {
        return Err("the alert is no longer in the cache".into());
    };
    let asked = id.clone();
    let (raw, history) = store
        .call(move |store| (store.raw(&asked), store.history(&asked)))
        .await
        .map_err(|error| SafeText::from(error.to_string()))?;
    let raw = raw.map_err(|error| SafeText::from(error.to_string()))?;
    let history = history.map_err(|error| SafeText::from(error.to_string()))?;
    let Some(raw) = raw else { return Err("the cache holds no body for this alert; R syncs again".into()) };
    let work = tokio::task::spawn_blocking(move || {
        let raw: Arc<str> = String::from_utf8_lossy(&raw).into();
        let alert = azure::parse_alert(&raw).map_err(|error| SafeText::from(error.to_string()))?;
        let mentions = mentions(&alert, key, &table);
        Ok(Arc::new(Detail { key, alert, raw, mentions, history }))
    });
    work.await.unwrap_or_else(|_| Err("the alert could not be read".into()))
}

/// Kinds worth a pivot, the most telling first.
const RANK: [FactKind; 9] = [
    FactKind::Ip,
    FactKind::Account,
    FactKind::Host,
    FactKind::Process,
    FactKind::File,
    FactKind::Hash,
    FactKind::Url,
    FactKind::Domain,
    FactKind::Entity,
];

/// The entities of an alert, each value once, with how many other alerts mention it.
pub fn mentions(alert: &Alert, key: AlertKey, table: &Table) -> Vec<Mention> {
    let mut mentions: Vec<Mention> = Vec::new();
    let mut seen = HashSet::new();
    for at in 0..alert.entities.nodes.len() {
        let Some((kind, value)) = alert.entities.identity(at) else { continue };
        if !RANK.contains(&kind) || !seen.insert((kind, value.clone())) {
            continue;
        }
        let node = &alert.entities.nodes[at];
        if node.kind == EntityKind::SecurityAlert {
            continue;
        }
        mentions.push(Mention { kind, value, label: node.kind_label(), alerts: 0, resources: 0 });
    }
    mentions.sort_by_key(|mention| RANK.iter().position(|kind| *kind == mention.kind));
    count(&mut mentions, key, table);
    mentions
}

/// Counts in one pass over the table, by the codes that the alert's own row has for its values.
fn count(mentions: &mut [Mention], key: AlertKey, table: &Table) {
    let Some(own) = table.get(key) else { return };
    let mut wanted = HashMap::new();
    for fact in own.facts() {
        let text = table.dict().text(fact.code());
        if let Some(at) = mentions.iter().position(|m| m.kind == fact.kind() && m.value.raw() == text) {
            wanted.insert(*fact, at);
        }
    }
    let mut resources: Vec<HashSet<u32>> = vec![HashSet::new(); mentions.len()];
    for (_, row) in table.rows() {
        for at in row.facts().iter().filter_map(|fact| wanted.get(fact)) {
            resources[*at].insert(row.head_code(FactKind::Resource));
            mentions[*at].alerts += usize::from(row.key() != key);
        }
    }
    for (mention, resources) in mentions.iter_mut().zip(resources) {
        mention.resources = resources.len();
    }
}
