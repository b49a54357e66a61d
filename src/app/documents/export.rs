//! What the prompts for a file and for a command say: what is written, and as what.

use crate::app::documents::moment::{counted, thousands};
use crate::app::model::{Contents, PipePrompt, SavePrompt};
use crate::domain::change::ScriptTool;
use crate::domain::export::Format;

/// What can be chosen: whether it is, its name, what it is good for.
pub fn choices(prompt: &SavePrompt) -> Vec<(bool, String, &'static str)> {
    match &prompt.contents {
        Contents::Alerts { .. } => {
            let chosen = prompt.format();
            Format::ALL.map(|of| (Some(of) == chosen, of.to_string(), of.words())).to_vec()
        }
        Contents::Script { tool, .. } => vec![
            (*tool == ScriptTool::Curl, "curl".to_owned(), "needs curl and a token, or the Azure CLI"),
            (*tool == ScriptTool::Az, "az rest".to_owned(), "needs the Azure CLI, signed in"),
        ],
    }
}

/// What a command gets.
pub fn piped(prompt: &PipePrompt) -> String {
    format!("{}{} to a command", counted(prompt.alerts.len(), "alert"), hidden(prompt.off_screen))
}

/// How many alerts of a set the list does not show, if any.
fn hidden(off_screen: usize) -> String {
    if off_screen == 0 { String::new() } else { format!(" ({} off screen)", thousands(off_screen)) }
}

/// What is written.
pub fn title(contents: &Contents) -> String {
    match contents {
        Contents::Alerts { alerts, marked, whole, off_screen } => {
            let which = match (whole, marked) {
                (true, _) => "",
                (false, true) => "marked ",
                (false, false) => "listed ",
            };
            let mut title = format!("Export: {}", counted(alerts.len(), &format!("{which}alert")));
            if *whole {
                title += ", all that were read";
            }
            title + &hidden(*off_screen)
        }
        Contents::Script { plan, status, .. } => {
            format!("Script: set {} to {}", counted(plan.targets.len(), "alert"), status.word())
        }
    }
}
