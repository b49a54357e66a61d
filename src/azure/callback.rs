//! Callback addresses of logic apps, and the one function that sends to them.
//!
//! A callback address carries its own permission, a signature: it is a secret. It is never shown, logged, stored or put
//! into an error, and whatever a logic app answers is searched for it first. The sender here is apart from
//! [`super::transport::Transport`] on purpose: it has no token to send, by its type.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, Url};
use secrecy::{ExposeSecret, SecretString};

use super::cloud::{Cloud, Endpoint};
use super::error::{ApiError, RemoteError, shorten};
use super::retry::parse_retry_after;
use super::transport::{ACTION_LIMIT, BODY_LIMIT, CONNECT_LIMIT, root_cause};
use crate::domain::SafeText;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");
/// Comes back as the run's `correlation.clientTrackingId`.
const TRACKING_ID: HeaderName = HeaderName::from_static("x-ms-client-tracking-id");
const RUN_ID: &str = "x-ms-workflow-run-id";

/// What stands for the secret where it would have been shown.
const HIDDEN: &str = "[hidden]";

/// The longest name of a run that is believed, in characters.
const LONGEST_RUN: usize = 128;

/// Where a callback may lead: below the cloud's own domain for logic apps, or to the endpoint itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackHosts {
    endpoint: Endpoint,
    cloud: Option<Cloud>,
}

impl CallbackHosts {
    /// The hosts allowed beside an endpoint; without a cloud, the endpoint alone.
    pub fn new(endpoint: Endpoint, cloud: Option<Cloud>) -> Self {
        Self { endpoint, cloud }
    }

    /// The address, when it may be called. Forms on which parsers disagree are refused as they stand.
    fn accept(&self, text: &str) -> Option<Url> {
        let of_cloud = || self.cloud.and_then(|cloud| cloud.accept_logic_app(text));
        self.endpoint.accept(text).or_else(of_cloud)
    }
}

/// A callback address that may be called.
#[derive(Clone)]
pub struct Callback {
    address: Arc<SecretString>,
    method: Method,
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Callback({} {HIDDEN})", self.method)
    }
}

impl Callback {
    /// Checks what the source gave. The error says what is wrong without quoting any of it.
    pub(super) fn new(address: SecretString, method: &str, hosts: &CallbackHosts) -> Result<Self, ApiError> {
        let wrong = |what: &str| ApiError::Protocol(what.to_owned());
        let method = match method.trim().to_ascii_uppercase().as_str() {
            "" | "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            _ => return Err(wrong("the logic app's trigger takes no body, so no alert can be sent to it")),
        };
        if hosts.accept(address.expose_secret()).is_none() {
            return Err(wrong(
                "the logic app's callback address is not one of Azure's logic apps: not called",
            ));
        }
        Ok(Self { address: Arc::new(address), method })
    }

    /// Text from outside without the address and its signature, in case that it quotes them. Give it the whole text: of
    /// a secret that was cut, the rest would stay.
    fn hide(&self, text: &str) -> String {
        let address = self.address.expose_secret();
        let query = address.split_once('?').map_or("", |(_, query)| query);
        let signatures = query.split('&').filter_map(|pair| pair.split_once('='));
        let signatures =
            signatures.filter(|(name, _)| name.eq_ignore_ascii_case("sig")).map(|(_, value)| value);
        std::iter::once(address)
            .chain(signatures)
            .fold(text.to_owned(), |text, secret| without(&text, secret))
    }

    fn safe(&self, text: &str) -> SafeText {
        SafeText::from(self.hide(text))
    }

    /// What an answer that is no success says.
    fn says(&self, status: u16, body: &[u8]) -> SafeText {
        let (_, message) = RemoteError::whole(body);
        let text = if message.is_empty() { message } else { format!(": {}", self.hide(&message)) };
        shorten(&format!("HTTP {status}{text}"))
    }
}

