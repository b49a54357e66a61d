//! What the screen and the README say about the keys, from the table of commands.

use std::fmt::Write as _;

use super::available::{any_entity, can_save};
use super::{App, COMMANDS, Command, Go, Group, Panes, Pivot, Respond, Scope, Spec, View, name, sequence};
use crate::app::key::Key;
use crate::app::keymap::Keymap;
use crate::app::layout::SIDE_BY_SIDE;
use crate::app::message::Mention;
use crate::app::model::{Model, Pane, Section};
use crate::app::settings::Settings;
use crate::app::{details, first_run, overlays};
use crate::domain::view::DIGITS;

/// More than any rank of the table.
const LATER: u8 = 100;

/// One head of the help with its commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help {
    /// The head.
    pub title: &'static str,
    /// Keys and what they do.
    pub rows: Vec<(String, &'static str)>,
}

/// A key sequence as people read it: `f r`.
pub fn show_keys(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
}

/// Keys as the terminal can show them: without a sign for the arrows these are named. `v` would be another key.
pub fn shown_keys(keys: &str, settings: &Settings) -> String {
    let named = [("↑", "Up"), ("↓", "Down"), ("←", "Left"), ("→", "Right")];
    let named = named.into_iter().filter(|_| settings.ascii);
    named.fold(keys.to_owned(), |keys, (sign, name)| keys.replace(sign, name))
}

/// The next keys and what they do, the most important first.
pub fn hints(model: &Model) -> Vec<(String, &'static str)> {
    let mut hints = next_keys(model);
    for (keys, _) in &mut hints {
        *keys = shown_keys(keys, &model.settings);
    }
    hints
}

fn next_keys(model: &Model) -> Vec<(String, &'static str)> {
    let fixed = |hints: &[(&str, &'static str)]| -> Vec<(String, &'static str)> {
        hints.iter().map(|(keys, label)| ((*keys).to_owned(), *label)).collect()
    };
    if let Some(first_run) = &model.first_run {
        return fixed(first_run::hints(first_run));
    }
    if let Some(overlay) = model.overlays.last() {
        return fixed(&overlays::hints(model, overlay));
    }
    if model.filter.editing {
        let bar = &model.filter;
        let applies = bar.error.is_none() || bar.chosen.is_some();
        let chooses = bar.completion.items.len() > usize::from(bar.chosen.is_some());
        let mut hints = Vec::from_iter(applies.then_some(("Enter", "apply")));
        hints.extend(chooses.then_some(("Tab", "choose")));
        hints.extend([("Esc", "restore"), ("ctrl-u", "empty")]);
        return fixed(&hints);
    }
    if model.chord.is_some() {
        return which_key(model);
    }
    let scope = Scope::of(model);
    // What only this tab knows comes before what works everywhere.
    let rank = |spec: &Spec| if spec.panes == Panes::RESPOND { spec.rank } else { spec.rank + LATER };
    let keymap = &model.settings.keymap;
    let mut ranked: Vec<(u8, String, &'static str)> = keymap
        .in_scope(scope)
        .filter_map(|(spec, keys)| {
            let here = on_heading(model, spec).or_else(|| in_full(model, spec));
            let (rank, hint) =
                here.or_else(|| (spec.rank > 0).then(|| (rank(spec), in_section(model, spec))))?;
            (spec.available)(model).ok()?;
            Some((rank, show_keys(keys.first()?), hint))
        })
        .collect();
    ranked.extend(keymap.chords(scope).into_iter().filter_map(|first| {
        let chord = keymap.chord(scope, first).filter(|chord| chord.rank > 0)?;
        let typed = [first];
        let mut leads = following(model, &typed);
        let (one, keys) = leads.next()?;
        // The only one it leads to now is named itself.
        let (keys, hint) = if leads.all(|(other, _)| other.command == one.command) {
            (show_keys(keys), one.hint)
        } else {
            (first.to_string(), chord.hint)
        };
        Some((chord.rank + LATER, keys, hint))
    }));
    if scope == Scope::Respond
        && let [first, .., last] = Section::ALL.as_slice()
    {
        ranked.push((0, format!("{}–{}", first.digit(), last.digit()), "section"));
    }
    if let Some(hint) = interrupts(model) {
        ranked.push((0, Key::ctrl('c').to_string(), hint));
    }
    // Without a key to go by, what fills the screen or lies over the list is a trap.
    if model.focus == Pane::Full || model.focus == Pane::Details && model.size.0 < SIDE_BY_SIDE {
        ranked.push((
            u8::MAX,
            show_keys(keymap.of(Command::Go(Go::Back)).first().map_or(&[], Vec::as_slice)),
            "back",
        ));
    }
    ranked.sort_by_key(|(rank, ..)| *rank);
    ranked.into_iter().map(|(_, keys, label)| (keys, label)).collect()
}

/// The commands that can be used now and whose keys begin with those typed, with all their keys.
fn following<'m>(model: &'m Model, typed: &[Key]) -> impl Iterator<Item = (&'static Spec, &'m [Key])> {
    let sequences = model
        .settings
        .keymap
        .in_scope(Scope::of(model))
        .flat_map(|(spec, sequences)| sequences.iter().map(move |keys| (spec, keys.as_slice())));
    sequences
        .filter(move |(_, keys)| keys.len() > typed.len() && keys.starts_with(typed))
        .filter(|(spec, _)| (spec.available)(model).is_ok())
}

/// Why nothing that could follow the keys of the chord so far can be used now.
pub fn chord_refused(model: &Model) -> Option<String> {
    let typed = &model.chord.as_ref()?.pending.keys;
    if following(model, typed).next().is_some() {
        return None;
    }
    let keymap = &model.settings.keymap;
    let mut begun =
        keymap.in_scope(Scope::of(model)).filter(|(spec, _)| keymap.rest(spec.command, typed).is_some());
    begun.find_map(|(spec, _)| (spec.available)(model).err())
}

/// What ctrl-c does to what is under way, if anything can be cancelled.
fn interrupts(model: &Model) -> Option<&'static str> {
    let cancels = model.bulk.running.iter().any(|job| !job.cancelling)
        || model.saving.iter().any(|job| job.begun && !job.cancelling)
        || model.respond.trigger.confirmed.iter().any(|one| one.running && !one.cancelling);
    let reads = model.sync.reading.is_some() && !model.sync.stopping;
    if cancels { Some("cancel") } else { reads.then_some("stop reading") }
}

