//! `opaque_tokens`: access tokens of resources that chose opaque ones.

use sqlx::PgPool;
use uuid::Uuid;

use super::{Result, retry};
use crate::clock::Timestamp;

/// An opaque access token.
#[derive(Clone, Debug)]
pub struct OpaqueRow {
    /// Its id.
    pub id: Uuid,
    /// Its grant; none for client credentials.
    pub grant_id: Option<Uuid>,
    /// The API key that it was exchanged for.
    pub api_key: Option<Uuid>,
    /// Its client.
    pub client_id: String,
    /// The id of the person, or of the client where there is none.
    pub subject: String,
    /// What it allows.
    pub scopes: Vec<String>,
    /// Where.
    pub audience: Vec<String>,
    /// Since when.
    pub issued_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Writes a token. Those of grants are mostly written by the grant's own statement.
pub async fn insert(db: &PgPool, token: &OpaqueRow, secret_hash: &[u8]) -> Result<()> {
    retry(|| async {
        sqlx::query!(
            "INSERT INTO opaque_tokens (id, secret_hash, grant_id, client_id, subject, scopes, audience, issued_at, expires_at, api_key)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            token.id,
            secret_hash,
            token.grant_id,
            token.client_id,
            token.subject,
            &token.scopes,
            &token.audience,
            token.issued_at,
            token.expires_at,
            token.api_key,
        )
        .execute(db)
        .await?;
        Ok(())
    })
    .await
}

/// The live token with this secret: not expired, neither it nor its grant nor its API key revoked.
pub async fn find(
    db: &PgPool,
    id: Uuid,
    secret_hash: &[u8],
    now: Timestamp,
) -> Result<Option<OpaqueRow>> {
    Ok(sqlx::query_as!(
        OpaqueRow,
        "SELECT id, grant_id, api_key, client_id, subject, scopes, audience, issued_at, expires_at
         FROM opaque_tokens t
         WHERE id = $1 AND secret_hash = $2 AND expires_at > $3
           AND NOT EXISTS (SELECT FROM revocations r WHERE r.subject IN (t.id, t.grant_id, t.api_key))",
        id,
        secret_hash,
        now,
    )
    .fetch_optional(db)
    .await?)
}
