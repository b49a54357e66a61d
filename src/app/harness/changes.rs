//! Changes, as the harness's journal has them, and a worker that sends them.

use std::collections::BTreeSet;

use super::{Harness, key_of};
use crate::app::message::Message;
use crate::domain::change::{ChangeRecord, NewChange, Outcome, Tally, TargetRecord};
use crate::domain::progress::SyncEvent;
use crate::domain::{AlertKey, ChangeId, SafeText};

impl Harness {
    pub(crate) fn record(&mut self, change: NewChange) -> ChangeId {
        let id = ChangeId(i64::try_from(self.changes.len()).unwrap() + 1);
        for target in &change.targets {
            let key = key_of(&target.id);
            self.builder.set_pending(key, Some(target.want));
        }
        let tally = Tally { pending: change.targets.len(), ..Tally::default() };
        let record = ChangeRecord {
            id,
            at: change.at,
            by: change.by,
            status: change.status,
            reason: change.reason,
            comment: change.comment,
            filter: change.filter,
            undoes: change.undoes,
            undone_by: None,
            tally,
        };
        let targets = change.targets.into_iter().map(|target| TargetRecord {
            target,
            outcome: Outcome::Pending,
            detail: SafeText::default(),
            attempts: 0,
        });
        self.changes.push((record, targets.collect()));
        id
    }

    pub(crate) fn targets(&self, change: ChangeId) -> Vec<TargetRecord> {
        self.changes.iter().find(|(record, _)| record.id == change).unwrap().1.clone()
    }

    pub(crate) fn tally(&self, change: ChangeId) -> Tally {
        let mut tally = Tally::default();
        for record in self.targets(change) {
            tally.add(record.outcome, 1);
        }
        tally
    }

    /// The worker is done with a change: all verified but those refused.
    pub(crate) fn settle_change(&mut self, change: ChangeId, refused: &BTreeSet<AlertKey>) {
        let targets = self.targets(change);
        let mut after = Vec::new();
        for mut record in targets {
            let key = key_of(&record.target.id);
            self.builder.set_pending(key, None);
            record.outcome = if refused.contains(&key) { Outcome::Failed } else { Outcome::Verified };
            if record.outcome == Outcome::Verified {
                self.builder.set_remote_status(key, record.target.want);
            }
            after.push(record);
        }
        let entry = self.changes.iter_mut().find(|(record, _)| record.id == change).unwrap();
        entry.1 = after;
        let tally = self.tally(change);
        self.changes.iter_mut().find(|(record, _)| record.id == change).unwrap().0.tally = tally;
    }

    /// The worker sends a change: all verified but those refused. The screen hears of it.
    pub(crate) fn verify(&mut self, change: i64, refused: &[u32]) -> &mut Self {
        let change = ChangeId(change);
        self.settle_change(change, &refused.iter().map(|key| AlertKey(*key)).collect());
        let tally = self.tally(change);
        self.snapshot().send(Message::Sync(SyncEvent::Settled { change, tally }))
    }
}
