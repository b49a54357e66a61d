//! Alerts on the control plane: Azure Resource Manager, key vaults, AI models.

use crate::emulator::demo::digest::guid_of;
use crate::emulator::demo::entity::Body;
use crate::emulator::demo::evidence::{Cell, table};

/// Operations in Azure Resource Manager.
pub(super) fn operation(body: &mut Body<'_>) {
    let draft = body.draft;
    let scene = &draft.scene;
    body.resource();
    body.identity();
    let ip = body.ip();
    body.connection(Some(ip), None, 443);
    if draft.resource.is_machine() {
        let host = body.host();
        body.process(scene.pid, &scene.tool.command, draft.start(), |entity| entity.refer("host", host));
        body.properties.text("script", &scene.tool.command);
    } else {
        body.add("cloud-application", |entity| {
            entity.fields.text("appId", &guid_of(scene.application));
            entity.fields.text("name", scene.application);
        });
    }
    let operation = operation_name(&draft.kind.code);
    let upn = format!("{}@contoso.example", scene.account.name);
    let fields = &mut body.properties;
    fields.text("ip address", &scene.address.text);
    fields.text("username", &upn);
    fields.text("aad user ID", &guid_of(&scene.account.name));
    fields.text("operation Name", operation);
    fields.text("subscription Name", &body.world.subscriptions[draft.resource.subscription].display_name);
    fields.text("activity start time (UTC)", &draft.start().american());
    let row = |what, outcome, later| {
        vec![
            Cell::Time(draft.start().after(later)),
            Cell::Text(what),
            Cell::Text(&upn),
            Cell::Text(&scene.address.text),
            Cell::Text(outcome),
        ]
    };
    body.evidence = table(
        "Operations of the identity",
        &["Time", "Operation", "Caller", "Address", "Outcome"],
        &[
            row("Microsoft.Resources/subscriptions/resourceGroups/read", "Success", 0),
            row(operation, "Failure", 4_000),
            row(operation, "Success", 11_500),
        ],
        false,
    );
}

/// The operation in Azure Resource Manager that an alert type is about.
pub(crate) fn operation_name(code: &str) -> &'static str {
    const NAMES: [(&str, &str); 9] = [
        ("RunCommand", "Microsoft.Compute/virtualMachines/runCommand/action"),
        ("VM_", "Microsoft.Compute/virtualMachines/extensions/write"),
        ("KeyVault", "Microsoft.KeyVault/vaults/secrets/read"),
        ("RBACRole", "Microsoft.Authorization/roleAssignments/write"),
        ("RoleDefinition", "Microsoft.Authorization/roleDefinitions/write"),
        ("Compute", "Microsoft.Compute/virtualMachines/write"),
        ("DefenseEvasion", "Microsoft.Insights/diagnosticSettings/delete"),
        ("UnusedAccount", "Microsoft.Compute/virtualMachines/read"),
        ("", "Microsoft.Storage/storageAccounts/listKeys/action"),
    ];
    NAMES.iter().find(|(part, _)| code.contains(part)).map_or("", |(_, name)| name)
}

/// Use of a key vault.
pub(super) fn vault(body: &mut Body<'_>) {
    let draft = body.draft;
    let scene = &draft.scene;
    body.resource();
    body.identity();
    body.add("cloud-application", |entity| {
        entity.fields.text("appId", &guid_of(scene.application));
        entity.fields.text("name", scene.application);
    });
    body.ip();
    let denied = draft.kind.code.contains("Denied");
    let fields = &mut body.properties;
    fields.text("end Time UTC", &draft.end().american());
    fields.text(
        "all vault operations in last 24 hours",
        &format!("[Authentication:{}, SecretGet:{}, SecretList:2, VaultGet:3]", scene.count, scene.count),
    );
    fields.text("suspicious Operations", &format!("[SecretGet:{}, SecretList:1]", scene.count));
    fields.text("attacker IP Address", &scene.address.text);
    fields.text("attacker Object ID", &guid_of(&scene.account.name));
    fields.text("application ID", &guid_of(scene.application));
    fields.text("result Signature", if denied { "Forbidden" } else { "OK" });
    fields.text("start Time UTC", &draft.start().american());
    fields.text("client Information", scene.agent);
    let row = |what, secret, later| {
        vec![
            Cell::Time(draft.start().after(later)),
            Cell::Text(what),
            Cell::Text(secret),
            Cell::Flag(!denied),
        ]
    };
    body.evidence = table(
        "Operations on the vault",
        &["Time", "Operation", "Secret", "Allowed"],
        &[
            row("SecretList", "", 0),
            row("SecretGet", "payments-db-password", 2_100),
            row("SecretGet", "card-gateway-key", 2_600),
            row("SecretGet", "backup-encryption-key", 3_900),
        ],
        true,
    );
}

/// Use of an AI model.
pub(super) fn model(body: &mut Body<'_>) {
    let draft = body.draft;
    let scene = &draft.scene;
    body.resource();
    body.identity();
    let ip = body.ip();
    body.connection(Some(ip), None, 443);
    let fields = &mut body.properties;
    fields.text("deployment Name", "shop-assistant");
    fields.text("end User Id", &guid_of(&scene.account.name));
    fields.text("source IP address", &scene.address.text);
    fields.figure("number of Prompts", scene.count);
    fields.text("user agent", scene.agent);
}
