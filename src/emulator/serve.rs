//! The way of one request: record, sign-in, throttling, faults, answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use tokio_util::sync::CancellationToken;

use super::alerts;
use super::arm_error::ArmError;
use super::auth::Auth;
use super::clock::Clock;
use super::connection::Switch;
use super::fault::{Drawn, Injector, Kind, Target};
use super::inspect;
use super::log::Log;
use super::query::Query;
use super::reply::Reply;
use super::routes::Route;
use super::simulate::Operation;
use super::state::State;
use super::throttle::{Buckets, Verdict};

/// What all requests share.
pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    pub(super) log: Log,
    pub(super) auth: Auth,
    pub(super) buckets: Buckets,
    pub(super) injector: Injector,
    pub(super) operations: Mutex<HashMap<String, Operation>>,
    pub(super) page_size: usize,
    pub(super) simulate_delay: Duration,
    pub(super) clock: Clock,
    /// Host and port, for links to clients that name no host.
    pub(super) authority: String,
    pub(super) stop: CancellationToken,
}

impl Shared {
    /// The tenant; hold it as shortly as you can.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What becomes of a request.
enum Outcome {
    /// An answer, whole or broken off in its body.
    Answer { reply: Reply, truncate: bool },
    /// The connection ends without an answer; `applied` if something was changed before.
    Cut { reset: bool, applied: bool },
}

impl Outcome {
    fn answer(reply: impl Into<Reply>) -> Self {
        Self::Answer { reply: reply.into(), truncate: false }
    }
}

/// A request that was taken apart.
pub(super) struct Asked {
    pub(super) route: Route,
    pub(super) query: Query,
    pub(super) parts: Parts,
    pub(super) body: axum::body::Body,
}

/// Answers one request.
pub(super) async fn handle(
    shared: Arc<Shared>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    if let Some(path) = parts.uri.path().strip_prefix("/_emulator/") {
        let path = path.to_owned();
        return inspect::answer(&shared, &parts.method, &path, body).await.into_response();
    }
    let seq = shared.log.open(&parts);
    let headers = parts.headers.clone();
    let route = Route::of_path(parts.uri.path());
    let asked = Asked { route, query: Query::of(&parts.uri), parts, body };
    match outcome(&shared, seq, &switch, asked).await {
        Outcome::Answer { mut reply, truncate } => {
            reply.identify(&headers);
            shared.log.note(seq, |entry| {
                entry.status = Some(reply.status.as_u16());
                entry.applied = reply.applied;
            });
            if truncate { reply.into_truncated() } else { reply.into_response() }
        }
        Outcome::Cut { reset, applied } => {
            shared.log.note(seq, |entry| entry.applied = applied);
            if reset {
                switch.reset();
            } else {
                switch.cut();
            }
            // Never sent: the connection is cut already, and writing this makes the server notice.
            Reply::empty(StatusCode::BAD_GATEWAY).into_response()
        }
    }
}

async fn outcome(shared: &Arc<Shared>, seq: u64, switch: &Switch, asked: Asked) -> Outcome {
    let method = asked.parts.method.clone();
    if let Err(error) = shared.auth.check(&asked.parts.headers) {
        return Outcome::answer(error);
    }
    if shared.injector.expires(method.as_str()) {
        shared.log.note(seq, |entry| entry.fault = Some("expire"));
        return Outcome::answer(shared.auth.expire());
    }
    let write = !matches!(method, Method::GET | Method::HEAD);
    let subscription = asked.route.subscription().unwrap_or_default().to_owned();
    let left = match shared.buckets.take(&subscription, write, Instant::now()) {
        Verdict::Pass(left) => left,
        Verdict::Wait(seconds) => {
            let refusal = ArmError::throttled(&subscription, write, seconds).into();
            return Outcome::answer(counted(refusal, &asked.route, write, Some(0)));
        }
    };
    let drawn = shared.injector.draw(Target {
        method: method.as_str(),
        page: matches!(asked.route, Route::Alerts(_)).then(|| asked.query.page()),
        changes_status: matches!(asked.route, Route::Change(..)),
    });
    let Drawn { latency, kind } = drawn;
    if kind.is_some() || !latency.is_zero() {
        shared.log.note(seq, |entry| entry.fault = Some(kind.map_or("latency", Kind::name)));
    }
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let route = asked.route.clone();
    let answer = async |asked| counted(alerts::answer(shared, asked).await, &route, write, left);
    match kind {
        None | Some(Kind::Latency(_) | Kind::Expire(_)) => Outcome::answer(answer(asked).await),
        Some(Kind::TooManyRequests(seconds)) => Outcome::answer(ArmError::too_many_requests(seconds)),
        Some(Kind::Refuse(status)) => Outcome::answer(ArmError::refused(status, action(&asked.route))),
        Some(Kind::Cut(_)) => Outcome::answer(ArmError::internal("The listing could not be continued.")),
        Some(Kind::Garbage) => Outcome::answer(Reply::garbage()),
        Some(Kind::Ignore) => Outcome::answer(alerts::pretend(shared, &asked)),
        Some(Kind::Reset) => Outcome::Cut { reset: true, applied: false },
        Some(Kind::Hang) => {
            switch.is_cut().await;
            Outcome::Cut { reset: false, applied: false }
        }
        Some(Kind::DropReply) => Outcome::Cut { reset: false, applied: answer(asked).await.applied },
        Some(Kind::Truncate) => {
            let reply = answer(asked).await;
            if reply.body.is_empty() {
                // An answer without a body is cut in its head.
                Outcome::Cut { reset: false, applied: reply.applied }
            } else {
                Outcome::Answer { reply, truncate: true }
            }
        }
    }
}

/// Adds how many requests are left, in the headers of the service: resource requests stand beside the reads of alerts.
fn counted(mut reply: Reply, route: &Route, write: bool, left: Option<u32>) -> Reply {
    let Some(left) = left else { return reply };
    let scope = if route.subscription().is_some() { "subscription" } else { "tenant" };
    let name = match (scope, write) {
        ("subscription", false) => "x-ms-ratelimit-remaining-subscription-reads",
        ("subscription", true) => "x-ms-ratelimit-remaining-subscription-writes",
        (_, false) => "x-ms-ratelimit-remaining-tenant-reads",
        (_, true) => "x-ms-ratelimit-remaining-tenant-writes",
    };
    reply.set(name, left.to_string());
    if matches!(route, Route::Alerts(_) | Route::Alert(..)) && !write {
        reply.set("x-ms-ratelimit-remaining-subscription-resource-requests", left.to_string());
    }
    reply
}

/// The permission that a request needs, as role definitions spell it.
fn action(route: &Route) -> &'static str {
    use crate::domain::Status;
    match route {
        Route::Subscriptions | Route::Subscription(_) | Route::Tenants => {
            "Microsoft.Resources/subscriptions/read"
        }
        Route::Permissions(_) => "Microsoft.Authorization/permissions/read",
        Route::Locations(_) | Route::Operation(..) => "Microsoft.Security/locations/read",
        Route::Alerts(_) => "Microsoft.Security/alerts/read",
        Route::Alert(..) | Route::Unknown(_) => "Microsoft.Security/locations/alerts/read",
        Route::Simulate(_) => "Microsoft.Security/locations/alerts/simulate/action",
        Route::Change(.., Status::Dismissed) => "Microsoft.Security/locations/alerts/dismiss/action",
        Route::Change(.., Status::Resolved) => "Microsoft.Security/locations/alerts/resolve/action",
        Route::Change(.., Status::InProgress) => "Microsoft.Security/locations/alerts/inProgress/action",
        Route::Change(.., Status::Active | Status::Other) => {
            "Microsoft.Security/locations/alerts/activate/action"
        }
    }
}
