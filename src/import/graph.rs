//! Microsoft Graph's alerts of `/security/alerts`, with the states of hosts, users, processes and files in lists of their own.
//!
//! What Defender for Cloud has beyond Graph's fields is in `CustomProperties`: JSON in a string, in a list, in a string.

use std::borrow::Cow;

use super::Draft;
use super::fields::{azure_resource, moment, resource, said, severity, status, text};
use super::identity::Parts;
use crate::azure::parse::json::{Map, Node};

pub(super) fn knows(record: &Node<'_>) -> bool {
    record.field(&["vendorInformation"]).is_some() && record.field(&["title", "category"]).is_some()
}

pub(super) fn read(record: &Node<'_>) -> Result<Draft, String> {
    let resources: Vec<&str> =
        items(record, "securityResources").iter().filter_map(|item| said(item, &["resource"])).collect();
    let sources = items(record, "sourceMaterials").iter().filter_map(Node::scalar);
    let parts = Parts {
        link: sources.clone().find(|link| link.contains("/alertId/")).or(said(record, &["alertUri"])),
        names: said(record, &["id"]).into_iter().collect(),
        resources: resources.clone(),
        subscriptions: said(record, &["azureSubscriptionId"]).into_iter().collect(),
    };
    let id = parts.id().ok_or("the alert has no id")?;
    let custom = record.field(&["customProperties"]).map(Custom::of).unwrap_or_default();
    let more = custom.properties.as_deref().and_then(|raw| Node::parse(raw).ok());
    let vendor = record.field(&["vendorInformation"]);
    let started = said(record, &["eventDateTime"]);
    let members = [
        ("alertType", said(record, &["category"]).map(text)),
        ("alertDisplayName", said(record, &["title"]).map(text)),
        ("description", said(record, &["description"]).map(text)),
        ("severity", said(record, &["severity"]).map(|word| text(severity(word)))),
        ("status", said(record, &["status"]).map(|word| text(status(word)))),
        ("intent", custom.intent.as_deref().map(text)),
        ("startTimeUtc", started.map(moment)),
        ("endTimeUtc", said(record, &["lastEventDateTime"]).or(started).map(moment)),
        ("timeGeneratedUtc", said(record, &["createdDateTime"]).map(moment)),
        ("productName", Some(text("Microsoft Defender for Cloud"))),
        ("productComponentName", vendor.and_then(|vendor| said(vendor, &["subProvider"])).map(text)),
        ("vendorName", vendor.and_then(|vendor| said(vendor, &["vendor"])).map(text)),
        ("alertUri", parts.link.map(text)),
        ("remediationSteps", record.field(&["recommendedActions"]).cloned()),
        ("compromisedEntity", compromised(record, &resources).map(text)),
        ("resourceIdentifiers", Some(Node::List(resources.iter().map(|id| azure_resource(id)).collect()))),
        ("entities", Some(Node::List(Entities::of(record)))),
        ("extendedProperties", more),
    ];
    let members = members.into_iter().filter_map(|(name, value)| Some((Cow::Borrowed(name), value?)));
    let body = resource(&id, members.collect());
    Ok(Draft { body: Some(body), is_first_report: false })
}

fn items<'n>(record: &'n Node<'n>, name: &str) -> &'n [Node<'n>] {
    match record.field(&[name]) {
        Some(Node::List(items)) => items,
        _ => &[],
    }
}

/// The host, else the resource that was attacked.
fn compromised<'n>(record: &'n Node<'n>, resources: &[&'n str]) -> Option<&'n str> {
    let host = items(record, "hostStates").iter().find_map(|host| said(host, &["netBiosName", "fqdn"]));
    host.or_else(|| resources.first().and_then(|id| id.rsplit('/').next()))
}

/// What `CustomProperties` holds.
#[derive(Debug, Default, PartialEq, Eq)]
struct Custom {
    /// The extended properties, as JSON.
    properties: Option<String>,
    /// The tactics.
    intent: Option<String>,
}

