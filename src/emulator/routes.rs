//! ARM paths, in any letter case, to what they address; alert ids are paths, too.

use super::logic::callback::Callback;
use super::table::{Call, Op};
use crate::domain::Status;

/// Which part of a subscription is meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scope {
    /// Subscription id as it is spelled in the path.
    pub(super) subscription: String,
    /// Resource group, if the path names one.
    pub(super) group: Option<String>,
    /// The region that stores the alert, if the path names one.
    pub(super) location: Option<String>,
}

/// What a path addresses. The operation numbers are those of the 2022-01-01 alerts contract's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// `/subscriptions`
    Subscriptions,
    /// `/subscriptions/{id}`
    Subscription(String),
    /// `/tenants`
    Tenants,
    /// The regions that store alerts of a subscription, or one of them.
    Locations(Scope),
    /// Lists by subscription, group, location, group and location.
    Alerts(Scope),
    /// One alert.
    Alert(Scope, String),
    /// `POST …/{name}/{verb}`
    Change(Scope, String, Status),
    /// `POST …/alerts/default/simulate`
    Simulate(Scope),
    /// Where a simulation's `Location` header points.
    Operation(Scope, String),
    /// An operation of the table.
    Tabled(Call),
    /// Where a logic app's trigger is called.
    Callback(Callback),
    /// A path that ARM does not know.
    Unknown(Unknown),
}

/// Why a path is not known, as ARM tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unknown {
    /// Neither a subscription nor a tenant-level provider.
    NoSubscription,
    /// A resource provider that is not emulated.
    Namespace(String),
    /// A type of Microsoft.Security that is not emulated.
    ResourceType(String),
}

impl Route {
    /// What a request's path addresses.
    pub(super) fn of_path(path: &str) -> Self {
        let segments: Vec<String> = path.trim_matches('/').split('/').map(decode).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match route(&segments) {
            Self::Unknown(unknown) => {
                let tabled = Call::of_path(&segments).map(Self::Tabled);
                tabled
                    .or_else(|| Callback::of_path(&segments).map(Self::Callback))
                    .unwrap_or(Self::Unknown(unknown))
            }
            known => known,
        }
    }

    /// The subscription, where the path names one.
    pub(super) fn subscription(&self) -> Option<&str> {
        match self {
            Self::Subscription(id) => Some(id),
            Self::Locations(scope)
            | Self::Alerts(scope)
            | Self::Alert(scope, _)
            | Self::Change(scope, ..)
            | Self::Simulate(scope)
            | Self::Operation(scope, _) => Some(&scope.subscription),
            Self::Tabled(call) => Some(&call.subscription).filter(|id| !id.is_empty()).map(String::as_str),
            Self::Subscriptions | Self::Tenants | Self::Callback(_) | Self::Unknown(_) => None,
        }
    }

    /// The methods that it answers to, as the header `Allow` lists them.
    pub(super) fn methods(&self) -> String {
        match self {
            Self::Change(..) | Self::Simulate(_) | Self::Callback(_) => "POST".to_owned(),
            Self::Tabled(call) => call.row.allowed(),
            _ => "GET".to_owned(),
        }
    }

    /// The permission that a request needs, as role definitions spell it; none for a method it does not answer to.
    pub(super) fn action(&self, method: &str) -> Option<&'static str> {
        const ALERTS: &str = "Microsoft.Security/locations/alerts/read";
        let (only, action) = match self {
            Self::Tabled(call) => return call.row.action(method),
            Self::Subscriptions | Self::Subscription(_) | Self::Tenants => {
                ("GET", "Microsoft.Resources/subscriptions/read")
            }
            Self::Locations(_) | Self::Operation(..) => ("GET", "Microsoft.Security/locations/read"),
            Self::Alerts(_) => ("GET", "Microsoft.Security/alerts/read"),
            Self::Alert(..) | Self::Unknown(_) => ("GET", ALERTS),
            Self::Callback(_) => ("POST", "Microsoft.Logic/workflows/triggers/run/action"),
            Self::Simulate(_) => ("POST", "Microsoft.Security/locations/alerts/simulate/action"),
            Self::Change(_, _, status) => (
                "POST",
                match status {
                    Status::Dismissed => "Microsoft.Security/locations/alerts/dismiss/action",
                    Status::Resolved => "Microsoft.Security/locations/alerts/resolve/action",
                    Status::InProgress => "Microsoft.Security/locations/alerts/inProgress/action",
                    Status::Active | Status::Other => "Microsoft.Security/locations/alerts/activate/action",
                },
            ),
        };
        (only == method).then_some(action)
    }

    /// True if a request with that method changes something, so that its change can be lost or ignored.
    pub(super) fn changes(&self, method: &str) -> bool {
        match self {
            Self::Change(..) | Self::Simulate(_) | Self::Callback(_) => method == "POST",
            Self::Tabled(call) => {
                matches!(method, "PUT" | "PATCH" | "DELETE") && call.row.action(method).is_some()
            }
            _ => false,
        }
    }

    /// True for a POST that only asks, by what its body says.
    pub(super) fn is_query(&self) -> bool {
        matches!(self, Self::Tabled(call) if call.row.op == Op::Graph)
    }

    /// True for lists that come in pages.
    pub(super) fn is_list(&self) -> bool {
        match self {
            Self::Alerts(_) => true,
            Self::Tabled(call) => call.row.is_list(),
            _ => false,
        }
    }
}

