//! Whether an address can be reached at all, and what stands in the way, each in a sentence of its own. No token is sent.

use std::time::{Duration, SystemTime};

use reqwest::header::DATE;
use reqwest::redirect::Policy;

use super::cloud::Endpoint;
use super::transport::CONNECT_LIMIT;
use crate::domain::SafeText;

/// How long an address may take to answer.
const LIMIT: Duration = Duration::from_secs(10);

/// A clock that differs by more than this makes fresh tokens look expired, or not valid yet.
const SKEW: Duration = Duration::from_mins(5);

/// What is known of the way to an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// It answers; the proxy in between, without a password.
    Open {
        /// Host and port of a proxy.
        proxy: Option<String>,
    },
    /// It answers, but this machine's clock is wrong.
    Clock(String),
    /// It does not answer: the reason, and what to do.
    Closed(String),
}

/// Asks an address for anything. `variable` gives the environment's variables.
pub async fn reach(endpoint: &Endpoint, variable: impl Fn(&str) -> Option<String>) -> Reach {
    let proxy = if endpoint.is_loopback() { None } else { proxy(endpoint, variable) };
    let mut builder = reqwest::Client::builder()
        .redirect(Policy::none())
        .connect_timeout(CONNECT_LIMIT)
        .timeout(LIMIT)
        .https_only(endpoint.is_https());
    if endpoint.is_loopback() {
        builder = builder.no_proxy();
    }
    if !endpoint.is_https() {
        builder = builder.tls_certs_only([]);
    }
    let client = match builder.build() {
        Ok(client) => client,
        Err(error) => return Reach::Closed(sentence(&chain(&error), endpoint, proxy.as_deref())),
    };
    match client.get(endpoint.join("/subscriptions?api-version=2022-12-01")).send().await {
        Err(error) => Reach::Closed(sentence(&chain(&error), endpoint, proxy.as_deref())),
        Ok(answer) => {
            let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
            let theirs = date.and_then(|date| httpdate::parse_http_date(date).ok());
            match theirs.and_then(|theirs| skew(SystemTime::now(), theirs)) {
                Some(wrong) => Reach::Clock(wrong),
                None => Reach::Open { proxy },
            }
        }
    }
}

/// What is wrong with our clock, if it is by far.
fn skew(ours: SystemTime, theirs: SystemTime) -> Option<String> {
    let (by, way) = match ours.duration_since(theirs) {
        Ok(ahead) => (ahead, "ahead"),
        Err(behind) => (behind.duration(), "behind"),
    };
    (by > SKEW).then(|| {
        let minutes = by.as_secs() / 60;
        format!("this machine's clock is {minutes} minutes {way}: tokens are refused until it is set right")
    })
}

/// Every reason of an error, the innermost last.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

/// What stands in the way of a request to an address that failed, with its host and what to do.
pub(super) fn obstacle(error: reqwest::Error, endpoint: &Endpoint) -> String {
    let variable = |name: &str| std::env::var(name).ok();
    let proxy = if endpoint.is_loopback() { None } else { proxy(endpoint, variable) };
    sentence(&chain(&error.without_url()), endpoint, proxy.as_deref())
}

/// What stands in the way, by the words of the libraries below, and what to do.
fn sentence(chain: &str, endpoint: &Endpoint, proxy: Option<&str>) -> String {
    let words = chain.to_ascii_lowercase();
    let has = |any: &[&str]| any.iter().any(|word| words.contains(word));
    let host = endpoint.host();
    let last = SafeText::from(chain.rsplit(": ").next().unwrap_or_default());
    let through = proxy.map_or(String::new(), |proxy| format!(" (through the proxy {proxy})"));
    if has(&["dns error", "failed to lookup", "name or service not known", "name resolution"]) {
        return match proxy {
            Some(proxy) => {
                format!("the proxy {proxy} is not known here: check HTTPS_PROXY, the network and DNS")
            }
            None => format!(
                "the name {host} is not known here: check the network, DNS and the profile's cloud; behind a proxy, set HTTPS_PROXY"
            ),
        };
    }
    if has(&["notvalidyet", "expired", "not valid yet"]) && has(&["certificate"]) {
        return format!("the certificate of {host} is not valid now: check this machine's clock");
    }
    if has(&["certificate", "unknownissuer", "unknown issuer"]) {
        return format!(
            "the certificate of {host} is not trusted{through}: a proxy that opens TLS needs its certificate among the system's"
        );
    }
    if has(&["tls", "handshake", "corrupt message", "invalidcontenttype"]) {
        return format!("no TLS connection to {host}{through}: {last}");
    }
    if let Some(proxy) = proxy
        && has(&["tunnel", "proxy", "refused", "timed out", "unreachable", "reset"])
    {
        return format!("the proxy {proxy} does not let us through: check HTTPS_PROXY and NO_PROXY ({last})");
    }
    if has(&["refused"]) {
        return format!("{host} refuses connections: is the address right?");
    }
    if has(&["timed out", "timeout", "deadline"]) {
        return format!("{host} does not answer: a firewall, or a proxy that HTTPS_PROXY should name");
    }
    format!("{host} cannot be reached: {last}")
}

