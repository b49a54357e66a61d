//! Sections 1, 3 and 6 of *Take action*: what they ask, what they show in each state, and what the keys do in them.

use chrono::TimeDelta;

use crate::app::command::hints;
use crate::app::effect::Effect;
use crate::app::fetch::{Answer, Order};
use crate::app::harness::{Harness, now, subscription, vm};
use crate::app::message::{Message, Question};
use crate::app::model::Overlay;
use crate::app::respond::{contacts, context};
use crate::domain::activity::{ActivityLog, Event, Window};
use crate::domain::contacts::{Contacts, Saved, Settings, addresses};
use crate::domain::logic_app::LogicApp;
use crate::domain::ownership::{Holder, OwnerRole, Reach};
use crate::domain::progress::{Fault, FaultKind, Subscription, SyncEvent};
use crate::domain::recommendation::{Recommendation, Recommendations};
use crate::domain::resource::ResourceId;
use crate::domain::response::Candidates;
use crate::domain::rights::{Right, Rights};
use crate::domain::{AlertKey, SafeText, Severity};

const KEY: AlertKey = AlertKey(1);

/// A harness on the first alert in full, with a section shown.
fn on(section: &str) -> Harness {
    let mut harness = Harness::small();
    harness.cursor_to(1).keys(&format!("r {section}"));
    harness
}

/// What was asked of the source so far.
fn asked(harness: &Harness) -> Vec<(Question, Order)> {
    harness
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Fetch { question, order } => Some((*question, order.clone())),
            _ => None,
        })
        .collect()
}

fn text(harness: &Harness) -> String {
    harness.model.respond.page.document.text()
}

fn answer(harness: &mut Harness, question: Question, answer: Answer) {
    harness.send(Message::Fetched(question, Box::new(answer)));
}

fn fault(kind: FaultKind, message: &str) -> Fault {
    Fault { kind, message: message.into() }
}

fn event(name: &str) -> Event {
    Event {
        at: Some(now().utc - TimeDelta::hours(2)),
        caller: "ada@contoso.example".into(),
        operation: name.into(),
        operation_label: name.into(),
        status: "Succeeded".into(),
        sub_status: SafeText::default(),
        address: "203.0.113.7".into(),
        category: SafeText::default(),
        level: SafeText::default(),
        role: SafeText::default(),
        resource: SafeText::default(),
        correlation: SafeText::default(),
        principal: "p1".into(),
        name: "Ada".into(),
        json: "{\n  \"whole\": true\n}".into(),
    }
}

fn holder(principal: &str) -> Holder {
    Holder {
        role: OwnerRole::Owner,
        reach: Reach::Direct,
        scope: vm().text().clone(),
        principal: principal.into(),
        kind: "User".into(),
        conditional: false,
    }
}

/// Answers whatever was asked of section 1 last.
fn answer_context(harness: &mut Harness, names: &[&str]) {
    for (question, order) in asked(harness) {
        let Order::Context(order) = order else { continue };
        let part = match order {
            context::Order::Tags(key, _) => {
                context::Answer::Tags(key, Ok(vec![("owner".into(), "Ada".into())]))
            }
            context::Order::Holders(key, _) => {
                context::Answer::Holders(key, Ok(vec![holder("p1"), holder("p2")]))
            }
            context::Order::Log(key, _, window) => {
                let events = names.iter().map(|name| event(name)).collect();
                context::Answer::Log(key, Ok(ActivityLog::new(window, events, true)))
            }
        };
        answer(harness, question, Answer::Context(part));
    }
}

#[test]
fn each_section_asks_once_and_r_asks_again() {
    for (section, questions) in [("1", 3), ("2", 0), ("3", 1), ("6", 1)] {
        let mut harness = on(section);
        assert_eq!(asked(&harness).len(), questions, "{section}");
        harness.keys("2").keys(section).keys("Esc r").keys(section);
        assert_eq!(asked(&harness).len(), questions, "{section}: nothing new to ask");
        harness.keys("R");
        let again = asked(&harness).len();
        assert_eq!(again, questions * 2, "{section}");
    }
}

