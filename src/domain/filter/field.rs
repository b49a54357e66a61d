//! The table of fields. A new field on data we hold is one row here.

use std::fmt;

use super::pattern::Reach;
use crate::domain::SafeText;
use crate::domain::alert::Scan;
use crate::domain::fact::FactKind;
use crate::domain::nearest::edits;
use crate::domain::resource::Cloud;
use crate::domain::table::{LocalRecord, Row};

/// A field of the filter language: a row of [`Field::all`].
#[derive(Clone, Copy)]
pub struct Field(pub(super) &'static FieldRow);

/// What a field is called and what it matches.
pub struct FieldRow {
    pub(super) name: &'static str,
    pub(super) aliases: &'static [&'static str],
    pub(super) source: Source,
    pub(super) help: &'static str,
}

/// Where the values of a field are.
pub(super) enum Source {
    /// Facts of these kinds.
    Facts(Reach, &'static [FactKind]),
    /// The resource: its name as a whole, or its full id when the pattern holds a slash.
    Resource,
    /// The subscription, by GUID or display name.
    Subscription,
    /// Addresses, by network.
    Ip,
    /// The alert's own id or name.
    Id,
    /// The incident that groups the alert, by its id or name.
    Incident,
    Severity,
    Status,
    Tactic,
    /// Fixed words, each with its test.
    Words(&'static [(&'static str, RowTest)]),
    /// What the journal keeps. With [`Reach::Whole`], `none` stands for no value and `me` for the user.
    Local(Reach, fn(&LocalRecord) -> Option<&str>),
    /// Not before.
    Since,
    /// Not after.
    Until,
}

pub(super) type RowTest = fn(&Row<'_>) -> bool;

/// The word for "nobody" and "nothing" in local fields.
pub(super) const NONE: &str = "none";
/// The word for the user in local fields.
pub(super) const ME: &str = "me";

use FactKind as K;
use Reach::{Contained, Whole};

const fn row(
    name: &'static str,
    aliases: &'static [&'static str],
    source: Source,
    help: &'static str,
) -> FieldRow {
    FieldRow { name, aliases, source, help }
}

