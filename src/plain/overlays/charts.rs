//! Alerts over time and over ATT&CK: a line each, and a number to list its alerts.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::app::documents::attack::words;
use crate::app::documents::chart::{severities, stretch};
use crate::app::documents::moment::counted;
use crate::app::documents::timeline::{LABELS, head};
use crate::app::key::{Code, Key};
use crate::app::model::{AttackView, Model, Overlay, TimelineView};
use crate::domain::SafeText;
use crate::domain::chart::{Attack, Histogram, Timeline};
use crate::plain::act::press;
use crate::plain::first_run::to;
use crate::plain::line::first;
use crate::plain::overlays::{escape, place};
use crate::plain::session::Step;
use crate::plain::speech;

/// Stretches of time that are read at most.
const STRETCHES: usize = 30;

/// The chart that was printed last: a number is its own, whatever was counted since.
#[derive(Debug, Default)]
pub(in crate::plain) struct Printed {
    timeline: Option<Arc<Timeline>>,
    attack: Option<Arc<Attack>>,
}

impl Printed {
    /// What is shown now, when it is printed.
    pub(in crate::plain) fn of(overlay: Option<&Overlay>) -> Self {
        match overlay {
            Some(Overlay::Timeline(view)) => Self { timeline: view.shown.clone(), attack: None },
            Some(Overlay::Attack(view)) => Self { timeline: None, attack: view.shown.clone() },
            _ => Self::default(),
        }
    }
}

/// What was printed under a number is not in the chart any more.
fn gone(what: &str) -> String {
    format!("{what} is not in the chart any more: its numbers are new")
}

pub(super) fn timeline(model: &Model, view: &TimelineView) -> Vec<String> {
    let Some(shown) = &view.shown else { return Vec::new() };
    let histogram = &shown.histogram;
    // How long a bar of the screen is says nothing here.
    let said = speech::line(&head(view, shown, usize::MAX, model.now));
    let said: Vec<&str> = said.split(", ").filter(|part| !part.starts_with("a bar is")).collect();
    let mut lines = vec![speech::sentence([said.join(", ").as_str()])];
    let offset = i64::from(model.now.offset.local_minus_utc());
    for (at, buckets) in stretches(histogram, offset).into_iter().enumerate() {
        let counts = histogram.sum(*buckets.start(), *buckets.end());
        let when = stretch(histogram.bounds(*buckets.start(), *buckets.end()), model.now);
        let alerts = counted(counts.total() as usize, "alert");
        let severities = speech::line(&severities(counts));
        lines.push(format!("{}. {}: {alerts}: {severities}.", at + 1, speech::fold(&when)));
    }
    lines
}

/// The buckets of each stretch with alerts. Stretches begin at round times, and there are not too many to listen to.
fn stretches(histogram: &Histogram, offset: i64) -> Vec<RangeInclusive<usize>> {
    let last = histogram.buckets.len().saturating_sub(1);
    let whole = histogram.bounds(0, last);
    let fits = |length: &i64| *length >= histogram.step && whole.len() / length < STRETCHES as i64;
    let length = LABELS.into_iter().find(fits).unwrap_or(LABELS[LABELS.len() - 1]);
    let mut found: Vec<(i64, RangeInclusive<usize>)> = Vec::new();
    for at in 0..=last {
        let number = (histogram.bounds(at, at).first + offset).div_euclid(length);
        match found.last_mut().filter(|(of, _)| *of == number) {
            Some((_, range)) => *range = *range.start()..=at,
            None => found.push((number, at..=at)),
        }
    }
    let hit = |range: &RangeInclusive<usize>| histogram.sum(*range.start(), *range.end()).total() > 0;
    found.into_iter().map(|(_, range)| range).filter(hit).collect()
}

pub(super) fn timeline_reply(
    model: &Model,
    view: &TimelineView,
    printed: &Printed,
    line: &str,
) -> Result<Vec<Step>, String> {
    if line.is_empty() {
        return Ok(vec![press(Key::char('T'))]);
    }
    let Some(shown) = &view.shown else { return Ok(vec![escape()]) };
    let offset = i64::from(model.now.offset.local_minus_utc());
    let (read, now) = (&printed.timeline.as_ref().unwrap_or(shown).histogram, &shown.histogram);
    let stretches = stretches(read, offset);
    let buckets = &stretches[place(line, stretches.len())?];
    let time = read.bounds(*buckets.start(), *buckets.end());
    if time.last < now.start || time.first > now.end() {
        return Err(gone("that time"));
    }
    let bucket = |second: i64| now.bucket(second.clamp(now.start, now.end()));
    let (from, to) = bucket(time.first).zip(bucket(time.last)).ok_or_else(|| gone("that time"))?;
    let right = |count| (0..count).map(|_| press(Key::plain(Code::Right)));
    let mut steps = vec![press(Key::plain(Code::Home))];
    steps.extend(right(from));
    steps.push(press(Key::char('v')));
    steps.extend(right(to - from));
    steps.push(press(Key::plain(Code::Enter)));
    Ok(steps)
}

