//! The README says what is true.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use clap::CommandFactory;
use quell::app::command;
use quell::cli::args::Cli;
use quell::config;
use quell::domain::filter::Field;

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// To renew the table after a change of the commands: `QUELL_UPDATE_README=1 cargo test --test docs`.
#[test]
fn the_key_table_is_the_command_table() {
    let (start, end) = ("tests/docs.rs checks it -->\n", "<!-- keys end -->");
    let text = readme();
    let (before, rest) = text.split_once(start).unwrap();
    let (shown, after) = rest.split_once(end).unwrap();
    let table = command::readme_table();
    if std::env::var_os("QUELL_UPDATE_README").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        fs::write(path, format!("{before}{start}{table}{end}{after}")).unwrap();
        return;
    }
    assert_eq!(shown, table, "renew it with QUELL_UPDATE_README=1 cargo test --test docs");
}

/// The words of plain mode, renewed in the same way.
#[test]
fn the_word_table_is_the_table_of_plain_mode() {
    let (start, end) = ("tests/docs.rs checks them -->\n", "<!-- words end -->");
    let text = readme();
    let (before, rest) = text.split_once(start).unwrap();
    let (shown, after) = rest.split_once(end).unwrap();
    let table = format!("\n{}\n", quell::plain::readme());
    if std::env::var_os("QUELL_UPDATE_README").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        fs::write(path, format!("{before}{start}{table}{end}{after}")).unwrap();
        return;
    }
    assert_eq!(shown, table, "renew it with QUELL_UPDATE_README=1 cargo test --test docs");
}

/// The example config lists the commands by name. Renewed as the table of the README.
#[test]
fn the_example_config_lists_every_command() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/config.example.toml");
    let (start, end) = ("by default:\n#\n", "\n[profile.default]");
    let (before, rest) = config::EXAMPLE.split_once(start).unwrap();
    let (shown, after) = rest.split_once(end).unwrap();
    let rows = command::example_rows();
    if std::env::var_os("QUELL_UPDATE_README").is_some() {
        fs::write(path, format!("{before}{start}{rows}{end}{after}")).unwrap();
        return;
    }
    assert_eq!(shown, rows, "renew it with QUELL_UPDATE_README=1 cargo test --test docs");
    // Each row is one that the config takes.
    let rows = rows.replace("# ", "").replace("  ", "  # ");
    config::Config::parse(&format!("[keys]\n{rows}"), Path::new("rows.toml")).unwrap();
}

#[test]
fn every_filter_field_and_every_command_is_named() {
    let text = readme();
    for field in Field::all() {
        assert!(text.contains(&format!("`{}", field.name())), "the README does not name `{}`", field.name());
    }
    for command in Cli::command().get_subcommands() {
        let name = format!("quell {}", command.get_name());
        assert!(text.contains(&name), "the README does not show `{name}`");
    }
}

#[test]
fn every_picture_is_there() {
    let text = readme();
    for part in text.split("](assets/").skip(1) {
        let file = part.split(')').next().unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(file);
        assert!(path.exists(), "{} is missing", path.display());
    }
}
