//! A code that is to be typed into a browser; the profiles of the config.

use crate::app::document::{Document, Piece, Role, line_width, safe, safe_cell, width};
use crate::app::documents::flow::Flow;
use crate::app::documents::moment::clock;
use crate::app::message::Now;
use crate::app::model::{CodeStage, DeviceCode, ProfileLine};
use crate::domain::SafeStr;

/// What to do to sign in.
pub fn device_code(flow: &mut Flow, code: &DeviceCode, now: Now) {
    match &code.stage {
        CodeStage::Asked => {
            flow.words("Asking Microsoft's sign-in service for a code…", Role::Body);
            if let Some(before) = before(code, now) {
                flow.words(&before, Role::Dim);
            }
        }
        CodeStage::Shown(shown) => {
            flow.words("On any machine with a browser, open", Role::Body);
            flow.blank();
            flow.wrap("    ", "    ", &safe(shown.address.as_safe(), Role::Link));
            flow.blank();
            flow.words("and type the code", Role::Body);
            flow.blank();
            flow.wrap("    ", "    ", &safe(shown.code.as_safe(), Role::Stage));
            flow.blank();
            let until = clock(shown.until, now);
            let until = until.get(..5).unwrap_or(&until);
            flow.words(
                &format!("Waiting for you to sign in there; the code is good until {until}."),
                Role::Dim,
            );
            flow.words("Microsoft's page will name the Azure CLI: quell signs in as it does.", Role::Dim);
        }
        CodeStage::Failed(why) => {
            flow.words("Nobody is signed in", Role::Error);
            flow.wrap("", "", &safe(why.as_safe(), Role::Body));
            if let Some(before) = before(code, now) {
                flow.words(&before, Role::Dim);
            }
        }
    }
}

/// How often it did not work, and when that was last.
pub fn before(code: &DeviceCode, now: Now) -> Option<String> {
    let (times, at) = code.failed?;
    let at = clock(at, now);
    Some(if times == 1 {
        format!("Tried once, at {at}.")
    } else {
        format!("Tried {times} times, last at {at}.")
    })
}

/// The profiles, a line each.
pub fn profiles(list: &[ProfileLine], columns: usize) -> Document {
    let widest = list.iter().map(|line| width(&line.name)).max().unwrap_or(0).min(24);
    let lines = list.iter().map(|profile| {
        let mut line = vec![Piece::from("  ")];
        let name = safe_cell(SafeStr(&profile.name), widest, Role::Body);
        let used = line_width(&name);
        line.extend(name);
        line.push(Piece::from(" ".repeat(widest - used + 2).as_str()));
        line.push(Piece::new(if profile.open { "open  " } else { "      " }, Role::Good));
        let room = columns.saturating_sub(widest + 10);
        line.extend(safe_cell(profile.about.as_safe(), room, Role::Dim));
        line
    });
    Document { lines: lines.collect() }
}
