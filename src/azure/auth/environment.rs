//! The environment variables that sign-in understands, read once.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use crate::azure::identity::Identity;

/// What the environment says about signing in. Blank variables count as unset.
#[derive(Clone, Default)]
pub struct SignInEnvironment {
    /// `QUELL_ACCESS_TOKEN`
    pub access_token: Option<SecretString>,
    /// `AZURE_TENANT_ID`
    pub tenant: Option<String>,
    /// `AZURE_CLIENT_ID`
    pub client_id: Option<String>,
    /// `AZURE_CLIENT_SECRET`
    pub client_secret: Option<SecretString>,
    /// `AZURE_FEDERATED_TOKEN_FILE`
    pub federated_token_file: Option<PathBuf>,
    /// `AZURE_AUTHORITY_HOST`
    pub authority_host: Option<String>,
    /// `QUELL_AUTHORITY`: the sign-in host for device codes, such as an emulator's.
    pub authority: Option<String>,
    /// `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` are there: an App Service or a Function.
    pub app_service_identity: bool,
    /// `AZURE_CONFIG_DIR`, else `~/.azure`: where the Azure CLI keeps its profile.
    pub cli_config: Option<PathBuf>,
    /// `PATH`
    pub path: Option<OsString>,
    /// The instance metadata service's address; only tests change it.
    pub metadata_service: Option<String>,
}

impl SignInEnvironment {
    /// Reads the environment of this process.
    pub fn from_process() -> Self {
        Self::read(|name| std::env::var_os(name))
    }

    /// Whom the token of `QUELL_ACCESS_TOKEN` speaks for, as far as it says; none without it.
    pub fn token_identity(&self) -> Option<Identity> {
        self.access_token.as_ref().map(|token| Identity::from_token(token.expose_secret()))
    }

    /// Reads the variables through a function.
    pub fn read(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name: &str| {
            let value = variable(name)?.into_string().ok()?;
            let value = value.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        let path = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self {
            access_token: text("QUELL_ACCESS_TOKEN").map(SecretString::from),
            tenant: text("AZURE_TENANT_ID"),
            client_id: text("AZURE_CLIENT_ID"),
            client_secret: text("AZURE_CLIENT_SECRET").map(SecretString::from),
            federated_token_file: path("AZURE_FEDERATED_TOKEN_FILE"),
            authority_host: text("AZURE_AUTHORITY_HOST"),
            authority: text("QUELL_AUTHORITY"),
            app_service_identity: text("IDENTITY_ENDPOINT").is_some() && text("IDENTITY_HEADER").is_some(),
            cli_config: path("AZURE_CONFIG_DIR").or_else(|| path("HOME").map(|home| home.join(".azure"))),
            path: variable("PATH"),
            metadata_service: None,
        }
    }
}

impl fmt::Debug for SignInEnvironment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = |secret: &Option<SecretString>| {
            secret.as_ref().is_some_and(|secret| !secret.expose_secret().is_empty())
        };
        f.debug_struct("SignInEnvironment")
            .field("access_token", &set(&self.access_token))
            .field("tenant", &self.tenant)
            .field("client_id", &self.client_id)
            .field("client_secret", &set(&self.client_secret))
            .field("federated_token_file", &self.federated_token_file)
            .field("authority_host", &self.authority_host)
            .field("authority", &self.authority)
            .field("app_service_identity", &self.app_service_identity)
            .finish_non_exhaustive()
    }
}

/// True for variables that may hold a token, a password, a key or another secret, of quell's and of others' tools.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let ours = ["QUELL_", "AZURE_", "ARM_", "MSI_", "IDENTITY_"].iter().any(|start| name.starts_with(start));
    let parts = ["TOKEN", "SECRET", "PASSWORD", "HEADER", "CONNECTION_STRING", "CERTIFICATE"];
    // These are in harmless words too, such as PATH.
    let word = |word: &str| word == "PAT" || word.ends_with("KEY");
    ours && (parts.iter().any(|part| name.contains(part)) || name.split('_').any(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_names() {
        for (name, secret) in [
            ("QUELL_ACCESS_TOKEN", true),
            ("AZURE_CLIENT_SECRET", true),
            ("azure_password", true),
            ("AZURE_FEDERATED_TOKEN_FILE", true),
            ("AZURE_CLIENT_CERTIFICATE_PASSWORD", true),
            ("ARM_CLIENT_SECRET", true),
            ("ARM_CLIENT_CERTIFICATE", true),
            ("ARM_ACCESS_KEY", true),
            ("AZURE_STORAGE_KEY", true),
            ("AZURE_STORAGE_CONNECTION_STRING", true),
            ("AZURE_DEVOPS_EXT_PAT", true),
            ("IDENTITY_HEADER", true),
            ("MSI_SECRET", true),
            ("AZURE_TENANT_ID", false),
            ("AZURE_EXTENSION_PATH", false),
            ("AZURE_KEYVAULT_NAME", false),
            ("QUELL_CONFIG", false),
            ("PATH", false),
            ("GIT_ASKPASS", false),
        ] {
            assert_eq!(is_secret(name), secret, "{name}");
        }
    }

    #[test]
    fn blank_is_unset_and_secrets_do_not_print() {
        let environment = SignInEnvironment::read(|name| match name {
            "QUELL_ACCESS_TOKEN" => Some(" canary-1 \n".into()),
            "AZURE_CLIENT_SECRET" => Some("canary-2".into()),
            "AZURE_TENANT_ID" => Some("  ".into()),
            "HOME" => Some("/home/ana".into()),
            _ => None,
        });
        assert_eq!(environment.tenant, None);
        assert_eq!(environment.cli_config, Some(PathBuf::from("/home/ana/.azure")));
        let token = environment.access_token.as_ref().map(|token| token.expose_secret().to_owned());
        assert_eq!(token.as_deref(), Some("canary-1"));
        assert!(!format!("{environment:?}").contains("canary"));
    }
}
