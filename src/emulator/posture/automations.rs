//! Workflow automations: which alerts start which logic app by themselves (2019-01-01-preview and
//! 2023-12-01-preview; the contract's README §5). They are only read.

use axum::http::StatusCode;

use crate::emulator::arm_error::ArmError;
use crate::emulator::demo::Automation;
use crate::emulator::paging::{in_order, page};
use crate::emulator::reply::Reply;
use crate::emulator::routes::is;
use crate::emulator::serve::{Asked, Shared};
use crate::emulator::table::Call;

fn of<'s>(shared: &'s Shared, call: &Call) -> impl Iterator<Item = &'s Automation> {
    shared.posture.automations.iter().filter(move |automation| {
        is(automation.subscription, &call.subscription)
            && call.group.as_deref().is_none_or(|group| is(&automation.group, group))
    })
}

/// `GET …/automations`
pub(in crate::emulator) fn list(shared: &Shared, asked: &Asked, call: &Call) -> Result<Reply, ArmError> {
    if let Some(group) = &call.group {
        shared.group_exists(&call.subscription, group)?;
    }
    page(shared, asked, in_order(of(shared, call)), shared.page_size, |automation| automation.body.clone())
}

/// `GET …/automations/{name}`
pub(in crate::emulator) fn one(shared: &Shared, call: &Call) -> Result<Reply, ArmError> {
    let name = call.name(0);
    let found = of(shared, call).find(|automation| is(&automation.name, name));
    found.map(|automation| Reply::json(StatusCode::OK, automation.body.to_string())).ok_or_else(|| {
        ArmError::not_found(
            "ResourceNotFound",
            format!("The Resource 'Microsoft.Security/automations/{name}' was not found."),
        )
    })
}
