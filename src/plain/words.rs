//! The words of plain mode: a new word is one row here. Help and README come from this table.

use crate::app::command::{
    App, Change, Command, Copy, Grouping, HandOver, Mark, Move, Narrow, Pivot, Record, Related, Respond,
    Show, Suppress, View,
};
use crate::app::model::Tab;
use crate::domain::Status;

/// What a word does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Print a page of the list.
    List,
    /// Print what follows.
    More,
    /// Say where the user is.
    Here,
    /// Move the cursor.
    Step(Move),
    /// Print the summary of an alert.
    Open,
    /// Print a tab of an alert.
    Tab(Tab),
    /// A section of *Take action*.
    Section,
    /// Something numbered in the text that is open.
    Item,
    /// The Enter key.
    Enter,
    /// Mark by numbers.
    Mark,
    /// Unmark by numbers.
    Unmark,
    /// Print what is marked.
    Marks,
    /// Another filter, or say the one in force.
    Filter,
    /// The filter with more terms.
    Narrow,
    /// Groups of the list.
    Group,
    /// Print them.
    Groups,
    /// Mark them.
    MarkGroup,
    /// A view.
    View,
    /// A time range.
    Time,
    /// An order.
    Sort,
    /// A status by its name.
    Status,
    /// A command on the alerts of these numbers, or on what is marked, or on the alert that is open.
    On(Command),
    /// A note.
    Note,
    /// Feedback.
    Feedback,
    /// The alerts that share an entity.
    Pivot,
    /// Something to print for copying.
    Copy,
    /// A command as it is.
    Run(Command),
    /// Wait for running changes.
    Wait,
    /// Keys of the screen.
    Press,
    /// Words.
    Help,
    /// Leave.
    Quit,
}

/// One word.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    /// Its spellings; the first is the one shown.
    pub names: &'static [&'static str],
    /// What can follow it.
    pub takes: &'static str,
    /// What it does.
    pub does: &'static str,
    /// The same for the program.
    pub verb: Verb,
}

const fn word(names: &'static [&'static str], takes: &'static str, does: &'static str, verb: Verb) -> Word {
    Word { names, takes, does, verb }
}

use Verb as V;