#[test]
fn enter_is_named_only_where_it_opens_something() {
    let mut harness = on("1");
    answer_context(&mut harness, &["Start VM"]);
    let mut named = Vec::new();
    for _ in 0..4 {
        named.push(hints(&harness.model).iter().any(|(keys, _)| keys == "Enter"));
        harness.keys("j");
    }
    assert_eq!(named, [false, true, true, true], "a tag, two holders, an event");
    harness.keys("g g Enter");
    assert!(harness.notice().starts_with("a tag holds no more than this"), "{}", harness.notice());
}

#[test]
fn an_alert_without_an_azure_resource_says_why_and_asks_nothing() {
    for section in ["1", "3"] {
        let mut harness = Harness::small();
        harness.cursor_to(3).keys(&format!("r {section}"));
        assert!(text(&harness).contains("outside Azure"), "{}", text(&harness));
        harness.keys("Enter + R");
        assert!(asked(&harness).is_empty());
    }
    // Its subscription's mail settings are there all the same.
    let mut harness = Harness::small();
    harness.cursor_to(3).keys("r 6");
    assert_eq!(asked(&harness).len(), 1);
}

#[test]
fn the_parts_of_the_context_fail_on_their_own() {
    let mut harness = on("1");
    assert_eq!(text(&harness).matches("loading…").count(), 3);
    for (question, order) in asked(&harness) {
        let part = match order {
            Order::Context(context::Order::Tags(key, _)) => {
                context::Answer::Tags(key, Err(fault(FaultKind::Forbidden, "not allowed (Reader)")))
            }
            Order::Context(context::Order::Holders(key, _)) => context::Answer::Holders(key, Ok(Vec::new())),
            Order::Context(context::Order::Log(key, _, window)) => {
                context::Answer::Log(key, Ok(ActivityLog::new(window, vec![event("x/write")], false)))
            }
            other => panic!("{other:?}"),
        };
        answer(&mut harness, question, Answer::Context(part));
    }
    let shown = text(&harness);
    for words in ["not allowed (Reader)", "Nobody is Owner", "x/write", "203.0.113.7", "narrow the window"] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
}

#[test]
fn what_was_known_stays_on_a_dead_line_with_its_time() {
    let mut harness = on("1");
    answer_context(&mut harness, &["x/write"]);
    harness.keys("R");
    assert!(text(&harness).contains("asking again"));
    for (question, order) in asked(&harness).split_off(3) {
        let down = || fault(FaultKind::Unreachable, "no network");
        let part = match order {
            Order::Context(context::Order::Tags(key, _)) => context::Answer::Tags(key, Err(down())),
            Order::Context(context::Order::Holders(key, _)) => context::Answer::Holders(key, Err(down())),
            Order::Context(context::Order::Log(key, ..)) => context::Answer::Log(key, Err(down())),
            other => panic!("{other:?}"),
        };
        answer(&mut harness, question, Answer::Context(part));
    }
    let shown = text(&harness);
    assert_eq!(shown.matches("as of 23 Nov 15:00:00, and no newer: no network").count(), 3, "{shown}");
    assert!(shown.contains("x/write") && shown.contains("owner  Ada"), "{shown}");
}

#[test]
fn a_moved_window_is_asked_for_once_the_last_answer_is_there() {
    let logs = |harness: &Harness| -> Vec<Window> {
        let windows = asked(harness).into_iter().filter_map(|(_, order)| match order {
            Order::Context(context::Order::Log(_, _, window)) => Some(window),
            _ => None,
        });
        windows.collect()
    };
    let mut harness = on("1");
    let first = logs(&harness)[0];
    assert_eq!((now().utc - first.from, first.length()), (TimeDelta::hours(3), TimeDelta::hours(2)));
    harness.keys("+ + <");
    assert_eq!(logs(&harness).len(), 1, "an answer is on its way");
    let (question, _) = asked(&harness).pop().unwrap();
    let log = ActivityLog::new(first, vec![event("x/write")], true);
    answer(&mut harness, question, Answer::Context(context::Answer::Log(KEY, Ok(log))));
    let wanted = first.widened(now().utc).widened(now().utc).earlier(now().utc);
    assert_eq!(logs(&harness), [first, wanted]);
    assert!(text(&harness).contains("the window before"), "{}", text(&harness));
    answer_context(&mut harness, &["y/write"]);
    harness.keys("0 0");
    assert_eq!(logs(&harness).last(), Some(&first));
    assert!(harness.notice().contains("cannot go any further"));
    harness.keys("2 +");
    assert!(harness.notice().contains("activity log"), "{}", harness.notice());
}

