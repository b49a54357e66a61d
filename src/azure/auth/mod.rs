//! Sign-in: where a token comes from, and the one place that keeps it.
//!
//! Tokens live in memory, and a refresh token in a file of its owner's only where the user said so. No type of this module
//! shows one in `Debug` or `Display`.

mod azure_cli;
mod credential;
mod device_code;
mod discover;
mod entra;
mod environment;
mod kept;
mod login_http;
mod token;

use thiserror::Error;

pub use credential::Credential;
pub use device_code::{DeviceFlow, DevicePrompt, DeviceSession};
pub use discover::{Finding, Presence, discover, sign_in};
pub use environment::{SignInEnvironment, is_secret};
pub use kept::{KEPT_FILE, forget_kept};
pub use token::{AccessToken, TokenSource};

use crate::domain::SafeText;

/// A way to sign in, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignInKind {
    /// A static token in `QUELL_ACCESS_TOKEN`.
    AccessToken,
    /// An application with a secret: `AZURE_TENANT_ID`, `AZURE_CLIENT_ID`, `AZURE_CLIENT_SECRET`.
    ClientSecret,
    /// A Kubernetes service account: `AZURE_FEDERATED_TOKEN_FILE` and the two ids.
    WorkloadIdentity,
    /// The identity of the Azure machine or app that quell runs on.
    ManagedIdentity,
    /// Whoever `az login` signed in.
    AzureCli,
    /// Whoever types the code that quell shows into a browser.
    DeviceCode,
}

impl SignInKind {
    /// Every way, in order.
    pub const ALL: [Self; 6] = [
        Self::AccessToken,
        Self::ClientSecret,
        Self::WorkloadIdentity,
        Self::ManagedIdentity,
        Self::AzureCli,
        Self::DeviceCode,
    ];

    /// The word used in the config file.
    pub fn word(self) -> &'static str {
        match self {
            Self::AccessToken => "access-token",
            Self::ClientSecret => "client-secret",
            Self::WorkloadIdentity => "workload-identity",
            Self::ManagedIdentity => "managed-identity",
            Self::AzureCli => "azure-cli",
            Self::DeviceCode => "device-code",
        }
    }

    /// The name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::AccessToken => "QUELL_ACCESS_TOKEN",
            Self::ClientSecret => "client secret",
            Self::WorkloadIdentity => "workload identity",
            Self::ManagedIdentity => "managed identity",
            Self::AzureCli => "Azure CLI",
            Self::DeviceCode => "device code",
        }
    }

    /// Reads the config file's word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(word.trim()))
    }
}

/// How the words of a sign-in end that cannot be reached.
pub const ASK_DOCTOR: &str = "; `quell doctor` looks for the cause";

/// Why there is no token, in words that say what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignInError {
    /// No way to sign in was found at all.
    #[error(
        "not signed in: run `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or QUELL_ACCESS_TOKEN, or sign-in = \"device-code\" in the profile"
    )]
    NothingFound,
    /// The same, and there is no profile: the first run helps.
    #[error(
        "not signed in: run `quell`: it offers a sign-in by code; or run `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or QUELL_ACCESS_TOKEN"
    )]
    NothingConfigured,
    /// By device code: a person has to type a code first.
    #[error(
        "nobody is signed in by device code: `quell`, or a command on a terminal, shows the code to type in a browser"
    )]
    NobodyYet,
    /// The chosen way lacks a setting.
    #[error("{} sign-in is not set up: {missing}", kind.label())]
    Incomplete {
        /// The way that was chosen.
        kind: SignInKind,
        /// What is missing.
        missing: &'static str,
    },
    /// The identity service said no, or the tool that was asked failed.
    #[error("{} sign-in failed: {message}", kind.label())]
    Refused {
        /// The way that was tried.
        kind: SignInKind,
        /// The service's own words.
        message: SafeText,
    },
    /// The identity service could not be reached, or has trouble; worth trying again.
    #[error("{} sign-in is not reachable: {message}{ASK_DOCTOR}", kind.label())]
    Unreachable {
        /// The way that was tried.
        kind: SignInKind,
        /// What happened.
        message: SafeText,
    },
}

impl SignInError {
    /// True when trying again later may help without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    /// True when typing a code would help.
    pub fn wants_code(&self) -> bool {
        match self {
            Self::NobodyYet => true,
            Self::Refused { kind, .. } => *kind == SignInKind::DeviceCode,
            Self::NothingFound
            | Self::NothingConfigured
            | Self::Incomplete { .. }
            | Self::Unreachable { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_can_be_named_in_the_config() {
        for kind in SignInKind::ALL {
            assert_eq!(SignInKind::parse(kind.word()), Some(kind));
        }
        assert_eq!(SignInKind::parse("password"), None);
    }
}
