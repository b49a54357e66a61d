//! Tables over the whole core: keys and messages in, model and effects out.

mod around;
mod changes;
mod details;
mod facets;
mod filter;
mod group;
mod invariants;
mod list;
mod marks;
mod pivot;
mod record;
mod related;
mod screen;
mod suppress;
mod tasks;
mod trigger;
