//! The `[keys]` table: a preset, and commands with keys of their own.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::app::keymap::{KeyMistake, Keymap, Preset, build};

/// The keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
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

/// By a visitor: serde's own flattening would lose the places of mistakes.
impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Table;
        impl<'de> Visitor<'de> for Table {
            type Value = Keys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Keys::default();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "preset" {
                        keys.preset = map.next_value()?;
                    } else {
                        keys.own.insert(name, map.next_value()?);
                    }
                }
                Ok(keys)
            }
        }
        deserializer.deserialize_map(Table)
    }
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
