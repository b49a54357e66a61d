//! Sample alerts: asking for them, and following the operation to its end (contract §1, operations 9 and 20).

use std::time::Duration;

use serde_json::{Value, json};

use super::client::{ALERTS_VERSION, ArmClient, push_segment};
use super::error::ApiError;
use super::listing::{ATTEMPTS, Reading, below_subscription};
use super::parse::json::Node;
use super::retry::{Backoff, with_retry_of};
use super::throttle::Kind;
use super::transport::{ACTION_LIMIT, Call};
use crate::domain::SubscriptionId;
use crate::domain::rights::Right;
use crate::domain::samples::Bundle;

const LOCATIONS_VERSION: &str = "2015-06-01-preview";
/// Between two looks, where Azure does not say when to look again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// A look is never further away than this.
const LONGEST: Duration = Duration::from_mins(1);

/// A request for sample alerts that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulation {
    /// The region that stores the subscription's alerts.
    pub region: String,
    /// Where to ask how it is going; none when Azure gave no address: then it is done, or cannot be followed.
    pub operation: Option<String>,
    /// When to ask first.
    pub wait: Duration,
}

/// How a request for sample alerts is going.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Going {
    /// Not done: look again after this.
    On(Duration),
    /// The sample alerts are made.
    Done,
}

impl ArmClient {
    /// Asks for the sample alerts of bundles; all when none is named. Where Azure puts that off, `again` is told, and says
    /// whether to wait and ask once more.
    pub async fn simulate(
        &self,
        subscription: &SubscriptionId,
        bundles: &[Bundle],
        again: impl Fn(&ApiError) -> bool,
    ) -> Result<Simulation, ApiError> {
        let region = self.alert_region(subscription).await?;
        let mut path = below_subscription(subscription, "/providers/Microsoft.Security/locations/");
        push_segment(&mut path, &region);
        let address =
            self.endpoint().join(&format!("{path}/alerts/default/simulate?api-version={ALERTS_VERSION}"));
        let call = Call::post(address).json(request(bundles).to_string()).needs(Right::Simulate.needs());
        // What was put off was not taken; whatever else fails may have been, and asked twice would be made twice.
        let put_off = |error: &ApiError| matches!(error, ApiError::Throttled { .. }) && again(error);
        let ask = || self.send(Some(subscription), Kind::Write, call.clone());
        let answer = with_retry_of(put_off, Backoff::default(), ATTEMPTS, ask).await?;
        Ok(Simulation {
            region,
            operation: answer.location.filter(|_| answer.status == 202),
            wait: answer.retry_after.unwrap_or(LOOK_AGAIN).min(LONGEST),
        })
    }

    /// Looks how a request is going. Its address must lie on the endpoint's own origin, like every other.
    pub async fn simulation(
        &self,
        subscription: &SubscriptionId,
        operation: &str,
    ) -> Result<Going, ApiError> {
        let reading = Reading { subscription: Some(subscription), needs: Right::Simulate.needs() };
        let answer = self.get(reading, operation, ACTION_LIMIT).await?;
        let again = answer.retry_after.unwrap_or(LOOK_AGAIN).clamp(Duration::from_secs(1), LONGEST);
        Ok(if answer.status == 202 { Going::On(again) } else { Going::Done })
    }

    /// The region that stores the alerts of a subscription: the first of those that Defender for Cloud lists.
    async fn alert_region(&self, subscription: &SubscriptionId) -> Result<String, ApiError> {
        let path = "/providers/Microsoft.Security/locations";
        let path = below_subscription(subscription, path);
        let address = self.endpoint().join(&format!("{path}?api-version={LOCATIONS_VERSION}"));
        let reading = Reading { subscription: Some(subscription), needs: "Security Reader or Reader" };
        let listed = self
            .listing(reading, address, 1, |node| {
                node.field(&["name"]).and_then(Node::scalar).filter(|name| is_region(name)).map(str::to_owned)
            })
            .await?;
        let none =
            || ApiError::Protocol("Defender for Cloud names no region for this subscription".to_owned());
        listed.items.into_iter().next().ok_or_else(none)
    }
}

/// A region becomes a part of a path: a word of letters and digits.
fn is_region(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// The body of the request.
pub fn request(bundles: &[Bundle]) -> Value {
    let wanted = if bundles.is_empty() { &Bundle::ALL[..] } else { bundles };
    let names: Vec<&str> = wanted.iter().map(|bundle| bundle.name()).collect();
    json!({ "properties": { "kind": "Bundles", "bundles": names } })
}