/// A text with each spelling of a secret hidden.
fn without(text: &str, secret: &str) -> String {
    let (mut sought, mut rest) = (Vec::new(), secret);
    while let Some((sign, after)) = next_sign(rest) {
        sought.push(sign);
        rest = after;
    }
    let after = |text| {
        sought
            .iter()
            .try_fold(text, |text, sign| next_sign(text).filter(|next| next.0 == *sign).map(|next| next.1))
    };
    let (mut hidden, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(first) = rest.chars().next() {
        rest = match after(rest).filter(|_| !sought.is_empty()) {
            Some(after) => {
                hidden.push_str(HIDDEN);
                after
            }
            None => {
                hidden.push(first);
                &rest[first.len_utf8()..]
            }
        };
    }
    hidden
}

/// The next sign of a text and what follows it, however it is written: as itself, as `%2B`, `%2b` or `%252B`, or as
/// `\u002B`. A blank and a plus are the same, as in a form.
fn next_sign(text: &str) -> Option<(char, &str)> {
    let byte = |text: &str| u8::from_str_radix(text.get(..2)?, 16).ok().filter(|_| !text.starts_with('+'));
    let mut escaped = text.strip_prefix('%').or_else(|| text.strip_prefix("\\u00"));
    while let Some(inner) =
        escaped.and_then(|text| text.strip_prefix("25")).filter(|text| byte(text).is_some())
    {
        escaped = Some(inner);
    }
    let (sign, rest) = match escaped.and_then(|text| Some((byte(text)?, &text[2..]))) {
        Some((byte, rest)) => (char::from(byte), rest),
        None => {
            let first = text.chars().next()?;
            (first, &text[first.len_utf8()..])
        }
    };
    Some((if sign == ' ' { '+' } else { sign }, rest))
}

/// How one call to a logic app ended, by what is certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// It was taken: the name of its run, which only the logic app can know.
    Taken(SafeText),
    /// It was refused: there is no run.
    Refused(SafeText),
    /// Nothing was sent: there was no connection. There is no run.
    NotSent(SafeText),
    /// It was put off (429): there is no run. How long the logic app asked to wait.
    PutOff(Option<Duration>),
    /// Nobody can tell whether there is a run.
    Unknown(SafeText),
}

/// Calls logic apps. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Caller {
    client: Client,
    limit: Duration,
}

impl Caller {
    /// A caller with the limits of any change; fails only when the system's TLS set-up is unusable.
    pub(super) fn new(hosts: &CallbackHosts) -> Result<Self, ApiError> {
        let mut builder = Client::builder()
            .redirect(Policy::none())
            // Each call is one attempt on a connection of its own: what happened to it can be told.
            .retry(reqwest::retry::never())
            .pool_max_idle_per_host(0)
            .http1_only()
            .user_agent(concat!("quell/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_LIMIT)
            .https_only(hosts.endpoint.is_https());
        if hosts.endpoint.is_loopback() {
            // A proxy from the environment would see the address in clear text.
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| ApiError::Network(root_cause(&error)))?;
        Ok(Self { client, limit: ACTION_LIMIT })
    }

    /// The same with another limit of time for each call.
    #[must_use]
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Sends a body, once. `request_id` tells this request from every other.
    pub async fn call(&self, callback: &Callback, body: Arc<str>, request_id: &str) -> Called {
        match tokio::time::timeout(self.limit, self.exchange(callback, body, request_id)).await {
            Ok(called) => called,
            Err(_) => Called::Unknown(SafeText::from(format!("no complete answer within {:?}", self.limit))),
        }
    }

    async fn exchange(&self, callback: &Callback, body: Arc<str>, request_id: &str) -> Called {
        let url = Url::parse(callback.address.expose_secret()).ok();
        let (Some(url), Ok(id)) = (url, HeaderValue::try_from(request_id)) else {
            return Called::NotSent(SafeText::from("the request cannot be written"));
        };
        let request = self
            .client
            .request(callback.method.clone(), url)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(REQUEST_ID, id.clone())
            .header(TRACKING_ID, id)
            .body(body.to_string());
        match request.send().await {
            Ok(response) => self.read(callback, response).await,
            Err(error) => {
                let why = callback.safe(&root_cause(&error));
                if error.is_connect() || error.is_builder() {
                    Called::NotSent(why)
                } else {
                    Called::Unknown(why)
                }
            }
        }
    }

    async fn read(&self, callback: &Callback, response: Response) -> Called {
        let header = |name: &str| response.headers().get(name)?.to_str().ok().map(str::to_owned);
        let run = header(RUN_ID).filter(|name| is_run_name(name)).map(SafeText::from);
        let status = response.status().as_u16();
        // A workflow may answer with any status itself, and a gateway with a page of its own: the run tells.
        if let Some(run) = run {
            return Called::Taken(run);
        }
        let wait = header(RETRY_AFTER.as_str());
        let wait = wait.and_then(|value| parse_retry_after(&value, SystemTime::now()));
        let says = |body: &[u8]| callback.says(status, body);
        match status {
            429 => Called::PutOff(wait),
            400..=407 | 409..=499 => Called::Refused(says(&read_body(response).await)),
            200..=299 => Called::Unknown(SafeText::from(format!("HTTP {status} that names no run"))),
            _ => Called::Unknown(says(&read_body(response).await)),
        }
    }
}

/// The body of a refusal, as far as it can be had: what it says is for people only.
async fn read_body(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        if body.len() + chunk.len() > BODY_LIMIT {
            break;
        }
        body.extend_from_slice(&chunk);
    }
    body
}

/// True for text that can be a segment of the run's own path.
fn is_run_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= LONGEST_RUN
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: &str = "/workflows/x/triggers/t/paths/invoke?api-version=1&sig=a%2Bcanary%3D&sv=1.0";

