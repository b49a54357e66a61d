//! Suppression rules: the form with what the rule would have matched, the question before it is written, what the
//! service keeps, and the list of rules.

use super::{boxed, framed, keys, prompt_columns, scrolled};
use crate::app::document::{Document, Piece, Role, line_width, safe, safe_cell};
use crate::app::documents::flow::Flow;
use crate::app::documents::moment::{counted, thousands};
use crate::app::documents::suppression as words;
use crate::app::layout::{self, Area};
use crate::app::model::{About, Model, RuleForm, RulesScreen, Step};
use crate::app::suppress::{self, Written};
use crate::domain::suppression::{Rule, expiry};
use crate::domain::{SafeStr, SafeText};
use crate::ui::details::{place, position};
use crate::ui::form;
use crate::ui::paint::Painter;

/// The most rows at the foot of the list.
const SAID: usize = 3;

/// Draws the form and what its step lays over it.
pub(super) fn rule_form(model: &Model, rule: &RuleForm, painter: &mut Painter<'_>) {
    if let Step::Stored(written, offset) = &rule.step {
        return stored(model, written, *offset, painter);
    }
    let parts = layout::RuleForm::new(model.size);
    framed(parts.frame, &title(model, rule), painter);
    if matches!(rule.about, About::Awaited(_)) {
        let line = match &model.details.error {
            Some(error) => safe(error.as_safe(), Role::Error),
            None => vec![Piece::new("loading the alert…", Role::Dim)],
        };
        painter.line(parts.form.row(0), &line);
        return;
    }
    let mut area = parts.form;
    let known = suppress::refusal(model, &rule.draft.subscriptions).map(Into::into);
    if let Some(why) = rule.refused.as_ref().or(known.as_ref()) {
        let mut flow = Flow::new(area.columns());
        flow.wrap("", "", &safe(SafeText::as_safe(why), Role::Error));
        let said = flow.finish();
        let rows = (said.len() as u16).min(area.height.saturating_sub(2));
        painter.document(Area { height: rows, ..area }, &said, 0);
        area = Area { y: area.y + rows, height: area.height - rows.min(area.height), ..area };
    }
    let (offset, lines) = form::draw(&rule.form, area, painter);
    let (matches, beside, seen) = suppress::matches(model, rule);
    painter.document(beside, &matches, seen);
    // Each in the row below it: that of the frame, or the one between the two.
    for (area, offset, lines) in [(area, offset, lines), (beside, seen, matches.len())] {
        if let Some(words) = place(area.rows(), offset, lines).filter(|_| rule.step == Step::Fill) {
            painter.footer(Area { height: area.height + 1, ..area }, &[words]);
        }
    }
    match &rule.step {
        Step::Fill | Step::Stored(..) => {}
        Step::Leave => {
            let mut flow = Flow::new(prompt_columns(model));
            flow.words("What you typed is lost.", Role::Body);
            flow.blank();
            flow.line(keys(&[("y", "yes, leave it"), ("Enter", "No"), ("Esc", "No")]));
            painter.cursor = None;
            boxed(model, "Leave the rule?", &flow.finish(), painter);
        }
        Step::Confirm { .. } => confirm(model, rule, painter),
        Step::Writing(_) => {
            let mut flow = Flow::new(prompt_columns(model));
            flow.words("Writing the rule and reading it back…", Role::Body);
            painter.cursor = None;
            boxed(model, "Suppression rule", &flow.finish(), painter);
        }
    }
}

fn title(model: &Model, rule: &RuleForm) -> String {
    let places = rule.draft.subscriptions.iter();
    let places: Vec<String> =
        places.map(|place| model.table.subscription_name(place.as_str()).to_string()).collect();
    match &rule.about {
        About::Rule(known) => format!("Rule {} · {}", known.name, places.join(", ")),
        About::Alert(_) | About::Awaited(_) if places.is_empty() => "New suppression rule".to_owned(),
        About::Alert(_) | About::Awaited(_) => format!("New suppression rule · {}", places.join(", ")),
    }
}

