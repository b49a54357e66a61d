//! The demo tenant, and tenants of any size for measuring.
//!
//! Everything is made up, follows from a seed and a time, and is written as the alerts API writes it (2022-01-01).
//! What the demo holds is data: `assets/demo/world.json` (who and what there is), `assets/demo/alert-types.json`
//! (the types, their titles, tactics and severities being facts of the public reference) and
//! `assets/demo/stories.json` (what happens).
//!
//! | module | holds |
//! | --- | --- |
//! | `world` | subscriptions, resources, people, addresses, programs |
//! | `types` | the alert types |
//! | `story` | the plot: stories with incidents, bursts, twins, arrivals |
//! | `noise` | everyday alerts, drawn at random |
//! | `draft` | an alert before it is written |
//! | `recipe` | entities, properties and evidence, per kind of alert |
//! | `entity`, `evidence` | the entity list with `$id` and `$ref`; evidence tables |
//! | `alert`, `writer`, `moment` | the JSON text |
//! | `logic`, `automations` | logic apps, and what starts them by itself |
//! | `directory`, `history` | people, programs and their roles; what they did |
//! | `estate` | what Azure Resource Manager manages: resources, tags, roles on them |
//! | `findings` | recommendations, and how the resources stand to them |
//! | `posture` | suppression rules and e-mail contacts |
//! | `digest` | hashes, SIDs and GUIDs that follow from a name |

mod alert;
mod automations;
mod digest;
mod directory;
mod draft;
mod entity;
mod estate;
mod evidence;
mod findings;
mod history;
mod logic;
mod moment;
mod noise;
mod posture;
mod recipe;
mod story;
mod types;
mod world;
mod writer;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use fastrand::Rng;

use super::activity::caller::Caller;
use alert::AlertWriter;
pub(super) use automations::{Automation, automations};
use directory::Directory;
use draft::Draft;
pub(super) use estate::{Estate, Grant, Site};
pub(super) use findings::{Finding, Findings, Health, Recommendation, recommendations};
pub(super) use history::history;
pub(super) use logic::{AppNote, apps};
use moment::Moment;
pub use moment::NOW_PLACEHOLDER;
use noise::{Noise, status};
pub(super) use posture::PostureNotes;
use story::{Plot, Teller};
use types::{catalogue, find};
use world::World;

/// How many alerts the demo tenant has at the start.
const DEMO_ALERTS: usize = 1204;
/// How far back a tenant's alerts go.
const DAYS: i64 = 30;

/// A subscription of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The GUID.
    pub id: String,
    /// The name people know it by.
    pub display_name: String,
    /// The tenant's GUID.
    pub tenant_id: String,
}

/// The ids of the demo's subscriptions, in the order in which its data counts them.
pub(super) fn subscription_ids() -> Vec<&'static str> {
    World::demo().subscriptions.iter().map(|place| place.id.as_str()).collect()
}

/// Who sits before the demo: the one who triages its alerts.
pub(super) fn analyst() -> Caller {
    Directory::demo().analysts().first().map(|caller| caller.as_ref().clone()).unwrap_or_default()
}

/// Who changes alerts from the other end of the room.
pub(super) fn colleague() -> Caller {
    Directory::demo().analysts().last().map(|caller| caller.as_ref().clone()).unwrap_or_default()
}

/// A time as the service writes it: up to seven fractional digits, trailing zeros trimmed.
pub(super) fn iso(time: DateTime<Utc>) -> String {
    let mut text = String::with_capacity(28);
    Moment::At(time).write_iso(&mut text);
    text
}

/// What an emulator serves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tenant {
    /// The subscriptions.
    pub subscriptions: Vec<Subscription>,
    /// Alerts as compact ARM JSON (2022-01-01), newest first.
    pub alerts: Vec<String>,
    /// Alerts that arrive later, in that order. Each time in them is the text [`NOW_PLACEHOLDER`]: whoever serves
    /// them replaces it by the time of arrival (RFC 3339, UTC). Names are bare GUIDs.
    pub arrivals: Vec<String>,
}

