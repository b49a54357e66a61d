//! The Elm core.
