//! Accounts that are to be removed, and their removal from every table.

use sqlx::PgPool;
use uuid::Uuid;

use super::{Result, api_keys, grants::revoke_of_user, pool, retry, sessions::end_of_user};
use crate::clock::Timestamp;

/// Has an account removed at `at`. Until then it is left alone: every session and sign-in ends, every grant and API key is
/// revoked. The sessions, and the grants and keys. Rows are locked in the order of [`super::users::disable`].
pub async fn schedule(
    db: &PgPool,
    user: Uuid,
    at: Timestamp,
    now: Timestamp,
    tokens_end: Timestamp,
) -> Result<(Vec<Uuid>, Vec<Uuid>)> {
    retry(|| async {
        let mut transaction = pool::begin(db).await?;
        sqlx::query!("UPDATE users SET delete_at = $2 WHERE id = $1", user, at)
            .execute(&mut *transaction)
            .await?;
        sqlx::query!("DELETE FROM sign_ins WHERE user_id = $1", user)
            .execute(&mut *transaction)
            .await?;
        let sessions = end_of_user(&mut transaction, user, None, now).await?;
        let mut grants = revoke_of_user(&mut transaction, user, now, tokens_end).await?;
        grants.extend(api_keys::revoke_of_user(&mut transaction, user, now, tokens_end).await?);
        transaction.commit().await?;
        Ok((sessions, grants))
    })
    .await
}

/// Has an account stay after all: whether it was to be removed.
pub async fn cancel(db: &PgPool, user: Uuid) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE users SET delete_at = NULL WHERE id = $1 AND delete_at IS NOT NULL",
        user,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Accounts whose time has come, some at a time.
pub async fn due(db: &PgPool, now: Timestamp) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!("SELECT id FROM users WHERE delete_at <= $1 LIMIT 100", now)
        .fetch_all(db)
        .await?)
}

/// Removes an account whose time has come, with all that is kept of its person; whether it still had. What has to stay, the
/// audit log, keeps ids alone.
///
/// What else has the person's id goes with the row in `users`. Rows of `codes`, `opaque_tokens` and
/// `authorization_requests` go with their partitions, within days.
pub async fn delete(
    db: &PgPool,
    user: Uuid,
    now: Timestamp,
    tokens_end: Timestamp,
) -> Result<bool> {
    retry(|| async {
        let mut transaction = pool::begin(db).await?;
        // Whoever signs in meanwhile either comes first, and has it stay, or finds no one.
        let there = sqlx::query_scalar!(
            "SELECT id FROM users WHERE id = $1 AND delete_at <= $2 FOR UPDATE",
            user,
            now,
        )
        .fetch_optional(&mut *transaction)
        .await?;
        if there.is_none() {
            return Ok(false);
        }
        // None should be live; if one is, applications are told while it is known which.
        end_of_user(&mut transaction, user, None, now).await?;
        sqlx::query!("DELETE FROM sessions WHERE user_id = $1", user)
            .execute(&mut *transaction)
            .await?;
        // The same for grants: tokens end with them.
        sqlx::query!(
            "WITH gone AS (
                DELETE FROM grants WHERE user_id = $1 RETURNING id, revoked_at
            ), listed AS (
                INSERT INTO revocations (subject, revoked_at, expires_at)
                SELECT id, $2, $3 FROM gone WHERE revoked_at IS NULL
                ON CONFLICT DO NOTHING
            )
            INSERT INTO changes (kind, key, at) SELECT 'revocation', id::text, $2 FROM gone WHERE revoked_at IS NULL",
            user,
            now,
            tokens_end,
        )
        .execute(&mut *transaction)
        .await?;
        sqlx::query!("DELETE FROM consents WHERE user_id = $1", user)
            .execute(&mut *transaction)
            .await?;
        sqlx::query!("DELETE FROM ceremonies WHERE user_id = $1", user)
            .execute(&mut *transaction)
            .await?;
        sqlx::query!(
            "UPDATE audit_events SET address = NULL WHERE user_id = $1 AND address IS NOT NULL",
            user,
        )
        .execute(&mut *transaction)
        .await?;
        sqlx::query!(
            "DELETE FROM role_assignments WHERE subject_kind = 'user' AND subject = $1",
            user.to_string(),
        )
        .execute(&mut *transaction)
        .await?;
        sqlx::query!("DELETE FROM users WHERE id = $1", user).execute(&mut *transaction).await?;
        super::standings::changed(&mut transaction, user, now).await?;
        transaction.commit().await?;
        Ok(true)
    })
    .await
}

