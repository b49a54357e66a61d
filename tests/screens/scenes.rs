//! The scenes: each a model in one state, by name. The part of the name before `_` is its area.

use chrono::TimeDelta;
use quell::app::input::Input;
use quell::app::key::Key;
use quell::app::keymap::Pending;
use quell::app::model::{
    Chord, Confirm, Failure, Failures, Find, Makeup, Model, Notice, Overlay, Palette, Pane, Running, Scroll,
    SetOf, StatusMenu, SyncStatus, Tab, Twins, Visual,
};
use quell::domain::change::{Outcome, Reason, Tally, TargetRecord};
use quell::domain::filter::{complete, parse};
use quell::domain::key_set::KeySet;
use quell::domain::progress::{FaultKind, Reading};
use quell::domain::{AlertId, AlertKey, ChangeId, Status};

use crate::charts;
use crate::fixture::{bare, fault, filter, full_list, now, open_full, plan, record, refused, table};
use crate::hand_over;
use crate::record;
use crate::suppress;
use crate::trigger;
use crate::views;
use crate::{around, first, group, related};

type Scene = fn((u16, u16)) -> Model;

pub(crate) const SCENES: &[(&str, Scene)] = &[
    ("main_list", full_list),
    ("main_marks", marks),
    ("main_visual", visual),
    ("main_details", details),
    ("main_running", running),
    ("main_notice", notice),
    ("main_offline", offline),
    ("main_chord", chord),
    ("main_chordnone", chord_without_an_alert),
    ("main_readonly", read_only),
    ("main_pivot", related::pivoted),
    ("main_pivotchord", related::chord),
    ("main_month", charts::list),
    ("main_ascii", charts::ascii_list),
    ("group_resource", group::by_resource),
    ("group_folded", group::folded),
    ("group_alert", group::by_status),
    ("prompt_facets", group::fields),
    ("prompt_facets_values", group::ticked),
    ("prompt_facets_none", group::none),
    ("prompt_facets_counting", group::counting),
    ("filter_typing", typing),
    ("filter_mistake", mistake),
    ("filter_long", long_filter),
    ("filter_end", end_of_filter),
    ("empty_starting", starting),
    ("empty_syncing", syncing),
    ("empty_none", none_at_all),
    ("empty_nothing", nothing_matches),
    ("empty_signed_out", signed_out),
    ("empty_forbidden", forbidden),
    ("full_details", |size| full(size, Tab::Details, 0)),
    ("full_entities", |size| full(size, Tab::Details, 26)),
    ("full_end", |size| full(size, Tab::Details, 999)),
    ("full_history", |size| full(size, Tab::History, 0)),
    ("full_json", |size| full(size, Tab::Json, 0)),
    ("full_nohistory", no_history),
    ("full_related", related::many),
    ("full_relatedincident", related::incident),
    ("full_relatednone", related::alone),
    ("full_relatedloading", related::loading),
    ("full_incident", related::tree),
    ("respond_mitigate", |size| full(size, Tab::Respond, 0)),
    ("respond_context", around::context_known),
    ("respond_context_top", around::context_top),
    ("respond_context_loading", around::context_loading),
    ("respond_context_partly", around::context_partly),
    ("respond_context_empty", around::context_empty),
    ("respond_context_many", around::context_many),
    ("respond_context_event", around::context_event),
    ("respond_context_holder", around::context_holder),
    ("respond_context_nowhere", around::context_nowhere),
    ("respond_prevent", around::prevent_known),
    ("respond_prevent_loading", around::prevent_loading),
    ("respond_prevent_empty", around::prevent_empty),
    ("respond_prevent_forbidden", around::prevent_forbidden),
    ("respond_prevent_offline", around::prevent_offline),
    ("respond_prevent_gaps", around::prevent_gaps),
    ("respond_prevent_open", around::prevent_open),
    ("respond_mail", around::mail_known),
    ("respond_mail_loading", around::mail_loading),
    ("respond_mail_default", around::mail_default),
    ("respond_mail_forbidden", around::mail_forbidden),
    ("respond_mail_offline", around::mail_offline),
    ("respond_mail_saving", around::mail_saving),
    ("respond_mail_reader", around::mail_reader),
    ("prompt_mail", around::form_open),
    ("prompt_mail_error", around::form_error),
    ("prompt_mail_confirm", around::form_confirm),
    ("respond_trigger_loading", trigger::loading),
    ("respond_trigger_none", trigger::none),
    ("respond_trigger_list", trigger::list),
    ("respond_trigger_end", trigger::end),
    ("respond_trigger_forbidden", trigger::forbidden),
    ("respond_trigger_offline", trigger::offline),
    ("respond_trigger_running", trigger::running),
    ("respond_trigger_done", trigger::done),
    ("respond_trigger_unknown", trigger::unknown),
    ("prompt_trigger_one", trigger::preview),
    ("prompt_trigger_marked", trigger::preview_marked),
    ("prompt_dismiss", dismiss),
    ("prompt_one", one),
    ("prompt_one_twin", one_with_a_twin),
    ("prompt_reason", reason),
    ("prompt_twins", related::twins),
    ("prompt_twinsleft", related::twins_left),
    ("prompt_pivot", related::menu),
    ("prompt_resolve", resolve),
    ("prompt_nothing", nothing_to_change),
    ("prompt_undo", undo),
    ("prompt_status", status),
    ("prompt_time", time),
    ("prompt_pattern", pattern),
    ("prompt_palette", palette),
    ("prompt_export", hand_over::export),
    ("prompt_export_marked", hand_over::marked),
    ("prompt_export_exists", hand_over::exists),
    ("prompt_script", hand_over::script),
    ("prompt_pipe", hand_over::pipe),
    ("prompt_pipe_wrong", hand_over::wrong),
    ("main_saving", hand_over::saving),
    ("main_reading", reading),
    ("main_pipe", reading_a_pipe),
    ("sheet_output", hand_over::output),
    ("sheet_failures", failures),
    ("sheet_jobs", jobs),
    ("sheet_help", help),
    ("sheet_outcomes", trigger::outcomes),
    ("record_note", record::note),
    ("record_assign", record::assign),
    ("record_typed", record::assign_typed),
    ("record_useful", record::useful),
    ("record_notuseful", record::not_useful),
    ("views_list", views::list),
    ("views_none", views::none),
    ("views_name", views::name),
    ("views_delete", views::delete),
    ("views_chord", views::chord),
    ("log_acts", record::log),
    ("log_change", record::log_change),
    ("log_alerts", record::log_alerts),
    ("log_empty", record::log_empty),
    ("log_search", record::log_search),
    ("log_typing", record::log_typing),
    ("log_loading", record::log_loading),
    ("log_failed", record::log_failed),
    ("respond_suppress", suppress::section),
    ("respond_suppress_forbidden", suppress::section_forbidden),
    ("prompt_rule", suppress::form),
    ("prompt_rule_counting", suppress::counting),
    ("prompt_rule_wrong", suppress::wrong),
    ("prompt_rule_leave", suppress::leave),
    ("prompt_rule_confirm", suppress::confirm),
    ("prompt_rule_stored", suppress::stored),
    ("prompt_rule_refused", suppress::refused),
    ("prompt_rule_edited", suppress::edited),
    ("sheet_rules", suppress::list),
    ("sheet_rules_one", suppress::one),
    ("sheet_rules_asking", suppress::asking),
    ("sheet_rules_loading", suppress::loading),
    ("sheet_rules_empty", suppress::empty),
    ("sheet_rules_forbidden", suppress::not_allowed),
    ("sheet_rules_offline", suppress::offline),
    ("sheet_rules_partly", suppress::partly),
    ("first_signin", first::sign_in),
    ("first_keep", first::keep),
    ("first_code", first::code),
    ("first_declined", first::declined),
    ("first_subscriptions", first::subscriptions),
    ("first_failed", first::failed),
    ("first_again", first::again),
    ("first_profiles", first::profiles),
    ("chart_timeline", charts::timeline),
    ("chart_days", charts::week),
    ("chart_span", charts::span),
    ("chart_ascii", charts::ascii_timeline),
    ("chart_nothing", charts::nothing),
    ("chart_counting", charts::counting),
    ("chart_attack", charts::attack),
    ("chart_technique", charts::technique),
    ("chart_attackascii", charts::ascii_attack),
    ("chart_untold", charts::untold),
];

