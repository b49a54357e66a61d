//! What the prompt for a file says: what is written, and as what.

use crate::app::documents::moment::{counted, thousands};
use crate::app::model::{Contents, SavePrompt};
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
                title += ", all there are";
            }
            if *off_screen > 0 {
                title += &format!(" ({} off screen)", thousands(*off_screen));
            }
            title
        }
        Contents::Script { targets, status, .. } => {
            format!("Script: {} to {}", counted(targets.len(), "alert"), status.word())
        }
    }
}
