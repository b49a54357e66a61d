//! The plot: attack stories, bursts, twins and arrivals, read from data and turned into drafts.

use std::borrow::Cow;
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use serde::Deserialize;

use super::digest::guid_of;
use super::draft::{Draft, Incident, Member, Scene};
use super::moment::Moment;
use super::noise::{Noise, hours_before, name, status};
use super::types::{AlertType, find};
use super::world::Person;

/// Everything that happens on purpose.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Plot {
    pub(crate) stories: Vec<Story>,
    pub(crate) bursts: Vec<Burst>,
    pub(crate) twins: Vec<Twin>,
    pub(crate) fill: Fill,
    /// Alerts that arrive later.
    pub(crate) arrivals: Vec<Step>,
    /// The type of incidents, which have no code in the public reference.
    pub(crate) incident: AlertType,
    /// Accounts that only stories have.
    pub(crate) extras: Vec<Person>,
}

/// Who takes part; what is left out is drawn at random.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Cast {
    account: Option<String>,
    address: Option<String>,
    tool: Option<String>,
    domain: Option<String>,
    workload: Option<String>,
    agent: Option<String>,
    page: Option<String>,
    blob: Option<String>,
    application: Option<String>,
    peer: Option<String>,
    count: Option<u32>,
}

/// One alert of a story.
#[derive(Debug, Deserialize)]
pub(crate) struct Step {
    /// Minutes after the story's begin.
    #[serde(default)]
    after: i64,
    #[serde(rename = "type")]
    kind: String,
    on: String,
    #[serde(default)]
    severity: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(flatten)]
    cast: Cast,
}

/// Alerts that hang together.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Story {
    name: String,
    hours_ago: f64,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    incident: Option<IncidentText>,
    cast: Cast,
    steps: Vec<Step>,
}

/// Title and summary of an incident.
#[derive(Debug, Deserialize)]
struct IncidentText {
    title: String,
    summary: String,
}

/// Many alerts of one noisy type on one resource.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Burst {
    #[serde(rename = "type")]
    kind: String,
    pub(crate) on: String,
    count: u32,
    from_hours: f64,
    to_hours: f64,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    cast: Cast,
}

/// One finding, reported by an agent and by an agentless scan.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Twin {
    #[serde(rename = "type")]
    kind: String,
    on: String,
    hours_ago: f64,
    cast: Cast,
}

/// What brings one resource group to an exact number of open alerts of one severity.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fill {
    pub(crate) group: String,
    pub(crate) severity: String,
    pub(crate) count: usize,
    from_hours: f64,
    to_hours: f64,
    cast: Cast,
    steps: Vec<Step>,
}

impl Plot {
    /// The demo's plot; none if the embedded data could not be read, which a test rules out.
    pub(crate) fn demo() -> Option<&'static Self> {
        static PLOT: LazyLock<Option<Plot>> =
            LazyLock::new(|| serde_json::from_str(include_str!("../../../assets/demo/stories.json")).ok());
        PLOT.as_ref()
    }
}

/// Turns the plot into drafts.
pub(crate) struct Teller<'n> {
    pub(crate) plot: &'static Plot,
    pub(crate) noise: &'n Noise<'static>,
    pub(crate) now: DateTime<Utc>,
}

