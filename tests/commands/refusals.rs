//! What the commands refuse, leave out or could not finish, and the exit codes that say so.

use quell::emulator::{Config, Throttle};

use crate::support::{Bench, Pty};
use crate::{faults, synced};

#[test]
fn what_names_nothing_changes_nothing() {
    let bench = synced(40, &[]);
    let before = bench.statuses();
    let (_, id, _) = bench.run(&["list", "status:active", "--format", "ids", "--limit", "1"]);
    let id = id.trim();
    let (code, dry, _) = bench.run(&["set", "dismissed", "--id", &id.to_ascii_uppercase(), "--dry-run"]);
    assert_eq!((code, dry.trim()), (0, id));
    let (code, dry, said) = bench.run(&["set", "active", "--id", id, "--dry-run"]);
    assert_eq!((code, dry.as_str()), (0, ""));
    assert!(said.contains("1 already active"), "{said}");
    for (code, args) in [
        (1, &["set", "dismissed", "--id", "none-such", "--yes"][..]),
        (1, &["set", "dismissed", "--id", id, "none-such", "--yes"]),
        (1, &["set", "dismissed", "*", "--keep", "none-such", "--yes"]),
        (2, &["set", "dismissed", "", "--yes"]),
        (2, &["set", "dismissed", " ", "--yes"]),
        (2, &["set", "none-such", "*", "--yes"]),
        (2, &["set", "dismissed", "*", "--reason", "none-such", "--yes"]),
        (2, &["set", "dismissed", "*", "--timeout", "soon", "--yes"]),
        (0, &["set", "dismissed", "title:none-such", "--yes", "--wait"]),
        (0, &["undo", "--yes"]),
        (0, &["retry", "--yes"]),
        (0, &["resume"]),
        (1, &["undo", "999", "--yes"]),
        (1, &["retry", "999", "--yes"]),
        (1, &["changes", "999"]),
        (2, &["list", "--sort", "none-such"]),
        (2, &["emulator", "--fault", "none-such"]),
        (2, &["--endpoint", "http://203.0.113.7", "list"]),
    ] {
        let (found, _, errors) = bench.run(args);
        assert_eq!(found, code, "{args:?}: {errors}");
    }
    for (args, part) in [
        (&["set", "dismissed", "--yes"][..], "name the alerts by a FILTER or by --id; `*` means all"),
        (&["set", "dismissed", "*", "--id", id, "--yes"], "not both"),
        (&["show", ""], "an alert's id or name is needed"),
    ] {
        let (code, _, errors) = bench.run(args);
        assert!(code == 2 && errors.contains(part), "{args:?}: {code} {errors}");
    }
    assert_eq!(bench.statuses(), before);
    assert_eq!(bench.run(&["list", "--limit", "0", "--json"]).1, "[]\n");
    for args in
        [&["undo"][..], &["retry"], &["resume"], &["changes"], &["doctor"], &["count", "--by", "status"]]
    {
        let (code, out, errors) = bench.run(&[args, &["--json"]].concat());
        assert_eq!(code, 0, "{args:?}: {errors}");
        serde_json::from_str::<serde_json::Value>(&out).unwrap();
    }
}

#[test]
fn a_cache_that_was_never_synced_says_so() {
    let bench = Bench::start(Config { alerts: Some(3), throttle: Throttle::Off, ..Config::default() });
    for args in [&["list"][..], &["list", "--json"], &["count", "--by", "status"]] {
        let (code, _, errors) = bench.run(args);
        assert!(code == 0 && errors.contains("never synced: run `quell sync`"), "{args:?}: {code} {errors}");
    }
    assert_eq!(bench.run(&["sync"]).0, 0);
    let (code, _, errors) = bench.run(&["list", "title:none-such"]);
    assert_eq!((code, errors.trim()), (0, "no alert matches"));
    let listed: serde_json::Value =
        serde_json::from_str(&bench.run(&["list", "--limit", "1", "--json"]).1).unwrap();
    let mut begun = listed[0]["type"].as_str().unwrap().to_owned();
    begun.pop();
    let errors = bench.run(&["list", &format!("type:{begun}")]).2;
    assert!(errors.contains(&format!("no alert matches; type:{begun}* would match ")), "{errors}");
    assert_eq!(bench.run(&["list"]).2, "");
}

