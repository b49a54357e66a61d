//! Agent and agentless: which scanner a finding came from, and the two alerts of one finding.
//!
//! Machines are watched by an agent on them and by agentless scanning of their disks. Both report as ordinary alerts on
//! the same resource; closing one leaves the other until its own scanner looks again. No field of the contract says
//! which scanner it was (contract §12): there are hints only, and these are all the rules by which quell reads them.
//!
//! | rule | says | source |
//! | --- | --- | --- |
//! | "agentless" stands in the type, the title, or a property's name or value | agentless | contract §12: type or title, `extendedProperties` |
//! | else: a Log Analytics identifier with an agent's id | agent | contract §12, §2.1: `agentId` |
//! | else | unknown | |
//!
//! Two alerts are twins when one is of each scanner, both are on the same resource, and both are the same finding: by
//! the strongest evidence that both give, which is a file's hash, then a file's path, then a malware's name, then the
//! family of the alert type. See [`twins`].

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::domain::alert::Prose;
use crate::domain::change::{Plan, plan};
use crate::domain::fact::FactKind;
use crate::domain::filter::pattern::fold;
use crate::domain::key_set::KeySet;
use crate::domain::resource::ResourceIdentifier;
use crate::domain::table::{Row, Table};
use crate::domain::{Alert, AlertKey, SafeText, Status};

/// Which scanner a finding came from. The contract has no field for it: see [`Alert::scan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Scan {
    /// Nothing tells.
    Unknown = 0,
    /// An agent on the machine.
    Agent = 1,
    /// Agentless scanning of the machine's disks.
    Agentless = 2,
}

impl Scan {
    /// The word in the filter language and on screen; empty where nothing tells.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "",
            Self::Agent => "agent",
            Self::Agentless => "agentless",
        }
    }

    /// The other scanner; none where nothing tells.
    pub fn other(self) -> Option<Self> {
        match self {
            Self::Unknown => None,
            Self::Agent => Some(Self::Agentless),
            Self::Agentless => Some(Self::Agent),
        }
    }
}

impl Alert {
    /// Which scanner reported it, by the rules of this module.
    pub fn scan(&self) -> Scan {
        let says = |text: &SafeText| text.raw().to_ascii_lowercase().contains("agentless");
        let in_properties = self
            .properties
            .iter()
            .any(|(key, value)| says(key) || matches!(value, Prose::Text(text) if says(text)));
        if says(&self.alert_type) || says(&self.title) || in_properties {
            return Scan::Agentless;
        }
        let agent = self.resources.iter().any(|resource| match resource {
            ResourceIdentifier::LogAnalytics { agent, .. } => !agent.is_empty(),
            _ => false,
        });
        if agent { Scan::Agent } else { Scan::Unknown }
    }
}

/// What a row says of its finding, folded for comparison.
#[derive(Debug, Default)]
struct Finding {
    hashes: Vec<String>,
    paths: Vec<String>,
    malware: Vec<String>,
    family: String,
}

impl Finding {
    fn of(row: &Row<'_>, table: &Table) -> Self {
        let mut finding = Self { family: family(row.alert_type().0), ..Self::default() };
        for fact in row.facts() {
            let text = table.dict().text(fact.code());
            match fact.kind() {
                FactKind::Hash => finding.hashes.push(fold(text)),
                FactKind::File if text.contains(['/', '\\']) => finding.paths.push(fold(text)),
                FactKind::Entity | FactKind::Property if is_malware_name(text) => {
                    finding.malware.push(fold(text));
                }
                _ => {}
            }
        }
        finding
    }

    /// The strongest evidence that both give decides.
    fn is(&self, other: &Self) -> bool {
        let kinds =
            [(&self.hashes, &other.hashes), (&self.paths, &other.paths), (&self.malware, &other.malware)];
        let decisive = kinds.into_iter().find(|(own, others)| !own.is_empty() && !others.is_empty());
        match decisive {
            Some((own, others)) => own.iter().any(|value| others.contains(value)),
            None => !self.family.is_empty() && self.family == other.family,
        }
    }
}

/// An alert type without what differs between the scanners: letter case, signs, the prefix of samples, "agentless".
fn family(alert_type: &str) -> String {
    let text: String =
        alert_type.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    text.strip_prefix("simulated").unwrap_or(&text).replace("agentless", "")
}

