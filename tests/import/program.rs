//! The program itself: `quell import`, and `--file` on a terminal.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::Pty;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import").join(name)
}

/// The program with a home of its own and no way to sign in.
fn quell(home: &Path) -> Command {
    quell_in(home, "data")
}

/// The same with another data folder.
fn quell_in(home: &Path, data: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quell"));
    command.env_clear().env("HOME", home).env("USER", "ann").current_dir(home);
    command.args(["--data-dir", home.join(data).to_str().unwrap()]);
    command
}

fn run(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

#[test]
fn import_says_what_came_of_each_record() {
    let home = tempfile::tempdir().unwrap();
    let mixed = fixture("mixed.ndjson");
    let (code, out, errors) = run(quell(home.path()).arg("import").arg(&mixed));
    assert_eq!(
        (code, out.as_str()),
        (0, "imported 3 (1 new, 2 known), 1 not an alert, 2 broken\n"),
        "{errors}"
    );
    assert_eq!(errors.lines().count(), 3);
    assert!(errors.contains("mixed.ndjson, line 2, record 2: not JSON"), "{errors}");
    assert!(errors.contains("line 3, record 3: not an alert: a suppression rule"), "{errors}");

    let (code, out, _) = run(quell(home.path()).args(["import", "--json"]).arg(&mixed).arg("missing.json"));
    let value: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &value["imported"], &value["new"], &value["known"]),
        (1, &3.into(), &0.into(), &3.into())
    );
    let left = value["left"].as_array().unwrap();
    assert_eq!((left.len(), &left[3]["line"], &left[3]["file"]), (4, &Value::Null, &"missing.json".into()));

    let (code, out, errors) = run(quell(home.path()).arg("import").arg(fixture("pasted.json")));
    assert_eq!((code, out.as_str()), (1, "imported 0 (0 new, 0 known), 1 broken\n"));
    assert!(errors.contains("line 6: a key without quotes: Type"), "{errors}");
}

#[test]
fn standard_input_is_a_file_too() {
    let home = tempfile::tempdir().unwrap();
    let mut child = quell(home.path())
        .args(["import", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let content = std::fs::read(fixture("az-cli.json")).unwrap();
    child.stdin.take().unwrap().write_all(&content).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "imported 1 (1 new, 0 known)\n");
    let (_, out, _) =
        run(quell(home.path()).args(["list", "severity:high ip:198.51.100.0/24", "--format", "ids"]));
    assert!(out.ends_with("/alerts/2517245599999999999_3d0c8a4e-71b5-4c0e-8d3f-6a9b1e2f4c58\n"), "{out}");
}

#[test]
fn what_is_exported_imports_as_the_same_alerts() {
    let home = tempfile::tempdir().unwrap();
    for name in ["log-analytics.csv", "arm-2019-01-01.json"] {
        run(quell(home.path()).arg("import").arg(fixture(name)));
    }
    let (_, first, _) = run(quell(home.path()).args(["list", "--json"]));
    for form in ["out.ndjson", "out.json"] {
        let (code, _, errors) = run(quell(home.path()).args(["export", form]));
        assert_eq!(code, 0, "{errors}");
        let (_, again, errors) = run(quell_in(home.path(), "other").args(["--file", form, "list", "--json"]));
        assert_eq!(again, first, "{form}: {errors}");
        std::fs::remove_dir_all(home.path().join("other")).unwrap();
    }
}

#[test]
fn commands_work_on_files_and_decisions_are_kept_here() {
    let home = tempfile::tempdir().unwrap();
    let file = fixture("graph.json");
    let on_file = |args: &[&str]| run(quell(home.path()).arg("--file").arg(&file).args(args));
    let (code, out, errors) = on_file(&["set", "dismissed", "*", "--yes", "--wait"]);
    assert_eq!((code, out.as_str()), (0, "change 1: 1 kept here\n"), "{errors}");
    let (_, out, _) = on_file(&["list", "status:dismissed changed-by:ann", "--format", "ids"]);
    assert_eq!(out.lines().count(), 1, "also when the file is read again");
    let (code, out, _) = on_file(&["undo", "--yes", "--json"]);
    assert_eq!((code, out.contains("\"kept\":1")), (0, true), "{out}");
    let (_, out, _) = on_file(&["list", "status:active", "--format", "ids"]);
    assert_eq!(out.lines().count(), 1);
    let (code, _, errors) = on_file(&["sync"]);
    assert_eq!(code, 1);
    assert!(errors.contains("there is no source to ask"), "{errors}");
    let (code, _, errors) = run(quell(home.path()).args(["lst"]));
    assert_eq!(code, 2);
    assert!(errors.contains("unrecognized subcommand 'lst'") && errors.contains("'list'"), "{errors}");
}

#[test]
fn commands_on_files_decide_nothing_that_would_be_gone() {
    let home = tempfile::tempdir().unwrap();
    let (file, other) = (fixture("graph.json"), fixture("az-cli.json"));
    let (file, other) = (file.to_str().unwrap(), other.to_str().unwrap());
    let on_file = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quell"));
        command.env_clear().env("HOME", home.path()).env("USER", "ann");
        run(command.args(["--file", file]).args(args))
    };
    let (code, out, errors) = on_file(&["list", "--format", "ids"]);
    assert_eq!(code, 0, "{errors}");
    let id = out.trim();
    for args in [
        &["set", "dismissed", "*", "--yes"][..],
        &["note", id, "seen"],
        &["assign", id],
        &["view", "save", "night", "*"],
        &["import", other],
    ] {
        let (code, out, errors) = on_file(args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}: {errors}");
        assert!(errors.contains("nothing is kept without --data-dir"), "{errors}");
    }
    let (code, out, errors) = on_file(&["set", "dismissed", "*", "--dry-run"]);
    assert_eq!((code, out.lines().count()), (0, 1), "{errors}");
}