/// The question before a rule is written.
fn confirm(model: &Model, rule: &RuleForm, painter: &mut Painter<'_>) {
    let Some((document, area, offset)) = suppress::confirmation(model, rule) else { return };
    painter.cursor = None;
    scrolled(area, &words::asked_title(rule), &document, offset, painter);
}

/// What the service keeps of what was written.
fn stored(model: &Model, written: &[Written], offset: usize, painter: &mut Painter<'_>) {
    let area = layout::sheet(model.size);
    let text = area.inner();
    let document = words::stored(written, &model.table, model.now, text.columns());
    scrolled(area, "Read back from Azure", &document, offset, painter);
}

/// Draws the list of rules.
pub(super) fn rules(model: &Model, screen: &RulesScreen, painter: &mut Painter<'_>) {
    let known = &model.respond.suppress.rules;
    let count = known.value().map_or(0, |list| list.rules.len());
    let parts = layout::Rules::new(model.size, count);
    let title = if known.value().is_some() {
        format!("Suppression rules ({count})")
    } else {
        "Suppression rules".to_owned()
    };
    framed(parts.frame, &title, painter);
    let open = screen.open.filter(|_| count > 0);
    let mut last = Flow::new(parts.line.columns());
    last.wrap("", "", &said(model, screen, parts.line.columns()));
    last.shorten(if open.is_some() { 1 } else { SAID });
    let last = last.finish();
    let more = (last.len() as u16).saturating_sub(1);
    if let Some(offset) = open {
        let text = suppress::document(model, screen, parts.whole.columns());
        painter.document(parts.whole, &text, offset);
        position(parts.frame, offset, text.len(), painter);
    } else if count == 0 {
        painter.document(parts.whole, &nothing(model, parts.whole.columns()), 0);
    } else {
        list(model, screen, parts.list, painter);
        let below =
            Area { y: parts.below.y + 1, height: parts.below.height.saturating_sub(1 + more), ..parts.below };
        painter.line(parts.below.row(0), &[Piece::new("─".repeat(parts.below.columns()), Role::Dim)]);
        painter.document(below, &suppress::document(model, screen, below.columns()), 0);
    }
    painter.document(
        Area { y: parts.line.y - more, height: parts.line.height + more, ..parts.line },
        &last,
        0,
    );
}

/// Why there is no rule to show.
fn nothing(model: &Model, width: usize) -> Document {
    let known = &model.respond.suppress.rules;
    let mut flow = Flow::new(width);
    match (&known.fault, known.value()) {
        (Some(fault), _) => flow.wrap("", "", &safe(fault.message.as_safe(), Role::Error)),
        (None, Some(_)) => {
            flow.words("There is no suppression rule.", Role::Body);
            flow.words("S on an alert makes one that is filled in from it.", Role::Dim);
        }
        (None, None) => flow.words("asking for the rules…", Role::Dim),
    }
    flow.finish()
}

/// What stands at the foot: what is asked before it is done, what is being done, what was said, what is missing. The keys of a
/// question are in the hint bar too, and left out here where they do not fit.
fn said(model: &Model, screen: &RulesScreen, columns: usize) -> Vec<Piece> {
    let known = &model.respond.suppress.rules;
    if let Some(deed) = &screen.asking {
        let question = Piece::new(suppress::question(deed), Role::Strong);
        let asked = vec![question.clone(), Piece::new("  y yes   Enter No", Role::Key)];
        return if line_width(&asked) <= columns { asked } else { vec![question] };
    }
    if screen.doing.is_some() {
        return vec![Piece::new("writing, and reading it back…", Role::Dim)];
    }
    if let Some(said) = screen.said.first() {
        return safe(said.as_safe(), Role::Error);
    }
    if let Some(list) = known.value() {
        if let Some(fault) = &known.fault {
            let mut line = vec![Piece::new("as last read: ", Role::Dim)];
            line.extend(safe(fault.message.as_safe(), Role::Error));
            return line;
        }
        if let Some((place, fault)) = list.failed.first() {
            let mut line = safe(place.as_safe(), Role::Error);
            line.push(Piece::new(": ", Role::Error));
            line.extend(safe(fault.message.as_safe(), Role::Error));
            return line;
        }
        if list.unread > 0 {
            return vec![Piece::new(
                format!("{} could not be read", counted(list.unread, "rule")),
                Role::Error,
            )];
        }
        if known.is_loading() {
            return vec![Piece::new("asking again…", Role::Dim)];
        }
    }
    Vec::new()
}

