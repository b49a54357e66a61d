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

/// A request, not yet sent.
#[derive(Debug, Clone)]
pub struct Call {
    method: Method,
    address: String,
    body: Option<String>,
    request_id: Option<String>,
    limit: Duration,
    needs: &'static str,
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
        }
    }

    /// A POST without a body.
    pub fn post(address: String) -> Self {
        let needs = "Security Admin, or Contributor or Owner of the subscription";
        Self { method: Method::POST, address, body: None, request_id: None, limit: ACTION_LIMIT, needs }
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
        self.method != Method::GET
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
                let why = root_cause(&error);
                if error.is_connect() || error.is_builder() { ApiError::Network(why) } else { lost(why) }
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
                }),
                // A refusal stands, even when its explanation was lost on the way.
                status => Err(ApiError::from_status(
                    status,
                    &body.unwrap_or_default(),
                    head.retry_after,
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
        }
    }
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
