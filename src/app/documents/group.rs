//! The group under the cursor, where else an alert's details stand.

use crate::app::command::{By, Change, Command, Mark, Narrow, Record};
use crate::app::document::{Document, Piece, Role, safe};
use crate::app::documents::flow::Flow;
use crate::app::model::Model;
use crate::app::notice::alerts;
use crate::domain::{Severity, Status};

/// Lays out the group under the cursor: its value, its numbers and what can be done; nothing on an alert.
pub fn group(model: &Model, columns: usize) -> Option<Document> {
    let list = &model.list;
    let groups = list.listing.groups.as_ref()?;
    let group = list.heading()?;
    let mut flow = Flow::new(columns);
    flow.wrap("", "", &safe(groups.label(group, &list.listing.table), Role::Title));
    flow.words(&format!("{} by {}", alerts(group.count), groups.by.label()), Role::Body);
    flow.blank();
    for severity in Severity::KNOWN.into_iter().chain([Severity::Other]) {
        let count = group.severities[severity as usize];
        if count > 0 {
            let name = Piece::new(format!("{:15}", severity.name()), Role::Severity(severity));
            flow.line(vec![name, Piece::from(format!("{count:>9}").as_str())]);
        }
    }
    flow.blank();
    let first = list.group_at(list.place).unwrap_or(0);
    let fold = if list.is_folded(first) { "unfolds the group" } else { "folds the group" };
    // Of a chord its first key: which letter follows is seen then.
    let keys = |commands: &[Command]| model.settings.keymap.begun(commands);
    let filters = [Narrow::Only(By::Type), Narrow::Without(By::Type)].map(Command::Narrow);
    let chord =
        |command: &Command| model.settings.keymap.of(*command).first().is_some_and(|keys| keys.len() > 1);
    let chords = filters.iter().all(chord);
    for (keys, does) in [
        ("Enter".to_owned(), fold),
        (keys(&[Command::Mark(Mark::Toggle)]), "marks its alerts, or unmarks them"),
        (
            keys(&[Change::Set(Status::Dismissed), Change::Menu, Change::Take].map(Command::Change)),
            "change all of them, after a confirm",
        ),
        (
            keys(&[Record::Note, Record::Assign, Record::Judge(true)].map(Command::Record)),
            "note, assign, judge all of them",
        ),
        if chords {
            (keys(&filters), "and a letter: filter by their values")
        } else {
            (filters.map(|command| model.settings.keymap.shown(command)).join(", "), "filter by their type")
        },
    ] {
        flow.wrap("", "       ", &[Piece::new(format!("{keys:<6} "), Role::Key), Piece::from(does)]);
    }
    Some(flow.finish())
}
