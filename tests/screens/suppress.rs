//! Suppression rules: the form in its steps, section 5, the list in its states. Driven by keys and answers.

use chrono::{NaiveDate, TimeDelta};
use quell::app::command::sequence;
use quell::app::fetch::{Answer as Fetched, Order as Fetch};
use quell::app::message::{Message, Question};
use quell::app::model::Model;
use quell::app::suppress::{Answer, Order, Purpose, RuleList, Written};
use quell::app::{Effect, update};
use quell::domain::progress::{Fault, FaultKind};
use quell::domain::suppression::{Condition, Rule, Simulation, State, Stored, Week, differences};
use quell::domain::{AlertKey, SubscriptionId};

use crate::fixture::{PRODUCTION, fault, full_list, now};

/// A model with what it ordered last.
struct Scene {
    model: Model,
    orders: Vec<(Question, Order)>,
}

impl Scene {
    fn new(size: (u16, u16)) -> Self {
        Self { model: full_list(size), orders: Vec::new() }
    }

    fn send(&mut self, message: Message) {
        for effect in update(&mut self.model, message, now()) {
            if let Effect::Fetch { question, order: Fetch::Suppress(order) } = effect {
                self.orders.push((question, order));
            }
        }
        self.model.notice = None;
    }

    fn keys(mut self, keys: &str) -> Self {
        for key in sequence(keys) {
            self.send(Message::Key(key));
        }
        self
    }

    /// Answers the newest order of a sort.
    fn answer(mut self, of: fn(&Order) -> bool, answer: impl FnOnce(&Order) -> Answer) -> Self {
        let found = self.orders.iter().rev().find(|(_, order)| of(order)).cloned();
        if let Some((question, order)) = found {
            self.send(Message::Fetched(question, Box::new(Fetched::Suppress(answer(&order)))));
        }
        self
    }

    fn counted(self) -> Self {
        let of = |order: &Order| matches!(order, Order::Simulate(Purpose::Form, ..));
        self.answer(of, |_| Answer::Simulated(Purpose::Form, Some(Ok(vec![simulation(137)]))))
    }

    fn listed(self, answer: Result<RuleList, Fault>) -> Self {
        self.answer(|order| matches!(order, Order::List(_)), |_| Answer::Listed(answer))
    }

    /// The list of rules with what they match.
    fn rules(size: (u16, u16)) -> Self {
        let of = |order: &Order| matches!(order, Order::Simulate(Purpose::Rules, ..));
        let counts = || vec![simulation(22), simulation(0), simulation(1_204)];
        Self::list(size)
            .listed(Ok(RuleList { rules: rules(), ..RuleList::default() }))
            .answer(of, |_| Answer::Simulated(Purpose::Rules, Some(Ok(counts()))))
    }

    fn list(size: (u16, u16)) -> Self {
        let mut scene = Self::new(size).keys(":");
        for c in "Suppression rules".chars() {
            scene.send(Message::Key(quell::app::key::Key::char(c)));
        }
        scene.keys("Enter")
    }
}

fn simulation(matched: usize) -> Simulation {
    let week = |day: u32, high: u32, low: u32| Week {
        monday: NaiveDate::from_ymd_opt(2026, 11, day).unwrap(),
        severities: [0, low, 0, 0, high],
    };
    Simulation {
        cached: 1_204,
        of_type: 166,
        matched,
        severities: [0, 135, 0, 0, 2],
        weeks: if matched == 0 { Vec::new() } else { vec![week(2, 0, 34), week(9, 1, 60), week(16, 1, 41)] },
        resources: vec![("vm-web-01".into(), 97), ("a\u{1b}[31mb\u{202e}".into(), 40)],
        resource_count: 11,
        likely_real: 2,
        open: (0..12).map(AlertKey).collect(),
        ..Simulation::default()
    }
}

fn rules() -> Vec<Rule> {
    let rule = |name: &str, kind: &str, state, days| Rule {
        subscription: SubscriptionId::new(PRODUCTION),
        name: name.into(),
        alert_type: kind.into(),
        reason: "Noise".into(),
        comment: "Agreed with \u{1b}[2Jcarol \u{202e}osei".into(),
        state,
        expires: Some(now().utc + TimeDelta::days(days)),
        modified: Some(now().utc - TimeDelta::days(9)),
        conditions: vec![
            Condition::is("entities.host.hostname", "vm-web-01"),
            Condition::contains("entities.process.commandline", "teamtool.exe"),
        ],
        rest: serde_json::Map::new(),
    };
    vec![
        rule("jump-host-noise", "VM_SuspiciousPowerShell", State::Enabled, 30),
        rule("travelling-bob", "SQL.DB_GeoAnomaly", State::Disabled, 3),
        Rule { conditions: Vec::new(), ..rule("pentest-october", "*", State::Expired, -20) },
    ]
}

