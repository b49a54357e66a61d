//! Sends the requests of the `oauth2` crate to the sign-in host: our TLS, no redirect, limits of time and size.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use oauth2::http;
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::Client;
use reqwest::redirect::Policy;
use thiserror::Error;

use crate::azure::cloud::Endpoint;
use crate::azure::reach::obstacle;
use crate::azure::transport::CONNECT_LIMIT;

/// How long one request may take in total.
const LIMIT: Duration = Duration::from_secs(15);

/// The largest answer accepted, in bytes. A token is a few thousand.
const BODY_LIMIT: usize = 1 << 20;

/// Why the sign-in host gave no answer; worth trying again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum LoginTrouble {
    /// No connection, or the answer was cut off.
    #[error("{0}")]
    Network(String),
    /// 429 and 5xx: its own trouble.
    #[error("the sign-in service had a problem (HTTP {0})")]
    Server(u16),
    /// Larger than any answer of it can be.
    #[error("the sign-in service's answer is too large")]
    TooLarge,
}

/// A client of one sign-in host.
#[derive(Debug, Clone)]
pub(super) struct LoginClient {
    client: Client,
    host: Endpoint,
}

impl LoginClient {
    /// A client; fails only when the system's TLS set-up is unusable.
    pub(super) fn new(host: &Endpoint) -> Result<Self, LoginTrouble> {
        let mut builder = Client::builder()
            .redirect(Policy::none())
            .user_agent(concat!("quell/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_LIMIT)
            .timeout(LIMIT)
            .https_only(host.is_https());
        if host.is_loopback() {
            builder = builder.no_proxy();
        }
        if !host.is_https() {
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|error| LoginTrouble::Network(obstacle(error, host)))?;
        Ok(Self { client, host: host.clone() })
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, LoginTrouble> {
        let lost = |error: reqwest::Error| LoginTrouble::Network(obstacle(error, &self.host));
        let (head, body) = request.into_parts();
        let Some(url) = self.host.accept(&head.uri.to_string()) else {
            return Err(LoginTrouble::Network("the address is not the sign-in service's".to_owned()));
        };
        let sent = self.client.request(head.method, url).headers(head.headers).body(body).send();
        let mut response = sent.await.map_err(lost)?;
        let status = response.status();
        if status.is_server_error() || status.as_u16() == 429 {
            return Err(LoginTrouble::Server(status.as_u16()));
        }
        let mut answer = http::Response::builder().status(status);
        if let Some(kind) = response.headers().get(http::header::CONTENT_TYPE) {
            answer = answer.header(http::header::CONTENT_TYPE, kind);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if body.len() + chunk.len() > BODY_LIMIT {
                return Err(LoginTrouble::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        answer.body(body).map_err(|_| LoginTrouble::Network("the answer cannot be read".to_owned()))
    }
}

impl<'c> AsyncHttpClient<'c> for LoginClient {
    type Error = LoginTrouble;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, LoginTrouble>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
