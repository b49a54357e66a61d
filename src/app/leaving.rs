//! Leaving where decisions would go with the program: those about alerts of files, unless a data folder was named.

use crate::app::command::{App, Command, HandOver};
use crate::app::documents::moment::thousands;
use crate::app::model::Model;
use crate::app::notice::say;
use crate::app::{Effects, keys, undo};
use crate::domain::ChangeId;

/// What is known of decisions that are kept nowhere else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Leaving {
    /// It was said that they would be lost, and nothing was done since but to export.
    pub said: bool,
    /// The newest change when every alert was last exported: it and those before are in that file.
    pub exported: Option<ChangeId>,
}

/// How many changes of status would be gone with the program.
pub fn lost(model: &Model) -> usize {
    if model.session.as_ref().and_then(|session| session.files) != Some(true) {
        return 0;
    }
    let stands = undo::in_force(&model.bulk).filter(|record| Some(record.id) > model.leaving.exported);
    stands.map(|record| record.tally.kept + record.tally.pending).sum()
}

/// The changes that would be lost, in words; none without any.
pub fn lost_words(model: &Model) -> Option<String> {
    match lost(model) {
        0 => None,
        1 => Some("1 change is kept only here".to_owned()),
        several => Some(format!("{} changes are kept only here", thousands(several))),
    }
}

/// True when the next export is of every alert: it was said that decisions would be lost, and the list may not show the alerts
/// that they are about.
pub(super) fn exports_all(model: &Model) -> bool {
    model.leaving.said && lost(model) > 0
}

/// True while a file is written that will hold what would be lost.
pub(super) fn is_kept_soon(model: &Model) -> bool {
    lost(model) > 0 && model.saving.iter().any(|saving| saving.covers.is_some() && !saving.cancelling)
}

/// Stays where changes would be lost, and says so; the second time it does not. True when it stays.
pub(super) fn stays(model: &mut Model, out: &mut Effects) -> bool {
    let Some(words) = lost_words(model).filter(|_| !model.leaving.said) else { return false };
    model.leaving.said = true;
    // What was typed ahead while a change was being stored is no answer to this.
    model.held.clear();
    let key = |command| model.settings.keymap.shown(command);
    let (export, quit) = (key(Command::HandOver(HandOver::File)), key(Command::App(App::Close)));
    say(model, format!("{words}: {export} exports all alerts, {quit} again leaves"), out);
    true
}

/// Leaves because a line said so, whatever is open.
pub(super) fn by_name(model: &mut Model, out: &mut Effects) {
    if !stays(model, out) {
        keys::quit(model, out);
    }
}
