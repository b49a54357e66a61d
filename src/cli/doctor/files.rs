//! The data folder: where it is, on what, and what it holds.

use rustix::fs::statvfs;

use super::Findings;
use crate::domain::SafeText;
use crate::runtime::open::Workspace;
use crate::store::file_system;

/// Less free space than this is told, in MiB: a sync wants some, and the journal must never lack it.
const LITTLE: u64 = 256;

pub(super) async fn look(workspace: &Workspace, findings: &mut Findings) {
    if !workspace.is_demo() {
        let folder = &workspace.plan.folder;
        findings.good("files", SafeText::from(folder.display().to_string()));
        if let Some(kind) = file_system(folder) {
            findings.good("files", format_args!("file system {}", SafeText::from(kind)));
        }
        if let Ok(found) = statvfs(folder) {
            let free = found.f_bavail.saturating_mul(found.f_frsize) >> 20;
            if free < LITTLE {
                findings.note("files", format_args!("only {free} MiB are free: make room before it is full"));
            } else {
                findings.good("files", format_args!("{free} MiB free"));
            }
        }
    }
    for notice in &workspace.notices {
        findings.bad("files", notice);
    }
    let alerts = workspace.table.len();
    let synced = workspace.store.call(|store| store.last_sync()).await;
    match synced {
        Ok(Ok(Some(at))) => findings.good("cache", format_args!("{alerts} alerts, last complete sync {at}")),
        Ok(Ok(None)) => findings.good("cache", format_args!("{alerts} alerts, no complete sync yet")),
        Ok(Err(error)) | Err(error) => findings.bad("cache", error),
    }
    let bytes = workspace.table.heap_bytes();
    if let Some(each) = bytes.checked_div(alerts) {
        findings.good("memory", format_args!("{each} bytes an alert, {} KiB in all", bytes / 1024));
    }
    if let Ok(Ok(pending)) = workspace.store.call(|store| store.pending_total()).await {
        findings.good("outbox", format_args!("{pending} changes waiting to be sent or verified"));
    }
    if let Some(why) = &workspace.read_only {
        findings.good("changes", format_args!("switched off: {why}"));
    }
}
