//! What lies over the screen, as a stack: the last one has the keys.

mod assign;
pub mod attack;
mod confirm;
pub(super) mod facets;
mod failures;
mod help;
mod judge;
pub(super) mod log;
pub mod mail;
mod note;
mod palette;
mod pipe;
mod pivot;
mod prompt;
mod save;
mod sheet;
mod status;
pub(super) mod timeline;
mod trigger;

use crate::app::command::show_keys;
use crate::app::key::{Code, Key};
use crate::app::message::{Chart, Question};
use crate::app::model::{Facets, Log, Model, Overlay, SaveState, Scroll, Step, ViewsMenu, ViewsStep};
use crate::app::notice::say;
use crate::app::views::menu;
use crate::app::{Effects, layout, profiles, sign_in, suppress, undo};

pub use assign::assignees;
pub(super) use help::again as search_again;
pub(super) use palette::open as open_palette;
pub use palette::{in_a_shell, matching, named};
pub(super) use sheet::{measure, movement, open_help, open_jobs};

/// Keys and what they do.
type Hints = [(&'static str, &'static str)];

const CONFIRM: &Hints =
    &[("y", "yes, do it"), ("Enter", "no"), ("c", "comment"), ("x", "as a script"), ("Esc", "no")];
const DISMISS: &Hints = &[
    ("1–6", "reason"),
    ("y", "yes, dismiss them"),
    ("Enter", "no"),
    ("c", "comment"),
    ("x", "as a script"),
    ("Esc", "no"),
];
const NOTHING: &Hints = &[("Enter", "close"), ("Esc", "close")];
const COMMENT: &Hints = &[("Enter", "keep the comment"), ("Esc", "drop it")];
const UNDO: &Hints = &[("y", "yes, take it back"), ("Enter", "no"), ("Esc", "no")];
const FORM: &Hints = &[("Tab", "next field"), ("F2", "see what changes"), ("Esc", "leave")];
const STORE: &Hints = &[("y", "yes, store them"), ("Enter", "no"), ("Esc", "no")];
const STATUS: &Hints = &[("↑ ↓", "choose"), ("Enter", "set"), ("Esc", "close")];
const SCRIPT_STATUS: &Hints = &[("↑ ↓", "choose"), ("Enter", "next"), ("Esc", "close")];
const PIVOT: &Hints = &[("↑ ↓", "choose"), ("a–z", "by letter"), ("Enter", "list"), ("Esc", "close")];
const FAILURES: &Hints = &[("e", "send these again"), ("↑ ↓", "move"), ("Esc", "close")];
const TRIGGER: &Hints = &[("y", "yes, trigger it"), ("Enter", "no"), ("↑ ↓", "what is sent"), ("Esc", "no")];
const TRIGGER_MARKED: &Hints = &[
    ("y", "yes, trigger it"),
    ("Enter", "no"),
    ("m", "this alert or the marked"),
    ("↑ ↓", "what is sent"),
    ("Esc", "no"),
];
const RULE: &Hints = &[("Tab", "next"), ("F2", "create, save"), ("Space", "tick"), ("Esc", "leave")];
const RULE_CUT: &Hints =
    &[("Tab", "next"), ("F2", "create, save"), ("PgDn PgUp", "matches"), ("Space", "tick"), ("Esc", "leave")];
