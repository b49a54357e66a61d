//! Calling a logic app back: what goes over the wire, and what is concluded from each way it can end. Against a server of
//! a few lines, so that the very bytes can be looked at.

#![allow(clippy::unwrap_used)] // a broken check must stop the test

use std::sync::{Arc, Mutex};
use std::time::Duration;

use quell::azure::auth::TokenSource;
use quell::azure::cloud::Endpoint;
use quell::azure::throttle::Limits;
use quell::azure::{ArmClient, Callback, Called};
use quell::domain::resource::ResourceId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const TOKEN: &str = "canary-token";
const SIGNATURE: &str = "canary-signature";
const APP: &str = "/subscriptions/S/resourceGroups/g/providers/Microsoft.Logic/workflows/w";
const BODY: &str = r#"{"AlertType":"T","ü":"ü"}"#;

/// What the server answers to a call; `HANG` never, `CUT` by closing.
const HANG: &str = "HANG";
const CUT: &str = "CUT";

struct Server {
    endpoint: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers ARM's requests for a callback with one that leads to itself, and each call with `answer`.
    async fn start(answer: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let (base, seen, answer) = (endpoint.clone(), Arc::clone(&requests), answer.to_owned());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (base, seen, answer) = (base.clone(), Arc::clone(&seen), answer.clone());
                tokio::spawn(async move { serve(stream, &base, &seen, &answer).await });
            }
        });
        Self { endpoint, requests }
    }

    fn client(&self) -> ArmClient {
        let endpoint = Endpoint::parse(&self.endpoint).unwrap();
        ArmClient::new(endpoint, TokenSource::fixed(TOKEN), Limits::unlimited()).unwrap()
    }

    async fn callback(&self) -> Callback {
        self.client().callback(&ResourceId::new(APP), "manual").await.unwrap()
    }

    async fn call(&self) -> Called {
        let callback = self.callback().await;
        let caller = self.client().caller().unwrap().with_limit(Duration::from_millis(300));
        caller.call(&callback, BODY.into(), "request-1").await
    }

    /// The requests that went to the callback.
    fn calls(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        requests.iter().filter(|request| request.contains("sig=")).cloned().collect()
    }
}

async fn serve(mut stream: TcpStream, base: &str, seen: &Mutex<Vec<String>>, answer: &str) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head
        .to_ascii_lowercase()
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.unwrap();
    seen.lock().unwrap().push(format!("{head}{}", String::from_utf8(body).unwrap()));
    let address =
        format!("{base}/workflows/x/triggers/manual/paths/invoke?api-version=1&sig={SIGNATURE}&sv=1.0");
    let answer = match answer {
        _ if head.contains("listCallbackUrl") => {
            format!(
                "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{{\"value\":\"{address}\",\"method\":\"POST\"}}"
            )
        }
        HANG => return std::future::pending().await,
        CUT => return,
        answer => answer.replace("ADDRESS", &address).replace("BASE", base),
    };
    let _ = stream.write_all(answer.as_bytes()).await;
}

