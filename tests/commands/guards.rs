//! What must not leak, must not be opened and must not be guessed: secrets, file modes, newer files, bad configs.

use std::path::{Path, PathBuf};

use quell::emulator::{Config, Throttle};

use crate::support::{Bench, Pty};
use crate::{faults, synced};

/// Every file under a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        }
        found.push(path);
    }
    found
}

#[test]
fn the_token_is_written_nowhere() {
    let token = "canary-token-8d1f2a";
    let quiet = Config { alerts: Some(20), throttle: Throttle::Off, ..Config::default() };
    let bench = Bench::start(Config { token: token.to_owned(), faults: faults(&["500:0.2@GET"]), ..quiet });
    let log = bench.folder.path().join("quell.log");
    let run = |token: &str, args: &[&str]| {
        let mut command = bench.command();
        command.env("QUELL_ACCESS_TOKEN", token);
        command.arg("--log").arg(&log).args(["--log-level", "trace"]).args(args).output().unwrap()
    };
    let mut logged = 0;
    let rejected = format!("{token}-rejected");
    for (token, code, args) in [
        (token, 0, &["sync"][..]),
        (token, 0, &["list", "--format", "json"]),
        (token, 0, &["doctor"]),
        (token, 0, &["set", "resolved", "status:active", "--yes", "--wait"]),
        (token, 0, &["changes", "1", "--json"]),
        (&rejected, 5, &["sync"]),
        (&rejected, 5, &["set", "active", "*", "--yes"]),
        (&rejected, 5, &["doctor", "--json"]),
    ] {
        let output = run(token, args);
        let (out, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        assert!(!out.contains("canary") && !said.contains("canary"), "{args:?} prints the token");
        let files = files_below(bench.folder.path());
        logged += std::fs::read(&log).unwrap().len();
        for file in files.iter().filter(|path| path.is_file()) {
            let bytes = std::fs::read(file).unwrap();
            let held = bytes.windows(6).any(|window| window == b"canary");
            assert!(!held, "{args:?} leaves the token in {}", file.display());
        }
    }
    assert!(logged > 0, "a log that holds nothing proves nothing");
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_data_folder() {
    use std::os::unix::fs::PermissionsExt;

    let bench = Bench::start(Config { alerts: Some(5), throttle: Throttle::Off, ..Config::default() });
    for args in [&["sync"][..], &["set", "resolved", "*", "--yes", "--wait"]] {
        let mut lax = std::process::Command::new("/bin/sh");
        lax.args(["-c", "umask 0; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_quell")]);
        let output =
            lax.env_clear().envs(bench.environment()).args(bench.flags()).args(args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let data = bench.folder.path().join("data");
    let mut seen = files_below(&data);
    assert!(seen.iter().any(|path| path.ends_with("journal.db")));
    seen.push(data);
    for path in seen {
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, expected, "{} has mode {mode:o}", path.display());
    }
}

#[test]
fn files_of_a_newer_version_are_left_alone() {
    for name in ["cache.db", "journal.db"] {
        let bench = synced(5, &[]);
        let path = bench.folder.path().join("data").join(name);
        let mut bytes = std::fs::read(&path).unwrap();
        // SQLite keeps `user_version` here, the most significant byte first.
        bytes[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
        std::fs::write(&path, &bytes).unwrap();
        for args in [&["list"][..], &["sync"], &["set", "resolved", "*", "--yes"], &["changes"]] {
            let (code, out, errors) = bench.run(args);
            assert_eq!((code, out.as_str()), (3, ""), "{name} {args:?}: {errors}");
        }
        assert!(std::fs::read(&path).unwrap() == bytes, "{name} was written to");
    }
}

#[test]
fn a_config_that_cannot_be_used_is_explained() {
    let bench = synced(5, &[]);
    for (config, code, said) in [
        ("x = [", 2, "quell.toml:1"),
        ("[profile.default]\nbogus = 1\n", 2, "bogus"),
        ("[profile.default]\ncloud = \"mars\"\n", 2, "us-gov"),
        ("[profile.default]\nsign-in = \"wish\"\n", 2, "azure-cli"),
        ("[profile.a]\n[profile.b]\n", 2, "a, b"),
        ("[profile.default]\nread-only = true\n", 5, "read-only"),
    ] {
        let path = bench.folder.path().join("quell.toml");
        std::fs::write(&path, config).unwrap();
        let (found, _, errors) =
            bench.run(&["--config", path.to_str().unwrap(), "set", "resolved", "*", "--yes"]);
        assert_eq!(found, code, "{config}: {errors}");
        assert!(errors.contains(said), "{config}: {errors}");
    }
    assert_eq!(bench.posts("resolve"), 0);
}

/// An alert whose id would turn the terminal's text around and whose title would clear its screen, if a terminal were to
/// obey them. (An id with a control character is set aside when it is read.)
const HOSTILE: &str = r#"{"id":"/subscriptions/0f0e0d0c-1111-2222-3333-444455556666/providers/Microsoft.Security/locations/westeurope/alerts/bad\u202e","name":"bad\u202e","type":"Microsoft.Security/Locations/alerts","properties":{"alertType":"Own_Hostile\u001b[2J","severity":"High","status":"Active","alertDisplayName":"\u001b[2J\u009b2J"}}"#;

#[test]
fn a_hostile_id_is_shown_to_a_terminal_and_given_to_a_program() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), HOSTILE).unwrap();
    let bench = Bench::start(Config {
        data: vec![file.path().to_owned()],
        throttle: Throttle::Off,
        ..Config::default()
    });
    assert_eq!(bench.run(&["sync"]).0, 0);
    let (_, ids, _) = bench.run(&["list", "--format", "ids"]);
    assert!(ids.ends_with("/bad\u{202e}\n"), "{ids:?}");
    let id = ids.trim_end_matches('\n').to_owned();
    let missing = format!("{id}x");
    let (code, _, errors) = bench.run(&["show", &missing]);
    assert_eq!((code, errors.contains("bad‹U+202E›x")), (1, true), "{errors}");
    let flags = bench.flags();
    for (code, args) in [
        (0, &["list", "--format", "ids"][..]),
        (0, &["list"]),
        (0, &["list", "--json"]),
        (0, &["set", "dismissed", "*", "--dry-run"]),
        (0, &["show", &id]),
        (0, &["show", &id, "--json"]),
        (0, &["show", &id, "--format", "raw"]),
        (1, &["show", &missing]),
        (2, &["list", "severity:\u{1b}]0;owned\u{7}"]),
        (0, &["count", "--by", "type"]),
        (0, &["set", "dismissed", "*", "--yes", "--timeout", "5s"]),
        (0, &["changes", "1"]),
    ] {
        let mut all: Vec<&str> = flags.iter().map(String::as_str).collect();
        all.extend(args);
        let mut pty = Pty::start(&all, &bench.environment(), (200, 40));
        assert_eq!(pty.end(), code, "{args:?}: {}", pty.screen());
        let text = String::from_utf8_lossy(&pty.bytes);
        for sign in ["\u{1b}]0;", "\u{7}", "\u{202e}", "\u{1b}[2J", "\u{9b}"] {
            assert!(!text.contains(sign), "{args:?} writes {sign:?}");
        }
    }
}
