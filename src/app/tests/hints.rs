//! Each key that is named does something: the hints of many states, pressed.

use crate::app::command::hints;
use crate::app::effect::Effect;
use crate::app::harness::{Given, Harness, ROW};
use crate::app::message::{Message, Session, Start, Timer};
use crate::domain::fact::FactKind;

/// Where a state begins.
type Begin = fn() -> Harness;

/// Nothing is listed, but there are alerts.
fn filtered() -> Harness {
    let mut harness = Harness::small();
    harness.keys("/ ctrl-u").text("zebra").keys("Enter");
    harness
}

/// There are no alerts.
fn empty() -> Harness {
    Harness::new(&[])
}

/// The cursor is on a heading.
fn grouped() -> Harness {
    let mut harness = Harness::small();
    harness.keys("z v g g");
    assert!(harness.model.list.on_heading);
    harness
}

/// Alerts that share an entity.
fn related() -> Harness {
    let facts: &[(FactKind, &str)] = &[(FactKind::Ip, "10.0.0.1"), (FactKind::Host, "vm-1")];
    Harness::new(&[Given { facts, ..ROW }, Given { facts, hours: 2, ..ROW }, ROW])
}

/// Changes were made, a command was run, and a view is saved.
fn busy() -> Harness {
    let mut harness = Harness::small();
    harness.keys("s r").verify(1, &[]).keys("| c a t Enter Esc m 5");
    harness
}

/// Nothing may be changed.
fn read_only() -> Harness {
    let mut harness = Harness::small();
    let read_only = Some("another program has the journal".to_owned());
    harness.send(Message::Start(Start::Ready(Session { read_only, ..Harness::session() })));
    harness
}

/// The cursor is on an alert that is closed.
fn dismissed() -> Harness {
    let mut harness = Harness::small();
    harness.keys("3");
    harness
}

/// What one of these keys did: nothing, or that it was refused; none when it did something.
fn nothing_done(state: &dyn Fn() -> Harness, keys: &str) -> Option<String> {
    let mut harness = state();
    let quiet = |harness: &mut Harness| {
        let model = &mut harness.model;
        (model.notice, model.serial, model.list.touched) = (None, 0, true);
        format!("{model:?}")
    };
    let before = quiet(&mut harness);
    let effects = harness.effects.len();
    harness.keys(keys);
    let notice = harness.model.notice.as_ref().map(|notice| (notice.is_error, notice.text.to_string()));
    let told = |effect: &Effect| matches!(effect, Effect::Timer(Timer::Notice(_), _));
    let ordered = harness.effects[effects..].iter().any(|effect| !told(effect));
    match notice {
        Some((true, text)) => Some(text),
        Some((_, text)) if text.contains("is not a key here") => Some(text),
        notice if !ordered && quiet(&mut harness) == before => Some(format!("nothing: {notice:?}")),
        _ => None,
    }
}

/// The keys that a hint stands for, and whether they only move: at an end, or in a list of one, that does nothing.
fn meant(keys: &str) -> (Vec<String>, bool) {
    let several = || keys.split(' ').map(str::to_owned).collect();
    match keys.split_once('–') {
        Some((first, last)) => (vec![first.to_owned(), last.to_owned()], false),
        None if keys == "type" => (vec!["x".to_owned()], false),
        None if matches!(keys, "↑ ↓" | "← →") => (several(), true),
        None if keys.split(' ').any(|key| matches!(key, "↑" | "+")) => (several(), false),
        None => (vec![keys.to_owned()], false),
    }
}

/// Keys that say themselves what is missing in the form that they send.
const SENDS: [&str; 1] = ["F2"];

/// The keys named in a state that are refused there, or do nothing.
fn idle(base: &str, begin: Begin, keys: &str) -> Vec<String> {
    let state = || {
        let mut harness = begin();
        harness.keys(keys);
        harness
    };
    let named = hints(&state().model).into_iter().filter(|(named, _)| !SENDS.contains(&named.as_str()));
    let idle = named.filter_map(|(named, label)| {
        let (keys, moves) = meant(&named);
        let done: Vec<String> = keys.iter().filter_map(|keys| nothing_done(&state, keys)).collect();
        (!moves && done.len() == keys.len()).then(|| format!("{named} {label}: {}", done.join(", ")))
    });
    idle.map(|what| format!("{base}, {keys:?}: {what}")).collect()
}

#[test]
fn each_key_that_is_named_does_something() {
    let bases: [(&str, Begin); 8] = [
        ("some alerts", Harness::small),
        ("nothing matches", filtered),
        ("no alerts", empty),
        ("a heading", grouped),
        ("shared entities", related),
        ("changes", busy),
        ("read-only", read_only),
        ("dismissed", dismissed),
    ];
    let everywhere = "; l; s; f; F; *; t; z; y; b; m; p; T; M; w";
    let on_alerts = "Enter; Enter ]; Enter ] ]; Enter ] ] ]; r 2; r 3; r 4; r 5; r 6; Enter p; Space; * *; v; /; \
                     / ctrl-u s e v; / ctrl-u s e v e r t y :; / ctrl-u s e v Tab; t t; * p x; ?; d; d 1; d c; s r; \
                     s Enter; u; E; W; | x; ! x; c x; A; b u; b u Enter; @; @ /";
    let menus = "m m; m m r; m m D; m m d; f Enter; f Enter Enter; f Enter x x x; p Enter; T v; :; S";
    let mut wrong = Vec::new();
    for (base, begin) in bases {
        wrong.extend(everywhere.split("; ").flat_map(|keys| idle(base, begin, keys)));
    }
    for (base, begin) in [bases[0], bases[5]] {
        wrong.extend(on_alerts.split("; ").flat_map(|keys| idle(base, begin, keys)));
    }
    for (base, begin) in [bases[4], bases[5]] {
        wrong.extend(menus.split("; ").flat_map(|keys| idle(base, begin, keys)));
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}