impl Teller<'_> {
    /// The alerts of a story, and its incident.
    pub(crate) fn story(&self, rng: &mut Rng, story: &'static Story) -> Vec<Draft<'static>> {
        let begin = hours_before(self.now, story.hours_ago);
        let key = story.incident.is_some().then(|| correlation(&story.name));
        let status = story.status.as_deref().unwrap_or("Active");
        let mut drafts: Vec<Draft<'static>> = Vec::new();
        for step in &story.steps {
            let jitter = TimeDelta::milliseconds(rng.i64(0..40_000));
            let time = begin + TimeDelta::minutes(step.after) + jitter;
            let Some(mut draft) = self.step(rng, step, &story.cast, Moment::At(time)) else { continue };
            draft.status = status;
            draft.correlation = key.clone().map(Cow::Owned);
            drafts.push(draft);
        }
        if let (Some(text), Some(key)) = (&story.incident, key) {
            drafts.extend(self.incident(rng, text, key, &drafts));
        }
        drafts
    }

    fn step(
        &self,
        rng: &mut Rng,
        step: &'static Step,
        cast: &'static Cast,
        generated: Moment,
    ) -> Option<Draft<'static>> {
        let resource = self.noise.world.resource(&step.on)?;
        let kind = find(&step.kind)?;
        let mut draft = self.noise.draft(rng, kind, resource, generated);
        // In a story the order of the activity is the order of the alerts.
        draft.delay = rng.i64(4_000..50_000);
        draft.duration = if rng.bool() { 0 } else { rng.i64(1_000..60_000) };
        draft.name = name(rng, draft.start());
        draft.severity = step.severity.as_deref().unwrap_or(&kind.severity);
        draft.title = step.title.as_deref();
        self.act(&mut draft.scene, cast);
        self.act(&mut draft.scene, &step.cast);
        Some(draft)
    }

    /// Gives the named parts of a cast their roles.
    fn act(&self, scene: &mut Scene<'static>, cast: &'static Cast) {
        let world = self.noise.world;
        let people = || world.people.iter().chain(&self.plot.extras);
        let by = |wanted: &'static Option<String>| wanted.as_deref();
        if let Some(name) = by(&cast.account) {
            scene.account = people().find(|person| person.name == name).unwrap_or(scene.account);
        }
        if let Some(text) = by(&cast.address) {
            scene.address = world.addresses.iter().find(|known| known.text == text).unwrap_or(scene.address);
        }
        if let Some(name) = by(&cast.tool) {
            scene.tool = world.tools.iter().find(|tool| tool.name == name).unwrap_or(scene.tool);
        }
        if let Some(pod) = by(&cast.workload) {
            scene.workload = world.workloads.iter().find(|known| known.pod == pod).unwrap_or(scene.workload);
        }
        if let Some(name) = by(&cast.blob) {
            scene.blob = world.blobs.iter().find(|blob| blob.name == name).unwrap_or(scene.blob);
        }
        if let Some(name) = by(&cast.peer) {
            scene.peer = world.resource(name).unwrap_or(scene.peer);
        }
        scene.domain = by(&cast.domain).unwrap_or(scene.domain);
        scene.agent = by(&cast.agent).unwrap_or(scene.agent);
        scene.page = by(&cast.page).unwrap_or(scene.page);
        scene.application = by(&cast.application).unwrap_or(scene.application);
        scene.count = cast.count.unwrap_or(scene.count);
    }

    fn incident(
        &self,
        rng: &mut Rng,
        text: &'static IncidentText,
        key: String,
        members: &[Draft<'static>],
    ) -> Option<Draft<'static>> {
        let (first, last) = (members.first()?, members.last()?);
        let generated = last.generated.after(95_000);
        let mut draft = self.noise.draft(rng, &self.plot.incident, first.resource, generated);
        draft.scene = first.scene;
        draft.status = first.status;
        draft.title = Some(&text.title);
        draft.correlation = Some(key.into());
        draft.delay = 90_000;
        draft.duration = match (first.start(), last.generated) {
            (Moment::At(start), Moment::At(end)) => (end - start).num_milliseconds() + 5_000,
            _ => 0,
        };
        draft.name = name(rng, draft.start());
        draft.incident = Some(Incident {
            summary: &text.summary,
            members: members
                .iter()
                .map(|member| Member {
                    name: member.name.clone(),
                    kind: member.kind,
                    severity: member.severity,
                    resource: member.resource,
                    start: member.start(),
                    end: member.end(),
                })
                .collect(),
        });
        Some(draft)
    }

    /// A burst of one type on one resource.
    pub(crate) fn burst(&self, rng: &mut Rng, burst: &'static Burst) -> Vec<Draft<'static>> {
        let (Some(kind), Some(resource)) = (find(&burst.kind), self.noise.world.resource(&burst.on)) else {
            return Vec::new();
        };
        let span = burst.to_hours - burst.from_hours;
        (0..burst.count)
            .map(|_| {
                let time = hours_before(self.now, burst.from_hours + rng.f64() * span);
                let mut draft = self.noise.draft(rng, kind, resource, Moment::At(time));
                draft.severity = &kind.severity;
                draft.status = burst.status.as_deref().unwrap_or_else(|| status(rng, self.now - time));
                self.act(&mut draft.scene, &burst.cast);
                draft
            })
            .collect()
    }

    /// The two alerts of one finding.
    pub(crate) fn twin(&self, rng: &mut Rng, twin: &'static Twin) -> Vec<Draft<'static>> {
        let (Some(kind), Some(resource)) = (find(&twin.kind), self.noise.world.resource(&twin.on)) else {
            return Vec::new();
        };
        [(false, 0.0), (true, 2.6)]
            .into_iter()
            .map(|(agentless, later)| {
                let time = hours_before(self.now, twin.hours_ago - later);
                let mut draft = self.noise.draft(rng, kind, resource, Moment::At(time));
                draft.agentless = agentless;
                self.act(&mut draft.scene, &twin.cast);
                draft
            })
            .collect()
    }

    /// Open alerts until the fill's group has its number of them; `present` are there already.
    pub(crate) fn fill(&self, rng: &mut Rng, present: usize) -> Vec<Draft<'static>> {
        let fill = &self.plot.fill;
        let span = fill.to_hours - fill.from_hours;
        let missing = fill.count.saturating_sub(present);
        let steps = fill.steps.iter().cycle().take(missing);
        let drafts = steps.filter_map(|step| {
            let time = hours_before(self.now, fill.from_hours + rng.f64() * span);
            self.step(rng, step, &fill.cast, Moment::At(time))
        });
        drafts.collect()
    }

    /// The alerts that arrive later, in their order.
    pub(crate) fn arrivals(&self, rng: &mut Rng) -> Vec<Draft<'static>> {
        static NOBODY: Cast = Cast {
            account: None,
            address: None,
            tool: None,
            domain: None,
            workload: None,
            agent: None,
            page: None,
            blob: None,
            application: None,
            peer: None,
            count: None,
        };
        let steps = self.plot.arrivals.iter();
        steps.filter_map(|step| self.step(rng, step, &NOBODY, Moment::Arrival)).collect()
    }
}

/// An opaque key in the form that the service's have.
fn correlation(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(format!("{}{}", guid_of(text), guid_of("demo")))[..44]
        .to_owned()
}
