//! From a line to messages, where nothing is asked.

use crate::app::Message;
use crate::app::command::{
    COMMANDS, Change, Command, Copy, Grouping, Mark, Move, Narrow, Pivot, Record, Respond, Scope, Show, Span,
    spec,
};
use crate::app::key::Key;
use crate::app::message::Ask;
use crate::app::model::{Model, Pane, Section, Tab};
use crate::app::overlays::{matching, named};
use crate::domain::filter::parse;
use crate::domain::key_set::KeySet;
use crate::domain::query::{GroupBy, SortKey};
use crate::domain::{SafeStr, Status};
use crate::plain::line::{Line, first, numbers, read};
use crate::plain::overlays::{elsewhere, typed};
use crate::plain::session::{Plain, Step, Wish};
use crate::plain::words::{Verb, of_item};
use crate::plain::{PAGE, help, views};

pub(super) type Steps = Result<Vec<Step>, String>;

/// One step: a wish of the core.
pub(super) fn ask(wish: Ask) -> Step {
    Step::Send(Message::Ask(wish))
}

pub(super) fn run(command: Command) -> Step {
    ask(Ask::Run(command))
}

pub(super) fn press(key: Key) -> Step {
    Step::Send(Message::Key(key))
}

/// What a line asks for.
pub(super) fn line(plain: &mut Plain, model: &Model, text: &str) -> Steps {
    if model.chord.is_some() {
        return chord(plain, model, text);
    }
    if matches!(text.trim(), "y" | "Y" | "yes" | "no") {
        return Err("nothing is asked now".to_owned());
    }
    plainly(plain, model, text)
}

/// A line where no chord waits for its second key.
fn plainly(plain: &mut Plain, model: &Model, text: &str) -> Steps {
    let steps = match read(text, Scope::of(model), &model.settings.keymap) {
        Line::Empty => wish(plain, Wish::Here),
        Line::Number(number) => match open_tab(model) {
            Some(tab) if of_item(tab).is_some() => item(model, number),
            _ => open(plain, model, number),
        },
        Line::Word(word, rest) => verb(plain, model, word.verb, rest),
        Line::Filter(text) => filter(text),
        Line::Name(name) => by_name(name),
        Line::Keys(keys) => Ok(keys.into_iter().map(press).collect()),
        Line::Unknown(text) => Err(format!(
            "\"{}\" is no word here. help reads the words; :{} looks for a command of that name",
            SafeStr(text),
            SafeStr(text)
        )),
    }?;
    Ok(off_heading(model).into_iter().chain(steps).collect())
}

/// Puts the cursor on the first alert of a group, where it is on the heading, which lines do not have: keys would mean the
/// whole group there.
fn off_heading(model: &Model) -> Option<Step> {
    let on_heading = model.list.on_heading && model.focus == Pane::List;
    super::alerts::cursor(model).filter(|_| on_heading).map(|key| ask(Ask::Cursor(key)))
}

#[allow(clippy::unnecessary_wraps)] // what every word gives
pub(super) fn wish(plain: &mut Plain, wish: Wish) -> Steps {
    plain.wish = Some(wish);
    Ok(Vec::new())
}

/// The keys that follow a chord. An empty line leaves it; so does anything but keys, which then means what it always does.
fn chord(plain: &mut Plain, model: &Model, text: &str) -> Steps {
    let named: Option<Vec<Key>> = text.split_whitespace().map(Key::parse).collect();
    let mut steps = vec![press(Key::plain(crate::app::key::Code::Esc))];
    match named {
        Some(keys) if keys.is_empty() => {}
        Some(keys) => steps = keys.into_iter().map(press).collect(),
        None => steps.extend(plainly(plain, model, text)?),
    }
    Ok(steps)
}

fn open_tab(model: &Model) -> Option<Tab> {
    model.details.full.as_ref().filter(|_| model.focus == Pane::Full).map(|full| full.tab)
}

/// The summary of an alert; of one that the list does not show, all of it.
fn open(plain: &mut Plain, model: &Model, number: usize) -> Steps {
    let key = plain.alerts(&[number])?[0];
    plain.wish = Some(Wish::Summary);
    if model.list.listing.place(key).is_none() {
        return Ok(vec![ask(Ask::Open(key, Tab::Details))]);
    }
    Ok(vec![ask(Ask::Cursor(key))])
}

