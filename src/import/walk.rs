//! JSON values one after the other, out of whatever they are wrapped in: a list, a page, the records of a stream, the
//! rows of a query. Only brackets and quotes are looked at; what is inside a record is read later.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::input::{Input, LONGEST};
use super::split::{Kind, Piece, Sink};
use crate::azure::parse::json::Node;

/// Members that hold the records of a wrapper.
const LISTS: [&str; 9] =
    ["value", "records", "data", "tables", "rows", "results", "items", "alerts", "events"];

/// Members that hold a wrapper, or the one record.
const INNER: [&str; 9] =
    ["data", "body", "result", "response", "content", "payload", "message", "alert", "responses"];

/// Members that only an alert has: what else such an object holds is its own, whatever its name.
const MARKS: [&str; 9] = [
    "alertDisplayName",
    "alertType",
    "alertName",
    "systemAlertId",
    "vendorOriginalId",
    "alertUri",
    "compromisedEntity",
    "resourceIdentifiers",
    "vendorInformation",
];

/// True when a text has the name of a member that only an alert has.
pub(super) fn is_marked(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    MARKS.iter().any(|mark| text.contains(&mark.to_ascii_lowercase()))
}

/// Wrappers inside wrappers.
const DEEPEST: usize = 8;

/// Brackets open at a time inside a record.
const DEEPEST_RECORD: usize = 1 << 20;

/// Said of a record that is not kept.
pub(super) const TOO_LONG: &str = "the record is longer than 16 MiB";

/// Why a value ends before its end.
enum Broken {
    /// The file ends.
    Cut,
    /// A bracket or comma stands where it cannot.
    Misplaced,
    /// The record is too long to be kept.
    TooLong,
}

impl Broken {
    fn why(&self) -> &'static str {
        match self {
            Self::Cut => "the record is cut short",
            Self::Misplaced => "a bracket, comma or quote is missing or misplaced",
            Self::TooLong => TOO_LONG,
        }
    }
}

type Walked<T> = io::Result<Result<T, Broken>>;

/// Every value of a text: one, or several one after the other.
pub(super) fn values(input: &mut Input<'_>, sink: &mut Sink<'_>) -> io::Result<ControlFlow<()>> {
    let mut walk = Walk { input, sink, stopped: false };
    walk.values()?;
    Ok(if walk.stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
}

struct Walk<'w, 'r, 's> {
    input: &'w mut Input<'r>,
    sink: &'w mut Sink<'s>,
    stopped: bool,
}

