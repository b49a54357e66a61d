//! The first run, signing in by device code, and the profiles of the config.

use crate::app::effect::{Effect, SignInOrder};
use crate::app::harness::{Harness, now};
use crate::app::message::{FirstLook, Listed, Message, Session, SignInFound, SignInNews, Start, Timer};
use crate::app::model::{CodeStage, Counted, DeviceCode, FirstRunStep, Overlay, ProfileLine, ShownCode};
use crate::domain::progress::{Fault, FaultKind, Subscription, SyncEvent};
use crate::domain::{SafeText, SubscriptionId};

fn subscription(id: &str) -> Subscription {
    Subscription { id: SubscriptionId::new(id), name: id.into(), tenant: SafeText::default() }
}

fn found(name: &str, good: bool) -> SignInFound {
    let text = SafeText::from("seen");
    let found = if good { Ok(text) } else { Err(text) };
    SignInFound { name: name.into(), found, device_code: name == "device code" }
}

/// What the first run found: these, and the device code below them.
fn look(ways: &[(&str, bool)]) -> Message {
    let mut all: Vec<SignInFound> = ways.iter().map(|(name, good)| found(name, *good)).collect();
    all.push(found("device code", true));
    let clouds = ["public", "us-gov", "china"].map(str::to_owned).to_vec();
    Message::Start(Start::FirstRun(FirstLook { found: all, absent: Vec::new(), clouds, cloud: 0 }))
}

fn first_run(ways: &[(&str, bool)]) -> Harness {
    let mut harness = Harness::bare(&[]);
    harness.send(look(ways));
    harness
}

fn step(harness: &Harness) -> &FirstRunStep {
    &harness.model.first_run.as_ref().unwrap().step
}

/// The answer to a question for subscriptions.
fn listed(number: u64, ids: &[&str]) -> Message {
    let subscriptions = ids.iter().map(|id| subscription(id)).collect();
    Message::Start(Start::Subscriptions(number, Ok(Listed { who: "ann".into(), subscriptions })))
}

/// The number of the newest question for subscriptions.
fn list_asked(harness: &Harness) -> u64 {
    let number = harness.effects.iter().rev().find_map(|effect| match effect {
        Effect::ListSubscriptions { number, .. } => Some(*number),
        _ => None,
    });
    number.unwrap()
}

fn shown() -> ShownCode {
    ShownCode { code: "ABC".into(), address: "https://login.example".into(), until: now().utc }
}

/// The number of the newest order for a code.
fn asked(harness: &Harness) -> u64 {
    let number = harness.effects.iter().rev().find_map(|effect| match effect {
        Effect::SignIn(SignInOrder::First { number, .. } | SignInOrder::Again { number }) => Some(*number),
        _ => None,
    });
    number.unwrap()
}

#[test]
fn keys_typed_before_it_is_shown_choose_nothing_in_the_first_run() {
    for keys in ["Enter", "d", "/ q", "j Enter y", "Enter Enter"] {
        let mut harness = Harness::bare(&[]);
        harness.keys(keys).send(look(&[]));
        assert!(matches!(step(&harness), FirstRunStep::SignIn), "{keys}");
        assert!(harness.model.held.is_empty() && harness.notice().contains("type it again"), "{keys}");
        let acts = |effect: &Effect| {
            matches!(
                effect,
                Effect::SignIn(_) | Effect::OpenDemo | Effect::ListSubscriptions { .. } | Effect::Quit
            )
        };
        assert!(!harness.effects.iter().any(acts), "{keys}");
        harness.keys("Enter");
        assert!(matches!(step(&harness), FirstRunStep::Keep), "{keys}: what is typed now is meant");
    }
    let mut harness = Harness::bare(&[]);
    harness.send(look(&[]));
    assert!(harness.model.notice.is_none());
    // Leaving does not wait.
    for keys in ["q", "j ctrl-c ctrl-c ctrl-c"] {
        let mut harness = Harness::bare(&[]);
        harness.keys(keys);
        assert!(harness.effects.contains(&Effect::Quit), "{keys}");
    }
}