/// The entities whose letters can follow, when the chord so far is that of a pivot and they are known.
pub fn pivots(model: &Model) -> Option<&[Mention]> {
    let chord = model.chord.as_ref()?;
    let sequences = model.settings.keymap.of(Command::Pivot(Pivot::Entity(0)));
    let begun =
        sequences.iter().any(|keys| keys.split_last().is_some_and(|(_, begin)| begin == chord.pending.keys));
    let shown = details::current(model).filter(|_| any_entity(model).is_ok())?;
    begun.then_some(&shown.mentions)
}

/// True when the chord so far is that which saves views.
pub fn saves(model: &Model) -> bool {
    let Some(chord) = &model.chord else { return false };
    let (keymap, typed) = (&model.settings.keymap, &chord.pending.keys);
    let begun =
        DIGITS.into_iter().any(|digit| keymap.rest(Command::View(View::Save(digit)), typed).is_some());
    begun && can_save(model).is_ok()
}

/// What a command is called in the hint bar: Enter in *Take action* does what its section is there for.
fn in_section(model: &Model, spec: &Spec) -> &'static str {
    match model.respond.section {
        _ if spec.command != Command::Respond(Respond::Enter) => spec.hint,
        Section::Mitigate => "tick",
        Section::Contacts => "edit",
        _ => "open",
    }
}

/// What opening means on a heading of the list, and its rank there.
fn on_heading(model: &Model, spec: &Spec) -> Option<(u8, &'static str)> {
    let list = &model.list;
    let opens = spec.command == Command::Go(Go::Open) && Scope::of(model) == Scope::List && list.on_heading;
    let group = if opens { list.group_at(list.place) } else { None };
    group.map(|group| (LATER, if list.is_folded(group) { "unfold" } else { "fold" }))
}

/// In full details nothing quits: what closes there, and its rank.
fn in_full(model: &Model, spec: &Spec) -> Option<(u8, &'static str)> {
    let closes = model.focus == Pane::Full && spec.command == Command::App(App::Close);
    closes.then_some((spec.rank + LATER, "close"))
}

/// What can follow the keys of the chord so far, as far as it can be used now; the way out at the end.
pub fn which_key(model: &Model) -> Vec<(String, &'static str)> {
    let Some(chord) = &model.chord else { return Vec::new() };
    let typed = &chord.pending.keys;
    let keymap = &model.settings.keymap;
    let leave = ("Esc".to_owned(), "close");
    let others = |own: fn(Command) -> bool| {
        let can = |(spec, _): &(&Spec, _)| (spec.available)(model).is_ok();
        let specs = keymap.in_scope(Scope::of(model)).filter(can).filter(move |(spec, _)| !own(spec.command));
        let rests = specs.filter_map(|(spec, _)| Some((keymap.rest(spec.command, typed)?, spec.hint)));
        rests.chain([leave.clone()])
    };
    if let Some(mentions) = pivots(model) {
        let letters = match mentions.len() {
            1 => ("a".to_owned(), "its alerts"),
            several => {
                let last = char::from(b'a' + several.clamp(1, 26) as u8 - 1);
                (format!("a–{last}"), "alerts that share it")
            }
        };
        let is_letter = |command| matches!(command, Command::Pivot(Pivot::Entity(_)));
        return [letters].into_iter().chain(others(is_letter)).collect();
    }
    if saves(model) {
        let keys: Vec<String> =
            DIGITS.filter_map(|digit| keymap.rest(Command::View(View::Save(digit)), typed)).collect();
        let digits = match keys.as_slice() {
            [first, .., last] if keys.len() == DIGITS.count() => format!("{first}–{last}"),
            some => some.join(" "),
        };
        let is_save = |command| matches!(command, Command::View(View::Save(_)));
        return [(digits, "save what the list shows")].into_iter().chain(others(is_save)).collect();
    }
    following(model, typed)
        .map(|(spec, keys)| (show_keys(&keys[typed.len()..]), spec.hint))
        .chain([leave.clone()])
        .collect()
}

