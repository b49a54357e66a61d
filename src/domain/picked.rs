//! Alerts that something is about, frozen: those of one snapshot, by their numbers. Their full ids, a text each, are made
//! where they are needed.

use std::sync::Arc;

use crate::domain::table::Table;
use crate::domain::{AlertId, AlertKey};

/// Some alerts of a snapshot. Whatever comes later is no part of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Picked {
    table: Arc<Table>,
    keys: Vec<AlertKey>,
}

impl Picked {
    /// Those of these that the snapshot has, in the order given.
    pub fn of(table: &Arc<Table>, keys: impl IntoIterator<Item = AlertKey>) -> Self {
        let keys = keys.into_iter().filter(|key| table.position(*key).is_some()).collect();
        Self { table: Arc::clone(table), keys }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// True without any.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The first.
    pub fn first(&self) -> Option<AlertKey> {
        self.keys.first().copied()
    }

    /// Their full ids. Of very many this takes its time.
    pub fn ids(&self) -> impl Iterator<Item = AlertId> + '_ {
        self.keys.iter().filter_map(|key| Some(self.table.get(*key)?.id()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filter::testing::{Sample, builder};

    #[test]
    fn they_are_those_of_the_moment() {
        let mut builder = builder(&[Sample::new("a"), Sample::new("b"), Sample::new("c")]);
        let keys = [3, 9, 1].map(AlertKey);
        let picked = Picked::of(&builder.snapshot(), keys);
        let names =
            |picked: &Picked| -> Vec<String> { picked.ids().map(|id| id.name().to_owned()).collect() };
        assert_eq!(
            (names(&picked), picked.len(), picked.first()),
            (vec!["c".into(), "a".into()], 2, Some(keys[0]))
        );
        builder.remove(&keys[..1]);
        assert_eq!(names(&picked), ["c", "a"]);
        assert_eq!(names(&Picked::of(&builder.snapshot(), keys)), ["a"]);
    }
}
