//! Which of the records that were left out are named to a person: the broken ones first, of all others a few.

use std::collections::HashMap;

use super::Left;
use crate::domain::{SafeText, thousands};

/// Records of a kind that are named one by one.
const SAID: usize = 20;

/// Of what is no alert, so many a file: one is like the other.
const ALIKE: usize = 3;

/// Records that were left out, as they come.
#[derive(Debug, Default)]
pub struct Named {
    broken: Vec<Left>,
    others: Vec<Left>,
    /// How many of a file are among the others.
    alike: HashMap<SafeText, usize>,
    all: usize,
}

impl Named {
    /// Takes one in. Of a file that cannot be read as a whole each is named.
    pub fn add(&mut self, left: Left) {
        self.all += 1;
        if left.is_broken {
            if self.broken.len() < SAID || left.line.is_none() {
                self.broken.push(left);
            }
            return;
        }
        let alike = self.alike.entry(left.file.clone()).or_default();
        if *alike < ALIKE && self.others.len() < SAID {
            *alike += 1;
            self.others.push(left);
        }
    }

    /// Those that are named.
    fn iter(&self) -> impl Iterator<Item = &Left> {
        self.broken.iter().chain(&self.others)
    }

    /// All that were left out.
    pub fn all(&self) -> usize {
        self.all
    }

    /// How many are not named.
    fn more(&self) -> usize {
        self.all - self.broken.len() - self.others.len()
    }

    /// A line for each that is named, and one for the others.
    pub fn lines(&self) -> impl Iterator<Item = SafeText> {
        let more = match self.more() {
            0 => None,
            more => Some(format!("and {} more: `quell import --json` lists all", thousands(more))),
        };
        self.iter().map(ToString::to_string).chain(more).map(SafeText::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_broken_comes_first_and_of_others_a_few() {
        let left = |file: &str, record, is_broken| Left {
            file: file.into(),
            line: (record > 0).then_some(record),
            record,
            is_broken,
            reason: "r".into(),
        };
        let mut named = Named::default();
        (1..=100).for_each(|record| named.add(left("a", record, false)));
        named.add(left("b", 1, false));
        (101..=130).for_each(|record| named.add(left("a", record, true)));
        named.add(left("c", 0, true));
        let said: Vec<(&str, u64)> = named.iter().map(|left| (left.file.raw(), left.record)).collect();
        let broken: Vec<(&str, u64)> = (101..=120).map(|record| ("a", record)).collect();
        assert_eq!(said[..20], broken);
        assert_eq!(said[20..], [("c", 0), ("a", 1), ("a", 2), ("a", 3), ("b", 1)]);
        assert_eq!(named.all(), 132);
        let last = named.lines().last().unwrap();
        assert_eq!(last.raw(), "and 107 more: `quell import --json` lists all");
    }
}
