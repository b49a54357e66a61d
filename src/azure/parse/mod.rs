//! One raw item of a listing → [`Alert`].
//!
//! Understood are the shapes of all api-versions since 2015-06-01-preview, the PascalCase shape of exports and of
//! Resource Graph, and the flattened shape that the Azure CLI prints: names are compared without regard to letter case,
//! a missing field and null are the same, numbers and bools may be strings, lists and maps may be JSON inside a string.
//! Unknown fields are left to the raw JSON, which the cache keeps.

pub(crate) mod cursor;
mod entities;
pub(crate) mod envelope;
mod evidence;
pub(crate) mod json;
mod prose;
mod resources;
pub(crate) mod time;

use thiserror::Error;

use crate::domain::Alert;
use crate::domain::entity::EntityGraph;
use json::Node;

/// Why an item is set aside instead of being shown as an alert.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseError {
    /// The bytes are not UTF-8.
    #[error("the item is not UTF-8 text")]
    NotUtf8,
    /// Not JSON.
    #[error("the item is not valid JSON: {expected} expected at byte {at}")]
    NotJson {
        /// The byte at which reading stopped, from 0.
        at: usize,
        /// What was expected there.
        expected: &'static str,
    },
    /// JSON, but not an object.
    #[error("the item is not an object")]
    NotAnObject,
    /// An object without the properties of an alert.
    #[error("the item has none of an alert's properties")]
    NotAnAlert,
    /// No resource id, and nothing to make one from.
    #[error("the alert has no id")]
    NoId,
    /// A resource id that cannot be one: with control characters in it.
    #[error("the alert's id contains control characters")]
    ControlInId,
}

/// Reads one alert.
pub fn parse_alert(raw: &str) -> Result<Alert, ParseError> {
    envelope::alert(&node(raw)?)
}

/// Reads only the entities of one alert, for walks over very many.
pub fn parse_entities(raw: &str) -> Result<EntityGraph, ParseError> {
    envelope::fields(&node(raw)?).map(entities::entity_graph)
}

fn node(raw: &str) -> Result<Node<'_>, ParseError> {
    let text = raw.trim_start_matches('\u{feff}');
    Node::parse(text).map_err(|wrong| ParseError::NotJson { at: wrong.at, expected: wrong.expected })
}
