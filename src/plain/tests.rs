//! Talks with the core behind them: what each line is answered with.

mod reading;
mod sets;
mod talk;

use crate::app::Effect;
use crate::app::effect::SignInOrder;
use crate::app::harness::{Given, Harness, ROW, now};
use crate::app::key::Key;
use crate::app::keymap::{Preset, build};
use crate::app::message::{FirstLook, Message, SignInFound, SignInNews, Start};
use crate::app::model::{Overlay, ShownCode};
use crate::domain::{SafeText, Severity};

use talk::Talk;

#[test]
fn the_list_is_read_filtered_and_sorted() {
    let mut talk = Talk::small();
    talk.say(&["list", "2", "next", "prev", "prev", "filter severity:high", "/", "filter severity:purple"]);
    talk.say(&[
        "view 3",
        "view nowhere",
        "view",
        "sort age",
        "sort nothing",
        "time 7d",
        "clear",
        "list 2",
        "more",
        "here",
    ]);
    insta::assert_snapshot!(talk.written);
}

#[test]
fn marks_are_made_by_number_and_a_change_says_the_exact_set() {
    let mut talk = Talk::small();
    talk.say(&[
        "mark 1",
        "list",
        "mark 1-2 9",
        "mark 1-2",
        "marks",
        "dismiss",
        "",
        "dismiss",
        "z",
        "y",
        "3",
        "c two lines",
    ]);
    talk.say(&["y"]).meanwhile(|harness| {
        harness.verify(1, &[2]);
    });
    talk.say(&["", "failures", "", "undo", "unmark all", "y", "mark all", "unmark 1", "take", "y"]);
    insta::assert_snapshot!(talk.written);
}

#[test]
fn a_number_keeps_its_alert_until_the_next_list() {
    let mut talk = Talk::small();
    talk.say(&["list", "mark 1"]);
    assert_eq!(talk.harness.marked(), [1], "number 1 is what was printed as 1");
    // Another list has other alerts: the old numbers change none of them.
    for other in ["filter severity:medium", "view 0", "group severity", "sort title"] {
        talk.say(&["unmark all", other, "mark 1", "status resolved 1"]);
        assert!(talk.written.contains("The list changed: type list first"), "{}", talk.written);
        assert!(talk.harness.marked().is_empty() && talk.harness.submitted().is_empty(), "{other}");
        talk.say(&["list", "mark 1"]);
        assert_eq!(talk.harness.marked().len(), 1, "{other}");
    }
    talk.say(&["group none", "sort severity", "filter severity:medium", "unmark all", "list", "mark 1"]);
    assert_eq!(talk.harness.marked(), [3]);
    // An alert that arrives does not move the numbers.
    talk.say(&["unmark all", "filter severity:high", "list"]).meanwhile(|harness| {
        harness.put(9, Given { hours: 0, ..ROW }).snapshot();
    });
    talk.say(&["mark 1"]);
    assert_eq!(talk.harness.marked(), [1]);
    assert!(talk.written.contains("News: 1 new alert: 1 High."), "{}", talk.written);
}

#[test]
fn an_alert_is_opened_read_and_left() {
    let mut talk = Talk::small();
    talk.say(&[
        "list",
        "details 3",
        "history",
        "json",
        "related",
        "back",
        "respond",
        "section mitigate",
        "section 9",
    ]);
    talk.say(&["next", "list", "item 1", "copy id", "copy id 1-2", "copy link 1", "copy nothing"]);
    insta::assert_snapshot!(talk.written);
}

#[test]
fn the_record_is_kept_by_numbers_and_text() {
    let mut talk = Talk::small();
    talk.say(&[
        "list",
        "note 1",
        "",
        "note 1",
        "seen before",
        "assign 1-2",
        "nobody",
        "assign 1",
        "bob",
        "assign 1",
        "bo",
    ]);
    assert_eq!(talk.harness.deeds.last().map(|deed| deed.value.to_string()), Some("bo".to_owned()));
    talk.say(&[
        "feedback perhaps",
        "feedback not-useful 1",
        "9",
        "2 the scanner",
        "feedback useful",
        "1",
        "",
        "log",
        "/bob",
        "",
        "",
    ]);
    insta::assert_snapshot!(talk.written);
}

