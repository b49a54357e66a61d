//! Random keys and messages: nothing panics, and what must always hold does.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::app::harness::{Given, Harness, ROW};
use crate::app::key::{Code, Key};
use crate::app::list::rows;
use crate::app::marks;
use crate::app::message::{Journal, Message, OrderKind, Saved, Timer};
use crate::app::model::{Overlay, Pane, SaveState};
use crate::domain::alert::Scan;
use crate::domain::change::Tally;
use crate::domain::fact::FactKind;
use crate::domain::key_set::KeySet;
use crate::domain::progress::SyncEvent;
use crate::domain::{AlertKey, ChangeId, SafeText, Severity, Status};

/// Alerts some of which share entities, are twins, or are grouped by an incident.
fn rows_of(count: usize) -> Vec<Given> {
    const KINDS: [Given; 4] = [
        Given { facts: &[(FactKind::Ip, "10.0.0.1"), (FactKind::Host, "vm-1")], scan: Scan::Agent, ..ROW },
        Given { facts: &[(FactKind::Ip, "10.0.0.2")], scan: Scan::Agentless, ..ROW },
        Given { facts: &[(FactKind::Member, "n1"), (FactKind::Member, "n2")], incident: true, ..ROW },
        ROW,
    ];
    KINDS.into_iter().cycle().take(count).collect()
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Key(Key),
    Put(u32, u8, u8),
    Remove(u32),
    Snapshot,
    Resize(u16, u16),
    Settle,
    Paste,
    Verify(i64, u32),
    Refuse(OrderKind),
    Stray(u64),
    Minute,
}

fn step() -> impl Strategy<Value = Step> {
    let letters: Vec<Key> = "jkgGhlxvV*nitrpl/\\fFsvgu1730ta,-dyue.UE?:qRw[]  123456ec"
        .chars()
        .chain("&bzZzzz".chars())
        .map(Key::char)
        .collect();
    let named = [
        Code::Enter,
        Code::Esc,
        Code::Tab,
        Code::BackTab,
        Code::Up,
        Code::Down,
        Code::Left,
        Code::Right,
        Code::Home,
        Code::End,
        Code::PageUp,
        Code::PageDown,
        Code::Backspace,
        Code::Delete,
        Code::F(2),
    ];
    let key = prop_oneof![
        8 => prop::sample::select(letters),
        2 => prop::sample::select(named.to_vec()).prop_map(Key::plain),
        1 => prop::sample::select(vec!['c', 'd', 'u', 'w', 'z']).prop_map(Key::ctrl),
    ];
    prop_oneof![
        20 => key.prop_map(Step::Key),
        3 => (1..60_u32, 0..5_u8, 0..4_u8).prop_map(|(key, severity, status)| Step::Put(key, severity, status)),
        1 => (1..60_u32).prop_map(Step::Remove),
        3 => Just(Step::Snapshot),
        1 => (0..200_u16, 0..60_u16).prop_map(|(width, height)| Step::Resize(width, height)),
        6 => Just(Step::Settle),
        1 => Just(Step::Paste),
        1 => (1..4_i64, 0..60_u32).prop_map(|(change, refused)| Step::Verify(change, refused)),
        1 => prop::sample::select(OrderKind::ALL.to_vec()).prop_map(Step::Refuse),
        1 => (0..200_u64).prop_map(Step::Stray),
        1 => Just(Step::Minute),
    ]
}

fn take(harness: &mut Harness, step: Step) {
    match step {
        Step::Key(key) => {
            harness.press(key);
        }
        Step::Put(key, severity, status) => {
            let known = harness.builder.table().position(AlertKey(key)).is_some();
            let last = harness.builder.table().rows().last().map_or(0, |(_, row)| row.key().0);
            // Keys are given in growing order.
            let key = if known { key } else { last + 1 };
            let given =
                Given { severity: Severity::from_code(severity), status: Status::from_code(status), ..ROW };
            harness.put(key, given);
        }
        Step::Remove(key) => {
            harness.builder.remove(&[AlertKey(key)]);
        }
        Step::Snapshot => {
            harness.snapshot();
        }
        Step::Resize(width, height) => {
            harness.send(Message::Resize(width, height));
        }
        Step::Settle => {
            harness.settle();
        }
        Step::Paste => {
            harness.send(Message::Paste("severity:high \u{7} y".into()));
        }
        Step::Verify(change, refused) if harness.changes.iter().any(|(record, _)| record.id.0 == change) => {
            harness.verify(change, &[refused]);
        }
        Step::Verify(change, verified) => {
            let tally = Tally { verified: verified as usize, pending: 1, ..Tally::default() };
            harness.send(Message::Sync(SyncEvent::Push { change: ChangeId(change), tally, rate: 1 }));
        }
        Step::Refuse(order) => {
            harness.send(Message::Journal(Journal::Refused { order, why: SafeText::from("disk full") }));
        }
        Step::Stray(number) => {
            harness
                .send(Message::Timer(Timer::ChordMenu(number)))
                .send(Message::Timer(Timer::Notice(number)));
        }
        Step::Minute => {
            harness.send(Message::Timer(Timer::Minute));
        }
    }
}

