//! The one function that sends. It owns the token, checks the origin of every address, follows no redirect and sets
//! the limits of time and size.

use std::time::{Duration, SystemTime};

use reqwest::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, Url};

use super::auth::{AccessToken, TokenSource};
use super::cloud::Endpoint;
use super::error::ApiError;
use super::reach::obstacle;
use super::retry::parse_retry_after;
use crate::domain::SafeText;

/// The largest body accepted, after decompression, in bytes.
pub const BODY_LIMIT: usize = 64 << 20;
/// How long a page of a listing may take in total.
pub const LIST_LIMIT: Duration = Duration::from_secs(30);
/// How long a change, or reading one alert, may take in total.
pub const ACTION_LIMIT: Duration = Duration::from_secs(15);

/// How long a connection may take to come about.
pub(super) const CONNECT_LIMIT: Duration = Duration::from_secs(10);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");
/// What is left of the bucket that the request was counted in; the first one present speaks.
const REMAINING: [&str; 4] = [
    "x-ms-ratelimit-remaining-subscription-writes",
    "x-ms-ratelimit-remaining-subscription-reads",
    "x-ms-ratelimit-remaining-tenant-writes",
    "x-ms-ratelimit-remaining-tenant-reads",
];

/// What is left of Resource Graph's bucket, and when it is full again.
const QUOTA: [&str; 2] = ["x-ms-user-quota-remaining", "x-ms-user-quota-resets-after"];

/// A request, not yet sent.
#[derive(Debug, Clone)]
pub struct Call {
    method: Method,
    address: String,
    body: Option<String>,
    request_id: Option<String>,
    limit: Duration,
    needs: &'static str,
    harmless: bool,
}

impl Call {
    /// A GET of an absolute address.
    pub fn get(address: String, limit: Duration) -> Self {
        Self {
            method: Method::GET,
            address,
            body: None,
            request_id: None,
            limit,
            needs: "Security Reader or Reader",
            harmless: true,
        }
    }

    /// A POST without a body.
    pub fn post(address: String) -> Self {
        let needs = "Security Admin, or Contributor or Owner of the subscription";
        Self {
            method: Method::POST,
            address,
            body: None,
            request_id: None,
            limit: ACTION_LIMIT,
            needs,
            harmless: false,
        }
    }

    /// A PUT of a JSON body. It sets a state, so it may be sent again.
    pub fn put(address: String, body: String) -> Self {
        Self { method: Method::PUT, ..Self::post(address) }.json(body)
    }

    /// A POST that asks and changes nothing, such as a query with a body: a lost answer is no lost change.
    pub fn ask(address: String, body: String) -> Self {
        let needs = "Security Reader or Reader";
        Self { limit: LIST_LIMIT, needs, harmless: true, ..Self::post(address) }.json(body)
    }

    /// A DELETE.
    pub fn delete(address: String) -> Self {
        Self { method: Method::DELETE, ..Self::post(address) }
    }

    /// Adds a JSON body.
    #[must_use]
    pub fn json(mut self, body: String) -> Self {
        self.body = Some(body);
        self
    }

    /// Sets `x-ms-client-request-id`, so that a repeated request can be told from a second one.
    #[must_use]
    pub fn request_id(mut self, id: &str) -> Self {
        self.request_id = Some(id.to_owned());
        self
    }

    /// Sets the role named when Azure answers 403.
    #[must_use]
    pub fn needs(mut self, role: &'static str) -> Self {
        self.needs = role;
        self
    }

    fn changes_something(&self) -> bool {
        !self.harmless
    }
}

/// A successful answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// 200, 201, 202 or 204.
    pub status: u16,
    /// The body, decompressed; often empty.
    pub body: Vec<u8>,
    /// What is left of the subscription's or tenant's bucket, when Azure says it.
    pub remaining: Option<u32>,
    /// `Location`, where a long-running operation is polled.
    pub location: Option<String>,
    /// When to look again at a long-running operation.
    pub retry_after: Option<Duration>,
    /// What is left of the person's own bucket of Resource Graph.
    pub quota: Option<Quota>,
}

/// Resource Graph's bucket as it tells it (contract §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Queries left.
    pub remaining: u32,
    /// When the bucket is full again.
    pub resets_after: Duration,
}

/// Sends requests to one ARM endpoint. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Transport {
    client: Client,
    endpoint: Endpoint,
    tokens: TokenSource,
    body_limit: usize,
}