#[test]
fn the_first_run_leads_to_a_config_or_the_demo() {
    let start = || first_run(&[("environment", false), ("Azure CLI", true)]);
    for (keys, chosen) in [("Enter", vec![]), ("Space Enter", vec!["b"]), ("a Space Enter", vec!["a"])] {
        let mut harness = start();
        harness.keys("k Enter");
        assert_eq!(harness.notice(), "seen");
        harness.keys("j Enter");
        let (number, cloud) = (list_asked(&harness), "public".to_owned());
        assert!(harness.effects.contains(&Effect::ListSubscriptions { number, sign_in: 1, cloud }));
        harness.send(listed(number, &["a", "b"])).keys(keys);
        let subscriptions = chosen.into_iter().map(String::from).collect();
        let order = Effect::WriteConfig { sign_in: 1, subscriptions, keep: false };
        assert!(harness.effects.contains(&order), "{keys}");
        harness.send(Message::Start(Start::ConfigWritten(Ok(SafeText::from("/home/a/config.toml")))));
        harness.start();
        assert!(harness.model.first_run.is_none());
    }
    let mut harness = start();
    harness.keys("G Enter");
    assert!(harness.effects.contains(&Effect::OpenDemo));
    let mut harness = start();
    harness.keys("Enter");
    let refused = Start::Subscriptions(list_asked(&harness), Err(SafeText::from("403")));
    harness.send(Message::Start(refused));
    assert!(matches!(step(&harness), FirstRunStep::Failed(_)));
    harness.keys("Esc Esc");
    assert!(matches!(step(&harness), FirstRunStep::SignIn));
    assert!(!harness.effects.contains(&Effect::Quit));
}

#[test]
fn with_nothing_at_all_two_enters_lead_to_a_code() {
    for (keys, keep) in [("Enter Enter", false), ("Enter y", true)] {
        let mut harness = first_run(&[]);
        harness.keys(keys);
        let number = asked(&harness);
        harness.send(Message::SignIn(number, SignInNews::Code(shown())));
        harness.keys("y");
        assert_eq!(harness.copied(), ["ABC"]);
        harness.send(Message::SignIn(number + 1000, SignInNews::Done));
        assert!(matches!(step(&harness), FirstRunStep::Code(_)), "another's news is nothing to this one");
        harness.send(Message::SignIn(number, SignInNews::Done));
        let number = list_asked(&harness);
        harness.send(listed(number, &["a"])).keys("Enter");
        let order = Effect::WriteConfig { sign_in: 0, subscriptions: Vec::new(), keep };
        assert!(harness.effects.contains(&order), "{keys}");
    }
}

#[test]
fn a_key_without_meaning_is_said_in_each_step() {
    for keys in ["", "Enter"] {
        let mut harness = first_run(&[]);
        harness.keys(keys).keys("z");
        assert_eq!(harness.notice(), "z is not a key here", "{keys}");
    }
    let mut harness = Harness::small();
    harness.send(by_code()).send(signed_out()).keys("z");
    assert_eq!((harness.notice(), harness.model.overlays.len()), ("z is not a key here", 1));
}

#[test]
fn a_code_can_be_given_up_and_asked_for_again() {
    let mut harness = first_run(&[]);
    harness.keys("c Enter Enter");
    let first = asked(&harness);
    let order = SignInOrder::First { number: first, cloud: "us-gov".to_owned() };
    assert!(harness.effects.contains(&Effect::SignIn(order)));
    harness.send(Message::SignIn(first, SignInNews::Failed("declined".into())));
    harness.keys("Enter");
    assert_ne!(asked(&harness), first);
    harness.keys("Esc");
    assert!(harness.effects.contains(&Effect::SignIn(SignInOrder::Cancel)));
    assert!(matches!(step(&harness), FirstRunStep::SignIn));
    harness.send(Message::SignIn(asked(&harness), SignInNews::Done));
    assert!(matches!(step(&harness), FirstRunStep::SignIn), "what was given up comes too late");
}

