//! The form of a rule: filled in, confirmed, written, and shown as the service keeps it.

use std::sync::Arc;

use super::{Order, Purpose, Written, ask, ask_rules, fields, refusal, top};
use crate::app::command::{Change, Command, Move};
use crate::app::document::Document;
use crate::app::fetch::Remote;
use crate::app::form::{Done, Form};
use crate::app::input::Input;
use crate::app::key::{Code, Key};
use crate::app::layout::Area;
use crate::app::message::Question;
use crate::app::model::{About, Confirm, Dismissal, Makeup, Model, Overlay, Pane, RuleForm, SetOf, Step};
use crate::app::notice::{fail, say};
use crate::app::{Effects, bulk, details, documents, layout, list, overlays};
use crate::domain::change::plan;
use crate::domain::filter::Context;
use crate::domain::key_set::KeySet;
use crate::domain::progress::Fault;
use crate::domain::suppression::{Draft, Rule, Simulation, Spot, free_name, reason, suggest, warnings};
use crate::domain::{SafeText, Status, SubscriptionId};

impl RuleForm {
    fn new(about: About, form: Form, draft: Draft) -> Self {
        Self {
            about,
            form,
            rows: Vec::new(),
            kept: Vec::new(),
            suggested: draft.name.clone(),
            draft,
            simulation: Remote::default(),
            seen: 0,
            asked: None,
            warnings: Vec::new(),
            tried: false,
            step: Step::Fill,
            refused: None,
        }
    }
}

/// Opens the form for the alert under the cursor. When its details are not there yet, they fill it in.
pub(in crate::app) fn open(model: &mut Model, out: &mut Effects) {
    let full = model.details.full.as_ref().filter(|_| model.focus == Pane::Full);
    let Some(key) = full.map(|full| full.key).or(model.list.cursor) else { return };
    // Their names are taken; they are known at the latest when the form is submitted.
    if model.respond.suppress.rules.is_unasked() {
        ask_rules(model, out);
    }
    let form = RuleForm::new(About::Awaited(key), Form::new(Vec::new(), "Create"), Draft::default());
    model.overlays.push(Overlay::RuleForm(Box::new(form)));
    detail_came(model, out);
}

/// True while the form on top waits for the alert's details: keys that are faster wait too.
pub(in crate::app) fn waits(model: &Model) -> bool {
    let awaited = matches!(model.overlays.last(), Some(Overlay::RuleForm(form)) if matches!(form.about, About::Awaited(_)));
    awaited && model.details.error.is_none()
}

/// Details came: perhaps those that the form waits for.
pub(in crate::app) fn detail_came(model: &mut Model, out: &mut Effects) {
    let Some(detail) = details::current(model).cloned() else { return };
    let taken = names(model, detail.alert.id.subscription().as_slice());
    let now = model.now.utc;
    let Some(form) = top(model).filter(|form| form.about == About::Awaited(detail.key)) else { return };
    let taken: Vec<&str> = taken.iter().map(SafeText::raw).collect();
    let suggestion = suggest(&detail.alert, now, &taken);
    let (filled, rows) = fields::of_alert(&suggestion);
    form.about = About::Alert(detail.key);
    form.form = filled;
    form.rows = rows;
    form.suggested = suggestion.draft.name.clone();
    form.draft = suggestion.draft;
    refresh(model, out);
}

/// The names that rules of some subscriptions have, as far as they are known.
fn names(model: &Model, places: &[SubscriptionId]) -> Vec<SafeText> {
    let Some(list) = model.respond.suppress.rules.value() else { return Vec::new() };
    let there = list.rules.iter().filter(|rule| places.contains(&rule.subscription));
    there.map(|rule| rule.name.clone()).collect()
}

/// The rules came: a name that was suggested without knowing them may be taken.
pub(super) fn rules_came(model: &mut Model, out: &mut Effects) {
    let Some(places) = top(model).map(|form| form.draft.subscriptions.clone()) else { return };
    let taken = names(model, &places);
    let taken: Vec<&str> = taken.iter().map(SafeText::raw).collect();
    let Some(form) = top(model).filter(|form| matches!(form.about, About::Alert(_))) else { return };
    if form.step != Step::Fill {
        return;
    }
    if form.form.text(fields::NAME) == form.suggested.raw() {
        form.suggested = free_name(form.suggested.raw(), &taken).into();
        fields::rename(&mut form.form, form.suggested.raw());
    }
    refresh(model, out);
}

