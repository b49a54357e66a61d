//! The remediation steps of an alert as a person works through them.
//!
//! The source gives lines of prose. Some are numbered (`1. …`), some begin with a bullet, some are headings of those that
//! follow, and a line may be a link as JSON inside the string (contract §2.3).

use crate::domain::SafeText;
use crate::domain::alert::{Link, Prose};

/// Tells a step of an alert from the others by its words, so that a step that the source has reworded is not taken for done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(pub i64);

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// By what a tick is kept.
    pub id: StepId,
    /// The words, without the source's own number or bullet; empty for links alone.
    pub text: SafeText,
    /// True for a point below the step before.
    pub below: bool,
    /// The links of the step.
    pub links: Vec<Link>,
}

/// The steps in the source's order; equal lines are a step each.
pub fn steps(remediation: &[Prose]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for prose in remediation {
        match prose {
            Prose::Text(text) => {
                for line in text.raw().lines().map(str::trim).filter(|line| !line.is_empty()) {
                    let (below, words) = unmarked(line);
                    let below = below && !steps.is_empty();
                    steps.push(Step { id: StepId(0), text: words.into(), below, links: Vec::new() });
                }
            }
            Prose::Links(links) => match steps.last_mut().filter(|step| step.links.is_empty()) {
                // A link explains the step before it.
                Some(step) => step.links.clone_from(links),
                None => steps.push(Step {
                    id: StepId(0),
                    text: SafeText::default(),
                    below: false,
                    links: links.clone(),
                }),
            },
        }
    }
    for at in 0..steps.len() {
        let same = steps[..at].iter().filter(|other| alike(other, &steps[at])).count();
        steps[at].id = StepId(identity(&steps[at], same));
    }
    steps
}

fn alike(one: &Step, other: &Step) -> bool {
    one.text == other.text && (!one.text.is_empty() || one.links == other.links)
}

/// FNV-1a over the words; kept in the journal, so it must never change.
fn identity(step: &Step, same_before: usize) -> i64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |bytes: &[u8]| {
        // The end of each part counts, so that parts cannot trade bytes.
        for byte in bytes.iter().chain(&[0xff]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    add(step.text.raw().as_bytes());
    if step.text.is_empty() {
        step.links.iter().for_each(|link| add(link.href.raw().as_bytes()));
    }
    add(&(same_before as u64).to_le_bytes());
    hash.cast_signed()
}

/// A line without its number or bullet, and whether it was a bullet.
fn unmarked(line: &str) -> (bool, &str) {
    for bullet in ["•", "◦", "▪", "- ", "– ", "* "] {
        if let Some(rest) = line.strip_prefix(bullet) {
            return (true, rest.trim_start());
        }
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=2).contains(&digits) {
        let rest = line[digits..].strip_prefix(['.', ')']);
        if let Some(words) = rest.filter(|rest| rest.starts_with(char::is_whitespace)) {
            return (false, words.trim_start());
        }
    }
    (false, line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: &str) -> Prose {
        Prose::Text(SafeText::from(line))
    }

    #[test]
    fn numbers_and_bullets_give_way_to_our_own() {
        for (line, below, words) in [
            ("1. Isolate it", false, "Isolate it"),
            ("12) Isolate it", false, "Isolate it"),
            ("• Isolate it", true, "Isolate it"),
            ("- Isolate it", true, "Isolate it"),
            ("1.5 GB are enough", false, "1.5 GB are enough"),
            ("2026. A year", false, "2026. A year"),
            ("-5 degrees", false, "-5 degrees"),
        ] {
            assert_eq!(unmarked(line), (below, words), "{line}");
        }
    }

    #[test]
    fn lines_become_steps_and_links_stay_with_theirs() {
        let link = |label: &str| Link { label: label.into(), href: "https://example.com/".into() };
        let steps = steps(&[
            text("• Ask the owner\r\n\r\n2. Isolate the machine"),
            text("- by its network rules"),
            Prose::Links(vec![link("how")]),
            Prose::Links(vec![link("more")]),
        ]);
        let seen: Vec<_> = steps.iter().map(|s| (s.text.raw(), s.below, s.links.len())).collect();
        assert_eq!(
            seen,
            [
                ("Ask the owner", false, 0),
                ("Isolate the machine", false, 0),
                ("by its network rules", true, 1),
                ("", false, 1)
            ]
        );
    }

    #[test]
    fn a_step_is_told_by_its_words_alone() {
        let before = steps(&[text("1. Ask"), text("2. Isolate"), text("Isolate")]);
        let after = steps(&[text("Isolate"), text("1. Ask the owner"), text("3. Isolate")]);
        assert_eq!((before[1].id, before[2].id), (after[0].id, after[2].id));
        assert!(before[1].id != before[2].id && before[0].id != after[1].id);
        // Stored in journals: must never change.
        assert_eq!(steps(&[text("Ask")])[0].id, StepId(-2_733_721_723_039_979_112));
    }
}
