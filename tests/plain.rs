//! Plain mode: whole sessions on a pseudo-terminal of the dumbest kind, driven by lines and read as lines.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use chrono::Utc;
use quell::emulator::{Config, Throttle, demo};
use support::{Bench, Pty};

/// A talk with plain mode: a line in, the answer out.
struct Talk {
    pty: Pty,
}

/// The demo tenant without throttling.
fn tenant(specs: &[&str]) -> Bench {
    let faults = specs.iter().map(|spec| spec.parse().unwrap()).collect();
    Bench::start(Config { throttle: Throttle::Off, seed: 1, faults, ..Config::default() })
}

impl Talk {
    /// Plain mode at its first prompt.
    fn begin(bench: &Bench) -> Self {
        let flags = bench.flags();
        let mut flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        flags.push("--plain");
        let mut environment = bench.environment().to_vec();
        environment.push(("TERM", "dumb"));
        let mut talk = Self { pty: Pty::start(&flags, &environment, (80, 24)) };
        let greeting = talk.answer(0);
        assert!(greeting.contains("of 1,204 alerts match") && greeting.contains("Type list"), "{greeting}");
        talk
    }

    /// What was written since a byte, up to the next prompt.
    fn answer(&mut self, from: usize) -> String {
        self.pty.wait_written("a prompt", |bytes| {
            let new = &bytes[from..];
            new.ends_with(b"> ") && new.contains(&b'\n')
        });
        String::from_utf8_lossy(&self.pty.bytes[from..]).replace('\r', "")
    }

    /// Types a line and gives its answer without the echo, with the prompt that follows it.
    fn say(&mut self, line: &str) -> String {
        let from = self.pty.bytes.len();
        self.pty.type_text(&format!("{line}\n"));
        let answer = self.answer(from);
        answer.split_once('\n').map_or_else(String::new, |(_, answer)| answer.to_owned())
    }

    /// The same, and the answer must hold a text.
    fn expect(&mut self, line: &str, text: &str) -> String {
        let answer = self.say(line);
        assert!(answer.contains(text), "`{line}` was to be answered with `{text}`, and was with:\n{answer}");
        answer
    }

    /// Leaves, and looks whether anything was written that a dumb terminal or a screen reader must not get.
    fn leave(mut self) {
        self.pty.type_text("quit\n");
        assert_eq!(self.pty.end(), 0);
        for sign in String::from_utf8_lossy(&self.pty.bytes).chars() {
            let forbidden = sign.is_control() && !matches!(sign, '\r' | '\n')
                || ('\u{2500}'..='\u{259f}').contains(&sign)
                || ('\u{2800}'..='\u{28ff}').contains(&sign);
            assert!(!forbidden, "{sign:?} was written");
        }
    }
}

