//! `quell doctor`: what is configured, what works, and what to do where it does not. Never a secret.

mod files;
mod sign_in;
mod source;
mod terminal;

use std::fmt::Display;

use serde_json::{Value, json};

use crate::azure::auth::ASK_DOCTOR;
use crate::cli::args::Global;
use crate::cli::exit::{CliError, Exit};
use crate::cli::json as machine;
use crate::cli::output::{Out, safe};
use crate::config::{ConfigError, Paths};
use crate::domain::SafeText;
use crate::runtime::open::{self, OpenError, Setup, Workspace, resolve};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// It is as it should be.
    Good,
    /// It is not there, and need not be.
    None,
    /// It is worth knowing, and stops nothing.
    Note,
    /// It stops quell from working as configured, and so ends the command.
    Bad(Exit),
}

/// One finding.
struct Finding {
    topic: &'static str,
    weight: Weight,
    text: String,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, topic: &'static str, weight: Weight, text: impl Display) {
        let text = text.to_string().replace(ASK_DOCTOR, "");
        // What stands in the way of several things is told once.
        if !self.0.iter().any(|known| known.topic == topic && known.text == text) {
            self.0.push(Finding { topic, weight, text });
        }
    }

    fn good(&mut self, topic: &'static str, text: impl Display) {
        self.add(topic, Weight::Good, text);
    }

    fn none(&mut self, topic: &'static str, text: impl Display) {
        self.add(topic, Weight::None, text);
    }

    fn note(&mut self, topic: &'static str, text: impl Display) {
        self.add(topic, Weight::Note, text);
    }

    fn bad(&mut self, topic: &'static str, text: impl Display) {
        self.add(topic, Weight::Bad(Exit::Failed), text);
    }

    /// Nobody is signed in, or the role does not suffice.
    fn denied(&mut self, topic: &'static str, text: impl Display) {
        self.add(topic, Weight::Bad(Exit::Denied), text);
    }

    /// What is to be done first decides: without a sign-in the rest cannot be known.
    fn exit(&self) -> Exit {
        let has = |exit| self.0.iter().any(|finding| finding.weight == Weight::Bad(exit));
        match () {
            () if has(Exit::Denied) => Exit::Denied,
            () if has(Exit::Failed) => Exit::Failed,
            () => Exit::Done,
        }
    }
}

/// Looks at everything and prints it. Fails when something stops quell from working.
pub async fn run(global: &Global, out: &mut Out) -> Result<Exit, CliError> {
    let mut findings = Findings::default();
    if let Some(workspace) = open(global, &mut findings).await {
        files::look(&workspace, &mut findings).await;
        sign_in::look(&workspace, &mut findings).await;
        source::look(&workspace, &mut findings).await;
        workspace.close().await;
    }
    terminal::look(&mut findings);
    print(global, &findings, out)?;
    Ok(findings.exit())
}

fn print(global: &Global, findings: &Findings, out: &mut Out) -> Result<(), CliError> {
    if global.json {
        let item = |finding: &Finding| {
            let good = !matches!(finding.weight, Weight::Bad(_));
            json!({ "topic": finding.topic, "ok": good, "text": finding.text })
        };
        return out.line(machine::text(&Value::Array(findings.0.iter().map(item).collect())));
    }
    for finding in &findings.0 {
        let mark = match finding.weight {
            Weight::Good => "ok  ",
            Weight::None => "-   ",
            Weight::Note => "note",
            Weight::Bad(_) => "FAIL",
        };
        out.line(format_args!("{mark}  {:<10}  {}", finding.topic, safe(&finding.text)))?;
    }
    Ok(())
}

async fn open(global: &Global, findings: &mut Findings) -> Option<Workspace> {
    if global.demo {
        return match Workspace::demo(global, |_| {}).await {
            Ok(workspace) => {
                findings.good("config", "the demo tenant; nothing is kept");
                Some(workspace)
            }
            Err(error) => {
                findings.bad("config", error);
                None
            }
        };
    }
    let plan = match config(global, findings) {
        Ok(plan) => plan,
        Err(error) => {
            findings.bad("config", error);
            return None;
        }
    };
    match Workspace::open(*plan, global, |_| {}) {
        Ok(workspace) => Some(workspace),
        Err(error) => {
            findings.bad("files", error);
            None
        }
    }
}

/// Where the config is, what it has, and which profile is used.
fn config(global: &Global, findings: &mut Findings) -> Result<Box<open::Plan>, OpenError> {
    let path = match &global.config {
        Some(path) => Ok(path.clone()),
        None => Paths::standard().map(|paths| paths.config),
    };
    let place = path.map_or_else(|error: ConfigError| error.to_string(), |path| path.display().to_string());
    let place = SafeText::from(place);
    let file = open::config(global)?;
    let there = file.is_some();
    let profiles: Vec<String> = file.unwrap_or_default().profile.into_keys().collect();
    let setup = resolve(global)?;
    match &setup {
        _ if !there => findings.none(
            "config",
            format_args!("none at {place}: `quell` writes one on its first run; the defaults are used"),
        ),
        _ if profiles.is_empty() => findings.none(
            "config",
            format_args!(
                "{place}: no profile in it: `quell` adds one on its first run; the defaults are used"
            ),
        ),
        Setup::Plan(plan) | Setup::FirstRun(plan) => {
            let cloud = plan.cloud.word();
            findings.good("config", format_args!("{place}: profile `{}`, cloud {cloud}", plan.name));
            let others: Vec<String> = profiles.into_iter().filter(|name| *name != plan.name).collect();
            if !others.is_empty() {
                findings.good("config", format_args!("other profiles: {}", others.join(", ")));
            }
        }
    }
    let (Setup::Plan(plan) | Setup::FirstRun(plan)) = setup;
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::{ApiError, SignInError, SignInKind};

    #[test]
    fn doctor_sends_nobody_to_doctor() {
        let error = SignInError::Unreachable { kind: SignInKind::ClientSecret, message: "down".into() };
        let error = ApiError::SignIn(error);
        assert!(error.to_string().contains("doctor"));
        let mut findings = Findings::default();
        findings.bad("sign-in", error);
        assert_eq!(findings.0[0].text, "client secret sign-in is not reachable: down");
    }
}
