//! Which ways of signing in there are, found quickly and without asking for a token; and the default choice.

use std::time::Duration;

use reqwest::redirect::Policy;

use super::{Credential, DeviceSession, SignInEnvironment, SignInError, SignInKind, TokenSource, azure_cli};
use crate::azure::cloud::Cloud;
use crate::domain::SafeText;

/// Azure's instance metadata service, on every Azure machine and nowhere else.
const METADATA_SERVICE: &str = "http://169.254.169.254";

/// How long the metadata service may take to answer. It is on the same host; elsewhere nothing answers.
const PROBE_LIMIT: Duration = Duration::from_millis(900);

/// What is known of one way to sign in, without having tried it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The way.
    pub kind: SignInKind,
    /// Whether it is there.
    pub presence: Presence,
}

/// Whether a way to sign in is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// Set up; the text says for whom, as far as that is known (it may be empty).
    Ready(SafeText),
    /// Begun, but something is missing; the text says what.
    Incomplete(String),
    /// Not there.
    Absent,
}

impl Finding {
    /// True when it can be tried.
    pub fn is_ready(&self) -> bool {
        matches!(self.presence, Presence::Ready(_))
    }
}

/// Looks at every way, in the order in which they are tried. Takes a second at most. A device code is always possible and so
/// never found here.
pub async fn discover(environment: &SignInEnvironment) -> Vec<Finding> {
    let mut findings = Vec::with_capacity(SignInKind::ALL.len());
    for kind in SignInKind::ALL.into_iter().filter(|kind| *kind != SignInKind::DeviceCode) {
        findings.push(look_at(kind, environment).await);
    }
    findings
}

