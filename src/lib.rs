//! quell: triage Microsoft Defender for Cloud security alerts from a terminal.
//!
//! # The map
//!
//! ```text
//! main.rs      arguments and error hooks; calls `runtime` or `cli`
//! domain/      the words and rules of the field: no I/O, no clock
//! app/         the Elm core: update(&mut Model, Message, now) -> Vec<Effect>
//! ui/          ratatui: reads &Model, writes a Frame, nothing else
//! store/       SQLite, the only folder with SQL: cache.db and journal.db on one owning thread
//! azure/       the REST wire format: sign-in, transport, throttling; wire -> domain
//! sync/        a pure plan, then the pull and push workers
//! emulator/    the loopback ARM emulator and the demo tenant
//! cli/         headless commands: the same queries and changes without a screen
//! config.rs    the config file; plain values
//! runtime/     the imperative shell: terminal guard, input, signals, effects, clock
//! ```
//!
//! `tests/architecture.rs` checks who may import whom.

pub mod app;
pub mod azure;
pub mod cli;
pub mod config;
pub mod domain;
pub mod emulator;
pub mod runtime;
pub mod store;
pub mod sync;
pub mod ui;
