//! Completion: fields by prefix, then values with counts.

use std::ops::Range;

use super::Context;
use super::ast::{Filter, Order};
use super::compiled::Compiled;
use super::facet::{Wanted, wanted_facets};
use super::field::{Field, ME, Source};
use super::lexer::{Part, Spanned, Token, is_closed, lex};
use super::parser::{field_prefix, parse, parse_beginning, values};
use super::pattern::{Reach, fold};
use crate::domain::SafeText;
use crate::domain::table::Table;

/// What could be typed at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Completion {
    /// The bytes that an item's `insert` replaces.
    pub replace: Range<usize>,
    /// The best first.
    pub items: Vec<Item>,
}

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The text to put in, quoted where needed; a field ends with its `:`.
    pub insert: String,
    /// What to show.
    pub label: SafeText,
    /// How many alerts have the value; none for fields and times.
    pub count: Option<usize>,
    /// A few words on what it means; may be empty.
    pub help: &'static str,
}

/// More proposals than this help nobody.
const MOST: usize = 200;

const TIMES: [(&str, &str); 6] = [
    ("1h", "the last hour"),
    ("8h", "a shift"),
    ("24h", "the last day"),
    ("7d", "the last week"),
    ("30d", "the last 30 days"),
    ("90d", "the last 90 days"),
];

/// Proposes what could stand at the cursor, a byte offset into the text. Values are counted as in *Add filter*: among the alerts
/// that pass what must hold beside the term, without what is said about the same field. Nothing is proposed once cancelled.
pub fn complete(
    text: &str,
    cursor: usize,
    table: &Table,
    context: &Context,
    cancelled: &dyn Fn() -> bool,
) -> Completion {
    let mut cursor = cursor.min(text.len());
    while !text.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let before = &text[..cursor];
    // A lenient lexer finds no mistakes.
    let tokens = lex(before, true).unwrap_or_default();
    let word = tokens.last().filter(|last| last.span.end == cursor);
    let Some((Token::Word(parts), term)) = word.map(|word| (&word.token, &word.span)) else {
        return Completion { replace: cursor..cursor, items: fields("") };
    };
    let Some(Part { text: first, quoted: false, .. }) = parts.first() else {
        return Completion { replace: cursor..cursor, items: Vec::new() };
    };
    let Some((name, operator)) = field_prefix(first) else {
        let items = if parts.len() == 1 { fields(first) } else { Vec::new() };
        return Completion { replace: term.start..end_of_name(text, cursor), items };
    };
    let typed = values(parts, name.len() + operator.len()).pop();
    let (Some(field), Some((value, span))) = (Field::find(name), typed) else {
        return Completion { replace: cursor..cursor, items: Vec::new() };
    };
    let compared = Order::ALL.iter().any(|order| order.symbol() == operator);
    // Times are proposed without counts, and so is what is compared, but for severities.
    let counts = if compared { matches!(field.0.source, Source::Severity) } else { !field.is_time() };
    let passing =
        || Compiled::new(&beside(text, term).without(field), table, context, cancelled)?.rows(cancelled);
    let Some(rows) = (if counts { passing() } else { Some(Vec::new()) }) else {
        return Completion::default();
    };
    let typed: String = value.iter().map(|part| part.text.as_str()).collect();
    let open_quote = value.last().is_some_and(|part| part.quoted && !is_closed(&before[part.span.clone()]));
    Completion {
        replace: span.start..end_of_value(text, cursor, open_quote),
        items: proposals(field, compared, &fold(&typed), (table, &rows)),
    }
}

/// What must hold beside a term: what stands before and behind it as far as an `or`, in its own parenthesis and in those around
/// it; of what is no filter, what stands before its mistake.
fn beside(text: &str, term: &Range<usize>) -> Filter {
    let (before, after) = (&text[..term.start], &text[term.end..]);
    let after = &after[after.find(|c: char| c.is_whitespace() || c == ')').unwrap_or(after.len())..];
    // A quote may be cut in two: that is the parser's to tell.
    let tokens = |text| lex(text, true).unwrap_or_default();
    let before = parts_before(&tokens(before)).into_iter().map(|part| parse_beginning(&before[part]));
    let after = parts_behind(&tokens(after)).into_iter().filter_map(|part| parse(&after[part]).ok());
    before.chain(after).fold(Filter::all(), |filter, part| filter.and(&part))
}

/// The bytes of tokens, without the operators at their ends.
fn joined(tokens: &[Spanned]) -> Range<usize> {
    let is_operator = |token: &Spanned| {
        let word = token.bare().unwrap_or_default();
        token.token == Token::Minus || ["and", "not"].iter().any(|known| known.eq_ignore_ascii_case(word))
    };
    let end = tokens.iter().rposition(|token| !is_operator(token)).map_or(0, |last| last + 1);
    let leads = |token: &Spanned| token.bare().is_some_and(|word| word.eq_ignore_ascii_case("and"));
    let start = tokens[..end].iter().position(|token| !leads(token)).unwrap_or(end);
    match &tokens[start..end] {
        [first, .., last] => first.span.start..last.span.end,
        [only] => only.span.clone(),
        [] => 0..0,
    }
}

