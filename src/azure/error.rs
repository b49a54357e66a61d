//! What can go wrong with a request, in the classes that decide what happens next.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use super::auth::SignInError;
use crate::domain::SafeText;
use crate::domain::progress::NO_SOURCE;

/// The longest message kept from a remote error body, in characters.
const MESSAGE_LIMIT: usize = 500;

/// How the words of [`ApiError::Forbidden`] begin. A journal keeps the words only: by this a refusal for lack of a role is
/// known there.
pub const DENIED: &str = "not allowed: ";

/// Why a request to ARM did not succeed.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ApiError {
    /// 401 after a fresh token was tried as well: signing in again is needed.
    #[error("Azure does not accept the sign-in: {message}")]
    Unauthorized {
        /// Azure's own words.
        message: SafeText,
    },
    /// 403: signed in, but not allowed.
    #[error("{}{message} ({needs})", DENIED)]
    Forbidden {
        /// Azure's own words; they name the action and the scope.
        message: SafeText,
        /// The role that would allow it.
        needs: &'static str,
    },
    /// 404: no such alert or subscription.
    #[error("not found")]
    NotFound,
    /// 409 or 412: somebody else changed it meanwhile.
    #[error("conflict: {message}")]
    Conflict {
        /// Azure's own words.
        message: SafeText,
    },
    /// 400, 422 and the rest of 4xx: the request will never succeed as it is.
    #[error("Azure refused the request: {message}")]
    BadRequest {
        /// ARM's error code, such as `InvalidApiVersionParameter`.
        code: SafeText,
        /// Azure's own words.
        message: SafeText,
    },
    /// 429: too many requests.
    #[error("Azure asks to slow down{}", for_seconds(*retry_after))]
    Throttled {
        /// How long Azure asked us to wait; none when it did not say.
        retry_after: Option<Duration>,
    },
    /// 408 and 5xx: Azure's trouble; it may have been applied.
    #[error("Azure had a problem (HTTP {status}): {message}")]
    Server {
        /// The HTTP status.
        status: u16,
        /// Azure's own words.
        message: SafeText,
        /// How long Azure asked us to wait; none when it did not say.
        retry_after: Option<Duration>,
    },
    /// Nothing was changed: no connection, or the answer to a read was lost.
    #[error("no connection to Azure: {0}")]
    Network(String),
    /// A change was sent and the answer was lost: it may have been applied.
    #[error("the answer was lost: {0}")]
    LostReply(String),
    /// The answer is not what the contract says.
    #[error("unexpected answer: {0}")]
    Protocol(String),
    /// An address outside the configured endpoint, or an id that is not an ARM path. Nothing was sent.
    #[error("refused to contact {0}: it is not the configured Azure endpoint")]
    RefusedUrl(SafeText),
    /// No token could be had. Nothing was sent.
    #[error("{0}")]
    SignIn(SignInError),
    /// The alerts are those of a file.
    #[error("{}", NO_SOURCE)]
    NoSource,
}

impl ApiError {
    /// True when the same request may succeed later: 429, 408, 5xx, lost replies, no network, a sign-in hiccup.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Throttled { .. } | Self::Server { .. } | Self::Network(_) | Self::LostReply(_) => true,
            Self::SignIn(error) => error.is_transient(),
            Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::NotFound
            | Self::Conflict { .. }
            | Self::BadRequest { .. }
            | Self::Protocol(_)
            | Self::RefusedUrl(_)
            | Self::NoSource => false,
        }
    }

    /// True when only a person can help, by signing in.
    pub fn needs_sign_in(&self) -> bool {
        match self {
            Self::Unauthorized { .. } => true,
            Self::SignIn(error) => !error.is_transient(),
            _ => false,
        }
    }

    /// How long Azure asked us to wait before the next attempt.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after } | Self::Server { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Classifies a status that is not a success. `body` is as received; `needs` names the role that would allow it.
    pub fn from_status(status: u16, body: &[u8], retry_after: Option<Duration>, needs: &'static str) -> Self {
        let RemoteError { code, message } = RemoteError::read(body);
        let message = if message.is_empty() { SafeText::from(format!("HTTP {status}")) } else { message };
        match status {
            300..=399 => Self::Protocol(format!("a redirect (HTTP {status}); quell follows none")),
            401 => Self::Unauthorized { message },
            403 => Self::Forbidden { message, needs },
            404 | 410 => Self::NotFound,
            409 | 412 => Self::Conflict { message },
            429 => Self::Throttled { retry_after },
            408 | 500..=599 => Self::Server { status, message, retry_after },
            400..=499 => Self::BadRequest { code, message },
            _ => Self::Protocol(format!("HTTP {status}")),
        }
    }
}

