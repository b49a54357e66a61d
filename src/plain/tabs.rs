//! Where the user is, and the texts of an alert.

use crate::app::command::Scope;
use crate::app::document::{Document, Piece, Role};
use crate::app::documents;
use crate::app::documents::bar::outcomes;
use crate::app::documents::moment::{clock, counted};
use crate::app::model::{Model, Page, Pane, Tab};
use crate::domain::SafeStr;
use crate::plain::session::Plain;
use crate::plain::{alerts, speech, waits};

/// The prompt where nothing is asked.
pub(super) fn prompt(model: &Model) -> String {
    let place = match (&model.details.full, model.focus) {
        (Some(full), Pane::Full) => match full.tab {
            Tab::Details => "details".to_owned(),
            Tab::Respond => {
                let section = model.respond.section;
                format!("respond, section {} {}", section.digit(), section.title().to_lowercase())
            }
            Tab::Related => "related".to_owned(),
            Tab::History => "history".to_owned(),
            Tab::Json => "json".to_owned(),
        },
        _ => "list".to_owned(),
    };
    match model.list.marks.len() {
        0 => place,
        marks => format!("{place}, {marks} marked"),
    }
}

/// Where the user is, in a few lines.
pub(super) fn here(plain: &Plain, model: &Model) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(session) = &model.session {
        let synced = match model.sync.last_complete {
            _ if waits::is_reading(model) => {
                let far = model.sync.reading.as_ref().map(|reading| format!(": {}", waits::far(reading)));
                format!("Being read{}", far.unwrap_or_default())
            }
            _ if session.files.is_some() && model.sync.stopped.is_some() => "Part of a file".to_owned(),
            _ if session.files.is_some() => "From a file".to_owned(),
            Some(done) => format!("Synced at {}", clock(done.utc, model.now)),
            None if model.sync.fault.is_some() => "Not synced".to_owned(),
            None => "Not synced yet".to_owned(),
        };
        let read_only = session.read_only.as_ref().map_or(String::new(), |_| "Read-only".to_owned());
        let subscriptions = match model.sync.subscriptions.len() {
            0 => String::new(),
            count => counted(count, "subscription"),
        };
        let facts = [session.tenant.to_string(), subscriptions, read_only, synced];
        lines.push(speech::sentence(facts.iter().map(String::as_str)));
    }
    if let Some(fault) = &model.sync.fault {
        lines.push(speech::sentence([fault.message.to_string().as_str()]));
    }
    lines.push(filter(model));
    lines.push(alerts::counts(model));
    lines.extend(marks(model));
    if let Some(running) = running(model) {
        lines.push(running);
    }
    if let Some((change, tally)) = &model.bulk.refused {
        let outcomes = speech::line(&outcomes(tally));
        lines.push(format!("Change {change}: {outcomes}; failures reads them."));
    }
    match (&model.details.full, model.focus) {
        (Some(full), Pane::Full) => {
            let name = alerts::alert(plain, model, full.key);
            lines.push(format!("Open: {}, of {name}", full.tab.title()));
        }
        _ => lines.extend(alerts::under_cursor(plain, model)),
    }
    lines
}

/// The filter in force.
pub(super) fn filter(model: &Model) -> String {
    if model.filter.applied.is_all() {
        "Filter: none, every alert.".to_owned()
    } else {
        format!("Filter: {}", SafeStr(model.filter.input.text().trim()))
    }
}

/// How many are marked, if any are.
pub(super) fn marks(model: &Model) -> Option<String> {
    let hidden = match model.list.hidden_marks {
        0 => String::new(),
        hidden => format!(", {hidden} of them not in the list"),
    };
    let count = model.list.marks.len();
    (count > 0).then(|| format!("{} marked{hidden}.", counted(count, "alert")))
}

/// The changes on their way.
pub(super) fn running(model: &Model) -> Option<String> {
    let job = model.bulk.running.first()?;
    let more = match model.bulk.running.len() - 1 {
        0 => String::new(),
        more => format!(" And {more} more."),
    };
    let waits = match &model.sync.push_fault {
        Some(fault) => format!(" It waits: {}", fault.message),
        None => String::new(),
    };
    Some(format!(
        "Under way: {}, {} of {} done.{more}{waits}",
        job.label,
        job.tally.settled(),
        job.tally.total()
    ))
}

/// The summary of the alert under the cursor: what the side pane shows.
pub(super) fn summary(plain: &Plain, model: &Model) -> Vec<String> {
    let details = &model.details;
    let shown = details.shown.as_ref().filter(|shown| Some(shown.key) == alerts::cursor(model));
    match (shown, &details.error) {
        (Some(shown), _) => {
            // The pane begins with the title; here the severity is heard before it.
            let mut pane = documents::pane(shown, &model.table, speech::LAID, model.now);
            let titles = |line: &Vec<Piece>| line.iter().all(|piece| piece.role == Role::Title);
            let title = pane.lines.iter().take_while(|line| !line.is_empty() && titles(line)).count();
            pane.lines.drain(..title);
            let mut lines = vec![alerts::alert(plain, model, shown.key)];
            lines.extend(speech::lines(&pane, plain.width));
            lines
        }
        (None, Some(error)) => vec![format!("The details could not be read: {error}")],
        (None, None) => vec!["No alert is under the cursor.".to_owned()],
    }
}

/// The text of the tab that is open; empty when none is.
pub(super) fn text(plain: &Plain, model: &Model) -> Vec<String> {
    let Some(full) = model.details.full.as_ref().filter(|_| model.focus == Pane::Full) else {
        return Vec::new();
    };
    if let Some(error) = &model.details.error {
        return vec![error.to_string()];
    }
    match Scope::of(model) {
        Scope::Respond => items(&model.respond.page, plain.width),
        Scope::Related => items(&model.related.page, plain.width),
        _ if full.tab == Tab::Json => json(&full.document),
        _ => speech::lines(&full.document, plain.width),
    }
}

/// JSON is text from outside to its last sign.
fn json(document: &Document) -> Vec<String> {
    document.text().lines().map(str::to_owned).collect()
}

/// A page whose items are numbered.
fn items(page: &Page, width: usize) -> Vec<String> {
    if page.items.is_empty() {
        return speech::lines(&page.document, width);
    }
    let mut lines = Vec::new();
    for (at, line) in page.document.lines.iter().enumerate() {
        let text = speech::line(line);
        match page.items.iter().position(|item| item.start == at) {
            Some(item) => {
                // A step has the same number in its own words.
                let text = text.trim_start();
                let text = text.strip_prefix(format!("{}. ", item + 1).as_str()).unwrap_or(text);
                lines.extend(speech::wrap(&format!("{}) {text}", item + 1), width));
            }
            None if text.is_empty() && lines.last().is_none_or(String::is_empty) => {}
            None => lines.extend(speech::wrap(&text, width)),
        }
    }
    lines
}

/// What stands above the text of a tab.
pub(super) fn head(plain: &Plain, model: &Model) -> Vec<String> {
    let Some(full) = &model.details.full else { return Vec::new() };
    let mut lines = vec![alerts::alert(plain, model, full.key)];
    match full.tab {
        Tab::Respond => {
            let section = model.respond.section;
            lines.push(format!("{}, section {}: {}.", full.tab.title(), section.digit(), section.title()));
        }
        tab => lines.push(format!("{}.", tab.title())),
    }
    lines
}
