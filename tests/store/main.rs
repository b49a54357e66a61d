//! The store on real files: what is kept, what is refused, what heals.

#![allow(clippy::unwrap_used)] // a broken expectation must stop the test

mod common;
mod damage;
mod files;
mod full;
mod head;
mod listing;
mod outbox;
mod record;
mod trigger;
mod undo;
mod views;
mod walk;
