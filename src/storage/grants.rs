//! `grants`: one row for what a person granted to a client, however often its refresh token rotates.

use sqlx::{PgConnection, PgPool, types::Json};
use uuid::Uuid;

use super::{Result, profiles::PersonRow, retry, sessions::Cutoffs};
use crate::clock::Timestamp;

/// What tokens are made of, once a grant was made or refreshed.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The grant.
    pub id: Uuid,
    /// The person.
    pub user_id: Uuid,
    /// The session it was made in.
    pub session_id: Uuid,
    /// All that was granted.
    pub scopes: Vec<String>,
    /// The resources of this token.
    pub resources: Vec<String>,
    /// OpenID Connect's nonce, at the code's redemption only.
    pub nonce: Option<String>,
    /// When the person proved who they are.
    pub auth_time: Timestamp,
    /// By which means.
    pub amr: Vec<String>,
    /// How surely.
    pub acr: String,
    /// Claims asked for by name, in the ID token.
    pub id_token_claims: Vec<String>,
    /// Whether the answer was given before.
    pub retried: bool,
    /// Whom the ID token is about, if claims are asked for by name in it: read along, since what the answer is for is spent.
    pub person: Option<Json<PersonRow>>,
}

/// An opaque access token to be written if the token is for a resource that wants one.
#[derive(Debug)]
pub struct Minting<'a> {
    /// The token's id.
    pub id: Uuid,
    /// Digest of its secret.
    pub secret_hash: &'a [u8],
    /// The resources that want opaque tokens.
    pub resources: &'a [String],
    /// How long tokens of each live, in seconds.
    pub seconds: &'a [f64],
}

/// A refresh token as it is presented.
#[derive(Debug)]
pub struct Rotation<'a> {
    /// The grant it names.
    pub id: Uuid,
    /// Digest of its secret.
    pub presented: &'a [u8],
    /// Digest of its successor's.
    pub successor: &'a [u8],
    /// The client that presents it.
    pub client_id: &'a str,
    /// The scopes it narrows the token to.
    pub scopes: Option<&'a [String]>,
    /// The resources it narrows the token to.
    pub resources: Option<&'a [String]>,
    /// When the grant ends if it is not used again.
    pub idle_expires_at: Timestamp,
    /// Rotations before this answer no retry.
    pub window: Timestamp,
    /// Rotations after this race with it: retries are not counted.
    pub race: Timestamp,
    /// How many retries are answered otherwise.
    pub retries: i16,
}

