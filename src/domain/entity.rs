//! The entities of one alert: a graph whose `$ref`s were resolved when it was parsed.

use crate::domain::SafeText;
use crate::domain::fact::FactKind;

/// What an entity is. The names are those of the contract, read without regard to case, `-` and `_`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // each variant is the contract's own name
pub enum EntityKind {
    Host,
    Account,
    Process,
    File,
    FileHash,
    HostLogonSession,
    Ip,
    NetworkConnection,
    AzureResource,
    AmazonResource,
    GcpResource,
    Container,
    ContainerImage,
    K8sCluster,
    K8sNamespace,
    K8sPod,
    K8sService,
    K8sSecret,
    K8sServiceAccount,
    K8sDeployment,
    K8sOther,
    Url,
    Dns,
    Malware,
    RegistryKey,
    RegistryValue,
    SecurityGroup,
    CloudApplication,
    IotDevice,
    Mailbox,
    MailMessage,
    MailCluster,
    SubmissionMail,
    Blob,
    BlobContainer,
    ActiveDirectoryDomain,
    SecurityAlert,
    Other,
}

/// (folded name, kind, label): the one table that names the kinds.
const KINDS: [(&str, EntityKind, &str); 37] = [
    ("host", EntityKind::Host, "host"),
    ("account", EntityKind::Account, "account"),
    ("process", EntityKind::Process, "process"),
    ("file", EntityKind::File, "file"),
    ("filehash", EntityKind::FileHash, "file hash"),
    ("hostlogonsession", EntityKind::HostLogonSession, "logon session"),
    ("ip", EntityKind::Ip, "ip"),
    ("networkconnection", EntityKind::NetworkConnection, "connection"),
    ("azureresource", EntityKind::AzureResource, "azure resource"),
    ("amazonresource", EntityKind::AmazonResource, "aws resource"),
    ("gcpresource", EntityKind::GcpResource, "gcp resource"),
    ("container", EntityKind::Container, "container"),
    ("containerimage", EntityKind::ContainerImage, "image"),
    ("k8scluster", EntityKind::K8sCluster, "k8s cluster"),
    ("k8snamespace", EntityKind::K8sNamespace, "k8s namespace"),
    ("k8spod", EntityKind::K8sPod, "k8s pod"),
    ("k8sservice", EntityKind::K8sService, "k8s service"),
    ("k8ssecret", EntityKind::K8sSecret, "k8s secret"),
    ("k8sserviceaccount", EntityKind::K8sServiceAccount, "k8s account"),
    ("k8sdeployment", EntityKind::K8sDeployment, "k8s deployment"),
    ("url", EntityKind::Url, "url"),
    ("dns", EntityKind::Dns, "dns"),
    ("dnsresolution", EntityKind::Dns, "dns"),
    ("malware", EntityKind::Malware, "malware"),
    ("registrykey", EntityKind::RegistryKey, "registry key"),
    ("registryvalue", EntityKind::RegistryValue, "registry value"),
    ("securitygroup", EntityKind::SecurityGroup, "group"),
    ("cloudapplication", EntityKind::CloudApplication, "cloud app"),
    ("iotdevice", EntityKind::IotDevice, "iot device"),
    ("mailbox", EntityKind::Mailbox, "mailbox"),
    ("mailmessage", EntityKind::MailMessage, "mail"),
    ("mailcluster", EntityKind::MailCluster, "mail cluster"),
    ("submissionmail", EntityKind::SubmissionMail, "mail report"),
    ("blob", EntityKind::Blob, "blob"),
    ("blobcontainer", EntityKind::BlobContainer, "blob container"),
    ("activedirectorydomain", EntityKind::ActiveDirectoryDomain, "ad domain"),
    ("securityalert", EntityKind::SecurityAlert, "alert"),
];

impl EntityKind {
    /// Reads the contract's `type`.
    pub fn parse(text: &str) -> Self {
        let folded: String =
            text.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect();
        match KINDS.iter().find(|(name, _, _)| *name == folded) {
            Some((_, kind, _)) => *kind,
            None if folded.starts_with("k8s") => Self::K8sOther,
            None => Self::Other,
        }
    }

    /// The label on screen; `Other` kinds are shown by their own `type` instead.
    pub fn label(self) -> &'static str {
        KINDS.iter().find(|(_, kind, _)| *kind == self).map_or("entity", |(_, _, label)| label)
    }
}

/// The value of one field of an entity.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A string, number or bool, as text.
    Text(SafeText),
    /// Another entity of the same alert, by its place in [`EntityGraph::nodes`].
    Entity(usize),
    /// A `$ref` to an entity that the alert does not hold.
    Dangling(SafeText),
    /// Several values.
    List(Vec<Value>),
    /// An object that is not an entity, such as `location` of an address.
    Map(Vec<(SafeText, Value)>),
}

/// One entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// The `type` as the source gave it.
    pub kind_text: SafeText,
    /// The fields in the source's order, without `$id` and `type`; names in the source's letter case.
    pub fields: Vec<(SafeText, Value)>,
}