const RULE_LEAVE: &Hints = &[("y", "yes, leave it"), ("Enter", "no"), ("Esc", "no")];
const RULE_CONFIRM: &Hints = &[
    ("y", "yes, write it"),
    ("d", "dismiss matches too"),
    ("↑ ↓", "scroll"),
    ("Enter", "no"),
    ("Esc", "no"),
];
const RULE_WRITING: &Hints = &[("Esc", "close, it goes on")];
const RULE_STORED: &Hints = &[("Enter", "close"), ("Esc", "close")];
const RULES: &Hints = &[
    ("Enter", "show it"),
    ("e", "edit"),
    ("s", "switch"),
    ("+", "extend by 30 days"),
    ("D", "delete"),
    ("R", "ask again"),
    ("Esc", "close"),
];
const RULE_WHOLE: &Hints = &[
    ("↑ ↓", "scroll"),
    ("e", "edit"),
    ("s", "switch"),
    ("+", "extend by 30 days"),
    ("D", "delete"),
    ("Esc", "back"),
];
const NO_RULES: &Hints = &[("R", "ask again"), ("Esc", "close")];
const RULES_ASKING: &Hints = &[("y", "yes, do it"), ("Enter", "no"), ("Esc", "no")];
const SAVE: &Hints = &[("Enter", "write it"), ("Tab ↓ ↑", "format"), ("Esc", "close")];
const REPLACE: &Hints = &[("y", "yes, replace it"), ("Enter", "no"), ("Esc", "no")];
const PIPE: &Hints = &[("Enter", "run it"), ("↑", "last command"), ("Esc", "close")];
const RUNS: &Hints = &[("↑ ↓", "scroll"), ("Esc", "end it, close")];
const FIELDS: &Hints = &[("↑ ↓", "field"), ("Enter", "its values"), ("type", "narrow"), ("Esc", "close")];
const NO_FIELDS: &Hints = &[("type", "narrow"), ("Esc", "one step back")];
const NO_VALUES: &Hints = &[("type", "narrow"), ("←", "fields"), ("Esc", "one step back")];
const VALUES: &Hints = &[
    ("↑ ↓", "value"),
    ("Space", "tick"),
    ("Enter", "apply"),
    ("type", "narrow"),
    ("←", "fields"),
    ("Esc", "one step back"),
];
const SHEET: &Hints = &[("↑ ↓", "scroll"), ("PgDn", "page"), ("Esc", "close")];
const HELP: &Hints = &[("↑ ↓", "scroll"), ("PgDn", "page"), ("/", "search"), ("Esc", "close")];
const HELP_SEARCH: &Hints = &[("Enter", "stay there"), ("ctrl-u", "empty"), ("Esc", "end the search")];
const HELP_FOUND: &Hints = &[("n", "next"), ("/", "search"), ("↑ ↓", "scroll"), ("Esc", "close")];
const PALETTE: &Hints = &[("↑ ↓", "choose"), ("Enter", "run"), ("Esc", "close")];
const NOTE: &Hints = &[("Enter", "keep the note"), ("Esc", "leave without one")];
const ASSIGN: &Hints =
    &[("↑ ↓", "choose"), ("Enter", "assign"), ("type", "narrow, or a name"), ("Esc", "close")];
const USEFUL: &Hints = &[("1–3", "reason"), ("↑ ↓ Enter", "the same"), ("Esc", "close")];
const NOT_USEFUL: &Hints = &[("1–6", "reason"), ("↑ ↓ Enter", "the same"), ("Esc", "close")];
const JUDGE: &Hints = &[("Enter", "keep it"), ("type", "a comment, or none"), ("Esc", "another reason")];
const LOG: &Hints = &[("↑ ↓", "move"), ("Enter", "open"), ("/", "search"), ("Esc", "one step back")];
const LOG_ALERTS: &Hints = &[("↑ ↓", "move"), ("Enter", "open"), ("Esc", "one step back")];
const NOT_FOUND: &Hints = &[("/", "search"), ("Esc", "one step back")];
const CLOSE: &Hints = &[("Esc", "close")];
const PROFILES: &Hints = &[("↑ ↓", "choose"), ("Enter", "open"), ("Esc", "close")];
const SEARCH: &Hints = &[("Enter", "search"), ("Esc", "leave it as it was")];
const VIEWS: &Hints = &[
    ("↑ ↓", "choose"),
    ("Enter", "open"),
    ("s", "save"),
    ("r", "rename"),
    ("d", "digit"),
    ("D", "delete"),
    ("u", "as before"),
    ("Esc", "close"),
];
const NO_VIEWS: &Hints = &[("s", "save this list"), ("Esc", "close")];
const VIEW_NAME: &Hints = &[("Enter", "keep the name"), ("Esc", "leave it as it is"), ("ctrl-u", "empty")];
const VIEW_DIGIT: &Hints = &[("5–9", "open it by this"), ("0", "by none"), ("Esc", "leave it as it is")];
const VIEW_DELETE: &Hints = &[("y", "yes, delete it"), ("Enter", "no"), ("Esc", "no")];
const TIMELINE: &Hints =
    &[("← →", "move"), ("Enter", "filter"), ("+ -", "zoom"), ("v", "span"), ("0", "all"), ("Esc", "back")];
const TIMELINE_SPAN: &Hints =
    &[("← →", "other end"), ("Enter", "filter"), ("+", "zoom in"), ("v", "no span"), ("Esc", "no span")];
