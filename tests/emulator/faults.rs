//! Every fault once: what the client sees, what the record says, what was applied.

use quell::emulator::LogEntry;

use super::{Bench, error, faulty, header, json, subscription};

const LIST: &str = "/subscriptions?api-version=2022-12-01";

fn last(bench: &Bench) -> LogEntry {
    bench.emulator.log().pop().unwrap()
}

#[tokio::test]
async fn refusals_change_nothing() {
    let cases = [
        ("429", 429, "TooManyRequests"),
        ("429:7", 429, "TooManyRequests"),
        ("500", 500, "InternalServerError"),
        ("503", 503, "ServiceUnavailable"),
        ("403", 403, "AuthorizationFailed"),
        ("404", 404, "ResourceNotFound"),
    ];
    for (spec, status, code) in cases {
        let bench = faulty(&[&format!("{spec}@POST")]).await;
        let id = bench.id(0);
        let reply = bench.post(&format!("{id}/dismiss")).await;
        if status == 429 {
            assert_eq!(header(&reply, "retry-after"), spec.strip_prefix("429:").unwrap_or("1"));
        }
        assert_eq!(error(reply).await, (status, code.to_owned()));
        assert_eq!(bench.status(&id), "Active");
        let entry = last(&bench);
        assert_eq!((entry.status, entry.fault, entry.applied), (Some(status), Some(&spec[..3]), false));
        assert_eq!(bench.get(&id).await.status(), 200, "other methods are spared");
        assert_eq!(last(&bench).fault, None);
    }
}

#[tokio::test]
async fn a_reset_comes_before_and_a_dropped_reply_after_the_change() {
    for (fault, applied, status) in [("reset", false, "Active"), ("drop-reply", true, "Dismissed")] {
        let bench = faulty(&[&format!("{fault}@POST")]).await;
        let id = bench.id(0);
        let failure = bench.try_post(&format!("{id}/dismiss")).await.unwrap_err();
        assert!(failure.is_request(), "{failure:?}");
        assert_eq!(bench.status(&id), status);
        let entry = last(&bench);
        assert_eq!((entry.status, entry.fault, entry.applied), (None, Some(fault), applied));
        assert_eq!(bench.get(&id).await.status(), 200, "only that connection is gone");
    }
}

#[tokio::test]
async fn a_hanging_request_ends_with_the_emulator_only() {
    let bench = faulty(&["hang@POST"]).await;
    let (id, get) = (bench.id(0), bench.get(LIST).await);
    assert_eq!(get.status(), 200);
    let hanging = tokio::spawn(
        bench.request(reqwest::Method::POST, &format!("{id}/dismiss?api-version=2022-01-01")).send(),
    );
    while !bench.emulator.log().iter().any(|entry| entry.fault == Some("hang")) {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        (last(&bench).status, last(&bench).applied, bench.status(&id)),
        (None, false, "Active".to_owned())
    );
    assert!(!hanging.is_finished());
    bench.emulator.stop().await;
    assert!(hanging.await.unwrap().is_err());
}

#[tokio::test]
async fn an_ignored_change_looks_like_a_success() {
    let bench = faulty(&["ignore"]).await;
    let id = bench.id(0);
    assert_eq!(bench.post(&format!("{id}/dismiss")).await.status(), 204);
    assert_eq!(bench.status(&id), "Active");
    let entry = last(&bench);
    assert_eq!((entry.status, entry.fault, entry.applied), (Some(204), Some("ignore"), false));
    assert_eq!(error(bench.post(&format!("{id}x/dismiss")).await).await.0, 404);
    assert_eq!(bench.get(&id).await.status(), 200);
    assert_eq!(last(&bench).fault, None);
}

#[tokio::test]
async fn a_truncated_body_is_shorter_than_it_says() {
    let bench = faulty(&["truncate"]).await;
    let id = bench.id(0);
    let mut reply = bench.get(&id).await;
    assert_eq!(reply.status(), 200);
    let promised = reply.content_length().unwrap();
    let mut got = 0;
    let failure = loop {
        match reply.chunk().await {
            Ok(Some(chunk)) => got += chunk.len() as u64,
            Ok(None) => panic!("the body is whole"),
            Err(failure) => break failure,
        }
    };
    assert!(failure.is_body() || failure.is_decode(), "{failure:?}");
    assert_eq!(got, promised / 2);
    assert_eq!(last(&bench).fault, Some("truncate"));
    assert!(bench.try_post(&format!("{id}/dismiss")).await.is_err(), "nothing to cut but the head");
    assert_eq!(bench.status(&id), "Dismissed", "the answer is broken, not the change");
}

#[tokio::test]
async fn garbage_is_html_with_200() {
    let bench = faulty(&["garbage@POST"]).await;
    let id = bench.id(0);
    let reply = bench.post(&format!("{id}/dismiss")).await;
    assert_eq!((reply.status().as_u16(), header(&reply, "content-type")), (200, "text/html".to_owned()));
    assert!(reply.text().await.unwrap().starts_with("<!DOCTYPE html>"));
    assert_eq!(bench.status(&id), "Active");
}

#[tokio::test]
async fn latency_delays_and_then_answers() {
    let bench = faulty(&["latency:1ms", "500@POST"]).await;
    assert_eq!(bench.get(LIST).await.status(), 200);
    assert_eq!(last(&bench).fault, Some("latency"));
    assert_eq!(bench.post(&format!("{}/dismiss", bench.id(0))).await.status(), 500);
    assert_eq!(last(&bench).fault, Some("500"), "the fault that decides is recorded");
}

#[tokio::test]
async fn a_token_expires_once_and_a_new_one_is_accepted_as_well() {
    let mut bench = faulty(&["expire:2"]).await;
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(bench.get(LIST).await.status().as_u16());
    }
    assert_eq!(codes, [200, 200, 401, 200]);
    let entry = &bench.emulator.log()[2];
    assert_eq!((entry.fault, entry.status), (Some("expire"), Some(401)));
    bench.token = "renewed".to_owned();
    assert_eq!(bench.get(LIST).await.status(), 200);
    bench.token = "another".to_owned();
    assert_eq!(error(bench.get(LIST).await).await, (401, "InvalidAuthenticationToken".to_owned()));
}

#[tokio::test]
async fn a_listing_is_cut_after_so_many_pages_each_time() {
    for pages in 0..4_u16 {
        let bench = super::bench(|config| {
            config.page_size = 2;
            config.faults = vec![format!("cut:{pages}").parse().unwrap()];
        })
        .await;
        let sub = subscription(&bench.id(0));
        for _ in 0..2 {
            let mut next = format!("{sub}/providers/Microsoft.Security/alerts");
            for _ in 0..pages {
                let page = json(bench.get(&next).await).await;
                next = page["nextLink"].as_str().unwrap().to_owned();
            }
            assert_eq!(error(bench.get(&next).await).await, (500, "InternalServerError".to_owned()));
        }
        assert_eq!(bench.get(&bench.id(0)).await.status(), 200, "only lists are cut");
    }
}

#[tokio::test]
async fn faults_at_a_rate_follow_their_seed() {
    let run = async |seed| {
        let bench = super::bench(|config| {
            config.faults = vec!["500:0.3".parse().unwrap()];
            config.fault_seed = seed;
        })
        .await;
        let mut codes = Vec::new();
        for _ in 0..40 {
            codes.push(bench.get(LIST).await.status().as_u16());
        }
        codes
    };
    let first = run(1).await;
    assert_eq!(first, run(1).await);
    assert_ne!(first, run(2).await);
    assert!(first.contains(&200) && first.contains(&500));
}
