//! `codes`: authorization codes, from issue to redemption.

use serde_json::Value;
use sqlx::{PgPool, types::Json};
use uuid::Uuid;

use super::{
    Result,
    grants::{Granted, Minting},
    profiles::PersonRow,
    retry,
    sessions::{Cutoffs, SessionRow},
};
use crate::clock::Timestamp;

/// A code to be issued, as far as the request decides it.
#[derive(Debug)]
pub struct NewCode<'a> {
    /// Its id, and that of the grant to come.
    pub id: Uuid,
    /// Digest of its secret.
    pub secret_hash: &'a [u8],
    /// For whom.
    pub client_id: &'a str,
    /// Where it is sent.
    pub redirect_uri: &'a str,
    /// Whether the request named that.
    pub redirect_uri_named: bool,
    /// The PKCE challenge (S256).
    pub code_challenge: Option<&'a str>,
    /// What is asked.
    pub scopes: &'a [String],
    /// For which resources.
    pub resources: &'a [String],
    /// OpenID Connect's nonce.
    pub nonce: Option<&'a str>,
    /// The values of `acr` one of which has to be told, if any (OpenID Connect Core §5.5.1.1): the session's own, or the first.
    pub essential_acr: Option<&'a [String]>,
    /// Claims asked for by name, in the ID token.
    pub id_token_claims: &'a [String],
    /// Claims asked for by name, at `UserInfo`.
    pub userinfo_claims: &'a [String],
    /// The languages and scripts that claims are asked for in, if any.
    pub claims_locales: Option<&'a [String]>,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// The session of a browser, what its person allowed the client, and a code that was written for it.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The session.
    pub session: SessionRow,
    /// Allowed scopes by resource.
    pub consents: Value,
}

/// Finds the live session of a browser with what its person allowed the client, and writes `code` for it: one
/// statement for a request that nothing is owed for. The caller decides on what comes back whether the code is handed
/// out; one that is not is a row that no one has the secret of, and expires.
pub async fn prepare(
    db: &PgPool,
    session: (Uuid, &[u8]),
    code: &NewCode<'_>,
    at: Cutoffs,
) -> Result<Option<Prepared>> {
    let row = retry(|| async {
        Ok(sqlx::query!(
            r#"WITH session AS (
                SELECT s.id, s.user_id, s.auth_time, s.amr, s.acr, s.proofs, s.last_seen_at, u.email, u.username, u.name
                FROM sessions s JOIN users u ON u.id = s.user_id
                WHERE s.id = $1 AND s.secret_hash = $2 AND s.ended_at IS NULL
                  AND s.expires_at > $3 AND s.last_seen_at > $4 AND u.disabled_at IS NULL
            ), touched AS (
                UPDATE sessions SET last_seen_at = $3
                WHERE id = (SELECT id FROM session WHERE last_seen_at < $5)
            ), written AS (
                INSERT INTO codes (id, secret_hash, client_id, user_id, session_id, redirect_uri, redirect_uri_named,
                                   code_challenge, scopes, resources, nonce, auth_time, amr, acr, expires_at,
                                   id_token_claims, userinfo_claims, claims_locales)
                SELECT $6, $7, $8, user_id, id, $9, $10, $11, $12, $13, $14, auth_time, amr,
                       CASE WHEN acr = ANY ($16::text[]) THEN acr ELSE coalesce(($16::text[])[1], acr) END, $15, $17, $18,
                       $19
                FROM session
            )
            SELECT id, user_id, auth_time, amr, acr, proofs, email, username, name,
                   EXISTS (SELECT FROM totp t WHERE t.user_id = session.user_id AND t.confirmed_at IS NOT NULL)
                       OR EXISTS (SELECT FROM passkeys p WHERE p.user_id = session.user_id) AS "second_factor!",
                   (SELECT coalesce(jsonb_object_agg(resource, scopes), '{}')
                    FROM consents c WHERE c.user_id = session.user_id AND c.client_id = $8) AS "consents!"
            FROM session"#,
            session.0,
            session.1,
            at.now,
            at.idle,
            at.touch,
            code.id,
            code.secret_hash,
            code.client_id,
            code.redirect_uri,
            code.redirect_uri_named,
            code.code_challenge,
            code.scopes,
            code.resources,
            code.nonce,
            code.expires_at,
            code.essential_acr,
            code.id_token_claims,
            code.userinfo_claims,
            code.claims_locales,
        )
        .fetch_optional(db)
        .await?)
    })
    .await?;
    Ok(row.map(|row| Prepared {
        session: SessionRow {
            id: row.id,
            user_id: row.user_id,
            auth_time: row.auth_time,
            amr: row.amr,
            acr: row.acr,
            proofs: row.proofs,
            second_factor: row.second_factor,
            email: row.email,
            username: row.username,
            name: row.name,
        },
        consents: row.consents,
    }))
}

