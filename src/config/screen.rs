//! The `[screen]` table.

use serde::{Deserialize, Serialize};

use crate::app::columns::Columns;
use crate::app::settings::{Settings, ThemeName};

/// How the screen looks and behaves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Screen {
    /// The colours.
    pub theme: ThemeName,
    /// Show the histogram above the list where there is room.
    pub histogram: bool,
    /// Let the mouse do what keys do.
    pub mouse: bool,
    /// The columns of the list, from the left.
    pub columns: Columns,
}

/// Those of the screen without a config.
impl Default for Screen {
    fn default() -> Self {
        let Settings { theme, histogram, mouse, columns, .. } = Settings::default();
        Self { theme, histogram, mouse, columns }
    }
}
