//! Finds an alert's number by its id.
//!
//! An index in the database would cost a third of an insert and could be damaged without the rows showing it. This one is made
//! from the table when it is first needed: one slot of four bytes for half an alert, nothing else; ids are compared in the table.

use std::collections::HashMap;

use crate::domain::table::Table;
use crate::domain::{AlertId, AlertKey};
use crate::store::hash::{id_hash, name_hash, parent_hash};

/// Never a key: keys count from 1.
const FREE: u32 = 0;
/// A slot whose alert was removed: a search goes on behind it.
const REMOVED: u32 = u32::MAX;

/// An open-addressing table of keys.
#[derive(Debug)]
pub(in crate::store) struct IdIndex {
    slots: Vec<u32>,
    /// Slots that are not free.
    used: usize,
}

impl IdIndex {
    /// Makes the index of a table.
    pub(in crate::store) fn of(table: &Table) -> Self {
        let mut index = Self { slots: vec![FREE; (table.len() * 2).next_power_of_two().max(64)], used: 0 };
        let mut parents: HashMap<u32, u64> = HashMap::new();
        for (_, row) in table.rows() {
            let code = row.parent_code();
            let parent = *parents.entry(code).or_insert_with(|| parent_hash(table.dict().text(code)));
            index.place(name_hash(parent, row.name()), row.key());
        }
        index
    }

    /// The alert with this id.
    pub(in crate::store) fn find(&self, table: &Table, id: &AlertId) -> Option<AlertKey> {
        self.slots_from(id_hash(id))
            .map(|slot| self.slots[slot])
            .take_while(|key| *key != FREE)
            .filter(|key| *key != REMOVED)
            .map(AlertKey)
            .find(|key| is(table, *key, id))
    }

    /// Adds an alert that is in the table and was not here before.
    pub(in crate::store) fn add(&mut self, table: &Table, key: AlertKey, id: &AlertId) {
        if (self.used + 1) * 4 > self.slots.len() * 3 {
            *self = Self::of(table);
        } else {
            self.place(id_hash(id), key);
        }
    }

    /// Forgets an alert.
    pub(in crate::store) fn remove(&mut self, key: AlertKey, id: &AlertId) {
        let slot = self
            .slots_from(id_hash(id))
            .take_while(|slot| self.slots[*slot] != FREE)
            .find(|slot| self.slots[*slot] == key.0);
        if let Some(slot) = slot {
            self.slots[slot] = REMOVED;
        }
    }

    fn place(&mut self, hash: u64, key: AlertKey) {
        let free = self.slots_from(hash).find(|slot| self.slots[*slot] == FREE);
        if let Some(slot) = free {
            self.slots[slot] = key.0;
            self.used += 1;
        }
    }

    /// Every slot once, beginning with the one for a hash.
    fn slots_from(&self, hash: u64) -> impl Iterator<Item = usize> + use<> {
        let mask = self.slots.len() - 1;
        (0..=mask).map(move |step| (hash as usize).wrapping_add(step) & mask)
    }
}

fn is(table: &Table, key: AlertKey, id: &AlertId) -> bool {
    table.get(key).is_some_and(|row| row.name().eq_ignore_ascii_case(id.name()) && row.id() == *id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::table::{Flags, RowData, TableBuilder};
    use crate::domain::tactic::TacticSet;
    use crate::domain::{Severity, Status};

    fn id(number: u32) -> AlertId {
        AlertId::new(format!("/subscriptions/s{}/Alerts/N{number}", number % 3))
    }

    fn add(builder: &mut TableBuilder, number: u32) {
        let data = RowData {
            id: id(number),
            time: None,
            severity: Severity::Low,
            status: Status::Active,
            flags: Flags::default(),
            tactics: TacticSet::default(),
            facts: Vec::new(),
        };
        builder.upsert(AlertKey(number), &data);
    }

    #[test]
    fn every_alert_is_found_while_others_come_and_go() {
        let mut builder = TableBuilder::new();
        (1..=50).for_each(|number| add(&mut builder, number));
        let mut index = IdIndex::of(builder.table());
        for number in 51..=1000 {
            add(&mut builder, number);
            index.add(builder.table(), AlertKey(number), &id(number));
            let old = number - 30;
            index.remove(AlertKey(old), &id(old));
            builder.remove(&[AlertKey(old)]);
        }
        for number in 1..=1000 {
            let there = number <= 20 || number > 970;
            let expected = there.then_some(AlertKey(number));
            assert_eq!(index.find(builder.table(), &id(number)), expected, "{number}");
            let shouted = AlertId::new(id(number).as_str().to_uppercase());
            assert_eq!(index.find(builder.table(), &shouted), expected);
        }
        assert_eq!(index.find(builder.table(), &AlertId::new("/subscriptions/s1/alerts/N9")), None);
    }
}
