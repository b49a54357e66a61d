//! From the config to what the screen is told.

use crate::app::settings::Settings;
use crate::config::Config;

/// The settings of a config.
pub fn settings(config: &Config) -> Settings {
    Settings { histogram: config.screen.histogram }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_without_a_word_about_the_screen_changes_nothing() {
        assert_eq!(settings(&Config::default()), Settings::default());
    }
}
