//! Made-up tenants for the golden screens.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset, TimeDelta, TimeZone, Utc};
use quell::app::document::Document;
use quell::app::documents;
use quell::app::input::Input;
use quell::app::layout::{self, Main};
use quell::app::message::{Detail, Mention, Now, Session};
use quell::app::model::{Full, Model, Pane, Place, SubscriptionState, Tab};
use quell::app::respond;
use quell::domain::alert::Scan;
use quell::domain::change::{
    ChangeRecord, HistoryEntry, Outcome, Plan, Reason, Skip, Tally, Target, TargetRecord,
};
use quell::domain::fact::{Fact, FactKind};
use quell::domain::filter::{Context, parse};
use quell::domain::listing::Listing;
use quell::domain::progress::{Fault, FaultKind, Subscription};
use quell::domain::query::{self, Query};
use quell::domain::record::{AlertRecord, Past};
use quell::domain::resource::Cloud;
use quell::domain::table::{Flags, RowData, Table, TableBuilder};
use quell::domain::tactic::TacticSet;
use quell::domain::{AlertId, AlertKey, ChangeId, SafeText, Severity, Status, SubscriptionId};

pub(crate) const PRODUCTION: &str = "0b1f6471-1bf0-4dda-aec3-111122223333";

/// The alert whose details are in [`DETAIL`].
pub(crate) const OPEN: AlertKey = AlertKey(1);

const DETAIL: &str = include_str!("alert.json");

pub(crate) fn now() -> Now {
    Now {
        utc: Utc.with_ymd_and_hms(2026, 11, 23, 13, 14, 11).unwrap(),
        offset: FixedOffset::east_opt(3600).unwrap(),
    }
}

pub(crate) fn minutes_ago(minutes: i64) -> DateTime<Utc> {
    now().utc - TimeDelta::minutes(minutes)
}

