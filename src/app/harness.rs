//! A fluent harness for tests: keys in, model and effects out. It answers effects as the shell would, with a journal
//! that is as simple as can be.

mod alert;
mod changes;
mod mentioned;
pub(crate) mod opening;
mod query;
mod record;
mod views;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, TimeDelta, TimeZone, Utc};

pub(crate) use alert::{alert, subscription, vm};

use crate::app::command::sequence;
use crate::app::effect::{Effect, JournalOrder};
use crate::app::key::Key;
use crate::app::message::{Detail, Journal, Kept, Message, Now, Session, Start};
use crate::app::model::{Failure, Model};
use crate::app::{Effects, update};
use crate::domain::alert::{Alert, Prose, Scan};
use crate::domain::change::{ChangeRecord, NewChange, Outcome, Target, TargetRecord};
use crate::domain::fact::{Fact, FactKind};
use crate::domain::filter::{Context, complete, values};
use crate::domain::incident;
use crate::domain::progress::SyncEvent;
use crate::domain::query::Query;
use crate::domain::record::{AlertRecord, Deed};
use crate::domain::related::related;
use crate::domain::resource::Cloud;
use crate::domain::scan::Scanned;
use crate::domain::table::LISTED;
use crate::domain::table::{Flags, RowData, TableBuilder, WALKS};
use crate::domain::tactic::TacticSet;
use crate::domain::{AlertId, AlertKey, SafeText, Severity, Status, SubscriptionId};

const SUBSCRIPTION: &str = "0b1f6471-1bf0-4dda-aec3-111122223333";

/// A row of a synthetic table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given {
    pub(crate) severity: Severity,
    pub(crate) status: Status,
    pub(crate) hours: i64,
    pub(crate) kind: &'static str,
    pub(crate) resource: &'static str,
    pub(crate) group: &'static str,
    pub(crate) scan: Scan,
    pub(crate) incident: bool,
    /// Facts beyond the heads.
    pub(crate) facts: &'static [(FactKind, &'static str)],
}

/// A row that tests change where it matters.
pub(crate) const ROW: Given = Given {
    severity: Severity::High,
    status: Status::Active,
    hours: 1,
    kind: "VM_A",
    resource: "vm-1",
    group: "rg-a",
    scan: Scan::Unknown,
    incident: false,
    facts: &[],
};

pub(crate) fn now() -> Now {
    Now {
        utc: Utc.with_ymd_and_hms(2026, 11, 23, 14, 0, 0).unwrap(),
        offset: FixedOffset::east_opt(3600).unwrap(),
    }
}

pub(crate) fn me() -> SafeText {
    SafeText::from("ann@contoso.example")
}

fn data(key: u32, given: Given) -> RowData {
    let fact = |kind, value: &str| Fact { kind, value: SafeText::from(value) };
    let time: DateTime<Utc> = now().utc - TimeDelta::hours(given.hours) - TimeDelta::seconds(i64::from(key));
    RowData {
        id: id(key),
        time: Some(time),
        severity: given.severity,
        status: given.status,
        flags: Flags::new(given.incident, false, Cloud::Azure, given.scan),
        tactics: TacticSet::parse_intent("Execution"),
        facts: [
            (FactKind::Title, given.kind),
            (FactKind::Type, given.kind),
            (FactKind::Resource, given.resource),
            (FactKind::Group, given.group),
            (FactKind::Subscription, SUBSCRIPTION),
        ]
        .iter()
        .chain(given.facts)
        .map(|(kind, value)| fact(*kind, value))
        .collect(),
    }
}

pub(crate) fn id(key: u32) -> AlertId {
    let parent =
        format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Security/locations/westeurope/alerts");
    AlertId::new(format!("{parent}/n{key}"))
}

fn key_of(id: &AlertId) -> AlertKey {
    AlertKey(id.name()[1..].parse().unwrap())
}

