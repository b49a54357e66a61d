//! What a config has instead of what was expected, in the words of those who write one.

use crate::domain::nearest::nearest;

/// A message of the reader in plain words.
pub(super) fn explain(message: &str) -> String {
    let message = message.trim().lines().collect::<Vec<_>>().join("; ");
    if message.starts_with("unknown field") {
        let (found, known) = named(&message);
        return format!("there is no key `{found}` here{}", instead(found, &known));
    }
    if message == "wanted string or table" {
        return "expected a word in quotes".to_owned();
    }
    if message.starts_with("unknown variant") {
        let (found, known) = named(&message);
        return format!("`{found}` is not known{}", instead(found, &known));
    }
    let wrong = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    match wrong.and_then(|wrong| wrong.rsplit_once(", expected ")) {
        Some((found, expected)) => format!("found {}; expected {}", thing(found), kind(expected)),
        None => message,
    }
}

/// The words in backquotes: the first is what was found, the others are known.
fn named(message: &str) -> (&str, Vec<&str>) {
    let mut words = message.split('`').skip(1).step_by(2);
    (words.next().unwrap_or_default(), words.collect())
}

fn instead(found: &str, known: &[&str]) -> String {
    let meant = nearest(found, known.iter().copied());
    let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    match known {
        [] => meant,
        known if meant.is_empty() => format!("; expected {}", known.join(", ")),
        known => format!("{meant} Expected {}", known.join(", ")),
    }
}

/// What was found: `string "x"`, ``integer `5` ``, `sequence`.
fn thing(found: &str) -> String {
    match found {
        "sequence" => "a list".to_owned(),
        "map" => "a table".to_owned(),
        _ => match found.split_once(' ') {
            Some(("string", text)) => format!("the text {text}"),
            Some((_, value)) => value.rsplit(' ').next().unwrap_or(value).replace('`', ""),
            None => found.to_owned(),
        },
    }
}

fn kind(expected: &str) -> &str {
    match expected {
        "a boolean" => "true or false",
        "a string" => "text in quotes",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "a sequence" => "a list in brackets",
        "a map" => "a table",
        other if other.starts_with("struct ") => "a table",
        other => other,
    }
}
