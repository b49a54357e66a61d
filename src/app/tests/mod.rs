//! Tables over the whole core: keys and messages in, model and effects out.

mod changes;
mod details;
mod filter;
mod invariants;
mod list;
mod marks;
mod pivot;
mod related;
mod screen;
mod tasks;
