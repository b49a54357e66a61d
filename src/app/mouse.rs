//! The mouse, where the config or the palette turned it on. It moves, opens, sorts and marks; it confirms nothing.

use crate::app::columns::{LEAD, Placed};
use crate::app::command::{Command, Go, Mark, Move, Narrow, Respond, Scope};
use crate::app::key::{Code, Key};
use crate::app::layout::{self, Area, Main};
use crate::app::lines::Under;
use crate::app::model::{Model, Overlay, Page, Pane, Place, Step, Visual};
use crate::app::{Effects, details, keys, list, marks, notice, overlays, tabs};

/// Rows that a notch of the wheel scrolls.
const NOTCH: usize = 3;

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gesture {
    /// The left button went down.
    Press,
    /// The mouse moved with the left button down.
    Drag,
    /// The left button went up.
    Release,
    /// A notch of the wheel towards the user.
    WheelDown,
    /// A notch of the wheel away from the user.
    WheelUp,
}

/// An event of the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    /// What it did.
    pub gesture: Gesture,
    /// The column, from 0.
    pub column: u16,
    /// The row, from 0.
    pub row: u16,
}

impl Mouse {
    fn over(self, area: Area) -> bool {
        let across = (area.x..area.x + area.width).contains(&self.column);
        across && (area.y..area.y + area.height).contains(&self.row)
    }

    fn wheel(self) -> Option<Move> {
        match self.gesture {
            Gesture::WheelDown => Some(Move::Down),
            Gesture::WheelUp => Some(Move::Up),
            Gesture::Press | Gesture::Drag | Gesture::Release => None,
        }
    }
}

/// What the mouse is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    /// The alert or heading on which the button went down, as long as it is down.
    pressed: Option<Under>,
    /// The alert or heading clicked last: another click opens it, or folds it.
    clicked: Option<Under>,
    /// The click is the second one.
    again: bool,
    /// The button was moved over other rows: they are being marked.
    dragging: bool,
}

/// The mouse did something. While an answer is awaited the screen is not what it will be: nothing is hit then.
pub(super) fn heard(model: &mut Model, mouse: Mouse, out: &mut Effects) {
    if !model.settings.mouse || model.first_run.is_some() {
        return;
    }
    // What the button began ends with it, whatever came over the list meanwhile.
    if mouse.gesture == Gesture::Release {
        return release(model, out);
    }
    if keys::is_busy(model) {
        return;
    }
    let before = notice::shown(model);
    if mouse.gesture == Gesture::Press {
        model.chord = None;
        model.list.touched |= !model.list.listing.is_empty();
    }
    if !model.overlays.is_empty() {
        over_overlay(model, mouse, out);
    } else if model.filter.editing {
        // What is being typed is ended by a key.
    } else if model.focus == Pane::Full {
        over_full(model, mouse, out);
    } else {
        over_main(model, mouse, out);
    }
    if mouse.gesture == Gesture::Press {
        notice::outlived(model, before);
    }
}

/// How many rows a notch of the wheel is over what lies on top: a text scrolls, a cursor moves by one. Where the arrows choose
/// what is to be done, the wheel does nothing.
fn notch(overlay: &Overlay) -> usize {
    match overlay {
        Overlay::Jobs(_)
        | Overlay::Help(..)
        | Overlay::Outcomes(_)
        | Overlay::Output(_)
        | Overlay::Log(_) => NOTCH,
        Overlay::RuleForm(form) if matches!(form.step, Step::Stored(..)) => NOTCH,
        Overlay::Rules(screen) if screen.open.is_some() => NOTCH,
        Overlay::Failures(_)
        | Overlay::Trigger(_)
        | Overlay::Facets(_)
        | Overlay::Pivot(_)
        | Overlay::Palette(_)
        | Overlay::Assign(_)
        | Overlay::Views(_)
        | Overlay::Profiles(_)
        | Overlay::Rules(_)
        | Overlay::Attack(_) => 1,
        _ => 0,
    }
}

/// The wheel is what the arrows are, where they move. A click decides nothing there.
fn over_overlay(model: &mut Model, mouse: Mouse, out: &mut Effects) {
    let key = match mouse.wheel() {
        Some(Move::Down) => Key::plain(Code::Down),
        Some(_) => Key::plain(Code::Up),
        None => return,
    };
    for _ in 0..model.overlays.last().map_or(0, notch) {
        overlays::key(model, key, out);
    }
}

fn over_main(model: &mut Model, mouse: Mouse, out: &mut Effects) {
    let parts = Main::of(model);
    let over_details = parts.details.is_some_and(|area| mouse.over(area));
    if model.mouse.pressed.is_some() && mouse.gesture == Gesture::Drag {
        drag(model, mouse, parts.list, out);
    } else if let Some(step) = mouse.wheel() {
        if over_details {
            (0..NOTCH).for_each(|_| details::scroll(model, step));
        } else if mouse.over(parts.list) {
            list::wheel(model, step, NOTCH, out);
        }
    } else if mouse.gesture != Gesture::Press {
    } else if over_details {
        details::focus(model, Pane::Details);
    } else if mouse.over(parts.filter) {
        keys::run(model, Command::Narrow(Narrow::Edit), out);
    } else if mouse.over(parts.list) {
        press(model, mouse, parts.list, out);
    }
}