/// One more Informational alert for the resource that has 340 of them.
fn latecomer() -> String {
    let tenant = demo::tenant(1, Utc::now());
    let late = tenant.arrivals.iter().find(|raw| raw.contains("vm-jump-01") && raw.contains("Informational"));
    late.unwrap()
        .replace(demo::NOW_PLACEHOLDER, &Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

const NOISE: &str = "filter status:active resource:vm-jump-01 severity:informational since:24h";

/// Tasks 1 and 5.
#[test]
fn the_set_that_was_heard_is_dismissed_but_three_and_taken_back() {
    let bench = tenant(&[]);
    let before = bench.statuses();
    let mut talk = Talk::begin(&bench);
    talk.expect(NOISE, "340 of 1,204 alerts match: 340 Informational.");
    talk.expect("list", "320 more: type more.");
    talk.expect("mark all", "340 marked");
    talk.expect("unmark 1-3", "337 marked in all");
    talk.expect("dismiss", "337 = 340 matching - 3 kept");
    talk.expect("", "Nothing was changed.");
    talk.expect("dismiss", "3 Noise");
    let late = bench.emulator().add_alert(&latecomer()).unwrap();
    talk.expect("y", "Choose a reason first");
    assert_eq!(bench.posts("dismiss"), 0);
    talk.expect("3", "y changes 337 alerts");
    talk.expect("y", "Queued: dismiss 337 alerts");
    talk.expect("wait", "337 verified");
    assert_eq!(bench.posts("dismiss"), 337);
    assert_eq!(bench.statuses()[&late], "Active");
    talk.expect("undo", "Each alert goes back");
    talk.expect("", "list");
    assert_eq!(bench.posts("activate"), 0, "an empty line means No");
    talk.say("undo");
    talk.say("y");
    talk.say("wait");
    let after = bench.statuses();
    assert!(before.iter().all(|(id, was)| after[id] == *was));
    talk.leave();
}

/// Tasks 2 and 4.
#[test]
fn the_worst_alert_is_read_its_mitigation_too_and_what_shares_its_address() {
    let bench = tenant(&[]);
    let mut talk = Talk::begin(&bench);
    let list = talk.expect("list", "602 more: type more.");
    assert!(list.starts_with("1. High. "), "{list}");
    let asked = bench.emulator().log().len();
    talk.expect("respond 1", "section 2: Mitigate.");
    talk.expect("section 3", "section 3: Prevent.");
    talk.expect("section mitigate", "1) Restrict ");
    talk.expect("1", "Step ticked off.");
    talk.expect("back", "Back in the list.");
    // The first alert that mentions an address.
    let (number, address) = (1..=20)
        .find_map(|number| {
            let read = talk.say(&number.to_string());
            let line = read.lines().find(|line| line.trim_start().starts_with("a, "))?.to_owned();
            let mut facts = line.split(", ").skip(1);
            let address = facts.next()?.to_owned();
            (facts.next() == Some("ip")).then_some((number, address))
        })
        .unwrap();
    let tenant = demo::tenant(1, Utc::now());
    let needle = format!("\"address\":\"{address}\"");
    let all = tenant.alerts.iter().filter(|raw| raw.contains(&needle)).count();
    talk.expect(&format!("pivot {number}"), &format!("a. {address}, ip, "));
    talk.expect("a", &format!("{all} of 1,204 alerts match"));
    talk.expect("unpivot", "622 of 1,204 alerts match");
    talk.expect(&format!("pivot {number} a"), "type list first");
    talk.say("list");
    talk.expect(&format!("pivot {number} a"), &format!("Filter: ip:{address}"));
    let written = bench.emulator().log().split_off(asked);
    let written =
        written.iter().filter(|entry| entry.method != "GET" && !entry.path.contains("ResourceGraph"));
    assert_eq!(written.count(), 0, "nothing was changed at the source");
    talk.leave();
}

/// Task 3.
#[test]
fn a_rule_from_an_alert_is_simulated_written_and_read_back() {
    let bench = tenant(&[]);
    let mut talk = Talk::begin(&bench);
    talk.say("list");
    let form = talk.expect("suppress 1", "Would have matched");
    assert!(form.contains("1. Name: ") && form.contains("Reason: not chosen"), "{form}");
    talk.expect("ok", "Wrong");
    talk.expect("reason", "An empty line leaves it as it is.");
    talk.expect("2", "Reason: ");
    let puts = || bench.emulator().log().iter().filter(|entry| entry.method == "PUT").count();
    talk.expect("ok", "Create this rule?");
    assert_eq!(puts(), 0, "nothing is written before the answer");
    talk.expect("", "Nothing was sent.");
    talk.expect("ok", "Create this rule?");
    talk.expect("y", "Read back from Azure");
    assert_eq!((puts(), bench.posts("dismiss")), (1, 0));
    talk.expect("rules", "Enabled");
    talk.expect("1", "delete");
    talk.say("");
    talk.say("");
    talk.leave();
}

/// Task 6.
#[test]
fn a_dismissed_alert_of_the_last_week_is_reactivated() {
    let bench = tenant(&[]);
    let mut talk = Talk::begin(&bench);
    talk.expect("view dismissed", "Filter: status:dismissed");
    talk.expect("time 7d", "since:7d");
    talk.say("list");
    talk.expect("status active 1", "Queued: activate 1 alert");
    talk.expect("wait", "verified");
    assert_eq!(bench.posts("activate"), 1);
    talk.leave();
}

/// Task 7.
#[test]
fn forty_high_alerts_of_a_group_are_taken() {
    let bench = tenant(&[]);
    let mut talk = Talk::begin(&bench);
    talk.expect("/status:active,in-progress severity:high group:rg-erp-prod", "40 of 1,204 alerts match");
    talk.say("mark all");
    talk.expect("take", "and take over");
    talk.say("y");
    talk.expect("wait", "verified");
    assert_eq!(bench.posts("inProgress"), 40);
    talk.expect("view mine", "40 of 1,204");
    talk.leave();
}

/// Task 8.
#[test]
fn a_tactic_that_is_hit_today_is_one_number_away() {
    let bench = tenant(&[]);
    let mut talk = Talk::begin(&bench);
    let read = talk.expect("attack", "since:24h");
    let first = read.lines().nth(1).unwrap();
    let count = first.split(", ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    assert!(first.starts_with("1. ") && first.contains(" alert"), "{read}");
    talk.expect("1", &format!("\n{count} of 1,204 alerts match"));
    talk.expect("timeline", "1. ");
    talk.expect("1", "since:");
    talk.leave();
}

/// Task 9.
#[test]
fn the_list_is_exported_and_what_is_to_be_copied_is_printed_alone() {
    let bench = tenant(&[]);
    let mut talk = Talk::begin(&bench);
    let file = bench.folder.path().join("out.ndjson");
    talk.expect("export", "Export: 622 listed alerts.");
    talk.expect("", "Back in the list.");
    talk.say("export");
    talk.expect(file.to_str().unwrap(), "622 alerts");
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 622);
    talk.say("list");
    let id = talk.say("copy id 2");
    assert!(id.starts_with("/subscriptions/") && id.lines().count() == 2, "{id}");
    talk.expect("copy link 2", "https://portal.azure.com/");
    talk.leave();
}

/// Task 11.
#[test]
fn a_view_is_saved_and_opened_again_in_the_next_session() {
    let bench = tenant(&[]);
    let mut talk = Talk::begin(&bench);
    talk.expect("filter severity:high status:active", "alerts match");
    talk.expect("view save 5", "Saved: view 5 opens it");
    talk.expect("clear", "none, every alert");
    talk.leave();
    let mut talk = Talk::begin(&bench);
    talk.expect("view", "severity:high status:active");
    talk.expect("view 5", "Filter: severity:high status:active");
    let list = talk.expect(":your views, with what is new", "Your views:");
    assert!(list.contains("1. ") && list.contains("On digit 5"), "{list}");
    talk.expect("rename 1", "Another name");
    talk.expect("night", "It is called \"night\" now");
    talk.expect("close", "Back in the list");
    talk.leave();
}

#[test]
fn twelve_alike_are_judged_at_once_and_nothing_is_sent() {
    let bench = tenant(&[]);
    let mut talk = Talk::begin(&bench);
    let alike = "filter status:active type:K8S.NODE_PrivilegedContainerArtifacts resource:aks-stg";
    talk.expect(alike, "12 of 1,204");
    let before = bench.emulator().log().len();
    talk.say("mark all");
    talk.expect("feedback not-useful", "no public API");
    talk.expect("2 the weekly scanner", "12 alerts judged not useful");
    talk.expect("filter feedback:not-useful", "12 of 1,204");
    talk.expect("log", "the weekly scanner");
    talk.say("");
    let log = bench.emulator().log();
    assert!(log[before..].iter().all(|entry| entry.method == "GET"), "feedback stays here");
    talk.leave();
}

/// Task 12.
#[test]
fn what_was_refused_is_read_and_only_that_is_sent_again() {
    let bench = tenant(&["403:0.1@POST"]);
    let mut talk = Talk::begin(&bench);
    talk.say(NOISE);
    talk.say("mark all");
    talk.say("dismiss");
    talk.say("3 y");
    talk.expect("wait", "failed");
    let refused = || {
        let log = bench.emulator().log();
        log.iter().filter(|entry| entry.method == "POST" && entry.status == Some(403)).count()
    };
    let failed = refused();
    assert!(failed > 0);
    let read = talk.expect("failures", "1. failed.");
    assert_eq!(read.lines().filter(|line| line.contains(". failed.")).count(), failed);
    talk.expect("e", "sent again");
    talk.say("wait");
    assert_eq!(bench.posts("dismiss"), 340 + failed, "the refused were tried again, once");
    talk.leave();
}

#[test]
fn a_form_is_left_by_one_word() {
    let bench = tenant(&[]);
    let mut talk = Talk::begin(&bench);
    talk.say("list");
    talk.say("respond 1");
    talk.expect("section 6", "Enter edits");
    talk.expect("1", "Mail for alerts of");
    talk.expect("3 yes", "Owners: yes");
    let left = talk.expect("cancel", "Nothing was changed.");
    assert!(!left.contains("Esc"), "{left}");
    talk.leave();
}

#[test]
fn lines_are_read_from_a_pipe_to_its_end() {
    let bench = tenant(&[]);
    let mut command = bench.command();
    command.arg("--plain").stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = b"filter severity:purple\nlist\nfrobnicate\nstatus resolved 1";
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), lines).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    for part in
        ["Mistake at character 10", "1. High. ", "\"frobnicate\" is no word here", "Queued: resolve 1 alert"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("> "), "no prompt where nobody waits for one: {text}");
}

