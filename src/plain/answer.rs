//! One answer to each line: what changed, and where the user is now.

use crate::app::command::{chord_refused, which_key};
use crate::app::documents::moment::counted;
use crate::app::model::{Model, Pane, Section, Tab};
use crate::domain::AlertKey;
use crate::domain::key_set::KeySet;
use crate::domain::query::{GroupBy, Sort};
use crate::plain::session::{Plain, Wish};
use crate::plain::{alerts, first_run, overlays, speech, tabs};

/// What the last answer was about: what differs is what the next one says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Seen {
    filter: String,
    sort: Sort,
    group: Option<GroupBy>,
    pivots: usize,
    marks: KeySet,
    cursor: Option<AlertKey>,
    full: Option<(AlertKey, Tab)>,
    section: Section,
    tab: Vec<String>,
    overlay: Vec<String>,
    first_run: Vec<String>,
}

impl Seen {
    pub(super) fn of(plain: &Plain, model: &Model) -> Self {
        let full = model.details.full.as_ref().filter(|_| model.focus == Pane::Full);
        Self {
            filter: model.filter.applied.to_string(),
            sort: model.list.sort.clone(),
            group: model.list.group,
            pivots: model.pivots.len(),
            marks: model.list.marks.clone(),
            cursor: alerts::cursor(model),
            full: full.map(|full| (full.key, full.tab)),
            section: model.respond.section,
            tab: tabs::text(plain, model),
            overlay: model.overlays.last().map(|top| overlays::text(plain, model, top)).unwrap_or_default(),
            first_run: model.first_run.as_ref().map(first_run::text).unwrap_or_default(),
        }
    }
}

/// The answer. It is short: what was not asked for and did not change is not said.
pub(super) fn answer(plain: &mut Plain, model: &Model) -> Vec<String> {
    let now = Seen::of(plain, model);
    plain.chart = overlays::Printed::of(model.overlays.last());
    let before = std::mem::replace(&mut plain.before, now.clone());
    let mut lines = std::mem::take(&mut plain.news.said);
    // A word that leaves a form does both steps at once.
    lines.retain(|line| !line.starts_with("Esc again drops"));
    // What is printed for copying stands by itself: the notice that it was copied says nothing more.
    if !plain.news.copied.is_empty() {
        lines.retain(|line| !line.starts_with("Copied"));
        lines.append(&mut plain.news.copied);
    }
    let wish = plain.wish.take();
    let asked = wish.is_some();
    match wish {
        Some(Wish::List(from)) => {
            let page = alerts::page(plain, model, from);
            lines.extend(page);
        }
        Some(Wish::Summary) if now.full.is_none() => {
            let summary = tabs::summary(plain, model);
            lines.extend(plain.part(summary));
        }
        Some(Wish::Here) => lines.extend(tabs::here(plain, model)),
        Some(Wish::Marks) => lines.extend(marks(plain, model)),
        Some(Wish::Say(said)) => lines.extend(said),
        Some(Wish::Tab | Wish::Summary) if now.full.is_some() => {
            let mut text = tabs::head(plain, model);
            text.extend(now.tab.iter().cloned());
            lines.extend(plain.part(text));
        }
        Some(Wish::Tab | Wish::Summary) | None => {}
    }
    if !before.first_run.is_empty() && now.first_run.is_empty() {
        plain.news.begin(model);
        lines.extend(tabs::here(plain, model));
    } else if !now.first_run.is_empty() {
        if now.first_run != before.first_run {
            lines.extend(now.first_run);
        }
    } else if !now.overlay.is_empty() {
        if now.overlay != before.overlay {
            let text = news_of(&before.overlay, &now.overlay);
            lines.extend(plain.part(text));
        } else if lines.is_empty() && !asked {
            lines.push("Nothing changed.".to_owned());
        }
    } else if model.chord.is_some() {
        lines.extend(chord_refused(model).map(|why| speech::fold(&format!("{why}."))));
        let keys = which_key(model).into_iter().map(|(key, does)| format!("{key} {does}"));
        lines.push(speech::fold(&format!("Next key: {}.", keys.collect::<Vec<_>>().join(", "))));
    } else if !asked || now.full.is_none() && before.full.is_some() {
        let silent = lines.is_empty() && !asked;
        lines.extend(changed(plain, model, &before, &now, silent));
    }
    let news = plain.news.take(model);
    lines.extend(news);
    lines
}

/// The lines of a text that were not in it before; all of it where most are new, or where lines only went, or where less is
/// left to be chosen by number.
fn news_of(before: &[String], now: &[String]) -> Vec<String> {
    let new: Vec<String> = now.iter().filter(|line| !before.contains(line)).cloned().collect();
    let numbered = |lines: &[String]| {
        let number =
            |line: &&String| line.split_once(". ").is_some_and(|(at, _)| at.parse::<usize>().is_ok());
        lines.iter().filter(number).count()
    };
    if new.is_empty() || numbered(now) < numbered(before) || new.len() * 2 > now.len() {
        now.to_vec()
    } else {
        new
    }
}

/// What is different since the last answer.
fn changed(plain: &mut Plain, model: &Model, before: &Seen, now: &Seen, silent: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if now.full.is_some() {
        if (now.full, now.section) != (before.full, before.section) {
            let mut text = tabs::head(plain, model);
            text.extend(now.tab.iter().cloned());
            return plain.part(text);
        }
        if now.tab != before.tab {
            let text = news_of(&before.tab, &now.tab);
            return plain.part(text);
        }
        if !before.overlay.is_empty() && silent {
            lines.push("Back in the alert.".to_owned());
        }
        return lines;
    }
    if (&now.filter, now.pivots) != (&before.filter, before.pivots) {
        lines.push(tabs::filter(model));
        lines.push(alerts::counts(model));
        lines.extend(alerts::goes_on(model));
        lines.extend(alerts::under_cursor(plain, model));
    } else if now.group != before.group {
        let count = model.list.groups().len();
        lines.push(match now.group {
            Some(by) => format!("Grouped by {}: {}.", by.label(), counted(count, "group")),
            None => "Not grouped.".to_owned(),
        });
        lines.extend(alerts::under_cursor(plain, model));
    } else if now.sort != before.sort {
        let keys = now.sort.to_string().replace(":asc", " ascending").replace(":desc", " descending");
        lines.push(format!("Sorted by {}.", keys.replace(',', ", then ")));
        lines.extend(alerts::under_cursor(plain, model));
    } else if before.full.is_some() {
        lines.push("Back in the list.".to_owned());
        lines.extend(alerts::under_cursor(plain, model));
    } else if now.cursor != before.cursor {
        lines.extend(alerts::under_cursor(plain, model));
    }
    if now.marks != before.marks && silent {
        lines.push(tabs::marks(model).unwrap_or_else(|| "No alert is marked.".to_owned()));
    }
    if lines.is_empty() && silent {
        let closed = !before.overlay.is_empty();
        lines.push(if closed { "Back in the list." } else { "Nothing changed." }.to_owned());
    }
    lines
}

/// What is marked: how many, and the first of them.
fn marks(plain: &mut Plain, model: &Model) -> Vec<String> {
    let Some(count) = tabs::marks(model) else { return vec!["No alert is marked.".to_owned()] };
    let mut lines = vec![count];
    lines.extend(model.list.marks.iter().take(1000).map(|key| alerts::alert(plain, model, key)));
    plain.part(lines)
}