#[test]
fn pivots_menus_and_commands_by_name_are_numbered() {
    let mut talk = Talk::small();
    talk.say(&[
        "list",
        "pivot 1",
        "z",
        "",
        "status",
        "status resolved 3",
        "s",
        "i",
        "press s Enter",
        "2",
        "frobnicate",
    ]);
    talk.say(&[
        ":sort by age",
        ":sort",
        "3",
        ":nothing of that name",
        "time 2d",
        "time next week",
        "",
        "jobs",
        "help mark",
        "rules",
        "",
    ]);
    insta::assert_snapshot!(talk.written);
}

#[test]
fn a_name_that_only_resembles_one_is_asked_about() {
    let mut talk = Talk::small();
    talk.say(&["list", ":reslve"]);
    assert!(matches!(talk.model().overlays.last(), Some(Overlay::Palette(_))), "{}", talk.written);
    assert!(!talk.written.contains("Queued"), "{}", talk.written);
}

#[test]
fn groups_and_values_are_numbered() {
    let mut talk = Talk::small();
    talk.say(&[
        "groups",
        "mark-group 1",
        "group severity",
        "list",
        "groups",
        "mark-group 2-3",
        "marks",
        "unmark all",
    ]);
    assert_eq!(talk.model().list.last_marks.len(), 2);
    talk.say(&[
        "group none",
        "group nothing",
        "choose",
        "sever",
        "1",
        "1 9",
        "1-2",
        "ok",
        "export",
        "x.txt",
        "",
    ]);
    insta::assert_snapshot!(talk.written);
}

#[test]
fn the_first_run_is_numbered_choices() {
    let mut harness = Harness::bare(&[]);
    let sign_in =
        |name: &str, found| SignInFound { name: name.to_owned(), found, device_code: name == "device code" };
    let look = FirstLook {
        found: vec![
            sign_in("Azure CLI", Ok(SafeText::from("ann@contoso.example"))),
            sign_in("client secret", Err(SafeText::from("AZURE_CLIENT_ID is not set"))),
            sign_in("device code", Ok(SafeText::from("type a code into a browser anywhere"))),
        ],
        absent: vec!["managed identity".to_owned()],
        clouds: vec!["public".to_owned(), "us-gov".to_owned()],
        cloud: 0,
    };
    harness.send(Message::Start(Start::FirstRun(look)));
    let mut talk = Talk::with(harness);
    talk.say(&["", "7", "2", "1", "back", "cloud", "3", "y"]);
    let shown = ShownCode { code: "ABC".into(), address: "https://login.example".into(), until: now().utc };
    let number = talk.harness.model.serial;
    talk.harness.send(Message::SignIn(number, SignInNews::Code(shown)));
    talk.say(&["", "back", "4"]);
    let (cloud, asked) = ("public".to_owned(), talk.model().first_run.as_ref().unwrap().asked);
    let list = Effect::ListSubscriptions { number: asked, sign_in: 0, cloud };
    assert!(talk.harness.effects.contains(&list));
    let order = SignInOrder::First { number, cloud: "us-gov".to_owned() };
    assert!(talk.harness.effects.contains(&Effect::SignIn(order)));
    assert!(talk.harness.effects.contains(&Effect::OpenDemo));
    insta::assert_snapshot!(talk.written);
}

#[test]
fn nothing_but_ascii_is_said_of_our_own_accord() {
    let mut talk = Talk::small();
    talk.say(&[
        "list",
        "1",
        "details",
        "related",
        "respond",
        "1",
        "section 1",
        "section 3",
        "section 4",
        "section 5",
        "section 6",
    ]);
    talk.say(&[
        "back",
        "mark all",
        "dismiss",
        "1",
        "y",
        "jobs",
        "log",
        "",
        "help",
        "more",
        "?",
        "more",
        "undo",
        "y",
        "suppress 1",
        "cancel",
    ]);
    let foreign: Vec<&str> = talk.written.lines().filter(|line| !line.is_ascii()).collect();
    assert!(foreign.is_empty(), "{foreign:#?}");
}