fn marks(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    model.list.marks = [1, 3, 7, 15].map(AlertKey).into();
    model.list.hidden_marks = 1;
    model.list.place = 2;
    model
}

fn visual(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    model.list.visual = Some(Visual {
        anchor: model.list.listing.key(1).unwrap(),
        place: 1,
        on_heading: false,
        marking: true,
    });
    model.list.place = 4;
    model
}

/// The details have the keys; on a narrow screen they lie over the list.
fn details(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    model.details.open = true;
    model.focus = Pane::Details;
    model.details.scroll = 3;
    model
}

fn tally() -> Tally {
    Tally { pending: 217, verified: 118, failed: 2, ..Tally::default() }
}

fn job() -> Running {
    Running {
        change: ChangeId(13),
        label: "dismiss 337 alerts".into(),
        tally: tally(),
        rate: 12,
        cancelling: false,
    }
}

fn running(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    model.bulk.running = vec![job()];
    model
}

fn notice(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let text = "change 12: 328 verified, 9 failed (403: role Security Admin is missing); E shows them";
    model.notice = Some(Notice { number: 1, text: text.into(), is_error: true, is_report: false });
    model
}

fn offline(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let message = "management.azure.com cannot be reached: the name could not be resolved";
    model.sync.fault = Some(fault(FaultKind::Unreachable, message));
    model
}

