//! What can lie over the screen.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use crate::app::document::Piece;
use crate::app::input::Input;
use crate::app::message::Detail;
use crate::app::model::{AssignMenu, Facets, Judge, Log, NotePrompt};
use crate::app::model::{AttackView, TimelineView};
use crate::app::model::{DeviceCode, ProfileMenu};
use crate::app::model::{Outcomes, TriggerPrompt};
use crate::app::model::{PipeOutput, PipePrompt, SavePrompt};
use crate::app::model::{RuleForm, RulesScreen, ViewsMenu};
pub use crate::app::overlays::mail::MailForm;
use crate::domain::change::{ChangeRecord, Outcome, Plan, Reason, Skip, TargetRecord};
use crate::domain::fact::FactKind;
use crate::domain::table::Table;
use crate::domain::{AlertKey, Status};

/// What can lie over the screen.
#[derive(Debug)]
pub enum Overlay {
    /// Confirm a change.
    Confirm(Box<Confirm>),
    /// Edit who receives mail.
    Mail(Box<MailForm>),
    /// Choose a status.
    Status(StatusMenu),
    /// Choose a time range by typing it.
    TimeRange(Input, Option<String>),
    /// Add to the filter: fields and their values.
    Facets(Box<Facets>),
    /// Mark by a pattern.
    Pattern(Input, Option<String>),
    /// Confirm an undo or redo.
    ConfirmUndo(Box<ChangeRecord>),
    /// The failures of a change.
    Failures(Box<Failures>),
    /// Choose an entity by arrows.
    Pivot(PivotMenu),
    /// What a logic app would be sent, and the question whether to.
    Trigger(Box<TriggerPrompt>),
    /// What became of each alert of a confirm.
    Outcomes(Outcomes),
    /// Write a note.
    Note(Box<NotePrompt>),
    /// Assign alerts.
    Assign(Box<AssignMenu>),
    /// Judge alerts: useful or not.
    Judge(Box<Judge>),
    /// A code to be typed into a browser.
    SignIn(DeviceCode),
    /// The profiles of the config.
    Profiles(ProfileMenu),
    /// The audit log.
    Log(Box<Log>),
    /// A suppression rule being filled in.
    RuleForm(Box<RuleForm>),
    /// The suppression rules.
    Rules(Box<RulesScreen>),
    /// Alerts over time.
    Timeline(Box<TimelineView>),
    /// Alerts by tactic and technique.
    Attack(Box<AttackView>),
    /// Running and recent changes, and the listings.
    Jobs(Scroll),
    /// A file to write.
    Save(Box<SavePrompt>),
    /// A command that gets alerts.
    Pipe(Box<PipePrompt>),
    /// What a command writes.
    Output(Box<PipeOutput>),
    /// Keys of the pane below.
    Help(Scroll, Find),
    /// The saved views.
    Views(Box<ViewsMenu>),
    /// The palette.
    Palette(Palette),
}

/// A confirm: the exact set, and what it would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirm {
    /// The status to set.
    pub status: Status,
    /// The frozen set.
    pub plan: Plan,
    /// How many matched or were marked before any was left out.
    pub matching: usize,
    /// How many of the targets are not in the list as it is filtered now.
    pub off_screen: usize,
    /// What the other scanner reported of the same findings, if anything.
    pub twins: Option<Twins>,
    /// What the set is made of.
    pub of: SetOf,
    /// A dismissal's reason.
    pub reason: Option<Reason>,
    /// And take them over.
    pub take: bool,
    /// A comment, once it was begun.
    pub comment: Option<Input>,
    /// True while the comment has the keys.
    pub typing: bool,
    /// What is said of the plan.
    pub makeup: Makeup,
}

/// What is said of a plan, counted once: a prompt is drawn with every key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Makeup {
    /// How many targets have each severity, by [`Severity`](crate::domain::Severity)'s code.
    pub severities: [usize; 5],
    /// The kinds of targets, by title and resource: how many, and the first of them. The most frequent come first.
    pub kinds: Vec<(usize, AlertKey)>,
    /// How many alerts are left out, and why.
    pub skipped: Vec<(Skip, usize)>,
}

