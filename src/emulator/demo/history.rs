//! What happened in the demo's subscriptions: routine, attacks and what was done about them, as the activity log
//! tells it.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use serde::Deserialize;
use uuid::Uuid;

use super::alert;
use super::directory::Directory;
use super::draft::Draft;
use super::moment::Moment;
use super::recipe::operation_name;
use super::types::Recipe;
use super::world::{Resource, World};
use super::{DAYS, plot};
use crate::emulator::activity::caller::Caller;
use crate::emulator::activity::event::{Detail, Event, RAISED, Raised, Stage};

/// Something that is done now and then.
#[derive(Debug, Deserialize)]
struct Routine {
    /// The family of resources, or `any`.
    on: String,
    #[serde(flatten)]
    act: Act,
}

/// Something that is done shortly before or after an alert.
#[derive(Debug, Deserialize)]
struct Around {
    types: Vec<String>,
    /// After the begin of the alert's activity.
    minutes: i64,
    by: Side,
    #[serde(flatten)]
    act: Act,
}

#[derive(Debug, Deserialize)]
struct Act {
    operation: String,
    title: String,
    /// The refusal's code; none where it succeeds.
    fails: Option<String>,
    /// `firewall` for what is done to the resource group's network security group.
    under: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Side {
    Attacker,
    Operator,
}

#[derive(Debug, Default, Deserialize)]
struct Notes {
    routine: Vec<Routine>,
    around: Vec<Around>,
}

fn notes() -> &'static Notes {
    static NOTES: LazyLock<Notes> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../../assets/demo/activity.json")).unwrap_or_default()
    });
    &NOTES
}

/// Writes the log.
struct Scribe {
    rng: Rng,
    world: &'static World,
    directory: &'static Directory,
    now: DateTime<Utc>,
    /// What was done as routine or as an answer, and when, so that a burst of alerts does not multiply it.
    done: HashSet<(String, i64)>,
    events: Vec<Event>,
}

/// The log of the demo as of `now`, the oldest first: the same for the same seed and time.
pub(in crate::emulator) fn history(seed: u64, now: DateTime<Utc>) -> Vec<Event> {
    let (drafts, _) = plot(seed, now);
    let mut scribe = Scribe {
        rng: Rng::with_seed(seed.wrapping_add(0x00AC_7117)),
        world: World::demo(),
        directory: Directory::demo(),
        now,
        done: HashSet::new(),
        events: Vec::with_capacity(drafts.len() * 4),
    };
    for draft in &drafts {
        scribe.raised(draft);
        scribe.closed(draft);
        scribe.attack(draft);
        scribe.around(draft);
    }
    for resource in &scribe.world.resources {
        for _ in 0..10 {
            let time = now - TimeDelta::seconds(scribe.rng.i64(60..DAYS * 86_400));
            scribe.routine(resource, time);
        }
    }
    let mut events = scribe.events;
    events.retain(|event| event.time < now);
    events.sort_by_key(|event| event.time);
    events
}