static FIELDS: [FieldRow; 41] = [
    row("severity", &["sev"], Source::Severity, "high, medium, low or informational; also severity>=medium"),
    row("status", &["st"], Source::Status, "active, in-progress, resolved or dismissed"),
    row("since", &[], Source::Since, "not before: 24h, 7d, 2026-11-22, 2026-11-22T14:00Z"),
    row("until", &[], Source::Until, "not after: 1h, 2026-11-22, 2026-11-22T14:00Z"),
    row("resource", &["res"], Source::Resource, "the affected resource, by name or full id"),
    row(
        "type",
        &[],
        Source::Facts(Whole, &[K::Type]),
        "the alert type's code, such as VM_SuspiciousPowerShell",
    ),
    row("title", &[], Source::Facts(Contained, &[K::Title]), "words of the title"),
    row("group", &["rg"], Source::Facts(Whole, &[K::Group]), "the resource group"),
    row("subscription", &["sub"], Source::Subscription, "the subscription, by name or id"),
    row("tactic", &[], Source::Tactic, "the ATT&CK tactic, such as \"lateral movement\""),
    row(
        "technique",
        &[],
        Source::Facts(Whole, &[K::Technique]),
        "the ATT&CK technique, such as T1059 or T1059*",
    ),
    row("ip", &[], Source::Ip, "an address, or a network such as 203.0.113.0/24"),
    row("host", &[], Source::Facts(Whole, &[K::Host]), "a host's name"),
    row("account", &[], Source::Facts(Contained, &[K::Account]), "part of an account's name"),
    row(
        "process",
        &[],
        Source::Facts(Contained, &[K::Process, K::CommandLine]),
        "part of a process name or command line",
    ),
    row("file", &[], Source::Facts(Contained, &[K::File]), "part of a file's path"),
    row("hash", &[], Source::Facts(Whole, &[K::Hash]), "a file's hash"),
    row("domain", &[], Source::Facts(Whole, &[K::Domain]), "a DNS domain"),
    row("url", &[], Source::Facts(Contained, &[K::Url]), "part of a URL"),
    row("entity", &[], Source::Facts(Contained, &ENTITIES), "part of any entity's value"),
    row("product", &[], Source::Facts(Whole, &[K::Product]), "the product or plan that raised it"),
    row(
        "rtype",
        &[],
        Source::Facts(Whole, &[K::ResourceType]),
        "the resource type, such as Microsoft.Compute/virtualMachines",
    ),
    row("cloud", &[], Source::Words(&CLOUDS), "where the resource runs"),
    row("incident", &[], Source::Words(&INCIDENT), "alerts that group alerts"),
    row("in-incident", &[], Source::Incident, "an incident, by id or name, and the alerts it groups"),
    row("scan", &[], Source::Words(&SCANS), "found by an agent or without one"),
    row("correlation", &[], Source::Facts(Whole, &[K::Correlation]), "the correlation key"),
    row("pending", &[], Source::Words(&PENDING), "with a change that is not settled"),
    row("assigned", &[], Source::Local(Whole, assigned), "who took it: a name, me or none"),
    row(
        "changed-by",
        &[],
        Source::Local(Whole, changed_by),
        "who changed its status last: a name, me or none",
    ),
    row("feedback", &[], Source::Words(&FEEDBACK), "how it was judged"),
    row("note", &[], Source::Local(Contained, note), "words of a note"),
    row("id", &[], Source::Id, "the alert's full id or name"),
    row("sample", &[], Source::Words(&SAMPLE), "Defender's own sample alerts"),
    row("ip-is", &[], Source::Facts(Whole, &[K::Ip]), "an address as it is written"),
    row("account-is", &[], Source::Facts(Whole, &[K::Account]), "an account's whole name"),
    row("process-is", &[], Source::Facts(Whole, &[K::Process]), "a process's whole name"),
    row("file-is", &[], Source::Facts(Whole, &[K::File]), "a file's whole name or path"),
    row("url-is", &[], Source::Facts(Whole, &[K::Url]), "a whole URL"),
    row("entity-is", &[], Source::Facts(Whole, &[K::Named]), "the kind and whole name of any other entity"),
    row("resource-id", &[], Source::Facts(Whole, &[K::ResourceId]), "a resource's full id"),
];

const ENTITIES: [FactKind; 12] = [
    K::Host,
    K::Ip,
    K::Account,
    K::Process,
    K::CommandLine,
    K::File,
    K::Hash,
    K::Url,
    K::Domain,
    K::Entity,
    K::ResourceId,
    K::CompromisedEntity,
];

/// What a bare word searches: title, description, resource, compromised entity, entities and properties.
pub(super) const SEARCHED: [FactKind; 16] = [
    K::Title,
    K::Description,
    K::Resource,
    K::CompromisedEntity,
    K::ResourceId,
    K::Host,
    K::Ip,
    K::Account,
    K::Process,
    K::CommandLine,
    K::File,
    K::Hash,
    K::Url,
    K::Domain,
    K::Entity,
    K::Property,
];

static CLOUDS: [(&str, RowTest); 4] = [
    ("azure", |row| row.flags().cloud() == Cloud::Azure),
    ("aws", |row| row.flags().cloud() == Cloud::Aws),
    ("gcp", |row| row.flags().cloud() == Cloud::Gcp),
    ("onprem", |row| row.flags().cloud() == Cloud::OnPremises),
];
static INCIDENT: [(&str, RowTest); 2] =
    [("yes", |row| row.flags().is_incident()), ("no", |row| !row.flags().is_incident())];
static SAMPLE: [(&str, RowTest); 2] =
    [("yes", |row| row.flags().is_sample()), ("no", |row| !row.flags().is_sample())];
