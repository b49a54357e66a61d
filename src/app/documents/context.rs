//! Section 1, *Inspect resource context*: tags, who answers for the resource, and what happened to it.

use std::ops::Range;

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use crate::app::document::{Document, Piece, Role, line_width, safe, safe_block, safe_cell};
use crate::app::documents::flow::Flow;
use crate::app::documents::moment;
use crate::app::documents::standing::standing;
use crate::app::fetch::Remote;
use crate::app::message::Now;
use crate::domain::activity::{ActivityLog, Event, Window};
use crate::domain::alert::Times;
use crate::domain::ownership::Holder;
use crate::domain::resource::ResourceId;
use crate::domain::{SafeStr, SafeText};

/// Holders shown before the list is opened out.
const FEW: usize = 6;
/// From this width on an event takes one line.
const WIDE: usize = 96;
/// Cells of a time, of a status, and of an address at the most.
const TIME: usize = 15;
const STATUS: usize = 12;
const ADDRESS: usize = 39;

/// What is known of a resource around an alert.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The resource.
    pub resource: &'a ResourceId,
    /// Its tags.
    pub tags: &'a Remote<Vec<(SafeText, SafeText)>>,
    /// Who holds roles on it.
    pub holders: &'a Remote<Vec<Holder>>,
    /// What happened to it.
    pub log: &'a Remote<ActivityLog>,
    /// The window that is asked for.
    pub window: Window,
    /// When the alert's activity was.
    pub times: &'a Times,
    /// True to list every holder.
    pub all_holders: bool,
    /// The key that asks again.
    pub asks: &'a str,
}

/// What the cursor can stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// A tag, by its place.
    Tag(usize),
    /// A holder, by its place.
    Holder(usize),
    /// The line that stands for the holders not shown.
    MoreHolders,
    /// An event, by its place.
    Event(usize),
}

/// The section laid out: its text, and the lines of each item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Laid {
    /// The text.
    pub document: Document,
    /// The items with their lines, from top to bottom.
    pub items: Vec<(Item, Range<usize>)>,
}

/// Lays the section out.
pub fn context(around: &Around<'_>, width: usize, now: Now) -> Laid {
    let mut page = Sheet { flow: Flow::new(width), items: Vec::new() };
    heading(&mut page.flow, around.resource);
    page.flow.blank();
    page.flow.section("  Tags");
    tags(&mut page, around, now);
    page.flow.blank();
    page.flow.section("  Whom to ask");
    holders(&mut page, around, now);
    page.flow.blank();
    activity(&mut page, around, now);
    Laid { document: page.flow.finish(), items: page.items }
}

/// What a section is about: the resource's name, type and group.
pub(super) fn heading(flow: &mut Flow, resource: &ResourceId) {
    let mut line = safe(SafeStr(resource.name()), Role::Strong);
    let kind = resource.resource_type();
    let kind = if kind.is_empty() { "" } else { kind.rsplit('/').next().unwrap_or_default() };
    let words = match (kind, resource.group()) {
        ("", Some(_)) => "   resource group".to_owned(),
        ("", None) => "   subscription".to_owned(),
        (kind, Some(group)) => format!("   {} in {}", SafeStr(kind), SafeStr(group)),
        (kind, None) => format!("   {}", SafeStr(kind)),
    };
    line.push(Piece::new(words, Role::Dim));
    flow.wrap("  ", "    ", &line);
}

struct Sheet {
    flow: Flow,
    items: Vec<(Item, Range<usize>)>,
}

impl Sheet {
    fn item(&mut self, item: Item, lay_out: impl FnOnce(&mut Flow)) {
        let from = self.flow.len();
        lay_out(&mut self.flow);
        self.items.push((item, from..self.flow.len()));
    }

    fn words(&mut self, text: &str) {
        self.flow.wrap("  ", "  ", &[Piece::new(text, Role::Dim)]);
    }
}

