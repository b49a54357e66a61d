//! The one place that keeps a token: in memory, refreshed five minutes early, by one caller at a time.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex as Turnstile;
use tokio::time::Instant;

use super::{Credential, SignInError, SignInKind};
use crate::azure::cloud::Cloud;
use crate::azure::identity::Identity;

/// How long before its end a token is replaced.
const EARLY: TimeDelta = TimeDelta::minutes(5);

/// After a failed sign-in everybody gets the same answer for this long, instead of starting `az` once each.
const FAILURE_KEPT: Duration = Duration::from_secs(5);

/// A bearer token. It is never shown; two are equal when they are the same issue.
#[derive(Clone)]
pub struct AccessToken {
    secret: Arc<SecretString>,
    issue: u64,
    expires: Option<DateTime<Utc>>,
}

impl AccessToken {
    /// The token itself, for the `Authorization` header only.
    pub(in crate::azure) fn expose(&self) -> &str {
        self.secret.expose_secret()
    }

    /// Whom the token speaks for, as far as it says.
    pub fn identity(&self) -> Identity {
        Identity::from_token(self.expose())
    }

    /// When the token ends; none when nobody said.
    pub fn expires(&self) -> Option<DateTime<Utc>> {
        self.expires
    }

    fn lasts_beyond(&self, moment: DateTime<Utc>) -> bool {
        self.expires.is_none_or(|expires| expires > moment)
    }
}

impl PartialEq for AccessToken {
    fn eq(&self, other: &Self) -> bool {
        self.issue == other.issue
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessToken(issue {})", self.issue)
    }
}

/// Gives out tokens. Cheap to clone; clones share the token.
#[derive(Clone)]
pub struct TokenSource(Arc<Shared>);

struct Shared {
    credential: Credential,
    cloud: Cloud,
    state: Mutex<State>,
    /// Held by the one caller who asks the identity service.
    turn: Turnstile<()>,
}

#[derive(Default)]
struct State {
    current: Option<AccessToken>,
    issues: u64,
    failed: Option<(Instant, SignInError)>,
}

impl TokenSource {
    /// A source that has not asked for a token yet.
    pub fn new(credential: Credential, cloud: Cloud) -> Self {
        let (state, turn) = (Mutex::default(), Turnstile::new(()));
        Self(Arc::new(Shared { credential, cloud, state, turn }))
    }

    /// A source of one fixed token: a script's, or an emulator's.
    pub fn fixed(token: &str) -> Self {
        Self::new(Credential::AccessToken(SecretString::from(token)), Cloud::Public)
    }

    /// A source that somebody else is fetching a token for, without an end.
    #[cfg(test)]
    pub(crate) fn hung() -> Self {
        let tokens = Self::fixed("never fetched");
        std::mem::forget(tokens.0.turn.try_lock());
        tokens
    }

    /// Which way of signing in this is.
    pub fn kind(&self) -> SignInKind {
        self.0.credential.kind()
    }

    /// A token that is good for now. In a token's last five minutes the first caller fetches the next one while the
    /// others go on with the old.
    pub async fn get(&self) -> Result<AccessToken, SignInError> {
        let now = Utc::now();
        let current = self.state().current.clone().filter(|token| token.lasts_beyond(now));
        match current {
            Some(token) if token.lasts_beyond(now + EARLY) => Ok(token),
            Some(token) => match self.0.turn.try_lock() {
                Ok(_turn) => Ok(self.renew().await.unwrap_or(token)),
                Err(_) => Ok(token),
            },
            None => {
                let _turn = self.0.turn.lock().await;
                // Somebody else may have fetched it while we waited.
                let fetched = self.state().current.clone().filter(|token| token.lasts_beyond(Utc::now()));
                match fetched {
                    Some(token) => Ok(token),
                    None => self.renew().await,
                }
            }
        }
    }

    /// Forgets a token that Azure has refused; the next [`Self::get`] asks for a new one. A token that has been
    /// replaced meanwhile is left alone.
    pub fn invalidate(&self, refused: &AccessToken) {
        let mut state = self.state();
        if state.current.as_ref() == Some(refused) {
            state.current = None;
        }
    }

    /// Somebody has signed in anew: a former failure says nothing any more.
    pub fn signed_in_again(&self) {
        self.state().failed = None;
    }

