//! What the config sets for the screen, as plain data.

/// How the screen looks and behaves. The defaults are those of a config without a word about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Show the histogram above the list where there is room.
    pub histogram: bool,
    /// Charts are drawn with block characters; else in ASCII, for terminals that have none.
    pub blocks: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { histogram: true, blocks: true }
    }
}