#[test]
fn counts_come_after_the_list_and_say_what_they_lack() {
    let mut harness = first_run(&[("Azure CLI", true)]);
    harness.keys("Enter");
    let number = list_asked(&harness);
    harness.send(listed(number, &["a", "b"])).keys("j Space");
    let counts = vec![
        (SubscriptionId::new("b"), Counted::Unknown("not allowed".into())),
        (SubscriptionId::new("z"), Counted::Open { alerts: 9, high: 9 }),
    ];
    harness.send(Message::Start(Start::Counts(number, counts)));
    let FirstRunStep::Subscriptions { list, chosen, .. } = step(&harness) else { panic!("no list") };
    assert_eq!((list.len(), *chosen), (2, 1));
    assert_eq!(list[0].alerts, Counted::Asked);
    assert!(!list[1].on && list[1].alerts == Counted::Unknown("not allowed".into()));
    // That all took too long is said only of those that were not counted.
    let late = |id| (SubscriptionId::new(id), Counted::Unknown("took too long".into()));
    let open = (SubscriptionId::new("a"), Counted::Open { alerts: 2, high: 1 });
    harness.send(Message::Start(Start::Counts(number, vec![open])));
    harness.send(Message::Start(Start::Counts(number, vec![late("a"), late("b")])));
    let FirstRunStep::Subscriptions { list, .. } = step(&harness) else { panic!("no list") };
    assert_eq!(list[0].alerts, Counted::Open { alerts: 2, high: 1 });
    assert_eq!(list[1].alerts, Counted::Unknown("not allowed".into()));
}

#[test]
fn an_answer_for_a_sign_in_that_was_given_up_is_not_taken_for_the_next_one() {
    let mut harness = first_run(&[("environment", true), ("Azure CLI", true)]);
    harness.keys("Enter");
    let first = list_asked(&harness);
    harness.keys("Esc j Enter");
    let second = list_asked(&harness);
    harness.send(listed(first, &["of the first"]));
    assert!(matches!(step(&harness), FirstRunStep::Listing));
    harness.send(listed(second, &["a"]));
    let count = |number| {
        let counts = vec![(SubscriptionId::new("a"), Counted::Open { alerts: number as usize, high: 0 })];
        Message::Start(Start::Counts(number, counts))
    };
    harness.send(count(first)).send(count(second));
    let FirstRunStep::Subscriptions { list, .. } = step(&harness) else { panic!("no list") };
    assert_eq!((list.len(), list[0].subscription.id.as_str()), (1, "a"));
    assert_eq!(list[0].alerts, Counted::Open { alerts: second as usize, high: 0 });
}

fn by_code() -> Message {
    Message::Start(Start::Ready(Session { device_code: true, ..Harness::session() }))
}

fn signed_out() -> Message {
    let fault = Fault { kind: FaultKind::SignIn, message: "nobody".into() };
    Message::Sync(SyncEvent::PullFailed { subscription: None, fault })
}

#[test]
fn a_missing_sign_in_is_offered_once_and_then_on_demand() {
    let mut harness = Harness::small();
    harness.send(by_code()).send(signed_out());
    let first = asked(&harness);
    harness.send(Message::SignIn(first, SignInNews::Code(shown())));
    assert!(matches!(
        harness.model.overlays.last(),
        Some(Overlay::SignIn(DeviceCode { stage: CodeStage::Shown(_), .. }))
    ));
    harness.keys("Esc");
    assert!(harness.model.overlays.is_empty());
    harness.send(signed_out());
    assert!(harness.model.overlays.is_empty(), "it is not offered twice");
    harness.keys("R");
    let second = asked(&harness);
    assert_ne!(first, second);
    harness.send(Message::SignIn(first, SignInNews::Done));
    assert_eq!(harness.model.overlays.len(), 1, "the first was given up");
    harness.send(Message::SignIn(second, SignInNews::Done));
    assert!(harness.model.overlays.is_empty() && harness.model.sync.fault.is_none());
}