/// Before a screen opens: what stands there would be gone with it, and an empty list looks like a file without alerts.
#[test]
fn a_file_that_cannot_be_opened_is_told_at_once() {
    let home = tempfile::tempdir().unwrap();
    let good = fixture("az-cli.json");
    let environment = [("HOME", home.path().to_str().unwrap())];
    let mut pty = Pty::start(&["--file", good.to_str().unwrap(), "nosuch.json"], &environment, (120, 36));
    pty.wait("quell: nosuch.json: No such file or directory");
    assert_eq!(pty.end(), 1);
    for args in [&["--plain"][..], &["list"], &["set", "dismissed", "*", "--yes"]] {
        let mut command = quell(home.path());
        command.arg("--file").arg(&good).args(["--file", "nosuch.json", "--file", "/"]).args(args);
        let (code, out, errors) = run(command.stdin(Stdio::null()));
        assert_eq!((code, out.as_str()), (1, ""), "{args:?}: {errors}");
        assert!(errors.contains("nosuch.json: No such file") && errors.contains("/: "), "{errors}");
    }
}

#[test]
fn what_is_typed_is_not_read_as_alerts() {
    let home = tempfile::tempdir().unwrap();
    let environment = [("HOME", home.path().to_str().unwrap())];
    let mut pty = Pty::start(&["--file", "-"], &environment, (120, 36));
    pty.wait("--file - cannot be read here");
    assert_eq!(pty.end(), 2);
    let (code, out, errors) = run(quell(home.path()).args(["--plain", "--file", "-"]).stdin(Stdio::null()));
    assert_eq!((code, out.as_str()), (2, ""), "{errors}");
    assert!(errors.contains("quell import -"), "{errors}");
}

#[test]
fn a_file_is_triaged_on_the_screen_without_a_source() {
    let home = tempfile::tempdir().unwrap();
    let (mixed, rows) = (fixture("mixed.ndjson"), fixture("log-analytics.csv"));
    let args = ["--file", mixed.to_str().unwrap(), rows.to_str().unwrap()];
    let environment = [("HOME", home.path().to_str().unwrap()), ("USER", "ann")];
    let mut pty = Pty::start(&args, &environment, (120, 36));
    pty.wait("from a file").wait("mixed.ndjson and 1 more").wait("A tool that copies");
    pty.wait("2 records could not be read, 1 is no alert");
    pty.keys("w").wait("line 4, record 4: the record is cut short").keys("Esc");
    pty.keys("R").wait("there is no source to ask");
    pty.keys("Enter").wait("Take action").keys("Esc").wait("Alerts · open");
    pty.keys("d").wait("Dismiss").keys("3 y").wait("1 kept here").wait("Nothing matches");
    pty.keys("q").wait("W exports all, q again leaves: ");
    pty.keys("u").wait("undone: 1 kept here").wait("A tool that copies");
    pty.keys("q");
    assert_eq!(pty.end(), 0);
}

