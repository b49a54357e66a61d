//! What the answer to a line still waits for.

use crate::app::documents::moment::{counted, thousands};
use crate::app::documents::reading;
use crate::app::model::{
    About, CodeStage, DeviceCode, FirstRunStep, Model, Overlay, ProfileMenu, SaveState, Step, Tab,
};
use crate::domain::progress::Reading;
use crate::plain::tabs;

/// What is missing for an answer, in words; none when everything asked for is there.
pub fn awaited(model: &Model) -> Option<String> {
    if let Some(screen) = &model.first_run {
        return match &screen.step {
            FirstRunStep::SignIn if screen.found.is_empty() => Some("Looking for sign-ins.".to_owned()),
            FirstRunStep::Listing => Some("Listing the subscriptions.".to_owned()),
            FirstRunStep::Code(DeviceCode { stage: CodeStage::Asked, .. }) => {
                Some("Asking for a code.".to_owned())
            }
            _ => None,
        };
    }
    if model.session.is_none() {
        return Some("Starting.".to_owned());
    }
    if model.switching {
        return Some("Opening the profile.".to_owned());
    }
    match model.overlays.last() {
        Some(Overlay::Profiles(ProfileMenu { list: None, .. })) => {
            return Some("Reading the config.".to_owned());
        }
        Some(Overlay::SignIn(DeviceCode { stage: CodeStage::Asked, .. })) => {
            return Some("Asking for a code.".to_owned());
        }
        _ => {}
    }
    let wished = model.sync.wished && model.sync.fault.is_none();
    wished.then(|| progress(model)).or_else(|| answer(model).map(str::to_owned))
}

/// How the first listing goes, until it is there or cannot be: without any alert it is what everything is about.
pub fn listing(model: &Model) -> Option<String> {
    let sync = &model.sync;
    let refused = sync.fault.is_some() || sync.subscriptions.iter().any(|state| state.fault.is_some());
    if sync.last_complete.is_none() && !refused {
        return Some(progress(model));
    }
    model.list.in_flight.then(|| "Waiting for the list.".to_owned())
}

/// True when more was listed than the last snapshot holds.
pub fn lacks(model: &Model) -> bool {
    let listed: usize = model.sync.subscriptions.iter().map(|state| state.listed).sum();
    model.table.len() + model.sync.quarantined < listed
}

/// True while files are read.
pub fn is_reading(model: &Model) -> bool {
    model.sync.running && model.session.as_ref().is_some_and(|session| session.files.is_some())
}

/// How far files are read: `1.2 of 3.4 GiB, 412,000 alerts, 35 percent`.
pub(super) fn far(reading: &Reading) -> String {
    let percent = reading::percent(reading).map_or(String::new(), |percent| format!(", {percent} percent"));
    format!("{}{percent}", reading::words(reading))
}

fn progress(model: &Model) -> String {
    let sync = &model.sync;
    if let Some(reading) = &sync.reading {
        return format!("Reading: {}. Ctrl-c stops.", far(reading));
    }
    if is_reading(model) {
        return "Reading.".to_owned();
    }
    let done = sync.subscriptions.iter().filter(|state| state.complete).count();
    let listed = sync.subscriptions.iter().map(|state| state.listed).sum();
    let all = counted(sync.subscriptions.len(), "subscription");
    format!("Listing alerts: {}; {done} of {all} done.", thousands(listed))
}

fn answer(model: &Model) -> Option<&'static str> {
    let details = &model.details;
    let other = details.shown.as_ref().map(|shown| shown.key) != details.wanted;
    let tab = details.full.as_ref().map(|full| full.tab);
    if model.list.awaiting || model.list.listing.is_empty() && model.list.in_flight {
        Some("Waiting for the list.")
    } else if details.asked.is_some() && (other || tab == Some(Tab::History))
        || details.pivot.is_some()
        || details.clip.is_some()
    {
        Some("Waiting for the details of the alert.")
    } else if !model.bulk.orders.is_empty() {
        Some("Waiting for the journal.")
    } else if model.views.unanswered > 0 {
        Some("Saving the view.")
    } else if tab == Some(Tab::Related) && model.related.asked.is_some() {
        Some("Waiting for the related alerts.")
    } else if !model.saving.is_empty() {
        Some("Writing the file.")
    } else if !model.held.is_empty() {
        Some("Waiting.")
    } else {
        overlay(model)
    }
}

fn overlay(model: &Model) -> Option<&'static str> {
    match model.overlays.last()? {
        Overlay::RuleForm(form) => match form.step {
            Step::Writing(_) => Some("Writing the rule and reading it back."),
            _ if matches!(form.about, About::Awaited(_)) && model.details.error.is_none() => {
                Some("Waiting for the details of the alert.")
            }
            _ if form.simulation.is_loading() => Some("Counting what the rule would have matched."),
            _ => None,
        },
        Overlay::Rules(screen) if screen.doing.is_some() => Some("Writing, and reading it back."),
        Overlay::Log(log) => {
            let asked = match &log.inside {
                Some(inside) => inside.alerts.asked,
                None => log.acts.asked,
            };
            (asked.is_some() && log.error.is_none()).then_some("Reading the log.")
        }
        Overlay::Facets(facets) => facets.awaiting.then_some("Counting."),
        Overlay::Save(prompt) => matches!(prompt.state, SaveState::Waiting(_)).then_some("Writing."),
        Overlay::Output(output) => output.ended.is_none().then_some("The command runs."),
        Overlay::Timeline(view) => view.shown.is_none().then_some("Counting."),
        Overlay::Attack(view) => view.shown.is_none().then_some("Counting."),
        Overlay::Outcomes(outcomes) => {
            let confirmed = model.respond.trigger.confirmed.iter();
            let mut mine = confirmed.filter(|confirmed| confirmed.number == outcomes.number);
            mine.any(|confirmed| confirmed.running).then_some("Triggering the logic app.")
        }
        _ => None,
    }
}

/// The changes on their way, in words.
pub fn running(model: &Model) -> Option<String> {
    tabs::running(model)
}
