//! The heads of the commands.

/// The heads under which help and README group the commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names are the heads
pub enum Group {
    Move,
    Mark,
    Filter,
    Sort,
    Group,
    View,
    Change,
    Related,
    Record,
    Respond,
    Copy,
    HandOver,
    Program,
}

impl Group {
    /// Every group, in the order of help.
    pub const ALL: [Self; 13] = [
        Self::Move,
        Self::Mark,
        Self::Filter,
        Self::Sort,
        Self::Group,
        Self::View,
        Self::Change,
        Self::Related,
        Self::Record,
        Self::Respond,
        Self::Copy,
        Self::HandOver,
        Self::Program,
    ];

    /// The head.
    pub fn title(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::Mark => "Mark",
            Self::Filter => "Filter",
            Self::Sort => "Sort",
            Self::Group => "Group",
            Self::View => "Views",
            Self::Change => "Change status",
            Self::Related => "Around the alert",
            Self::Record => "Record (kept here, never sent)",
            Self::Respond => "Take action",
            Self::Copy => "Copy",
            Self::HandOver => "Hand over",
            Self::Program => "Program",
        }
    }
}