/// Rotates a grant's refresh token, or answers the former one within its window: one UPDATE by primary key. Either
/// way the row afterwards holds the successor as current and the presented one as previous, so both cases are one.
pub async fn rotate(
    db: &PgPool,
    token: &Rotation<'_>,
    minting: &Minting<'_>,
    at: Cutoffs,
) -> Result<Option<Granted>> {
    retry(|| async {
        Ok(sqlx::query_as!(
            Granted,
            r#"WITH rotated AS (
                UPDATE grants g SET
                    refresh_previous = $2,
                    refresh_current = $3,
                    rotated_at = CASE WHEN refresh_current = $2 THEN $7 ELSE rotated_at END,
                    raced = CASE WHEN refresh_current = $2 THEN 0
                                 WHEN rotated_at > $12 THEN least(raced, 30000) + 1 ELSE raced END,
                    retries = CASE WHEN refresh_current = $2 THEN 0
                                   WHEN rotated_at > $12 THEN retries ELSE retries + 1 END,
                    idle_expires_at = CASE WHEN refresh_current = $2 THEN $10 ELSE idle_expires_at END
                FROM users u
                WHERE g.id = $1 AND g.client_id = $4
                  AND (g.refresh_current = $2
                       OR (g.refresh_previous = $2 AND g.rotated_at > $11 AND (g.rotated_at > $12 OR g.retries < $13)))
                  AND g.revoked_at IS NULL AND g.expires_at > $7 AND g.idle_expires_at > $7
                  AND ($5::text[] IS NULL OR g.scopes @> $5)
                  AND ($6::text[] IS NULL OR g.resources @> $6)
                  AND u.id = g.user_id AND u.disabled_at IS NULL
                  AND (g.offline OR EXISTS (
                      SELECT FROM sessions s
                      WHERE s.id = g.session_id AND s.ended_at IS NULL AND s.expires_at > $7 AND s.last_seen_at > $8))
                RETURNING g.*
            ), touched AS (
                -- An application in use keeps its person signed in. It does not wait for that: whoever ends a session
                -- locks it before its grants, and this statement has locked the grant.
                UPDATE sessions SET last_seen_at = $7
                WHERE id IN (
                    SELECT s.id FROM rotated r JOIN sessions s ON s.id = r.session_id
                    WHERE NOT r.offline AND s.last_seen_at < $9
                    FOR NO KEY UPDATE OF s SKIP LOCKED)
            ), minted AS (
                INSERT INTO opaque_tokens (id, secret_hash, grant_id, client_id, subject, scopes, audience,
                                           issued_at, expires_at)
                SELECT $14, $15, r.id, r.client_id, r.user_id::text, coalesce($5, r.scopes), coalesce($6, r.resources),
                       $7, $7 + make_interval(secs => o.seconds)
                FROM rotated r, LATERAL (
                    SELECT min(l.seconds) AS seconds FROM unnest($16::text[], $17::float8[]) AS l (resource, seconds)
                    WHERE l.resource = ANY (coalesce($6, r.resources))
                ) o
                WHERE o.seconds IS NOT NULL
            )
            SELECT id, user_id, session_id, coalesce($5, scopes) AS "scopes!", coalesce($6, resources) AS "resources!",
                   NULL AS "nonce: String", auth_time, amr, acr, id_token_claims,
                   retries + raced > 0 AS "retried!",
                   CASE WHEN id_token_claims <> '{}' THEN (
                       SELECT to_jsonb(p) FROM (
                           SELECT u.id, u.email, u.email_verified, u.username, u.name, u.profile, u.updated_at,
                                  rotated.claims_locales
                           FROM users u WHERE u.id = rotated.user_id) p) END AS "person: Json<PersonRow>"
            FROM rotated"#,
            token.id,
            token.presented,
            token.successor,
            token.client_id,
            token.scopes,
            token.resources,
            at.now,
            at.idle,
            at.touch,
            token.idle_expires_at,
            token.window,
            token.race,
            token.retries,
            minting.id,
            minting.secret_hash,
            minting.resources,
            minting.seconds,
        )
        .fetch_optional(db)
        .await?)
    })
    .await
}

/// What is known of a grant whose refresh token is presented.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, one a column")]
pub struct Autopsy {
    /// The person.
    pub user_id: Uuid,
    /// The session it was made in.
    pub session_id: Uuid,
    /// Revoked, expired, idle for too long, its session over, or its person disabled.
    pub over: bool,
    /// The client is the one it was granted to.
    pub own: bool,
    /// The presented token is the current one, or the former one within its window.
    pub acceptable: bool,
    /// The scopes are among those granted.
    pub scopes_fit: bool,
    /// The resources are among those granted.
    pub resources_fit: bool,
    /// All that was granted.
    pub scopes: Vec<String>,
    /// For which resources.
    pub resources: Vec<String>,
    /// When the person proved who they are.
    pub auth_time: Timestamp,
    /// By which means.
    pub amr: Vec<String>,
    /// How surely.
    pub acr: String,
}

