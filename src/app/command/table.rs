//! The table of commands: a new command or key is one row here.

use super::available::{
    alert, always, any_alert, any_cached, any_change, any_entity, any_listed, any_mark, any_pivot, any_redo,
    any_related, any_twin, any_undo, can_begin, can_change, can_dismiss, can_export, can_pipe,
    can_reactivate, can_record, can_repeat, can_resolve, can_save, can_take, cursor, filtered, full, grouped,
    has_log, last_marks, many_colours, opens, opens_or_folds, saved_view, session, source,
};
use super::{
    App, By, Change, Command, Copy, Go, Group, Grouping, HandOver, Mark, Move, Narrow, Panes, Pivot, Reach,
    Record, Related, Respond, Show, Span, Spec, Suppress, View,
};
use crate::app::model::{Model, Section};
use crate::domain::Status;
use crate::domain::query::{GroupBy, SortKey};

type Available = fn(&Model) -> Result<(), String>;

const fn row(
    command: Command,
    keys: &'static [&'static str],
    label: &'static str,
    hint: &'static str,
    panes: Panes,
    group: Group,
    available: Available,
) -> Spec {
    Spec { command, keys, label, hint, also: "", panes, group, available, rank: 0 }
}

impl Spec {
    const fn at(self, rank: u8) -> Self {
        Self { rank, ..self }
    }

    const fn also(self, also: &'static str) -> Self {
        Self { also, ..self }
    }
}

/// A key that waits for another.
#[derive(Debug, Clone, Copy)]
pub struct Chord {
    /// The first key.
    pub key: &'static str,
    /// What its commands have in common, for the hint bar and the menu.
    pub hint: &'static str,
    /// Its place in the hint bar; 0 for no place.
    pub rank: u8,
}

/// Every chord.
pub const CHORDS: [Chord; 12] = [
    Chord { key: "f", hint: "by value", rank: 3 },
    Chord { key: "s", hint: "status", rank: 5 },
    Chord { key: "p", hint: "pivot", rank: 7 },
    Chord { key: "*", hint: "mark sets", rank: 12 },
    Chord { key: "t", hint: "time", rank: 13 },
    Chord { key: ",", hint: "sort", rank: 14 },
    Chord { key: "z", hint: "group", rank: 15 },
    Chord { key: "y", hint: "copy", rank: 15 },
    Chord { key: "b", hint: "feedback", rank: 16 },
    Chord { key: "m", hint: "save view", rank: 17 },
    Chord { key: "F", hint: "without value", rank: 0 },
    Chord { key: "g", hint: "go", rank: 0 },
];

use Command as C;
use Group as G;
use Panes as P;

const fn only(by: By, key: &'static [&'static str], label: &'static str, hint: &'static str) -> Spec {
    row(C::Narrow(Narrow::Only(by)), key, label, hint, P::BESIDE, G::Filter, cursor)
}

const fn without(by: By, key: &'static [&'static str], label: &'static str, hint: &'static str) -> Spec {
    row(C::Narrow(Narrow::Without(by)), key, label, hint, P::BESIDE, G::Filter, cursor)
}

const fn time(span: Span, key: &'static [&'static str], label: &'static str, hint: &'static str) -> Spec {
    row(C::Narrow(Narrow::Time(span)), key, label, hint, P::BESIDE, G::Filter, always)
}

const fn sort(by: SortKey, key: &'static [&'static str], label: &'static str, hint: &'static str) -> Spec {
    row(C::Sort(by), key, label, hint, P::BESIDE, G::Sort, always)
}

const fn group(by: GroupBy, key: &'static [&'static str], label: &'static str, hint: &'static str) -> Spec {
    row(C::Group(Grouping::By(by)), key, label, hint, P::BESIDE, G::Group, always)
}

const fn view(digit: u8, key: &'static [&'static str], label: &'static str, hint: &'static str) -> Spec {
    row(C::View(View::Digit(digit)), key, label, hint, P::BESIDE, G::View, always)
}

const fn yours<const DIGIT: u8>(
    key: &'static [&'static str],
    label: &'static str,
    hint: &'static str,
) -> Spec {
    row(C::View(View::Digit(DIGIT)), key, label, hint, P::BESIDE, G::View, saved_view::<DIGIT>)
}

const fn save(digit: u8, key: &'static [&'static str], label: &'static str, hint: &'static str) -> Spec {
    row(C::View(View::Save(digit)), key, label, hint, P::BESIDE, G::View, can_save)
}

