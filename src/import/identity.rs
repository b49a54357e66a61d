//! Which alert a record is about: its full resource id, whatever the record has of it.

use super::fields::said;
use crate::azure::parse::envelope::id_from_portal;
use crate::azure::parse::json::Node;
use crate::domain::AlertId;

/// What a record has of an alert's id.
#[derive(Debug, Default)]
pub(super) struct Parts<'n> {
    /// The portal's link, which holds all of it.
    pub(super) link: Option<&'n str>,
    /// Names, the one to be preferred first.
    pub(super) names: Vec<&'n str>,
    /// Resource ids, for subscription and group.
    pub(super) resources: Vec<&'n str>,
    /// Subscriptions, should no resource name one.
    pub(super) subscriptions: Vec<&'n str>,
}

impl<'n> Parts<'n> {
    /// The parts of a record by the names that most shapes share.
    pub(super) fn of(record: &'n Node<'n>, names: &[&str]) -> Self {
        let mut resources: Vec<&str> = record
            .field(&["resourceIdentifiers"])
            .and_then(|list| if let Node::List(items) = list { Some(items.as_slice()) } else { None })
            .unwrap_or_default()
            .iter()
            .filter_map(|item| said(item, &["azureResourceId", "resourceId"]))
            .collect();
        resources.extend(said(record, &["azureResourceId", "resourceId", "associatedResource"]));
        let inner = record.field(&["extendedProperties", "additionalData"]);
        resources.extend(inner.and_then(|inner| said(inner, &["effectiveAzureResourceId"])));
        let mut subscriptions: Vec<&str> =
            said(record, &["azureResourceSubscriptionId", "subscriptionId"]).into_iter().collect();
        subscriptions.extend(inner.and_then(|inner| said(inner, &["effectiveSubscriptionId"])));
        subscriptions.extend(said(record, &["workspaceSubscriptionId"]));
        Self {
            link: said(record, &["alertUri", "alertLink"]),
            names: names.iter().filter_map(|name| said(record, &[name])).collect(),
            resources,
            subscriptions,
        }
    }

    /// The full resource id, one of the location *unknown* where the record names none; none when nothing names the alert.
    pub(super) fn id(&self) -> Option<String> {
        if let Some(id) = self.link.and_then(id_from_portal) {
            return Some(id.as_str().to_owned());
        }
        let name = self.names.iter().find(|name| is_dated(name)).or(self.names.first())?;
        let name: String = name.chars().map(|c| if c == '/' || c.is_control() { '-' } else { c }).collect();
        let after = |id: &'n str, wanted: &str| {
            let mut parts = id.split('/');
            parts.find(|part| part.eq_ignore_ascii_case(wanted))?;
            parts.next().filter(|part| !part.is_empty())
        };
        let whole = self.resources.iter().find(|id| after(id, "subscriptions").is_some());
        let subscription = whole
            .and_then(|id| after(id, "subscriptions"))
            .or(self.subscriptions.iter().find(|id| !id.contains('/')).copied())
            .unwrap_or(AlertId::NOWHERE);
        let group = whole.and_then(|id| after(id, "resourceGroups"));
        let group = group.map(|group| format!("/resourceGroups/{group}")).unwrap_or_default();
        let id = format!(
            "/subscriptions/{subscription}{group}/providers/Microsoft.Security/locations/{}/alerts/{name}",
            AlertId::UNKNOWN
        );
        Some(id)
    }
}

/// The alerts API's names are a date as a number, `_` and a GUID: others that a record has are of the workspace.
fn is_dated(name: &str) -> bool {
    name.split_once('_').is_some_and(|(date, rest)| {
        date.len() >= 15 && date.bytes().all(|byte| byte.is_ascii_digit()) && !rest.is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_knows_all_and_the_resource_most() {
        let names = vec!["6a3f", "2517238771573679907_7692caa7"];
        let link = "https://portal/#blade/B/alertId/N/subscriptionId/S/resourceGroup/G/x/location/L";
        let whole = Parts { link: Some(link), names: names.clone(), ..Parts::default() };
        let id = "/subscriptions/S/resourceGroups/G/providers/Microsoft.Security/locations/L/alerts/N";
        assert_eq!(whole.id(), Some(id.to_owned()));
        let resource = "/SUBSCRIPTIONS/s1/RESOURCEGROUPS/g1/providers/x/y/z";
        for (resources, subscriptions, expected) in [
            (vec!["vm1", resource], vec!["w"], "/subscriptions/s1/resourceGroups/g1"),
            (vec!["/subscriptions/s2"], vec![], "/subscriptions/s2"),
            (vec![], vec!["w"], "/subscriptions/w"),
            (vec![], vec![], "/subscriptions/00000000-0000-0000-0000-000000000000"),
        ] {
            let parts = Parts { link: Some("#no link"), names: names.clone(), resources, subscriptions };
            let id = format!(
                "{expected}/providers/Microsoft.Security/locations/unknown/alerts/2517238771573679907_7692caa7"
            );
            assert_eq!(parts.id(), Some(id));
        }
        assert_eq!(Parts { link: Some(""), ..Parts::default() }.id(), None);
    }
}
