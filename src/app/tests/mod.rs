//! Tables over the whole core: keys and messages in, model and effects out.

mod around;
mod changes;
mod charts;
mod details;
mod facets;
mod filter;
mod group;
mod hand_over;
mod hints;
mod invariants;
mod keymap;
mod list;
mod marks;
mod mouse;
mod notify;
mod opening;
mod pivot;
mod reading;
mod record;
mod related;
mod screen;
mod sign_in;
mod suppress;
mod tasks;
mod trigger;
mod views;
