//! The words and rules of the field. No I/O and no clock: every function here is given what it needs.
//!
//! | module | holds |
//! | --- | --- |
//! | [`ids`] | newtypes for what identifies things |
//! | [`safe_text`] | the one rule by which untrusted text is displayed |
//! | [`severity`], [`status`], [`tactic`] | the enumerations of the contract, unknown values included |
//! | [`resource`] | Azure, Log Analytics, AWS, GCP and on-premises identifiers |
//! | [`entity`] | the entity graph of one alert, `$ref`s resolved |
//! | [`alert`] | one alert in full |
//! | [`scan`] | agent or agentless, and twins |
//! | [`incident`], [`related`] | what an alert has in common with others |
//! | [`remediation`] | the remediation steps of an alert |
//! | [`fact`] | what can be searched of an alert, as (kind, value) pairs |
//! | [`table`] | the compact in-memory table of all alerts |
//! | [`filter`] | the filter language |
//! | [`query`] | filter + sort over the table |
//! | [`listing`] | what a query answers |
//! | [`key_set`] | a set of alerts, such as the marks |
//! | [`picked`] | alerts that something is about, frozen |
//! | [`chart`] | alerts over time and over ATT&CK, as numbers |
//! | [`mentions`] | how many alerts mention an entity |
//! | [`change`] | bulk changes: plan, targets, outcomes |
//! | [`context`], [`activity`], [`ownership`] | the resource of an alert: its log, who answers for it |
//! | [`recommendation`], [`markup`] | what to improve on a resource, its HTML as text |
//! | [`contacts`], [`samples`] | who receives mail; sample alerts |
//! | [`progress`] | what the pull and push workers report |
//! | [`nearest`] | how far a mistyped word is from a known one |
//! | [`rights`] | what the signed-in role may do |
//! | [`record`] | the local record beside the alerts, and the audit log |
//! | [`report`] | the shift handover |
//! | [`export`], [`markdown`] | alerts as NDJSON, JSON, CSV and Markdown; text from outside inside Markdown |
//! | [`words`] | a typed command, split into its words |
//! | [`progress`] | what the pull and push workers report |
//! | [`logic_app`], [`automation`] | logic apps that take an alert; automations that fire by themselves |
//! | [`response`] | logic apps triggered on alerts, and what became of each |
//! | [`suppression`] | suppression rules: checked, suggested, simulated |
//! | [`view`] | saved views, and where the analyst was |

pub mod activity;
pub mod alert;
pub mod automation;
pub mod change;
pub mod chart;
pub mod contacts;
pub mod context;
mod count;
pub mod entity;
pub mod export;
pub mod fact;
pub mod filter;
pub mod ids;
pub mod incident;
pub mod key_set;
pub mod listing;
pub mod logic_app;
pub mod markdown;
pub mod markup;
pub mod mentions;
pub mod nearest;
pub mod ownership;
pub mod picked;
pub mod progress;
pub mod query;
pub mod recommendation;
pub mod record;
pub mod related;
pub mod remediation;
pub mod report;
pub mod resource;
pub mod response;
pub mod rights;
pub mod safe_text;
pub mod samples;
pub mod scan;
pub mod severity;
pub mod status;
pub mod suppression;
pub mod table;
pub mod tactic;
pub mod view;
pub mod words;

pub use alert::Alert;
pub use count::thousands;
pub use ids::{AlertId, AlertKey, ChangeId, SubscriptionId};
pub use safe_text::{SafeStr, SafeText};
pub use severity::Severity;
pub use status::{Stated, Status};
pub use tactic::Tactic;