    /// Fetches and stores a token; the caller holds the turn.
    async fn renew(&self) -> Result<AccessToken, SignInError> {
        if let Some((when, error)) = &self.state().failed
            && when.elapsed() < FAILURE_KEPT
        {
            return Err(error.clone());
        }
        let outcome = self.0.credential.fetch(self.0.cloud).await;
        let mut state = self.state();
        match outcome {
            Ok(fresh) => {
                state.issues += 1;
                let secret = Arc::new(fresh.secret);
                let token = AccessToken { secret, issue: state.issues, expires: fresh.expires };
                state.failed = None;
                state.current = Some(token.clone());
                Ok(token)
            }
            Err(error) => {
                state.failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenSource({})", self.kind().word())
    }
}

#[cfg(test)]
mod tests {
    use super::super::credential::FreshToken;
    use super::*;

    type Script = Arc<Mutex<Vec<Result<FreshToken, SignInError>>>>;

    #[allow(clippy::unnecessary_wraps)] // stands in a script beside failures
    fn token(text: &str, minutes: i64) -> Result<FreshToken, SignInError> {
        let expires = Some(Utc::now() + TimeDelta::minutes(minutes));
        Ok(FreshToken { secret: SecretString::from(text), expires })
    }

    fn failure() -> Result<FreshToken, SignInError> {
        Err(SignInError::Unreachable { kind: SignInKind::AzureCli, message: "down".into() })
    }

    fn source(answers: Vec<Result<FreshToken, SignInError>>) -> (TokenSource, Script) {
        let script = Arc::new(Mutex::new(answers));
        (TokenSource::new(Credential::Scripted(Arc::clone(&script)), Cloud::Public), script)
    }

    #[tokio::test]
    async fn a_token_is_fetched_once_and_shared() {
        let (tokens, script) = source(vec![token("a", 60), token("b", 60)]);
        let all = futures_util::future::join_all((0..20).map(|_| tokens.get())).await;
        assert!(all.into_iter().all(|token| token.unwrap().expose() == "a"));
        assert_eq!(script.lock().unwrap().len(), 1, "one fetch for twenty callers");
    }

    #[tokio::test]
    async fn it_is_replaced_five_minutes_early() {
        let (tokens, _) = source(vec![token("a", 4), token("b", 60)]);
        assert_eq!(tokens.get().await.unwrap().expose(), "a");
        assert_eq!(tokens.get().await.unwrap().expose(), "b");
    }

    #[tokio::test]
    async fn a_failed_early_refresh_goes_on_with_the_old_token() {
        let (tokens, _) = source(vec![token("a", 4), failure()]);
        for _ in 0..3 {
            assert_eq!(tokens.get().await.unwrap().expose(), "a");
        }
    }

    #[tokio::test]
    async fn an_expired_token_is_not_given_out() {
        let (tokens, _) = source(vec![token("a", -1), token("b", 60)]);
        tokens.get().await.unwrap();
        assert_eq!(tokens.get().await.unwrap().expose(), "b");
    }

    #[tokio::test]
    async fn a_refused_token_is_forgotten_but_not_its_successor() {
        let (tokens, _) = source(vec![token("a", 60), token("b", 60), token("c", 60)]);
        let first = tokens.get().await.unwrap();
        tokens.invalidate(&first);
        assert_eq!(tokens.get().await.unwrap().expose(), "b");
        tokens.invalidate(&first);
        assert_eq!(tokens.get().await.unwrap().expose(), "b");
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_shared_for_a_few_seconds() {
        let (tokens, script) = source(vec![failure(), failure(), token("a", 60)]);
        for _ in 0..4 {
            assert!(tokens.get().await.is_err());
        }
        assert_eq!(script.lock().unwrap().len(), 2);
        tokio::time::advance(FAILURE_KEPT).await;
        assert!(tokens.get().await.is_err());
        tokio::time::advance(FAILURE_KEPT).await;
        assert_eq!(tokens.get().await.unwrap().expose(), "a");
    }

    #[tokio::test]
    async fn nothing_prints_a_token() {
        let tokens = TokenSource::fixed("canary");
        let token = tokens.get().await.unwrap();
        assert_eq!(token.expose(), "canary");
        assert!(!format!("{tokens:?} {token:?} {:?}", token.identity()).contains("canary"));
    }
}
