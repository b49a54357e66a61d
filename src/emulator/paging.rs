//! Lists of JSON in pages, with the link to the next one.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::alerts::link;
use super::arm_error::ArmError;
use super::query::Continuation;
use super::reply::Reply;
use super::serve::{Asked, Shared};
use super::state::Place;

/// One page of a list whose items have ascending places: those behind the request's skip token, at most `size`.
///
/// An item that is added later has to get a place in front of all others, so that a listing under way is not moved.
pub(super) fn page<T>(
    shared: &Shared,
    asked: &Asked,
    items: impl IntoIterator<Item = (Place, T)>,
    size: usize,
    mut write: impl FnMut(T) -> Value,
) -> Result<Reply, ArmError> {
    let at = asked.query.continuation()?;
    let mut rest = items.into_iter().filter(|(place, _)| at.is_none_or(|at| *place > at.after));
    let mut value = Vec::new();
    let mut last = None;
    for (place, item) in rest.by_ref().take(size.max(1)) {
        value.push(write(item));
        last = Some(place);
    }
    let mut body = json!({ "value": value });
    if let (Some(after), Some(_)) = (last, rest.next()) {
        let next = Continuation { after, page: at.map_or(0, |at| at.page) + 1 };
        body["nextLink"] = next_link(shared, asked, next).into();
    }
    Ok(Reply::json(StatusCode::OK, body.to_string()))
}

/// Items in the order in which they stand, for lists that nothing is put in front of.
pub(super) fn in_order<T>(items: impl IntoIterator<Item = T>) -> impl Iterator<Item = (Place, T)> {
    (0..).zip(items)
}

/// The same request with another skip token.
fn next_link(shared: &Shared, asked: &Asked, next: Continuation) -> String {
    let query = asked.parts.uri.query().unwrap_or_default();
    let is_token = |pair: &&str| {
        let name = super::routes::decode(pair.split('=').next().unwrap_or_default());
        name.eq_ignore_ascii_case("$skiptoken")
    };
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !is_token(pair)).collect();
    format!("{}?{}&$skiptoken={}", link(shared, asked, asked.parts.uri.path()), kept.join("&"), next.token())
}
