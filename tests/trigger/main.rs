//! Triggering a logic app at most once for each confirm, whatever happens on the way; and keeping its callback secret.

#![allow(clippy::unwrap_used, clippy::panic)] // a broken check must stop the test

mod candidates;
mod secret;
mod steps;
#[path = "../support/mod.rs"]
mod support;
mod world;
