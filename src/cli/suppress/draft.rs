//! From flags to a rule in the making.

use crate::azure;
use crate::cli::exit::CliError;
use crate::cli::suppress::args::{About, Add, Edit, Simulate, Words};
use crate::cli::{around, select};
use crate::domain::filter::Context;
use crate::domain::suppression::{
    Condition, Draft, Offer, Problem, Rule, Spot, State, check, expiry, field, suggest,
};
use crate::domain::table::Table;
use crate::domain::{SafeStr, SafeText, SubscriptionId};
use crate::runtime::now;
use crate::runtime::open::Workspace;

/// The rule that `add` asks for. `taken` are the names that rules have.
pub(super) async fn added(workspace: &Workspace, add: &Add, taken: &[&str]) -> Result<Draft, CliError> {
    let (mut draft, offers) = begun(workspace, &add.about, taken).await?;
    if !add.subscription.is_empty() {
        draft.subscriptions = subscriptions(&workspace.table, &add.subscription)?;
    }
    if draft.subscriptions.is_empty() {
        draft.subscriptions = only_subscription(&workspace.table)?;
    }
    if let Some(name) = &add.name {
        draft.name = name.as_str().into();
    }
    draft.state = if add.disabled { State::Disabled } else { State::Enabled };
    about(&mut draft, &add.about, &offers)?;
    words(&mut draft, &add.words, Some(expiry::DEFAULT))?;
    sound(&draft)?;
    Ok(draft)
}

/// A rule as `edit` wants it.
pub(super) async fn edited(workspace: &Workspace, rule: &Rule, edit: &Edit) -> Result<Draft, CliError> {
    let mut draft = Draft::of(rule);
    let (from, offers) = begun(workspace, &edit.about, &[]).await?;
    if edit.about.from.is_some() {
        draft.types = from.types;
        draft.conditions = from.conditions;
    }
    about(&mut draft, &edit.about, &offers)?;
    if draft.types.len() > 1 {
        return Err(CliError::usage(
            "--type: a rule has one alert type; `quell suppress add` makes several rules",
        ));
    }
    words(&mut draft, &edit.words, None)?;
    sound(&draft)?;
    Ok(draft)
}

/// What `simulate` is about; name and reason do not matter.
pub(super) async fn simulated(workspace: &Workspace, simulate: &Simulate) -> Result<Draft, CliError> {
    let (mut draft, offers) = begun(workspace, &simulate.about, &[]).await?;
    if !simulate.subscription.is_empty() {
        draft.subscriptions = subscriptions(&workspace.table, &simulate.subscription)?;
    }
    about(&mut draft, &simulate.about, &offers)?;
    words(&mut draft, &simulate.words, Some(expiry::DEFAULT))?;
    let problems = check(&draft, now().utc);
    let matters = |spot| !matches!(spot, Spot::Name | Spot::Reason | Spot::Subscriptions | Spot::State);
    let problems: Vec<Problem> = problems.into_iter().filter(|problem| matters(problem.spot)).collect();
    refuse(&problems)?;
    Ok(draft)
}

/// The suggestion of `--from`, with all that the alert offers; else an empty draft.
async fn begun(
    workspace: &Workspace,
    about: &About,
    taken: &[&str],
) -> Result<(Draft, Vec<Offer>), CliError> {
    let Some(id) = &about.from else { return Ok((Draft::default(), Vec::new())) };
    let id = select::find(&workspace.table, id)?.id();
    let raw = workspace.store.call(move |store| store.raw(&id)).await??;
    let raw = raw
        .ok_or_else(|| CliError::failed("the cache holds no body for this alert; `quell sync` fetches it"))?;
    let alert = azure::parse_alert(&String::from_utf8_lossy(&raw)).map_err(CliError::failed)?;
    let suggestion = suggest(&alert, now().utc, taken);
    Ok((suggestion.draft, suggestion.offers))
}

/// Types and conditions that the flags name replace those that are there.
fn about(draft: &mut Draft, about: &About, offers: &[Offer]) -> Result<(), CliError> {
    if !about.types.is_empty() {
        draft.types = about.types.iter().map(|kind| SafeText::from(kind.trim())).collect();
    }
    if about.no_entity || !about.entity.is_empty() || !about.entity_contains.is_empty() {
        draft.conditions.clear();
    }
    for text in &about.entity {
        match text.split_once('=') {
            Some((field, value)) => draft.add_value(&field_name("--entity", field)?, value),
            None => own_values(draft, text, offers)?,
        }
    }
    for text in &about.entity_contains {
        let (field, value) = text.split_once('=').ok_or_else(|| {
            CliError::usage(format!("--entity-contains {}: FIELD=TEXT is expected", SafeStr(text)))
        })?;
        draft.conditions.push(Condition::contains(field_name("--entity-contains", field)?, value));
    }
    Ok(())
}

