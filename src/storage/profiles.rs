//! `users`, as far as people are described by it: what profiles show, and what claims are made of.

use serde::Deserialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::Result;
use crate::clock::Timestamp;

/// What a person is called and says of themself.
#[derive(Clone, Debug)]
pub struct ProfileRow {
    /// What to call them.
    pub name: Option<String>,
    /// The rest, see `identity::profile`.
    pub profile: serde_json::Value,
}

/// The profile of a person.
pub async fn get(db: &PgPool, user: Uuid) -> Result<Option<ProfileRow>> {
    Ok(sqlx::query_as!(ProfileRow, "SELECT name, profile FROM users WHERE id = $1", user)
        .fetch_optional(db)
        .await?)
}

/// Replaces the profile of a person. Whether it was another one before.
pub async fn set(
    db: &PgPool,
    user: Uuid,
    name: Option<&str>,
    profile: &serde_json::Value,
    now: Timestamp,
) -> Result<bool> {
    let done = sqlx::query!(
        "WITH changed AS (
            UPDATE users SET name = $2, profile = $3, updated_at = $4
            WHERE id = $1 AND (name IS DISTINCT FROM $2 OR profile <> $3)
            RETURNING id
        )
        INSERT INTO changes (kind, key, at) SELECT 'standing', 'user:' || id, $4 FROM changed",
        user,
        name,
        profile,
        now,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What claims about a person are made of.
#[derive(Clone, Debug, Deserialize)]
pub struct PersonRow {
    /// Who.
    pub id: Uuid,
    /// As the person wrote it.
    pub email: String,
    /// Whether someone proved to read mail there.
    pub email_verified: bool,
    /// As the person wrote it.
    pub username: Option<String>,
    /// What to call the person.
    pub name: Option<String>,
    /// The rest, see `identity::profile`.
    pub profile: serde_json::Value,
    /// Last change of any of it.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: Timestamp,
    /// Claims that the grant's request asked for by name, at `UserInfo`.
    #[serde(default)]
    pub userinfo_claims: Vec<String>,
    /// The languages and scripts that it asked for, the one that is liked best first; none where it did not.
    pub claims_locales: Option<Vec<String>>,
}

/// The person who made a grant, unless they are disabled.
pub async fn of_grant(db: &PgPool, grant: Uuid) -> Result<Option<PersonRow>> {
    Ok(sqlx::query_as!(
        PersonRow,
        "SELECT u.id, u.email, u.email_verified, u.username, u.name, u.profile, u.updated_at, g.userinfo_claims,
                g.claims_locales
         FROM grants g JOIN users u ON u.id = g.user_id
         WHERE g.id = $1 AND u.disabled_at IS NULL",
        grant,
    )
    .fetch_optional(db)
    .await?)
}
