//! The Elm core: state, what happened, and what to do, as plain data.
//!
//! `update(&mut Model, Message, Now) -> Vec<Effect>` is synchronous and gets no handle to anything.

pub mod document;
pub mod documents;
pub mod effect;
pub mod input;
pub mod key;
pub mod keymap;
pub mod layout;
pub mod message;
pub mod model;

pub use effect::Effect;
pub use message::{Message, Now};
pub use model::Model;
