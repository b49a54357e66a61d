//! What there is to improve on a resource: its unhealthy assessments, from Resource Graph (contract §8), with what the
//! rows lack from the assessments' metadata (contract §1, operation 19).

use std::collections::HashMap;

use futures_util::future::join_all;

use super::client::{ArmClient, push_segment, scope_path};
use super::error::ApiError;
use super::graph::literal;
use super::listing::{Reading, below_subscription};
use super::parse::json::Node;
use crate::domain::markup;
use crate::domain::recommendation::{Recommendation, Recommendations};
use crate::domain::resource::ResourceId;
use crate::domain::{SafeText, Severity, SubscriptionId};

const METADATA_VERSION: &str = "2021-06-01";
/// So many recommendations are asked about at once for what their rows lack.
const MOST_ASKED: usize = 40;

/// The rows of unhealthy assessments, with the id of their resource. Letter case varies inside `properties`, and access
/// to it is by exact case.
const UNHEALTHY: &str = "securityresources
| where type =~ 'microsoft.security/assessments'
| extend code = tostring(coalesce(properties.status.code, properties.Status.Code))
| extend resource = tolower(tostring(coalesce(properties.resourceDetails.Id, properties.resourceDetails.id, properties.ResourceDetails.Id)))
| where code =~ 'Unhealthy'";

/// What is shown of them.
const COLUMNS: &str = "| project id, name,
    title = tostring(coalesce(properties.displayName, properties.DisplayName)),
    severity = tostring(coalesce(properties.metadata.severity, properties.Metadata.Severity)),
    description = tostring(coalesce(properties.metadata.description, properties.Metadata.Description)),
    remediation = tostring(coalesce(properties.metadata.remediationDescription, properties.Metadata.RemediationDescription)),
    userImpact = tostring(coalesce(properties.metadata.userImpact, properties.Metadata.UserImpact)),
    effort = tostring(coalesce(properties.metadata.implementationEffort, properties.Metadata.ImplementationEffort)),
    threats = coalesce(properties.metadata.threats, properties.Metadata.Threats),
    cause = tostring(coalesce(properties.status.description, properties.Status.Description)),
    portal = tostring(coalesce(properties.links.azurePortal, properties.Links.AzurePortal))
| order by id asc";

impl ArmClient {
    /// The unhealthy recommendations of a resource, the worst first. Only the first query can fail as a whole: counts
    /// and metadata that cannot be had are said among the gaps.
    pub async fn recommendations(&self, resource: &ResourceId) -> Result<Recommendations, ApiError> {
        let id = resource.text().raw().trim_end_matches('/');
        let subscription = resource
            .subscription()
            .filter(|_| scope_path(id).is_some())
            .ok_or_else(|| ApiError::RefusedUrl(resource.text().clone()))?;
        let found = self.graph(&[subscription.as_str()], &of_resource(id), read).await?;
        let mut gaps = Vec::new();
        if !found.complete {
            gaps.push(SafeText::from("Resource Graph left some recommendations out"));
        }
        let mut items = once_each(found.rows);
        if items.is_empty() {
            return Ok(Recommendations::new(items, gaps));
        }
        let query = elsewhere(id, &items);
        let (counts, ()) =
            tokio::join!(self.graph(&[], &query, count), self.complete(&subscription, &mut items, &mut gaps));
        match counts {
            Ok(counts) => {
                if !counts.complete {
                    gaps.push("Resource Graph left out on how many other resources some are".into());
                }
                // Only of a whole answer does a row that is missing mean that there is none.
                let none = counts.complete.then_some(0);
                let counts: HashMap<String, usize> = counts.rows.into_iter().collect();
                for item in &mut items {
                    item.others = counts.get(&item.key.raw().to_ascii_lowercase()).copied().or(none);
                }
            }
            Err(error) => {
                let why = format!("on how many other resources is not known: {error}");
                gaps.push(SafeText::from(why));
            }
        }
        Ok(Recommendations::new(items, gaps))
    }

    /// Asks for what the rows lack: severity, description, remedy.
    async fn complete(
        &self,
        subscription: &SubscriptionId,
        items: &mut [Recommendation],
        gaps: &mut Vec<SafeText>,
    ) {
        let lacking = items.iter_mut().filter(|item| lacks(item)).take(MOST_ASKED);
        let asked = lacking.map(|item| async move {
            let metadata = self.metadata(subscription, item.key.raw()).await;
            metadata.map(|metadata| fill(item, metadata))
        });
        // One reason is enough: they will all be the same.
        let failed = join_all(asked).await.into_iter().find_map(Result::err);
        if let Some(error) = failed.filter(|error| *error != ApiError::NotFound) {
            gaps.push(SafeText::from(format!("some severities and remedies are not known: {error}")));
        }
    }

