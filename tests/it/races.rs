//! Races over real connections against two replicas on one database.

use std::collections::BTreeSet;

use openidconnect::reqwest::Response;
use serde_json::Value;
use signet::storage;
use time::Duration;

use crate::support::{SPA, Server, Tokens, flow::redemption};

const RACERS: usize = 64;

/// Sends the same form from many connections at once, half of them to each replica.
async fn race(servers: [&Server; 2], form: Vec<(String, String)>) -> Vec<Response> {
    let start = std::sync::Arc::new(tokio::sync::Barrier::new(RACERS));
    let racers: Vec<_> = (0..RACERS)
        .map(|number| {
            let request = servers[number % 2]
                .request(openidconnect::reqwest::Method::POST, "/token")
                .form(&form);
            let start = start.clone();
            tokio::spawn(async move {
                start.wait().await;
                request.send().await.expect("an answer")
            })
        })
        .collect();
    let mut answers = Vec::new();
    for racer in racers {
        answers.push(racer.await.expect("it ran"));
    }
    answers
}

/// A deadlock is retried, so that no answer shows it. Postgres counts it for sure once the connection is gone.
async fn assert_no_deadlocks(replicas: [&Server; 2]) {
    for replica in replicas {
        replica.db.close().await;
    }
    let db = storage::connect(&replicas[0].database.url, 1, std::time::Duration::from_secs(5));
    let db = db.expect("a pool");
    let others = "SELECT count(*) FROM pg_stat_activity
                  WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for _ in 0..200 {
        if sqlx::query_scalar::<_, i64>(others).fetch_one(&db).await.expect("counted") == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    let deadlocks: i64 = sqlx::query_scalar(sql).fetch_one(&db).await.expect("statistics");
    assert_eq!(deadlocks, 0);
}

fn owned(form: &[(&str, &str)]) -> Vec<(String, String)> {
    form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn refreshing(token: &str) -> Vec<(String, String)> {
    owned(&[("grant_type", "refresh_token"), ("client_id", SPA), ("refresh_token", token)])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_redemptions_of_one_code_one_succeeds_and_the_grant_ends_revoked() {
    let one = Server::start().await;
    let two = one.replica().await;
    let code = one.code(&mut one.browser(), &[]).await;
    let answers = race([&one, &two], owned(&redemption(&code))).await;
    let mut won = Vec::new();
    for answer in answers {
        match answer.status().as_u16() {
            200 => won.push(Tokens::from(answer).await),
            400 => {
                assert_eq!(answer.json::<Value>().await.expect("JSON")["error"], "invalid_grant");
            }
            other => panic!("{other}: {}", answer.text().await.expect("text")),
        }
    }
    assert_eq!(won.len(), 1);
    let sql = "SELECT revoked_at IS NOT NULL FROM grants";
    let revoked: Vec<bool> = sqlx::query_scalar(sql).fetch_all(&one.db).await.expect("grants");
    assert_eq!(revoked, [true]);
    assert_eq!(two.refresh(won[0].refresh(), &[]).await.status(), 400);
    assert_no_deadlocks([&one, &two]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_rotations_of_one_token_within_the_window_get_the_same_successor() {
    let one = Server::start().await;
    let two = one.replica().await;
    let tokens = one.tokens(&mut one.browser(), &[]).await;
    let mut successors = BTreeSet::new();
    for answer in race([&one, &two], refreshing(tokens.refresh())).await {
        successors.insert(Tokens::from(answer).await.refresh().to_owned());
    }
    assert_eq!(successors.len(), 1);
    let successor = successors.pop_first().expect("one");
    Tokens::from(two.refresh(&successor, &[]).await).await;
    assert_no_deadlocks([&one, &two]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_rotations_of_one_token_after_the_window_revoke() {
    let one = Server::start().await;
    let two = one.replica().await;
    let first = one.tokens(&mut one.browser(), &[]).await;
    let second = Tokens::from(one.refresh(first.refresh(), &[]).await).await;
    one.advance(Duration::seconds(61));
    for answer in race([&one, &two], refreshing(first.refresh())).await {
        assert_eq!(answer.status(), 400, "{}", answer.text().await.expect("text"));
    }
    assert_eq!(one.refresh(second.refresh(), &[]).await.status(), 400);
    let events = one.events().await;
    assert_eq!(events.iter().filter(|kind| *kind == "reuse.detected").count(), 1, "recorded once");
    assert_no_deadlocks([&one, &two]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn revoking_while_rotating_leaves_nothing_alive() {
    let one = Server::start().await;
    let two = one.replica().await;
    for _ in 0..8 {
        let tokens = one.tokens(&mut one.browser(), &[]).await;
        let revocation = [("client_id", SPA), ("token", tokens.refresh())];
        let (rotated, revoked) =
            tokio::join!(one.refresh(tokens.refresh(), &[]), two.post("/revoke", &revocation));
        assert_eq!(revoked.status(), 200);
        if rotated.status() == 200 {
            let next = Tokens::from(rotated).await;
            assert_eq!(one.refresh(next.refresh(), &[]).await.status(), 400);
        }
    }
    assert_no_deadlocks([&one, &two]).await;
}