const fn set(status: Status, key: &'static [&'static str], label: &'static str, hint: &'static str) -> Spec {
    let available: Available = match status {
        Status::Dismissed => can_dismiss,
        Status::Resolved => can_resolve,
        Status::InProgress => can_begin,
        Status::Active => can_reactivate,
        Status::Other => can_change,
    };
    row(C::Change(Change::Set(status)), key, label, hint, P::ALL, G::Change, available)
}

const fn copy(what: Copy, key: &'static [&'static str], label: &'static str, hint: &'static str) -> Spec {
    let available: Available = if matches!(what, Copy::Row | Copy::Id) { cursor } else { alert };
    row(C::Copy(what), key, label, hint, P::ALL, G::Copy, available)
}

const fn section(
    section: Section,
    key: &'static [&'static str],
    label: &'static str,
    hint: &'static str,
) -> Spec {
    row(C::Respond(Respond::Section(section)), key, label, hint, P::RESPOND, G::Respond, always)
}

const fn reach(step: Reach, key: &'static [&'static str], label: &'static str, hint: &'static str) -> Spec {
    row(C::Respond(Respond::Reach(step)), key, label, hint, P::RESPOND, G::Respond, has_log)
}

/// Every command.
#[rustfmt::skip] // one row each
pub static COMMANDS: &[Spec] = &[
    row(C::Move(Move::Down), &["j", "↓"], "Down", "down", P::ALL, G::Move, always),
    row(C::Move(Move::Up), &["k", "↑"], "Up", "up", P::ALL, G::Move, always),
    row(C::Move(Move::First), &["g g", "Home"], "To the first", "first", P::ALL, G::Move, always),
    row(C::Move(Move::Last), &["G", "End"], "To the last", "last", P::ALL, G::Move, always),
    row(C::Move(Move::PageDown), &["PgDn"], "A page down", "page down", P::ALL, G::Move, always),
    row(C::Move(Move::PageUp), &["PgUp"], "A page up", "page up", P::ALL, G::Move, always),
    row(C::Move(Move::HalfDown), &["ctrl-d"], "Half a page down", "half down", P::ALL, G::Move, always),
    row(C::Move(Move::HalfUp), &["ctrl-u"], "Half a page up", "half up", P::ALL, G::Move, always),
    row(C::Go(Go::Left), &["h", "←"], "Pane or tab to the left", "left", P::ALL, G::Move, always),
    row(C::Go(Go::Right), &["l", "→"], "Pane or tab to the right", "right", P::ALL, G::Move, always),
    row(C::Go(Go::Next), &["Tab"], "Next pane or tab", "next pane", P::ALL, G::Move, always),
    row(C::Go(Go::PreviousTab), &["["], "Previous tab", "tab before", P::OPEN, G::Move, full).at(2),
    row(C::Go(Go::NextTab), &["]"], "Next tab", "next tab", P::OPEN, G::Move, full).at(1),
    row(C::Go(Go::Open), &["Enter"], "Open full details", "details", P::BESIDE, G::Move, opens_or_folds).at(6),
    row(C::Go(Go::Back), &["Esc"], "One step back: details, visual mode, pivot, filter, marks", "back", P::ALL, G::Move, always),

    row(C::Mark(Mark::Toggle), &["Space", "x"], "Mark or unmark, and go down", "mark", P::LIST, G::Mark, cursor).at(1),
    row(C::Mark(Mark::Visual), &["v"], "Mark a range: again to end it", "mark range", P::LIST, G::Mark, cursor),
    row(C::Mark(Mark::VisualUnmark), &["V"], "Unmark a range: again to end it", "unmark range", P::LIST, G::Mark, cursor),
    row(C::Mark(Mark::All), &["* *"], "Mark all that match the filter", "all matching", P::LIST, G::Mark, any_listed),
    row(C::Mark(Mark::None), &["* n"], "Unmark all", "none", P::LIST, G::Mark, any_mark),
    row(C::Mark(Mark::Invert), &["* i"], "Invert the marks of those that match", "invert", P::LIST, G::Mark, any_listed),
    row(C::Mark(Mark::SameType), &["* t"], "Mark those of the same type", "same type", P::LIST, G::Mark, cursor),
    row(C::Mark(Mark::SameResource), &["* r"], "Mark those on the same resource", "same resource", P::LIST, G::Mark, cursor),
    row(C::Mark(Mark::Pattern), &["* p"], "Mark by a pattern", "by pattern", P::LIST, G::Mark, any_listed),
    row(C::Mark(Mark::Last), &["* l"], "Bring the last marks back", "last set", P::LIST, G::Mark, last_marks),

    row(C::Narrow(Narrow::Edit), &["/"], "Filter as you type", "filter", P::BESIDE, G::Filter, always).at(2).also("search find"),
    row(C::Narrow(Narrow::Clear), &["\\"], "Clear the filter: every alert", "clear filter", P::BESIDE, G::Filter, filtered),
    only(By::Status, &["f s"], "Only this status (again: any)", "status"),
    only(By::Severity, &["f v"], "Only this severity (again: any)", "severity"),
    only(By::Resource, &["f r"], "Only this resource (again: any)", "resource"),
    only(By::Type, &["f t"], "Only this alert type (again: any)", "type"),
    only(By::Group, &["f g"], "Only this resource group (again: any)", "group"),
    only(By::Subscription, &["f u"], "Only this subscription (again: any)", "subscription"),
    only(By::Tactic, &["f i"], "Only this tactic (again: any)", "tactic"),
    row(C::Narrow(Narrow::Add), &["f Enter"], "Add filter: fields, then values with counts", "add filter", P::BESIDE, G::Filter, any_cached),
    without(By::Status, &["F s"], "Without this status", "status"),
    without(By::Severity, &["F v"], "Without this severity", "severity"),
    without(By::Resource, &["F r"], "Without this resource", "resource"),
    without(By::Type, &["F t"], "Without this alert type", "type"),
    without(By::Group, &["F g"], "Without this resource group", "group"),
    without(By::Subscription, &["F u"], "Without this subscription", "subscription"),
    without(By::Tactic, &["F i"], "Without this tactic", "tactic"),
    time(Span::Day, &["t 1"], "The last 24 hours", "24 h"),
    time(Span::Week, &["t 7"], "The last 7 days", "7 days"),
    time(Span::Month, &["t 3"], "The last 30 days", "30 days"),
    time(Span::Any, &["t a"], "Any time", "any time"),
    time(Span::Custom, &["t t"], "Another time range", "custom"),
    row(C::Show(Show::Timeline), &["T"], "Timeline: alerts over time; a span of it as the filter", "timeline", P::BESIDE, G::Filter, session).at(17),
    row(C::Show(Show::Attack), &["M"], "ATT&CK: which tactics and techniques are hit; one as the filter", "ATT&CK", P::BESIDE, G::Filter, session).at(18),

    sort(SortKey::Severity, &[", v"], "Sort by severity (again: reverse)", "severity"),
    sort(SortKey::Time, &[", a"], "Sort by age (again: reverse)", "age"),
    sort(SortKey::Status, &[", s"], "Sort by status (again: reverse)", "status"),
    sort(SortKey::Title, &[", n"], "Sort by title (again: reverse)", "title"),
    sort(SortKey::Resource, &[", r"], "Sort by resource (again: reverse)", "resource"),
    sort(SortKey::Type, &[", t"], "Sort by alert type (again: reverse)", "type"),
    sort(SortKey::Group, &[", g"], "Sort by resource group (again: reverse)", "group"),
    sort(SortKey::Subscription, &[", u"], "Sort by subscription (again: reverse)", "subscription"),

    group(GroupBy::Severity, &["z v"], "Group by severity", "severity"),
    group(GroupBy::Status, &["z s"], "Group by status", "status"),
    group(GroupBy::Type, &["z t"], "Group by alert type", "type"),
    group(GroupBy::Resource, &["z r"], "Group by resource", "resource"),
    group(GroupBy::Group, &["z g"], "Group by resource group", "group"),
    group(GroupBy::Subscription, &["z u"], "Group by subscription", "subscription"),
    group(GroupBy::Tactic, &["z i"], "Group by tactic", "tactic"),
    group(GroupBy::Entity, &["z e"], "Group by shared entity", "entity"),
    group(GroupBy::Incident, &["z c"], "Group by incident", "incident"),
    row(C::Group(Grouping::None), &["z n"], "No groups", "none", P::BESIDE, G::Group, grouped),
    row(C::Group(Grouping::Fold), &["z z"], "Fold or unfold the group under the cursor", "fold", P::BESIDE, G::Group, grouped),
    row(C::Group(Grouping::FoldAll), &["z Z"], "Fold or unfold every group", "fold all", P::BESIDE, G::Group, grouped),

    view(1, &["1"], "View: open alerts", "open"),
    view(2, &["2"], "View: mine", "mine"),
    view(3, &["3"], "View: dismissed", "dismissed"),
    view(4, &["4"], "View: resolved", "resolved"),
    view(0, &["0"], "View: all", "all"),
    yours::<5>(&["5"], "View: yours on 5", "yours on 5"),
    yours::<6>(&["6"], "View: yours on 6", "yours on 6"),
    yours::<7>(&["7"], "View: yours on 7", "yours on 7"),
    yours::<8>(&["8"], "View: yours on 8", "yours on 8"),
    yours::<9>(&["9"], "View: yours on 9", "yours on 9"),
    save(5, &["m 5"], "Save what the list shows as your view 5", "save as 5"),
    save(6, &["m 6"], "Save what the list shows as your view 6", "save as 6"),
    save(7, &["m 7"], "Save what the list shows as your view 7", "save as 7"),
    save(8, &["m 8"], "Save what the list shows as your view 8", "save as 8"),
    save(9, &["m 9"], "Save what the list shows as your view 9", "save as 9"),
    row(C::View(View::Menu), &["m m", "m Enter"], "Your views, with what is new: open, name, delete", "all views", P::BESIDE, G::View, session),
    row(C::View(View::Last), &["-"], "Back to the last view", "last view", P::BESIDE, G::View, always),

    set(Status::Dismissed, &["d", "s d"], "Dismiss, with a reason", "dismiss").at(4),
    set(Status::Resolved, &["s r"], "Resolve", "resolved"),
    set(Status::InProgress, &["s i"], "Set in progress", "in progress"),
    set(Status::Active, &["s a"], "Reactivate", "active"),
    row(C::Change(Change::Menu), &["s Enter"], "Choose a status from a menu", "menu", P::ALL, G::Change, can_change),
    row(C::Change(Change::Take), &["a"], "Take: in progress and mine", "take", P::ALL, G::Change, can_take).at(7),
    row(C::Change(Change::Undo), &["u"], "Undo the last change, on the server too", "undo", P::ALL, G::Change, any_undo).at(8),
    row(C::Change(Change::Redo), &["U"], "Redo what was undone", "redo", P::ALL, G::Change, any_redo),
    row(C::Change(Change::Repeat), &["."], "Repeat the last decision on the next alert", "repeat", P::ALL, G::Change, can_repeat),
    row(C::Change(Change::Failures), &["E"], "Failures of the last change", "failures", P::ALL, G::Change, any_change),

    row(C::Change(Change::Twins), &["&"], "The last decision for the twins of its alerts too", "twins too", P::ALL, G::Change, any_twin),

    row(C::Pivot(Pivot::Entity(0)), &["p a"], "The alerts that share entity a; b to z in its place: the others", "first entity", P::ALL, G::Related, any_entity),
    row(C::Pivot(Pivot::Menu), &["p Enter"], "Choose the entity from a menu", "menu", P::ALL, G::Related, any_entity),
    row(C::Pivot(Pivot::Back), &["Backspace"], "Back to where the last pivot began: filter, order, cursor and marks", "pivot back", P::ALL, G::Related, any_pivot).at(3),
    row(C::Related(Related::Show), &[], "What other alerts have in common with this one", "related", P::BEFORE_RESPOND, G::Related, alert),
    row(C::Related(Related::Open), &["Enter"], "List the group, or open the alert", "list, open", P::RELATED, G::Related, any_related).at(1),
    row(C::Related(Related::Mark), &["Space", "x"], "Mark or unmark the group or the alert", "mark", P::RELATED, G::Related, any_related).at(2),

    row(C::Record(Record::Note), &["c"], "Write a note", "note", P::ALL, G::Record, can_record),
    row(C::Record(Record::Assign), &["A"], "Assign to somebody, or to nobody", "assign", P::ALL, G::Record, can_record),
    row(C::Record(Record::Judge(true)), &["b u"], "Judge useful, with a reason", "useful", P::ALL, G::Record, can_record),
    row(C::Record(Record::Judge(false)), &["b n"], "Judge not useful, with a reason", "not useful", P::ALL, G::Record, can_record),
    row(C::Respond(Respond::Open), &["r"], "Respond: what can be done about the alert", "respond", P::BEFORE_RESPOND, G::Respond, alert).at(7),
    section(Section::Context, &["1"], "Section: inspect the resource's context", "context"),
    section(Section::Mitigate, &["2"], "Section: mitigate the threat", "mitigate"),
    section(Section::Prevent, &["3"], "Section: prevent future attacks", "prevent"),
    section(Section::Trigger, &["4"], "Section: trigger an automated response", "trigger"),
    section(Section::Suppress, &["5"], "Section: suppress similar alerts", "suppress"),
    section(Section::Contacts, &["6"], "Section: who receives mail", "e-mail"),
    row(C::Suppress(Suppress::New), &["S"], "Suppression rule from this alert, simulated first", "suppress", P::ALL, G::Respond, alert).at(16),
    row(C::Suppress(Suppress::Rules), &[], "Suppression rules: show, edit, switch, extend, delete", "rules", P::ALL, G::Respond, session),
    row(C::Respond(Respond::Enter), &["Enter"], "Open what is under the cursor, or tick it", "open, tick", P::RESPOND, G::Respond, opens).at(1),
    reach(Reach::Widen, &["+", "="], "Activity log: a longer window", "longer").at(3),
    reach(Reach::Narrow, &["-"], "Activity log: a shorter window", "shorter").at(4),
    reach(Reach::Earlier, &["<"], "Activity log: an earlier window", "earlier").at(5),
    reach(Reach::Later, &[">"], "Activity log: a later window", "later").at(6),
    reach(Reach::Default, &["0"], "Activity log: the window around the alert", "around"),

    copy(Copy::Row, &["y y"], "Copy the row", "row"),
    copy(Copy::Id, &["y i"], "Copy the full id", "id"),
    copy(Copy::Entity, &["y e"], "Copy the first entity", "entity"),
    copy(Copy::Link, &["y l"], "Copy the portal's link", "portal link"),
    copy(Copy::Json, &["y j"], "Copy the source's JSON", "JSON"),
    copy(Copy::Defanged, &["Y"], "Copy title and entities for a ticket, addresses defanged", "defanged"),
    copy(Copy::ShowLink, &["o"], "Show and copy the portal's link", "link"),

    row(C::HandOver(HandOver::File), &["W"], "Export to a file: the marked alerts, else those listed", "export", P::BESIDE, G::HandOver, can_export),
    row(C::HandOver(HandOver::Script), &[], "Script: a change of status as curl or az rest commands", "script", P::ALL, G::HandOver, any_alert),
    row(C::HandOver(HandOver::Pipe), &["|"], "Give the alerts' JSON to a command and show its output", "pipe", P::ALL, G::HandOver, can_pipe),
    row(C::HandOver(HandOver::Shell), &["!"], "Give the alerts' JSON and the terminal to a command", "run", P::ALL, G::HandOver, can_pipe),

    row(C::Show(Show::Jobs), &["w"], "Running and recent work", "jobs", P::ALL, G::Program, always),
    row(C::Show(Show::Log), &["@"], "The audit log: everything done here", "audit log", P::ALL, G::Program, session),
    row(C::Show(Show::Help), &["?"], "Help for this pane", "help", P::ALL, G::Program, always).at(9),
    row(C::Show(Show::Histogram), &[], "Histogram above the list: show or hide", "histogram", P::BESIDE, G::Program, always),
    row(C::Show(Show::Palette), &[":"], "Every command by name", "commands", P::ALL, G::Program, always).at(10),
    row(C::App(App::Sync), &["R"], "Sync now", "sync", P::ALL, G::Program, source).also("refresh reload update"),
    row(C::App(App::Profile), &[], "Profile: open another of the config", "profile", P::ALL, G::Program, always),
    row(C::App(App::SignIn), &[], "Sign in anew, by a code in a browser", "sign in", P::ALL, G::Program, session).also("login"),
    row(C::App(App::Close), &["q"], "Close, or quit", "quit", P::ALL, G::Program, always).at(11).also("exit leave"),
    row(C::App(App::Theme), &[], "Other colours, for this session: the next theme", "colours", P::ALL, G::Program, many_colours),
    row(C::App(App::Mouse), &[], "Mouse on or off, for this session", "mouse", P::ALL, G::Program, always),
    row(C::App(App::Suspend), &[], "Suspend to the shell", "suspend", P::ALL, G::Program, always),
];
