//! An alert before it is written: what was found, where, when, and who and what took part.

use std::borrow::Cow;

use chrono::TimeDelta;

use super::moment::Moment;
use super::types::{AlertType, Recipe};
use super::world::{Address, Blob, Person, Resource, Tool, Workload};

/// Who and what takes part. Not every alert shows all of it: its recipe chooses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene<'w> {
    pub(crate) account: &'w Person,
    pub(crate) address: &'w Address,
    pub(crate) tool: &'w Tool,
    pub(crate) domain: &'w str,
    pub(crate) workload: &'w Workload,
    pub(crate) agent: &'w str,
    pub(crate) page: &'w str,
    pub(crate) blob: &'w Blob,
    pub(crate) application: &'w str,
    /// Another machine: the next one on the way.
    pub(crate) peer: &'w Resource,
    /// How often, how many.
    pub(crate) count: u32,
    /// The process id, also a source of small variation.
    pub(crate) pid: u32,
}

/// An alert of an incident.
#[derive(Debug, Clone)]
pub(crate) struct Member<'w> {
    pub(crate) name: String,
    pub(crate) kind: &'w AlertType,
    pub(crate) severity: &'w str,
    pub(crate) resource: &'w Resource,
    pub(crate) start: Moment,
    pub(crate) end: Moment,
}

/// What makes an alert an incident.
#[derive(Debug, Clone)]
pub(crate) struct Incident<'w> {
    pub(crate) summary: &'w str,
    pub(crate) members: Vec<Member<'w>>,
}

/// An alert before it is written.
#[derive(Debug, Clone)]
pub(crate) struct Draft<'w> {
    pub(crate) kind: &'w AlertType,
    pub(crate) resource: &'w Resource,
    pub(crate) scene: Scene<'w>,
    pub(crate) severity: &'w str,
    pub(crate) status: &'w str,
    /// `<19 digits>_<guid>` or a bare GUID.
    pub(crate) name: String,
    /// When the alert was produced: the time by which lists sort.
    pub(crate) generated: Moment,
    /// From the end of the activity to `generated`, in milliseconds.
    pub(crate) delay: i64,
    /// How long the activity went on, in milliseconds.
    pub(crate) duration: i64,
    /// Shared by the alerts of one attack.
    pub(crate) correlation: Option<Cow<'w, str>>,
    /// Found by a scan of the machine's disks, without an agent.
    pub(crate) agentless: bool,
    /// Replaces the type's title.
    pub(crate) title: Option<&'w str>,
    pub(crate) incident: Option<Incident<'w>>,
}

impl Draft<'_> {
    /// Last activity.
    pub(crate) fn end(&self) -> Moment {
        self.generated.before(self.delay)
    }

    /// First activity.
    pub(crate) fn start(&self) -> Moment {
        self.generated.before(self.delay + self.duration)
    }

    /// Moves it to another time, with what an incident says of its members: these are moved by as much.
    pub(crate) fn move_by(&mut self, by: TimeDelta) {
        self.generated = self.generated.moved(by);
        for member in self.incident.iter_mut().flat_map(|incident| &mut incident.members) {
            member.start = member.start.moved(by);
            member.end = member.end.moved(by);
        }
    }

    /// Fills the places in braces of a description or step. Unknown places stay as they are.
    pub(crate) fn render(&self, template: &str, out: &mut String) {
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            let Some(length) = rest[open..].find('}') else { break };
            out.push_str(&rest[..open]);
            let place = &rest[open + 1..open + length];
            match self.place(place) {
                Some(value) => out.push_str(&value),
                None => out.push_str(&rest[open..=open + length]),
            }
            rest = &rest[open + length + 1..];
        }
        out.push_str(rest);
    }

    /// Directory and name of the file that the alert is about: what a scan of the disk found, else the program.
    pub(crate) fn file(&self) -> (&str, &str) {
        match (self.kind.recipe, self.kind.code.as_str()) {
            (Recipe::File, "VM_Webshell") => ("/var/www/html/uploads", "cache.php"),
            (Recipe::File, "VM_LinuxBackdoorArtifact") => ("/usr/local/lib", ".sshd-helper.so"),
            (Recipe::File, _) => ("/tmp/.x", "xmrig"),
            _ => (&self.scene.tool.directory, &self.scene.tool.name),
        }
    }

    fn place(&self, name: &str) -> Option<Cow<'_, str>> {
        let scene = &self.scene;
        Some(match name {
            "resource" => self.resource.name.as_str().into(),
            "account" => scene.account_text().into(),
            "ip" => scene.address.text.as_str().into(),
            "place" => format!("{}, {}", scene.address.city, scene.address.country).into(),
            "process" => scene.tool.name.as_str().into(),
            "parent" => scene.tool.parent.as_str().into(),
            "command" => scene.tool.command.as_str().into(),
            "file" => {
                let (directory, name) = self.file();
                join(directory, name).into()
            }
            "domain" => scene.domain.into(),
            "count" => scene.count.to_string().into(),
            "namespace" => scene.workload.namespace.as_str().into(),
            "pod" => scene.workload.pod.as_str().into(),
            "service" => scene.workload.service.as_str().into(),
            "image" => scene.workload.image.as_str().into(),
            "container" => scene.workload.container().into(),
            "agent" => scene.agent.into(),
            "page" => scene.page.into(),
            "blob" => format!("{}/{}", scene.blob.container, scene.blob.name).into(),
            "peer" => scene.peer.name.as_str().into(),
            "summary" => self.incident.as_ref()?.summary.into(),
            _ => return None,
        })
    }
}

impl Scene<'_> {
    /// The account as people write it.
    pub(crate) fn account_text(&self) -> String {
        let Person { name, domain } = self.account;
        if domain.is_empty() { name.clone() } else { format!("{domain}\\{name}") }
    }
}

impl Tool {
    /// Directory and name.
    pub(crate) fn path(&self) -> String {
        join(&self.directory, &self.name)
    }
}

fn join(directory: &str, name: &str) -> String {
    let slash = if directory.starts_with('/') { '/' } else { '\\' };
    format!("{directory}{slash}{name}")
}

impl Workload {
    /// The id of its container, in the short form.
    pub(crate) fn container(&self) -> String {
        super::digest::hex_of(&self.pod, 12)
    }
}
