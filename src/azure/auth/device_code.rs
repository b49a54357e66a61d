//! Sign-in by device code (RFC 8628): a code on this screen, typed into a browser on any machine.
//!
//! The exchange is the `oauth2` crate's. A [`DeviceSession`] holds what came of it: the access token that nobody has taken yet and
//! the refresh token, which renews it silently.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use oauth2::basic::{BasicClient, BasicErrorResponse, BasicErrorResponseType, BasicTokenResponse};
use oauth2::{
    AuthType, ClientId, DeviceAuthorizationUrl, DeviceCodeErrorResponse, EndpointNotSet, EndpointSet,
    RefreshToken, RequestTokenError, Scope, StandardDeviceAuthorizationResponse, TokenResponse, TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};

use super::credential::FreshToken;
use super::kept::Kept;
use super::login_http::{LoginClient, LoginTrouble};
use super::{SignInEnvironment, SignInError, SignInKind, entra};
use crate::azure::cloud::{Cloud, Endpoint};
use crate::domain::SafeText;

/// The Azure CLI's public client: every tenant knows it, and it may ask for tokens for Azure Resource Manager.
const CLIENT: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/// Whoever signs in, in the tenant of the account.
const ANY_TENANT: &str = "organizations";

/// The longest pause between two questions while the network is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The shortest life of an access token that is believed, in seconds: none means an hour.
const LIFE: u64 = 3600;

type Client = BasicClient<EndpointNotSet, EndpointSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

const KIND: SignInKind = SignInKind::DeviceCode;

/// What somebody has to do: open the address and type the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevicePrompt {
    /// The code.
    pub code: SafeText,
    /// Where to type it.
    pub address: SafeText,
    /// When it is no longer accepted.
    pub until: DateTime<Utc>,
}

/// A code that waits for somebody.
pub struct DeviceFlow {
    details: StandardDeviceAuthorizationResponse,
    session: DeviceSession,
    /// What to show.
    pub prompt: DevicePrompt,
}

/// A sign-in by device code of one tenant. Clones share it.
#[derive(Clone)]
pub struct DeviceSession(Arc<Shared>);

struct Shared {
    cloud: Cloud,
    authority: Endpoint,
    tenant: String,
    http: LoginClient,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Issued and not taken yet.
    fresh: Option<FreshToken>,
    refresh: Option<SecretString>,
    /// Where the sign-in is kept, if the user said so.
    kept: Option<Kept>,
}

impl DeviceSession {
    /// A session in which nobody has signed in yet. The sign-in host is the cloud's, unless the environment names another
    /// (`QUELL_AUTHORITY`, `AZURE_AUTHORITY_HOST`): https, or plain http to this machine.
    pub fn new(environment: &SignInEnvironment, cloud: Cloud) -> Result<Self, SignInError> {
        let refused = |message: String| SignInError::Refused { kind: KIND, message: message.into() };
        let (name, text) = match (&environment.authority, &environment.authority_host) {
            (Some(text), _) => ("QUELL_AUTHORITY", text.as_str()),
            (None, Some(text)) => ("AZURE_AUTHORITY_HOST", text.as_str()),
            (None, None) => ("the sign-in service", cloud.authority()),
        };
        let authority = Endpoint::parse(text).map_err(|error| refused(format!("{name}: {error}")))?;
        let tenant = environment.tenant.clone().unwrap_or_else(|| ANY_TENANT.to_owned());
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        if tenant.is_empty() || !tenant.chars().all(plain) {
            return Err(refused("the tenant is neither a GUID nor a domain name".to_owned()));
        }
        let http = LoginClient::new(&authority).map_err(|error| unreachable(&error))?;
        let state = Mutex::default();
        Ok(Self(Arc::new(Shared { cloud, authority, tenant, http, state })))
    }

    /// Whether somebody has signed in, as far as is known here.
    pub fn is_signed_in(&self) -> bool {
        let state = self.state();
        state.fresh.is_some() || state.refresh.is_some()
    }

    /// Keeps the sign-in in this folder, or takes up one that is kept there. Gives what stands in the way.
    pub fn keep_in(&self, folder: &Path) -> Result<(), SafeText> {
        let kept = Kept::new(folder, self.0.authority.to_string(), self.0.tenant.clone());
        let mut state = self.state();
        match &state.refresh {
            None => state.refresh = kept.read(),
            Some(refresh) => write(&kept, refresh)?,
        }
        state.kept = Some(kept);
        Ok(())
    }

