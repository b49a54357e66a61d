//! quell: triage Microsoft Defender for Cloud security alerts from a terminal.
//!
//! # The map
//!
//! ```text
//! main.rs      arguments and error hooks; calls `runtime` or `cli`
//! domain/      the words and rules of the field: no I/O, no clock
//! app/         the Elm core: update(&mut Model, Message, now) -> Vec<Effect>
//! ui/          ratatui: reads &Model, writes a Frame, nothing else
//! plain/       the same without a screen: reads &Model, writes lines; reads lines, gives messages
//! store/       SQLite, the only folder with SQL: cache.db and journal.db on one owning thread
//! azure/       the REST wire format: sign-in, transport, throttling; wire -> domain
//! import/      alerts from files, told apart by content -> domain
//! sync/        a pure plan, then the pull and push workers
//! emulator/    the loopback ARM emulator and the demo tenant
//! cli/         headless commands: the same queries and changes without a screen
//! config/      the config file: plain values, and every mistake with its place
//! runtime/     the imperative shell: terminal guard, input, signals, effects, clock
//! ```
//!
//! `tests/architecture.rs` checks who may import whom.
//!
//! # The way of one key
//!
//! `runtime::input` turns the terminal's event into a [`app::Message`]; `app::update` changes the [`app::Model`] and
//! gives [`app::Effect`]s back; `runtime::effects` carries them out: a query on its own thread
//! (`runtime::query_worker`), a journal order one after the other (`runtime::journal`), details as a task
//! (`runtime::detail`). Each answer is a message again. `ui::view` draws what changed.
//!
//! # The way of one change
//!
//! `domain::change::plan` freezes the set; `store::Store::queue` commits it to the outbox; the push worker of [`sync`]
//! compares, sends and reads back, as `sync::plan::delivery` decides; the store settles each alert; the table's
//! overlay, and with it the screen, follows the journal.
//!
//! # The way of one question to the source
//!
//! What *Take action* shows beyond the cache is asked by [`app::Effect::Fetch`]: `app::respond` has a file a section, with its
//! state and its text; `runtime::fetch` carries the order out with the function of [`azure`] that the command in [`cli`]
//! uses too; [`app::fetch::Remote`] keeps what was known when a new answer fails. A logic app is triggered by
//! `sync::trigger` alone, whose every step is in the journal before it is taken.
//!
//! # The way of what is handed on
//!
//! [`domain::export`] makes an alert a line of a file, `azure::script` a change a script. `runtime::export` streams them, for
//! `quell export` and for [`app::Effect::Save`] alike; `runtime::pipes` feeds the same lines to a command, and `runtime::gate`
//! keeps our hands off the terminal while the command has it.
//!
//! # Where things are added
//!
//! | change | place |
//! | --- | --- |
//! | a filter field on data we hold | one row in `domain::filter::field` |
//! | a command or key | one row in `app::command` |
//! | a column of the list | one row in [`app::columns`], its cell in `ui::alert_table` |
//! | a key of the config | a field in [`config`], a row in `assets/config.example.toml` |
//! | an ARM operation | a file in [`azure`], and its route in the [`emulator`] |
//! | a section of *Take action* | a file in `app::respond`, a variant of its `Section`, a file in `runtime::fetch` |
//! | a kind of thing that is recorded | a variant of [`domain::record::DeedKind`] |
//! | an export format | a variant of [`domain::export::Format`] |
//! | machine output | the command in [`cli`], and its schema in `assets/schema/json/output.json` |
//! | a journal table | the next numbered file in `assets/schema/journal` |
//!
//! # Where the code departs from the first plan
//!
//! * The cursor and marks are the cache's keys ([`domain::AlertKey`]), not full ids: a set of a million ids would be
//!   larger than the table. Whatever leaves the process or is stored is a full id.
//! * The list is shown before the table is loaded (`store::cache::head`): a few rows of a table of their own, kept by the
//!   store as the head of what the program opens with. They are shown and never acted on: keys wait for all alerts.
//! * Text fields are a small struct of our own (`app::input`): it keeps grapheme clusters whole and knows no terminal.
//! * New sizes come from SIGWINCH, not from crossterm's queue, which loses one when a key arrives in the same moment.

pub mod app;
pub mod azure;
pub mod cli;
pub mod config;
pub mod domain;
pub mod emulator;
pub mod import;
pub mod plain;
pub mod runtime;
pub mod store;
pub mod sync;
pub mod ui;