/// Opens an item of the text that is open.
fn item(model: &Model, number: usize) -> Steps {
    let (tab, page) = match open_tab(model) {
        Some(Tab::Respond) => (Tab::Respond, &model.respond.page),
        Some(Tab::Related) => (Tab::Related, &model.related.page),
        _ => return Err("items are numbered in respond and in related: open one of them first".to_owned()),
    };
    let count = page.items.len();
    let at = number.checked_sub(1).filter(|at| *at < count);
    match (at, of_item(tab)) {
        (Some(at), Some(command)) => Ok(vec![ask(Ask::Item(at)), run(command)]),
        // The mail settings are edited as a whole.
        (None, Some(command)) if count == 0 && tab == Tab::Respond => Ok(vec![run(command)]),
        _ => Err(match count {
            0 => "there is no numbered item here".to_owned(),
            count => format!("the items here are 1 to {count}"),
        }),
    }
}

/// Puts the cursor or the marks on what numbers name; without any, what is marked, open or under the cursor stays meant.
fn on(plain: &mut Plain, model: &Model, text: &str) -> Steps {
    let keys = plain.alerts(&numbers(text)?)?;
    plain.own = None;
    Ok(match keys.as_slice() {
        [] => Vec::new(),
        [key] if model.list.marks.is_empty() && model.list.listing.place(*key).is_some() => {
            vec![ask(Ask::Cursor(*key))]
        }
        _ => {
            let own: KeySet =
                keys.iter().copied().filter(|key| model.table.position(*key).is_some()).collect();
            plain.own = Some(own).filter(|own| !own.is_empty() && *own != model.list.marks);
            vec![ask(Ask::MarkOnly(keys))]
        }
    })
}

/// The same for what is about one alert.
fn on_one(plain: &Plain, model: &Model, text: &str) -> Steps {
    match numbers(text)?.as_slice() {
        [] | [_] => {}
        _ => return Err("this is about one alert: one number".to_owned()),
    }
    let key = plain.alerts(&numbers(text)?)?;
    Ok(key
        .first()
        .map(|key| {
            let listed = model.list.listing.place(*key).is_some();
            ask(if listed { Ask::Cursor(*key) } else { Ask::Open(*key, Tab::Details) })
        })
        .into_iter()
        .collect())
}

#[allow(clippy::unnecessary_wraps)] // what every word gives
fn then(mut steps: Vec<Step>, command: Command) -> Steps {
    steps.push(run(command));
    Ok(steps)
}

