//! The mouse: it moves, opens, sorts and marks, and it confirms nothing.

use crate::app::effect::Effect;
use crate::app::harness::{Harness, ROW};
use crate::app::layout::{self, Main};
use crate::app::message::Message;
use crate::app::model::{Pane, Tab};
use crate::app::mouse::{Gesture, Mouse};
use crate::domain::query::SortKey;

fn harness() -> Harness {
    let mut harness = Harness::small();
    harness.model.settings.mouse = true;
    harness
}

fn at(harness: &mut Harness, gesture: Gesture, column: u16, row: u16) {
    harness.send(Message::Mouse(Mouse { gesture, column, row }));
}

fn click(harness: &mut Harness, column: u16, row: u16) {
    at(harness, Gesture::Press, column, row);
    at(harness, Gesture::Release, column, row);
}

/// The row of the screen where the alert at a place of the list stands.
fn row(harness: &Harness, place: u16) -> u16 {
    Main::of(&harness.model).list.y + 2 + place
}

#[test]
fn a_click_moves_the_cursor_and_another_one_opens() {
    let mut harness = harness();
    let (first, third) = (row(&harness, 0), row(&harness, 2));
    click(&mut harness, 20, third);
    assert_eq!((harness.model.list.place, harness.model.focus), (2, Pane::List));
    click(&mut harness, 20, first);
    assert_eq!((harness.model.list.place, harness.model.focus), (0, Pane::List));
    click(&mut harness, 30, first);
    assert_eq!(harness.model.focus, Pane::Full);
}

#[test]
fn the_first_click_on_the_row_under_the_cursor_opens_nothing() {
    let mut harness = harness();
    let first = row(&harness, 0);
    click(&mut harness, 20, first);
    assert_eq!(harness.model.focus, Pane::List);
}

#[test]
fn a_click_on_a_head_sorts_and_another_one_reverses() {
    let mut harness = harness();
    let head = row(&harness, 0) - 1;
    let severities = |harness: &Harness| harness.model.list.sort.keys.first().copied();
    let before = severities(&harness);
    click(&mut harness, 15, head);
    let by_title = severities(&harness).unwrap();
    assert_eq!(by_title.0, SortKey::Title);
    click(&mut harness, 15, head);
    assert_eq!(severities(&harness), Some((SortKey::Title, by_title.1.reversed())));
    assert_ne!(before, severities(&harness));
}

#[test]
fn the_cells_of_the_marks_mark_and_dragging_marks_a_range() {
    let mut harness = harness();
    let (second, last) = (row(&harness, 1), row(&harness, 3));
    click(&mut harness, 2, second);
    assert_eq!((harness.marked(), harness.model.list.place), (vec![2], 1));
    click(&mut harness, 2, second);
    assert_eq!(harness.marked(), [0_u32; 0]);
    at(&mut harness, Gesture::Press, 20, last);
    at(&mut harness, Gesture::Drag, 20, last - 1);
    at(&mut harness, Gesture::Drag, 21, second);
    at(&mut harness, Gesture::Release, 21, second);
    assert_eq!((harness.marked(), harness.model.list.place), (vec![2, 3, 4], 1));
    assert_eq!(harness.model.list.visual, None);
}

#[test]
fn a_drag_ends_when_an_alert_comes_into_its_range() {
    let mut harness = harness();
    let first = row(&harness, 0);
    at(&mut harness, Gesture::Press, 20, first);
    at(&mut harness, Gesture::Drag, 20, first + 2);
    harness.put(9, crate::app::harness::Given { hours: 2, ..ROW }).snapshot();
    assert_eq!(harness.marked(), [1, 2, 3]);
    at(&mut harness, Gesture::Drag, 20, first + 3);
    at(&mut harness, Gesture::Release, 20, first + 3);
    assert_eq!((harness.marked(), harness.model.list.visual), (vec![1, 2, 3], None));
}

#[test]
fn the_button_goes_up_whatever_is_awaited_or_lies_over_the_list() {
    for keys in [", a", "?"] {
        let mut harness = harness();
        let (first, third) = (row(&harness, 0), row(&harness, 2));
        at(&mut harness, Gesture::Press, 20, first);
        at(&mut harness, Gesture::Drag, 20, first + 1);
        harness.slow = true;
        harness.keys(keys);
        at(&mut harness, Gesture::Release, 20, first + 1);
        harness.slow = false;
        harness.settle();
        if keys == "?" {
            harness.keys("Esc");
        }
        assert_eq!((harness.marked(), harness.model.list.visual), (vec![1, 2], None), "{keys}");
        let place = harness.model.list.place;
        at(&mut harness, Gesture::Drag, 20, third);
        assert_eq!((harness.model.list.place, harness.model.list.visual), (place, None), "{keys}");
    }
}