#[test]
fn a_decision_that_would_be_lost_is_said_and_exported_before_the_screen_is_left() {
    let home = tempfile::tempdir().unwrap();
    let file = fixture("az-cli.json");
    let args = ["--file", file.to_str().unwrap()];
    let environment = [("HOME", home.path().to_str().unwrap()), ("USER", "ann")];
    let dismiss = || {
        let mut pty = Pty::start(&args, &environment, (120, 36));
        pty.wait("from a file").wait("1 of 1");
        pty.keys("d").wait("Dismiss").keys("3 y").wait("1 kept here").wait("Nothing matches");
        pty.keys("q").wait("W exports all, q again leaves: 1 change is kept only here");
        pty
    };
    let mut pty = dismiss();
    pty.keys("q");
    assert_eq!(pty.end(), 0);
    let mut pty = dismiss();
    let out = home.path().join("out.ndjson");
    pty.keys("W").wait("Export: 1 alert, all that were read").keys("C-u").type_text(out.to_str().unwrap());
    pty.keys("Enter").wait("1 alert as NDJSON").keys("q");
    assert_eq!(pty.end(), 0);
    assert!(std::fs::read_to_string(out).unwrap().contains("Dismissed"));
}

#[test]
fn lines_say_what_would_be_lost() {
    for (lines, said) in [
        (
            "list\nstatus resolved 1\nquit\n",
            "Export exports all, quit again leaves: 1 change is kept only here",
        ),
        (
            "list\nstatus resolved 1\n",
            "1 change is kept only here, and lost now: export keeps what is decided.",
        ),
        ("list\nnote 1 seen\nquit\n", "Export exports all, quit again leaves: 1 note is kept only here"),
    ] {
        let home = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_quell"))
            .env_clear()
            .env("HOME", home.path())
            .args(["--plain", "--file"])
            .arg(fixture("az-cli.json"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let out = String::from_utf8_lossy(&output.stdout).replace('\n', " ");
        assert!(output.status.success() && out.contains(said), "{out}");
    }
}

#[test]
fn lines_from_a_pipe_are_answered_with_the_alerts_of_the_file() {
    for _ in 0..5 {
        let home = tempfile::tempdir().unwrap();
        let mut child = quell(home.path())
            .args(["--plain", "--file"])
            .arg(fixture("az-cli.json"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(b"list\nhere\nquit\n").unwrap();
        let output = child.wait_with_output().unwrap();
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(out.contains("That is all of 1 alert.") && !out.contains("There are no alerts"), "{out}");
        assert!(out.contains("From a file.") && !out.contains("Synced"), "{out}");
    }
}

#[test]
fn words_are_answered_while_a_file_is_read() {
    let home = tempfile::tempdir().unwrap();
    let (pipe, mut pty) = reading(home.path(), &["--plain"], (80, 40));
    pty.wait("Being read").wait("No alert was read yet.").wait("list>");
    let writer = write(&pipe, 400);
    // The file is not at its end, and never will be.
    for asked in 1.. {
        // How far it is stands there when it was asked for, and by itself only after a while.
        pty.type_text("here\n").wait_written("an answer", |written| {
            String::from_utf8_lossy(written).matches("Being read").count() > asked
        });
        if pty.screen().contains("of 400 alerts match") {
            break;
        }
    }
    pty.type_text("list\n").wait("380 more: type more.").wait("Reading goes on.");
    pty.type_text("status resolved 1\n").wait("Queued: resolve 1 alert");
    pty.type_text("here\n").wait("Being read: ");
    pty.type_text("quit\n").wait("quit again leaves");
    pty.type_text("quit\n");
    assert_eq!(pty.end(), 0);
    drop(writer);
}

/// Whoever talks through a pipe is not kept waiting either, where the answer does not hang on the rest of the file.
#[test]
fn a_pipe_is_answered_and_left_while_a_file_is_read() {
    let home = tempfile::tempdir().unwrap();
    let pipe = pipe(home.path());
    let mut child = quell(home.path())
        .args(["--plain", "--file"])
        .arg(&pipe)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let writer = write(&pipe, 1);
    child.stdin.take().unwrap().write_all(b"here\nquit\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && out.matches("Being read").count() == 2, "{out}");
    drop(writer);
}

#[test]
fn lines_are_ascii_where_the_locale_is_not_utf_8() {
    let home = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(fixture("mixed.ndjson")).unwrap();
    let file = home.path().join("grün.ndjson");
    std::fs::write(&file, text.lines().next().unwrap().replace("A tool", "Ein Gerät → 日本")).unwrap();
    let say = |locale: &str| {
        let mut child = quell(home.path())
            .env("LC_ALL", locale)
            .args(["--plain", "--file"])
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all("list\n1\ndetails\njson\nfilter ä\n".as_bytes()).unwrap();
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
    };
    let (plain, whole) = (say("C"), say("C.UTF-8"));
    let foreign: Vec<&str> = plain.lines().filter(|line| !line.is_ascii()).collect();
    assert!(foreign.is_empty(), "{foreign:#?}");
    assert!(plain.contains("1. High. Ein Ger?t to ?? that copies"), "{plain}");
    assert!(whole.contains("1. High. Ein Gerät → 日本 that copies"), "{whole}");
}

/// A named pipe in a folder.
fn pipe(home: &Path) -> PathBuf {
    let path = home.join("alerts.ndjson");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

/// The program on a terminal, reading a named pipe in a folder.
fn reading(home: &Path, flags: &[&str], size: (u16, u16)) -> (PathBuf, Pty) {
    let pipe = pipe(home);
    let environment = [("HOME", home.to_str().unwrap()), ("USER", "ann")];
    let args = [flags, &["--file", pipe.to_str().unwrap()]].concat();
    let pty = Pty::start(&args, &environment, size);
    (pipe, pty)
}

/// Opens a pipe that is read by now, and writes a line for each of so many alerts.
fn write(pipe: &Path, alerts: usize) -> File {
    let text = std::fs::read_to_string(fixture("mixed.ndjson")).unwrap();
    let line = text.lines().next().unwrap();
    let mut writer = File::options().write(true).open(pipe).unwrap();
    for at in 0..alerts {
        writeln!(writer, "{}", line.replace("2517245599999999999", &format!("a{at}"))).unwrap();
    }
    writer
}

#[test]
fn a_file_being_read_is_shown_and_stopped_and_what_was_read_stays() {
    let listed = |screen: &str| screen.contains("400 of 400") || screen.contains("400/400");
    for size in [(120, 36), (80, 24), (60, 16)] {
        let home = tempfile::tempdir().unwrap();
        let (pipe, mut pty) = reading(home.path(), &[], size);
        pty.wait("No alerts yet").wait("reading");
        let writer = write(&pipe, 400);
        // The list has them although the file is not at its end.
        pty.wait_until("all of them", listed)
            .wait("400 alerts")
            .wait("A tool that copies")
            .wait("ctrl-c stop reading");
        pty.keys("w").wait("reading a file:").keys("C-c").wait_gone("reading a file:");
        pty.keys("C-c").wait("stopped: ").wait("MiB read").wait("part of a file").wait_gone("stop reading");
        assert!(listed(&pty.screen()), "{}", pty.screen());
        drop(writer);
        pty.keys("w").wait("what was read is in the list").keys("Esc q");
        assert_eq!(pty.end(), 0);
    }
}

#[test]
fn a_file_whose_end_comes_is_whole() {
    let home = tempfile::tempdir().unwrap();
    let (pipe, mut pty) = reading(home.path(), &[], (120, 36));
    pty.wait("No alerts yet");
    drop(write(&pipe, 30));
    pty.wait("from a file").wait("30 of 30").keys("q");
    assert_eq!(pty.end(), 0);
}

#[test]
fn quitting_while_a_file_is_read_keeps_what_was_decided() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let (pipe, mut pty) = reading(home.path(), &["--data-dir", data.to_str().unwrap()], (120, 36));
    pty.wait("No alerts yet");
    let writer = write(&pipe, 400);
    pty.wait("400 of 400").keys("d").wait("Dismiss").keys("3 y").wait("1 kept here").wait("399 of 400");
    // Nobody closes the pipe.
    pty.keys("q");
    assert_eq!(pty.end(), 0);
    drop(writer);
    let (code, out, errors) = run(quell(home.path()).args(["list", "status:dismissed", "--format", "ids"]));
    assert_eq!((code, out.lines().count()), (0, 1), "{errors}");
    let (_, out, _) = run(quell(home.path()).args(["list", "--format", "ids"]));
    assert_eq!(out.lines().count(), 400);
}

#[test]
fn plain_mode_says_how_far_it_is_and_stops() {
    let home = tempfile::tempdir().unwrap();
    let (pipe, mut pty) = reading(home.path(), &["--plain"], (120, 36));
    let writer = write(&pipe, 400);
    pty.wait("Being read: ").wait("list>").keys("C-c").wait("Stopping: what was read stays.");
    // Nobody closes the pipe: reading ends nevertheless.
    pty.type_text("wait\r").wait("Stopped: ").type_text("here\r").wait("Part of a file.");
    pty.type_text("quit\r");
    assert_eq!(pty.end(), 0);
    drop(writer);
}