/// The proxy that the environment names for an address: host and port, never its password.
fn proxy(endpoint: &Endpoint, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let names: &[&str] = if endpoint.is_https() {
        &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
    } else {
        &["http_proxy", "ALL_PROXY", "all_proxy"]
    };
    let value = names.iter().find_map(|name| variable(name).filter(|value| !value.trim().is_empty()))?;
    let spared = variable("NO_PROXY").or_else(|| variable("no_proxy")).unwrap_or_default();
    let host = endpoint.host();
    let is_spared = spared.split(',').map(str::trim).filter(|part| !part.is_empty()).any(|part| {
        let part = part.trim_start_matches('.');
        part == "*" || host == part || host.strip_suffix(part).is_some_and(|rest| rest.ends_with('.'))
    });
    if is_spared {
        return None;
    }
    let rest = value.trim().split_once("://").map_or(value.trim(), |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let shown = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    Some(SafeText::from(shown).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::cloud::Cloud;

    #[test]
    fn each_obstacle_has_its_own_sentence() {
        let endpoint = Cloud::Public.endpoint();
        let cases = [
            (
                "error sending request: client error (Connect): dns error: failed to lookup address",
                None,
                "is not known here",
            ),
            ("x: invalid peer certificate: UnknownIssuer", None, "is not trusted"),
            ("x: invalid peer certificate: Expired", None, "clock"),
            ("x: received corrupt message of type InvalidContentType", None, "no TLS connection"),
            ("x: tcp connect error: Connection refused (os error 111)", None, "refuses connections"),
            ("x: unsuccessful tunnel", Some("proxy:8080"), "the proxy proxy:8080"),
            ("x: tcp connect error: Connection refused (os error 111)", Some("proxy:8080"), "HTTPS_PROXY"),
            ("x: dns error: no such name", None, "the name management.azure.com is not known here"),
            ("x: dns error: no such name", None, "HTTPS_PROXY"),
            ("x: dns error: no such name", Some("proxy:8080"), "the proxy proxy:8080 is not known here"),
            ("x: operation timed out", None, "firewall"),
            ("x: something new", None, "cannot be reached: something new"),
        ];
        for (chain, proxy, expected) in cases {
            let said = sentence(chain, &endpoint, proxy);
            assert!(said.contains(expected), "{chain}: {said}");
        }
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        let of = |pairs: &[(&str, &str)]| {
            let found = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned());
            proxy(&Cloud::Public.endpoint(), found)
        };
        assert_eq!(of(&[]), None);
        let secret = of(&[("HTTPS_PROXY", "http://ann:canary@proxy.example:8080/")]);
        assert_eq!(secret.as_deref(), Some("proxy.example:8080"));
        assert_eq!(of(&[("all_proxy", "proxy:1"), ("NO_PROXY", "localhost")]).as_deref(), Some("proxy:1"));
        for spared in ["*", ".azure.com", "azure.com", "x,management.azure.com"] {
            assert_eq!(of(&[("https_proxy", "proxy:1"), ("no_proxy", spared)]), None, "{spared}");
        }
        assert!(of(&[("https_proxy", "proxy:1"), ("no_proxy", "ure.com")]).is_some());
    }

    #[test]
    fn only_a_clock_that_is_far_off_matters() {
        let now = SystemTime::now();
        assert_eq!(skew(now, now + Duration::from_mins(4)), None);
        assert!(skew(now, now + Duration::from_mins(9)).unwrap().contains("9 minutes behind"));
        assert!(skew(now + Duration::from_mins(9), now).unwrap().contains("9 minutes ahead"));
    }

    #[tokio::test]
    async fn a_closed_port_is_told_from_an_open_one() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let closed = Endpoint::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        drop(listener);
        let said = reach(&closed, |_| None).await;
        assert!(matches!(&said, Reach::Closed(why) if why.contains("refuses")), "{said:?}");
        let config = crate::emulator::Config { alerts: Some(1), ..crate::emulator::Config::default() };
        let emulator = crate::emulator::start(config).await.unwrap();
        let open = Endpoint::parse(&emulator.base_url()).unwrap();
        assert_eq!(reach(&open, |_| None).await, Reach::Open { proxy: None });
    }
}