    fn hosts(cloud: Option<Cloud>) -> CallbackHosts {
        CallbackHosts::new(Endpoint::parse("http://127.0.0.1:8080").unwrap(), cloud)
    }

    fn callback(host: &str, method: &str, cloud: Option<Cloud>) -> Result<Callback, ApiError> {
        Callback::new(SecretString::from(format!("{host}{QUERY}")), method, &hosts(cloud))
    }

    #[test]
    fn a_callback_leads_to_a_logic_app_of_the_cloud_or_to_the_endpoint() {
        for (cloud, host) in [
            (Some(Cloud::Public), "https://prod-12.westeurope.logic.azure.com"),
            (Some(Cloud::Public), "https://prod-12.westeurope.logic.azure.com:443"),
            (Some(Cloud::Public), "https://PROD-1.Logic.Azure.com"),
            (Some(Cloud::UsGov), "https://prod-1.usgovvirginia.logic.azure.us"),
            (Some(Cloud::China), "https://prod-1.chinaeast2.logic.azure.cn"),
            (None, "http://127.0.0.1:8080"),
            (Some(Cloud::Public), "http://127.0.0.1:8080"),
        ] {
            assert!(callback(host, "POST", cloud).is_ok(), "{host}");
        }
        for host in [
            "https://prod-1.westeurope.logic.azure.us",
            "http://prod-1.westeurope.logic.azure.com",
            "https://prod-1.westeurope.logic.azure.com:8443",
            "https://logic.azure.com",
            "https://.logic.azure.com",
            "https://evillogic.azure.com",
            "https://prod-1.logic.azure.com.evil.example",
            "https://prod-1.logic.azure.com.",
            "https://me@prod-1.logic.azure.com",
            "https://prod-1.logic.azure.com@evil.example",
            "https://evil.example\\.logic.azure.com",
            "https://evil.example/.logic.azure.com",
            "https:/prod-1.logic.azure.com",
            "http://127.0.0.1:8081",
            "https://127.0.0.1:8080",
            "http://localhost:8080",
            "https://management.azure.com",
            "file:///etc",
            "",
        ] {
            let error = callback(host, "POST", Some(Cloud::Public)).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{host}: {error:?}");
        }
        assert!(callback("https://prod-1.logic.azure.com", "POST", None).is_err());
        assert!(callback("http://127.0.0.1:8080", "GET", None).is_err());
    }

    #[test]
    fn nothing_shows_the_signature() {
        let callback = callback("http://127.0.0.1:8080", "POST", None).unwrap();
        let quoted = format!("http://127.0.0.1:8080{QUERY} a%2Bcanary%3D 'a+canary=' {callback:?}");
        let hidden = callback.hide(&quoted);
        assert!(!hidden.contains("canary"), "{hidden}");
        assert!(hidden.starts_with("[hidden] [hidden] '[hidden]' Callback(POST [hidden])"), "{hidden}");
    }

    #[test]
    fn each_spelling_of_the_signature_is_hidden() {
        let callback = callback("http://127.0.0.1:8080", "POST", None).unwrap();
        for sig in [
            "a%2Bcanary%3D",
            "a%2bcanary%3d",
            "a+canary=",
            "a canary=",
            "a%252bcanary%253D",
            r"a\u002Bcanary\u003d",
        ] {
            assert_eq!(callback.hide(&format!("ü%sig={sig}&sv")), "ü%sig=[hidden]&sv", "{sig}");
        }
        let lower = format!("at http://127.0.0.1:8080{}.", QUERY.replace("%2B", "%2b"));
        assert_eq!(callback.hide(&lower), "at [hidden].");
        assert_eq!(callback.hide("a%2canary%3D %é %"), "a%2canary%3D %é %");
    }

    #[test]
    fn a_signature_is_hidden_before_its_text_is_cut() {
        let callback = callback("http://127.0.0.1:8080", "POST", None).unwrap();
        for filler in 380..500 {
            let body = format!(r#"{{"error":{{"message":"{} http://x{QUERY}"}}}}"#, "x".repeat(filler));
            let said = callback.says(400, body.as_bytes());
            assert!(said.raw().starts_with("HTTP 400: xx"), "{said}");
            assert!(!said.raw().contains("sig=a"), "{filler}: {said}");
            assert!(said.raw().chars().count() <= 501, "{filler}");
        }
    }

    #[test]
    fn a_runs_name_must_be_one_segment() {
        assert!(is_run_name("08586676746934337772206998657CU22") && is_run_name("a-b_c"));
        for bad in ["", "a/b", "..", "a b", "a?b", "ü", &"x".repeat(200)] {
            assert!(!is_run_name(bad), "{bad}");
        }
    }
}