fn verb(plain: &mut Plain, model: &Model, verb: Verb, rest: &str) -> Steps {
    match verb {
        Verb::List => list(plain, model, rest),
        Verb::More => more(plain),
        Verb::Here => wish(plain, Wish::Here),
        Verb::Marks => wish(plain, Wish::Marks),
        Verb::Step(step) => walk(model, step),
        Verb::Open if rest.is_empty() => wish(plain, Wish::Summary),
        Verb::Open => match numbers(rest)?.as_slice() {
            [number] => open(plain, model, *number),
            _ => Err("open reads one alert: open 3".to_owned()),
        },
        Verb::Tab(tab) => {
            let key = match numbers(rest)?.as_slice() {
                [] => model.details.full.as_ref().map(|full| full.key).or(super::alerts::cursor(model)),
                [number] => plain.alerts(&[*number])?.first().copied(),
                _ => return Err("this is about one alert: one number".to_owned()),
            };
            plain.wish = Some(Wish::Tab);
            let key = key.ok_or_else(|| "no alert is under the cursor".to_owned())?;
            Ok(vec![ask(Ask::Open(key, tab))])
        }
        Verb::Section => section(plain, model, rest),
        Verb::Item => match rest.parse() {
            Ok(number) => item(model, number),
            Err(_) => Err("item takes a number: item 2".to_owned()),
        },
        Verb::Enter => Ok(vec![press(Key::plain(crate::app::key::Code::Enter))]),
        Verb::Mark | Verb::Unmark => mark(plain, verb == Verb::Mark, rest),
        Verb::Filter if rest.is_empty() => {
            let mut said = vec![super::tabs::filter(model), super::alerts::counts(model)];
            said.extend(super::alerts::goes_on(model));
            wish(plain, Wish::Say(said))
        }
        Verb::Filter => filter(rest),
        Verb::Narrow => match parse(rest) {
            Ok(more) => filter(&model.filter.applied.and(&more).to_string()),
            Err(_) => filter(rest),
        },
        Verb::View => views::word(plain, model, rest),
        Verb::Group => group(rest),
        Verb::Groups => {
            plain.grouped = model.list.listing.clone();
            let said = super::alerts::groups(&plain.grouped);
            let said = plain.part(said);
            wish(plain, Wish::Say(said))
        }
        Verb::MarkGroup => mark_groups(plain, rest),
        Verb::Time => Ok(time(rest)),
        Verb::Sort => sort(rest),
        Verb::Status => {
            let (name, rest) = first(rest);
            let status = Status::parse(name);
            if status == Status::Other {
                return Err(
                    "status takes active, in-progress, resolved or dismissed, and then numbers; here says where you are"
                        .to_owned()
                );
            }
            then(on(plain, model, rest)?, Command::Change(Change::Set(status)))
        }
        Verb::On(Command::Suppress(what)) => then(on_one(plain, model, rest)?, Command::Suppress(what)),
        Verb::On(command) => then(on(plain, model, rest)?, command),
        Verb::Note => note(plain, model, rest),
        Verb::Feedback => {
            let (name, rest) = first(rest);
            let useful = match name {
                "useful" | "yes" => true,
                "not-useful" | "not" | "no" => false,
                _ => return Err("feedback takes useful or not-useful, and then numbers".to_owned()),
            };
            let rest = rest.strip_prefix("useful").unwrap_or(rest);
            then(on(plain, model, rest)?, Command::Record(Record::Judge(useful)))
        }
        Verb::Pivot => pivot(plain, model, rest),
        Verb::Copy => copy(plain, model, rest),
        Verb::Run(command) if rest.is_empty() => Ok(vec![run(command)]),
        Verb::Run(_) => Err("nothing can follow this word".to_owned()),
        Verb::Wait => Ok(vec![Step::Wait]),
        Verb::Press => {
            let named: Vec<Option<Key>> = rest.split_whitespace().map(Key::parse).collect();
            let keys: Option<Vec<Key>> = named.into_iter().collect();
            match keys.filter(|keys| !keys.is_empty()) {
                Some(keys) => Ok(keys.into_iter().map(press).collect()),
                None => Err("press takes keys parted by blanks, such as press ctrl-d Enter".to_owned()),
            }
        }
        Verb::Help => {
            let said = help::text(rest, plain.width);
            let said = plain.part(said);
            wish(plain, Wish::Say(said))
        }
        Verb::Quit => Ok(vec![ask(Ask::Leave)]),
    }
}

/// The numbers, then the text. Where no note can be written, none is typed: its keys would mean something else.
fn note(plain: &mut Plain, model: &Model, rest: &str) -> Steps {
    let command = Command::Record(Record::Note);
    // Several numbers before a text are one part, `1-3,7`: a text may well begin with a number.
    let is_number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit()) && numbers(part).is_ok();
    let (named, text) = match first(rest) {
        _ if numbers(rest).is_ok() => (rest, ""),
        (part, text) if is_number(part) => (part, text),
        _ => ("", rest),
    };
    let mut steps = then(on(plain, model, named)?, command)?;
    if !text.is_empty() {
        if let Some(Err(why)) = spec(command).map(|spec| (spec.available)(model)) {
            return Err(why);
        }
        steps.extend(typed(text));
    }
    Ok(steps)
}

fn list(plain: &mut Plain, model: &Model, rest: &str) -> Steps {
    let page = match rest {
        "" => 1,
        number => number.parse::<usize>().ok().filter(|page| *page > 0).ok_or("list takes a page: list 2")?,
    };
    plain.freeze(&model.list.listing);
    plain.wish = Some(Wish::List((page - 1).saturating_mul(PAGE)));
    // A list is read in the list: an alert that is open is closed.
    let open = model.focus == Pane::Full;
    Ok(model.list.cursor.filter(|_| open).map(|key| ask(Ask::Cursor(key))).into_iter().collect())
}