/// A code as it is presented.
#[derive(Clone, Copy, Debug)]
pub struct Redemption<'a> {
    /// Its id.
    pub id: Uuid,
    /// Digest of its secret.
    pub secret_hash: &'a [u8],
    /// The client that presents it.
    pub client_id: &'a str,
    /// The redirect URI it names.
    pub redirect_uri: Option<&'a str>,
    /// The S256 challenge of the verifier it presents.
    pub code_challenge: Option<&'a str>,
    /// The resources it narrows the token to.
    pub resources: Option<&'a [String]>,
    /// The resources that there are: a token is for no other.
    pub known: &'a [String],
    /// Digest of the first refresh token's secret, if there is to be one.
    pub refresh_hash: Option<&'a [u8]>,
    /// When the grant ends if it is not used, and at all.
    pub idle_expires_at: Timestamp,
    /// When it ends at all.
    pub expires_at: Timestamp,
}

/// Redeems a code: marks it, makes its grant and, where a resource wants that, its opaque token, in one statement.
/// Nothing happens and `None` comes back unless everything about it is right.
///
/// The locks on the rows of person and session make whoever disables or ends them wait for this grant, or this grant see
/// that.
pub async fn redeem(
    db: &PgPool,
    code: &Redemption<'_>,
    minting: &Minting<'_>,
    at: Cutoffs,
) -> Result<Option<Granted>> {
    retry(|| async {
        Ok(sqlx::query_as!(
            Granted,
            r#"WITH person AS (
                SELECT c.session_id FROM codes c JOIN users u ON u.id = c.user_id
                WHERE c.id = $1 AND c.secret_hash = $2 AND u.disabled_at IS NULL
                -- FOR KEY SHARE would let an update of disabled_at pass.
                FOR SHARE OF u
            ), session AS (
                SELECT s.id FROM person p JOIN sessions s ON s.id = p.session_id
                WHERE s.ended_at IS NULL AND s.expires_at > $8
                FOR SHARE OF s
            ), redeemed AS (
                UPDATE codes c SET redeemed_at = $8
                FROM session s
                WHERE c.id = $1 AND c.secret_hash = $2 AND c.client_id = $3
                  AND c.redeemed_at IS NULL AND c.expires_at > $8
                  -- RFC 6749 §4.1.3; OAuth 2.1 §4.1.3 lets PKCE stand in for it.
                  AND ($4 = c.redirect_uri
                       OR ($4 IS NULL AND (c.code_challenge IS NOT NULL OR NOT c.redirect_uri_named)))
                  -- RFC 7636 §4.6; a verifier without a challenge is a downgrade (RFC 9700 §4.8.2).
                  AND c.code_challenge IS NOT DISTINCT FROM $5
                  AND ($6::text[] IS NULL OR c.resources @> $6)
                  AND coalesce($6, c.resources) <@ $15
                  AND s.id = c.session_id
                RETURNING c.*
            ), granted AS (
                INSERT INTO grants (id, client_id, user_id, session_id, offline, code_hash, scopes, resources,
                                    auth_time, amr, acr, refresh_current, rotated_at, idle_expires_at, expires_at,
                                    id_token_claims, userinfo_claims, claims_locales)
                SELECT id, client_id, user_id, session_id, 'offline_access' = ANY (scopes), secret_hash, scopes,
                       resources, auth_time, amr, acr, $7, $8, $9, $10, id_token_claims, userinfo_claims,
                       claims_locales
                FROM redeemed
            ), minted AS (
                INSERT INTO opaque_tokens (id, secret_hash, grant_id, client_id, subject, scopes, audience,
                                           issued_at, expires_at)
                SELECT $11, $12, r.id, r.client_id, r.user_id::text, r.scopes, coalesce($6, r.resources),
                       $8, $8 + make_interval(secs => o.seconds)
                FROM redeemed r, LATERAL (
                    SELECT min(l.seconds) AS seconds FROM unnest($13::text[], $14::float8[]) AS l (resource, seconds)
                    WHERE l.resource = ANY (coalesce($6, r.resources))
                ) o
                WHERE o.seconds IS NOT NULL
            )
            SELECT id, user_id, session_id, scopes, coalesce($6, resources) AS "resources!", nonce, auth_time, amr, acr,
                   id_token_claims, false AS "retried!",
                   CASE WHEN id_token_claims <> '{}' THEN (
                       SELECT to_jsonb(p) FROM (
                           SELECT u.id, u.email, u.email_verified, u.username, u.name, u.profile, u.updated_at,
                                  redeemed.claims_locales
                           FROM users u WHERE u.id = redeemed.user_id) p) END AS "person: Json<PersonRow>"
            FROM redeemed"#,
            code.id,
            code.secret_hash,
            code.client_id,
            code.redirect_uri,
            code.code_challenge,
            code.resources,
            code.refresh_hash,
            at.now,
            code.idle_expires_at,
            code.expires_at,
            minting.id,
            minting.secret_hash,
            minting.resources,
            minting.seconds,
            code.known,
        )
        .fetch_optional(db)
        .await?)
    })
    .await
}

