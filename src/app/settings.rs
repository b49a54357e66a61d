//! What the config sets for the screen, as plain data.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::app::columns::Columns;
use crate::app::keymap::Keymap;

/// How the screen looks and behaves. The defaults are those of a config without a word about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Show the histogram above the list where there is room.
    pub histogram: bool,
    /// Charts are drawn with block characters; else in ASCII, for terminals that have none.
    pub blocks: bool,
    /// Everything is spelled in ASCII, for terminals without UTF-8.
    pub ascii: bool,
    /// The colours.
    pub theme: ThemeName,
    /// The colours that the terminal has.
    pub colours: Colours,
    /// The terminal tells what the mouse does; its own selection of text then needs Shift.
    pub mouse: bool,
    /// The columns of a view that has none of its own.
    pub columns: Columns,
    /// The keys in force.
    pub keymap: Keymap,
    /// How new alerts are announced.
    pub notify: Notify,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            histogram: true,
            blocks: true,
            ascii: false,
            theme: ThemeName::default(),
            colours: Colours::default(),
            mouse: false,
            columns: Columns::default(),
            keymap: Keymap::default(),
            notify: Notify::default(),
        }
    }
}

/// The colours that a terminal has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colours {
    /// None, or the user wants none (`NO_COLOR`).
    None,
    /// Sixteen, whose shades its user chose.
    #[default]
    Sixteen,
    /// 256 or more.
    Many,
}

impl Colours {
    /// Those of a terminal, from its environment: `NO_COLOR`, `COLORTERM` and `TERM`.
    pub fn of(no_color: &str, colorterm: &str, term: &str) -> Self {
        const NAMES: [&str; 8] =
            ["256color", "direct", "kitty", "alacritty", "foot", "wezterm", "ghostty", "contour"];
        if !no_color.is_empty() {
            Self::None
        } else if !colorterm.is_empty() || NAMES.iter().any(|name| term.contains(name)) {
            Self::Many
        } else {
            Self::Sixteen
        }
    }
}

/// How new alerts are announced; not at all by default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notify {
    /// Which new alerts.
    pub filter: String,
    /// Ring the terminal's bell.
    pub bell: bool,
    /// Show a notification by this sequence.
    pub osc: Osc,
    /// Count them in the window's title.
    pub title: bool,
}

impl Default for Notify {
    fn default() -> Self {
        Self { filter: "severity:high".to_owned(), bell: false, osc: Osc::None, title: false }
    }
}

/// The operating system command that shows a notification: terminals know different ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
pub enum Osc {
    /// None.
    #[default]
    #[serde(rename = "")]
    None,
    /// OSC 9: iTerm2, Windows Terminal, WezTerm, foot, Ghostty.
    #[serde(rename = "9")]
    Nine,
    /// OSC 777: urxvt, foot, WezTerm, Ghostty.
    #[serde(rename = "777")]
    SevenSevenSeven,
    /// OSC 99: kitty, foot.
    #[serde(rename = "99")]
    NinetyNine,
}

/// The colours of the screen, by name; `ui::theme` has them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThemeName {
    /// The sixteen colours of the terminal, in the shades that its user chose.
    #[default]
    Basic16,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// White on black, and the strongest colours.
    HighContrast,
    /// For a dark background, without a choice between red and green.
    ColourBlind,
    /// The same for a light background.
    ColourBlindLight,
}

impl ThemeName {
    /// Every theme.
    pub const ALL: [Self; 6] = [
        Self::Basic16,
        Self::Dark,
        Self::Light,
        Self::HighContrast,
        Self::ColourBlind,
        Self::ColourBlindLight,
    ];

    /// The one after it, around.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|name| *name == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}

/// The word in the config.
impl fmt::Display for ThemeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Basic16 => "basic16",
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high-contrast",
            Self::ColourBlind => "colour-blind",
            Self::ColourBlindLight => "colour-blind-light",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_those_that_the_terminal_says_it_has() {
        for (no_color, colorterm, term, expected) in [
            ("", "", "xterm-256color", Colours::Many),
            ("", "truecolor", "xterm", Colours::Many),
            ("", "", "tmux-256color", Colours::Many),
            ("", "", "xterm", Colours::Sixteen),
            ("", "", "linux", Colours::Sixteen),
            ("", "", "", Colours::Sixteen),
            ("1", "truecolor", "xterm-256color", Colours::None),
        ] {
            assert_eq!(Colours::of(no_color, colorterm, term), expected, "{no_color} {colorterm} {term}");
        }
    }
}