/// The scope and name in an alert's id; none if it is not the id of an alert.
pub(super) fn alert_id(id: &str) -> Option<(Scope, String)> {
    let segments: Vec<&str> = id.strip_prefix('/')?.split('/').collect();
    match route(&segments) {
        Route::Alert(scope, name) if !name.is_empty() && !scope.subscription.is_empty() => {
            Some((scope, name))
        }
        _ => None,
    }
}

/// True for the same word in whatever letter case.
pub(super) fn is(segment: &str, word: &str) -> bool {
    segment.eq_ignore_ascii_case(word)
}

fn route(segments: &[&str]) -> Route {
    match segments {
        [tenants] if is(tenants, "tenants") => Route::Tenants,
        [subscriptions] if is(subscriptions, "subscriptions") => Route::Subscriptions,
        [subscriptions, id] if is(subscriptions, "subscriptions") => Route::Subscription((*id).to_owned()),
        [subscriptions, id, groups, group, rest @ ..]
            if is(subscriptions, "subscriptions") && is(groups, "resourceGroups") =>
        {
            provider(Scope { group: Some((*group).to_owned()), ..subscription(id) }, rest)
        }
        [subscriptions, id, rest @ ..] if is(subscriptions, "subscriptions") => {
            provider(subscription(id), rest)
        }
        _ => Route::Unknown(Unknown::NoSubscription),
    }
}

fn subscription(id: &str) -> Scope {
    Scope { subscription: id.to_owned(), ..Scope::default() }
}

fn provider(scope: Scope, segments: &[&str]) -> Route {
    match segments {
        [providers, security, rest @ ..]
            if is(providers, "providers") && is(security, "Microsoft.Security") =>
        {
            match rest {
                [locations] if is(locations, "locations") && scope.group.is_none() => Route::Locations(scope),
                [locations, location] if is(locations, "locations") && scope.group.is_none() => {
                    Route::Locations(Scope { location: Some((*location).to_owned()), ..scope })
                }
                [locations, location, rest @ ..] if is(locations, "locations") => {
                    alerts(Scope { location: Some((*location).to_owned()), ..scope }, rest)
                }
                rest => alerts(scope, rest),
            }
        }
        [providers, namespace, ..] if is(providers, "providers") => {
            Route::Unknown(Unknown::Namespace((*namespace).to_owned()))
        }
        _ => Route::Unknown(Unknown::NoSubscription),
    }
}

fn alerts(scope: Scope, segments: &[&str]) -> Route {
    match segments {
        [kind] if is(kind, "alerts") => Route::Alerts(scope),
        [kind, name] if is(kind, "alerts") => Route::Alert(scope, (*name).to_owned()),
        [kind, name, verb] if is(kind, "alerts") && is(name, "default") && is(verb, "simulate") => {
            Route::Simulate(scope)
        }
        [kind, name, verb] if is(kind, "alerts") => match status_of(verb) {
            Some(status) => Route::Change(scope, (*name).to_owned(), status),
            None => Route::Unknown(Unknown::ResourceType(format!("locations/alerts/{verb}"))),
        },
        [kind, id] if is(kind, "operationResults") => Route::Operation(scope, (*id).to_owned()),
        other => Route::Unknown(Unknown::ResourceType(
            other.iter().step_by(2).copied().collect::<Vec<_>>().join("/"),
        )),
    }
}

fn status_of(verb: &str) -> Option<Status> {
    Status::SETTABLE.into_iter().find(|status| status.verb().is_some_and(|known| is(known, verb)))
}

