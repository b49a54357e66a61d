//! Between the fields of the form and a rule in the making.
//!
//! A condition is a row with a tick and a value; rows of one field stand for any of their values, and `*text*` asks for
//! contained text. What the API allows beyond that (two lists of one field, unknown operators) stays as it is.

use crate::app::form::{Field, Form, Value};
use crate::app::input::Input;
use crate::domain::SafeText;
use crate::domain::filter::Context;
use crate::domain::suppression::{
    Condition, Draft, Offer, Problem, Rule, Spot, State, Suggestion, Test, check, expiry, field, reason,
};

/// The keys of the fields; those of the rows are `row0`, `row1` …
pub(super) const NAME: &str = "name";
const TYPES: &str = "types";
pub(super) const REASON: &str = "reason";
const EXPIRES: &str = "expires";
const COMMENT: &str = "comment";
const STATE: &str = "state";
const MORE: &str = "more";

/// Before a reason is chosen.
const NONE: &str = "–";

/// What the fields say: the rule, and what is wrong with which field.
pub(super) struct Said {
    pub(super) draft: Draft,
    pub(super) faults: Vec<(String, Spot, String)>,
}

/// Rows of conditions, the fields of the API they are about, and conditions that cannot be rows.
type Rows = (Vec<Field>, Vec<SafeText>, Vec<Condition>);

/// The form of a rule from an alert: the reason, the one thing that is missing, has the keys.
pub(super) fn of_alert(suggestion: &Suggestion) -> (Form, Vec<SafeText>) {
    let rows = suggestion.offers.iter().enumerate().map(|(at, offer)| offered(at, offer)).collect();
    let about = suggestion.offers.iter().map(|offer| SafeText::from(offer.field)).collect();
    (form(&suggestion.draft, true, rows, "Create"), about)
}

fn offered(at: usize, offer: &Offer) -> Field {
    row(at, offer.field, offer.ticked, offer.value.raw())
}

/// Puts another name into the form.
pub(super) fn rename(form: &mut Form, name: &str) {
    if let Some(field) = form.fields.iter_mut().find(|field| field.key == NAME) {
        field.value = Value::Text(Input::new(name));
    }
}

/// The form of a rule that is there; its name cannot change.
pub(super) fn of_rule(rule: &Rule) -> (Form, Vec<SafeText>, Vec<Condition>) {
    let (rows, about, kept) = rows(&rule.conditions);
    (form(&Draft::of(rule), false, rows, "Save"), about, kept)
}

fn form(draft: &Draft, named: bool, rows: Vec<Field>, submit: &'static str) -> Form {
    let text = |text: &str| Value::Text(Input::new(text));
    let types: Vec<&str> = draft.types.iter().map(SafeText::raw).collect();
    let mut fields = Vec::with_capacity(rows.len() + 7);
    if named {
        fields.push(Field::new(NAME, "Name", "2 to 50 letters, digits, - and _", text(draft.name.raw())));
    }
    let help = if named {
        "several, parted by blanks, make several rules; * is every type"
    } else {
        "* is every type"
    };
    fields.push(Field::new(TYPES, "Alert type", help, text(&types.join(" "))));
    fields.push(Field::new(
        REASON,
        "Reason",
        "1–7, Left or Right choose; required",
        reasons(draft.reason.raw()),
    ));
    let focus = fields.len() - 1;
    fields.extend(rows);
    fields.push(Field::new(MORE, "And also", "FIELD=VALUE, such as host.dnsdomain=contoso.local", text("")));
    let help = "30d, a date such as 2026-12-31, or never";
    fields.push(Field::new(EXPIRES, "Expires", help, text(&expiry::text(draft.expires))));
    fields.push(Field::new(COMMENT, "Comment", "", text(draft.comment.raw())));
    let states = vec![State::Enabled.api_name().to_owned(), State::Disabled.api_name().to_owned()];
    let off = usize::from(draft.state == State::Disabled);
    fields.push(Field::new(STATE, "State", "Left or Right choose", Value::Choice(states, off)));
    let mut form = Form::new(fields, submit);
    form.focus = focus;
    form
}

/// The reasons, with one of its own that a rule may have.
fn reasons(code: &str) -> Value {
    let mut labels = vec![NONE.to_owned()];
    labels.extend(reason::REASONS.map(|(_, label)| label.to_owned()));
    let known = reason::REASONS.iter().position(|(known, _)| known.eq_ignore_ascii_case(code));
    let chosen = match known {
        Some(at) => at + 1,
        None if code.is_empty() => 0,
        None => {
            labels.push(code.to_owned());
            labels.len() - 1
        }
    };
    Value::Choice(labels, chosen)
}

fn reason_code(label: &str) -> &str {
    match reason::REASONS.iter().find(|(_, known)| *known == label) {
        Some((code, _)) => code,
        None if label == NONE => "",
        None => label,
    }
}