/// The demo tenant as of `now`: the same for the same seed and time.
///
/// Whatever the seed, it has 1,204 alerts on 60 resources (three of them the subscriptions themselves) over 30 days;
/// `vm-jump-01` has exactly 340 Informational alerts of the last 24 hours (all of the last 20), each of them Active;
/// the resource group `rg-erp-prod` has exactly 40 High alerts, each of them Active.
pub fn tenant(seed: u64, now: DateTime<Utc>) -> Tenant {
    let world = World::demo();
    let (drafts, arrivals) = plot(seed, now);
    let mut writer = AlertWriter::new(world);
    Tenant {
        subscriptions: subscriptions(world),
        alerts: drafts.iter().map(|draft| writer.write(draft)).collect(),
        arrivals: arrivals.iter().map(|draft| writer.write(draft)).collect(),
    }
}

/// The demo's alerts before they are written, newest first, and those that arrive later.
///
/// They are named as of midnight and then moved to `now`: on one day (UTC) a seed gives the same names, so that an id that
/// one command printed means the same alert to the next.
fn plot(seed: u64, now: DateTime<Utc>) -> (Vec<Draft<'static>>, Vec<Draft<'static>>) {
    let midnight = now.duration_trunc(TimeDelta::days(1)).unwrap_or(now);
    let (mut drafts, arrivals) = plot_as_of(seed, midnight);
    for draft in &mut drafts {
        draft.move_by(now - midnight);
    }
    (drafts, arrivals)
}

fn plot_as_of(seed: u64, now: DateTime<Utc>) -> (Vec<Draft<'static>>, Vec<Draft<'static>>) {
    let mut rng = Rng::with_seed(seed);
    let world = World::demo();
    let noise = Noise::new(world);
    let mut drafts = Vec::with_capacity(DEMO_ALERTS);
    let mut arrivals = Vec::new();
    if let Some(plot) = Plot::demo() {
        let teller = Teller { plot, noise: &noise, now };
        drafts.extend(plot.stories.iter().flat_map(|story| teller.story(&mut rng, story)));
        drafts.extend(plot.bursts.iter().flat_map(|burst| teller.burst(&mut rng, burst)));
        drafts.extend(plot.twins.iter().flat_map(|twin| teller.twin(&mut rng, twin)));
        let fill = &plot.fill;
        let present = drafts
            .iter()
            .filter(|draft| draft.resource.group == fill.group && draft.severity == fill.severity);
        let present = present.count();
        drafts.extend(teller.fill(&mut rng, present));
        let noisy = plot.bursts.first().map_or("", |burst| burst.on.as_str());
        everyday(&mut rng, &noise, now, noisy, &fill.group, &mut drafts);
        arrivals = teller.arrivals(&mut rng);
    }
    drafts.sort_by_key(|draft| match draft.generated {
        Moment::At(time) => std::cmp::Reverse(time),
        Moment::Arrival => std::cmp::Reverse(now),
    });
    (drafts, arrivals)
}