#[test]
fn an_event_and_a_holder_are_opened_whole_and_escape_leads_back() {
    let mut harness = on("1");
    answer_context(&mut harness, &["a/write", "b/write"]);
    let items = harness.model.respond.page.items.len();
    assert_eq!(items, 5, "a tag, two holders, two events");
    harness.keys("G Enter");
    let shown = text(&harness);
    assert!(shown.contains("b/write") && shown.contains("\"whole\": true") && !shown.contains("a/write"));
    harness.keys("Esc");
    assert_eq!(harness.model.respond.place.item, items - 1, "back where it was opened");
    harness.keys("g g j Enter");
    assert!(text(&harness).contains("Ada (ada@contoso.example)"), "{}", text(&harness));
    harness.keys("Esc j Enter");
    assert!(text(&harness).contains("Object id") && text(&harness).contains("by their id only"));
    // A sync in the background closes nothing.
    harness.snapshot();
    assert!(text(&harness).contains("Object id"));
    harness.keys("Esc Esc");
    assert!(harness.model.details.full.is_none());
}

fn advice() -> Recommendations {
    let one = |title: &str, severity, link: &str, others| Recommendation {
        key: title.into(),
        title: title.into(),
        severity,
        severity_text: severity.name().into(),
        remediation: format!("Remedy of {title}").into(),
        link: link.into(),
        others,
        ..Recommendation::default()
    };
    Recommendations::new(
        vec![
            one("Second", Severity::Low, "", Some(0)),
            one("First", Severity::High, "https://portal.azure.com/#first", Some(41)),
        ],
        vec!["a gap".into()],
    )
}

