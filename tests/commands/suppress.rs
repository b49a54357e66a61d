//! `quell suppress`: simulated, written, read back, switched, deleted, and refused with the right exit code.

use chrono::{DateTime, TimeDelta, Utc};
use quell::emulator::{Config, Role, Throttle};
use serde_json::Value;

use crate::support::{Bench, shared};
use crate::{alert_files, faults};

/// The demo tenant, synced, with faults that begin afterwards.
fn tenant(role: Role) -> Bench {
    let bench = Bench::start(Config { throttle: Throttle::Off, seed: 1, role, ..Config::default() });
    let (code, _, errors) = bench.run(&["sync"]);
    assert_eq!(code, 0, "{errors}");
    bench
}

fn json(bench: &Bench, args: &[&str]) -> Value {
    let (code, out, errors) = bench.run(&[args, &["--json"]].concat());
    assert_eq!(code, 0, "{args:?}: {errors}");
    serde_json::from_str(&out).unwrap()
}

fn rules(bench: &Bench) -> Vec<String> {
    let listed = json(bench, &["suppress", "list"]);
    listed.as_array().unwrap().iter().map(|rule| rule["name"].as_str().unwrap().to_owned()).collect()
}

/// Requests about rules that the emulator saw: method and the last part of the path.
fn asked(bench: &Bench) -> Vec<String> {
    let log = bench.emulator().log();
    let about = log.iter().filter(|entry| entry.path.contains("alertsSuppressionRules"));
    about.map(|entry| format!("{} {}", entry.method, entry.path.rsplit('/').next().unwrap())).collect()
}

/// An alert with a host and an address, and its id.
fn alert(bench: &Bench) -> (String, Value) {
    let (_, ids, _) = bench.run(&["list", "host:* ip:* status:active", "--format", "ids", "--limit", "1"]);
    let id = ids.trim().to_owned();
    let alert = json(bench, &["show", &id]);
    (id, alert)
}

#[test]
fn a_rule_is_written_from_an_alert_and_what_is_stored_is_said() {
    let bench = tenant(Role::Owner);
    let (id, alert) = alert(&bench);
    let before = asked(&bench).len();
    let made = json(
        &bench,
        &[
            "suppress",
            "add",
            "--name",
            "from-alert",
            "--from",
            &id,
            "--reason",
            "noise",
            "--expires",
            "never",
            "--yes",
        ],
    );
    assert_eq!(asked(&bench)[before..], ["GET from-alert", "PUT from-alert", "GET from-alert"]);
    let rule = &made["rules"][0];
    assert_eq!((&rule["type"], &rule["reason"]), (&alert["type"], &"Noise".into()));
    assert!(!rule["conditions"].as_array().unwrap().is_empty());
    // The service sets an end six months ahead where none was asked for.
    let end: DateTime<Utc> = rule["expires"].as_str().unwrap().parse().unwrap();
    assert!(end > Utc::now() + TimeDelta::days(170));
    assert_eq!(rule["differences"][0]["part"], "expirationDateUtc");
    assert_eq!(rule["differences"][0]["asked"], "never");
    assert!(made["simulation"]["matched"].as_u64().unwrap() >= 1);
    let warnings = made["simulation"]["warnings"].as_array().unwrap();
    assert!(warnings.iter().any(|warning| warning["code"] == "no-expiry"));

    // A PUT would replace it without a word: a second one of its name is refused.
    let again = ["suppress", "add", "--name", "FROM-ALERT", "--from", &id, "--reason", "noise", "--yes"];
    let (code, _, errors) = bench.run(&again);
    assert_eq!(code, 1);
    assert!(errors.contains("is there already"), "{errors}");
}

#[test]
fn several_types_are_several_rules_reported_one_by_one() {
    let bench = tenant(Role::Owner);
    let (_, out, errors) = bench.run(&[
        "suppress",
        "add",
        "--name",
        "two",
        "--type",
        "VM_A",
        "VM_B",
        "--entity",
        "ip.address=203.0.113.7",
        "--entity-contains",
        "process.commandline=curl",
        "--reason",
        "Other",
        "--subscription",
        "contoso staging",
        "--yes",
    ]);
    assert!(out.contains("two-2") && out.contains("VM_B"), "{out}{errors}");
    let shown = json(&bench, &["suppress", "show", "two-2"]);
    assert_eq!((&shown["type"], &shown["subscriptionName"]), (&"VM_B".into(), &"Contoso Staging".into()));
    assert_eq!(shown["conditions"].as_array().unwrap().len(), 2);
    let warnings = shown["simulation"]["warnings"].as_array().unwrap();
    assert!(warnings.iter().any(|warning| warning["code"] == "never-fired"));
}

