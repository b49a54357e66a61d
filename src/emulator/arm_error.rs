//! Errors as Azure Resource Manager words them: `{"error":{"code","message"}}`, or bare where the provider does it so.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;

use super::reply::Reply;
use super::routes::{Route, Scope, Unknown};
use super::throttle::Flow;

/// An error with ARM's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ArmError {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// The one header that goes with the code.
    header: Option<Box<(HeaderName, HeaderValue)>>,
    /// True for code and message without the object around them (the contract's shape B).
    bare: bool,
    /// Code and message of what lies behind it.
    detail: Option<Box<(&'static str, String)>>,
}

impl ArmError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), header: None, bare: false, detail: None }
    }

    fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        if let Ok(value) = HeaderValue::try_from(value.into()) {
            self.header = Some(Box::new((name, value)));
        }
        self
    }

    /// The same with what lies behind it.
    pub(super) fn detailed(mut self, code: &'static str, message: impl Into<String>) -> Self {
        self.detail = Some(Box::new((code, message.into())));
        self
    }

    /// As the provider behind a route words it.
    pub(super) fn in_the_words_of(mut self, route: &Route) -> Self {
        self.bare = matches!(route, Route::Tabled(call) if call.row.bare_errors());
        self
    }

    pub(super) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(super) fn missing_api_version(method: &str) -> Self {
        Self::bad_request(
            "MissingApiVersionParameter",
            format!(
                "The api-version query parameter (?api-version=) is required for all requests (HTTP method {method})."
            ),
        )
    }

    pub(super) fn subscription_not_found(id: &str) -> Self {
        if uuid::Uuid::try_parse(id).is_err() {
            return Self::bad_request(
                "InvalidSubscriptionId",
                format!("The provided subscription identifier '{id}' is malformed or invalid."),
            );
        }
        Self::not_found("SubscriptionNotFound", format!("The subscription '{id}' could not be found."))
    }

    pub(super) fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    pub(super) fn no_such_alert(scope: &Scope, name: &str) -> Self {
        let group = scope
            .group
            .as_deref()
            .map_or_else(String::new, |group| format!(" under resource group '{group}'"));
        Self::not_found(
            "ResourceNotFound",
            format!("The Resource 'Microsoft.Security/locations/alerts/{name}'{group} was not found."),
        )
    }

    pub(super) fn no_such_group(group: &str) -> Self {
        Self::not_found("ResourceGroupNotFound", format!("Resource group '{group}' could not be found."))
    }

    pub(super) fn unknown_path(unknown: &Unknown) -> Self {
        match unknown {
            Unknown::NoSubscription => Self::not_found(
                "MissingSubscription",
                "The request did not have a subscription or a valid tenant level resource provider.",
            ),
            Unknown::Namespace(namespace) => Self::not_found(
                "InvalidResourceNamespace",
                format!("The resource namespace '{namespace}' is invalid."),
            ),
            Unknown::ResourceType(kind) => Self::not_found(
                "InvalidResourceType",
                format!(
                    "The resource type '{kind}' could not be found in the namespace 'Microsoft.Security'."
                ),
            ),
        }
    }

    /// A body that cannot be used.
    pub(super) fn bad_content(message: impl Into<String>) -> Self {
        Self::bad_request("InvalidRequestContent", message)
    }

    pub(super) fn wrong_method(method: &str, allowed: &str) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowed",
            format!("The requested resource does not support http method '{method}'."),
        )
        .with(header::ALLOW, allowed)
    }

    /// 401 with the challenge that tells a client whom to ask for a token.
    pub(super) fn unauthorized(code: &'static str, message: &str) -> Self {
        let challenge = format!(
            "Bearer authorization_uri=\"https://login.microsoftonline.com/common\", error=\"invalid_token\", error_description=\"{message}\""
        );
        Self::new(StatusCode::UNAUTHORIZED, code, message).with(header::WWW_AUTHENTICATE, challenge)
    }

    /// 429 of ARM's own token buckets.
    pub(super) fn throttled(subscription: &str, flow: Flow, seconds: u64) -> Self {
        let kind = match flow {
            Flow::Reads => "read",
            Flow::Writes => "write",
            Flow::Deletes => "delete",
            Flow::Queries => "query",
        };
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "SubscriptionRequestsThrottled",
            format!("Number of '{kind}' requests for subscription '{subscription}' exceeded. Please try again after '{seconds}' seconds."),
        )
        .with(header::RETRY_AFTER, seconds.to_string())
    }

    /// 429 on demand.
    pub(super) fn too_many_requests(seconds: u64) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequests",
            format!("The resource provider is busy. Please try again after '{seconds}' seconds."),
        )
        .with(header::RETRY_AFTER, seconds.to_string())
    }

    /// 403, 404, 500 or 503 on demand.
    pub(super) fn refused(status: u16, action: &str) -> Self {
        match status {
            403 => Self::new(
                StatusCode::FORBIDDEN,
                "AuthorizationFailed",
                format!(
                    "The client does not have authorization to perform action '{action}' over the scope, or the scope is invalid."
                ),
            ),
            404 => Self::not_found("ResourceNotFound", "The resource was not found."),
            503 => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "ServiceUnavailable",
                "The service is temporarily unavailable.",
            ),
            _ => Self::internal("An internal error occurred. Please try again."),
        }
    }

    pub(super) fn internal(message: &str) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", message)
    }

    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "Conflict", message)
    }
}

impl From<ArmError> for Reply {
    fn from(error: ArmError) -> Self {
        let mut inner = json!({ "code": error.code, "message": error.message });
        if let Some((code, message)) = error.detail.as_deref() {
            inner["details"] = json!([{ "code": code, "message": message }]);
        }
        let body = if error.bare { inner } else { json!({ "error": inner }) };
        let mut reply = Self::json(error.status, body.to_string());
        reply.headers.extend(error.header.map(|header| *header));
        reply
    }
}
