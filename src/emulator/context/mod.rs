//! What stands around a resource: who may do what with it, its tags, what happened to it.

use axum::http::StatusCode;

use super::reply::Reply;
use super::serve::Shared;

/// What the caller's role allows.
pub(super) fn permissions(shared: &Shared) -> Reply {
    Reply::json(StatusCode::OK, shared.role.permissions().to_string())
}
