//! The address at which a trigger can be called, and the call.
//!
//! The address carries its right to be called in `sig`, so it takes no bearer token; the service refuses a request
//! that has both, and so does this, besides recording it.

use axum::http::{HeaderMap, StatusCode, header};
use serde_json::json;

use super::app::App;
use super::run::{Run, Sent};
use crate::emulator::alerts::link;
use crate::emulator::arm_error::ArmError;
use crate::emulator::reply::Reply;
use crate::emulator::routes::is;
use crate::emulator::serve::{Asked, Shared};

const VERSION: &str = "2016-10-01";

/// The workflow and trigger that a callback address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) struct Callback {
    key: String,
    trigger: String,
}

impl Callback {
    /// `/workflows/{key}/triggers/{trigger}/paths/invoke`
    pub(in crate::emulator) fn of_path(segments: &[&str]) -> Option<Self> {
        match segments {
            [workflows, key, triggers, trigger, paths, invoke]
                if is(workflows, "workflows")
                    && is(triggers, "triggers")
                    && is(paths, "paths")
                    && is(invoke, "invoke") =>
            {
                Some(Self { key: (*key).to_owned(), trigger: (*trigger).to_owned() })
            }
            _ => None,
        }
    }
}

fn permission(trigger: &str) -> String {
    format!("/triggers/{trigger}/run")
}

/// `POST …/triggers/{trigger}/listCallbackUrl`
pub(super) fn address(shared: &Shared, asked: &Asked, app: &App, trigger: &str) -> Result<Reply, ArmError> {
    let trigger = app.trigger(trigger)?;
    if trigger.kind == "Recurrence" {
        return Err(ArmError::bad_request(
            "TriggerTypeNotSupported",
            format!("The trigger '{}' runs by its own clock and has no callback address.", trigger.name),
        ));
    }
    let (name, signature) = (&trigger.name, &trigger.signature);
    let base = link(shared, asked, &format!("/workflows/{}/triggers/{name}/paths/invoke", app.key));
    let permission = permission(name);
    let escaped = permission.replace('/', "%2F");
    let body = json!({
        "value": format!("{base}?api-version={VERSION}&sp={escaped}&sv=1.0&sig={signature}"),
        "method": "POST",
        "basePath": base,
        "queries": { "api-version": VERSION, "sp": permission, "sv": "1.0", "sig": signature },
    });
    Ok(super::ok(&body))
}

/// True if a request to a callback address shows a token that it must not have.
pub(in crate::emulator) fn shows_token(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION)
}

/// `POST` to a callback address: begins a run.
pub(in crate::emulator) fn invoke(
    shared: &Shared,
    asked: &Asked,
    callback: &Callback,
    body: &[u8],
) -> Result<Reply, ArmError> {
    let method = asked.parts.method.as_str();
    if method != "POST" {
        return Err(ArmError::wrong_method(method, "POST"));
    }
    let headers = &asked.parts.headers;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if shows_token(headers) {
        return Err(ArmError::unauthorized(
            "DirectApiRequestHasMoreThanOneAuthorization",
            "The request has a signature and an Authorization header; only one of them may be there.",
        ));
    }
    let logic = &shared.logic;
    let app = logic.apps.iter().enumerate().find(|(_, app)| is(&app.key, &callback.key));
    let found = app.and_then(|(at, app)| Some((at, app, app.trigger(&callback.trigger).ok()?)));
    let allowed = |wanted: &str, signature: &str| {
        asked.query.get("sig") == Some(signature)
            && asked.query.get("sp") == Some(wanted)
            && asked.query.get("sv") == Some("1.0")
    };
    let found = found.filter(|(_, _, trigger)| allowed(&permission(&trigger.name), &trigger.signature));
    let (at, app, trigger) = found.ok_or_else(|| {
        ArmError::unauthorized("DirectApiInvalidSignature", "The signature of the request does not fit.")
    })?;
    if asked.query.get("api-version").is_none_or(str::is_empty) {
        return Err(ArmError::missing_api_version(method));
    }
    if app.state != "Enabled" {
        return Err(ArmError::bad_request(
            "WorkflowTriggerIsNotEnabled",
            format!("The trigger '{}' of the workflow '{}' is not enabled.", trigger.name, app.name),
        ));
    }
    let sent = Sent {
        content_type: text("content-type").unwrap_or_default().to_owned(),
        body: String::from_utf8_lossy(body).into_owned(),
    };
    let run = Run::begin(at, &trigger.name, text("x-ms-client-tracking-id"), shared.clock.now(), sent);
    let mut reply = Reply { applied: !asked.pretend, ..Reply::empty(StatusCode::ACCEPTED) };
    reply.set("x-ms-workflow-run-id", &run.name);
    reply.set("x-ms-workflow-id", &app.key);
    reply.set("x-ms-workflow-name", &app.name);
    reply.set("x-ms-trigger-type", &trigger.kind);
    reply.set("x-ms-client-tracking-id", &run.tracking);
    if !asked.pretend {
        logic.runs().push(run);
    }
    Ok(reply)
}
