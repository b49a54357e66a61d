//! Where keys have their meaning, and where commands work.

use crate::app::model::{Model, Pane, Tab};

/// Where keys have their meaning: a pane or, where a tab has keys of its own, that tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The list.
    List,
    /// The details beside it.
    Details,
    /// The full details.
    Full,
    /// Their *Take action* tab.
    Respond,
    /// Their *Related* tab.
    Related,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 5] = [Self::List, Self::Details, Self::Full, Self::Respond, Self::Related];

    /// Where the keys are now, when nothing lies over it.
    pub fn of(model: &Model) -> Self {
        match (model.focus, &model.details.full) {
            (Pane::List, _) => Self::List,
            (Pane::Details, _) => Self::Details,
            (Pane::Full, Some(full)) if full.tab == Tab::Respond => Self::Respond,
            (Pane::Full, Some(full)) if full.tab == Tab::Related => Self::Related,
            (Pane::Full, _) => Self::Full,
        }
    }
}

/// The scopes in which a command works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panes(u8);

impl Panes {
    /// The list only.
    pub const LIST: Self = Self(1);
    /// The list and the details beside it.
    pub const BESIDE: Self = Self(3);
    /// The full details' tabs without keys of their own.
    pub const FULL: Self = Self(4);
    /// Everywhere but in the *Take action* tab.
    pub const BEFORE_RESPOND: Self = Self(23);
    /// The *Take action* tab only.
    pub const RESPOND: Self = Self(8);
    /// The *Related* tab only.
    pub const RELATED: Self = Self(16);
    /// The full details, whichever tab is shown.
    pub const OPEN: Self = Self(28);
    /// Everywhere.
    pub const ALL: Self = Self(31);

    /// True when a scope is one of them.
    pub fn contains(self, scope: Scope) -> bool {
        let bit = match scope {
            Scope::List => 1,
            Scope::Details => 2,
            Scope::Full => 4,
            Scope::Respond => 8,
            Scope::Related => 16,
        };
        self.0 & bit != 0
    }

    /// True when a pane is in both.
    pub fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