const ATTACK: &Hints = &[("Enter", "list"), ("↑ ↓", "tactic"), ("← →", "technique"), ("Esc", "close")];
const PROMPT: &Hints = &[("Enter", "apply"), ("Esc", "close")];

/// The next keys of an overlay that do something at this moment.
pub(super) fn hints(model: &Model, overlay: &Overlay) -> Vec<(&'static str, &'static str)> {
    let idle = idle(model, overlay);
    every_hint(model, overlay).iter().copied().filter(|(keys, _)| !idle.contains(keys)).collect()
}

/// Those of its keys that do nothing as it stands.
fn idle(model: &Model, overlay: &Overlay) -> &'static [&'static str] {
    let rows = layout::sheet(model.size).inner().rows();
    // Without lines it is not measured yet.
    let fits = |scroll: &Scroll| (1..=rows).contains(&scroll.lines);
    let (is_idle, keys): (bool, &[&str]) = match overlay {
        Overlay::Confirm(confirm) => (confirm::wants_reason(confirm) && confirm.reason.is_none(), &["y"]),
        Overlay::Status(menu) => (status::refused(model, menu).is_some(), &["Enter"]),
        Overlay::Pipe(_) => (model.last_command.is_empty(), &["↑"]),
        Overlay::Views(menu) => (menu::saved_over(model, menu).is_none(), &["u"]),
        Overlay::Timeline(view) => (timeline::is_empty(view), &["Enter"]),
        Overlay::Attack(view) => (attack::is_empty(view), &["Enter"]),
        Overlay::Help(scroll, _) | Overlay::Jobs(scroll) => (fits(scroll), &["↑ ↓", "PgDn"]),
        Overlay::Output(output) => (fits(&output.scroll), &["↑ ↓", "PgDn"]),
        Overlay::Trigger(prompt) => (fits(&prompt.scroll), &["↑ ↓", "PgDn"]),
        _ => (false, &[]),
    };
    if is_idle { keys } else { &[] }
}

fn every_hint(model: &Model, overlay: &Overlay) -> &'static Hints {
    match overlay {
        Overlay::Confirm(confirm) if confirm.plan.targets.is_empty() => NOTHING,
        Overlay::Confirm(confirm) if confirm.typing => COMMENT,
        Overlay::Confirm(confirm) if confirm::wants_reason(confirm) => DISMISS,
        Overlay::Confirm(_) => CONFIRM,
        Overlay::ConfirmUndo(_) => UNDO,
        Overlay::Mail(mail) if mail.confirm.is_some() => STORE,
        Overlay::Mail(_) => FORM,
        Overlay::Status(menu) if menu.script => SCRIPT_STATUS,
        Overlay::Status(_) => STATUS,
        Overlay::Pivot(_) => PIVOT,
        Overlay::Facets(facets) => facet_hints(facets),
        Overlay::Failures(failures) if failures.targets.is_empty() => CLOSE,
        Overlay::Failures(_) => FAILURES,
        Overlay::Trigger(prompt) if prompt.marked.is_empty() => TRIGGER,
        Overlay::Trigger(_) => TRIGGER_MARKED,
        Overlay::Save(prompt) if prompt.state == SaveState::Exists => REPLACE,
        Overlay::Save(_) => SAVE,
        Overlay::Pipe(_) => PIPE,
        Overlay::Output(output) if output.ended.is_none() => RUNS,
        Overlay::Help(_, find) if find.typing => HELP_SEARCH,
        Overlay::Help(_, find) if find.line.is_some() => HELP_FOUND,
        Overlay::Help(..) => HELP,
        Overlay::Jobs(_) | Overlay::Outcomes(_) | Overlay::Output(_) => SHEET,
        Overlay::Note(_) => NOTE,
        Overlay::Assign(_) => ASSIGN,
        Overlay::Judge(judge) if judge.reason.is_some() => JUDGE,
        Overlay::Judge(judge) if judge.useful => USEFUL,
        Overlay::Judge(_) => NOT_USEFUL,
        Overlay::SignIn(code) => sign_in::hints(code),
        Overlay::Profiles(_) => PROFILES,
        Overlay::Log(log) => log_hints(log),
        Overlay::RuleForm(form) => match form.step {
            Step::Fill if suppress::is_cut(model, form) => RULE_CUT,
            Step::Fill => RULE,
            Step::Leave => RULE_LEAVE,
            Step::Confirm { .. } => RULE_CONFIRM,
            Step::Writing(_) => RULE_WRITING,
            Step::Stored(..) => RULE_STORED,
        },
        Overlay::Rules(screen) if screen.asking.is_some() => RULES_ASKING,
        Overlay::Rules(screen) if suppress::shown(model, screen).is_none() => NO_RULES,
        Overlay::Rules(screen) if screen.open.is_some() => RULE_WHOLE,
        Overlay::Rules(_) => RULES,
        Overlay::Views(menu) => views_hints(menu),
        Overlay::Timeline(view) if view.anchor.is_some() => TIMELINE_SPAN,
        Overlay::Timeline(_) => TIMELINE,
        Overlay::Attack(_) => ATTACK,
        Overlay::Palette(_) => PALETTE,
        Overlay::TimeRange(..) | Overlay::Pattern(..) => PROMPT,
    }
}

