//! What alerts are made of: one function per recipe fills entities, extended properties and evidence.

mod cloud;
mod data;
mod incident;
mod kubernetes;
mod machine;
mod network;
mod web;

pub(crate) use cloud::operation_name;

use super::entity::Body;
use super::types::Recipe;

/// Fills the body of an alert after the recipe of its type.
pub(crate) fn fill(body: &mut Body<'_>) {
    match body.draft.kind.recipe {
        Recipe::Antimalware => machine::antimalware(body),
        Recipe::File => machine::file(body),
        Recipe::Fileless => machine::fileless(body),
        Recipe::Image => machine::image(body),
        Recipe::Logon => machine::logon(body),
        Recipe::Process => machine::process(body),
        Recipe::Registry => machine::registry(body),
        Recipe::K8sAudit => kubernetes::audit(body),
        Recipe::K8sNode => kubernetes::node(body),
        Recipe::Ddos => network::flood(body),
        Recipe::Dns => network::dns(body),
        Recipe::Network => network::traffic(body),
        Recipe::Api => web::api(body),
        Recipe::Web => web::request(body),
        Recipe::WebProcess => web::process(body),
        Recipe::Model => cloud::model(body),
        Recipe::Operation => cloud::operation(body),
        Recipe::Vault => cloud::vault(body),
        Recipe::Cosmos => data::cosmos(body),
        Recipe::Malware => data::malware(body),
        Recipe::Sql => data::sql(body),
        Recipe::Storage => data::storage(body),
        Recipe::Incident => incident::incident(body),
    }
}