fn answer(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn a_call_carries_the_body_as_it_is_and_never_the_token() {
    let server = Server::start(&answer(202, "x-ms-workflow-run-id: 0858CU22\r\n", "")).await;
    assert_eq!(server.call().await, Called::Taken("0858CU22".into()));
    let calls = server.calls();
    let (head, body) = calls[0].split_once("\r\n\r\n").unwrap();
    assert_eq!((calls.len(), body), (1, BODY));
    let head = head.to_ascii_lowercase();
    for line in [
        "post /workflows/x/triggers/manual/paths/invoke?api-version=1&sig=canary-signature&sv=1.0 http/1.1",
        "content-type: application/json",
        "x-ms-client-request-id: request-1",
        "x-ms-client-tracking-id: request-1",
    ] {
        assert!(head.lines().any(|other| other == line), "{line}\n{head}");
    }
    assert!(!head.contains("authorization") && !head.contains(TOKEN), "{head}");
    let requests = server.requests.lock().unwrap();
    assert!(requests[0].contains(TOKEN), "ARM itself was asked with the token");
}

#[tokio::test]
async fn what_is_concluded_is_what_is_certain() {
    let run = "x-ms-workflow-run-id: R1\r\n";
    let wait = Some(Duration::from_secs(7));
    let message = r#"{"error":{"code":"C","message":"M"}}"#;
    for (answer, expected) in [
        (answer(200, run, ""), Called::Taken("R1".into())),
        (answer(202, "", ""), Called::Unknown("HTTP 202 that names no run".into())),
        (
            answer(202, "x-ms-workflow-run-id: ../../x\r\n", ""),
            Called::Unknown("HTTP 202 that names no run".into()),
        ),
        // The workflow's own answer, whatever its status: there is a run.
        (answer(400, run, message), Called::Taken("R1".into())),
        (answer(502, run, message), Called::Taken("R1".into())),
        (answer(400, "", message), Called::Refused("HTTP 400: M".into())),
        (answer(401, "", message), Called::Refused("HTTP 401: M".into())),
        (answer(404, "", ""), Called::Refused("HTTP 404".into())),
        (answer(429, "retry-after: 7\r\n", ""), Called::PutOff(wait)),
        (answer(408, "", ""), Called::Unknown("HTTP 408".into())),
        (answer(500, "", message), Called::Unknown("HTTP 500: M".into())),
        (answer(503, "retry-after: 7\r\n", ""), Called::Unknown("HTTP 503".into())),
        (answer(302, "location: BASE/elsewhere\r\n", ""), Called::Unknown("HTTP 302".into())),
    ] {
        let server = Server::start(&answer).await;
        assert_eq!(server.call().await, expected, "{answer}");
        assert_eq!(server.calls().len(), 1, "one attempt, no redirect: {answer}");
        assert!(!server.requests.lock().unwrap().iter().any(|request| request.contains("/elsewhere")));
    }
    for answer in [HANG, CUT, "HTTP/1.1 2", "garbage\r\n\r\n"] {
        let server = Server::start(answer).await;
        let called = server.call().await;
        assert!(matches!(called, Called::Unknown(_)), "{answer}: {called:?}");
        assert_eq!(server.calls().len(), 1, "{answer}");
    }
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let server = Server::start(CUT).await;
    let callback = server.callback().await;
    // A port that nobody listens on any more.
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let called = elsewhere(&endpoint).await;
    assert!(matches!(&called, Called::NotSent(why) if !why.raw().contains("canary")), "{called:?}");
    assert!(!format!("{callback:?}").contains("canary"));
}

/// Calls the callback of a server that says its logic apps are at its own address, which then is gone.
async fn elsewhere(endpoint: &str) -> Called {
    let listener = TcpListener::bind(endpoint.trim_start_matches("http://")).await.unwrap();
    let base = endpoint.to_owned();
    let once = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve(stream, &base, &Mutex::default(), CUT).await;
    });
    let client =
        ArmClient::new(Endpoint::parse(endpoint).unwrap(), TokenSource::fixed(TOKEN), Limits::unlimited());
    let client = client.unwrap();
    let callback = client.callback(&ResourceId::new(APP), "manual").await.unwrap();
    once.await.unwrap();
    client.caller().unwrap().call(&callback, BODY.into(), "request-1").await
}

#[tokio::test]
async fn an_answer_that_quotes_the_signature_is_not_repeated() {
    let body =
        r#"{"error":{"code":"C","message":"the signature 'canary-signature' of ADDRESS does not fit"}}"#;
    let text = format!("HTTP/1.1 401 X\r\nconnection: close\r\n\r\n{body}");
    let Called::Refused(why) = Server::start(&text).await.call().await else { panic!("refused expected") };
    assert_eq!(why.raw(), "HTTP 401: the signature '[hidden]' of [hidden] does not fit");
}

#[tokio::test]
async fn a_callback_that_leads_elsewhere_is_not_called() {
    let other = Server::start(CUT).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let base = other.endpoint.clone();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve(stream, &base, &Mutex::default(), CUT).await;
    });
    let client =
        ArmClient::new(Endpoint::parse(&endpoint).unwrap(), TokenSource::fixed(TOKEN), Limits::unlimited());
    let error = client.unwrap().callback(&ResourceId::new(APP), "manual").await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    assert!(other.requests.lock().unwrap().is_empty());
}
