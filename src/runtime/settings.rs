//! From the config to what the screen is told.

use crate::app::settings::Settings;
use crate::config::Config;

/// The settings of a config. One that was read has no mistakes in its keys; of another the usual keys are taken.
pub fn settings(config: &Config) -> Settings {
    let screen = &config.screen;
    Settings {
        histogram: screen.histogram,
        theme: screen.theme,
        columns: screen.columns.clone(),
        keymap: config.keys.keymap().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_without_a_word_about_the_screen_changes_nothing() {
        assert_eq!(settings(&Config::default()), Settings::default());
    }
}