/// Every word, in the order of the help.
#[rustfmt::skip] // one row each
pub static WORDS: &[Word] = &[
    word(&["list", "l"], "[PAGE]", "prints a page of the list; its numbers stay the same until the next list, or until the filter, order, groups or view is another", V::List),
    word(&["more"], "", "prints what follows: of the list, or of a long text", V::More),
    word(&["here", "where"], "", "says where you are; so does an empty line", V::Here),
    word(&["next", "n"], "", "goes to the next alert and reads it", V::Step(Move::Down)),
    word(&["previous", "prev"], "", "goes to the alert before and reads it", V::Step(Move::Up)),
    word(&["first"], "", "goes to the first alert", V::Step(Move::First)),
    word(&["last"], "", "goes to the last alert", V::Step(Move::Last)),
    word(&["open"], "[NUMBER]", "reads an alert: what happened, where, and its entities; a number alone does the same", V::Open),
    word(&["details"], "[NUMBER]", "opens an alert with everything that is known of it", V::Tab(Tab::Details)),
    word(&["respond", "act"], "[NUMBER]", "opens what can be done about an alert, in six sections", V::Tab(Tab::Respond)),
    word(&["section"], "NUMBER", "of that, reads a section: 1 context, 2 mitigate, 3 prevent, 4 trigger, 5 suppress, 6 e-mail", V::Section),
    word(&["item"], "NUMBER", "opens or ticks an item of the text that is open; there, a number alone does the same", V::Item),
    word(&["enter"], "", "does what the Enter key does on the screen: opens, ticks or edits what you are at", V::Enter),
    word(&["related"], "[NUMBER]", "opens what other alerts have in common with an alert", V::Tab(Tab::Related)),
    word(&["history"], "[NUMBER]", "reads what was done to an alert here", V::Tab(Tab::History)),
    word(&["json"], "[NUMBER]", "reads the source's JSON", V::Tab(Tab::Json)),
    word(&["back", "close", "esc"], "", "goes one step back: out of an alert, a pivot, a filter", V::Run(Command::Go(crate::app::command::Go::Back))),
    word(&["mark"], "NUMBERS|all", "marks alerts, such as mark 1-5 7; mark all marks all that match the filter", V::Mark),
    word(&["unmark"], "NUMBERS|all", "takes marks off; of a set marked by mark all, these are kept as they are", V::Unmark),
    word(&["marks"], "", "reads what is marked", V::Marks),
    word(&["invert"], "", "marks what is not marked, among those that match", V::Run(Command::Mark(Mark::Invert))),
    word(&["marks-again"], "", "brings the last set of marks back", V::Run(Command::Mark(Mark::Last))),
    word(&["filter"], "[FILTER]", "filters the list; alone, says the filter in force. /FILTER does the same", V::Filter),
    word(&["narrow"], "FILTER", "adds terms to the filter", V::Narrow),
    word(&["clear"], "", "clears the filter: every alert", V::Run(Command::Narrow(Narrow::Clear))),
    word(&["view"], "DIGIT|NAME|save DIGIT", "opens a view: 1 open, 2 mine, 3 dismissed, 4 resolved, 0 all, and yours; save 5 saves the list as it is; alone, says which there are and what is new", V::View),
    word(&["choose"], "", "adds to the filter: asks for a field, then for its values, with their counts", V::Run(Command::Narrow(Narrow::Add))),
    word(&["group"], "KEY|none", "groups the list by severity, status, type, resource, group, subscription, tactic, entity or incident", V::Group),
    word(&["groups"], "", "reads the groups, numbered, with how many alerts each has", V::Groups),
    word(&["mark-group"], "NUMBERS", "marks the alerts of groups by the numbers that groups gave", V::MarkGroup),
    word(&["time"], "24h|7d|30d|any|RANGE", "filters to a time range", V::Time),
    word(&["sort"], "KEY", "sorts by severity, time, status, title, resource, type, group or subscription; again: reverse", V::Sort),
    word(&["dismiss"], "[NUMBERS]", "dismisses, with a reason; asks first", V::On(Command::Change(Change::Set(Status::Dismissed)))),
    word(&["status"], "STATUS [NUMBERS]", "sets active, in-progress, resolved or dismissed; asks first if it is about several", V::Status),
    word(&["take"], "[NUMBERS]", "sets in progress, and mine", V::On(Command::Change(Change::Take))),
    word(&["undo"], "", "takes the last change back, on the server too; asks first if it is about several", V::Run(Command::Change(Change::Undo))),
    word(&["redo"], "", "takes the last undo back; asks first if it is about several", V::Run(Command::Change(Change::Redo))),
    word(&["repeat"], "", "makes the last decision again, on the next alert", V::Run(Command::Change(Change::Repeat))),
    word(&["twins"], "", "makes the last decision for the twins of its alerts too", V::Run(Command::Change(Change::Twins))),
    word(&["failures", "retry"], "", "lists what was refused of the last change, and asks whether to send that again", V::Run(Command::Change(Change::Failures))),
    word(&["wait"], "", "waits until running changes are done and files are read, and says how that ended", V::Wait),
    word(&["pivot"], "[NUMBER] [LETTER]", "lists the alerts that share an entity with an alert; without a letter, asks which", V::Pivot),
    word(&["unpivot"], "", "goes back to where the last pivot began", V::Run(Command::Pivot(Pivot::Back))),
    word(&["note"], "[NUMBERS] [TEXT]", "writes a note, such as note 1-3,7 seen before; without a text, asks for it", V::Note),
    word(&["assign"], "[NUMBERS]", "assigns to somebody, or to nobody", V::On(Command::Record(Record::Assign))),
    word(&["feedback"], "useful|not-useful [NUMBERS]", "judges alerts, with a reason and a comment", V::Feedback),
    word(&["suppress"], "[NUMBER]", "makes a suppression rule from an alert, and says what it would have matched", V::On(Command::Suppress(Suppress::New))),
    word(&["rules"], "", "lists the suppression rules", V::Run(Command::Suppress(Suppress::Rules))),
    word(&["copy"], "id|row|link|json|entity [NUMBER]", "prints it alone on its lines: here printing is copying", V::Copy),
    word(&["export"], "", "writes the marked alerts, else those listed, to a file", V::Run(Command::HandOver(HandOver::File))),
    word(&["script"], "[NUMBERS]", "writes a change of status as a script of curl or az rest commands", V::On(Command::HandOver(HandOver::Script))),
    word(&["pipe"], "[NUMBERS]", "gives the alerts' JSON to a command and reads its output", V::On(Command::HandOver(HandOver::Pipe))),
    word(&["attack"], "", "reads which tactics of ATT&CK are hit, on demand their techniques, and lists the alerts of one", V::Run(Command::Show(Show::Attack))),
    word(&["timeline"], "", "reads when alerts came, and filters to one of these times", V::Run(Command::Show(Show::Timeline))),
    word(&["jobs"], "", "reads running and recent work", V::Run(Command::Show(Show::Jobs))),
    word(&["log"], "", "reads the audit log: everything done here", V::Run(Command::Show(Show::Log))),
    word(&["sync"], "", "asks the source for news now", V::Run(Command::App(App::Sync))),
    word(&["press"], "KEYS", "presses keys as on the screen, such as press ctrl-d Enter; most keys work without this word", V::Press),
    word(&["help"], "[WORD]", "reads these words, or one of them", V::Help),
    word(&["quit", "exit"], "", "leaves; what is queued is sent the next time", V::Quit),
];

