//! Suppression rules by keys: the form, its checks and its simulation, what is written, the list.

use crate::app::effect::Effect;
use crate::app::fetch::{Answer as Fetched, Order as Fetch};
use crate::app::form::Value;
use crate::app::harness::{Harness, ROW};
use crate::app::message::{Message, Question};
use crate::app::model::{Overlay, RuleForm, RulesScreen, Step};
use crate::app::suppress::{self, Answer, Order, Purpose, RuleList, Written};
use crate::domain::progress::{Fault, FaultKind};
use crate::domain::suppression::{Condition, Rule, Simulation, State, Stored, Test, differences};
use crate::domain::{AlertKey, Status, SubscriptionId};

fn harness() -> Harness {
    Harness::new(&[ROW; 5])
}

fn form(harness: &Harness) -> &RuleForm {
    match harness.model.overlays.last() {
        Some(Overlay::RuleForm(form)) => form,
        other => panic!("no form but {other:?}"),
    }
}

fn screen(harness: &Harness) -> &RulesScreen {
    match harness.model.overlays.last() {
        Some(Overlay::Rules(screen)) => screen,
        other => panic!("no list but {other:?}"),
    }
}

fn asked(harness: &Harness) -> Vec<(Question, &Order)> {
    let orders = harness.effects.iter().filter_map(|effect| match effect {
        Effect::Fetch { question, order: Fetch::Suppress(order) } => Some((*question, order)),
        _ => None,
    });
    orders.collect()
}

/// The newest order of a sort.
fn last(harness: &Harness, of: fn(&Order) -> bool) -> (Question, Order) {
    let found = asked(harness).into_iter().rev().find(|(_, order)| of(order));
    let (question, order) = found.expect("an order");
    (question, order.clone())
}

fn simulates(order: &Order) -> bool {
    matches!(order, Order::Simulate(Purpose::Form, ..))
}

fn writes(order: &Order) -> bool {
    matches!(order, Order::Create(_) | Order::Replace(..))
}

fn answer(harness: &mut Harness, question: Question, answer: Answer) {
    harness.send(Message::Fetched(question, Box::new(Fetched::Suppress(answer))));
}

fn counted(harness: &mut Harness, question: Question, simulation: Simulation) {
    answer(harness, question, Answer::Simulated(Purpose::Form, Some(Ok(vec![simulation]))));
}

fn matches() -> Simulation {
    let open = vec![AlertKey(2), AlertKey(3)];
    Simulation { cached: 5, of_type: 5, matched: 3, open, ..Simulation::default() }
}

fn stored(asked: &Rule, change: impl FnOnce(&mut Rule)) -> Written {
    let mut rule = asked.clone();
    change(&mut rule);
    let differences = differences(asked, &rule);
    Written { asked: asked.clone(), outcome: Ok(Stored { rule, differences, unread: None }) }
}

fn fault(kind: FaultKind) -> Fault {
    Fault { kind, message: "not allowed: x (Security Admin or Owner of the subscription)".into() }
}

/// Opens the form on the first alert, counted.
fn opened() -> Harness {
    let mut harness = harness();
    harness.keys("S");
    let (question, _) = last(&harness, simulates);
    counted(&mut harness, question, matches());
    harness
}

fn rule(name: &str) -> Rule {
    Rule {
        subscription: SubscriptionId::new("s"),
        name: name.into(),
        alert_type: "VM_A".into(),
        reason: "Noise".into(),
        comment: "".into(),
        state: State::Enabled,
        expires: Some(crate::app::harness::now().utc + chrono::TimeDelta::days(3)),
        modified: None,
        conditions: vec![Condition::is("entities.ip.address", "203.0.113.7")],
        rest: serde_json::Map::new(),
    }
}

/// Opens the list with some rules.
fn listing(rules: Vec<Rule>) -> Harness {
    let mut harness = harness();
    harness.keys(":").text("suppression rules: show").keys("Enter");
    let (question, _) = last(&harness, |order| matches!(order, Order::List(_)));
    answer(&mut harness, question, Answer::Listed(Ok(RuleList { rules, ..RuleList::default() })));
    harness
}