#[test]
fn a_rule_is_edited_switched_and_deleted() {
    let bench = tenant(Role::Owner);
    let name = "jump-host-rdp-noise";
    let before = json(&bench, &["suppress", "show", name]);
    let edited =
        json(&bench, &["suppress", "edit", name, "--comment", "shorter", "--expires", "2w", "--yes"]);
    let rule = &edited["rules"][0];
    assert_eq!((&rule["comment"], &rule["conditions"]), (&"shorter".into(), &before["conditions"]));
    assert_ne!(rule["expires"], before["expires"]);
    assert_eq!(rule["differences"], Value::Array(Vec::new()));
    // What changes nothing is not written.
    let writes = || asked(&bench).iter().filter(|line| line.starts_with("PUT")).count();
    let written = writes();
    for args in [
        &["suppress", "edit", name, "--yes"][..],
        &["suppress", "edit", name, "--comment", "shorter", "--yes"],
    ] {
        let (code, _, errors) = bench.run(args);
        assert_eq!(code, 2, "{args:?}: {errors}");
    }
    assert_eq!(writes(), written);
    assert_eq!(json(&bench, &["suppress", "disable", name, "--yes"])["state"], "Disabled");
    assert_eq!(json(&bench, &["suppress", "enable", name, "--yes"])["state"], "Enabled");
    // One whose time is over needs a new end.
    let (code, _, errors) = bench.run(&["suppress", "enable", "pentest-october", "--yes"]);
    assert_eq!(code, 2, "{errors}");
    let renewed = json(&bench, &["suppress", "enable", "pentest-october", "--expires", "7d", "--yes"]);
    assert_eq!(renewed["state"], "Enabled");
    assert_eq!(json(&bench, &["suppress", "delete", name, "--yes"])["deleted"], name);
    assert!(!rules(&bench).contains(&name.to_owned()));
    assert_eq!(bench.run(&["suppress", "delete", name, "--yes"]).0, 1);
}

#[test]
fn the_matching_open_alerts_are_dismissed_as_a_change_and_undone() {
    let bench = tenant(Role::Owner);
    let before = bench.statuses();
    let (id, _) = alert(&bench);
    let simulate = ["suppress", "simulate", "--from", &id];
    let simulation = json(&bench, &simulate);
    let (_, ids, _) = bench.run(&[&simulate[..], &["--ids"]].concat());
    assert_eq!(ids.lines().count() as u64, simulation["matched"].as_u64().unwrap());
    let open = simulation["open"].as_u64().unwrap();
    assert!(open > 0);
    let made = json(
        &bench,
        &[
            "suppress",
            "add",
            "--from",
            &id,
            "--reason",
            "false-positive",
            "--dismiss-matching",
            "--yes",
            "--wait",
        ],
    );
    assert_eq!(made["dismissed"]["outcomes"]["verified"], open);
    assert_eq!(bench.posts("dismiss") as u64, open);
    let changes = json(&bench, &["changes"]);
    assert_eq!(changes[0]["reason"], "false-positive");
    assert!(changes[0]["comment"].as_str().unwrap().contains("suppression rule"));
    assert_eq!(bench.run(&["undo", "--yes", "--wait"]).0, 0);
    assert_eq!(bench.statuses(), before);
}

#[test]
fn one_fault_of_all_subscriptions_is_said_once() {
    let bench = tenant(Role::Owner);
    let flags = bench.flags();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_quell"));
    command.env_clear().envs(bench.environment());
    command.args(["--endpoint", "http://127.0.0.1:1", &flags[2], &flags[3], "suppress", "list"]);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), said.trim().lines().count()), (Some(1), 1), "{said}");
}

#[test]
fn an_unknown_subscription_is_the_same_everywhere() {
    let bench = tenant(Role::Owner);
    for args in [
        &["suppress", "list", "--subscription", "none such"][..],
        &["suppress", "show", "jump-host-rdp-noise", "--subscription", "none such"],
        &["contacts", "show", "--subscription", "none such"],
        &["contacts", "set", "--on", "--yes", "--subscription", "none such"],
    ] {
        let (code, _, errors) = bench.run(args);
        assert_eq!(code, 1, "{args:?}: {errors}");
        assert!(errors.contains("no subscription named none such; known are "), "{args:?}: {errors}");
        assert!(errors.contains("Contoso Data"), "{args:?}: {errors}");
    }
}

#[test]
fn what_was_asked_for_is_done_when_nobody_reads() {
    let bench = tenant(Role::Owner);
    let (id, _) = alert(&bench);
    let open = json(&bench, &["suppress", "simulate", "--from", &id])["open"].as_u64().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let add =
        ["suppress", "add", "--from", &id, "--reason", "noise", "--dismiss-matching", "--yes", "--wait"];
    let ended = bench.command().args(add).stdout(writer).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(0), "{said}");
    assert!(said.contains("takes effect") && !said.contains("standard output"), "{said}");
    assert!(open > 0);
    assert_eq!(bench.posts("dismiss") as u64, open);
    assert_eq!(json(&bench, &["changes"])[0]["outcomes"]["verified"], open);
}

