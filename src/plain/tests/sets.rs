//! What a line acts on is what was printed, and no more.

use super::Talk;
use crate::app::harness::{Given, Harness, ROW};
use crate::domain::fact::FactKind;

/// The filter that some lines lead to, while something happens before the last one.
fn filter(rows: &[Given], lines: &[&str], number: &str, meanwhile: fn(&mut Harness)) -> String {
    let mut talk = Talk::with(Harness::new(rows));
    talk.say(lines).meanwhile(meanwhile).say(&[number]);
    assert!(talk.model().overlays.is_empty(), "{}", talk.written);
    talk.model().filter.applied.to_string()
}

#[test]
fn numbers_of_a_chart_are_those_that_were_printed() {
    const SCRIPTS: Given = Given { facts: &[(FactKind::Technique, "T1059")], ..ROW };
    const GUESSES: Given = Given { facts: &[(FactKind::Technique, "T1110")], hours: 5, ..ROW };
    let rows = [SCRIPTS, SCRIPTS, GUESSES];
    let more = |harness: &mut Harness| {
        for (key, hours) in [(8, 9), (9, 9)] {
            harness.put(key, Given { hours, ..GUESSES });
        }
        harness.snapshot();
    };
    for lines in [&["time 24h", "timeline"][..], &["attack", "techniques 1"]] {
        let read = filter(&rows, lines, "1", |_| {});
        assert_eq!(filter(&rows, lines, "1", more), read, "{lines:?}");
    }
    assert!(filter(&rows, &["attack", "techniques 1"], "2", more).ends_with("technique:T1110"));
}

#[test]
fn narrowing_never_shows_more() {
    for (before, more, after, shown) in [
        ("severity:low or type:VM_A", "severity:high", "(severity:low or type:VM_A) severity:high", 4),
        ("type:VM_A", "severity:low or severity:medium", "type:VM_A (severity:low or severity:medium)", 0),
        ("*", "severity:low", "severity:low", 1),
        ("severity:low", "", "severity:low", 1),
        ("severity:low", "severity:", "severity:low", 1),
    ] {
        let mut talk = Talk::small();
        talk.say(&[&format!("filter {before}"), &format!("narrow {more}")]);
        assert_eq!(talk.model().filter.applied.to_string(), after);
        assert_eq!(talk.harness.shown().len(), shown, "{after}");
    }
}

/// All techniques of all tactics at once are too many to listen to.
#[test]
fn tactics_are_read_first_and_their_techniques_on_demand() {
    const SCRIPTS: Given = Given { facts: &[(FactKind::Technique, "T1059")], ..ROW };
    const GUESSES: Given = Given { facts: &[(FactKind::Technique, "T1110")], ..ROW };
    let mut talk = Talk::with(Harness::new(&[SCRIPTS, SCRIPTS, GUESSES, ROW]));
    talk.say(&["attack"]);
    assert!(talk.written.contains("\n1. Execution, 4 alerts, 4 High; 2 techniques.\n"), "{}", talk.written);
    assert!(!talk.written.contains("T1059"), "{}", talk.written);
    talk.say(&["techniques 2", "techniques 1"]);
    let read = "Execution, 4 alerts, 4 High. Its techniques:\n1. T1059 Command and Scripting Interpreter, 2 alerts, 2 High.\n2. T1110";
    assert!(talk.written.contains(read), "{}", talk.written);
    talk.say(&["", "techniques 1", "2"]);
    assert!(
        talk.written.ends_with("list> ")
            && talk.written.contains(" since:24h tactic:execution technique:T1110\n1 of 4 alerts"),
        "{}",
        talk.written
    );
}
