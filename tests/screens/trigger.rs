//! Scenes of section 4 of *Take action*: triggering a logic app.

use std::sync::Arc;

use chrono::TimeDelta;
use quell::app::fetch::Remote;
use quell::app::message::Question;
use quell::app::model::{Confirmed, Model, Outcomes, Overlay, Scroll, Section, Tab, TriggerPrompt};
use quell::app::respond;
use quell::azure::alert_event;
use quell::domain::automation::{Action, Automation, EventSource, Rule};
use quell::domain::logic_app::{LogicApp, Trigger, TriggerKind};
use quell::domain::progress::{Fault, FaultKind, Subscription};
use quell::domain::resource::ResourceId;
use quell::domain::response::{Candidates, Outgoing, ResponseId, RunStatus, TriggerOutcome, TriggerRecord};
use quell::domain::{AlertId, SafeText, SubscriptionId};

use crate::fixture::{OPEN, fault, full_list, now, open_full};

const SUBSCRIPTION: &str = "00000001-1bf0-4dda-aec3-111122223333";

fn id(name: &str) -> ResourceId {
    let group = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-soc");
    ResourceId::new(format!("{group}/providers/Microsoft.Logic/workflows/{name}"))
}

fn app(name: &str, state: &str, kind: TriggerKind) -> LogicApp {
    LogicApp {
        id: id(name),
        name: name.into(),
        location: "westeurope".into(),
        state: state.into(),
        consumption: true,
        triggers: Ok(vec![Trigger { name: "When_an_alert_is_created".into(), kind }]),
    }
}

fn automation(name: &str, to: &str, rule: Option<Rule>) -> Automation {
    Automation {
        id: id(name),
        name: name.into(),
        description: "High severity goes to the engineer on call".into(),
        enabled: true,
        scopes: vec![ResourceId::new(format!("/subscriptions/{SUBSCRIPTION}"))],
        sources: vec![EventSource {
            kind: "Alerts".into(),
            rule_sets: rule.map(|rule| vec![vec![rule]]).unwrap_or_default(),
        }],
        actions: vec![Action::LogicApp(id(to))],
    }
}

fn candidates() -> Candidates {
    let assessments = "/Microsoft.Security/Assessment/subscribe";
    let subscription = |id: &str, name: &str| Subscription {
        id: SubscriptionId::new(id),
        name: name.into(),
        tenant: SafeText::default(),
    };
    Candidates {
        apps: vec![
            app("la-isolate-machine", "Enabled", TriggerKind::Alert),
            app("la-page-oncall-with-a-name-longer-than-its-column", "Enabled", TriggerKind::Alert),
            app("la-open-ticket\u{202e}日本", "Enabled", TriggerKind::Request),
            app("la-posture", "Enabled", TriggerKind::OtherEvent(assessments.into())),
            app("la-stg-notify", "Disabled", TriggerKind::Alert),
            app("la-weekly-report", "Enabled", TriggerKind::Other("Recurrence".into())),
        ],
        automations: vec![
            automation("page-on-high", "la-page-oncall", None),
            automation("odd", "la-open-ticket", Some(Rule::new("$..Severity", "String", "Equals", "High"))),
            automation("never", "la-x", Some(Rule::new("Severity", "String", "Equals", "Nothing"))),
        ],
        subscriptions: vec![subscription(SUBSCRIPTION, "Contoso Production")],
        faults: vec![(
            subscription("00000002-1bf0-4dda-aec3-111122223333", "Contoso Staging"),
            fault(FaultKind::Forbidden, "not allowed: the client has no role here (Reader)"),
        )],
    }
}

fn body(name: &str) -> String {
    let id = format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Security/locations/we/alerts/{name}");
    format!(
        r#"{{"id":"{id}","properties":{{"alertType":"VM_SuspiciousPowerShell","alertDisplayName":"Suspicious \u202e PowerShell",
        "severity":"High","status":"Active","vendorName":"Microsoft","systemAlertId":"{name}",
        "entities":[{{"$id":"we_1","type":"host","hostName":"vm-web-01"}},{{"$ref":"we_1"}}]}}}}"#
    )
}

fn outgoing(alerts: usize) -> Outgoing {
    let event = |at| Arc::new(alert_event(&body(&format!("251-{at}"))).unwrap());
    Outgoing { events: (0..alerts).map(event).collect(), ..Outgoing::default() }
}

fn known<T>(value: T) -> Remote<T> {
    Remote { known: Some((value, now().utc)), ..Remote::default() }
}

fn section(size: (u16, u16), set: impl FnOnce(&mut Model)) -> Model {
    let mut model = full_list(size);
    model.respond.section = Section::Trigger;
    model.respond.alert = Some(OPEN);
    model.respond.trigger.of = Some(OPEN);
    set(&mut model);
    open_full(&mut model, Tab::Respond);
    respond::lay_out(&mut model);
    model
}

fn listed(model: &mut Model) {
    model.respond.trigger.candidates = known(candidates());
    model.respond.trigger.outgoing = known(outgoing(1));
}

pub(crate) fn loading(size: (u16, u16)) -> Model {
    section(size, |model| model.respond.trigger.candidates.ask(Question(1)))
}

pub(crate) fn none(size: (u16, u16)) -> Model {
    section(size, |model| {
        listed(model);
        let nothing =
            Candidates { apps: Vec::new(), automations: Vec::new(), faults: Vec::new(), ..candidates() };
        model.respond.trigger.candidates = known(nothing);
    })
}

