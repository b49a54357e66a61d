//! The sign-in service, as far as device codes need it: `/{tenant}/oauth2/v2.0/devicecode` and `/token`.
//!
//! What a person would do in a browser is a script: each question after a code takes the next answer of it, and the last one
//! repeats.

use std::collections::VecDeque;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::{Body, to_bytes};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::reply::Reply;
use super::routes::decode;

/// The largest form that is read, in bytes.
const LARGEST: usize = 64 * 1024;

/// What the sign-in service says to a question after a device code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nobody has typed it yet.
    Pending,
    /// Asked too often.
    SlowDown,
    /// Typed, and allowed.
    Approved,
    /// Typed, and declined.
    Declined,
    /// Too late.
    Expired,
    /// The service has trouble of its own.
    Trouble,
}

impl FromStr for Answer {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Ok(match word {
            "pending" => Self::Pending,
            "slow-down" => Self::SlowDown,
            "approved" => Self::Approved,
            "declined" => Self::Declined,
            "expired" => Self::Expired,
            "trouble" => Self::Trouble,
            other => return Err(format!("'{other}' is no answer of the sign-in service")),
        })
    }
}

/// What the login endpoint is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    Code,
    Token,
}

impl Ask {
    /// Reads a path; none for one of ARM's.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        let (tenant, what) = path.strip_prefix('/')?.split_once("/oauth2/v2.0/")?;
        if tenant.is_empty() || tenant.contains('/') {
            return None;
        }
        match what {
            "devicecode" => Some(Self::Code),
            "token" => Some(Self::Token),
            _ => None,
        }
    }
}

/// The sign-in service of the tenant.
pub(super) struct Login {
    /// The access token it issues.
    token: String,
    /// How refresh tokens begin.
    refresh: String,
    /// Seconds between two questions.
    interval: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    script: VecDeque<Answer>,
    codes: u64,
    issued: u64,
    revoked: bool,
}

impl Login {
    pub(super) fn new(token: String, refresh: String, interval: u64) -> Self {
        Self { token, refresh, interval, state: Mutex::default() }
    }

    /// What it answers from now on; nothing means that nobody types the code.
    pub(super) fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state().script = answers.into_iter().collect();
    }

    /// From now on no refresh token is accepted.
    pub(super) fn revoke(&self) {
        self.state().revoked = true;
    }

    /// Answers a request.
    pub(super) async fn answer(&self, ask: Ask, base: &str, method: &Method, body: Body) -> Reply {
        if method != Method::POST {
            return Reply::empty(StatusCode::METHOD_NOT_ALLOWED);
        }
        let form = to_bytes(body, LARGEST).await.unwrap_or_default();
        let form = Form::read(&String::from_utf8_lossy(&form));
        if form.get("client_id").is_empty() {
            return error("invalid_request", "AADSTS900144: The request body must contain 'client_id'.");
        }
        match ask {
            Ask::Code => self.code(&form, base),
            Ask::Token => match form.get("grant_type") {
                "urn:ietf:params:oauth:grant-type:device_code" => self.poll(&form),
                "refresh_token" => self.renew(&form),
                _ => error("unsupported_grant_type", "AADSTS70003: The grant type is not supported."),
            },
        }
    }

    fn code(&self, form: &Form, base: &str) -> Reply {
        if !form.get("scope").split(' ').any(|scope| scope.ends_with("/.default")) {
            return error("invalid_scope", "AADSTS70011: The provided value for 'scope' is not valid.");
        }
        let mut state = self.state();
        state.codes += 1;
        state.revoked = false;
        let number = state.codes;
        ok(&json!({
            "device_code": format!("device-{number}"),
            "user_code": format!("DEMO{number:05}"),
            "verification_uri": format!("{base}/devicelogin"),
            "expires_in": 900,
            "interval": self.interval,
            "message": "Open the page and enter the code.",
        }))
    }

    fn poll(&self, form: &Form) -> Reply {
        let mut state = self.state();
        if form.get("device_code") != format!("device-{}", state.codes) {
            return error("bad_verification_code", "AADSTS70018: Invalid verification code.");
        }
        let answer = match state.script.len() {
            0 => Answer::Pending,
            1 => state.script[0],
            _ => state.script.pop_front().unwrap_or(Answer::Pending),
        };
        match answer {
            Answer::Pending => error("authorization_pending", "AADSTS70016: Authorization is pending."),
            Answer::SlowDown => error("slow_down", "AADSTS70017: Asked too often."),
            Answer::Declined => error("authorization_declined", "AADSTS70000: The user declined."),
            Answer::Expired => error("expired_token", "AADSTS70020: The device code has expired."),
            Answer::Trouble => Reply::empty(StatusCode::SERVICE_UNAVAILABLE),
            Answer::Approved => self.issue(&mut state),
        }
    }

    fn renew(&self, form: &Form) -> Reply {
        let mut state = self.state();
        let known = form.get("refresh_token").strip_prefix(&self.refresh);
        let known = known.and_then(|number| number.strip_prefix('-')?.parse::<u64>().ok());
        // As the real service does, an older one stays good.
        if state.revoked || known.is_none_or(|number| number == 0) {
            return error("invalid_grant", "AADSTS50173: The provided grant has been revoked.");
        }
        state.issued = state.issued.max(known.unwrap_or(0));
        self.issue(&mut state)
    }

    fn issue(&self, state: &mut State) -> Reply {
        state.issued += 1;
        ok(&json!({
            "token_type": "Bearer",
            "scope": "user_impersonation",
            "expires_in": 3599,
            "ext_expires_in": 3599,
            "access_token": self.token,
            "refresh_token": format!("{}-{}", self.refresh, state.issued),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ok(body: &Value) -> Reply {
    Reply::json(StatusCode::OK, body.to_string())
}

fn error(code: &str, description: &str) -> Reply {
    let body = json!({ "error": code, "error_description": description });
    Reply::json(StatusCode::BAD_REQUEST, body.to_string())
}

/// A form as a browser sends it.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(text: &str) -> Self {
        let plain = |text: &str| decode(&text.replace('+', " "));
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        Self(pairs.map(|(name, value)| (plain(name), plain(value))).collect())
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|pair| pair.0 == name).map_or("", |pair| &pair.1)
    }
}