/// Severity, status, minutes since, title, type, resource.
type Line = (&'static str, &'static str, i64, &'static str, &'static str, &'static str);

const LINES: [Line; 16] = [
    ("High", "Active", 12, "Suspicious PowerShell activity detected", "VM_SuspiciousPowerShell", "vm-web-01"),
    ("High", "InProgress", 40, "Logon from a malicious address", "VM_MaliciousLogon", "vm-dc-02"),
    ("High", "Active", 95, "Möglicher Angriff auf Schlüsseltresor", "KV_Suspicious", "kv-größe-01"),
    ("Critical", "Active", 100, "A severity that nobody documented", "VM_New", "vm-lab-04"),
    (
        "Medium",
        "Active",
        130,
        "Access from a Tor exit node to a storage blob container",
        "Storage.Blob_TorAnomaly",
        "stgbackups",
    ),
    ("Medium", "Active", 185, "不審な PHP の実行が検出されました", "VM_Php", "サーバー01"),
    (
        "Medium",
        "Active",
        190,
        "exe\u{202e}fdp.invoice \u{1b}[31mred\u{7}\u{200b}\n2nd",
        "VM_Hostile",
        "vm\u{1b}]0;x\u{7}01",
    ),
    ("Medium", "Active", 240, "نشاط مشبوه على الخادم", "VM_Rtl", "vm-عربي"),
    ("Medium", "Suspended", 260, "Digital currency mining 👩‍💻 behaviour", "K8S_Mining", "aks-prod-👾"),
    ("Low", "Active", 60 * 26, "Failed brute force attempt", "SQL_BruteForce", "sql-payments"),
    ("Low", "Active", 60 * 30, "Failed brute force attempt", "SQL_BruteForce", "sql-payments"),
    ("Low", "Active", 60 * 48, "Unusual deletion of resources", "ARM_Unusual", "rg-playground"),
    (
        "Informational",
        "Active",
        60 * 50,
        "Adaptive application control policy violation was audited",
        "VM_AdaptiveApplicationControlWindowsViolationAudited",
        "vm-test-07",
    ),
    (
        "Informational",
        "Active",
        60 * 51,
        "Adaptive application control policy violation was audited",
        "VM_AdaptiveApplicationControlWindowsViolationAudited",
        "vm-test-07",
    ),
    ("High", "Dismissed", 60 * 70, "Dismissed before", "VM_Old", "vm-web-01"),
    ("Low", "Resolved", 60 * 80, "Resolved before", "VM_Old", "vm-web-02"),
];

fn row(at: usize, line: &Line) -> RowData {
    let (severity, status, minutes, title, alert_type, resource) = *line;
    let fact = |kind, value: &str| Fact { kind, value: SafeText::from(value) };
    let mut facts = vec![
        fact(FactKind::Title, title),
        fact(FactKind::Type, alert_type),
        fact(FactKind::Resource, resource),
        fact(FactKind::Group, "rg-web"),
        fact(FactKind::Subscription, PRODUCTION),
    ];
    if Severity::parse(severity) == Severity::Other {
        facts.push(fact(FactKind::SeverityText, severity));
    }
    if Status::parse(status) == Status::Other {
        facts.push(fact(FactKind::StatusText, status));
    }
    RowData {
        id: AlertId::new(format!(
            "/subscriptions/{PRODUCTION}/resourceGroups/rg-web/providers/Microsoft.Security/locations/westeurope/alerts/a-{at:04}"
        )),
        time: Some(minutes_ago(minutes)),
        severity: Severity::parse(severity),
        status: Status::parse(status),
        flags: Flags::new(false, false, Cloud::Azure, Scan::Unknown),
        tactics: TacticSet::parse_intent("Execution"),
        facts,
    }
}

/// The lines, then Informational ones of one machine up to a number.
pub(crate) fn table(alerts: usize) -> Arc<Table> {
    let mut builder = TableBuilder::new();
    for (at, line) in LINES.iter().enumerate() {
        builder.upsert(AlertKey(at as u32 + 1), &row(at, line));
    }
    for at in LINES.len()..alerts {
        let line = (
            "Informational",
            "Active",
            60 + i64::try_from(at).unwrap(),
            "Sign-in burst from a scanner",
            "VM_Burst",
            "vm-scan-01",
        );
        builder.upsert(AlertKey(at as u32 + 1), &row(at, &line));
    }
    builder.set_subscriptions(vec![(SubscriptionId::new(PRODUCTION), "Contoso Production".into())]);
    builder.set_pending(AlertKey(5), Some(Status::Dismissed));
    builder.set_pending(AlertKey(10), Some(Status::InProgress));
    builder.set_gone(AlertKey(12), true);
    let record = builder.local_mut().entry(AlertKey(1)).or_default();
    record.assigned = Some("ann@contoso.example".into());
    let record = builder.local_mut().entry(AlertKey(3)).or_default();
    record.notes = "asked the owner".into();
    record.useful = Some(false);
    builder.snapshot()
}

fn subscription(at: u32, name: &str) -> SubscriptionState {
    SubscriptionState {
        subscription: Subscription {
            id: SubscriptionId::new(&format!("{at:08}-1bf0-4dda-aec3-111122223333")),
            name: name.into(),
            tenant: "".into(),
        },
        listed: 400 + at as usize,
        complete: true,
        fault: None,
    }
}

/// Before the first alert came.
pub(crate) fn bare(size: (u16, u16)) -> Model {
    let mut model = Model::new(size, now());
    model.session =
        Some(Session { tenant: "Contoso".into(), who: "ann@contoso.example".into(), ..Session::default() });
    model
}

/// The list of open alerts with the details of the first.
pub(crate) fn full_list(size: (u16, u16)) -> Model {
    let mut model = bare(size);
    model.sync.subscriptions = vec![
        subscription(1, "Contoso Production"),
        subscription(2, "Contoso Test"),
        subscription(3, "Fabrikam (接続)"),
    ];
    model.sync.last_complete = Some(Now { utc: minutes_ago(12), ..now() });
    model.table = table(LINES.len());
    filter(&mut model, "status:active,in-progress");
    model.list.cursor = Some(OPEN);
    detail(&mut model, rich());
    model
}

/// Filters the model's table as the query worker would.
pub(crate) fn filter(model: &mut Model, text: &str) {
    let context = Context { now: now().utc, offset: now().offset, me: None };
    let query = Query { filter: parse(text).unwrap(), ..Query::default() };
    let rows = query::run(&model.table, &query, &context, &|| false).unwrap();
    let bars = layout::bars(model.size.0);
    model.list.listing = Listing::new(Arc::clone(&model.table), rows).charted(&query.filter, &context, bars);
    model.filter.input = Input::new(text);
    model.filter.applied = query.filter;
    model.filter.view = None;
}

/// Shows details in the pane, laid out as `update` does.
pub(crate) fn detail(model: &mut Model, detail: Detail) {
    let width = Main::of(model).details_text().columns();
    model.details.wanted = Some(detail.key);
    model.details.pane = documents::pane(&detail, &model.table, width, now());
    model.details.shown = Some(Arc::new(detail));
}

/// Opens the full details of the alert that is shown.
pub(crate) fn open_full(model: &mut Model, tab: Tab) {
    let width = layout::Full::new(model.size).body.columns();
    let shown = model.details.shown.clone().unwrap();
    let document = match tab {
        Tab::Details => documents::details(&shown, &model.table, width, now()),
        Tab::Respond | Tab::Related => Document::default(),
        Tab::History => documents::history(&shown.past, width, now()),
        Tab::Json => documents::json(&shown.raw, "y j", width),
    };
    model.details.full = Some(Full {
        key: shown.key,
        tab,
        document,
        json: None,
        scroll: [0; Tab::ALL.len()],
        related: Place::default(),
    });
    model.focus = Pane::Full;
    respond::lay_out(model);
}

/// An alert with entities of many kinds, evidence and hostile text.
pub(crate) fn rich() -> Detail {
    let alert = quell::azure::parse_alert(DETAIL).unwrap();
    let mention = |kind, value: &str, label: &str, alerts, resources| Mention {
        kind,
        value: value.into(),
        label: label.into(),
        alerts,
        resources,
    };
    Detail {
        key: OPEN,
        alert,
        raw: DETAIL.into(),
        mentions: vec![
            mention(FactKind::Ip, "203.0.113.7", "ip", 41, 3),
            mention(FactKind::Account, "CONTOSO\\svc-build", "account", 1204, 12),
            mention(FactKind::Host, "vm-web-01", "host", 12, 1),
            mention(FactKind::Process, "powershell.exe", "process", 12, 1),
            mention(FactKind::Process, "ｗｉｎｗｏｒｄ\u{202e}.exe", "process", 0, 1),
            mention(
                FactKind::Hash,
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "file hash",
                0,
                1,
            ),
        ],
        families: Vec::new(),
        twins: Some(Vec::new()),
        record: AlertRecord::of(&past()),
        past: past(),
    }
}

/// Deeds, then changes.
fn past() -> Vec<Past> {
    let mut past = crate::record::past();
    past.extend(history().into_iter().map(Past::Change));
    past
}

fn history() -> Vec<HistoryEntry> {
    vec![
        HistoryEntry {
            change: ChangeId(12),
            at: minutes_ago(60 * 24),
            by: "ann@contoso.example".into(),
            from: Status::Dismissed,
            to: Status::Active,
            outcome: Outcome::Verified,
            detail: "".into(),
            reason: None,
            comment: "".into(),
            filter: String::new(),
            undoes: Some(ChangeId(11)),
        },
        HistoryEntry {
            change: ChangeId(11),
            at: minutes_ago(60 * 25),
            by: "bob\u{202e}@contoso.example".into(),
            from: Status::Active,
            to: Status::Dismissed,
            outcome: Outcome::Conflict,
            detail: "someone set it to In progress meanwhile".into(),
            reason: Some(Reason::FalsePositive),
            comment: "patch night, see ticket 4711".into(),
            filter: "type:VM_* since:24h".into(),
            undoes: None,
        },
    ]
}

/// A recorded change.
pub(crate) fn record(id: i64, status: Option<Status>, tally: Tally) -> ChangeRecord {
    ChangeRecord {
        id: ChangeId(id),
        at: minutes_ago(7),
        by: "ann@contoso.example".into(),
        status,
        reason: status.filter(|status| *status == Status::Dismissed).map(|_| Reason::Noise),
        comment: "".into(),
        filter: "resource:vm-scan-01".into(),
        undoes: if status.is_none() { Some(ChangeId(id - 1)) } else { None },
        undone_by: None,
        tally,
    }
}

/// The plan of a dismissal of all but three burst alerts.
pub(crate) fn plan(model: &Model) -> Plan {
    let mut plan = Plan::default();
    for (at, key) in model.list.listing.keys().enumerate() {
        let row = model.table.get(key).unwrap();
        if at % 100 == 3 {
            plan.skipped.push((key, Skip::Kept));
        } else if row.status() == Status::Dismissed {
            plan.skipped.push((key, Skip::AlreadySo));
        } else {
            plan.targets.push((key, row.status()));
        }
    }
    plan
}

/// One alert of a change that is not verified.
pub(crate) fn refused(at: usize, outcome: Outcome, detail: &str) -> TargetRecord {
    let id = row(at, &LINES[at % LINES.len()]).id;
    TargetRecord {
        target: Target { id, seen: Status::Active, want: Status::Dismissed },
        outcome,
        detail: detail.into(),
        attempts: 1,
    }
}

pub(crate) fn fault(kind: FaultKind, message: &str) -> Fault {
    Fault { kind, message: message.into() }
}