    async fn metadata(&self, subscription: &SubscriptionId, key: &str) -> Result<Recommendation, ApiError> {
        let mut path = below_subscription(subscription, "/providers/Microsoft.Security/assessmentMetadata/");
        push_segment(&mut path, key);
        let address = self.endpoint().join(&format!("{path}?api-version={METADATA_VERSION}"));
        let reading = Reading { subscription: Some(subscription), needs: "Security Reader or Reader" };
        self.object(reading, &address, |node| {
            node.field(&["properties"]).map(|properties| of_metadata(key, properties))
        })
        .await
    }
}

/// The query for one resource.
pub fn of_resource(id: &str) -> String {
    format!("{UNHEALTHY} and resource == tolower({})\n{COLUMNS}", literal(id))
}

/// The query for how many other resources share recommendations. The pairs are made distinct first: `dcount` would
/// estimate.
fn elsewhere(id: &str, items: &[Recommendation]) -> String {
    let keys: Vec<String> = items.iter().map(|item| literal(item.key.raw())).collect();
    let (keys, id) = (keys.join(", "), literal(id));
    format!(
        "{UNHEALTHY} and name in~ ({keys}) and resource != tolower({id})
| summarize by name = tolower(name), resource
| summarize others = count() by name"
    )
}

fn count(row: &Node<'_>) -> Option<(String, usize)> {
    let name = row.field(&["name"])?.scalar()?;
    Some((name.to_ascii_lowercase(), row.field(&["others", "count_"])?.scalar()?.parse().ok()?))
}

/// Reads a row: by the columns asked for, else from the properties that it may hold whole.
fn read(row: &Node<'_>) -> Option<Recommendation> {
    let properties = row.field(&["properties"]);
    let inner = |outer: &str| properties.and_then(|properties| properties.field(&[outer]));
    let metadata = inner("metadata").map_or_else(Recommendation::default, |node| of_metadata("", node));
    let column = |name: &str| plain(row, name);
    let key = column("name");
    let mut found = Recommendation {
        key: if key.is_empty() { return None } else { key },
        title: or(column("title"), || properties.map(|node| plain(node, "displayName")).unwrap_or_default()),
        severity_text: column("severity"),
        description: prose(row, "description"),
        remediation: prose(row, "remediation"),
        cause: or(column("cause"), || {
            inner("status").map(|node| plain(node, "description")).unwrap_or_default()
        }),
        link: link(&or(column("portal"), || {
            inner("links").map(|node| plain(node, "azurePortal")).unwrap_or_default()
        })),
        user_impact: column("userImpact"),
        effort: column("effort"),
        threats: texts(row, "threats"),
        ..Recommendation::default()
    };
    fill(&mut found, metadata);
    Some(found)
}

fn of_metadata(key: &str, node: &Node<'_>) -> Recommendation {
    Recommendation {
        key: key.into(),
        title: plain(node, "displayName"),
        severity_text: plain(node, "severity"),
        description: prose(node, "description"),
        remediation: prose(node, "remediationDescription"),
        user_impact: plain(node, "userImpact"),
        effort: plain(node, "implementationEffort"),
        threats: texts(node, "threats"),
        ..Recommendation::default()
    }
}

fn plain(node: &Node<'_>, name: &str) -> SafeText {
    SafeText::from(node.field(&[name]).and_then(Node::scalar).unwrap_or_default())
}

fn prose(node: &Node<'_>, name: &str) -> SafeText {
    SafeText::from(markup::text(node.field(&[name]).and_then(Node::scalar).unwrap_or_default()))
}

fn texts(node: &Node<'_>, name: &str) -> Vec<SafeText> {
    let Some(Node::List(items)) = node.field(&[name]) else { return Vec::new() };
    items.iter().filter_map(Node::scalar).map(SafeText::from).collect()
}

fn or(text: SafeText, other: impl FnOnce() -> SafeText) -> SafeText {
    if text.is_empty() { other() } else { text }
}

