//! A form: fields one below the other and a button that submits. A plain struct with `handle(key)`; what the fields mean
//! stands with its owner, who also writes what is wrong with a value beside it.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::app::document::{Document, Piece, Role, line_width, safe, safe_cell, width};
use crate::app::documents::flow::Flow;
use crate::app::input::{Edit, Input};
use crate::app::key::{Code, Key};
use crate::domain::SafeStr;

/// Cells of the column of labels at the most.
const LABELS: usize = 16;

/// A form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The fields, from top to bottom.
    pub fields: Vec<Field>,
    /// The field that has the keys; behind the last one is the button.
    pub focus: usize,
    /// What the button says.
    pub submit: &'static str,
    /// True once a value was changed by the analyst: leaving would lose it.
    pub touched: bool,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// By what its owner finds it.
    pub key: String,
    /// What stands before it.
    pub label: String,
    /// One line about it, shown while it has the keys.
    pub help: String,
    /// Its value.
    pub value: Value,
    /// What is wrong with the value.
    pub error: Option<String>,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A line of text.
    Text(Input),
    /// One of several: Left and Right choose, Space goes around.
    Choice(Vec<String>, usize),
    /// Yes or no: Space.
    Toggle(bool),
    /// A line of text that counts only when it is ticked: Space at its beginning ticks.
    Ticked(bool, Input),
}

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// The value of the field changed.
    Changed,
    /// Another field has the keys, or the cursor moved.
    Moved,
    /// The form is to be submitted.
    Submit,
    /// The form is to be left.
    Leave,
}

/// A form laid out for a width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Laid {
    /// The lines.
    pub document: Document,
    /// The lines of each field with what is said about it, and of the button.
    pub places: Vec<Range<usize>>,
    /// The line and column of the cursor; none where nothing is typed.
    pub cursor: Option<(usize, usize)>,
}

impl Laid {
    /// The first line to draw in so many rows: all of the place that has the keys is seen or, where it is too high, the
    /// line that is typed into.
    pub fn offset(&self, focus: usize, rows: usize) -> usize {
        let place = self.places.get(focus).cloned().unwrap_or_default();
        let whole = place.end.saturating_sub(rows).min(place.start);
        self.cursor.map_or(whole, |(line, _)| whole.max((line + 1).saturating_sub(rows)))
    }
}

impl Field {
    /// A field without a fault.
    pub fn new(
        key: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
        value: Value,
    ) -> Self {
        Self { key: key.into(), label: label.into(), help: help.into(), value, error: None }
    }

    /// The text of a line; of a choice its word.
    pub fn text(&self) -> &str {
        match &self.value {
            Value::Text(input) | Value::Ticked(_, input) => input.text(),
            Value::Choice(words, chosen) => words.get(*chosen).map_or("", String::as_str),
            Value::Toggle(on) => {
                if *on {
                    "yes"
                } else {
                    "no"
                }
            }
        }
    }

    /// True when it is ticked or on; a text or choice always is.
    pub fn is_on(&self) -> bool {
        match self.value {
            Value::Toggle(on) | Value::Ticked(on, _) => on,
            Value::Text(_) | Value::Choice(..) => true,
        }
    }
}

impl Form {
    /// A form whose first field has the keys.
    pub fn new(fields: Vec<Field>, submit: &'static str) -> Self {
        Self { fields, focus: 0, submit, touched: false }
    }

    /// The field of a key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The text of a field; empty when there is none of that key.
    pub fn text(&self, key: &str) -> &str {
        self.field(key).map_or("", Field::text)
    }

