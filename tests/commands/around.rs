//! What is known around an alert, who receives mail, sample alerts: headless, against the demo tenant.

use quell::emulator::{Config, Role, Throttle};
use serde_json::Value;

use crate::faults;
use crate::support::Bench;

const PRODUCTION: &str = "Contoso Production";

/// The demo tenant, all alerts synced.
fn tenant(config: Config) -> Bench {
    let bench = Bench::start(Config { seed: 1, throttle: Throttle::Off, ..config });
    let (code, _, errors) = bench.run(&["sync"]);
    assert_eq!(code, 0, "{errors}");
    bench
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The first alert that matches.
fn first(bench: &Bench, filter: &str) -> String {
    let (_, ids, errors) = bench.run(&["list", filter, "--format", "ids", "--limit", "1"]);
    assert!(!ids.is_empty(), "{filter}: {errors}");
    ids.trim().to_owned()
}

/// Methods and last path segments of what was asked since a number of requests.
fn asked(bench: &Bench, since: usize) -> Vec<String> {
    let log = bench.emulator().log();
    let mut lines: Vec<String> = log[since..]
        .iter()
        .map(|entry| format!("{} {}", entry.method, entry.path.rsplit('/').next().unwrap()))
        .collect();
    lines.sort();
    lines
}

#[test]
fn context_tells_tags_owners_and_what_happened() {
    let bench = tenant(Config::default());
    let id = first(&bench, "resource:vm-erp-app-02 severity:high");
    let before = bench.emulator().log().len();
    let (code, out, errors) = bench.run(&["context", &id, "--json"]);
    assert_eq!((code, errors.as_str()), (0, ""));
    assert_eq!(asked(&bench, before), ["GET default", "GET roleAssignments", "GET values"]);
    let whole = json(&out);
    assert!(whole["resource"].as_str().unwrap().to_lowercase().ends_with("/virtualmachines/vm-erp-app-02"));
    let owner = whole["tags"].as_array().unwrap().iter().find(|tag| tag["name"] == "owner").unwrap();
    assert!(owner["value"].as_str().unwrap().contains('@'));
    let roles = whole["holders"].as_array().unwrap();
    assert!(roles.iter().any(|of| of["role"] == "Owner" && of["from"] == "subscription"), "{roles:?}");
    assert!(roles.iter().all(|of| {
        ["Owner", "Contributor", "User Access Administrator"].contains(&of["role"].as_str().unwrap())
    }));
    let times: Vec<&str> =
        whole["events"].as_array().unwrap().iter().map(|event| event["time"].as_str().unwrap()).collect();
    assert!(!times.is_empty() && times.is_sorted_by(|one, next| one >= next), "{times:?}");
    let (from, to) = (whole["from"].as_str().unwrap(), whole["to"].as_str().unwrap());
    assert!(times.iter().all(|time| *time >= from && time[..19] <= to[..19]), "{from} {times:?} {to}");

    let (code, out, _) = bench.run(&["context", &id]);
    assert_eq!(code, 0);
    for words in ["Tags", "Whom to ask", "Activity log", "activity of the alert", "vm-erp-app-02"] {
        assert!(out.contains(words), "{words}\n{out}");
    }
    // Another window is another question.
    let (code, out, _) = bench.run(&["context", &id, "--json", "--from", "2001-01-01T00:00:00Z"]);
    let wide = json(&out);
    assert_eq!(code, 0);
    assert!(wide["events"].as_array().unwrap().len() > times.len(), "the whole of what Azure keeps");
    assert!(wide["from"].as_str().unwrap() > "2001-02", "no further back than Azure keeps");
    assert_eq!(bench.run(&["context", &id, "--from", "soon"]).0, 2);
    assert_eq!(bench.run(&["context", "none-such"]).0, 1);
}

#[test]
fn what_azure_does_not_know_is_a_sentence_and_no_error() {
    let bench = tenant(Config::default());
    let id = first(&bench, "cloud:aws type:VM_Webshell");
    let before = bench.emulator().log().len();
    let (code, out, said) = bench.run(&["context", &id, "--json"]);
    assert_eq!((code, json(&out)["resource"].is_null()), (0, true));
    assert!(said.contains("AWS") && json(&out)["why"].as_str().unwrap().contains("AWS"), "{said}");
    let (code, out, _) = bench.run(&["recommendations", &id, "--json"]);
    assert_eq!((code, out.trim()), (0, "[]"));
    assert_eq!(bench.emulator().log().len(), before, "nothing was asked");
}

#[test]
fn recommendations_are_the_unhealthy_ones_with_how_many_share_them() {
    let bench = tenant(Config::default());
    let id = first(&bench, "resource:vm-erp-app-02 severity:high");
    let before = bench.emulator().log().len();
    let (code, out, errors) = bench.run(&["recommendations", &id, "--json"]);
    assert_eq!((code, errors.as_str()), (0, ""));
    let items = json(&out);
    let items = items.as_array().unwrap();
    assert!(items.len() > 1);
    let rank = |item: &Value| ["Low", "Medium", "High"].iter().position(|of| item["severity"] == *of);
    assert!(items.is_sorted_by_key(|item| std::cmp::Reverse(rank(item))), "{out}");
    for item in items {
        assert!(rank(item).is_some() && item["otherResources"].is_u64(), "{item}");
        assert!(item["portalLink"].as_str().unwrap().starts_with("https://"), "{item}");
        let words = [&item["description"], &item["remediation"]].map(|text| text.as_str().unwrap());
        assert!(words.iter().all(|text| !text.is_empty() && !text.contains("<br")), "{item}");
    }
    assert!(asked(&bench, before).iter().filter(|line| line.starts_with("POST")).count() == 2);
    let (code, out, _) = bench.run(&["recommendations", &id]);
    assert_eq!(code, 0);
    assert!(out.contains("What to do") && out.contains("other resource"), "{out}");
}

#[test]
fn a_source_that_fails_or_refuses_has_its_exit_code() {
    for (specs, code, said) in
        [(&["403@GET"][..], 5, "not allowed"), (&["404@GET"], 1, "not found"), (&["garbage"], 1, "web page")]
    {
        let bench = tenant(Config::default());
        let id = first(&bench, "resource:vm-erp-app-02 severity:high");
        let data = bench.flags().remove(3);
        let broken = Bench::start(Config {
            seed: 1,
            throttle: Throttle::Off,
            faults: faults(specs),
            ..Config::default()
        });
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_quell"));
        command.env_clear().envs(bench.environment());
        command.args(["--endpoint", &broken.url, "--data-dir", &data, "context", &id]);
        let output = command.output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{specs:?}: {errors}");
        assert!(errors.contains(said), "{specs:?}: {errors}");
    }
}

#[test]
fn mail_settings_are_shown_changed_and_read_back() {
    let bench = tenant(Config::default());
    let shown = |bench: &Bench| json(&bench.run(&["contacts", "show", "--json"]).1);
    let before = shown(&bench);
    let here = |all: &Value| {
        all.as_array().unwrap().iter().find(|of| of["subscriptionName"] == PRODUCTION).unwrap().clone()
    };
    assert!(before.as_array().unwrap().len() > 1 && here(&before)["attackPaths"] != "");
    let set = ["contacts", "set", "--subscription", PRODUCTION];
    let refused: [(&[&str], i32, &str); 9] = [
        (&["contacts", "set", "--on", "--yes"], 2, "which subscription"),
        (&[&set[..], &["--yes"]].concat(), 2, "say what to change"),
        (&[&set[..], &["--email", "nobody", "--yes"]].concat(), 2, "no mail address"),
        (&[&set[..], &["--roles", "Reader", "--yes"]].concat(), 2, "`Reader`"),
        (&[&set[..], &["--min-severity", "extreme", "--yes"]].concat(), 2, "high, medium, low"),
        (&[&set[..], &["--email", "", "--roles", "", "--yes"]].concat(), 2, "nobody would receive"),
        (&[&set[..], &["--on", "--off", "--yes"]].concat(), 2, "cannot be used with"),
        (&[&set[..], &["--off"]].concat(), 2, "--yes"),
        (&["contacts", "set", "--subscription", "none-such", "--on", "--yes"], 1, "none-such"),
    ];
    for (args, code, said) in refused {
        let (found, _, errors) = bench.run(args);
        assert_eq!(found, code, "{args:?}: {errors}");
        assert!(errors.contains(said), "{args:?}: {errors}");
    }
    let (code, _, errors) = bench.run(&[&["--read-only"], &set[..], &["--off", "--yes"]].concat());
    assert_eq!(code, 5, "{errors}");
    assert_eq!(shown(&bench), before, "nothing of this changed anything");

    let wanted =
        ["--email", "new@contoso.example;SOC@contoso.example", "--min-severity", "low", "--yes", "--json"];
    let since = bench.emulator().log().len();
    let (code, out, said) = bench.run(&[&set[..], &wanted].concat());
    assert_eq!(code, 0, "{said}");
    assert_eq!(
        asked(&bench, since),
        ["GET default", "GET default", "GET default", "GET subscriptions", "PUT default"],
        "looked at, compared, written, read back"
    );
    assert!(said.contains("→  new@contoso.example") && said.contains("Low and higher"), "{said}");
    let done = json(&out);
    assert_eq!((&done["asAsked"], done["changed"].as_array().unwrap().len()), (&Value::Bool(true), 2));
    let after = here(&shown(&bench));
    assert_eq!((&after["minSeverity"], &after["emails"][0]), (&"Low".into(), &"new@contoso.example".into()));
    for part in ["attackPaths", "phone", "roles", "enabled"] {
        assert_eq!(after[part], here(&before)[part], "{part} was not named");
    }
    let (code, _, said) = bench.run(&[&set[..], &wanted].concat());
    assert_eq!((code, said.contains("nothing changes")), (0, true), "{said}");
    assert!(!said.contains("attack paths"), "{said}");
    let (code, _, said) = bench.run(&[&set[..], &["--off", "--yes"]].concat());
    assert_eq!((code, said.contains("Mail about attack paths stops as well")), (0, true), "{said}");
    assert_eq!(here(&shown(&bench))["enabled"], false);
}

#[test]
fn a_role_that_may_not_is_told_what_it_lacks() {
    let bench = tenant(Config { role: Role::SecurityReader, ..Config::default() });
    let set = ["contacts", "set", "--subscription", PRODUCTION, "--min-severity", "low", "--yes"];
    for args in [&set[..], &["simulate-alerts", "--subscription", PRODUCTION]] {
        let (code, _, errors) = bench.run(args);
        assert_eq!(code, 5, "{args:?}: {errors}");
        assert!(errors.contains("Security Admin"), "{args:?}: {errors}");
    }
    let (code, out, _) = bench.run(&["doctor"]);
    assert_eq!(code, 0);
    for words in
        ["may read alerts, read the activity log", "may not ask for sample alerts; it takes Security Admin"]
    {
        assert!(out.contains(words), "{words}\n{out}");
    }
}

#[test]
fn sample_alerts_are_asked_for_and_come_with_the_next_sync() {
    let quick = std::time::Duration::from_millis(1);
    let bench = tenant(Config { simulate_delay: quick, ..Config::default() });
    let samples = |bench: &Bench| {
        assert_eq!(bench.run(&["sync"]).0, 0);
        let (_, out, _) = bench.run(&["list", "type:SIMULATED_*", "--format", "ids"]);
        out.lines().count()
    };
    let before = samples(&bench);
    for (args, code, said) in [
        (&["simulate-alerts"][..], 2, "which subscription"),
        (&["simulate-alerts", "--subscription", PRODUCTION, "--bundle", "none"], 2, "StorageAccounts"),
        (&["--read-only", "simulate-alerts", "--subscription", PRODUCTION], 5, "read-only"),
    ] {
        let (found, _, errors) = bench.run(args);
        assert_eq!(found, code, "{args:?}: {errors}");
        assert!(errors.contains(said), "{args:?}: {errors}");
    }
    let (code, out, said) = bench.run(&[
        "simulate-alerts",
        "--subscription",
        PRODUCTION,
        "--bundle",
        "dns",
        "--bundle",
        "KeyVaults",
        "--wait",
        "--json",
    ]);
    assert_eq!(code, 0, "{said}");
    let answer = json(&out);
    assert_eq!((&answer["done"], answer["bundles"].as_array().unwrap().len()), (&Value::Bool(true), 2));
    assert_eq!(bench.posts("simulate"), 1);
    assert!(samples(&bench) > before);
    let (code, out, _) = bench.run(&["simulate-alerts", "--subscription", PRODUCTION]);
    assert_eq!(code, 0);
    assert!(out.contains("next sync"), "{out}");
    assert_eq!(bench.posts("simulate"), 2);
}
