//! The query string: api-version and continuation.

use axum::http::Uri;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::arm_error::ArmError;
use super::routes::Route;
use super::state::Place;

/// Versions that answer with the shape that the emulator serves.
const ALERTS: &[&str] = &["2020-01-01", "2021-01-01", "2021-11-01", "2022-01-01"];
const LOCATIONS: &[&str] = &["2015-06-01-preview"];
const SUBSCRIPTIONS: &[&str] = &[
    "2014-04-01",
    "2014-04-01-preview",
    "2015-01-01",
    "2015-11-01",
    "2016-02-01",
    "2016-06-01",
    "2016-07-01",
    "2016-09-01",
    "2017-03-01",
    "2017-05-10",
    "2017-06-01",
    "2017-08-01",
    "2018-01-01",
    "2018-02-01",
    "2018-05-01",
    "2018-06-01",
    "2019-03-01",
    "2019-05-01",
    "2019-06-01",
    "2019-07-01",
    "2019-08-01",
    "2019-10-01",
    "2019-11-01",
    "2020-01-01",
    "2020-05-01",
    "2020-06-01",
    "2020-08-01",
    "2020-10-01",
    "2021-01-01",
    "2021-04-01",
    "2022-01-01",
    "2022-09-01",
    "2022-12-01",
    "2023-07-01",
    "2024-03-01",
    "2024-07-01",
    "2024-11-01",
    "2025-03-01",
    "2025-04-01",
];

/// Where a listing goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Continuation {
    /// Behind this alert.
    pub(super) after: Place,
    /// The number of the page, counted from 0.
    pub(super) page: u64,
}

impl Continuation {
    /// The opaque text of `$skiptoken`.
    pub(super) fn token(self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{}", self.after, self.page))
    }

    fn read(token: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let (after, page) = text.split_once(':')?;
        Some(Self { after: after.parse().ok()?, page: page.parse().ok()? })
    }
}

/// What the query asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    pub(super) fn of(uri: &Uri) -> Self {
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri).map(|query| query.0);
        Self { pairs: pairs.unwrap_or_default() }
    }

    /// The value of a parameter, escapes undone.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// `$top`, where it is a number above 0.
    pub(super) fn top(&self) -> Result<Option<usize>, ArmError> {
        let Some(text) = self.get("$top") else { return Ok(None) };
        let top = text.parse().ok().filter(|top| *top > 0);
        top.map(Some).ok_or_else(|| {
            ArmError::bad_request(
                "InvalidTopParameter",
                format!("The value '{text}' of the parameter '$top' is no number above 0."),
            )
        })
    }

    /// The continuation; an error if there is one that the emulator did not give out.
    pub(super) fn continuation(&self) -> Result<Option<Continuation>, ArmError> {
        let Some(token) = self.get("$skiptoken") else { return Ok(None) };
        Continuation::read(token).map(Some).ok_or_else(|| {
            ArmError::bad_request("InvalidSkipToken", "The value of the parameter '$skiptoken' is invalid.")
        })
    }

    /// The number of the page that is asked for, counted from 0.
    pub(super) fn page(&self) -> u64 {
        self.continuation().ok().flatten().map_or(0, |at| at.page)
    }

    /// The api-version, if it is one that the route has.
    pub(super) fn version(&self, route: &Route, method: &str) -> Result<&str, ArmError> {
        let version = self.get("api-version").filter(|version| !version.is_empty());
        let version = version.ok_or_else(|| ArmError::missing_api_version(method))?;
        let (known, kind) = match route {
            Route::Subscriptions | Route::Subscription(_) | Route::Tenants | Route::Unknown(_) => {
                (SUBSCRIPTIONS, None)
            }
            Route::Tabled(call) => {
                let (known, kind) = call.row.versions();
                (known, Some(kind))
            }
            Route::Locations(_) => (LOCATIONS, Some("locations".to_owned())),
            _ => (ALERTS, Some("locations/alerts".to_owned())),
        };
        if known.iter().any(|known| known.eq_ignore_ascii_case(version)) {
            return Ok(version);
        }
        let supported = known.join(", ");
        Err(match kind.filter(|_| is_date(version)) {
            Some(kind) => ArmError::bad_request(
                "NoRegisteredProviderFound",
                format!(
                    "No registered resource provider found for API version '{version}' for type '{kind}'. The supported api-versions are '{supported}'."
                ),
            ),
            None => ArmError::bad_request(
                "InvalidApiVersionParameter",
                format!("The api-version '{version}' is invalid. The supported versions are '{supported}'."),
            ),
        })
    }
}

/// True for `2022-01-01` and `2015-06-01-preview`.
fn is_date(version: &str) -> bool {
    version.get(..10).is_some_and(|date| chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_continuation_survives_the_way_through_a_link() {
        for at in [Continuation { after: -1, page: 1 }, Continuation { after: Place::MIN, page: u64::MAX }] {
            let uri = format!("/x?api-version=2022-01-01&$skiptoken={}", at.token()).parse().unwrap();
            assert_eq!(Query::of(&uri).continuation(), Ok(Some(at)));
            let escaped = format!("/x?%24SkipToken={}", at.token()).parse().unwrap();
            assert_eq!(Query::of(&escaped).page(), at.page);
        }
        assert!(Query::of(&"/x?$skiptoken=zzz".parse().unwrap()).continuation().is_err());
        assert_eq!(Query::of(&"/x".parse().unwrap()).continuation(), Ok(None));
    }

    #[test]
    fn versions_are_checked_per_type() {
        let code = |uri: &str, path: &str| {
            let query = Query::of(&uri.parse().unwrap());
            match query.version(&Route::of_path(path), "GET") {
                Ok(version) => version.to_owned(),
                Err(error) => {
                    let reply = super::super::reply::Reply::from(error);
                    let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
                    body["error"]["code"].as_str().unwrap().to_owned()
                }
            }
        };
        let alerts = "/subscriptions/s/providers/Microsoft.Security/alerts";
        assert_eq!(code("/?api-version=2022-01-01", alerts), "2022-01-01");
        assert_eq!(code("/?API-VERSION=2022-01-01", alerts), "2022-01-01");
        assert_eq!(code("/", alerts), "MissingApiVersionParameter");
        assert_eq!(code("/?api-version=", alerts), "MissingApiVersionParameter");
        assert_eq!(code("/?api-version=1999-01-01", alerts), "NoRegisteredProviderFound");
        assert_eq!(code("/?api-version=2019-01-01", alerts), "NoRegisteredProviderFound");
        assert_eq!(code("/?api-version=latest", alerts), "InvalidApiVersionParameter");
        assert_eq!(code("/?api-version=2022-12-01", "/subscriptions"), "2022-12-01");
        assert_eq!(code("/?api-version=1999-01-01", "/subscriptions"), "InvalidApiVersionParameter");
    }
}
