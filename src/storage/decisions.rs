//! `decisions`: what was decided, append-only, dropped by the day.

use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Result, retry};
use crate::clock::Timestamp;

/// A decision as recorded.
#[derive(Clone, Debug)]
pub struct DecisionRow {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// The client that asked; none for Signet itself.
    pub caller: Option<String>,
    /// The version of the policies that decided.
    pub version: Option<Uuid>,
    /// Whether it was permitted.
    pub permitted: bool,
    /// What was asked, see `access::asked::Asked`.
    pub asked: Value,
    /// What came of it, see `access::engine::Outcome`.
    pub outcome: Value,
}

/// Appends decisions in one statement.
pub async fn append(db: &PgPool, rows: &[DecisionRow]) -> Result<()> {
    fn column<T>(rows: &[DecisionRow], of: impl Fn(&DecisionRow) -> T) -> Vec<T> {
        rows.iter().map(of).collect()
    }
    let ids = column(rows, |row| row.id);
    let ats = column(rows, |row| row.at);
    let callers = column(rows, |row| row.caller.clone());
    let versions = column(rows, |row| row.version);
    let permitted = column(rows, |row| row.permitted);
    let asked = column(rows, |row| row.asked.clone());
    let outcomes = column(rows, |row| row.outcome.clone());
    retry(|| async {
        sqlx::query!(
            "INSERT INTO decisions (id, at, caller, version, permitted, asked, outcome)
             SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::uuid[], $5::bool[], $6::jsonb[], $7::jsonb[])
             ON CONFLICT DO NOTHING",
            &ids,
            &ats,
            &callers as &[Option<String>],
            &versions as &[Option<Uuid>],
            &permitted,
            &asked,
            &outcomes,
        )
        .execute(db)
        .await?;
        Ok(())
    })
    .await
}

/// A decision that is still on record.
pub async fn get(db: &PgPool, id: Uuid) -> Result<Option<DecisionRow>> {
    Ok(sqlx::query_as!(
        DecisionRow,
        "SELECT id, at, caller, version, permitted, asked, outcome FROM decisions WHERE id = $1",
        id,
    )
    .fetch_optional(db)
    .await?)
}

/// The last decisions before `before`, the newest first.
pub async fn list(db: &PgPool, before: Uuid, limit: i64) -> Result<Vec<DecisionRow>> {
    Ok(sqlx::query_as!(
        DecisionRow,
        "SELECT id, at, caller, version, permitted, asked, outcome FROM decisions
         WHERE id < $1 ORDER BY id DESC LIMIT $2",
        before,
        limit,
    )
    .fetch_all(db)
    .await?)
}
