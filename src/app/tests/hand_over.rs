//! Files to hand on, and commands that get alerts.

use crate::app::documents;
use crate::app::effect::{Effect, PipeOrder, SaveOrder, SaveWhat};
use crate::app::harness::Harness;
use crate::app::message::{Message, Piped, Saved, Session, Start};
use crate::app::model::{Overlay, PipeEnd, SaveState};
use crate::domain::alert::Prose;
use crate::domain::change::{ChangeRecord, ScriptTool};
use crate::domain::export::Format;
use crate::domain::listing::Listing;
use crate::domain::{ChangeId, SafeText, Status};

fn orders(harness: &Harness) -> Vec<&SaveOrder> {
    let orders = harness.effects.iter().filter_map(|effect| match effect {
        Effect::Save(order) => Some(order),
        _ => None,
    });
    orders.collect()
}

/// The last order to write: its number, path, whether it replaces, and what.
fn written(harness: &Harness) -> (u64, &str, bool, &SaveWhat) {
    match orders(harness).last() {
        Some(SaveOrder::Write { number, path, replace, what }) => (*number, path, *replace, what),
        other => panic!("{other:?}"),
    }
}

fn state(harness: &Harness) -> &SaveState {
    let Some(Overlay::Save(prompt)) = harness.model.overlays.last() else { panic!("no prompt") };
    &prompt.state
}

fn keys_of(listing: &Listing) -> Vec<u32> {
    listing.keys().map(|key| key.0).collect()
}

#[test]
fn the_list_is_exported_in_two_keys() {
    let mut harness = Harness::small();
    let shown = harness.shown();
    harness.keys("W Enter");
    assert_eq!(harness.pressed, 2);
    let (number, path, replace, what) = written(&harness);
    // The analyst's clock is an hour ahead of UTC.
    assert_eq!((path, replace), ("quell-2026-11-23T1500.ndjson", false));
    let SaveWhat::Alerts(alerts, format) = what else { panic!("{what:?}") };
    assert_eq!((keys_of(alerts), *format), (shown, Format::Ndjson));
    harness.send(Message::Saved(number, Saved::Begun));
    assert!(harness.model.overlays.is_empty());
    let done = Saved::Done { path: SafeText::from("quell.ndjson"), warning: None };
    harness.send(Message::Saved(number, done));
    assert_eq!(harness.notice(), "4 alerts as NDJSON: quell.ndjson");
    assert!(harness.model.saving.is_empty());
}

#[test]
fn marked_alerts_go_before_the_list_also_those_that_it_hides() {
    let mut harness = Harness::small();
    harness.cursor_to(3).keys("Space");
    harness.cursor_to(1).keys("Space /").text("type:VM_B").keys("Enter W");
    let Some(Overlay::Save(prompt)) = harness.model.overlays.last() else { panic!() };
    let shown = format!("{:?}", prompt.contents);
    assert!(shown.contains("marked: true, off_screen: 1"), "{shown}");
    harness.keys("Enter");
    let SaveWhat::Alerts(alerts, _) = written(&harness).3 else { panic!() };
    assert_eq!(keys_of(alerts), [3, 1]);
}

#[test]
fn a_command_is_said_to_get_alerts_that_the_list_hides() {
    let mut harness = Harness::small();
    let title = |harness: &Harness| match harness.model.overlays.last() {
        Some(Overlay::Pipe(prompt)) => documents::export::piped(prompt),
        _ => panic!("no prompt"),
    };
    harness.keys("Space Space !");
    assert_eq!(title(&harness), "2 alerts to a command");
    harness.keys("Esc /").text("type:VM_B").keys("Enter |");
    assert_eq!(title(&harness), "2 alerts (2 off screen) to a command");
}

#[test]
fn the_format_follows_the_name_and_the_name_the_format() {
    let mut harness = Harness::small();
    harness.keys("W Tab Tab Enter");
    let (_, path, _, what) = written(&harness);
    assert!(path.ends_with("1500.csv") && matches!(what, SaveWhat::Alerts(_, Format::Csv)), "{path}");
    harness.keys("ctrl-c W ↑ Enter");
    assert!(written(&harness).1.ends_with("1500.md"));
    harness.keys("ctrl-c W ctrl-u").text("out.json").keys("Enter");
    assert!(matches!(written(&harness).3, SaveWhat::Alerts(_, Format::Json)));
    let before = orders(&harness).len();
    for (name, says) in [("out.txt", ".ndjson"), ("", "name of a file"), ("folder.json/", "name of a file")] {
        harness.keys("ctrl-c W ctrl-u").text(name).keys("Enter");
        let SaveState::Refused(why) = state(&harness) else { panic!("{name}") };
        assert!(why.raw().contains(says), "{why:?}");
    }
    assert_eq!(orders(&harness).len(), before);
}