/// The model, a table that can change, and a journal.
pub(crate) struct Harness {
    pub(crate) model: Model,
    pub(crate) builder: TableBuilder,
    pub(crate) now: Now,
    /// Every effect so far.
    pub(crate) effects: Vec<Effect>,
    /// Changes in the journal.
    pub(crate) changes: Vec<(ChangeRecord, Vec<TargetRecord>)>,
    /// The remediation of every alert.
    pub(crate) remediation: Vec<Prose>,
    /// Deeds in the journal.
    pub(crate) deeds: Vec<Deed>,
    /// Views in the journal, and where the analyst was.
    pub(crate) kept: Kept,
    /// What the profile begins with.
    pub(crate) begins: Option<String>,
    /// Effects not answered yet.
    waiting: Vec<Effect>,
    /// Alerts that an undo leaves as they are.
    pub(crate) spare: BTreeSet<u32>,
    /// Why the next journal order is refused.
    pub(crate) refuse: Option<&'static str>,
    /// While true, effects wait for [`Self::settle`].
    pub(crate) slow: bool,
    /// Walks over all alerts that updates took.
    pub(crate) walks: usize,
    /// Walks over all of the list.
    pub(crate) listed: usize,
    /// Keys pressed.
    pub(crate) pressed: usize,
}

impl Harness {
    pub(crate) fn new(rows: &[Given]) -> Self {
        let mut harness = Self::bare(rows);
        harness.start();
        harness
    }

    /// Without a session and without alerts on screen.
    pub(crate) fn bare(rows: &[Given]) -> Self {
        let mut builder = TableBuilder::new();
        for (at, given) in rows.iter().enumerate() {
            let key = at as u32 + 1;
            builder.upsert(AlertKey(key), &data(key, *given));
        }
        builder.set_subscriptions(vec![(
            SubscriptionId::new(SUBSCRIPTION),
            SafeText::from("Contoso Production"),
        )]);
        Self {
            model: Model::new((120, 30), now()),
            builder,
            now: now(),
            effects: Vec::new(),
            changes: Vec::new(),
            deeds: Vec::new(),
            kept: Kept::default(),
            begins: None,
            remediation: Vec::new(),
            waiting: Vec::new(),
            spare: BTreeSet::new(),
            refuse: None,
            slow: false,
            walks: 0,
            listed: 0,
            pressed: 0,
        }
    }

    pub(crate) fn session() -> Session {
        Session { tenant: SafeText::from("Contoso"), who: me(), ..Session::default() }
    }

    pub(crate) fn start(&mut self) -> &mut Self {
        self.send(Message::Start(Start::Ready(Self::session()))).snapshot()
    }

    /// Four open alerts, two closed ones.
    pub(crate) fn small() -> Self {
        use Severity::{High, Low, Medium};
        Self::new(&[
            ROW,
            Given { hours: 2, ..ROW },
            Given { severity: Medium, hours: 1, kind: "VM_B", resource: "vm-2", ..ROW },
            Given {
                severity: Low,
                status: Status::InProgress,
                kind: "VM_B",
                resource: "vm-2",
                group: "rg-b",
                ..ROW
            },
            Given { severity: High, status: Status::Dismissed, hours: 30, ..ROW },
            Given { severity: High, status: Status::Resolved, hours: 300, ..ROW },
        ])
    }

    /// Puts an alert into the table or replaces it.
    pub(crate) fn put(&mut self, key: u32, given: Given) -> &mut Self {
        self.builder.upsert(AlertKey(key), &data(key, given));
        self
    }

    /// Sends the table as it is now.
    pub(crate) fn snapshot(&mut self) -> &mut Self {
        let table = self.builder.snapshot();
        self.send(Message::Table(table))
    }

    /// Updates the model, and counts the walks over all alerts that it took.
    fn update(&mut self, message: Message) -> Effects {
        let before = (WALKS.get(), LISTED.get());
        let out = update(&mut self.model, message, self.now);
        self.walks += WALKS.get() - before.0;
        self.listed += LISTED.get() - before.1;
        out
    }

    pub(crate) fn send(&mut self, message: Message) -> &mut Self {
        let out = self.update(message);
        self.effects.extend(out.iter().cloned());
        self.waiting.extend(out);
        if !self.slow {
            self.settle();
        }
        self
    }

