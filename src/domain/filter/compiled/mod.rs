//! A filter made ready for one snapshot of the table.
//!
//! Every condition on text becomes a set of string codes, so that a string is tested once however many alerts share it;
//! a row is then tested over its few codes, without touching text and without allocating.

mod compiler;
mod node;

use compiler::Compiler;
use node::Node;

use super::Context;
use super::ast::Filter;
use crate::domain::table::{Row, Table};

/// Rows between two looks at whether the question still stands.
const STRIDE: u32 = 4096;

/// A filter made ready for one snapshot.
#[derive(Debug)]
pub struct Compiled<'t> {
    table: &'t Table,
    node: Node,
}

impl<'t> Compiled<'t> {
    /// Makes a filter ready; none when `cancelled` says that nobody waits any more.
    pub fn new(
        filter: &Filter,
        table: &'t Table,
        context: &Context,
        cancelled: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let node = Compiler { table, context, cancelled }.node(&filter.0)?;
        Some(Self { table, node })
    }

    /// True when the row passes.
    pub fn matches(&self, row: &Row<'_>) -> bool {
        self.node.test(row, &mut String::new())
    }

    /// The positions of the rows that pass, in position order; none when cancelled.
    pub fn rows(&self, cancelled: &dyn Fn() -> bool) -> Option<Vec<u32>> {
        let mut found = Vec::new();
        self.each(cancelled, |row| found.push(row))?;
        Some(found)
    }

    /// How many rows pass; none when cancelled.
    pub fn count(&self, cancelled: &dyn Fn() -> bool) -> Option<usize> {
        let mut count = 0;
        self.each(cancelled, |_| count += 1)?;
        Some(count)
    }

