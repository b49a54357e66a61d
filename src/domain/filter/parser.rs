//! Text to filter, by recursive descent.
//!
//! ```text
//! any    = all { "or" all }
//! all    = unary { [ "and" ] unary }
//! unary  = ( "not" | "-" ) unary | "(" any ")" | term
//! term   = field ":" value { "," value } | "severity" order value | word
//! ```

use std::ops::Range;

use super::ast::{Expr, Filter, Order, Value};
use super::error::FilterError;
use super::field::{Field, Source};
use super::lexer::{Part, Spanned, Token, lex};
use super::value;

/// Parentheses and negations inside one another. More is no filter a person wrote, and would exhaust the stack.
const DEEPEST: usize = 64;

/// Reads a filter. Blank text means every alert. Relative times stay relative.
pub fn parse(text: &str) -> Result<Filter, FilterError> {
    let tokens = lex(text, false)?;
    if tokens.is_empty() {
        return Ok(Filter::all());
    }
    let mut parser = Parser { tokens: &tokens, at: 0, end: text.len(), depth: 0 };
    let expr = parser.any()?;
    match parser.peek() {
        None => Ok(Filter(expr)),
        Some(token) => Err(FilterError::new(token.span.clone(), "no parenthesis is open here")
            .expecting(["a term", "the end"])),
    }
}

/// The filter that a text begins with: the longest beginning of whole terms, and of a term's whole values, that is one. Every
/// alert where nothing before the first mistake is.
pub fn parse_beginning(text: &str) -> Filter {
    let mut text = text;
    loop {
        match parse(text) {
            Ok(filter) => return filter,
            Err(error) => text = before_mistake(text, error.span.start),
        }
    }
}

/// The text before the value or the term with the mistake at this place; shorter in any case.
fn before_mistake(text: &str, at: usize) -> &str {
    // A lenient lexer finds no mistakes.
    let tokens = lex(text, true).unwrap_or_default();
    let last = tokens.len().saturating_sub(1);
    let wrong = tokens.iter().position(|token| token.span.end > at).unwrap_or(last);
    let inside = tokens.get(wrong).is_some_and(|token| token.span.start < at);
    let end = match text.get(..at).and_then(|before| before.strip_suffix(',')) {
        Some(values) if inside => values.len(),
        _ => wrong.checked_sub(1).and_then(|before| tokens.get(before)).map_or(0, |before| before.span.end),
    };
    text.get(..end).unwrap_or_default()
}

struct Parser<'a> {
    tokens: &'a [Spanned],
    at: usize,
    end: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Spanned> {
        self.tokens.get(self.at)
    }

    fn keyword(&self) -> Option<&'static str> {
        let word = self.peek()?.bare()?;
        ["and", "or", "not"].into_iter().find(|keyword| keyword.eq_ignore_ascii_case(word))
    }

    fn any(&mut self) -> Result<Expr, FilterError> {
        let mut members = vec![self.all()?];
        while self.keyword() == Some("or") {
            self.at += 1;
            members.push(self.all()?);
        }
        Ok(Expr::or(members))
    }

    fn all(&mut self) -> Result<Expr, FilterError> {
        let mut members = vec![self.unary()?];
        loop {
            match (self.keyword(), self.peek().map(|next| &next.token)) {
                (Some("or"), _) | (_, None | Some(Token::Close)) => return Ok(Expr::and(members)),
                (Some("and"), _) => self.at += 1,
                _ => {}
            }
            members.push(self.unary()?);
        }
    }

    fn unary(&mut self) -> Result<Expr, FilterError> {
        let Some(next) = self.peek() else { return Err(self.missing()) };
        let keyword = self.keyword();
        match &next.token {
            Token::Close => Err(self.missing()),
            Token::Word(_) if matches!(keyword, Some("and" | "or")) => Err(self.missing()),
            Token::Word(_) if keyword == Some("not") => self.deeper(next, Self::unary).map(Expr::negated),
            Token::Word(parts) => {
                self.at += 1;
                term(parts, next.span.clone())
            }
            Token::Minus => {
                let follows =
                    self.tokens.get(self.at + 1).is_some_and(|term| term.span.start == next.span.end);
                if !follows {
                    return Err(FilterError::new(next.span.clone(), "a minus without a term")
                        .expecting(["a term right after it", "\"-\" in quotes"]));
                }
                self.deeper(next, Self::unary).map(Expr::negated)
            }
            Token::Open => self.deeper(next, |parser| {
                let inner = parser.any()?;
                if parser.peek().is_some_and(|token| token.token == Token::Close) {
                    parser.at += 1;
                    return Ok(inner);
                }
                Err(FilterError::new(next.span.clone(), "this parenthesis is not closed").expecting([")"]))
            }),
        }
    }

    /// Steps over the token and reads what is inside it.
    fn deeper(
        &mut self,
        token: &Spanned,
        read: impl FnOnce(&mut Self) -> Result<Expr, FilterError>,
    ) -> Result<Expr, FilterError> {
        if self.depth == DEEPEST {
            return Err(FilterError::new(token.span.clone(), format!("more than {DEEPEST} levels deep")));
        }
        self.at += 1;
        self.depth += 1;
        let expr = read(self)?;
        self.depth -= 1;
        Ok(expr)
    }

    /// A term should stand here: after an operator, or between parentheses.
    fn missing(&self) -> FilterError {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        let here = self.peek().map_or(self.end..self.end, |token| token.span.clone());
        let expected = ["a word", "field:value", "("];
        match (before.and_then(Spanned::bare), self.peek().and_then(Spanned::bare)) {
            (Some(operator), None) => {
                let span = before.map_or(here, |token| token.span.clone());
                FilterError::new(span, format!("\"{operator}\" without a term after it")).expecting(expected)
            }
            (_, Some(operator)) => {
                FilterError::new(here, format!("\"{operator}\" without a term before it")).expecting(expected)
            }
            (None, None) => FilterError::new(here, "a term is missing here").expecting(expected),
        }
    }
}

