//! Newtypes for the things that identify other things.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// An alert's full ARM resource id, in the letter case in which the source gave it.
///
/// Azure compares resource ids without regard to ASCII case, and so do `==`, ordering and hashing here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlertId(Arc<str>);

impl AlertId {
    /// Stands for the location in an id that was put together of a record without one.
    pub const UNKNOWN: &'static str = "unknown";

    /// What comes before the name in such an id.
    const PLACELESS: &'static str = "/locations/unknown/alerts/";

    /// Stands for the subscription there.
    pub const NOWHERE: &'static str = "00000000-0000-0000-0000-000000000000";

    /// Wraps an id as the source gave it.
    pub fn new(id: impl Into<Arc<str>>) -> Self {
        Self(id.into())
    }

    /// The id as the source gave it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last path segment: the alert's name.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The id up to and including the last `/`.
    pub fn parent(&self) -> &str {
        self.0.rfind('/').map_or("", |at| &self.0[..=at])
    }

    /// The form under which two spellings of one id are equal.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// True when the id was put together here, of a record that names no location or no subscription: no source knows it.
    pub fn is_put_together(&self) -> bool {
        Self::is_placeless(self.parent())
            || self.subscription().is_some_and(|subscription| subscription.as_str() == Self::NOWHERE)
    }

    /// True for the [`parent`](Self::parent) of an id that was put together of a record without a location.
    pub fn is_placeless(parent: &str) -> bool {
        let at = parent.len().checked_sub(Self::PLACELESS.len());
        at.and_then(|at| parent.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(Self::PLACELESS))
    }

    /// The subscription named in the id, lower-cased; none when the id has no such segment.
    pub fn subscription(&self) -> Option<SubscriptionId> {
        let mut segments = self.0.split('/').filter(|segment| !segment.is_empty());
        while let Some(segment) = segments.next() {
            if segment.eq_ignore_ascii_case("subscriptions") {
                return segments.next().map(SubscriptionId::new);
            }
        }
        None
    }
}

impl PartialEq for AlertId {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for AlertId {}

impl Hash for AlertId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for byte in self.0.bytes() {
            state.write_u8(byte.to_ascii_lowercase());
        }
        state.write_u8(0xff);
    }
}

impl PartialOrd for AlertId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for AlertId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let fold = |id: &'_ Arc<str>| id.bytes().map(|byte| byte.to_ascii_lowercase()).collect::<Vec<_>>();
        fold(&self.0).cmp(&fold(&other.0))
    }
}

/// The cache's own number for an alert: stable as long as the alert is in this cache, never shown, never journaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertKey(pub u32);

/// A subscription's GUID, lower-cased.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SubscriptionId(Arc<str>);

impl SubscriptionId {
    /// Wraps a subscription GUID, folding its letter case.
    pub fn new(id: &str) -> Self {
        Self(id.to_ascii_lowercase().into())
    }

    /// The lower-cased GUID.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The number of a bulk change in the journal, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangeId(pub i64);

impl std::fmt::Display for ChangeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn two_spellings_of_one_id_are_one_alert() {
        let a = AlertId::new("/subscriptions/AB/providers/Microsoft.Security/locations/x/alerts/N1");
        let b = AlertId::new("/SUBSCRIPTIONS/ab/providers/microsoft.security/Locations/X/alerts/n1");
        assert_eq!(a, b);
        assert_eq!(HashSet::from([a.clone(), b]).len(), 1);
        assert_eq!(a.name(), "N1");
        assert_eq!(a.subscription(), Some(SubscriptionId::new("ab")));
        assert_eq!(format!("{}{}", a.parent(), a.name()), a.as_str());
    }

    #[test]
    fn an_id_without_a_subscription_has_none() {
        assert_eq!(AlertId::new("n1").subscription(), None);
        assert_eq!(AlertId::new("n1").parent(), "");
    }
}
