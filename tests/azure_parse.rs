//! One alert with everything in it, and the promise that no text, however mangled, makes the wire code panic.

use proptest::collection::vec;
use proptest::prelude::*;
use quell::azure::{ApiError, Page, RawItem, parse_alert};
use quell::domain::alert::{Evidence, Link, Prose};
use quell::domain::entity::{EntityKind, Value};
use quell::domain::resource::ResourceIdentifier;
use quell::domain::{Alert, Severity, Status, Tactic};

const ALERT: &str = include_str!("wire/alert-2022.json");

#[test]
fn every_field_of_the_contract_arrives() {
    let alert = parse_alert(ALERT).unwrap();
    assert_eq!(alert.id.name(), "2517000000000000000_0f0e0d0c-0b0a-0908-0706-050403020100");
    assert_eq!((alert.severity, alert.status), (Severity::Medium, Status::Active));
    assert_eq!(
        alert.tactics.iter().collect::<Vec<_>>(),
        [Tactic::Execution, Tactic::Persistence, Tactic::DefenseEvasion]
    );
    let texts = [
        (&alert.alert_type, "VM_TestDetection"),
        (&alert.title, "A process that should not be here"),
        (&alert.description, "First line.\r\nSecond line with %{placeholder} and \u{202e}."),
        (&alert.severity_text, "Medium"),
        (&alert.status_text, "Active"),
        (&alert.compromised_entity, "vm-web-01"),
        (&alert.product, "Microsoft Defender for Cloud"),
        (&alert.component, "Servers"),
        (&alert.vendor, "Microsoft"),
        (&alert.portal_uri, "https://portal.azure.com/#blade/x"),
        (&alert.correlation, "a2V5"),
        (&alert.version, "2022-01-01.1"),
    ];
    for (text, expected) in texts {
        assert_eq!(text.raw(), expected);
    }
    let times = [alert.times.start, alert.times.end, alert.times.generated, alert.times.available];
    let times = times.map(|time| time.unwrap().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true));
    let expected = [
        "2026-11-22T13:02:11.500Z",
        "2026-11-22T13:07:40.123456700Z",
        "2026-11-22T13:08:00Z",
        "2026-11-22T13:08:01.250Z",
    ];
    assert_eq!(times, expected);
    let [ResourceIdentifier::Azure(vm), ResourceIdentifier::LogAnalytics { agent, group, .. }] =
        &alert.resources[..]
    else {
        panic!("{:?}", alert.resources)
    };
    assert_eq!((vm.name(), agent.raw(), group.raw()), ("vm-web-01", "a", ""));
    let link = |label: &str, href: &str| Link { label: label.into(), href: href.into() };
    let text = |text: &str| Prose::Text(text.into());
    assert_eq!(alert.remediation, [text("1. Look."), Prose::Links(vec![link("Enforce rule", "")])]);
    assert_eq!(alert.links, [link("Report", "https://contoso.com/r")]);
    let properties = [
        ("zeta first".into(), text("1")),
        ("alpha second".into(), Prose::Links(vec![link("More", "https://contoso.com/m")])),
        ("port".into(), text("443")),
    ];
    assert_eq!(alert.properties, properties);
    assert_eq!(alert.techniques, ["T1059".into(), "T1059.001".into()]);
    let [Evidence::Table { title, columns, rows }, Evidence::Other { .. }] = &alert.evidence[..] else {
        panic!("{:?}", alert.evidence)
    };
    assert_eq!((title.raw(), columns.len(), rows[0][1].raw()), ("Seen", 2, "true"));
    assert!(!alert.is_incident);
}