/// The field, operator and the bytes they take, when a bare text begins with them.
pub(super) fn field_prefix(text: &str) -> Option<(&str, &str)> {
    let name = text.find(|c: char| !c.is_ascii_alphabetic() && c != '-').filter(|end| *end > 0)?;
    let rest = &text[name..];
    let operator =
        [":"].into_iter().chain(Order::ALL.map(Order::symbol)).find(|known| rest.starts_with(known))?;
    Some((&text[..name], operator))
}

fn term(parts: &[Part], span: Range<usize>) -> Result<Expr, FilterError> {
    if let Some(Part { text, quoted: false, .. }) = parts.first()
        && let Some((name, operator)) = field_prefix(text)
    {
        return field_term(name, operator, parts, span);
    }
    match value::pattern(parts) {
        Some(pattern) if pattern.is_any() => Ok(Expr::All),
        Some(pattern) => Ok(Expr::Text(pattern)),
        None => Err(FilterError::new(span, "there is nothing between these quotes").expecting(["a phrase"])),
    }
}

fn field_term(name: &str, operator: &str, parts: &[Part], span: Range<usize>) -> Result<Expr, FilterError> {
    let start = span.start;
    let Some(field) = Field::find(name) else {
        return Err(unknown(name, operator, start));
    };
    let values = values(parts, name.len() + operator.len());
    let order = Order::ALL.into_iter().find(|order| order.symbol() == operator);
    if let Some(order) = order {
        let operator_span = start + name.len()..start + name.len() + operator.len();
        if !matches!(field.0.source, Source::Severity) {
            let message = format!("{} cannot be compared, only severity can", field.name());
            return Err(FilterError::new(operator_span, message).expecting([":"]));
        }
        return match &values[..] {
            [(parts, span)] => match value::value(field, parts, span.clone())? {
                Value::Severity(severity) => Ok(Expr::Compare(order, severity)),
                _ => Err(FilterError::new(span.clone(), "not a severity").expecting(value::expected(field))),
            },
            _ => Err(FilterError::new(span, "a comparison takes one severity")
                .expecting(["severity:a,b for a list"])),
        };
    }
    if let (true, Some((_, second))) = (field.is_time(), values.get(1)) {
        return Err(FilterError::new(second.clone(), format!("{} takes one time", field.name()))
            .expecting(["a space"]));
    }
    let read = values.into_iter().map(|(parts, span)| value::value(field, &parts, span));
    Ok(Expr::Field(field, read.collect::<Result<_, _>>()?))
}

fn unknown(name: &str, operator: &str, start: usize) -> FilterError {
    let error = FilterError::new(start..start + name.len(), format!("there is no field \"{name}\""));
    match Field::nearest(name) {
        Some(field) => error.expecting([format!("{}{operator}", field.name())]),
        None => error.expecting(["a field's name", "quotes around the text if it is meant as text"]),
    }
}

