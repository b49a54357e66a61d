//! The `[keys]` table: a preset, and commands with keys of their own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::app::keymap::{KeyMistake, Keymap, Preset, build};

/// The keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Keys {
    /// Which keys there are before the own ones.
    pub preset: Preset,
    /// Commands by name, each with all its key sequences.
    #[serde(flatten)]
    pub own: BTreeMap<String, Binding>,
}

/// One key sequence, or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged, expecting = "expected keys: \"d\", or a list of them such as [\"d\", \"s d\"]")]
pub enum Binding {
    /// One.
    One(String),
    /// Several, or none.
    Several(Vec<String>),
}

impl Keys {
    /// The keys in force.
    ///
    /// # Errors
    /// What is wrong with the own ones.
    pub fn keymap(&self) -> Result<Keymap, Vec<KeyMistake>> {
        let sequences = |binding: &Binding| match binding {
            Binding::One(keys) => vec![keys.clone()],
            Binding::Several(keys) => keys.clone(),
        };
        let own = self.own.iter().map(|(command, keys)| (command.clone(), sequences(keys)));
        build(self.preset, &own.collect())
    }
}
