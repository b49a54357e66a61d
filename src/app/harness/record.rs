//! Deeds and the audit log, as the harness's journal has them.

use super::{Harness, key_of};
use crate::app::effect::{LogPart, LogRange};
use crate::app::message::{ActLine, AlertLine, Journal, LogLines, LogWindow, Message, Question};
use crate::domain::AlertKey;
use crate::domain::record::{Act, Deed, DeedId, DeedKind, LogEntry, Past};

impl Harness {
    /// The deeds of an alert, the newest first.
    pub(super) fn past(&self, key: AlertKey) -> Vec<Past> {
        let deeds = self.deeds.iter().rev().filter(|deed| deed.alerts.iter().any(|id| key_of(id) == key));
        deeds.map(|deed| Past::Deed(Box::new(deed.clone()), deed.alerts.len())).collect()
    }

    pub(super) fn deed(&mut self, deed: &Deed) -> Vec<Message> {
        for id in &deed.alerts {
            let local = self.builder.local_mut().entry(key_of(id)).or_default();
            match deed.kind {
                DeedKind::Note => local.notes = deed.words.clone(),
                DeedKind::Assign => local.assigned = Some(deed.value.clone()).filter(|who| !who.is_empty()),
                DeedKind::Feedback => local.useful = Some(deed.is_useful()),
                _ => {}
            }
        }
        self.deeds.push(deed.clone());
        let (kind, alerts, value) = (deed.kind, deed.alerts.len(), deed.value.clone());
        vec![
            Message::Journal(Journal::Recorded { kind, alerts, value }),
            Message::Table(self.builder.snapshot()),
        ]
    }

    pub(super) fn log(&self, question: Question, range: &LogRange) -> Message {
        let LogRange { what, from, limit } = range;
        let part = |total: usize| *from.min(&total)..(from + limit).min(total);
        let (total, lines) = match what {
            LogPart::Acts(find) => {
                let found: Vec<ActLine> =
                    self.acts().filter(|line| said(line).contains(find.as_str())).collect();
                (found.len(), LogLines::Acts(found[part(found.len())].to_vec()))
            }
            LogPart::Change(change) => {
                let targets = self.targets(*change);
                let line = |target: &crate::domain::change::TargetRecord| AlertLine {
                    id: target.target.id.clone(),
                    key: Some(key_of(&target.target.id)),
                    target: Some(target.clone()),
                };
                let lines = targets[part(targets.len())].iter().map(line).collect();
                (targets.len(), LogLines::Alerts(lines))
            }
            LogPart::Deed(DeedId(deed)) => {
                let alerts = &self.deeds[usize::try_from(*deed).unwrap()].alerts;
                let line = |id: &crate::domain::AlertId| AlertLine {
                    id: id.clone(),
                    key: Some(key_of(id)),
                    target: None,
                };
                (alerts.len(), LogLines::Alerts(alerts[part(alerts.len())].iter().map(line).collect()))
            }
        };
        Message::Journal(Journal::Log(question, LogWindow { total, from: *from, lines }))
    }

    /// Deeds, then changes, each the newest first.
    fn acts(&self) -> impl Iterator<Item = ActLine> + '_ {
        let deeds = self.deeds.iter().enumerate().rev().map(|(at, deed)| LogEntry {
            act: Act::Deed(DeedId(i64::try_from(at).unwrap()), Box::new(deed.clone())),
            alerts: deed.alerts.len(),
            first: deed.alerts.first().cloned(),
        });
        let changes = self.changes.iter().rev().map(|(change, targets)| LogEntry {
            act: Act::Change(Box::new(change.clone())),
            alerts: targets.len(),
            first: targets.first().map(|target| target.target.id.clone()),
        });
        deeds.chain(changes).map(|entry| ActLine { key: entry.first.as_ref().map(key_of), entry })
    }
}

fn said(line: &ActLine) -> String {
    match &line.entry.act {
        Act::Change(change) => change.comment.raw().to_owned(),
        Act::Deed(_, deed) => format!("{} {}", deed.value.raw(), deed.words.raw()),
    }
}
