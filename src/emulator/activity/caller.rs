//! Who did something: caller and claims as the activity log shows them.

use std::sync::{Arc, LazyLock};

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::emulator::demo;

const OBJECT: &str = "http://schemas.microsoft.com/identity/claims/objectidentifier";
const TENANT: &str = "http://schemas.microsoft.com/identity/claims/tenantid";
const UPN: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn";
const NAME: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";

/// A person or a program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::emulator) struct Caller {
    /// The object id in the directory.
    pub(in crate::emulator) object: String,
    /// The user principal name of a person.
    pub(in crate::emulator) upn: Option<String>,
    /// The name that people read.
    pub(in crate::emulator) display: String,
    /// The application that was used, or that it is.
    pub(in crate::emulator) application: String,
    /// From where it usually acts.
    pub(in crate::emulator) address: String,
}

/// The claims of an access token that matter here.
#[derive(Deserialize)]
struct Claims {
    oid: String,
    #[serde(alias = "unique_name", alias = "preferred_username")]
    upn: Option<String>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    appid: String,
    #[serde(default)]
    ipaddr: String,
}

impl Caller {
    /// Whoever signed a request: by the claims of its token, else the demo's analyst.
    pub(in crate::emulator) fn of_request(headers: &HeaderMap) -> Arc<Self> {
        static ANALYST: LazyLock<Arc<Caller>> = LazyLock::new(|| Arc::new(demo::analyst()));
        let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let claims = token.and_then(|token| token.rsplit(' ').next()).and_then(claims);
        claims.map_or_else(
            || Arc::clone(&ANALYST),
            |claims| {
                Arc::new(Self {
                    object: claims.oid,
                    upn: claims.upn,
                    display: claims.name,
                    application: claims.appid,
                    address: if claims.ipaddr.is_empty() { "192.0.2.1".to_owned() } else { claims.ipaddr },
                })
            },
        )
    }

    /// `caller`: the principal name of a person, the object id of a program.
    pub(super) fn text(&self) -> &str {
        self.upn.as_deref().unwrap_or(&self.object)
    }

    /// `claims`.
    pub(super) fn claims(&self, tenant: &str, address: &str) -> Value {
        let mut claims = Map::new();
        let mut put = |key: &str, value: &str| {
            if !value.is_empty() {
                claims.insert(key.to_owned(), value.into());
            }
        };
        put("aud", "https://management.core.windows.net/");
        put("ver", "1.0");
        put(TENANT, tenant);
        put(OBJECT, &self.object);
        put("appid", &self.application);
        put("ipaddr", address);
        match &self.upn {
            Some(upn) => {
                put(UPN, upn);
                put(NAME, upn);
                put("name", &self.display);
                put("http://schemas.microsoft.com/identity/claims/scope", "user_impersonation");
            }
            None => put("idtyp", "app"),
        }
        Value::Object(claims)
    }
}

fn claims(token: &str) -> Option<Claims> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(token: &str) -> Arc<Caller> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        Caller::of_request(&headers)
    }

    #[test]
    fn a_token_says_who_it_is_and_any_other_is_the_analyst() {
        let token = |claims: &str| format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims));
        let person =
            of(&token(r#"{"oid":"o-1","unique_name":"ann@x.example","name":"Ann","ipaddr":"192.0.2.9"}"#));
        assert_eq!((person.text(), person.address.as_str()), ("ann@x.example", "192.0.2.9"));
        let program = of(&token(r#"{"oid":"o-2","appid":"a-2"}"#));
        assert_eq!(program.text(), "o-2");
        assert_eq!(program.claims("t", "")["idtyp"], "app");
        for other in ["demo", "a.b.c", &token("{}")] {
            assert_eq!(*of(other), demo::analyst());
        }
        let claims = demo::analyst().claims("t", "192.0.2.27");
        assert!(claims[UPN].as_str().unwrap().ends_with("@contoso.example"));
        assert_eq!((&claims[TENANT], &claims["ipaddr"]), (&"t".into(), &"192.0.2.27".into()));
    }
}
