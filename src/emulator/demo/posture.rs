//! The demo's suppression rules and e-mail contacts.

use serde::Deserialize;
use serde_json::Value;

/// A suppression rule as it was written, and when.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::emulator) struct RuleNote {
    /// The place in the world's subscriptions.
    pub(in crate::emulator) subscription: usize,
    pub(in crate::emulator) name: String,
    pub(in crate::emulator) changed_days_ago: f64,
    /// Negative for a rule that is over.
    pub(in crate::emulator) expires_in_days: f64,
    pub(in crate::emulator) properties: Value,
}

/// An e-mail contact in the shape of 2023-12-01-preview.
#[derive(Debug, Deserialize)]
pub(in crate::emulator) struct ContactNote {
    pub(in crate::emulator) subscription: usize,
    pub(in crate::emulator) properties: Value,
}

/// What Defender for Cloud knows of the demo beside its alerts.
#[derive(Debug, Default, Deserialize)]
pub(in crate::emulator) struct PostureNotes {
    pub(in crate::emulator) rules: Vec<RuleNote>,
    pub(in crate::emulator) contacts: Vec<ContactNote>,
}

impl PostureNotes {
    /// The demo's.
    pub(in crate::emulator) fn demo() -> Self {
        serde_json::from_str(include_str!("../../../assets/demo/posture.json")).unwrap_or_default()
    }
}