    /// Asks for a code.
    pub async fn begin(&self) -> Result<DeviceFlow, SignInError> {
        let client = self.client()?;
        let scopes = [self.0.cloud.scope(), "offline_access", "openid"];
        let asked = client
            .exchange_device_code()
            .add_scopes(scopes.map(|scope| Scope::new(scope.to_owned())))
            .request_async(&self.0.http);
        let details: StandardDeviceAuthorizationResponse = asked
            .await
            .map_err(|error| sort(error, BasicErrorResponse::error, BasicErrorResponse::error_description))?;
        let life = TimeDelta::from_std(details.expires_in()).unwrap_or(TimeDelta::MAX);
        let prompt = DevicePrompt {
            code: details.user_code().secret().as_str().into(),
            address: details.verification_uri().as_str().into(),
            until: Utc::now().checked_add_signed(life).unwrap_or(DateTime::<Utc>::MAX_UTC),
        };
        Ok(DeviceFlow { details, session: self.clone(), prompt })
    }

    /// A token: the one that nobody has taken yet, else a new one for the refresh token.
    pub(super) async fn fetch(&self) -> Result<FreshToken, SignInError> {
        let (fresh, refresh) = {
            let mut state = self.state();
            (state.fresh.take(), state.refresh.clone())
        };
        if let Some(fresh) = fresh {
            return Ok(fresh);
        }
        let Some(refresh) = refresh else { return Err(SignInError::NobodyYet) };
        match self.refresh(&refresh).await {
            Err(SignInError::Refused { .. }) if self.take_up(&refresh) => {
                // Another quell has renewed it meanwhile.
                let newer = self.state().refresh.clone().unwrap_or(refresh);
                self.refresh(&newer).await
            }
            outcome => outcome,
        }
    }

    async fn refresh(&self, refresh: &SecretString) -> Result<FreshToken, SignInError> {
        let client = self.client()?;
        let token = RefreshToken::new(refresh.expose_secret().to_owned());
        let scopes = [self.0.cloud.scope(), "offline_access", "openid"];
        let asked = client
            .exchange_refresh_token(&token)
            .add_scopes(scopes.map(|scope| Scope::new(scope.to_owned())))
            .request_async(&self.0.http);
        let answer: Result<BasicTokenResponse, _> = asked.await;
        match answer {
            Ok(answer) => Ok(self.accept(&answer)),
            Err(error) => {
                let ended = matches!(&error, RequestTokenError::ServerResponse(said)
                    if *said.error() == BasicErrorResponseType::InvalidGrant);
                let error = sort(error, BasicErrorResponse::error, BasicErrorResponse::error_description);
                if ended {
                    self.forget(refresh);
                }
                Err(error)
            }
        }
    }

    /// Remembers what was issued; gives the access token.
    fn accept(&self, answer: &BasicTokenResponse) -> FreshToken {
        let mut state = self.state();
        if let Some(refresh) = answer.refresh_token() {
            let refresh = SecretString::from(refresh.secret().as_str());
            if let Some(Err(why)) = state.kept.as_ref().map(|kept| write(kept, &refresh)) {
                tracing::warn!(%why, "the sign-in is not kept");
            }
            state.refresh = Some(refresh);
        }
        let life = answer.expires_in().unwrap_or(Duration::from_secs(LIFE));
        FreshToken {
            secret: SecretString::from(answer.access_token().secret().as_str()),
            expires: TimeDelta::from_std(life).ok().and_then(|life| Utc::now().checked_add_signed(life)),
        }
    }

    /// Takes a kept sign-in up that is another than the one that was refused.
    fn take_up(&self, refused: &SecretString) -> bool {
        let mut state = self.state();
        let newer = state.kept.as_ref().and_then(Kept::read);
        let newer = newer.filter(|newer| newer.expose_secret() != refused.expose_secret());
        let found = newer.is_some();
        if found {
            state.refresh = newer;
        }
        found
    }

    /// A refresh token is no longer accepted. What another quell has kept meanwhile stays.
    fn forget(&self, refused: &SecretString) {
        let mut state = self.state();
        state.refresh = None;
        let kept = state.kept.as_ref();
        let same =
            kept.and_then(Kept::read).is_some_and(|kept| kept.expose_secret() == refused.expose_secret());
        if let (Some(kept), true) = (kept, same)
            && let Err(error) = kept.remove()
        {
            tracing::warn!(%error, "the kept sign-in cannot be removed");
        }
    }

