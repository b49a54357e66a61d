//! What the role may do, subscription by subscription.

use super::client;
use crate::domain::SubscriptionId;
use crate::domain::rights::Rights;
use crate::runtime::work::Work;

/// Asks for the permissions of each subscription; those that cannot be read are left out.
pub(super) async fn answer(work: &Work, subscriptions: Vec<SubscriptionId>) -> Vec<(SubscriptionId, Rights)> {
    let mut listed = Vec::new();
    let Ok(client) = client(work) else { return listed };
    for subscription in subscriptions {
        match client.rights(&subscription).await {
            Ok(rights) => listed.push((subscription, rights)),
            Err(error) => tracing::info!(%error, subscription = subscription.as_str(), "permissions unknown"),
        }
    }
    listed
}
