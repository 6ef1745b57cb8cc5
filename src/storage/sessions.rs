//! `sessions`: browsers that are signed in.

use std::net::IpAddr;

use ipnet::IpNet;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

pub use super::proven::{By, Password};
use super::{Result, factors, logouts, pool, retry};
use crate::clock::Timestamp;

/// A session with the person whose it is.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// The `sid` of ID tokens.
    pub id: Uuid,
    /// The person.
    pub user_id: Uuid,
    /// When the person last proved who they are.
    pub auth_time: Timestamp,
    /// By which means.
    pub amr: Vec<String>,
    /// How surely.
    pub acr: String,
    /// What was proven when, see `identity::proof`.
    pub proofs: serde_json::Value,
    /// Whether the person has a second factor.
    pub second_factor: bool,
    /// The person's e-mail.
    pub email: String,
    /// The person's user name.
    pub username: Option<String>,
    /// What to call the person.
    pub name: Option<String>,
}

/// The times that decide whether a session lives.
#[derive(Clone, Copy, Debug)]
pub struct Cutoffs {
    /// Now.
    pub now: Timestamp,
    /// Sessions last seen before this are over.
    pub idle: Timestamp,
    /// A session last seen before this is noted as seen now.
    pub touch: Timestamp,
}

/// A sign-in to be written.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// Its id; that of an existing session of the same person rotates that one's secret and keeps its grants.
    pub id: Uuid,
    /// Digest of the new secret.
    pub secret_hash: &'a [u8],
    /// The person.
    pub user_id: Uuid,
    /// By which means.
    pub amr: &'a [String],
    /// How surely.
    pub acr: &'a str,
    /// What was proven when, see `identity::proof`.
    pub proofs: &'a serde_json::Value,
    /// What was proven just now, if that stands by itself.
    pub by: Option<By>,
    /// When the person proved who they are.
    pub auth_time: Timestamp,
    /// Whether it only renews a session: one that has ended is not begun anew.
    pub renews: bool,
    /// From where.
    pub address: Option<IpNet>,
    /// The browser.
    pub user_agent: Option<&'a str>,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// Begins a session, or renews the one with that id if it is the same person's and has not ended; whether it did. No one
/// who is disabled gets one, nor by a password that was replaced or a passkey that was removed meanwhile: the lock on the
/// person's row makes [`super::users::disable`] wait for this session, or this session see it. A passkey's own row is locked
/// after it, in the order of whoever removes one.
pub async fn begin(db: &PgPool, session: &NewSession<'_>, now: Timestamp) -> Result<bool> {
    let password = session.by.and_then(By::password);
    retry(|| async {
        let done = sqlx::query!(
            "WITH person AS (
                -- FOR KEY SHARE would let an update of disabled_at pass.
                SELECT id FROM users
                WHERE id = $3 AND disabled_at IS NULL AND (NOT $11 OR password_set_at IS NOT DISTINCT FROM $12)
                  AND (NOT $13 OR EXISTS (
                    SELECT FROM sessions WHERE id = $1 AND user_id = $3 AND ended_at IS NULL AND expires_at > $4))
                FOR SHARE
             ), passkey AS (
                SELECT k.id FROM person p JOIN passkeys k ON k.id = $14 AND k.user_id = p.id
                FOR KEY SHARE OF k
             )
             INSERT INTO sessions AS s
                 (id, secret_hash, user_id, auth_time, amr, acr, proofs, address, user_agent, created_at, last_seen_at,
                  expires_at)
             SELECT $1, $2, id, $15, $5, $6, $7, $8, $9, $4, $4, $10 FROM person
             WHERE $14::uuid IS NULL OR EXISTS (SELECT FROM passkey)
             ON CONFLICT (id) DO UPDATE SET
                 secret_hash = EXCLUDED.secret_hash, auth_time = EXCLUDED.auth_time, amr = EXCLUDED.amr,
                 acr = EXCLUDED.acr, proofs = EXCLUDED.proofs, address = EXCLUDED.address, user_agent = EXCLUDED.user_agent,
                 last_seen_at = EXCLUDED.last_seen_at, expires_at = EXCLUDED.expires_at
             WHERE s.user_id = EXCLUDED.user_id AND s.ended_at IS NULL",
            session.id,
            session.secret_hash,
            session.user_id,
            now,
            session.amr,
            session.acr,
            session.proofs,
            session.address,
            session.user_agent,
            session.expires_at,
            password.is_some(),
            password.and_then(|password| password.set_at),
            session.renews,
            session.by.and_then(By::passkey),
            session.auth_time,
        )
        .execute(db)
        .await?;
        Ok(done.rows_affected() > 0)
    })
    .await
}