#[test]
fn task_3_makes_a_rule_in_six_keys_and_shows_its_matches_before() {
    let mut harness = opened();
    assert_eq!(form(&harness).simulation.value().map(|found| found.matched), Some(3));
    harness.keys("2 F2");
    assert_eq!(form(&harness).step, Step::Confirm { dismiss: false, offset: 0 });
    harness.keys("y");
    assert!(harness.pressed <= 6, "{} keys", harness.pressed);
    let (question, Order::Create(rules)) = last(&harness, writes) else { panic!() };
    assert_eq!(rules.len(), 1);
    assert_eq!((rules[0].reason.raw(), &rules[0].state), ("SpecificEntityFalsePositive", &State::Enabled));
    let written = stored(&rules[0], |rule| rule.expires = None);
    answer(&mut harness, question, Answer::Written(vec![written]));
    let Step::Stored(written, _) = &form(&harness).step else { panic!() };
    let Ok(stored) = &written[0].outcome else { panic!() };
    assert_eq!(stored.differences[0].part, "expirationDateUtc");
    assert!(harness.submitted().is_empty(), "nothing is dismissed unless asked for");
    harness.keys("Esc");
    assert!(harness.model.overlays.is_empty());
}

#[test]
fn all_that_is_confirmed_can_be_read_on_a_small_screen() {
    let mut harness = opened();
    harness.send(Message::Resize(60, 12)).keys("2 F2");
    let seen = |harness: &Harness| {
        let (document, area, offset) = suppress::confirmation(&harness.model, form(harness)).unwrap();
        (offset, offset + area.inner().rows() >= document.len())
    };
    assert_eq!(seen(&harness), (0, false), "not all of it is seen");
    harness.keys("Down");
    assert_eq!(seen(&harness).0, 1);
    harness.keys("End");
    assert!(seen(&harness).1);
    harness.keys("End y");
    last(&harness, writes);
}

#[test]
fn all_that_would_have_matched_can_be_read_on_a_small_screen() {
    let mut harness = harness();
    harness.keys("S");
    let (question, _) = last(&harness, simulates);
    let resources = || (0..8).map(|at| (format!("vm-{at}").as_str().into(), 1)).collect();
    let many = || Simulation { resources: resources(), resource_count: 8, ..matches() };
    counted(&mut harness, question, many());
    let named = |harness: &Harness| {
        let hints = crate::app::command::hints(&harness.model);
        hints.iter().any(|(keys, what)| keys == "PgDn PgUp" && *what == "matches")
    };
    assert!(!named(&harness), "all of it is seen, and no key has anything to do");
    harness.send(Message::Resize(60, 16));
    assert!(named(&harness));
    let seen = |harness: &Harness| {
        let (document, area, offset) = suppress::matches(&harness.model, form(harness));
        (offset, document.len() - offset <= area.rows())
    };
    assert_eq!(seen(&harness), (0, false));
    let focus = form(&harness).form.focus;
    harness.keys("PgDn");
    let (_, area, offset) = suppress::matches(&harness.model, form(&harness));
    assert_eq!(offset, area.rows(), "a page, and no line of it left out");
    harness.keys("PgDn PgDn PgDn");
    assert!(seen(&harness).1);
    harness.keys("PgUp PgUp PgUp PgUp");
    assert_eq!((seen(&harness).0, form(&harness).form.focus), (0, focus));
    // What is counted anew is read from its head on.
    harness.keys("PgDn S-Tab x");
    let (question, _) = last(&harness, simulates);
    counted(&mut harness, question, many());
    assert_eq!(seen(&harness).0, 0);
}

#[test]
fn keys_faster_than_the_details_wait_for_them() {
    let mut harness = Harness::bare(&[ROW; 2]);
    harness.start();
    harness.slow = true;
    harness.keys("j S 3 F2");
    harness.slow = false;
    harness.settle();
    assert_eq!(form(&harness).draft.reason.raw(), "Noise");
    assert_eq!(form(&harness).step, Step::Confirm { dismiss: false, offset: 0 });
}

