//! One alert in full, for the details.

use chrono::TimeDelta;

use super::{ROW, SUBSCRIPTION, id, now};
use crate::domain::alert::{Alert, Times};
use crate::domain::resource::{ResourceId, ResourceIdentifier};
use crate::domain::tactic::TacticSet;
use crate::domain::{SafeText, Severity, Status, SubscriptionId};

pub(crate) fn alert(key: u32) -> Alert {
    let activity = now().utc - TimeDelta::hours(2);
    Alert {
        id: id(key),
        alert_type: SafeText::from(ROW.kind),
        title: SafeText::from("A title"),
        description: SafeText::default(),
        severity: Severity::High,
        severity_text: SafeText::default(),
        status: Status::Active,
        status_text: SafeText::default(),
        tactics: TacticSet::default(),
        intent_text: SafeText::default(),
        techniques: Vec::new(),
        times: Times { start: Some(activity), end: Some(activity), ..Times::default() },
        resources: vec![resource(key)],
        compromised_entity: SafeText::from("vm-1"),
        product: SafeText::default(),
        component: SafeText::default(),
        vendor: SafeText::default(),
        remediation: Vec::new(),
        links: Vec::new(),
        portal_uri: SafeText::from(format!("https://portal.azure.com/n{key}")),
        correlation: SafeText::default(),
        is_incident: false,
        entities: crate::domain::entity::EntityGraph::default(),
        properties: Vec::new(),
        evidence: Vec::new(),
        version: SafeText::default(),
    }
}

/// A machine of Azure; of the third alert one outside.
fn resource(key: u32) -> ResourceIdentifier {
    if key == 3 {
        let none = SafeText::default;
        return ResourceIdentifier::LogAnalytics {
            workspace: "w".into(),
            subscription: none(),
            group: none(),
            agent: none(),
        };
    }
    ResourceIdentifier::Azure(vm())
}

pub(crate) fn vm() -> ResourceId {
    ResourceId::new(format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-a/providers/Microsoft.Compute/virtualMachines/vm-1"
    ))
}

pub(crate) fn subscription() -> SubscriptionId {
    SubscriptionId::new(SUBSCRIPTION)
}
