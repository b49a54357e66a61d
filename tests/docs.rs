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

/// What stands between two marks of a file must be what is generated. `QUELL_UPDATE_README=1 cargo test --test docs` renews it.
fn holds(file: &str, parts: &[(&str, &str, String)]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let mut text = fs::read_to_string(&path).unwrap();
    let renews = std::env::var_os("QUELL_UPDATE_README").is_some();
    for (start, end, generated) in parts {
        let (before, rest) = text.split_once(start).unwrap();
        let (shown, after) = rest.split_once(end).unwrap();
        assert!(
            renews || shown == generated,
            "{file} is behind at `{start}`: renew it with QUELL_UPDATE_README=1 cargo test --test docs"
        );
        text = format!("{before}{start}{generated}{end}{after}");
    }
    if renews {
        fs::write(path, text).unwrap();
    }
}

/// One test for both tables: renewed at the same time, one would be lost.
#[test]
fn the_tables_of_the_readme_are_those_of_commands_and_words() {
    let keys = ("tests/docs.rs checks it -->\n", "<!-- keys end -->", command::readme_table());
    let words = format!("\n{}\n", quell::plain::readme());
    holds("README.md", &[keys, ("tests/docs.rs checks them -->\n", "<!-- words end -->", words)]);
}

#[test]
fn the_example_config_lists_every_command() {
    let rows = command::example_rows();
    let part = ("by default:\n#\n", "\n[profile.default]", rows.clone());
    holds("assets/config.example.toml", &[part]);
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