fn tags(page: &mut Sheet, around: &Around<'_>, now: Now) {
    if !standing(&mut page.flow, around.tags, around.asks, now) {
        return;
    }
    let Some(tags) = around.tags.value() else { return };
    if tags.is_empty() {
        page.words("The resource has no tags.");
    }
    let widest = tags.iter().map(|(name, _)| name.terminal_width()).max().unwrap_or(0).min(24);
    for (at, (name, value)) in tags.iter().enumerate() {
        let mut head = vec![Piece::from("  ")];
        head.extend(cell(name, widest, Role::Label));
        head.push(Piece::from("  "));
        let rest = " ".repeat(line_width(&head));
        page.item(Item::Tag(at), |flow| {
            flow.wrap_after(&head, &[Piece::from(&*rest)], &safe(value.as_safe(), Role::Body));
        });
    }
}

fn holders(page: &mut Sheet, around: &Around<'_>, now: Now) {
    if !standing(&mut page.flow, around.holders, around.asks, now) {
        return;
    }
    let Some(holders) = around.holders.value() else { return };
    if holders.is_empty() {
        page.words(
            "Nobody is Owner, Contributor or User Access Administrator here, as far as your role shows.",
        );
    }
    let shown = if around.all_holders || holders.len() <= FEW + 1 { holders.len() } else { FEW };
    let widest = holders.iter().take(shown).map(|holder| holder.role.name().len()).max().unwrap_or(0);
    let column = if page.flow.width() < WIDE { 0 } else { widest };
    for (at, holder) in holders.iter().take(shown).enumerate() {
        let line = holder_line(holder, around.log.value(), column);
        page.item(Item::Holder(at), |flow| flow.wrap("  ", "      ", &line));
    }
    if shown < holders.len() {
        let more = format!("and {} more; Enter shows them", holders.len() - shown);
        page.item(Item::MoreHolders, |flow| flow.wrap("  ", "  ", &[Piece::new(more, Role::Dim)]));
    }
}

fn holder_line(holder: &Holder, log: Option<&ActivityLog>, column: usize) -> Vec<Piece> {
    let role = format!("{:<column$}  ", holder.role.name());
    let mut line = vec![Piece::new(role, Role::Strong)];
    match holder.name(log) {
        Some(name) => line.extend(safe(name.as_safe(), Role::Body)),
        None => line.extend(safe(holder.principal.as_safe(), Role::Body)),
    }
    let condition = if holder.conditional { ", under a condition" } else { "" };
    let where_from = format!("  {}, {}{condition}", holder.kind_label(), holder.reach.words());
    line.push(Piece::new(where_from, Role::Dim));
    line
}

fn activity(page: &mut Sheet, around: &Around<'_>, now: Now) {
    let span = moment::span(Some(around.window.from), Some(around.window.to), now).unwrap_or_default();
    page.flow.wrap_after(
        &[Piece::new("  Activity log", Role::Section), Piece::from("  ")],
        &[Piece::from("  ")],
        &[Piece::new(format!("{span} ({})", length(around.window.length())), Role::Body)],
    );
    if around.window.is_empty() {
        page.words("Azure keeps the activity log for 90 days; this alert is older.");
        return;
    }
    if !standing(&mut page.flow, around.log, around.asks, now) {
        return;
    }
    let Some(log) = around.log.value() else { return };
    if log.window != around.window {
        page.words("These are the events of the window before.");
    }
    if log.events.is_empty() {
        page.words("Nothing is logged for the resource in this window.");
    }
    let column = log.events.iter().map(|event| event.address.terminal_width()).max().unwrap_or(0);
    let mut marks = marks(around.times, log.window);
    for (at, event) in log.events.iter().enumerate() {
        while let Some((moment, words)) =
            marks.first().filter(|(moment, _)| event.at.is_some_and(|at| at < *moment))
        {
            mark(&mut page.flow, *moment, words, now);
            marks.remove(0);
        }
        page.item(Item::Event(at), |flow| event_lines(flow, event, column.min(ADDRESS), now));
    }
    for (moment, words) in marks.iter().filter(|_| !log.events.is_empty()) {
        mark(&mut page.flow, *moment, words, now);
    }
    if !log.complete {
        page.words("There are more, and older, events: narrow the window to see them.");
    }
}

