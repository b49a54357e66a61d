//! Words to a tree; whatever is not understood is said, with its place.

use serde_json::Value;

use super::lexer::{Kind, Token, tokens};
use super::syntax::{AGGREGATES, Expr, FUNCTIONS, Key, Named, Part, Query, Step, Test};

/// What is wrong with a query, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) what: String,
    /// Bytes from the beginning.
    pub(super) at: usize,
}

type Parsed<T> = Result<T, Wrong>;

/// An operator of letters, and what it tests.
const WORDS: [(&str, Test); 14] = {
    use Part::{Contains, Ends, Has, Starts};
    const fn part(how: Part, fold: bool, not: bool) -> Test {
        Test::Part { how, fold, not }
    }
    [
        ("contains", part(Contains, true, false)),
        ("!contains", part(Contains, true, true)),
        ("contains_cs", part(Contains, false, false)),
        ("!contains_cs", part(Contains, false, true)),
        ("startswith", part(Starts, true, false)),
        ("!startswith", part(Starts, true, true)),
        ("startswith_cs", part(Starts, false, false)),
        ("endswith", part(Ends, true, false)),
        ("!endswith", part(Ends, true, true)),
        ("endswith_cs", part(Ends, false, false)),
        ("has", part(Has, true, false)),
        ("!has", part(Has, true, true)),
        ("has_cs", part(Has, false, false)),
        ("!has_cs", part(Has, false, true)),
    ]
};

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    end: usize,
}

/// Reads a query.
pub(super) fn parse(text: &str) -> Parsed<Query> {
    let tokens = tokens(text).map_err(|(what, at)| Wrong { what, at })?;
    let mut parser = Parser { tokens, next: 0, end: text.len() };
    let table = parser.name("a table")?.to_ascii_lowercase();
    let mut steps = Vec::new();
    while parser.sign("|") {
        steps.push(parser.step()?);
    }
    // A semicolon may end the query.
    parser.sign(";");
    if parser.next < parser.tokens.len() {
        return Err(parser.wrong("a '|' was expected"));
    }
    Ok(Query { table, steps })
}

impl Parser {
    fn peek(&self) -> Option<&Kind> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    fn wrong(&self, what: impl Into<String>) -> Wrong {
        let at = self.tokens.get(self.next).map_or(self.end, |token| token.at);
        Wrong { what: what.into(), at }
    }

