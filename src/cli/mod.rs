//! Headless commands: the same queries and changes as the screen, without one.
//!
//! Standard output is data, standard error is for people. Exit codes: [`exit::Exit`].

pub mod act;
pub mod args;
pub mod changes;
pub mod count;
pub mod doctor;
pub mod emulator;
pub mod exit;
pub mod json;
pub mod list;
pub mod output;
pub mod pivot;
pub mod progress;
pub mod select;
pub mod set;
pub mod show;
pub mod sync;
pub mod undo;
pub mod workspace;

use clap::CommandFactory;

use args::{Cli, Command, Global};
use exit::{CliError, Exit};
use output::Out;

/// Runs a command to its end.
pub async fn run(global: &Global, command: Command) -> Result<Exit, CliError> {
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
        Command::Emulator(args) => emulator::run(global, args, &mut out).await,
        Command::Doctor => doctor::run(global, &mut out).await,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "quell", &mut script);
            out.bytes(&script).map(|()| Exit::Done)
        }
    }?;
    out.finish()?;
    tracing::info!(?exit, "the command ended");
    Ok(exit)
}