#[test]
fn me_is_somebody_or_refused() {
    let bench = synced(10, &[]);
    let (code, out, errors) = bench.run(&["list", "-assigned:me", "--format", "ids"]);
    assert_eq!((code, out.lines().count()), (0, 10), "{errors}");
    for args in [&["list", "-assigned:me"][..], &["set", "resolved", "-assigned:me", "--yes"]] {
        let nobody =
            bench.command().env_remove("QUELL_ACCESS_TOKEN").env("PATH", "").args(args).output().unwrap();
        let said = String::from_utf8_lossy(&nobody.stderr);
        assert_eq!(nobody.status.code(), Some(5), "{args:?}: {said}");
        assert!(nobody.stdout.is_empty() && said.contains("`me`"), "{said}");
    }
    assert_eq!(bench.posts("resolve"), 0);
}

#[test]
fn a_sync_that_cannot_send_is_no_success() {
    let bench = synced(10, &["hang@POST"]);
    let queued = bench.run(&["set", "resolved", "*", "--yes", "--timeout", "1s"]);
    assert_eq!(queued.0, 0, "{}", queued.2);
    let (code, _, errors) = bench.run(&["resume", "--wait", "--timeout", "1s"]);
    assert_eq!(code, 4, "{errors}");
    let signed_out = |args: &[&str]| {
        let output = bench.command().env("QUELL_ACCESS_TOKEN", "wrong").args(args).output().unwrap();
        output.status.code()
    };
    assert_eq!(signed_out(&["resume"]), Some(5));
    assert_eq!(signed_out(&["resume", "--wait", "--timeout", "1s"]), Some(5));
    assert_eq!(signed_out(&["sync"]), Some(5));
}

#[test]
fn a_retry_asks_about_what_it_does() {
    let now = Some(chrono::Utc::now());
    let tenant = |specs: &[&str]| {
        let plain = Config { alerts: Some(30), now, throttle: Throttle::Off, ..Config::default() };
        Bench::start(Config { faults: faults(specs), ..plain })
    };
    // The same alerts twice: first at a source that refuses everything, then at one that does not.
    let (refusing, willing) = (tenant(&["403@POST"]), tenant(&[]));
    assert_eq!(refusing.run(&["sync"]).0, 0);
    assert_eq!(refusing.run(&["set", "resolved", "*", "--yes", "--wait"]).0, 4);
    let (_, one, _) = refusing.run(&["changes", "1", "--json"]);
    let one: serde_json::Value = serde_json::from_str(&one).unwrap();
    let failed = one["outcomes"]["failed"].as_u64().unwrap() as usize;
    let alerts = one["alerts"].as_array().unwrap();
    let decided_again =
        alerts.iter().find(|alert| alert["from"] == "Active").unwrap()["id"].as_str().unwrap();
    let data = refusing.flags().remove(3);
    let run = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_quell"));
        command.env_clear().envs(refusing.environment());
        command.args(["--endpoint", &willing.url, "--data-dir", &data]).args(args);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(run(&["set", "dismissed", "--id", decided_again, "--yes", "--wait"]).0, Some(0));
    let (code, errors) = run(&["retry", "1", "--yes", "--wait"]);
    assert!(errors.contains("1 left out"), "{code:?}: {errors}");
    assert_eq!(willing.posts("resolve"), failed - 1);
}