fn facet_hints(facets: &Facets) -> &'static Hints {
    // Values that are being counted are about to be there.
    let none = facets.value().is_none() && facets.ticks.is_empty() && !facets.awaiting;
    match facets.field() {
        Some(_) if facets.in_values && none => NO_VALUES,
        Some(_) if facets.in_values => VALUES,
        Some(_) => FIELDS,
        None => NO_FIELDS,
    }
}

fn log_hints(log: &Log) -> &'static Hints {
    let total = log.inside.as_ref().map_or(log.acts.total, |inside| inside.alerts.total);
    let empty = total == Some(0) || log.error.is_some();
    match (&log.inside, log.find.is_empty()) {
        _ if log.typing.is_some() => SEARCH,
        (None, true) if empty => CLOSE,
        (None, false) if empty => NOT_FOUND,
        (None, _) => LOG,
        (Some(_), _) => LOG_ALERTS,
    }
}

fn views_hints(menu: &ViewsMenu) -> &'static Hints {
    match &menu.step {
        ViewsStep::Choose if menu.empty => NO_VIEWS,
        ViewsStep::Choose => VIEWS,
        ViewsStep::Rename(..) | ViewsStep::Save(..) => VIEW_NAME,
        ViewsStep::Digit => VIEW_DIGIT,
        ViewsStep::Delete => VIEW_DELETE,
    }
}

/// The prompts with keys of their own, for the README.
pub(super) fn guides() -> &'static [(&'static str, &'static Hints)] {
    &[
        ("When a dismissal is asked for", DISMISS),
        ("When an undo is asked for", UNDO),
        ("In the fields of *Add filter*", FIELDS),
        ("In the values of *Add filter*", VALUES),
        ("In the menu of entities", PIVOT),
        ("In the failures of a change", FAILURES),
        ("When a logic app is about to be triggered", TRIGGER_MARKED),
        ("When an alert is judged useful", USEFUL),
        ("When an alert is judged not useful", NOT_USEFUL),
        ("In its comment", JUDGE),
        ("In the audit log", LOG),
        ("In the form of a suppression rule", RULE_CUT),
        ("When a suppression rule is about to be written", RULE_CONFIRM),
        ("In the list of suppression rules", RULES),
        ("In the form of the mail settings", FORM),
        ("When mail settings are about to be stored", STORE),
        ("In the list of your views", VIEWS),
        ("In the timeline", TIMELINE),
        ("In the ATT&CK view", ATTACK),
        ("When a file is about to be written", SAVE),
        ("When it is there already", REPLACE),
        ("When a command is asked for", PIPE),
        ("In the palette", PALETTE),
    ]
}

