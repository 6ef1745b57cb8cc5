//! The committed query cache (`.sqlx`) against the schema that the migrations make: what compiles offline must be true.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    path::Path,
};

use serde_json::Value;
use sqlx::{AssertSqlSafe, Column, Executor, Row, SqlSafeStr, Statement, TypeInfo};

use crate::support::Server;

#[tokio::test]
async fn every_cached_query_is_what_postgres_says() {
    let server = Server::start().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".sqlx");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the cache") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("readable");
        let cached: Value = serde_json::from_str(&text).expect("JSON");
        let sql = cached["query"].as_str().expect("a query").to_owned();
        let mut connection = server.db.acquire().await.expect("a connection");
        let statement = connection
            .prepare(AssertSqlSafe(sql.clone()).into_sql_str())
            .await
            .unwrap_or_else(|error| panic!("{error}\n{sql}"));
        let told: BTreeMap<String, String> = statement
            .columns()
            .iter()
            .map(|column| (column.name().to_owned(), column.type_info().name().to_lowercase()))
            .collect();
        let columns = cached["describe"]["columns"].as_array().expect("columns");
        assert_eq!(columns.len(), told.len(), "{sql}");
        for column in columns {
            let name = column["name"].as_str().expect("a name");
            assert!(told.contains_key(name), "{name}: {sql}");
        }
        count += 1;
    }
    assert!(count > 40, "{count}");
}

/// A cached query that contains `text`, with values for its parameters as SQL.
fn cached(text: &str) -> (String, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".sqlx");
    let mut found = fs::read_dir(folder).expect("the cache").filter_map(|entry| {
        let file = fs::read_to_string(entry.expect("an entry").path()).expect("readable");
        let cached: Value = serde_json::from_str(&file).expect("JSON");
        let sql = cached["query"].as_str().expect("a query");
        if !sql.contains(text) {
            return None;
        }
        let types = cached["describe"]["parameters"]["Left"].as_array().expect("parameters");
        let values: Vec<&str> = types.iter().map(|name| value(name.as_str())).collect();
        Some((sql.to_owned(), values.join(", ")))
    });
    let query = found.next().unwrap_or_else(|| panic!("no query has {text}"));
    assert!(found.next().is_none(), "several queries have {text}");
    query
}

fn value(type_name: Option<&str>) -> &'static str {
    match type_name.expect("a type") {
        // Of the day when tests begin, which has partitions of its own.
        "Uuid" => "'01b8dd58-e200-7000-8000-000000000000'",
        "Bytea" => "'\\x00'",
        "Text" => "'text'",
        "TextArray" => "'{text}'",
        "Timestamptz" => "'2030-01-01T12:00:00Z'",
        "Bool" => "true",
        "Int2" => "3",
        "Jsonb" => "'{}'",
        "Float8Array" => "'{60}'",
        other => panic!("a value for {other}"),
    }
}