/// True for a name in the form that Microsoft gives malware: `Type:Platform/Family.Variant!Suffix`.
fn is_malware_name(text: &str) -> bool {
    let Some((kind, rest)) = text.split_once(':') else { return false };
    let Some((platform, name)) = rest.split_once('/') else { return false };
    let word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    word(kind) && kind.len() > 1 && word(platform) && !name.is_empty() && !name.contains(['/', ' '])
}

/// Where a finding is: the resource by name and subscription. One of two alerts may leave the group out.
fn place(row: &Row<'_>) -> (String, String) {
    (fold(row.resource().0), fold(row.subscription().0))
}

fn same_group(left: &Row<'_>, right: &Row<'_>) -> bool {
    let (left, right) = (left.group().0, right.group().0);
    left.is_empty() || right.is_empty() || fold(left) == fold(right)
}

/// Alerts of a known scanner by where they are.
type Places<'t> = HashMap<(String, String), Vec<Row<'t>>>;

fn places<'t>(table: &'t Table, keys: &[AlertKey]) -> Places<'t> {
    let mut places = Places::new();
    for row in keys.iter().filter_map(|key| table.get(*key)) {
        if row.flags().scan() != Scan::Unknown && !row.resource().0.is_empty() {
            places.entry(place(&row)).or_default().push(row);
        }
    }
    places
}

/// The twins of some alerts that are not among these, in the table's order: for each finding, what the other scanner
/// reported. One look at each alert; only those of the other scanner on one of the resources cost more.
pub fn twins(table: &Table, keys: &[AlertKey]) -> Vec<AlertKey> {
    let wanted = places(table, keys);
    if wanted.is_empty() {
        return Vec::new();
    }
    found(table, &wanted, candidates(table, keys, &wanted))
}

/// Alerts of one resource that are looked at for a step of the cursor.
const MOST_THERE: usize = 64;

/// Where the alerts of a known scanner are: finds the twins of one alert without a walk over all.
#[derive(Debug)]
pub struct Scanned(Vec<(u64, AlertKey)>);

impl Scanned {
    /// Looks through a snapshot.
    pub fn new(table: &Table) -> Self {
        let mut hashes: HashMap<(u32, u32), u64> = HashMap::new();
        let rows = table.rows().map(|(_, row)| row).filter(|row| row.flags().scan() != Scan::Unknown);
        let hashed = rows.map(|row| {
            let codes = (row.head_code(FactKind::Resource), row.head_code(FactKind::Subscription));
            (*hashes.entry(codes).or_insert_with(|| hash(&place(&row))), row.key())
        });
        let mut hashed: Vec<_> = hashed.collect();
        hashed.sort_unstable();
        Self(hashed)
    }

    /// The twins of an alert of the snapshot, as [`twins`] finds them. None where so many alerts are on its resource that
    /// a step of the cursor would cost too much.
    pub fn twins(&self, table: &Table, key: AlertKey) -> Option<Vec<AlertKey>> {
        let wanted = places(table, &[key]);
        let Some(hash) = wanted.keys().next().map(hash) else { return Some(Vec::new()) };
        let from = self.0.partition_point(|(other, _)| *other < hash);
        let there = self.0[from..].partition_point(|(other, _)| *other == hash);
        if there > MOST_THERE {
            return None;
        }
        let there = self.0[from..from + there].iter().map(|(_, other)| *other);
        let others = there.filter(|other| *other != key).filter_map(|other| table.get(other));
        Some(found(table, &wanted, others))
    }
}

fn hash(place: &(String, String)) -> u64 {
    let mut hasher = DefaultHasher::new();
    place.hash(&mut hasher);
    hasher.finish()
}

/// Those of some alerts that are twins of wanted ones.
fn found<'t>(
    table: &'t Table,
    wanted: &Places<'t>,
    candidates: impl IntoIterator<Item = Row<'t>>,
) -> Vec<AlertKey> {
    // Few are left: only now is it looked at what each says of its finding.
    let mut known: HashMap<AlertKey, Finding> = HashMap::new();
    let mut found = Vec::new();
    for row in candidates {
        let finding = Finding::of(&row, table);
        let is_twin = |own: &Row<'_>| {
            own.flags().scan().other() == Some(row.flags().scan())
                && same_group(own, &row)
                && known.entry(own.key()).or_insert_with(|| Finding::of(own, table)).is(&finding)
        };
        if wanted.get(&place(&row)).is_some_and(|own| own.iter().any(is_twin)) {
            found.push(row.key());
        }
    }
    found
}