/// All that is kept of a person, as JSON, without secrets.
pub async fn export(db: &PgPool, user: Uuid) -> Result<serde_json::Value> {
    Ok(sqlx::query_scalar!(
        r#"SELECT jsonb_build_object(
               'account', (
                   SELECT to_jsonb(r) FROM (
                       SELECT id, email, email_verified, username, name, profile, language, mfa, administrator, attributes,
                              created_at, updated_at
                       FROM users WHERE id = $1) r),
               'password', (
                   SELECT to_jsonb(r) FROM (
                       SELECT created_at, updated_at, revoked_at FROM credentials WHERE user_id = $1 AND kind = 'password') r),
               'authenticator', (
                   SELECT to_jsonb(r) FROM (
                       SELECT created_at, confirmed_at FROM totp WHERE user_id = $1) r),
               'recovery_codes', (
                   SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.created_at), '[]') FROM (
                       SELECT created_at, used_at FROM recovery_codes WHERE user_id = $1) r),
               'passkeys', (
                   SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.created_at), '[]') FROM (
                       SELECT name, created_at, last_used_at FROM passkeys WHERE user_id = $1) r),
               'groups', (
                   SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.name), '[]') FROM (
                       SELECT group_name AS name, created_at, expires_at FROM group_members WHERE user_id = $1) r),
               'roles', (
                   SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.role, r.by_group), '[]') FROM (
                       SELECT role, NULL AS by_group, created_at, expires_at FROM role_assignments
                       WHERE subject_kind = 'user' AND subject = $1::uuid::text
                       UNION ALL
                       SELECT a.role, m.group_name, a.created_at, LEAST(a.expires_at, m.expires_at)
                       FROM group_members m JOIN role_assignments a
                           ON a.subject_kind = 'group' AND a.subject = m.group_name
                       WHERE m.user_id = $1) r),
               'sessions', (
                   SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.created_at), '[]') FROM (
                       SELECT id, address, user_agent, amr, acr, auth_time, created_at, last_seen_at, expires_at, ended_at
                       FROM sessions WHERE user_id = $1) r),
               'devices', (
                   SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.first_seen_at), '[]') FROM (
                       SELECT device_id, address, user_agent, first_seen_at, last_seen_at
                       FROM devices WHERE user_id = $1) r),
               'countries', (
                   SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.first_seen_at), '[]') FROM (
                       SELECT country, first_seen_at, last_seen_at FROM countries WHERE user_id = $1) r),
               'consents', (
                   SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.client_id, r.resource), '[]') FROM (
                       SELECT client_id, resource, scopes, granted_at FROM consents WHERE user_id = $1) r),
               'grants', (
                   SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.id), '[]') FROM (
                       SELECT id, client_id, session_id, scopes, resources, id_token_claims, userinfo_claims, claims_locales,
                              auth_time, rotated_at, expires_at, revoked_at
                       FROM grants WHERE user_id = $1) r),
               'api_keys', (
                   SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.id), '[]') FROM (
                       SELECT id, name, environment, resource, scopes, addresses, created_at, expires_at, last_used_at,
                              last_used_address, revoked_at, replaced_by, deprecated_until
                       FROM api_keys WHERE user_id = $1) r),
               'events', (
                   SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.at), '[]') FROM (
                       SELECT at, kind, client_id, session_id, grant_id, address
                       FROM audit_events WHERE user_id = $1 ORDER BY at DESC LIMIT 10000) r)
           ) AS "all!""#,
        user,
    )
    .fetch_one(db)
    .await?)
}
