//! Bearer tokens: one is accepted, and after the fault `expire` one more.

use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, header};

use super::arm_error::ArmError;

#[derive(Default)]
struct Renewal {
    open: bool,
    token: Option<String>,
}

/// Who may ask.
pub(super) struct Auth {
    token: String,
    renewal: Mutex<Renewal>,
}

impl Auth {
    pub(super) fn new(token: String) -> Self {
        Self { token, renewal: Mutex::default() }
    }

    /// Accepts or refuses a request by its `Authorization`.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), ArmError> {
        let Some(given) = headers.get(header::AUTHORIZATION) else {
            return Err(ArmError::unauthorized(
                "AuthenticationFailed",
                "Authentication failed. The 'Authorization' header is missing.",
            ));
        };
        let given = given.to_str().unwrap_or_default();
        let token = given
            .split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map_or("", |(_, token)| token.trim());
        if !token.is_empty() && (token == self.token || self.is_renewed(token)) {
            return Ok(());
        }
        Err(ArmError::unauthorized("InvalidAuthenticationToken", "The access token is invalid."))
    }

    /// The first token that is new after an expiry stays accepted.
    fn is_renewed(&self, token: &str) -> bool {
        let mut renewal = self.renewal.lock().unwrap_or_else(PoisonError::into_inner);
        if renewal.open {
            renewal.open = false;
            renewal.token = Some(token.to_owned());
        }
        renewal.token.as_deref() == Some(token)
    }

    /// The token has expired: the answer to the request that met it.
    pub(super) fn expire(&self) -> ArmError {
        self.renewal.lock().unwrap_or_else(PoisonError::into_inner).open = true;
        ArmError::unauthorized("ExpiredAuthenticationToken", "The access token expiry time has passed.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(auth: &Auth, value: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        if let Some(value) = value {
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        }
        auth.check(&headers).is_ok()
    }

    #[test]
    fn one_token_is_accepted_and_after_expiry_one_more() {
        let auth = Auth::new("demo".to_owned());
        assert!(check(&auth, Some("Bearer demo")) && check(&auth, Some("bearer demo")));
        for bad in
            [None, Some("Bearer"), Some("Bearer "), Some("Basic demo"), Some("demo"), Some("Bearer new")]
        {
            assert!(!check(&auth, bad), "{bad:?}");
        }
        auth.expire();
        assert!(check(&auth, Some("Bearer demo")), "the old one is not taken back");
        assert!(check(&auth, Some("Bearer new")) && check(&auth, Some("Bearer new")));
        assert!(!check(&auth, Some("Bearer newer")));
    }
}
