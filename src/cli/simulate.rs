//! `quell simulate-alerts`: asks Defender for Cloud for its sample alerts.

use std::time::Duration;

use clap::Args;
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::azure::ApiError;
use crate::azure::samples::Going;
use crate::cli::args::Global;
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, say};
use crate::cli::values::duration;
use crate::cli::{around, json as machine, workspace};
use crate::domain::samples::Bundle;
use crate::runtime::open::Workspace;

/// After a look that failed, where Azure does not say when to look again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

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
    let client = workspace::client(workspace).await?;
    let subscription = around::one_subscription(workspace, &client, args.subscription.as_deref()).await?;
    let again = |error: &ApiError| {
        let soon = error.retry_after().is_none_or(|wait| wait <= args.timeout);
        if soon {
            say(format_args!("{error}: asking again then"));
        }
        soon
    };
    let started = client.simulate(&subscription.id, &args.bundle, again).await?;
    let bundles = if args.bundle.is_empty() { &Bundle::ALL[..] } else { &args.bundle };
    let names: Vec<&str> = bundles.iter().map(|bundle| bundle.name()).collect();
    say(format_args!("asked for the sample alerts of {}: {}", subscription.display_name, names.join(", ")));
    let done = match &started.operation {
        Some(operation) if args.wait => {
            let look = async || client.simulation(&subscription.id, operation).await;
            follow(look, started.wait, args.timeout).await
        }
        operation => operation.is_none(),
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
        say("whether they are made is not known; nothing is lost, Azure goes on");
        return Ok(Exit::Unsettled);
    }
    Ok(Exit::Done)
}

/// True when the request was seen to be done within the limit. It is accepted already: a look that fails is no failure
/// of the request. One that may succeed later is tried again, every other ends the following; both are said.
async fn follow(look: impl AsyncFn() -> Result<Going, ApiError>, first: Duration, limit: Duration) -> bool {
    let begin = Instant::now();
    let mut wait = first;
    let mut said = None;
    while begin.elapsed() + wait <= limit {
        sleep(wait).await;
        match look().await {
            Ok(Going::Done) => return true,
            Ok(Going::On(again)) => wait = again,
            Err(error) => {
                if said.as_ref() != Some(&error) {
                    say(format_args!("accepted, but how it is going cannot be read: {error}"));
                }
                if !error.is_transient() {
                    return false;
                }
                wait = error.retry_after().unwrap_or(LOOK_AGAIN).max(LOOK_AGAIN);
                said = Some(error);
            }
        }
    }
    say(format_args!("not done after {} s", limit.as_secs()));
    false
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// How following ends on these looks, and how many of them it took; the last one is repeated.
    async fn followed(looks: Vec<Result<Going, ApiError>>) -> (bool, usize) {
        let taken = RefCell::new(0);
        let look = async || {
            let at = taken.replace_with(|taken| *taken + 1);
            looks[at.min(looks.len() - 1)].clone()
        };
        let done = follow(look, Duration::from_secs(1), Duration::from_mins(1)).await;
        (done, taken.into_inner())
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_that_fails_is_no_failure_of_what_was_accepted() {
        let offline = || Err(ApiError::Network("reset".to_owned()));
        let on = Ok(Going::On(Duration::from_secs(1)));
        assert_eq!(followed(vec![offline(), on, offline(), Ok(Going::Done)]).await, (true, 4));
        let (done, looks) = followed(vec![offline()]).await;
        assert!(!done && looks > 5, "tried until the limit: {looks}");
        let foreign = Err(ApiError::RefusedUrl("https://203.0.113.7/".into()));
        assert_eq!(followed(vec![foreign]).await, (false, 1));
    }
}
