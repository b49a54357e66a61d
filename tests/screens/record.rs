//! Scenes of the local record: its prompts and the audit log.

use quell::app::input::Input;
use quell::app::message::{ActLine, AlertLine};
use quell::app::model::{AssignMenu, Chosen, Inside, Judge, Log, Model, NotePrompt, Overlay, Window};
use quell::domain::change::{Outcome, Tally};
use quell::domain::picked::Picked;
use quell::domain::record::{Act, Deed, DeedId, DeedKind, FeedbackReason, LogEntry, Past};
use quell::domain::remediation::StepId;
use quell::domain::{AlertKey, SafeText, Status};

use crate::fixture::{full_list, minutes_ago, record, refused};

fn deed(kind: DeedKind, minutes: i64) -> Deed {
    Deed::new(kind, "ann@contoso.example".into(), minutes_ago(minutes))
}

/// What was done to the alert whose details are open, besides its changes; the newest first.
pub(crate) fn past() -> Vec<Past> {
    let hostile = "Owner says: planned \u{202e}test\nsee ticket 4711";
    let deeds = [
        (deed(DeedKind::Note, 3).saying(hostile).under("status:active"), 1),
        (
            deed(DeedKind::Feedback, 30).judging(false, FeedbackReason::Benign).saying("the weekly scanner"),
            12,
        ),
        (deed(DeedKind::StepDone, 45).ticking(StepId(7), "Reset the password of the account".into()), 1),
        (deed(DeedKind::Note, 60).saying("asked the owner"), 3),
        (deed(DeedKind::Assign, 70).set("eve@contoso.example"), 1),
    ];
    deeds.into_iter().map(|(deed, alerts)| Past::Deed(Box::new(deed), alerts)).collect()
}

fn chosen(model: &Model, keys: &[u32], off_screen: usize) -> Chosen {
    Chosen { alerts: Picked::of(&model.table, keys.iter().map(|key| AlertKey(*key))), off_screen }
}

pub(crate) fn note(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let input = Input::new(
        "the owner says: planned test, see ticket 4711 and the mail of Monday that explains it all",
    );
    let prompt = NotePrompt { alerts: chosen(&model, &[1], 0), input };
    model.overlays.push(Overlay::Note(Box::new(prompt)));
    model
}

pub(crate) fn assign(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let menu = AssignMenu {
        alerts: chosen(&model, &[7, 8, 15], 1),
        me: "ann@contoso.example".into(),
        people: ["bob@contoso.example", "dan\u{202e}@x", "eve@contoso.example"].map(SafeText::from).into(),
        input: Input::default(),
        chosen: 2,
    };
    model.overlays.push(Overlay::Assign(Box::new(menu)));
    model
}

pub(crate) fn assign_typed(size: (u16, u16)) -> Model {
    let mut model = assign(size);
    if let Some(Overlay::Assign(menu)) = model.overlays.last_mut() {
        menu.input = Input::new("e");
        menu.chosen = 3;
    }
    model
}

fn judge(size: (u16, u16), useful: bool, reason: Option<FeedbackReason>, comment: &str) -> Model {
    let mut model = full_list(size);
    let alerts = chosen(&model, &[13, 14], 0);
    let place = reason.and_then(|reason| FeedbackReason::all(useful).iter().position(|one| *one == reason));
    let judge = Judge { alerts, useful, chosen: place.unwrap_or(0), reason, comment: Input::new(comment) };
    model.overlays.push(Overlay::Judge(Box::new(judge)));
    model
}

pub(crate) fn useful(size: (u16, u16)) -> Model {
    judge(size, true, None, "")
}

pub(crate) fn not_useful(size: (u16, u16)) -> Model {
    judge(size, false, Some(FeedbackReason::Benign), "the weekly scanner")
}

fn sheet(size: (u16, u16), log: Log) -> Model {
    let mut model = full_list(size);
    model.overlays.push(Overlay::Log(Box::new(log)));
    model
}

fn act(act: Act, alerts: usize, key: Option<u32>) -> ActLine {
    let first = key.map(|key| refused(key as usize - 1, Outcome::Failed, "").target.id);
    ActLine { entry: LogEntry { act, alerts, first }, key: key.map(AlertKey) }
}