/// Every command of a scope by head, each with all its keys.
pub fn help(keymap: &Keymap, scope: Scope) -> Vec<Help> {
    let rows = |group: Group| -> Vec<(String, &'static str)> {
        keymap
            .in_scope(scope)
            .filter(|(spec, keys)| spec.group == group && !keys.is_empty())
            .map(|(spec, keys)| (every_key(keys), spec.label))
            .collect()
    };
    Group::ALL
        .into_iter()
        .map(|group| Help { title: group.title(), rows: rows(group) })
        .filter(|help| !help.rows.is_empty())
        .collect()
}

/// Every sequence of a command.
pub fn every_key(sequences: &[Vec<Key>]) -> String {
    sequences.iter().map(|keys| show_keys(keys)).collect::<Vec<_>>().join(", ")
}

/// The README's tables of keys, in Markdown.
pub fn readme_table() -> String {
    let mut text = String::new();
    for group in Group::ALL {
        let _ = write!(text, "**{}**\n\n| key | does |\n| --- | --- |\n", group.title());
        for spec in COMMANDS.iter().filter(|spec| spec.group == group && !spec.keys.is_empty()) {
            let keys: Vec<String> =
                spec.keys.iter().map(|keys| format!("`{}`", show_keys(&sequence(keys)))).collect();
            let _ = writeln!(text, "| {} | {} |", keys.join(" "), spec.label);
        }
        text.push('\n');
    }
    for (title, hints) in overlays::guides() {
        let _ = write!(text, "**{title}**\n\n| key | does |\n| --- | --- |\n");
        for (keys, label) in *hints {
            let _ = writeln!(text, "| `{keys}` | {label} |");
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// The commands as the config's example lists them: each commented out, with its keys and what it does.
pub fn example_rows() -> String {
    let mut text = String::new();
    for spec in COMMANDS {
        let keys: Vec<String> =
            spec.keys.iter().map(|keys| format!("\"{}\"", keys.replace('\\', "\\\\"))).collect();
        let _ = writeln!(text, "# {} = [{}]  # {}", name(spec.command), keys.join(", "), spec.label);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::app::command::{CHORDS, Panes};
    use crate::app::keymap::is_fragile;

    #[test]
    fn every_key_of_the_table_is_a_key() {
        for spec in COMMANDS {
            for keys in spec.keys {
                assert_eq!(show_keys(&sequence(keys)), *keys, "{}", spec.label);
            }
        }
    }

    #[test]
    fn no_two_commands_of_a_pane_share_a_key_and_no_chord_hides_one() {
        for (at, one) in COMMANDS.iter().enumerate() {
            for other in COMMANDS[at + 1..].iter().filter(|other| one.panes.overlaps(other.panes)) {
                for keys in one.sequences() {
                    for others in other.sequences() {
                        let clash = keys.starts_with(&others) || others.starts_with(&keys);
                        assert!(!clash, "{} and {}", one.label, other.label);
                    }
                }
            }
        }
    }

    #[test]
    fn no_command_hangs_on_a_fragile_key_alone() {
        for spec in COMMANDS.iter().filter(|spec| !spec.keys.is_empty()) {
            let sound = |keys: Vec<Key>| keys.iter().all(|key| !is_fragile(*key));
            assert!(spec.sequences().any(sound), "{}", spec.label);
        }
    }

    #[test]
    fn every_command_is_declared_once_and_every_chord_named() {
        let commands: HashSet<Command> = COMMANDS.iter().map(|spec| spec.command).collect();
        assert_eq!(commands.len(), COMMANDS.len());
        for keys in COMMANDS.iter().flat_map(|spec| spec.keys) {
            if let Some((first, _)) = keys.split_once(' ') {
                assert!(CHORDS.iter().any(|chord| chord.key == first), "{keys}");
            }
        }
    }

    #[test]
    fn help_lists_every_command_that_works_in_the_pane() {
        for scope in Scope::ALL {
            let keymap = Keymap::default();
            let listed: usize = help(&keymap, scope).iter().map(|help| help.rows.len()).sum();
            assert_eq!(listed, keymap.in_scope(scope).filter(|(_, keys)| !keys.is_empty()).count());
        }
        assert!(Panes::BESIDE.contains(Scope::Details) && !Panes::BESIDE.contains(Scope::Full));
    }

    #[test]
    fn the_readme_names_every_key() {
        let table = readme_table();
        for spec in COMMANDS.iter().filter(|spec| !spec.keys.is_empty()) {
            assert!(table.contains(&format!("| {} |", spec.label)), "{}", spec.label);
        }
        assert!(table.contains("| `f r` |") && table.contains("| `d` `s d` |"));
    }
}
