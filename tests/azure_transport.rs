//! What goes over the wire, and what is made of the answers: against a server of a few lines that records every
//! request and answers from a script.

#![allow(clippy::unwrap_used)] // a broken check must stop the test

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use quell::azure::auth::TokenSource;
use quell::azure::cloud::Endpoint;
use quell::azure::throttle::{Kind, Limits};
use quell::azure::{ApiError, ArmClient};
use quell::domain::{AlertId, Status, SubscriptionId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

const TOKEN: &str = "canary-token";
const ALERT: &str =
    "/subscriptions/S1/resourceGroups/My Rg/providers/Microsoft.Security/locations/eu/alerts/n1";

/// What the server does with a request.
#[derive(Clone)]
enum Reply {
    /// Status, further header lines, body.
    Send(u16, String, String),
    /// These bytes, then the connection is closed.
    Raw(&'static [u8]),
    /// Megabytes of a list that never ends.
    Flood,
    /// Nothing, ever.
    Hang,
}

fn ok(body: impl Into<String>) -> Reply {
    Reply::Send(200, String::new(), body.into())
}

fn status(code: u16, headers: &str) -> Reply {
    Reply::Send(code, headers.to_owned(), r#"{"error":{"code":"C","message":"M"}}"#.to_owned())
}

/// A server whose script's last answer repeats; `BASE` in a body stands for its own address.
struct Server {
    endpoint: String,
    requests: Arc<Mutex<Vec<String>>>,
    arrived: Arc<Notify>,
}

impl Server {
    async fn start(script: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let arrived = Arc::new(Notify::new());
        let script = Arc::new(Mutex::new(VecDeque::from(script)));
        tokio::spawn({
            let (requests, arrived) = (Arc::clone(&requests), Arc::clone(&arrived));
            let base = endpoint.clone();
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let state = (Arc::clone(&requests), Arc::clone(&arrived), Arc::clone(&script));
                    let base = base.clone();
                    tokio::spawn(async move {
                        let (requests, arrived, script) = state;
                        serve(stream, &base, &requests, &arrived, &script).await;
                    });
                }
            }
        });
        Self { endpoint, requests, arrived }
    }

    fn client(&self) -> ArmClient {
        let endpoint = Endpoint::parse(&self.endpoint).unwrap();
        ArmClient::new(endpoint, TokenSource::fixed(TOKEN), Limits::default()).unwrap()
    }

    /// The request lines so far.
    fn lines(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        requests.iter().map(|request| request.lines().next().unwrap_or_default().to_owned()).collect()
    }

    fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

async fn serve(
    mut stream: TcpStream,
    base: &str,
    requests: &Mutex<Vec<String>>,
    arrived: &Notify,
    script: &Mutex<VecDeque<Reply>>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    requests.lock().unwrap().push(String::from_utf8(head).unwrap());
    arrived.notify_one();
    let reply = {
        let mut script = script.lock().unwrap();
        if script.len() > 1 { script.pop_front().unwrap() } else { script[0].clone() }
    };
    match reply {
        Reply::Send(code, headers, body) => {
            let body = body.replace("BASE", base);
            let length =
                if code == 204 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
            let text = format!("HTTP/1.1 {code} X\r\n{headers}{length}connection: close\r\n\r\n{body}");
            let _ = stream.write_all(text.as_bytes()).await;
        }
        Reply::Raw(bytes) => {
            let _ = stream.write_all(bytes).await;
        }
        Reply::Flood => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"value\":[").await;
            let megabyte = vec![b' '; 1 << 20];
            while stream.write_all(&megabyte).await.is_ok() {}
        }
        Reply::Hang => std::future::pending().await,
    }
}

fn subscription() -> SubscriptionId {
    SubscriptionId::new("S1")
}

async fn list(server: &Server) -> Result<usize, ApiError> {
    server.client().list_page(&subscription(), None).await.map(|page| page.items.len())
}

async fn dismiss(server: &Server) -> Result<(), ApiError> {
    server.client().set_status(&AlertId::new(ALERT), Status::Dismissed, "id-1").await
}

