//! The committed query cache (`.sqlx`) against the schema that the migrations make: what compiles offline must be true.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;
use sqlx::{AssertSqlSafe, Column, Executor, SqlSafeStr, Statement, TypeInfo};

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

#[tokio::test]
async fn hot_statements_go_by_primary_key() {
    let server = Server::start().await;
    // With statistics that say the tables are large, the plan is what it will be in production.
    let plan: Vec<String> = {
        let mut connection = server.db.acquire().await.expect("a connection");
        sqlx::query("SET enable_seqscan = off").execute(&mut *connection).await.expect("set");
        let rows = sqlx::query_scalar(
            "EXPLAIN UPDATE grants SET refresh_previous = '' WHERE id = '0198c0de-0000-7000-8000-000000000000'",
        );
        rows.fetch_all(&mut *connection).await.expect("a plan")
    };
    let plan = plan.join("\n");
    assert!(plan.contains("Index Scan"), "{plan}");
    assert_eq!(plan.matches("Scan").count(), 1, "other partitions are pruned: {plan}");
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
