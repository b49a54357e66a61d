//! The operations: subscriptions, lists of alerts, single alerts, status changes.

use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::http::{StatusCode, header};
use serde_json::json;

use super::arm_error::ArmError;
use super::demo::Subscription;
use super::logic;
use super::query::Continuation;
use super::reply::Reply;
use super::routes::{Route, Scope, Unknown};
use super::serve::{Asked, Shared};
use super::simulate;
use super::state::{Change, Page};
use super::table;
use crate::domain::Status;

/// The largest request that is read, in bytes.
const LARGEST: usize = 1024 * 1024;

/// Answers a request that got past sign-in, throttling and faults.
pub(super) async fn answer(shared: &Arc<Shared>, asked: Asked) -> Reply {
    answered(shared, asked).await.unwrap_or_else(Reply::from)
}

async fn answered(shared: &Arc<Shared>, mut asked: Asked) -> Result<Reply, ArmError> {
    if let Route::Callback(callback) = &asked.route {
        let callback = callback.clone();
        let body = body(&mut asked).await?;
        return logic::callback::invoke(shared, &asked, &callback, &body);
    }
    let action = check(shared, &asked)?;
    let body = if asked.route.changes(asked.parts.method.as_str()) || asked.route.is_query() {
        body(&mut asked).await?
    } else {
        Bytes::new()
    };
    let reply = match &asked.route {
        Route::Subscriptions => Ok(subscriptions(shared)),
        Route::Tenants => Ok(tenants(shared)),
        Route::Subscription(id) => subscription(shared, id),
        Route::Locations(scope) => locations(shared, scope),
        Route::Alerts(scope) => list(shared, &asked, scope),
        Route::Alert(scope, name) => {
            let alert = shared.state().alert(scope, name);
            alert
                .map(|raw| Reply::json(StatusCode::OK, raw))
                .ok_or_else(|| ArmError::no_such_alert(scope, name))
        }
        Route::Change(scope, name, status) => change(shared, &asked, scope, name, *status),
        Route::Operation(_, id) => simulate::poll(shared, &asked, id),
        Route::Simulate(_) => simulate::start(shared, &asked, &body),
        Route::Tabled(call) => {
            let reply = table::answer(shared, &asked, call, &body);
            reply.map_err(|error| error.in_the_words_of(&asked.route))
        }
        Route::Unknown(unknown) => Err(ArmError::unknown_path(unknown)),
        Route::Callback(_) => Err(ArmError::unknown_path(&Unknown::NoSubscription)),
    }?;
    if reply.applied {
        shared.activity.changed(&asked, action, shared.clock.now());
    }
    Ok(reply)
}

async fn body(asked: &mut Asked) -> Result<Bytes, ArmError> {
    let body = to_bytes(std::mem::take(&mut asked.body), LARGEST).await;
    body.map_err(|error| ArmError::bad_content(error.to_string()))
}

/// What ARM looks at before it hands a request to the resource provider. Answers with the permission that was needed.
fn check(shared: &Shared, asked: &Asked) -> Result<&'static str, ArmError> {
    let method = asked.parts.method.as_str();
    if let Route::Unknown(unknown) = &asked.route {
        return Err(ArmError::unknown_path(unknown));
    }
    let Some(action) = asked.route.action(method) else {
        return Err(ArmError::wrong_method(method, &asked.route.methods()));
    };
    asked.query.version(&asked.route, method)?;
    match asked.route.subscription() {
        Some(id) if shared.state().subscription(id).is_none() => Err(ArmError::subscription_not_found(id)),
        _ if !shared.role.allows(action) => Err(ArmError::refused(403, action)),
        _ => Ok(action),
    }
}

fn describe(subscription: &Subscription) -> serde_json::Value {
    json!({
        "id": format!("/subscriptions/{}", subscription.id),
        "subscriptionId": subscription.id,
        "tenantId": subscription.tenant_id,
        "displayName": subscription.display_name,
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
    })
}

fn counted_list(value: &[serde_json::Value]) -> Reply {
    let list = json!({ "value": value, "count": { "type": "Total", "value": value.len() } });
    Reply::json(StatusCode::OK, list.to_string())
}

fn subscriptions(shared: &Shared) -> Reply {
    let list: Vec<_> = shared.state().subscriptions().map(describe).collect();
    counted_list(&list)
}

