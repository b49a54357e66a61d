//! An answer before it goes on the wire, and the headers that ARM puts on each.

use std::io;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use chrono::Utc;
use futures_util::{StreamExt, stream};
use uuid::Uuid;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// True if a change was made for it.
    pub(super) applied: bool,
}

impl Reply {
    pub(super) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new(), applied: false }
    }

    pub(super) fn with_body(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Self {
        let mut reply = Self { body: body.into(), ..Self::empty(status) };
        reply.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        reply
    }

    pub(super) fn json(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::with_body(status, "application/json; charset=utf-8", body)
    }

    /// Lines of JSON.
    pub(super) fn ndjson(body: impl Into<Bytes>) -> Self {
        Self::with_body(StatusCode::OK, "application/x-ndjson", body)
    }

    /// What a gateway in between sends when it is at a loss.
    pub(super) fn garbage() -> Self {
        Self::with_body(
            StatusCode::OK,
            "text/html",
            "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in to the network</h1></body></html>\n",
        )
    }

    /// Sets a header; a value that no header may hold is left out.
    pub(super) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        if let Ok(value) = HeaderValue::try_from(value.into()) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
    }

    /// Adds what ARM puts on every answer. `asked` are the request's headers.
    pub(super) fn identify(&mut self, asked: &HeaderMap) {
        let id = Uuid::new_v4().to_string();
        let correlation = asked
            .get("x-ms-correlation-request-id")
            .and_then(|id| id.to_str().ok())
            .unwrap_or(&id)
            .to_owned();
        let time = Utc::now().format("%Y%m%dT%H%M%SZ");
        self.set("x-ms-routing-request-id", format!("LOOPBACK:{time}:{id}"));
        self.set("x-ms-correlation-request-id", correlation);
        self.set("x-ms-request-id", id);
        let echo = asked
            .get("x-ms-return-client-request-id")
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
        if let Some(client) = asked.get("x-ms-client-request-id").filter(|_| echo) {
            self.headers.insert(HeaderName::from_static("x-ms-client-request-id"), client.clone());
        }
        for (name, value) in [
            ("cache-control", "no-cache"),
            ("pragma", "no-cache"),
            ("expires", "-1"),
            ("x-content-type-options", "nosniff"),
        ] {
            self.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
    }

    /// The whole answer.
    pub(super) fn into_response(self) -> Response {
        self.build(Body::from)
    }

    /// The head, which promises the whole body, and then half of the body.
    pub(super) fn into_truncated(mut self) -> Response {
        let promised = HeaderValue::from(self.body.len());
        self.headers.insert(header::CONTENT_LENGTH, promised);
        self.build(|body| {
            let half = body.slice(..body.len() / 2);
            let first = stream::once(async { Ok::<_, io::Error>(half) });
            let end = stream::once(async {
                // Lets the server send what it has before the body fails.
                tokio::task::yield_now().await;
                Err(io::Error::from(io::ErrorKind::UnexpectedEof))
            });
            Body::from_stream(first.chain(end))
        })
    }

    fn build(self, body: impl FnOnce(Bytes) -> Body) -> Response {
        let mut response = Response::new(body(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
