//! One way to get a token. The network part of each is Microsoft's own `azure_identity`.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::error::ErrorKind;
use azure_core::http::{ClientOptions, ExponentialRetryOptions, RetryOptions};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, ClientAssertionCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions, ManagedIdentityCredential, ManagedIdentityCredentialOptions,
    UserAssignedId, WorkloadIdentityCredential, WorkloadIdentityCredentialOptions,
};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

use super::azure_cli::QuietExecutor;
use super::{DeviceSession, SignInEnvironment, SignInError, SignInKind, entra};
use crate::azure::cloud::{Cloud, Endpoint};
use crate::azure::reach::{Reach, reach};
use crate::domain::SafeText;

/// The longest that a sign-in may take; `az` starts a Python interpreter.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// How often a sign-in host that does not answer is asked again at once. Whoever wants the token tries again later anyway,
/// and what is in the way is to be said soon.
const RETRIES: u32 = 2;

/// How to get a token. Each variant holds what is needed to ask again from scratch: Microsoft's credentials keep
/// tokens of their own, and one that Azure has just refused must not come back from there.
#[derive(Clone)]
pub enum Credential {
    /// A token from the environment, used as it is.
    AccessToken(SecretString),
    /// An application's secret.
    ClientSecret {
        /// The tenant's id or domain.
        tenant: String,
        /// The application's id.
        client_id: String,
        /// The secret.
        secret: SecretString,
        /// The sign-in host, when it is not the cloud's own.
        authority: Option<String>,
    },
    /// A federated token in a file.
    WorkloadIdentity {
        /// The tenant's id or domain.
        tenant: String,
        /// The application's id.
        client_id: String,
        /// The file that Kubernetes keeps fresh.
        file: PathBuf,
        /// The sign-in host, when it is not the cloud's own.
        authority: Option<String>,
    },
    /// The machine's or app's identity.
    ManagedIdentity {
        /// A user-assigned identity; the system-assigned one otherwise.
        client_id: Option<String>,
    },
    /// `az account get-access-token`.
    AzureCli {
        /// The tenant, when it is not the CLI's default.
        tenant: Option<String>,
    },
    /// A code typed into a browser.
    DeviceCode(DeviceSession),
    /// Answers given by a test, in order; the last one repeats.
    #[cfg(test)]
    #[allow(private_interfaces)] // tests of this folder only
    Scripted(Arc<std::sync::Mutex<Vec<Result<FreshToken, SignInError>>>>),
}

/// A token as the identity service issued it.
#[derive(Clone)]
pub(crate) struct FreshToken {
    pub(super) secret: SecretString,
    /// None: nobody said when it ends.
    pub(super) expires: Option<DateTime<Utc>>,
}

impl Credential {
    /// The credential of one kind from what the environment says.
    pub fn of_kind(kind: SignInKind, environment: &SignInEnvironment) -> Result<Self, SignInError> {
        let incomplete = |missing| SignInError::Incomplete { kind, missing };
        let tenant = || environment.tenant.clone().ok_or(incomplete("AZURE_TENANT_ID is not set"));
        let client_id = || environment.client_id.clone().ok_or(incomplete("AZURE_CLIENT_ID is not set"));
        let authority = environment.authority_host.clone();
        Ok(match kind {
            SignInKind::AccessToken => Self::AccessToken(
                environment.access_token.clone().ok_or(incomplete("QUELL_ACCESS_TOKEN is not set"))?,
            ),
            SignInKind::ClientSecret => Self::ClientSecret {
                secret: environment
                    .client_secret
                    .clone()
                    .ok_or(incomplete("AZURE_CLIENT_SECRET is not set"))?,
                tenant: tenant()?,
                client_id: client_id()?,
                authority,
            },
            SignInKind::WorkloadIdentity => Self::WorkloadIdentity {
                file: environment
                    .federated_token_file
                    .clone()
                    .ok_or(incomplete("AZURE_FEDERATED_TOKEN_FILE is not set"))?,
                tenant: tenant()?,
                client_id: client_id()?,
                authority,
            },
            SignInKind::ManagedIdentity => Self::ManagedIdentity { client_id: environment.client_id.clone() },
            SignInKind::AzureCli => Self::AzureCli { tenant: environment.tenant.clone() },
            // The environment holds no sign-in of this kind: a session does.
            SignInKind::DeviceCode => return Err(SignInError::NobodyYet),
        })
    }

    /// Which way this is.
    pub fn kind(&self) -> SignInKind {
        match self {
            Self::AccessToken(_) => SignInKind::AccessToken,
            Self::ClientSecret { .. } => SignInKind::ClientSecret,
            Self::WorkloadIdentity { .. } => SignInKind::WorkloadIdentity,
            Self::ManagedIdentity { .. } => SignInKind::ManagedIdentity,
            Self::AzureCli { .. } => SignInKind::AzureCli,
            Self::DeviceCode(_) => SignInKind::DeviceCode,
            #[cfg(test)]
            Self::Scripted(_) => SignInKind::AzureCli,
        }
    }

