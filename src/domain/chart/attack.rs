//! Alerts over ATT&CK: tactics in the order of the kill chain, each with the techniques that its alerts name.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::Counts;
use crate::domain::fact::FactKind;
use crate::domain::filter::{Compiled, Context, Filter};
use crate::domain::table::{Row, Table};
use crate::domain::{SafeText, Tactic};

/// The alerts of one tactic, or those without any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tactics {
    /// The tactic; none for alerts that name none.
    pub tactic: Option<Tactic>,
    /// Its alerts.
    pub counts: Counts,
    /// The techniques that they name, the most frequent first and each sub-technique behind its technique. The numbers
    /// are those of alerts of this tactic.
    pub techniques: Vec<(SafeText, Counts)>,
}

impl Tactics {
    /// What the row is called.
    pub fn label(&self) -> &'static str {
        self.tactic.map_or("No tactic", Tactic::label)
    }
}

/// Alerts by tactic and technique. An alert counts under each of its tactics.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attack {
    /// The stages of the chain, the other names of the API where they occur, and at the end the alerts without a tactic.
    pub rows: Vec<Tactics>,
    /// Every alert, once.
    pub all: Counts,
}

impl Attack {
    /// Counts the alerts of a filter. None when `cancelled` said that nobody waits any more.
    pub fn of(
        table: &Table,
        filter: &Filter,
        context: &Context,
        cancelled: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let rows = Compiled::new(filter, table, context, cancelled)?.rows(cancelled)?;
        Self::new(table, &rows, cancelled)
    }

    /// Counts rows of the table. None when `cancelled` said that nobody waits any more.
    pub fn new(table: &Table, rows: &[u32], cancelled: &dyn Fn() -> bool) -> Option<Self> {
        let mut count = Count::default();
        for rows in rows.chunks(1 << 14) {
            if cancelled() {
                return None;
            }
            rows.iter().filter_map(|row| table.row(*row)).for_each(|row| count.add(table, &row));
        }
        Some(count.finish())
    }

    /// The row with the most alerts, the first of several; that of alerts without a tactic only when there are no others.
    pub fn hottest(&self) -> usize {
        let key = |at: &usize| (self.rows[*at].tactic.is_some(), self.rows[*at].counts.total());
        let hit = (0..self.rows.len()).rev().filter(|at| self.rows[*at].counts.total() > 0);
        hit.max_by_key(key).unwrap_or(0)
    }

    /// The most alerts in a row.
    pub fn peak(&self) -> u32 {
        self.rows.iter().map(|row| row.counts.total()).max().unwrap_or(0)
    }
}

/// The place of the alerts without a tactic, behind all tactics.
const NONE: usize = Tactic::ALL.len();

#[derive(Default)]
struct Count {
    all: Counts,
    tactics: [Counts; NONE + 1],
    /// By tactic and technique.
    techniques: HashMap<(usize, usize), Counts>,
    /// Technique ids in capitals.
    names: Vec<String>,
    places: HashMap<String, usize>,
    /// By the code of a string: each is folded once.
    codes: HashMap<u32, usize>,
}

impl Count {
    fn add(&mut self, table: &Table, row: &Row<'_>) {
        let severity = row.severity();
        self.all.add(severity);
        let mut places: Vec<usize> = row.tactics().iter().map(|tactic| tactic as usize).collect();
        if places.is_empty() {
            places.push(NONE);
        }
        let mut techniques: Vec<usize> = row
            .facts()
            .iter()
            .filter(|fact| fact.kind() == FactKind::Technique)
            .map(|fact| self.technique(table, fact.code()))
            .collect();
        techniques.sort_unstable();
        techniques.dedup();
        for place in places {
            self.tactics[place].add(severity);
            for technique in &techniques {
                self.techniques.entry((place, *technique)).or_default().add(severity);
            }
        }
    }

    fn technique(&mut self, table: &Table, code: u32) -> usize {
        if let Some(place) = self.codes.get(&code) {
            return *place;
        }
        let name = table.dict().text(code).to_uppercase();
        let next = self.names.len();
        let place = *self.places.entry(name.clone()).or_insert(next);
        if place == next {
            self.names.push(name);
        }
        self.codes.insert(code, place);
        place
    }

    fn finish(self) -> Attack {
        let mut each: Vec<Vec<(String, Counts)>> = vec![Vec::new(); NONE + 1];
        for ((tactic, technique), counts) in self.techniques {
            each[tactic].push((self.names[technique].clone(), counts));
        }
        let shown =
            |tactic: Tactic| Tactic::CHAIN.contains(&tactic) || self.tactics[tactic as usize].total() > 0;
        let rows = Tactic::ALL.into_iter().filter(|tactic| shown(*tactic)).map(Some).chain([None]);
        let rows = rows.map(|tactic| {
            let place = tactic.map_or(NONE, |tactic| tactic as usize);
            let techniques = in_order(std::mem::take(&mut each[place]));
            Tactics { tactic, counts: self.tactics[place], techniques }
        });
        Attack { rows: rows.collect(), all: self.all }
    }
}

