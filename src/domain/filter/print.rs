//! The canonical text of a filter: what it prints reads as the same filter.

use std::fmt;

use super::ast::{Expr, Filter, Value};
use super::parser::field_prefix;
use super::pattern::{Pattern, Piece};
use super::value::{SEVERITIES, tactic_word};
use crate::domain::Severity;

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Text(pattern) => write_pattern(pattern, false, f),
            Self::Field(field, values) => {
                write!(f, "{}:", field.name())?;
                separated(values, ",", f)
            }
            Self::Compare(order, severity) => write!(f, "severity{}{}", order.symbol(), word(*severity)),
            Self::Not(inner) => write!(f, "-{}", Nested(inner)),
            Self::And(members) => separated(members.iter().map(Nested), " ", f),
            Self::Or(members) => separated(members.iter().map(Nested), " or ", f),
        }
    }
}

/// A member of a larger expression: with parentheses where it is one of several itself.
struct Nested<'a>(&'a Expr);

impl fmt::Display for Nested<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Expr::And(_) | Expr::Or(_) => write!(f, "({})", self.0),
            single => single.fmt(f),
        }
    }
}

fn separated<T: fmt::Display>(
    items: impl IntoIterator<Item = T>,
    separator: &str,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    for (number, item) in items.into_iter().enumerate() {
        if number > 0 {
            f.write_str(separator)?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern(pattern) => write_pattern(pattern, true, f),
            Self::Severity(severity) => f.write_str(word(*severity)),
            Self::Status(status) => f.write_str(status.word()),
            Self::Tactic(tactic) => f.write_str(&tactic_word(*tactic)),
            Self::Word(word) => f.write_str(word),
            Self::Network(network) => network.fmt(f),
            Self::Moment(moment) => moment.fmt(f),
        }
    }
}

fn word(severity: Severity) -> &'static str {
    SEVERITIES.iter().find(|(_, known)| *known == severity).map_or("other", |(word, _)| word)
}

/// Writes a pattern as a value of a field, or as a bare word, which must not read as anything else.
fn write_pattern(pattern: &Pattern, as_value: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (number, piece) in pattern.pieces().iter().enumerate() {
        match piece {
            Piece::Any => f.write_str("*")?,
            Piece::Text(text) if is_bare(text) && (as_value || number > 0 || is_plain_word(text)) => {
                f.write_str(text)?;
            }
            Piece::Text(text) => write!(f, "\"{}\"", text.replace('"', "\"\""))?,
        }
    }
    Ok(())
}

fn is_bare(text: &str) -> bool {
    !text.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '(' | ')' | ',' | '*'))
}