    fn client(&self) -> Result<Client, SignInError> {
        let address = |what: &str| self.0.authority.join(&format!("/{}/oauth2/v2.0/{what}", self.0.tenant));
        let odd = |_| SignInError::Refused { kind: KIND, message: "the sign-in address is unusable".into() };
        Ok(BasicClient::new(ClientId::new(CLIENT.to_owned()))
            .set_auth_type(AuthType::RequestBody)
            .set_device_authorization_url(DeviceAuthorizationUrl::new(address("devicecode")).map_err(odd)?)
            .set_token_uri(TokenUrl::new(address("token")).map_err(odd)?))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DeviceFlow {
    /// Waits until somebody has typed the code; dropping it gives up. Asks as often as the service wants it.
    pub async fn wait(self) -> Result<(), SignInError> {
        self.wait_by(tokio::time::sleep).await
    }

    async fn wait_by<S, F>(self, pause: S) -> Result<(), SignInError>
    where
        S: Fn(Duration) -> F + Send,
        F: Future<Output = ()> + Send,
    {
        let client = self.session.client()?;
        let asked = client
            .exchange_device_access_token(&self.details)
            .set_max_backoff_interval(LONGEST_PAUSE)
            .request_async(&self.session.0.http, pause, None);
        let answer: BasicTokenResponse = asked.await.map_err(|error| {
            sort(error, DeviceCodeErrorResponse::error, DeviceCodeErrorResponse::error_description)
        })?;
        let fresh = self.session.accept(&answer);
        self.session.state().fresh = Some(fresh);
        Ok(())
    }
}

fn write(kept: &Kept, refresh: &SecretString) -> Result<(), SafeText> {
    kept.write(refresh).map_err(|error| format!("the sign-in cannot be kept: {error}").into())
}

fn unreachable(error: &LoginTrouble) -> SignInError {
    SignInError::Unreachable { kind: KIND, message: error.to_string().into() }
}

/// Sorts an error of the exchange into "try again" and "a person must act". What a body held is not shown: it may be a
/// token.
fn sort<R, C: ToString>(
    error: RequestTokenError<LoginTrouble, R>,
    code: impl FnOnce(&R) -> &C,
    description: impl FnOnce(&R) -> Option<&String>,
) -> SignInError
where
    R: oauth2::ErrorResponse + 'static,
{
    let refused = |message| SignInError::Refused { kind: KIND, message };
    match error {
        RequestTokenError::Request(trouble) => unreachable(&trouble),
        RequestTokenError::ServerResponse(said) => {
            let words = description(&said).map(String::as_str).unwrap_or_default();
            refused(entra::explain(&code(&said).to_string(), words))
        }
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            refused("the sign-in service's answer is not what it should be; is a proxy in between?".into())
        }
    }
}

impl fmt::Debug for DeviceSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceSession({} at {})", self.0.tenant, self.0.authority)
    }
}

