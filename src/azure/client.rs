//! The operations of ARM that quell uses, each one request: throttled, sent, checked.

use std::fmt::Write as _;

use serde::Deserialize;

use super::auth::{SignInError, TokenSource};
use super::callback::CallbackHosts;
use super::cloud::{Cloud, Endpoint};
use super::error::ApiError;
use super::identity::Identity;
use super::page::{LoopGuard, Page, RawItem};
use super::retry::{Backoff, with_retry};
use super::throttle::{Kind, Limits, Throttle};
use super::transport::{ACTION_LIMIT, Answer, Call, LIST_LIMIT, Transport};
use crate::domain::{AlertId, SafeText, Status, SubscriptionId};

/// The version of the alerts contract.
pub const ALERTS_VERSION: &str = "2022-01-01";
/// The version of the subscriptions contract.
pub const SUBSCRIPTIONS_VERSION: &str = "2022-12-01";

/// A subscription as ARM lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The GUID.
    pub id: SubscriptionId,
    /// The name for people; the GUID when there is none.
    pub display_name: SafeText,
    /// The tenant's GUID; may be empty.
    pub tenant_id: SafeText,
    /// `Enabled`, `Disabled`, `Warned` …; may be empty.
    pub state: SafeText,
}

/// ARM, as far as alerts are concerned. Cheap to clone; clones share connections, token and buckets.
#[derive(Debug, Clone)]
pub struct ArmClient {
    transport: Transport,
    throttle: Throttle,
    callbacks: CallbackHosts,
}

impl ArmClient {
    /// A client of one endpoint.
    pub fn new(endpoint: Endpoint, tokens: TokenSource, limits: Limits) -> Result<Self, ApiError> {
        let throttle =
            if endpoint.is_loopback() { Throttle::unless_unmetered(limits) } else { Throttle::new(limits) };
        let cloud = Cloud::ALL.into_iter().find(|cloud| cloud.endpoint() == endpoint);
        let callbacks = CallbackHosts::new(endpoint.clone(), cloud);
        Ok(Self { transport: Transport::new(endpoint, tokens)?, throttle, callbacks })
    }

    /// The same for an endpoint that stands for a cloud's: logic apps of this cloud may be called back.
    #[must_use]
    pub fn in_cloud(mut self, cloud: Cloud) -> Self {
        self.callbacks = CallbackHosts::new(self.endpoint().clone(), Some(cloud));
        self
    }

    /// Where a logic app may be called back.
    pub(super) fn callbacks(&self) -> &CallbackHosts {
        &self.callbacks
    }

    /// The endpoint that is asked.
    pub fn endpoint(&self) -> &Endpoint {
        self.transport.endpoint()
    }

    /// The buckets, to show how long they are on hold.
    pub fn throttle(&self) -> &Throttle {
        &self.throttle
    }

    /// Where tokens come from.
    pub fn tokens(&self) -> &TokenSource {
        self.transport.tokens()
    }

    /// Who is signed in; asks for a token when there is none yet.
    pub async fn who(&self) -> Result<Identity, SignInError> {
        Ok(self.transport.tokens().get().await?.identity())
    }

