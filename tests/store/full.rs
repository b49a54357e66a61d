//! Full disks, file-size limits, read-only mounts: what cannot be stored says so, and reading goes on.

use std::process::Command;

use crate::common::*;

/// Runs tests of this file that are ignored otherwise, by a shell script that gets this program and a folder.
fn run(script: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).arg(std::env::current_exe().unwrap()).arg(folder.path());
    let run = shell.env("QUELL_TEST_FOLDER", folder.path().join("data")).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    if run.status.code() == Some(77) {
        return None;
    }
    assert!(run.status.success(), "{said}");
    Some(said)
}

#[test]
fn a_full_disk_and_then_a_read_only_one_can_still_be_read() {
    let script = r#"
        unshare -rm true || exit 77
        exec unshare -rm sh -c '
            mount -t tmpfs -o size=24m none "$1" || exit 77
            "$0" --exact full::until_nothing_more_fits --ignored || exit 1
            "$0" --exact full::nearly_full --ignored || exit 1
            mount -o remount,ro "$1" || exit 77
            "$0" --exact full::read_only --ignored' "$0" "$1"
    "#;
    match run(script) {
        Some(said) => assert_eq!(said.matches("1 passed").count(), 3, "{said}"),
        None => println!("skipped: this user may not mount a small file system"),
    }
}

#[test]
fn a_file_size_limit_stops_storing_and_nothing_else() {
    let said =
        run(r#"trap "" XFSZ; ulimit -f 8000; exec "$0" --exact full::until_nothing_more_fits --ignored"#);
    assert!(said.unwrap().contains("1 passed"));
}

fn folder() -> std::path::PathBuf {
    std::env::var_os("QUELL_TEST_FOLDER").unwrap().into()
}

/// An alert whose body does not shrink.
fn large(number: usize) -> Upsert {
    let mut random = fastrand::Rng::with_seed(number as u64);
    let mut upsert = alert(&format!("n{number}"), Status::Active);
    upsert.raw = (0..100_000).map(|_| random.u8(..)).collect();
    upsert
}

#[test]
#[ignore = "needs a folder in which little fits"]
fn until_nothing_more_fits() {
    let mut store = open(&folder());
    let listing = store.begin_listing(&subscription(), now()).unwrap();
    let mut stored = 0;
    let error = loop {
        match store.apply_page(&listing, &page([large(stored), large(stored + 1)])) {
            Ok(_) => stored += 2,
            Err(error) => break error,
        }
    };
    assert!(error.cannot_store(), "{error}");
    assert!(
        error.to_string().contains("cache.db") && error.to_string().contains("nothing was stored"),
        "{error}"
    );
    assert_eq!(store.snapshot().len(), stored);
    let mut queued = 0;
    // On a full disk a small change may still fit; a bounded number of them must not.
    let error = (0..200).find_map(|round| {
        let names: Vec<String> = (0..500).map(|number| format!("n{}", round * 500 + number)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        match store.queue(&change(&names, Status::Active, Status::Resolved)) {
            Ok(_) => {
                queued += 500;
                None
            }
            Err(error) => Some(error),
        }
    });
    let error = error.unwrap();
    assert!(error.cannot_store() && error.to_string().contains("journal.db"), "{error}");
    assert_eq!(store.pending_total().unwrap(), queued);
    assert_eq!(store.snapshot().pending_count(), stored.min(queued), "what was not stored is not shown");
    assert_eq!(store.raw(&id("n0")).unwrap().unwrap(), &*large(0).raw);
    drop(store);
    let (mut store, _) = Store::open(Folder::open(&folder()).unwrap(), Access::ReadWrite).unwrap();
    assert_eq!((store.snapshot().len(), store.pending_total().unwrap()), (stored, queued));
    assert_eq!(store.raw(&id("n1")).unwrap().unwrap(), &*large(1).raw);
}

#[test]
#[ignore = "needs a nearly full disk"]
fn nearly_full() {
    let (mut store, notices) = Store::open(Folder::open(&folder()).unwrap(), Access::ReadWrite).unwrap();
    let [notice] = notices.as_slice() else { panic!("{notices:?}") };
    assert!(matches!(notice, quell::store::Notice::LittleSpace { .. }), "{notice}");
    assert!(store.snapshot().len() > 10);
}

#[test]
#[ignore = "needs a read-only mount"]
fn read_only() {
    let (mut store, notices) = Store::open(Folder::open(&folder()).unwrap(), Access::ReadWrite).unwrap();
    assert!(matches!(notices.as_slice(), [quell::store::Notice::ReadOnly { .. }]), "{notices:?}");
    assert!(store.snapshot().len() > 10 && store.raw(&id("n0")).unwrap().is_some());
    let error = store.queue(&change(&["n0"], Status::Active, Status::Resolved)).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
}
