//! The `quell` binary: arguments and error hooks only.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use quell::cli::args::Cli;
use quell::cli::exit::{CliError, Exit};
use quell::cli::mistyped;
use quell::cli::output::say;
use quell::runtime;

fn main() -> ExitCode {
    if let Some(mistake) = mistyped::find(Cli::command(), std::env::args_os().skip(1)) {
        refuse(&mistake);
    }
    let cli = Cli::try_parse().map_or_else(|error| refuse(&error), with_files);
    match start(cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // A message of several lines points at places in its first: nothing may stand before it.
            let text = error.to_string();
            let gap = if text.contains('\n') { "\n" } else { " " };
            say(format_args!("quell:{gap}{text}"));
            error.exit.into()
        }
    }
}

/// Says what is wrong with the arguments, as every other error is said. Help and version are no errors.
fn refuse(error: &clap::Error) -> ! {
    if !error.use_stderr() {
        error.exit();
    }
    let text = error.render().to_string();
    say(format_args!("quell: {}", text.strip_prefix("error: ").unwrap_or(&text).trim_end()));
    std::process::exit(error.exit_code());
}

/// The files after `--file`. Without it, a word that is no command is a mistake.
fn with_files(mut cli: Cli) -> Cli {
    if let (Some(word), true) = (cli.more.first(), cli.global.file.is_empty()) {
        refuse(&mistyped::no_command(&Cli::command(), &word.to_string_lossy()));
    }
    cli.global.file.append(&mut cli.more);
    cli
}

fn start(cli: Cli) -> Result<u8, CliError> {
    runtime::install_hooks();
    runtime::signals::survive_size_limits().map_err(CliError::failed)?;
    runtime::log::start(cli.global.log.as_deref(), cli.global.log_level).map_err(CliError::failed)?;
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::failed(format!("no threads to be had: {error}")))?;
    let Cli { global, command, .. } = cli;
    let code = match command {
        Some(command) => tokio.block_on(quell::cli::run(&global, command)).map(|exit: Exit| exit as u8),
        None => runtime::run(&global, tokio.handle()).map(|code| u8::try_from(code).unwrap_or(1)),
    };
    // A request that hangs must not keep the process: what matters is in the journal.
    tokio.shutdown_background();
    code
}
