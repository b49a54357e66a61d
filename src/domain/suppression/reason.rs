//! Why a rule suppresses. The API requires a reason and takes any text; these are the codes that the built-in policy
//! for suppression rules lists (contract §3).

use crate::domain::change::Reason;

/// (code, label for people), in the order of the keys 1–7.
pub const REASONS: [(&str, &str); 7] = [
    ("FalsePositive", "False positive: too many normal activities"),
    ("SpecificEntityFalsePositive", "False positive for this entity"),
    ("Noise", "Noise"),
    ("NotRelevant", "Not relevant here"),
    ("AlertSeverityTooHigh", "Severity too high"),
    ("Unclear", "Unclear, not actionable"),
    ("Other", "Other"),
];

/// The code that a text names, in any letter case, with or without dashes.
pub fn parse(text: &str) -> Option<&'static str> {
    let folded: String = text.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).collect();
    REASONS.iter().map(|(code, _)| *code).find(|code| code.eq_ignore_ascii_case(&folded))
}

/// The label of a code; an unknown code is its own.
pub fn label(code: &str) -> &str {
    REASONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(code)).map_or(code, |(_, label)| label)
}

/// The reason in the journal for alerts that are dismissed together with a rule.
pub fn of_dismissal(code: &str) -> Reason {
    match parse(code) {
        Some("FalsePositive" | "SpecificEntityFalsePositive") => Reason::FalsePositive,
        Some("Noise") => Reason::Noise,
        Some("NotRelevant") => Reason::NotRelevant,
        _ => Reason::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_in_any_spelling() {
        for text in
            ["SpecificEntityFalsePositive", "specific-entity-false-positive", "SPECIFICENTITYFALSEPOSITIVE"]
        {
            assert_eq!(parse(text), Some("SpecificEntityFalsePositive"));
        }
        assert_eq!(parse("benign"), None);
        assert_eq!((label("noise"), label("Custom")), ("Noise", "Custom"));
    }
}
