//! The way of one request: record, sign-in, throttling, faults, answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use super::activity::Activity;
use super::alerts;
use super::arm_error::ArmError;
use super::auth::Auth;
use super::clock::Clock;
use super::config::Config;
use super::connection::Switch;
use super::demo::{self, Estate, Findings};
use super::fault::{Drawn, Injector, Kind, Target};
use super::inspect;
use super::log::Log;
use super::logic::{Logic, callback};
use super::login::{Ask, Login};
use super::posture::Posture;
use super::query::Query;
use super::reply::Reply;
use super::role::Role;
use super::routes::{Route, Scope};
use super::simulate::Operation;
use super::state::{Change, State};
use super::throttle::{Buckets, Flow, Verdict};
use crate::domain::Status;

/// What all requests share.
pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    pub(super) log: Log,
    pub(super) auth: Auth,
    pub(super) login: Login,
    pub(super) buckets: Buckets,
    pub(super) injector: Injector,
    pub(super) operations: Mutex<HashMap<String, Operation>>,
    pub(super) posture: Posture,
    pub(super) logic: Logic,
    pub(super) activity: Activity,
    pub(super) surroundings: Surroundings,
    pub(super) role: Role,
    pub(super) page_size: usize,
    pub(super) simulate_delay: Duration,
    pub(super) clock: Clock,
    /// Host and port, for links to clients that name no host.
    pub(super) authority: String,
    pub(super) stop: CancellationToken,
}

/// What Azure Resource Manager manages, made up when it is first asked for.
pub(super) struct Surroundings {
    alerts: Option<usize>,
    unknown: bool,
    seed: u64,
    now: DateTime<Utc>,
    estate: OnceLock<(Estate, Findings)>,
}

impl Surroundings {
    /// Those of a configured tenant as of `now`. Of a tenant from files only the alerts are known.
    pub(super) fn of(config: &Config, now: DateTime<Utc>) -> Self {
        Self {
            alerts: config.alerts,
            unknown: !config.data.is_empty(),
            seed: config.seed,
            now,
            estate: OnceLock::new(),
        }
    }

    fn get(&self) -> &(Estate, Findings) {
        self.estate.get_or_init(|| {
            if self.unknown { Default::default() } else { demo::estate(self.alerts, self.seed, self.now) }
        })
    }
}

impl Shared {
    /// The resources of the tenant.
    pub(super) fn estate(&self) -> &Estate {
        &self.surroundings.get().0
    }

    /// What Defender for Cloud finds of them.
    pub(super) fn findings(&self) -> &Findings {
        &self.surroundings.get().1
    }

    /// The tenant; hold it as shortly as you can.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A colleague's change to the alert of that name.
    pub(super) fn colleague(&self, name: &str, status: Status) -> Change {
        let (made, id) = {
            let mut state = self.state();
            (state.change_named(name, status), state.id_of(name))
        };
        if let (Change::Done, Some(id)) = (made, id) {
            let action =
                Route::of_path(&format!("{id}/{}", status.verb().unwrap_or_default())).action("POST");
            self.activity.by_colleague(id, action.unwrap_or_default(), self.clock.now());
        }
        made
    }

