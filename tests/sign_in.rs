//! Signing in by device code and changing profiles, on a terminal, against the emulator's own sign-in service.

#![allow(clippy::unwrap_used)] // a broken check must stop the test

#[path = "support/mod.rs"]
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use quell::emulator::{Answer, Config, Throttle};
use support::{Bench, Pty};

const WIDE: (u16, u16) = (120, 36);
const ACCESS: &str = "canary-access-token";
const REFRESH: &str = "canary-refresh-token";

fn tenant() -> Bench {
    Bench::start(Config {
        token: ACCESS.to_owned(),
        refresh_token: REFRESH.to_owned(),
        code_interval: 0,
        throttle: Throttle::Off,
        ..Config::default()
    })
}

/// A home of its own, in which no other sign-in is found.
fn environment(bench: &Bench) -> Vec<(String, String)> {
    let pairs =
        support::bare(bench.folder.path()).into_iter().chain([("QUELL_AUTHORITY", bench.url.as_str())]);
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn screen(bench: &Bench, more: &[&str], size: (u16, u16)) -> Pty {
    let environment = environment(bench);
    let pairs: Vec<(&str, &str)> = environment.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    Pty::start(&[&["--endpoint", &bench.url], more].concat(), &pairs, size)
}

fn run(bench: &Bench, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quell"));
    command.env_clear().envs(environment(bench)).args(["--endpoint", &bench.url]).args(args);
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// Every file below a folder.
fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, into) } else { into.push(path) }
    }
}

/// The files that hold a text.
fn holding(bench: &Bench, text: &str) -> Vec<String> {
    let mut all = Vec::new();
    files(bench.folder.path(), &mut all);
    let holds = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    let name = |path: PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    all.into_iter().filter(holds).map(name).collect()
}

fn shows(pty: &Pty, text: &str) -> bool {
    pty.bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_machine_with_nothing_gets_from_a_code_to_the_list_and_stays_signed_in() {
    let bench = tenant();
    let log = bench.folder.path().join("quell.log").display().to_string();
    let logged = ["--log", &log, "--log-level", "trace"];
    let mut pty = screen(&bench, &logged, WIDE);
    pty.wait("device code").wait("Not here:").keys("Enter").wait("Keep me signed in").keys("y");
    pty.wait("/devicelogin").wait("DEMO00001");
    let argv = fs::read_to_string(format!("/proc/{}/cmdline", pty.id())).unwrap();
    bench.emulator().answer_codes([Answer::Pending, Answer::Approved]);
    pty.wait("Which subscriptions").wait(" open").wait_gone("…").keys("Enter");
    pty.wait("of 1,204").keys("q");
    assert_eq!(pty.end(), 0);

    let config = fs::read_to_string(bench.folder.path().join("quell/config.toml")).unwrap();
    assert!(
        config.contains("sign-in = \"device-code\"") && config.contains("keep-sign-in = true"),
        "{config}"
    );
    assert!(config.lines().filter(|line| line.trim_start().starts_with('#')).count() > 5, "{config}");
    let mut all = Vec::new();
    files(bench.folder.path(), &mut all);
    let kept = all.iter().find(|path| path.ends_with("sign-in.json")).unwrap();
    assert_eq!(kept.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(holding(&bench, REFRESH), ["sign-in.json"]);
    assert_eq!(holding(&bench, ACCESS), [""; 0]);
    assert!(!shows(&pty, ACCESS) && !shows(&pty, REFRESH) && !argv.contains("canary"));

    // The next start asks nobody.
    let (code, _, said) = run(&bench, &["sync"]);
    assert_eq!(code, 0, "{said}");
    let mut pty = screen(&bench, &logged, WIDE);
    pty.wait("of 1,204").wait("synced").keys("q");
    pty.end();

    // Until the sign-in is revoked.
    bench.emulator().revoke_sign_ins();
    let (code, _, said) = run(&bench, &["sync"]);
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("sign in again"), "{said}");
    let mut pty = screen(&bench, &logged, WIDE);
    bench.emulator().answer_codes([Answer::Declined]);
    pty.wait("declined in the browser");
    bench.emulator().answer_codes([Answer::Approved]);
    pty.keys("Enter").wait("signed in").wait("synced").keys("q");
    pty.end();
    assert!(!shows(&pty, ACCESS) && !shows(&pty, REFRESH));
    assert_eq!(holding(&bench, ACCESS), [""; 0]);
}

#[test]
fn a_sign_in_that_is_not_to_be_kept_leaves_nothing() {
    let bench = tenant();
    let mut pty = screen(&bench, &[], (60, 16));
    pty.wait("device code").keys("Enter Enter").wait("DEMO00001");
    pty.keys("Esc").wait("Demo tenant").keys("Enter Enter").wait("DEMO00002");
    bench.emulator().answer_codes([Answer::Approved]);
    pty.wait("Which subscriptions").keys("Enter").wait("/1,204").keys("q");
    pty.end();
    assert_eq!(holding(&bench, "canary"), [""; 0]);
    let (code, _, said) = run(&bench, &["sync"]);
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("shows the code to type"), "{said}");
    // What needs no sign-in works all the same.
    let (code, listed, _) = run(&bench, &["list", "--limit", "1", "--format", "ids"]);
    assert_eq!((code, listed.lines().count()), (0, 1));
}