fn more(plain: &mut Plain) -> Steps {
    if !plain.rest.is_empty() {
        let rest = plain.take_rest();
        return wish(plain, Wish::Say(rest));
    }
    match plain.printed.last() {
        Some(last) => {
            let from = last.end;
            wish(plain, Wish::List(from))
        }
        None => Err("nothing was printed that goes on; list begins".to_owned()),
    }
}

/// Movement is in the list, also while an alert is open: there it opens the next one.
fn walk(model: &Model, step: Move) -> Steps {
    let listing = &model.list.listing;
    let last = listing.len().checked_sub(1).ok_or_else(|| super::alerts::nothing(model))?;
    let place = match step {
        Move::Down => model.list.place + 1,
        Move::Up => model.list.place.checked_sub(1).ok_or("this is the first alert")?,
        Move::Last => last,
        _ => 0,
    };
    let key = listing.key(place).ok_or("this is the last alert")?;
    Ok(vec![match open_tab(model) {
        Some(tab) => ask(Ask::Open(key, tab)),
        None => ask(Ask::Cursor(key)),
    }])
}

fn section(plain: &mut Plain, model: &Model, rest: &str) -> Steps {
    let named = |section: &Section| {
        rest == section.digit().to_string()
            || !rest.is_empty() && section.title().to_lowercase().starts_with(&rest.to_lowercase())
    };
    let found = Section::ALL.into_iter().find(named);
    let section =
        found.ok_or("section takes 1 context, 2 mitigate, 3 prevent, 4 trigger, 5 suppress, 6 e-mail")?;
    let mut steps = Vec::new();
    if open_tab(model) != Some(Tab::Respond) {
        steps.push(run(Command::Respond(Respond::Open)));
    }
    steps.push(run(Command::Respond(Respond::Section(section))));
    plain.wish = Some(Wish::Tab);
    Ok(steps)
}

fn mark(plain: &Plain, on: bool, rest: &str) -> Steps {
    match (rest, on) {
        ("all", true) => Ok(vec![run(Command::Mark(Mark::All))]),
        ("all" | "none", false) => Ok(vec![run(Command::Mark(Mark::None))]),
        ("", true) => Err("mark takes numbers: mark 1-5 7, or mark all".to_owned()),
        ("", false) => Err("unmark takes numbers: unmark 1-5 7, or unmark all".to_owned()),
        _ => Ok(vec![ask(Ask::Mark(plain.alerts(&numbers(rest)?)?, on))]),
    }
}

fn filter(text: &str) -> Steps {
    let text = if text == "*" { "" } else { text };
    match parse(text) {
        Ok(_) => Ok(vec![ask(Ask::Filter(text.to_owned()))]),
        Err(error) => {
            let at = text.get(..error.span.start).map_or(0, |before| before.chars().count()) + 1;
            let wrong = text.get(error.span.clone()).unwrap_or_default();
            let there = if wrong.is_empty() { String::new() } else { format!(", at \"{}\"", SafeStr(wrong)) };
            Err(format!("the filter stays as it was. Mistake at character {at}{there}: {error}"))
        }
    }
}

fn group(rest: &str) -> Steps {
    let grouping = match rest {
        "none" | "" => Grouping::None,
        word => Grouping::By(GroupBy::parse(word).map_err(|error| error.to_string())?),
    };
    Ok(vec![run(Command::Group(grouping))])
}

/// Marks the alerts that the groups had when they were printed.
fn mark_groups(plain: &Plain, rest: &str) -> Steps {
    let groups = plain.grouped.groups.as_ref().map(|groups| groups.groups.as_slice()).unwrap_or_default();
    if groups.is_empty() {
        return Err("no groups were printed: group by something, then type groups".to_owned());
    }
    let mut keys = Vec::new();
    for number in numbers(rest)? {
        let group = number.checked_sub(1).and_then(|at| groups.get(at));
        let group = group.ok_or_else(|| format!("the groups are 1 to {}", groups.len()))?;
        keys.extend((group.first..group.first + group.count).filter_map(|place| plain.grouped.key(place)));
    }
    if keys.is_empty() {
        return Err("mark-group takes numbers: mark-group 2".to_owned());
    }
    Ok(vec![ask(Ask::Mark(keys, true))])
}