/// Opens the form for a rule that is there.
pub(in crate::app) fn edit(model: &mut Model, rule: &Rule, out: &mut Effects) {
    let (filled, rows, kept) = fields::of_rule(rule);
    let mut form = RuleForm::new(About::Rule(Box::new(rule.clone())), filled, Draft::of(rule));
    form.rows = rows;
    form.kept = kept;
    model.overlays.push(Overlay::RuleForm(Box::new(form)));
    refresh(model, out);
}

/// Reads the fields again: checks them, and asks what the rule would have matched if that changed.
fn refresh(model: &mut Model, out: &mut Effects) {
    let context = Context { now: model.now.utc, offset: model.now.offset, me: None };
    let table = Arc::clone(&model.table);
    let Some(places) = top(model).map(|form| form.draft.subscriptions.clone()) else { return };
    let taken = names(model, &places);
    let Some(form) = top(model) else { return };
    let base = base(form);
    let mut said = fields::read(&form.form, &form.rows, &form.kept, &base, &context);
    if matches!(form.about, About::Alert(_)) {
        let rules = said.draft.rules();
        let there = |rule: &&Rule| taken.iter().any(|name| rule.is_named(name.raw()));
        said.faults.extend(rules.iter().find(there).map(|rule| {
            (fields::NAME.to_owned(), Spot::Name, format!("a rule named {} is there already", rule.name))
        }));
    }
    let tried = form.tried;
    for field in &mut form.form.fields {
        let mut faults =
            said.faults.iter().filter(|(key, spot, _)| *key == field.key && (tried || *spot != Spot::Reason));
        field.error = faults.next().map(|(_, _, message)| message.clone());
    }
    let countable = said.faults.iter().all(|(_, spot, _)| !matches!(spot, Spot::Types | Spot::Condition(_)));
    form.draft = said.draft;
    let scope = form.draft.scope();
    let fresh = countable && form.asked.as_ref() != Some(&scope);
    if fresh {
        form.asked = Some(scope.clone());
    }
    warn(model);
    if fresh {
        let question = ask(model, Order::Simulate(Purpose::Form, table, vec![scope]), out);
        if let Some(form) = top(model) {
            form.simulation.ask(question);
        }
    }
}

/// What has no field: the subscription, and of a rule that is there its name and what the contract does not list.
fn base(form: &RuleForm) -> Draft {
    match &form.about {
        About::Rule(rule) => Draft::of(rule),
        About::Alert(_) | About::Awaited(_) => form.draft.clone(),
    }
}

fn warn(model: &mut Model) {
    let Some(form) = top(model) else { return };
    let simulation = form.simulation.value().filter(|_| !form.simulation.is_loading());
    form.warnings = warnings(&form.draft, simulation);
}

/// What the rule in the form would have matched.
pub(super) fn simulated(model: &mut Model, question: Question, answer: Result<Vec<Simulation>, Fault>) {
    let at = model.now.utc;
    let one = answer.map(|simulations| simulations.into_iter().next().unwrap_or_default());
    if let Some(form) = top(model)
        && form.simulation.answer(question, one, at)
    {
        form.seen = 0;
        warn(model);
    }
}

/// A key.
pub(in crate::app) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(form) = top(model) else { return };
    match &mut form.step {
        Step::Fill => fill(model, key, out),
        Step::Leave => match key.unmodified() {
            Some(Code::Char('y')) => overlays::close(model),
            Some(Code::Enter | Code::Esc | Code::Char('n' | 'q')) => form.step = Step::Fill,
            _ => {}
        },
        Step::Confirm { dismiss, .. } => match key.unmodified() {
            Some(Code::Char('y')) => write(model, out),
            Some(Code::Char('d')) => {
                let any = form.simulation.value().is_some_and(|simulation| !simulation.open.is_empty());
                *dismiss = any && !*dismiss;
            }
            Some(Code::Enter | Code::Esc | Code::Char('n' | 'q')) => {
                form.step = Step::Fill;
                say(model, "nothing was sent", out);
            }
            _ => {
                if let Some(step) = overlays::movement(key) {
                    scroll_question(model, step);
                }
            }
        },
        Step::Writing(_) => {
            if key.unmodified() == Some(Code::Esc) {
                overlays::close(model);
                say(model, "the rule is being stored; its answer will be said here", out);
            }
        }
        Step::Stored(..) => match overlays::movement(key) {
            Some(step) => scroll(model, step),
            None if matches!(key.unmodified(), Some(Code::Enter | Code::Esc | Code::Char('q'))) => {
                overlays::close(model);
            }
            None => {}
        },
    }
}

