//! Suppression rules of several subscriptions: what commands and screen ask of the source alike.

use crate::azure::{ApiError, ArmClient};
use crate::domain::SubscriptionId;
use crate::domain::suppression::Rule;
use crate::domain::table::Table;
use crate::runtime::open::Workspace;

/// What several subscriptions have.
#[derive(Debug, Default)]
pub struct Listed {
    /// The rules that could be read.
    pub rules: Vec<Rule>,
    /// Items that could not.
    pub unread: usize,
    /// How many subscriptions answered.
    pub answered: usize,
    /// Those that did not, and why.
    pub failed: Vec<(SubscriptionId, ApiError)>,
}

/// Lists the rules of subscriptions, one after the other. One that fails does not cost the others.
pub async fn rules(client: &ArmClient, subscriptions: &[SubscriptionId]) -> Listed {
    let mut listed = Listed::default();
    for subscription in subscriptions {
        match client.suppression_rules(subscription).await {
            Ok(found) => {
                listed.answered += 1;
                listed.unread += found.unread;
                listed.rules.extend(found.rules);
            }
            Err(error) => listed.failed.push((subscription.clone(), error)),
        }
    }
    listed
}

/// The subscriptions in use: those of the profile, else those in the cache, else all that the source lists.
pub async fn subscriptions(
    workspace: &Workspace,
    table: &Table,
    client: &ArmClient,
) -> Result<Vec<SubscriptionId>, ApiError> {
    let chosen = &workspace.plan.profile.subscriptions;
    if !chosen.is_empty() {
        return Ok(chosen.iter().map(|id| SubscriptionId::new(id)).collect());
    }
    if !table.subscriptions().is_empty() {
        return Ok(table.subscriptions().iter().map(|(id, _)| id.clone()).collect());
    }
    Ok(client.subscriptions().await?.into_iter().map(|found| found.id).collect())
}
