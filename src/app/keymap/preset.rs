//! Keys for hands that learned them elsewhere: each preset changes some rows of the table of commands.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Which keys there are before the config's own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Those of the table of commands.
    #[default]
    Default,
    /// As Gmail: `e` archives, `#` deletes, `u` goes back.
    Gmail,
    /// As Sguil: function keys decide.
    Sguil,
}

/// A command by its name, and its keys.
pub(super) type Row = (&'static str, &'static [&'static str]);

/// `u` is the way back, so undo moves; `o` opens, so the link moves.
const GMAIL: &[Row] = &[
    ("open", &["o", "Enter"]),
    ("related-open", &["o", "Enter"]),
    ("respond-enter", &["o", "Enter"]),
    ("back", &["u", "Esc"]),
    ("mark-toggle", &["x", "Space"]),
    ("related-mark", &["x", "Space"]),
    ("mark-all", &["* a", "* *"]),
    ("resolve", &["e", "s r"]),
    ("dismiss", &["#", "s d"]),
    ("undo", &["Z"]),
    ("redo", &["ctrl-r"]),
    ("link", &["O"]),
    ("view-1", &["g i", "1"]),
    ("view-3", &["g d", "3"]),
    ("view-4", &["g r", "4"]),
    ("view-0", &["g a", "0"]),
];

/// The usual keys stay beside the function keys.
const SGUIL: &[Row] = &[
    ("help", &["F1", "?"]),
    ("note", &["F2", "c"]),
    ("assign", &["F3", "A"]),
    ("respond-open", &["F4", "r"]),
    ("sync", &["F5", "R"]),
    ("resolve", &["F6", "s r"]),
    ("in-progress", &["F7", "s i"]),
    ("dismiss", &["F8", "d", "s d"]),
    ("take", &["F9", "a"]),
    ("undo", &["F10", "u"]),
];

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 3] = [Self::Default, Self::Gmail, Self::Sguil];

    /// The rows that it changes.
    pub(super) fn rows(self) -> &'static [Row] {
        match self {
            Self::Default => &[],
            Self::Gmail => GMAIL,
            Self::Sguil => SGUIL,
        }
    }
}

/// The word in the config.
impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::Gmail => "gmail",
            Self::Sguil => "sguil",
        })
    }
}