fn chord(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    model.chord = Some(Chord { pending: Pending { keys: vec![Key::char('f')] }, number: 1, menu: true });
    model
}

fn chord_without_an_alert(size: (u16, u16)) -> Model {
    let mut model = nothing_matches(size);
    model.chord = Some(Chord { pending: Pending { keys: vec![Key::char('s')] }, number: 1, menu: true });
    model
}

pub(crate) fn read_only(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    if let Some(session) = &mut model.session {
        session.read_only = Some("--read-only".into());
        session.tenant = "A tenant with a rather long name \u{202e}that goes on".into();
        session.demo = true;
    }
    model.sync.running = true;
    model.sync.subscriptions[1].complete = false;
    model
}

fn typing(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let text = "status:active sev";
    filter(&mut model, "status:active");
    model.filter.input = Input::new(text);
    model.filter.editing = true;
    model.filter.completion =
        complete("status:active severity:", 23, &model.table, &charts::context(), &|| false);
    model.filter.completion.replace = 14..17;
    model.filter.chosen = Some(1);
    model
}

fn mistake(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let text = "status:active severty:high";
    model.filter.error = parse(text).err();
    model.filter.input = Input::new(text);
    model.filter.editing = true;
    model
}

fn long_filter(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let text = "(ip:203.0.113.0/24 or host:dc*) and not type:VM_AdaptiveApplication* and \u{202e}日本 title:\"a b\" or since:";
    model.filter.error = parse(text).err();
    model.filter.input = Input::new(text);
    model.filter.editing = true;
    model
}

/// Too long for the row, and no longer edited.
fn end_of_filter(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let resources = "resource:vm-web-01,vm-web-02,vm-web-03,vm-web-04,vm-web-05,vm-web-06";
    filter(&mut model, &format!("status:active,in-progress severity:high {resources} -type:VM_Added"));
    model
}

fn reading(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let session = model.session.as_mut().unwrap();
    (session.tenant, session.files) = ("alerts.ndjson and 2 more".into(), Some(true));
    let reading = Reading { bytes: 1_288_490_189, total: Some(3_650_722_202), alerts: 412_345, left: 3 };
    let started = Some(now().utc - TimeDelta::seconds(94));
    model.sync = SyncStatus { running: true, started, reading: Some(reading), ..SyncStatus::default() };
    model
}

fn reading_a_pipe(size: (u16, u16)) -> Model {
    let mut model = reading(size);
    model.session.as_mut().unwrap().tenant = "standard input".into();
    model.sync.reading = model.sync.reading.map(|reading| Reading { total: None, ..reading });
    model.sync.stopping = true;
    model
}

fn starting(size: (u16, u16)) -> Model {
    Model::new(size, now())
}

fn syncing(size: (u16, u16)) -> Model {
    let mut model = bare(size);
    model.sync = full_list(size).sync;
    model.sync.last_complete = None;
    model.sync.running = true;
    model.sync.subscriptions[2].complete = false;
    model
}

fn none_at_all(size: (u16, u16)) -> Model {
    let mut model = bare(size);
    model.sync = full_list(size).sync;
    model
}

fn nothing_matches(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    filter(&mut model, "title:unicorn severity:high");
    model.list.cursor = None;
    model.details = quell::app::model::Details::default();
    model
}

fn signed_out(size: (u16, u16)) -> Model {
    let mut model = bare(size);
    let message = "The sign-in of the Azure CLI has expired: run `az login`";
    model.sync.fault = Some(fault(FaultKind::SignIn, message));
    model
}

fn forbidden(size: (u16, u16)) -> Model {
    let mut model = bare(size);
    model.sync = full_list(size).sync;
    model.sync.last_complete = None;
    for state in &mut model.sync.subscriptions {
        state.complete = false;
        state.listed = 0;
        let message = "403: the role Security Reader is missing on this subscription";
        state.fault = Some(fault(FaultKind::Forbidden, message));
    }
    model
}

fn full(size: (u16, u16), tab: Tab, scroll: usize) -> Model {
    let mut model = full_list(size);
    open_full(&mut model, tab);
    if let Some(full) = &mut model.details.full {
        full.scroll[tab as usize] = scroll;
    }
    model
}

fn no_history(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let mut detail = crate::fixture::rich();
    detail.past.clear();
    crate::fixture::detail(&mut model, detail);
    open_full(&mut model, Tab::History);
    model
}

