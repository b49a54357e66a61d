//! Who may import whom: the rules of the crate docs, checked by reading the sources.

#![allow(clippy::unwrap_used)] // a broken check must stop the test

use std::fs;
use std::path::{Path, PathBuf};

/// (folder, folders of ours it may use, crates it must never name)
const RULES: [(&str, &[&str], &[&str]); 10] = [
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
    (
        "plain",
        &["domain", "app", "plain"],
        &[
            "ratatui",
            "crossterm",
            "tokio",
            "rusqlite",
            "reqwest",
            "axum",
            "&mut Model",
            "Utc::now",
            "std::io",
        ],
    ),
    ("store", &["domain", "store"], &["ratatui", "crossterm", "reqwest", "axum", "tokio::"]),
    ("azure", &["domain", "azure"], &["ratatui", "crossterm", "rusqlite"]),
    ("import", &["domain", "azure", "import"], &["ratatui", "crossterm", "rusqlite", "reqwest"]),
    ("sync", &["domain", "store", "azure", "import", "sync"], &["ratatui", "crossterm"]),
    ("config", &["domain", "azure", "app", "config"], &["ratatui", "crossterm", "tokio", "rusqlite"]),
    ("emulator", &["domain", "emulator"], &["ratatui", "crossterm", "rusqlite"]),
];

const FOLDERS: [&str; 12] = [
    "app", "azure", "cli", "config", "domain", "emulator", "import", "plain", "runtime", "store", "sync",
    "ui",
];

/// Names that a ban on their crate does not cover: a channel's answer may be awaited without a runtime.
const EXCEPTIONS: [(&str, &str); 1] = [("store", "tokio::sync::")];

/// The most lines that a file may have.
const MOST_LINES: usize = 500;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

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

/// The part of a file before its unit tests, without comments and blanks.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    squeezed(text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default())
}

/// Source text without line comments, and with no blanks around the signs of a path.
fn squeezed(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    let mut code = words.join(" ");
    for sign in ["::", "{", "}", ","] {
        code = code.replace(&format!(" {sign}"), sign).replace(&format!("{sign} "), sign);
    }
    code
}

/// How deep in the crate a file's module lies: `src/store/mod.rs` and `src/config.rs` are 1.
fn depth(file: &Path) -> usize {
    let inside = file.strip_prefix(root()).unwrap();
    inside.components().count() - usize::from(inside.ends_with("mod.rs"))
}

/// The modules of the crate's root that code at a depth names: by `crate::x`, `crate::{x, y::z}` or enough `super::`.
fn named(code: &str, depth: usize) -> Vec<String> {
    let mut names = Vec::new();
    let mut take = |start: &str| {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':')) {
                continue;
            }
            names.extend(firsts(&code[at + start.len()..]));
        }
    };
    take("crate::");
    take(&"super::".repeat(depth));
    take(&format!("self::{}", "super::".repeat(depth)));
    names
}

/// The first names of a path, or of each path of a group.
fn firsts(rest: &str) -> Vec<String> {
    let name =
        |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let Some(group) = rest.strip_prefix('{') else { return vec![name(rest)] };
    let (mut names, mut open, mut begin) = (Vec::new(), 0, 0);
    for (at, sign) in group.char_indices() {
        match sign {
            '{' => open += 1,
            '}' if open == 0 => {
                names.push(name(&group[begin..at]));
                break;
            }
            '}' => open -= 1,
            ',' if open == 0 => {
                names.push(name(&group[begin..at]));
                begin = at + 1;
            }
            _ => {}
        }
    }
    names
}

#[test]
fn every_way_to_name_a_module_is_seen() {
    for (code, depth, expected) in [
        ("use crate::store::Store;", 2, &["store"][..]),
        (
            "use crate :: {domain::{Alert, Status}, store::{self, Store},\n  sync};",
            2,
            &["domain", "store", "sync"],
        ),
        ("let x = super::super::store::open();", 2, &["store"]),
        ("use super::super::{store, ui::paint};", 2, &["store", "ui"]),
        ("use super::super::store::open;", 3, &[]),
        ("use super::cache; // crate::store", 2, &[]),
        ("use self::super::super::ui;", 2, &["ui"]),
        ("pub(crate) fn f() {} other_crate::store();", 2, &[]),
    ] {
        assert_eq!(named(&squeezed(code), depth), expected, "{code}");
    }
}

#[test]
fn no_folder_imports_what_it_must_not_see() {
    let mut broken = Vec::new();
    for (folder, allowed, banned) in RULES {
        let mut files = Vec::new();
        sources(&root().join(folder), &mut files);
        assert!(!files.is_empty(), "src/{folder} has no sources");
        for file in files {
            let mut text = code(&file);
            for other in named(&text, depth(&file)) {
                if FOLDERS.contains(&other.as_str()) && !allowed.contains(&other.as_str()) {
                    broken.push(format!("{} uses crate::{other}", file.display()));
                }
            }
            for (_, allowed) in EXCEPTIONS.iter().filter(|(of, _)| *of == folder) {
                text = text.replace(allowed, "");
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
fn every_folder_has_its_rule() {
    let free = ["cli", "runtime"];
    for entry in fs::read_dir(root()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            assert!(FOLDERS.contains(&name.as_str()), "src/{name} is not among the folders");
            let ruled = RULES.iter().any(|(folder, ..)| *folder == name);
            assert!(ruled || free.contains(&name.as_str()), "src/{name} has no rule");
        }
    }
}

#[test]
fn sql_stays_in_the_store() {
    let mut files = Vec::new();
    sources(&root(), &mut files);
    for file in files.iter().filter(|file| !file.starts_with(root().join("store"))) {
        assert!(!code(file).contains("rusqlite"), "{} names rusqlite", file.display());
    }
}

#[test]
fn no_file_is_too_long() {
    let mut files = Vec::new();
    sources(&root(), &mut files);
    for file in files {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= MOST_LINES, "{} has {lines} lines", file.display());
    }
}
