//! The activity log: what was done to resources, by whom (Microsoft.Insights 2015-04-01).
//!
//! What happened before the emulator started is made up when it is first asked for; what clients change is added as
//! it happens. Nothing is ever put in front of an entry that was there, so pages hold still.

pub(super) mod caller;
pub(super) mod event;
mod filter;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::arm_error::ArmError;
use super::paging::page;
use super::reply::Reply;
use super::serve::{Asked, Shared};
use super::state::Place;
use super::table::Call;
use super::{demo, routes};
use caller::Caller;
use event::{Detail, Event, RAISED, Raised, Stage};
use filter::{Filter, Part};

/// The most entries on a page.
const PAGE: usize = 200;
/// How far back it can be asked.
const DAYS: i64 = 90;

/// What `$select` can name.
const FIELDS: [&str; 26] = [
    "authorization",
    "caller",
    "category",
    "channels",
    "claims",
    "correlationId",
    "description",
    "eventDataId",
    "eventName",
    "eventTimestamp",
    "httpRequest",
    "id",
    "level",
    "operationId",
    "operationName",
    "properties",
    "relatedEvents",
    "resourceGroupName",
    "resourceId",
    "resourceProviderName",
    "resourceType",
    "status",
    "subStatus",
    "submissionTimestamp",
    "subscriptionId",
    "tenantId",
];

/// All entries.
#[derive(Default)]
pub(super) struct Activity {
    /// Seed and time of the demo whose past it is; none for other tenants, which have no past.
    made_up: Option<(u64, DateTime<Utc>)>,
    past: OnceLock<Vec<Event>>,
    /// Since the emulator started, in the order of their times.
    since: Mutex<Vec<Event>>,
}

impl Activity {
    /// The demo's, as of `now`.
    pub(super) fn demo(seed: u64, now: DateTime<Utc>) -> Self {
        Self { made_up: Some((seed, now)), ..Self::default() }
    }

    fn past(&self) -> &[Event] {
        self.past.get_or_init(|| self.made_up.map_or_else(Vec::new, |(seed, now)| demo::history(seed, now)))
    }

    fn push(&self, event: Event) {
        self.since.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }

    /// Records that a request changed something.
    pub(super) fn changed(&self, asked: &Asked, operation: &'static str, now: DateTime<Utc>) {
        let path = asked.parts.uri.path();
        let resource = match path.rsplit_once('/') {
            Some((resource, _)) if operation.ends_with("/action") => resource,
            _ => path,
        };
        let caller = Caller::of_request(&asked.parts.headers);
        self.push(operation_of(caller, routes::decode(resource), operation, now));
    }

    /// Records that another analyst changed something.
    pub(super) fn by_colleague(&self, resource: String, operation: &'static str, now: DateTime<Utc>) {
        self.push(operation_of(Arc::new(demo::colleague()), resource, operation, now));
    }

    /// Records that an alert was raised after the start. An alert that cannot be read leaves no entry.
    pub(super) fn raised(&self, alert: &str) {
        self.push(match raised(alert) {
            Some(event) => event,
            None => return,
        });
    }
}

fn operation_of(caller: Arc<Caller>, resource: String, operation: &'static str, now: DateTime<Utc>) -> Event {
    Event {
        time: now,
        resource,
        operation: operation.into(),
        title: operation.into(),
        correlation: Uuid::new_v4(),
        id: Uuid::new_v4(),
        detail: Detail::Operation { address: caller.address.clone().into(), caller, stage: Stage::Succeeded },
    }
}

/// What the entry of an alert says of it.
#[derive(Deserialize)]
struct Alert {
    id: String,
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Properties {
    time_generated_utc: String,
    alert_display_name: String,
    description: String,
    severity: String,
    intent: String,
    compromised_entity: String,
    remediation_steps: Vec<String>,
}

fn raised(alert: &str) -> Option<Event> {
    let Alert { id, properties } = serde_json::from_str(alert).ok()?;
    Some(Event {
        time: DateTime::parse_from_rfc3339(&properties.time_generated_utc).ok()?.to_utc(),
        resource: id,
        operation: RAISED.into(),
        title: "Activate a security alert".into(),
        correlation: Uuid::new_v4(),
        id: Uuid::new_v4(),
        detail: Detail::Alert(Box::new(Raised {
            title: properties.alert_display_name,
            description: properties.description,
            severity: properties.severity,
            tactics: properties.intent.split(", ").map(str::to_owned).collect(),
            steps: properties.remediation_steps,
            entity: properties.compromised_entity,
            resource_type: String::new(),
        })),
    })
}

impl Filter {
    fn holds(&self, event: &Event) -> bool {
        let same = |wanted: &str, own: &str| wanted.eq_ignore_ascii_case(own);
        (self.from..=self.to).contains(&event.time)
            && match &self.part {
                Part::Everything => true,
                Part::Group(group) => same(group, event.group()),
                Part::Resource(resource) => same(resource.trim_end_matches('/'), &event.resource),
                Part::Provider(provider) => same(provider, event.provider()),
                Part::Correlation(id) => same(id, &event.correlation.to_string()),
            }
    }
}

fn refused(message: String) -> ArmError {
    ArmError::bad_request("BadRequest", message)
}

/// `GET …/eventtypes/management/values?$filter=…[&$select=…]`
pub(super) fn list(shared: &Shared, asked: &Asked, call: &Call) -> Result<Reply, ArmError> {
    let text = asked.query.get("$filter").unwrap_or_default();
    let filter = filter::read(text)
        .map_err(|why| refused(format!("The $filter '{text}' is not supported: {why}.")))?;
    if filter.from < shared.clock.now() - TimeDelta::days(DAYS) {
        return Err(refused(format!("The start time must not be more than {DAYS} days in the past.")));
    }
    let select = select(asked.query.get("$select").unwrap_or_default())?;
    let tenant = shared.state().subscription(&call.subscription).map(|known| known.tenant_id.clone());
    let tenant = tenant.unwrap_or_default();
    let past = shared.activity.past();
    let since = shared.activity.since.lock().unwrap_or_else(PoisonError::into_inner);
    let all = (0..).zip(past.iter().chain(since.iter()));
    let mut placed: Vec<(Place, &Event)> = all
        .filter(|(_, event)| {
            event.subscription().eq_ignore_ascii_case(&call.subscription) && filter.holds(event)
        })
        // The newest first: what happens later gets a smaller place.
        .map(|(n, event): (Place, &Event)| (-n, event))
        .collect();
    placed.reverse();
    page(shared, asked, placed, shared.page_size.min(PAGE), |event| {
        let mut entry = event.describe(&tenant);
        if !select.is_empty() {
            entry.retain(|key, _| select.contains(&key.as_str()));
        }
        Value::Object(entry)
    })
}

fn select(text: &str) -> Result<Vec<&'static str>, ArmError> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    names
        .map(|name| {
            let known = FIELDS.iter().find(|known| known.eq_ignore_ascii_case(name)).copied();
            known.ok_or_else(|| refused(format!("'{name}' in $select is no property of an event.")))
        })
        .collect()
}