static SCANS: [(&str, RowTest); 2] = [
    ("agent", |row| row.flags().scan() == Scan::Agent),
    ("agentless", |row| row.flags().scan() == Scan::Agentless),
];
static PENDING: [(&str, RowTest); 2] =
    [("yes", |row| row.pending().is_some()), ("no", |row| row.pending().is_none())];
static FEEDBACK: [(&str, RowTest); 3] = [
    ("useful", |row| row.local().and_then(|local| local.useful) == Some(true)),
    ("not-useful", |row| row.local().and_then(|local| local.useful) == Some(false)),
    (NONE, |row| row.local().and_then(|local| local.useful).is_none()),
];

fn assigned(local: &LocalRecord) -> Option<&str> {
    local.assigned.as_ref().map(SafeText::raw)
}

fn changed_by(local: &LocalRecord) -> Option<&str> {
    local.changed_by.as_ref().map(SafeText::raw)
}

fn note(local: &LocalRecord) -> Option<&str> {
    Some(local.notes.raw()).filter(|notes| !notes.is_empty())
}

/// The bits of several kinds.
pub(super) fn kinds(kinds: &[FactKind]) -> u32 {
    kinds.iter().fold(0, |bits, kind| bits | kind.bit())
}

impl Field {
    /// Every field, the most used first.
    pub fn all() -> impl Iterator<Item = Self> {
        FIELDS.iter().map(Self)
    }

    /// The field of a name or short form, in any letter case.
    pub fn find(name: &str) -> Option<Self> {
        Self::all().find(|field| field.names().any(|known| known.eq_ignore_ascii_case(name)))
    }

    /// True when a field's name or short form begins with a word, in any letter case.
    pub fn is_begun_by(word: &str) -> bool {
        let begins = |name: &str| name.get(..word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word));
        Self::all().any(|field| field.names().any(begins))
    }

    /// The name.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// What it matches, in a few words.
    pub fn help(self) -> &'static str {
        self.0.help
    }

    /// The short forms.
    pub fn aliases(self) -> &'static [&'static str] {
        self.0.aliases
    }

    /// True for a field that takes one moment rather than a list of values.
    pub fn is_time(self) -> bool {
        matches!(self.0.source, Source::Since | Source::Until)
    }

    /// True for a field whose values can be listed, each with just the alerts that a filter for it finds.
    pub fn has_values(self) -> bool {
        match &self.0.source {
            Source::Facts(reach, _) | Source::Local(reach, _) => matches!(reach, Whole),
            Source::Id | Source::Incident | Source::Since | Source::Until => false,
            Source::Resource
            | Source::Subscription
            | Source::Ip
            | Source::Severity
            | Source::Status
            | Source::Tactic
            | Source::Words(_) => true,
        }
    }

    /// The name and the short forms.
    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.0.name).chain(self.0.aliases.iter().copied())
    }

    /// The field with the most similar name, if one is similar at all.
    pub(super) fn nearest(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let distance =
            |field: Self| field.names().map(|known| edits(known, &name)).min().unwrap_or(usize::MAX);
        let prefixed = Self::all().find(|field| name.len() > 1 && field.name().starts_with(name.as_str()));
        prefixed.or_else(|| {
            let nearest = Self::all().min_by_key(|field| distance(*field))?;
            (distance(nearest) <= 1 + name.len() / 8).then_some(nearest)
        })
    }
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Field {}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({})", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_typed_as_names() {
        let names: Vec<&str> = Field::all().flat_map(Field::names).collect();
        let unique: std::collections::HashSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
    }

    #[test]
    fn a_slip_of_the_finger_finds_its_field() {
        for (typed, meant) in [
            ("sevrity", Some("severity")),
            ("statsu", Some("status")),
            ("hots", Some("host")),
            ("resourc", Some("resource")),
            ("SUBSCRIPTON", Some("subscription")),
            ("https", None),
            ("colour", None),
        ] {
            assert_eq!(Field::nearest(typed).map(Field::name), meant, "{typed}");
        }
    }
}