#[test]
fn hostile_text_is_shown_and_never_obeyed() {
    let title = "\u{1b}]0;owned\u{7}\u{202e}kcatta\nlist";
    let mut harness = Harness::new(&[Given { kind: title, severity: Severity::High, ..ROW }]);
    harness.press(Key::char('g'));
    let mut talk = Talk::with(harness);
    talk.say(&["list", "1", "details", "back"]);
    assert!(!talk.written.contains(['\u{1b}', '\u{7}', '\u{202e}']));
    assert!(talk.written.contains("1. High. \u{241b}]0;owned\u{2407}‹U+202E›kcatta"), "{}", talk.written);
}

#[test]
fn marks_that_a_command_made_for_its_numbers_go_with_it() {
    for lines in [&["feedback not-useful 1-2", "1", ""][..], &["note 1-2 seen before"], &["dismiss 1-2", ""]]
    {
        let mut talk = Talk::small();
        talk.say(&["list"]).say(lines);
        assert!(talk.harness.marked().is_empty(), "{}", talk.written);
        // What the analyst marked stays.
        talk.say(&["mark 1-2"]).say(lines);
        assert_eq!(talk.harness.marked(), [1, 2], "{}", talk.written);
    }
}

#[test]
fn a_note_can_be_written_in_one_line() {
    let mut talk = Talk::small();
    for (line, alerts, words) in [
        ("note 1 hello there", 1, "hello there"),
        ("note 1 3 hosts affected", 1, "3 hosts affected"),
        ("note 1,3 seen before", 2, "seen before"),
    ] {
        talk.say(&["list", line]);
        let deed = talk.harness.deeds.last().unwrap();
        assert_eq!((deed.alerts.len(), deed.words.to_string()), (alerts, words.to_owned()), "{line}");
    }
}

#[test]
fn the_same_words_leave_every_question() {
    for asked in [
        "attack",
        "timeline",
        "log",
        "dismiss 1",
        "note 1",
        "assign 1",
        "feedback useful 1",
        "export",
        "pipe 1",
        "status",
        "pivot 1",
        "rules",
        ":sort",
        "choose",
    ] {
        for word in ["cancel", "close", "back", "quit", "exit", "q"] {
            let mut talk = Talk::small();
            talk.say(&["list", asked]);
            let open = talk.model().overlays.len();
            talk.say(&[word]);
            let left = talk.model().overlays.len();
            assert!(left == 0 && open <= 1, "{asked}, {word}: {}", talk.written);
            assert!(talk.harness.submitted().is_empty() && talk.harness.deeds.is_empty(), "{asked}, {word}");
        }
    }
}

#[test]
fn add_filter_is_left_by_one_word_and_a_field_named_whole_is_chosen() {
    for lines in [&["choose", "sev"][..], &["choose", "severity"], &["choose", "sev", "1"]] {
        for word in ["cancel", "quit"] {
            let mut talk = Talk::small();
            talk.say(lines).say(&[word]);
            assert!(talk.model().overlays.is_empty(), "{lines:?}: {}", talk.written);
        }
    }
    let mut talk = Talk::small();
    talk.say(&["choose", "type"]);
    assert!(talk.written.contains("Which type?"), "{}", talk.written);
    talk.say(&["cancel", "choose", "zzzz", "1"]);
    assert!(talk.written.contains("There is nothing to choose from here."), "{}", talk.written);
}

#[test]
fn where_no_name_holds_what_was_typed_it_is_said_what_can_be_typed() {
    let mut talk = Talk::small();
    talk.say(&["choose", "severity"]);
    let all = talk.written.split("choose\n").last().unwrap().to_owned();
    assert!(all.contains("1. ") && all.ends_with("ok filters, back, or cancel> "), "{all}");
    for (line, said) in [
        ("list", "No values hold \"list\": type another part of a name, back for all, or cancel."),
        ("list", "Nothing changed."),
        ("help", "No values hold \"help\""),
        ("hig", "Only values with \"hig\": back reads all. 1. High"),
        ("zz", "No values hold \"zz\""),
        ("back", "Medium"),
        ("back", "Filter by which field?"),
        ("qq", "No fields hold \"qq\""),
        ("back", "severity: "),
        ("back", "Back in the list."),
    ] {
        let from = talk.written.len();
        talk.say(&[line]);
        assert!(talk.written[from..].replace('\n', " ").contains(said), "{line}: {}", &talk.written[from..]);
    }
}