    /// Asks for a new token, at most half a minute long.
    pub(super) async fn fetch(&self, cloud: Cloud) -> Result<FreshToken, SignInError> {
        match self {
            Self::AccessToken(secret) => return Ok(FreshToken { secret: secret.clone(), expires: None }),
            Self::DeviceCode(session) => return session.fetch().await,
            #[cfg(test)]
            Self::Scripted(answers) => {
                let mut answers = answers.lock().unwrap();
                return if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
            }
            _ => {}
        }
        let kind = self.kind();
        let credential = self.build(cloud).map_err(|error| classify(kind, &error))?;
        let scopes = [cloud.scope()];
        let asked = credential.get_token(&scopes, None);
        let answer = if let Ok(answer) = tokio::time::timeout(TIME_LIMIT, asked).await {
            answer.map_err(|error| classify(kind, &error))
        } else {
            let message = SafeText::from(format!("no answer within {} s", TIME_LIMIT.as_secs()));
            Err(SignInError::Unreachable { kind, message })
        };
        let token = match answer {
            Ok(token) => token,
            Err(SignInError::Unreachable { kind, message }) => {
                let message = self.obstacle(cloud).await.unwrap_or(message);
                return Err(SignInError::Unreachable { kind, message });
            }
            Err(error) => return Err(error),
        };
        Ok(FreshToken {
            secret: SecretString::from(token.token.secret()),
            expires: DateTime::from_timestamp(token.expires_on.unix_timestamp(), 0),
        })
    }

    /// What is in the way to the sign-in host, as everywhere in the same words; none where it answers, or is not asked from
    /// here.
    async fn obstacle(&self, cloud: Cloud) -> Option<SafeText> {
        let (Self::ClientSecret { authority, .. } | Self::WorkloadIdentity { authority, .. }) = self else {
            return None;
        };
        let host = Endpoint::parse(authority.as_deref().unwrap_or(cloud.authority())).ok()?;
        match reach(&host, |name| std::env::var(name).ok()).await {
            Reach::Closed(why) => Some(SafeText::from(why)),
            Reach::Open { .. } | Reach::Clock(_) => None,
        }
    }

    fn build(&self, cloud: Cloud) -> azure_core::Result<Arc<dyn TokenCredential>> {
        Ok(match self {
            Self::ClientSecret { tenant, client_id, secret, authority } => {
                let secret = Secret::new(secret.expose_secret().to_owned());
                let client_options = client_options(cloud, authority.as_ref());
                let options = ClientSecretCredentialOptions { client_options };
                ClientSecretCredential::new(tenant, client_id.clone(), secret, Some(options))?
            }
            Self::WorkloadIdentity { tenant, client_id, file, authority } => {
                let client_options = client_options(cloud, authority.as_ref());
                WorkloadIdentityCredential::new(Some(WorkloadIdentityCredentialOptions {
                    credential_options: ClientAssertionCredentialOptions { client_options },
                    client_id: Some(client_id.clone()),
                    tenant_id: Some(tenant.clone()),
                    token_file_path: Some(file.clone()),
                }))?
            }
            Self::ManagedIdentity { client_id } => {
                ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions {
                    user_assigned_id: client_id.clone().map(UserAssignedId::ClientId),
                    client_options: ClientOptions::default(),
                }))?
            }
            Self::AzureCli { tenant } => AzureCliCredential::new(Some(AzureCliCredentialOptions {
                subscription: None,
                tenant_id: tenant.clone(),
                executor: Some(Arc::new(QuietExecutor)),
            }))?,
            // Answered in `fetch`, without Microsoft's crate.
            Self::AccessToken(_) | Self::DeviceCode(_) => return Err(ErrorKind::Other.into()),
            #[cfg(test)]
            Self::Scripted(_) => return Err(ErrorKind::Other.into()),
        })
    }
}

fn client_options(cloud: Cloud, authority: Option<&String>) -> ClientOptions {
    let mut custom = CustomConfiguration::default();
    custom.authority_host = authority.map_or_else(|| cloud.authority().to_owned(), Clone::clone);
    let retry = ExponentialRetryOptions { max_retries: RETRIES, ..ExponentialRetryOptions::default() };
    ClientOptions {
        cloud: Some(Arc::new(CloudConfiguration::Custom(custom))),
        retry: RetryOptions::exponential(retry),
        ..ClientOptions::default()
    }
}

/// Sorts Microsoft's errors into "try again" and "a person must act", and keeps their first line.
fn classify(kind: SignInKind, error: &azure_core::Error) -> SignInError {
    let words = error.to_string();
    // The name of a type of Microsoft's says nothing to a person; what follows it does.
    let words = words.split_once("Credential authentication failed. ").map_or(&*words, |(_, words)| words);
    let message = if words.starts_with("az not found") {
        "there is no `az` on the PATH: install the Azure CLI and run `az login`".into()
    } else {
        entra::explain("", words)
    };
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(azure) = error.downcast_ref::<azure_core::Error>()
            && is_transient(azure.kind())
        {
            return SignInError::Unreachable { kind, message };
        }
        cause = error.source();
    }
    SignInError::Refused { kind, message }
}

