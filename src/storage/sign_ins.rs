//! `sign_ins`: people who prove who they are, step by step.

use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    Result, retry,
    sessions::{Cutoffs, Password},
};
use crate::clock::Timestamp;

/// A sign-in between its steps.
#[derive(Clone, Debug)]
pub struct SignInRow {
    /// Its id.
    pub id: Uuid,
    /// The person.
    pub user_id: Uuid,
    /// What was proven, see `identity::proof`.
    pub proofs: Value,
    /// The `acr` on whose way it is.
    pub acr: String,
    /// The page that it leads to.
    pub return_to: String,
    /// Whether a password was proven, and when that was set.
    pub by_password: bool,
    /// When the password that was proven was set.
    pub password_set_at: Option<Timestamp>,
    /// The session that it builds on, if it does.
    pub session_id: Option<Uuid>,
    /// The person's e-mail.
    pub email: String,
    /// What to call the person.
    pub name: Option<String>,
}

/// A sign-in to be written.
#[derive(Debug)]
pub struct NewSignIn<'a> {
    /// Its id.
    pub id: Uuid,
    /// Digest of the cookie's secret.
    pub secret_hash: &'a [u8],
    /// The person.
    pub user_id: Uuid,
    /// What was proven.
    pub proofs: &'a Value,
    /// The `acr` on whose way it is.
    pub acr: &'a str,
    /// The page that it leads to.
    pub return_to: &'a str,
    /// The password that was proven just now: it has to be the person's still.
    pub password: Option<Password>,
    /// The session that it builds on, if it does: it goes on no longer than that.
    pub session: Option<Uuid>,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Begins one: whether it did. It does not by a password that was replaced meanwhile; one that is replaced later ends it.
/// Nor does it in a session that has ended.
pub async fn insert(db: &PgPool, new: &NewSignIn<'_>, now: Timestamp) -> Result<bool> {
    let done = sqlx::query!(
        "WITH person AS (
            SELECT id FROM users
            WHERE id = $3 AND disabled_at IS NULL AND (NOT $9 OR password_set_at IS NOT DISTINCT FROM $10)
              AND ($11::uuid IS NULL OR EXISTS (
                SELECT FROM sessions WHERE id = $11 AND user_id = $3 AND ended_at IS NULL AND expires_at > $7))
            FOR SHARE
         )
         INSERT INTO sign_ins (id, secret_hash, user_id, proofs, acr, return_to, created_at, expires_at,
                               by_password, password_set_at, session_id)
         SELECT $1, $2, id, $4, $5, $6, $7, $8, $9, $10, $11 FROM person",
        new.id,
        new.secret_hash,
        new.user_id,
        new.proofs,
        new.acr,
        new.return_to,
        now,
        new.expires_at,
        new.password.is_some(),
        new.password.and_then(|password| password.set_at),
        new.session,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The one with this secret, if it is still going on, its person may sign in, and the session lives that it builds on.
pub async fn find(
    db: &PgPool,
    id: Uuid,
    secret_hash: &[u8],
    at: Cutoffs,
) -> Result<Option<SignInRow>> {
    Ok(sqlx::query_as!(
        SignInRow,
        "SELECT i.id, i.user_id, i.proofs, i.acr, i.return_to, i.by_password, i.password_set_at,
                i.session_id, u.email, u.name
         FROM sign_ins i JOIN users u ON u.id = i.user_id
         WHERE i.id = $1 AND i.secret_hash = $2 AND i.expires_at > $3 AND u.disabled_at IS NULL
           AND (i.session_id IS NULL OR EXISTS (
               SELECT FROM sessions s
               WHERE s.id = i.session_id AND s.ended_at IS NULL AND s.expires_at > $3 AND s.last_seen_at > $4))",
        id,
        secret_hash,
        at.now,
        at.idle,
    )
    .fetch_optional(db)
    .await?)
}

/// Notes what was proven in addition, and returns all that was. None if the sign-in is no longer going on.
pub async fn prove(db: &PgPool, id: Uuid, proof: &Value) -> Result<Option<Value>> {
    retry(|| async {
        Ok(sqlx::query_scalar!(
            "UPDATE sign_ins SET proofs = proofs || $2 WHERE id = $1 RETURNING proofs",
            id,
            proof,
        )
        .fetch_optional(db)
        .await?)
    })
    .await
}

/// Ends one: whether it was going on.
pub async fn delete(db: &PgPool, id: Uuid) -> Result<bool> {
    let done = sqlx::query!("DELETE FROM sign_ins WHERE id = $1", id).execute(db).await?;
    Ok(done.rows_affected() > 0)
}

/// Removes those that ended before `now`.
pub async fn sweep(db: &PgPool, now: Timestamp) -> Result<u64> {
    let done = sqlx::query!("DELETE FROM sign_ins WHERE expires_at < $1", now).execute(db).await?;
    Ok(done.rows_affected())
}
