//! What the config sets for the screen, as plain data.

/// How the screen looks and behaves. The defaults are those of a config without a word about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Show the histogram above the list where there is room.
    pub histogram: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { histogram: true }
    }
}