    fn each(&self, cancelled: &dyn Fn() -> bool, mut found: impl FnMut(u32)) -> Option<()> {
        let mut scratch = String::new();
        for (position, row) in self.table.rows() {
            if position % STRIDE == 0 && cancelled() {
                return None;
            }
            if self.node.test(&row, &mut scratch) {
                found(position);
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::AlertKey;
    use crate::domain::alert::Scan;
    use crate::domain::fact::FactKind;
    use crate::domain::filter::parse;
    use crate::domain::filter::testing::{SUBSCRIPTION, Sample, builder, context, table};
    use crate::domain::resource::Cloud;
    use crate::domain::table::Flags;
    use crate::domain::table::LocalRecord;
    use crate::domain::{SafeText, Status};

    fn found(table: &Table, filter: &str) -> String {
        let filter = parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
        let compiled = Compiled::new(&filter, table, &context(), &|| false).unwrap();
        let rows = compiled.rows(&|| false).unwrap();
        assert_eq!(compiled.count(&|| false), Some(rows.len()));
        rows.iter().map(|row| table.row(*row).unwrap().name().to_owned()).collect()
    }

    fn tenant() -> std::sync::Arc<Table> {
        use FactKind as K;
        let id =
            "/subscriptions/s/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/vm-web-01";
        let mut builder = builder(&[
            Sample {
                severity: "High",
                title: "Suspicious PowerShell activity",
                alert_type: "VM_SuspiciousPowerShell",
                resource: "vm-web-01",
                intent: "Execution, LateralMovement",
                time: "2026-11-23T13:30:00Z",
                facts: vec![
                    (K::Description, "Analysis found\nan ENCODED script"),
                    (K::ResourceId, id),
                    (K::Host, "VM-WEB-01"),
                    (K::Ip, "203.0.113.7"),
                    (K::Process, "powershell.exe"),
                    (K::CommandLine, "powershell -enc SGk="),
                    (K::Technique, "T1059.001"),
                    (K::ResourceType, "Microsoft.Compute/virtualMachines"),
                ],
                ..Sample::new("a")
            },
            Sample {
                severity: "Low",
                status: "Dismissed",
                title: "Anmeldung über Zürich",
                alert_type: "SQL.DB_Login",
                resource: "sql-1",
                group: "",
                time: "2026-11-21T23:30:00Z",
                intent: "InitialAccess",
                facts: vec![
                    (K::Ip, "2001:db8::7"),
                    (K::Account, "contoso\\ann"),
                    (K::Product, "Databases"),
                    (K::Correlation, "q+/Z=="),
                    (K::Property, "Dark Reddish"),
                ],
                ..Sample::new("b")
            },
            Sample {
                severity: "Critical",
                status: "InProgress",
                resource: "vm-web-012",
                group: "RG-Web",
                time: "",
                flags: Flags::new(true, true, Cloud::Aws, Scan::Agentless),
                facts: vec![
                    (K::Ip, "not an address"),
                    (K::Hash, "ABCDEF"),
                    (K::Url, "https://evil.example/x?y=1"),
                    (K::Domain, "evil.example"),
                    (K::File, "C:\\Temp\\a b.ps1"),
                    (K::Entity, "some image"),
                ],
                ..Sample::new("c")
            },
        ]);
        let local = builder.local_mut();
        local.insert(
            AlertKey(1),
            LocalRecord {
                assigned: Some(SafeText::from("ann@CONTOSO.example")),
                useful: Some(false),
                notes: SafeText::from("Asked the owner\nwaiting"),
                ..LocalRecord::default()
            },
        );
        local.insert(
            AlertKey(2),
            LocalRecord {
                changed_by: Some(SafeText::from("bob")),
                useful: Some(true),
                ..LocalRecord::default()
            },
        );
        builder.set_pending(AlertKey(1), Some(Status::Resolved));
        builder.snapshot()
    }

    #[test]
    fn every_field_finds_what_it_is_for() {
        let table = tenant();
        for (filter, names) in [
            ("*", "abc"),
            ("severity:high", "a"),
            ("severity:high,low", "ab"),
            ("severity:other", "c"),
            ("severity>=low", "ab"),
            ("severity>low", "a"),
            ("severity<=low", "bc"),
            ("severity<low", "c"),
            // The status shown is that of the pending change.
            ("status:active", ""),
            ("status:resolved", "a"),
            ("status:in-progress,dismissed", "bc"),
            ("pending:yes", "a"),
            ("pending:no", "bc"),
            ("type:vm_suspiciouspowershell", "a"),
            ("type:vm_*", "ac"),
            ("type:vm", ""),
            ("title:power", "a"),
            ("title:\"powershell ACT\"", "a"),
            ("title:susp*act", "a"),
            ("resource:VM-WEB-01", "a"),
            ("resource:vm-web-01*", "ac"),
            ("resource:*/virtualmachines/*", "a"),
            (
                "resource:/subscriptions/s/resourcegroups/RG-WEB/providers/microsoft.compute/virtualMachines/vm-web-01",
                "a",
            ),
            ("rtype:*/virtualmachines", "a"),
            ("group:rg-web", "ac"),
            ("-group:*", "b"),
            ("subscription:\"contoso production\"", "abc"),
            ("subscription:fabrikam", ""),
            ("tactic:execution", "a"),
            ("tactic:\"lateral movement\",initialaccess", "ab"),
            ("tactic:*access", "b"),
            ("technique:T1059", ""),
            ("technique:t1059*", "a"),
            ("ip:203.0.113.7", "a"),
            ("ip:203.0.113.0/24,2001:db8::/32", "ab"),
            ("ip:*", "abc"),
            ("-ip:0.0.0.0/0", "bc"),
            ("host:vm-web-01", "a"),
            ("host:vm", ""),
            ("account:ann", "b"),
            ("process:enc", "a"),
            ("file:\"a b\"", "c"),
            ("file:c:\\temp", "c"),
            ("hash:abcdef", "c"),
            ("hash:abcde", ""),
            ("domain:evil.example", "c"),
            ("url:evil", "c"),
            ("entity:203.0", "a"),
            ("entity:image", "c"),
            ("product:databases", "b"),
            ("correlation:q+/Z==", "b"),
            ("cloud:aws", "c"),
            ("cloud:azure,gcp", "ab"),
            ("incident:yes", "c"),
            ("incident:no", "ab"),
            ("sample:yes", "c"),
            ("scan:agentless", "c"),
            ("scan:agent", ""),
            ("assigned:me", "a"),
            ("assigned:none", "bc"),
            ("assigned:me,none", "abc"),
            ("assigned:ann*", "a"),
            ("-assigned:*", "bc"),
            ("changed-by:BOB", "b"),
            ("changed-by:none", "ac"),
            ("feedback:useful", "b"),
            ("feedback:not-useful,none", "ac"),
            ("note:owner", "a"),
            ("-note:*", "bc"),
            ("since:1h", "a"),
            ("since:24h", "a"),
            ("since:2026-11-22", "ab"),
            ("until:2026-11-21", ""),
            ("until:2026-11-22", "b"),
            ("until:2026-11-21T23:30Z", "b"),
            ("until:2026-11-21T23:29Z", ""),
            ("since:2026-11-23T13:30Z until:2026-11-23T13:30Z", "a"),
            ("id:A", "a"),
            ("id:a,c", "ac"),
            ("id:*/locations/westeurope/*", "abc"),
            ("id:?", ""),
            // Words are looked for in all that an analyst reads, but not in the type, the product or the technique.
            ("powershell", "a"),
            ("POWERshell.EXE", "a"),
            ("encoded", "a"),
            ("an*script", "a"),
            ("ÜBER", "b"),
            ("zürich", "b"),
            ("\"dark red\"", "b"),
            ("virtualmachines", "a"),
            ("databases", ""),
            ("T1059", ""),
            ("ann", "b"),
            ("\"powershell.exepowershell\"", ""),
            // Combinations.
            ("powershell or evil.example", "ac"),
            ("vm-web -severity:high", "c"),
            ("not (severity:high or severity:low)", "c"),
            ("(ip:203.0.113.0/24 or host:dc*) and not type:SQL*", "a"),
            ("-*", ""),
            ("--severity:high", "a"),
        ] {
            assert_eq!(found(&table, filter), names, "{filter}");
        }
        let id = table.row(1).unwrap().id();
        assert_eq!(found(&table, &format!("id:{}", id.as_str().to_uppercase())), "b");
        assert_eq!(found(&table, "id:/subscriptions/x/alerts/b"), "");
        assert_eq!(found(&table, &format!("sub:{SUBSCRIPTION}")), "abc");
    }

    #[test]
    fn nobody_is_me_before_signing_in() {
        let table = tenant();
        let context = Context { me: None, ..context() };
        let filter = parse("assigned:me").unwrap();
        let compiled = Compiled::new(&filter, &table, &context, &|| false).unwrap();
        assert_eq!(compiled.count(&|| false), Some(0));
    }

    #[test]
    fn cancelling_stops_both_the_strings_and_the_rows() {
        let table = tenant();
        for filter in ["powershell", "host:x", "ip:1.2.3.4"] {
            assert!(Compiled::new(&parse(filter).unwrap(), &table, &context(), &|| true).is_none());
        }
        let compiled = Compiled::new(&Filter::all(), &table, &context(), &|| true).unwrap();
        assert_eq!(compiled.rows(&|| true), None);
    }

    #[test]
    fn an_empty_table_has_no_matches() {
        let table = Table::default();
        for filter in ["*", "x", "-x", "severity:high", "resource:a"] {
            assert_eq!(found(&table, filter), "");
        }
    }

    fn texts() -> impl Strategy<Value = Vec<String>> {
        proptest::collection::vec("[abAB\u{e4}\u{c4} .]{0,6}", 1..12)
    }

    proptest! {
        /// The scan over joined strings finds what looking into each one finds.
        #[test]
        fn the_scan_agrees_with_a_plain_search(titles in texts(), word in "[abAB\u{e4}\u{c4}.]{1,3}") {
            let names: Vec<String> = (0..titles.len()).map(|n| format!("{n},")).collect();
            let samples: Vec<Sample<'_>> = titles
                .iter()
                .zip(&names)
                .map(|(title, name)| Sample { title, resource: "", ..Sample::new(name) })
                .collect();
            let table = table(&samples);
            let expected: String = titles
                .iter()
                .zip(&names)
                .filter(|(title, _)| title.to_lowercase().contains(&word.to_lowercase()))
                .map(|(_, name)| name.as_str())
                .collect();
            prop_assert_eq!(found(&table, &format!("\"{word}\"")), expected.clone());
            prop_assert_eq!(found(&table, &format!("title:\"{word}\"*")), expected);
        }
    }
}
