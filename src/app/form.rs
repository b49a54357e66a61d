//! A form: fields one below the other and a button that submits. A plain struct with `handle(key)`; what the fields mean
//! stands with its owner, who also writes what is wrong with a value beside it.

use crate::app::document::{Document, Piece, Role, safe, safe_cell};
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

    /// Lays the form out. The lines of each field, the button's last: for scrolling, and for placing what is typed.
    pub fn lay_out(&self, width: usize) -> (Document, Vec<usize>) {
        let widest =
            self.fields.iter().map(|field| SafeStr(&field.label).terminal_width()).max().unwrap_or(0);
        let labels = widest.min(LABELS);
        let mut flow = Flow::new(width);
        let mut lines = Vec::new();
        for (at, field) in self.fields.iter().enumerate() {
            lines.push(flow.len());
            let focused = at == self.focus;
            let mut line = head(field, focused, labels);
            line.extend(value(field, focused));
            flow.line(line);
            let hang = " ".repeat(labels + 4);
            if let Some(error) = &field.error {
                flow.wrap(&hang, &hang, &safe(SafeStr(error), Role::Error));
            } else if focused && !field.help.is_empty() {
                flow.wrap(&hang, &hang, &safe(SafeStr(&field.help), Role::Dim));
            }
        }
        flow.blank();
        lines.push(flow.len());
        let role = if self.on_button() { Role::Stage } else { Role::Label };
        flow.line(vec![gutter(self.on_button()), Piece::new(format!("▐ {} ▌", self.submit), role)]);
        (flow.finish(), lines)
    }

    /// The column at which the text of the focused field begins, for the cursor; none where nothing is typed.
    pub fn typed_at(&self) -> Option<(usize, &Input)> {
        let widest =
            self.fields.iter().map(|field| SafeStr(&field.label).terminal_width()).max().unwrap_or(0);
        let column = widest.min(LABELS) + 4;
        match &self.fields.get(self.focus)?.value {
            Value::Text(input) => Some((column, input)),
            Value::Ticked(_, input) => Some((column + 4, input)),
            Value::Choice(..) | Value::Toggle(_) => None,
        }
    }
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
    let used = crate::app::document::line_width(&label);
    let mut line = vec![gutter(focused)];
    line.extend(label);
    line.push(Piece::from(" ".repeat(labels - used + 2).as_str()));
    line
}

fn value(field: &Field, focused: bool) -> Vec<Piece> {
    let tick =
        |on| Piece::new(if on { "[x] " } else { "[ ] " }, if focused { Role::Strong } else { Role::Body });
    match &field.value {
        Value::Text(input) if input.text().is_empty() && !focused => vec![Piece::new("–", Role::Dim)],
        Value::Text(input) => safe(SafeStr(input.text()), Role::Body),
        Value::Toggle(on) => vec![tick(*on)],
        Value::Ticked(on, input) => {
            let mut line = vec![tick(*on)];
            line.extend(safe(SafeStr(input.text()), if *on { Role::Body } else { Role::Dim }));
            line
        }
        Value::Choice(words, chosen) => {
            let word = words.get(*chosen).map_or("", String::as_str);
            let mut line = safe(SafeStr(word), if focused { Role::Strong } else { Role::Body });
            if focused {
                line.insert(0, Piece::new("‹ ", Role::Dim));
                line.push(Piece::new(" ›", Role::Dim));
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
        let (document, lines) = form.lay_out(40);
        let text: Vec<String> = document.text().lines().map(str::to_owned).collect();
        assert!(text[lines[3] + 1].contains("no address"));
        assert!(text[lines[4]].contains("Save"));
        // What is typed stands where the cursor is put.
        let (column, _) = form.typed_at().unwrap();
        form.handle(Key::char('X'));
        assert_eq!(
            form.lay_out(40).0.text().lines().nth(lines[3]).unwrap().chars().position(|c| c == 'X'),
            Some(column)
        );
    }
}