/// The technique of a sub-technique.
fn parent(id: &str) -> &str {
    id.split_once('.').map_or(id, |(parent, _)| parent)
}

/// The most frequent first, each sub-technique behind its technique.
fn in_order(mut techniques: Vec<(String, Counts)>) -> Vec<(SafeText, Counts)> {
    let mut weights: HashMap<String, u32> = HashMap::new();
    for (id, counts) in &techniques {
        let weight = weights.entry(parent(id).to_owned()).or_default();
        *weight = counts.total().max(*weight);
    }
    let weight = |id: &str| weights.get(parent(id)).copied().unwrap_or_default();
    techniques.sort_by_cached_key(|(id, _)| (Reverse(weight(id)), id.clone()));
    techniques.into_iter().map(|(id, counts)| (SafeText::from(id), counts)).collect()
}

/// The name that ATT&CK gives a technique or sub-technique; none for one that is not among those that alerts of Defender
/// for Cloud name.
pub fn technique_name(id: &str) -> Option<&'static str> {
    NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(id)).map(|(_, name)| *name)
}

/// Ids with their names, after MITRE ATT&CK for Enterprise.
#[rustfmt::skip] // one row each
static NAMES: [(&str, &str); 95] = [
    ("T1003", "OS Credential Dumping"), ("T1003.001", "LSASS Memory"),
    ("T1021", "Remote Services"), ("T1021.001", "Remote Desktop Protocol"),
    ("T1027", "Obfuscated Files or Information"),
    ("T1036", "Masquerading"), ("T1036.004", "Masquerade Task or Service"), ("T1036.005", "Match Legitimate Name or Location"),
    ("T1046", "Network Service Discovery"),
    ("T1047", "Windows Management Instrumentation"),
    ("T1048", "Exfiltration Over Alternative Protocol"), ("T1048.003", "Over Unencrypted Non-C2 Protocol"),
    ("T1053", "Scheduled Task/Job"),
    ("T1055", "Process Injection"),
    ("T1059", "Command and Scripting Interpreter"), ("T1059.001", "PowerShell"), ("T1059.003", "Windows Command Shell"), ("T1059.004", "Unix Shell"),
    ("T1068", "Exploitation for Privilege Escalation"),
    ("T1069", "Permission Groups Discovery"),
    ("T1070", "Indicator Removal"), ("T1070.001", "Clear Windows Event Logs"),
    ("T1071", "Application Layer Protocol"), ("T1071.001", "Web Protocols"), ("T1071.004", "DNS"),
    ("T1078", "Valid Accounts"), ("T1078.004", "Cloud Accounts"),
    ("T1080", "Taint Shared Content"),
    ("T1082", "System Information Discovery"),
    ("T1083", "File and Directory Discovery"),
    ("T1087", "Account Discovery"),
    ("T1090", "Proxy"), ("T1090.003", "Multi-hop Proxy"),
    ("T1098", "Account Manipulation"), ("T1098.003", "Additional Cloud Roles"), ("T1098.004", "SSH Authorized Keys"), ("T1098.006", "Additional Container Cluster Roles"),
    ("T1105", "Ingress Tool Transfer"),
    ("T1110", "Brute Force"), ("T1110.001", "Password Guessing"), ("T1110.003", "Password Spraying"),
    ("T1112", "Modify Registry"),
    ("T1133", "External Remote Services"),
    ("T1136", "Create Account"),
    ("T1140", "Deobfuscate/Decode Files or Information"),
    ("T1190", "Exploit Public-Facing Application"),
    ("T1203", "Exploitation for Client Execution"),
    ("T1204", "User Execution"),
    ("T1210", "Exploitation of Remote Services"),
    ("T1219", "Remote Access Software"),
    ("T1484", "Domain or Tenant Policy Modification"),
    ("T1485", "Data Destruction"),
    ("T1486", "Data Encrypted for Impact"),
    ("T1490", "Inhibit System Recovery"),
    ("T1496", "Resource Hijacking"),
    ("T1498", "Network Denial of Service"), ("T1498.001", "Direct Network Flood"),
    ("T1505", "Server Software Component"), ("T1505.001", "SQL Stored Procedures"), ("T1505.003", "Web Shell"),
    ("T1525", "Implant Internal Image"),
    ("T1526", "Cloud Service Discovery"),
    ("T1528", "Steal Application Access Token"),
    ("T1530", "Data from Cloud Storage"),
    ("T1537", "Transfer Data to Cloud Account"),
    ("T1543", "Create or Modify System Process"),
    ("T1546", "Event Triggered Execution"),
    ("T1547", "Boot or Logon Autostart Execution"), ("T1547.001", "Registry Run Keys / Startup Folder"),
    ("T1552", "Unsecured Credentials"), ("T1552.001", "Credentials In Files"), ("T1552.005", "Cloud Instance Metadata API"),
    ("T1554", "Compromise Host Software Binary"),
    ("T1555", "Credentials from Password Stores"), ("T1555.006", "Cloud Secrets Management Stores"),
    ("T1562", "Impair Defenses"), ("T1562.001", "Disable or Modify Tools"), ("T1562.008", "Disable or Modify Cloud Logs"),
    ("T1568", "Dynamic Resolution"), ("T1568.002", "Domain Generation Algorithms"),
    ("T1569", "System Services"), ("T1569.002", "Service Execution"),
    ("T1578", "Modify Cloud Compute Infrastructure"), ("T1578.002", "Create Cloud Instance"),
    ("T1580", "Cloud Infrastructure Discovery"),
    ("T1584", "Compromise Infrastructure"), ("T1584.001", "Domains"),
    ("T1595", "Active Scanning"), ("T1595.001", "Scanning IP Blocks"), ("T1595.002", "Vulnerability Scanning"),
    ("T1610", "Deploy Container"), ("T1611", "Escape to Host"),
    ("T1619", "Cloud Storage Object Discovery"), ("T1620", "Reflective Code Loading"), ("T1651", "Cloud Administration Command"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filter::testing::{Sample, context, table};
    use crate::domain::filter::{Field, parse};

    fn sample() -> std::sync::Arc<Table> {
        const T: FactKind = FactKind::Technique;
        let with = |name, intent, severity, facts: &[(FactKind, &'static str)]| Sample {
            intent,
            severity,
            facts: facts.to_vec(),
            ..Sample::new(name)
        };
        table(&[
            with("a", "Execution", "High", &[(T, "T1059"), (T, "T1059.001"), (T, "T1204")]),
            with("b", "Execution, Persistence", "Low", &[(T, "T1204"), (T, "t1204")]),
            with("c", "Probing", "Low", &[]),
            with("d", "", "Medium", &[(T, "T1059")]),
            with("e", "Sorcery", "Low", &[]),
            with("f", "Execution", "Low", &[(T, "t1059.001"), (T, "T1059"), (T, "T1059.003")]),
            with("g", "Execution", "Low", &[(T, "T1059")]),
        ])
    }

    #[test]
    fn tactics_are_in_order_with_their_techniques() {
        let table = sample();
        let all: Vec<u32> = (0..table.len() as u32).collect();
        let attack = Attack::new(&table, &all, &|| false).unwrap();
        assert_eq!(attack.all.total(), 7);
        // The chain, what else occurs, and those without.
        assert_eq!(attack.rows.len(), Tactic::CHAIN.len() + 3);
        assert!(
            attack.rows.windows(2).all(|pair| pair[1].tactic.is_none() || pair[0].tactic < pair[1].tactic)
        );
        let hottest = &attack.rows[attack.hottest()];
        assert_eq!((hottest.label(), hottest.counts.total()), ("Execution", 4));
        let techniques: Vec<String> =
            hottest.techniques.iter().map(|(id, counts)| format!("{id} {}", counts.total())).collect();
        assert_eq!(techniques, ["T1059 3", "T1059.001 2", "T1059.003 1", "T1204 2"]);
        let last = attack.rows.last().unwrap();
        assert_eq!((last.label(), last.counts.total()), ("No tactic", 1));
        assert!(Attack::new(&table, &all, &|| true).is_none());
    }

    #[test]
    fn each_number_is_that_of_its_filter() {
        let table = sample();
        let all: Vec<u32> = (0..table.len() as u32).collect();
        let found = |filter: &Filter| {
            Compiled::new(filter, &table, &context(), &|| false).unwrap().count(&|| false).unwrap()
        };
        for row in Attack::new(&table, &all, &|| false).unwrap().rows {
            let tactic = match row.tactic {
                Some(tactic) => {
                    Filter::all().with_value(Field::find("tactic").unwrap(), tactic.label()).unwrap()
                }
                None => parse("-tactic:*").unwrap(),
            };
            assert_eq!(found(&tactic), row.counts.total() as usize, "{tactic}");
            for (id, counts) in row.techniques {
                let filter = tactic.with_value(Field::find("technique").unwrap(), id.raw()).unwrap();
                assert_eq!(found(&filter), counts.total() as usize, "{filter}");
            }
        }
    }

    #[test]
    fn without_any_alert_the_first_tactic_is_hottest() {
        let attack = Attack::new(&Table::default(), &[], &|| false).unwrap();
        assert_eq!((attack.hottest(), attack.peak()), (0, 0));
        let table = sample();
        let untold = Attack::new(&table, &[3], &|| false).unwrap();
        assert_eq!(untold.rows[untold.hottest()].tactic, None);
    }

    #[test]
    fn names_are_found_by_id() {
        assert_eq!(technique_name("t1059.001"), Some("PowerShell"));
        assert_eq!(technique_name("T9999"), None);
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted, and each once");
    }
}
