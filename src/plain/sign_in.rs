//! A code to type into a browser, and the profiles of the config.

use crate::app::key::{Code, Key};
use crate::app::model::{CodeStage, DeviceCode, ProfileMenu};
use crate::domain::SafeStr;
use crate::plain::act::press;
use crate::plain::first_run::to;
use crate::plain::session::Step;

/// What to do to sign in.
pub(super) fn text(code: &DeviceCode) -> Vec<String> {
    match &code.stage {
        CodeStage::Asked => vec!["Asking Microsoft's sign-in service for a code.".to_owned()],
        CodeStage::Shown(shown) => vec![
            format!("On any machine with a browser, open {}", shown.address),
            format!("and type the code {}", shown.code),
        ],
        CodeStage::Failed(why) => vec![format!("Nobody is signed in: {why}")],
    }
}

/// What is asked meanwhile.
pub(super) fn prompt(code: &DeviceCode) -> &'static str {
    match code.stage {
        CodeStage::Failed(_) => "again for a new code, or back",
        CodeStage::Asked | CodeStage::Shown(_) => "An empty line when it is done, or back to give up",
    }
}

/// What a line means.
pub(super) fn reply(code: &DeviceCode, line: &str) -> Result<Vec<Step>, String> {
    let key = |code| Ok(vec![press(Key::plain(code))]);
    match (line, &code.stage) {
        ("again", CodeStage::Failed(_)) => key(Code::Enter),
        ("cancel" | "no" | "n", _) | ("", CodeStage::Failed(_)) => key(Code::Esc),
        ("", _) => Err("nobody has signed in there yet".to_owned()),
        _ => Err(prompt(code).to_owned()),
    }
}

/// The profiles, numbered.
pub(super) fn profiles(menu: &ProfileMenu) -> Vec<String> {
    let mut lines = vec!["Which profile?".to_owned()];
    for (at, profile) in menu.list.iter().flatten().enumerate() {
        let open = if profile.open { ", open" } else { "" };
        let about = if profile.about.is_empty() { String::new() } else { format!(". {}", profile.about) };
        lines.push(format!("{}. {}{open}{about}", at + 1, SafeStr(&profile.name)));
    }
    lines
}

/// The profile that a line names, by its number or name; an empty line closes.
pub(super) fn profile(menu: &ProfileMenu, line: &str) -> Result<Vec<Step>, String> {
    if line.is_empty() {
        return Ok(vec![press(Key::plain(Code::Esc))]);
    }
    let list = menu.list.as_deref().unwrap_or_default();
    let named = list.iter().position(|profile| profile.name == line);
    let numbered = || line.parse::<usize>().ok()?.checked_sub(1).filter(|at| *at < list.len());
    let at = named.or_else(numbered).ok_or_else(|| format!("choose 1 to {}, or a name", list.len()))?;
    let mut steps = to(menu.chosen, at);
    steps.push(press(Key::plain(Code::Enter)));
    Ok(steps)
}
