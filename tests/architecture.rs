//! Who may import whom: the rules of the crate docs, checked by reading the sources.

#![allow(clippy::unwrap_used)] // a broken check must stop the test

use std::fs;
use std::path::{Path, PathBuf};

/// (folder, folders of ours it may use, crates it must never name)
const RULES: [(&str, &[&str], &[&str]); 7] = [
    (
        "domain",
        &["domain"],
        &[
            "ratatui",
            "crossterm",
            "tokio",
            "rusqlite",
            "reqwest",
            "axum",
            "std::fs",
            "std::net",
            "std::thread",
        ],
    ),
    (
        "app",
        &["domain", "app"],
        &[
            "ratatui",
            "crossterm",
            "tokio",
            "rusqlite",
            "reqwest",
            "axum",
            "std::fs",
            "std::net",
            "std::thread",
            "Instant::now",
            "Utc::now",
            "Local::now",
        ],
    ),
    (
        "ui",
        &["domain", "app", "ui"],
        &["crossterm", "tokio", "rusqlite", "reqwest", "axum", "&mut Model", "Utc::now"],
    ),
    ("store", &["domain", "store"], &["ratatui", "crossterm", "reqwest", "axum"]),
    ("azure", &["domain", "azure"], &["ratatui", "crossterm", "rusqlite"]),
    ("sync", &["domain", "store", "azure", "sync"], &["ratatui", "crossterm"]),
    ("emulator", &["domain", "emulator"], &["ratatui", "crossterm", "rusqlite"]),
];

const FOLDERS: [&str; 10] =
    ["app", "azure", "cli", "config", "domain", "emulator", "runtime", "store", "sync", "ui"];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push(path);
        }
    }
}

/// The part of a file before its unit tests, without comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn no_folder_imports_what_it_must_not_see() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut broken = Vec::new();
    for (folder, allowed, banned) in RULES {
        let mut files = Vec::new();
        sources(&root.join(folder), &mut files);
        assert!(!files.is_empty(), "src/{folder} has no sources");
        for file in files {
            let text = code(&file);
            for other in FOLDERS.iter().filter(|other| !allowed.contains(other)) {
                if text.contains(&format!("crate::{other}")) {
                    broken.push(format!("{} uses crate::{other}", file.display()));
                }
            }
            for name in banned {
                if text.contains(name) {
                    broken.push(format!("{} names {name}", file.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn sql_stays_in_the_store() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    for file in files.iter().filter(|file| !file.to_string_lossy().contains("/store/")) {
        assert!(!code(file).contains("rusqlite"), "{} names rusqlite", file.display());
    }
}
