//! The REST wire format of Azure Resource Manager.

pub mod auth;
pub mod cloud;
pub mod error;
pub mod identity;
pub mod retry;
pub mod throttle;

pub use error::ApiError;
pub use identity::Identity;