impl Scribe {
    fn uuid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.rng.u128(..).to_be_bytes()).into_uuid()
    }

    fn choose(&mut self, callers: &[Arc<Caller>]) -> Option<Arc<Caller>> {
        self.rng.choice(callers).cloned()
    }

    /// Begin and end of one operation.
    fn act(
        &mut self,
        resource: &str,
        act: (&'static str, &'static str),
        caller: &Arc<Caller>,
        address: &str,
        time: DateTime<Utc>,
        end: Stage,
    ) {
        let correlation = self.uuid();
        let takes = TimeDelta::milliseconds(self.rng.i64(800..90_000));
        for (stage, time) in [(Stage::Started, time), (end, time + takes)] {
            let id = self.uuid();
            self.events.push(Event {
                time,
                resource: resource.to_owned(),
                operation: act.0.into(),
                title: act.1.into(),
                correlation,
                id,
                detail: Detail::Operation {
                    caller: Arc::clone(caller),
                    address: address.to_owned().into(),
                    stage,
                },
            });
        }
    }

    /// The entry that the alert itself leaves.
    fn raised(&mut self, draft: &Draft<'static>) {
        let Moment::At(time) = draft.generated else { return };
        let (correlation, id) = (self.uuid(), self.uuid());
        let fill = |template: &str| {
            let mut text = String::new();
            draft.render(template, &mut text);
            text
        };
        let steps = draft.kind.remediation_steps.iter().map(|step| fill(step)).collect();
        self.events.push(Event {
            time,
            resource: alert::id(draft, self.world),
            operation: RAISED.into(),
            title: "Activate a security alert".into(),
            correlation,
            id,
            detail: Detail::Alert(Box::new(Raised {
                title: draft.title.unwrap_or(&draft.kind.display_name).to_owned(),
                description: fill(&draft.kind.description),
                severity: draft.severity.to_owned(),
                tactics: draft.kind.tactics.clone(),
                steps,
                entity: draft.resource.name.clone(),
                resource_type: draft.resource.kind.label().to_owned(),
            })),
        });
    }

    /// Who set the status that an alert has.
    fn closed(&mut self, draft: &Draft<'static>) {
        let act = match draft.status {
            "Dismissed" => ("Microsoft.Security/locations/alerts/dismiss/action", "Dismiss a security alert"),
            "Resolved" => ("Microsoft.Security/locations/alerts/resolve/action", "Resolve a security alert"),
            "InProgress" => {
                ("Microsoft.Security/locations/alerts/inProgress/action", "Take up a security alert")
            }
            _ => return,
        };
        let Moment::At(raised) = draft.generated else { return };
        let analysts = self.directory.analysts();
        let Some(caller) = self.choose(&analysts) else { return };
        let open = (self.now - raised).num_milliseconds().clamp(10, 20 * 3_600_000);
        let time = raised + TimeDelta::milliseconds(self.rng.i64(5..open));
        let (correlation, id) = (self.uuid(), self.uuid());
        let address = caller.address.clone().into();
        self.events.push(Event {
            time,
            resource: alert::id(draft, self.world),
            operation: act.0.into(),
            title: act.1.into(),
            correlation,
            id,
            detail: Detail::Operation { caller, address, stage: Stage::Succeeded },
        });
    }

    /// What an alert about operations in Azure Resource Manager is about: as in its table of evidence.
    fn attack(&mut self, draft: &Draft<'static>) {
        let (Moment::At(start), Recipe::Operation) = (draft.start(), draft.kind.recipe) else { return };
        let Some(resource) = draft.resource.arm_id(self.world) else { return };
        let Some(caller) = self.directory.caller_of(draft.scene.account) else { return };
        let (operation, caller) = (operation_name(&draft.kind.code), Arc::new(caller));
        for (later, end) in [(4_000, Stage::Failed("AuthorizationFailed")), (11_500, Stage::Succeeded)] {
            let time = start + TimeDelta::milliseconds(later);
            self.act(&resource, (operation, operation), &caller, &draft.scene.address.text, time, end);
        }
    }

    /// What goes with an alert: the attacker's other operations, the answer of those who run the resource, and the
    /// routine of the hour.
    fn around(&mut self, draft: &Draft<'static>) {
        let Moment::At(start) = draft.start() else { return };
        if draft.resource.arm_id(self.world).is_none() {
            return;
        }
        for note in &notes().around {
            if !note.types.contains(&draft.kind.code) {
                continue;
            }
            let time = start + TimeDelta::seconds(note.minutes * 60 + self.rng.i64(-20..40));
            let operators = self.directory.operators(draft.resource);
            let (caller, address) = match note.by {
                Side::Attacker => {
                    let caller = self.directory.caller_of(draft.scene.account).map(Arc::new);
                    (caller, Some(draft.scene.address.text.as_str()))
                }
                Side::Operator => (self.choose(&operators), None),
            };
            // Whoever answers does so once, not once for each alert.
            let done = (format!("{} {}", draft.resource.name, note.act.operation), time.timestamp() / 14_400);
            let Some(caller) = caller.filter(|_| note.by == Side::Attacker || self.done.insert(done)) else {
                continue;
            };
            let address = address.map_or_else(|| caller.address.clone(), str::to_owned);
            self.noted(draft.resource, &note.act, &caller, &address, time);
        }
        let minutes = self.rng.i64(-50..55);
        self.routine(draft.resource, start + TimeDelta::minutes(minutes));
    }

    /// Something that is done to a resource now and then.
    fn routine(&mut self, resource: &'static Resource, time: DateTime<Utc>) {
        let Some(id) = resource.arm_id(self.world) else { return };
        if !self.done.insert((id, time.timestamp().div_euclid(3_600))) {
            return;
        }
        let fits = |note: &&Routine| note.on == "any" || resource.is(&note.on);
        let fitting: Vec<&'static Routine> = notes().routine.iter().filter(fits).collect();
        let operators = self.directory.operators(resource);
        let note = self.rng.choice(fitting);
        if let (Some(note), Some(caller)) = (note, self.choose(&operators)) {
            self.noted(resource, &note.act, &caller, &caller.address.clone(), time);
        }
    }

    fn noted(
        &mut self,
        resource: &Resource,
        act: &'static Act,
        caller: &Arc<Caller>,
        address: &str,
        time: DateTime<Utc>,
    ) {
        let id = match act.under {
            Some(_) => resource.firewall_id(self.world),
            None => resource.arm_id(self.world),
        };
        let end = match act.fails.as_deref() {
            Some("AuthorizationFailed") => Stage::Failed("AuthorizationFailed"),
            Some(_) => Stage::Failed("Conflict"),
            None => Stage::Succeeded,
        };
        if let Some(id) = id {
            self.act(&id, (&act.operation, &act.title), caller, address, time, end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::demo::types::find;

    #[test]
    fn the_past_follows_from_seed_and_time() {
        let now = "2026-11-23T14:00:00Z".parse().unwrap();
        let events = history(1, now);
        assert_eq!(events, history(1, now));
        assert_ne!(events, history(2, now));
        assert!(events.is_sorted_by_key(|event| event.time) && events.iter().all(|event| event.time < now));
        let alerts = events.iter().filter(|event| matches!(event.detail, Detail::Alert(_))).count();
        assert_eq!(alerts, 1204, "every alert has its entry");
    }

    #[test]
    fn the_notes_are_about_alert_types_that_exist() {
        let notes = notes();
        assert!(!notes.routine.is_empty());
        for note in &notes.around {
            assert!(note.types.iter().all(|kind| find(kind).is_some()), "{:?}", note.types);
        }
    }
}
