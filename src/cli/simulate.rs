//! `quell simulate-alerts`: asks Defender for Cloud for its sample alerts.

use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;

use crate::azure::ArmClient;
use crate::azure::samples::{Going, Simulation};
use crate::cli::args::{Global, duration};
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, say};
use crate::cli::{around, json as machine, workspace};
use crate::domain::SubscriptionId;
use crate::domain::samples::Bundle;
use crate::runtime::open::Workspace;

/// `quell simulate-alerts`.
#[derive(Debug, Args)]
pub struct Simulate {
    /// The subscription, by its GUID or its name; needed where there are several
    #[arg(long, value_name = "S")]
    pub subscription: Option<String>,
    /// Only the samples of this bundle; several times for several bundles
    #[arg(long, value_name = "BUNDLE", value_parser = bundle)]
    pub bundle: Vec<Bundle>,
    /// Return when the sample alerts are made
    #[arg(long)]
    pub wait: bool,
    /// Give up waiting after this long
    #[arg(long, value_name = "D", value_parser = duration, default_value = "10m")]
    pub timeout: Duration,
}

fn bundle(text: &str) -> Result<Bundle, String> {
    let names = || Bundle::ALL.map(Bundle::name).join(", ");
    Bundle::parse(text).ok_or_else(|| format!("expected one of {}", names()))
}

/// Asks for sample alerts and, with `--wait`, follows the request to its end.
pub async fn run(global: &Global, args: Simulate, out: &mut Out) -> Result<Exit, CliError> {
    workspace::using(global, async |workspace| ask(workspace, global, &args, out).await).await
}

async fn ask(
    workspace: &Workspace,
    global: &Global,
    args: &Simulate,
    out: &mut Out,
) -> Result<Exit, CliError> {
    workspace::writable(workspace)?;
    let client = workspace.connect().await?;
    let subscription = around::one_subscription(workspace, &client, args.subscription.as_deref()).await?;
    let started = client.simulate(&subscription.id, &args.bundle).await?;
    let bundles = if args.bundle.is_empty() { &Bundle::ALL[..] } else { &args.bundle };
    let names: Vec<&str> = bundles.iter().map(|bundle| bundle.name()).collect();
    say(format_args!("asked for the sample alerts of {}: {}", subscription.display_name, names.join(", ")));
    let done = if args.wait {
        follow(&client, &subscription.id, &started, args.timeout).await?
    } else {
        started.operation.is_none()
    };
    if global.json {
        out.line(machine::text(&json!({
            "subscription": subscription.id.as_str(),
            "region": started.region,
            "bundles": names,
            "done": done,
        })))?;
    } else if done {
        out.line("the sample alerts are made: `quell sync`, or the open screen, fetches them")?;
    } else {
        out.line("accepted: sample alerts appear after some minutes, and come with the next sync")?;
    }
    if args.wait && !done {
        say(format_args!("not done after {} s; nothing is lost, Azure goes on", args.timeout.as_secs()));
        return Ok(Exit::Unsettled);
    }
    Ok(Exit::Done)
}

/// True when the request was done within the limit.
async fn follow(
    client: &ArmClient,
    subscription: &SubscriptionId,
    started: &Simulation,
    limit: Duration,
) -> Result<bool, CliError> {
    let Some(operation) = &started.operation else { return Ok(true) };
    let begin = Instant::now();
    let mut wait = started.wait;
    while begin.elapsed() + wait <= limit {
        tokio::time::sleep(wait).await;
        match client.simulation(subscription, operation).await? {
            Going::Done => return Ok(true),
            Going::On(again) => wait = again,
        }
    }
    Ok(false)
}
