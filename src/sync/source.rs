//! Where alerts come from. One variant per kind of source.

use crate::azure::{ApiError, ArmClient, Page, RawItem};
use crate::domain::progress::Subscription;
use crate::domain::table::RowData;
use crate::domain::{AlertId, SafeText, Status, SubscriptionId};

/// A source of alerts. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Source {
    /// Azure Resource Manager, or an emulator of it.
    Arm(ArmClient),
}

/// One alert, read on its own.
#[derive(Debug, Clone)]
pub struct ReadAlert {
    /// Its JSON, byte for byte.
    pub raw: Box<str>,
    /// What the list keeps of it.
    pub data: RowData,
}

impl Source {
    /// Every subscription that the sign-in can see.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, ApiError> {
        match self {
            Self::Arm(client) => {
                let found = client.subscriptions().await?;
                Ok(found
                    .into_iter()
                    .map(|one| Subscription { id: one.id, name: one.display_name, tenant: one.tenant_id })
                    .collect())
            }
        }
    }

    /// The GUID of the tenant that is signed in to; empty where the sign-in does not say.
    pub async fn tenant(&self) -> Result<SafeText, ApiError> {
        match self {
            Self::Arm(client) => Ok(client.who().await.map_err(ApiError::SignIn)?.tenant),
        }
    }

    /// One page of a subscription's alerts: the first, or the one that the last page named. One attempt.
    pub async fn page(&self, subscription: &SubscriptionId, next: Option<&str>) -> Result<Page, ApiError> {
        match self {
            Self::Arm(client) => client.list_page(subscription, next).await,
        }
    }

    /// Reads one alert. One attempt.
    ///
    /// An answer about some other alert is a protocol error: nothing may be concluded from it. Only names are compared,
    /// because an alert is reached under more than one path (contract §1).
    pub async fn read(&self, id: &AlertId) -> Result<ReadAlert, ApiError> {
        let item = self.get(id).await?;
        let alert =
            item.parse().map_err(|error| ApiError::Protocol(format!("the alert cannot be read: {error}")))?;
        if !alert.id.name().eq_ignore_ascii_case(id.name()) {
            return Err(ApiError::Protocol("the answer is about another alert".to_owned()));
        }
        let mut data = RowData::from(&alert);
        data.id = id.clone();
        Ok(ReadAlert { raw: item.raw, data })
    }

    async fn get(&self, id: &AlertId) -> Result<RawItem, ApiError> {
        match self {
            Self::Arm(client) => client.get_alert(id).await,
        }
    }

    /// Waits until a change of this alert may be sent. Giving up costs nothing: nothing is on its way yet.
    pub async fn write_turn(&self, id: &AlertId) {
        match self {
            Self::Arm(client) => client.write_turn(id).await,
        }
    }

    /// Asks for an alert's status to be set, after [`Self::write_turn`]. One attempt; success means accepted, not
    /// verified.
    pub async fn set_status(&self, id: &AlertId, status: Status, request_id: &str) -> Result<(), ApiError> {
        match self {
            Self::Arm(client) => client.set_status_in_turn(id, status, request_id).await,
        }
    }
}
