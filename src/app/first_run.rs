//! The screen before there is a configuration: choose a sign-in, choose subscriptions, write the config; or open the
//! demo.

use crate::app::key::{Code, Key};
use crate::app::model::{FirstRun, FirstRunStep, Model};
use crate::app::notice::{fail, say};
use crate::app::{Effect, Effects};
use crate::domain::SafeText;
use crate::domain::progress::Subscription;

/// The keys of each step.
pub(super) fn hints(screen: &FirstRun) -> &'static [(&'static str, &'static str)] {
    match screen.step {
        FirstRunStep::SignIn => &[("↑ ↓", "choose"), ("Enter", "go on"), ("d", "demo"), ("q", "quit")],
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
        FirstRunStep::Listing => {
            if key.code == Code::Esc {
                screen.step = FirstRunStep::SignIn;
            }
        }
        FirstRunStep::Subscriptions { .. } => choose(model, key, out),
        FirstRunStep::Failed(_) => {
            if matches!(key.code, Code::Esc | Code::Enter) {
                screen.step = FirstRunStep::SignIn;
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

fn sign_in(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(screen) = &mut model.first_run else { return };
    // The line below the sign-ins is the demo.
    if let Some(place) = moved(key, screen.chosen, screen.found.len() + 1) {
        screen.chosen = place;
        return;
    }
    match key.code {
        Code::Char('d') => out.push(Effect::OpenDemo),
        Code::Enter => match screen.found.get(screen.chosen) {
            None => out.push(Effect::OpenDemo),
            Some(found) => match &found.found {
                Ok(_) => {
                    screen.step = FirstRunStep::Listing;
                    out.push(Effect::ListSubscriptions(screen.chosen));
                }
                Err(why) => {
                    let why = why.clone();
                    fail(model, why, out);
                }
            },
        },
        _ => {}
    }
}

fn choose(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(screen) = &mut model.first_run else { return };
    let FirstRunStep::Subscriptions { list, chosen } = &mut screen.step else { return };
    if let Some(place) = moved(key, *chosen, list.len()) {
        *chosen = place;
        return;
    }
    match key.code {
        Code::Char(' ') => {
            if let Some((_, on)) = list.get_mut(*chosen) {
                *on = !*on;
            }
        }
        Code::Char('a') => {
            let all = list.iter().all(|(_, on)| *on);
            for (_, on) in list.iter_mut() {
                *on = !all;
            }
        }
        Code::Esc => screen.step = FirstRunStep::SignIn,
        Code::Enter => {
            let picked = list.iter().filter(|(_, on)| *on);
            let ids: Vec<String> =
                picked.map(|(subscription, _)| subscription.id.as_str().to_owned()).collect();
            if ids.is_empty() {
                fail(model, "choose at least one subscription", out);
                return;
            }
            // All of them means: also those that come later.
            let subscriptions = if ids.len() == list.len() { Vec::new() } else { ids };
            out.push(Effect::WriteConfig { sign_in: screen.chosen, subscriptions });
        }
        _ => {}
    }
}

/// The subscriptions of the sign-in came.
pub(super) fn subscriptions(model: &mut Model, answer: Result<Vec<(Subscription, bool)>, SafeText>) {
    let Some(screen) = &mut model.first_run else { return };
    if !matches!(screen.step, FirstRunStep::Listing) {
        return;
    }
    screen.step = match answer {
        Ok(list) if list.is_empty() => {
            FirstRunStep::Failed(SafeText::from("this sign-in can read no subscription"))
        }
        Ok(list) => FirstRunStep::Subscriptions { list, chosen: 0 },
        Err(why) => FirstRunStep::Failed(why),
    };
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