impl Entity {
    /// The value of a field, its name compared without regard to ASCII case.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(key, _)| key.raw().eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The text of a field; none when it is missing, empty or not plain text.
    pub fn text(&self, name: &str) -> Option<&SafeText> {
        match self.get(name) {
            Some(Value::Text(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The text of the first of several fields that has any.
    pub fn first_text(&self, names: &[&str]) -> Option<&SafeText> {
        names.iter().find_map(|name| self.text(name))
    }

    /// The entity's kind for people.
    pub fn kind_label(&self) -> String {
        match self.kind {
            EntityKind::Other | EntityKind::K8sOther if !self.kind_text.is_empty() => {
                self.kind_text.to_string()
            }
            kind => kind.label().to_owned(),
        }
    }

    /// `"isValid": false`: a stub with little or nothing in it.
    pub fn is_stub(&self) -> bool {
        self.text("isValid").is_some_and(|text| text.raw().eq_ignore_ascii_case("false"))
    }
}

/// All entities of one alert.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EntityGraph {
    /// Every entity once, whether it stood in the list or inside another entity. May hold cycles.
    pub nodes: Vec<Entity>,
    /// Places in `nodes` of those that stood in the alert's list, in its order, without repeats.
    pub listed: Vec<usize>,
}

impl EntityGraph {
    /// The entity at a place.
    pub fn node(&self, at: usize) -> Option<&Entity> {
        self.nodes.get(at)
    }

    /// Follows a field to another entity.
    pub fn follow(&self, from: &Entity, field: &str) -> Option<&Entity> {
        match from.get(field) {
            Some(Value::Entity(at)) => self.node(*at),
            _ => None,
        }
    }

    /// The value by which people know an entity and by which alerts share it, with the kind it is searched as.
    ///
    /// The fields are those of the contract's entity table; an entity of an unknown kind is known by its name-like
    /// field. None for stubs and for kinds that only join others (a connection, a logon session).
    pub fn identity(&self, at: usize) -> Option<(FactKind, SafeText)> {
        let entity = self.node(at)?;
        let (kind, fields): (FactKind, &[&str]) = match entity.kind {
            // A host without a name is known by its resource, as others that have a name are too.
            EntityKind::Host if entity.first_text(&["hostName", "netBiosName"]).is_none() => {
                match entity.text("azureID") {
                    Some(id) => return Some((FactKind::ResourceId, id.clone())),
                    None => (FactKind::Host, &["omsAgentID"]),
                }
            }
            EntityKind::Host => (FactKind::Host, &["hostName", "netBiosName"]),
            EntityKind::Account => (FactKind::Account, &["name", "aadUserId", "sid", "puid"]),
            EntityKind::Process => return self.process_name(entity).map(|name| (FactKind::Process, name)),
            EntityKind::File => (FactKind::File, &["name"]),
            EntityKind::FileHash => (FactKind::Hash, &["value"]),
            EntityKind::Ip => (FactKind::Ip, &["address"]),
            EntityKind::AzureResource => (FactKind::ResourceId, &["resourceId"]),
            EntityKind::AmazonResource => (FactKind::ResourceId, &["amazonResourceId"]),
            EntityKind::Url => (FactKind::Url, &["url"]),
            EntityKind::Dns | EntityKind::ActiveDirectoryDomain => {
                (FactKind::Domain, &["domainName", "name"])
            }
            EntityKind::NetworkConnection | EntityKind::HostLogonSession => return None,
            EntityKind::SecurityAlert => {
                (FactKind::Entity, &["alertDisplayName", "systemAlertId", "alertType"])
            }
            _ => (
                FactKind::Entity,
                &[
                    "name",
                    "resourceName",
                    "imageId",
                    "containerId",
                    "value",
                    "key",
                    "url",
                    "address",
                    "displayName",
                    "appId",
                    "deviceId",
                    "mailboxPrimaryAddress",
                ],
            ),
        };
        let text = entity.first_text(fields)?;
        if entity.kind == EntityKind::Account
            && let Some(domain) = entity.first_text(&["upnSuffix", "ntDomain"])
            && entity.text("name").is_some()
        {
            let joined = if entity.text("upnSuffix").is_some() {
                format!("{}@{}", text.raw(), domain.raw())
            } else {
                format!("{}\\{}", domain.raw(), text.raw())
            };
            return Some((kind, joined.into()));
        }
        Some((kind, text.clone()))
    }

    /// A process by its image file's name, else the first word of its command line, else its number.
    fn process_name(&self, process: &Entity) -> Option<SafeText> {
        if let Some(name) = self.follow(process, "imageFile").and_then(|file| file.text("name")) {
            return Some(name.clone());
        }
        if let Some(line) = process.text("commandLine") {
            let word = line.raw().split_whitespace().next().unwrap_or(line.raw()).trim_matches('"');
            let base = word.rsplit(['/', '\\']).next().unwrap_or(word);
            return Some(SafeText::from(if base.is_empty() { word } else { base }));
        }
        process.first_text(&["name", "processName", "processId"]).cloned()
    }
}
