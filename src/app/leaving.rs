//! Leaving where decisions would go with the program: those about alerts of files, unless a data folder was named.

use crate::app::command::{App, Command, HandOver};
use crate::app::documents::moment::counted;
use crate::app::message::Session;
use crate::app::model::Model;
use crate::app::notice::say;
use crate::app::{Effects, keys, undo};
use crate::domain::ChangeId;
use crate::domain::export::Format;
use crate::domain::record::DeedKind;

/// Deeds that an export holds, but for Markdown: not why an alert was judged, and no ticked steps.
const EXPORTED: [(DeedKind, &str); 3] =
    [(DeedKind::Note, "note"), (DeedKind::Assign, "assignment"), (DeedKind::Feedback, "judgement")];

/// How far decisions have come, or those that a file holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Decided {
    /// The newest change: it and those before.
    pub change: Option<ChangeId>,
    /// How many deeds of each kind that an export holds.
    deeds: [usize; EXPORTED.len()],
}

impl Decided {
    /// What is in one of two files.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let mut deeds = self.deeds;
        deeds.iter_mut().zip(other.deeds).for_each(|(deeds, others)| *deeds = others.max(*deeds));
        Self { change: self.change.max(other.change), deeds }
    }
}

/// What is known of decisions that are kept nowhere else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Leaving {
    /// It was said that they would be lost, and nothing was done since but to export.
    pub said: bool,
    /// What every alert was last exported with.
    pub exported: Decided,
    /// Deeds that were recorded.
    deeds: [usize; EXPORTED.len()],
    /// Steps that are ticked.
    steps: usize,
}

impl Leaving {
    /// What a file of every alert holds that is written after the change `last`.
    pub(super) fn held_by(&self, format: Format, last: Option<ChangeId>) -> Decided {
        Decided { change: last, deeds: if format.has_record() { self.deeds } else { Default::default() } }
    }
}

/// What would be gone with the program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Lost {
    /// Alerts whose status was changed.
    changes: usize,
    /// Deeds that an export holds.
    deeds: [usize; EXPORTED.len()],
    /// Ticked steps, which no export holds.
    steps: usize,
}

impl Lost {
    fn exported(&self) -> usize {
        self.changes + self.deeds.iter().sum::<usize>()
    }

    /// `2 changes and 1 note are kept only here`; none without any.
    fn words(&self) -> Option<String> {
        let deeds = self.deeds.iter().zip(EXPORTED).map(|(count, (_, name))| (*count, name));
        let all = std::iter::once((self.changes, "change")).chain(deeds).chain([(self.steps, "ticked step")]);
        let mut parts: Vec<String> =
            all.filter(|(count, _)| *count > 0).map(|(count, name)| counted(count, name)).collect();
        let last = parts.pop()?;
        let be = if self.exported() + self.steps == 1 { "is" } else { "are" };
        let before = if parts.is_empty() { String::new() } else { format!("{} and ", parts.join(", ")) };
        Some(format!("{before}{last} {be} kept only here"))
    }
}

/// True when nothing is kept of what is decided: in the demo, and of files without a data folder.
pub(super) fn is_temporary(model: &Model) -> bool {
    model.session.as_ref().is_some_and(Session::is_temporary)
}

/// Where a deed is kept, as a sentence begins.
pub fn kept(model: &Model) -> &'static str {
    if is_temporary(model) { "Kept until you leave" } else { "Kept on this machine" }
}

/// A deed was recorded.
pub(super) fn recorded(model: &mut Model, kind: DeedKind) {
    let leaving = &mut model.leaving;
    match kind {
        DeedKind::StepDone => leaving.steps += 1,
        DeedKind::StepOpen => leaving.steps = leaving.steps.saturating_sub(1),
        _ => {
            let place = EXPORTED.iter().position(|(exported, _)| *exported == kind);
            place.into_iter().for_each(|place| leaving.deeds[place] += 1);
        }
    }
}

fn lost(model: &Model) -> Lost {
    if model.session.as_ref().and_then(|session| session.files) != Some(true) {
        return Lost::default();
    }
    let leaving = &model.leaving;
    let stands = undo::in_force(&model.bulk).filter(|record| Some(record.id) > leaving.exported.change);
    let mut deeds = leaving.deeds;
    deeds.iter_mut().zip(leaving.exported.deeds).for_each(|(deeds, exported)| *deeds -= exported.min(*deeds));
    let changes = stands.map(|record| record.tally.kept + record.tally.pending).sum();
    Lost { changes, deeds, steps: leaving.steps }
}

/// What would be lost by leaving now, at the end of input: nobody can keep it any more.
pub fn lost_words(model: &Model) -> Option<String> {
    let lost = lost(model);
    let export = if lost.exported() > 0 { ": export keeps what is decided" } else { "" };
    Some(format!("{}, and lost now{export}.", lost.words()?))
}

/// True when the next export is of every alert: it was said that decisions would be lost, and the list may not show the alerts
/// that they are about.
pub(super) fn exports_all(model: &Model) -> bool {
    model.leaving.said && lost(model).exported() > 0
}

/// True while a file is written that will hold what would be lost.
pub(super) fn is_kept_soon(model: &Model) -> bool {
    lost(model).exported() > 0
        && model.saving.iter().any(|saving| saving.covers.is_some() && !saving.cancelling)
}

/// Stays where changes would be lost, and says so; the second time it does not. True when it stays.
pub(super) fn stays(model: &mut Model, out: &mut Effects) -> bool {
    let lost = lost(model);
    let Some(words) = lost.words().filter(|_| !model.leaving.said) else { return false };
    model.leaving.said = true;
    // What was typed ahead while a change was being stored is no answer to this.
    model.held.clear();
    let key = |command| model.settings.keymap.shown(command);
    let (export, quit) = (key(Command::HandOver(HandOver::File)), key(Command::App(App::Close)));
    let way = match (lost.exported(), lost.steps) {
        (0, _) => "no export holds that".to_owned(),
        (_, 0) => format!("{export} exports all"),
        _ => format!("{export} exports all but steps"),
    };
    say(model, format!("{way}, {quit} again leaves: {words}"), out);
    true
}

/// Leaves because a line said so, whatever is open.
pub(super) fn by_name(model: &mut Model, out: &mut Effects) {
    if !stays(model, out) {
        keys::quit(model, out);
    }
}