pub(crate) fn list(size: (u16, u16)) -> Model {
    section(size, listed)
}

/// The cursor on the last line that can be reached.
pub(crate) fn end(size: (u16, u16)) -> Model {
    section(size, |model| {
        listed(model);
        model.respond.place.item = 99;
    })
}

fn failed(size: (u16, u16), fault: Fault) -> Model {
    section(size, |model| {
        model.respond.trigger.candidates.fault = Some(fault);
        model.respond.trigger.outgoing = known(outgoing(1));
    })
}

pub(crate) fn forbidden(size: (u16, u16)) -> Model {
    let message =
        "not allowed: the client has no permission to read workflows (Reader, or Logic App Operator)";
    failed(size, fault(FaultKind::Forbidden, message))
}

pub(crate) fn offline(size: (u16, u16)) -> Model {
    let mut model = list(size);
    let message = "no connection to Azure: Connection refused (os error 111)";
    model.respond.trigger.candidates.fault = Some(fault(FaultKind::Unreachable, message));
    respond::lay_out(&mut model);
    model
}

fn record(row: i64, outcome: TriggerOutcome, detail: &str, status: Option<&str>) -> TriggerRecord {
    TriggerRecord {
        row,
        response: ResponseId(1),
        alert: AlertId::new(""),
        app: id("la-page-oncall"),
        trigger: "When_an_alert_is_created".into(),
        by: "ann@contoso.example".into(),
        at: now().utc - TimeDelta::minutes(3 * (9 - row)),
        outcome,
        detail: detail.into(),
        run: status.map(|_| "08586676746934337772206998657CU22".into()),
        status: status.filter(|status| !status.is_empty()).map(|status| RunStatus(status.into())),
        request_id: String::new(),
    }
}

fn triggered(size: (u16, u16), records: Vec<TriggerRecord>) -> Model {
    section(size, |model| {
        listed(model);
        let alert = model.table.get(OPEN).unwrap().id();
        for record in records {
            let record = TriggerRecord { alert: alert.clone(), ..record };
            model.respond.trigger.rows.insert(record.row, record);
        }
    })
}

pub(crate) fn running(size: (u16, u16)) -> Model {
    let sending = record(3, TriggerOutcome::Sending, "", None);
    triggered(size, vec![record(2, TriggerOutcome::Done, "", Some("Running")), sending])
}

pub(crate) fn done(size: (u16, u16)) -> Model {
    let failed = record(1, TriggerOutcome::Failed, "HTTP 400: the trigger is not enabled", None);
    let cut = record(2, TriggerOutcome::Done, "", Some("Failed"));
    let ok = record(3, TriggerOutcome::Done, "", Some("Succeeded"));
    let cancelled = record(4, TriggerOutcome::Cancelled, "cancelled before it was sent", None);
    triggered(size, vec![failed, cut, cancelled, ok])
}

pub(crate) fn unknown(size: (u16, u16)) -> Model {
    triggered(size, vec![record(1, TriggerOutcome::Unknown, "no complete answer within 15s", None)])
}

fn prompt(size: (u16, u16), marked: usize, outgoing: Remote<Outgoing>) -> Model {
    let mut model = list(size);
    let chosen = &candidates().apps[0];
    model.overlays.push(Overlay::Trigger(Box::new(TriggerPrompt {
        app: chosen.id.clone(),
        name: chosen.name.clone(),
        subscription: "Contoso Production".into(),
        trigger: chosen.choice().unwrap().clone(),
        shown: OPEN,
        all: marked > 0,
        marked: (1..=marked).map(|key| quell::domain::AlertKey(key as u32)).collect(),
        outgoing,
        scroll: Scroll::default(),
    })));
    model
}

pub(crate) fn preview(size: (u16, u16)) -> Model {
    prompt(size, 0, known(outgoing(1)))
}

pub(crate) fn preview_marked(size: (u16, u16)) -> Model {
    let mut outgoing = outgoing(3);
    let gone = AlertId::new("/subscriptions/s/providers/Microsoft.Security/locations/we/alerts/251-9");
    outgoing.left_out.push((gone, "the cache holds no body for this alert; a sync fetches it".into()));
    prompt(size, 4, known(outgoing))
}

pub(crate) fn outcomes(size: (u16, u16)) -> Model {
    let mut model = list(size);
    let alerts: Vec<AlertId> = model.table.rows().take(5).map(|(_, row)| row.id()).collect();
    let keys = model.table.rows().take(5).map(|(_, row)| row.key()).collect();
    let records = [
        record(1, TriggerOutcome::Done, "", Some("Succeeded")),
        record(2, TriggerOutcome::Done, "the answer was lost; its run was found", Some("Running")),
        record(3, TriggerOutcome::Unknown, "the answer was lost: connection reset", None),
        record(4, TriggerOutcome::Pending, "the logic app asks to slow down", None),
        record(5, TriggerOutcome::Failed, "not sent: no connection: Connection refused (os error 111)", None),
    ];
    for (record, alert) in records.into_iter().zip(alerts) {
        model.respond.trigger.rows.insert(record.row, TriggerRecord { alert, ..record });
    }
    model.respond.trigger.confirmed.push(Confirmed {
        number: 1,
        app: "la-page-oncall".into(),
        alerts: 5,
        keys,
        rows: (1..=5).collect(),
        running: true,
        cancelling: false,
    });
    model.overlays.push(Overlay::Outcomes(Outcomes { number: 1, scroll: Scroll::default() }));
    model
}