fn is_or(token: &Spanned) -> bool {
    token.bare().is_some_and(|word| word.eq_ignore_ascii_case("or"))
}

/// The conjunctions that are still open behind the tokens: one for each open parenthesis, and the outermost.
fn parts_before(tokens: &[Spanned]) -> Vec<Range<usize>> {
    let mut open = vec![Range::default()];
    for (at, token) in tokens.iter().enumerate() {
        let next = at + 1;
        match token.token {
            Token::Open => open.push(next..next),
            Token::Close if open.len() > 1 => drop(open.pop()),
            _ => {}
        }
        if let Some(part) = open.last_mut() {
            *part = if is_or(token) { next..next } else { part.start..next };
        }
    }
    open.into_iter().map(|part| joined(&tokens[part])).collect()
}

/// What goes on with the conjunctions that are open before the tokens.
fn parts_behind(tokens: &[Spanned]) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut from, mut inside, mut over) = (0, 0, false);
    for (at, token) in tokens.iter().enumerate() {
        let closes = token.token == Token::Close && inside == 0;
        match token.token {
            Token::Open => inside += 1,
            Token::Close => inside -= usize::from(!closes),
            _ => {}
        }
        if closes || inside == 0 && is_or(token) {
            if !over {
                parts.push(joined(&tokens[from..at]));
            }
            (from, over) = (at + 1, !closes);
        }
    }
    if !over {
        parts.push(joined(&tokens[from..]));
    }
    parts
}

fn fields(typed: &str) -> Vec<Item> {
    let typed = typed.to_ascii_lowercase();
    Field::all()
        .filter(|field| field.names().any(|name| name.starts_with(&typed)))
        .map(|field| Item {
            insert: format!("{}:", field.name()),
            label: SafeText::from(field.name()),
            count: None,
            help: field.help(),
        })
        .collect()
}

fn proposals(field: Field, compared: bool, typed: &str, (table, rows): (&Table, &[u32])) -> Vec<Item> {
    let mut items = Vec::new();
    if field.is_time() {
        let fitting = TIMES.iter().filter(|(time, _)| time.starts_with(typed));
        return fitting
            .map(|(time, help)| Item {
                insert: (*time).into(),
                label: SafeText::from(*time),
                count: None,
                help,
            })
            .collect();
    }
    if compared && !matches!(field.0.source, Source::Severity) {
        return items;
    }
    if matches!(field.0.source, Source::Local(Reach::Whole, _)) && ME.starts_with(typed) {
        items.push(Item { insert: ME.into(), label: SafeText::from(ME), count: None, help: "yourself" });
    }
    let facets = wanted_facets(table, rows, field, Wanted { text: typed, most: MOST });
    items.extend(facets.into_iter().map(|facet| Item {
        insert: facet.written(),
        label: facet.label,
        count: Some(facet.count),
        help: "",
    }));
    items
}

/// The end of a name that the cursor is in, its colon included.
fn end_of_name(text: &str, cursor: usize) -> usize {
    let rest = &text[cursor..];
    let name = rest.find(|c: char| !c.is_ascii_alphabetic() && c != '-').unwrap_or(rest.len());
    cursor + name + usize::from(rest[name..].starts_with(':'))
}

