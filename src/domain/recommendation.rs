//! Recommendations: what Defender for Cloud finds to improve on a resource (its *assessments*).

use crate::domain::{SafeText, Severity};

/// One unhealthy recommendation of a resource. Text the source left out is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recommendation {
    /// The assessment's key, the same on every resource.
    pub key: SafeText,
    /// The title.
    pub title: SafeText,
    /// The severity.
    pub severity: Severity,
    /// The severity as the source spelled it.
    pub severity_text: SafeText,
    /// What it is about, as plain text.
    pub description: SafeText,
    /// What to do, as plain text.
    pub remediation: SafeText,
    /// Why the resource is unhealthy, where the source says it.
    pub cause: SafeText,
    /// The portal's page of it, always `https`; empty when there is none.
    pub link: SafeText,
    /// `Low`, `Moderate`, `High`: how much users notice of the remedy.
    pub user_impact: SafeText,
    /// `Low`, `Moderate`, `High`: how much work the remedy is.
    pub effort: SafeText,
    /// What it protects from.
    pub threats: Vec<SafeText>,
    /// On how many other resources of the tenant it is unhealthy, too; none when that could not be counted.
    pub others: Option<usize>,
}

/// The recommendations of a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recommendations {
    /// The worst first; of equal severity, what is most widespread.
    pub items: Vec<Recommendation>,
    /// Why some of it is not known: counts, severities or remedies.
    pub gaps: Vec<SafeText>,
}

impl Recommendations {
    /// Puts recommendations in order.
    pub fn new(mut items: Vec<Recommendation>, gaps: Vec<SafeText>) -> Self {
        items.sort_by(|a, b| {
            let rank = |of: &Recommendation| (of.severity, of.others.unwrap_or(0));
            rank(b).cmp(&rank(a)).then_with(|| a.title.cmp(&b.title)).then_with(|| a.key.cmp(&b.key))
        });
        Self { items, gaps }
    }
}
