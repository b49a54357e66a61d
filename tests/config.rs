//! What the config says of the screen, with the program on a pseudo-terminal.

#![allow(clippy::unwrap_used)]

mod support;

use quell::emulator::{Config, Throttle};
use support::{Bench, Pty};

const WIDE: (u16, u16) = (120, 36);

/// A tenant, and a home with a config.
fn bench(config: &str) -> Bench {
    let bench = Bench::start(Config { throttle: Throttle::Off, seed: 1, ..Config::default() });
    let folder = bench.folder.path().join("quell");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), config).unwrap();
    bench
}

fn opened(bench: &Bench) -> Pty {
    let mut pty = bench.screen(WIDE);
    pty.wait_until("the whole tenant", |screen| screen.contains("1,204") && screen.contains("synced"));
    pty
}

fn has(pty: &Pty, bytes: &[u8]) -> bool {
    pty.bytes.windows(bytes.len()).any(|window| window == bytes)
}

#[test]
fn a_function_key_of_a_preset_asks_and_never_answers() {
    let bench = bench("[keys]\npreset = \"sguil\"\n");
    let mut pty = opened(&bench);
    pty.wait("F8 dismiss");
    pty.type_text("\u{1b}[19~").wait("1–6 reason");
    pty.type_text("\u{1b}[19~").keys("1").type_text("\u{1b}[19~").keys("Esc").wait("nothing was changed");
    pty.type_text("\u{1b}[19~").wait("1–6 reason").keys("1 y").wait("verified");
    assert_eq!(bench.posts("dismiss"), 1);
    pty.keys("q");
    assert_eq!(pty.end(), 0);
}

#[test]
fn own_columns_and_a_theme_are_on_the_screen() {
    let text = "[screen]\ntheme = \"dark\"\ncolumns = [\"age\", \"title:40\", \"tactic\"]\n";
    let bench = bench(text);
    let mut pty = opened(&bench);
    pty.wait_until("the heads", |screen| {
        let head = screen.lines().find(|line| line.contains(" Alert ") && line.contains("Tactic"));
        head.is_some_and(|line| line.find("Age") < line.find("Alert") && !line.contains("Resource"))
    });
    assert!(has(&pty, b"38;5;80"), "no colour of the theme");
    pty.keys("q");
    assert_eq!(pty.end(), 0);
    let environment: Vec<(&str, &str)> = bench.environment().into_iter().chain([("NO_COLOR", "1")]).collect();
    let flags = bench.flags();
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let mut plain = Pty::start(&flags, &environment, WIDE);
    plain.wait("Tactic").keys("q");
    assert_eq!(plain.end(), 0);
    assert!(!has(&plain, b"38;5;"), "a colour in spite of NO_COLOR");
}

#[test]
fn the_mouse_works_where_it_is_wanted_and_is_given_back() {
    let bench = bench("[screen]\nmouse = true\n");
    let mut pty = opened(&bench);
    assert!(has(&pty, b"\x1b[?1002h"));
    let cursor = |screen: &str| screen.lines().position(|line| line.contains('▌'));
    let first = cursor(&pty.screen()).unwrap();
    let row = first + 3;
    // Rows and columns of the terminal count from 1.
    let click = format!("\u{1b}[<0;30;{0}M\u{1b}[<0;30;{0}m", row + 1);
    pty.type_text(&click);
    pty.wait_until("the cursor under the mouse", |screen| cursor(screen) == Some(row));
    pty.type_text(&click).wait("Take action");
    pty.keys("q q");
    assert_eq!(pty.end(), 0);
    assert!(has(&pty, b"\x1b[?1002l"));
}

#[test]
fn without_a_word_about_it_there_is_no_mouse() {
    let bench = bench("");
    let mut pty = opened(&bench);
    pty.keys("q");
    assert_eq!(pty.end(), 0);
    assert!(!has(&pty, b"\x1b[?1002"));
}

#[test]
fn every_mistake_is_told_before_the_screen_is_touched() {
    let bench = bench("[screen]\ntheme = \"drak\"\n\n[keys]\ndismiss = \"y\"\n");
    let mut pty = bench.screen(WIDE);
    assert_eq!(pty.end(), 2);
    let screen = pty.screen();
    assert!(screen.contains("config.toml:2:9: `drak` is not known; did you mean `dark`?"), "{screen}");
    assert!(screen.contains("config.toml:5:11: `y` says Yes"), "{screen}");
    assert!(!has(&pty, b"\x1b[?1049h"));
    let (code, _, told) = bench.run(&["list"]);
    assert!(code == 2 && told.contains("config.toml:2:9: "), "{code} {told}");
}

#[test]
fn plain_mode_goes_by_the_config_too() {
    let wrong = bench("[keys]\ndismiss = \"y\"\n");
    let (code, out, told) = wrong.run(&["--plain"]);
    assert!(
        code == 2 && out.is_empty() && told.contains("config.toml:2:11: `y` says Yes"),
        "{code} {out} {told}"
    );
}
