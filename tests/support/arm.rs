//! A few lines of Azure Resource Manager: answers by a function, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Response;
use quell::azure::ArmClient;
use quell::azure::auth::TokenSource;
use quell::azure::cloud::Endpoint;
use quell::azure::throttle::Limits;

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query, percent-decoded.
    pub query: String,
    pub body: String,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    /// `BASE` in it stands for the server's own address.
    pub body: String,
}

pub fn reply(status: u16, body: impl Into<String>) -> Reply {
    Reply { status, headers: Vec::new(), body: body.into() }
}

/// An error in ARM's usual shape.
pub fn refusal(status: u16, code: &str) -> Reply {
    reply(status, format!(r#"{{"error":{{"code":"{code}","message":"{code}"}}}}"#))
}

/// The server; it lives as long as the test's runtime.
pub struct Arm {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Arm {
    /// Starts a server that answers each request by a function of it and of how many came before.
    pub async fn start(answer: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (base, log, answer) = (url.clone(), Arc::clone(&asked), Arc::new(answer));
        let app = axum::Router::new().fallback(move |request: Request| {
            let (base, log, answer) = (base.clone(), Arc::clone(&log), Arc::clone(&answer));
            async move {
                let asked = read(request).await;
                let before = {
                    let mut log = log.lock().unwrap();
                    log.push(asked.clone());
                    log.len() - 1
                };
                let reply = answer(&asked, before);
                let mut response = Response::builder().status(reply.status);
                for (name, value) in reply.headers {
                    response = response.header(name, value.replace("BASE", &base));
                }
                response.body(Body::from(reply.body.replace("BASE", &base))).unwrap()
            }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, asked }
    }

    pub fn client(&self) -> ArmClient {
        let endpoint = Endpoint::parse(&self.url).unwrap();
        ArmClient::new(endpoint, TokenSource::fixed("demo"), Limits::default()).unwrap()
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Methods and paths alone.
    pub fn lines(&self) -> Vec<String> {
        self.asked().iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }
}

async fn read(request: Request) -> Asked {
    let (parts, body) = request.into_parts();
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).unwrap().0;
    let query: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    Asked {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: query.join("&"),
        body: String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap(),
    }
}
