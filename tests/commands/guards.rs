//! What must not leak, must not be opened and must not be guessed: secrets, file modes, newer files, bad configs.

use std::path::{Path, PathBuf};

use quell::emulator::{Config, Throttle};

use crate::support::Bench;
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
    let rejected = format!("{token}-rejected");
    for (token, code, args) in [
        (token, 0, &["sync"][..]),
        (token, 0, &["list", "--format", "json"]),
        (token, 0, &["doctor"]),
        (token, 0, &["set", "resolved", "status:active", "--yes", "--wait"]),
        (token, 0, &["changes", "1", "--json"]),
        (&rejected, 5, &["sync"]),
        (&rejected, 5, &["set", "active", "*", "--yes"]),
        (&rejected, 1, &["doctor", "--json"]),
    ] {
        let output = run(token, args);
        let (out, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        assert!(!out.contains("canary") && !said.contains("canary"), "{args:?} prints the token");
        let files = files_below(bench.folder.path());
        assert!(files.contains(&log));
        for file in files.iter().filter(|path| path.is_file()) {
            let bytes = std::fs::read(file).unwrap();
            let held = bytes.windows(6).any(|window| window == b"canary");
            assert!(!held, "{args:?} leaves the token in {}", file.display());
        }
    }
    assert!(!std::fs::read(&log).unwrap().is_empty(), "a log that holds nothing proves nothing");
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
        ("x = [", 1, "quell.toml:1"),
        ("[profile.default]\nbogus = 1\n", 1, "bogus"),
        ("[profile.default]\ncloud = \"mars\"\n", 1, "us-gov"),
        ("[profile.default]\nsign-in = \"wish\"\n", 1, "azure-cli"),
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
