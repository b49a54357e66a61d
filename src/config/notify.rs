//! The `[notify]` table.

use serde::{Deserialize, Serialize};

use crate::app::settings::{self, Osc};
use crate::config::filter_text;

/// How new alerts are announced.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Notify {
    /// Which new alerts.
    #[serde(deserialize_with = "filter_text::deserialize")]
    pub filter: String,
    /// Ring the terminal's bell.
    pub bell: bool,
    /// Show a notification by this sequence.
    pub osc: Osc,
    /// Count them in the window's title.
    pub title: bool,
}

/// Those of the screen without a config.
impl Default for Notify {
    fn default() -> Self {
        let settings::Notify { filter, bell, osc, title } = settings::Notify::default();
        Self { filter, bell, osc, title }
    }
}

impl From<&Notify> for settings::Notify {
    fn from(notify: &Notify) -> Self {
        let Notify { filter, bell, osc, title } = notify.clone();
        Self { filter, bell, osc, title }
    }
}