/// Ten thousand people with a session, a code, a grant, a consent and two second factors each.
const MANY: &str = "
    CREATE TEMPORARY TABLE many AS
        SELECT n, ('01b8dd58-e200-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
               timestamptz '2030-01-01T12:00:00Z' AS at, timestamptz '2030-02-01T12:00:00Z' AS later
        FROM generate_series(1, 10000) AS n;
    INSERT INTO users (id, email, email_key, created_at, updated_at)
        SELECT id, n || '@many.example', n || '@many.example', at, at FROM many;
    INSERT INTO sessions (id, secret_hash, user_id, auth_time, amr, acr, created_at, last_seen_at, expires_at)
        SELECT id, '', id, at, '{pwd}', '', at, at, later FROM many;
    INSERT INTO codes (id, secret_hash, client_id, user_id, session_id, redirect_uri, redirect_uri_named, scopes,
                       resources, auth_time, amr, acr, expires_at)
        SELECT id, '', 'spa', id, id, '', true, '{read}', '{api}', at, '{pwd}', '', later FROM many;
    INSERT INTO grants (id, client_id, user_id, session_id, offline, code_hash, scopes, resources, auth_time, amr, acr,
                        rotated_at, idle_expires_at, expires_at)
        SELECT id, 'spa', id, id, false, '', '{read}', '{api}', at, '{pwd}', '', at, later, later FROM many;
    INSERT INTO consents (user_id, client_id, resource, scopes, granted_at)
        SELECT id, 'spa', '', '{openid}', at FROM many;
    INSERT INTO totp (user_id, sealed, sealed_with, created_at) SELECT id, '', '', at FROM many;
    INSERT INTO passkeys (id, user_id, credential_id, credential, name, created_at)
        SELECT id, id, n::text::bytea, '{}', '', at FROM many;
    ANALYZE users, sessions, codes, grants, consents, totp, passkeys";

#[tokio::test]
async fn hot_statements_go_by_primary_key() {
    let server = Server::start().await;
    let mut connection = server.db.acquire().await.expect("a connection");
    // Large enough that no one would read a whole table.
    sqlx::raw_sql(MANY).execute(&mut *connection).await.expect("filled");
    let mut run = async |sql: String| -> Vec<String> {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut *connection).await;
        rows.expect("it runs").iter().filter_map(|row| row.try_get(0).ok()).collect()
    };
    for (name, text, hot) in [
        ("prepare", "INSERT INTO codes", &["sessions", "users", "consents"][..]),
        ("redeem", "redeemed AS (", &["codes", "sessions", "users"]),
        ("rotate", "rotated AS (", &["grants", "users", "sessions"]),
    ] {
        let (sql, values) = cached(text);
        run(format!("PREPARE {name} AS {sql}")).await;
        for mode in ["force_custom_plan", "force_generic_plan"] {
            run(format!("SET plan_cache_mode = {mode}")).await;
            let plan = run(format!("EXPLAIN EXECUTE {name} ({values})")).await.join("\n");
            assert!(!plan.contains("Seq Scan"), "{name}, {mode}:\n{plan}");
            for table in hot {
                // A partition is named after its table.
                let scans = plan.lines().filter(|line| line.contains(&format!(" on {table}")));
                let scans: Vec<&str> = scans.filter(|line| line.contains("Scan")).collect();
                assert!(!scans.is_empty(), "{name}, {mode}: {table}\n{plan}");
                for scan in &scans {
                    assert!(scan.contains("_pkey on "), "{name}, {mode}: {scan}\n{plan}");
                }
            }
            let partitions = |table: &str| {
                let prefix = format!("{table}_");
                let words = plan.split_whitespace().filter(|word| word.starts_with(&prefix));
                words.filter(|word| !word.ends_with("_pkey")).collect::<HashSet<_>>().len()
            };
            if mode == "force_custom_plan" {
                assert!(partitions("grants") <= 1 && partitions("codes") <= 1, "pruned:\n{plan}");
            }
        }
    }
}

#[tokio::test]
async fn the_challenges_of_a_person_are_found_by_index() {
    let server = Server::start().await;
    let many = "
        INSERT INTO ceremonies (id, browser_hash, user_id, kind, state, expires_at)
            SELECT gen_random_uuid(), '', NULL, 'discover', '{}', now() FROM generate_series(1, 10000);
        ANALYZE ceremonies";
    sqlx::raw_sql(many).execute(&server.db).await.expect("filled");
    let (sql, values) = cached("DELETE FROM ceremonies WHERE user_id");
    let explain = sql.replace("$1", &values);
    let rows = sqlx::raw_sql(AssertSqlSafe(format!("EXPLAIN {explain}"))).fetch_all(&server.db);
    let rows = rows.await.expect("a plan");
    let plan: Vec<String> = rows.iter().filter_map(|row| row.try_get(0).ok()).collect();
    assert!(plan.iter().any(|line| line.contains("ceremonies_user_id")), "{plan:#?}");
}

#[tokio::test]
async fn rotations_are_hot_updates() {
    let server = Server::start().await;
    let mut tokens = server.tokens(&mut server.browser(), &[]).await;
    for _ in 0..20 {
        tokens = crate::support::Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    }
    let sql = "SELECT sum(n_tup_upd)::bigint, sum(n_tup_hot_upd)::bigint FROM pg_stat_user_tables WHERE relname LIKE 'grants%'";
    for _ in 0..100 {
        sqlx::query("SELECT pg_stat_clear_snapshot()").execute(&server.db).await.expect("cleared");
        let (updates, hot): (i64, i64) =
            sqlx::query_as(sql).fetch_one(&server.db).await.expect("statistics");
        if updates >= 20 {
            assert_eq!(updates, hot);
            return;
        }
        // Postgres reports statistics late, when a connection has been idle.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("no statistics");
}