    /// Writes what is wrong with a field, or that nothing is.
    pub fn set_error(&mut self, key: &str, error: Option<String>) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.key == key) {
            field.error = error;
        }
    }

    /// True when nothing is wrong with any field.
    pub fn is_sound(&self) -> bool {
        self.fields.iter().all(|field| field.error.is_none())
    }

    /// Puts the keys on the first field with a fault; false without any.
    pub fn go_to_error(&mut self) -> bool {
        let at = self.fields.iter().position(|field| field.error.is_some());
        self.focus = at.unwrap_or(self.focus);
        at.is_some()
    }

    /// True when the button has the keys.
    pub fn on_button(&self) -> bool {
        self.focus >= self.fields.len()
    }

    /// A key; none when it means nothing here.
    pub fn handle(&mut self, key: Key) -> Option<Done> {
        match (key.code, key.ctrl) {
            (Code::Esc, false) => return Some(Done::Leave),
            (Code::F(2), false) => return Some(Done::Submit),
            (Code::Enter, false) if self.on_button() => return Some(Done::Submit),
            (Code::Tab | Code::Down | Code::Enter, false) => return Some(self.go(1)),
            (Code::BackTab | Code::Up, false) => return Some(self.go(self.fields.len())),
            _ => {}
        }
        let done = match &mut self.fields.get_mut(self.focus)?.value {
            Value::Toggle(on) => flips(key).then(|| {
                *on = !*on;
                Done::Changed
            }),
            Value::Ticked(on, input) if flips(key) && input.cursor() == 0 => {
                *on = !*on;
                Some(Done::Changed)
            }
            Value::Text(input) | Value::Ticked(_, input) => input.handle(key).map(done),
            Value::Choice(words, chosen) => choose(key, words.len(), *chosen).map(|next| {
                *chosen = next;
                Done::Changed
            }),
        };
        self.touched |= done == Some(Done::Changed);
        done
    }

    /// Pasted text goes into the line that has the keys; false when none has.
    pub fn paste(&mut self, text: &str) -> bool {
        match self.fields.get_mut(self.focus).map(|field| &mut field.value) {
            Some(Value::Text(input) | Value::Ticked(_, input)) => {
                input.insert(text);
                self.touched = true;
                true
            }
            _ => false,
        }
    }

    /// Moves the keys, around; the button is one more place.
    fn go(&mut self, by: usize) -> Done {
        self.focus = (self.focus + by) % (self.fields.len() + 1);
        Done::Moved
    }

    /// Lays the form out, the button last. What is typed is broken into as many lines as show all of it.
    pub fn lay_out(&self, width: usize) -> Laid {
        let widest =
            self.fields.iter().map(|field| SafeStr(&field.label).terminal_width()).max().unwrap_or(0);
        let labels = widest.min(LABELS);
        let hang = " ".repeat(labels + 4);
        let mut flow = Flow::new(width);
        let (mut places, mut cursor) = (Vec::new(), None);
        for (at, field) in self.fields.iter().enumerate() {
            let first = flow.len();
            let focused = at == self.focus;
            let mut line = head(field, focused, labels);
            line.extend(tick(field, focused));
            match &field.value {
                Value::Text(input) | Value::Ticked(_, input) if focused => {
                    let column = line_width(&line);
                    let lines =
                        broken(&safe(SafeStr(input.text()), Role::Body), width.saturating_sub(column + 1));
                    let (row, along) = place(&lines, input.column());
                    cursor = Some((first + row, column + along));
                    for part in lines {
                        line.extend(part);
                        flow.line(line);
                        line = vec![Piece::from(" ".repeat(column).as_str())];
                    }
                }
                Value::Choice(..) => flow.wrap_after(&line, &[Piece::from(&*hang)], &value(field, focused)),
                Value::Text(_) | Value::Ticked(..) | Value::Toggle(_) => {
                    line.extend(value(field, focused));
                    flow.line(line);
                }
            }
            if let Some(error) = &field.error {
                flow.wrap(&hang, &hang, &safe(SafeStr(error), Role::Error));
            }
            if focused && !field.help.is_empty() {
                flow.wrap(&hang, &hang, &safe(SafeStr(&field.help), Role::Dim));
            }
            places.push(first..flow.len());
        }
        flow.blank();
        places.push(flow.len()..flow.len() + 1);
        let role = if self.on_button() { Role::Stage } else { Role::Label };
        flow.line(vec![gutter(self.on_button()), Piece::new(format!("▐ {} ▌", self.submit), role)]);
        Laid { document: flow.finish(), places, cursor }
    }
}