impl fmt::Debug for DeviceFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceFlow").field("session", &self.session).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::{Credential, KEPT_FILE, TokenSource, forget_kept};
    use super::*;
    use crate::emulator::{self, Answer, Config, Emulator};

    async fn service(answers: &[Answer]) -> Emulator {
        let config = Config {
            token: "canary-access".to_owned(),
            refresh_token: "canary-refresh".to_owned(),
            code_interval: 0,
            alerts: Some(1),
            ..Config::default()
        };
        let emulator = emulator::start(config).await.unwrap();
        emulator.answer_codes(answers.iter().copied());
        emulator
    }

    fn session(emulator: &Emulator) -> DeviceSession {
        let environment = SignInEnvironment {
            authority: Some(emulator.base_url()),
            tenant: Some("contoso.example".to_owned()),
            ..SignInEnvironment::default()
        };
        DeviceSession::new(&environment, Cloud::Public).unwrap()
    }

    /// Signs in; gives the pauses that were made.
    async fn sign_in(session: &DeviceSession) -> (Vec<u64>, Result<(), SignInError>) {
        let flow = session.begin().await.unwrap();
        assert!(flow.prompt.code.raw().starts_with("DEMO"));
        assert!(flow.prompt.address.raw().ends_with("/devicelogin"));
        let pauses = Mutex::new(Vec::new());
        let outcome = flow
            .wait_by(|pause| {
                pauses.lock().unwrap().push(pause.as_secs());
                std::future::ready(())
            })
            .await;
        (pauses.into_inner().unwrap(), outcome)
    }

    async fn token(session: &DeviceSession) -> Result<String, SignInError> {
        session.fetch().await.map(|fresh| fresh.secret.expose_secret().to_owned())
    }

    fn paths(emulator: &Emulator, ending: &str) -> usize {
        emulator.log().iter().filter(|entry| entry.path.ends_with(ending)).count()
    }

    #[tokio::test]
    async fn a_code_is_waited_for_at_the_services_pace_and_renewed_silently() {
        use Answer::{Approved, Pending, SlowDown, Trouble};
        let emulator = service(&[Pending, SlowDown, Pending, Trouble, Approved]).await;
        let session = session(&emulator);
        assert_eq!(token(&session).await, Err(SignInError::NobodyYet));
        let (pauses, outcome) = sign_in(&session).await;
        assert_eq!(outcome, Ok(()));
        assert_eq!(pauses, [0, 5, 5, 10], "slower after slow_down, slower still while it has trouble");
        for asked in 5..8 {
            assert_eq!(token(&session).await.as_deref(), Ok("canary-access"));
            assert_eq!(paths(&emulator, "/token"), asked, "the first token came with the code");
        }
        assert!(emulator.log().iter().all(|entry| entry.path.starts_with("/contoso.example/oauth2/v2.0/")));
        assert!(!format!("{session:?}").contains("canary"));
    }

    #[tokio::test]
    async fn a_code_that_is_declined_or_too_late_says_so() {
        for (answer, words) in [(Answer::Declined, "declined"), (Answer::Expired, "in time")] {
            let emulator = service(&[Answer::Pending, answer]).await;
            let session = session(&emulator);
            let (_, outcome) = sign_in(&session).await;
            let error = outcome.unwrap_err();
            assert!(error.wants_code() && error.to_string().contains(words), "{error}");
            assert!(!session.is_signed_in());
        }
    }

    #[tokio::test]
    async fn a_service_that_is_away_is_no_refusal() {
        let emulator = service(&[]).await;
        let session = session(&emulator);
        emulator.stop().await;
        let error = session.begin().await.unwrap_err();
        assert!(error.is_transient() && !error.wants_code(), "{error}");
    }

    #[tokio::test]
    async fn a_kept_sign_in_outlives_the_program_until_it_is_revoked() {
        let emulator = service(&[Answer::Approved]).await;
        let folder = tempfile::tempdir().unwrap();
        let first = session(&emulator);
        first.keep_in(folder.path()).unwrap();
        assert!(!first.is_signed_in());
        sign_in(&first).await.1.unwrap();
        let file = folder.path().join(KEPT_FILE);
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains("canary-refresh-1") && !text.contains("canary-access"), "{text}");

        let second = session(&emulator);
        second.keep_in(folder.path()).unwrap();
        let tokens = TokenSource::new(Credential::DeviceCode(second.clone()), Cloud::Public);
        tokens.get().await.unwrap();
        assert!(std::fs::read_to_string(&file).unwrap().contains("canary-refresh-2"), "the newest is kept");

        emulator.revoke_sign_ins();
        let error = token(&second).await.unwrap_err();
        assert!(error.wants_code() && error.to_string().contains("sign in again"), "{error}");
        assert!(!file.exists(), "what is refused is not kept");
        assert_eq!(token(&second).await, Err(SignInError::NobodyYet));
    }

    #[tokio::test]
    async fn what_is_not_to_be_kept_leaves_no_file() {
        let emulator = service(&[Answer::Approved]).await;
        let folder = tempfile::tempdir().unwrap();
        let kept = session(&emulator);
        kept.keep_in(folder.path()).unwrap();
        sign_in(&kept).await.1.unwrap();
        let other = session(&emulator);
        forget_kept(folder.path()).unwrap();
        assert!(!other.is_signed_in());
        sign_in(&other).await.1.unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_sign_in_renewed_by_another_quell_is_taken_up() {
        let emulator = service(&[Answer::Approved]).await;
        let folder = tempfile::tempdir().unwrap();
        let ours = session(&emulator);
        ours.keep_in(folder.path()).unwrap();
        sign_in(&ours).await.1.unwrap();
        token(&ours).await.unwrap();
        // Ours goes stale; the file holds a good one.
        ours.state().refresh = Some(SecretString::from("stale"));
        assert_eq!(token(&ours).await.as_deref(), Ok("canary-access"));
    }

    #[test]
    fn the_authority_is_https_or_this_machine() {
        let new = |authority: &str, tenant: &str| {
            let environment = SignInEnvironment {
                authority: Some(authority.to_owned()),
                tenant: Some(tenant.to_owned()),
                ..SignInEnvironment::default()
            };
            DeviceSession::new(&environment, Cloud::Public)
        };
        assert!(new("https://login.example", "t").is_ok() && new("http://127.0.0.1:9", "t").is_ok());
        for bad in ["http://login.example", "http://10.0.0.1", "ftp://x", "https://a/b", "https://u@h"] {
            let error = new(bad, "t").unwrap_err().to_string();
            assert!(error.contains("QUELL_AUTHORITY"), "{error}");
        }
        for tenant in ["a/b", "..%2f", "a b", "t?x"] {
            assert!(new("https://login.example", tenant).is_err(), "{tenant}");
        }
        for cloud in Cloud::ALL {
            let session = DeviceSession::new(&SignInEnvironment::default(), cloud).unwrap();
            assert_eq!(
                format!("{session:?}"),
                format!("DeviceSession(organizations at {})", cloud.authority())
            );
        }
    }
}
