//! Alerts on machines: processes, sign-ins, antimalware, files on disk.

use crate::emulator::demo::digest::number_of;
use crate::emulator::demo::entity::{Body, Ref};
use crate::emulator::demo::evidence::{Cell, table};

/// The host, and for a machine of AWS or GCP also the resource it is there.
fn machine(body: &mut Body<'_>) -> Ref {
    let resource = body.draft.resource;
    if resource.arn().is_some() || resource.gcp_type().is_some() {
        body.resource();
    }
    body.host()
}

fn process_properties(body: &mut Body<'_>) {
    let draft = body.draft;
    let (scene, tool) = (&draft.scene, draft.scene.tool);
    let fields = &mut body.properties;
    fields.text("compromised Host", &draft.resource.name);
    fields.text("user Name", &scene.account_text());
    fields.figure("account Session Id", format_args!("{:#x}", scene.pid.wrapping_mul(37)));
    fields.text("suspicious Process", &tool.path());
    fields.text("suspicious Command Line", &tool.command);
    fields.figure("suspicious Process Id", format_args!("{:#x}", scene.pid));
    fields.text("parent Process", &tool.parent);
}

/// A program that was run.
pub(super) fn process(body: &mut Body<'_>) {
    let host = machine(body);
    let account = body.account(body.draft.scene.account, host);
    body.process_tree(host, Some(account));
    let (start, end) = (body.draft.start(), body.draft.end());
    let session = body.draft.scene.pid.wrapping_mul(37);
    body.add("host-logon-session", |entity| {
        entity.fields.figure("sessionId", format_args!("{session:#x}"));
        entity.fields.moment("startTimeUtc", start.before(1_500_000));
        entity.fields.moment("endTimeUtc", end);
        entity.refer("host", host);
        entity.refer("account", account);
    });
    process_properties(body);
    let (tool, pid) = (body.draft.scene.tool, body.draft.scene.pid);
    if pid.is_multiple_of(3) {
        let row = |ago: i64, name, line, known| {
            vec![Cell::Time(start.before(ago)), Cell::Text(name), Cell::Text(line), Cell::Flag(known)]
        };
        body.evidence = table(
            "Processes started around the activity",
            &["Time", "Process", "Command line", "Seen before"],
            &[
                row(61_000, &tool.parent, &tool.parent, true),
                row(4_000, "whoami", "whoami /groups", true),
                row(0, &tool.name, &tool.command, false),
            ],
            false,
        );
    }
}

/// Protection that was weakened.
pub(super) fn antimalware(body: &mut Body<'_>) {
    let host = machine(body);
    let account = body.account(body.draft.scene.account, host);
    body.process_tree(host, Some(account));
    let tool = body.draft.scene.tool;
    body.properties.text("excluded Path", &tool.path());
    body.properties.text("action", "ConfigurationChanged");
    process_properties(body);
}

/// Code in memory that no file explains.
pub(super) fn fileless(body: &mut Body<'_>) {
    let host = machine(body);
    let (scene, start) = (&body.draft.scene, body.draft.start());
    let account = body.account(scene.account, host);
    body.process(scene.pid, &scene.tool.command, start, |entity| {
        entity.refer("account", account);
        entity.refer("host", host);
    });
    let ip = body.ip();
    body.connection(None, Some(ip), 443);
    let fields = &mut body.properties;
    fields.text("compromised Host", &body.draft.resource.name);
    fields.text("process Name", &scene.tool.name);
    fields.figure("process Id", scene.pid);
    fields.figure("memory Region Size", u64::from(scene.pid) * 512);
    fields.text("remote IP Address", &scene.address.text);
}

/// A value written to the registry.
pub(super) fn registry(body: &mut Body<'_>) {
    const KEY: &str = "Software\\Microsoft\\Windows\\CurrentVersion\\Run";
    let host = machine(body);
    let account = body.account(body.draft.scene.account, host);
    body.process_tree(host, Some(account));
    let key = body.add("registry-key", |entity| {
        entity.fields.text("hive", "HKEY_CURRENT_USER");
        entity.fields.text("key", KEY);
    });
    body.add("registry-value", |entity| {
        entity.refer("key", key);
        entity.fields.text("name", "Updater");
        entity.fields.text("value", "C:\\ProgramData\\Updater\\svchost.exe");
        entity.fields.text("valueType", "REG_SZ");
        entity.refer("host", host);
    });
    body.properties.text("registry Key", &format!("HKCU\\{KEY}"));
    process_properties(body);
}