#[test]
fn a_command_on_a_terminal_shows_the_code() {
    let bench = tenant();
    let config = bench.folder.path().join("c.toml");
    fs::write(&config, "[profile.default]\nsign-in = \"device-code\"\n").unwrap();
    let mut pty = screen(&bench, &["--config", config.to_str().unwrap(), "sync"], (200, 24));
    pty.wait("DEMO00001").wait("devicelogin");
    bench.emulator().answer_codes([Answer::Pending, Answer::Approved]);
    assert_eq!(pty.end(), 0);
    assert!(pty.screen().contains("1204 new"), "{}", pty.screen());
}

#[test]
fn profiles_are_changed_on_the_screen_and_share_nothing() {
    let bench = tenant();
    let subscription = bench.emulator().alerts()[0].0.split('/').nth(2).unwrap().to_owned();
    let folder = bench.folder.path().join("quell");
    fs::create_dir(&folder).unwrap();
    let config = format!(
        "[profile.alpha]\nname = \"Alpha Ltd\"\n[profile.beta]\nname = \"Beta\"\nread-only = true\nsubscriptions = [\"{subscription}\"]\n"
    );
    fs::write(folder.join("config.toml"), config).unwrap();
    let mut environment = environment(&bench);
    environment.retain(|(name, _)| name != "QUELL_ACCESS_TOKEN");
    environment.push(("QUELL_ACCESS_TOKEN".to_owned(), ACCESS.to_owned()));
    let pairs: Vec<(&str, &str)> = environment.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let mut pty = Pty::start(&["--endpoint", &bench.url, "--profile", "alpha"], &pairs, WIDE);
    pty.wait("Alpha Ltd (alpha)").wait("of 1,204").keys("Space Space d 3 y").wait("2 verified");
    pty.keys(":").type_text("profile");
    pty.keys("Enter").wait("read-only").wait("open").keys("Down Enter");
    pty.wait("Beta (beta)").wait("read-only").wait_gone("1,204").wait(" of ").wait_gone("marked");
    pty.keys("u").wait("read-only");
    pty.keys("@").wait("Audit log");
    assert!(!pty.screen().contains("Dismiss 2"), "{}", pty.screen());
    pty.keys("Esc");
    pty.keys(":").type_text("profile");
    pty.keys("Enter").wait("Alpha Ltd").keys("Up Enter").wait("Alpha Ltd (alpha)").wait("of 1,204");
    pty.keys("@").wait("Dismiss 2 alerts").keys("Esc").wait_gone("Audit log").keys("q");
    assert_eq!(pty.end(), 0);
    let mut folders: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains('@'))
        .collect();
    folders.sort();
    assert_eq!(folders.len(), 2, "{folders:?}");
    assert!(folders[0].starts_with("alpha@") && folders[1].starts_with("beta@"));
    assert_eq!(bench.posts("dismiss"), 2);
    assert_eq!(bench.posts("activate"), 0);
}