/// What is known of a code that could not be redeemed.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, one a column")]
pub struct Autopsy {
    /// The person, if it is known or was redeemed.
    pub user_id: Option<Uuid>,
    /// It was redeemed before: its grant exists.
    pub redeemed: bool,
    /// It exists with this secret.
    pub known: bool,
    /// It was issued to this client.
    pub own: bool,
    /// Its time is over.
    pub expired: bool,
    /// The challenge fits.
    pub challenge_fits: bool,
    /// The redirect URI fits.
    pub redirect_uri_fits: bool,
    /// The resources are among those granted.
    pub resources_fit: bool,
    /// There are such resources.
    pub resources_known: bool,
}

/// Looks at why a code was not redeemed.
pub async fn examine(db: &PgPool, code: &Redemption<'_>, now: Timestamp) -> Result<Autopsy> {
    let row = sqlx::query_as!(
        Autopsy,
        r#"SELECT coalesce(c.user_id, g.user_id) AS "user_id?",
                  g.id IS NOT NULL AS "redeemed!",
                  c.id IS NOT NULL AS "known!",
                  coalesce(c.client_id = $3, false) AS "own!",
                  coalesce(c.expires_at <= $7, false) AS "expired!",
                  coalesce(c.code_challenge IS NOT DISTINCT FROM $5, false) AS "challenge_fits!",
                  coalesce($4 = c.redirect_uri
                      OR ($4 IS NULL AND (c.code_challenge IS NOT NULL OR NOT c.redirect_uri_named)), false) AS "redirect_uri_fits!",
                  coalesce($6::text[] IS NULL OR c.resources @> $6, false) AS "resources_fit!",
                  coalesce(coalesce($6, c.resources) <@ $8, true) AS "resources_known!"
           FROM (SELECT) AS one
           LEFT JOIN codes c ON c.id = $1 AND c.secret_hash = $2
           LEFT JOIN grants g ON g.id = $1 AND g.code_hash = $2"#,
        code.id,
        code.secret_hash,
        code.client_id,
        code.redirect_uri,
        code.code_challenge,
        code.resources,
        now,
        code.known,
    )
    .fetch_one(db)
    .await?;
    Ok(row)
}
