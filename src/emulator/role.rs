//! Roles: what the signed-in caller may do.

use std::str::FromStr;

use serde_json::{Value, json};

/// The role that every caller of the emulator has, on every subscription.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Role {
    /// Owner: everything.
    #[default]
    Owner,
    /// Security Admin beside Reader: reads everything, and does everything with Defender for Cloud.
    SecurityAdmin,
    /// Security Reader beside Reader: reads everything, and changes nothing.
    SecurityReader,
}

/// A `--role` value that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("role `{0}`: expected owner, security-admin or security-reader")]
pub struct RoleError(String);

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "owner" => Ok(Self::Owner),
            "security-admin" => Ok(Self::SecurityAdmin),
            "security-reader" => Ok(Self::SecurityReader),
            _ => Err(RoleError(text.to_owned())),
        }
    }
}

impl Role {
    /// The actions it may take; `*` stands for anything.
    fn actions(self) -> &'static [&'static str] {
        match self {
            Self::Owner => &["*"],
            Self::SecurityAdmin => &["*/read", "Microsoft.Security/*"],
            Self::SecurityReader => &["*/read"],
        }
    }

    /// True if it may take an action.
    pub(super) fn allows(self, action: &str) -> bool {
        self.actions().iter().any(|pattern| match pattern.split_once('*') {
            Some((head, tail)) => {
                action.len() >= head.len() + tail.len() && action.starts_with(head) && action.ends_with(tail)
            }
            None => *pattern == action,
        })
    }

    /// The body of the permissions operation.
    pub(super) fn permissions(self) -> Value {
        json!({ "value": [{ "actions": self.actions(), "notActions": [], "dataActions": [], "notDataActions": [] }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_allows_what_its_actions_say() {
        let allowed = |action: &str| {
            [Role::Owner, Role::SecurityAdmin, Role::SecurityReader].map(|role| role.allows(action))
        };
        assert_eq!(allowed("Microsoft.Security/alerts/read"), [true, true, true]);
        assert_eq!(allowed("Microsoft.Insights/eventtypes/values/read"), [true, true, true]);
        assert_eq!(allowed("Microsoft.Security/alertsSuppressionRules/write"), [true, true, false]);
        assert_eq!(
            allowed("Microsoft.Logic/workflows/triggers/listCallbackUrl/action"),
            [true, false, false]
        );
    }

    #[test]
    fn a_role_is_named_in_any_letter_case() {
        assert_eq!("Security-Reader".parse(), Ok(Role::SecurityReader));
        assert!("reader".parse::<Role>().unwrap_err().to_string().contains("security-reader"));
    }
}
