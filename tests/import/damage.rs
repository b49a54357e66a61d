//! Damaged files: nothing panics, nothing hangs, and a bad record never costs its neighbours.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::{alerts, items};

fn fixtures() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

/// An alert on one line, with a name of its own.
fn line(name: &str) -> String {
    let id =
        format!("/subscriptions/s/resourceGroups/g/providers/Microsoft.Security/locations/l/alerts/{name}");
    format!(
        r#"{{"id":"{id}","properties":{{"alertType":"T","alertDisplayName":"D","severity":"Low","status":"Active","entities":[{{"type":"ip","address":"192.0.2.1"}}]}}}}"#
    )
}

fn names(content: &[u8]) -> Vec<String> {
    alerts(&items(content)).iter().map(|found| found.alert.id.name().to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_makes_it_panic(
        which in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        insert in "[\\[\\]{},:\"\\\\\\n0a ]{0,8}",
        at in any::<prop::sample::Index>(),
    ) {
        let all = fixtures();
        let mut bytes = all[which.index(all.len())].clone();
        for (place, byte) in edits {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let place = at.index(bytes.len());
        bytes.splice(place..place, insert.bytes());
        bytes.truncate(cut.index(bytes.len() * 2).max(1));
        let read = items(&bytes);
        for pair in read.windows(2) {
            prop_assert_eq!(pair[0].record + 1, pair[1].record);
        }
    }

    #[test]
    fn a_bad_line_keeps_its_neighbours(bad in "[^\\n\\r]{0,80}", cut in any::<prop::sample::Index>()) {
        let broken = line("b");
        let broken = &broken[..cut.index(broken.len())];
        let text = format!("{}\n{broken}\n{}\n{bad}\n{}\n{}\n{}\n", line("1"), line("2"), line("3"), line("4"), line("5"));
        let found = names(text.as_bytes());
        for name in ["1", "2", "3", "4", "5"] {
            prop_assert!(found.iter().any(|found| found == name), "{name} in {found:?}");
        }
    }

    #[test]
    fn a_list_that_is_cut_gives_what_came_before(cut in any::<prop::sample::Index>()) {
        let lines: Vec<String> = (0..8).map(|number| line(&number.to_string())).collect();
        let text = format!("{{\"value\":[{}]}}", lines.join(",\n"));
        let cut = cut.index(text.len());
        let whole = text[..cut].matches("}]}},").count() + usize::from(text[..cut].ends_with("}]}}"));
        prop_assert_eq!(names(&text.as_bytes()[..cut]).len(), whole.min(8));
    }
}

#[test]
fn a_missing_bracket_in_a_list_costs_one_record() {
    let lines: Vec<String> = (0..5).map(|number| line(&number.to_string())).collect();
    for missing in ["}}", "}"] {
        let mut lines = lines.clone();
        lines[2] = lines[2].strip_suffix(missing).unwrap().to_owned();
        let text = format!("[{}]", lines.join(",\n"));
        assert_eq!(names(text.as_bytes()), ["0", "1", "3", "4"], "without {missing}");
    }
}

#[test]
fn a_record_that_is_too_long_costs_itself_only() {
    let long = format!(r#"{{"id":"x","properties":{{"alertType":"{}"}}}}"#, "a".repeat(17 << 20));
    for text in
        [format!("{}\n{long}\n{}\n", line("1"), line("2")), format!("[{},{long},{}]", line("1"), line("2"))]
    {
        let read = items(text.as_bytes());
        assert_eq!(alerts(&read).len(), 2);
        assert!(format!("{read:?}").contains("longer than 16 MiB"));
    }
}

#[test]
fn an_alert_that_is_too_large_in_the_cache_costs_itself_only() {
    // A control character as it stands takes six bytes in JSON.
    let long = "\u{1}".repeat(6 << 20);
    let text =
        format!("id,severity,title\n{0}/alerts/1,Low,a\n{0}/alerts/2,Low,{long}\n{0}/alerts/3,Low,c\n", "/s");
    let read = items(text.as_bytes());
    assert_eq!(names(text.as_bytes()), ["1", "3"]);
    assert!(matches!(&read[1].outcome, quell::import::Outcome::Broken(why) if why.contains("32 MiB")));
}

#[test]
fn deep_nesting_is_no_trouble() {
    for text in
        ["[".repeat(300_000), "{\"a\":".repeat(100_000), format!("{{\"value\":{}", "[".repeat(100_000))]
    {
        assert!(alerts(&items(text.as_bytes())).is_empty());
    }
}
