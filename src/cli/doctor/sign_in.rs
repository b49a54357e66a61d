//! Every way to sign in: whether it is there, and what would make it so.

use super::Findings;
use crate::azure::{Finding as Found, Presence, SignInError, SignInKind, discover};
use crate::runtime::open::Workspace;

pub(super) async fn look(workspace: &Workspace, findings: &mut Findings) {
    if workspace.is_demo() {
        return;
    }
    let chosen = workspace.plan.sign_in;
    match chosen {
        Some(kind) => findings.good("sign-in", format_args!("the profile asks for {}", kind.label())),
        None => findings.good("sign-in", "the first way that is set up, in this order"),
    }
    let ways = discover(&workspace.plan.environment()).await;
    let works = ways.iter().any(Found::is_ready);
    for found in ways {
        let (kind, name) = (found.kind, found.kind.label());
        // What the profile does not ask for stops nothing, nor does what another way makes good.
        let wanted = chosen.map_or(!works, |chosen| chosen == kind);
        match found.presence {
            Presence::Ready(whom) if whom.is_empty() => {
                findings.good("sign-in", format_args!("{name}: set up"));
            }
            Presence::Ready(whom) => findings.good("sign-in", format_args!("{name}: {whom}")),
            Presence::Incomplete(missing) if wanted => {
                findings.denied("sign-in", format_args!("{name}: {missing}"));
            }
            Presence::Incomplete(missing) => findings.note("sign-in", format_args!("{name}: {missing}")),
            Presence::Absent if chosen == Some(kind) => {
                findings.denied("sign-in", format_args!("{name}: not here; {}", remedy(kind)));
            }
            Presence::Absent => findings.none("sign-in", format_args!("{name}: none ({})", remedy(kind))),
        }
    }
    by_code(workspace, findings);
}

fn by_code(workspace: &Workspace, findings: &mut Findings) {
    let name = SignInKind::DeviceCode.label();
    match &workspace.device {
        None if !workspace.plan.configured => {
            findings.none("sign-in", format_args!("{name}: run `quell`: it offers a sign-in by code"));
        }
        None => {
            findings.none("sign-in", format_args!("{name}: not used ({})", remedy(SignInKind::DeviceCode)));
        }
        Some(Err(error)) => findings.denied("sign-in", error),
        Some(Ok(session)) if session.is_signed_in() => {
            findings.good("sign-in", format_args!("{name}: kept on this machine"));
        }
        Some(Ok(_)) => findings.denied("sign-in", SignInError::NobodyYet),
    }
    if let Some(why) = &workspace.not_kept {
        findings.bad("sign-in", why);
    }
}

/// What makes a way usable that is not there.
fn remedy(kind: SignInKind) -> &'static str {
    match kind {
        SignInKind::AccessToken => "set it to a token for Azure Resource Manager",
        SignInKind::ClientSecret => "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
        SignInKind::WorkloadIdentity => {
            "set AZURE_FEDERATED_TOKEN_FILE, AZURE_TENANT_ID and AZURE_CLIENT_ID, as Kubernetes does"
        }
        SignInKind::ManagedIdentity => "only on a machine of Azure that has one",
        SignInKind::AzureCli => "install it and run `az login`",
        SignInKind::DeviceCode => "set sign-in = \"device-code\" in the profile",
    }
}