/// The rows of the tactics that are hit.
fn tactics(attack: &Attack) -> Vec<usize> {
    (0..attack.rows.len()).filter(|at| attack.rows[*at].counts.total() > 0).collect()
}

/// The tactics; once the cursor is among the techniques of one, those instead. All of them at once are too many to listen to.
pub(super) fn attack(view: &AttackView) -> Vec<String> {
    let Some(shown) = &view.shown else { return Vec::new() };
    let said = |at, technique| {
        let entry = AttackView { at, technique, ..AttackView::default() };
        words(&entry, shown).first().map(|line| speech::line(line)).unwrap_or_default()
    };
    if let (Some(_), Some(row)) = (view.technique, shown.rows.get(view.at)) {
        let mut lines = vec![format!("{}. Its techniques:", said(view.at, None))];
        let techniques = (0..row.techniques.len()).map(|place| said(view.at, Some(place)));
        // The tactic is said once, above them.
        let own = format!(", {}", row.label());
        let names = techniques.map(|said| said.strip_suffix(&own).unwrap_or(&said).to_owned());
        lines.extend(names.enumerate().map(|(at, said)| format!("{}. {said}.", at + 1)));
        return lines;
    }
    let filter = SafeText::from(view.filter.to_string());
    let mut lines = vec![format!("{}: {filter}.", counted(shown.all.total() as usize, "alert"))];
    for (number, at) in tactics(shown).into_iter().enumerate() {
        let techniques = match shown.rows[at].techniques.len() {
            0 => String::new(),
            count => format!("; {}", counted(count, "technique")),
        };
        lines.push(format!("{}. {}{techniques}.", number + 1, said(at, None)));
    }
    if shown.all.total() == 0 {
        lines.push("No alert of this time.".to_owned());
    }
    lines
}

pub(super) fn attack_prompt(view: &AttackView) -> String {
    if view.technique.is_some() {
        return "Number lists its alerts, an empty line goes back to the tactics".to_owned();
    }
    "Number lists its alerts, techniques NUMBER reads its techniques, an empty line closes".to_owned()
}

pub(super) fn attack_reply(view: &AttackView, printed: &Printed, line: &str) -> Result<Vec<Step>, String> {
    let keys = |count: usize, code| (0..count).map(move |_| press(Key::plain(code)));
    let back = || keys(view.technique.map_or(0, |at| at + 1), Code::Left);
    let Some(shown) = &view.shown else { return Ok(vec![escape()]) };
    let read = printed.attack.as_ref().unwrap_or(shown);
    if let (Some(at), Some(row)) = (view.technique, shown.rows.get(view.at)) {
        if line.is_empty() {
            return Ok(back().collect());
        }
        let before = read.rows.iter().find(|before| before.tactic == row.tactic).unwrap_or(row);
        let (technique, _) = &before.techniques[place(line, before.techniques.len())?];
        let place = row.techniques.iter().position(|(other, _)| other == technique);
        let place = place.ok_or_else(|| gone("that technique"))?;
        let mut steps: Vec<Step> = keys(at.saturating_sub(place), Code::Left).collect();
        steps.extend(keys(place.saturating_sub(at), Code::Right));
        steps.push(press(Key::plain(Code::Enter)));
        return Ok(steps);
    }
    if line.is_empty() {
        return Ok(vec![escape()]);
    }
    let tactics = tactics(read);
    let (word, rest) = first(line);
    let reads = ["techniques", "technique"].contains(&word);
    let tactic = read.rows[tactics[place(if reads { rest } else { line }, tactics.len())?]].tactic;
    let at = shown.rows.iter().position(|row| row.tactic == tactic).ok_or_else(|| gone("that tactic"))?;
    if reads && shown.rows[at].techniques.is_empty() {
        return Err("no alert of this tactic names a technique".to_owned());
    }
    let mut steps = to(view.at, at);
    steps.push(press(Key::plain(if reads { Code::Right } else { Code::Enter })));
    Ok(steps)
}