#[test]
fn ctrl_c_leaves_a_question_and_twice_leaves_the_program() {
    let bench = tenant(&[]);
    let mut talk = Talk::begin(&bench);
    talk.say("list");
    talk.expect("dismiss 1", "Reasons: 1 False positive");
    let from = talk.pty.bytes.len();
    talk.pty.keys("C-c");
    let answer = talk.answer(from);
    assert!(answer.ends_with("list> "), "{answer}");
    assert_eq!(bench.posts("dismiss"), 0);
    let from = talk.pty.bytes.len();
    talk.pty.keys("C-c");
    talk.answer(from);
    talk.pty.keys("C-c");
    assert_eq!(talk.pty.end(), 0);
}

#[test]
fn the_ctrl_c_of_a_command_is_its_own() {
    let bench = tenant(&[]);
    let mut talk = Talk::begin(&bench);
    talk.expect("!", "to a command");
    let from = talk.pty.bytes.len();
    talk.pty
        .type_text("sh -c 'trap \"echo interrupted; exit 0\" INT; echo ready; while :; do sleep 1; done'\n");
    let has = |part: &'static str| {
        move |bytes: &[u8]| String::from_utf8_lossy(&bytes[from..]).lines().any(|line| line.ends_with(part))
    };
    talk.pty.wait_written("the command", has("ready"));
    talk.pty.keys("C-c");
    talk.pty.wait_written("its trap", has("interrupted"));
    talk.pty.wait_written("the prompt", |bytes| bytes.ends_with(b"list> "));
    // It was none of ours: the next one is the first.
    let from = talk.pty.bytes.len();
    talk.pty.keys("C-c");
    talk.answer(from);
    talk.leave();
}

#[test]
fn without_a_configuration_there_are_numbered_choices() {
    let home = tempfile::tempdir().unwrap();
    let mut environment = support::bare(home.path());
    environment.push(("TERM", "dumb"));
    let mut talk = Talk { pty: Pty::start(&[], &environment, (80, 24)) };
    let asked = talk.answer(0);
    assert!(asked.contains("1. ") && asked.contains("Demo tenant"), "{asked}");
    talk.expect("99", "Choose 1 to ");
    talk.expect("demo", "of 1,204 alerts");
    talk.leave();
}
