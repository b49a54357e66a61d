//! From keys to commands.

use crate::app::key::Key;

/// The keys of a chord so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pending {
    /// The keys pressed.
    pub keys: Vec<Key>,
}