fn confirmed(harness: &Harness) -> Option<BTreeSet<AlertKey>> {
    harness.model.overlays.iter().rev().find_map(|overlay| match overlay {
        Overlay::Confirm(confirm) => Some(confirm.plan.targets.iter().map(|(key, _)| *key).collect()),
        _ => None,
    })
}

/// The alerts chosen: the marks and a range that marks.
fn chosen(harness: &Harness) -> KeySet {
    let list = &harness.model.list;
    let range = list.visual.filter(|visual| visual.marking).map(|visual| marks::ranged(list, visual));
    list.marks.clone().plus(&range.unwrap_or_default())
}

/// The harness writes no files: each that is waited for cannot be written.
fn refuse_files(harness: &mut Harness) {
    while let Some(Overlay::Save(prompt)) = harness.model.overlays.last()
        && let SaveState::Waiting(number) = prompt.state
    {
        harness.send(Message::Saved(number, Saved::Failed(SafeText::from("disk full")))).settle();
    }
}

fn check(harness: &Harness) -> Result<(), TestCaseError> {
    let model = &harness.model;
    let list = &model.list;
    let seen = (0..list.listing.len()).filter(|place| list.is_seen(*place));
    let shown: BTreeSet<AlertKey> = seen.filter_map(|place| list.listing.key(place)).collect();
    prop_assert!(list.listing.keys().collect::<KeySet>() == list.listing.listed);
    prop_assert_eq!(list.cursor.is_none(), list.listing.is_empty() || list.on_heading);
    prop_assert_eq!(list.heading().is_some(), list.on_heading);
    let groups = list.groups().iter().filter(|_| !list.marks.is_empty());
    let marked_in = groups.map(|group| {
        let keys = group.places().filter_map(|place| list.listing.key(place));
        keys.filter(|key| list.marks.contains(*key)).count()
    });
    prop_assert_eq!(&list.marked_in, &marked_in.collect::<Vec<_>>());
    prop_assert_eq!(marks::by_mark(list), marks::by_place(list));
    let anchor = list.visual.map(|visual| (visual.anchor, list.listing.key(visual.place)));
    prop_assert!(anchor.is_none_or(|(anchor, found)| found == Some(anchor)));
    if !list.in_flight
        && let Some(cursor) = list.cursor
    {
        prop_assert_eq!(list.listing.key(list.place), Some(cursor));
    }
    let line = list.cursor_line();
    prop_assert!(list.offset <= line && line < list.offset + rows(model));
    prop_assert!(list.listing.is_empty() || list.line_at(line).is_some());
    prop_assert!(list.marks.iter().all(|key| model.table.position(key).is_some()));
    prop_assert_eq!(list.hidden_marks, list.marks.iter().filter(|key| !shown.contains(key)).count());
    prop_assert_eq!(model.focus == Pane::Full, model.details.full.is_some());
    prop_assert_eq!(model.focus == Pane::Details, model.details.open);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_panics_and_the_invariants_hold(steps in prop::collection::vec(step(), 1..120), slow: bool) {
        let mut harness = Harness::new(&rows_of(40));
        harness.slow = slow;
        for step in steps {
            let is_key = matches!(step, Step::Key(_) | Step::Settle | Step::Verify(..) | Step::Refuse(_) | Step::Paste);
            let before = confirmed(&harness);
            let chosen = chosen(&harness);
            take(&mut harness, step);
            check(&harness)?;
            if !is_key && !slow {
                prop_assert_eq!(confirmed(&harness), before);
                // What comes by itself adds nothing to what was chosen.
                let now = self::chosen(&harness);
                prop_assert!(chosen.is_empty() || now.is_subset(&chosen));
            }
        }
        harness.settle();
        refuse_files(&mut harness);
        prop_assert!(harness.model.held.is_empty());
        prop_assert!(!harness.model.list.in_flight);
    }

    #[test]
    fn what_is_ordered_is_what_was_asked(steps in prop::collection::vec(step(), 1..80)) {
        let mut harness = Harness::new(&rows_of(30));
        for step in steps {
            let before = confirmed(&harness);
            let ordered = harness.submitted().len();
            take(&mut harness, step);
            if let (Some(change), Some(asked)) = (harness.submitted().get(ordered), before) {
                let ids: BTreeSet<_> = change.targets.iter().map(|target| target.id.clone()).collect();
                let expected: BTreeSet<_> = asked.iter().map(|key| crate::app::harness::id(key.0)).collect();
                prop_assert_eq!(ids, expected);
            }
        }
    }
}