#[test]
fn trying_again_says_how_often_and_when_it_failed_and_q_closes() {
    let mut harness = Harness::small();
    harness.send(by_code()).send(signed_out());
    for times in 1..=2 {
        harness.send(Message::SignIn(asked(&harness), SignInNews::Failed("no network".into())));
        let Some(Overlay::SignIn(code)) = harness.model.overlays.last() else { panic!("no box") };
        assert_eq!(code.failed, Some((times, now().utc)));
        assert!(matches!(code.stage, CodeStage::Failed(_)));
        harness.keys("Enter");
        let Some(Overlay::SignIn(code)) = harness.model.overlays.last() else { panic!("no box") };
        assert_eq!((code.stage.clone(), code.failed), (CodeStage::Asked, Some((times, now().utc))));
    }
    harness.keys("q");
    assert!(harness.model.overlays.is_empty() && !harness.effects.contains(&Effect::Quit));
    assert!(harness.effects.contains(&Effect::SignIn(SignInOrder::Cancel)));
}

#[test]
fn no_code_is_offered_where_it_does_not_help_or_disturbs() {
    let mut harness = Harness::small();
    harness.send(signed_out());
    assert!(harness.model.overlays.is_empty(), "this profile signs in by other means");
    let mut harness = Harness::small();
    harness.send(by_code()).keys("c").text("half a note").send(signed_out());
    assert!(matches!(harness.model.overlays.last(), Some(Overlay::Note(_))));
}

fn profile(name: &str, open: bool) -> ProfileLine {
    ProfileLine { name: name.to_owned(), about: SafeText::default(), open }
}

#[test]
fn another_profile_takes_the_place_of_everything() {
    let mut harness = Harness::small();
    harness.keys(":").text("profile").keys("Enter");
    assert!(harness.effects.contains(&Effect::ListProfiles));
    let list = vec![profile("a", false), profile("b", true)];
    harness.send(Message::Start(Start::Profiles(Ok(list)))).keys("k Enter");
    assert!(harness.effects.contains(&Effect::OpenProfile("a".to_owned())));
    // What is typed from here on is about neither.
    harness.keys("d");
    assert!(harness.model.overlays.is_empty());
    let serial = harness.model.serial;
    harness.send(Message::Start(Start::Switched));
    assert!(harness.model.session.is_none() && harness.model.table.is_empty());
    assert!(harness.model.held.is_empty() && harness.model.overlays.is_empty() && !harness.model.switching);
    assert!(harness.model.serial >= serial, "answers to older questions stay recognisable");
    harness.start();
    let armed = harness.effects.iter().filter(|effect| matches!(effect, Effect::Timer(Timer::Minute, _)));
    assert_eq!(armed.count(), 1, "ages move once a minute, not twice");
}

#[test]
fn a_profile_that_cannot_be_opened_leaves_everything_as_it_is() {
    let mut harness = Harness::small();
    harness.keys("Space :").text("profile").keys("Enter");
    harness.send(Message::Start(Start::Profiles(Ok(vec![profile("a", true), profile("b", false)]))));
    harness.keys("j Enter").send(Message::Start(Start::NotSwitched("locked".into())));
    assert_eq!(harness.notice(), "locked");
    assert!(!harness.model.switching && harness.model.list.marks.len() == 1);
    harness.keys(":").text("profile").keys("Enter");
    harness.send(Message::Start(Start::Profiles(Ok(Vec::new()))));
    assert!(harness.model.overlays.is_empty() && harness.notice().contains("no profile"));
}
