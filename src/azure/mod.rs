//! The REST wire format of Azure Resource Manager: sign-in, transport, throttling, alerts; wire → domain.
//!
//! | module | holds |
//! | --- | --- |
//! | [`cloud`] | the national clouds, and the validated [`cloud::Endpoint`] |
//! | [`auth`] | ways to sign in, and the one place that keeps a token |
//! | [`identity`] | whom a token speaks for |
//! | [`transport`] | the one function that sends: origin check, limits, one refresh after a 401 |
//! | [`throttle`], [`retry`] | token buckets like ARM's; Retry-After and jitter |
//! | [`error`] | what can go wrong, in the classes that decide what happens next |
//! | [`client`] | the operations, each one request |
//! | [`page`] | a listing split into raw items |
//! | [`parse`] | one raw item → [`crate::domain::Alert`] |
//! | [`rights`] | what the signed-in role may do |
//! | [`suppression`] | suppression rules |
//! | [`activity`], [`ownership`] | a resource's activity log, tags and owners |
//! | [`counts`], [`reach`] | open alerts per subscription; whether an address can be reached, and what stands in the way |
//! | [`graph`], [`recommendations`] | Resource Graph, and what it holds to improve on a resource |
//! | [`contacts`], [`samples`] | who receives mail for alerts; sample alerts |
//! | [`logic_apps`], [`automations`] | logic apps, their triggers and runs; workflow automations |
//! | [`mod@alert_event`], [`callback`] | what a logic app is sent; the secret address it is sent to |
//! | [`mod@script`] | a change of status as a shell script |
//! | `listing` | what the smaller operations share |

pub mod activity;
pub mod alert_event;
pub mod auth;
pub mod automations;
pub mod callback;
pub mod client;
pub mod cloud;
pub mod contacts;
pub mod counts;
pub mod error;
pub mod graph;
pub mod identity;
mod listing;
pub mod logic_apps;
pub mod ownership;
pub mod page;
pub mod parse;
pub mod reach;
pub mod recommendations;
pub mod retry;
pub mod rights;
pub mod samples;
pub mod script;
pub mod suppression;
pub mod throttle;
pub mod transport;

pub use alert_event::alert_event;
pub use auth::{
    Credential, DeviceFlow, DevicePrompt, DeviceSession, Finding, KEPT_FILE, Presence, SignInEnvironment,
    SignInError, SignInKind, TokenSource, discover, forget_kept, sign_in,
};
pub use callback::{Callback, Called, Caller};
pub use client::{ArmClient, Subscription};
pub use cloud::{Cloud, Endpoint, EndpointError};
pub use error::ApiError;
pub use identity::Identity;
pub use page::{Page, RawItem};
pub use parse::{ParseError, parse_alert, parse_entities};
pub use suppression::Rules;
pub use throttle::Limits;
