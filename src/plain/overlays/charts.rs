//! Alerts over time and over ATT&CK: a line each, and a number to list its alerts.

use std::ops::RangeInclusive;

use crate::app::documents::attack::words;
use crate::app::documents::chart::{severities, stretch};
use crate::app::documents::moment::counted;
use crate::app::documents::timeline::{LABELS, head};
use crate::app::key::{Code, Key};
use crate::app::model::{AttackView, Model, TimelineView};
use crate::domain::SafeText;
use crate::domain::chart::{Attack, Histogram};
use crate::plain::act::press;
use crate::plain::first_run::to;
use crate::plain::overlays::{escape, place};
use crate::plain::session::Step;
use crate::plain::speech;

/// Stretches of time that are read at most.
const STRETCHES: usize = 30;

pub(super) fn timeline(model: &Model, view: &TimelineView) -> Vec<String> {
    let Some(shown) = &view.shown else { return Vec::new() };
    let histogram = &shown.histogram;
    // How long a bar of the screen is says nothing here.
    let said = speech::line(&head(view, shown, model.now));
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

pub(super) fn timeline_reply(model: &Model, view: &TimelineView, line: &str) -> Result<Vec<Step>, String> {
    if line.is_empty() {
        return Ok(vec![press(Key::char('T'))]);
    }
    let Some(shown) = &view.shown else { return Ok(vec![escape()]) };
    let offset = i64::from(model.now.offset.local_minus_utc());
    let stretches = stretches(&shown.histogram, offset);
    let buckets = &stretches[place(line, stretches.len())?];
    let right = |count| (0..count).map(|_| press(Key::plain(Code::Right)));
    let mut steps = vec![press(Key::plain(Code::Home))];
    steps.extend(right(*buckets.start()));
    steps.push(press(Key::char('v')));
    steps.extend(right(buckets.end() - buckets.start()));
    steps.push(press(Key::plain(Code::Enter)));
    Ok(steps)
}

/// The tactics that are hit, each with its techniques: the row, and the technique.
fn entries(attack: &Attack) -> Vec<(usize, Option<usize>)> {
    let hit = attack.rows.iter().enumerate().filter(|(_, row)| row.counts.total() > 0);
    hit.flat_map(|(at, row)| {
        std::iter::once((at, None)).chain((0..row.techniques.len()).map(move |place| (at, Some(place))))
    })
    .collect()
}

pub(super) fn attack(view: &AttackView) -> Vec<String> {
    let Some(shown) = &view.shown else { return Vec::new() };
    let filter = SafeText::from(view.filter.to_string());
    let mut lines = vec![format!("{}: {filter}.", counted(shown.all.total() as usize, "alert"))];
    for (number, (at, technique)) in entries(shown).into_iter().enumerate() {
        let entry = AttackView { at, technique, ..AttackView::default() };
        let said = words(&entry, shown).first().map(|line| speech::line(line)).unwrap_or_default();
        let depth = if technique.is_some() { "technique " } else { "" };
        lines.push(format!("{}. {depth}{said}.", number + 1));
    }
    if shown.all.total() == 0 {
        lines.push("No alert of this time.".to_owned());
    }
    lines
}

pub(super) fn attack_reply(view: &AttackView, line: &str) -> Result<Vec<Step>, String> {
    if line.is_empty() {
        return Ok(vec![escape()]);
    }
    let Some(shown) = &view.shown else { return Ok(vec![escape()]) };
    let entries = entries(shown);
    let (at, technique) = entries[place(line, entries.len())?];
    let mut steps: Vec<Step> =
        (0..view.technique.map_or(0, |at| at + 1)).map(|_| press(Key::plain(Code::Left))).collect();
    steps.extend(to(view.at, at));
    steps.extend((0..technique.map_or(0, |at| at + 1)).map(|_| press(Key::plain(Code::Right))));
    steps.push(press(Key::plain(Code::Enter)));
    Ok(steps)
}