fn is_plain_word(text: &str) -> bool {
    !text.starts_with('-')
        && field_prefix(text).is_none()
        && !["and", "or", "not"].iter().any(|keyword| keyword.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, FixedOffset, NaiveDate};
    use proptest::prelude::*;

    use super::super::ast::Order;
    use super::super::field::{Field, Source};
    use super::super::moment::{Moment, Unit};
    use super::super::network::Network;
    use super::super::parse;
    use super::super::value::{SEVERITIES, STATUSES};
    use super::*;
    use crate::domain::Tactic;

    #[test]
    fn canonical_texts() {
        for (text, printed) in [
            ("", "*"),
            ("a AND b", "a b"),
            ("a b or c", "(a b) or c"),
            ("a and (b or c)", "a (b or c)"),
            ("a or (b or c)", "a or b or c"),
            ("not (a b) -c", "-(a b) -c"),
            ("not not a", "--a"),
            ("SEV:High,INFO st:InProgress", "severity:high,informational status:in-progress"),
            (
                "res:vm-test* sub:\"Contoso Production\"",
                "resource:vm-test* subscription:\"Contoso Production\"",
            ),
            ("tactic:\"lateral movement\",DefenseEvasion", "tactic:lateral-movement,defense-evasion"),
            ("tactic:lat*", "tactic:lat*"),
            ("ip:203.0.113.9/24,2001:DB8::1", "ip:203.0.113.0/24,2001:db8::1"),
            ("since:24h until:2026-11-22T14:00Z", "since:24h until:2026-11-22T14:00Z"),
            ("severity>=medium severity<high", "severity>=medium severity<high"),
            ("\"and\" \"-x\" \"a:b\" \"a*b\" 10:30", "\"and\" \"-x\" \"a:b\" \"a*b\" 10:30"),
            ("title:\"a, b\",\"say \"\"hi\"\"\"", "title:\"a, b\",\"say \"\"hi\"\"\""),
            ("process:C:\\Windows\\*\\\"cmd exe\"", "process:C:\\Windows\\*\"\\cmd exe\""),
            ("a,b", "\"a,b\""),
            ("rg:-x", "group:-x"),
            (
                "incident:YES scan:agentless assigned:me feedback:none",
                "incident:yes scan:agentless assigned:me feedback:none",
            ),
            ("id:*", "id:*"),
        ] {
            let filter = parse(text).unwrap();
            assert_eq!(filter.to_string(), printed);
            assert_eq!(parse(printed).unwrap(), filter);
        }
    }

    fn pattern() -> impl Strategy<Value = Pattern> {
        let text = prop_oneof![
            "[a-z]{1,8}",
            "[ -~]{1,12}",
            "\\PC{1,6}",
            proptest::sample::select(vec![
                "and",
                "OR",
                "not",
                "-x",
                "a:b",
                "severity>=low",
                "\"",
                "\"\"",
                "a\nb",
                ",",
                "(",
                "\\",
                "\u{3000}"
            ])
            .prop_map(str::to_owned),
        ];
        let piece = prop_oneof![3 => text.prop_map(Piece::Text), 1 => Just(Piece::Any)];
        proptest::collection::vec(piece, 1..4).prop_filter_map("empty", Pattern::new)
    }

    fn moment() -> impl Strategy<Value = Moment> {
        let unit = proptest::sample::select(vec![Unit::Minutes, Unit::Hours, Unit::Days, Unit::Weeks]);
        let day =
            (1i32..9999, 1u32..366).prop_filter_map("day", |(year, day)| NaiveDate::from_yo_opt(year, day));
        let offset =
            (-23 * 60i32..23 * 60).prop_filter_map("offset", |minutes| FixedOffset::east_opt(minutes * 60));
        prop_oneof![
            (any::<u16>(), unit).prop_map(|(amount, unit)| Moment::Ago(amount, unit)),
            day.clone().prop_map(Moment::Day),
            (day, 0u32..24, 0u32..60, 0u32..60)
                .prop_filter_map("time", |(day, hour, minute, second)| day.and_hms_opt(hour, minute, second))
                .prop_map(Moment::Local),
            (0i64..4_000_000_000, offset).prop_map(|(seconds, offset)| {
                Moment::At(DateTime::from_timestamp(seconds, 0).unwrap().with_timezone(&offset))
            }),
        ]
    }

    fn values(field: Field) -> BoxedStrategy<Vec<Value>> {
        let one: BoxedStrategy<Value> = match &field.0.source {
            Source::Severity => proptest::sample::select(SEVERITIES.to_vec())
                .prop_map(|(_, severity)| Value::Severity(severity))
                .boxed(),
            Source::Status => proptest::sample::select(STATUSES.to_vec()).prop_map(Value::Status).boxed(),
            Source::Tactic => proptest::sample::select(Tactic::ALL.to_vec()).prop_map(Value::Tactic).boxed(),
            Source::Words(words) => {
                let words: Vec<&'static str> = words.iter().map(|(word, _)| *word).collect();
                proptest::sample::select(words).prop_map(Value::Word).boxed()
            }
            Source::Ip => prop_oneof![
                (any::<[u8; 4]>(), 0u8..=32)
                    .prop_map(|(address, prefix)| Network::new(address.into(), prefix)),
                (any::<[u8; 16]>(), 0u8..=128)
                    .prop_map(|(address, prefix)| Network::new(address.into(), prefix)),
            ]
            .prop_map(|network| Value::Network(network.unwrap()))
            .boxed(),
            Source::Since | Source::Until => moment().prop_map(Value::Moment).boxed(),
            _ => pattern().prop_map(Value::Pattern).boxed(),
        };
        let most = if field.is_time() { 2 } else { 4 };
        proptest::collection::vec(one, 1..most).boxed()
    }

    fn expr() -> impl Strategy<Value = Expr> {
        let field = proptest::sample::select(Field::all().collect::<Vec<_>>());
        let order = proptest::sample::select(Order::ALL.to_vec());
        let severity = proptest::sample::select(SEVERITIES.to_vec());
        let leaf = prop_oneof![
            1 => Just(Expr::All),
            4 => pattern().prop_map(|pattern| if pattern.is_any() { Expr::All } else { Expr::Text(pattern) }),
            6 => field.prop_flat_map(|field| values(field).prop_map(move |values| Expr::Field(field, values))),
            1 => (order, severity).prop_map(|(order, (_, severity))| Expr::Compare(order, severity)),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                inner.clone().prop_map(Expr::negated),
                proptest::collection::vec(inner.clone(), 1..4).prop_map(Expr::and),
                proptest::collection::vec(inner, 1..4).prop_map(Expr::or),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn what_a_filter_prints_reads_as_the_same_filter(expr in expr()) {
            let filter = Filter(expr);
            let printed = filter.to_string();
            prop_assert_eq!(parse(&printed), Ok(filter), "{}", printed);
        }

        #[test]
        fn any_text_is_read_or_refused_and_never_more(text in "(severity|since|ip|title|id|tactic|x|and|or|not|[-:<>=,\"()* é\u{3000}]|[0-9TZhd./]){0,14}") {
            match parse(&text) {
                Ok(filter) => prop_assert_eq!(parse(&filter.to_string()), Ok(filter)),
                Err(error) => {
                    prop_assert!(text.get(error.span.clone()).is_some(), "{:?}", error);
                    prop_assert!(!error.explain(&text).is_empty());
                }
            }
        }
    }
}