#[test]
fn what_the_source_refuses_for_good_has_failed_and_the_reasons_are_said() {
    use quell::emulator::Role;
    let with = |role, specs: &[&str]| {
        let config = Config { alerts: Some(30), throttle: Throttle::Off, role, ..Config::default() };
        let bench = Bench::start(Config { faults: faults(specs), ..config });
        assert_eq!(bench.run(&["sync"]).0, 0);
        bench
    };
    let reader = with(Role::SecurityReader, &[]);
    for args in [
        &["set", "dismissed", "status:active", "--yes"][..],
        &["retry", "--yes"],
        &["set", "resolved", "status:active", "--yes", "--json"],
    ] {
        let (code, _, errors) = reader.run(args);
        assert_eq!(code, 5, "{args:?}: {errors}");
        assert_eq!(errors.matches("refused: not allowed: ").count(), 1, "{args:?}: {errors}");
    }
    let (code, _, errors) = reader.run(&["set", "dismissed", "status:active", "--yes", "--wait"]);
    assert_eq!(code, 4, "{errors}");
    assert!(errors.contains("refused: not allowed: "), "{errors}");
    let gone = with(Role::Owner, &["404@POST"]);
    let (code, _, errors) = gone.run(&["set", "dismissed", "status:active", "--yes"]);
    assert_eq!(code, 1, "{errors}");
    assert!(errors.contains(" refused: the source can show the alert"), "{errors}");
}

#[test]
fn no_is_an_answer_and_enter_means_no() {
    let bench = synced(40, &[]);
    let before = bench.statuses();
    let flags = bench.flags();
    let asked = |args: &[&str], keys: &str| {
        let mut all: Vec<&str> = flags.iter().map(String::as_str).collect();
        all.extend(args);
        let mut pty = Pty::start(&all, &bench.environment(), (200, 40));
        pty.wait("[y/N]").keys(keys);
        pty.end()
    };
    assert_eq!(asked(&["set", "dismissed", "*"], "n Enter"), 0);
    assert_eq!(asked(&["set", "dismissed", "*"], "Enter"), 0);
    assert_eq!(bench.statuses(), before);
    assert_eq!(asked(&["set", "dismissed", "*", "--wait"], "y Enter"), 0);
    let dismissed = bench.statuses();
    assert!(dismissed.values().all(|status| status == "Dismissed"));
    assert_eq!(asked(&["undo"], "n Enter"), 0);
    assert_eq!(bench.statuses(), dismissed);
    assert_eq!(asked(&["undo", "--wait"], "y Enter"), 0);
    assert_eq!(bench.statuses(), before);
}

/// Nothing was ever fetched: every command that reads alerts says so, and an export leaves no file that looks like that of a
/// tenant without alerts.
#[test]
fn a_cache_that_was_never_synced_is_said_to_be() {
    let bench = Bench::start(Config { alerts: Some(5), throttle: Throttle::Off, ..Config::default() });
    let file = bench.folder.path().join("a.ndjson");
    assert_eq!(
        bench.run(&["view", "list"]),
        (0, String::new(), "no view is saved: `quell view save` saves one\n".into())
    );
    bench.run(&["view", "save", "x"]);
    for (code, args) in [
        (0, &["list"][..]),
        (0, &["count", "--by", "status"]),
        (0, &["set", "dismissed", "*", "--yes"]),
        (0, &["view", "list"]),
        (0, &["suppress", "simulate", "--type", "VM_X"]),
        (1, &["export", file.to_str().unwrap()]),
        (1, &["export", "-", "--format", "json"]),
    ] {
        let (found, _, errors) = bench.run(args);
        assert!(
            found == code && errors.contains("never synced: run `quell sync`"),
            "{args:?}: {found} {errors}"
        );
    }
    assert!(!file.exists());
}

/// The demo takes everything that is tried out, and says that it forgets.
#[test]
fn what_the_demo_forgets_is_said() {
    let home = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_quell"));
        let output = command.env_clear().env("HOME", home.path()).arg("--demo").args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&output.stdout), text(&output.stderr))
    };
    let (ids, errors) = run(&["list", "--limit", "1", "--format", "ids"]);
    assert_eq!(errors, "");
    for args in [&["note", ids.trim(), "seen"][..], &["view", "save", "x"]] {
        let (_, errors) = run(args);
        assert!(errors.contains("the demo keeps nothing"), "{args:?}: {errors}");
    }
}
