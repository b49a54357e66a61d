//! The `$filter` of the activity log: only a few shapes are legal (the contract's README §1).

use chrono::{DateTime, Utc};

/// What is asked for beside the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Everything,
    Group(String),
    Resource(String),
    Provider(String),
    Correlation(String),
}

/// A legal filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
    pub(super) part: Part,
}

/// Reads `eventTimestamp ge '…' and eventTimestamp le '…' [and <field> eq '…']`; else what is wrong.
pub(super) fn read(text: &str) -> Result<Filter, String> {
    let words = words(text)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let [from, ge, start, and, to, le, end, rest @ ..] = words.as_slice() else {
        return Err("it must begin with eventTimestamp ge '…' and eventTimestamp le '…'".to_owned());
    };
    for (found, wanted) in
        [(from, "eventTimestamp"), (ge, "ge"), (and, "and"), (to, "eventTimestamp"), (le, "le")]
    {
        if !found.eq_ignore_ascii_case(wanted) {
            return Err(format!("'{found}' stands where {wanted} was expected"));
        }
    }
    let (from, to) = (time(start)?, time(end)?);
    if from > to {
        return Err("it ends before it begins".to_owned());
    }
    let part = match rest {
        [] => Part::Everything,
        [and, field, eq, value] if and.eq_ignore_ascii_case("and") && eq.eq_ignore_ascii_case("eq") => {
            let value = quoted(value)?;
            match field.to_ascii_lowercase().as_str() {
                "resourcegroupname" => Part::Group(value),
                "resourceuri" => Part::Resource(value),
                "resourceprovider" => Part::Provider(value),
                "correlationid" => Part::Correlation(value),
                _ => {
                    return Err(format!(
                        "'{field}' is none of resourceGroupName, resourceUri, resourceProvider, correlationId"
                    ));
                }
            }
        }
        _ => return Err("behind the times only one further condition with eq is allowed".to_owned()),
    };
    Ok(Filter { from, to, part })
}

/// Words and texts in quotes; a quote in a text is doubled.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let mut length =
            if first == '\'' { None } else { rest.find(char::is_whitespace).or(Some(rest.len())) };
        let mut from = 1;
        while length.is_none() {
            let end = rest.get(from..).and_then(|tail| tail.find('\'')).map(|at| from + at + 1);
            let end = end.ok_or("a text in it has no end")?;
            if rest.get(end..).is_some_and(|tail| tail.starts_with('\'')) {
                from = end + 1;
            } else {
                length = Some(end);
            }
        }
        let (word, tail) = rest.split_at(length.unwrap_or_default());
        words.push(word.to_owned());
        rest = tail.trim_start();
    }
    Ok(words)
}

fn quoted(word: &str) -> Result<String, String> {
    word.strip_prefix('\'')
        .and_then(|word| word.strip_suffix('\''))
        .filter(|inner| !inner.is_empty())
        .map(|inner| inner.replace("''", "'"))
        .ok_or_else(|| format!("'{word}' is not a text in quotes"))
}

fn time(word: &str) -> Result<DateTime<Utc>, String> {
    let text = quoted(word)?;
    DateTime::parse_from_rfc3339(&text)
        .map(|time| time.to_utc())
        .map_err(|_| format!("'{text}' is no date and time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: &str =
        "eventTimestamp ge '2026-11-20T00:00:00.1234567Z' and eventTimestamp le '2026-11-23T00:00:00Z'";

    #[test]
    fn the_five_legal_shapes_are_read() {
        let part = |tail: &str| read(&format!("{TIMES}{tail}")).unwrap().part;
        assert_eq!(part(""), Part::Everything);
        assert_eq!(part(" and resourceGroupName eq 'rg ''x'''"), Part::Group("rg 'x'".to_owned()));
        assert_eq!(part(" AND ResourceUri EQ '/a'"), Part::Resource("/a".to_owned()));
        assert_eq!(part("  and resourceProvider eq 'p' "), Part::Provider("p".to_owned()));
        assert_eq!(part(" and correlationId eq 'c'"), Part::Correlation("c".to_owned()));
        let both = read(TIMES).unwrap();
        assert_eq!((both.to - both.from).num_hours(), 71);
    }

    #[test]
    fn every_other_shape_is_refused() {
        for bad in [
            "",
            "resourceUri eq '/a'",
            "eventTimestamp ge '2026-11-20T00:00:00Z'",
            "eventTimestamp le '2026-11-20T00:00:00Z' and eventTimestamp ge '2026-11-23T00:00:00Z'",
            "eventTimestamp ge '2026-11-23T00:00:00Z' and eventTimestamp le '2026-11-20T00:00:00Z'",
            "eventTimestamp ge 2026-11-20T00:00:00Z and eventTimestamp le '2026-11-23T00:00:00Z'",
            "eventTimestamp ge 'yesterday' and eventTimestamp le '2026-11-23T00:00:00Z'",
            &format!("{TIMES} and caller eq 'x'"),
            &format!("{TIMES} and resourceUri ne 'x'"),
            &format!("{TIMES} or resourceUri eq 'x'"),
            &format!("{TIMES} and resourceUri eq ''"),
            &format!("{TIMES} and resourceUri eq 'x"),
            &format!("{TIMES} and resourceUri eq 'x' and resourceGroupName eq 'y'"),
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