#[test]
fn a_file_that_is_there_is_replaced_only_after_yes() {
    let mut harness = Harness::small();
    harness.keys("W Enter");
    let number = written(&harness).0;
    // Typed ahead, before it is known that there is such a file.
    harness.keys("Enter");
    assert_eq!(orders(&harness).len(), 1);
    harness.send(Message::Saved(number, Saved::Exists));
    assert_eq!(*state(&harness), SaveState::Typing, "Enter means no");
    harness.keys("Enter");
    let number = written(&harness).0;
    harness.send(Message::Saved(number, Saved::Exists)).keys("y");
    assert!(written(&harness).2);
    let number = written(&harness).0;
    harness.send(Message::Saved(number, Saved::Failed(SafeText::from("no space"))));
    assert_eq!(*state(&harness), SaveState::Refused(SafeText::from("no space")));
    assert!(harness.model.saving.is_empty());
}

#[test]
fn a_long_export_shows_its_progress_and_is_cancelled() {
    let mut harness = Harness::small();
    harness.keys("W Enter");
    let number = written(&harness).0;
    harness.send(Message::Saved(number, Saved::Begun)).send(Message::Saved(number, Saved::Progress(2)));
    assert_eq!((harness.model.saving[0].done, harness.model.saving[0].total), (2, 4));
    harness.keys("ctrl-c");
    assert_eq!(orders(&harness).last(), Some(&&SaveOrder::Cancel(number)));
    harness.send(Message::Saved(number, Saved::Failed(SafeText::from("cancelled; nothing was written"))));
    assert!(harness.model.saving.is_empty());
    assert_eq!(harness.notice(), "cancelled; nothing was written");
    harness.keys("ctrl-c");
    assert_eq!(orders(&harness).len(), 2, "nothing is left to cancel");
}

#[test]
fn a_change_becomes_a_script_from_its_confirm() {
    let mut harness = Harness::small();
    harness.keys("* * d x Tab Enter");
    let (number, path, _, what) = written(&harness);
    assert_eq!(path, "quell-dismissed-2026-11-23T1500.sh");
    let SaveWhat::Script(tool, plan) = what else { panic!("{what:?}") };
    let targets = plan.targets();
    assert_eq!((*tool, targets.len()), (ScriptTool::Az, 4));
    assert!(targets.iter().all(|target| target.want == Status::Dismissed));
    harness.send(Message::Saved(number, Saved::Begun));
    assert!(matches!(harness.model.overlays.last(), Some(Overlay::Confirm(_))), "the question is still open");
    assert!(harness.submitted().is_empty());
}

#[test]
fn a_script_of_the_palette_asks_for_the_status_first() {
    let mut harness = Harness::small();
    let session = harness.model.session.as_mut().unwrap();
    session.read_only = Some("the profile is".to_owned());
    harness.keys("* * :").text("script").keys("Enter ↓ ↓ Enter Enter");
    let SaveWhat::Script(ScriptTool::Curl, plan) = written(&harness).3 else { panic!() };
    let targets = plan.targets();
    assert_eq!((targets.len(), targets[0].want), (4, Status::Resolved));
}

fn piped(harness: &Harness) -> Vec<&PipeOrder> {
    let orders = harness.effects.iter().filter_map(|effect| match effect {
        Effect::Pipe(order) => Some(order),
        _ => None,
    });
    orders.collect()
}

#[test]
fn the_output_of_a_command_is_shown_and_closing_it_ends_the_command() {
    let mut harness = Harness::small();
    harness.cursor_to(2).keys("|").text("jq '.a b'").keys("Enter");
    let [PipeOrder::Run { number, words, alerts, terminal: false }] = piped(&harness)[..] else { panic!() };
    let number = *number;
    assert_eq!((words.join("+"), keys_of(alerts)), ("jq+.a b".to_owned(), vec![2]));
    harness.send(Message::Piped(number, Piped::Text(SafeText::from("one\n\u{1b}two"), 5)));
    let Some(Overlay::Output(output)) = harness.model.overlays.last() else { panic!() };
    assert_eq!(output.document.text().trim(), "one\n␛two\nand 5 bytes more");
    harness.keys("Esc");
    assert_eq!(piped(&harness).last(), Some(&&PipeOrder::Cancel(number)));
    assert!(harness.model.overlays.is_empty());
    // Once more: it ends by itself, and is not cancelled.
    harness.keys("| ↑ Enter");
    let Some(PipeOrder::Run { number, .. }) = piped(&harness).last() else { panic!() };
    let number = *number;
    let end = PipeEnd { words: SafeText::from("ended with 1"), is_error: true };
    harness.send(Message::Piped(number, Piped::Ended(end))).keys("Esc");
    assert!(matches!(piped(&harness).last(), Some(PipeOrder::Run { .. })));
}

