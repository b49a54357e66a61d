//! The everyday: alerts with a cast drawn at random.

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;

use super::digest::guid;
use super::draft::{Draft, Scene};
use super::moment::Moment;
use super::types::{AlertType, catalogue};
use super::world::{Os, Resource, Tool, World};

/// Severities, and how many of a hundred everyday alerts have them.
const SEVERITIES: [(&str, u32); 4] = [("Informational", 30), ("Low", 26), ("Medium", 39), ("High", 5)];

/// Draws alerts of one world.
pub(crate) struct Noise<'w> {
    pub(crate) world: &'w World,
    windows: Vec<&'w Tool>,
    linux: Vec<&'w Tool>,
    machines: Vec<&'w Resource>,
    /// Per resource, the types that fit it, by severity as in [`SEVERITIES`].
    fitting: Vec<[Vec<&'static AlertType>; 4]>,
}

/// One of the items; they come from embedded data and are never empty.
fn pick<'i, T>(rng: &mut Rng, items: &'i [T]) -> &'i T {
    &items[rng.usize(..items.len())]
}

impl<'w> Noise<'w> {
    /// Sorts out what fits what.
    pub(crate) fn new(world: &'w World) -> Self {
        let tools = |os: Os| world.tools.iter().filter(|tool| tool.os == os).collect();
        let fitting = world.resources.iter().map(|resource| {
            SEVERITIES.map(|(severity, _)| {
                catalogue()
                    .iter()
                    .filter(|kind| kind.lowest_severity() == severity)
                    .filter(|kind| kind.on.iter().any(|family| resource.is(family)))
                    .collect()
            })
        });
        Self {
            world,
            windows: tools(Os::Windows),
            linux: tools(Os::Linux),
            machines: world.resources.iter().filter(|resource| resource.is_machine()).collect(),
            fitting: fitting.collect(),
        }
    }

    /// A type that fits a resource. `calm` leaves out High.
    pub(crate) fn kind(&self, rng: &mut Rng, resource: usize, calm: bool) -> Option<&'static AlertType> {
        let bands = &self.fitting[resource][..if calm { 3 } else { 4 }];
        let weights = || bands.iter().zip(SEVERITIES).filter(|(band, _)| !band.is_empty());
        let mut left = rng.u32(..weights().map(|(_, (_, weight))| weight).sum::<u32>().max(1));
        for (band, (_, weight)) in weights() {
            if left < weight {
                return Some(*pick(rng, band));
            }
            left -= weight;
        }
        None
    }

    /// A cast for an alert on a resource.
    pub(crate) fn scene(&self, rng: &mut Rng, resource: &Resource) -> Scene<'w> {
        let world = self.world;
        let windows = resource.os == Some(Os::Windows);
        Scene {
            account: pick(rng, &world.people),
            address: pick(rng, &world.addresses),
            tool: pick::<&Tool>(rng, if windows { &self.windows } else { &self.linux }),
            domain: pick::<String>(rng, &world.domains),
            workload: pick(rng, &world.workloads),
            agent: pick::<String>(rng, &world.agents),
            page: pick::<String>(rng, &world.pages),
            blob: pick(rng, &world.blobs),
            application: pick::<String>(rng, &world.applications),
            peer: pick::<&Resource>(rng, &self.machines),
            count: rng.u32(2..240),
            pid: rng.u32(1000..60_000),
        }
    }

    /// An alert of a type on a resource.
    pub(crate) fn draft(
        &self,
        rng: &mut Rng,
        kind: &'w AlertType,
        resource: &'w Resource,
        generated: Moment,
    ) -> Draft<'w> {
        let scene = self.scene(rng, resource);
        let mut draft = Draft {
            kind,
            resource,
            scene,
            severity: kind.lowest_severity(),
            status: "Active",
            name: String::new(),
            generated,
            delay: rng.i64(4_000..240_000),
            duration: if rng.u8(..3) == 0 { 0 } else { rng.i64(1_000..900_000) },
            correlation: None,
            agentless: false,
            title: None,
            incident: None,
        };
        draft.name = name(rng, draft.start());
        draft
    }
}

/// An alert's name: mostly the older form, which counts down from the start of the activity; else a bare GUID.
pub(crate) fn name(rng: &mut Rng, start: Moment) -> String {
    let guid = guid(rng);
    match start.countdown() {
        Some(digits) if rng.u8(..10) < 7 => format!("{digits:019}_{guid}"),
        _ => guid,
    }
}

/// The status of an alert of some age: most of the last days' are open, most older ones closed.
pub(crate) fn status(rng: &mut Rng, age: TimeDelta) -> &'static str {
    let open = match age.num_hours() {
        ..12 => 92,
        12..48 => 75,
        48..168 => 34,
        _ => 6,
    };
    match (rng.u8(..100) < open, rng.u8(..10)) {
        (true, 0) => "InProgress",
        (true, _) => "Active",
        (false, ..6) => "Dismissed",
        (false, _) => "Resolved",
    }
}

/// Hours before a time.
pub(crate) fn hours_before(now: DateTime<Utc>, hours: f64) -> DateTime<Utc> {
    now - TimeDelta::milliseconds((hours * 3_600_000.0) as i64)
}
