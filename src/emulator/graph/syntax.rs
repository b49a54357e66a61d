//! The part of the query language that is understood, as a tree.

use serde_json::Value;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Literal(Value),
    /// A length of time in seconds.
    Span(f64),
    /// A column.
    Column(String),
    /// A member of a dynamic value, in exactly this letter case.
    Member(Box<Expr>, String),
    /// An element of a list.
    Item(Box<Expr>, usize),
    Call(String, Vec<Expr>),
    Not(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Compare(Box<Expr>, Test, Box<Expr>),
    /// Whether a value is one of a list.
    In {
        value: Box<Expr>,
        list: Vec<Expr>,
        fold: bool,
        not: bool,
    },
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    Equal { fold: bool, not: bool },
    Less { or_equal: bool },
    Greater { or_equal: bool },
    Part { how: Part, fold: bool, not: bool },
}

/// How a text is in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Contains,
    Starts,
    Ends,
    /// As a whole word.
    Has,
}

/// A named expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) expr: Expr,
}

/// One sort key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    pub(super) expr: Expr,
    pub(super) descending: bool,
}

/// One step behind a `|`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Where(Expr),
    Extend(Vec<Named>),
    Project(Vec<Named>),
    ProjectAway(Vec<String>),
    Summarize { aggregates: Vec<Named>, by: Vec<Named> },
    Distinct(Vec<Named>),
    Expand(Named),
    Order(Vec<Key>),
    Take(usize),
    Count,
}

/// A whole query.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Query {
    /// The table, in lower case.
    pub(super) table: String,
    pub(super) steps: Vec<Step>,
}

/// The functions, with the fewest and the most arguments they take.
pub(super) const FUNCTIONS: [(&str, usize, usize); 22] = [
    ("tolower", 1, 1),
    ("toupper", 1, 1),
    ("tostring", 1, 1),
    ("toint", 1, 1),
    ("tolong", 1, 1),
    ("todatetime", 1, 1),
    ("coalesce", 2, 64),
    ("strcat", 1, 64),
    ("strlen", 1, 1),
    ("trim", 2, 2),
    ("split", 2, 3),
    ("isempty", 1, 1),
    ("isnotempty", 1, 1),
    ("isnull", 1, 1),
    ("isnotnull", 1, 1),
    ("array_length", 1, 1),
    ("iff", 3, 3),
    ("iif", 3, 3),
    ("todynamic", 1, 1),
    ("parse_json", 1, 1),
    ("now", 0, 1),
    ("ago", 1, 1),
];

/// What `summarize` can do, with the number of arguments.
pub(super) const AGGREGATES: [(&str, usize); 9] = [
    ("count", 0),
    ("dcount", 1),
    ("countif", 1),
    ("make_set", 1),
    ("make_list", 1),
    ("min", 1),
    ("max", 1),
    ("any", 1),
    ("take_any", 1),
];
