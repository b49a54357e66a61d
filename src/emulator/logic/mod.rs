//! Logic apps: workflows, their triggers and runs (Microsoft.Logic 2019-05-01), and the callback address that starts
//! a run (the contract's README §5).

mod app;
pub(super) mod callback;
mod run;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::arm_error::ArmError;
use super::paging::{in_order, page};
use super::reply::Reply;
use super::serve::{Asked, Shared};
use super::state::Place;
use super::table::{Call, Op};
use super::{demo, query};
use app::App;
use run::Run;
pub use run::RunEntry;

/// All logic apps of the tenant, and their runs.
#[derive(Default)]
pub(super) struct Logic {
    apps: Vec<App>,
    /// In the order in which they began.
    runs: Mutex<Vec<Run>>,
    /// How long a run takes.
    takes: Duration,
}

impl Logic {
    /// Those of the made-up tenants, as of `now`; each gets signatures of its own.
    pub(super) fn demo(now: DateTime<Utc>, takes: Duration) -> Self {
        let subscriptions = demo::subscription_ids();
        let mut logic = Self { takes, ..Self::default() };
        let mut past = Vec::new();
        for note in demo::apps() {
            let Some(subscription) = subscriptions.get(note.subscription) else { continue };
            let at = logic.apps.len();
            for run in &note.past {
                let begin = now - TimeDelta::milliseconds((run.hours_ago * 3_600_000.0) as i64);
                past.push(Run::past(at, note.triggers.keys().next(), begin, &run.status));
            }
            logic.apps.push(App::new(note, subscription, now));
        }
        past.sort_by_key(|run| run.started);
        *logic.runs() = past;
        logic
    }

    fn runs(&self) -> MutexGuard<'_, Vec<Run>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The runs that were started through a callback address, in that order.
    pub(super) fn started(&self, now: DateTime<Utc>) -> Vec<RunEntry> {
        let runs = self.runs();
        let known = runs.iter().filter_map(|run| Some((run, self.apps.get(run.app)?)));
        known.filter_map(|(run, app)| run.entry(app, run.status(app, self.takes, now))).collect()
    }

    /// The signatures of all callback addresses: what must never be seen anywhere.
    pub(super) fn signatures(&self) -> Vec<String> {
        self.apps.iter().flat_map(|app| &app.triggers).map(|trigger| trigger.signature.clone()).collect()
    }

    /// True if an app lies in that resource group.
    pub(super) fn has_group(&self, subscription: &str, group: &str) -> bool {
        self.apps.iter().any(|app| app.is_in(subscription, Some(group)))
    }

    fn find(&self, call: &Call) -> Result<(usize, &App), ArmError> {
        let name = call.name(0);
        let found = self.apps.iter().enumerate().find(|(_, app)| {
            app.is_in(&call.subscription, call.group.as_deref()) && app.name.eq_ignore_ascii_case(name)
        });
        found.ok_or_else(|| {
            let group = call.group.as_deref().unwrap_or_default();
            ArmError::not_found(
                "ResourceNotFound",
                format!(
                    "The Resource 'Microsoft.Logic/workflows/{name}' under resource group '{group}' was not found."
                ),
            )
        })
    }
}

fn ok(body: &Value) -> Reply {
    Reply::json(StatusCode::OK, body.to_string())
}

/// Answers whatever is asked of a workflow.
pub(super) fn answer(shared: &Shared, asked: &Asked, call: &Call) -> Result<Reply, ArmError> {
    let logic = &shared.logic;
    if call.row.op == Op::Workflows {
        return workflows(shared, asked, call);
    }
    let (at, app) = logic.find(call)?;
    match call.row.op {
        Op::Triggers => {
            let triggers = in_order(&app.triggers);
            page(shared, asked, triggers, size(shared, &asked.query)?, |trigger| {
                app.describe_trigger(trigger)
            })
        }
        Op::Trigger => Ok(ok(&app.describe_trigger(app.trigger(call.name(1))?))),
        Op::CallbackUrl => callback::address(shared, asked, app, call.name(1)),
        Op::Runs => runs(shared, asked, at, app),
        Op::Run => {
            let (name, now) = (call.name(1), shared.clock.now());
            let runs = logic.runs();
            let run = runs.iter().find(|run| run.app == at && run.name.eq_ignore_ascii_case(name));
            let run = run.ok_or_else(|| {
                ArmError::not_found(
                    "WorkflowRunNotFound",
                    format!("The workflow '{}' has no run '{name}'.", app.name),
                )
            })?;
            Ok(ok(&run.describe(app, run.status(app, logic.takes, now), logic.takes)))
        }
        _ => Ok(ok(&app.describe())),
    }
}

/// Items on a page: `$top`, but no more than the emulator's own size.
fn size(shared: &Shared, query: &query::Query) -> Result<usize, ArmError> {
    Ok(query.top()?.map_or(shared.page_size, |top| top.min(shared.page_size)))
}

fn workflows(shared: &Shared, asked: &Asked, call: &Call) -> Result<Reply, ArmError> {
    if let Some(group) = &call.group {
        shared.group_exists(&call.subscription, group)?;
    }
    let wanted = filter(asked, "state")?;
    let apps = shared.logic.apps.iter().filter(|app| {
        app.is_in(&call.subscription, call.group.as_deref())
            && wanted.as_deref().is_none_or(|state| app.state.eq_ignore_ascii_case(state))
    });
    page(shared, asked, in_order(apps), size(shared, &asked.query)?, App::describe)
}

fn runs(shared: &Shared, asked: &Asked, at: usize, app: &App) -> Result<Reply, ArmError> {
    let (logic, now) = (&shared.logic, shared.clock.now());
    let tracked = filter(asked, "clientTrackingId").ok().flatten();
    let wanted = if tracked.is_some() { None } else { filter(asked, "status")? };
    let runs = logic.runs();
    let found = runs.iter().enumerate().rev().filter(|(_, run)| {
        run.app == at
            && tracked.as_deref().is_none_or(|id| run.tracking == id)
            && wanted
                .as_deref()
                .is_none_or(|wanted| run.status(app, logic.takes, now).eq_ignore_ascii_case(wanted))
    });
    // The newest first: what begins later gets a smaller place.
    let placed = found.map(|(n, run)| (-(n as Place), run));
    page(shared, asked, placed, size(shared, &asked.query)?, |run| {
        run.describe(app, run.status(app, logic.takes, now), logic.takes)
    })
}

/// The value that `$filter` compares a field with: `field eq 'value'` is all that is understood.
fn filter(asked: &Asked, field: &str) -> Result<Option<String>, ArmError> {
    let Some(text) = asked.query.get("$filter").map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let mut words = text.splitn(3, ' ');
    let known = words.next().is_some_and(|word| word.eq_ignore_ascii_case(field))
        && words.next().is_some_and(|word| word.eq_ignore_ascii_case("eq"));
    let value = words.next().and_then(|rest| rest.trim().strip_prefix('\'')?.strip_suffix('\''));
    value.filter(|_| known).map(|value| Some(value.to_owned())).ok_or_else(|| {
        ArmError::bad_request(
            "InvalidFilterInQueryString",
            format!("Invalid $filter '{text}' in the query string."),
        )
    })
}