/// Signs in by the way that was chosen, or by the first that works.
///
/// What the environment names explicitly is used or fails; a machine without an identity of its own is passed over. A code
/// that was typed already goes before everything that was not chosen.
pub async fn sign_in(
    environment: &SignInEnvironment,
    chosen: Option<SignInKind>,
    cloud: Cloud,
    device: Option<&DeviceSession>,
) -> Result<TokenSource, SignInError> {
    let signed_in = device.filter(|session| session.is_signed_in());
    if chosen == Some(SignInKind::DeviceCode) {
        let session = signed_in.ok_or(SignInError::NobodyYet)?;
        return Ok(TokenSource::new(Credential::DeviceCode(session.clone()), cloud));
    }
    if let Some(kind) = chosen {
        return Ok(TokenSource::new(Credential::of_kind(kind, environment)?, cloud));
    }
    if let Some(session) = signed_in {
        return Ok(TokenSource::new(Credential::DeviceCode(session.clone()), cloud));
    }
    let mut last = SignInError::NothingFound;
    for kind in SignInKind::ALL {
        if !look_at(kind, environment).await.is_ready() {
            continue;
        }
        let tokens = TokenSource::new(Credential::of_kind(kind, environment)?, cloud);
        if kind != SignInKind::ManagedIdentity {
            return Ok(tokens);
        }
        match tokens.get().await {
            Ok(_) => return Ok(tokens),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn look_at(kind: SignInKind, environment: &SignInEnvironment) -> Finding {
    let who = |text: Option<&String>| Presence::Ready(SafeText::from(text.cloned().unwrap_or_default()));
    let configured = |begun: bool, who: Presence| match Credential::of_kind(kind, environment) {
        Ok(_) => who,
        Err(SignInError::Incomplete { missing, .. }) if begun => Presence::Incomplete(missing.to_owned()),
        Err(_) => Presence::Absent,
    };
    let presence = match kind {
        SignInKind::AccessToken => configured(false, who(None)),
        SignInKind::ClientSecret => {
            configured(environment.client_secret.is_some(), who(environment.client_id.as_ref()))
        }
        SignInKind::WorkloadIdentity => {
            configured(environment.federated_token_file.is_some(), who(environment.client_id.as_ref()))
        }
        SignInKind::ManagedIdentity
            if environment.app_service_identity || on_azure_machine(environment).await =>
        {
            who(environment.client_id.as_ref())
        }
        SignInKind::AzureCli => azure_cli_presence(environment),
        SignInKind::ManagedIdentity | SignInKind::DeviceCode => Presence::Absent,
    };
    Finding { kind, presence }
}

fn azure_cli_presence(environment: &SignInEnvironment) -> Presence {
    if azure_cli::program(environment.path.as_ref()).is_none() {
        return Presence::Absent;
    }
    match environment.cli_config.as_deref().and_then(azure_cli::signed_in_user) {
        Some(user) => Presence::Ready(user),
        None => Presence::Incomplete("run `az login` first".to_owned()),
    }
}

/// Asks the metadata service for the name of its cloud. Other clouds answer on the same address, but not this.
async fn on_azure_machine(environment: &SignInEnvironment) -> bool {
    let base = environment.metadata_service.as_deref().unwrap_or(METADATA_SERVICE);
    let address =
        format!("{base}/metadata/instance/compute/azEnvironment?api-version=2018-10-01&format=text");
    let ask = async {
        let client =
            reqwest::Client::builder().no_proxy().redirect(Policy::none()).tls_certs_only([]).build().ok()?;
        let answer = client.get(address).header("Metadata", "true").send().await.ok()?;
        let name = answer.error_for_status().ok()?.text().await.ok()?;
        Cloud::parse(&name)
    };
    tokio::time::timeout(PROBE_LIMIT, ask).await.ok().flatten().is_some()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// An environment in which only the given variables and a metadata service of our own exist.
    fn environment(pairs: &[(&str, &str)], metadata: &str) -> SignInEnvironment {
        let mut environment = SignInEnvironment::read(|name| {
            pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.into())
        });
        environment.metadata_service = Some(metadata.to_owned());
        environment
    }

    /// A server that gives every caller the same answer.
    async fn answering(body: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 2048];
                let _ = stream.read(&mut request).await;
                let head =
                    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            }
        });
        address
    }

    /// An address at which nobody listens.
    async fn nobody() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    }

    #[tokio::test]
    async fn an_empty_environment_has_no_sign_in() {
        let empty = environment(&[], &nobody().await);
        assert!(discover(&empty).await.iter().all(|finding| finding.presence == Presence::Absent));
        assert_eq!(sign_in(&empty, None, Cloud::Public, None).await.unwrap_err(), SignInError::NothingFound);
    }

    #[tokio::test]
    async fn the_first_that_is_set_up_is_taken() {
        let secret = [("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c"), ("AZURE_CLIENT_SECRET", "s")];
        let tokens =
            sign_in(&environment(&secret, &nobody().await), None, Cloud::Public, None).await.unwrap();
        assert_eq!(tokens.kind(), SignInKind::ClientSecret);
        let all = [&secret[..], &[("QUELL_ACCESS_TOKEN", "x")]].concat();
        let tokens = sign_in(&environment(&all, &nobody().await), None, Cloud::Public, None).await.unwrap();
        assert_eq!(tokens.kind(), SignInKind::AccessToken);
        let half = environment(&[("AZURE_CLIENT_SECRET", "s")], &nobody().await);
        let findings = discover(&half).await;
        let expected = Presence::Incomplete("AZURE_TENANT_ID is not set".into());
        assert_eq!(findings[1], Finding { kind: SignInKind::ClientSecret, presence: expected });
    }

    #[tokio::test]
    async fn only_azures_metadata_service_counts() {
        let azure = environment(&[], &answering("AzurePublicCloud").await);
        assert!(discover(&azure).await[3].is_ready());
        let other = environment(&[], &answering("ami-id").await);
        assert!(!discover(&other).await[3].is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_metadata_service_does_not_hang() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let silent = environment(&[], &format!("http://{}", listener.local_addr().unwrap()));
        let start = tokio::time::Instant::now();
        assert!(!discover(&silent).await[3].is_ready());
        assert!(start.elapsed() <= PROBE_LIMIT);
    }

    #[tokio::test]
    async fn a_chosen_way_that_is_not_set_up_says_so() {
        let empty = environment(&[], &nobody().await);
        let error = sign_in(&empty, Some(SignInKind::ClientSecret), Cloud::Public, None).await.unwrap_err();
        assert!(matches!(error, SignInError::Incomplete { .. }));
    }
}