#[test]
fn the_wheel_decides_nothing() {
    let mut harness = harness();
    harness.keys("W");
    let before = format!("{:?}", harness.model.overlays);
    at(&mut harness, Gesture::WheelDown, 20, 10);
    assert_eq!(format!("{:?}", harness.model.overlays), before);
}

#[test]
fn the_wheel_scrolls_what_is_under_it() {
    let mut harness = Harness::new(&[ROW; 60]);
    harness.model.settings.mouse = true;
    let list = row(&harness, 3);
    at(&mut harness, Gesture::WheelDown, 20, list);
    assert_eq!((harness.model.list.offset, harness.model.list.place), (3, 3));
    at(&mut harness, Gesture::WheelUp, 20, list);
    assert_eq!((harness.model.list.offset, harness.model.list.place), (0, 3));
    let (before, width) = (harness.model.details.scroll, harness.model.size.0);
    at(&mut harness, Gesture::WheelDown, width - 5, list);
    assert_eq!(harness.model.list.offset, 0);
    assert!(harness.model.details.scroll >= before);
    for _ in 0..40 {
        at(&mut harness, Gesture::WheelDown, 20, list);
    }
    assert_eq!(harness.model.list.place.max(harness.model.list.offset), harness.model.list.place);
    assert!(harness.model.list.place < 60);
}

#[test]
fn a_click_shows_a_tab_or_a_section() {
    let mut harness = harness();
    harness.keys("Enter");
    let tabs = layout::Full::new(harness.model.size).tabs;
    let shown: Vec<(u16, Tab)> = (0..harness.model.size.0)
        .map(|column| {
            click(&mut harness, column, tabs.y);
            (column, harness.model.details.full.as_ref().unwrap().tab)
        })
        .collect();
    let mut order: Vec<Tab> = shown.iter().map(|(_, tab)| *tab).collect();
    order.dedup();
    assert_eq!(order, Tab::ALL);
    let respond = shown.iter().find(|(_, tab)| *tab == Tab::Respond).unwrap().0;
    click(&mut harness, respond, tabs.y);
    let before = harness.model.respond.section;
    let sections = layout::Respond::new(harness.model.size).sections;
    click(&mut harness, sections.x + 2, sections.y);
    assert_ne!(harness.model.respond.section, before);
}

#[test]
fn no_click_confirms_and_none_counts_while_the_mouse_is_off() {
    let mut harness = harness();
    harness.keys("* * d 1");
    for column in (0..120).step_by(2) {
        for row in 0..30 {
            click(&mut harness, column, row);
        }
    }
    assert_eq!((harness.model.overlays.len(), harness.submitted().len()), (1, 0));
    let mut harness = Harness::small();
    let third = row(&harness, 2);
    click(&mut harness, 20, third);
    assert_eq!(harness.model.list.place, 0);
}

#[test]
fn the_palette_turns_it_on_and_off() {
    let mut harness = Harness::small();
    for on in [true, false] {
        harness.keys(":").text("mouse").keys("Enter");
        assert_eq!(harness.model.settings.mouse, on);
        assert!(harness.effects.contains(&Effect::Mouse(on)));
    }
}

#[test]
fn a_heading_is_clicked_folded_and_marked_as_a_whole() {
    let mut harness = harness();
    harness.keys("z r");
    let (heading, second) = (row(&harness, 0), row(&harness, 3));
    click(&mut harness, 20, heading);
    assert!(harness.model.list.on_heading);
    click(&mut harness, 20, heading);
    assert_eq!((harness.model.list.line_count(), harness.model.focus), (4, Pane::List));
    click(&mut harness, 20, heading);
    click(&mut harness, 20, heading);
    click(&mut harness, 2, second);
    assert_eq!(harness.marked(), [3, 4]);
    harness.keys("* n");
    // From the heading over two alerts to the second of them.
    at(&mut harness, Gesture::Press, 20, heading);
    at(&mut harness, Gesture::Drag, 20, heading + 2);
    at(&mut harness, Gesture::Release, 20, heading + 2);
    assert_eq!(harness.marked(), [1, 2]);
}