fn is_transient(kind: &ErrorKind) -> bool {
    match kind {
        ErrorKind::Connection => true,
        ErrorKind::HttpResponse { status, .. } => {
            let status = u16::from(*status);
            status == 408 || status == 429 || status >= 500
        }
        _ => false,
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({})", self.kind().word())
    }
}

impl fmt::Debug for FreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FreshToken").field("expires", &self.expires).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &'static [(&str, &str)]) -> SignInEnvironment {
        SignInEnvironment::read(|name| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.into()))
    }

    #[test]
    fn each_kind_says_what_it_lacks() {
        type Case = (SignInKind, &'static [(&'static str, &'static str)], &'static str);
        let cases: [Case; 5] = [
            (SignInKind::AccessToken, &[], "QUELL_ACCESS_TOKEN"),
            (
                SignInKind::ClientSecret,
                &[("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c")],
                "AZURE_CLIENT_SECRET",
            ),
            (
                SignInKind::ClientSecret,
                &[("AZURE_CLIENT_SECRET", "s"), ("AZURE_CLIENT_ID", "c")],
                "AZURE_TENANT_ID",
            ),
            (SignInKind::WorkloadIdentity, &[("AZURE_TENANT_ID", "t")], "AZURE_FEDERATED_TOKEN_FILE"),
            (
                SignInKind::WorkloadIdentity,
                &[("AZURE_TENANT_ID", "t"), ("AZURE_FEDERATED_TOKEN_FILE", "/f")],
                "AZURE_CLIENT_ID",
            ),
        ];
        for (kind, pairs, missing) in cases {
            let error = Credential::of_kind(kind, &environment(pairs)).unwrap_err();
            assert!(error.to_string().contains(missing), "{error}");
            assert!(!error.is_transient());
        }
    }

    #[test]
    fn no_credential_prints_a_secret() {
        let secret = environment(&[
            ("QUELL_ACCESS_TOKEN", "canary"),
            ("AZURE_TENANT_ID", "t"),
            ("AZURE_CLIENT_ID", "c"),
            ("AZURE_CLIENT_SECRET", "canary"),
        ]);
        for kind in [SignInKind::AccessToken, SignInKind::ClientSecret] {
            let credential = Credential::of_kind(kind, &secret).unwrap();
            assert_eq!(credential.kind(), kind);
            assert!(!format!("{credential:?}").contains("canary"));
        }
    }

    #[test]
    fn a_missing_tool_is_said_with_what_to_do() {
        let words = "AzureCliCredential authentication failed. az not found on PATH";
        let error = azure_core::Error::with_message(ErrorKind::Credential, words.to_owned());
        let said = classify(SignInKind::AzureCli, &error).to_string();
        assert!(said.contains("install the Azure CLI") && !said.contains("AzureCliCredential"), "{said}");
    }

    #[tokio::test]
    async fn a_sign_in_host_that_is_away_is_said_with_what_is_in_the_way() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let credential = Credential::ClientSecret {
            tenant: "t".to_owned(),
            client_id: "c".to_owned(),
            secret: SecretString::from("canary"),
            authority: Some(format!("https://{closed}")),
        };
        let error = credential.fetch(Cloud::Public).await.unwrap_err();
        assert!(error.is_transient(), "{error}");
        let said = error.to_string();
        assert!(said.contains("127.0.0.1 refuses connections") && said.contains("quell doctor"), "{said}");
    }

    #[tokio::test]
    async fn an_unusable_setting_is_refused_without_asking_anybody() {
        let bad_tenant = environment(&[
            ("AZURE_TENANT_ID", "not a tenant"),
            ("AZURE_CLIENT_ID", "c"),
            ("AZURE_CLIENT_SECRET", "canary"),
        ]);
        let plain_http = environment(&[
            ("AZURE_TENANT_ID", "t"),
            ("AZURE_CLIENT_ID", "c"),
            ("AZURE_CLIENT_SECRET", "canary"),
            ("AZURE_AUTHORITY_HOST", "http://login.example"),
        ]);
        for environment in [bad_tenant, plain_http] {
            let credential = Credential::of_kind(SignInKind::ClientSecret, &environment).unwrap();
            let error = credential.fetch(Cloud::Public).await.unwrap_err();
            assert!(matches!(error, SignInError::Refused { .. }), "{error}");
            assert!(!error.to_string().contains("canary"));
        }
    }

    #[test]
    fn a_missing_file_is_refused() {
        let credential = Credential::WorkloadIdentity {
            tenant: "t".into(),
            client_id: "c".into(),
            file: "/nonexistent/token".into(),
            authority: None,
        };
        assert!(credential.build(Cloud::UsGov).is_err());
    }
}