/// The word of a spelling, in any letter case.
pub fn find(name: &str) -> Option<&'static Word> {
    WORDS.iter().find(|word| word.names.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

/// What to type for a command, where its keys are named on a screen; none where keys are what there is.
pub fn of(command: Command) -> Option<String> {
    let words = match command {
        Command::Mark(Mark::All) => "mark all".to_owned(),
        Command::Mark(Mark::None) => "unmark all".to_owned(),
        Command::Narrow(Narrow::Edit) => "filter".to_owned(),
        Command::Sort(key) => format!("sort {}", key.word()),
        Command::Group(Grouping::By(by)) => format!("group {by}"),
        Command::Group(Grouping::None) => "group none".to_owned(),
        Command::View(View::Digit(digit)) => format!("view {digit}"),
        Command::View(View::Save(digit)) => format!("view save {digit}"),
        Command::View(View::Last) => "view -".to_owned(),
        Command::Change(Change::Set(status)) if status != Status::Dismissed => {
            format!("status {}", status.word())
        }
        Command::Pivot(Pivot::Entity(0)) => "pivot a".to_owned(),
        Command::Pivot(Pivot::Menu) => "pivot".to_owned(),
        Command::Record(Record::Note) => "note".to_owned(),
        Command::Record(Record::Judge(useful)) => {
            format!("feedback {}", if useful { "useful" } else { "not-useful" })
        }
        Command::Copy(Copy::Row) => "copy row".to_owned(),
        Command::Copy(Copy::Id) => "copy id".to_owned(),
        Command::Copy(Copy::Entity) => "copy entity".to_owned(),
        Command::Copy(Copy::Link) => "copy link".to_owned(),
        Command::Copy(Copy::Json) => "copy json".to_owned(),
        Command::App(App::Close) => "quit".to_owned(),
        command => {
            let is = |word: &&Word| matches!(word.verb, V::Run(of) | V::On(of) if of == command);
            WORDS.iter().find(is)?.names[0].to_owned()
        }
    };
    Some(words)
}

/// The command that shows a tab where the words say no more than that.
pub fn of_item(tab: Tab) -> Option<Command> {
    match tab {
        Tab::Respond => Some(Command::Respond(Respond::Enter)),
        Tab::Related => Some(Command::Related(Related::Open)),
        Tab::Details | Tab::History | Tab::Json => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::app::Message;
    use crate::app::command::COMMANDS;
    use crate::app::harness::Harness;
    use crate::app::message::Ask;
    use crate::domain::view::ViewRef;
    use crate::plain::session::{Plain, Step, Wish};

    #[test]
    fn no_two_words_are_spelled_alike_and_all_are_ascii() {
        let names: Vec<&str> = WORDS.iter().flat_map(|word| word.names).copied().collect();
        let different: HashSet<&&str> = names.iter().collect();
        assert_eq!(different.len(), names.len());
        for word in WORDS {
            assert!(word.does.is_ascii() && word.takes.is_ascii(), "{}", word.names[0]);
        }
    }

    /// What a text says to type is what the words understand, and not the key of another command.
    #[test]
    fn what_is_said_to_be_typed_means_its_command() {
        let mut said = 0;
        for spec in COMMANDS {
            let Some(text) = of(spec.command) else { continue };
            let harness = Harness::small();
            let mut plain = Plain::new(80, true);
            let steps = plain.typed(&harness.model, &text);
            let meant = match spec.command {
                // Lines have no bar that could be opened, and nothing is closed before the program is left.
                Command::Narrow(Narrow::Edit) => steps.is_empty() && matches!(plain.wish, Some(Wish::Say(_))),
                Command::App(App::Close) => steps == [Step::Send(Message::Ask(Ask::Leave))],
                Command::View(View::Digit(digit @ ..=4)) => {
                    steps == [Step::Send(Message::Ask(Ask::View(ViewRef::BuiltIn(digit))))]
                }
                command => steps.last() == Some(&Step::Send(Message::Ask(Ask::Run(command)))),
            };
            assert!(meant, "{text}: {:?}, {steps:?}, {:?}", spec.command, plain.wish);
            said += 1;
        }
        assert!(said > WORDS.len() / 2, "{said}");
    }
}