    /// Answers every waiting effect, and what follows from the answers.
    pub(crate) fn settle(&mut self) -> &mut Self {
        while !self.waiting.is_empty() {
            let effect = self.waiting.remove(0);
            for message in self.answer(effect) {
                let out = self.update(message);
                self.effects.extend(out.iter().cloned());
                self.waiting.extend(out);
            }
        }
        self
    }

    /// The effects that wait for an answer, in order.
    pub(crate) fn take_waiting(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.waiting)
    }

    fn context(&self) -> Context {
        Context { now: self.now.utc, offset: self.now.offset, me: Some(me()) }
    }

    pub(crate) fn answer(&mut self, effect: Effect) -> Vec<Message> {
        match effect {
            Effect::Query { question, table, filter, sort, group, bars } => {
                let query = Query { filter, sort };
                let listing = query::listing(table, &query, (group, bars), &self.context());
                vec![Message::Listed(question, listing)]
            }
            Effect::Chart { question, table, order } => {
                vec![Message::Charted(question, query::chart(&table, order, &self.context()))]
            }
            Effect::Match { question, table, filter } => {
                vec![Message::Matched(question, query::matching(&table, &filter, &self.context()))]
            }
            Effect::CountNew { question, table, filter, seen } => {
                vec![self.count_new(question, table, &filter, seen)]
            }
            Effect::CountView { question, view, table, filter, seen } => {
                vec![self.count(question, view, &table, &filter, seen)]
            }
            Effect::CountValues { question, table, filter, field, text } => {
                let facets = values(&table, &filter, field, &text, &self.context(), &|| false).unwrap();
                vec![Message::Values(question, facets)]
            }
            Effect::Complete { question, table, text, cursor } => {
                let completion = complete(&text, cursor, &table, &self.context(), &|| false);
                vec![Message::Completed(question, completion)]
            }
            Effect::FindRelated { question, table, key, entities } => {
                vec![Message::Related(question, Arc::new(related(&table, key, &entities)))]
            }
            Effect::LoadDetail { question, key, table } => {
                let past = self.past(key);
                let detail = Detail {
                    key,
                    alert: Alert { remediation: self.remediation.clone(), ..alert::alert(key.0) },
                    raw: Arc::from(format!("{{\"name\":\"n{}\"}}", key.0)),
                    mentions: mentioned::by(&table, key),
                    families: incident::families(&table, key),
                    twins: Scanned::new(&table).twins(&table, key),
                    record: AlertRecord::of(&past),
                    past,
                };
                vec![Message::Detail(question, Ok(Arc::new(detail)))]
            }
            Effect::Journal(order) => self.journal(order),
            _ => Vec::new(),
        }
    }

    fn journal(&mut self, order: JournalOrder) -> Vec<Message> {
        if let Some(why) = self.refuse.take() {
            return vec![Message::Journal(Journal::Refused {
                order: order.kind(),
                why: SafeText::from(why),
            })];
        }
        match order {
            JournalOrder::Submit(mut change, plan) => {
                change.targets = plan.targets();
                let alerts = change.targets.len();
                let change = self.record(change);
                vec![
                    Message::Journal(Journal::Queued { change, alerts }),
                    Message::Table(self.builder.snapshot()),
                ]
            }
            JournalOrder::Undo(of) => {
                let (spared, back): (Vec<_>, Vec<_>) = self
                    .targets(of)
                    .into_iter()
                    .partition(|record| self.spare.contains(&key_of(&record.target.id).0));
                let spared = spared.iter().map(|record| {
                    (SafeText::from(record.target.id.as_str()), SafeText::from("gone from the source"))
                });
                let spared = spared.collect();
                let back: Vec<Target> = back
                    .iter()
                    .filter(|record| record.outcome == Outcome::Verified)
                    .map(|record| Target {
                        seen: record.target.want,
                        want: record.target.seen,
                        ..record.target.clone()
                    })
                    .collect();
                let alerts = back.len();
                if back.is_empty() {
                    let undone = Journal::Undone { change: of, by: None, removed: 0, alerts, spared };
                    return vec![Message::Journal(undone)];
                }
                let by = self.record(NewChange {
                    targets: back,
                    status: None,
                    reason: None,
                    comment: SafeText::default(),
                    filter: String::new(),
                    tenant: SafeText::default(),
                    undoes: Some(of),
                    take: false,
                    by: me(),
                    at: self.now.utc,
                });
                if let Some((record, _)) = self.changes.iter_mut().find(|(record, _)| record.id == of) {
                    record.undone_by = Some(by);
                }
                let undone = Journal::Undone { change: of, by: Some(by), removed: 0, alerts, spared };
                vec![Message::Journal(undone), Message::Table(self.builder.snapshot())]
            }
            order @ (JournalOrder::ListViews
            | JournalOrder::EditView { .. }
            | JournalOrder::LookAtView { .. }
            | JournalOrder::KeepPlace(_)) => self.view_order(order),
            JournalOrder::Retry(change) => {
                let again =
                    self.targets(change).iter().filter(|record| record.outcome.is_retryable()).count();
                self.settle_change(change, &BTreeSet::new());
                vec![
                    Message::Journal(Journal::Retrying { change, alerts: again }),
                    Message::Sync(SyncEvent::Settled { change, tally: self.tally(change) }),
                ]
            }
            JournalOrder::Record(deed, alerts) => self.deed(&deed.on(alerts.ids())),
            JournalOrder::ReadLog(question, range) => vec![self.log(question, &range)],
            JournalOrder::ListChanges => {
                let changes = self.changes.iter().rev().map(|(record, _)| record.clone()).collect();
                vec![Message::Journal(Journal::Changes(changes))]
            }
            JournalOrder::LoadChange(change) => {
                let found = self.changes.iter().find(|(record, _)| record.id == change);
                let (record, targets) = found.cloned().unwrap();
                let failed = targets.into_iter().filter(|record| record.outcome.is_retryable());
                let failed = failed.map(|record| Failure { key: Some(key_of(&record.target.id)), record });
                vec![Message::Journal(Journal::Failures(Box::new(record), failed.collect()))]
            }
            JournalOrder::Cancel(_) => Vec::new(),
        }
    }

    /// Presses keys, parted by blanks; counts them.
    pub(crate) fn keys(&mut self, keys: &str) -> &mut Self {
        for key in sequence(keys) {
            self.press(key);
        }
        self
    }

    pub(crate) fn press(&mut self, key: Key) -> &mut Self {
        self.pressed += 1;
        self.send(Message::Key(key))
    }

    /// Types text; not counted.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.send(Message::Key(Key::char(c)));
        }
        self
    }

    /// Puts the cursor on an alert by plain movement, which is not counted.
    pub(crate) fn cursor_to(&mut self, key: u32) -> &mut Self {
        let before = self.pressed;
        let place = self.model.list.listing.place(AlertKey(key)).unwrap();
        let line = self.model.list.line_of(place);
        self.keys("g g");
        for _ in 0..line {
            self.keys("j");
        }
        self.pressed = before;
        self
    }

    pub(crate) fn shown(&self) -> Vec<u32> {
        self.model.list.listing.keys().map(|key| key.0).collect()
    }

    pub(crate) fn marked(&self) -> Vec<u32> {
        self.model.list.marks.iter().map(|key| key.0).collect()
    }

    pub(crate) fn notice(&self) -> &str {
        self.model.notice.as_ref().map_or("", |notice| notice.text.raw())
    }

    /// The changes ordered so far.
    pub(crate) fn submitted(&self) -> Vec<NewChange> {
        self.effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Journal(JournalOrder::Submit(change, plan)) => {
                    Some(NewChange { targets: plan.targets(), ..change.clone() })
                }
                _ => None,
            })
            .collect()
    }

    pub(crate) fn copied(&self) -> Vec<&str> {
        self.effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Copy(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }
}
