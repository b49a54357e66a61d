//! Whole sessions: the program on a pseudo-terminal against the emulator, driven by keys.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "sessions/hand_over.rs"]
mod hand_over;
mod support;

use std::collections::BTreeSet;

use chrono::Utc;
use quell::emulator::{Config, Throttle, demo};
use support::{Bench, Pty};

const WIDE: (u16, u16) = (120, 36);

/// The demo tenant without throttling.
fn tenant(specs: &[&str]) -> Bench {
    let faults = specs.iter().map(|spec| spec.parse().unwrap()).collect();
    Bench::start(Config { throttle: Throttle::Off, seed: 1, faults, ..Config::default() })
}

/// The screen once the whole tenant is listed.
fn opened(bench: &Bench, size: (u16, u16)) -> Pty {
    let mut pty = bench.screen(size);
    pty.wait_until("the whole tenant", |screen| screen.contains("1,204") && screen.contains("synced"));
    pty
}

/// One more Informational alert for the resource that has 340 of them.
fn latecomer() -> String {
    let tenant = demo::tenant(1, Utc::now());
    let late = tenant.arrivals.iter().find(|raw| raw.contains("vm-jump-01") && raw.contains("Informational"));
    late.unwrap()
        .replace(demo::NOW_PLACEHOLDER, &Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

const NOISE: &str = "resource:vm-jump-01 severity:informational since:24h";

fn leave(pty: &mut Pty) {
    pty.keys("q");
    assert_eq!(pty.end(), 0);
}

#[test]
fn three_hundred_and_forty_are_dismissed_but_three_and_taken_back() {
    let bench = tenant(&[]);
    let before = bench.statuses();
    assert_eq!(bench.run(&["sync"]).0, 0);
    let filter = format!("status:active {NOISE}");
    let (_, listed, _) = bench.run(&["list", &filter, "--format", "ids"]);
    let listed: Vec<String> = listed.lines().map(str::to_lowercase).collect();
    assert_eq!(listed.len(), 340);
    let mut pty = opened(&bench, WIDE);
    pty.keys("/").type_text(&filter);
    pty.keys("Enter").wait("340 of 1,204");
    pty.keys("g g * *").wait("340 marked");
    pty.keys("Space Space Space").wait("337 marked");
    pty.keys("d").wait("337 = 340 matching − 3 kept");
    // It arrives while the question is open, and is not part of the answer.
    let late = bench.emulator().add_alert(&latecomer()).unwrap();
    pty.keys("3 y").wait("337 verified");
    assert!(pty.pressed <= 20, "{} keys", pty.pressed);
    assert_eq!(bench.posts("dismiss"), 337);
    let after = bench.statuses();
    assert_eq!(after[&late], "Active");
    let changed: BTreeSet<String> = after
        .iter()
        .filter(|(id, status)| before.get(*id).is_some_and(|was| was != *status))
        .map(|(id, _)| id.to_lowercase())
        .collect();
    let all_but_the_first_three: BTreeSet<String> = listed[3..].iter().cloned().collect();
    assert_eq!(changed, all_but_the_first_three);

    pty.pressed = 0;
    pty.keys("u").wait("337");
    pty.keys("y");
    assert_eq!(pty.pressed, 2);
    bench.until("every alert has its former status", || {
        let now = bench.statuses();
        before.iter().all(|(id, was)| now[id] == *was)
    });
    // The latecomer may be listed by now, or not yet.
    pty.wait_until("the whole list again", |screen| screen.contains("340 of") || screen.contains("341 of"));
    assert_eq!((bench.posts("dismiss"), bench.posts("activate")), (337, 337));
    leave(&mut pty);
}

/// Requests about suppression rules since a request of the log: method and the last part of the path.
fn about_rules(bench: &Bench, since: usize) -> Vec<String> {
    let log = bench.emulator().log();
    let about = log.iter().skip(since).filter(|entry| entry.path.contains("alertsSuppressionRules/"));
    about
        .map(|entry| format!("{} {}", entry.method, entry.path.rsplit('/').next().unwrap_or_default()))
        .collect()
}

#[test]
fn a_rule_from_an_alert_is_simulated_written_and_read_back_in_six_keys() {
    for size in [WIDE, (80, 24)] {
        let bench = tenant(&[]);
        let mut pty = opened(&bench, size);
        let since = bench.emulator().log().len();
        pty.pressed = 0;
        pty.keys("S").wait("Would have matched");
        let shown = pty.screen();
        let matched =
            shown.split("Would have matched ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
        pty.keys("2 F2").wait("Create this rule?");
        assert_eq!(about_rules(&bench, since), [] as [&str; 0], "nothing is written before the answer");
        pty.keys("y").wait("Read back from Azure");
        assert!(pty.pressed <= 6, "{} keys", pty.pressed);
        let name = pty.screen().split("Rule ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        assert_eq!(
            about_rules(&bench, since),
            [format!("GET {name}"), format!("PUT {name}"), format!("GET {name}")]
        );
        let (code, shown, errors) = bench.run(&["suppress", "show", &name, "--json"]);
        assert_eq!(code, 0, "{errors}");
        let rule: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(rule["simulation"]["matched"].to_string(), matched);
        assert_eq!(rule["reason"], "SpecificEntityFalsePositive");
        pty.keys("Esc");
        leave(&mut pty);
        assert_eq!(bench.posts("dismiss"), 0);
    }
}

#[test]
fn quitting_while_a_rule_is_written_loses_neither_it_nor_the_dismissal() {
    let bench = tenant(&["latency:700ms@PUT"]);
    let mut pty = opened(&bench, WIDE);
    pty.keys("S").wait("Would have matched");
    pty.keys("2 F2").wait("Create this rule?");
    pty.keys("d y Esc");
    leave(&mut pty);
    let since = about_rules(&bench, 0);
    assert!(since.last().is_some_and(|line| line.starts_with("GET ")), "it was read back: {since:?}");
    assert!(since.iter().any(|line| line.starts_with("PUT ")), "{since:?}");
    let (code, changes, errors) = bench.run(&["changes", "--json"]);
    assert_eq!(code, 0, "{errors}");
    let changes: serde_json::Value = serde_json::from_str(&changes).unwrap();
    assert!(changes[0]["comment"].as_str().unwrap().contains("suppression rule"), "{changes}");
}

/// Task 4: the cursor stands on the worst new alert; what mitigates it is two keys away, and nothing is asked for it.
#[test]
fn the_mitigation_of_the_worst_alert_is_two_keys_away() {
    let bench = tenant(&[]);
    for size in [WIDE, (80, 24)] {
        let mut pty = opened(&bench, size);
        let since = bench.emulator().log().len();
        pty.pressed = 0;
        pty.keys("r").wait("Take action").keys("2").wait("▐2 Mitigate▌").wait(" 1. ");
        assert!(pty.pressed <= 2, "{} keys", pty.pressed);
        let asked = bench.emulator().log().split_off(since);
        let own = |path: &str| {
            path.ends_with("/alerts") || path.ends_with("/permissions") || path == "/subscriptions"
        };
        assert!(asked.iter().all(|entry| own(&entry.path)), "{asked:?}");
        pty.keys("q").wait("1/622");
        leave(&mut pty);
    }
}

/// Task 8: which tactics are hit today, and the alerts of one of them.
#[test]
fn the_tactic_that_is_hit_most_today_is_two_keys_away() {
    for size in [WIDE, (80, 24), (60, 16)] {
        let bench = tenant(&[]);
        let mut pty = opened(&bench, size);
        let since = bench.emulator().log().len();
        pty.pressed = 0;
        pty.keys("M").wait("Enter  status:active,in-progress since:24h tactic:");
        let screen = pty.screen();
        let row = screen.lines().find(|line| line.contains('▌')).unwrap();
        let number = |row: &str| -> usize {
            row.split_whitespace().find_map(|word| word.replace(',', "").parse().ok()).unwrap()
        };
        // It is the fullest of all rows.
        assert!(
            screen
                .lines()
                .filter(|line| line.contains(['░', '▒', '▓']))
                .all(|line| { line.contains("few to many") || number(line) <= number(row) })
        );
        pty.keys("Enter").wait(&format!("/{} ", number(row)));
        assert!(pty.pressed <= 2, "{} keys", pty.pressed);
        let asked = bench.emulator().log().split_off(since);
        assert!(asked.iter().all(|entry| entry.method == "GET"), "{asked:?}");
        pty.keys("-").wait("/622");
        // The fullest bar of the timeline becomes the filter.
        pty.keys("T").wait("Timeline").keys("Enter").wait("since:20").wait_gone("/622");
        leave(&mut pty);
    }
}

#[test]
fn undo_works_after_a_restart() {
    let bench = tenant(&[]);
    let before = bench.statuses();
    let mut pty = opened(&bench, WIDE);
    pty.keys("/").type_text(NOISE);
    pty.keys("Enter").wait("340 of 1,204");
    pty.keys("* * d 1 y").wait("340 verified");
    leave(&mut pty);
    let mut pty = opened(&bench, WIDE);
    pty.keys("u").wait("340");
    pty.keys("y");
    bench.until("every alert has its former status", || bench.statuses() == before);
    leave(&mut pty);
}

#[test]
fn a_dismissed_alert_of_the_last_week_is_reactivated() {
    let bench = tenant(&[]);
    let mut pty = opened(&bench, WIDE);
    pty.pressed = 0;
    pty.keys("3").wait("status:dismissed");
    pty.keys("t 7").wait("since:7d");
    pty.keys("s a");
    assert_eq!(pty.pressed, 5);
    bench.until("one alert is active again", || bench.posts("activate") == 1);
    pty.wait("verified");
    leave(&mut pty);
}

#[test]
fn forty_high_alerts_of_a_group_are_taken() {
    let bench = tenant(&[]);
    let mut pty = opened(&bench, WIDE);
    // Plain movement is free: the second alert is one of the forty.
    pty.keys("Down").wait("rg-erp-prod");
    pty.pressed = 0;
    pty.keys("f g f v").wait("40 of 1,204");
    pty.keys("* * a").wait("40");
    pty.keys("y");
    assert!(pty.pressed <= 8, "{} keys", pty.pressed);
    bench.until("forty are in progress", || bench.posts("inProgress") == 40);
    pty.wait("verified").keys("2").wait("40 of 1,204");
    leave(&mut pty);
}

#[test]
fn twelve_alike_are_judged_at_once_and_nothing_is_sent() {
    let bench = tenant(&[]);
    let mut pty = opened(&bench, WIDE);
    let alike = "status:active type:K8S.NODE_PrivilegedContainerArtifacts resource:aks-stg";
    pty.keys("/ C-u").type_text(alike);
    pty.keys("Enter").wait("12 of 1,204");
    let before = bench.emulator().log().len();
    pty.pressed = 0;
    pty.keys("* t b n").wait("no public API").keys("2").type_text("the weekly scanner");
    pty.keys("Enter").wait("12 alerts judged not useful");
    assert_eq!(pty.pressed, 6);
    pty.keys("/ C-u").type_text("feedback:not-useful");
    pty.keys("Enter").wait("12 of 1,204");
    pty.keys("@").wait("Not useful").wait("+11");
    pty.keys("Enter j Enter").wait("History").keys("Esc").wait("Audit log");
    pty.keys("Esc").wait("Everything done here").keys("Esc").wait_gone("Audit log");
    let log = bench.emulator().log();
    let sent = log[before..].iter().filter(|entry| entry.method != "GET").count();
    assert_eq!(sent, 0, "feedback stays here");
    leave(&mut pty);
}

#[test]
fn what_was_refused_is_shown_and_only_that_is_tried_again() {
    let bench = tenant(&["403:0.1@POST"]);
    let mut pty = opened(&bench, WIDE);
    pty.keys("/").type_text(NOISE);
    pty.keys("Enter").wait("340 of 1,204");
    pty.keys("* * d 3 y").wait("failed");
    let refused = |bench: &Bench| {
        bench
            .emulator()
            .log()
            .iter()
            .filter(|entry| entry.method == "POST" && entry.status == Some(403))
            .count()
    };
    bench.until("each was tried", || bench.posts("dismiss") == 340);
    let failed = refused(&bench);
    assert!(failed > 0);
    pty.pressed = 0;
    pty.keys("E").wait("send these again");
    pty.keys("e");
    assert_eq!(pty.pressed, 2);
    bench.until("the refused were tried again", || bench.posts("dismiss") == 340 + failed);
    drop(pty);
}

/// The address beside the letter `a` in the side pane, and how many other alerts it says mention it.
fn first_address(screen: &str) -> Option<(String, usize)> {
    screen.lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words.windows(3).position(|words| words[0] == "a" && words[2] == "ip")?;
        let count = words.get(at + 3)?.strip_prefix('×')?.replace(',', "").parse().ok()?;
        Some((words[at + 1].to_owned(), count))
    })
}

#[test]
fn every_alert_that_mentions_the_same_address_is_two_keys_away() {
    let bench = tenant(&[]);
    let mut pty = opened(&bench, WIDE);
    for _ in 0..40 {
        if first_address(&pty.screen()).is_some() {
            break;
        }
        let before = pty.screen();
        pty.keys("Down").wait_until("the next alert", |screen| screen != before);
    }
    let (address, _) = first_address(&pty.screen()).unwrap();
    // A second count, over the JSON as the source has it.
    let tenant = demo::tenant(1, Utc::now());
    let needle = format!("\"address\":\"{address}\"");
    let all = tenant.alerts.iter().filter(|raw| raw.contains(&needle)).count();
    // What was counted while the listing was under way is counted again at its end.
    let counted = Some((address.clone(), all - 1));
    pty.wait_until("the number of a second count", |screen| first_address(screen) == counted);
    pty.pressed = 0;
    pty.keys("p a").wait(&format!("{all} of 1,204")).wait(&format!("ip:{address}"));
    assert_eq!(pty.pressed, 2);
    let requests = bench.emulator().log().len();
    pty.keys("BS").wait("status:active,in-progress").wait_gone(&format!("{all} of 1,204"));
    assert_eq!(first_address(&pty.screen()), counted);
    assert_eq!(bench.emulator().log().len(), requests, "a pivot asks the source nothing");
    // The same from the full details, and the menu for whoever waits.
    pty.keys("Enter p a").wait(&format!("{all} of 1,204"));
    pty.keys("Esc").wait("JSON").keys("p").wait("alerts that share");
    pty.keys("Esc").wait_gone("alerts that share").keys("Esc").wait_gone("JSON");
    pty.keys("Enter ] ]")
        .wait("The same")
        .keys("Enter")
        .wait("pivot")
        .keys("BS")
        .wait("The same")
        .keys("q q");
    assert_eq!(pty.end(), 0);
}

#[test]
fn every_pane_opens_and_closes_at_three_sizes() {
    let bench = tenant(&[]);
    for size in [WIDE, (80, 24), (60, 16)] {
        let mut pty = opened(&bench, size);
        pty.keys("Enter").wait("JSON");
        pty.keys("]").wait("History");
        pty.keys("] ]").keys("Esc").wait_gone("JSON");
        pty.keys("?").wait("Move");
        pty.keys("Esc").wait_gone("Move");
        pty.keys(":").type_text("dismiss");
        pty.wait("ismiss").keys("Esc");
        pty.keys("w").wait("sync");
        pty.keys("Esc");
        pty.resize(100, 30).wait("1,204").resize(50, 10).wait("60").resize(size.0, size.1).wait("1,204");
        // crossterm keeps a key back that comes in the very moment of a resize, until the next one is there.
        pty.keys("k");
        leave(&mut pty);
    }
}

#[test]
fn a_bad_filter_is_explained_and_the_list_stays() {
    let bench = tenant(&[]);
    let mut pty = opened(&bench, WIDE);
    pty.keys("/").type_text("severity:purple");
    pty.wait("purple")
        .wait_until("what was expected", |screen| screen.to_lowercase().contains("informational"));
    pty.keys("Esc").wait("of 1,204");
    leave(&mut pty);
}

#[test]
fn the_terminal_is_given_back_on_every_way_out() {
    let bench = tenant(&[]);
    for way in ["quit", "interrupt", "TERM", "HUP", "INT", "QUIT"] {
        let mut pty = opened(&bench, (80, 24));
        match way {
            "quit" => drop(pty.keys("q")),
            "interrupt" => drop(pty.keys("C-c C-c")),
            signal => {
                let done = std::process::Command::new("kill")
                    .args([&format!("-{signal}"), &pty.id().to_string()])
                    .status();
                assert!(done.unwrap().success());
            }
        }
        pty.end();
        let output = String::from_utf8_lossy(&pty.bytes).into_owned();
        let last =
            |mark: &str| output.rfind(mark).unwrap_or_else(|| panic!("{way}: {mark:?} was never written"));
        assert!(last("\u{1b}[?1049l") > last("\u{1b}[?1049h"), "{way}: the alternate screen is left");
        assert!(last("\u{1b}[?25h") > last("\u{1b}[?25l"), "{way}: the cursor is shown");
        assert!(last("\u{1b}[?2004l") > last("\u{1b}[?2004h"), "{way}: pasting is plain again");
    }
}

#[test]
fn a_change_killed_on_the_way_goes_on_when_the_program_is_opened_again() {
    let bench = tenant(&["latency:200ms@POST"]);
    let before = bench.statuses();
    let mut pty = opened(&bench, WIDE);
    pty.keys("/").type_text(NOISE);
    pty.keys("Enter").wait("340 of 1,204");
    pty.keys("* * d 3 y");
    let changed = || -> BTreeSet<String> {
        let now = bench.statuses().into_iter();
        now.filter(|(id, status)| before[id] != *status).map(|(id, _)| id).collect()
    };
    bench.until("the first are dismissed", || changed().len() >= 3);
    pty.kill();
    let mut pty = bench.screen(WIDE);
    bench.until("all are dismissed", || changed().len() == 340);
    pty.wait("340 verified");
    leave(&mut pty);
    assert!(changed().iter().all(|id| bench.statuses()[id] == "Dismissed"));
    assert_eq!(changed().len(), 340);
}

#[test]
fn hostile_text_is_shown_and_never_obeyed() {
    let bench = tenant(&[]);
    let mut pty = opened(&bench, WIDE);
    pty.keys("0").wait("1,204 of 1,204").keys("/").type_text("resource:app-shop title:\u{1b}");
    pty.keys("Esc").keys("/").type_text("resource:app-shop");
    pty.wait_gone("1,204 of").keys("Enter").wait("app-shop");
    for _ in 0..8 {
        pty.keys("Enter").wait("JSON").keys("[").wait("JSON").keys("Esc").wait_gone("JSON").keys("Down");
    }
    leave(&mut pty);
    let output = pty.bytes.clone();
    // Clipboard writes, titles, device queries: nothing that an alert could have brought along.
    for sequence in [&b"\x1b]52"[..], b"\x1b]0;", b"\x1b]2;", b"\x1b[6n", b"\x1b[c", b"\x1b#8", b"\x07"] {
        assert!(!output.windows(sequence.len()).any(|window| window == sequence), "{sequence:?} was written");
    }
}

#[test]
fn without_a_configuration_the_demo_is_offered() {
    let home = tempfile::tempdir().unwrap();
    let mut pty = Pty::start(&[], &support::bare(home.path()), WIDE);
    pty.wait_until("the offer of the demo", |screen| screen.to_lowercase().contains("demo"));
    pty.keys("q");
    assert_eq!(pty.end(), 0);
}

#[test]
fn what_is_known_around_an_alert_is_inspected_and_mail_is_changed_by_keys() {
    let bench = tenant(&[]);
    let mut pty = opened(&bench, WIDE);
    pty.keys("/").type_text("resource:vm-erp-app-02 severity:high");
    pty.keys("Enter").wait(" of 1,204").keys("r").wait("Take action");
    let since = bench.emulator().log().len();
    pty.keys("1").wait("Whom to ask").wait("activity of the alert").wait("owner");
    pty.keys("G Enter").wait("As the log has it").keys("Esc").wait("Whom to ask");
    pty.keys("+").wait("(3 h");
    pty.keys("3").wait("other resource").keys("Enter").wait("What to do").keys("Esc");
    pty.keys("6").wait("Enter edits").keys("Enter").wait("See what changes");
    pty.keys("Tab C-e").type_text(";late@contoso.example");
    pty.keys("\u{1b}OQ").wait("Store these settings?").keys("Enter").wait("See what changes");
    pty.keys("\u{1b}OQ").wait("Store these settings?").keys("y").wait("stored and read back");
    let asked: Vec<String> = bench.emulator().log()[since..]
        .iter()
        .map(|entry| format!("{} {}", entry.method, entry.path.rsplit('/').next().unwrap()))
        .filter(|asked| !["GET alerts", "GET subscriptions", "GET permissions"].contains(&asked.as_str()))
        .collect();
    let mut first = asked[..3].to_vec();
    first.sort();
    assert_eq!(first, ["GET default", "GET roleAssignments", "GET values"]);
    // The longer window is asked for while the next section is.
    let (wider, rest): (Vec<&String>, Vec<&String>) =
        asked[3..].iter().partition(|asked| *asked == "GET values");
    assert_eq!(wider.len(), 1);
    assert_eq!(
        rest,
        ["POST resources", "POST resources", "GET default", "GET default", "PUT default", "GET default"]
    );
    pty.keys("Esc");
    leave(&mut pty);
}

#[test]
fn a_group_is_dismissed_from_its_folded_heading_and_a_filter_is_added_by_arrows() {
    let bench = tenant(&[]);
    let before = bench.statuses();
    assert_eq!(bench.run(&["sync"]).0, 0);
    let (_, listed, _) =
        bench.run(&["list", "severity:high resource:vm-erp-db-01 status:active", "--format", "ids"]);
    let listed: BTreeSet<String> = listed.lines().map(str::to_lowercase).collect();
    let mut pty = opened(&bench, WIDE);
    pty.keys("/").type_text("severity:high resource:kv-analytics,vm-erp-db-01 status:active");
    pty.keys("Enter").wait(" of 1,204");
    pty.keys("z r").wait("by resource").keys("g g").wait("by resource");
    // Most of them are on this machine: its group is the first.
    pty.keys("Enter").wait("▸ vm-erp-db-01");
    pty.keys("d").wait(&format!("{0} of this group", listed.len())).wait("off screen");
    pty.keys("3 y").wait(&format!("{} verified", listed.len()));
    let after = bench.statuses();
    let changed: BTreeSet<String> = after
        .iter()
        .filter(|(id, status)| before.get(*id).is_some_and(|was| was != *status))
        .map(|(id, _)| id.to_lowercase())
        .collect();
    assert_eq!(changed, listed);
    pty.keys("z n 1").wait("status:active,in-progress");
    pty.keys("f Enter").wait("Add filter").keys("Down Enter").wait("[x]");
    pty.keys("Down Down Space Enter").wait("status:active,in-progress,");
    leave(&mut pty);
}
