//! `consents` and `grants` of one person together: the applications that they allowed something.

use sqlx::PgPool;
use uuid::Uuid;

use super::{Result, pool, retry, sessions::Cutoffs};
use crate::clock::Timestamp;

/// What a person allowed a client, at one resource.
#[derive(Clone, Debug)]
pub struct ConsentRow {
    /// The client.
    pub client_id: String,
    /// The resource; empty for Signet itself.
    pub resource: String,
    /// What was allowed.
    pub scopes: Vec<String>,
    /// When it last was.
    pub granted_at: Timestamp,
}

/// All that a person allowed.
pub async fn consents(db: &PgPool, user: Uuid) -> Result<Vec<ConsentRow>> {
    Ok(sqlx::query_as!(
        ConsentRow,
        "SELECT client_id, resource, scopes, granted_at FROM consents WHERE user_id = $1
         ORDER BY client_id, resource",
        user,
    )
    .fetch_all(db)
    .await?)
}

/// Live grants of a person to a client that are alike.
#[derive(Clone, Debug)]
pub struct GrantsRow {
    /// The client.
    pub client_id: String,
    /// What was granted.
    pub scopes: Vec<String>,
    /// For which resources.
    pub resources: Vec<String>,
    /// Which claims were asked for by name, wherever they are told.
    pub claims: Vec<String>,
    /// When the first one was.
    pub since: Timestamp,
    /// When one of them last gave tokens.
    pub used_at: Timestamp,
}

/// The live grants of a person.
pub async fn grants(db: &PgPool, user: Uuid, at: Cutoffs) -> Result<Vec<GrantsRow>> {
    Ok(sqlx::query_as!(
        GrantsRow,
        r#"SELECT client_id, scopes, resources, id_token_claims || userinfo_claims AS "claims!",
                  min(auth_time) AS "since!", max(rotated_at) AS "used_at!"
           FROM grants g
           WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2 AND idle_expires_at > $2
             AND (offline OR EXISTS (
                 SELECT FROM sessions s
                 WHERE s.id = g.session_id AND s.ended_at IS NULL AND s.expires_at > $2 AND s.last_seen_at > $3))
           GROUP BY client_id, scopes, resources, id_token_claims, userinfo_claims
           ORDER BY client_id, scopes, resources"#,
        user,
        at.now,
        at.idle,
    )
    .fetch_all(db)
    .await?)
}

/// What came of forgetting an application.
#[derive(Debug)]
pub struct Forgotten {
    /// Whether there were consents.
    pub consents: bool,
    /// The grants that were revoked.
    pub grants: Vec<Uuid>,
}

/// Removes what a person allowed a client, and revokes every grant of theirs to it, with what was issued under them.
/// Codes that wait to be redeemed, none of which is older than `codes_from`, give nothing any more.
///
/// A statement each: a code that is being redeemed holds its row, and its grant is there once that is let go.
pub async fn forget(
    db: &PgPool,
    user: Uuid,
    client_id: &str,
    codes_from: Uuid,
    now: Timestamp,
    tokens_end: Timestamp,
) -> Result<Forgotten> {
    retry(|| async {
        let mut transaction = pool::begin(db).await?;
        let consents = sqlx::query!(
            "DELETE FROM consents WHERE user_id = $1 AND client_id = $2",
            user,
            client_id,
        )
        .execute(&mut *transaction)
        .await?;
        sqlx::query!(
            "UPDATE codes SET expires_at = $4
             WHERE id >= $3 AND user_id = $1 AND client_id = $2 AND redeemed_at IS NULL AND expires_at > $4",
            user,
            client_id,
            codes_from,
            now,
        )
        .execute(&mut *transaction)
        .await?;
        let grants = sqlx::query_scalar!(
            "WITH revoked AS (
                UPDATE grants SET revoked_at = $3
                WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL
                RETURNING id
            ), listed AS (
                INSERT INTO revocations (subject, revoked_at, expires_at) SELECT id, $3, $4 FROM revoked
                ON CONFLICT DO NOTHING
            ), told AS (
                INSERT INTO changes (kind, key, at) SELECT 'revocation', id::text, $3 FROM revoked
            )
            SELECT id FROM revoked",
            user,
            client_id,
            now,
            tokens_end,
        )
        .fetch_all(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Forgotten { consents: consents.rows_affected() > 0, grants })
    })
    .await
}
