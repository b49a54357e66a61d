//! Sample alerts: `POST …/alerts/default/simulate` and the operation that its `Location` header points at.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::StatusCode;
use serde::Deserialize;
use uuid::Uuid;

use super::alerts::link;
use super::arm_error::ArmError;
use super::reply::Reply;
use super::routes::{Route, Scope};
use super::samples::{self, Sample};
use super::serve::{Asked, Shared};

/// A simulation that was asked for.
pub(super) struct Operation {
    done: bool,
}

#[derive(Deserialize)]
struct Body {
    properties: Properties,
}

#[derive(Deserialize)]
struct Properties {
    kind: String,
    #[serde(default)]
    bundles: Vec<String>,
}

/// Accepts a simulation: 202 with the address at which to ask how it is going; 204 in the older versions.
pub(super) fn start(shared: &Arc<Shared>, asked: &Asked, body: &[u8]) -> Result<Reply, ArmError> {
    let mut wanted = read(body)?;
    if asked.pretend {
        wanted.clear();
    }
    let Route::Simulate(scope) = &asked.route else {
        return Err(ArmError::internal("This is not a simulation."));
    };
    let id = Uuid::new_v4().to_string();
    operations(shared).insert(id.clone(), Operation { done: false });
    let location = scope.location.clone().unwrap_or_else(|| "centralus".to_owned());
    let scope = Scope { location: Some(location), ..scope.clone() };
    if shared.simulate_delay.is_zero() {
        complete(shared, &scope, &wanted, &id);
    } else {
        let (shared, scope, id) = (Arc::clone(shared), scope.clone(), id.clone());
        tokio::spawn(async move {
            let delay = tokio::time::sleep(shared.simulate_delay);
            if shared.stop.run_until_cancelled(delay).await.is_some() {
                complete(&shared, &scope, &wanted, &id);
            }
        });
    }
    // Before 2022-01-01 the contract knows no operation to wait for.
    let waits = asked.query.version(&asked.route, "POST")? >= "2022-01-01";
    let mut reply =
        if waits { accepted(shared, asked, &scope, &id) } else { Reply::empty(StatusCode::NO_CONTENT) };
    reply.applied = !asked.pretend;
    Ok(reply)
}

/// How it is going: 202 until the sample alerts are there, then 204.
pub(super) fn poll(shared: &Shared, asked: &Asked, id: &str) -> Result<Reply, ArmError> {
    let done = operations(shared).get(id).map(|operation| operation.done);
    match (done, &asked.route) {
        (Some(true), _) => Ok(Reply::empty(StatusCode::NO_CONTENT)),
        (Some(false), Route::Operation(scope, _)) => Ok(accepted(shared, asked, scope, id)),
        _ => Err(ArmError::not_found("ResourceNotFound", format!("The operation '{id}' was not found."))),
    }
}

fn operations(shared: &Shared) -> std::sync::MutexGuard<'_, std::collections::HashMap<String, Operation>> {
    shared.operations.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accepted(shared: &Shared, asked: &Asked, scope: &Scope, id: &str) -> Reply {
    let location = scope.location.as_deref().unwrap_or("centralus");
    let path = format!(
        "/subscriptions/{}/providers/Microsoft.Security/locations/{location}/operationResults/{id}?api-version=2022-01-01",
        scope.subscription
    );
    let mut reply = Reply::empty(StatusCode::ACCEPTED);
    reply.set("location", link(shared, asked, &path));
    reply.set(
        "retry-after",
        shared.simulate_delay.div_f64(2.0).max(Duration::from_secs(1)).as_secs().to_string(),
    );
    reply
}

/// The samples that a request asks for.
fn read(body: &[u8]) -> Result<Vec<&'static Sample>, ArmError> {
    let refuse = |why: String| ArmError::bad_request("InvalidRequestContent", why);
    let body: Body = serde_json::from_slice(body).map_err(|error| {
        refuse(format!("The request content was invalid and could not be deserialized: '{error}'."))
    })?;
    let Properties { kind, bundles } = body.properties;
    if !kind.eq_ignore_ascii_case("Bundles") {
        return Err(refuse(format!("The kind '{kind}' is not supported; 'Bundles' is.")));
    }
    if bundles.is_empty() {
        return Err(refuse("At least one bundle is needed.".to_owned()));
    }
    let mut wanted = Vec::new();
    for bundle in &bundles {
        let before = wanted.len();
        wanted.extend(samples::SAMPLES.iter().filter(|sample| sample.bundle.eq_ignore_ascii_case(bundle)));
        if wanted.len() == before {
            return Err(refuse(format!("The bundle '{bundle}' is not supported.")));
        }
    }
    Ok(wanted)
}

fn complete(shared: &Shared, scope: &Scope, wanted: &[&Sample], id: &str) {
    let now = shared.clock.now();
    for sample in wanted {
        let alert = samples::alert(sample, scope, now);
        shared.activity.raised(&alert);
        // Built here, so it has an id and properties.
        let _ = shared.state().upsert(Bytes::from(alert));
    }
    if let Some(operation) = operations(shared).get_mut(id) {
        operation.done = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundles_are_read_in_any_letter_case_and_unknown_ones_refused() {
        let ask = |body: &str| read(body.as_bytes()).map(|samples| samples.len());
        assert!(ask(r#"{"properties":{"kind":"Bundles","bundles":["dns"]}}"#).is_ok_and(|n| n > 0));
        let one = ask(r#"{"properties":{"kind":"bundles","bundles":["KeyVaults"]}}"#).unwrap();
        let two = ask(r#"{"properties":{"kind":"Bundles","bundles":["KeyVaults","DNS"]}}"#).unwrap();
        assert!(two > one);
        for bad in [
            "",
            "{}",
            r#"{"properties":{"kind":"Other","bundles":["DNS"]}}"#,
            r#"{"properties":{"kind":"Bundles"}}"#,
            r#"{"properties":{"kind":"Bundles","bundles":["Nothing"]}}"#,
        ] {
            assert!(ask(bad).is_err(), "{bad}");
        }
    }
}