    /// Every subscription that the signed-in person can see. Transient errors are met with a few more attempts.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, ApiError> {
        let mut found = Vec::new();
        let mut guard = LoopGuard::default();
        let mut address =
            Some(self.endpoint().join(&format!("/subscriptions?api-version={SUBSCRIPTIONS_VERSION}")));
        while let Some(current) = address {
            guard.step(&current)?;
            let page = with_retry(Backoff::default(), 3, || self.page(None, current.clone())).await?;
            found.extend(page.items.iter().filter_map(read_subscription));
            address = page.next;
        }
        Ok(found)
    }

    /// The pages of one subscription's alerts.
    pub fn alert_pages(&self, subscription: &SubscriptionId) -> AlertPages {
        self.alert_pages_from(subscription, None)
    }

    /// The same, taken up again at the address of a page.
    pub fn alert_pages_from(&self, subscription: &SubscriptionId, next: Option<String>) -> AlertPages {
        AlertPages {
            client: self.clone(),
            subscription: subscription.clone(),
            guard: LoopGuard::default(),
            position: Position::At(next),
        }
    }

    /// One page of a subscription's alerts: the first, or the one a page's [`Page::next`] named. One attempt.
    pub async fn list_page(
        &self,
        subscription: &SubscriptionId,
        next: Option<&str>,
    ) -> Result<Page, ApiError> {
        let first = || {
            let mut path = "/subscriptions/".to_owned();
            push_segment(&mut path, subscription.as_str());
            let _ = write!(path, "/providers/Microsoft.Security/alerts?api-version={ALERTS_VERSION}");
            self.endpoint().join(&path)
        };
        let address = next.map_or_else(first, str::to_owned);
        self.page(Some(subscription), address).await
    }

    /// One alert, read on its own. One attempt; [`ApiError::NotFound`] when it is gone.
    pub async fn get_alert(&self, id: &AlertId) -> Result<RawItem, ApiError> {
        let address = self.alert_address(id, None)?;
        let call = Call::get(address, ACTION_LIMIT);
        let answer = self.send(id.subscription().as_ref(), Kind::Read, call).await?;
        let text = String::from_utf8(answer.body)
            .map_err(|_| ApiError::Protocol("the alert is not text".to_owned()))?;
        let text = text.trim_start_matches('\u{feff}').trim();
        if answer.status != 200 || !text.starts_with('{') {
            return Err(ApiError::Protocol("the answer is not an alert".to_owned()));
        }
        Ok(RawItem::new(text))
    }

    /// Sets an alert's status by one POST on its own id. One attempt; success means accepted, not verified.
    ///
    /// `request_id` is the same for every attempt of one change of one alert.
    pub async fn set_status(&self, id: &AlertId, status: Status, request_id: &str) -> Result<(), ApiError> {
        self.write_turn(id).await;
        self.set_status_in_turn(id, status, request_id).await
    }

    /// Waits until a change of this alert may be sent, and counts it. Until then nothing is on the wire, so that a wait
    /// can be given up, which a request cannot.
    pub async fn write_turn(&self, id: &AlertId) {
        self.throttle.acquire(id.subscription().as_ref(), Kind::Write).await;
    }

    /// [`Self::set_status`] after [`Self::write_turn`]: the request is sent at once.
    pub async fn set_status_in_turn(
        &self,
        id: &AlertId,
        status: Status,
        request_id: &str,
    ) -> Result<(), ApiError> {
        let Some(verb) = status.verb() else {
            let (code, message) = (SafeText::default(), SafeText::from("this status cannot be set"));
            return Err(ApiError::BadRequest { code, message });
        };
        let call = Call::post(self.alert_address(id, Some(verb))?).request_id(request_id);
        let answer = self.send_in_turn(id.subscription().as_ref(), Kind::Write, call).await?;
        match answer.status {
            200 | 204 => Ok(()),
            // It may well have been applied: only reading back can tell.
            other => Err(ApiError::LostReply(format!("HTTP {other} instead of 204"))),
        }
    }

    pub(super) async fn page(
        &self,
        subscription: Option<&SubscriptionId>,
        address: String,
    ) -> Result<Page, ApiError> {
        let answer = self.send(subscription, Kind::Listing, Call::get(address, LIST_LIMIT)).await?;
        if answer.status != 200 {
            return Err(ApiError::Protocol(format!("HTTP {} instead of a list", answer.status)));
        }
        Page::split(answer.status, &answer.body)
    }

    pub(super) async fn send(
        &self,
        subscription: Option<&SubscriptionId>,
        kind: Kind,
        call: Call,
    ) -> Result<Answer, ApiError> {
        self.throttle.acquire(subscription, kind).await;
        self.send_in_turn(subscription, kind, call).await
    }

    async fn send_in_turn(
        &self,
        subscription: Option<&SubscriptionId>,
        kind: Kind,
        call: Call,
    ) -> Result<Answer, ApiError> {
        let outcome = self.transport.send(call).await;
        match &outcome {
            Ok(answer) => {
                self.throttle.flows(subscription, kind);
                // Resource Graph is a POST by which no write is counted: it tells its own bucket.
                let graph = kind == Kind::Graph;
                let left = if graph { answer.quota.map(|quota| quota.remaining) } else { answer.remaining };
                if let Some(left) = left {
                    self.throttle.observe(subscription, kind, f64::from(left));
                }
                if let Some(quota) = answer.quota.filter(|quota| graph && quota.remaining == 0) {
                    self.throttle.rest(subscription, kind, quota.resets_after);
                }
            }
            Err(ApiError::Throttled { retry_after }) => self.throttle.hold(subscription, kind, *retry_after),
            Err(ApiError::Server { retry_after: Some(wait), .. }) => {
                self.throttle.hold(subscription, kind, Some(*wait));
            }
            Err(_) => {}
        }
        outcome
    }

    fn alert_address(&self, id: &AlertId, verb: Option<&str>) -> Result<String, ApiError> {
        let mut path =
            arm_path(id.as_str()).ok_or_else(|| ApiError::RefusedUrl(SafeText::from(id.as_str())))?;
        if let Some(verb) = verb {
            let _ = write!(path, "/{verb}");
        }
        let _ = write!(path, "?api-version={ALERTS_VERSION}");
        Ok(self.endpoint().join(&path))
    }
}

/// The pages of a listing, in order. An error leaves the position as it was, so that the same page can be asked again.
#[derive(Debug)]
pub struct AlertPages {
    client: ArmClient,
    subscription: SubscriptionId,
    guard: LoopGuard,
    position: Position,
}