#[test]
fn what_is_missing_or_wrong_is_said_at_its_field() {
    let mut harness = opened();
    assert!(form(&harness).form.is_sound(), "a reason that was not chosen yet is no fault before submitting");
    harness.keys("F2");
    let shown = form(&harness);
    assert_eq!(shown.step, Step::Fill);
    assert!(shown.form.field("reason").unwrap().error.as_deref().unwrap().contains("required"));
    harness.keys("1");
    assert!(form(&harness).form.is_sound());
    harness.keys("S-Tab S-Tab").text("!");
    assert!(form(&harness).form.field("name").unwrap().error.as_deref().unwrap().contains("“!”"));
    harness.keys("F2");
    assert_eq!((form(&harness).step.clone(), form(&harness).form.focus), (Step::Fill, 0));
}

#[test]
fn the_newest_simulation_wins_and_the_same_is_not_asked_twice() {
    let mut harness = opened();
    let before = asked(&harness).len();
    harness.keys("4");
    assert_eq!(asked(&harness).len(), before, "a reason matches nothing else");
    harness.keys("S-Tab").text("X");
    let (first, _) = last(&harness, simulates);
    harness.text("Y");
    let (second, Order::Simulate(_, _, scopes)) = last(&harness, simulates) else { panic!() };
    assert!(scopes[0].types[0].raw().ends_with("XY"));
    counted(&mut harness, first, Simulation { matched: 99, ..Simulation::default() });
    assert!(form(&harness).simulation.is_loading());
    harness.keys("F2 y");
    assert!(
        asked(&harness).iter().all(|(_, order)| !writes(order)),
        "nothing is written before it was counted"
    );
    let never_fired = scopes[0].types.clone();
    counted(&mut harness, second, Simulation { never_fired, ..matches() });
    assert_eq!(form(&harness).simulation.value().map(|found| found.matched), Some(3));
    assert!(form(&harness).warnings.iter().any(|warning| warning.code() == "never-fired"));
}

#[test]
fn a_suggested_name_gives_way_and_a_typed_one_is_refused() {
    let mut harness = opened();
    let suggested = form(&harness).draft.name.raw().to_owned();
    let place = form(&harness).draft.subscriptions[0].clone();
    let (question, _) = last(&harness, |order| matches!(order, Order::List(_)));
    let there = Rule { subscription: place, ..rule(&suggested) };
    let list = RuleList { rules: vec![there], ..RuleList::default() };
    answer(&mut harness, question, Answer::Listed(Ok(list)));
    assert_eq!(form(&harness).draft.name.raw(), format!("{suggested}-2"));
    harness.keys("S-Tab S-Tab Backspace Backspace");
    let error = form(&harness).form.field("name").unwrap().error.clone();
    assert!(error.unwrap().contains("is there already"));
}

#[test]
fn rows_are_ticked_edited_and_make_conditions() {
    let mut harness = harness();
    harness.keys("S");
    let (question, _) = last(&harness, simulates);
    counted(&mut harness, question, matches());
    harness.keys("1");
    let more = form(&harness).form.fields.iter().position(|field| field.key == "more").unwrap();
    let focus = form(&harness).form.focus;
    harness.keys(&"Tab ".repeat(more - focus)).text("host.hostname=vm-9");
    let added = form(&harness).draft.conditions.last().unwrap().clone();
    assert_eq!(added, Condition::is("entities.host.hostname", "vm-9"));
    harness.keys("ctrl-u").text("process.commandline=*curl*");
    assert_eq!(form(&harness).draft.conditions.last().unwrap().test, Test::Contains("curl".into()));
    harness.keys("ctrl-u").text("nonsense");
    assert!(form(&harness).form.field("more").unwrap().error.is_some());
}

#[test]
fn leaving_asks_only_when_something_would_be_lost() {
    let mut harness = opened();
    harness.keys("Esc");
    assert!(harness.model.overlays.is_empty());
    let mut harness = opened();
    harness.keys("1 Esc");
    assert_eq!(form(&harness).step, Step::Leave);
    harness.keys("Enter");
    assert_eq!(form(&harness).step, Step::Fill);
    harness.keys("Esc y");
    assert!(harness.model.overlays.is_empty());
}