fn confirm(model: &Model, status: Status) -> Confirm {
    let plan = plan(model);
    Confirm {
        status,
        matching: plan.targets.len() + plan.skipped.len(),
        makeup: Makeup::of(&model.table, &plan),
        plan,
        off_screen: 12,
        twins: None,
        of: SetOf::Matching,
        reason: None,
        take: false,
        comment: None,
        typing: false,
    }
}

fn burst(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    model.table = table(356);
    filter(&mut model, "*");
    model
}

fn dismiss(size: (u16, u16)) -> Model {
    let mut model = burst(size);
    let confirm = confirm(&model, Status::Dismissed);
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
    model
}

/// The alert under the cursor, with nothing marked.
fn one(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let key = model.list.listing.key(0).unwrap();
    let plan = quell::domain::change::plan(&model.table, &[key], Status::Dismissed, &KeySet::default());
    let makeup = Makeup::of(&model.table, &plan);
    let of = SetOf::Alert;
    let one = Confirm { matching: 1, off_screen: 0, of, makeup, plan, ..confirm(&model, Status::Dismissed) };
    model.overlays.push(Overlay::Confirm(Box::new(one)));
    model
}

fn one_with_a_twin(size: (u16, u16)) -> Model {
    let mut model = one(size);
    if let Some(Overlay::Confirm(confirm)) = model.overlays.last_mut() {
        confirm.twins = Some(Twins { targets: vec![(AlertKey(2), Status::Active)], added: false });
    }
    model
}

fn reason(size: (u16, u16)) -> Model {
    let mut model = burst(size);
    let mut confirm = confirm(&model, Status::Dismissed);
    confirm.reason = Some(Reason::Noise);
    confirm.comment = Some(Input::new("scanner of the audit \u{202e}team"));
    confirm.typing = true;
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
    model
}

fn resolve(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let mut confirm = confirm(&model, Status::InProgress);
    confirm.take = true;
    confirm.off_screen = 0;
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
    model
}

fn nothing_to_change(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let mut confirm = confirm(&model, Status::Dismissed);
    confirm.plan.targets.clear();
    model.overlays.push(Overlay::Confirm(Box::new(confirm)));
    model
}

fn undo(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let tally = Tally { verified: 328, failed: 9, ..Tally::default() };
    let mut change = record(12, Some(Status::Dismissed), tally);
    change.comment =
        "the scanner of the audit team, which comes back on the first Monday of each month".into();
    model.overlays.push(Overlay::ConfirmUndo(Box::new(change)));
    model
}

fn status(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    model.overlays.push(Overlay::Status(StatusMenu { chosen: 1, ..StatusMenu::default() }));
    model
}

fn time(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    model
        .overlays
        .push(Overlay::TimeRange(Input::new("24"), Some("\"24\" is no time: 24h, 7d or a date".into())));
    model
}

fn pattern(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    model.overlays.push(Overlay::Pattern(Input::new("resource:vm-*"), None));
    model
}

fn palette(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let matches = quell::app::overlays::matching("sta");
    model.overlays.push(Overlay::Palette(Palette { input: Input::new("sta"), matches, chosen: 1 }));
    model
}

fn failures(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let tally = Tally { verified: 328, failed: 7, conflict: 1, unconfirmed: 1, ..Tally::default() };
    let mut targets: Vec<_> = (0..7)
        .map(|at| refused(at, Outcome::Failed, "403 AuthorizationFailed: the role Security Admin is missing"))
        .collect();
    targets.push(refused(8, Outcome::Conflict, "someone set it to In progress meanwhile"));
    targets.push(refused(900, Outcome::Unconfirmed, ""));
    let known = |id: &AlertId| model.table.find(id).map(|row| row.key());
    let keyed = |record: TargetRecord| Failure { key: known(&record.target.id), record };
    let targets = targets.into_iter().map(keyed).collect();
    let change = record(12, Some(Status::Dismissed), tally);
    model.overlays.push(Overlay::Failures(Box::new(Failures { change, targets, chosen: 1, offset: 0 })));
    model
}

fn jobs(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    model.bulk.running = vec![job()];
    let done = |verified| Tally { verified, ..Tally::default() };
    model.bulk.recent = vec![
        record(13, Some(Status::Dismissed), tally()),
        record(12, None, done(40)),
        record(11, Some(Status::InProgress), done(40)),
    ];
    model.sync.running = true;
    model.sync.subscriptions[1].complete = false;
    let message = "the source answered with HTML instead of a list";
    model.sync.subscriptions[2].fault = Some(fault(FaultKind::Protocol, message));
    model.sync.quarantined = 2;
    model.overlays.push(Overlay::Jobs(Scroll::default()));
    model
}

fn help(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    model.overlays.push(Overlay::Help(Scroll { offset: 2, lines: 99 }, Find::default()));
    model
}