/// Where the rows of alerts begin: below the frame and the head.
fn first_row(list: Area) -> u16 {
    list.y + 2
}

/// A head sorts, the cells of the marks mark, a row takes the cursor.
fn press(model: &mut Model, mouse: Mouse, area: Area, out: &mut Effects) {
    let inside = mouse.column.checked_sub(area.x + 1);
    let Some(inside) = inside.filter(|_| !model.list.listing.is_empty()) else { return };
    if mouse.row + 1 == first_row(area) {
        let columns = model.columns().placed(area.width.saturating_sub(2));
        let hit = |placed: &&Placed| (placed.x..placed.x + placed.width).contains(&inside);
        if let Some(key) = columns.iter().find(hit).and_then(|placed| placed.column.sort) {
            keys::run(model, Command::Sort(key), out);
        }
        return;
    }
    let Some(line) = line(model, mouse, area) else { return };
    details::focus(model, Pane::List);
    list::go_to_line(model, line, out);
    let under = model.list.under();
    if inside < LEAD {
        keys::run(model, Command::Mark(Mark::Toggle), out);
        list::go_to_line(model, line, out);
        model.mouse = Held::default();
    } else {
        let again = under.is_some() && model.mouse.clicked == under;
        model.mouse = Held { pressed: under, clicked: under, again, dragging: false };
    }
}

/// The line of the list under the mouse.
fn line(model: &Model, mouse: Mouse, area: Area) -> Option<usize> {
    let row = usize::from(mouse.row.checked_sub(first_row(area))?);
    let line = model.list.offset + row;
    (row < list::rows(model) && line < model.list.line_count()).then_some(line)
}

/// From the row where the button went down to the one under the mouse: a range, as visual mode has one. Beyond the edges
/// the list follows.
fn drag(model: &mut Model, mouse: Mouse, area: Area, out: &mut Effects) {
    let Some(pressed) = model.mouse.pressed else { return };
    let offset = model.list.offset;
    let last = model.list.line_count().saturating_sub(1);
    let to = match mouse.row.checked_sub(first_row(area)) {
        None => offset.saturating_sub(1),
        Some(row) => (offset + usize::from(row).min(list::rows(model))).min(last),
    };
    if to == model.list.cursor_line() && !model.mouse.dragging {
        return;
    }
    if !model.mouse.dragging {
        model.mouse.dragging = true;
        let listing = &model.list.listing;
        let (place, on_heading) = match pressed {
            Under::Alert(key) => (listing.place(key), false),
            Under::Heading(_) => (Some(model.list.place), true),
        };
        let anchor = place.and_then(|place| Some((place, listing.key(place)?)));
        model.list.visual = anchor.map(|(place, anchor)| Visual { anchor, place, on_heading, marking: true });
    }
    list::go_to_line(model, to, out);
}

fn release(model: &mut Model, out: &mut Effects) {
    let held = model.mouse;
    model.mouse.pressed = None;
    let over_list = model.overlays.is_empty() && !model.filter.editing && model.focus != Pane::Full;
    if held.dragging {
        model.mouse = Held::default();
        if model.list.visual.is_some_and(|visual| visual.marking) {
            marks::end_visual(model);
        }
    } else if held.again
        && held.pressed.is_some()
        && model.list.under() == held.pressed
        && over_list
        && !keys::is_busy(model)
    {
        model.mouse = Held::default();
        keys::run(model, Command::Go(Go::Open), out);
    }
}

fn over_full(model: &mut Model, mouse: Mouse, out: &mut Effects) {
    let parts = layout::Full::new(model.size);
    let sections = layout::Respond::new(model.size).sections;
    let scope = Scope::of(model);
    if let Some(step) = mouse.wheel() {
        (0..NOTCH).for_each(|_| keys::run(model, Command::Move(step), out));
        return;
    }
    let Some(full) = model.details.full.as_ref().filter(|_| mouse.gesture == Gesture::Press) else { return };
    if mouse.over(parts.tabs) {
        let column = usize::from(mouse.column).checked_sub(1);
        let tab = column.and_then(|column| tabs::at(&tabs::tabs(model, full), tabs::TAB_GAP, column));
        if let Some(tab) = tab {
            details::show(model, tab, out);
        }
    } else if scope == Scope::Respond && mouse.over(sections) {
        let column = usize::from(mouse.column - sections.x);
        if let Some(section) = tabs::at(&tabs::sections(model), 0, column) {
            keys::run(model, Command::Respond(Respond::Section(section)), out);
        }
    } else if scope == Scope::Respond {
        let area = layout::Respond::new(model.size).body;
        let hit = item(&model.respond.page, model.respond.place, mouse, area);
        if let Some(hit) = hit {
            model.respond.place.item = hit;
        }
    } else if scope == Scope::Related {
        let hit = item(&model.related.page, full.related, mouse, parts.body);
        if let (Some(hit), Some(full)) = (hit, &mut model.details.full) {
            full.related.item = hit;
        }
    }
}

/// The item of a page under the mouse.
fn item(page: &Page, place: Place, mouse: Mouse, area: Area) -> Option<usize> {
    let row = usize::from(mouse.row.checked_sub(area.y).filter(|_| mouse.over(area))?);
    page.items.iter().position(|lines| lines.contains(&(place.offset + row)))
}
