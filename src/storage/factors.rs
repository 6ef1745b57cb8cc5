//! `totp` and `recovery_codes`, and what a person has of all factors together.

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{Result, retry};
use crate::{clock::Timestamp, storage::keys::Sealed};

/// What a person can prove who they are with, and what is demanded of them.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, one a column")]
pub struct Standing {
    /// What is demanded of this person, see `identity::requirement::Mfa`; none if what is configured.
    pub mfa: Option<String>,
    /// Whether they run Signet or its clients.
    pub administrator: bool,
    /// Whether their password is another's choice.
    pub password_expired: bool,
    /// Their account is to be removed.
    pub leaving: bool,
    /// They have a password that is not revoked.
    pub password: bool,
    /// They have a confirmed authenticator.
    pub totp: bool,
    /// They have passkeys.
    pub passkeys: bool,
    /// So many recovery codes are left.
    pub recovery_codes: i64,
    /// The roles that they have by themself or by a group; what those inherit is not among them.
    pub roles: Vec<String>,
}

/// The standing of a person; none if there is no such person or they may not sign in.
pub async fn standing(db: &PgPool, user: Uuid, now: Timestamp) -> Result<Option<Standing>> {
    Ok(sqlx::query_as!(
        Standing,
        r#"SELECT mfa, administrator, password_expired, delete_at IS NOT NULL AS "leaving!",
                  EXISTS (SELECT FROM credentials c
                          WHERE c.user_id = u.id AND c.kind = 'password' AND c.revoked_at IS NULL) AS "password!",
                  EXISTS (SELECT FROM totp t WHERE t.user_id = u.id AND t.confirmed_at IS NOT NULL) AS "totp!",
                  EXISTS (SELECT FROM passkeys p WHERE p.user_id = u.id) AS "passkeys!",
                  (SELECT count(*) FROM recovery_codes r WHERE r.user_id = u.id AND r.used_at IS NULL) AS "recovery_codes!",
                  ARRAY (
                      SELECT role FROM role_assignments
                      WHERE subject_kind = 'user' AND subject = u.id::text AND (expires_at IS NULL OR expires_at > $2)
                      UNION
                      SELECT a.role FROM group_members m JOIN role_assignments a
                          ON a.subject_kind = 'group' AND a.subject = m.group_name
                      WHERE m.user_id = u.id AND (m.expires_at IS NULL OR m.expires_at > $2)
                        AND (a.expires_at IS NULL OR a.expires_at > $2)
                  ) AS "roles!"
           FROM users u WHERE id = $1 AND disabled_at IS NULL"#,
        user,
        now,
    )
    .fetch_optional(db)
    .await?)
}

/// An authenticator of one-time passwords.
#[derive(Clone, Debug)]
pub struct TotpRow {
    /// The shared secret, sealed for its person.
    pub sealed: Sealed,
    /// Whether a code of it was shown.
    pub confirmed: bool,
    /// Digest of the session or sign-in that drew the secret, if that is known.
    pub drawn_by: Option<Vec<u8>>,
    /// When it was drawn.
    pub created_at: Timestamp,
}

/// Sets a new authenticator up, which counts for nothing until it is confirmed. One that is confirmed stays: whether
/// there is none.
pub async fn put_totp(
    db: &PgPool,
    user: Uuid,
    sealed: &Sealed,
    drawn_by: &[u8],
    now: Timestamp,
) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO totp AS t (user_id, sealed, sealed_with, created_at, drawn_by) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id) DO UPDATE SET
             sealed = EXCLUDED.sealed, sealed_with = EXCLUDED.sealed_with, created_at = EXCLUDED.created_at,
             drawn_by = EXCLUDED.drawn_by, last_step = 0
         WHERE t.confirmed_at IS NULL",
        user,
        sealed.bytes,
        sealed.with,
        now,
        drawn_by,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The authenticator of a person.
pub async fn totp(db: &PgPool, user: Uuid) -> Result<Option<TotpRow>> {
    let row = sqlx::query!(
        r#"SELECT sealed, sealed_with, confirmed_at IS NOT NULL AS "confirmed!", drawn_by, created_at
           FROM totp WHERE user_id = $1"#,
        user,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| TotpRow {
        sealed: Sealed { bytes: row.sealed, with: row.sealed_with },
        confirmed: row.confirmed,
        drawn_by: row.drawn_by,
        created_at: row.created_at,
    }))
}

