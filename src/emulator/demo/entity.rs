//! The entity list of one alert: objects with `$id`, pointing at each other by `$ref`.

use super::digest::{guid_of, hex_of, number_of, sid_of};
use super::draft::Draft;
use super::moment::Moment;
use super::world::{Address, Os, Person, Resource, World};
use super::writer::{Object, list, object, string};

/// The number of an entity, for references.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ref(u32);

/// Numbers `$id`s as the service does: `<location>_<n>`, running on over the alerts of one location.
pub(crate) struct Numbers<'n> {
    pub(crate) location: &'n str,
    pub(crate) last: &'n mut u32,
}

impl Numbers<'_> {
    /// Writes the `$id` of a new entity.
    pub(crate) fn give(&mut self, fields: &mut Object<'_>) -> Ref {
        *self.last += 1;
        let id = Ref(*self.last);
        self.write(fields.key("$id"), id);
        id
    }

    fn write(&self, out: &mut String, id: Ref) {
        use std::fmt::Write as _;
        let _ = write!(out, "\"{}_{}\"", self.location, id.0);
    }
}

/// The body of an alert while its recipe fills it.
pub(crate) struct Body<'b> {
    pub(crate) draft: &'b Draft<'b>,
    pub(crate) world: &'b World,
    /// The ARM id of the affected resource, if it has one.
    pub(crate) azure_id: Option<&'b str>,
    pub(crate) numbers: Numbers<'b>,
    /// The items of `entities`, without the brackets.
    pub(crate) entities: &'b mut String,
    /// The fields of `extendedProperties`.
    pub(crate) properties: Object<'b>,
    /// `supportingEvidence`, or empty.
    pub(crate) evidence: String,
    /// A first remediation step that is an object in a string, or empty.
    pub(crate) first_step: String,
    /// True once the address outside is among the entities.
    pub(crate) shows_address: bool,
}

/// The fields of one entity.
pub(crate) struct Entity<'e> {
    pub(crate) fields: Object<'e>,
    numbers: &'e Numbers<'e>,
}

impl Entity<'_> {
    /// A field that points at another entity.
    pub(crate) fn refer(&mut self, key: &str, to: Ref) {
        let numbers = self.numbers;
        self.fields.object(key, |inner| numbers.write(inner.key("$ref"), to));
    }

    /// A field with several references.
    pub(crate) fn refers(&mut self, key: &str, to: &[Ref]) {
        let numbers = self.numbers;
        list(self.fields.key(key), to, |out, target| {
            object(out, |inner| numbers.write(inner.key("$ref"), *target));
        });
    }
}

