//! Alerts on traffic: hardening, connections, name resolution, floods.

use crate::emulator::demo::entity::Body;
use crate::emulator::demo::evidence::{Cell, table};
use crate::emulator::demo::writer::object;

/// Traffic from or to an address outside.
pub(super) fn traffic(body: &mut Body<'_>) {
    let draft = body.draft;
    let (scene, code) = (&draft.scene, draft.kind.code.as_str());
    body.resource();
    let host = body.host();
    let port = match code {
        _ if code.starts_with("RDP") => 3389,
        "Network_CommunicationWithC2" => 8443,
        _ if draft.resource.is("windows") => 3389,
        _ => 22,
    };
    let fields = &mut body.properties;
    fields.figure("destination Port", port);
    fields.text("protocol", "TCP");
    if code == "RDP_Outgoing_BF_OneToOne" {
        fields.text("compromised Host", &draft.resource.name);
        fields.text("destination Host", &scene.peer.name);
        fields.figure("number of Attempts", scene.count);
        let peer = body.peer();
        let account = body.account(scene.account, host);
        body.add("host-logon-session", |entity| {
            entity.fields.figure("sessionId", format_args!("{:#x}", scene.pid));
            entity.fields.moment("startTimeUtc", draft.start());
            entity.refer("host", peer);
            entity.refer("account", account);
        });
        return;
    }
    let seen = scene.count % 9 + 1;
    let other = second(body);
    body.properties.text(
        "source IP(s) [Number of attempts]",
        &format!("IP: {} [{seen}]\r\nIP: {} [1]", scene.address.text, other.text),
    );
    body.properties.text("end Time UTC", &draft.end().american());
    let ip = body.ip();
    body.connection(Some(ip), None, port);
    if code == "Network_TrafficFromUnrecommendedIP" {
        let other = body.address(other);
        body.connection(Some(other), None, port);
        enforce_step(body);
    }
}

/// Another address of the world, the same one for the same alert.
fn second<'b>(body: &Body<'b>) -> &'b crate::emulator::demo::world::Address {
    let all = &body.world.addresses;
    all.get(body.draft.scene.pid as usize % all.len().max(1)).unwrap_or(body.draft.scene.address)
}

/// The portal-only step that recorded hardening alerts carry as an object in a string.
fn enforce_step(body: &mut Body<'_>) {
    let id = body.azure_id.unwrap_or_default();
    let mut step = String::with_capacity(300);
    object(&mut step, |fields| {
        fields.text("kind", "openBlade");
        fields.text("displayValue", "Enforce the rule");
        fields.text("extension", "Microsoft_Azure_Security_R3");
        fields.text("detailBlade", "AdaptiveNetworkControlsResourceBlade");
        fields.text("detailBladeInputs", &format!("protectedResourceId={id}"));
    });
    body.first_step = step;
}

/// A name that was asked for.
pub(super) fn dns(body: &mut Body<'_>) {
    let draft = body.draft;
    let scene = &draft.scene;
    body.resource();
    let host = body.host();
    let ip = body.ip();
    body.add("dns", |entity| {
        entity.fields.text("domainName", scene.domain);
        entity.refers("ipAddresses", &[ip]);
        entity.refer("hostIpAddress", ip);
    });
    body.process(scene.pid, &scene.tool.command, draft.start(), |entity| entity.refer("host", host));
    let fields = &mut body.properties;
    fields.text("domain Name", scene.domain);
    fields.text("client IP Address", &format!("192.0.2.{}", scene.pid % 250 + 1));
    fields.figure("number of Queries", scene.count);
    fields.text("last Event Time", &draft.end().american());
    let query = |prefix: &str| format!("{prefix}.{}", scene.domain);
    let names = [query("a41fe9"), query("bb07c2"), query("c9d318")];
    let rows: Vec<Vec<Cell<'_>>> = names
        .iter()
        .zip([0_i64, 1_100, 2_900])
        .map(|(name, later)| {
            vec![Cell::Time(draft.start().after(later)), Cell::Text(name), Cell::Text("TXT")]
        })
        .collect();
    body.evidence = table("Sample of the queries", &["Time", "Name", "Type"], &rows, true);
}

/// A flood against a public address.
pub(super) fn flood(body: &mut Body<'_>) {
    body.resource();
    let count = body.draft.scene.count;
    body.add("ip", |entity| entity.fields.text("address", "192.0.2.80"));
    body.properties.text("public IP Address", "192.0.2.80");
    body.properties.text("attack Vectors", "SYN flood, UDP amplification");
    body.properties.figure("packets per Second (thousands)", count);
}