/// Notes what was proven in a session in addition, unless it was renewed or ended meanwhile.
pub async fn prove(
    db: &PgPool,
    id: Uuid,
    secret_hash: &[u8],
    proofs: &serde_json::Value,
    amr: &[String],
    acr: &str,
) -> Result<()> {
    sqlx::query!(
        "UPDATE sessions SET proofs = $3, amr = $4, acr = $5
         WHERE id = $1 AND secret_hash = $2 AND ended_at IS NULL",
        id,
        secret_hash,
        proofs,
        amr,
        acr,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The live session with this secret, noted as seen.
pub async fn find(
    db: &PgPool,
    id: Uuid,
    secret_hash: &[u8],
    at: Cutoffs,
) -> Result<Option<SessionRow>> {
    retry(|| async {
        Ok(sqlx::query_as!(
            SessionRow,
            r#"WITH touched AS (
                UPDATE sessions SET last_seen_at = $3
                WHERE id = $1 AND secret_hash = $2 AND ended_at IS NULL
                  AND expires_at > $3 AND last_seen_at > $4 AND last_seen_at < $5
            )
            SELECT s.id, s.user_id, s.auth_time, s.amr, s.acr, s.proofs, u.email, u.username, u.name,
                   EXISTS (SELECT FROM totp t WHERE t.user_id = u.id AND t.confirmed_at IS NOT NULL)
                       OR EXISTS (SELECT FROM passkeys p WHERE p.user_id = u.id) AS "second_factor!"
            FROM sessions s JOIN users u ON u.id = s.user_id
            WHERE s.id = $1 AND s.secret_hash = $2 AND s.ended_at IS NULL
              AND s.expires_at > $3 AND s.last_seen_at > $4 AND u.disabled_at IS NULL"#,
            id,
            secret_hash,
            at.now,
            at.idle,
            at.touch,
        )
        .fetch_optional(db)
        .await?)
    })
    .await
}

/// Where a person is signed in.
#[derive(Clone, Debug)]
pub struct ListedSession {
    /// The session.
    pub id: Uuid,
    /// From where it was begun or last confirmed.
    pub address: Option<IpNet>,
    /// The browser's own words about itself.
    pub user_agent: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_seen_at: Timestamp,
}

/// Where the person of a session signed in, live or over. None if that is not known any more.
pub async fn address(db: &PgPool, id: Uuid) -> Result<Option<IpAddr>> {
    let address = sqlx::query_scalar!(
        r#"SELECT address AS "address: IpNet" FROM sessions WHERE id = $1"#,
        id,
    )
    .fetch_optional(db)
    .await?;
    Ok(address.flatten().map(|address| address.addr()))
}

/// The live sessions of a person, the last used first.
pub async fn list(db: &PgPool, user: Uuid, at: Cutoffs) -> Result<Vec<ListedSession>> {
    Ok(sqlx::query_as!(
        ListedSession,
        "SELECT id, address, user_agent, created_at, last_seen_at FROM sessions
         WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2 AND last_seen_at > $3
         ORDER BY last_seen_at DESC, id DESC",
        user,
        at.now,
        at.idle,
    )
    .fetch_all(db)
    .await?)
}

/// What came of ending a session.
#[derive(Debug)]
pub struct Ended {
    /// Whether it had not ended before.
    pub first: bool,
    /// The grants that were revoked with it.
    pub grants: Vec<Uuid>,
}

/// Ends a session with the sign-ins that build on it, revokes the grants that were bound to it, and tells all replicas. Its
/// applications are queued to be told.
///
/// The grants by a statement of their own, since it has to see what was committed while the session's waited: a grant that
/// was being made held a lock on the session's row. A grant that is made later finds that the session has ended.
pub async fn end(db: &PgPool, id: Uuid, now: Timestamp, tokens_end: Timestamp) -> Result<Ended> {
    retry(|| async {
        let mut transaction = pool::begin(db).await?;
        sqlx::query!("DELETE FROM sign_ins WHERE session_id = $1", id)
            .execute(&mut *transaction)
            .await?;
        let ended = sqlx::query!(
            "UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL",
            id,
            now,
        )
        .execute(&mut *transaction)
        .await?;
        let first = ended.rows_affected() > 0;
        if first {
            logouts::enqueue(&mut transaction, &[id], now).await?;
        }
        let grants = sqlx::query_scalar!(
            "WITH revoked AS (
                UPDATE grants SET revoked_at = $2
                WHERE session_id = $1 AND NOT offline AND revoked_at IS NULL
                RETURNING id
            ), listed AS (
                INSERT INTO revocations (subject, revoked_at, expires_at) SELECT id, $2, $3 FROM revoked
                ON CONFLICT DO NOTHING
            ), told AS (
                INSERT INTO changes (kind, key, at) SELECT 'revocation', id::text, $2 FROM revoked
            )
            SELECT id FROM revoked",
            id,
            now,
            tokens_end,
        )
        .fetch_all(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Ended { first, grants })
    })
    .await
}

