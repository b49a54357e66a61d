//! Scenes around one alert: its pivot menu, its Related tab, an incident as a tree, twins.

use std::sync::Arc;

use chrono::TimeDelta;
use quell::app::keymap::Pending;
use quell::app::message::{Detail, Mention};
use quell::app::model::{
    Chord, Confirm, Frame, Makeup, Model, Opened, Overlay, PivotMenu, Place, Tab, Twins,
};
use quell::app::related;
use quell::domain::alert::Scan;
use quell::domain::change::plan;
use quell::domain::fact::{Fact, FactKind};
use quell::domain::incident::families;
use quell::domain::key_set::KeySet;
use quell::domain::mentions::KINDS;
use quell::domain::related::related as find;
use quell::domain::resource::Cloud;
use quell::domain::table::{Flags, RowData, Table, TableBuilder};
use quell::domain::tactic::TacticSet;
use quell::domain::view::{Look, ViewRef};
use quell::domain::{AlertId, AlertKey, SafeText, Severity, Status};

use crate::fixture::{PRODUCTION, detail, filter, full_list, now, open_full, rich};

/// Minutes since, severity, tactic, title, type, resource, scanner, facts.
type Line =
    (i64, &'static str, &'static str, &'static str, &'static str, &'static str, Scan, &'static [Named]);