    fn sign(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Some(Kind::Sign(sign)) if *sign == wanted);
        self.next += usize::from(found);
        found
    }

    fn need(&mut self, wanted: &str) -> Parsed<()> {
        if self.sign(wanted) { Ok(()) } else { Err(self.wrong(format!("'{wanted}' was expected"))) }
    }

    fn word(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Some(Kind::Word(word)) if word == wanted);
        self.next += usize::from(found);
        found
    }

    fn name(&mut self, what: &str) -> Parsed<String> {
        if let Some(Kind::Word(word)) = self.peek() {
            let word = word.clone();
            self.next += 1;
            return Ok(word);
        }
        Err(self.wrong(format!("the name of {what} was expected")))
    }

    fn number(&mut self) -> Parsed<usize> {
        match self.peek() {
            Some(Kind::Number(number)) if *number >= 0.0 && number.fract() == 0.0 => {
                let number = *number as usize;
                self.next += 1;
                Ok(number)
            }
            _ => Err(self.wrong("a whole number was expected")),
        }
    }

    fn step(&mut self) -> Parsed<Step> {
        let before = self.next;
        let mut operator = self.name("an operator")?;
        // `project-away` is three words to the lexer.
        if operator == "project" && self.sign("-") {
            operator = format!("project-{}", self.name("an operator")?);
        } else if operator == "mv" && self.sign("-") {
            operator = format!("mv-{}", self.name("an operator")?);
        }
        match operator.as_str() {
            "where" | "filter" => Ok(Step::Where(self.expr()?)),
            "extend" => Ok(Step::Extend(self.named(Self::expr)?)),
            "project" => Ok(Step::Project(self.named(Self::expr)?)),
            "project-away" => Ok(Step::ProjectAway(self.names()?)),
            "distinct" => Ok(Step::Distinct(self.named(Self::expr)?)),
            "mv-expand" => {
                let mut named = self.named(Self::expr)?;
                if self.word("to") {
                    // The type changes nothing here: a text stays a text.
                    self.name("typeof")?;
                    self.need("(")?;
                    self.name("a type")?;
                    self.need(")")?;
                }
                if named.len() > 1 {
                    return Err(self.wrong("only one list can be expanded at a time"));
                }
                named.pop().map(Step::Expand).ok_or_else(|| self.wrong("a list was expected"))
            }
            "summarize" => self.summarize(),
            "order" | "sort" => {
                if !self.word("by") {
                    return Err(self.wrong("'by' was expected"));
                }
                self.keys().map(Step::Order)
            }
            "take" | "limit" => self.number().map(Step::Take),
            "count" => Ok(Step::Count),
            _ => {
                self.next = before;
                Err(self.wrong(format!("the operator '{operator}' is not supported")))
            }
        }
    }

    fn names(&mut self) -> Parsed<Vec<String>> {
        let mut names = vec![self.name("a column")?];
        while self.sign(",") {
            names.push(self.name("a column")?);
        }
        Ok(names)
    }

    /// `name = expression` or an expression that has a name of its own.
    fn named(&mut self, read: fn(&mut Self) -> Parsed<Expr>) -> Parsed<Vec<Named>> {
        let mut list = Vec::new();
        loop {
            let assigned = match (self.peek(), self.tokens.get(self.next + 1).map(|token| &token.kind)) {
                (Some(Kind::Word(name)), Some(Kind::Sign("="))) => Some(name.clone()),
                _ => None,
            };
            if assigned.is_some() {
                self.next += 2;
            }
            let expr = read(self)?;
            let name = assigned.unwrap_or_else(|| default_name(&expr, list.len()));
            list.push(Named { name, expr });
            if !self.sign(",") {
                return Ok(list);
            }
        }
    }

    fn summarize(&mut self) -> Parsed<Step> {
        let bare = matches!(self.peek(), Some(Kind::Word(word)) if word == "by");
        let aggregates = if bare { Vec::new() } else { self.named(Self::aggregate)? };
        let by = if self.word("by") { self.named(Self::expr)? } else { Vec::new() };
        Ok(Step::Summarize { aggregates, by })
    }

    fn aggregate(&mut self) -> Parsed<Expr> {
        let before = self.next;
        let name = self.name("an aggregate")?;
        let known = AGGREGATES.iter().find(|(known, _)| *known == name);
        let Some((_, arguments)) = known else {
            self.next = before;
            return Err(self.wrong(format!("the aggregate '{name}' is not supported")));
        };
        let list = self.arguments()?;
        if list.len() != *arguments {
            return Err(self.wrong(format!("'{name}' takes {arguments} arguments")));
        }
        Ok(Expr::Call(name, list))
    }

    fn arguments(&mut self) -> Parsed<Vec<Expr>> {
        self.need("(")?;
        let mut list = Vec::new();
        while !self.sign(")") {
            if !list.is_empty() {
                self.need(",")?;
            }
            list.push(self.expr()?);
        }
        Ok(list)
    }

    fn keys(&mut self) -> Parsed<Vec<Key>> {
        let mut keys = Vec::new();
        loop {
            let expr = self.expr()?;
            // Without a word the order is descending.
            let descending = if self.word("asc") {
                false
            } else {
                self.word("desc");
                true
            };
            keys.push(Key { expr, descending });
            if !self.sign(",") {
                return Ok(keys);
            }
        }
    }

    fn expr(&mut self) -> Parsed<Expr> {
        let mut left = self.all()?;
        while self.word("or") {
            left = Expr::Or(Box::new(left), Box::new(self.all()?));
        }
        Ok(left)
    }

    fn all(&mut self) -> Parsed<Expr> {
        let mut left = self.comparison()?;
        while self.word("and") {
            left = Expr::And(Box::new(left), Box::new(self.comparison()?));
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Parsed<Expr> {
        let left = self.path()?;
        let test = match self.peek() {
            Some(Kind::Sign("==")) => Test::Equal { fold: false, not: false },
            Some(Kind::Sign("!=")) => Test::Equal { fold: false, not: true },
            Some(Kind::Sign("=~")) => Test::Equal { fold: true, not: false },
            Some(Kind::Sign("!~")) => Test::Equal { fold: true, not: true },
            Some(Kind::Sign("<")) => Test::Less { or_equal: false },
            Some(Kind::Sign("<=")) => Test::Less { or_equal: true },
            Some(Kind::Sign(">")) => Test::Greater { or_equal: false },
            Some(Kind::Sign(">=")) => Test::Greater { or_equal: true },
            Some(Kind::Word(word)) => {
                if let "in" | "in~" | "!in" | "!in~" = word.as_str() {
                    let (not, fold) = (word.starts_with('!'), word.ends_with('~'));
                    self.next += 1;
                    let list = self.arguments()?;
                    return Ok(Expr::In { value: Box::new(left), list, fold, not });
                }
                match WORDS.iter().find(|(known, _)| known == word) {
                    Some((_, test)) => *test,
                    None => return Ok(left),
                }
            }
            _ => return Ok(left),
        };
        self.next += 1;
        Ok(Expr::Compare(Box::new(left), test, Box::new(self.path()?)))
    }

    fn path(&mut self) -> Parsed<Expr> {
        let mut expr = self.primary()?;
        loop {
            if self.sign(".") {
                expr = Expr::Member(Box::new(expr), self.name("a member")?);
            } else if self.sign("[") {
                expr = match self.peek() {
                    Some(Kind::Text(name)) => {
                        let name = name.clone();
                        self.next += 1;
                        Expr::Member(Box::new(expr), name)
                    }
                    _ => Expr::Item(Box::new(expr), self.number()?),
                };
                self.need("]")?;
            } else {
                return Ok(expr);
            }
        }
    }

    fn primary(&mut self) -> Parsed<Expr> {
        if self.sign("(") {
            let inner = self.expr()?;
            self.need(")")?;
            return Ok(inner);
        }
        let negative = self.sign("-");
        let literal = match self.peek() {
            Some(Kind::Text(text)) if !negative => Expr::Literal(text.as_str().into()),
            Some(Kind::Number(number)) => Expr::Literal(figure(if negative { -number } else { *number })),
            Some(Kind::Span(seconds)) => Expr::Span(if negative { -seconds } else { *seconds }),
            Some(Kind::Word(word)) if !negative => {
                let word = word.clone();
                return self.called(word);
            }
            _ => return Err(self.wrong("a value was expected")),
        };
        self.next += 1;
        Ok(literal)
    }

    fn called(&mut self, word: String) -> Parsed<Expr> {
        let before = self.next;
        self.next += 1;
        if !matches!(self.peek(), Some(Kind::Sign("("))) {
            return Ok(match word.as_str() {
                "true" => Expr::Literal(true.into()),
                "false" => Expr::Literal(false.into()),
                _ => Expr::Column(word),
            });
        }
        let mut list = self.arguments()?;
        if word == "not" && list.len() == 1 {
            return list
                .pop()
                .map(|inner| Expr::Not(Box::new(inner)))
                .ok_or_else(|| self.wrong("a value was expected"));
        }
        let known = FUNCTIONS.iter().find(|(known, ..)| *known == word);
        self.next = if known.is_some() { self.next } else { before };
        let (_, least, most) =
            known.ok_or_else(|| self.wrong(format!("the function '{word}' is not supported")))?;
        if !(*least..=*most).contains(&list.len()) {
            self.next = before;
            return Err(self.wrong(format!("'{word}' takes from {least} to {most} arguments")));
        }
        Ok(Expr::Call(word, list))
    }
}

/// A whole number where it is one.
pub(super) fn figure(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9.0e15 { (number as i64).into() } else { number.into() }
}

/// How the language names what nobody named.
fn default_name(expr: &Expr, at: usize) -> String {
    match expr {
        Expr::Column(name) => name.clone(),
        Expr::Member(inner, name) => match inner.as_ref() {
            Expr::Column(_) | Expr::Member(..) => format!("{}_{name}", default_name(inner, at)),
            _ => name.clone(),
        },
        Expr::Call(name, list) => match (name.as_str(), list.first()) {
            ("count" | "countif", _) => format!("{name}_"),
            ("dcount" | "min" | "max" | "any" | "take_any", Some(Expr::Column(column))) => {
                format!("{name}_{column}")
            }
            ("make_set", Some(Expr::Column(column))) => format!("set_{column}"),
            ("make_list", Some(Expr::Column(column))) => format!("list_{column}"),
            ("tolower" | "toupper" | "tostring", Some(inner @ (Expr::Column(_) | Expr::Member(..)))) => {
                default_name(inner, at)
            }
            _ => format!("Column{}", at + 1),
        },
        _ => format!("Column{}", at + 1),
    }
}
