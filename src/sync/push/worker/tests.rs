use super::*;
use crate::azure::auth::TokenSource;
use crate::azure::cloud::Endpoint;
use crate::azure::throttle::Limits;
use crate::azure::{ApiError, ArmClient};
use crate::domain::change::{NewChange, Target};
use crate::domain::{AlertId, SafeText, Status};
use crate::store::{Access, Folder, Store, StoreHandle};
use crate::sync::{Selection, Source, Tuning};

fn hung(folder: &tempfile::TempDir) -> Result<EngineConfig, ApiError> {
    let mut store = Store::open(Folder::open(folder.path()).unwrap(), Access::ReadWrite).unwrap().0;
    let target = Target {
        id: AlertId::new("/subscriptions/s/providers/Microsoft.Security/locations/l/alerts/a"),
        seen: Status::Active,
        want: Status::Dismissed,
    };
    let change = NewChange::new(vec![target], Status::Dismissed, SafeText::default(), Utc::now());
    store.queue(&change).unwrap();
    let endpoint = Endpoint::parse("http://127.0.0.1:9").unwrap();
    Ok(EngineConfig {
        store: StoreHandle::spawn(store, |_| ()),
        source: Source::Arm(ArmClient::new(endpoint, TokenSource::hung(), Limits::unlimited())?),
        interval: Duration::from_hours(1),
        subscriptions: Selection::All,
        read_only: false,
        owner: "one".to_owned(),
        tuning: Tuning::default(),
        now: Utc::now,
    })
}

#[tokio::test]
async fn a_sign_in_that_takes_its_time_does_not_hold_up_the_lease() {
    let folder = tempfile::tempdir().unwrap();
    let config = hung(&folder).unwrap();
    let events: Events = Arc::new(|_| ());
    let mut worker = Worker::new(&config, &events, None, true);
    worker.outcome.pending = 1;
    worker.flying.spawn(std::future::pending());
    worker.leased = Instant::now().checked_sub(RENEW_AFTER);
    worker.signed_in.ask(&config.source).await;

    let exchange = worker.next_exchange().unwrap();
    let (request, reply, _) = tokio::time::timeout(Duration::from_secs(20), exchange).await.unwrap().unwrap();
    assert!(request.room.is_none(), "nobody knows whom it would be sent as");
    worker.heard(&request, reply.unwrap(), None);
    assert!(worker.leased.is_some_and(|at| at.elapsed() < RENEW_AFTER), "it was renewed");

    // Nothing else is to be said, and nobody looks in circles until the sign-in is there.
    assert!(worker.next_exchange().is_none());
    assert!(worker.look && worker.wake_at() > Instant::now());
}
