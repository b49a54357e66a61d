//! Alerts on data stores: storage accounts, SQL, Cosmos DB.

use crate::emulator::demo::digest::{guid_of, hex_of};
use crate::emulator::demo::entity::{Body, Ref};
use crate::emulator::demo::evidence::{Cell, table};

fn container(body: &mut Body<'_>, storage: Option<Ref>) -> Ref {
    let blob = body.draft.scene.blob;
    body.add("blob-container", |entity| {
        entity.fields.text("name", &blob.container);
        if let Some(storage) = storage {
            entity.refer("storageResource", storage);
        }
    })
}

fn blob(body: &mut Body<'_>, container: Ref) {
    let (blob, account) = (body.draft.scene.blob, &body.draft.resource.name);
    let url = format!("https://{account}.blob.storage.example/{}/{}", blob.container, blob.name);
    body.add("blob", |entity| {
        entity.fields.text("name", &blob.name);
        entity.refer("blobContainer", container);
        entity.fields.text("url", &url);
        entity.fields.figure("etag", format_args!("0x{}", hex_of(&url, 15).to_ascii_uppercase()));
    });
}

/// Access to a storage account.
pub(super) fn storage(body: &mut Body<'_>) {
    let draft = body.draft;
    let scene = &draft.scene;
    let account = body.resource();
    let container = container(body, account);
    blob(body, container);
    body.identity();
    let ip = body.ip();
    body.connection(Some(ip), None, 443);
    let bytes = u64::from(scene.count) * 52_428_800;
    let fields = &mut body.properties;
    fields.text("alert Id", &guid_of(&draft.name));
    fields.text("client IP address", &scene.address.text);
    fields.text("client location", &format!("{}, {}", scene.address.city, scene.address.country));
    fields.text("authentication type", "Shared Access Signature (SAS)");
    fields.text("operations types", "GetBlob, ListBlobs");
    fields.text("service type", "Azure Blobs");
    fields.text("api type", "Blob");
    fields.text("container", &scene.blob.container);
    fields.text("user agent", scene.agent);
    fields.text("extracted data", &format!("{:.2} GiB", bytes as f64 / 1_073_741_824.0));
    fields.text(
        "potential causes",
        "• Stolen key or signature.\r\n• A tool that the owner started from a new place.",
    );
    let row = |operation, name, size, later| {
        vec![
            Cell::Time(draft.start().after(later)),
            Cell::Text(operation),
            Cell::Text(name),
            Cell::Number(size),
            Cell::Text(&scene.address.text),
        ]
    };
    body.evidence = table(
        "Sample of the operations",
        &["Time", "Operation", "Blob", "Bytes", "Address"],
        &[row("ListBlobs", "", 48_211, 0), row("GetBlob", &scene.blob.name, bytes, 1_800)],
        false,
    );
}

/// Malware found in a blob.
pub(super) fn malware(body: &mut Body<'_>) {
    let draft = body.draft;
    let scene = &draft.scene;
    let account = body.resource();
    let container = container(body, account);
    blob(body, container);
    let directory = format!("https://{}.blob.storage.example/{}", draft.resource.name, scene.blob.container);
    let file = body.file(&directory, &scene.blob.name, None, true);
    body.add("malware", |entity| {
        entity.fields.text("name", "Trojan:Win32/Kestrel.B!demo");
        entity.fields.text("category", "Trojan");
        entity.refers("files", &[file]);
    });
    let ip = body.ip();
    body.connection(Some(ip), None, 443);
    let fields = &mut body.properties;
    fields.text("blob Name", &scene.blob.name);
    fields.text("container Name", &scene.blob.container);
    fields.text("malware Name", "Trojan:Win32/Kestrel.B!demo");
    fields.text("shA-256", &hex_of(&format!("SHA256 {}", scene.blob.name), 64));
    fields.text("client IP address", &scene.address.text);
}

/// Use of a SQL database.
pub(super) fn sql(body: &mut Body<'_>) {
    let draft = body.draft;
    let scene = &draft.scene;
    body.resource();
    let ip = body.ip();
    body.connection(Some(ip), None, 1433);
    body.add("account", |entity| {
        entity.fields.text("name", &scene.account.name);
        entity.fields.plain("isDomainJoined", false);
    });
    let fields = &mut body.properties;
    fields.text("client IP Address", &scene.address.text);
    fields.text("client IP Location", &format!("{}, {}", scene.address.city, scene.address.country));
    fields.text("client Principal Name", &scene.account.name);
    fields.text("client Application", scene.application);
    fields.text("database", &draft.resource.name);
    fields.text("server", &draft.resource.server);
    fields.figure("failed Logins", scene.count);
    if draft.kind.code.contains("Injection") {
        fields.text(
            "vulnerable Statement",
            "SELECT name, card FROM customers WHERE id = 1041 UNION SELECT name, card FROM customers--",
        );
    }
    body.property_object("recommendations", |link| {
        link.text("displayValue", "Use strong passwords, and no password for two databases.");
        link.text("kind", "Link");
        link.text("value", "https://docs.contoso.example/sql/passwords");
    });
}

/// Use of a Cosmos DB account.
pub(super) fn cosmos(body: &mut Body<'_>) {
    let draft = body.draft;
    let scene = &draft.scene;
    body.resource();
    let ip = body.ip();
    body.connection(Some(ip), None, 443);
    let fields = &mut body.properties;
    fields.text("alert Id", &guid_of(&draft.name));
    fields.text("user agent", scene.agent);
    fields.text("connection mode", "Gateway");
    fields.text("container name", "profiles");
    fields.text("database name", "shop");
    fields.text("key type", "Aad");
    fields.text("client IP address", &scene.address.text);
    fields.text(
        "investigation steps",
        "• Ask the owner of the application.\r\n• Look through the diagnostic log for the queries.",
    );
}