fn list(model: &Model, screen: &RulesScreen, area: Area, painter: &mut Painter<'_>) {
    let known = &model.respond.suppress;
    let Some(list) = known.rules.value() else { return };
    let columns = Columns::new(area.columns());
    painter.line(area.row(0), &columns.heads());
    let matches = known.matches.value().filter(|_| !known.matches.is_loading());
    let rows = area.rows().saturating_sub(1);
    for (line, (at, rule)) in list.rules.iter().enumerate().skip(screen.offset).take(rows).enumerate() {
        let count = matches.and_then(|matches| matches.get(at)).map(|simulation| simulation.matched);
        painter.line(area.row(1 + line as u16), &columns.row(rule, count, at == screen.chosen, model));
    }
}

/// The widths of the columns: what is left goes to the type.
struct Columns {
    name: usize,
    kind: usize,
}

impl Columns {
    const STATE: usize = 9;
    const EXPIRES: usize = 11;
    const MATCHES: usize = 8;

    fn new(width: usize) -> Self {
        let left = width.saturating_sub(2 + Self::STATE + Self::EXPIRES + Self::MATCHES + 4);
        let name = (left / 2).min(32);
        Self { name, kind: left - name }
    }

    fn heads(&self) -> Vec<Piece> {
        let Self { name, kind } = self;
        let text = format!(
            "  {:name$} {:state$} {:kind$} {:expires$} {:>matches$}",
            "Rule",
            "State",
            "Type",
            "Expires",
            "Matches",
            state = Self::STATE,
            expires = Self::EXPIRES,
            matches = Self::MATCHES
        );
        vec![Piece::new(text, Role::Dim)]
    }

    fn row(&self, rule: &Rule, count: Option<usize>, chosen: bool, model: &Model) -> Vec<Piece> {
        let role = if chosen { Role::Strong } else { Role::Body };
        let mut line = vec![Piece::new(if chosen { "▌ " } else { "  " }, Role::Key)];
        let over = rule.expires.is_some_and(|end| end <= model.now.utc);
        let state = if over { "Expired" } else { rule.state.api_name() };
        let ends = rule.expires.map_or_else(|| "never".to_owned(), expiry::day);
        let count = count.map_or_else(|| "…".to_owned(), thousands);
        pad(&mut line, safe_cell(rule.name.as_safe(), self.name, role), self.name + 1);
        pad(&mut line, safe_cell(SafeStr(state), Self::STATE, words::role(&rule.state)), Self::STATE + 1);
        pad(&mut line, safe_cell(rule.alert_type.as_safe(), self.kind, role), self.kind + 1);
        pad(&mut line, vec![Piece::new(ends, Role::Body)], Self::EXPIRES + 1);
        line.push(Piece::new(format!("{count:>width$}", width = Self::MATCHES), Role::Strong));
        line
    }
}

fn pad(line: &mut Vec<Piece>, cell: Vec<Piece>, width: usize) {
    let used = crate::app::document::line_width(&cell);
    line.extend(cell);
    line.push(Piece::from(" ".repeat(width.saturating_sub(used)).as_str()));
}