/// Adds everyday alerts up to [`DEMO_ALERTS`]: first every type and every resource that nothing happened to yet.
/// The noisy resource is left alone, and the resource group `calm` gets nothing of severity High.
fn everyday(
    rng: &mut Rng,
    noise: &Noise<'static>,
    now: DateTime<Utc>,
    noisy: &str,
    calm: &str,
    drafts: &mut Vec<Draft<'static>>,
) {
    let world = noise.world;
    let places: Vec<usize> =
        (0..world.resources.len()).filter(|at| world.resources[*at].name != noisy).collect();
    let mut wanted: Vec<(usize, &types::AlertType)> = Vec::new();
    for kind in catalogue() {
        let told = drafts.iter().any(|draft| draft.kind.code == kind.code);
        let fits: Vec<usize> = places
            .iter()
            .copied()
            .filter(|at| kind.on.iter().any(|family| world.resources[*at].is(family)))
            .filter(|at| kind.severity != "High" || world.resources[*at].group != calm)
            .collect();
        if let (false, Some(at)) = (told, rng.choice(&fits)) {
            wanted.push((*at, kind));
        }
    }
    for at in &places {
        let seen = drafts.iter().any(|draft| draft.resource.name == world.resources[*at].name);
        if let (false, Some(kind)) = (seen, noise.kind(rng, *at, true)) {
            wanted.push((*at, kind));
        }
    }
    while drafts.len() < DEMO_ALERTS {
        let (at, kind) = if let Some(chosen) = wanted.pop() {
            chosen
        } else {
            let at = places[rng.usize(..places.len())];
            let Some(kind) = noise.kind(rng, at, world.resources[at].group == calm) else { continue };
            (at, kind)
        };
        // Between 4 minutes ago and the whole span, the last week denser.
        let age = rng.f64().powf(1.6) * (DAYS * 24 * 60 - 30) as f64 + 4.0;
        let age = TimeDelta::milliseconds((age * 60_000.0) as i64);
        let mut draft = noise.draft(rng, kind, &world.resources[at], Moment::At(now - age));
        draft.status = status(rng, age);
        drafts.push(draft);
    }
}

/// A tenant of `alerts` alerts over 30 days before `now`, without arrivals: the same for the same arguments. The
/// number of resources grows with it, from the demo's 60 to 2,000.
pub fn generate(alerts: usize, seed: u64, now: DateTime<Utc>) -> Tenant {
    let mut rng = Rng::with_seed(seed);
    let world = world_of(alerts);
    let noise = Noise::new(&world);
    let mut writer = AlertWriter::new(&world);
    let total = i64::try_from(alerts).unwrap_or(i64::MAX - 1);
    let slot = DAYS * 24 * 3_600_000_000 / (total + 1);
    let fallback = find("Network_TrafficFromUnrecommendedIP").or(catalogue().first());
    let texts = (1..=total).filter_map(|number| {
        let at = rng.usize(..world.resources.len());
        let kind = noise.kind(&mut rng, at, false).or(fallback)?;
        // Each alert has a slot of its own, so that they come newest first without sorting.
        let age = TimeDelta::microseconds(slot * number - rng.i64(0..slot.max(1)));
        let age = age.max(TimeDelta::seconds(1));
        let mut draft = noise.draft(&mut rng, kind, &world.resources[at], Moment::At(now - age));
        draft.status = status(&mut rng, age);
        Some(writer.write(&draft))
    });
    Tenant { alerts: texts.collect(), subscriptions: subscriptions(&world), arrivals: Vec::new() }
}

/// The world of a tenant of so many alerts.
fn world_of(alerts: usize) -> World {
    let demo = World::demo();
    demo.with_resources((alerts / 50).clamp(demo.resources.len(), 2000))
}

/// What Azure Resource Manager manages, and what Defender for Cloud finds there: of the demo, or of a generated tenant
/// of so many alerts.
pub(super) fn estate(alerts: Option<usize>, seed: u64, now: DateTime<Utc>) -> (Estate, Findings) {
    let bigger = alerts.map(world_of);
    let world = bigger.as_ref().unwrap_or_else(|| World::demo());
    let estate = Estate::of(world);
    let findings = Findings::of(&estate, world, seed, now);
    (estate, findings)
}

fn subscriptions(world: &World) -> Vec<Subscription> {
    let tenant_id = &world.tenant_id;
    let place = |place: &world::Place| Subscription {
        id: place.id.clone(),
        display_name: place.display_name.clone(),
        tenant_id: tenant_id.clone(),
    };
    world.subscriptions.iter().map(place).collect()
}

#[cfg(test)]
mod tests;