    /// An error if the subscription has no such resource group.
    pub(super) fn group_exists(&self, subscription: &str, group: &str) -> Result<(), ArmError> {
        let scope =
            Scope { subscription: subscription.to_owned(), group: Some(group.to_owned()), location: None };
        let id = format!("/subscriptions/{subscription}/resourceGroups/{group}");
        let known = self.logic.has_group(subscription, group)
            || self.estate().place(&id).is_some()
            || self.state().has_group(&scope);
        known.then_some(()).ok_or_else(|| ArmError::no_such_group(group))
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
    /// True if it is answered as if its change had been made, and nothing is changed.
    pub(super) pretend: bool,
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
    if let Some(ask) = Ask::of_path(parts.uri.path()) {
        let base = format!("http://{}", shared.authority);
        let reply = shared.login.answer(ask, &base, &parts.method, body).await;
        shared.log.note(seq, |entry| entry.status = Some(reply.status.as_u16()));
        return reply.into_response();
    }
    let headers = parts.headers.clone();
    let route = Route::of_path(parts.uri.path());
    let asked = Asked { route, query: Query::of(&parts.uri), parts, body, pretend: false };
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

async fn outcome(shared: &Arc<Shared>, seq: u64, switch: &Switch, mut asked: Asked) -> Outcome {
    let method = asked.parts.method.clone();
    let flow = flow(&asked.route, &method);
    let left = match admit(shared, seq, &asked, flow) {
        Ok(left) => left,
        Err(refusal) => return Outcome::answer(*refusal),
    };
    let drawn = shared.injector.draw(Target {
        method: method.as_str(),
        page: asked.route.is_list().then(|| asked.query.page()),
        changes: asked.route.changes(method.as_str()),
        callback: matches!(asked.route, Route::Callback(_)),
    });
    let Drawn { latency, kind } = drawn;
    if kind.is_some() || !latency.is_zero() {
        shared.log.note(seq, |entry| entry.fault = Some(kind.map_or("latency", Kind::name)));
    }
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let route = asked.route.clone();
    let refusal = |error: ArmError| Outcome::answer(error.in_the_words_of(&route));
    let answer = async |asked| counted(alerts::answer(shared, asked).await, &route, flow, left);
    match kind {
        None | Some(Kind::Latency(_) | Kind::Expire(_)) => Outcome::answer(answer(asked).await),
        Some(Kind::TooManyRequests(seconds)) => refusal(ArmError::too_many_requests(seconds)),
        Some(Kind::Refuse(status @ (403 | 404))) => {
            Outcome::answer(ArmError::refused(status, route.action(method.as_str()).unwrap_or_default()))
        }
        Some(Kind::Refuse(status)) => refusal(ArmError::refused(status, "")),
        Some(Kind::Cut(_)) => refusal(ArmError::internal("The listing could not be continued.")),
        Some(Kind::Garbage) => Outcome::answer(Reply::garbage()),
        Some(Kind::Ignore) => {
            asked.pretend = true;
            Outcome::answer(answer(asked).await)
        }
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

/// Sign-in and throttling: how many requests are left, or the refusal. A callback address needs neither.
fn admit(shared: &Shared, seq: u64, asked: &Asked, flow: Flow) -> Result<Option<u32>, Box<Reply>> {
    if matches!(asked.route, Route::Callback(_)) {
        if callback::shows_token(&asked.parts.headers) {
            shared.log.note(seq, |entry| entry.violation = Some("token sent to a callback address"));
        }
        return Ok(None);
    }
    shared.auth.check(&asked.parts.headers).map_err(|error| Box::new(error.into()))?;
    if shared.injector.expires(asked.parts.method.as_str()) {
        shared.log.note(seq, |entry| entry.fault = Some("expire"));
        return Err(Box::new(shared.auth.expire().into()));
    }
    let subscription = asked.route.subscription().unwrap_or_default();
    match shared.buckets.take(subscription, flow, Instant::now()) {
        Verdict::Pass(left) => Ok(left),
        Verdict::Wait(seconds) => {
            let refusal = ArmError::throttled(subscription, flow, seconds).into();
            Err(Box::new(counted(refusal, &asked.route, flow, Some(0))))
        }
    }
}

/// The bucket that a request is taken from.
fn flow(route: &Route, method: &Method) -> Flow {
    match *method {
        _ if route.is_query() => Flow::Queries,
        Method::GET | Method::HEAD => Flow::Reads,
        Method::DELETE => Flow::Deletes,
        _ => Flow::Writes,
    }
}

/// Adds how many requests are left, in the headers of the service: resource requests stand beside the reads of a
/// provider that counts for itself.
fn counted(mut reply: Reply, route: &Route, flow: Flow, left: Option<u32>) -> Reply {
    let Some(left) = left else { return reply };
    if flow == Flow::Queries {
        reply.set("x-ms-user-quota-remaining", left.to_string());
        reply.set("x-ms-user-quota-resets-after", "00:00:05");
        return reply;
    }
    let name = match (route.subscription().is_some(), flow) {
        (true, Flow::Reads) => "x-ms-ratelimit-remaining-subscription-reads",
        (true, Flow::Deletes) => "x-ms-ratelimit-remaining-subscription-deletes",
        (true, _) => "x-ms-ratelimit-remaining-subscription-writes",
        (false, Flow::Reads) => "x-ms-ratelimit-remaining-tenant-reads",
        (false, Flow::Deletes) => "x-ms-ratelimit-remaining-tenant-deletes",
        (false, _) => "x-ms-ratelimit-remaining-tenant-writes",
    };
    reply.set(name, left.to_string());
    let own = match route {
        Route::Alerts(_) | Route::Alert(..) => true,
        Route::Tabled(call) => call.row.counts_itself(),
        _ => false,
    };
    if own && flow == Flow::Reads {
        reply.set("x-ms-ratelimit-remaining-subscription-resource-requests", left.to_string());
    }
    reply
}
