//! What an error of the source means for the one who asked: refuse, look again, or try later.

use std::time::Duration;

use tokio::task::JoinError;

use crate::azure::ApiError;
use crate::domain::progress::{Fault, FaultKind};
use crate::domain::{SafeText, thousands};
use crate::store::{Held, StoreError};

/// Something that passes: nothing is decided by it, and the same request may succeed later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// The sort, as the analyst is told.
    pub kind: FaultKind,
    /// How long the source asked us to wait; none when it did not say.
    pub retry_after: Option<Duration>,
    /// What happened.
    pub message: SafeText,
}

impl Obstacle {
    /// What stands in the way is an error of the source.
    pub(super) fn of(error: &ApiError) -> Self {
        let message = SafeText::from(error.to_string());
        Self { kind: kind(error), retry_after: error.retry_after(), message }
    }

    /// A task of ours broke off. What it was about is tried again.
    pub(super) fn of_worker(error: &JoinError) -> Self {
        let Fault { kind, message } = worker(error);
        Self { kind, retry_after: None, message }
    }

    /// The same, as a fault to report.
    pub fn fault(&self) -> Fault {
        Fault { kind: self.kind, message: self.message.clone() }
    }
}

/// An error of the source, sorted by what follows from it for one status change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// 404: no such alert.
    Missing,
    /// 400, 403, 422 and the rest of 4xx: it will never be accepted as it is.
    Refused(SafeText),
    /// 409, 412: somebody else is changing it.
    Contested(SafeText),
    /// Everything else passes, or needs the analyst but not a new decision.
    Passing(Obstacle),
}

impl From<&ApiError> for Trouble {
    fn from(error: &ApiError) -> Self {
        match error {
            ApiError::NotFound => Self::Missing,
            ApiError::Forbidden { .. } | ApiError::BadRequest { .. } | ApiError::RefusedUrl(_) => {
                Self::Refused(SafeText::from(error.to_string()))
            }
            ApiError::Conflict { .. } => Self::Contested(SafeText::from(error.to_string())),
            ApiError::Unauthorized { .. }
            | ApiError::Throttled { .. }
            | ApiError::Server { .. }
            | ApiError::Network(_)
            | ApiError::LostReply(_)
            | ApiError::Protocol(_)
            | ApiError::SignIn(_)
            | ApiError::NoSource => Self::Passing(Obstacle::of(error)),
        }
    }
}

/// The same error as a fault of a listing.
pub fn fault(error: &ApiError) -> Fault {
    Fault { kind: kind(error), message: SafeText::from(error.to_string()) }
}

/// The store cannot read or write.
pub(super) fn storage(error: &StoreError) -> Fault {
    Fault { kind: FaultKind::Storage, message: SafeText::from(error.to_string()) }
}

/// What waits is not for the tenant that is signed in to. What to do stands first: a narrow screen cuts off the rest.
pub(super) fn other_tenant(held: &Held, signed_in: &SafeText) -> Fault {
    let Held { alerts, tenant } = held;
    let alerts = if *alerts == 1 { "1 alert".to_owned() } else { format!("{} alerts", thousands(*alerts)) };
    let message = format!(
        "sign in to {tenant} for {alerts}, or undo: decided for that tenant (`tenant` in the profile), and this sign-in \
         is of {signed_in}"
    );
    Fault { kind: FaultKind::OtherTenant, message: SafeText::from(message) }
}

/// A task of ours broke off.
pub(super) fn worker(error: &JoinError) -> Fault {
    Fault { kind: FaultKind::Protocol, message: SafeText::from(format!("an internal error: {error}")) }
}

/// The sort of an error, by what the analyst can do about it.
pub fn kind(error: &ApiError) -> FaultKind {
    match error {
        _ if error.needs_sign_in() => FaultKind::SignIn,
        ApiError::Forbidden { .. } => FaultKind::Forbidden,
        ApiError::Throttled { .. } => FaultKind::Throttled,
        ApiError::Server { .. } | ApiError::Network(_) | ApiError::LostReply(_) | ApiError::SignIn(_) => {
            FaultKind::Unreachable
        }
        ApiError::Unauthorized { .. }
        | ApiError::NotFound
        | ApiError::Conflict { .. }
        | ApiError::BadRequest { .. }
        | ApiError::Protocol(_)
        | ApiError::RefusedUrl(_)
        | ApiError::NoSource => FaultKind::Protocol,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(status: u16) -> Trouble {
        Trouble::from(&ApiError::from_status(status, b"", None, "a role"))
    }

    #[test]
    fn only_a_refusal_decides_anything() {
        for status in [400, 403, 405, 422] {
            assert!(matches!(trouble(status), Trouble::Refused(_)), "{status}");
        }
        for status in [409, 412] {
            assert!(matches!(trouble(status), Trouble::Contested(_)), "{status}");
        }
        assert_eq!(trouble(404), Trouble::Missing);
        for status in [302, 401, 408, 429, 500, 502, 503, 504] {
            assert!(matches!(trouble(status), Trouble::Passing(_)), "{status}");
        }
        assert!(matches!(trouble(403), Trouble::Refused(why) if why.raw().contains("a role")));
    }

    #[test]
    fn what_to_do_about_another_tenant_is_read_on_a_narrow_screen() {
        let guid = SafeText::from("72f988bf-86f1-41af-91ab-2d7cd011db47");
        let fault = other_tenant(&Held { alerts: 12, tenant: guid.clone() }, &guid);
        assert!(fault.message.raw().find(", or undo").is_some_and(|at| at < 70), "{}", fault.message.raw());
    }

    #[test]
    fn the_wait_asked_for_is_kept() {
        let wait = Some(Duration::from_secs(17));
        for status in [429, 503] {
            match Trouble::from(&ApiError::from_status(status, b"", wait, "")) {
                Trouble::Passing(obstacle) => assert_eq!(obstacle.retry_after, wait),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_fault_says_what_to_do_about_it() {
        let kind_of = |status| kind(&ApiError::from_status(status, b"", None, ""));
        assert_eq!(kind_of(401), FaultKind::SignIn);
        assert_eq!(kind_of(403), FaultKind::Forbidden);
        assert_eq!(kind_of(429), FaultKind::Throttled);
        assert_eq!(kind_of(503), FaultKind::Unreachable);
        assert_eq!(kind_of(302), FaultKind::Protocol);
        assert_eq!(kind(&ApiError::Network("down".into())), FaultKind::Unreachable);
    }
}