/// Where the alert's activity lies among the events of a window, the latest first; without what lies outside it.
fn marks(times: &Times, window: Window) -> Vec<(DateTime<Utc>, &'static str)> {
    let mut marks = Vec::new();
    match (times.start, times.end) {
        (Some(start), Some(end)) if start < end => {
            marks.extend([(end, "last activity of the alert"), (start, "first activity of the alert")]);
        }
        (start, end) => marks.extend(start.or(end).map(|at| (at, "activity of the alert"))),
    }
    marks.retain(|(at, _)| (window.from..=window.to).contains(at));
    marks
}

fn mark(flow: &mut Flow, at: DateTime<Utc>, words: &str, now: Now) {
    let time = Piece::new(format!("  {:<TIME$}", clock(at, now)), Role::Section);
    flow.line(vec![time, Piece::new(format!("  ── {words} ──"), Role::Section)]);
}

/// UTC, as the alert's own times are shown.
fn clock(at: DateTime<Utc>, now: Now) -> String {
    let this_year = at.year() == now.utc.year();
    at.format(if this_year { "%-d %b %H:%M:%S" } else { "%-d %b %Y %H:%M" }).to_string()
}

fn event_lines(flow: &mut Flow, event: &Event, column: usize, now: Now) {
    let at = event.at.map_or_else(|| "time not given".to_owned(), |at| clock(at, now));
    let time = Piece::new(format!("{at:<TIME$}"), Role::Label);
    let status = Piece::new(event.status.truncate(STATUS), status_role(event));
    let address = || safe(event.address.as_safe(), Role::Dim);
    let gap = || Piece::from("  ");
    if flow.width() >= WIDE {
        let address = address();
        let room = flow.width().saturating_sub(2 + TIME + 2 + 2 + 2 + STATUS + 2 + column);
        let mut line = vec![gap(), time, gap()];
        line.extend(cell(event.who(), room / 2, Role::Body));
        line.push(gap());
        line.extend(cell(&event.operation_label, room - room / 2, Role::Body));
        line.push(gap());
        let padding = " ".repeat(STATUS.saturating_sub(status.width()));
        line.extend([status, Piece::from(&*padding), gap()]);
        line.extend(address);
        flow.line(line);
        return;
    }
    let mut line = vec![gap(), time, gap()];
    let room = flow.width().saturating_sub(line_width(&line) + status.width() + 2);
    line.extend(cell(&event.operation_label, room, Role::Body));
    line.extend([gap(), status]);
    flow.line(line);
    let mut line = vec![Piece::from(" ".repeat(TIME + 4).as_str())];
    line.extend(safe(event.who().as_safe(), Role::Dim));
    line.push(gap());
    line.extend(address());
    flow.line(line);
}

/// Text cut or filled to so many cells.
fn cell(text: &SafeText, width: usize, role: Role) -> Vec<Piece> {
    let mut pieces = safe_cell(text.as_safe(), width, role);
    let used = line_width(&pieces);
    pieces.push(Piece::from(" ".repeat(width.saturating_sub(used)).as_str()));
    pieces
}

fn status_role(event: &Event) -> Role {
    match event.status.raw() {
        status if status.eq_ignore_ascii_case("Failed") => Role::Error,
        status if status.eq_ignore_ascii_case("Succeeded") => Role::Good,
        _ => Role::Body,
    }
}

/// How long a window is: `2 h 5 min`, `3 d`.
fn length(span: TimeDelta) -> String {
    let (days, hours, minutes) = (span.num_days(), span.num_hours() % 24, span.num_minutes() % 60);
    let parts = [(days, "d"), (hours, "h"), (minutes, "min")];
    let words: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if words.is_empty() { format!("{} s", span.num_seconds()) } else { words.join(" ") }
}

