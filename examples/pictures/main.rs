//! Makes the pictures of the README and the guide: drives the program itself on a pseudo-terminal, in its demo tenant, and
//! writes what the screen shows as SVG into `assets/pictures`.
//!
//! ```sh
//! cargo build --release && cargo run --release --example pictures
//! ```
//!
//! Names of pictures as arguments make only those.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout)] // a picture that cannot be made stops the program

mod scenes;
mod svg;
mod terminal;

use std::path::{Path, PathBuf};

use scenes::{SCENES, Scene};
use terminal::Terminal;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/pictures");
    let program = program();
    for scene in
        SCENES.iter().filter(|scene| wanted.is_empty() || wanted.iter().any(|name| name == scene.name))
    {
        let picture = shoot(&program, scene);
        let path = folder.join(scene.name).with_extension("svg");
        std::fs::write(&path, picture).expect("the picture can be written");
        println!("{}", scene.name);
    }
}

/// The program beside this one: examples lie one folder below it.
fn program() -> PathBuf {
    let own = std::env::current_exe().expect("a program knows its place");
    let program =
        own.ancestors().nth(2).map(|folder| folder.join("quell")).expect("examples lie in a folder");
    assert!(program.exists(), "{} is missing: build it first", program.display());
    program
}

fn shoot(program: &Path, scene: &Scene) -> String {
    let mut terminal = Terminal::start(program, scene.arguments, scene.size);
    for (wait, keys) in scene.steps {
        terminal.wait(wait);
        terminal.press(keys);
    }
    terminal.wait(scene.shows);
    terminal.settle();
    svg::draw(terminal.screen(), scene.about)
}
