//! Alerts on web sites and APIs.

use crate::emulator::demo::entity::Body;
use crate::emulator::demo::evidence::{Cell, table};

/// Requests to a site.
pub(super) fn request(body: &mut Body<'_>) {
    let draft = body.draft;
    let scene = &draft.scene;
    body.resource();
    let host = body.host();
    if scene.account.name.starts_with('=') {
        // Names of sign-in forms are whatever the visitor typed.
        body.account(scene.account, host);
    }
    let ip = body.ip();
    body.connection(Some(ip), None, 443);
    let url = format!("https://{}.contoso.example{}", draft.resource.name, scene.page);
    body.add("url", |entity| entity.fields.text("url", &url));
    if draft.kind.code.contains("Dangling") {
        body.add("dns", |entity| {
            entity.fields.text("domainName", scene.domain);
            entity.refers("ipAddresses", &[ip]);
        });
    }
    let fields = &mut body.properties;
    fields.text("sample Source IP Addresses", &scene.address.text);
    fields.text("sample User Agents", scene.agent);
    fields.text("sample URIs", scene.page);
    fields.text("sample Referer", "-");
    fields.text("last Event Time", &draft.end().american());
    fields.figure("hit Count", scene.count);
    let row = |verb, status, later| {
        vec![
            Cell::Time(draft.start().after(later)),
            Cell::Text(verb),
            Cell::Text(scene.page),
            Cell::Number(status),
            Cell::Text(scene.agent),
        ]
    };
    body.evidence = table(
        "Sample of the requests",
        &["Time", "Method", "Page", "Status", "User agent"],
        &[row("GET", 404, 0), row("GET", 200, 900), row("POST", 500, 2_400)],
        true,
    );
}

/// A process of a site.
pub(super) fn process(body: &mut Body<'_>) {
    let draft = body.draft;
    let scene = &draft.scene;
    body.resource();
    let host = body.host();
    let account = body.account(scene.account, host);
    body.process_tree(host, Some(account));
    let ip = body.ip();
    body.connection(None, Some(ip), 443);
    let fields = &mut body.properties;
    fields.text("process Name", &scene.tool.name);
    fields.figure("process Id", scene.pid);
    fields.text("command Line", &scene.tool.command);
    fields.text("user Name", &scene.account_text());
    fields.text("remote IP Address", &scene.address.text);
    fields.text("last Event Time", &draft.end().american());
}

/// Calls of an API.
pub(super) fn api(body: &mut Body<'_>) {
    let draft = body.draft;
    let scene = &draft.scene;
    body.resource();
    let ip = body.ip();
    let url = format!("https://{}.azure-api.example{}", draft.resource.name, scene.page);
    body.add("url", |entity| entity.fields.text("url", &url));
    body.connection(Some(ip), None, 443);
    let fields = &mut body.properties;
    fields.text("api Endpoint", scene.page);
    fields.text("client IP address", &scene.address.text);
    fields.text("user agent", scene.agent);
    fields.figure("number of Requests", scene.count);
}