/// Sign-ins, failed and successful.
pub(super) fn logon(body: &mut Body<'_>) {
    let draft = body.draft;
    let scene = &draft.scene;
    let host = machine(body);
    let account = body.account(scene.account, host);
    let ip = body.ip();
    let succeeded = draft.kind.code.contains("Success") || draft.kind.code.contains("Suspect");
    if succeeded {
        body.add("host-logon-session", |entity| {
            entity.fields.figure("sessionId", format_args!("{:#x}", scene.pid));
            entity.fields.moment("startTimeUtc", draft.end());
            entity.fields.moment("endTimeUtc", draft.end().after(400_000));
            entity.refer("host", host);
            entity.refer("account", account);
        });
    }
    let port = if draft.resource.is("windows") { 3389 } else { 22 };
    body.connection(Some(ip), None, port);
    let tried = ["administrator", "admin", "test", "backup", "oracle"];
    let share = |name: &str| number_of(name, 40) + 1;
    let list: Vec<String> = tried.iter().map(|name| format!("{name} ({})", share(name))).collect();
    let fields = &mut body.properties;
    fields.text("activity start time (UTC)", &draft.start().american());
    fields.text("activity end time (UTC)", &draft.end().american());
    fields.text("attacker source IP", &format!("IP Address: {}", scene.address.text));
    fields.text("attacker source computer name", "Unknown");
    fields.figure("number of failed authentication attempts to host", scene.count);
    fields.figure("successful Logins", u8::from(succeeded));
    fields.text("top accounts with failed sign in attempts (count)", &list.join(", "));
    fields.text("user Name", &scene.account_text());
    fields.text("was RDP session initiated", if succeeded && port == 3389 { "Yes" } else { "No" });
    let rows: Vec<Vec<Cell<'_>>> = tried
        .iter()
        .map(|name| vec![Cell::Text(name), Cell::Number(share(name)), Cell::Flag(false)])
        .chain(succeeded.then(|| {
            vec![Cell::Text(&scene.account.name), Cell::Number(u64::from(scene.count)), Cell::Flag(true)]
        }))
        .collect();
    body.evidence = table("Accounts that were tried", &["Account", "Attempts", "Signed in"], &rows, false);
}

/// Malware on disk, found by an agent or by a scan without one.
pub(super) fn file(body: &mut Body<'_>) {
    let host = machine(body);
    let (directory, name) = body.draft.file();
    let found = body.file(directory, name, Some(host), true);
    let (malware, category) = match name {
        "cache.php" => ("Backdoor:PHP/Uploader.A!demo", "Backdoor"),
        "xmrig" => ("PUA:Linux/CoinMiner.C!demo", "Potentially unwanted"),
        _ => ("Backdoor:Linux/SshHelper.A!demo", "Backdoor"),
    };
    body.add("malware", |entity| {
        entity.fields.text("name", malware);
        entity.fields.text("category", category);
        entity.refers("files", &[found]);
    });
    body.properties.text("compromised Host", &body.draft.resource.name);
    body.properties.text("file Path", &format!("{directory}/{name}"));
    body.properties.text("malware Name", malware);
    scan_properties(body);
}

/// A container image on a machine.
pub(super) fn image(body: &mut Body<'_>) {
    let host = machine(body);
    let scene = &body.draft.scene;
    let image = body.add("container-image", |entity| {
        entity.fields.text("imageId", &scene.workload.image);
    });
    body.add("container", |entity| {
        entity.fields.text("containerId", &scene.workload.container());
        entity.fields.text("name", &scene.workload.service);
        entity.refer("image", image);
    });
    body.file("/app", "xmrig", Some(host), true);
    body.properties.text("compromised Host", &body.draft.resource.name);
    body.properties.text("image Name", &scene.workload.image);
    scan_properties(body);
}

/// Says which scanner found it: the contract has no field for that.
fn scan_properties(body: &mut Body<'_>) {
    if body.draft.agentless {
        body.properties.text("scan Type", "Agentless");
        body.properties.text("detection Source", "Agentless machine scanning (snapshot of the disks)");
    } else {
        body.properties.text("scan Type", "Agent");
    }
}