fn time(rest: &str) -> Vec<Step> {
    let span = match rest {
        "24h" | "1d" | "day" => Span::Day,
        "7d" | "week" => Span::Week,
        "30d" | "month" => Span::Month,
        "any" | "all" => Span::Any,
        _ => Span::Custom,
    };
    let mut steps = vec![run(Command::Narrow(Narrow::Time(span)))];
    if span == Span::Custom && !rest.is_empty() {
        steps.push(Step::Send(Message::Paste(rest.to_owned())));
        steps.push(press(Key::plain(crate::app::key::Code::Enter)));
    }
    steps
}

fn sort(rest: &str) -> Steps {
    let known = SortKey::ALL.into_iter().find(|key| {
        !rest.is_empty() && (key.word().starts_with(rest) || *key == SortKey::Time && "age".starts_with(rest))
    });
    let Some(key) = known else {
        let words: Vec<&str> = SortKey::ALL.iter().map(|key| key.word()).collect();
        return Err(format!("sort takes one of {}", words.join(", ")));
    };
    Ok(vec![run(Command::Sort(key))])
}

fn pivot(plain: &Plain, model: &Model, rest: &str) -> Steps {
    let is_letter = |part: &&str| part.len() == 1 && part.chars().all(|c| c.is_ascii_lowercase());
    let letter = rest.split_whitespace().find(is_letter).and_then(|part| part.bytes().next());
    let number: Vec<&str> = rest.split_whitespace().filter(|part| !is_letter(part)).collect();
    let which = letter.map_or(Pivot::Menu, |letter| Pivot::Entity(letter - b'a'));
    then(on_one(plain, model, &number.join(" "))?, Command::Pivot(which))
}

fn copy(plain: &mut Plain, model: &Model, rest: &str) -> Steps {
    let (what, rest) = first(rest);
    let what = match what {
        "id" => Copy::Id,
        "row" => Copy::Row,
        "link" => Copy::Link,
        "json" => Copy::Json,
        "entity" => Copy::Entity,
        _ => return Err("copy takes id, row, link, json or entity".to_owned()),
    };
    let keys = plain.alerts(&numbers(rest)?)?;
    if !keys.is_empty() && matches!(what, Copy::Id | Copy::Row) {
        // Nothing has to be marked to be read.
        let known = keys.into_iter().filter_map(|key| model.table.get(key).map(|row| (key, row)));
        let lines = known.map(|(key, row)| match what {
            Copy::Id => SafeStr(row.id().as_str()).to_string(),
            _ => super::alerts::alert(plain, model, key),
        });
        let lines = lines.collect();
        return wish(plain, Wish::Say(lines));
    }
    then(on_one(plain, model, rest)?, Command::Copy(what))
}

/// A command by its name: at once where only one is meant, else the palette asks which.
fn by_name(name: &str) -> Steps {
    let found = matching(name);
    let begins = |at: &&usize| {
        COMMANDS.get(**at).is_some_and(|spec| spec.label.to_lowercase().starts_with(&name.to_lowercase()))
    };
    let exact: Vec<&usize> = found.iter().filter(begins).collect();
    // What only resembles a name may be another one.
    let only = match (exact.as_slice(), named(name).as_slice()) {
        ([one], _) => Some(**one),
        (_, [one]) => Some(*one),
        _ => None,
    };
    match only.and_then(|at| COMMANDS.get(at)) {
        Some(spec) => Ok(vec![run(spec.command)]),
        None if found.is_empty() => {
            Err(format!("no command is called \"{}\"{}", SafeStr(name), elsewhere(name)))
        }
        None => {
            let mut steps = vec![run(Command::Show(Show::Palette))];
            if !name.is_empty() {
                steps.push(Step::Send(Message::Paste(name.to_owned())));
            }
            Ok(steps)
        }
    }
}