#[test]
fn recommendations_are_listed_opened_and_their_link_is_copied() {
    let mut harness = on("3");
    assert!(text(&harness).contains("loading…"));
    let (question, _) = asked(&harness).pop().unwrap();
    answer(&mut harness, question, Answer::Prevent(vm(), Ok(advice())));
    let shown = text(&harness);
    for words in
        ["2 recommendations: 1 High, 1 Low", "also on 41 other resources", "on this resource only", "a gap"]
    {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    assert!(shown.find("First") < shown.find("Second"));
    harness.keys("o");
    assert_eq!(harness.copied(), ["https://portal.azure.com/#first"]);
    harness.keys("j o");
    assert!(harness.notice().contains("no portal link"));
    harness.keys("k Enter");
    assert!(text(&harness).contains("Remedy of First") && !text(&harness).contains("Second"));
    harness.keys("o Esc");
    assert_eq!((harness.copied().len(), harness.model.respond.place.item), (2, 0));
    harness.keys("R");
    let (question, _) = asked(&harness).pop().unwrap();
    answer(&mut harness, question, Answer::Prevent(vm(), Ok(Recommendations::default())));
    assert!(text(&harness).contains("Nothing to improve"));
    harness.keys("o");
    assert!(harness.copied().last().unwrap().contains("portal.azure.com/n1"), "the alert's own link");
}

fn stored() -> Contacts {
    let settings = Settings {
        emails: addresses("a@b.c"),
        roles: vec!["Owner".into(), "Admin".into()],
        ..Settings::default_of_azure()
    };
    Contacts { settings, attack_paths: "Critical".into(), record: Some("{}".into()), ..Contacts::none("v") }
}

/// Section 6 with its settings known.
fn on_contacts(contacts: &Contacts) -> Harness {
    let mut harness = on("6");
    let (question, _) = asked(&harness).pop().unwrap();
    let read = contacts::Answer::Read(subscription(), Ok(contacts.clone()));
    answer(&mut harness, question, Answer::Contacts(read));
    harness
}

fn saved(harness: &Harness) -> Option<(Question, Settings)> {
    asked(harness).into_iter().find_map(|(question, order)| match order {
        Order::Contacts(contacts::Order::Save(_, _, settings)) => Some((question, settings)),
        _ => None,
    })
}

#[test]
fn settings_are_edited_confirmed_and_read_back() {
    let mut harness = on_contacts(&stored());
    let shown = text(&harness);
    for words in ["Contoso Production", "a@b.c", "Owner, Admin", "from risk Critical on", "Enter edits"] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    harness.keys("Enter F2");
    assert!(harness.notice().contains("nothing is changed"));
    // A second address, the role Contributor as well, Medium alerts.
    harness.keys("Tab End").text(";x@y.z").keys("Tab Tab Space Tab Tab Tab → F2");
    let Some(Overlay::Mail(mail)) = harness.model.overlays.last() else { panic!("no form") };
    let (_, changes) = mail.confirm.as_ref().unwrap();
    let words: Vec<String> =
        changes.iter().map(|of| format!("{}: {} → {}", of.part, of.before.raw(), of.after.raw())).collect();
    assert_eq!(
        words,
        [
            "addresses: a@b.c → a@b.c, x@y.z",
            "roles: Owner, Admin → Owner, Admin, Contributor",
            "alerts of severity: High → Medium and higher"
        ]
    );
    harness.keys("Enter");
    assert!(saved(&harness).is_none(), "Enter means no");
    harness.keys("F2 y");
    let (question, wanted) = saved(&harness).unwrap();
    assert!(harness.model.overlays.is_empty() && text(&harness).contains("storing"));
    harness.keys("Enter");
    assert!(harness.model.overlays.is_empty(), "one at a time");
    let back = Contacts { settings: wanted.clone(), ..stored() };
    answer(
        &mut harness,
        question,
        Answer::Contacts(contacts::Answer::Saved(subscription(), wanted, Ok(Saved::ReadBack(back)))),
    );
    assert_eq!(harness.notice(), "stored and read back");
    assert!(text(&harness).contains("x@y.z"));
}

#[test]
fn what_was_stored_otherwise_or_not_at_all_is_said() {
    let start = || {
        let mut harness = on_contacts(&stored());
        harness.keys("Enter Space F2 y");
        let (question, wanted) = saved(&harness).unwrap();
        (harness, question, wanted)
    };
    let (mut harness, question, wanted) = start();
    let saved = contacts::Answer::Saved(subscription(), wanted, Ok(Saved::ReadBack(stored())));
    answer(&mut harness, question, Answer::Contacts(saved));
    assert!(harness.notice().contains("mail: on instead of off"), "{}", harness.notice());

    let (mut harness, question, wanted) = start();
    let before = asked(&harness).len();
    let saved = contacts::Answer::Saved(subscription(), wanted, Ok(Saved::Unread("timeout".into())));
    answer(&mut harness, question, Answer::Contacts(saved));
    assert_eq!(harness.notice(), "accepted, but not read back: timeout");
    assert!(asked(&harness).len() > before, "it is looked at again");

    let (mut harness, question, wanted) = start();
    let refused = Err(fault(FaultKind::Forbidden, "not allowed"));
    answer(
        &mut harness,
        question,
        Answer::Contacts(contacts::Answer::Saved(subscription(), wanted, refused)),
    );
    assert!(harness.notice().contains("not stored: not allowed"));
    assert!(text(&harness).contains("Security Admin"), "{}", text(&harness));
    harness.keys("Enter");
    assert!(harness.model.overlays.is_empty() && harness.notice().contains("Security Admin"));
}

#[test]
fn a_form_is_not_lost_by_one_key_and_bad_input_is_said_beside_its_field() {
    let mut harness = on_contacts(&stored());
    harness.keys("Enter Esc");
    assert!(harness.model.overlays.is_empty(), "nothing was typed");
    harness.keys("Enter Tab End").text(";nonsense").keys("F2");
    let Some(Overlay::Mail(mail)) = harness.model.overlays.last() else { panic!("no form") };
    let error = mail.form.field("emails").and_then(|field| field.error.as_deref());
    assert!(mail.confirm.is_none() && error.is_some_and(|why| why.contains("`nonsense`")), "{error:?}");
    harness.keys("Esc");
    assert!(harness.notice().contains("Esc again"));
    harness.keys("Tab Esc Esc");
    assert!(harness.model.overlays.is_empty() && saved(&harness).is_none());
}

#[test]
fn why_settings_cannot_be_edited_is_said_before_anybody_tries() {
    let mut harness = on_contacts(&stored());
    let question = Question(0);
    let reader = Rights::of(|right| right == Right::ReadAlerts);
    answer(&mut harness, question, Answer::Rights(vec![(subscription(), reader)]));
    assert!(text(&harness).contains("Not to be edited: your role may not"), "{}", text(&harness));
    harness.keys("Enter");
    assert!(harness.model.overlays.is_empty() && harness.notice().contains("Security Admin"));
    let mut harness = on_contacts(&Contacts::none("v"));
    assert!(text(&harness).contains("Nothing is stored"));
    harness.model.session.as_mut().unwrap().read_only = Some("--read-only".into());
    harness.keys("Enter");
    assert!(harness.model.overlays.is_empty() && harness.notice().contains("read-only"));
}

#[test]
fn rights_are_asked_once_for_each_subscription_and_close_what_they_forbid() {
    let orders = |harness: &Harness| {
        asked(harness).into_iter().filter(|(_, order)| matches!(order, Order::Rights(_))).count()
    };
    let mut harness = Harness::small();
    let known = Subscription { id: subscription(), name: "x".into(), tenant: "".into() };
    for _ in 0..3 {
        harness.send(Message::Sync(SyncEvent::Subscriptions(vec![known.clone()])));
    }
    assert_eq!(orders(&harness), 1);
    let reader = Rights::of(|right| right == Right::ReadAlerts);
    answer(&mut harness, Question(0), Answer::Rights(vec![(subscription(), reader)]));
    harness.keys("d");
    assert!(harness.model.overlays.is_empty() && harness.notice().contains("may not change the status"));
    harness.keys("R");
    assert_eq!(orders(&harness), 2, "a role may have been given meanwhile");
    answer(&mut harness, Question(0), Answer::Rights(vec![(subscription(), Rights::of(|_| true))]));
    harness.keys("d");
    assert_eq!(harness.model.overlays.len(), 1);
}

#[test]
fn a_logic_app_that_the_role_may_not_trigger_is_doubted_before_anybody_tries() {
    let mut harness = on("4");
    let app = LogicApp {
        id: ResourceId::new(format!(
            "/subscriptions/{}/resourceGroups/g/providers/Microsoft.Logic/workflows/isolate",
            subscription().as_str()
        )),
        name: "isolate".into(),
        location: "westeurope".into(),
        state: "Enabled".into(),
        consumption: true,
        triggers: Ok(Vec::new()),
    };
    let found = Candidates { apps: vec![app], ..Candidates::default() };
    for (question, order) in asked(&harness) {
        if order == Order::Candidates {
            answer(&mut harness, question, Answer::Candidates(Ok(found.clone())));
        }
    }
    assert!(!text(&harness).contains("your role"), "{}", text(&harness));
    let reader = Rights::of(|right| right == Right::ReadAlerts);
    answer(&mut harness, Question(0), Answer::Rights(vec![(subscription(), reader)]));
    assert!(
        text(&harness).contains("Contoso Production: your role on the subscription"),
        "{}",
        text(&harness)
    );
}
