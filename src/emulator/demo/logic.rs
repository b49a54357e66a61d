//! The demo's logic apps.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

/// A logic app.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::emulator) struct AppNote {
    /// The place in the world's subscriptions.
    pub(in crate::emulator) subscription: usize,
    pub(in crate::emulator) group: String,
    pub(in crate::emulator) name: String,
    pub(in crate::emulator) location: String,
    /// `Enabled` or `Disabled`.
    pub(in crate::emulator) state: String,
    pub(in crate::emulator) changed_days_ago: f64,
    pub(in crate::emulator) tags: BTreeMap<String, String>,
    /// The managed API that its trigger is connected to.
    pub(in crate::emulator) connection: Option<String>,
    /// As in the definition, by name.
    pub(in crate::emulator) triggers: Map<String, Value>,
    pub(in crate::emulator) actions: Map<String, Value>,
    /// Runs that are over.
    pub(in crate::emulator) past: Vec<PastRun>,
    /// Why its runs fail; none for an app whose runs succeed.
    pub(in crate::emulator) fails: Option<String>,
    /// What marks an app that is not of the consumption kind.
    pub(in crate::emulator) kind: Option<String>,
    pub(in crate::emulator) sku: Option<String>,
}

/// A run that is over.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::emulator) struct PastRun {
    pub(in crate::emulator) hours_ago: f64,
    pub(in crate::emulator) status: String,
}

#[derive(Default, Deserialize)]
struct Notes {
    workflows: Vec<AppNote>,
}

/// The demo's logic apps.
pub(in crate::emulator) fn apps() -> Vec<AppNote> {
    let notes: Notes =
        serde_json::from_str(include_str!("../../../assets/demo/logic.json")).unwrap_or_default();
    notes.workflows
}