fn forbidden() -> Fault {
    let message = "not allowed: the client has no authorization to perform action \
        'Microsoft.Security/alertsSuppressionRules/read' (Security Reader or Reader)";
    fault(FaultKind::Forbidden, message)
}

pub(crate) fn form(size: (u16, u16)) -> Model {
    Scene::new(size).keys("S").counted().model
}

pub(crate) fn counting(size: (u16, u16)) -> Model {
    Scene::new(size).keys("S").model
}

pub(crate) fn wrong(size: (u16, u16)) -> Model {
    Scene::new(size).keys("S").counted().keys("S-Tab S-Tab ! F2").model
}

pub(crate) fn leave(size: (u16, u16)) -> Model {
    Scene::new(size).keys("S").counted().keys("2 Esc").model
}

pub(crate) fn confirm(size: (u16, u16)) -> Model {
    Scene::new(size).keys("S").counted().keys("2 F2 d").model
}

fn written(order: &Order, outcome: impl Fn(&Rule) -> Written) -> Answer {
    let rules = if let Order::Create(rules) = order { rules.as_slice() } else { &[] };
    Answer::Written(rules.iter().map(outcome).collect())
}

pub(crate) fn stored(size: (u16, u16)) -> Model {
    let kept = |asked: &Rule| {
        let end = now().utc + TimeDelta::days(181);
        let rule = Rule { expires: Some(end), modified: Some(now().utc), ..asked.clone() };
        let differences = differences(asked, &rule);
        Written { asked: asked.clone(), outcome: Ok(Stored { rule, differences, unread: None }) }
    };
    let creates = |order: &Order| matches!(order, Order::Create(_));
    Scene::new(size).keys("S").counted().keys("2 F2 y").answer(creates, |order| written(order, kept)).model
}

pub(crate) fn refused(size: (u16, u16)) -> Model {
    let message = "not allowed: no authorization to perform action \
        'Microsoft.Security/alertsSuppressionRules/write' (Security Admin or Owner of the subscription)";
    let refuse =
        |asked: &Rule| Written { asked: asked.clone(), outcome: Err(fault(FaultKind::Forbidden, message)) };
    let creates = |order: &Order| matches!(order, Order::Create(_));
    Scene::new(size).keys("S").counted().keys("2 F2 y").answer(creates, |order| written(order, refuse)).model
}

pub(crate) fn section(size: (u16, u16)) -> Model {
    Scene::new(size)
        .keys("r 5")
        .listed(Ok(RuleList { rules: rules(), ..RuleList::default() }))
        .keys("j")
        .model
}

pub(crate) fn section_forbidden(size: (u16, u16)) -> Model {
    Scene::new(size).keys("r 5").listed(Err(forbidden())).model
}

pub(crate) fn list(size: (u16, u16)) -> Model {
    Scene::rules(size).model
}

pub(crate) fn one(size: (u16, u16)) -> Model {
    Scene::rules(size).keys("Enter").model
}

pub(crate) fn asking(size: (u16, u16)) -> Model {
    Scene::rules(size).keys("D").model
}

pub(crate) fn edited(size: (u16, u16)) -> Model {
    Scene::rules(size).keys("e").counted().model
}

pub(crate) fn loading(size: (u16, u16)) -> Model {
    Scene::list(size).model
}

pub(crate) fn empty(size: (u16, u16)) -> Model {
    Scene::list(size).listed(Ok(RuleList::default())).model
}

pub(crate) fn not_allowed(size: (u16, u16)) -> Model {
    Scene::list(size).listed(Err(forbidden())).model
}

pub(crate) fn offline(size: (u16, u16)) -> Model {
    let message = "no connection to Azure: the name management.azure.com could not be resolved";
    Scene::rules(size).keys("R").listed(Err(fault(FaultKind::Unreachable, message))).model
}

pub(crate) fn partly(size: (u16, u16)) -> Model {
    let failed = vec![("Contoso Staging".into(), forbidden())];
    Scene::list(size).listed(Ok(RuleList { rules: rules(), unread: 1, failed })).model
}
