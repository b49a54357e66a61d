//! Small tables for the tests of filters and queries.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset, TimeZone, Utc};

use super::Context;
use crate::domain::alert::Scan;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::resource::Cloud;
use crate::domain::table::{Flags, RowData, Table, TableBuilder};
use crate::domain::tactic::TacticSet;
use crate::domain::{AlertId, AlertKey, SafeText, Severity, Status, SubscriptionId};

pub(crate) const SUBSCRIPTION: &str = "0b1f6471-1bf0-4dda-aec3-111122223333";

#[derive(Debug, Clone)]
pub(crate) struct Sample<'a> {
    pub(crate) name: &'a str,
    pub(crate) severity: &'a str,
    pub(crate) status: &'a str,
    pub(crate) time: &'a str,
    pub(crate) title: &'a str,
    pub(crate) alert_type: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) group: &'a str,
    pub(crate) intent: &'a str,
    pub(crate) flags: Flags,
    pub(crate) facts: Vec<(FactKind, &'a str)>,
}

impl<'a> Sample<'a> {
    pub(crate) fn new(name: &'a str) -> Self {
        Self {
            name,
            severity: "Medium",
            status: "Active",
            time: "2026-11-23T12:00:00Z",
            title: "Title",
            alert_type: "VM_X",
            resource: "vm-1",
            group: "rg-web",
            intent: "",
            flags: Flags::new(false, false, Cloud::Azure, Scan::Unknown),
            facts: Vec::new(),
        }
    }
}

/// 23 November 2026, 14:00 UTC, which is 15:00 on the user's clock.
pub(crate) fn context() -> Context {
    Context {
        now: Utc.with_ymd_and_hms(2026, 11, 23, 14, 0, 0).unwrap(),
        offset: FixedOffset::east_opt(3600).unwrap(),
        me: Some(SafeText::from("Ann@contoso.example")),
    }
}

impl From<&Sample<'_>> for RowData {
    fn from(sample: &Sample<'_>) -> Self {
        let fact = |kind, value: &str| Fact { kind, value: SafeText::from(value) };
        let heads = [
            fact(FactKind::Title, sample.title),
            fact(FactKind::Type, sample.alert_type),
            fact(FactKind::Resource, sample.resource),
            fact(FactKind::Group, sample.group),
            fact(FactKind::Subscription, SUBSCRIPTION),
        ];
        let others = sample.facts.iter().map(|(kind, value)| fact(*kind, value));
        Self {
            id: AlertId::new(format!(
                "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Security/locations/westeurope/alerts/{}",
                sample.name
            )),
            time: DateTime::parse_from_rfc3339(sample.time).ok().map(|time| time.to_utc()),
            severity: Severity::parse(sample.severity),
            status: Status::parse(sample.status),
            flags: sample.flags,
            tactics: TacticSet::parse_intent(sample.intent),
            facts: heads.into_iter().chain(others).collect(),
        }
    }
}

pub(crate) fn builder(samples: &[Sample<'_>]) -> TableBuilder {
    let mut builder = TableBuilder::new();
    for (at, sample) in samples.iter().enumerate() {
        builder.upsert(AlertKey(at as u32 + 1), &RowData::from(sample));
    }
    builder
        .set_subscriptions(vec![(SubscriptionId::new(SUBSCRIPTION), SafeText::from("Contoso Production"))]);
    builder
}

pub(crate) fn table(samples: &[Sample<'_>]) -> Arc<Table> {
    builder(samples).snapshot()
}
