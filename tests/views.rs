//! Whole sessions around saved views: what one session saves, the next one opens.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use quell::emulator::{Config, Throttle};
use support::{Bench, Pty};

fn tenant() -> Bench {
    Bench::start(Config { throttle: Throttle::Off, seed: 1, ..Config::default() })
}

fn opened(bench: &Bench) -> Pty {
    let mut pty = bench.screen((120, 36));
    pty.wait_until("the whole tenant", |screen| screen.contains("1,204") && screen.contains("synced"));
    pty
}

fn leave(pty: &mut Pty) {
    pty.keys("q");
    assert_eq!(pty.end(), 0);
}

#[test]
fn a_view_is_saved_by_two_keys_and_reopened_by_one_next_shift() {
    let bench = tenant();
    let mut pty = opened(&bench);
    pty.keys("/ C-u").type_text("severity:high resource:vm-*");
    pty.keys("Enter").wait("/ severity:high resource:vm-*").keys(", r");
    pty.pressed = 0;
    pty.keys("m 5").wait("saved: 5 opens it");
    assert_eq!(pty.pressed, 2);
    pty.wait("Alerts · view 5").keys("1").wait("Alerts · open");
    leave(&mut pty);

    let mut pty = opened(&bench);
    pty.wait("Alerts · open");
    pty.pressed = 0;
    pty.keys("5").wait("Alerts · view 5").wait("/ severity:high resource:vm-*");
    assert_eq!(pty.pressed, 1);
    pty.wait("Resource ▲");
    leave(&mut pty);
}

#[test]
fn the_next_session_opens_where_the_last_one_was_and_after_a_kill_where_it_was_kept() {
    let bench = tenant();
    let mut pty = opened(&bench);
    pty.keys("3").wait("Alerts · dismissed").keys("j j").wait("3/");
    leave(&mut pty);

    let mut pty = opened(&bench);
    pty.wait("Alerts · dismissed").wait("3/").keys("4").wait("Alerts · resolved");
    // It is kept a moment after the last change of the view.
    let kept = || {
        let journal = rusqlite::Connection::open(bench.folder.path().join("data/journal.db")).unwrap();
        journal.query_row("SELECT look FROM place", [], |row| row.get::<_, String>(0)).unwrap()
    };
    bench.until("the place is kept", || kept().contains("status:resolved"));
    pty.kill();
    let mut pty = opened(&bench);
    pty.wait("Alerts · resolved");
    leave(&mut pty);
}

#[test]
fn a_signal_to_end_keeps_the_place_too() {
    let bench = tenant();
    let mut pty = opened(&bench);
    pty.keys("0").wait("Alerts · all");
    let id = rustix::process::Pid::from_raw(i32::try_from(pty.id()).unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    pty.end();
    let mut pty = opened(&bench);
    pty.wait("Alerts · all");
    leave(&mut pty);
}

#[test]
fn what_came_since_a_view_was_looked_at_is_counted_as_new() {
    let bench = tenant();
    let mut pty = opened(&bench);
    pty.keys("0 m 5").wait("saved: 5 opens it").keys("1").wait("Alerts · open");
    let alert = bench.emulator().alerts();
    let (name, _) = alert.first().unwrap();
    let (_, raw, _) = bench.run(&["show", name.rsplit('/').next().unwrap(), "--format", "raw"]);
    let raw = raw.replace(name.rsplit('/').next().unwrap(), "2518000000000000000_late");
    bench.emulator().add_alert(&raw).unwrap();
    pty.keys("R").wait("5 view 5 1 new");
    pty.keys("m m").wait("1,205").wait("1 new").keys("Enter").wait("Alerts · view 5");
    pty.wait_gone("1 new");
    leave(&mut pty);
}

/// How often bytes hold a sequence.
fn times(bytes: &[u8], sequence: &str) -> usize {
    bytes.windows(sequence.len()).filter(|window| *window == sequence.as_bytes()).count()
}

#[test]
fn new_alerts_ring_once_and_the_title_comes_back() {
    let bench = tenant();
    let folder = bench.folder.path().join("quell");
    std::fs::create_dir_all(&folder).unwrap();
    let config = "[notify]\nfilter = \"type:VM_Late\"\nbell = true\nosc = \"777\"\ntitle = true\n";
    std::fs::write(folder.join("config.toml"), config).unwrap();
    let mut pty = opened(&bench);
    assert_eq!((times(&pty.bytes, "\u{7}"), times(&pty.bytes, "\u{1b}]777")), (0, 0), "the first sync");
    assert_eq!(times(&pty.bytes, "\u{1b}[22;2t\u{1b}]2;quell · "), 1);
    let alerts = bench.emulator().alerts();
    let name = alerts[0].0.rsplit('/').next().unwrap();
    let (_, raw, _) = bench.run(&["show", name, "--format", "raw"]);
    let mut value: serde_json::Value = serde_json::from_str(&raw).unwrap();
    value["properties"]["alertType"] = "VM_Late".into();
    value["properties"]["severity"] = "High".into();
    value["properties"]["alertDisplayName"] = "too\u{1b}\\late;\u{7}".into();
    bench.emulator().add_alert(&value.to_string().replace(name, "2518000000000000000_late")).unwrap();
    pty.keys("R").wait_written("the bell", |bytes| times(bytes, "\u{7}") > 0);
    pty.wait("1,205").keys("w").wait("Listings").keys("Esc R").wait("1,205");
    leave(&mut pty);
    assert_eq!(times(&pty.bytes, "\u{7}"), 1);
    assert_eq!(times(&pty.bytes, "\u{1b}]777;notify;quell;quell: 1 new High alert: too␛\\late,␇ on "), 1);
    assert_eq!((times(&pty.bytes, "\u{1b}]777"), times(&pty.bytes, "\u{1b}[23;2t")), (1, 1));
}