impl Custom {
    fn of(node: &Node<'_>) -> Self {
        let mut custom = Self::default();
        let written = node.scalar().map(mended);
        let parsed = written.as_deref().and_then(|text| Node::parse(text).ok());
        let parts = match parsed.as_ref().unwrap_or(node) {
            Node::List(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        for part in parts {
            let inner = part.scalar().map(mended);
            let value = inner.as_deref().and_then(|text| Node::parse(text).ok());
            match value.as_ref().unwrap_or(part) {
                map @ Node::Map(_) => custom.properties = Some(map.to_json(None)),
                Node::Text(tactics) => custom.intent = Some(tactics.clone().into_owned()),
                _ => {}
            }
        }
        custom
    }
}

/// JSON whose line breaks were lost and left a backslash before whatever follows: such a one stands for itself.
fn mended(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json.chars().peekable();
    while let Some(c) = rest.next() {
        out.push(c);
        if c == '\\' {
            match rest.peek() {
                Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u') => out.extend(rest.next()),
                _ => out.push('\\'),
            }
        }
    }
    out
}

/// Graph's states as entities that refer to each other.
#[derive(Default)]
struct Entities<'n> {
    list: Vec<Node<'n>>,
    next: usize,
}

impl<'n> Entities<'n> {
    fn of(record: &'n Node<'n>) -> Vec<Node<'n>> {
        let mut entities = Self::default();
        for host in items(record, "hostStates") {
            entities.plain("host", host, &[("hostName", &["netBiosName", "fqdn"]), ("osFamily", &["os"])]);
            for address in ["privateIpAddress", "publicIpAddress"] {
                entities.plain("ip", host, &[("address", &[address])]);
            }
        }
        for user in items(record, "userStates") {
            let fields: [(&'static str, &[&str]); 5] = [
                ("name", &["accountName", "userPrincipalName"]),
                ("ntDomain", &["domainName"]),
                ("aadUserId", &["aadUserId"]),
                ("sid", &["onPremisesSecurityIdentifier"]),
                ("logonId", &["logonId"]),
            ];
            entities.plain("account", user, &fields);
            entities.plain("ip", user, &[("address", &["logonIp"])]);
        }
        for file in items(record, "fileStates") {
            entities.file(file, "path");
        }
        for process in items(record, "processes") {
            let image = entities.file(process, "path");
            let fields: [(&'static str, &[&str]); 2] =
                [("processId", &["processId"]), ("commandLine", &["commandLine"])];
            let links = image.map(|id| ("imageFile", reference(id)));
            entities.add("process", process, &fields, links);
        }
        for connection in items(record, "networkConnections") {
            entities.connection(connection);
        }
        for malware in items(record, "malwareStates") {
            entities.plain("malware", malware, &[("name", &["name"]), ("category", &["category"])]);
        }
        for key in items(record, "registryKeyStates") {
            entities.plain("registry-key", key, &[("hive", &["hive"]), ("key", &["key"])]);
        }
        for app in items(record, "cloudAppStates") {
            entities.plain("ip", app, &[("address", &["destinationServiceIp"])]);
        }
        entities.list
    }

    fn connection(&mut self, connection: &'n Node<'n>) {
        let source = self.plain("ip", connection, &[("address", &["sourceAddress"])]);
        let target = self.plain("ip", connection, &[("address", &["destinationAddress"])]);
        let fields: [(&'static str, &[&str]); 3] = [
            ("protocol", &["protocol"]),
            ("sourcePort", &["sourcePort"]),
            ("destinationPort", &["destinationPort"]),
        ];
        let links = [("sourceAddress", source), ("destinationAddress", target)];
        let links = links.into_iter().filter_map(|(name, id)| Some((name, reference(id?))));
        self.add("network-connection", connection, &fields, links);
        self.plain("url", connection, &[("url", &["destinationUrl"])]);
        self.plain("dns", connection, &[("domainName", &["destinationDomain"])]);
    }

    /// A file, its path taken apart, with its hash.
    fn file(&mut self, state: &'n Node<'n>, path: &str) -> Option<usize> {
        let path = said(state, &[path]);
        let (directory, base) = match path.and_then(|path| path.rfind(['\\', '/']).map(|at| (path, at))) {
            Some((path, at)) => (Some(&path[..at]), Some(&path[at + 1..])),
            None => (None, path),
        };
        let name = said(state, &["name"]).or(base)?;
        let hash = state.field(&["fileHash"]).and_then(|hash| {
            let mut members: Map<'n> = vec![(Cow::Borrowed("type"), text("filehash"))];
            let kind =
                said(hash, &["hashType"]).map(|kind| (Cow::Borrowed("algorithm"), text(kind.to_uppercase())));
            members.extend(kind);
            members.push((Cow::Borrowed("value"), text(said(hash, &["hashValue"])?)));
            Some(Node::List(vec![Node::Map(members)]))
        });
        let links = [("name", Some(text(name))), ("directory", directory.map(text)), ("fileHashes", hash)];
        self.add("file", state, &[], links.into_iter().filter_map(|(name, value)| Some((name, value?))))
    }

    fn plain(
        &mut self,
        kind: &'static str,
        state: &'n Node<'n>,
        fields: &[(&'static str, &[&str])],
    ) -> Option<usize> {
        self.add(kind, state, fields, None)
    }

    /// Adds an entity of the fields that the state has; none when it has none of them.
    fn add(
        &mut self,
        kind: &'static str,
        state: &'n Node<'n>,
        fields: &[(&'static str, &[&str])],
        links: impl IntoIterator<Item = (&'static str, Node<'n>)>,
    ) -> Option<usize> {
        let known = fields.iter().filter_map(|(name, names)| Some((*name, text(said(state, names)?))));
        let known: Map<'n> = known.chain(links).map(|(name, value)| (Cow::Borrowed(name), value)).collect();
        if known.is_empty() {
            return None;
        }
        self.next += 1;
        let mut members: Map<'n> =
            vec![(Cow::Borrowed("$id"), text(self.next.to_string())), (Cow::Borrowed("type"), text(kind))];
        members.extend(known);
        self.list.push(Node::Map(members));
        Some(self.next)
    }
}

fn reference(id: usize) -> Node<'static> {
    Node::Map(vec![(Cow::Borrowed("$ref"), text(id.to_string()))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_inside_strings_inside_lists_are_found() {
        let raw = r#""[\"{\\\"k\\\":\\\"a\\\\\\• b\\\"}\",\"\\\"InitialAccess\\\"\"]""#;
        let node = Node::parse(raw).unwrap();
        let custom = Custom::of(&node);
        assert_eq!(custom.intent.as_deref(), Some("InitialAccess"));
        assert_eq!(custom.properties.as_deref(), Some("{\"k\":\"a\\\\• b\"}"));
        assert_eq!(Custom::of(&Node::Null), Custom::default());
    }
}