#[tokio::test]
async fn a_change_is_one_post_without_a_body() {
    let server = Server::start(vec![Reply::Send(204, String::new(), String::new())]).await;
    let client = server.client();
    for to in Status::SETTABLE {
        client.set_status(&AlertId::new(ALERT), to, "id-1").await.unwrap();
    }
    let path = ALERT.replace(' ', "%20");
    let expected = ["activate", "inProgress", "resolve", "dismiss"]
        .map(|verb| format!("POST {path}/{verb}?api-version=2022-01-01 HTTP/1.1"));
    assert_eq!(server.lines(), expected);
    let request = server.requests.lock().unwrap()[0].to_ascii_lowercase();
    for header in [
        format!("authorization: bearer {TOKEN}"),
        "content-length: 0".to_owned(),
        "x-ms-client-request-id: id-1".to_owned(),
        format!("user-agent: quell/{}", env!("CARGO_PKG_VERSION")),
    ] {
        assert!(request.contains(&format!("\r\n{header}\r\n")), "{header}\n{request}");
    }
    assert_eq!(request.matches("content-length").count(), 1);
    let error = client.set_status(&AlertId::new(ALERT), Status::Other, "id-1").await.unwrap_err();
    assert!(matches!(error, ApiError::BadRequest { .. }));
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn one_alert_is_read_by_its_id_byte_for_byte() {
    let body = "{ \"id\" : \"x\",\t\"properties\":{\"alertType\":\"T\"} }";
    let server =
        Server::start(vec![ok(body), ok("<html>"), Reply::Send(204, String::new(), String::new())]).await;
    let client = server.client();
    let item = client.get_alert(&AlertId::new(ALERT)).await.unwrap();
    assert_eq!(&*item.raw, body);
    assert_eq!(
        server.lines(),
        [format!("GET {}?api-version=2022-01-01 HTTP/1.1", ALERT.replace(' ', "%20"))]
    );
    for _ in 0..2 {
        let error = client.get_alert(&AlertId::new(ALERT)).await.unwrap_err();
        assert!(matches!(error, ApiError::Protocol(_)), "{error}");
    }
}

#[tokio::test]
async fn the_token_goes_to_no_other_origin() {
    let home = Server::start(vec![ok(r#"{"value":[]}"#)]).await;
    let other = Server::start(vec![ok(r#"{"value":[]}"#)]).await;
    let client = home.client();
    let (own, foreign) =
        (home.endpoint.trim_start_matches("http://"), other.endpoint.trim_start_matches("http://"));
    for next in [
        format!("http://{foreign}/x"),
        format!("https://{own}/x"),
        format!("http://{own}@{foreign}/x"),
        format!("http://user@{own}/x"),
        format!("http://user:password@{own}/x"),
        format!("http://{own}\\@{foreign}/x"),
        format!("http:\\\\{foreign}\\x"),
        format!("http:/{foreign}/x"),
        format!("//{foreign}/x"),
        format!("http://{}/x", own.replace("127.0.0.1", "localhost")),
        "/subscriptions".to_owned(),
        "file:///etc/passwd".to_owned(),
        String::new(),
    ] {
        let error = client.list_page(&subscription(), Some(&next)).await.unwrap_err();
        assert!(matches!(error, ApiError::RefusedUrl(_)), "{next}: {error}");
        assert!(!error.is_transient());
    }
    for id in
        ["n1", "/subscriptions/a/../../x/y/z/1/2/3", &format!("{ALERT}?x=y"), &format!("//{foreign}{ALERT}")]
    {
        let error = client.set_status(&AlertId::new(id), Status::Active, "i").await.unwrap_err();
        assert!(matches!(error, ApiError::RefusedUrl(_)), "{id}: {error}");
    }
    assert_eq!((home.count(), other.count()), (0, 0));
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let other = Server::start(vec![ok(r#"{"value":[]}"#)]).await;
    for code in [301, 302, 303, 307, 308] {
        let server = Server::start(vec![status(code, &format!("location: {}/x\r\n", other.endpoint))]).await;
        let error = list(&server).await.unwrap_err();
        assert!(matches!(error, ApiError::Protocol(_)), "{code}: {error}");
        assert!(matches!(dismiss(&server).await.unwrap_err(), ApiError::Protocol(_)));
        assert_eq!(server.count(), 2);
    }
    assert_eq!(other.count(), 0);
}

#[tokio::test]
async fn a_401_is_met_once() {
    let server = Server::start(vec![status(401, ""), ok(r#"{"value":[]}"#)]).await;
    assert_eq!(list(&server).await, Ok(0));
    assert_eq!(server.count(), 2);
    let server = Server::start(vec![status(401, "")]).await;
    let error = list(&server).await.unwrap_err();
    assert!(error.needs_sign_in() && !error.is_transient(), "{error}");
    assert_eq!(server.count(), 2);
    assert!(!format!("{error} {error:?}").contains(TOKEN));
}

#[tokio::test]
async fn refusals_are_told_apart() {
    for (code, transient) in [
        (400, false),
        (403, false),
        (404, false),
        (409, false),
        (412, false),
        (422, false),
        (500, true),
        (503, true),
    ] {
        let server = Server::start(vec![status(code, "")]).await;
        let error = dismiss(&server).await.unwrap_err();
        assert_eq!(error.is_transient(), transient, "{code}: {error}");
        assert_eq!(server.count(), 1, "{code}: one attempt");
        match code {
            403 => assert!(error.to_string().contains("Security Admin"), "{error}"),
            404 => assert_eq!(error, ApiError::NotFound),
            409 | 412 => assert!(matches!(error, ApiError::Conflict { .. })),
            400 | 422 => assert!(matches!(error, ApiError::BadRequest { .. })),
            _ => assert!(matches!(error, ApiError::Server { status, .. } if status == code)),
        }
    }
}

#[tokio::test]
async fn retry_after_holds_the_whole_bucket_and_no_other() {
    let server = Server::start(vec![status(429, "retry-after: 120\r\n")]).await;
    let client = server.client();
    let error = client.set_status(&AlertId::new(ALERT), Status::Active, "i").await.unwrap_err();
    let wait = Duration::from_mins(2);
    assert_eq!(error, ApiError::Throttled { retry_after: Some(wait) });
    let (sub, other) = (subscription(), SubscriptionId::new("s2"));
    let held = client.throttle().held_for(Some(&sub), Kind::Write);
    assert!(held <= wait && held > wait / 2);
    assert_eq!(client.throttle().held_for(Some(&sub), Kind::Read), Duration::ZERO);
    assert_eq!(client.throttle().held_for(Some(&other), Kind::Write), Duration::ZERO);
    let id = AlertId::new(ALERT);
    let waiting = client.set_status(&id, Status::Active, "i");
    assert!(tokio::time::timeout(Duration::from_millis(50), waiting).await.is_err());
    assert_eq!(server.count(), 1, "nothing is sent while the bucket is on hold");
}

#[tokio::test]
async fn a_503_with_retry_after_holds_as_well() {
    let server = Server::start(vec![status(503, "retry-after: 60\r\n")]).await;
    let client = server.client();
    let error = client.list_page(&subscription(), None).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_mins(1)));
    assert!(client.throttle().held_for(Some(&subscription()), Kind::Read) > Duration::ZERO);
}

#[tokio::test]
async fn what_azure_says_is_left_is_believed() {
    let server = Server::start(vec![Reply::Send(
        200,
        "x-ms-ratelimit-remaining-subscription-reads: 0\r\n".to_owned(),
        r#"{"value":[]}"#.to_owned(),
    )])
    .await;
    let client = server.client();
    client.list_page(&subscription(), None).await.unwrap();
    let sub = subscription();
    let next = client.list_page(&sub, None);
    assert!(tokio::time::timeout(Duration::from_millis(50), next).await.is_err());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_lost_answer_to_a_change_is_not_a_refusal() {
    for cut in [&b""[..], b"HTTP/1.1 204", b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"] {
        let server = Server::start(vec![Reply::Raw(cut)]).await;
        let error = dismiss(&server).await.unwrap_err();
        assert!(matches!(error, ApiError::LostReply(_)) && error.is_transient(), "{error}");
        assert!(matches!(list(&server).await.unwrap_err(), ApiError::Network(_)));
    }
    let odd = Server::start(vec![Reply::Send(202, String::new(), String::new())]).await;
    assert!(matches!(dismiss(&odd).await.unwrap_err(), ApiError::LostReply(_)), "only 200 and 204 mean done");
}

#[tokio::test]
async fn a_closed_port_means_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let client = ArmClient::new(endpoint, TokenSource::fixed(TOKEN), Limits::default()).unwrap();
    let error = client.set_status(&AlertId::new(ALERT), Status::Active, "i").await.unwrap_err();
    assert!(matches!(error, ApiError::Network(_)) && error.is_transient(), "{error}");
    assert!(!error.to_string().contains(ALERT));
}

#[tokio::test]
async fn nothing_waits_for_ever() {
    let server = Server::start(vec![Reply::Hang]).await;
    let client = server.client();
    for change in [true, false] {
        let task = tokio::spawn({
            let client = client.clone();
            async move {
                let id = AlertId::new(ALERT);
                if change {
                    client.set_status(&id, Status::Active, "i").await
                } else {
                    client.get_alert(&id).await.map(drop)
                }
            }
        });
        server.arrived.notified().await;
        // From here on the clock runs as fast as it can.
        tokio::time::pause();
        let error = task.await.unwrap().unwrap_err();
        tokio::time::resume();
        assert_eq!(matches!(error, ApiError::LostReply(_)), change, "{error}");
        assert!(error.is_transient() && error.to_string().contains("15 s"), "{error}");
    }
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let server = Server::start(vec![Reply::Flood]).await;
    let error = list(&server).await.unwrap_err();
    assert!(matches!(&error, ApiError::Protocol(reason) if reason.contains("64 MiB")), "{error}");
}

#[tokio::test]
async fn what_is_no_list_is_a_protocol_error() {
    for reply in [
        ok("<html><title>Sorry</title>"),
        ok("{}"),
        ok(r#"{"value":null}"#),
        ok(r#"{"value":[{}]"#),
        ok(""),
        Reply::Send(204, String::new(), String::new()),
        Reply::Send(202, String::new(), r#"{"value":[]}"#.to_owned()),
    ] {
        let server = Server::start(vec![reply]).await;
        let error = list(&server).await.unwrap_err();
        assert!(matches!(error, ApiError::Protocol(_)), "{error}");
    }
}

fn page(next: &str) -> Reply {
    ok(format!(r#"{{"value":[{{"subscriptionId":"AB","n":1}}],"nextLink":"{next}"}}"#))
}

#[tokio::test]
async fn pages_are_followed_to_the_end() {
    let server = Server::start(vec![page("BASE/p2?t=a%20b&u=%2F"), page("BASE/p3"), page("")]).await;
    let mut pages = server.client().alert_pages(&subscription());
    let mut items = 0;
    while let Some(page) = pages.next_page().await.unwrap() {
        items += page.items.len();
    }
    assert!(pages.is_complete());
    assert_eq!(items, 3);
    let expected = [
        "GET /subscriptions/s1/providers/Microsoft.Security/alerts?api-version=2022-01-01 HTTP/1.1",
        "GET /p2?t=a%20b&u=%2F HTTP/1.1",
        "GET /p3 HTTP/1.1",
    ];
    assert_eq!(server.lines(), expected);
}

#[tokio::test]
async fn a_page_that_failed_is_asked_again() {
    let server = Server::start(vec![page("BASE/p2"), status(500, ""), page("")]).await;
    let mut pages = server.client().alert_pages(&subscription());
    pages.next_page().await.unwrap();
    assert!(pages.next_page().await.is_err());
    assert!(!pages.is_complete());
    assert!(pages.next_page().await.unwrap().is_some());
    assert!(pages.is_complete() && pages.next_page().await.unwrap().is_none());
    assert_eq!(server.lines()[1..], ["GET /p2 HTTP/1.1"; 2]);
}

#[tokio::test]
async fn a_listing_in_circles_ends_as_an_error() {
    let server = Server::start(vec![page("BASE/p2"), page("BASE/p3"), page("BASE/p2")]).await;
    let mut pages = server.client().alert_pages(&subscription());
    pages.next_page().await.unwrap();
    pages.next_page().await.unwrap();
    assert!(matches!(pages.next_page().await.unwrap_err(), ApiError::Protocol(_)));
    assert!(!pages.is_complete());
    let server = Server::start(vec![page("BASE/same")]).await;
    assert!(matches!(server.client().subscriptions().await.unwrap_err(), ApiError::Protocol(_)));
}

#[tokio::test]
async fn subscriptions_come_from_all_pages() {
    let server = Server::start(vec![
        page("BASE/p2"),
        ok(r#"{"value":[{"subscriptionId":"CD","displayName":"Prod","tenantId":"t","state":"Enabled"},{"odd":1}]}"#),
    ])
    .await;
    let found = server.client().subscriptions().await.unwrap();
    let ids: Vec<&str> = found.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["ab", "cd"]);
    assert_eq!(found[1].display_name.raw(), "Prod");
    assert_eq!(server.lines()[0], "GET /subscriptions?api-version=2022-12-01 HTTP/1.1");
}

#[test]
fn a_client_of_a_real_cloud_can_be_made() {
    for cloud in quell::azure::cloud::Cloud::ALL {
        let client = ArmClient::new(cloud.endpoint(), TokenSource::fixed(TOKEN), Limits::default()).unwrap();
        assert_eq!(client.endpoint().to_string(), cloud.arm());
    }
}
