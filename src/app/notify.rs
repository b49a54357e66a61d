//! New alerts are announced, and counted in the window's title: off unless the config asks for it.
//!
//! Once after a sync, as a number and not as a storm. What there was at the start, and what the first sync of an empty
//! cache brings, is nothing new.

use std::sync::Arc;

use crate::app::documents::moment::thousands;
use crate::app::message::Question;
use crate::app::model::Model;
use crate::app::settings::{Notify, Osc};
use crate::app::views::saved::newest;
use crate::app::{Effect, Effects};
use crate::domain::filter::parse;
use crate::domain::progress::FaultKind;
use crate::domain::table::Table;
use crate::domain::{AlertKey, SafeStr, Severity};

/// Cells of a title in an announcement.
const TITLE: usize = 80;

/// An announcement, as the terminal is to make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Ring the bell.
    pub bell: bool,
    /// Show the text by this sequence.
    pub osc: Osc,
    /// The text, by the display rule.
    pub text: String,
}

/// What was announced.
#[derive(Debug, Default)]
pub struct Announced {
    /// The newest alert that is no news; none before the first complete sync of an empty cache.
    seen: Option<AlertKey>,
    /// A sync ended, but the snapshot of this number, which holds all that it brought, is not there yet.
    awaited: Option<u64>,
    /// The count that is awaited, and up to which alert.
    counting: Option<(Question, AlertKey)>,
    /// News since a key was pressed.
    unseen: usize,
    /// The window's title.
    title: String,
}

impl Notify {
    /// True when anything is to be announced.
    fn is_on(&self) -> bool {
        self.bell || self.osc != Osc::None || self.title
    }
}

/// Alerts came. Those that the cache had at the start are no news.
pub(super) fn table(model: &mut Model, out: &mut Effects) {
    if model.announced.seen.is_none() && model.sync.started.is_none() && !model.table.is_empty() {
        model.announced.seen = Some(newest(&model.table));
    }
    count(model, out);
}

/// A sync ended: counts what it brought, once the snapshot that holds all of it is there.
pub(super) fn synced(model: &mut Model, snapshot: u64, out: &mut Effects) {
    model.announced.awaited = Some(snapshot);
    count(model, out);
}

fn count(model: &mut Model, out: &mut Effects) {
    if !model.settings.notify.is_on() || model.announced.counting.is_some() {
        return;
    }
    let shown = model.table.generation();
    if model.announced.awaited.take_if(|awaited| *awaited <= shown).is_none() {
        return;
    }
    let newest = newest(&model.table);
    let Some(seen) = model.announced.seen else {
        // A subscription that may not be listed is no reason to wait for ever.
        let listed = model.sync.subscriptions.iter().all(|state| {
            state.complete || state.fault.as_ref().is_some_and(|fault| fault.kind == FaultKind::Forbidden)
        });
        model.announced.seen = listed.then_some(newest);
        return;
    };
    let Ok(filter) = parse(&model.settings.notify.filter) else { return };
    if newest > seen {
        let question = Question(model.next_serial());
        model.announced.counting = Some((question, newest));
        out.push(Effect::CountNew { question, table: Arc::clone(&model.table), filter, seen });
    }
}

/// What a sync brought that is worth a word: rows of a snapshot.
pub(super) fn counted(model: &mut Model, question: Question, table: &Table, rows: &[u32], out: &mut Effects) {
    let Some((_, newest)) = model.announced.counting.take_if(|(asked, _)| *asked == question) else { return };
    model.announced.seen = Some(newest);
    count(model, out);
    if rows.is_empty() {
        return;
    }
    model.announced.unseen += rows.len();
    let Notify { bell, osc, .. } = model.settings.notify;
    if bell || osc != Osc::None {
        out.push(Effect::Announce(Announcement { bell, osc, text: words(table, rows) }));
    }
    titled(model, out);
}

/// `quell: 3 new High alerts`; of a single one its title and its resource too.
fn words(table: &Table, rows: &[u32]) -> String {
    let alerts = || rows.iter().filter_map(|row| table.row(*row));
    let worst = alerts().map(|row| row.severity()).max().unwrap_or(Severity::Other);
    let same = alerts().all(|row| row.severity() == worst);
    let count = thousands(rows.len());
    match (alerts().next(), rows.len()) {
        (Some(row), 1) => {
            let (title, resource) = (row.title().truncate(TITLE), row.resource().truncate(TITLE));
            format!("quell: 1 new {} alert: {title} on {resource}", row.severity_label().truncate(TITLE))
        }
        _ if same && worst != Severity::Other => format!("quell: {count} new {} alerts", worst.name()),
        _ => format!("quell: {count} new alerts"),
    }
}

/// A key was pressed: somebody looks.
pub(super) fn looked(model: &mut Model) {
    model.announced.unseen = 0;
}

/// Gives the window its title, when that is another one: `quell · Contoso · 12 high · 3 new`.
pub(super) fn titled(model: &mut Model, out: &mut Effects) {
    let Some(session) = model.session.as_ref().filter(|_| model.settings.notify.title) else { return };
    let mut title = format!("quell · {}", SafeStr(session.tenant.raw()).truncate(40));
    let high = model.list.listing.count(Severity::High) as usize;
    if high > 0 {
        title += &format!(" · {} high", thousands(high));
    }
    if model.announced.unseen > 0 {
        title += &format!(" · {} new", thousands(model.announced.unseen));
    }
    if model.announced.title != title {
        model.announced.title.clone_from(&title);
        out.push(Effect::Title(title));
    }
}