fn other(deed: Deed, alerts: usize, key: Option<u32>) -> ActLine {
    act(Act::Deed(DeedId(1), Box::new(deed)), alerts, key)
}

fn change(id: i64, status: Option<Status>, tally: Tally, key: u32) -> ActLine {
    act(Act::Change(Box::new(record(id, status, tally))), tally.total(), Some(key))
}

fn acts() -> Vec<ActLine> {
    let long = "Owner says: planned \u{202e}test, see ticket 4711. The scanner of the network team runs every Monday from \
                this machine and will go on doing so until they have moved it to the new one.\nSecond line.";
    vec![
        other(deed(DeedKind::Note, 3).saying(long).under("status:active,in-progress sev:high"), 1, Some(1)),
        other(
            deed(DeedKind::Feedback, 4).judging(false, FeedbackReason::Benign).saying("scanner"),
            12,
            Some(13),
        ),
        change(13, Some(Status::Dismissed), Tally { verified: 328, failed: 9, ..Tally::default() }, 14),
        change(12, None, Tally { verified: 2, ..Tally::default() }, 3),
        other(deed(DeedKind::Assign, 20).set("eve\u{1b}[31m@contoso.example"), 1, Some(7)),
        other(
            deed(DeedKind::StepDone, 25).ticking(StepId(7), "Reset the password of the account".into()),
            1,
            Some(6),
        ),
        other(
            deed(DeedKind::RuleCreated, 60).set("noise of the scanner").about("/subscriptions/x/rule"),
            0,
            None,
        ),
        act(Act::Deed(DeedId(2), Box::new(deed(DeedKind::Note, 60 * 24 * 400).saying("old"))), 1, None),
    ]
}

fn window<T>(lines: Vec<T>, total: usize) -> Window<T> {
    Window { total: Some(total), lines, ..Window::default() }
}

pub(crate) fn log(size: (u16, u16)) -> Model {
    sheet(size, Log { acts: window(acts(), 1204), ..Log::default() })
}

pub(crate) fn log_change(size: (u16, u16)) -> Model {
    let acts = Window { chosen: 2, ..window(acts(), 8) };
    sheet(size, Log { acts, ..Log::default() })
}

pub(crate) fn log_alerts(size: (u16, u16)) -> Model {
    let outcomes = [
        (6, Outcome::Verified, ""),
        (7, Outcome::Failed, "403: Security Admin is missing"),
        (90, Outcome::Pending, ""),
    ];
    let line = |(at, outcome, detail): (usize, Outcome, &str)| {
        let target = refused(at, outcome, detail);
        let key = (at < 16).then(|| AlertKey(at as u32 + 1));
        AlertLine { id: target.target.id.clone(), key, target: Some(target) }
    };
    let lines: Vec<AlertLine> = outcomes.map(line).into();
    let alerts = Window { chosen: 1, ..window(lines, 3) };
    let inside = Some(Inside { entry: acts()[2].entry.clone(), alerts });
    sheet(size, Log { acts: window(acts(), 8), inside, ..Log::default() })
}

pub(crate) fn log_empty(size: (u16, u16)) -> Model {
    sheet(size, Log { acts: window(Vec::new(), 0), ..Log::default() })
}

pub(crate) fn log_search(size: (u16, u16)) -> Model {
    let acts = window(Vec::new(), 0);
    sheet(size, Log { acts, find: "4712\u{202e}".into(), ..Log::default() })
}

pub(crate) fn log_typing(size: (u16, u16)) -> Model {
    let typing = Some(Input::new("ticket 47"));
    sheet(size, Log { acts: window(acts(), 8), typing, ..Log::default() })
}

pub(crate) fn log_loading(size: (u16, u16)) -> Model {
    sheet(size, Log::default())
}

pub(crate) fn log_failed(size: (u16, u16)) -> Model {
    let error =
        Some("journal.db is in use by another program that does not let go; close it and try again".into());
    sheet(size, Log { error, ..Log::default() })
}