/// The question before a rule is written, where it is drawn, and from which line on.
pub fn confirmation(model: &Model, rule: &RuleForm) -> Option<(Document, Area, usize)> {
    let Step::Confirm { dismiss, offset } = rule.step else { return None };
    let undo = model.settings.keymap.said(Command::Change(Change::Undo));
    let columns = layout::prompt_columns(model.size);
    let document = documents::suppression::question(rule, dismiss, &undo, usize::from(columns));
    let wide = document.width().max(documents::suppression::asked_title(rule).len() + 4);
    let area = layout::popup(model.size, wide as u16, document.len() as u16);
    Some((document, area, offset))
}

/// Scrolls the question.
fn scroll_question(model: &mut Model, step: Move) {
    let Some(Overlay::RuleForm(form)) = model.overlays.last() else { return };
    let Some((document, area, from)) = confirmation(model, form) else { return };
    let area = area.inner();
    let to = list::target(from, area.last_offset(document.len()), step, area.rows().max(1));
    if let Some(Step::Confirm { offset, .. }) = top(model).map(|form| &mut form.step) {
        *offset = to;
    }
}

/// Scrolls what the service keeps.
fn scroll(model: &mut Model, step: Move) {
    let area = layout::sheet(model.size).inner();
    let (table, now) = (Arc::clone(&model.table), model.now);
    let Some(Step::Stored(written, offset)) = top(model).map(|form| &mut form.step) else { return };
    let lines = documents::suppression::stored(written, &table, now, area.columns()).len();
    *offset = list::target(*offset, area.last_offset(lines), step, area.rows().max(1));
}

/// What the rule would have matched, or how counting stands: where it is drawn, and from which line on.
pub fn matches(model: &Model, rule: &RuleForm) -> (Document, Area, usize) {
    let area = layout::RuleForm::new(model.size).matches;
    let document = documents::suppression::matches(rule, area.columns());
    let offset = rule.seen.min(area.last_offset(document.len()));
    (document, area, offset)
}

/// True where the room shows a part of what the rule would have matched: two keys scroll it.
pub(in crate::app) fn is_cut(model: &Model, rule: &RuleForm) -> bool {
    let (document, area, _) = matches(model, rule);
    !matches!(rule.about, About::Awaited(_)) && document.len() > area.rows()
}

/// Scrolls what the rule would have matched.
fn scroll_matches(model: &mut Model, step: Move) {
    let Some(Overlay::RuleForm(form)) = model.overlays.last() else { return };
    let (document, area, from) = matches(model, form);
    let to = list::target(from, area.last_offset(document.len()), step, area.rows().max(1));
    if let Some(form) = top(model) {
        form.seen = to;
    }
}

fn fill(model: &mut Model, key: Key, out: &mut Effects) {
    match key.unmodified() {
        Some(Code::PageDown) => return scroll_matches(model, Move::PageDown),
        Some(Code::PageUp) => return scroll_matches(model, Move::PageUp),
        _ => {}
    }
    let Some(form) = top(model) else { return };
    if choose_reason(&mut form.form, key) {
        return refresh(model, out);
    }
    match form.form.handle(key) {
        Some(Done::Changed) => {
            form.refused = None;
            refresh(model, out);
        }
        Some(Done::Submit) => submit(model, out),
        Some(Done::Leave) if form.form.touched => form.step = Step::Leave,
        Some(Done::Leave) => overlays::close(model),
        Some(Done::Moved) | None => {}
    }
}

