//! The screen before there is a configuration: choose a sign-in, choose subscriptions, write the config; or open the
//! demo.

use chrono::{DateTime, Utc};

use crate::app::effect::SignInOrder;
use crate::app::key::{Code, Key};
use crate::app::message::{FirstLook, Listed, SubscriptionCount};
use crate::app::model::{Choice, CodeStage, Counted, DeviceCode, FirstRun, FirstRunStep, Model};
use crate::app::notice::{fail, say};
use crate::app::overlays::no_key;
use crate::app::sign_in::{self, Pressed};
use crate::app::{Effect, Effects};
use crate::domain::SafeText;

/// The keys of each step.
pub(super) fn hints(screen: &FirstRun) -> &'static [(&'static str, &'static str)] {
    match &screen.step {
        FirstRunStep::SignIn => {
            &[("↑ ↓", "choose"), ("Enter", "go on"), ("c", "cloud"), ("d", "demo"), ("q", "quit")]
        }
        FirstRunStep::Keep => {
            &[("y", "yes, keep me signed in"), ("Enter", "no"), ("Esc", "back"), ("q", "quit")]
        }
        FirstRunStep::Code(code) => sign_in::hints(code),
        FirstRunStep::Listing => &[("Esc", "back"), ("q", "quit")],
        FirstRunStep::Subscriptions { .. } => &[
            ("Space", "choose"),
            ("Enter", "write config, start"),
            ("a", "all or none"),
            ("Esc", "back"),
            ("q", "quit"),
        ],
        FirstRunStep::Failed(_) => &[("Enter", "choose again"), ("q", "quit")],
    }
}

/// A key.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(screen) = model.first_run.as_mut().filter(|_| !key.ctrl) else { return };
    if key == Key::char('q') {
        out.push(Effect::Quit);
        return;
    }
    match &mut screen.step {
        FirstRunStep::SignIn => sign_in(model, key, out),
        FirstRunStep::Keep => match key.code {
            Code::Char('y') => ask_code(model, true, None, out),
            Code::Enter | Code::Char('n') => ask_code(model, false, None, out),
            Code::Esc => screen.step = FirstRunStep::SignIn,
            _ => no_key(model, key, out),
        },
        FirstRunStep::Code(code) => match sign_in::pressed(code, key) {
            Pressed::Nothing => no_key(model, key, out),
            Pressed::Copy(shown) => sign_in::copy(model, &shown, out),
            Pressed::Again => {
                let (keep, failed) = (screen.keep, code.failed);
                ask_code(model, keep, failed, out);
            }
            Pressed::GiveUp => {
                screen.step = FirstRunStep::SignIn;
                out.push(Effect::SignIn(SignInOrder::Cancel));
            }
        },
        FirstRunStep::Listing => {
            if key.code == Code::Esc {
                screen.step = FirstRunStep::SignIn;
            } else {
                no_key(model, key, out);
            }
        }
        FirstRunStep::Subscriptions { .. } => choose(model, key, out),
        FirstRunStep::Failed(_) => {
            if matches!(key.code, Code::Esc | Code::Enter) {
                screen.step = FirstRunStep::SignIn;
            } else {
                no_key(model, key, out);
            }
        }
    }
}

/// Where the cursor goes in a short list; `None` for a key that does not move it.
pub(super) fn moved(key: Key, from: usize, count: usize) -> Option<usize> {
    let last = count.saturating_sub(1);
    match key.code {
        Code::Down | Code::Char('j') => Some((from + 1).min(last)),
        Code::Up | Code::Char('k') => Some(from.saturating_sub(1)),
        Code::Home | Code::Char('g') => Some(0),
        Code::End | Code::Char('G') => Some(last),
        _ => None,
    }
}

/// What was found came.
pub(super) fn looked(model: &mut Model, look: FirstLook) {
    let FirstLook { found, absent, clouds, cloud } = look;
    // The first that works: the device code always does.
    let usable = found.iter().position(|sign_in| sign_in.found.is_ok()).unwrap_or(found.len());
    let fresh = || FirstRun { chosen: usable, cloud, ..FirstRun::default() };
    let shown = model.first_run.get_or_insert_with(fresh);
    shown.chosen = shown.chosen.min(found.len());
    shown.found = found;
    shown.absent = absent;
    shown.clouds = clouds;
}

fn sign_in(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(screen) = &mut model.first_run else { return };
    // The line below the sign-ins is the demo.
    if let Some(place) = moved(key, screen.chosen, screen.found.len() + 1) {
        screen.chosen = place;
        return;
    }
    match key.code {
        Code::Char('d') => out.push(Effect::OpenDemo),
        Code::Char('c') if !screen.clouds.is_empty() => {
            screen.cloud = (screen.cloud + 1) % screen.clouds.len();
        }
        Code::Enter => match screen.found.get(screen.chosen) {
            None => out.push(Effect::OpenDemo),
            Some(found) => match &found.found {
                Ok(_) if found.device_code => screen.step = FirstRunStep::Keep,
                Ok(_) => list(model, out),
                Err(why) => {
                    let why = why.clone();
                    fail(model, why, out);
                }
            },
        },
        _ => no_key(model, key, out),
    }
}

