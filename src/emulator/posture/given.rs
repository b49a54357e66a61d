//! Reading what a client sends: the members of a body, in any letter case, with complaints that name them.

use serde_json::{Map, Value};

use crate::emulator::arm_error::ArmError;

/// The members of an object in a request's body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'b> {
    members: &'b Map<String, Value>,
    path: &'static str,
}

/// The whole body as JSON.
pub(super) fn parse(body: &[u8]) -> Result<Value, ArmError> {
    serde_json::from_slice(body).map_err(|error| {
        ArmError::bad_content(format!(
            "The request content was invalid and could not be deserialized: '{error}'."
        ))
    })
}

/// `properties` of a resource.
pub(super) fn properties(body: &Value) -> Result<Given<'_>, ArmError> {
    let members = body.as_object().and_then(|members| find(members, "properties")).and_then(Value::as_object);
    let members = members.ok_or_else(|| refused("properties", "is missing or not an object"))?;
    Ok(Given { members, path: "properties" })
}

/// A complaint about one member.
pub(super) fn refused(name: &str, why: &str) -> ArmError {
    ArmError::bad_content(format!("The value of '{name}' {why}."))
}

fn find<'b>(members: &'b Map<String, Value>, name: &str) -> Option<&'b Value> {
    let exact = members.get(name);
    exact
        .or_else(|| members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
        .filter(|value| !value.is_null())
}

impl<'b> Given<'b> {
    /// The members of an object that is not `properties`.
    pub(super) fn of(value: &'b Value, path: &'static str) -> Result<Self, ArmError> {
        let members = value.as_object().ok_or_else(|| refused(path, "is not an object"))?;
        Ok(Self { members, path })
    }

    /// A member; a missing one and null are the same.
    pub(super) fn get(&self, name: &str) -> Option<&'b Value> {
        find(self.members, name)
    }

    /// A text; an error if the member is something else.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'b str>, ArmError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_str().map(Some).ok_or_else(|| self.refused(name, "is not a string"))
    }

    /// A text that has to be there and not empty.
    pub(super) fn required(&self, name: &str) -> Result<&'b str, ArmError> {
        self.text(name)?
            .filter(|text| !text.trim().is_empty())
            .ok_or_else(|| self.refused(name, "is required and must not be empty"))
    }

    /// A text that has to be one of these, in the spelling given here.
    pub(super) fn one_of(
        &self,
        name: &str,
        words: &[&'static str],
    ) -> Result<Option<&'static str>, ArmError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let known = words.iter().find(|word| word.eq_ignore_ascii_case(text)).copied();
        known
            .map(Some)
            .ok_or_else(|| self.refused(name, &format!("is '{text}', which is none of {}", words.join(", "))))
    }

    /// A list; an error if the member is something else.
    pub(super) fn list(&self, name: &str) -> Result<Option<&'b [Value]>, ArmError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value
            .as_array()
            .map(|list| Some(list.as_slice()))
            .ok_or_else(|| self.refused(name, "is not an array"))
    }

    /// A complaint about a member of this object.
    pub(super) fn refused(&self, name: &str, why: &str) -> ArmError {
        refused(&format!("{}.{name}", self.path), why)
    }
}
