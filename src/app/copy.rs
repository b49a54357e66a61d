//! The clipboard, by OSC 52. What is copied went through the display rule.

use crate::app::command::Copy;
use crate::app::message::Detail;
use crate::app::model::Model;
use crate::app::notice::{alerts, fail, say};
use crate::app::{Effect, Effects, details, marks, respond};
use crate::domain::markdown::{defanged, indicator};
use crate::domain::safe_text::json_escaped;
use crate::domain::table::Row;
use crate::domain::{AlertKey, SafeStr, SafeText};

/// What needs the alert in full to be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clip {
    /// The first entity.
    Entity,
    /// The portal's link.
    Link,
    /// The portal's link, shown as well.
    ShownLink,
    /// The source's JSON.
    Json,
    /// The title and the entities, defanged.
    Defanged,
}

/// Carries out a copy command. Rows and ids: of all marked alerts, if there are any.
pub(super) fn run(model: &mut Model, what: Copy, out: &mut Effects) {
    match what {
        Copy::Row => each(model, "row", out, row_text),
        Copy::Id => each(model, "id", out, |row| SafeStr(row.id().as_str()).to_string()),
        Copy::Entity => clip(model, Clip::Entity, out),
        Copy::Link => clip(model, Clip::Link, out),
        Copy::ShowLink => match respond::link(model) {
            Some(Ok(link)) => say_copied(model, link.to_string(), format!("copied {}", link.raw()), out),
            Some(Err(why)) => fail(model, why, out),
            None => clip(model, Clip::ShownLink, out),
        },
        Copy::Json => clip(model, Clip::Json, out),
        Copy::Defanged => clip(model, Clip::Defanged, out),
    }
}

fn each(model: &mut Model, what: &str, out: &mut Effects, text: fn(&Row<'_>) -> String) {
    let keys: Vec<AlertKey> = marks::acted_on(model).collect();
    let lines: Vec<String> =
        keys.iter().filter_map(|key| model.table.get(*key)).map(|row| text(&row)).collect();
    if lines.is_empty() {
        fail(model, "the alert is gone", out);
        return;
    }
    let notice = format!("copied the {what} of {}", alerts(lines.len()));
    say_copied(model, lines.join("\n"), notice, out);
}

fn row_text(row: &Row<'_>) -> String {
    let time = row.time().map(|time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default();
    let cells = [
        row.severity_label().to_string(),
        row.title().to_string(),
        row.resource().to_string(),
        row.status().word().to_owned(),
        time,
    ];
    cells.join("  ")
}

fn say_copied(model: &mut Model, copied: String, notice: String, out: &mut Effects) {
    out.push(Effect::Copy(copied));
    say(model, notice, out);
}

fn clip(model: &mut Model, clip: Clip, out: &mut Effects) {
    model.details.clip = Some(clip);
    answered(model, out);
}

/// Copies what waited for the details, once they are there.
pub(super) fn answered(model: &mut Model, out: &mut Effects) {
    let Some(clip) = model.details.clip else { return };
    let Some(detail) = details::current(model).cloned() else {
        if let Some(error) = model.details.error.clone() {
            model.details.clip = None;
            fail(model, error, out);
        }
        return;
    };
    model.details.clip = None;
    match clip {
        Clip::Entity => match entity(&detail) {
            Some(entity) => say_copied(model, entity.to_string(), format!("copied {}", entity.raw()), out),
            None => fail(model, "this alert names no entity", out),
        },
        Clip::Json => {
            let text = json_escaped(&detail.raw).into_owned();
            say_copied(model, text, "copied the source's JSON".to_owned(), out);
        }
        Clip::Defanged => {
            let notice = format!("copied the title and {}, defanged", entities(detail.mentions.len()));
            say_copied(model, for_a_ticket(&detail), notice, out);
        }
        Clip::Link | Clip::ShownLink if detail.alert.portal_uri.is_empty() => {
            fail(model, "the source gave no portal link", out);
        }
        Clip::Link => {
            say_copied(model, detail.alert.portal_uri.to_string(), "copied the portal link".to_owned(), out);
        }
        Clip::ShownLink => {
            let link = &detail.alert.portal_uri;
            say_copied(model, link.to_string(), format!("copied {}", link.raw()), out);
        }
    }
}

fn entities(count: usize) -> String {
    if count == 1 { "1 entity".to_owned() } else { format!("{count} entities") }
}

/// Title, resource and entities, each on a line, with addresses that nothing opens.
fn for_a_ticket(detail: &Detail) -> String {
    let alert = &detail.alert;
    let shown = |text: &str| SafeStr(text).to_string();
    let mut lines = vec![shown(&defanged(alert.title.raw()))];
    if !alert.compromised_entity.is_empty() {
        lines.push(shown(&defanged(alert.compromised_entity.raw())));
    }
    let entities = detail.mentions.iter();
    lines.extend(
        entities.map(|of| format!("{}: {}", shown(&of.label), shown(&indicator(of.kind, of.value.raw())))),
    );
    lines.join("\n")
}

fn entity(detail: &Detail) -> Option<&SafeText> {
    let first = detail.mentions.first().map(|mention| &mention.value);
    first.or(Some(&detail.alert.compromised_entity)).filter(|text| !text.is_empty())
}