/// Asks for a code, after so many attempts that did not work.
fn ask_code(model: &mut Model, keep: bool, failed: Option<(u32, DateTime<Utc>)>, out: &mut Effects) {
    let number = model.next_serial();
    let Some(screen) = &mut model.first_run else { return };
    screen.keep = keep;
    screen.step = FirstRunStep::Code(DeviceCode { number, failed, stage: CodeStage::Asked });
    out.push(Effect::SignIn(SignInOrder::First { number, cloud: cloud(screen) }));
}

/// The word of the cloud that is chosen.
fn cloud(screen: &FirstRun) -> String {
    screen.clouds.get(screen.cloud).cloned().unwrap_or_default()
}

/// Lists the subscriptions of the sign-in under the cursor.
pub(super) fn list(model: &mut Model, out: &mut Effects) {
    let number = model.next_serial();
    let Some(screen) = &mut model.first_run else { return };
    (screen.step, screen.asked) = (FirstRunStep::Listing, number);
    out.push(Effect::ListSubscriptions { number, sign_in: screen.chosen, cloud: cloud(screen) });
}

fn choose(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(screen) = &mut model.first_run else { return };
    let FirstRunStep::Subscriptions { list, chosen, .. } = &mut screen.step else { return };
    if let Some(place) = moved(key, *chosen, list.len()) {
        *chosen = place;
        return;
    }
    match key.code {
        Code::Char(' ') => {
            if let Some(choice) = list.get_mut(*chosen) {
                choice.on = !choice.on;
            }
        }
        Code::Char('a') => {
            let all = list.iter().all(|choice| choice.on);
            for choice in list.iter_mut() {
                choice.on = !all;
            }
        }
        Code::Esc => screen.step = FirstRunStep::SignIn,
        Code::Enter => {
            let picked = list.iter().filter(|choice| choice.on);
            let ids: Vec<String> = picked.map(|choice| choice.subscription.id.as_str().to_owned()).collect();
            if ids.is_empty() {
                fail(model, "choose at least one subscription", out);
                return;
            }
            // All of them means: also those that come later.
            let subscriptions = if ids.len() == list.len() { Vec::new() } else { ids };
            let keep = screen.keep;
            out.push(Effect::WriteConfig { sign_in: screen.chosen, subscriptions, keep });
        }
        _ => no_key(model, key, out),
    }
}

/// The subscriptions of a sign-in came. Those of one that was given up are not those of the one chosen since.
pub(super) fn subscriptions(model: &mut Model, number: u64, answer: Result<Listed, SafeText>) {
    let Some(screen) = &mut model.first_run else { return };
    if !matches!(screen.step, FirstRunStep::Listing) || screen.asked != number {
        return;
    }
    screen.step = match answer {
        Ok(listed) if listed.subscriptions.is_empty() => FirstRunStep::Failed(SafeText::from(
            "this sign-in can read no subscription: it takes the role Security Reader on one, or another tenant",
        )),
        Ok(Listed { who, subscriptions }) => {
            let choice = |subscription| Choice { subscription, on: true, alerts: Counted::Asked };
            let list = subscriptions.into_iter().map(choice).collect();
            FirstRunStep::Subscriptions { who, list, chosen: 0 }
        }
        Err(why) => FirstRunStep::Failed(why),
    };
}

/// The alerts of some subscriptions were counted, or not. What is known of one stays: that all took too long says nothing of it.
pub(super) fn counted(model: &mut Model, number: u64, counts: Vec<SubscriptionCount>) {
    let Some(FirstRun { step: FirstRunStep::Subscriptions { list, .. }, asked, .. }) = &mut model.first_run
    else {
        return;
    };
    for (id, alerts) in counts.into_iter().filter(|_| *asked == number) {
        let mut choices = list.iter_mut().filter(|choice| choice.alerts == Counted::Asked);
        if let Some(choice) = choices.find(|choice| choice.subscription.id == id) {
            choice.alerts = alerts;
        }
    }
}

/// The config was written, or why not.
pub(super) fn written(model: &mut Model, answer: Result<SafeText, SafeText>, out: &mut Effects) {
    match answer {
        Ok(path) => say(model, format!("wrote {}", path.raw()), out),
        Err(why) => match &mut model.first_run {
            Some(screen) => screen.step = FirstRunStep::Failed(why),
            None => fail(model, why, out),
        },
    }
}