/// One event whole.
pub fn event(event: &Event, width: usize, now: Now) -> Document {
    let mut flow = Flow::new(width);
    flow.wrap("  ", "  ", &safe(event.operation_label.as_safe(), Role::Title));
    flow.blank();
    let mut fields = Vec::new();
    let mut add = |label: &str, value: &SafeText| {
        if !value.is_empty() {
            fields.push((vec![Piece::new(label, Role::Label)], safe(value.as_safe(), Role::Body)));
        }
    };
    if let Some(at) = event.at {
        let both = format!("{} UTC   {} here", moment::utc(at), moment::local(at, now));
        add("Time", &both.into());
    }
    add("Caller", &event.caller);
    if event.name != event.caller {
        add("Name", &event.name);
    }
    add("Address", &event.address);
    add("Operation", &event.operation);
    add("Status", &event.status);
    add("Result", &event.sub_status);
    add("Category", &event.category);
    add("Level", &event.level);
    add("Allowed by role", &event.role);
    add("Resource", &event.resource);
    add("Correlation", &event.correlation);
    flow.fields(2, &fields);
    flow.blank();
    flow.section("  As the log has it");
    flow.wrap("  ", "  ", &safe_block(event.json.as_safe(), Role::Body));
    flow.finish()
}

/// One holder whole.
pub fn holder(holder: &Holder, log: Option<&ActivityLog>, width: usize) -> Document {
    let mut flow = Flow::new(width);
    let name = holder.name(log);
    let title = name.as_ref().unwrap_or(&holder.principal);
    flow.wrap("  ", "  ", &safe(title.as_safe(), Role::Title));
    flow.blank();
    let text = |text: &str| vec![Piece::new(text, Role::Body)];
    let outside = |text: &SafeText| safe(text.as_safe(), Role::Body);
    let mut fields = vec![
        (label("Role"), text(holder.role.name())),
        (label("Given"), text(holder.reach.words())),
        (label("Scope"), outside(&holder.scope)),
        (label("Kind"), text(holder.kind_label())),
        (label("Object id"), outside(&holder.principal)),
    ];
    if holder.conditional {
        fields.push((label("Condition"), text("holds only under a condition")));
    }
    flow.fields(2, &fields);
    if name.is_none() {
        flow.blank();
        let why = "Azure Resource Manager knows principals by their id only. A name is shown where one of the events \
                   in the window was caused by this principal.";
        flow.wrap("  ", "  ", &[Piece::new(why, Role::Dim)]);
    }
    flow.finish()
}

fn label(text: &str) -> Vec<Piece> {
    safe(SafeStr(text), Role::Label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_said_in_its_parts() {
        for (seconds, words) in [
            (0, "0 s"),
            (59, "59 s"),
            (600, "10 min"),
            (7500, "2 h 5 min"),
            (86_400, "1 d"),
            (90_000, "1 d 1 h"),
        ] {
            assert_eq!(length(TimeDelta::seconds(seconds)), words);
        }
    }

    #[test]
    fn activity_outside_the_window_is_not_marked() {
        let hour = |hour: i64| DateTime::UNIX_EPOCH + TimeDelta::hours(hour);
        let words = |start: Option<i64>, end: Option<i64>| -> Vec<&'static str> {
            let times = Times { start: start.map(hour), end: end.map(hour), ..Times::default() };
            let marks = marks(&times, Window { from: hour(10), to: hour(20) });
            marks.into_iter().map(|(_, words)| words).collect()
        };
        let (first, last) = ("first activity of the alert", "last activity of the alert");
        assert_eq!(words(Some(10), Some(20)), [last, first]);
        assert_eq!(words(Some(9), Some(20)), [last]);
        assert_eq!(words(Some(10), Some(21)), [first]);
        assert!(words(Some(8), Some(9)).is_empty());
        assert!(words(Some(21), None).is_empty());
        assert_eq!(words(None, Some(15)), ["activity of the alert"]);
    }
}
