//! The conditions of a compiled filter, tested row by row.

use std::collections::{HashMap, HashSet};

use crate::domain::AlertKey;
use crate::domain::fact::FactKind;
use crate::domain::filter::field::RowTest;
use crate::domain::filter::pattern::{Matcher, Pattern, Piece, Reach, fold, fold_into};
use crate::domain::filter::scan::Codes;
use crate::domain::table::Row;

#[derive(Debug)]
pub(super) enum Node {
    Always(bool),
    /// Severity codes, as bits.
    Severity(u8),
    /// Status codes, as bits.
    Status(u8),
    Tactics(u32),
    /// First and last second.
    Time(u32, u32),
    Word(Vec<RowTest>),
    /// The head at this place.
    Head(usize, Codes),
    Facts(Codes),
    /// Rows whose answer is not the usual one.
    Local {
        usual: bool,
        others: HashSet<AlertKey>,
    },
    Id(Box<Ids>),
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
}

/// Ids and names looked for.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// By folded name: the folded parents asked for; an empty one stands for any.
    exact: HashMap<String, Vec<String>>,
    /// Patterns for the name, and those with a slash for the full id.
    names: Vec<Matcher>,
    full: Vec<Matcher>,
}

impl Node {
    /// True when the row passes. `scratch` spares allocations.
    pub(super) fn test(&self, row: &Row<'_>, scratch: &mut String) -> bool {
        match self {
            Self::Always(answer) => *answer,
            Self::Severity(bits) => bits >> (row.severity() as u8) & 1 == 1,
            Self::Status(bits) => bits >> (row.status() as u8) & 1 == 1,
            Self::Tactics(bits) => row.tactics().0 & bits != 0,
            Self::Time(first, last) => {
                let seconds = row.seconds();
                seconds != 0 && (*first..=*last).contains(&seconds)
            }
            Self::Word(tests) => tests.iter().any(|test| test(row)),
            Self::Head(place, codes) => {
                row.facts().get(*place).is_some_and(|fact| codes.contains(fact.code()))
            }
            Self::Facts(codes) => {
                row.facts().iter().any(|fact| fact.is_of(codes.kinds) && codes.contains(fact.code()))
            }
            Self::Local { usual, others } => *usual != others.contains(&row.key()),
            Self::Id(ids) => ids.test(row, scratch),
            Self::Not(inner) => !inner.test(row, scratch),
            Self::All(members) => members.iter().all(|member| member.test(row, scratch)),
            Self::Any(members) => members.iter().any(|member| member.test(row, scratch)),
        }
    }

    /// A guess at the work per row: the cheap conditions are tested first.
    pub(super) fn cost(&self) -> usize {
        match self {
            Self::Always(_) => 0,
            Self::Severity(_) | Self::Status(_) | Self::Tactics(_) | Self::Time(..) => 1,
            Self::Word(_) | Self::Head(..) => 2,
            Self::Local { .. } => 4,
            Self::Facts(_) => 8,
            Self::Id(_) => 12,
            Self::Not(inner) => inner.cost(),
            Self::All(members) | Self::Any(members) => members.iter().map(Self::cost).sum(),
        }
    }

    /// A list of one is that one.
    pub(super) fn simplified(self) -> Self {
        match self {
            Self::Any(mut members) if members.len() == 1 => members.pop().unwrap_or(Self::Always(false)),
            other => other,
        }
    }

    /// The cheapest test for a set of codes.
    pub(super) fn of_facts(codes: Codes) -> Self {
        let heads = (0..FactKind::HEADS).find(|place| codes.kinds == 1 << place);
        match heads {
            _ if codes.is_empty() => Self::Always(false),
            Some(place) => Self::Head(place, codes),
            None => Self::Facts(codes),
        }
    }
}

impl Ids {
    /// The ids and names that patterns ask for.
    pub(super) fn new(patterns: &[&Pattern]) -> Self {
        let mut ids = Self::default();
        for pattern in patterns {
            match pattern.as_literal() {
                Some(text) => {
                    let text = fold(text);
                    let (parent, name) = text.split_at(text.rfind('/').map_or(0, |slash| slash + 1));
                    ids.exact.entry(name.to_owned()).or_default().push(parent.to_owned());
                }
                None if has_slash(pattern) => ids.full.push(Matcher::new(pattern, Reach::Whole)),
                None => ids.names.push(Matcher::new(pattern, Reach::Whole)),
            }
        }
        ids
    }

    /// Exactly these names.
    pub(super) fn named<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        Self { exact: names.map(|name| (fold(name), vec![String::new()])).collect(), ..Self::default() }
    }

    pub(super) fn test(&self, row: &Row<'_>, scratch: &mut String) -> bool {
        if !self.exact.is_empty() {
            fold_into(row.name(), scratch);
            if let Some(parents) = self.exact.get(scratch.as_str()) {
                fold_into(row.parent(), scratch);
                if parents.iter().any(|parent| parent.is_empty() || parent == scratch) {
                    return true;
                }
            }
        }
        self.names.iter().any(|matcher| matcher.matches(row.name(), scratch))
            || (!self.full.is_empty() && {
                let id = row.id();
                self.full.iter().any(|matcher| matcher.matches(id.as_str(), scratch))
            })
    }
}

/// True for a pattern that can only mean a full id.
pub(super) fn has_slash(pattern: &Pattern) -> bool {
    pattern.pieces().iter().any(|piece| matches!(piece, Piece::Text(text) if text.contains('/')))
}
