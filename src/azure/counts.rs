//! How many open alerts subscriptions have, by one query of Resource Graph: for choosing them, not for triage.

use std::collections::HashMap;

use super::client::ArmClient;
use super::error::ApiError;
use super::graph::literal;
use super::parse::json::Node;
use crate::domain::{Severity, SubscriptionId};

/// The open alerts of a subscription.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OpenAlerts {
    /// Active or in progress.
    pub alerts: usize,
    /// Of these, of high severity.
    pub high: usize,
}

impl ArmClient {
    /// The open alerts of each of these subscriptions. Resource Graph leaves out without a word what the person may not read:
    /// such a subscription is missing, as is one without open alerts.
    pub async fn open_alerts(
        &self,
        subscriptions: &[SubscriptionId],
    ) -> Result<HashMap<SubscriptionId, OpenAlerts>, ApiError> {
        let ids: Vec<&str> = subscriptions.iter().map(SubscriptionId::as_str).collect();
        let rows = self.graph(&ids, &query(), read).await?;
        let mut found: HashMap<SubscriptionId, OpenAlerts> = HashMap::new();
        for (id, severity, count) in rows.rows {
            let known = found.entry(id).or_default();
            known.alerts += count;
            if severity == Severity::High {
                known.high += count;
            }
        }
        Ok(found)
    }
}

/// Both letter cases of the properties have been seen (contract §8).
fn query() -> String {
    format!(
        "securityresources | where type =~ 'microsoft.security/locations/alerts' \
         | extend status = tostring(coalesce(properties.Status, properties.status)), \
         severity = tostring(coalesce(properties.Severity, properties.severity)) \
         | where status in~ ({}, {}) | summarize n = count() by subscriptionId, severity",
        literal("Active"),
        literal("InProgress"),
    )
}

fn read(row: &Node<'_>) -> Option<(SubscriptionId, Severity, usize)> {
    let text = |name: &str| row.field(&[name]).and_then(Node::scalar);
    let id = SubscriptionId::new(text("subscriptionId")?);
    Some((id, Severity::parse(text("severity").unwrap_or_default()), text("n")?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_in_the_services_letter_case() {
        let read = |raw: &str| read(&Node::parse(raw).unwrap());
        let row = read(r#"{"subscriptionId":"A-1","severity":"High","n":12}"#).unwrap();
        assert_eq!(row, (SubscriptionId::new("a-1"), Severity::High, 12));
        assert_eq!(read(r#"{"subscriptionId":"a","n":-1}"#), None);
        assert_eq!(read(r#"{"severity":"High","n":1}"#), None);
    }
}