impl Makeup {
    /// Counts a plan.
    pub fn of(table: &Table, plan: &Plan) -> Self {
        let mut kinds: HashMap<(u32, u32), (usize, AlertKey)> = HashMap::new();
        let mut severities = [0; 5];
        for (key, _) in &plan.targets {
            let Some(row) = table.get(*key) else { continue };
            severities[row.severity() as usize] += 1;
            let kind = (row.head_code(FactKind::Title), row.head_code(FactKind::Resource));
            kinds.entry(kind).or_insert((0, *key)).0 += 1;
        }
        let mut kinds: Vec<_> = kinds.into_values().collect();
        kinds.sort_unstable_by_key(|(count, key)| (Reverse(*count), *key));
        let skipped = [Skip::Kept, Skip::AlreadySo, Skip::Gone].map(|why| (why, plan.skipped_for(why)));
        Self { severities, kinds, skipped: skipped.into_iter().filter(|(_, count)| *count > 0).collect() }
    }
}

/// What the set of a confirm is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOf {
    /// One alert: that under the cursor, or the one that is open.
    Alert,
    /// The group under the cursor.
    Group,
    /// What matched, all of it but what was taken out: a `*` chord marked it.
    Matching,
    /// Marks that were made one by one or by a group, with the list as it may have been before.
    Marked,
    /// The twins of what was changed before.
    Twins,
}

/// The twins of a change's alerts: they stay as they are until their own scanner looks again, unless they are added.
#[derive(Debug, Clone, PartialEq)]
pub struct Twins {
    /// Those that can change, frozen with the set, each with its status.
    pub targets: Vec<(AlertKey, Status)>,
    /// True when they are part of the plan.
    pub added: bool,
}

/// The status menu.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusMenu {
    /// True when the change is to be written as a script.
    pub script: bool,
    /// The line under the cursor.
    pub chosen: usize,
}

/// Every entity of an alert, to choose one whose alerts are listed.
#[derive(Debug, Clone, PartialEq)]
pub struct PivotMenu {
    /// The alert.
    pub detail: Arc<Detail>,
    /// The line under the cursor.
    pub chosen: usize,
    /// The first line drawn.
    pub offset: usize,
}

/// The failures of one change.
#[derive(Debug, Clone, PartialEq)]
pub struct Failures {
    /// The change.
    pub change: ChangeRecord,
    /// Its alerts that failed, are in conflict or unconfirmed.
    pub targets: Vec<Failure>,
    /// The line under the cursor.
    pub chosen: usize,
    /// The first line drawn.
    pub offset: usize,
}

impl Failures {
    /// How many have an outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.targets.iter().filter(|target| target.record.outcome == outcome).count()
    }
}

/// One alert of a change that failed, is in conflict or unconfirmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Its number, if the cache has it.
    pub key: Option<AlertKey>,
    /// What became of it.
    pub record: TargetRecord,
}

/// A scroll position in text that the view lays out itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scroll {
    /// The first line drawn.
    pub offset: usize,
    /// The number of lines.
    pub lines: usize,
}

/// A search in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Find {
    /// What is searched.
    pub input: Input,
    /// True while it has the keys.
    pub typing: bool,
    /// The line in which it was found.
    pub line: Option<usize>,
}

impl Find {
    /// True when a line holds what is searched, in any letter case; never without anything.
    pub fn is_in(&self, line: &[Piece]) -> bool {
        let wanted = self.input.text().trim().to_lowercase();
        !wanted.is_empty() && lower(line).contains(&wanted)
    }

    /// True when two lines, one below the other, have all its words between them: a text may be broken in two.
    pub fn is_across(&self, line: &[Piece], below: &[Piece]) -> bool {
        let (line, below, wanted) = (lower(line), lower(below), self.input.text().to_lowercase());
        let mut words = wanted.split_whitespace().peekable();
        words.peek().is_some_and(|first| line.contains(first))
            && words.all(|word| line.contains(word) || below.contains(word))
    }
}

fn lower(line: &[Piece]) -> String {
    line.iter().map(|piece| piece.text.to_lowercase()).collect()
}

/// The palette: every command by name.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    /// What is typed.
    pub input: Input,
    /// Places in the command table that match, best first.
    pub matches: Vec<usize>,
    /// The line under the cursor.
    pub chosen: usize,
}
