//! `quell show`.

use serde_json::{Value, json};

use crate::app::documents;
use crate::app::message::Detail;
use crate::cli::args::{Global, ShowFormat};
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::Out;
use crate::cli::{around, json as machine, select, workspace};
use crate::domain::SafeText;
use crate::domain::alert::{Evidence, Link, Prose};
use crate::domain::change::Reason;
use crate::domain::entity::{Entity, Value as Field};
use crate::domain::record::{AlertRecord, Past, judgement};
use crate::domain::safe_text::json_escaped;
use crate::runtime::{detail, now};

/// Prints one alert.
pub async fn run(global: &Global, id: &str, format: ShowFormat, out: &mut Out) -> Result<Exit, CliError> {
    workspace::using(global, async |workspace| {
        let key = select::find(&workspace.table, id)?.key();
        if format == ShowFormat::Raw {
            raw(workspace, key, out).await?;
        } else {
            let loaded = detail::load(&workspace.store, workspace.table.clone(), key, None).await;
            let detail = loaded.map_err(CliError::failed)?;
            if format == ShowFormat::Json || global.json {
                out.line(machine::text(&alert(&detail, &workspace.table)))?;
            } else {
                // On the screen the title stands above the tabs.
                if !detail.alert.title.is_empty() {
                    out.line(&detail.alert.title)?;
                }
                let width = around::width(out);
                around::print(&documents::untitled(&detail, &workspace.table, width, now()), out)?;
            }
        }
        Ok(Exit::Done)
    })
    .await
}

/// The source's JSON as it came; to a terminal with unsafe characters escaped.
async fn raw(
    workspace: &crate::runtime::open::Workspace,
    key: crate::domain::AlertKey,
    out: &mut Out,
) -> Result<(), CliError> {
    let Some(id) = workspace.table.get(key).map(|row| row.id()) else { return Ok(()) };
    let raw = workspace.store.call(move |store| store.record_of(&id)).await??;
    let raw = raw
        .ok_or_else(|| CliError::failed("the cache holds no body for this alert; `quell sync` fetches it"))?;
    if out.is_terminal() {
        return out.line(json_escaped(&String::from_utf8_lossy(&raw)));
    }
    out.bytes(&raw)
}

/// The alert as quell understands it.
fn alert(detail: &Detail, table: &crate::domain::table::Table) -> Value {
    let alert = &detail.alert;
    let mut value = table.get(detail.key).map_or_else(|| json!({}), |row| machine::row_value(&row, table));
    let more = json!({
        "description": alert.description.raw(),
        "startTime": alert.times.start,
        "endTime": alert.times.end,
        "generatedTime": alert.times.generated,
        "availableTime": alert.times.available,
        "techniques": alert.techniques.iter().map(SafeText::raw).collect::<Vec<_>>(),
        "compromisedEntity": alert.compromised_entity.raw(),
        "product": alert.product.raw(),
        "component": alert.component.raw(),
        "correlationKey": alert.correlation.raw(),
        "portalLink": alert.portal_uri.raw(),
        "remediation": alert.remediation.iter().map(prose).collect::<Vec<_>>(),
        "links": alert.links.iter().map(link).collect::<Vec<_>>(),
        "properties": alert.properties.iter().map(|(key, value)| json!([key.raw(), prose(value)])).collect::<Vec<_>>(),
        "entities": alert.entities.nodes.iter().map(entity).collect::<Vec<_>>(),
        "listedEntities": alert.entities.listed,
        "evidence": alert.evidence.iter().map(evidence).collect::<Vec<_>>(),
        "record": record(detail),
        "mentions": detail.mentions.iter().map(|mention| json!({
            "kind": mention.label,
            "value": mention.value.raw(),
            "otherAlerts": mention.alerts,
            "resources": mention.resources,
        })).collect::<Vec<_>>(),
    });
    if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
        value.extend(more);
    }
    value
}

/// What is kept here of the alert: all of it, where the list has the short form.
fn record(detail: &Detail) -> Value {
    let AlertRecord { notes, feedback, ticks } = &detail.record;
    json!({
        "notes": notes.iter().map(|note| json!({
            "at": note.at,
            "by": note.by.raw(),
            "text": note.text.raw(),
        })).collect::<Vec<_>>(),
        "feedback": feedback.as_ref().map(|feedback| json!({
            "at": feedback.at,
            "by": feedback.by.raw(),
            "feedback": judgement(feedback.useful),
            "reason": feedback.reason.code(),
            "comment": feedback.comment.raw(),
        })),
        "stepsDone": ticks.iter().map(|tick| json!({
            "at": tick.at,
            "by": tick.by.raw(),
            "step": tick.text.raw(),
        })).collect::<Vec<_>>(),
        "history": detail.past.iter().map(past).collect::<Vec<_>>(),
    })
}

fn past(past: &Past) -> Value {
    match past {
        Past::Change(entry) => json!({
            "kind": "change",
            "at": entry.at,
            "by": entry.by.raw(),
            "change": entry.change,
            "from": entry.from.api_name(),
            "to": entry.to.api_name(),
            "outcome": entry.outcome.word(),
            "detail": entry.detail.raw(),
            "reason": entry.reason.map(Reason::code),
            "comment": entry.comment.raw(),
            "filter": entry.filter,
            "undoes": entry.undoes,
        }),
        Past::Deed(deed, alerts) => {
            let mut value = machine::deed(deed);
            // The ids of the others are in the report; here it matters how many they were.
            value["alerts"] = (*alerts).into();
            value
        }
    }
}

fn link(link: &Link) -> Value {
    json!({ "label": link.label.raw(), "href": link.href.raw() })
}

fn prose(prose: &Prose) -> Value {
    match prose {
        Prose::Text(text) => text.raw().into(),
        Prose::Links(links) => json!({ "links": links.iter().map(link).collect::<Vec<_>>() }),
    }
}

/// An entity; another entity is named by its place as `{"entity": n}`.
fn entity(entity: &Entity) -> Value {
    let fields: serde_json::Map<String, Value> =
        entity.fields.iter().map(|(key, value)| (key.raw().to_owned(), field(value))).collect();
    json!({ "type": entity.kind_text.raw(), "fields": fields })
}

fn field(value: &Field) -> Value {
    match value {
        Field::Text(text) => text.raw().into(),
        Field::Entity(at) => json!({ "entity": at }),
        Field::Dangling(reference) => json!({ "missing": reference.raw() }),
        Field::List(items) => items.iter().map(field).collect(),
        Field::Map(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.raw().to_owned(), field(value))).collect())
        }
    }
}

fn evidence(evidence: &Evidence) -> Value {
    match evidence {
        Evidence::Table { title, columns, rows } => json!({
            "title": title.raw(),
            "columns": columns.iter().map(SafeText::raw).collect::<Vec<_>>(),
            "rows": rows.iter().map(|row| row.iter().map(SafeText::raw).collect::<Vec<_>>()).collect::<Vec<_>>(),
        }),
        Evidence::Other { title, json } => json!({ "title": title.raw(), "json": json.raw() }),
    }
}