#[test]
fn the_prompt_for_a_command_begins_empty_and_the_last_one_comes_back() {
    let mut harness = Harness::small();
    harness.keys("! ↑").text("less").keys("Enter !").text("wc -l").keys("Enter");
    let words = |order: &PipeOrder| match order {
        PipeOrder::Run { words, .. } => words.join(" "),
        PipeOrder::Cancel(_) => String::new(),
    };
    assert_eq!(piped(&harness).into_iter().map(words).collect::<Vec<_>>(), ["less", "wc -l"]);
    harness.keys("|").text("x").keys("↑ Enter");
    assert_eq!(piped(&harness).last().map(|order| words(order)).as_deref(), Some("wc -l"));
}

#[test]
fn a_command_that_is_none_is_explained() {
    let mut harness = Harness::small();
    harness.keys("!").text("jq . | less").keys("Enter");
    let Some(Overlay::Pipe(prompt)) = harness.model.overlays.last() else { panic!() };
    assert!(prompt.error.as_ref().unwrap().contains("the | at 6"), "{:?}", prompt.error);
    assert!(piped(&harness).is_empty());
    harness.keys("ctrl-u").text("less").keys("Enter");
    assert!(matches!(piped(&harness)[..], [PipeOrder::Run { terminal: true, .. }]));
    assert!(harness.model.overlays.is_empty(), "the terminal is the command's");
}

#[test]
fn commands_are_off_in_read_only_mode() {
    let mut harness = Harness::small();
    harness.model.session.as_mut().unwrap().read_only = Some("--read-only was given".to_owned());
    for key in ["|", "!"] {
        harness.keys(key);
        assert!(harness.model.overlays.is_empty());
        assert!(harness.notice().contains("read-only"), "{}", harness.notice());
    }
    harness.keys("W");
    assert!(matches!(harness.model.overlays.last(), Some(Overlay::Save(_))), "a file changes no alert");
}

/// A harness whose alerts come from files, with the first of them dismissed.
fn of_files() -> Harness {
    let mut harness = Harness::small();
    let session = Session { files: Some(true), ..Harness::session() };
    harness.send(Message::Start(Start::Ready(session))).keys("d 3 y");
    harness
}

fn quits(harness: &Harness) -> bool {
    harness.effects.contains(&Effect::Quit)
}

#[test]
fn the_second_wish_to_leave_does_so_and_the_export_before_is_of_all_alerts() {
    let mut harness = of_files();
    harness.keys("q");
    assert!(harness.notice().starts_with("W exports all, q again leaves: 1 change is kept"));
    assert!(!quits(&harness));
    harness.keys("q");
    assert!(quits(&harness));

    // The list may be empty by then.
    let mut harness = of_files();
    harness.keys("q / ctrl-u").text("nothing").keys("Enter q W Enter");
    let SaveWhat::Alerts(alerts, _) = written(&harness).3 else { panic!() };
    assert_eq!(alerts.len(), 6);

    let mut harness = of_files();
    harness.keys("q j W Enter");
    let SaveWhat::Alerts(alerts, _) = written(&harness).3 else { panic!() };
    assert_eq!(alerts.len(), 3, "something else was done since: W is about the list");
    harness.keys("ctrl-c q W Enter");
    let (number, _, _, SaveWhat::Alerts(alerts, _)) = written(&harness) else { panic!() };
    assert_eq!(alerts.len(), 6);
    harness.send(Message::Saved(number, Saved::Begun));
    harness.keys("q");
    assert!(!quits(&harness), "the file is not written yet");
    let done = Saved::Done { path: SafeText::from("quell.ndjson"), warning: None };
    harness.send(Message::Saved(number, done));
    assert!(quits(&harness), "nothing is lost any more");
}

