//! Files to hand on, and commands that get alerts, by keys.

use std::fs;
use std::path::PathBuf;

use super::support::{Bench, Pty};
use super::{WIDE, leave, opened, tenant};

/// The one file of the bench's folder that ends so.
fn the_file(bench: &Bench, ending: &str) -> PathBuf {
    let files = fs::read_dir(bench.folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let found: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|of| of == ending)).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

fn read(bench: &Bench, name: &str) -> String {
    fs::read_to_string(bench.folder.path().join(name)).unwrap_or_default()
}

/// The terminal once a command is asked for and typed.
fn command(pty: &mut Pty, key: &str, text: &str) {
    pty.keys(key).wait("to a command");
    pty.type_text(text);
    pty.wait("No shell").keys("Enter");
}

fn has_line(screen: &str, line: &str) -> bool {
    screen.lines().any(|known| known.trim() == line)
}

#[test]
fn the_filtered_list_is_exported_in_two_keys_and_read_again() {
    let bench = tenant(&[]);
    let mut pty = opened(&bench, WIDE);
    pty.keys("/").type_text("resource:vm-jump-01 severity:informational since:24h");
    pty.keys("Enter").wait("340 of 1,204");
    pty.pressed = 0;
    pty.keys("W").wait("Export: 340 listed alerts").keys("Enter").wait("340 alerts as NDJSON: quell-");
    assert_eq!(pty.pressed, 2);
    let file = the_file(&bench, "ndjson");
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), 340);
    // The same name again: it is asked for, and Enter means no.
    pty.keys("W").wait("Export:").keys("C-u");
    pty.type_text(file.to_str().unwrap()).keys("Enter").wait("such a file already").keys("Enter Esc");
    leave(&mut pty);
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    let (_, listed, _) =
        bench.run(&["list", "resource:vm-jump-01 severity:informational since:24h", "--format", "ids"]);
    let ids: Vec<String> = text
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(ids, listed.lines().collect::<Vec<_>>(), "in the order of the list");
}

#[test]
fn a_change_is_written_as_a_script_and_nothing_is_changed() {
    let bench = tenant(&[]);
    let before = bench.statuses();
    let mut pty = opened(&bench, WIDE);
    pty.keys("Space Space d").wait("reason, then");
    pty.keys("x")
        .wait("Script: set 2 alerts to dismissed")
        .keys("Enter")
        .wait("script: dismiss 2 alerts: quell-");
    pty.keys("Esc");
    leave(&mut pty);
    let script = fs::read_to_string(the_file(&bench, "sh")).unwrap();
    assert_eq!(script.matches("\npost '/subscriptions/").count(), 2, "{script}");
    assert!(script.contains(&format!("endpoint='{}'", bench.url)));
    assert_eq!(bench.statuses(), before);
}

#[test]
fn a_command_gets_the_marked_alerts_and_none_of_the_secrets() {
    let bench = tenant(&[]);
    let canary = "canary-4711-of-the-environment";
    let mut pty = bench.screen_with(&[("AZURE_CLIENT_SECRET", canary), ("AZURE_TENANT_ID", "plain")], WIDE);
    pty.wait_until("the whole tenant", |screen| screen.contains("1,204") && screen.contains("synced"));
    pty.keys("Space Space Space").wait("3 marked");
    command(&mut pty, "|", "sh -c 'env >env.txt; cat >in.ndjson; echo \"the $1\" end; exit 3' x very");
    pty.wait("the very end").wait("ended with 3").keys("Esc").wait_gone("ended with 3");
    assert_eq!(read(&bench, "in.ndjson").lines().count(), 3);
    let environment = read(&bench, "env.txt");
    assert!(environment.contains("AZURE_TENANT_ID=plain") && environment.contains("HOME="), "{environment}");
    assert!(!environment.contains(canary) && !environment.contains("QUELL_ACCESS_TOKEN"), "{environment}");
    leave(&mut pty);
}

#[test]
fn closing_the_sheet_ends_the_command_and_what_it_started() {
    let bench = tenant(&[]);
    let mut pty = opened(&bench, WIDE);
    command(&mut pty, "|", "sh -c 'sleep 1000 & echo $! >pid; wait'");
    pty.wait("runs …");
    bench.until("the command has begun", || read(&bench, "pid").ends_with('\n'));
    let process = PathBuf::from("/proc").join(read(&bench, "pid").trim());
    assert!(process.exists());
    pty.keys("Esc").wait_gone("runs …");
    bench
        .until("it is gone", || !process.join("exe").exists() || fs::read_link(process.join("exe")).is_err());
    leave(&mut pty);
}

#[test]
fn a_command_has_the_terminal_until_it_ends() {
    let bench = tenant(&[]);
    let mut pty = opened(&bench, WIDE);
    command(&mut pty, "!", "sh -c 'cat >in.ndjson; echo ask me; read line </dev/tty; echo \"got $line\"'");
    // The prompt shows these words too, before the command has the terminal.
    pty.wait_until("the question", |screen| has_line(screen, "ask me"));
    pty.type_text("qjWR\r").wait("got qjWR").wait("Enter goes back to quell");
    assert_eq!(read(&bench, "in.ndjson").lines().count(), 1);
    pty.keys("Enter").wait("1,204");
    // The last command comes back when it is asked for; the ctrl-c of a command is its own.
    pty.keys("!").wait("to a command").keys("Up").wait("read line").keys("C-u");
    pty.type_text("sh -c 'trap \"echo interrupted; exit 0\" INT; echo ready; while :; do sleep 1; done'");
    pty.wait("; done").keys("Enter").wait_until("ready", |screen| has_line(screen, "ready"));
    pty.keys("C-c").wait_until("its trap", |screen| screen.contains("^Cinterrupted")).wait("Enter goes back");
    pty.keys("Enter").wait("1,204");
    leave(&mut pty);
}