impl Walk<'_, '_, '_> {
    fn tell(&mut self, line: u64, kind: Kind) {
        if !self.stopped && (self.sink)(Piece { line, kind }).is_break() {
            self.stopped = true;
        }
    }

    fn broken(&mut self, line: u64, broken: &Broken) {
        self.tell(line, Kind::Broken(broken.why().to_owned()));
    }

    fn values(&mut self) -> io::Result<()> {
        loop {
            self.input.blanks()?;
            let (line, Some(next)) = (self.input.line(), self.input.peek()?) else { return Ok(()) };
            if self.stopped {
                return Ok(());
            }
            match next {
                b'{' | b'[' => {
                    if let Err(broken) = self.value(None, 0)? {
                        self.broken(line, &broken);
                        self.resume()?;
                    }
                }
                // A comma between values, or what is left of a broken one.
                b',' | b'}' | b']' => self.input.bump(),
                _ => {
                    self.input.pass(|byte| byte == b'\n', |_| {})?;
                    self.tell(line, Kind::Broken("not JSON: { or [ expected".to_owned()));
                }
            }
        }
    }

    /// A wrapper's content, or a record.
    fn value(&mut self, columns: Option<&Arc<Vec<String>>>, depth: usize) -> Walked<()> {
        match (self.input.peek()?, columns) {
            (Some(b'{'), _) if depth < DEEPEST => self.object(depth),
            (Some(b'['), None) if depth < DEEPEST => self.list(None, depth),
            (next, columns) => {
                let (line, mut bytes) = (self.input.line(), Vec::new());
                if let Err(broken) = self.capture(&mut bytes)? {
                    return Ok(Err(broken));
                }
                if bytes.is_empty() {
                    self.input.bump();
                    return Ok(Err(Broken::Misplaced));
                }
                match columns.filter(|_| next == Some(b'[')) {
                    Some(columns) => self.tell(line, Kind::Row(Arc::clone(columns), bytes)),
                    None => self.tell(line, Kind::Json(bytes)),
                }
                Ok(Ok(()))
            }
        }
    }

    /// The elements of a list, each by itself.
    fn list(&mut self, columns: Option<&Arc<Vec<String>>>, depth: usize) -> Walked<()> {
        self.input.bump();
        let mut first = true;
        loop {
            self.input.blanks()?;
            let line = self.input.line();
            match self.input.peek()? {
                None => return Ok(Err(Broken::Cut)),
                Some(b']') => {
                    self.input.bump();
                    return Ok(Ok(()));
                }
                Some(b',') => {
                    self.input.bump();
                    first = true;
                    continue;
                }
                // The wrapper's own end: the list's is missing.
                Some(b'}') => return Ok(Err(Broken::Misplaced)),
                Some(_) if !first => self.broken(line, &Broken::Misplaced),
                Some(_) => {}
            }
            if self.stopped {
                return Ok(Ok(()));
            }
            match self.value(columns, depth + 1)? {
                Ok(()) => {}
                Err(broken @ Broken::Misplaced) => {
                    self.broken(line, &broken);
                    self.resume()?;
                    first = true;
                    continue;
                }
                Err(Broken::TooLong) => self.broken(line, &Broken::TooLong),
                Err(Broken::Cut) => return Ok(Err(Broken::Cut)),
            }
            first = false;
        }
    }

    /// An object: a record, unless one of its members holds the records.
    fn object(&mut self, depth: usize) -> Walked<()> {
        let (line, mut record, mut columns) = (self.input.line(), vec![b'{'], None);
        let (mut opened, mut marked, mut too_long) = (false, false, false);
        self.input.bump();
        loop {
            self.blanks(&mut record)?;
            match self.input.peek()? {
                Some(b'}') => {
                    self.input.bump();
                    record.push(b'}');
                    break;
                }
                Some(b',') => {
                    self.input.bump();
                    record.push(b',');
                    continue;
                }
                None => return Ok(Err(Broken::Cut)),
                Some(b'{' | b']') => return Ok(Err(Broken::Misplaced)),
                Some(_) => {}
            }
            let start = record.len();
            // A key without quotes is captured like any word, and listed when the record is read.
            match self.capture(&mut record)? {
                Ok(()) => {}
                Err(Broken::TooLong) => {
                    (too_long, record) = (true, Vec::new());
                    continue;
                }
                Err(broken) => return Ok(Err(broken)),
            }
            let key: Vec<u8> =
                record[start..].iter().copied().filter(|byte| *byte != b'"' && *byte != b' ').collect();
            let is = |names: &[&str]| names.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(&key));
            self.blanks(&mut record)?;
            if self.input.peek()? == Some(b':') {
                self.input.bump();
                record.push(b':');
                self.blanks(&mut record)?;
            }
            let next = self.input.peek()?;
            let wraps = next == Some(b'[') && is(&LISTS) || next == Some(b'{') && is(&INNER);
            let start = record.len();
            marked |= is(&MARKS);
            let walked = if wraps && !marked && depth < DEEPEST {
                opened = true;
                record.extend_from_slice(b"null");
                match next {
                    Some(b'[') => self.list(columns.as_ref(), depth + 1)?,
                    _ => self.object(depth + 1)?,
                }
            } else {
                self.capture(&mut record)?
            };
            match walked {
                Ok(()) => {}
                Err(Broken::TooLong) => {
                    (too_long, record) = (true, Vec::new());
                    continue;
                }
                Err(broken) => return Ok(Err(broken)),
            }
            // A message of a stream has properties too, and its alert elsewhere.
            marked |= is(&["properties"]) && next == Some(b'{') && names_alert(&record[start..]);
            if is(&["columns"]) && next == Some(b'[') {
                columns = names(&record[start..]).map(Arc::new);
            }
            if self.stopped {
                return Ok(Ok(()));
            }
        }
        if too_long {
            self.broken(line, &Broken::TooLong);
        } else if !opened || marked {
            // What was taken for a wrapper before the mark came is gone from the record; the alert is not.
            self.tell(line, Kind::Json(record));
        }
        Ok(Ok(()))
    }

    /// A value of any kind, with all that is in it.
    fn capture(&mut self, into: &mut Vec<u8>) -> Walked<()> {
        let mut open = Vec::new();
        let mut after_comma = false;
        let mut too_long = false;
        loop {
            if into.len() > LONGEST {
                too_long = true;
                into.clear();
            }
            let Some(next) = self.input.peek()? else {
                return Ok(Err(if too_long { Broken::TooLong } else { Broken::Cut }));
            };
            match next {
                b'"' => {
                    if !self.string(into, &mut too_long)? {
                        return Ok(Err(if too_long { Broken::TooLong } else { Broken::Cut }));
                    }
                }
                b'{' | b'[' => {
                    // In an object a name follows the comma: its bracket is missing, and another record begins.
                    if next == b'{' && after_comma && open.last() == Some(&b'{') {
                        return Ok(Err(Broken::Misplaced));
                    }
                    if open.len() > DEEPEST_RECORD {
                        return Ok(Err(Broken::Misplaced));
                    }
                    open.push(next);
                    self.take(next, into);
                }
                b'}' | b']' => {
                    if open.is_empty() {
                        break;
                    }
                    // In ASCII a closing bracket comes two after its opening one.
                    if open.pop() != Some(next - 2) {
                        return Ok(Err(Broken::Misplaced));
                    }
                    self.take(next, into);
                }
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if open.is_empty() => break,
                b' ' | b'\t' | b'\r' | b'\n' => {
                    self.blanks(into)?;
                    continue;
                }
                b',' => {
                    self.take(next, into);
                    after_comma = true;
                    continue;
                }
                _ => self.take(next, into),
            }
            after_comma = false;
            if open.is_empty() && matches!(next, b'"' | b'}' | b']') {
                break;
            }
        }
        Ok(if too_long { Err(Broken::TooLong) } else { Ok(()) })
    }

    fn take(&mut self, byte: u8, into: &mut Vec<u8>) {
        self.input.bump();
        into.push(byte);
    }

    /// A string with its quotes; false when the file ends in it.
    fn string(&mut self, into: &mut Vec<u8>, too_long: &mut bool) -> io::Result<bool> {
        self.take(b'"', into);
        loop {
            self.input.pass(
                |byte| byte == b'"' || byte == b'\\',
                |part| {
                    if into.len() + part.len() > LONGEST {
                        *too_long = true;
                    } else {
                        into.extend_from_slice(part);
                    }
                },
            )?;
            match self.input.peek()? {
                None => return Ok(false),
                Some(b'"') => {
                    self.take(b'"', into);
                    return Ok(true);
                }
                Some(backslash) => {
                    self.take(backslash, into);
                    match self.input.peek()? {
                        None => return Ok(false),
                        Some(escaped) => self.take(escaped, into),
                    }
                }
            }
        }
    }

    fn blanks(&mut self, into: &mut Vec<u8>) -> io::Result<()> {
        self.input.pass(
            |byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'),
            |part| {
                if into.len() <= LONGEST {
                    into.extend_from_slice(part);
                }
            },
        )
    }

    /// After a broken record: on to where the next one can begin.
    fn resume(&mut self) -> io::Result<()> {
        match self.input.peek()? {
            Some(b'{') | None => Ok(()),
            Some(_) => {
                // The bracket that did not fit, and what closes the broken record after it.
                self.input.bump();
                loop {
                    self.input.blanks()?;
                    match self.input.peek()? {
                        Some(b'}') => self.input.bump(),
                        _ => return Ok(()),
                    }
                }
            }
        }
    }
}

/// True when one of an alert's own members stands somewhere in a text.
fn names_alert(json: &[u8]) -> bool {
    json.split(|byte| *byte == b'"')
        .any(|part| MARKS.iter().any(|mark| mark.as_bytes().eq_ignore_ascii_case(part)))
}

/// The names of a query's columns: texts, or objects with a name.
fn names(list: &[u8]) -> Option<Vec<String>> {
    let text = std::str::from_utf8(list).ok()?;
    let Ok(Node::List(columns)) = Node::parse(text) else { return None };
    let name = |column: &Node<'_>| {
        let named = column.field(&["name", "columnName"]).and_then(Node::scalar);
        named.or_else(|| column.scalar()).unwrap_or_default().to_owned()
    };
    Some(columns.iter().map(name).collect())
}