#[test]
fn the_entities_hang_together() {
    let alert = parse_alert(ALERT).unwrap();
    let graph = &alert.entities;
    let kinds: Vec<EntityKind> = graph.nodes.iter().map(|node| node.kind).collect();
    let expected = [
        EntityKind::Process,
        EntityKind::Process,
        EntityKind::File,
        EntityKind::FileHash,
        EntityKind::Host,
        EntityKind::Ip,
        EntityKind::AzureResource,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(graph.listed, [0, 1, 2, 4, 5]);
    let process = &graph.nodes[0];
    assert_eq!(graph.follow(process, "imageFile").unwrap().text("name").unwrap().raw(), "a.exe");
    let host = graph.follow(process, "host").unwrap();
    assert_eq!(graph.follow(host, "resource").unwrap().kind, EntityKind::AzureResource);
    assert_eq!(host.get("lost"), Some(&Value::Dangling("nowhere".into())));
    assert_eq!(graph.follow(process, "parentProcess").unwrap().text("processId").unwrap().raw(), "4128");
}

/// The same JSON with every key in capitals.
fn upper(json: serde_json::Value) -> serde_json::Value {
    match json {
        serde_json::Value::Object(map) => {
            map.into_iter().map(|(key, value)| (key.to_ascii_uppercase(), upper(value))).collect()
        }
        serde_json::Value::Array(items) => items.into_iter().map(upper).collect(),
        other => other,
    }
}

#[test]
fn the_letter_case_of_every_key_is_irrelevant() {
    let json: serde_json::Value = serde_json::from_str(ALERT).unwrap();
    let plain = parse_alert(&json.to_string()).unwrap();
    let mut upper = parse_alert(&upper(json).to_string()).unwrap();
    assert_eq!(upper.properties[0].0.raw(), "ALPHA SECOND");
    assert_eq!(upper.entities.listed, plain.entities.listed);
    let kinds = |alert: &Alert| alert.entities.nodes.iter().map(|node| node.kind).collect::<Vec<_>>();
    assert_eq!(kinds(&upper), kinds(&plain));
    // The rest has no keys of the source in it.
    upper.properties.clone_from(&plain.properties);
    upper.entities.clone_from(&plain.entities);
    upper.evidence.clone_from(&plain.evidence);
    assert_eq!(upper, plain);
}

#[test]
fn an_item_that_other_parsers_refuse_is_still_an_alert() {
    let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
    for odd in [r#""\ud800""#, "1e999", "123456789012345678901234567890", &deep] {
        let raw =
            ALERT.replace("\"notInTheContract\": {", &format!("\"odd\": {odd}, \"notInTheContract\": {{"));
        let page = Page::split(200, format!("{{\"value\":[{raw},{ALERT}]}}").as_bytes()).unwrap();
        assert_eq!(page.items.len(), 2);
        assert_eq!(page.items[0].parse().unwrap().title, page.items[1].parse().unwrap().title);
        assert_eq!(&*page.items[0].raw, raw.trim());
    }
}

/// What must hold for every alert, however odd its source.
fn check(alert: &Alert) {
    fn leads(value: &Value, nodes: usize) -> bool {
        match value {
            Value::Text(_) | Value::Dangling(_) => true,
            Value::Entity(at) => *at < nodes,
            Value::List(items) => items.iter().all(|item| leads(item, nodes)),
            Value::Map(fields) => fields.iter().all(|(_, item)| leads(item, nodes)),
        }
    }
    let nodes = &alert.entities.nodes;
    assert!(!alert.id.as_str().trim().is_empty());
    assert!(alert.entities.listed.iter().all(|at| *at < nodes.len()));
    assert!(nodes.iter().flat_map(|node| &node.fields).all(|(_, value)| leads(value, nodes.len())));
    // Whatever was parsed can be searched.
    assert!(alert.facts().len() >= 5);
}

/// An edit of a text: what is at a place, for how long, is replaced by this.
fn edits() -> impl Strategy<Value = Vec<(usize, usize, String)>> {
    let with = prop_oneof![
        "[\\[\\]{}\",:\\\\0-9ntu$]{0,3}",
        Just("null".to_owned()),
        Just("\\ud800".to_owned()),
        Just("{\"$ref\":\"westeurope_3\"}".to_owned()),
        Just("\"$id\":\"westeurope_3\"".to_owned()),
        Just("\"entities\":".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    vec((0..ALERT.len(), 0_usize..40, with), 1..6)
}

fn edited(text: &str, edits: &[(usize, usize, String)]) -> String {
    let mut text = text.to_owned();
    for (at, length, with) in edits {
        let boundary =
            |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let (start, end) = (boundary(*at), boundary(at + length));
        text.replace_range(start..end, with);
    }
    text
}

/// JSON that is valid and full of what entities are made of.
fn entity_json() -> impl Strategy<Value = String> {
    let id = prop_oneof![Just("\"1\""), Just("\"2\""), Just("2"), Just("null"), Just("{}")];
    let kind = prop_oneof![Just("\"ip\""), Just("\"host\""), Just("\"odd\""), Just("null"), Just("[]")];
    let leaf = prop_oneof![
        id.clone().prop_map(|id| format!("{{\"$ref\":{id}}}")),
        (id.clone(), kind.clone()).prop_map(|(id, kind)| format!("{{\"$id\":{id},\"type\":{kind}}}")),
        Just("\"text\"".to_owned()),
        Just("null".to_owned()),
    ];
    leaf.prop_recursive(5, 30, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            (id.clone(), kind.clone(), vec(inner, 0..4)).prop_map(|(id, kind, items)| {
                let fields: Vec<String> =
                    items.iter().enumerate().map(|(at, item)| format!(",\"f{at}\":{item}")).collect();
                format!("{{\"type\":{kind},\"$id\":{id}{}}}", fields.concat())
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_mangled_alert_makes_it_panic(edits in edits()) {
        let text = edited(ALERT, &edits);
        match parse_alert(&text) {
            Ok(alert) => check(&alert),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
        let page = format!("{{\"value\":[{text}],\"nextLink\":null}}");
        if let Ok(page) = Page::split(200, page.as_bytes()) {
            for item in &page.items {
                let _ = item.parse();
            }
        }
    }

    #[test]
    fn no_bytes_make_a_page_panic(bytes in vec(any::<u8>(), 0..80), at in 0_usize..60) {
        let _ = Page::split(200, &bytes);
        let mut page = br#"{"value":[{"a":"b"},{"c":[1,{}]}],"nextLink":"x"}"#.to_vec();
        let at = at.min(page.len());
        page.splice(at..at, bytes.clone());
        let _ = Page::split(200, &page);
        for status in [204, 302, 400, 401, 403, 404, 409, 429, 500] {
            let error = ApiError::from_status(status, &bytes, None, "");
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn every_entity_graph_holds_together(entities in vec(entity_json(), 0..6)) {
        let raw = format!(r#"{{"id":"/x","properties":{{"alertType":"T","entities":[{}]}}}}"#, entities.join(","));
        prop_assert!(serde_json::from_str::<serde_json::Value>(&raw).is_ok());
        check(&RawItem::new(raw).parse().unwrap());
    }
}
