//! A change as a script, run by a real shell.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Bench, Config, Throttle, lines, synced};

/// Writes the script of a change and gives its path.
fn script(bench: &Bench, tool: &str, filter: &str) -> PathBuf {
    let args = ["set", "dismissed", filter, "--dry-run", "--as", tool];
    let (code, out, errors) = bench.run(&args);
    assert_eq!(code, 0, "{errors}");
    let path = bench.folder.path().join(format!("{tool}.sh"));
    fs::write(&path, out).unwrap();
    path
}

/// Runs a script with programs of a folder, else those of the system.
fn run(script: &Path, programs: &Path, token: Option<&str>) -> (i32, String, String) {
    let system = std::env::var("PATH").unwrap();
    let mut command = Command::new("/bin/sh");
    command.arg(script).env_clear().env("PATH", format!("{}:{system}", programs.display()));
    command.envs(token.map(|token| ("QUELL_ACCESS_TOKEN", token)));
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// A folder with a program in it.
fn program(name: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    folder
}

fn has_curl() -> bool {
    let found = Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !found {
        super::support::skipped("there is no curl");
    }
    found
}

#[test]
fn a_curl_script_makes_the_change_that_quell_would_make() {
    if !has_curl() {
        return;
    }
    let bench = synced(30, &[]);
    let (_, ids, _) = bench.run(&["set", "dismissed", "severity:high,low", "--dry-run"]);
    let ids = lines(&ids);
    assert!(ids.len() > 1 && ids.len() < 30);
    let mut expected = bench.statuses();
    let script = script(&bench, "curl", "severity:high,low");
    let nothing = tempfile::tempdir().unwrap();
    let (code, out, errors) = run(&script, nothing.path(), Some("demo"));
    assert_eq!((code, out.trim()), (0, format!("{} set, 0 refused", ids.len()).as_str()), "{errors}");
    for id in &ids {
        expected.insert(id.clone(), "Dismissed".to_owned());
    }
    assert_eq!(bench.statuses(), expected);
    assert_eq!(bench.posts("dismiss"), ids.len());
}

#[test]
fn a_refusal_is_said_and_the_others_are_sent() {
    if !has_curl() {
        return;
    }
    let bench = synced(60, &["403:0.5@POST"]);
    let (_, ids, _) = bench.run(&["set", "dismissed", "*", "--dry-run"]);
    let dismissed = |bench: &Bench| bench.statuses().values().filter(|status| *status == "Dismissed").count();
    let before = dismissed(&bench);
    let script = script(&bench, "curl", "*");
    let nothing = tempfile::tempdir().unwrap();
    let (code, out, errors) = run(&script, nothing.path(), Some("demo"));
    assert_eq!(code, 1, "{errors}");
    let (set, refused) = (dismissed(&bench) - before, errors.matches(": refused: ").count());
    assert_eq!(out.trim(), format!("{set} set, {refused} refused"));
    assert_eq!(set + refused, lines(&ids).len());
    assert!(set > 0 && refused > 0 && errors.contains("/dismiss?api-version="), "{errors}");
}

#[test]
fn a_token_comes_from_the_azure_cli_and_is_never_an_argument() {
    if !has_curl() {
        return;
    }
    let bench = synced(3, &[]);
    let script = script(&bench, "curl", "*");
    assert!(!fs::read_to_string(&script).unwrap().contains("demo"));
    let az = program("az", "#!/bin/sh\n[ \"$1 $2\" = 'account get-access-token' ] && echo demo\n");
    // A curl that shows what it is called with, and then does it.
    let curl = "#!/bin/sh\nprintf '%s\\n' \"$@\" >>\"$0.log\"\nPATH=${PATH#*:} exec curl \"$@\"\n";
    fs::write(az.path().join("curl"), curl).unwrap();
    fs::set_permissions(az.path().join("curl"), Permissions::from_mode(0o755)).unwrap();
    let (code, _, errors) = run(&script, az.path(), None);
    assert_eq!(code, 0, "{errors}");
    let called = fs::read_to_string(az.path().join("curl.log")).unwrap();
    assert!(called.contains("/dismiss?api-version=") && !called.contains("demo"), "{called}");
    let (code, _, errors) = run(&script, az.path(), Some("two\nlines"));
    assert_eq!(code, 2, "{errors}");
    assert!(errors.contains("no access token"), "{errors}");
}

#[test]
fn hostile_ids_are_words_of_the_script_and_nothing_more() {
    let names = [
        "it's",
        "$(touch${IFS}pwned)",
        "`touch pwned`",
        "';touch pwned;'",
        "a\"b",
        "@file",
        "-x",
        "\u{202e}é",
    ];
    let parent = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/r g/providers/Microsoft.Security/\
                  locations/l/alerts";
    let alert = |name: &str| {
        serde_json::json!({ "id": format!("{parent}/{name}"), "name": name, "type": "Microsoft.Security/Locations/alerts",
            "properties": { "alertType": "VM_X", "alertDisplayName": "x", "status": "Active", "severity": "High" } })
    };
    let page = serde_json::json!({ "value": names.map(alert) });
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("page.json");
    fs::write(&data, page.to_string()).unwrap();
    let bench = Bench::start(Config { data: vec![data], throttle: Throttle::Off, ..Config::default() });
    let (code, _, errors) = bench.run(&["sync"]);
    assert_eq!(code, 0, "{errors}");
    for tool in ["curl", "az"] {
        let script = script(&bench, tool, "*");
        assert!(Command::new("/bin/sh").arg("-n").arg(&script).status().unwrap().success());
    }
    // An az that writes down its last argument.
    let az = program("az", "#!/bin/sh\nfor last; do :; done\nprintf '%s\\n' \"$last\" >>\"$0.log\"\n");
    let (code, out, errors) = run(&bench.folder.path().join("az.sh"), az.path(), None);
    assert_eq!((code, out.trim()), (0, "8 set, 0 refused"), "{errors}");
    let mut urls = lines(&fs::read_to_string(az.path().join("az.log")).unwrap());
    urls.sort();
    let plain = |name: &str| -> String {
        name.bytes()
            .map(|byte| match byte {
                b if b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&b) => {
                    char::from(b).to_string()
                }
                b => format!("%{b:02X}"),
            })
            .collect()
    };
    let parent = parent.replace(' ', "%20");
    let url = |name: &&str| format!("{}{parent}/{}/dismiss?api-version=2022-01-01", bench.url, plain(name));
    let mut expected: Vec<String> = names.iter().map(url).collect();
    expected.sort();
    assert_eq!(urls, expected);
    for folder in [bench.folder.path(), az.path(), &std::env::current_dir().unwrap()] {
        assert!(!folder.join("pwned").exists());
    }
}

#[test]
fn a_script_is_for_a_dry_run() {
    let bench = synced(2, &[]);
    let (code, _, errors) = bench.run(&["set", "dismissed", "*", "--as", "curl", "--yes"]);
    assert_eq!(code, 2, "{errors}");
    assert!(errors.contains("--dry-run"), "{errors}");
}