#[test]
fn what_is_said_names_words_and_no_keys_of_the_screen() {
    let mut talk = Talk::small();
    talk.say(&["back"]);
    assert!(talk.written.contains("Nothing to go back to: quit leaves."), "{}", talk.written);
    talk.say(&["list", "status resolved 1"]).meanwhile(|harness| {
        harness.verify(1, &[]);
    });
    talk.say(&["failures"]);
    assert!(talk.written.contains("Nothing failed"), "{}", talk.written);
    assert!(talk.model().overlays.is_empty(), "there is nothing to answer: {}", talk.written);
}

#[test]
fn a_history_is_not_read_before_what_was_just_written_is_in_it() {
    let mut talk = Talk::small();
    talk.say(&["list", "history 1"]);
    assert_eq!(super::awaited(talk.model()), None);
    talk.harness.model.details.asked = talk.model().details.wanted;
    assert_eq!(super::awaited(talk.model()).as_deref(), Some("Waiting for the details of the alert."));
}

#[test]
fn an_empty_line_is_never_yes() {
    for asked in
        [&["dismiss 1"][..], &["mark 1-2", "status resolved"], &["dismiss 1", "3"], &["mark 1-2", "take"]]
    {
        let mut talk = Talk::small();
        talk.say(&["list"]).say(asked).say(&[""]);
        assert!(talk.harness.submitted().is_empty(), "{asked:?}");
        assert!(talk.model().overlays.is_empty(), "{asked:?}");
    }
}

#[test]
fn a_wish_without_a_number_is_about_one_alert_also_in_a_grouped_list() {
    let mut talk = Talk::small();
    talk.say(&["group resource", "filter severity:medium"]);
    assert!(talk.model().list.on_heading, "the core rests on the heading of the first group");
    let from = talk.written.len();
    talk.say(&["here"]);
    assert!(talk.written[from..].contains("At 1 of "), "{}", &talk.written[from..]);
    talk.say(&["status resolved"]);
    assert_eq!(talk.harness.submitted().len(), 1);
    assert!(talk.model().list.marks.is_empty());
}

#[test]
fn no_line_is_about_a_heading() {
    for (line, alerts) in
        [("s r", 1), ("press s r", 1), ("status resolved", 1), ("open", 0), ("list", 0), ("enter", 0)]
    {
        let mut talk = Talk::small();
        talk.say(&["group resource", "filter resource:vm-2"]);
        assert!(talk.model().list.on_heading);
        talk.say(&[line]);
        assert!(!talk.model().list.on_heading, "{line}");
        let submitted = talk.harness.submitted();
        let changed: usize = submitted.iter().map(|change| change.targets.len()).sum();
        assert_eq!(changed, alerts, "{line}: {}", talk.written);
    }
}

/// Whatever the keys are: lines go by words.
#[test]
fn words_do_not_hang_on_the_keys_of_the_screen() {
    let own = [("palette", "F2"), ("undo", "F3"), ("mark-last", "F4"), ("filter", "F5")];
    let own = own.map(|(command, key)| (command.to_owned(), vec![key.to_owned()]));
    let mut harness = Harness::small();
    harness.model.settings.keymap = build(Preset::Default, &own.into()).unwrap();
    let mut talk = Talk::with(harness);
    talk.say(&["list", "status resolved 1", ":sort"]);
    assert!(talk.written.contains("Queued: resolve 1 alert; undo takes it back."), "{}", talk.written);
    assert!(matches!(talk.model().overlays.last(), Some(Overlay::Palette(_))), "{}", talk.written);
    talk.say(&["", ":"]);
    assert!(matches!(talk.model().overlays.last(), Some(Overlay::Palette(_))), "{}", talk.written);
    talk.say(&["", "mark all", "unmark all"]);
    assert!(talk.written.contains("marks-again brings them back"), "{}", talk.written);
}
