//! Headless commands: the same queries and changes as the screen, without one.
//!
//! Standard output is data, standard error is for people. Exit codes: [`exit::Exit`].

pub mod act;
pub mod args;
pub mod around;
pub mod changes;
pub mod contacts;
pub mod context;
pub mod count;
pub mod doctor;
pub mod emulator;
pub mod exit;
pub mod export;
pub mod import;
pub mod json;
pub mod list;
pub mod man;
pub mod mistyped;
pub mod output;
pub mod pivot;
pub mod progress;
pub mod recommendations;
pub mod record;
pub mod report;
pub mod respond;
pub mod select;
pub mod set;
pub mod show;
pub mod simulate;
pub mod suppress;
pub mod sync;
pub mod undo;
mod values;
pub mod view;
pub mod workspace;

use args::{Command, Global};
use exit::{CliError, Exit};
use output::Out;

/// Runs a command to its end.
pub async fn run(global: &Global, command: Command) -> Result<Exit, CliError> {
    if crate::runtime::plain::is_asked_for(global) {
        progress::without_bars();
    }
    let mut out = Out::standard();
    let exit = match command {
        Command::Sync { full } => sync::run(global, full, &mut out).await,
        Command::List(list) => list::run(global, list, &mut out).await,
        Command::Count { filter, by } => count::run(global, filter.as_deref(), &by, &mut out).await,
        Command::Show { id, format } => show::run(global, &id, format, &mut out).await,
        Command::Pivot(pivot) => pivot::run(global, pivot, &mut out).await,
        Command::Set(set) => set::run(global, set, &mut out).await,
        Command::Undo { change, act } => undo::undo(global, change, &act, &mut out).await,
        Command::Retry { change, act } => undo::retry(global, change, &act, &mut out).await,
        Command::Resume { wait, timeout } => undo::resume(global, wait, timeout, &mut out).await,
        Command::Changes { change } => changes::run(global, change, &mut out).await,
        Command::Suppress(command) => suppress::run(global, *command, &mut out).await,
        Command::Context(args) => context::run(global, args, &mut out).await,
        Command::Recommendations { id } => recommendations::run(global, &id, &mut out).await,
        Command::Contacts { command } => contacts::run(global, command, &mut out).await,
        Command::SimulateAlerts(args) => simulate::run(global, args, &mut out).await,
        Command::Respond(args) => respond::run(global, args, &mut out).await,
        Command::Note { id, text } => record::note(global, &id, &text, &mut out).await,
        Command::Assign { id, who } => record::assign(global, &id, who.as_deref(), &mut out).await,
        Command::Feedback(feedback) => record::feedback(global, feedback, &mut out).await,
        Command::View(view) => view::run(global, view, &mut out).await,
        Command::Report(args) => report::run(global, args, &mut out).await,
        Command::Import { files } => import::run(global, files, &mut out).await,
        Command::Emulator(args) => emulator::run(global, args, &mut out).await,
        Command::Doctor => doctor::run(global, &mut out).await,
        Command::Export(args) => export::run(global, args, &mut out).await,
        Command::Completions { shell } => man::completions(shell, &mut out),
        Command::Man(args) => man::run(&args, &mut out),
    }?;
    out.finish()?;
    tracing::info!(?exit, "the command ended");
    Ok(exit)
}