#[derive(Debug)]
enum Position {
    /// Before the page at this address; none is the first.
    At(Option<String>),
    End,
}

impl AlertPages {
    /// The next page; none after the last.
    pub async fn next_page(&mut self) -> Result<Option<Page>, ApiError> {
        let Position::At(address) = &self.position else { return Ok(None) };
        let page = self.client.list_page(&self.subscription, address.as_deref()).await?;
        self.position = match &page.next {
            Some(next) => {
                self.guard.step(next)?;
                Position::At(Some(next.clone()))
            }
            None => Position::End,
        };
        Ok(Some(page))
    }

    /// True when the last page has been read: the listing is complete.
    pub fn is_complete(&self) -> bool {
        matches!(self.position, Position::End)
    }
}

/// An alert's id as the path of a request; none when it is not an ARM path, or too short for an alert:
/// `subscriptions/S/providers/P/locations/L/alerts/N` at least.
pub(super) fn arm_path(id: &str) -> Option<String> {
    (id.split('/').count() > 8).then(|| scope_path(id)).flatten()
}

/// A resource's, resource group's or subscription's id as the path of a request, percent-encoded where it must be; none
/// when it is not an ARM path.
pub(super) fn scope_path(id: &str) -> Option<String> {
    let segments = id.strip_prefix('/')?;
    let root = segments.split('/').next()?;
    if !root.eq_ignore_ascii_case("subscriptions") {
        return None;
    }
    let mut path = String::with_capacity(id.len() + 16);
    for segment in segments.split('/') {
        let plain = !segment.is_empty()
            && !matches!(segment, "." | "..")
            && !segment.contains(['?', '#', '\\', '%'])
            && !segment.chars().any(char::is_control);
        if !plain {
            return None;
        }
        path.push('/');
        push_segment(&mut path, segment);
    }
    (path.matches('/').count() >= 2).then_some(path)
}

pub(super) fn push_segment(path: &mut String, segment: &str) {
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte) {
            path.push(char::from(byte));
        } else {
            let _ = write!(path, "%{byte:02X}");
        }
    }
}

/// A subscription that cannot be read is left out: there is nothing it could be called by.
fn read_subscription(item: &RawItem) -> Option<Subscription> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        subscription_id: Option<String>,
        id: Option<String>,
        display_name: Option<String>,
        tenant_id: Option<String>,
        state: Option<String>,
    }
    let wire: Wire = serde_json::from_str(&item.raw).ok()?;
    let from_path = || wire.id.as_deref()?.rsplit('/').find(|part| !part.is_empty()).map(str::to_owned);
    let id = wire.subscription_id.clone().filter(|id| !id.is_empty()).or_else(from_path)?;
    let name = wire.display_name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| id.clone());
    Some(Subscription {
        id: SubscriptionId::new(&id),
        display_name: SafeText::from(name),
        tenant_id: SafeText::from(wire.tenant_id.unwrap_or_default()),
        state: SafeText::from(wire.state.unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_id_becomes_a_path_or_nothing() {
        let base = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Security/locations/l/alerts/n";
        assert_eq!(arm_path(base).as_deref(), Some(base));
        let upper = base.replace("subscriptions", "SUBSCRIPTIONS");
        assert_eq!(arm_path(&upper).as_deref(), Some(upper.as_str()), "the letter case is the source's own");
        assert_eq!(
            arm_path(&base.replace("rg", "a b(ü)")).as_deref(),
            Some(base.replace("rg", "a%20b(%C3%BC)").as_str())
        );
        for bad in
            ["", "n", "/providers/x", "/subscriptions", "/subscriptions/s", "subscriptions/s/a/b/c/d/e/f"]
        {
            assert_eq!(arm_path(bad), None, "{bad}");
        }
        for segment in ["..", ".", "", "a?b", "a#b", "a\\b", "a%2e", "a\nb", "%2e%2e", "a\u{85}b"] {
            assert_eq!(arm_path(&base.replace("rg", segment)), None, "{segment:?}");
        }
        assert_eq!(arm_path(&format!("{base}/")), None);
    }

    #[test]
    fn a_subscription_is_read_leniently() {
        let read = |raw: &str| read_subscription(&RawItem::new(raw));
        let full = r#"{"id":"/subscriptions/AB","subscriptionId":"AB","displayName":"Prod","tenantId":"t","state":"Enabled"}"#;
        let found = read(full).unwrap();
        assert_eq!((found.id.as_str(), found.display_name.raw()), ("ab", "Prod"));
        assert_eq!(read(r#"{"id":"/subscriptions/AB"}"#).unwrap().display_name.raw(), "AB");
        assert_eq!(read(r#"{"displayName":"x"}"#), None);
        assert_eq!(read("null"), None);
    }
}
