//! Alerts on Kubernetes clusters: of the audit log, and of what runs on the nodes.

use crate::emulator::demo::entity::{Body, Ref};
use crate::emulator::demo::evidence::{Cell, table};

/// Cluster and namespace.
fn namespace(body: &mut Body<'_>) -> Ref {
    let draft = body.draft;
    let cloud = body.resource();
    let cluster = body.add("K8s-cluster", |entity| {
        if let Some(cloud) = cloud {
            entity.refer("cloudResource", cloud);
        }
        entity.fields.text("name", &draft.resource.name);
    });
    body.add("K8s-namespace", |entity| {
        entity.fields.text("name", &draft.scene.workload.namespace);
        entity.refer("cluster", cluster);
    })
}

fn pod(body: &mut Body<'_>, namespace: Ref) -> Ref {
    let workload = body.draft.scene.workload;
    let pod = body.add("K8s-pod", |entity| {
        entity.fields.text("name", &workload.pod);
        entity.refer("namespace", namespace);
    });
    let image = body.add("container-image", |entity| entity.fields.text("imageId", &workload.image));
    body.add("container", |entity| {
        entity.fields.text("containerId", &workload.container());
        entity.fields.text("name", &workload.service);
        entity.refer("image", image);
        entity.refer("pod", pod);
    });
    pod
}

/// Something the cluster's API was asked to do.
pub(super) fn audit(body: &mut Body<'_>) {
    let draft = body.draft;
    let (scene, code) = (&draft.scene, draft.kind.code.as_str());
    let space = namespace(body);
    if code.contains("Exposed") {
        body.add("K8s-service", |entity| {
            entity.fields.text("name", &scene.workload.service);
            entity.refer("namespace", space);
        });
    } else if ["Container", "Image"].iter().any(|word| code.contains(word)) {
        pod(body, space);
    } else {
        body.add("K8s-service-account", |entity| {
            entity.fields.text("name", &scene.account.name);
            entity.refer("namespace", space);
        });
    }
    let ip = body.ip();
    body.connection(Some(ip), None, 6443);
    let fields = &mut body.properties;
    fields.text("username", &scene.account.name);
    fields.text("namespace", &scene.workload.namespace);
    fields.text("service name", &scene.workload.service);
    fields.text("image Name", &scene.workload.image);
    fields.text("source IP address", &scene.address.text);
    fields.text("user agent", "kubectl/v1.31.2 (linux/amd64)");
    if code.contains("Admission") {
        let rules = r#"[{"apiGroups":["*"],"resources":["pods"],"operations":["CREATE"],"scope":"*"}]"#;
        fields.text("webhook configuration rules", rules);
    }
    let row = |verb, what, allowed, later| {
        vec![
            Cell::Time(draft.start().after(later)),
            Cell::Text(verb),
            Cell::Text(what),
            Cell::Text(&scene.workload.namespace),
            Cell::Flag(allowed),
        ]
    };
    body.evidence = table(
        "Requests to the API server",
        &["Time", "Verb", "Object", "Namespace", "Allowed"],
        &[row("list", "secrets", false, 0), row("create", "pods", true, 1_300)],
        false,
    );
}

/// Something that a process in a container did.
pub(super) fn node(body: &mut Body<'_>) {
    let draft = body.draft;
    let (scene, tool) = (&draft.scene, draft.scene.tool);
    let space = namespace(body);
    pod(body, space);
    let node_name = format!("{}-node-{:06}", draft.resource.name, scene.pid % 4);
    let host = body.add("host", |entity| {
        entity.fields.text("hostName", &node_name);
        entity.fields.text("netBiosName", &node_name);
        entity.fields.text("osFamily", "Linux");
        entity.fields.text("osVersion", "Linux");
        entity.fields.text("containerId", &scene.workload.container());
    });
    let account = body.account(scene.account, host);
    body.process_tree(host, Some(account));
    if ["Reverse", "Mining", "Download"].iter().any(|word| draft.kind.code.contains(word)) {
        let ip = body.ip();
        body.connection(None, Some(ip), 3333);
    }
    let fields = &mut body.properties;
    fields.text("compromised Host", &node_name);
    fields.text("user Name", &scene.account.name);
    fields.text("suspicious Process", &tool.path());
    fields.text("suspicious Command Line", &tool.command);
    fields.figure("suspicious Process Id", format_args!("{:#x}", scene.pid));
    fields.text("parent Process", &tool.parent);
    fields.text("process Origin", "Kubernetes Node");
    fields.text("container ID", &scene.workload.container());
    fields.text("image Name", &scene.workload.image);
    fields.text("pod Name", &scene.workload.pod);
}
