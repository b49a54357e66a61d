//! The Elm core: state, what happened, and what to do, as plain data.
//!
//! `update(&mut Model, Message, Now) -> Vec<Effect>` is synchronous and gets no handle to anything.
//!
//! | module | holds |
//! | --- | --- |
//! | [`model`], [`message`], [`effect`] | the state, what happens, what is ordered |
//! | [`settings`] | what the config sets for the screen |
//! | [`mod@update`] | the root: routes a message to its area |
//! | [`input`], [`form`] | a line of text being edited; fields and a button |
//! | [`keys`], [`keymap`], [`command`] | from a key to a command; the keys in force; the one table of commands |
//! | [`mouse`], [`tabs`] | the mouse; rows of names that it can hit |
//! | `list`, [`columns`], [`marks`] | cursor, scrolling and answers of the query; its columns; marks |
//! | [`lines`], `group` | headings and alerts as lines; groups and folds |
//! | `ask` | what is asked for by name instead of by key |
//! | `filter_bar`, `narrow`, [`views`] | the `/` bar; filters by the value under the cursor, time and order; views |
//! | [`suppress`] | suppression rules: the form and the list |
//! | `details`, `ahead` | the side pane and the full details; those of the alert that the next step reaches |
//! | `pivot`, `related` | the alerts that share an entity, and the way back; the *Related* tab |
//! | [`respond`], [`fetch`] | the *Take action* tab; what is asked of the source for it |
//! | `rights` | what the role may do |
//! | `bulk`, [`journal`], [`undo`] | decisions, what the journal answers, taking back |
//! | `record` | notes, assignment, feedback |
//! | [`overlays`], `first_run` | what lies over the screen; the screen before there is a configuration |
//! | `sign_in`, `profiles` | a code to type into a browser; another profile of the config |
//! | `export`, `pipe` | files to hand on, a change as a script; alerts given to a command |
//! | [`leaving`] | decisions that would go with the program |
//! | `sync_status`, [`copy`], `notice` | workers, the clipboard, the line about what just happened |
//! | [`documents`], [`document`], [`layout`] | text laid out; where it stands |

mod ahead;
mod ask;
mod bulk;
pub mod columns;
pub mod command;
pub mod copy;
mod details;
pub mod document;
pub mod documents;
pub mod effect;
mod export;
pub mod fetch;
mod filter_bar;
mod first_run;
pub mod form;
mod group;
#[cfg(test)]
pub(crate) mod harness;
pub mod input;
pub mod journal;
pub mod key;
pub mod keymap;
pub mod keys;
pub mod layout;
pub mod leaving;
pub mod lines;
mod list;
pub mod marks;
pub mod message;
pub mod model;
pub mod mouse;
mod narrow;
mod notice;
pub mod notify;
pub mod overlays;
mod page;
mod pipe;
mod pivot;
mod profiles;
mod record;
pub mod related;
pub mod respond;
mod rights;
pub mod settings;
mod sign_in;
pub mod suppress;
mod sync_status;
pub mod tabs;
#[cfg(test)]
mod tests;
pub mod undo;
pub mod update;
pub mod views;

pub use effect::Effect;
pub use message::{Message, Now};
pub use model::Model;
pub use update::update;
pub use views::place::leave;

/// Where an area puts its orders.
type Effects = Vec<Effect>;
