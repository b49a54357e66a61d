//! Golden screens: every area and overlay at three sizes, and what must hold for all of them.

#![allow(clippy::unwrap_used)] // a broken screen must stop the test

#[path = "screens/around.rs"]
mod around;
#[path = "screens/charts.rs"]
mod charts;
#[path = "screens/first.rs"]
mod first;
#[path = "screens/fixture.rs"]
mod fixture;
#[path = "screens/group.rs"]
mod group;
#[path = "screens/hand_over.rs"]
mod hand_over;
#[path = "screens/keys.rs"]
mod keys;
#[path = "screens/record.rs"]
mod record;
#[path = "screens/related.rs"]
mod related;
#[path = "screens/scenes.rs"]
mod scenes;
#[path = "screens/suppress.rs"]
mod suppress;
#[path = "screens/trigger.rs"]
mod trigger;
#[path = "screens/views.rs"]
mod views;

use quell::ui;
use quell::ui::theme::Theme;
use ratatui::Terminal;
use ratatui::backend::{Backend, CrosstermBackend, TestBackend};
use ratatui::buffer::{Buffer, CellWidth as _};
use ratatui::style::Color;

use quell::app::layout::Main;
use quell::app::model::Model;
use quell::app::settings::{Colours, Settings, ThemeName};
use scenes::SCENES;

const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (60, 16)];

fn drawn(model: &Model, theme: Theme) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(model.size.0, model.size.1)).unwrap();
    terminal
        .draw(|frame| {
            if let Some(cursor) = ui::view(model, frame.buffer_mut(), theme) {
                frame.set_cursor_position(cursor);
            }
        })
        .unwrap();
    terminal
}

fn buffer(model: &Model) -> Buffer {
    drawn(model, Theme::SIXTEEN).backend().buffer().clone()
}

fn golden(area: &str) {
    let mut any = false;
    for (name, scene) in SCENES.iter().filter(|(name, _)| name.split('_').next() == Some(area)) {
        any = true;
        for size in SIZES {
            let model = scene(size);
            let terminal = drawn(&model, Theme::SIXTEEN);
            insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), terminal.backend());
        }
    }
    assert!(any, "no scene of {area}");
}

#[test]
fn the_parts_of_the_header_never_touch() {
    for (width, short) in (60..=130).flat_map(|width| [(width, false), (width, true)]) {
        let mut model = scenes::read_only((width, 16));
        model.sync.running = false;
        if short {
            model.session.as_mut().unwrap().tenant = "Contoso".into();
        }
        let screen = buffer(&model);
        let row: String = (0..width).map(|x| screen[(x, 0)].symbol()).collect();
        assert!(row.contains("↑2 ") && row.contains(" H"), "{width}: {row}");
    }
}

#[test]
fn the_main_screen() {
    golden("main");
}

#[test]
fn a_terminal_without_utf_8_gets_ascii_and_nothing_else() {
    for (name, scene) in SCENES {
        for size in SIZES {
            let mut model = scene(size);
            (model.settings.ascii, model.settings.blocks) = (true, false);
            for cell in &buffer(&model).content {
                assert!(cell.symbol().is_ascii(), "{name} {size:?}: {:?}", cell.symbol());
            }
        }
    }
}

#[test]
fn a_grouped_list() {
    golden("group");
}

#[test]
fn the_filter_bar() {
    golden("filter");
}

#[test]
fn an_empty_list() {
    golden("empty");
}

#[test]
fn the_full_details() {
    golden("full");
}

#[test]
fn take_action() {
    golden("respond");
}

#[test]
fn prompts() {
    golden("prompt");
}

#[test]
fn sheets() {
    golden("sheet");
}

#[test]
fn the_prompts_of_the_record() {
    golden("record");
}

#[test]
fn the_audit_log() {
    golden("log");
}

#[test]
fn saved_views() {
    golden("views");
}

#[test]
fn charts_over_the_screen() {
    golden("chart");
}

#[test]
fn the_first_run() {
    golden("first");
}

#[test]
fn too_small_a_screen_says_what_it_needs() {
    let model = fixture::full_list((50, 10));
    insta::assert_snapshot!("too_small_50x10", drawn(&model, Theme::SIXTEEN).backend());
}

/// Titles and values are not cut where there is room.
#[test]
fn a_large_screen() {
    let size = (200, 60);
    for name in ["main_list", "group_folded", "prompt_facets", "prompt_palette", "sheet_help", "log_acts"] {
        let (_, scene) = SCENES.iter().find(|(known, _)| *known == name).unwrap();
        let terminal = drawn(&scene(size), Theme::SIXTEEN);
        insta::assert_snapshot!(format!("{name}_200x60"), terminal.backend());
    }
    let mut model = fixture::full_list(size);
    let file = "microsoftdocs_continuous-export.not-json.txt (file)";
    model.session.as_mut().unwrap().tenant = file.into();
    let screen = buffer(&model);
    let row: String = (0..size.0).map(|x| screen[(x, 0)].symbol()).collect();
    assert!(row.contains(file), "{row}");
}

#[test]
fn every_scene_is_golden() {
    let areas = [
        "main", "group", "filter", "empty", "full", "respond", "prompt", "sheet", "record", "log", "chart",
        "views", "first",
    ];
    for (name, _) in SCENES {
        assert!(areas.iter().any(|area| name.split('_').next() == Some(area)), "{name}");
    }
}

