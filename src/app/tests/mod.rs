//! Tables over the whole core: keys and messages in, model and effects out.

mod around;
mod changes;
mod details;
mod filter;
mod invariants;
mod list;
mod marks;
mod pivot;
mod record;
mod related;
mod screen;
mod sign_in;
mod suppress;
mod tasks;
mod trigger;