/// The alerts of a known scanner on one of the resources, without those asked about.
fn candidates<'t>(table: &'t Table, keys: &[AlertKey], wanted: &Places<'t>) -> Vec<Row<'t>> {
    let among: KeySet = keys.iter().copied().collect();
    let names: HashSet<&str> = wanted.keys().map(|(name, _)| name.as_str()).collect();
    // By the code of a resource's name: whether it is one of them. Each name is compared by its text once.
    let mut known: Vec<Option<bool>> = vec![None; table.dict().len()];
    let mut is_one = |code: u32| {
        let is = || names.contains(fold(table.dict().text(code)).as_str());
        known.get_mut(code as usize).is_some_and(|known| *known.get_or_insert_with(is))
    };
    let rows = table.rows().map(|(_, row)| row);
    rows.filter(|row| row.flags().scan() != Scan::Unknown && is_one(row.head_code(FactKind::Resource)))
        .filter(|row| !among.contains(row.key()))
        .filter(|row| {
            let other = row.flags().scan().other();
            wanted.get(&place(row)).is_some_and(|own| own.iter().any(|own| Some(own.flags().scan()) == other))
        })
        .collect()
}

/// The twins that a change would leave as they are: open like the target they belong to, or closed like it when the
/// change opens alerts; and neither among the alerts it was planned for nor of the wanted status already. Of a change of
/// one alert the twins may be known; else every alert is looked at.
pub fn left_behind(
    table: &Arc<Table>,
    keys: &[AlertKey],
    chosen: &Plan,
    want: Status,
    known: Option<&[AlertKey]>,
) -> Vec<(AlertKey, Status)> {
    let (open, closed): (Vec<_>, Vec<_>) = chosen.targets.iter().partition(|(_, seen)| seen.is_open());
    let of = |targets: Vec<&(AlertKey, Status)>, is_open: bool| {
        let targets: Vec<AlertKey> = targets.into_iter().map(|(key, _)| *key).collect();
        let mut twins = match known {
            Some(known) if !targets.is_empty() => known.to_vec(),
            _ => twins(table, &targets),
        };
        twins.retain(|key| table.get(*key).is_some_and(|row| row.status().is_open() == is_open));
        twins
    };
    let mut twins = of(open, true);
    if want.is_open() {
        twins.extend(of(closed, false));
    }
    if !twins.is_empty() {
        let keys: KeySet = keys.iter().copied().collect();
        twins.retain(|key| !keys.contains(*key));
    }
    plan(table, &twins, want, &KeySet::default()).targets
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::filter::testing::{Sample, table};
    use crate::domain::resource::Cloud;
    use crate::domain::table::Flags;

    fn sample(name: &str, scan: Scan) -> Sample<'_> {
        Sample {
            alert_type: "VM_Webshell",
            resource: "vm-web-02",
            flags: Flags::new(false, false, Cloud::Azure, scan),
            ..Sample::new(name)
        }
    }

    fn twins_of(samples: &[Sample<'_>], of: &[u32]) -> Vec<u32> {
        let keys: Vec<AlertKey> = of.iter().copied().map(AlertKey).collect();
        twins(&table(samples), &keys).into_iter().map(|key| key.0).collect()
    }

    #[test]
    fn one_finding_of_two_scanners_is_a_pair() {
        use FactKind as K;
        use Scan::{Agent, Agentless, Unknown};
        let with = |scan, facts: &[(K, &'static str)]| Sample { facts: facts.to_vec(), ..sample("x", scan) };
        let hash = |text| [(K::Hash, text), (K::File, "/tmp/x")];
        for (what, left, right, pair) in [
            ("the same type on the same resource", with(Agent, &[]), with(Agentless, &[]), true),
            ("the same scanner twice", with(Agent, &[]), with(Agent, &[]), false),
            ("nothing tells the scanner", with(Agent, &[]), with(Unknown, &[]), false),
            ("the same hash", with(Agent, &hash("AB")), with(Agentless, &hash("ab")), true),
            ("hashes decide before paths", with(Agent, &hash("ab")), with(Agentless, &hash("cd")), false),
            ("one without a hash", with(Agent, &hash("ab")), with(Agentless, &[(K::File, "/TMP/x")]), true),
            ("other paths", with(Agent, &[(K::File, "/a/x")]), with(Agentless, &[(K::File, "/b/x")]), false),
            (
                "names alone are no paths",
                with(Agent, &[(K::File, "x")]),
                with(Agentless, &[(K::File, "y")]),
                true,
            ),
            (
                "the same malware",
                with(Agent, &[(K::Entity, "Backdoor:PHP/Uploader.A!x")]),
                with(Agentless, &[(K::Property, "backdoor:php/uploader.A!x")]),
                true,
            ),
            (
                "other malware",
                with(Agent, &[(K::Entity, "Backdoor:PHP/Uploader.A")]),
                with(Agentless, &[(K::Entity, "Trojan:Linux/Miner.C")]),
                false,
            ),
            (
                "a type of each scanner",
                Sample { alert_type: "SIMULATED_VM.Malware", ..sample("x", Agent) },
                Sample { alert_type: "VM_AgentlessMalware", ..sample("x", Agentless) },
                true,
            ),
            (
                "another type",
                sample("x", Agent),
                Sample { alert_type: "VM_Backdoor", ..sample("x", Agentless) },
                false,
            ),
            (
                "another type, the same hash",
                with(Agent, &hash("ab")),
                Sample { alert_type: "VM_Backdoor", ..with(Agentless, &hash("ab")) },
                true,
            ),
            (
                "another resource",
                sample("x", Agent),
                Sample { resource: "vm-2", ..sample("x", Agentless) },
                false,
            ),
            ("another group", sample("x", Agent), Sample { group: "rg-b", ..sample("x", Agentless) }, false),
            ("no group", sample("x", Agent), Sample { group: "", ..sample("x", Agentless) }, true),
            (
                "letter case",
                sample("x", Agent),
                Sample { resource: "VM-Web-02", group: "RG-WEB", ..sample("x", Agentless) },
                true,
            ),
        ] {
            let samples = [Sample { name: "a", ..left }, Sample { name: "b", ..right }];
            let expected: &[u32] = if pair { &[2] } else { &[] };
            assert_eq!(twins_of(&samples, &[1]), expected, "{what}");
            let expected: &[u32] = if pair { &[1] } else { &[] };
            assert_eq!(twins_of(&samples, &[2]), expected, "{what}, the other way round");
            assert!(twins_of(&samples, &[1, 2]).is_empty(), "{what}");
        }
    }

    #[test]
    fn malware_is_known_by_the_form_of_its_name() {
        for (text, is) in [
            ("Backdoor:PHP/Uploader.A!demo", true),
            ("PUA:Linux/CoinMiner.C", true),
            ("https://evil.example/x", false),
            ("C:/Windows/x", false),
            ("a: b/c", false),
            ("Trojan", false),
        ] {
            assert_eq!(is_malware_name(text), is, "{text}");
        }
    }

    proptest! {
        /// Being twins is mutual, and never within one scanner.
        #[test]
        fn twins_are_mutual(rows in prop::collection::vec((0..3_u8, 0..3_u8, 0..3_u8, 0..3_u8), 1..8)) {
            let names: Vec<String> = (0..rows.len()).map(|n| format!("n{n}")).collect();
            let samples: Vec<Sample<'_>> = rows
                .iter()
                .zip(&names)
                .map(|((scan, resource, hash, path), name)| Sample {
                    resource: ["vm-1", "VM-1", "vm-2"][usize::from(*resource)],
                    facts: [
                        (FactKind::Hash, ["", "ab", "cd"][usize::from(*hash)]),
                        (FactKind::File, ["", "/a/x", "/b/x"][usize::from(*path)]),
                    ]
                    .into_iter()
                    .filter(|(_, text)| !text.is_empty())
                    .collect(),
                    ..sample(name, [Scan::Unknown, Scan::Agent, Scan::Agentless][usize::from(*scan)])
                })
                .collect();
            let table = table(&samples);
            let scanned = Scanned::new(&table);
            for (_, row) in table.rows() {
                prop_assert_eq!(scanned.twins(&table, row.key()), Some(twins(&table, &[row.key()])));
                for twin in twins(&table, &[row.key()]) {
                    prop_assert!(twins(&table, &[twin]).contains(&row.key()));
                    let scan = table.get(twin).unwrap().flags().scan();
                    prop_assert_eq!(row.flags().scan().other(), Some(scan));
                }
            }
        }
    }
}
