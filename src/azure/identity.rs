//! Who a token speaks for, read from its claims for display only. Nothing is verified and nothing is trusted.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::domain::SafeText;

/// The person or application that is signed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// A user name, or an application's id when no person is behind it; empty when the token does not say.
    pub name: SafeText,
    /// The object id in Entra ID; empty when the token does not say.
    pub object_id: SafeText,
    /// The tenant's GUID; empty when the token does not say.
    pub tenant: SafeText,
}

impl Identity {
    /// Reads the claims of a JWT; a token of another form gives an identity without names.
    pub fn from_token(token: &str) -> Self {
        claims(token).map(|claims| Self::from_claims(&claims)).unwrap_or_default()
    }

    /// The name to show, never empty.
    pub fn display_name(&self) -> String {
        let known = [&self.name, &self.object_id].into_iter().find(|text| !text.is_empty());
        known.map_or_else(|| "the token's holder".to_owned(), ToString::to_string)
    }

    fn from_claims(claims: &Map<String, Value>) -> Self {
        let first = |names: &[&str]| {
            let found =
                names.iter().filter_map(|name| claims.get(*name)?.as_str()).find(|text| !text.is_empty());
            SafeText::from(found.unwrap_or_default())
        };
        Self {
            name: first(&[
                "upn",
                "preferred_username",
                "unique_name",
                "email",
                "name",
                "app_displayname",
                "appid",
                "azp",
            ]),
            object_id: first(&["oid"]),
            tenant: first(&["tid"]),
        }
    }
}

fn claims(token: &str) -> Option<Map<String, Value>> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        format!("e30.{}.signature", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn the_most_human_name_wins() {
        let cases = [
            (r#"{"upn":"ana@contoso.com","name":"Ana","oid":"o","tid":"t"}"#, "ana@contoso.com"),
            (r#"{"preferred_username":"","name":"Ana","oid":"o"}"#, "Ana"),
            (r#"{"appid":"11-22","oid":"o"}"#, "11-22"),
            (r#"{"oid":"o"}"#, "o"),
            (r#"{"upn":5,"oid":null}"#, "the token's holder"),
        ];
        for (claims, name) in cases {
            assert_eq!(Identity::from_token(&token(claims)).display_name(), name);
        }
        let identity = Identity::from_token(&token(cases[0].0));
        assert_eq!((identity.object_id.raw(), identity.tenant.raw()), ("o", "t"));
    }

    #[test]
    fn any_other_token_is_an_identity_without_names() {
        for text in ["", "demo", "a.b", "a.!!.c", "a.bm90IGpzb24.c", "...", "a.W10.c"] {
            assert_eq!(Identity::from_token(text), Identity::default(), "{text}");
        }
    }
}
