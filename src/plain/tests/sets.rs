//! What a line acts on is what was printed, and no more.

use super::Talk;

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
