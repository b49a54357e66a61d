//! What a filter says, as a tree in normal form.

use super::field::Field;
use super::moment::Moment;
use super::network::Network;
use super::pattern::Pattern;
use crate::domain::{Severity, Status, Tactic};

/// A filter: which alerts are meant. The default means all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter(pub Expr);

impl Filter {
    /// Every alert.
    pub fn all() -> Self {
        Self::default()
    }

    /// True when nothing is left out.
    pub fn is_all(&self) -> bool {
        self.0 == Expr::All
    }
}

/// A part of a filter. [`Expr::and`] and [`Expr::or`] keep it normal: no `And` directly inside an `And`, no `Or` inside
/// an `Or`, and at least two members in each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Expr {
    /// `*`
    #[default]
    All,
    /// A bare word or phrase: contained in any of the searched texts.
    Text(Pattern),
    /// `field:a,b`: one of the values.
    Field(Field, Vec<Value>),
    /// `severity>=medium`
    Compare(Order, Severity),
    /// `-term`
    Not(Box<Expr>),
    /// All of them.
    And(Vec<Expr>),
    /// Any of them.
    Or(Vec<Expr>),
}

impl Expr {
    /// All of the members; a single one stays itself, none means everything.
    #[must_use]
    pub fn and(members: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(members.len());
        for member in members {
            match member {
                Self::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        if flat.len() > 1 { Self::And(flat) } else { flat.pop().unwrap_or_default() }
    }

    /// Any of the members; a single one stays itself.
    #[must_use]
    pub fn or(members: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(members.len());
        for member in members {
            match member {
                Self::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        if flat.len() > 1 { Self::Or(flat) } else { flat.pop().unwrap_or_default() }
    }

    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }
}

/// How a severity is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names are the operators
pub enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    /// Every operator, the longer spellings first.
    pub const ALL: [Self; 4] = [Self::LessOrEqual, Self::GreaterOrEqual, Self::Less, Self::Greater];

    /// The operator as written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// True when `left` stands in this relation to `right`.
    pub fn holds(self, left: Severity, right: Severity) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

/// A value of a field term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, with or without wildcards.
    Pattern(Pattern),
    /// A severity.
    Severity(Severity),
    /// A status.
    Status(Status),
    /// A tactic.
    Tactic(Tactic),
    /// One of a field's fixed words.
    Word(&'static str),
    /// An address or a network.
    Network(Network),
    /// A time.
    Moment(Moment),
}
