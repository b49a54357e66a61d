//! `quell emulator`.

use crate::cli::args::{EmulatorArgs, Global};
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::Out;
use crate::emulator::{self, Config, Fault, Throttle};

/// Serves until it is told to stop.
pub async fn run(global: &Global, args: EmulatorArgs, out: &mut Out) -> Result<Exit, CliError> {
    let faults: Result<Vec<Fault>, _> = args.fault.iter().map(|spec| spec.parse()).collect();
    let throttle = if args.no_throttle { Ok(Throttle::Off) } else { args.throttle.parse() };
    let config = Config {
        listen: args.listen,
        alerts: args.alerts,
        seed: global.seed,
        data: args.data,
        page_size: args.page_size,
        now: args.now,
        token: args.token,
        role: args.role.parse().map_err(|error| CliError::usage(format!("--role: {error}")))?,
        throttle: throttle.map_err(|error| CliError::usage(format!("--throttle: {error}")))?,
        faults: faults.map_err(|error| CliError::usage(format!("--fault: {error}")))?,
        fault_seed: args.fault_seed,
        ..Config::default()
    };
    let emulator = emulator::start(config).await.map_err(CliError::failed)?;
    out.line(format_args!("listening on {}", emulator.base_url()))?;
    out.finish()?;
    tokio::signal::ctrl_c().await?;
    emulator.stop().await;
    Ok(Exit::Done)
}