fn row(at: usize, name: &str, ticked: bool, value: &str) -> Field {
    let label = field::label(&SafeText::from(name)).raw().to_owned();
    let help = "Space ticks it; *text* means that it contains the text";
    Field::new(key(at), label, help, Value::Ticked(ticked, at_start(value)))
}

/// A line with the cursor at its beginning, where Space ticks.
fn at_start(text: &str) -> Input {
    let mut input = Input::new(text);
    input.handle(crate::app::key::Key::plain(crate::app::key::Code::Home));
    input
}

fn key(at: usize) -> String {
    format!("row{at}")
}

/// Rows for the conditions of a rule.
fn rows(conditions: &[Condition]) -> Rows {
    let (mut rows, mut about, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    let mut add = |field: &SafeText, text: &str| {
        rows.push(row(about.len(), field.raw(), true, text));
        about.push(field.clone());
    };
    let lists = |field: &SafeText| {
        let same = |other: &&Condition| other.field.raw().eq_ignore_ascii_case(field.raw());
        conditions.iter().filter(same).filter(|other| matches!(other.test, Test::In(_))).count()
    };
    let starred =
        |text: &SafeText| text.raw().len() > 1 && text.raw().starts_with('*') && text.raw().ends_with('*');
    for condition in conditions {
        match &condition.test {
            Test::In(values)
                if condition.rest.is_empty()
                    && lists(&condition.field) == 1
                    && !values.is_empty()
                    && !values.iter().any(starred) =>
            {
                values.iter().for_each(|value| add(&condition.field, value.raw()));
            }
            Test::Contains(text) if condition.rest.is_empty() => {
                add(&condition.field, &format!("*{}*", text.raw()));
            }
            _ => kept.push(condition.clone()),
        }
    }
    (rows, about, kept)
}

/// Reads the fields. `base` gives what has no field.
pub(super) fn read(
    form: &Form,
    rows: &[SafeText],
    kept: &[Condition],
    base: &Draft,
    context: &Context,
) -> Said {
    let mut faults = Vec::new();
    let types = form.text(TYPES).split([' ', ',']).filter(|kind| !kind.is_empty());
    let mut draft = Draft {
        name: form.field(NAME).map_or_else(|| base.name.clone(), |field| field.text().into()),
        types: types.map(SafeText::from).collect(),
        subscriptions: base.subscriptions.clone(),
        reason: reason_code(form.text(REASON)).into(),
        comment: form.text(COMMENT).into(),
        state: State::parse(form.text(STATE)),
        expires: None,
        conditions: Vec::new(),
        rest: base.rest.clone(),
    };
    match expiry::parse(form.text(EXPIRES), context) {
        // What the form shows by the minute stays to the fraction of a second until it is changed.
        Ok(_) if form.text(EXPIRES) == expiry::text(base.expires) => draft.expires = base.expires,
        Ok(end) => draft.expires = end,
        Err(why) => faults.push((EXPIRES.to_owned(), Spot::Expires, why)),
    }
    // Which row each condition came from, for its faults.
    let mut from = Vec::new();
    for (at, name) in rows.iter().enumerate() {
        let key = key(at);
        let Some(field) = form.field(&key).filter(|field| field.is_on()) else { continue };
        add(&mut draft, name.raw(), field.text());
        from.resize(draft.conditions.len(), key);
    }
    let more = form.text(MORE).trim();
    if !more.is_empty() {
        let named = more.split_once('=');
        match named.and_then(|(name, value)| Some((field::find(name)?, value))) {
            Some((known, value)) => add(&mut draft, known.name, value),
            None => faults.push((MORE.to_owned(), Spot::Condition(0), unknown(named.map(|(name, _)| name)))),
        }
        from.resize(draft.conditions.len(), MORE.to_owned());
    }
    draft.conditions.extend(kept.iter().cloned());
    for Problem { spot, message } in check(&draft, context.now) {
        let key = match spot {
            Spot::Name | Spot::Subscriptions => NAME.to_owned(),
            Spot::Types => TYPES.to_owned(),
            Spot::Reason => REASON.to_owned(),
            Spot::State => STATE.to_owned(),
            Spot::Expires => EXPIRES.to_owned(),
            Spot::Condition(at) => from.get(at).cloned().unwrap_or_else(|| MORE.to_owned()),
        };
        faults.push((key, spot, message));
    }
    Said { draft, faults }
}

fn unknown(name: Option<&str>) -> String {
    let known: Vec<&str> = field::FIELDS.iter().map(|known| &known.name["entities.".len()..]).collect();
    match name {
        Some(name) => format!("{name} is not a field; known are {}", known.join(", ")),
        None => format!("FIELD=VALUE is expected; fields are {}", known.join(", ")),
    }
}

fn add(draft: &mut Draft, name: &str, value: &str) {
    let contained = value.strip_prefix('*').and_then(|rest| rest.strip_suffix('*'));
    match contained {
        Some(text) => draft.conditions.push(Condition::contains(name, text)),
        None => draft.add_value(name, value),
    }
}
