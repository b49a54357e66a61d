//! *Add filter*: fields, then values with their counts; several of them by their numbers.

use crate::app::documents::facets::no_values;
use crate::app::documents::moment::counted;
use crate::app::key::{Code, Key};
use crate::app::model::{Facets, Side};
use crate::domain::SafeStr;
use crate::domain::filter::Field;
use crate::plain::act::press;
use crate::plain::first_run::to;
use crate::plain::line::numbers;
use crate::plain::overlays::{escape, place};
use crate::plain::session::Step;
use crate::plain::speech;

/// Values named at once.
const NAMED: usize = 40;

pub(super) fn text(facets: &Facets) -> Vec<String> {
    if !facets.in_values {
        let fields = facets.shown_fields().into_iter().enumerate();
        let mut lines = vec!["Filter by which field?".to_owned()];
        lines.extend(narrowed(&facets.fields, "fields", facets.field().is_none().then(|| no_values(facets))));
        lines.extend(
            fields
                .map(|(at, field)| format!("{}. {}: {}.", at + 1, field.name(), speech::fold(field.help()))),
        );
        return lines;
    }
    let Some(field) = facets.field() else { return vec![speech::capital(no_values(facets))] };
    let outcome = facets.outcome();
    let filter = if outcome.is_all() { "every alert".to_owned() } else { outcome.to_string() };
    let mut lines = vec![format!("Which {}? ok filters to: {}", field.name(), SafeStr(&filter))];
    let none = facets.offered.facets.is_empty().then(|| no_values(facets));
    lines.extend(narrowed(&facets.values, "values", none));
    let ticks = facets.ticked(field);
    for (at, facet) in facets.offered.facets.iter().take(NAMED).enumerate() {
        let name = if facet.value.is_empty() { "none".to_owned() } else { facet.label.to_string() };
        let ticked = if Facets::is_ticked(&ticks, facet) { ", chosen" } else { "" };
        lines.push(format!("{}. {name}: {}{ticked}.", at + 1, counted(facet.count, "alert")));
    }
    if facets.offered.more || facets.offered.facets.len() > NAMED {
        lines.push("These are the most frequent; a part of a name finds others.".to_owned());
    }
    lines
}

/// What a part of a name left of the names; where it left none, what can be typed now. `none` says why there are none.
fn narrowed(side: &Side, names: &str, none: Option<&str>) -> Option<String> {
    let text = side.input.text().trim();
    let typed = SafeStr(text);
    match none {
        None if text.is_empty() => None,
        None => Some(format!("Only {names} with \"{typed}\": back reads all.")),
        Some(none) if text.is_empty() => Some(speech::capital(none)),
        Some(_) => Some(format!(
            "No {names} hold \"{typed}\": type another part of a name, back for all, or cancel."
        )),
    }
}

pub(super) fn prompt(facets: &Facets) -> String {
    if facets.in_values {
        "Numbers or a part of a name, ok filters, back, or cancel".to_owned()
    } else {
        "Number or a part of a name, back, or cancel".to_owned()
    }
}

/// Out of the values and the fields, whatever was typed to narrow them: each is a step of its own.
fn out(facets: &Facets) -> Vec<Step> {
    let steps = |side: &Side| 1 + usize::from(!side.input.text().is_empty());
    let values = if facets.in_values { steps(&facets.values) } else { 0 };
    (0..steps(&facets.fields) + values).map(|_| escape()).collect()
}

pub(super) fn reply(facets: &Facets, line: &str) -> Result<Vec<Step>, String> {
    if line == "cancel" {
        return Ok(out(facets));
    }
    if line.is_empty() {
        return Ok(vec![escape()]);
    }
    if facets.in_values && line == "ok" {
        return Ok(vec![press(Key::plain(Code::Enter))]);
    }
    // A field's whole name is no part of one.
    let is_named = |field: &Field| field.name().eq_ignore_ascii_case(line);
    let named = facets.shown_fields().iter().position(is_named).filter(|_| !facets.in_values);
    let wanted = if named.is_some() { Ok(Vec::new()) } else { numbers(line) };
    let Ok(wanted) = wanted else {
        let text = crate::app::Message::Paste(line.to_owned());
        return Ok(vec![press(Key::ctrl('u')), Step::Send(text)]);
    };
    if !facets.in_values {
        let at = match named {
            Some(at) => at,
            None => place(line, facets.shown_fields().len())?,
        };
        let mut steps = to(facets.fields.chosen, at);
        steps.push(press(Key::plain(Code::Enter)));
        return Ok(steps);
    }
    let (mut steps, mut from) = (Vec::new(), facets.values.chosen);
    for number in wanted {
        let at = place(&number.to_string(), facets.offered.facets.len())?;
        steps.extend(to(from, at));
        steps.push(press(Key::char(' ')));
        from = at;
    }
    Ok(steps)
}