impl Transport {
    /// A transport to one endpoint; fails only when the system's TLS set-up is unusable.
    pub fn new(endpoint: Endpoint, tokens: TokenSource) -> Result<Self, ApiError> {
        let mut builder = Client::builder()
            .redirect(Policy::none())
            .user_agent(concat!("quell/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_LIMIT)
            .https_only(endpoint.is_https());
        if endpoint.is_loopback() {
            // A proxy from the environment would see the token in clear text.
            builder = builder.no_proxy();
        }
        if !endpoint.is_https() {
            // No certificate will be looked at: spare the start the reading of the system's.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|error| ApiError::Network(root_cause(&error)))?;
        Ok(Self { client, endpoint, tokens, body_limit: BODY_LIMIT })
    }

    /// The endpoint.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Where tokens come from.
    pub fn tokens(&self) -> &TokenSource {
        &self.tokens
    }

    /// Sends a request. An answer of 401 is met once with a new token.
    ///
    /// The address must lie on the endpoint's exact origin, else nothing is sent at all.
    pub async fn send(&self, call: Call) -> Result<Answer, ApiError> {
        let Some(url) = self.endpoint.accept(&call.address) else {
            return Err(ApiError::RefusedUrl(SafeText::from(call.address.as_str())));
        };
        let token = self.tokens.get().await.map_err(ApiError::SignIn)?;
        match self.attempt(&call, url.clone(), &token).await {
            Err(ApiError::Unauthorized { .. }) => {
                self.tokens.invalidate(&token);
                let token = self.tokens.get().await.map_err(ApiError::SignIn)?;
                let outcome = self.attempt(&call, url, &token).await;
                if matches!(outcome, Err(ApiError::Unauthorized { .. })) {
                    // The next request asks for a new one too, rather than trusting this.
                    self.tokens.invalidate(&token);
                }
                outcome
            }
            outcome => outcome,
        }
    }

    async fn attempt(&self, call: &Call, url: Url, token: &AccessToken) -> Result<Answer, ApiError> {
        let lost = |why: String| {
            if call.changes_something() { ApiError::LostReply(why) } else { ApiError::Network(why) }
        };
        let exchange = async {
            let response = self.request(call, url, token)?.send().await.map_err(|error| {
                if error.is_connect() || error.is_builder() {
                    ApiError::Network(obstacle(error, &self.endpoint))
                } else {
                    lost(root_cause(&error))
                }
            })?;
            let head = Head::read(&response);
            let body = self.read_body(response).await.map_err(|error| match error {
                BodyError::TooLarge => ApiError::Protocol(format!("more than {} MiB", self.body_limit >> 20)),
                BodyError::Cut(why) => lost(why),
            });
            match head.status {
                200..=299 => Ok(Answer {
                    status: head.status,
                    body: body?,
                    remaining: head.remaining,
                    location: head.location,
                    retry_after: head.retry_after,
                    quota: head.quota,
                }),
                // A refusal stands, even when its explanation was lost on the way.
                status => Err(ApiError::from_status(
                    status,
                    &body.unwrap_or_default(),
                    head.retry_after.or(head.quota.map(|quota| quota.resets_after)),
                    call.needs,
                )),
            }
        };
        match tokio::time::timeout(call.limit, exchange).await {
            Ok(outcome) => outcome,
            Err(_) => Err(lost(format!("no complete answer within {} s", call.limit.as_secs()))),
        }
    }

    fn request(
        &self,
        call: &Call,
        url: Url,
        token: &AccessToken,
    ) -> Result<reqwest::RequestBuilder, ApiError> {
        let unusable =
            |what: &str| ApiError::Protocol(format!("{what} holds characters that cannot be sent"));
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose()))
            .map_err(|_| unusable("the access token"))?;
        bearer.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, bearer);
        if let Some(id) = &call.request_id {
            headers.insert(REQUEST_ID, HeaderValue::try_from(id).map_err(|_| unusable("the request id"))?);
        }
        let request = self.client.request(call.method.clone(), url);
        if let Some(json) = &call.body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            return Ok(request.headers(headers).body(json.clone()));
        }
        if call.changes_something() {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        Ok(request.headers(headers))
    }

    async fn read_body(&self, mut response: Response) -> Result<Vec<u8>, BodyError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| BodyError::Cut(root_cause(&error)))? {
            if body.len() + chunk.len() > self.body_limit {
                return Err(BodyError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

enum BodyError {
    TooLarge,
    Cut(String),
}

/// What matters of an answer's head.
struct Head {
    status: u16,
    retry_after: Option<Duration>,
    remaining: Option<u32>,
    location: Option<String>,
    quota: Option<Quota>,
}

impl Head {
    fn read(response: &Response) -> Self {
        let text = |name: &str| response.headers().get(name)?.to_str().ok().map(str::to_owned);
        let count = |name: &str| text(name)?.trim().parse().ok();
        Self {
            status: response.status().as_u16(),
            retry_after: text(RETRY_AFTER.as_str())
                .and_then(|value| parse_retry_after(&value, SystemTime::now())),
            remaining: REMAINING.into_iter().find_map(count),
            location: text("location"),
            quota: count(QUOTA[0]).zip(text(QUOTA[1])).map(|(remaining, resets)| Quota {
                remaining,
                resets_after: clock_span(&resets).unwrap_or_default(),
            }),
        }
    }
}

/// Reads `hh:mm:ss`, at most a day.
fn clock_span(text: &str) -> Option<Duration> {
    let mut parts = text.trim().split(':').map(|part| part.parse::<u64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let total = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)?;
    Some(Duration::from_secs(total.min(86_400)))
}

/// The innermost reason of an error, without the address (it may hold a skip token).
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let text = cause.to_string();
    if std::ptr::addr_eq(cause, error) { "the request failed".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_of_the_clock_is_read() {
        for (text, seconds) in [("00:00:05", Some(5)), (" 01:02:03", Some(3723)), ("99:00:00", Some(86_400))]
        {
            assert_eq!(clock_span(text), seconds.map(Duration::from_secs), "{text}");
        }
        for text in
            ["", "5", "00:05", "a:b:c", "-1:00:00", "99999999999999999999:0:0", "9999999999999999999:0:0"]
        {
            assert_eq!(clock_span(text), None, "{text}");
        }
    }

    #[test]
    fn a_question_with_a_body_changes_nothing() {
        let address = || "https://h/x".to_owned();
        let body = || "{}".to_owned();
        assert!(!Call::get(address(), LIST_LIMIT).changes_something());
        assert!(!Call::ask(address(), body()).changes_something());
        assert!(Call::post(address()).changes_something());
        assert!(Call::put(address(), body()).changes_something());
    }
}
