//! From the config to what the screen is told.

use crate::app::settings::{Colours, Settings};
use crate::config::Config;

/// The settings of a config. One that was read has no mistakes in its keys; of another the usual keys are taken.
pub fn settings(config: &Config) -> Settings {
    let screen = &config.screen;
    Settings {
        histogram: screen.histogram,
        theme: screen.theme,
        // The terminal's, not the config's.
        colours: Colours::default(),
        mouse: screen.mouse,
        columns: screen.columns.clone(),
        keymap: config.keys.keymap().unwrap_or_default(),
        notify: (&config.notify).into(),
        ..Settings::default()
    }
}

/// Whether the terminal has block characters, as far as the environment tells: not on the Linux console, whose font lacks
/// most of them, and not in a locale that is not UTF-8.
pub fn has_blocks(variable: impl Fn(&str) -> Option<String>) -> bool {
    let term = variable("TERM").unwrap_or_default();
    !matches!(term.as_str(), "linux" | "dumb") && has_utf8(variable)
}

/// Whether the terminal shows UTF-8, as far as the locale tells. Where there is none nothing is known: most do.
pub fn has_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    locale.is_none_or(|locale| locale.to_lowercase().replace('-', "").contains("utf8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_for_terminals_that_have_them() {
        for (term, locale, blocks) in [
            ("xterm-256color", &[("LANG", "en_GB.UTF-8")][..], true),
            ("xterm", &[("LANG", "C.utf8")], true),
            ("xterm", &[], true),
            ("xterm", &[("LANG", "en_GB.UTF-8"), ("LC_ALL", "C")], false),
            ("xterm", &[("LC_ALL", ""), ("LC_CTYPE", "de_DE.ISO-8859-1"), ("LANG", "C.UTF-8")], false),
            ("linux", &[("LANG", "en_GB.UTF-8")], false),
            ("dumb", &[], false),
        ] {
            let variable = |name: &str| match name {
                "TERM" => Some(term.to_owned()),
                name => locale.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()),
            };
            assert_eq!(has_blocks(variable), blocks, "{term} {locale:?}");
            // What else is not ASCII hangs on the locale alone.
            assert_eq!(has_utf8(variable), blocks || matches!(term, "linux" | "dumb"), "{term} {locale:?}");
        }
    }

    #[test]
    fn a_config_without_a_word_about_the_screen_changes_nothing() {
        assert_eq!(settings(&Config::default()), Settings::default());
    }
}