/// The end of a value that the cursor is in.
fn end_of_value(text: &str, cursor: usize, open_quote: bool) -> usize {
    let rest = &text[cursor..];
    if open_quote {
        return rest.find('"').map_or(cursor, |quote| cursor + quote + 1);
    }
    cursor
        + rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '"')).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sample, context, table};
    use super::*;

    fn complete(text: &str, cursor: usize, table: &Table) -> Completion {
        super::complete(text, cursor, table, &context(), &|| false)
    }

    /// The text with the first item put in, and the labels; `|` is the cursor.
    fn typed(text: &str) -> (String, Vec<String>) {
        let table = table(&[
            Sample { severity: "High", resource: "vm-web-01", ..Sample::new("a") },
            Sample { severity: "High", resource: "vm web", ..Sample::new("b") },
            Sample { severity: "Low", resource: "vm web", ..Sample::new("c") },
            Sample { severity: "Low", resource: "the web", ..Sample::new("d") },
        ]);
        let cursor = text.find('|').unwrap();
        let text = text.replace('|', "");
        let completion = complete(&text, cursor, &table);
        let mut done = text.clone();
        if let Some(item) = completion.items.first() {
            done.replace_range(completion.replace.clone(), &item.insert);
        }
        (done, completion.items.iter().map(|item| item.label.to_string()).collect())
    }

    #[test]
    fn fields_then_values() {
        for (text, done, labels) in [
            ("sev|", "severity:", &["severity"][..]),
            ("-sev|", "-severity:", &["severity"]),
            ("(sta|) x", "(status:) x", &["status"]),
            (
                "s|ev:high",
                "severity:high",
                &["severity", "status", "since", "subscription", "scan", "sample"],
            ),
            ("rg|", "group:", &["group"]),
            ("severity:|", "severity:high", &["High", "Low"]),
            ("severity:l|", "severity:low", &["Low"]),
            ("severity:high,|", "severity:high,high", &["High", "Low"]),
            ("severity>=l|", "severity>=low", &["Low"]),
            ("status>=|", "status>=", &[]),
            ("resource:vm|", "resource:\"vm web\"", &["vm web", "vm-web-01"]),
            ("resource:web|", "resource:\"vm web\"", &["vm web", "the web", "vm-web-01"]),
            ("resource:\"vm w|", "resource:\"vm web\"", &["vm web"]),
            ("resource:\"vm w|x y\" z", "resource:\"vm web\" z", &["vm web"]),
            ("resource:the|xyz,b", "resource:\"the web\",b", &["the web"]),
            ("sub:con|", "sub:0b1f6471-1bf0-4dda-aec3-111122223333", &["Contoso Production"]),
            ("since:2|", "since:24h", &["24h"]),
            ("assigned:|", "assigned:me", &["me", "none"]),
            ("colour:|", "colour:", &[]),
            ("\"a|", "\"a", &[]),
        ] {
            let (filled, offered) = typed(text);
            assert_eq!(
                (filled.as_str(), &offered[..]),
                (done, &labels.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>()[..]),
                "{text}"
            );
        }
        let (_, all) = typed("x |");
        assert_eq!(all.len(), Field::all().count());
    }

    #[test]
    fn counts_and_help_stand_beside_the_proposals() {
        let table = table(&[Sample::new("a"), Sample::new("b")]);
        let item = &complete("group:", 6, &table).items[0];
        assert_eq!((item.insert.as_str(), item.count), ("rg-web", Some(2)));
        assert!(
            complete("", 0, &table).items.iter().all(|item| item.count.is_none() && !item.help.is_empty())
        );
    }

    #[test]
    fn values_are_counted_within_the_rest_of_the_filter() {
        let table = table(&[
            Sample { severity: "High", resource: "vm-1", ..Sample::new("a") },
            Sample { severity: "High", resource: "vm-2", ..Sample::new("b") },
            Sample { severity: "Low", resource: "vm-2", ..Sample::new("c") },
        ]);
        for (text, expected) in [
            ("severity:", "High 2, Low 1"),
            ("resource:vm-2 severity:", "High 1, Low 1"),
            ("severity:| resource:vm-1", "High 1"),
            ("resource:vm-2 -severity:", "High 1, Low 1"),
            // As in *Add filter*: other values of the same field can be seen.
            ("resource:vm-2 severity:low severity:", "High 1, Low 1"),
            ("resource:vm-2 severity:low,", "High 1, Low 1"),
            ("(resource:vm-1 severity:|)", "High 1"),
            // In parentheses that are not closed yet, and behind operators.
            ("resource:vm-2 (severity:", "High 1, Low 1"),
            ("resource:vm-1 (status:active severity:", "High 1"),
            ("resource:vm-1 (status:active or (severity:", "High 1"),
            ("resource:vm-1 and not (severity:", "High 1"),
            ("resource:vm-1 -(severity:", "High 1"),
            ("resource:vm-1 and severity:", "High 1"),
            ("(severity:| status:active) resource:vm-1", "High 1"),
            ("(severity:| or status:dismissed) and resource:vm-1", "High 1"),
            ("(status:active severity:| resource:vm-1", "High 1"),
            // What stands beyond an `or` need not hold.
            ("resource:vm-1 or severity:", "High 2, Low 1"),
            ("resource:vm-1 or (severity:", "High 2, Low 1"),
            ("resource:vm-1 or resource:vm-2 (severity:", "High 1, Low 1"),
            ("resource:vm-1 severity:| or resource:vm-2", "High 1"),
            ("(severity:|) or resource:vm-1 resource:vm-2", "High 2, Low 1"),
            ("(resource:vm-1 or resource:vm-2) (severity:", "High 2, Low 1"),
            // A part that is no filter.
            ("resource:vm-1 colour:red (status:active severity:", "High 1"),
            ("severity:| resource:vm-1 colour:red", "High 2, Low 1"),
        ] {
            let cursor = text.find('|').unwrap_or(text.len());
            let completion = complete(&text.replace('|', ""), cursor, &table);
            let shown = completion.items.iter().map(|item| format!("{} {}", item.label, item.count.unwrap()));
            assert_eq!(shown.collect::<Vec<_>>().join(", "), expected, "{text}");
        }
    }

    #[test]
    fn every_cursor_of_every_text_is_answered() {
        let table = table(&[Sample::new("a")]);
        for text in ["", "é日 title:\"é", "(severity:high,\"", "-", "a\"b\"c:d", "ip:,,é", "since:24h"] {
            for cursor in 0..=text.len() + 1 {
                let completion = complete(text, cursor, &table);
                assert!(text.get(completion.replace.clone()).is_some(), "{text} {cursor}");
                for item in completion.items {
                    let term = if item.insert.ends_with(':') { continue } else { item.insert };
                    assert!(parse(&format!("title:{term}")).is_ok(), "{term}");
                }
            }
        }
    }
}