/// The portal's address as a whole: the service leaves the scheme out. Nothing but `https` is a link.
fn link(text: &SafeText) -> SafeText {
    let raw = text.raw().trim();
    let secure = |text: &str| text.get(..8).is_some_and(|head| head.eq_ignore_ascii_case("https://"));
    match raw {
        raw if secure(raw) => SafeText::from(raw),
        raw if raw.to_ascii_lowercase().starts_with("portal.") && !raw.contains("://") => {
            SafeText::from(format!("https://{raw}"))
        }
        _ => SafeText::default(),
    }
}

fn lacks(item: &Recommendation) -> bool {
    item.severity_text.is_empty() || item.remediation.is_empty()
}

/// Takes from `other` what is not known yet.
fn fill(item: &mut Recommendation, other: Recommendation) {
    let keep = |mine: &mut SafeText, theirs: SafeText| {
        if mine.is_empty() {
            *mine = theirs;
        }
    };
    keep(&mut item.title, other.title);
    keep(&mut item.severity_text, other.severity_text);
    keep(&mut item.description, other.description);
    keep(&mut item.remediation, other.remediation);
    keep(&mut item.user_impact, other.user_impact);
    keep(&mut item.effort, other.effort);
    if item.threats.is_empty() {
        item.threats = other.threats;
    }
    item.severity = Severity::parse(item.severity_text.raw());
}

/// A replica may hold a row twice.
fn once_each(rows: Vec<Recommendation>) -> Vec<Recommendation> {
    let mut seen = std::collections::HashSet::new();
    rows.into_iter().filter(|row| seen.insert(row.key.raw().to_ascii_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VM: &str = "/subscriptions/S/resourceGroups/G/providers/Microsoft.Compute/virtualMachines/V";

    #[test]
    fn an_id_is_one_literal_of_the_query() {
        let hostile = format!("{VM}' or 1 == 1 | union resources //\n");
        let query = of_resource(&hostile);
        let plain = of_resource(VM);
        assert_eq!(query.lines().count(), plain.lines().count(), "{query}");
        assert!(query.contains(r"/V\' or 1 == 1 | union resources //\u000a')"), "{query}");
        let item = Recommendation { key: "k') | union x //".into(), ..Recommendation::default() };
        let query = elsewhere(VM, &[item.clone(), item]);
        assert!(query.contains(r"name in~ ('k\') | union x //', 'k\') | union x //')"), "{query}");
    }

    #[test]
    fn rows_are_read_by_column_and_from_whole_properties() {
        let read = |raw: &str| read(&Node::parse(raw).unwrap());
        let columns = read(
            r#"{"id":"i","name":"k","title":"T","severity":"high","description":"a<br>b","remediation":"<b>c</b>",
            "portal":"portal.azure.com/#blade/x","threats":["DataExfiltration"],"cause":"no disk"}"#,
        )
        .unwrap();
        assert_eq!(
            (columns.severity, columns.link.raw()),
            (Severity::High, "https://portal.azure.com/#blade/x")
        );
        assert_eq!((columns.description.raw(), columns.remediation.raw()), ("a\nb", "c"));
        assert_eq!((columns.cause.raw(), columns.threats.len()), ("no disk", 1));
        assert!(!lacks(&columns));
        let whole = read(
            r#"{"name":"k","properties":{"displayName":"T","status":{"Code":"Unhealthy","Description":"D"},
            "Metadata":{"Severity":"Low","remediationDescription":"R"},"links":{"azurePortal":"http://evil"}}}"#,
        )
        .unwrap();
        assert_eq!((whole.title.raw(), whole.severity, whole.remediation.raw()), ("T", Severity::Low, "R"));
        assert_eq!((whole.cause.raw(), whole.link.raw()), ("D", ""));
        let bare = read(r#"{"name":"k","title":"T","severity":null}"#).unwrap();
        assert!(lacks(&bare) && bare.severity == Severity::Other);
        assert_eq!(read(r#"{"title":"T"}"#), None);
    }

    #[test]
    fn counts_are_read_as_numbers_or_text() {
        let read = |raw: &str| count(&Node::parse(raw).unwrap());
        assert_eq!(read(r#"{"name":"K","others":3}"#), Some(("k".to_owned(), 3)));
        assert_eq!(read(r#"{"name":"k","count_":"12"}"#), Some(("k".to_owned(), 12)));
        assert_eq!(read(r#"{"name":"k"}"#), None);
    }
}