#[test]
fn no_is_the_answer_of_enter_and_escape() {
    for key in ["Enter", "Esc", "n", "F2"] {
        let mut harness = opened();
        harness.keys("1 F2").keys(key);
        assert!(asked(&harness).iter().all(|(_, order)| !writes(order)), "{key}");
    }
}

#[test]
fn the_open_matches_are_dismissed_only_once_every_rule_is_stored() {
    for (refused, dismissed) in [(false, 1), (true, 0)] {
        let mut harness = opened();
        harness.keys("S-Tab Space").text("VM_OTHER").keys("Tab 3");
        let (question, _) = last(&harness, simulates);
        counted(&mut harness, question, matches());
        harness.keys("F2 d y");
        let (question, Order::Create(rules)) = last(&harness, writes) else { panic!() };
        assert_eq!(rules.len(), 2, "two types are two rules");
        let mut written: Vec<Written> = rules.iter().map(|rule| stored(rule, |_| ())).collect();
        if refused {
            written[1].outcome = Err(fault(FaultKind::Forbidden));
        }
        answer(&mut harness, question, Answer::Written(written));
        assert!(matches!(form(&harness).step, Step::Stored(..)));
        let changes = harness.submitted();
        assert_eq!(changes.len(), dismissed);
        for change in changes {
            assert_eq!((change.status, change.targets.len()), (Some(Status::Dismissed), 2));
            assert!(change.comment.raw().contains("suppression rule"));
        }
    }
}

#[test]
fn a_form_that_was_closed_meanwhile_loses_nothing_that_was_confirmed() {
    for (keys, dismissed) in [("3 F2 y Esc", 0), ("3 F2 d y Esc", 1)] {
        let mut harness = opened();
        harness.keys(keys);
        assert!(harness.model.overlays.is_empty());
        let (question, Order::Create(rules)) = last(&harness, writes) else { panic!() };
        let written = stored(&rules[0], |rule| rule.expires = None);
        answer(&mut harness, question, Answer::Written(vec![written]));
        assert_eq!(harness.submitted().len(), dismissed);
        if dismissed == 0 {
            assert!(harness.notice().contains("keeps another expiration"), "{}", harness.notice());
        }
    }
}

#[test]
fn a_refusal_keeps_what_was_typed() {
    let mut harness = opened();
    harness.keys("1 F2 y");
    let (question, Order::Create(rules)) = last(&harness, writes) else { panic!() };
    let written = Written { asked: rules[0].clone(), outcome: Err(fault(FaultKind::Forbidden)) };
    answer(&mut harness, question, Answer::Written(vec![written]));
    let shown = form(&harness);
    assert_eq!((shown.step.clone(), shown.draft.reason.raw()), (Step::Fill, "FalsePositive"));
    assert!(shown.refused.as_ref().unwrap().raw().contains("Security Admin"));
    assert!(harness.notice().contains("not stored"));
}

#[test]
fn nothing_is_written_read_only() {
    let mut harness = opened();
    harness.model.session.as_mut().unwrap().read_only = Some("--read-only was given".to_owned());
    harness.keys("1 F2");
    assert_eq!(form(&harness).step, Step::Fill);
    assert!(harness.notice().contains("read-only"));
    let session = harness.model.session.as_mut().unwrap();
    (session.read_only, session.files) = (None, Some(true));
    harness.keys("F2");
    assert_eq!(form(&harness).step, Step::Fill);
    assert!(harness.notice().contains("there is no source to ask"));
}

