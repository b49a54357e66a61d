//! How far a mistyped word is from a known one.

/// The nearest of the known words, when it is near enough to be worth naming: a third of its letters, at most.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = word.to_lowercase();
    known
        .into_iter()
        .map(|known| (edits(known, &typed), known))
        .filter(|(edits, known)| *edits <= (known.chars().count() / 3).max(1))
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, known)| known)
}

/// The number of letters to add, drop or change (Levenshtein) or swap with their neighbour.
pub fn edits(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().take(32).collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let mut cost = (rows[i][j + 1] + 1).min(row[j] + 1).min(rows[i][j] + usize::from(a != b));
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                cost = cost.min(rows[i - 1][j - 1] + 1);
            }
            row.push(cost);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["read-only", "sync-seconds", "cloud", "name"];
        for (typed, meant) in [
            ("readonly", Some("read-only")),
            ("read_only", Some("read-only")),
            ("Cloud", Some("cloud")),
            ("cluod", Some("cloud")),
            ("nam", Some("name")),
            ("sync-second", Some("sync-seconds")),
            ("tenant", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
    }
}