/// Spends a code's time step: whether it, and every later one, was unspent (RFC 6238 §5.2). With `drawn_by`,
/// an authenticator that was drawn there and was not confirmed is now.
pub async fn spend_totp_step(
    db: &PgPool,
    user: Uuid,
    step: i64,
    drawn_by: Option<&[u8]>,
    now: Timestamp,
) -> Result<bool> {
    retry(|| async {
        let done = sqlx::query!(
            "UPDATE totp SET last_step = $2, confirmed_at = coalesce(confirmed_at, $4)
             WHERE user_id = $1 AND last_step < $2 AND (confirmed_at IS NOT NULL OR drawn_by = $3)",
            user,
            step,
            drawn_by,
            now,
        )
        .execute(db)
        .await?;
        Ok(done.rows_affected() > 0)
    })
    .await
}

/// Removes the authenticator: whether there was a confirmed one.
pub async fn delete_totp(db: &PgPool, user: Uuid) -> Result<bool> {
    let removed = sqlx::query_scalar!(
        r#"DELETE FROM totp WHERE user_id = $1 RETURNING confirmed_at IS NOT NULL AS "confirmed!""#,
        user,
    )
    .fetch_optional(db)
    .await?;
    Ok(removed.unwrap_or_default())
}

/// Removes the authenticator that a person had begun to set up, as part of a larger change: whoever saw its secret would have
/// it too.
pub(super) async fn delete_pending(connection: &mut PgConnection, user: Uuid) -> Result<()> {
    sqlx::query!("DELETE FROM totp WHERE user_id = $1 AND confirmed_at IS NULL", user)
        .execute(connection)
        .await?;
    Ok(())
}

/// Replaces a person's recovery codes by new ones: either all are new, or none.
pub async fn replace_recovery_codes(
    db: &PgPool,
    user: Uuid,
    hashes: &[Vec<u8>],
    now: Timestamp,
) -> Result<()> {
    retry(|| async {
        let mut transaction = super::pool::begin(db).await?;
        // Two replacements at once would leave the codes of both.
        sqlx::query!("SELECT id FROM users WHERE id = $1 FOR UPDATE", user)
            .fetch_optional(&mut *transaction)
            .await?;
        sqlx::query!("DELETE FROM recovery_codes WHERE user_id = $1", user)
            .execute(&mut *transaction)
            .await?;
        sqlx::query!(
            "INSERT INTO recovery_codes (user_id, code_hash, created_at)
             SELECT $1, hash, $3 FROM unnest($2::bytea[]) AS hash",
            user,
            hashes,
            now,
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    })
    .await
}

/// Uses a recovery code up: how many are left, or none if it is not one of this person's unused ones.
pub async fn use_recovery_code(
    db: &PgPool,
    user: Uuid,
    hash: &[u8],
    now: Timestamp,
) -> Result<Option<i64>> {
    retry(|| async {
        Ok(sqlx::query_scalar!(
            r#"WITH used AS (
                UPDATE recovery_codes SET used_at = $3
                WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL
                RETURNING user_id
            )
            -- This statement sees the codes as they were before it.
            SELECT (SELECT count(*) FROM recovery_codes r WHERE r.user_id = used.user_id AND r.used_at IS NULL) - 1
                       AS "left!"
            FROM used"#,
            user,
            hash,
            now,
        )
        .fetch_optional(db)
        .await?)
    })
    .await
}

/// Removes every second factor of a person: whether there was one.
pub async fn reset(db: &PgPool, user: Uuid) -> Result<bool> {
    let removed = sqlx::query_scalar!(
        r#"WITH totp AS (DELETE FROM totp WHERE user_id = $1 RETURNING 1),
                codes AS (DELETE FROM recovery_codes WHERE user_id = $1 RETURNING 1),
                keys AS (DELETE FROM passkeys WHERE user_id = $1 RETURNING 1)
           SELECT EXISTS (SELECT FROM totp) OR EXISTS (SELECT FROM codes) OR EXISTS (SELECT FROM keys) AS "any!""#,
        user,
    )
    .fetch_one(db)
    .await?;
    Ok(removed)
}

/// The sealed secrets of all authenticators.
pub async fn totp_secrets(db: &PgPool) -> Result<Vec<(Uuid, Sealed)>> {
    let rows = sqlx::query!("SELECT user_id, sealed, sealed_with FROM totp").fetch_all(db).await?;
    let sealed = |bytes, with| Sealed { bytes, with };
    Ok(rows.into_iter().map(|row| (row.user_id, sealed(row.sealed, row.sealed_with))).collect())
}

/// Replaces the seal of an authenticator's secret, unless the authenticator was replaced meanwhile.
pub async fn reseal_totp(db: &PgPool, user: Uuid, old: &Sealed, new: &Sealed) -> Result<()> {
    sqlx::query!(
        "UPDATE totp SET sealed = $3, sealed_with = $4 WHERE user_id = $1 AND sealed = $2",
        user,
        old.bytes,
        new.bytes,
        new.with,
    )
    .execute(db)
    .await?;
    Ok(())
}