#[test]
fn a_rule_that_is_there_is_edited_without_losing_what_the_form_cannot_show() {
    let mut rule = rule("r1");
    let odd = Condition { test: Test::Unknown, ..Condition::is("entities.ip.address", "") };
    rule.conditions = vec![
        Condition::is("entities.ip.address", "203.0.113.7"),
        Condition::contains("entities.process.commandline", "curl"),
        odd.clone(),
    ];
    rule.reason = "Custom".into();
    rule.rest.insert("kept".to_owned(), 1.into());
    let mut harness = listing(vec![rule.clone()]);
    harness.keys("e");
    let shown = form(&harness);
    assert_eq!(shown.form.field("name"), None, "its name cannot change");
    assert!(
        matches!(shown.form.field("row1").map(|field| &field.value), Some(Value::Ticked(true, input)) if input.text() == "*curl*")
    );
    let (question, _) = last(&harness, simulates);
    counted(&mut harness, question, matches());
    harness.keys("F2 y");
    let (_, Order::Replace(before, written)) = last(&harness, writes) else { panic!() };
    assert_eq!((*before, *written), (rule.clone(), rule));
}

#[test]
fn rules_are_switched_extended_and_deleted_only_after_yes() {
    let now = crate::app::harness::now().utc;
    let over =
        Rule { state: State::Expired, expires: Some(now - chrono::TimeDelta::days(1)), ..rule("over") };
    let off = Rule { state: State::Disabled, ..rule("off") };
    let never = Rule { expires: None, ..rule("never") };
    let rules = vec![rule("on"), off, over, never];
    for (keys, expected) in [
        ("s", Some(("on", State::Disabled, 3))),
        ("j s", Some(("off", State::Enabled, 3))),
        ("j j s", None),
        ("+", Some(("on", State::Enabled, 33))),
        ("j +", Some(("off", State::Disabled, 33))),
        ("j j +", Some(("over", State::Enabled, 30))),
        ("j j j +", None),
    ] {
        let mut harness = listing(rules.clone());
        harness.keys(keys).keys("Enter");
        assert!(!asked(&harness).iter().any(|(_, order)| writes(order)), "{keys}");
        if screen(&harness).open.is_some() {
            harness.keys("Esc");
        }
        harness.keys(keys.split(' ').next_back().unwrap()).keys("y");
        let written = asked(&harness).into_iter().rev().find_map(|(_, order)| match order {
            Order::Replace(before, rule) => {
                assert!(rules.contains(before), "as it was shown");
                let days = rule.expires.map(|end| (end - now).num_days()).unwrap_or_default();
                Some((rule.name.raw().to_owned(), rule.state.clone(), days))
            }
            _ => None,
        });
        let expected = expected.map(|(name, state, days): (&str, State, i64)| (name.to_owned(), state, days));
        assert_eq!(written, expected, "{keys}");
    }
    let mut harness = listing(rules);
    harness.keys("D D Enter");
    assert_eq!(screen(&harness).asking, None, "the key that asks never answers");
    harness.keys("D y");
    let (question, Order::Delete(gone)) = last(&harness, |order| matches!(order, Order::Delete(_))) else {
        panic!()
    };
    assert_eq!(gone.name.raw(), "on");
    answer(&mut harness, question, Answer::Deleted(gone, Ok(None)));
    assert!(harness.notice().contains("on is deleted"));
    assert_eq!(screen(&harness).doing, None);
}

#[test]
fn a_fault_keeps_the_rules_that_were_known() {
    let mut harness = listing(vec![rule("on")]);
    harness.keys("R");
    let (question, _) = last(&harness, |order| matches!(order, Order::List(_)));
    answer(&mut harness, question, Answer::Listed(Err(fault(FaultKind::Unreachable))));
    let known = &harness.model.respond.suppress.rules;
    assert_eq!((known.value().map(|list| list.rules.len()), known.fault.is_some()), (Some(1), true));
    assert_eq!(screen(&harness).chosen, 0);
}

#[test]
fn section_5_leads_to_the_form_and_to_the_rules() {
    let mut harness = harness();
    harness.keys("r 5");
    assert!(matches!(last(&harness, |order| matches!(order, Order::List(_))).1, Order::List(_)));
    harness.keys("Enter");
    assert!(matches!(harness.model.overlays.last(), Some(Overlay::RuleForm(_))));
    harness.keys("Esc G Enter");
    assert!(matches!(harness.model.overlays.last(), Some(Overlay::Rules(_))));
}
