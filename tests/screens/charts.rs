//! The scenes of the histogram, the timeline and the ATT&CK view.

use std::sync::Arc;

use quell::app::layout::TimelineArea;
use quell::app::model::{AttackView, Model, Overlay, TimelineView};
use quell::domain::chart::{Attack, Counts, Timeline};
use quell::domain::fact::{Fact, FactKind};
use quell::domain::filter::{Context, parse};
use quell::domain::table::{Flags, RowData, Table, TableBuilder};
use quell::domain::tactic::TacticSet;
use quell::domain::{AlertId, AlertKey, SafeText, Severity, Status};

use crate::fixture::{PRODUCTION, filter, full_list, minutes_ago, now};

/// Intents with the techniques of their alerts.
const KINDS: [(&str, &[&str]); 9] = [
    ("Execution", &["T1059", "T1059.001"]),
    ("InitialAccess", &["T1190"]),
    ("LateralMovement", &["T1021", "T1021.001"]),
    ("Execution, Persistence", &["T1059", "T1059.004", "T1505", "T1505.003"]),
    ("", &[]),
    ("CredentialAccess", &["T1110", "T1110.001", "T1552.005"]),
    ("Impact", &["T1496"]),
    ("Probing", &[]),
    ("Exfiltration", &["T1048", "T\u{202e}1"]),
];

/// A month of alerts: a few each day, a burst a week ago, and more of them lately.
fn month() -> Arc<Table> {
    let mut builder = TableBuilder::new();
    let mut put = |at: u32, minutes: i64, severity: Severity| {
        let (intent, techniques) = KINDS[at as usize * 5 % KINDS.len()];
        let fact = |kind, value: &str| Fact { kind, value: SafeText::from(value) };
        let kind =
            ["VM_SuspiciousPowerShell", "Storage.Blob_TorAnomaly", "K8S_\u{1b}[31mMining"][at as usize % 3];
        let resource = ["vm-web-01", "サーバー01", "aks-prod"][at as usize % 3];
        let heads = [
            (FactKind::Title, "Something suspicious"),
            (FactKind::Type, kind),
            (FactKind::Resource, resource),
            (FactKind::Group, "rg-web"),
            (FactKind::Subscription, PRODUCTION),
        ];
        let facts = heads.into_iter().map(|(kind, value)| fact(kind, value));
        let data = RowData {
            id: AlertId::new(format!(
                "/subscriptions/{PRODUCTION}/providers/Microsoft.Security/alerts/m-{at}"
            )),
            time: Some(minutes_ago(minutes)),
            severity,
            status: Status::Active,
            flags: Flags::default(),
            tactics: TacticSet::parse_intent(intent),
            facts: facts.chain(techniques.iter().map(|id| fact(FactKind::Technique, id))).collect(),
        };
        builder.upsert(AlertKey(at + 1), &data);
    };
    for at in 0..200_u32 {
        let minutes = 12 + i64::from(at) * i64::from(at) * 43_000 / 40_000;
        put(
            at,
            minutes,
            [Severity::Low, Severity::Medium, Severity::Informational, Severity::High][at as usize % 4],
        );
    }
    for at in 200..290_u32 {
        let severity = if at % 30 == 0 { Severity::High } else { Severity::Informational };
        put(at, 7 * 1440 + i64::from(at % 50), severity);
    }
    builder.snapshot()
}

pub(crate) fn context() -> Context {
    Context { now: now().utc, offset: now().offset, me: None }
}

/// The list of a month.
pub(crate) fn list(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    model.table = month();
    filter(&mut model, "status:active,in-progress");
    model
}

/// The same on a terminal without block characters.
pub(crate) fn ascii_list(size: (u16, u16)) -> Model {
    let mut model = list(size);
    model.settings.blocks = false;
    model
}

fn timeline_of(size: (u16, u16), text: &str) -> Model {
    let mut model = list(size);
    let filter = parse(text).unwrap();
    let bars = TimelineArea::new(size).bars();
    let shown = Timeline::of(&model.table, &filter, (None, bars), &context(), &|| false).unwrap();
    let at = shown.histogram.peak(Counts::total).map_or(0, |(at, _)| at);
    let view = TimelineView { filter, shown: Some(Arc::new(shown)), at, ..TimelineView::default() };
    model.overlays.push(Overlay::Timeline(Box::new(view)));
    model
}

pub(crate) fn timeline(size: (u16, u16)) -> Model {
    timeline_of(size, "status:active,in-progress")
}

pub(crate) fn week(size: (u16, u16)) -> Model {
    timeline_of(size, "status:active since:3d")
}

pub(crate) fn nothing(size: (u16, u16)) -> Model {
    timeline_of(size, "status:dismissed since:24h")
}

pub(crate) fn counting(size: (u16, u16)) -> Model {
    let mut model = list(size);
    model.overlays.push(Overlay::Timeline(Box::default()));
    model
}

pub(crate) fn span(size: (u16, u16)) -> Model {
    let mut model = timeline(size);
    if let Some(Overlay::Timeline(view)) = model.overlays.last_mut() {
        view.anchor = Some(view.at.saturating_sub(6));
    }
    model
}

pub(crate) fn ascii_timeline(size: (u16, u16)) -> Model {
    let mut model = span(size);
    model.settings.blocks = false;
    model
}

pub(crate) fn attack(size: (u16, u16)) -> Model {
    let mut model = list(size);
    let filter = parse("status:active,in-progress since:7d").unwrap();
    let shown = Attack::of(&model.table, &filter, &context(), &|| false).unwrap();
    let at = shown.hottest();
    let view = AttackView { filter, shown: Some(Arc::new(shown)), at, ..AttackView::default() };
    model.overlays.push(Overlay::Attack(Box::new(view)));
    model
}

pub(crate) fn technique(size: (u16, u16)) -> Model {
    let mut model = attack(size);
    if let Some(Overlay::Attack(view)) = model.overlays.last_mut() {
        view.technique = Some(3);
    }
    model
}

pub(crate) fn ascii_attack(size: (u16, u16)) -> Model {
    let mut model = technique(size);
    model.settings.blocks = false;
    model
}

/// The last row, scrolled to on a low screen.
pub(crate) fn untold(size: (u16, u16)) -> Model {
    let mut model = attack(size);
    if let Some(Overlay::Attack(view)) = model.overlays.last_mut() {
        view.at = view.shown.as_ref().unwrap().rows.len() - 1;
        view.offset = (view.at + 1).saturating_sub(quell::app::layout::AttackArea::new(size).list.rows());
    }
    model
}