#[test]
fn what_is_wrong_is_said_with_its_flag_and_nothing_is_sent() {
    let bench = tenant(Role::Owner);
    let base = ["suppress", "add", "--type", "VM_A", "--subscription", "Contoso Staging", "--yes"];
    let before = asked(&bench).len();
    for (args, part) in [
        (&["--name", "a b", "--reason", "Noise"][..], "--name: “ ” at character 2"),
        (&["--name", "ab"], "--reason"),
        (
            &["--name", "ab", "--reason", "Noise", "--expires", "2020-01-01"],
            "--expires: the expiration has passed",
        ),
        (&["--name", "ab", "--reason", "Noise", "--expires", "soon"], "--expires soon"),
        (&["--name", "ab", "--reason", "Noise", "--entity", "host=x"], "host.hostname"),
        (&["--name", "ab", "--reason", "Noise", "--entity", "host.hostname="], "--entity: a value is empty"),
        (&["--name", "ab", "--reason", "Noise", "--entity", "host.hostname"], "FIELD=VALUE"),
        (&["--name", "ab", "--reason", "Noise", "--entity-contains", "host.hostname"], "FIELD=TEXT"),
        (&["--name", "ab", "--reason", "benign"], "SpecificEntityFalsePositive"),
    ] {
        let (code, _, errors) = bench.run(&[&base[..], args].concat());
        assert_eq!(code, 2, "{args:?}: {errors}");
        assert!(errors.contains(part), "{args:?}: {errors}");
    }
    let nowhere = ["suppress", "add", "--name", "ab", "--type", "VM_A", "--reason", "Noise", "--yes"];
    let (code, _, errors) = bench.run(&nowhere);
    assert_eq!(code, 2);
    assert!(errors.contains("--subscription: which?") && errors.contains("Contoso Data"), "{errors}");
    assert!(asked(&bench)[before..].iter().all(|line| line.starts_with("GET")), "{:?}", asked(&bench));
    // Without a terminal to ask at, nothing is written without --yes.
    let unasked = ["suppress", "delete", "travelling-bob"];
    assert_eq!(bench.run(&unasked).0, 2);
    assert_eq!(bench.run(&["suppress", "show", "none-such"]).0, 1);
}

#[test]
fn a_reader_may_look_and_simulate_and_nothing_else() {
    let bench = tenant(Role::SecurityReader);
    let before = json(&bench, &["suppress", "list"]);
    let (id, _) = alert(&bench);
    for args in [
        &["suppress", "add", "--from", &id, "--reason", "Noise", "--yes"][..],
        &["suppress", "disable", "jump-host-rdp-noise", "--yes"],
        &["suppress", "delete", "jump-host-rdp-noise", "--yes"],
    ] {
        let (code, _, errors) = bench.run(args);
        assert_eq!(code, 5, "{args:?}: {errors}");
        assert!(errors.contains("Security Admin"), "{errors}");
    }
    let (code, _, _) = bench.run(&["suppress", "delete", "jump-host-rdp-noise", "--yes", "--read-only"]);
    assert_eq!(code, 5);
    assert_eq!(json(&bench, &["suppress", "list"]), before);
}

#[test]
fn a_lost_reply_is_settled_by_reading_back() {
    let config =
        Config { throttle: Throttle::Off, seed: 1, faults: faults(&["drop-reply@PUT"]), ..Config::default() };
    let bench = Bench::start(config);
    assert_eq!(bench.run(&["sync"]).0, 0);
    let made = json(
        &bench,
        &[
            "suppress",
            "add",
            "--name",
            "lost",
            "--type",
            "VM_A",
            "--reason",
            "Noise",
            "--subscription",
            "Contoso Data",
            "--yes",
        ],
    );
    assert_eq!(made["rules"][0]["name"], "lost");
    assert!(rules(&bench).contains(&"lost".to_owned()));
}

#[test]
fn a_simulation_of_the_samples_needs_no_rule_at_the_source() {
    let Some(folder) = shared("samples/arm-2022-01-01") else { return };
    let config = Config { data: alert_files(&folder), throttle: Throttle::Off, ..Config::default() };
    let bench = Bench::start(config);
    assert_eq!(bench.run(&["sync"]).0, 0);
    let all = json(&bench, &["suppress", "simulate", "--type", "*"]);
    let (_, ids, _) = bench.run(&["list", "--format", "ids"]);
    assert_eq!(all["matched"].as_u64().unwrap() as usize, ids.lines().count());
    assert_eq!(all["unread"], 0);
}