/// Looks at why a refresh token was not accepted, or what it would be accepted for.
pub async fn examine(db: &PgPool, token: &Rotation<'_>, at: Cutoffs) -> Result<Option<Autopsy>> {
    Ok(sqlx::query_as!(
        Autopsy,
        r#"SELECT g.user_id, g.session_id,
                  g.revoked_at IS NOT NULL OR g.expires_at <= $6 OR g.idle_expires_at <= $6
                      OR NOT EXISTS (SELECT FROM users u WHERE u.id = g.user_id AND u.disabled_at IS NULL)
                      OR (NOT g.offline AND NOT EXISTS (
                          SELECT FROM sessions s WHERE s.id = g.session_id AND s.ended_at IS NULL
                            AND s.expires_at > $6 AND s.last_seen_at > $7)) AS "over!",
                  g.client_id = $3 AS "own!",
                  coalesce(g.refresh_current = $2
                      OR (g.refresh_previous = $2 AND g.rotated_at > $8 AND (g.rotated_at > $9 OR g.retries < $10)),
                      false) AS "acceptable!",
                  coalesce($4::text[] IS NULL OR g.scopes @> $4, false) AS "scopes_fit!",
                  coalesce($5::text[] IS NULL OR g.resources @> $5, false) AS "resources_fit!",
                  g.scopes, g.resources, g.auth_time, g.amr, g.acr
           FROM grants g WHERE g.id = $1"#,
        token.id,
        token.presented,
        token.client_id,
        token.scopes,
        token.resources,
        at.now,
        at.idle,
        token.window,
        token.race,
        token.retries,
    )
    .fetch_optional(db)
    .await?)
}

/// Whose grant it is, be it over or not.
pub async fn person(db: &PgPool, id: Uuid) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar!("SELECT user_id FROM grants WHERE id = $1", id)
        .fetch_optional(db)
        .await?)
}

/// Revokes a grant and everything issued under it, and tells all replicas. Whether it was live before.
pub async fn revoke(db: &PgPool, id: Uuid, now: Timestamp, tokens_end: Timestamp) -> Result<bool> {
    retry(|| async {
        let revoked = sqlx::query_scalar!(
            r#"WITH revoked AS (
                UPDATE grants SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id
            ), listed AS (
                INSERT INTO revocations (subject, revoked_at, expires_at) SELECT id, $2, $3 FROM revoked
                ON CONFLICT DO NOTHING
            ), told AS (
                INSERT INTO changes (kind, key, at) SELECT 'revocation', id::text, $2 FROM revoked
            )
            SELECT count(*) AS "count!" FROM revoked"#,
            id,
            now,
            tokens_end,
        )
        .fetch_one(db)
        .await?;
        Ok(revoked > 0)
    })
    .await
}

/// A refresh token's grant, for introspection and revocation by its own client.
#[derive(Clone, Debug)]
pub struct RefreshRow {
    /// Whose client.
    pub client_id: String,
    /// The person.
    pub user_id: Uuid,
    /// What was granted.
    pub scopes: Vec<String>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last rotated.
    pub rotated_at: Timestamp,
    /// Whether the token presented is the current one of a live grant.
    pub current: bool,
}

/// The grant of a refresh token.
pub async fn find_refresh(
    db: &PgPool,
    id: Uuid,
    presented: &[u8],
    at: Cutoffs,
) -> Result<Option<RefreshRow>> {
    Ok(sqlx::query_as!(
        RefreshRow,
        r#"SELECT client_id, user_id, scopes, least(expires_at, idle_expires_at) AS "expires_at!", rotated_at,
                  coalesce(refresh_current = $2 AND revoked_at IS NULL AND expires_at > $3 AND idle_expires_at > $3
                           AND (offline OR EXISTS (
                               SELECT FROM sessions s WHERE s.id = session_id AND s.ended_at IS NULL
                                 AND s.expires_at > $3 AND s.last_seen_at > $4)), false) AS "current!"
           FROM grants WHERE id = $1"#,
        id,
        presented,
        at.now,
        at.idle,
    )
    .fetch_optional(db)
    .await?)
}

/// Revokes all that a person granted, as part of a larger change, and tells every replica: which grants.
pub(super) async fn revoke_of_user(
    connection: &mut PgConnection,
    user: Uuid,
    now: Timestamp,
    tokens_end: Timestamp,
) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "WITH revoked AS (
            UPDATE grants SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL RETURNING id
        ), listed AS (
            INSERT INTO revocations (subject, revoked_at, expires_at) SELECT id, $2, $3 FROM revoked
            ON CONFLICT DO NOTHING
        ), told AS (
            INSERT INTO changes (kind, key, at) SELECT 'revocation', id::text, $2 FROM revoked
        )
        SELECT id FROM revoked",
        user,
        now,
        tokens_end,
    )
    .fetch_all(connection)
    .await?)
}
