//! The program without a configuration: the choices, numbered.

use crate::app::key::{Code, Key};
use crate::app::model::{Counted, FirstRun, FirstRunStep, Model};
use crate::domain::SafeStr;
use crate::plain::act::press;
use crate::plain::line::numbers;
use crate::plain::session::Step;
use crate::plain::sign_in;

/// What there is to choose.
pub(super) fn text(screen: &FirstRun) -> Vec<String> {
    match &screen.step {
        FirstRunStep::SignIn if screen.found.is_empty() => vec!["Looking for sign-ins.".to_owned()],
        FirstRunStep::SignIn => {
            let mut lines = vec!["There is no configuration yet. How shall quell sign in?".to_owned()];
            for (at, sign_in) in screen.found.iter().enumerate() {
                let found = match &sign_in.found {
                    Ok(seen) if seen.is_empty() => "found".to_owned(),
                    Ok(seen) => format!("found, {seen}"),
                    Err(why) => format!("not usable, {why}"),
                };
                lines.push(format!("{}. {}: {found}.", at + 1, sign_in.name));
            }
            let demo = "Demo tenant: about 1,200 made-up alerts, no account, nothing is kept.";
            lines.push(format!("{}. {demo}", screen.found.len() + 1));
            if let Some(cloud) = screen.clouds.get(screen.cloud) {
                lines.push(format!("Cloud: {cloud}."));
            }
            if !screen.absent.is_empty() {
                lines.push(format!("Not here: {}.", screen.absent.join(", ")));
            }
            lines
        }
        FirstRunStep::Keep => vec![
            "Keep me signed in on this machine? Then what renews the sign-in is kept in a file that only this user can read."
                .to_owned(),
        ],
        FirstRunStep::Code(code) => sign_in::text(code),
        FirstRunStep::Listing => vec!["Listing the subscriptions of this sign-in.".to_owned()],
        FirstRunStep::Subscriptions { who, list, .. } => {
            let count = list.iter().filter(|choice| choice.on).count();
            let mut lines = vec![
                format!("Account: {who}."),
                "Which subscriptions shall be shown?".to_owned(),
                format!("{count} of {} chosen; with all of them, also those that come later.", list.len()),
            ];
            for (at, choice) in list.iter().enumerate() {
                let chosen = if choice.on { "chosen" } else { "not chosen" };
                let (name, id) = (&choice.subscription.name, SafeStr(choice.subscription.id.as_str()));
                lines.push(format!("{}. {name}: {chosen}{}. {id}", at + 1, alerts(&choice.alerts)));
            }
            lines
        }
        FirstRunStep::Failed(why) => vec![format!("That did not work: {why}")],
    }
}

/// The open alerts of a subscription, where they are known.
fn alerts(counted: &Counted) -> String {
    match counted {
        Counted::Asked => String::new(),
        Counted::Open { alerts, high } => format!(", {alerts} open alerts, {high} high"),
        Counted::Unknown(why) => format!(", not counted: {why}"),
    }
}

/// What is asked.
pub(super) fn prompt(screen: &FirstRun) -> String {
    match &screen.step {
        FirstRunStep::SignIn => "Number, cloud for another cloud, demo, or quit",
        FirstRunStep::Keep => "y keeps it, an empty line means No, back, or quit",
        FirstRunStep::Code(code) => sign_in::prompt(code),
        FirstRunStep::Listing => "back, or quit",
        FirstRunStep::Subscriptions { .. } => "Numbers to switch, all, ok to write the config, back, or quit",
        FirstRunStep::Failed(_) => "back to choose again, or quit",
    }
    .to_owned()
}

/// What a line means.
pub(super) fn reply(model: &Model, line: &str) -> Result<Vec<Step>, String> {
    let Some(screen) = &model.first_run else { return Ok(Vec::new()) };
    let key = |code| press(Key::plain(code));
    let line = line.trim();
    match (line, &screen.step) {
        ("quit" | "q" | "exit", _) => Ok(vec![Step::Quit]),
        ("back", FirstRunStep::SignIn) => Err("this is the beginning".to_owned()),
        ("back", _) => Ok(vec![key(Code::Esc)]),
        ("cloud", FirstRunStep::SignIn) => Ok(vec![press(Key::char('c'))]),
        ("y" | "yes", FirstRunStep::Keep) => Ok(vec![press(Key::char('y'))]),
        (line, FirstRunStep::Code(code)) => sign_in::reply(code, line),
        ("demo", FirstRunStep::SignIn) => Ok(vec![press(Key::char('d'))]),
        ("all", FirstRunStep::Subscriptions { .. }) => Ok(vec![press(Key::char('a'))]),
        ("" | "n" | "no", FirstRunStep::Keep) | ("ok", FirstRunStep::Subscriptions { .. }) => {
            Ok(vec![key(Code::Enter)])
        }
        (_, FirstRunStep::SignIn) => {
            let count = screen.found.len() + 1;
            let number = line.parse::<usize>().ok().filter(|number| (1..=count).contains(number));
            let place = number.ok_or_else(|| format!("choose 1 to {count}, or demo"))? - 1;
            let mut steps = to(screen.chosen, place);
            steps.push(key(Code::Enter));
            Ok(steps)
        }
        (_, FirstRunStep::Subscriptions { list, chosen, .. }) if !line.is_empty() => {
            let (mut steps, mut at) = (Vec::new(), *chosen);
            for number in numbers(line)? {
                let place = number.checked_sub(1).filter(|place| *place < list.len());
                let place = place.ok_or_else(|| format!("the subscriptions are 1 to {}", list.len()))?;
                steps.extend(to(at, place));
                steps.push(press(Key::char(' ')));
                at = place;
            }
            Ok(steps)
        }
        _ => Err(prompt(screen)),
    }
}

/// The keys that lead from one line of a list to another.
pub(super) fn to(from: usize, place: usize) -> Vec<Step> {
    let code = if place > from { Code::Down } else { Code::Up };
    (0..from.abs_diff(place)).map(|_| press(Key::plain(code))).collect()
}