fn for_seconds(wait: Option<Duration>) -> String {
    wait.map_or_else(String::new, |wait| format!(" for {} s", wait.as_secs()))
}

/// Code and message of an error body, whatever its shape.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RemoteError {
    pub(super) code: SafeText,
    pub(super) message: SafeText,
}

/// `{"error":{"code","message"}}`, `{"code","message"}`, and the OAuth form with a text in `error`.
#[derive(Deserialize)]
struct ErrorBody {
    error: Option<Value>,
    error_description: Option<Value>,
    code: Option<Value>,
    message: Option<Value>,
}

impl RemoteError {
    /// As [`Self::whole`], cut to what is shown.
    pub(super) fn read(body: &[u8]) -> Self {
        let (code, message) = Self::whole(body);
        Self { code: shorten(&code), message: shorten(&message) }
    }

    /// Code and message as they came, uncut.
    pub(super) fn whole(body: &[u8]) -> (String, String) {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{feff}').trim();
        let Ok(parsed) = serde_json::from_str::<ErrorBody>(text) else {
            return (String::new(), plain_message(text));
        };
        let scalar = |value: Option<&Value>| match value {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let (code, message) = match &parsed.error {
            Some(Value::Object(error)) => (scalar(error.get("code")), scalar(error.get("message"))),
            Some(Value::String(error)) => (error.clone(), scalar(parsed.error_description.as_ref())),
            _ => (scalar(parsed.code.as_ref()), scalar(parsed.message.as_ref())),
        };
        let message = if message.is_empty() { code.clone() } else { message };
        (code, message)
    }
}

/// What a gateway's page says: its title when it is HTML, else its first line.
fn plain_message(text: &str) -> String {
    if !text.starts_with('<') {
        return text.lines().next().unwrap_or_default().to_owned();
    }
    let folded = text.to_ascii_lowercase();
    let title = folded.find("<title>").and_then(|at| {
        let start = at + "<title>".len();
        let length = folded[start..].find("</title>")?;
        Some(text[start..start + length].trim().to_owned())
    });
    title.unwrap_or_else(|| "a web page instead of data".to_owned())
}

/// A message of a length that can be shown.
pub(super) fn shorten(text: &str) -> SafeText {
    match text.char_indices().nth(MESSAGE_LIMIT) {
        Some((end, _)) => SafeText::from(format!("{}…", &text[..end])),
        None => SafeText::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> (String, String) {
        let error = RemoteError::read(body.as_bytes());
        (error.code.raw().to_owned(), error.message.raw().to_owned())
    }

    #[test]
    fn every_error_shape_is_read() {
        let cases = [
            (r#"{"error":{"code":"C","message":"M","details":[{"code":"D"}]}}"#, ("C", "M")),
            (r#"{"code":"C","message":"M"}"#, ("C", "M")),
            (r#"{"error":{"code":"C"}}"#, ("C", "C")),
            (r#"{"error":"invalid_token","error_description":"M"}"#, ("invalid_token", "M")),
            (r#"{"error":{"code":404,"message":null}}"#, ("404", "404")),
            ("\u{feff}{\"code\":\"C\",\"message\":\"M\"}", ("C", "M")),
            ("<html><head><TITLE> Bad gateway </TITLE>", ("", "Bad gateway")),
            ("<p>no</p>", ("", "a web page instead of data")),
            ("first\nsecond", ("", "first")),
            ("", ("", "")),
            ("[]", ("", "[]")),
        ];
        for (body, (code, message)) in cases {
            assert_eq!(read(body), (code.to_owned(), message.to_owned()), "{body}");
        }
        assert_eq!(RemoteError::read(&[0xff, 0xfe]).message.raw(), "\u{fffd}\u{fffd}");
        assert_eq!(read(&"x".repeat(5_000)).1.chars().count(), MESSAGE_LIMIT + 1);
    }

    #[test]
    fn a_status_decides_the_class() {
        let class = |status| ApiError::from_status(status, b"", None, "a role");
        for status in [301, 302, 307, 308] {
            assert!(matches!(class(status), ApiError::Protocol(_)), "{status}");
        }
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(class(status).is_transient(), "{status}");
        }
        for status in [400, 401, 403, 404, 405, 409, 410, 412, 422] {
            assert!(!class(status).is_transient(), "{status}");
        }
        assert!(matches!(class(422), ApiError::BadRequest { .. }));
        assert_eq!(class(404), ApiError::NotFound);
        assert!(matches!(class(412), ApiError::Conflict { .. }));
        assert!(class(401).needs_sign_in() && !class(403).needs_sign_in());
        assert!(class(403).to_string().contains("a role"));
        let throttled = ApiError::from_status(429, b"", Some(Duration::from_secs(17)), "");
        assert!(throttled.to_string().ends_with("for 17 s"));
    }
}
