//! What Defender for Cloud recommends, and how the resources of the demo stand to it.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::digest::{guid_of, number_of};
use super::estate::{Estate, Site};
use super::world::World;

/// One recommendation.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::emulator) struct Recommendation {
    short: String,
    pub(in crate::emulator) name: String,
    /// The families of resources it is about.
    on: Vec<String>,
    pub(in crate::emulator) severity: String,
    pub(in crate::emulator) categories: Vec<String>,
    pub(in crate::emulator) threats: Vec<String>,
    pub(in crate::emulator) user_impact: String,
    pub(in crate::emulator) effort: String,
    /// Of a hundred resources, how many do not meet it.
    unhealthy: u64,
    /// And to how many it does not apply.
    skipped: u64,
    /// Why it does not apply: code and words.
    pub(in crate::emulator) skip: (String, String),
    /// What is wrong with a resource that does not meet it.
    pub(in crate::emulator) cause: String,
    /// Resources that do not meet it whatever the seed: the stories need it so.
    always: Vec<String>,
    /// HTML, as the service has it.
    pub(in crate::emulator) description: String,
    pub(in crate::emulator) remediation: String,
}

impl Recommendation {
    /// The assessment key.
    pub(in crate::emulator) fn key(&self) -> String {
        guid_of(&format!("assessment {}", self.short))
    }
}

/// All recommendations.
pub(in crate::emulator) fn recommendations() -> &'static [Recommendation] {
    static ALL: LazyLock<Vec<Recommendation>> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../../assets/demo/recommendations.json")).unwrap_or_default()
    });
    &ALL
}

/// How a resource stands to a recommendation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::emulator) enum Health {
    Healthy,
    Unhealthy,
    NotApplicable,
}

impl Health {
    /// The code in the API.
    pub(in crate::emulator) fn code(self) -> &'static str {
        match self {
            Self::Healthy => "Healthy",
            Self::Unhealthy => "Unhealthy",
            Self::NotApplicable => "NotApplicable",
        }
    }
}

/// An assessment: one recommendation on one resource.
#[derive(Debug, Clone)]
pub(in crate::emulator) struct Finding {
    pub(in crate::emulator) of: &'static Recommendation,
    /// The place in [`Estate::sites`].
    pub(in crate::emulator) site: usize,
    pub(in crate::emulator) health: Health,
    /// Since when it stands so.
    pub(in crate::emulator) changed: DateTime<Utc>,
    pub(in crate::emulator) first: DateTime<Utc>,
}

/// All assessments of an estate, and where those of a resource are.
#[derive(Debug, Default)]
pub(in crate::emulator) struct Findings {
    pub(in crate::emulator) all: Vec<Finding>,
    by_place: HashMap<(usize, String), usize>,
}

impl Findings {
    /// Those of an estate as of `now`; the seed decides what is healthy.
    pub(super) fn of(estate: &Estate, world: &World, seed: u64, now: DateTime<Utc>) -> Self {
        let mut findings = Self::default();
        for of in recommendations() {
            let key = of.key();
            for (at, site) in estate.sites.iter().enumerate() {
                let resource = site.resource.and_then(|resource| world.resources.get(resource));
                if !resource.is_some_and(|resource| of.on.iter().any(|family| resource.is(family))) {
                    continue;
                }
                let drawn = |what: &str, limit| number_of(&format!("{seed} {what} {key} {}", site.id), limit);
                let age = TimeDelta::minutes(drawn("age", 60 * 24 * 60) as i64 + 30);
                findings.by_place.insert((at, key.clone()), findings.all.len());
                findings.all.push(Finding {
                    of,
                    site: at,
                    health: health(of, site, drawn("health", 100)),
                    changed: now - age,
                    first: now - age - TimeDelta::days(drawn("first", 300) as i64),
                });
            }
        }
        findings
    }

    /// The assessment of a recommendation on a resource.
    pub(in crate::emulator) fn get(&self, site: usize, key: &str) -> Option<&Finding> {
        self.all.get(*self.by_place.get(&(site, key.to_ascii_lowercase()))?)
    }
}

fn health(of: &Recommendation, site: &Site, drawn: u64) -> Health {
    if of.always.contains(&site.name) || drawn < of.unhealthy {
        Health::Unhealthy
    } else if drawn < of.unhealthy + of.skipped {
        Health::NotApplicable
    } else {
        Health::Healthy
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn recommendations_fit_resources_and_are_shared() {
        let (world, now) = (World::demo(), "2026-11-23T14:00:00Z".parse().unwrap());
        let estate = Estate::of(world);
        let findings = Findings::of(&estate, world, 1, now);
        let keys: HashSet<String> = recommendations().iter().map(Recommendation::key).collect();
        assert!(keys.len() == recommendations().len() && keys.len() >= 25);
        for of in recommendations() {
            let on: Vec<_> = findings.all.iter().filter(|finding| finding.of.short == of.short).collect();
            assert!(!on.is_empty(), "{} is about nothing", of.short);
            for name in &of.always {
                let site = estate.sites.iter().position(|site| site.name == *name).unwrap();
                assert_eq!(
                    findings.get(site, &of.key()).map(|finding| finding.health),
                    Some(Health::Unhealthy)
                );
            }
        }
        let count = |health| findings.all.iter().filter(|finding| finding.health == health).count();
        assert!(
            count(Health::Healthy) > 50 && count(Health::Unhealthy) > 50 && count(Health::NotApplicable) > 3
        );
        let other = Findings::of(&estate, world, 2, now);
        assert!(findings.all.iter().zip(&other.all).any(|(one, other)| one.health != other.health));
        for name in
            ["vm-web-01", "vm-erp-db-01", "kv-payments", "aks-shop-prod", "stcontosobackups", "customers"]
        {
            let site = estate.sites.iter().position(|site| site.name == name).unwrap();
            let wrong = findings.all.iter().filter(|f| f.site == site && f.health == Health::Unhealthy);
            assert!(wrong.count() >= 1, "{name} was attacked, so something is wrong with it");
        }
    }
}
