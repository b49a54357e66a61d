//! The callback's signature is nowhere: not in the data folder, the log, the outputs, the screen, nor in what the system
//! shows of the process.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use quell::domain::response::TriggerOutcome;
use quell::emulator::{Config, Throttle};
use quell::store::{Access, Folder, Store};

use crate::support::{Bench, Pty};

fn bench(faults: &[&str], seed: u64) -> Bench {
    let config = Config {
        faults: faults.iter().map(|spec| spec.parse().unwrap()).collect(),
        fault_seed: seed,
        alerts: Some(40),
        throttle: Throttle::Off,
        run_delay: Duration::from_millis(50),
        ..Config::default()
    };
    let bench = Bench::start(config);
    assert_eq!(bench.run(&["sync"]).0, 0);
    bench
}

/// A logic app's id and the ids of some alerts, as a user would find them.
fn subject(bench: &Bench, alerts: usize) -> (String, Vec<String>) {
    let emulator = bench.emulator();
    let in_first = |id: &&(String, String)| id.0.contains("7f3c2a10");
    let names = emulator.alerts().iter().filter(in_first).take(alerts).map(|(id, _)| id.clone()).collect();
    let id = emulator.alerts().iter().find(in_first).map(|(id, _)| id.clone()).unwrap();
    let subscription = id.split('/').nth(2).unwrap().to_owned();
    let app = format!(
        "/subscriptions/{subscription}/resourceGroups/rg-soc/providers/Microsoft.Logic/workflows/la-page-oncall"
    );
    (app, names)
}

/// Every file below a folder, as bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found
}

/// No signature of the emulator is in these bytes.
fn clean(bench: &Bench, what: &str, bytes: &[u8]) {
    for signature in bench.emulator().callback_signatures() {
        let found = bytes.windows(signature.len()).any(|window| window == signature.as_bytes());
        assert!(!found, "{what} holds a callback's signature");
    }
}

fn clean_folder(bench: &Bench) {
    let files = files(bench.folder.path());
    assert!(files.iter().any(|(name, _)| name.ends_with("journal.db")));
    for (name, bytes) in files {
        clean(bench, &name, &bytes);
    }
}

/// True once a callback was called.
fn called(bench: &Bench) -> bool {
    bench.emulator().log().iter().any(|entry| entry.path.ends_with("/paths/invoke"))
}

#[test]
fn a_command_shows_the_signature_nowhere() {
    for (fault, seed) in [(None, 0), (Some("drop-reply:0.5@POST"), 1), (Some("403:0.6@POST"), 2)] {
        let faults: Vec<&str> = fault.into_iter().collect();
        let bench = bench(&faults, seed);
        let (app, alerts) = subject(&bench, 3);
        let log = bench.folder.path().join("quell.log");
        let log_arg = log.display().to_string();
        for more in [&["--dry-run"][..], &["--yes", "--wait", "--timeout", "20s"], &["--yes", "--json"]] {
            let mut args = vec!["respond", "--logic-app", &app, "--log", &log_arg, "--log-level", "trace"];
            args.extend(more);
            args.extend(alerts.iter().map(String::as_str));
            let (_, out, errors) = bench.run(&args);
            clean(&bench, "standard output", out.as_bytes());
            clean(&bench, "standard error", errors.as_bytes());
        }
        let (_, out, errors) = bench.run(&["respond", &alerts[0], "--log", &log_arg, "--log-level", "trace"]);
        clean(&bench, "the list", format!("{out}{errors}").as_bytes());
        assert!(fs::metadata(&log).unwrap().len() > 0);
        clean_folder(&bench);
        assert!(fault.is_some() || bench.emulator().runs().len() == 6);
    }
}

#[test]
fn a_process_shows_the_signature_nowhere_and_killed_then_its_row_is_unknown() {
    let bench = bench(&["latency:1s@POST"], 0);
    let (app, alerts) = subject(&bench, 1);
    let mut command = bench.command();
    command
        .args(["respond", &alerts[0], "--logic-app", &app, "--yes"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child: Child = command.spawn().unwrap();
    bench.until("the logic app is called", || called(&bench));
    for part in ["cmdline", "environ"] {
        clean(&bench, part, &fs::read(format!("/proc/{}/{part}", child.id())).unwrap());
    }
    child.kill().unwrap();
    child.wait().unwrap();
    clean_folder(&bench);
    let (store, _) =
        Store::open(Folder::open(&bench.folder.path().join("data")).unwrap(), Access::ReadWrite).unwrap();
    let outcomes: Vec<TriggerOutcome> =
        store.triggers(9).unwrap().iter().map(|record| record.outcome).collect();
    assert_eq!(outcomes, [TriggerOutcome::Unknown]);
    assert!(bench.emulator().runs().len() <= 1);
}

#[test]
fn the_screen_triggers_once_and_shows_the_signature_nowhere() {
    let bench = bench(&[], 0);
    let log = bench.folder.path().join("quell.log").display().to_string();
    let mut flags = bench.flags();
    flags.extend(["--log".to_owned(), log, "--log-level".to_owned(), "trace".to_owned()]);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let mut pty = Pty::start(&flags, &bench.environment(), (120, 36));
    pty.wait("▌")
        .keys("r 4")
        .wait("la-page-oncall")
        .keys("j Enter")
        .wait("Trigger la-page-oncall on this alert?");
    pty.wait("SystemAlertId").keys("Enter").wait("nothing was sent");
    assert!(bench.emulator().runs().is_empty());
    pty.keys("Enter").wait("SystemAlertId").keys("y").wait("run Succeeded");
    assert_eq!(bench.emulator().runs().len(), 1);
    pty.keys("q q");
    assert_eq!(pty.end(), 0);
    clean(&bench, "the terminal", &pty.bytes);
    clean_folder(&bench);
}
