//! The record of what was asked of the emulator.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::Serialize;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogEntry {
    /// Counted from 1, in the order of arrival.
    pub seq: u64,
    /// When it arrived.
    pub time: DateTime<Utc>,
    /// In capitals.
    pub method: String,
    /// As received, letter case and escapes included.
    pub path: String,
    /// Without the question mark; empty if there was none. The signature of a callback address is left out.
    pub query: String,
    /// The status that was answered; none while there is no answer, or if the connection was cut instead.
    pub status: Option<u16>,
    /// The request's `x-ms-client-request-id`.
    pub client_request_id: Option<String>,
    /// The fault that struck, as [`Kind::name`](super::fault::Kind::name) has it; none for the emulator's own throttling.
    pub fault: Option<&'static str>,
    /// True if it changed something, or would have, had the status not been that already.
    pub applied: bool,
    /// What a client must never do: what it was. No client of Azure would be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub violation: Option<&'static str>,
}

/// All requests since the start.
#[derive(Default)]
pub(super) struct Log(Mutex<Vec<LogEntry>>);

impl Log {
    /// Records that a request arrived and gives it its number.
    pub(super) fn open(&self, request: &axum::http::request::Parts) -> u64 {
        let client_request_id = request
            .headers
            .get("x-ms-client-request-id")
            .map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned());
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seq = entries.len() as u64 + 1;
        entries.push(LogEntry {
            seq,
            time: Utc::now(),
            method: request.method.as_str().to_owned(),
            path: request.uri.path().to_owned(),
            query: unsigned(request.uri.path(), request.uri.query().unwrap_or_default()),
            status: None,
            client_request_id,
            fault: None,
            applied: false,
            violation: None,
        });
        seq
    }

    /// Adds to a request's entry what became of it.
    pub(super) fn note(&self, seq: u64, note: impl FnOnce(&mut LogEntry)) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = seq.checked_sub(1).and_then(|index| entries.get_mut(index as usize)) {
            note(entry);
        }
    }

    /// A copy of all entries.
    pub(super) fn entries(&self) -> Vec<LogEntry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The query of a request without the secret that callback addresses carry.
fn unsigned(path: &str, query: &str) -> String {
    if !path.starts_with("/workflows/") {
        return query.to_owned();
    }
    let pairs = query.split('&').map(|pair| if pair.starts_with("sig=") { "sig=hidden" } else { pair });
    pairs.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_numbered_as_they_come_and_completed_in_any_order() {
        let log = Log::default();
        let request = |path: &str| {
            let request =
                axum::http::Request::get(path).header("x-ms-client-request-id", "abc").body(()).unwrap();
            request.into_parts().0
        };
        assert_eq!((log.open(&request("/Subscriptions?a=1&b")), log.open(&request("/b%20c"))), (1, 2));
        log.note(2, |entry| entry.status = Some(204));
        log.note(9, |entry| entry.status = Some(1));
        let entries = log.entries();
        let seen: Vec<_> = entries.iter().map(|e| (e.path.as_str(), e.query.as_str(), e.status)).collect();
        assert_eq!(seen, [("/Subscriptions", "a=1&b", None), ("/b%20c", "", Some(204))]);
        let json = serde_json::to_value(&entries[0]).unwrap();
        assert_eq!(
            (&json["client_request_id"], &json["status"], &json["fault"]),
            (&"abc".into(), &serde_json::Value::Null, &serde_json::Value::Null)
        );
    }
}