/// Splits a term's parts behind the operator at the bare commas; each value with its place.
pub(super) fn values(parts: &[Part], skip: usize) -> Vec<(Vec<Part>, Range<usize>)> {
    let mut values: Vec<(Vec<Part>, Range<usize>)> = Vec::new();
    let start = parts.first().map_or(0, |part| part.span.start + skip);
    values.push((Vec::new(), start..start));
    for (number, part) in parts.iter().enumerate() {
        let skip = if number == 0 { skip } else { 0 };
        let mut at = part.span.start + skip;
        let pieces: Vec<&str> =
            if part.quoted { vec![&part.text] } else { part.text[skip..].split(',').collect() };
        for (nth, piece) in pieces.into_iter().enumerate() {
            if nth > 0 {
                at += 1;
                values.push((Vec::new(), at..at));
            }
            let end = if part.quoted { part.span.end } else { at + piece.len() };
            if let Some((value, span)) = values.last_mut()
                && (part.quoted || !piece.is_empty())
            {
                value.push(Part { text: piece.to_owned(), quoted: part.quoted, span: at..end });
                span.end = end;
            }
            at = end;
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (filter, what stands at the mistake, message)
    const MISTAKES: [(&str, &str, &str); 36] = [
        ("sevrity:high", "sevrity", "there is no field \"sevrity\"; expected severity:"),
        ("sevrity>=high", "sevrity", "there is no field \"sevrity\"; expected severity>="),
        (
            "https://evil.example",
            "https",
            "there is no field \"https\"; expected a field's name, quotes around the text if it is meant as text",
        ),
        (
            "status:active severity:hihg",
            "hihg",
            "\"hihg\" is not a severity; expected high, medium, low, informational",
        ),
        ("severity:high,,low", "", "severity: has no value; expected high, medium, low, informational"),
        ("severity:hi*", "hi*", "\"hi*\" is not a severity; expected high, medium, low, informational"),
        ("severity>=", "", "severity: has no value; expected high, medium, low, informational"),
        (
            "severity>=high,low",
            "severity>=high,low",
            "a comparison takes one severity; expected severity:a,b for a list",
        ),
        ("status>=active", ">=", "status cannot be compared, only severity can; expected :"),
        ("st:open", "open", "\"open\" is not a status; expected active, in-progress, resolved, dismissed"),
        (
            "tactic:\"lateral move\"",
            "\"lateral move\"",
            "\"lateral move\" is not a tactic; expected lateral-movement, pre-attack, execution",
        ),
        ("incident:maybe", "maybe", "\"maybe\" is not a value of incident; expected yes, no"),
        ("cloud:ibm", "ibm", "\"ibm\" is not a value of cloud; expected azure, aws, gcp, onprem"),
        (
            "ip:203.0.113.0/33",
            "203.0.113.0/33",
            "\"203.0.113.0/33\" is neither an address nor a network; expected 203.0.113.7, 203.0.113.0/24, 2001:db8::/32",
        ),
        (
            "ip:1.2.3.4,host",
            "host",
            "\"host\" is neither an address nor a network; expected 203.0.113.7, 203.0.113.0/24, 2001:db8::/32",
        ),
        (
            "since:yesterday",
            "yesterday",
            "\"yesterday\" is not a time; expected 24h, 7d, 2026-11-22, 2026-11-22T14:00Z",
        ),
        (
            "since:2026-02-30",
            "2026-02-30",
            "\"2026-02-30\" is not a time; expected 24h, 7d, 2026-11-22, 2026-11-22T14:00Z",
        ),
        ("since:24h,7d", "7d", "since takes one time; expected a space"),
        ("since:", "", "since: has no value; expected 24h, 7d, 2026-11-22, 2026-11-22T14:00Z"),
        ("title:", "", "title: has no value; expected a value, \"a quoted value\", *"),
        ("title:\"\"", "\"\"", "title: has no value; expected a value, \"a quoted value\", *"),
        ("x \"lateral mov", "\"lateral mov", "this quote is not closed; expected \""),
        ("title:\"a", "\"a", "this quote is not closed; expected \""),
        ("\"\"", "\"\"", "there is nothing between these quotes; expected a phrase"),
        ("(a or b", "(", "this parenthesis is not closed; expected )"),
        ("a (b (c)", "(", "this parenthesis is not closed; expected )"),
        ("a) b", ")", "no parenthesis is open here; expected a term, the end"),
        ("()", ")", "a term is missing here; expected a word, field:value, ("),
        ("a and", "and", "\"and\" without a term after it; expected a word, field:value, ("),
        ("a or )", "or", "\"or\" without a term after it; expected a word, field:value, ("),
        ("not", "not", "\"not\" without a term after it; expected a word, field:value, ("),
        ("or a", "or", "\"or\" without a term before it; expected a word, field:value, ("),
        ("a and or b", "or", "\"or\" without a term before it; expected a word, field:value, ("),
        ("a - b", "-", "a minus without a term; expected a term right after it, \"-\" in quotes"),
        ("a -", "-", "a minus without a term; expected a term right after it, \"-\" in quotes"),
        ("run(1)", "(", "a parenthesis inside a word; expected a space before it, quotes around the text"),
    ];

    #[test]
    fn each_mistake_is_shown_at_its_place() {
        for (text, wrong, message) in MISTAKES {
            let error = parse(text).unwrap_err();
            assert_eq!(text.get(error.span.clone()), Some(wrong), "{text}: {error}");
            assert_eq!(error.to_string(), message, "{text}");
        }
    }

    #[test]
    fn what_stands_before_a_mistake_is_a_filter() {
        for (text, before) in [
            ("status:active severty:high", "status:active"),
            ("status:active severty:high vm-1", "status:active"),
            ("severty:high", ""),
            ("status:active -severty:high", "status:active"),
            ("status:active not (severty:high", "status:active"),
            ("status:active (severity:high", "status:active"),
            ("a (b (c) d", "a"),
            ("(a or b) and", "(a or b)"),
            ("a or", "a"),
            ("a or severity:hi", "a"),
            ("a) b", "a"),
            ("a - b", "a"),
            ("a \"lateral mov", "a"),
            ("run(1)", "run"),
            ("foo,(", "\"foo,\""),
            // The values before a wrong one are as good as terms.
            ("a severity:high,", "a severity:high"),
            ("a severity:high,lo b", "a severity:high"),
            ("a severity:hi,low", "a"),
            ("title:\"a,", ""),
            ("title:\"a\",\"b", "title:\"a\""),
            ("a title: b", "a"),
            ("a severity>=high,low", "a"),
            ("((((", ""),
            ("a severity:é日", "a"),
            ("x", "x"),
        ] {
            assert_eq!(parse_beginning(text), parse(before).unwrap(), "{text}");
        }
        for (mistake, ..) in MISTAKES {
            for end in (0..=mistake.len()).filter(|end| mistake.is_char_boundary(*end)) {
                parse_beginning(&mistake[..end]);
            }
        }
        assert!(parse_beginning(&"(".repeat(100_000)).is_all());
        assert!(parse_beginning(&"- ".repeat(100_000)).is_all());
    }

    #[test]
    fn a_missing_value_is_missed_where_it_should_stand() {
        assert_eq!(parse("severity:high,,low").unwrap_err().span, 14..14);
        assert_eq!(parse("a title: b").unwrap_err().span, 8..8);
        assert_eq!(parse("a (b (c)").unwrap_err().span, 2..3);
    }

    #[test]
    fn carets_stand_under_what_a_terminal_shows() {
        let error = parse("日本\u{1b} severity:x").unwrap_err();
        assert_eq!(
            error.explain("日本\u{1b} severity:x"),
            "日本␛ severity:x\n               ^\n\"x\" is not a severity; expected high, medium, low, informational"
        );
        let error = parse("a or").unwrap_err();
        assert!(error.explain("a or").starts_with("a or\n  ^^\n"));
    }

    #[test]
    fn hostile_values_are_quoted_safely() {
        let error = parse("status:\u{1b}[31m").unwrap_err();
        assert!(!error.to_string().contains('\u{1b}'));
    }

    #[test]
    fn depth_is_bounded() {
        assert!(parse(&format!("{}x{}", "(".repeat(DEEPEST), ")".repeat(DEEPEST))).is_ok());
        for opening in ["(", "-", "not "] {
            assert!(parse(&format!("{}x", opening.repeat(100_000))).is_err());
        }
    }

    #[test]
    fn blank_text_and_a_star_mean_every_alert() {
        for text in ["", "  \t", "*", "(*)", "**"] {
            assert!(parse(text).unwrap().is_all(), "{text:?}");
        }
    }
}
