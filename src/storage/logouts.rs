//! `logouts`: applications that are still to be told that a session ended, and those that took part in one.

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{Result, retry};
use crate::clock::Timestamp;

/// A logout that an application is being told of.
#[derive(Clone, Debug)]
pub struct LogoutRow {
    /// The application.
    pub client_id: String,
    /// The session that ended.
    pub session_id: Uuid,
    /// Whose it was.
    pub user_id: Uuid,
    /// When it ended.
    pub created_at: Timestamp,
    /// How often it was tried, this time included.
    pub attempts: i32,
}

/// How much is claimed at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Of so many applications.
    pub clients: i64,
    /// So many logouts each.
    pub each: i64,
}

/// Queues the end of these sessions for all applications that took part in them and want to be told, as part of the change
/// that ends them: whoever redeemed a code in one before that has a grant by now, and no one can afterwards.
pub(super) async fn enqueue(
    connection: &mut PgConnection,
    sessions: &[Uuid],
    now: Timestamp,
) -> Result<()> {
    if sessions.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO logouts (client_id, session_id, user_id, created_at, due_at)
         SELECT DISTINCT g.client_id, g.session_id, g.user_id, $2::timestamptz, $2::timestamptz
         FROM grants g JOIN clients c ON c.client_id = g.client_id
         WHERE g.session_id = ANY ($1) AND c.metadata ->> 'backchannel_logout_uri' IS NOT NULL
         ON CONFLICT DO NOTHING",
        sessions,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The applications that took part in a session.
pub async fn participants(db: &PgPool, session: Uuid) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "SELECT DISTINCT client_id FROM grants WHERE session_id = $1 ORDER BY client_id",
        session,
    )
    .fetch_all(db)
    .await?)
}

/// Takes some logouts that are due, the oldest first, of some applications that are not `resting`. Until `lease_end` no one
/// else takes them; then they are due again, should whoever took them have died over it.
pub async fn claim(
    db: &PgPool,
    limits: Limits,
    resting: &[String],
    now: Timestamp,
    lease_end: Timestamp,
) -> Result<Vec<LogoutRow>> {
    retry(|| async {
        Ok(sqlx::query_as!(
            LogoutRow,
            "WITH taken AS MATERIALIZED (
                SELECT d.client_id, d.session_id
                FROM (
                    SELECT DISTINCT client_id FROM logouts
                    WHERE due_at <= $1 AND client_id <> ALL ($3) LIMIT $4
                ) waiting, LATERAL (
                    -- Others pass by what one replica has taken.
                    SELECT l.client_id, l.session_id FROM logouts l
                    WHERE l.client_id = waiting.client_id AND l.due_at <= $1
                    ORDER BY l.due_at LIMIT $5 FOR UPDATE SKIP LOCKED
                ) d
             )
             UPDATE logouts l SET attempts = l.attempts + 1, due_at = $2
             FROM taken t WHERE l.client_id = t.client_id AND l.session_id = t.session_id
             RETURNING l.client_id, l.session_id, l.user_id, l.created_at, l.attempts",
            now,
            lease_end,
            resting,
            limits.clients,
            limits.each,
        )
        .fetch_all(db)
        .await?)
    })
    .await
}

/// Puts a logout off.
pub async fn put_off(db: &PgPool, row: &LogoutRow, due_at: Timestamp) -> Result<()> {
    sqlx::query!(
        "UPDATE logouts SET due_at = $3 WHERE client_id = $1 AND session_id = $2",
        row.client_id,
        row.session_id,
        due_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes a logout that the application was told of, or that it is told of no more.
pub async fn delete(db: &PgPool, row: &LogoutRow) -> Result<()> {
    sqlx::query!(
        "DELETE FROM logouts WHERE client_id = $1 AND session_id = $2",
        row.client_id,
        row.session_id,
    )
    .execute(db)
    .await?;
    Ok(())
}