#[test]
fn a_change_after_the_export_is_said_too_and_one_that_was_undone_is_not() {
    let mut harness = of_files();
    harness.verify(1, &[]);
    let tally = &mut harness.model.bulk.recent[0].tally;
    (tally.kept, tally.verified) = (tally.verified, 0);
    harness.keys("q");
    assert!(!quits(&harness));
    harness.keys("u q");
    assert!(quits(&harness), "{}", harness.notice());
    let mut harness = of_files();
    let (first, recent) = (harness.model.bulk.recent[0].clone(), &mut harness.model.bulk.recent);
    let (done, undone, again) = (first.id, ChangeId(first.id.0 + 1), ChangeId(first.id.0 + 2));
    recent[0].undone_by = Some(undone);
    recent
        .insert(0, ChangeRecord { id: undone, undoes: Some(done), undone_by: Some(again), ..first.clone() });
    recent.insert(0, ChangeRecord { id: again, undoes: Some(undone), ..first });
    harness.keys("q");
    assert!(!quits(&harness), "what was done again is lost as well");
    harness.keys("x W Enter");
    let SaveWhat::Alerts(alerts, _) = written(&harness).3 else { panic!() };
    assert_eq!(alerts.len(), 1, "a mark was set since: W is about that");
    harness.keys("ctrl-c q W Enter");
    let SaveWhat::Alerts(alerts, _) = written(&harness).3 else { panic!() };
    assert_eq!(alerts.len(), 6, "as it was said, whatever is marked");
    let mut harness = of_files();
    harness.slow = true;
    harness.keys("d 3 y q q").slow = false;
    harness.settle();
    assert!(!quits(&harness), "the second was typed before the warning could be read");
    assert!(harness.notice().ends_with("leaves: 2 changes are kept only here"), "{}", harness.notice());
    harness.keys("q");
    assert!(quits(&harness));
    let mut harness = of_files();
    harness.keys("q W Esc q");
    assert!(!quits(&harness), "an export that was given up keeps nothing");
    let mut harness = of_files();
    harness.keys("q d 3 y q");
    assert!(!quits(&harness) && harness.notice().ends_with("leaves: 2 changes are kept only here"));
}

#[test]
fn what_was_noted_about_files_is_said_too_until_a_file_holds_it() {
    let files = |temporary| {
        let mut harness = Harness::small();
        let session = Session { files: Some(temporary), ..Harness::session() };
        harness.send(Message::Start(Start::Ready(session)));
        harness
    };
    let mut harness = files(true);
    harness.keys("c").text("x").keys("Enter");
    assert_eq!(harness.notice(), "note kept on 1 alert until you leave");
    harness.keys("q");
    assert!(!quits(&harness));
    assert_eq!(harness.notice(), "W exports all, q again leaves: 1 note is kept only here");
    let export = |harness: &mut Harness, turns: &str| {
        harness.keys("W").keys(turns).keys("Enter");
        let (number, ..) = written(harness);
        harness.send(Message::Saved(number, Saved::Begun));
        harness.send(Message::Saved(number, Saved::Done { path: "quell".into(), warning: None })).keys("q");
    };
    export(&mut harness, "Tab Tab Tab");
    assert!(!quits(&harness), "no note is in Markdown");
    harness.keys("A Enter b n 2 Enter d 3 y q");
    let all = "leaves: 1 change, 1 note, 1 assignment and 1 judgement are kept only here";
    assert!(harness.notice().contains(all), "{}", harness.notice());
    export(&mut harness, "");
    assert!(quits(&harness), "{}", harness.notice());
    let mut harness = files(false);
    harness.keys("c").text("x").keys("Enter");
    assert_eq!(harness.notice(), "note kept on 1 alert");
    harness.keys("q");
    assert!(quits(&harness), "a folder was named");
}

#[test]
fn a_ticked_step_is_in_no_file_and_the_demo_forgets_without_a_word() {
    let mut harness = Harness::small();
    harness.remediation = vec![Prose::Text("1. Isolate".into())];
    let session = Session { files: Some(true), ..Harness::session() };
    harness.send(Message::Start(Start::Ready(session))).keys("j k r 2 Enter Esc Esc q");
    assert_eq!(harness.notice(), "no export holds that, q again leaves: 1 ticked step is kept only here");
    harness.keys("j k r 2 Enter Esc Esc q");
    assert!(quits(&harness), "it is open again");
    let mut harness = Harness::small();
    let session = Session { demo: true, ..Harness::session() };
    harness.send(Message::Start(Start::Ready(session))).keys("b n 2 Enter");
    assert_eq!(harness.notice(), "1 alert judged not useful; kept until you leave");
    harness.keys("q");
    assert!(quits(&harness));
}