/// Which sessions of a person end.
#[derive(Clone, Copy, Debug)]
pub struct Others {
    /// The one that goes on; none if all end.
    pub keep: Option<Uuid>,
    /// Whether the grants that were made in that one end too.
    pub own_grants: bool,
}

/// Ends all sessions of a person but one, with the sign-ins that are going on, takes back a change of address that was asked
/// for in them, revokes the grants that were bound to them, and tells all replicas. The sessions that ended, and the grants.
///
/// A statement each, for the reason that [`end`] has.
pub async fn end_others(
    db: &PgPool,
    user: Uuid,
    which: Others,
    now: Timestamp,
    tokens_end: Timestamp,
) -> Result<(Vec<Uuid>, Vec<Uuid>)> {
    retry(|| async {
        let mut transaction = pool::begin(db).await?;
        sqlx::query!("DELETE FROM sign_ins WHERE user_id = $1", user)
            .execute(&mut *transaction)
            .await?;
        let (sessions, grants) =
            end_with_grants(&mut transaction, user, which, now, tokens_end).await?;
        sqlx::query!(
            "DELETE FROM links
             WHERE user_id = $1 AND purpose = 'change_email' AND detail ->> 'session' IS DISTINCT FROM $2::uuid::text",
            user,
            which.keep,
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok((sessions, grants))
    })
    .await
}

/// Ends the sessions of a person with the grants that were bound to them, as part of a larger change: which. Applications and
/// replicas are told as by [`end_others`].
pub(super) async fn end_with_grants(
    connection: &mut PgConnection,
    user: Uuid,
    which: Others,
    now: Timestamp,
    tokens_end: Timestamp,
) -> Result<(Vec<Uuid>, Vec<Uuid>)> {
    let sessions = end_of_user(connection, user, which.keep, now).await?;
    let grants = sqlx::query_scalar!(
        "WITH revoked AS (
            UPDATE grants SET revoked_at = $3
            WHERE user_id = $1 AND ($5 OR session_id IS DISTINCT FROM $2) AND NOT offline AND revoked_at IS NULL
            RETURNING id
        ), listed AS (
            INSERT INTO revocations (subject, revoked_at, expires_at) SELECT id, $3, $4 FROM revoked
            ON CONFLICT DO NOTHING
        ), told AS (
            INSERT INTO changes (kind, key, at) SELECT 'revocation', id::text, $3 FROM revoked
        )
        SELECT id FROM revoked",
        user,
        which.keep,
        now,
        tokens_end,
        which.own_grants,
    )
    .fetch_all(connection)
    .await?;
    Ok((sessions, grants))
}

/// Ends the sessions of a person, all or all but one, with what was being set up in any, as part of a larger change: which.
/// Their applications are queued to be told.
pub(super) async fn end_of_user(
    connection: &mut PgConnection,
    user: Uuid,
    keep: Option<Uuid>,
    now: Timestamp,
) -> Result<Vec<Uuid>> {
    let sessions = sqlx::query_scalar!(
        "UPDATE sessions SET ended_at = $3
         WHERE user_id = $1 AND id IS DISTINCT FROM $2 AND ended_at IS NULL
         RETURNING id",
        user,
        keep,
        now,
    )
    .fetch_all(&mut *connection)
    .await?;
    factors::delete_pending(connection, user).await?;
    logouts::enqueue(connection, &sessions, now).await?;
    Ok(sessions)
}

/// Ends sessions that have expired, some at a time: how many. Their applications are queued to be told.
pub async fn expire(db: &PgPool, now: Timestamp) -> Result<usize> {
    retry(|| async {
        let mut transaction = pool::begin(db).await?;
        let sessions = sqlx::query_scalar!(
            "UPDATE sessions SET ended_at = expires_at WHERE id IN (
                SELECT id FROM sessions WHERE expires_at <= $1 AND ended_at IS NULL LIMIT 1000
                FOR UPDATE SKIP LOCKED)
             RETURNING id",
            now,
        )
        .fetch_all(&mut *transaction)
        .await?;
        logouts::enqueue(&mut transaction, &sessions, now).await?;
        transaction.commit().await?;
        Ok(sessions.len())
    })
    .await
}

/// Removes sessions that expired before `before`, some at a time.
pub async fn sweep(db: &PgPool, before: Timestamp) -> Result<u64> {
    Ok(sqlx::query!(
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < $1 LIMIT 5000)",
        before,
    )
    .execute(db)
    .await?
    .rows_affected())
}
