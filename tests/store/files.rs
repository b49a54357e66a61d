//! Files: modes, links, schemas, reading only, two instances.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::common::*;

#[test]
fn files_are_private_under_any_umask() {
    // A umask belongs to the process, and other tests run beside this one.
    for mask in ["000", "777"] {
        let run = Command::new("sh")
            .args(["-c", "umask $1; exec \"$0\" --exact files::files_are_private --ignored"])
            .arg(std::env::current_exe().unwrap())
            .arg(mask)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success() && said.contains("1 passed"), "umask {mask}: {said}");
    }
}

#[test]
#[ignore = "run by files_are_private_under_any_umask"]
fn files_are_private() {
    let name = format!("quell-test-{}", std::process::id());
    let root = std::env::temp_dir().join(name);
    let folder = root.join("state/quell");
    let mut store = open(&folder);
    list(&mut store, [alert("a", Status::Active)]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for made in [folder.as_path(), folder.parent().unwrap(), &root] {
        assert_eq!(mode(made), 0o700, "{}", made.display());
    }
    let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    drop(store);
    fs::remove_dir_all(root).unwrap();
}

#[test]
fn a_newer_schema_is_refused_and_not_a_byte_is_touched() {
    for (file, other) in [("cache.db", "journal.db"), ("journal.db", "cache.db")] {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(folder.path());
        list(&mut store, [alert("a", Status::Active)]);
        store.close();
        let mut bytes = fs::read(folder.path().join(file)).unwrap();
        bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
        fs::write(folder.path().join(file), &bytes).unwrap();
        let untouched = fs::read(folder.path().join(other)).unwrap();
        for access in [Access::ReadWrite, Access::ReadOnly] {
            let error = Store::open(Folder::open(folder.path()).unwrap(), access).unwrap_err();
            assert!(error.is_newer() && error.to_string().contains(file), "{error}");
        }
        assert!(fs::read(folder.path().join(file)).unwrap() == bytes);
        assert!(fs::read(folder.path().join(other)).unwrap() == untouched);
    }
}

#[test]
fn links_and_shared_folders_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("elsewhere");
    drop(open(&target));
    let link = root.path().join("link");
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let error = Folder::open(&link).unwrap_err().to_string();
    assert!(error.contains("link") && error.contains("symbolic"), "{error}");
    for name in ["cache.db", "journal.db", "journal.db-wal"] {
        let folder = root.path().join(format!("with {name}"));
        fs::create_dir(&folder).unwrap();
        std::os::unix::fs::symlink(target.join("cache.db"), folder.join(name)).unwrap();
        assert!(Folder::open(&folder).unwrap_err().to_string().contains(name));
    }
    // A folder under a link is fine: only the last step must be none.
    drop(open(&link.join("deeper")));
    // An existing folder of ours is tightened; another one that all may write to is refused.
    fs::set_permissions(&target, fs::Permissions::from_mode(0o755)).unwrap();
    drop(open(&target));
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o700);
    let shared = root.path().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::write(shared.join("something"), "").unwrap();
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o777)).unwrap();
    assert!(Folder::open(&shared).unwrap_err().to_string().contains("others"));
}

#[test]
fn read_only_reads_everything_and_stores_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    list(&mut store, [alert("a", Status::Active)]);
    store.queue(&change(&["a"], Status::Active, Status::Resolved)).unwrap();
    let read = |folder: &Path| {
        let (mut store, notices) = Store::open(Folder::open(folder).unwrap(), Access::ReadOnly).unwrap();
        assert_eq!(notices, []);
        assert_eq!(status_of(&mut store, "a"), (Status::Resolved, Status::Active));
        assert_eq!(store.raw(&id("a")).unwrap().unwrap(), &*alert("a", Status::Active).raw);
        assert!(!store.is_writable());
        let error = store.queue(&change(&["a"], Status::Resolved, Status::Active)).unwrap_err();
        assert!(error.cannot_store() && error.to_string().contains("journal.db"), "{error}");
        let listing = store.begin_listing(&subscription(), now());
        assert!(matches!(listing, Err(StoreError::ReadOnly { .. })));
    };
    read(folder.path()); // beside a writing instance
    store.close();
    let bytes = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let before = (bytes("cache.db"), bytes("journal.db"));
    read(folder.path());
    assert!(before == (bytes("cache.db"), bytes("journal.db")));

    let empty = tempfile::tempdir().unwrap();
    let (mut store, _) = Store::open(Folder::open(empty.path()).unwrap(), Access::ReadOnly).unwrap();
    assert!(store.snapshot().is_empty());
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0, "nothing is created");
}

#[test]
fn two_instances_see_each_others_writes_and_one_sends() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = open(folder.path());
    let mut second = open(folder.path());
    list(&mut first, ["a", "b"].map(|name| alert(name, Status::Active)));
    assert!(second.refresh().unwrap());
    assert_eq!(second.snapshot().len(), 2);
    // Both write without refreshing: keys and string codes still never clash.
    let listing = second.begin_listing(&SubscriptionId::new("s2"), now()).unwrap();
    second.apply_page(&listing, &page([alert("c", Status::Active)])).unwrap();
    let listing = first.begin_listing(&SubscriptionId::new("s3"), now()).unwrap();
    first.apply_page(&listing, &page([alert("d", Status::Active)])).unwrap();
    second.queue(&change(&["a"], Status::Active, Status::Dismissed)).unwrap();
    first.queue(&change(&["b"], Status::Active, Status::Resolved)).unwrap();
    for store in [&mut first, &mut second] {
        store.refresh().unwrap();
        let table = store.snapshot();
        assert_eq!((table.len(), table.pending_count()), (4, 2));
        for name in ["a", "b", "c", "d"] {
            let row = table.find(&id(name)).unwrap();
            assert_eq!(row.first(FactKind::Hash).unwrap().0, format!("hash of {name}"));
        }
        assert!(!store.refresh().unwrap(), "nothing new");
    }
    assert!(first.try_lease("first", now()).unwrap());
    assert!(!second.try_lease("second", now() + TimeDelta::seconds(20)).unwrap());
    assert!(first.try_lease("first", now() + TimeDelta::seconds(20)).unwrap());
    assert!(!second.try_lease("second", now() + TimeDelta::seconds(40)).unwrap(), "it was renewed");
    assert!(second.try_lease("second", now() + TimeDelta::seconds(51)).unwrap(), "it ran out");
    assert!(!first.try_lease("first", now() + TimeDelta::seconds(52)).unwrap());
    first.release_lease("first").unwrap();
    assert!(!first.try_lease("first", now() + TimeDelta::seconds(52)).unwrap(), "it was not its own");
    second.release_lease("second").unwrap();
    assert!(first.try_lease("first", now() + TimeDelta::seconds(52)).unwrap());
}