/// A digit on the reason chooses it.
fn choose_reason(form: &mut Form, key: Key) -> bool {
    let Some(Code::Char(digit @ '1'..='7')) = key.unmodified() else { return false };
    let Some(field) = form.fields.get_mut(form.focus).filter(|field| field.key == fields::REASON) else {
        return false;
    };
    if let crate::app::form::Value::Choice(_, chosen) = &mut field.value {
        *chosen = digit as usize - '0' as usize;
        form.touched = true;
    }
    true
}

/// Pasted text; false when there is no line that takes it.
pub(in crate::app) fn paste(model: &mut Model, text: &str, out: &mut Effects) -> bool {
    let Some(form) = top(model).filter(|form| form.step == Step::Fill) else { return false };
    if !form.form.paste(text) {
        return false;
    }
    refresh(model, out);
    true
}

/// Asks whether to write the rule, if nothing is wrong with it.
fn submit(model: &mut Model, out: &mut Effects) {
    if let Some(form) = top(model) {
        form.tried = true;
        form.refused = None;
    }
    refresh(model, out);
    let places = top(model).map(|form| form.draft.subscriptions.clone()).unwrap_or_default();
    if let Some(why) = refusal(model, &places) {
        return fail(model, why, out);
    }
    let Some(form) = top(model) else { return };
    if matches!(form.about, About::Awaited(_)) {
        return;
    }
    if form.form.go_to_error() {
        return fail(model, "something is wrong with the rule: see the field", out);
    }
    form.step = Step::Confirm { dismiss: false, offset: 0 };
}

/// Writes the rule that was confirmed.
fn write(model: &mut Model, out: &mut Effects) {
    let Some(form) = top(model) else { return };
    let Step::Confirm { dismiss, .. } = form.step else { return };
    if form.simulation.is_loading() {
        return say(model, "the matches are being counted: y again when they are there", out);
    }
    let open = form.simulation.value().map(|simulation| simulation.open.clone());
    let alerts = open.filter(|_| dismiss).unwrap_or_default();
    let (name, reason) = (form.draft.name.clone(), form.draft.reason.clone());
    let mut rules = form.draft.rules();
    let order = match (&form.about, rules.pop()) {
        (About::Rule(before), Some(rule)) => Order::Replace(before.clone(), Box::new(rule)),
        (_, Some(rule)) => {
            rules.push(rule);
            Order::Create(rules)
        }
        (_, None) => return,
    };
    let question = ask(model, order, out);
    if !alerts.is_empty() {
        model.respond.suppress.dismissals.push(Dismissal { question, alerts, name, reason });
    }
    if let Some(form) = top(model) {
        form.step = Step::Writing(question);
    }
}

/// Rules were written; false when no form waits for that. What was confirmed to be dismissed with them is dismissed whether
/// the form is still open or not.
pub(super) fn written(model: &mut Model, question: Question, written: &[Written], out: &mut Effects) -> bool {
    let waiting = &mut model.respond.suppress.dismissals;
    let dismissal = waiting.iter().position(|one| one.question == question).map(|at| waiting.remove(at));
    if let Some(dismissal) = dismissal.filter(|_| written.iter().all(|one| one.outcome.is_ok())) {
        dismiss_too(model, &dismissal, out);
    }
    let Some(form) = top(model).filter(|form| form.step == Step::Writing(question)) else { return false };
    if written.iter().all(|one| one.outcome.is_err()) {
        form.refused = written.iter().find_map(Written::refused).map(Into::into);
        form.step = Step::Fill;
    } else {
        form.step = Step::Stored(written.to_vec(), 0);
    }
    true
}

/// Dismisses the open alerts that match, as a change like any other.
fn dismiss_too(model: &mut Model, dismissal: &Dismissal, out: &mut Effects) {
    let plan = plan(&model.table, &dismissal.alerts, Status::Dismissed, &KeySet::default());
    if plan.targets.is_empty() {
        return;
    }
    let comment = format!("matches the suppression rule {}", dismissal.name.raw());
    let confirm = Confirm {
        status: Status::Dismissed,
        matching: plan.targets.len() + plan.skipped.len(),
        off_screen: 0,
        makeup: Makeup::of(&model.table, &plan),
        plan,
        twins: None,
        of: SetOf::Matching,
        reason: Some(reason::of_dismissal(dismissal.reason.raw())),
        take: false,
        comment: Some(Input::new(comment)),
        typing: false,
    };
    bulk::submit(model, confirm, out);
}