type Named = (FactKind, &'static str);

const KEY: Named = (FactKind::Correlation, "aW5jaWRlbnQgbnVtYmVyIG9uZQ==");
const TOR: Named = (FactKind::Ip, "203.0.113.7");
const SHELL: Named = (FactKind::Process, "powershell.exe");
const FILE: Named = (FactKind::Hash, "9f86d081884c7d659a2feaa0c55ad015");

const LINES: [Line; 10] = [
    (
        12,
        "High",
        "Execution",
        "Suspicious PowerShell activity detected",
        "VM_Shell",
        "vm-web-01",
        Scan::Agent,
        &[KEY, TOR, SHELL, FILE],
    ),
    (
        95,
        "Medium",
        "InitialAccess",
        "Logon from a Tor exit node",
        "VM_Tor",
        "vm-web-01",
        Scan::Unknown,
        &[KEY, TOR],
    ),
    (
        70,
        "High",
        "CredentialAccess",
        "不審な資格情報アクセスが検出されました",
        "VM_Dump",
        "サーバー01",
        Scan::Unknown,
        &[KEY, SHELL],
    ),
    (
        4,
        "High",
        "InitialAccess, CredentialAccess, Execution",
        "Security incident detected on multiple resources",
        "Incident",
        "vm-web-01",
        Scan::Unknown,
        &[
            KEY,
            (FactKind::Member, "r-0000"),
            (FactKind::Member, "r-0001"),
            (FactKind::Member, "r-0002"),
            (FactKind::Member, "2517-gone\u{202e}"),
        ],
    ),
    (
        200,
        "High",
        "Execution",
        "Possible malicious web shell detected",
        "VM_Webshell",
        "vm-web-01",
        Scan::Agentless,
        &[FILE],
    ),
    (
        60 * 30,
        "Low",
        "Execution",
        "Suspicious PowerShell activity detected",
        "VM_Shell",
        "vm-web-01",
        Scan::Agent,
        &[SHELL],
    ),
    (
        60 * 31,
        "Low",
        "Execution",
        "Suspicious PowerShell activity detected",
        "VM_Shell",
        "vm-web-01",
        Scan::Agent,
        &[SHELL],
    ),
    (
        60 * 50,
        "Low",
        "Execution",
        "exe\u{202e}fdp \u{1b}[31mred\u{7}",
        "VM_X",
        "vm\u{1b}]0;x\u{7}01",
        Scan::Unknown,
        &[SHELL],
    ),
    (60 * 60, "Informational", "Unknown", "Sign-in burst", "VM_Burst", "vm-scan-01", Scan::Unknown, &[TOR]),
    (
        60 * 70,
        "Low",
        "Unknown",
        "Nothing like it",
        "VM_Alone",
        "vm-lab-04",
        Scan::Unknown,
        &[(FactKind::Host, "vm-lab-04")],
    ),
];

fn row(at: usize, line: &Line) -> RowData {
    let (minutes, severity, intent, title, kind, resource, scan, facts) = *line;
    let heads = [
        (FactKind::Title, title),
        (FactKind::Type, kind),
        (FactKind::Resource, resource),
        (FactKind::Group, "rg-web"),
        (FactKind::Subscription, PRODUCTION),
    ];
    RowData {
        id: AlertId::new(format!(
            "/subscriptions/{PRODUCTION}/resourceGroups/rg-web/providers/Microsoft.Security/locations/westeurope/alerts/r-{at:04}"
        )),
        time: Some(now().utc - TimeDelta::minutes(minutes)),
        severity: Severity::parse(severity),
        status: if at == 6 { Status::Dismissed } else { Status::Active },
        flags: Flags::new(kind == "Incident", false, Cloud::Azure, scan),
        tactics: TacticSet::parse_intent(intent),
        facts: heads
            .iter()
            .chain(facts)
            .map(|(kind, value)| Fact { kind: *kind, value: SafeText::from(*value) })
            .collect(),
    }
}

fn table() -> Arc<Table> {
    let mut builder = TableBuilder::new();
    for (at, line) in LINES.iter().enumerate() {
        builder.upsert(AlertKey(at as u32 + 1), &row(at, line));
    }
    builder.set_pending(AlertKey(2), Some(Status::Resolved));
    builder.snapshot()
}

/// The details of an alert with the entities that its row has.
fn of(table: &Table, key: AlertKey) -> Detail {
    let row = table.get(key).unwrap();
    let mention = |kind: FactKind, value: &str| Mention {
        kind,
        value: value.into(),
        label: if kind == FactKind::Hash {
            "file hash".to_owned()
        } else {
            format!("{kind:?}").to_lowercase()
        },
        alerts: 1,
        resources: 1,
    };
    let facts = row.facts().iter().filter(|fact| KINDS.contains(&fact.kind()));
    let mentions = facts.map(|fact| mention(fact.kind(), table.dict().text(fact.code()))).collect();
    Detail { key, mentions, families: families(table, key), ..rich() }
}

/// The list of these alerts, one of them with its details.
fn list(size: (u16, u16), key: u32) -> Model {
    let mut model = full_list(size);
    model.table = table();
    filter(&mut model, "status:active,in-progress");
    let key = AlertKey(key);
    model.list.cursor = Some(key);
    model.list.place = model.list.listing.place(key).unwrap_or(0);
    let shown = of(&model.table, key);
    detail(&mut model, shown);
    model
}

fn tab(size: (u16, u16), key: u32, place: Place) -> Model {
    let mut model = list(size, key);
    open_full(&mut model, Tab::Related);
    model.details.full.as_mut().unwrap().related = place;
    let shown = model.details.shown.clone().unwrap();
    let entities: Vec<_> = shown.mentions.iter().map(|mention| (mention.kind, mention.fact())).collect();
    model.related.shown = Some(Arc::new(find(&model.table, shown.key, &entities)));
    related::lay_out(&mut model);
    model
}

pub(crate) fn many(size: (u16, u16)) -> Model {
    tab(size, 1, Place { item: 7, offset: 0 })
}

pub(crate) fn incident(size: (u16, u16)) -> Model {
    tab(size, 4, Place { item: 2, offset: 0 })
}

pub(crate) fn alone(size: (u16, u16)) -> Model {
    tab(size, 10, Place::default())
}

pub(crate) fn loading(size: (u16, u16)) -> Model {
    let mut model = tab(size, 1, Place::default());
    model.related.shown = None;
    related::lay_out(&mut model);
    model
}

/// The *Alert details* tab of an incident.
pub(crate) fn tree(size: (u16, u16)) -> Model {
    let mut model = list(size, 4);
    open_full(&mut model, Tab::Details);
    model.details.full.as_mut().unwrap().scroll[0] = 8;
    model
}

/// A list that a pivot led to.
pub(crate) fn pivoted(size: (u16, u16)) -> Model {
    let mut model = list(size, 1);
    let bar = &model.filter;
    let frame = Frame {
        text: bar.input.text().to_owned(),
        filter: bar.applied.clone(),
        view: Some(ViewRef::default()),
        home: ViewRef::default(),
        previous: Look::default(),
        look: Look { sort: model.list.sort.clone(), ..Look::default() },
        folds: model.list.folds.clone(),
        spot: model.list.spot(),
        marks: model.list.marks.clone(),
        base: model.list.base.clone(),
        base_of_group: false,
        opened: Vec::<Opened>::new(),
    };
    model.pivots = vec![frame.clone(), frame];
    filter(&mut model, "ip:203.0.113.7");
    model.list.place = 1;
    model
}

pub(crate) fn chord(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let keys = vec![quell::app::key::Key::char('p')];
    model.chord = Some(Chord { pending: Pending { keys }, number: 1, menu: true });
    model
}

pub(crate) fn menu(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let mut detail = rich();
    for at in 0..24 {
        let more = Mention {
            value: format!("10.0.0.{at}").as_str().into(),
            alerts: at,
            ..detail.mentions[0].clone()
        };
        detail.mentions.push(more);
    }
    let rows = quell::app::layout::pivot_rows(size, detail.mentions.len());
    let chosen = 27;
    let offset = (chosen + 1_usize).saturating_sub(rows);
    model.overlays.push(Overlay::Pivot(PivotMenu { detail: Arc::new(detail), chosen, offset }));
    model
}

/// A change with a twin that was added.
pub(crate) fn twins(size: (u16, u16)) -> Model {
    let mut model = list(size, 1);
    let keys = [AlertKey(1), AlertKey(6)];
    let mut plan = plan(&model.table, &keys, Status::Dismissed, &KeySet::default());
    let twin = (AlertKey(5), Status::Active);
    plan.targets.push(twin);
    model.overlays.push(Overlay::Confirm(Box::new(Confirm {
        status: Status::Dismissed,
        matching: 2,
        makeup: Makeup::of(&model.table, &plan),
        plan,
        off_screen: 0,
        twins: Some(Twins { targets: vec![twin], added: true }),
        of: quell::app::model::SetOf::Matching,
        reason: None,
        take: false,
        comment: None,
        typing: false,
    })));
    model
}

pub(crate) fn twins_left(size: (u16, u16)) -> Model {
    let mut model = twins(size);
    if let Some(Overlay::Confirm(confirm)) = model.overlays.last_mut() {
        confirm.plan.targets.pop();
        confirm.makeup = Makeup::of(&model.table, &confirm.plan);
        confirm.twins.as_mut().unwrap().added = false;
    }
    model
}
