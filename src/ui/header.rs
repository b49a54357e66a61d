//! The first row: who and where, how fresh, what is pending, how many of each severity.

use crate::app::document::{Piece, Role, line_width, safe_cell};
use crate::app::documents::moment::{age, clock, counted, thousands};
use crate::app::documents::reading;
use crate::app::layout::Area;
use crate::app::model::Model;
use crate::domain::Severity;
use crate::domain::progress::FaultKind;
use crate::ui::paint::Painter;

/// Cells of the name of the tenant on a narrow screen.
const TENANT: usize = 18;

/// Ways to say the same in ever less room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Size {
    Long,
    Medium,
    Short,
}

pub(super) fn draw(model: &Model, row: Area, painter: &mut Painter<'_>) {
    let row = Area { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
    let room = usize::from(row.width);
    let mut parts = (Vec::new(), Vec::new(), Vec::new());
    for (left, middle, right) in [
        (Size::Long, Size::Long, Size::Long),
        (Size::Long, Size::Long, Size::Medium),
        (Size::Medium, Size::Long, Size::Medium),
        (Size::Medium, Size::Medium, Size::Medium),
        (Size::Short, Size::Medium, Size::Medium),
        (Size::Short, Size::Short, Size::Short),
    ] {
        parts = (place(model, left, room / 3, TENANT), freshness(model, middle), severities(model, right));
        if line_width(&parts.0) + line_width(&parts.1) + line_width(&parts.2) + 4 <= room {
            break;
        }
    }
    let (mut left, middle, right) = parts;
    // Nothing may touch: the name of the tenant gives way last.
    let over = (line_width(&left) + line_width(&middle) + line_width(&right) + 2).saturating_sub(room);
    if over > 0 {
        let tenant = model.session.as_ref().map(|session| session.tenant.as_safe());
        let name = tenant.map_or(0, |tenant| line_width(&safe_cell(tenant, TENANT, Role::Body)));
        left = place(model, Size::Short, TENANT, name.saturating_sub(over).max(1));
    }
    let used = painter.line(row, &left);
    let free = room.saturating_sub(usize::from(used) + line_width(&right));
    let gap = (free.saturating_sub(line_width(&middle)) / 2) as u16;
    let from = used + gap.max(1);
    if from < row.width {
        let width = (free as u16).saturating_sub(gap.max(1) + 1).min(row.width - from);
        painter.line(Area { x: row.x + from, width, ..row }, &middle);
    }
    painter.right(row, &right);
}

/// `long` is the room for the tenant where there is most, `short` where there is not all of it.
fn place(model: &Model, size: Size, long: usize, short: usize) -> Vec<Piece> {
    let mut line = match size {
        Size::Short => Vec::new(),
        _ => vec![Piece::new("quell", Role::Stage), Piece::from("  ")],
    };
    let Some(session) = &model.session else {
        line.push(Piece::new("starting…", Role::Dim));
        return line;
    };
    let room = if size == Size::Long { long.max(40) } else { short };
    line.extend(safe_cell(session.tenant.as_safe(), room, Role::Body));
    if session.demo {
        line.push(Piece::new(" · demo", Role::Dim));
    }
    let count = model.sync.subscriptions.len();
    if size == Size::Long && count > 0 {
        line.push(Piece::new(format!(" · {}", counted(count, "subscription")), Role::Dim));
    }
    if session.read_only.is_some() {
        line.push(Piece::new(" · read-only", Role::Strong));
    }
    line
}

/// How old the list is, and what is not sent yet.
fn freshness(model: &Model, size: Size) -> Vec<Piece> {
    if model.session.is_none() {
        return Vec::new();
    }
    let mut line = sync(model, size);
    let pending = model.table.pending_count();
    if pending > 0 {
        line.push(Piece::from(if size == Size::Short { "  " } else { "   " }));
        let words = if size == Size::Short { "" } else { " pending" };
        line.push(Piece::new(format!("↑{}{words}", thousands(pending)), Role::Strong));
    }
    line
}

fn sync(model: &Model, size: Size) -> Vec<Piece> {
    let sync = &model.sync;
    // One subscription's trouble is not everybody's: it is counted behind the time instead.
    let is = |kind: FaultKind| {
        let mut states = sync.subscriptions.iter();
        sync.fault.iter().chain(&sync.push_fault).any(|fault| fault.kind == kind)
            || !sync.subscriptions.is_empty()
                && states.all(|state| state.fault.as_ref().is_some_and(|fault| fault.kind == kind))
    };
    if model.session.as_ref().is_some_and(|session| session.files.is_some()) {
        let words = match (sync.running, sync.reading.as_ref().and_then(reading::percent)) {
            (true, Some(percent)) => format!("reading {percent}%"),
            (true, None) => "reading…".to_owned(),
            (false, _) if sync.stopped.is_some() => "part of a file".to_owned(),
            (false, _) => "from a file".to_owned(),
        };
        return vec![Piece::new(words, Role::Dim)];
    }
    let ago = sync.last_complete.map(|done| age(done.utc, model.now));
    if is(FaultKind::SignIn) {
        return vec![Piece::new("signed out", Role::Error)];
    }
    if is(FaultKind::Unreachable) && !sync.is_shown(model.now) {
        let mut line = vec![Piece::new("offline", Role::Error)];
        if let (Some(ago), false) = (ago, size == Size::Short) {
            line.push(Piece::new(format!(" · synced {ago} ago").replace("now ago", "just now"), Role::Dim));
        }
        return line;
    }
    if sync.is_shown(model.now) {
        return vec![Piece::new("syncing…", Role::Dim)];
    }
    let stopped = sync.subscriptions.iter().filter(|state| state.fault.is_some()).count();
    let mut line = match sync.last_complete {
        None => vec![Piece::new("not synced", if sync.fault.is_some() { Role::Error } else { Role::Dim })],
        Some(done) => {
            let mut time = clock(done.utc, model.now);
            if size == Size::Short {
                time.truncate(5);
            }
            vec![Piece::new(format!("synced {time}"), Role::Dim)]
        }
    };
    if stopped > 0 {
        let total = sync.subscriptions.len();
        let words = if size == Size::Long {
            format!(" · {stopped} of {total} incomplete")
        } else {
            format!(" · {stopped}/{total} incomplete")
        };
        line.push(Piece::new(words, Role::Error));
    }
    line
}

/// How many of each severity are in the list.
fn severities(model: &Model, size: Size) -> Vec<Piece> {
    let listing = &model.list.listing;
    let mut line = Vec::new();
    let other = (listing.count(Severity::Other) > 0).then_some(Severity::Other);
    for severity in Severity::KNOWN.into_iter().chain(other) {
        let count = listing.count(severity) as usize;
        let role = if count == 0 { Role::Dim } else { Role::Severity(severity) };
        if !line.is_empty() {
            line.push(Piece::from(if size == Size::Short { " " } else { "  " }));
        }
        let word = match size {
            Size::Long => severity.short(),
            Size::Medium | Size::Short => &severity.name()[..1],
        };
        line.push(Piece::new(word, role));
        line.push(Piece::new(
            format!(" {}", thousands(count)),
            if count == 0 { Role::Dim } else { Role::Body },
        ));
    }
    line
}