#[test]
fn no_size_breaks_a_screen() {
    for (_, scene) in SCENES {
        for size in [(0, 0), (1, 1), (59, 24), (60, 15), (61, 17), (99, 16), (100, 17), (101, 70), (300, 16)]
        {
            drawn(&scene(size), Theme::SIXTEEN);
        }
        // A resize between `update` and the draw.
        let mut model = scene((120, 36));
        for size in [(60, 16), (200, 60), (100, 16)] {
            model.size = size;
            drawn(&model, Theme::SIXTEEN);
        }
    }
}

#[test]
fn hostile_text_never_becomes_a_control() {
    for (name, scene) in SCENES {
        for cell in buffer(&scene((120, 36))).content() {
            let bad = |c: char| {
                c.is_control()
                    || matches!(u32::from(c), 0x200b | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069)
            };
            assert!(!cell.symbol().chars().any(bad), "{name}: {:?}", cell.symbol());
        }
    }
}

#[test]
fn without_colours_nothing_is_coloured() {
    for (name, scene) in SCENES {
        let terminal = drawn(&scene((120, 36)), Theme::PLAIN);
        for cell in terminal.backend().buffer().content() {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{name}: {:?}", cell.symbol());
        }
    }
}

#[test]
fn the_words_are_the_same_without_colours() {
    for (name, scene) in SCENES {
        let model = scene((80, 24));
        let words = |theme| drawn(&model, theme).backend().to_string();
        assert_eq!(words(Theme::SIXTEEN), words(Theme::PLAIN), "{name}");
    }
}

fn themed(theme: ThemeName) -> Theme {
    Theme::of(&Settings { theme, colours: Colours::Many, ..Settings::default() })
}

#[test]
fn every_theme_says_the_same_and_leaves_the_terminals_own_colours_alone() {
    for theme in ThemeName::ALL {
        for (name, scene) in SCENES {
            let model = scene((80, 24));
            let (usual, terminal) = (drawn(&model, Theme::SIXTEEN), drawn(&model, themed(theme)));
            assert_eq!(usual.backend().to_string(), terminal.backend().to_string(), "{name} in {theme}");
            let fixed = |colour: Color| !matches!(colour, Color::Indexed(0..=15));
            let own = |colour: Color| matches!(colour, Color::Reset | Color::Indexed(_)) && fixed(colour);
            for cell in terminal.backend().buffer().content() {
                assert!(
                    theme == ThemeName::Basic16 || own(cell.fg) && own(cell.bg),
                    "{name} in {theme}: {cell:?}"
                );
            }
        }
    }
}

/// Popups blank what lies below them: the paper must come back.
#[test]
fn high_contrast_brings_its_own_background() {
    for (name, scene) in SCENES {
        let terminal = drawn(&scene((80, 24)), themed(ThemeName::HighContrast));
        // The cell that a wide character covers is never drawn.
        let mut covered = false;
        for cell in terminal.backend().buffer().content() {
            assert!(covered || cell.bg == Color::Indexed(16), "{name}: {cell:?}");
            covered = cell.cell_width() > 1;
        }
    }
}

/// What goes over the wire from one screen to the next.
fn wire(before: &Model, after: &Model) -> usize {
    let mut bytes: Vec<u8> = Vec::new();
    let (before, after) = (buffer(before), buffer(after));
    CrosstermBackend::new(&mut bytes).draw(before.diff(&after).into_iter()).unwrap();
    bytes.len()
}

#[test]
fn a_cursor_move_is_a_few_hundred_bytes() {
    for size in [(120, 36), (80, 24), (200, 60)] {
        let before = fixture::full_list(size);
        let mut after = fixture::full_list(size);
        after.list.place = 1;
        after.list.cursor = after.list.listing.key(1);
        let bytes = wire(&before, &after);
        assert!(bytes < 400, "{bytes} bytes at {size:?}");
        assert_eq!(wire(&after, &after), wire(&before, &before));
    }
}

#[test]
fn an_unchanged_screen_sends_nothing() {
    for (name, scene) in SCENES {
        let (one, other) = (buffer(&scene((120, 36))), buffer(&scene((120, 36))));
        assert!(one.diff(&other).is_empty(), "{name}");
    }
}

#[test]
fn hostile_text_stays_in_its_cell() {
    for size in SIZES {
        let model = fixture::full_list(size);
        let buffer = buffer(&model);
        let heads = Main::of(&model).list.y + 1;
        let edges = |y: u16| (0..size.0).filter(|x| buffer[(*x, y)].symbol() == "│").collect::<Vec<_>>();
        // Every row has the frames where the row of heads has them.
        for y in heads + 1..size.1 - 3 {
            assert_eq!(edges(y), edges(heads), "row {y} at {size:?}");
        }
    }
}

/// Writes every scene as a terminal would get it into the folder named by `SCREENS_OUT`, to look at in colours.
#[test]
#[ignore = "writes files"]
fn paint() {
    let folder = std::path::PathBuf::from(std::env::var_os("SCREENS_OUT").unwrap());
    for (name, scene) in SCENES {
        for size in SIZES {
            let after = buffer(&scene(size));
            let before = Buffer::empty(after.area);
            let mut bytes: Vec<u8> = b"\x1b[2J\x1b[H".to_vec();
            CrosstermBackend::new(&mut bytes).draw(before.diff(&after).into_iter()).unwrap();
            std::fs::write(folder.join(format!("{name}_{}x{}.ans", size.0, size.1)), bytes).unwrap();
        }
    }
}
