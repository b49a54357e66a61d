//! What the smaller operations share: addresses with a query, listings read to their end, one JSON body.

use std::time::Duration;

use super::client::{ArmClient, push_segment};
use super::error::ApiError;
use super::page::{LoopGuard, Page, RawItem};
use super::parse::json::Node;
use super::retry::{Backoff, with_retry};
use super::throttle::Kind;
use super::transport::{ACTION_LIMIT, Answer, Call, LIST_LIMIT};
use crate::domain::SubscriptionId;

/// How often a read that somebody waits for is tried.
pub(super) const ATTEMPTS: u32 = 3;

/// A listing, or as much of it as was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed<T> {
    /// What could be read of the items.
    pub(super) items: Vec<T>,
    /// So many items were left out because they could not be read.
    pub(super) unread: usize,
    /// False when there are further pages.
    pub(super) complete: bool,
}

/// What of a request does not depend on its address.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'a> {
    /// Whose bucket counts it.
    pub(super) subscription: Option<&'a SubscriptionId>,
    /// The role named when Azure answers 403.
    pub(super) needs: &'static str,
}

impl ArmClient {
    /// Reads a listing page by page, at most so many. Transient errors are met with a few more attempts; what `read`
    /// makes nothing of is left out.
    pub(super) async fn listing<T>(
        &self,
        reading: Reading<'_>,
        address: String,
        most_pages: usize,
        read: impl Fn(&Node<'_>) -> Option<T>,
    ) -> Result<Listed<T>, ApiError> {
        let mut items = Vec::new();
        let mut unread = 0;
        let mut guard = LoopGuard::default();
        let mut next = Some(address);
        for _ in 0..most_pages {
            let Some(current) = next else { break };
            guard.step(&current)?;
            let answer = self.get(reading, &current, LIST_LIMIT).await?;
            let page = Page::split(answer.status, &answer.body)?;
            let before = items.len();
            items.extend(page.items.iter().filter_map(|item| parsed(item, &read)));
            unread += page.items.len() - (items.len() - before);
            next = page.next;
        }
        Ok(Listed { items, unread, complete: next.is_none() })
    }

    /// Reads one JSON object.
    pub(super) async fn object<T>(
        &self,
        reading: Reading<'_>,
        address: &str,
        read: impl FnOnce(&Node<'_>) -> Option<T>,
    ) -> Result<T, ApiError> {
        let answer = self.get(reading, address, ACTION_LIMIT).await?;
        with_node(&answer.body, read)
    }

    /// One GET, tried a few times.
    pub(super) async fn get(
        &self,
        Reading { subscription, needs }: Reading<'_>,
        address: &str,
        limit: Duration,
    ) -> Result<Answer, ApiError> {
        with_retry(Backoff::default(), ATTEMPTS, || {
            let call = Call::get(address.to_owned(), limit).needs(needs);
            self.send(subscription, Kind::Read, call)
        })
        .await
    }
}

fn parsed<T>(item: &RawItem, read: impl Fn(&Node<'_>) -> Option<T>) -> Option<T> {
    Node::parse(&item.raw).ok().as_ref().and_then(read)
}

/// Reads a body that is one JSON object; everything else is a protocol error.
pub(super) fn with_node<T>(body: &[u8], read: impl FnOnce(&Node<'_>) -> Option<T>) -> Result<T, ApiError> {
    let odd = |what: &str| ApiError::Protocol(what.to_owned());
    let text = std::str::from_utf8(body).map_err(|_| odd("the answer is not text"))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('<') {
        return Err(odd("a web page instead of data"));
    }
    let node = Node::parse(text).map_err(|_| odd("the answer is not JSON"))?;
    if !matches!(node, Node::Map(_)) {
        return Err(odd("the answer is no object"));
    }
    read(&node).ok_or_else(|| odd("the answer is not what was asked for"))
}

/// `/subscriptions/S` with a path below it.
pub(super) fn below_subscription(subscription: &SubscriptionId, path: &str) -> String {
    let mut whole = "/subscriptions/".to_owned();
    push_segment(&mut whole, subscription.as_str());
    whole + path
}

/// A value of a query string, percent-encoded but for the characters that need not be.
pub(super) fn query_value(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len() + 16);
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