impl Body<'_> {
    /// Adds an entity: `$id` first, `type` last, as recorded alerts have it.
    pub(crate) fn add(&mut self, kind: &str, fill: impl FnOnce(&mut Entity<'_>)) -> Ref {
        if !self.entities.is_empty() {
            self.entities.push(',');
        }
        self.entities.push('{');
        let mut fields = Object::resume(self.entities, true);
        let id = self.numbers.give(&mut fields);
        let mut entity = Entity { fields, numbers: &self.numbers };
        fill(&mut entity);
        entity.fields.text("type", kind);
        self.entities.push('}');
        id
    }

    /// The affected resource: an Azure resource, and the AWS or GCP resource that it stands for.
    pub(crate) fn resource(&mut self) -> Option<Ref> {
        let resource = self.draft.resource;
        let id = self.azure_id?;
        let azure = self.add("azure-resource", |entity| entity.fields.text("resourceId", id));
        if let Some(arn) = resource.arn() {
            self.add("amazon-resource", |entity| entity.fields.text("amazonResourceId", &arn));
        }
        if let Some(kind) = resource.gcp_type() {
            self.add("gcp-resource", |entity| {
                entity.fields.text("projectId", "contoso-ml-000042");
                entity.fields.text("resourceType", kind);
                entity.fields.text("resourceName", &resource.name);
                entity.fields.text("location", &resource.region);
                entity.fields.text("locationType", "Zonal");
            });
        }
        Some(azure)
    }

    /// The affected machine.
    pub(crate) fn host(&mut self) -> Ref {
        let draft = self.draft;
        self.machine(draft.resource, self.azure_id, draft.kind.recipe.by_agent() && !draft.agentless)
    }

    /// Another machine, of which nothing reported.
    pub(crate) fn peer(&mut self) -> Ref {
        let peer = self.draft.scene.peer;
        let id = peer.azure_id(self.world, &self.draft.kind.plan);
        self.machine(peer, id.as_deref(), false)
    }

    fn machine(&mut self, resource: &Resource, azure_id: Option<&str>, agent: bool) -> Ref {
        self.add("host", |entity| {
            let fields = &mut entity.fields;
            let windows = resource.os == Some(Os::Windows);
            fields.text("dnsDomain", if windows { "corp.contoso.example" } else { "" });
            fields.text("ntDomain", if windows { "CONTOSO" } else { "" });
            fields.text("hostName", &resource.name);
            fields.text("netBiosName", &resource.name);
            if let Some(id) = azure_id {
                fields.text("azureID", id);
            }
            if agent {
                fields.text("omsAgentID", &guid_of(&resource.name));
            }
            let system = if windows { "Windows" } else { "Linux" };
            fields.text("osFamily", system);
            fields.text("osVersion", system);
            fields.plain("isDomainJoined", windows);
        })
    }

    /// An account of a machine.
    pub(crate) fn account(&mut self, person: &Person, host: Ref) -> Ref {
        let pid = self.draft.scene.pid;
        self.add("account", |entity| {
            entity.fields.text("name", &person.name);
            entity.fields.text("ntDomain", &person.domain);
            entity.refer("host", host);
            if !person.domain.is_empty() {
                entity.fields.text("sid", &sid_of(&person.name));
            }
            entity.fields.plain("isDomainJoined", !person.domain.is_empty());
            entity.fields.figure("logonId", format_args!("{:#x}", pid.wrapping_mul(37)));
        })
    }

    /// An account of the directory.
    pub(crate) fn identity(&mut self) -> Ref {
        let (person, tenant) = (self.draft.scene.account, &self.world.tenant_id);
        self.add("account", |entity| {
            entity.fields.text("name", &person.name);
            entity.fields.text("upnSuffix", "contoso.example");
            entity.fields.text("aadTenantId", tenant);
            entity.fields.text("aadUserId", &guid_of(&person.name));
            entity.fields.plain("isDomainJoined", true);
        })
    }

    /// The address outside, with its place and what threat intelligence says of it.
    pub(crate) fn ip(&mut self) -> Ref {
        let address = self.draft.scene.address;
        self.shows_address = true;
        self.address(address)
    }

    /// An address.
    pub(crate) fn address(&mut self, address: &Address) -> Ref {
        self.add("ip", |entity| {
            entity.fields.text("address", &address.text);
            entity.fields.object("location", |place| {
                place.text("countryCode", &address.country_code);
                place.text("countryName", &address.country);
                place.text("state", &address.state);
                place.text("city", &address.city);
                place.plain("longitude", address.longitude);
                place.plain("latitude", address.latitude);
                place.plain("asn", address.asn);
                place.text("carrier", &address.carrier);
                place.text("organization", &address.carrier);
            });
            let (Some(threat), Some(report)) = (&address.threat, &address.report) else { return };
            list(entity.fields.key("threatIntelligence"), [()], |out, ()| {
                object(out, |known| {
                    known.text("providerName", "Contoso threat intelligence");
                    known.text("threatType", threat);
                    known.text("threatName", report.trim_start_matches("Report: "));
                    known.plain("confidence", 0.9);
                    known.text("reportLink", &report_link(report));
                    known.text("threatDescription", "Seen in several attacks of the last weeks.");
                });
            });
        })
    }

    /// A connection between two addresses.
    pub(crate) fn connection(&mut self, from: Option<Ref>, to: Option<Ref>, port: u32) {
        let source_port = 49_152 + self.draft.scene.pid % 16_000;
        self.add("network-connection", |entity| {
            if let Some(from) = from {
                entity.refer("sourceAddress", from);
                entity.fields.plain("sourcePort", source_port);
            }
            if let Some(to) = to {
                entity.refer("destinationAddress", to);
            }
            entity.fields.plain("destinationPort", port);
            entity.fields.text("protocol", "Tcp");
        });
    }

    /// A file on a machine, with its hashes where `hashed`.
    pub(crate) fn file(&mut self, directory: &str, name: &str, host: Option<Ref>, hashed: bool) -> Ref {
        let hashes = hashed.then(|| {
            [("SHA256", 64), ("SHA1", 40)].map(|(algorithm, length)| {
                self.add("filehash", |entity| {
                    entity.fields.text("algorithm", algorithm);
                    entity.fields.text("value", &hex_of(&format!("{algorithm} {name}"), length));
                })
            })
        });
        self.add("file", |entity| {
            entity.fields.text("directory", directory);
            entity.fields.text("name", name);
            if let Some(host) = host {
                entity.refer("host", host);
            }
            if let Some(hashes) = &hashes {
                entity.refers("fileHashes", hashes);
            }
        })
    }

    /// The program of the scene as a tree: the process, its parent, and what started that.
    pub(crate) fn process_tree(&mut self, host: Ref, account: Option<Ref>) -> Ref {
        let scene = &self.draft.scene;
        let tool = scene.tool;
        let started = self.draft.start();
        let (root, root_directory) = match tool.os {
            Os::Windows => ("wininit.exe", "C:\\Windows\\System32"),
            Os::Linux => ("systemd", "/usr/lib/systemd"),
        };
        let root_file = self.file(root_directory, root, Some(host), false);
        let parent_file = self.file(&tool.parent_directory, &tool.parent, Some(host), false);
        let image = self.file(&tool.directory, &tool.name, Some(host), true);
        let root = self.process(number_of(root, 900) as u32 + 1, "", started.before(86_400_000), |entity| {
            entity.refer("imageFile", root_file);
            entity.refer("host", host);
        });
        let parent_pid = number_of(&tool.parent, 9000) as u32 + 1000;
        let parent = self.process(parent_pid, &tool.parent, started.before(61_000), |entity| {
            entity.refer("imageFile", parent_file);
            entity.refer("parentProcess", root);
            entity.refer("host", host);
        });
        self.process(scene.pid, &tool.command, started, |entity| {
            entity.fields.text("elevationToken", "Default");
            entity.refer("imageFile", image);
            if let Some(account) = account {
                entity.refer("account", account);
            }
            entity.refer("parentProcess", parent);
            entity.refer("host", host);
        })
    }

    /// A process.
    pub(crate) fn process(
        &mut self,
        pid: u32,
        command: &str,
        started: Moment,
        fill: impl FnOnce(&mut Entity<'_>),
    ) -> Ref {
        self.add("process", |entity| {
            entity.fields.figure("processId", format_args!("{pid:#x}"));
            entity.fields.text("commandLine", command);
            entity.fields.moment("creationTimeUtc", started);
            fill(entity);
        })
    }

    /// Writes a property whose value is an object in a string.
    pub(crate) fn property_object(&mut self, key: &str, fill: impl FnOnce(&mut Object<'_>)) {
        let mut inner = String::with_capacity(160);
        object(&mut inner, fill);
        string(self.properties.key(key), &inner);
    }
}

/// Where a threat report can be read.
pub(crate) fn report_link(title: &str) -> String {
    format!("https://reports.contoso.example/{}", number_of(title, 9000) + 1000)
}
