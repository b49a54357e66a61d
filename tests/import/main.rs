//! Alerts from files: every format, by its content; mixed and broken files; one alert from several of them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // a broken check must stop the test, a skipped one must say so

mod cache;
mod damage;
mod formats;
mod program;
mod samples;
#[path = "../support/mod.rs"]
mod support;

use std::ops::ControlFlow;

use quell::import::{Found, Item, Outcome, read};

/// Every record of a file's content.
fn items(content: &[u8]) -> Vec<Item> {
    let mut items = Vec::new();
    read(content, &mut |item| {
        items.push(item);
        ControlFlow::Continue(())
    })
    .unwrap();
    items
}

/// The alerts among them.
fn alerts(items: &[Item]) -> Vec<&Found> {
    let alert = |item| match item {
        &Item { outcome: Outcome::Alert(ref found), .. } => Some(&**found),
        _ => None,
    };
    items.iter().filter_map(alert).collect()
}