/// The values that the alert of `--from` has for a field.
fn own_values(draft: &mut Draft, text: &str, offers: &[Offer]) -> Result<(), CliError> {
    let field = field_name("--entity", text)?;
    let mut own = offers.iter().filter(|offer| offer.field.eq_ignore_ascii_case(&field)).peekable();
    if own.peek().is_none() {
        return Err(CliError::usage(format!(
            "--entity {}: FIELD=VALUE is expected; FIELD alone needs --from, with an alert that has one",
            SafeStr(text)
        )));
    }
    own.for_each(|offer| draft.add_value(offer.field, offer.value.raw()));
    Ok(())
}

/// A field by its full or short name.
fn field_name(flag: &str, name: &str) -> Result<String, CliError> {
    if let Some(known) = field::find(name) {
        return Ok(known.name.to_owned());
    }
    if field::Path::parse(name).is_some() {
        return Ok(name.trim().to_owned());
    }
    let known: Vec<&str> = field::FIELDS.iter().map(|known| &known.name["entities.".len()..]).collect();
    Err(CliError::usage(format!("{flag}: {} is not a field; known are {}", SafeStr(name), known.join(", "))))
}

fn words(draft: &mut Draft, words: &Words, default: Option<&str>) -> Result<(), CliError> {
    if let Some(code) = words.reason {
        draft.reason = code.into();
    }
    if let Some(comment) = &words.comment {
        draft.comment = comment.as_str().into();
    }
    if let Some(text) = words.expires.as_deref().or(default) {
        draft.expires = expires(text)?;
    }
    Ok(())
}

/// Reads `--expires`.
pub(super) fn expires(text: &str) -> Result<Option<chrono::DateTime<chrono::Utc>>, CliError> {
    let clock = now();
    let context = Context { now: clock.utc, offset: clock.offset, me: None };
    expiry::parse(text, &context)
        .map_err(|why| CliError::usage(format!("--expires {}: {why}", SafeStr(text))))
}

/// Refuses a draft with problems, all of them said.
pub(super) fn sound(draft: &Draft) -> Result<(), CliError> {
    refuse(&check(draft, now().utc))
}

fn refuse(problems: &[Problem]) -> Result<(), CliError> {
    if problems.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> =
        problems.iter().map(|problem| format!("{}: {}", flag(problem.spot), problem.message)).collect();
    Err(CliError::usage(lines.join("\n")))
}

fn flag(spot: Spot) -> &'static str {
    match spot {
        Spot::Name => "--name",
        Spot::Types => "--type",
        Spot::Subscriptions => "--subscription",
        Spot::Reason => "--reason",
        Spot::State => "state",
        Spot::Expires => "--expires",
        Spot::Condition(_) => "--entity",
    }
}

/// Subscriptions by GUID or name. A GUID that the cache does not know is taken as it is.
pub(super) fn subscriptions(table: &Table, named: &[String]) -> Result<Vec<SubscriptionId>, CliError> {
    let find = |text: &String| {
        let id = SubscriptionId::new(text);
        let known = table.subscriptions().iter();
        let by_name = known.clone().filter(|(_, name)| name.raw().eq_ignore_ascii_case(text));
        let by_name: Vec<&SubscriptionId> = by_name.map(|(id, _)| id).collect();
        match by_name.as_slice() {
            _ if uuid::Uuid::parse_str(text).is_ok() || known.clone().any(|(known, _)| *known == id) => {
                Ok(id)
            }
            [one] => Ok((*one).clone()),
            [] => Err(around::unknown_subscription(text, known.map(|(_, name)| name.to_string()))),
            _ => Err(CliError::usage(format!(
                "--subscription: several are called {}; give the GUID of one",
                SafeStr(text)
            ))),
        }
    };
    named.iter().map(find).collect()
}

/// The only subscription there is; with several, one must be named.
fn only_subscription(table: &Table) -> Result<Vec<SubscriptionId>, CliError> {
    match table.subscriptions() {
        [(one, _)] => Ok(vec![one.clone()]),
        [] => {
            Err(CliError::usage("--subscription: which? none is in the cache yet; `quell sync` fetches them"))
        }
        several => {
            let names: Vec<String> = several.iter().map(|(_, name)| name.to_string()).collect();
            Err(CliError::usage(format!("--subscription: which? there are {}", names.join(", "))))
        }
    }
}
