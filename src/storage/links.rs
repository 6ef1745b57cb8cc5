//! `links`: what is sent by e-mail, good once.

use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::Result;
use crate::clock::Timestamp;

/// What a link stands for.
#[derive(Clone, Debug)]
pub struct LinkRow {
    /// Whose it is; none where there is no account yet.
    pub user_id: Option<Uuid>,
    /// What else it stands for, see `identity`.
    pub detail: Value,
}

/// A link as it was presented.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// Its row.
    pub id: Uuid,
    /// Digest of its secret.
    pub secret_hash: &'a [u8],
    /// What for.
    pub purpose: &'a str,
}

/// A link to be written.
#[derive(Debug)]
pub struct NewLink<'a> {
    /// What is written of what the link itself holds.
    pub link: Presented<'a>,
    /// Whose it is.
    pub user_id: Option<Uuid>,
    /// What else it stands for.
    pub detail: &'a Value,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Adds a link.
pub async fn insert(db: &PgPool, new: &NewLink<'_>, now: Timestamp) -> Result<()> {
    let mut connection = db.acquire().await?;
    add(&mut connection, new, now).await
}

/// Adds a link, as part of a larger change.
pub(super) async fn add(
    connection: &mut PgConnection,
    new: &NewLink<'_>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO links (id, secret_hash, purpose, user_id, detail, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        new.link.id,
        new.link.secret_hash,
        new.link.purpose,
        new.user_id,
        new.detail,
        now,
        new.expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The link, if it is good. It stays so.
pub async fn find(db: &PgPool, link: Presented<'_>, now: Timestamp) -> Result<Option<LinkRow>> {
    Ok(sqlx::query_as!(
        LinkRow,
        "SELECT l.user_id, l.detail FROM links l
         WHERE l.id = $1 AND l.secret_hash = $2 AND l.purpose = $3 AND l.used_at IS NULL AND l.expires_at > $4
           AND (l.user_id IS NULL OR EXISTS (SELECT FROM users u WHERE u.id = l.user_id AND u.disabled_at IS NULL))",
        link.id,
        link.secret_hash,
        link.purpose,
        now,
    )
    .fetch_optional(db)
    .await?)
}

/// Locks the row of whoever a link is for. Before the link itself: all that touches a person's links locks in this order.
pub(super) async fn lock_person(
    connection: &mut PgConnection,
    link: Presented<'_>,
) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar!(
        "SELECT id FROM users
         WHERE id = (SELECT user_id FROM links WHERE id = $1 AND secret_hash = $2 AND purpose = $3)
         FOR UPDATE",
        link.id,
        link.secret_hash,
        link.purpose,
    )
    .fetch_optional(connection)
    .await?)
}

/// Uses a link up, if it is good: of many requests at once, one gets it. Within the transaction of what it is good for, so
/// that what fails leaves the link as it was.
pub(super) async fn consume(
    connection: &mut PgConnection,
    link: Presented<'_>,
    now: Timestamp,
) -> Result<Option<LinkRow>> {
    Ok(sqlx::query_as!(
        LinkRow,
        "UPDATE links l SET used_at = $4
         WHERE l.id = $1 AND l.secret_hash = $2 AND l.purpose = $3 AND l.used_at IS NULL AND l.expires_at > $4
           AND (l.user_id IS NULL OR EXISTS (SELECT FROM users u WHERE u.id = l.user_id AND u.disabled_at IS NULL))
         RETURNING l.user_id, l.detail",
        link.id,
        link.secret_hash,
        link.purpose,
        now,
    )
    .fetch_optional(connection)
    .await?)
}

/// Has a link begin its time anew, so that it ends no earlier than this. One that was used stays used, and one that was
/// taken back is not there any more.
pub async fn extend(db: &PgPool, id: Uuid, expires_at: Timestamp) -> Result<()> {
    sqlx::query!(
        "UPDATE links SET expires_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at < $2",
        id,
        expires_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes those that ended before this.
pub async fn sweep(db: &PgPool, ended: Timestamp) -> Result<u64> {
    let done = sqlx::query!("DELETE FROM links WHERE expires_at < $1", ended).execute(db).await?;
    Ok(done.rows_affected())
}