/// Undoes percent-encoding; what is no valid escape stays as it is.
pub(super) fn decode(segment: &str) -> String {
    if !segment.contains('%') {
        return segment.to_owned();
    }
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, tail @ ..] = rest {
        let escape = (*first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(byte) = escape {
            bytes.push(byte);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(group: Option<&str>, location: Option<&str>) -> Scope {
        Scope {
            subscription: "S".to_owned(),
            group: group.map(str::to_owned),
            location: location.map(str::to_owned),
        }
    }

    #[test]
    fn every_operation_of_the_contract_is_found_in_any_letter_case() {
        let name = || "2517_a".to_owned();
        let cases = [
            ("/tenants", Route::Tenants),
            ("/subscriptions", Route::Subscriptions),
            ("/subscriptions/S", Route::Subscription("S".to_owned())),
            ("/subscriptions/S/providers/Microsoft.Security/alerts", Route::Alerts(scope(None, None))),
            (
                "/subscriptions/S/resourceGroups/rg (1)/providers/Microsoft.Security/alerts",
                Route::Alerts(scope(Some("rg (1)"), None)),
            ),
            (
                "/subscriptions/S/providers/Microsoft.Security/locations/eu/alerts",
                Route::Alerts(scope(None, Some("eu"))),
            ),
            (
                "/subscriptions/S/resourceGroups/rg/providers/Microsoft.Security/locations/eu/alerts",
                Route::Alerts(scope(Some("rg"), Some("eu"))),
            ),
            (
                "/subscriptions/S/providers/Microsoft.Security/locations/eu/alerts/2517_a",
                Route::Alert(scope(None, Some("eu")), name()),
            ),
            (
                "/subscriptions/S/resourceGroups/rg/providers/Microsoft.Security/locations/eu/alerts/2517_a",
                Route::Alert(scope(Some("rg"), Some("eu")), name()),
            ),
            (
                "/subscriptions/S/providers/Microsoft.Security/locations/eu/alerts/2517_a/dismiss",
                Route::Change(scope(None, Some("eu")), name(), Status::Dismissed),
            ),
            (
                "/subscriptions/S/providers/Microsoft.Security/locations/eu/alerts/2517_a/resolve",
                Route::Change(scope(None, Some("eu")), name(), Status::Resolved),
            ),
            (
                "/subscriptions/S/providers/Microsoft.Security/locations/eu/alerts/2517_a/activate",
                Route::Change(scope(None, Some("eu")), name(), Status::Active),
            ),
            (
                "/subscriptions/S/resourceGroups/rg/providers/Microsoft.Security/locations/eu/alerts/2517_a/inProgress",
                Route::Change(scope(Some("rg"), Some("eu")), name(), Status::InProgress),
            ),
            (
                "/subscriptions/S/providers/Microsoft.Security/locations/eu/alerts/default/simulate",
                Route::Simulate(scope(None, Some("eu"))),
            ),
            ("/subscriptions/S/providers/Microsoft.Security/locations", Route::Locations(scope(None, None))),
        ];
        let fold = |text: String| text.to_lowercase();
        for (path, expected) in cases {
            assert_eq!(Route::of_path(&path.replace(' ', "%20")), expected, "{path}");
            for other in [path.to_uppercase(), path.to_lowercase()] {
                assert_eq!(
                    fold(format!("{:?}", Route::of_path(&other))),
                    fold(format!("{expected:?}")),
                    "{other}"
                );
            }
        }
    }

    #[test]
    fn what_arm_does_not_know_is_told_apart() {
        let unknown = |path: &str| match Route::of_path(path) {
            Route::Unknown(why) => why,
            other => panic!("{path} is {other:?}"),
        };
        assert_eq!(unknown("/"), Unknown::NoSubscription);
        assert_eq!(unknown("/health"), Unknown::NoSubscription);
        assert_eq!(
            unknown("/subscriptions/S/providers/Microsoft.Foo/bars"),
            Unknown::Namespace("Microsoft.Foo".to_owned())
        );
        assert_eq!(
            unknown("/subscriptions/S/providers/Microsoft.Security/pricings"),
            Unknown::ResourceType("pricings".to_owned())
        );
        assert_eq!(
            unknown("/subscriptions/S/providers/Microsoft.Security/locations/eu/alerts/a/close"),
            Unknown::ResourceType("locations/alerts/close".to_owned())
        );
    }

    #[test]
    fn ids_are_taken_literally() {
        let (scope, name) =
            alert_id("/subscriptions/S/providers/Microsoft.Security/locations/eu/alerts/a%20b").unwrap();
        assert_eq!((scope.location.as_deref(), name.as_str()), (Some("eu"), "a%20b"));
        assert!(alert_id("/subscriptions/S/providers/Microsoft.Security/locations/eu/alerts/").is_none());
        assert!(alert_id("subscriptions/S").is_none());
        assert_eq!(decode("%e2%82%ac%zz%"), "€%zz%");
    }
}