/// A text in lines of so many cells, none of it left out: what is edited is seen as it is.
fn broken(text: &[Piece], room: usize) -> Vec<Vec<Piece>> {
    let (mut lines, mut line, mut used) = (Vec::new(), Vec::new(), 0);
    for piece in text {
        let mut part = String::new();
        for cluster in piece.text.graphemes(true) {
            if used > 0 && used + width(cluster) > room {
                line.push(Piece { text: std::mem::take(&mut part), ..piece.clone() });
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            used += width(cluster);
            part.push_str(cluster);
        }
        line.push(Piece { text: part, ..piece.clone() });
    }
    lines.push(line);
    lines
}

/// The line and the column in it of a column of the whole text; at its end behind the last line.
fn place(lines: &[Vec<Piece>], column: usize) -> (usize, usize) {
    let mut left = column;
    for (at, line) in lines.iter().enumerate() {
        let wide = line_width(line);
        if left < wide || at + 1 == lines.len() {
            return (at, left);
        }
        left -= wide;
    }
    (0, left)
}

fn done(edit: Edit) -> Done {
    if edit == Edit::Changed { Done::Changed } else { Done::Moved }
}

fn flips(key: Key) -> bool {
    key.unmodified() == Some(Code::Char(' '))
}

/// The place that a key chooses among `count`.
fn choose(key: Key, count: usize, from: usize) -> Option<usize> {
    match key.unmodified()? {
        Code::Char(' ') | Code::Right if count > 0 => Some((from + 1) % count),
        Code::Left if count > 0 => Some((from + count - 1) % count),
        _ => None,
    }
}

fn gutter(focused: bool) -> Piece {
    Piece::new(if focused { "▌ " } else { "  " }, Role::Key)
}

fn head(field: &Field, focused: bool, labels: usize) -> Vec<Piece> {
    let label = safe_cell(SafeStr(&field.label), labels, Role::Label);
    let used = line_width(&label);
    let mut line = vec![gutter(focused)];
    line.extend(label);
    line.push(Piece::from(" ".repeat(labels - used + 2).as_str()));
    line
}

/// The tick before a value that has one.
fn tick(field: &Field, focused: bool) -> Option<Piece> {
    let (Value::Toggle(on) | Value::Ticked(on, _)) = field.value else { return None };
    Some(Piece::new(if on { "[x] " } else { "[ ] " }, if focused { Role::Strong } else { Role::Body }))
}

fn value(field: &Field, focused: bool) -> Vec<Piece> {
    match &field.value {
        Value::Text(input) if input.text().is_empty() && !focused => vec![Piece::new("–", Role::Dim)],
        Value::Text(input) | Value::Ticked(_, input) => {
            safe(SafeStr(input.text()), if field.is_on() { Role::Body } else { Role::Dim })
        }
        Value::Toggle(_) => Vec::new(),
        Value::Choice(words, chosen) => {
            let word = words.get(*chosen).map_or("", String::as_str);
            let mut line = safe(SafeStr(word), if focused { Role::Strong } else { Role::Body });
            if focused {
                line.insert(0, Piece::new("‹ ", Role::Dim));
                // The blank does not break: the sign is never alone on a line.
                line.push(Piece::new("\u{a0}›", Role::Dim));
            }
            line
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::command::sequence;

    fn form() -> Form {
        let words = || ["High", "Medium", "Low"].map(str::to_owned).to_vec();
        Form::new(
            vec![
                Field::new("name", "Name", "2 to 50 letters", Value::Text(Input::new("rule"))),
                Field::new("least", "From", "", Value::Choice(words(), 0)),
                Field::new("on", "On", "", Value::Toggle(true)),
                Field::new("ip", "Address", "", Value::Ticked(false, Input::default())),
            ],
            "Save",
        )
    }

    fn typed(keys: &str) -> (Form, Option<Done>) {
        let mut form = form();
        let last = sequence(keys).into_iter().map(|key| form.handle(key)).last().flatten();
        (form, last)
    }

    #[test]
    fn keys_change_the_field_that_has_them() {
        for (keys, key, text, done) in [
            ("s", "name", "rules", Done::Changed),
            ("Space", "name", "rule ", Done::Changed),
            ("Tab →", "least", "Medium", Done::Changed),
            ("↓ ←", "least", "Low", Done::Changed),
            ("Tab Space Space Space", "least", "High", Done::Changed),
            ("Tab Tab Space", "on", "no", Done::Changed),
            ("S-Tab S-Tab 1 Space", "ip", "1 ", Done::Changed),
            ("Enter Enter Enter Enter Enter", "name", "rule", Done::Submit),
            ("F2", "name", "rule", Done::Submit),
            ("Esc", "name", "rule", Done::Leave),
        ] {
            let (form, last) = typed(keys);
            assert_eq!((form.text(key), last), (text, Some(done)), "{keys}");
            assert_eq!(form.touched, done == Done::Changed, "{keys}");
        }
    }

    #[test]
    fn a_space_ticks_only_where_no_text_stands_before_it() {
        let on = |keys: &str| typed(&format!("S-Tab S-Tab {keys}")).0.field("ip").map(Field::is_on);
        assert_eq!(on("Space"), Some(true));
        assert_eq!(on("1 Space"), Some(false));
        assert_eq!(on("1 Home Space"), Some(true));
    }

    #[test]
    fn a_fault_stands_below_its_field_and_takes_the_keys() {
        let mut form = form();
        assert!(form.is_sound() && !form.go_to_error());
        form.set_error("ip", Some("no address".to_owned()));
        assert!(!form.is_sound() && form.go_to_error());
        assert_eq!(form.focus, 3);
        let Laid { document, places, .. } = form.lay_out(40);
        let text: Vec<String> = document.text().lines().map(str::to_owned).collect();
        assert!(text[places[3].start + 1].contains("no address"));
        assert!(text[places[4].start].contains("Save"));
        // What is typed stands where the cursor is put.
        let (line, column) = form.lay_out(40).cursor.unwrap();
        form.handle(Key::char('X'));
        let text = form.lay_out(40).document.text();
        assert_eq!(text.lines().nth(line).unwrap().chars().position(|c| c == 'X'), Some(column));
    }

    #[test]
    fn what_is_wrong_and_how_it_is_done_are_both_said() {
        let (mut form, _) = typed("Space");
        form.set_error("name", Some("no blanks".to_owned()));
        let text = form.lay_out(40).document.text();
        assert!(text.contains("no blanks") && text.contains("2 to 50 letters"), "{text}");
    }

    #[test]
    fn a_long_value_is_read_whole_while_it_has_the_keys() {
        let id = "/subscriptions/日本/resourceGroups/rg-data/providers/Microsoft.Sql/servers/sql-orders";
        let field = |value| Field::new("id", "Resource", "how", value);
        let mut form = Form::new(vec![field(Value::Ticked(true, Input::new(id)))], "Save");
        let laid = form.lay_out(40);
        let Range { start, end } = laid.places[0];
        let text = laid.document.text();
        assert!(laid.document.width() <= 40, "{text}");
        let shown: String =
            text.lines().skip(start).take(end - start - 1).flat_map(|line| line.chars().skip(16)).collect();
        assert_eq!(shown, id);
        // The cursor stands where the next letter goes, and is seen in a room that is too small for all.
        for (key, behind) in [("End", None), ("Home", Some('/'))] {
            form.handle(Key::parse(key).unwrap());
            let laid = form.lay_out(40);
            let (line, column) = laid.cursor.unwrap();
            let shown = laid.document.text().lines().nth(line).unwrap().to_owned();
            assert_eq!(
                (shown.chars().nth(column), shown.chars().count() < column),
                (behind, false),
                "{shown}"
            );
            let offset = laid.offset(0, 2);
            assert!((offset..offset + 2).contains(&line), "{key}: {offset}");
        }
        // Without the keys it is one line, and a choice never loses its sign.
        form.handle(Key::parse("Tab").unwrap());
        assert_eq!(form.lay_out(40).places[0].len(), 1);
        let words = vec!["False positive: too many normal activities".to_owned()];
        let form = Form::new(vec![field(Value::Choice(words, 0))], "Save");
        let laid = form.lay_out(40);
        assert!(laid.document.width() <= 40 && laid.document.text().contains("activities\u{a0}›"));
    }

    #[test]
    fn all_of_the_place_with_the_keys_is_seen() {
        let (mut form, _) = typed("");
        form.set_error("least", Some("a sentence of some length that takes lines".to_owned()));
        for _ in 0..5 {
            let laid = form.lay_out(30);
            for rows in 4..9 {
                let place = laid.places[form.focus].clone();
                let offset = laid.offset(form.focus, rows);
                assert!(offset <= place.start && place.end <= offset + rows, "{place:?} in {rows}");
            }
            form.handle(Key::parse("Tab").unwrap());
        }
    }
}