fn subscription(shared: &Shared, id: &str) -> Result<Reply, ArmError> {
    let found = shared.state().subscription(id).map(describe);
    found
        .map(|body| Reply::json(StatusCode::OK, body.to_string()))
        .ok_or_else(|| ArmError::subscription_not_found(id))
}

fn tenants(shared: &Shared) -> Reply {
    let mut ids: Vec<String> = shared.state().subscriptions().map(|known| known.tenant_id.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    let list: Vec<_> = ids
        .iter()
        .map(|id| json!({ "id": format!("/tenants/{id}"), "tenantId": id, "tenantCategory": "Home", "tenantType": "AAD" }))
        .collect();
    counted_list(&list)
}

fn locations(shared: &Shared, scope: &Scope) -> Result<Reply, ArmError> {
    let describe = |name: &str| {
        json!({
            "id": format!("/subscriptions/{}/providers/Microsoft.Security/locations/{name}", scope.subscription),
            "name": name,
            "type": "Microsoft.Security/locations",
            "properties": { "homeRegionName": name },
        })
    };
    let known = shared.state().locations(&scope.subscription);
    let body = match &scope.location {
        None => json!({ "value": known.iter().map(|name| describe(name)).collect::<Vec<_>>() }),
        Some(wanted) => known
            .iter()
            .find(|name| name.eq_ignore_ascii_case(wanted))
            .map(|name| describe(name))
            .ok_or_else(|| {
                ArmError::not_found("ResourceNotFound", format!("The location '{wanted}' was not found."))
            })?,
    };
    Ok(Reply::json(StatusCode::OK, body.to_string()))
}

fn list(shared: &Shared, asked: &Asked, scope: &Scope) -> Result<Reply, ArmError> {
    let at = asked.query.continuation()?;
    let page = shared.state().page(scope, at.map(|at| at.after), shared.page_size);
    if let Some(group) = scope.group.as_deref().filter(|_| page.items.is_empty() && at.is_none())
        && !shared.state().has_group(scope)
    {
        return Err(ArmError::no_such_group(group));
    }
    let next = page.after.map(|after| {
        let continuation = Continuation { after, page: at.map_or(0, |at| at.page) + 1 };
        let version = asked.query.version(&asked.route, "GET").unwrap_or_default();
        format!(
            "{}?api-version={version}&$skiptoken={}",
            link(shared, asked, asked.parts.uri.path()),
            continuation.token()
        )
    });
    Ok(Reply::json(StatusCode::OK, join(&page, next.as_deref())))
}

/// An absolute address at the host that the client has named.
pub(super) fn link(shared: &Shared, asked: &Asked, path: &str) -> String {
    let host = asked.parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    format!("http://{}{path}", host.unwrap_or(&shared.authority))
}

/// The list's JSON around the alerts' own bytes.
fn join(page: &Page, next: Option<&str>) -> Vec<u8> {
    let size: usize = page.items.iter().map(|item| item.len() + 1).sum();
    let mut body = Vec::with_capacity(size + 512);
    body.extend_from_slice(b"{\"value\":[");
    for (n, item) in page.items.iter().enumerate() {
        if n > 0 {
            body.push(b',');
        }
        body.extend_from_slice(item);
    }
    body.push(b']');
    if let Some(next) = next {
        body.extend_from_slice(b",\"nextLink\":");
        body.extend_from_slice(json!(next).to_string().as_bytes());
    }
    body.push(b'}');
    body
}

fn change(
    shared: &Shared,
    asked: &Asked,
    scope: &Scope,
    name: &str,
    status: Status,
) -> Result<Reply, ArmError> {
    let mut state = shared.state();
    let made = match (asked.pretend, state.alert(scope, name)) {
        (false, _) => state.change(scope, name, status),
        (true, Some(_)) => Change::Done,
        (true, None) => Change::NotFound,
    };
    match made {
        Change::Done => Ok(Reply { applied: !asked.pretend, ..Reply::empty(StatusCode::NO_CONTENT) }),
        Change::NotFound | Change::Ambiguous => Err(ArmError::no_such_alert(scope, name)),
        Change::Impossible => {
            Err(ArmError::conflict(format!("The alert '{name}' has no properties that could be changed.")))
        }
    }
}