/// A key for the overlay on top.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    match model.overlays.last() {
        None => {}
        Some(Overlay::Confirm(_)) => confirm::key(model, key, out),
        Some(Overlay::ConfirmUndo(record)) => {
            let change = record.id;
            match key.unmodified() {
                Some(Code::Char('y')) => {
                    close(model);
                    undo::take_back(model, change, out);
                }
                Some(Code::Enter | Code::Esc | Code::Char('n' | 'q')) => close(model),
                _ => no_key(model, key, out),
            }
        }
        Some(Overlay::Mail(_)) => mail::key(model, key, out),
        Some(Overlay::Status(_)) => status::key(model, key, out),
        Some(Overlay::Facets(_)) => facets::key(model, key, out),
        Some(Overlay::Pivot(_)) => pivot::key(model, key, out),
        Some(Overlay::Failures(_)) => failures::key(model, key, out),
        Some(Overlay::Trigger(_)) => trigger::key(model, key, out),
        Some(Overlay::Jobs(_) | Overlay::Help(..) | Overlay::Outcomes(_)) => sheet::key(model, key),
        Some(Overlay::Save(_)) => save::key(model, key, out),
        Some(Overlay::Pipe(_)) => pipe::prompt(model, key, out),
        Some(Overlay::Output(_)) => pipe::output(model, key, out),
        Some(Overlay::Note(_)) => note::key(model, key, out),
        Some(Overlay::Assign(_)) => assign::key(model, key, out),
        Some(Overlay::Judge(_)) => judge::key(model, key, out),
        Some(Overlay::SignIn(_)) => sign_in::key(model, key, out),
        Some(Overlay::Profiles(_)) => profiles::key(model, key, out),
        Some(Overlay::Log(_)) => log::key(model, key, out),
        Some(Overlay::RuleForm(_)) => suppress::form_key(model, key, out),
        Some(Overlay::Rules(_)) => suppress::rules_key(model, key, out),
        Some(Overlay::Views(_)) => menu::key(model, key, out),
        Some(Overlay::Timeline(_)) => timeline::key(model, key, out),
        Some(Overlay::Attack(_)) => attack::key(model, key, out),
        Some(Overlay::Palette(_)) => palette::key(model, key, out),
        Some(Overlay::TimeRange(..) | Overlay::Pattern(..)) => prompt::key(model, key, out),
    }
}

/// Answers a key that means nothing here: which ones do stands in the row of hints.
pub(super) fn no_key(model: &mut Model, key: Key, out: &mut Effects) {
    say(model, format!("{} is not a key here", show_keys(&[key])), out);
}

/// Alerts were counted for a chart.
pub(super) fn charted(model: &mut Model, question: Question, chart: Chart, out: &mut Effects) {
    match chart {
        Chart::Timeline(timeline) => timeline::answered(model, question, timeline, out),
        Chart::Attack(attack) => attack::answered(model, question, attack, out),
    }
}

/// The alerts, the clock or the screen changed: a chart that is open is counted again.
pub(super) fn refresh_charts(model: &mut Model, out: &mut Effects) {
    timeline::refresh(model, out);
    attack::refresh(model, out);
}

/// True while a chart is counted that a key asked for: what is typed ahead means it.
pub(super) fn chart_awaited(model: &Model) -> bool {
    let asked = match model.overlays.last() {
        Some(Overlay::Timeline(view)) => view.asked,
        Some(Overlay::Attack(view)) => view.asked,
        _ => return false,
    };
    asked.by_key && asked.question.is_some()
}

/// Pasted text goes into a line that is being typed; false when there is none.
pub(super) fn paste(model: &mut Model, text: &str) -> bool {
    match model.overlays.last_mut() {
        Some(Overlay::Confirm(confirm)) if confirm.typing => {
            confirm.comment.get_or_insert_default().insert(text);
        }
        Some(Overlay::Palette(palette)) => {
            palette.input.insert(text);
            palette::search(palette);
        }
        Some(Overlay::TimeRange(input, error) | Overlay::Pattern(input, error)) => {
            input.insert(text);
            *error = None;
        }
        Some(Overlay::Help(_, find)) if find.typing => help::paste(model, text),
        Some(Overlay::Mail(mail)) => return mail::paste(mail, text),
        Some(Overlay::Views(views)) => return menu::paste(views, text),
        Some(Overlay::Save(prompt)) if prompt.state != SaveState::Exists => {
            prompt.input.insert(text);
            prompt.state = SaveState::Typing;
        }
        Some(Overlay::Pipe(prompt)) => {
            prompt.input.insert(text);
            prompt.error = None;
        }
        Some(Overlay::Note(prompt)) => prompt.input.insert(text),
        Some(Overlay::Assign(menu)) => {
            menu.input.insert(text);
            menu.chosen = 0;
        }
        Some(Overlay::Judge(judge)) if judge.reason.is_some() => judge.comment.insert(text),
        Some(Overlay::Log(log)) => match &mut log.typing {
            Some(input) => input.insert(text),
            None => return false,
        },
        _ => return false,
    }
    true
}

/// Closes the overlay on top.
pub(super) fn close(model: &mut Model) {
    if let Some(Overlay::Save(_)) = model.overlays.pop() {
        // An export that was given up keeps nothing: what would be lost is said again.
        model.leaving.said = false;
    }
    closed(model);
}

/// An overlay was closed: the one below fits the screen as it is now.
pub(super) fn closed(model: &mut Model) {
    measure(model);
}
