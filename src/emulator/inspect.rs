//! `/_emulator/…`: what tests look at and turn. No token, no faults, no throttling, no record.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::arm_error::ArmError;
use super::login::Answer;
use super::reply::Reply;
use super::serve::Shared;
use super::state::Change;
use crate::domain::Status;

/// The largest body that is read, in bytes.
const LARGEST: usize = 16 * 1024 * 1024;

/// Answers a request for what stands behind `/_emulator/`.
pub(super) async fn answer(shared: &Shared, method: &Method, path: &str, body: Body) -> Reply {
    let segments: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let body = match to_bytes(body, LARGEST).await {
        Ok(body) => body,
        Err(error) => return ArmError::bad_request("InvalidRequestContent", error.to_string()).into(),
    };
    let reply = match (method, segments.as_slice()) {
        (&Method::GET, ["log"]) => Ok(lines(&shared.log.entries())),
        (&Method::GET, ["alerts"]) => {
            let statuses = shared.state().statuses();
            let standings: Vec<_> = statuses.iter().map(|(id, status)| Standing { id, status }).collect();
            Ok(lines(&standings))
        }
        (&Method::GET, ["runs"]) => Ok(lines(&shared.logic.started(shared.clock.now()))),
        (&Method::POST, ["alerts"]) => add(shared, body),
        (&Method::POST, ["login"]) => login(shared, &body),
        (&Method::POST, ["alerts", name, "status"]) => set(shared, &super::routes::decode(name), &body),
        _ => Err(ArmError::not_found("NotFound", format!("There is no {method} /_emulator/{path}."))),
    };
    reply.unwrap_or_else(Reply::from)
}

/// One line of `GET alerts`.
#[derive(Serialize)]
struct Standing<'a> {
    id: &'a str,
    status: &'a str,
}

fn lines<T: Serialize>(items: &[T]) -> Reply {
    let mut text = Vec::new();
    for item in items {
        // Plain records written to memory: there is nothing that could fail.
        let _ = serde_json::to_writer(&mut text, item);
        text.push(b'\n');
    }
    Reply::ndjson(text)
}

fn add(shared: &Shared, raw: Bytes) -> Result<Reply, ArmError> {
    let added = shared.state().upsert(raw);
    added
        .map(|id| Reply::json(StatusCode::CREATED, json!({ "id": id }).to_string()))
        .map_err(|error| ArmError::bad_request("InvalidRequestContent", error.to_string()))
}

/// `{"answers": ["pending", "approved"], "revoke": false}`: what becomes of device codes and refresh tokens.
fn login(shared: &Shared, body: &[u8]) -> Result<Reply, ArmError> {
    #[derive(Deserialize)]
    struct Wanted {
        #[serde(default)]
        answers: Vec<String>,
        #[serde(default)]
        revoke: bool,
    }
    let bad = |why: String| ArmError::bad_request("InvalidRequestContent", why);
    let wanted: Wanted = serde_json::from_slice(body).map_err(|error| bad(error.to_string()))?;
    let answers: Result<Vec<Answer>, String> = wanted.answers.iter().map(|word| word.parse()).collect();
    shared.login.script(answers.map_err(bad)?);
    if wanted.revoke {
        shared.login.revoke();
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn set(shared: &Shared, name: &str, body: &[u8]) -> Result<Reply, ArmError> {
    #[derive(Deserialize)]
    struct Wanted {
        status: String,
    }
    let wanted: Wanted = serde_json::from_slice(body)
        .map_err(|error| ArmError::bad_request("InvalidRequestContent", error.to_string()))?;
    let status = Status::parse(&wanted.status);
    if status == Status::Other {
        return Err(ArmError::bad_request(
            "InvalidRequestContent",
            format!("'{}' is no status.", wanted.status),
        ));
    }
    let made = shared.colleague(name, status);
    match made {
        Change::Done => Ok(Reply::empty(StatusCode::NO_CONTENT)),
        Change::NotFound => {
            Err(ArmError::not_found("ResourceNotFound", format!("There is no alert '{name}'.")))
        }
        Change::Ambiguous => Err(ArmError::conflict(format!("Several alerts are named '{name}'."))),
        Change::Impossible => Err(ArmError::conflict(format!("The alert '{name}' has no properties."))),
    }
}
