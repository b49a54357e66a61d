//! Suppression rules: asked of the source and the store for the screen.

use super::client;
use crate::app::message::Question;
use crate::app::suppress::{Answer, Order, RuleList, Written};
use crate::azure::{ApiError, ArmClient};
use crate::domain::progress::{Fault, FaultKind};
use crate::domain::record::DeedKind;
use crate::domain::suppression::{Rule, Stored};
use crate::domain::table::Table;
use crate::runtime::work::Work;
use crate::runtime::{deeds, simulate, suppress};
use crate::sync::trouble::fault;

/// Carries the order of a question out.
pub(super) async fn answer(work: &Work, question: Question, order: Order) -> Answer {
    match order {
        Order::Simulate(purpose, table, scopes) => {
            let walk = work.walk(purpose, question);
            let Some(workspace) = work.workspace() else { return Answer::Simulated(purpose, None) };
            let found = simulate::simulate(&workspace.store, table, scopes, || walk.is_stale()).await;
            let found = found.map_err(|message| Fault { kind: FaultKind::Storage, message }).transpose();
            Answer::Simulated(purpose, found)
        }
        Order::List(table) => Answer::Listed(list(work, &table).await),
        Order::Create(rules) => {
            let mut written = Vec::with_capacity(rules.len());
            for rule in rules {
                let create =
                    async |client: &ArmClient, rule: &Rule| client.create_suppression_rule(rule).await;
                written.push(one(work, rule, DeedKind::RuleCreated, create).await);
            }
            Answer::Written(written)
        }
        Order::Replace(before, rule) => {
            let write =
                async |client: &ArmClient, rule: &Rule| client.replace_suppression_rule(&before, rule).await;
            Answer::Written(vec![one(work, *rule, DeedKind::RuleEdited, write).await])
        }
        Order::Delete(rule) => {
            let deleted = match client(work) {
                Ok(client) => client.delete_suppression_rule(&rule).await,
                Err(fault) => return Answer::Deleted(rule, Err(fault)),
            };
            if let Ok(unsure) = &deleted {
                work.audit(deeds::rule(DeedKind::RuleDeleted, &rule, unsure.as_ref())).await;
            }
            Answer::Deleted(rule, deleted.map_err(|error| fault(&error)))
        }
    }
}

async fn one(
    work: &Work,
    rule: Rule,
    kind: DeedKind,
    write: impl AsyncFnOnce(&ArmClient, &Rule) -> Result<Stored, ApiError>,
) -> Written {
    let outcome = match client(work) {
        Ok(client) => write(&client, &rule).await.map_err(|error| fault(&error)),
        Err(fault) => Err(fault),
    };
    if let Ok(stored) = &outcome {
        work.audit(deeds::stored(kind, stored)).await;
    }
    Written { asked: rule, outcome }
}

async fn list(work: &Work, table: &Table) -> Result<RuleList, Fault> {
    let client = client(work)?;
    let Some(workspace) = work.workspace() else { return Ok(RuleList::default()) };
    let places = suppress::subscriptions(&workspace, table, &client).await.map_err(|error| fault(&error))?;
    let listed = suppress::rules(&client, &places).await;
    let failed: Vec<_> = listed
        .failed
        .iter()
        .map(|(place, error)| (table.subscription_name(place.as_str()).0.into(), fault(error)))
        .collect();
    match failed.first() {
        Some((_, fault)) if listed.answered == 0 => Err(fault.clone()),
        _ => Ok(RuleList { rules: listed.rules, unread: listed.unread, failed }),
    }
}
