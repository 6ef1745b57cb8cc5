//! `roles` and `role_assignments`.

use sqlx::PgPool;

use super::Result;
use crate::clock::Timestamp;

/// A role as stored.
#[derive(Clone, Debug)]
pub struct RoleRow {
    /// Its name.
    pub name: String,
    /// Its metadata, see `access::roles`.
    pub metadata: serde_json::Value,
}

/// Every role, by name.
pub async fn list(db: &PgPool) -> Result<Vec<RoleRow>> {
    Ok(sqlx::query_as!(RoleRow, "SELECT name, metadata FROM roles ORDER BY name")
        .fetch_all(db)
        .await?)
}

/// Adds or replaces a role and tells all replicas.
pub async fn put(
    db: &PgPool,
    name: &str,
    metadata: &serde_json::Value,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "WITH stored AS (
            INSERT INTO roles (name, metadata, created_at, updated_at) VALUES ($1, $2, $3, $3)
            ON CONFLICT (name) DO UPDATE SET metadata = EXCLUDED.metadata, updated_at = EXCLUDED.updated_at
        )
        INSERT INTO changes (kind, key, at) VALUES ('role', $1, $3)",
        name,
        metadata,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes a role from everyone, and tells all replicas. Whether there was one.
pub async fn delete(db: &PgPool, name: &str, now: Timestamp) -> Result<bool> {
    let done = sqlx::query!(
        "WITH deleted AS (DELETE FROM roles WHERE name = $1 RETURNING name)
         INSERT INTO changes (kind, key, at) SELECT 'role', name, $2 FROM deleted",
        name,
        now,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// A role that someone has.
#[derive(Clone, Debug)]
pub struct AssignmentRow {
    /// Which.
    pub role: String,
    /// `user`, `group` or `client`.
    pub subject_kind: String,
    /// The id of a person or client, the name of a group.
    pub subject: String,
    /// Until when; none is for ever.
    pub expires_at: Option<Timestamp>,
}

/// Gives a role to someone, or changes until when they have it, and tells all replicas.
pub async fn assign(db: &PgPool, assignment: &AssignmentRow, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "WITH stored AS (
            INSERT INTO role_assignments (role, subject_kind, subject, created_at, expires_at)
            VALUES ($1, $2, $3, $5, $4)
            ON CONFLICT (subject_kind, subject, role) DO UPDATE SET expires_at = EXCLUDED.expires_at
        )
        INSERT INTO changes (kind, key, at) VALUES ('standing', $2 || ':' || $3, $5)",
        assignment.role,
        assignment.subject_kind,
        assignment.subject,
        assignment.expires_at,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes a role from someone and tells all replicas. Whether they had it.
pub async fn unassign(
    db: &PgPool,
    role: &str,
    (kind, subject): (&str, &str),
    now: Timestamp,
) -> Result<bool> {
    let done = sqlx::query!(
        "WITH deleted AS (
            DELETE FROM role_assignments WHERE role = $1 AND subject_kind = $2 AND subject = $3 RETURNING role
        )
        INSERT INTO changes (kind, key, at) SELECT 'standing', $2 || ':' || $3, $4 FROM deleted",
        role,
        kind,
        subject,
        now,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Who has a role, a page at a time.
pub async fn assigned(
    db: &PgPool,
    role: &str,
    after: (&str, &str),
    limit: i64,
) -> Result<Vec<AssignmentRow>> {
    Ok(sqlx::query_as!(
        AssignmentRow,
        "SELECT role, subject_kind, subject, expires_at FROM role_assignments
         WHERE role = $1 AND (subject_kind, subject) > ($2, $3)
         ORDER BY subject_kind, subject LIMIT $4",
        role,
        after.0,
        after.1,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// What someone has by themself, by role.
pub async fn of(db: &PgPool, kind: &str, subject: &str) -> Result<Vec<AssignmentRow>> {
    Ok(sqlx::query_as!(
        AssignmentRow,
        "SELECT role, subject_kind, subject, expires_at FROM role_assignments
         WHERE subject_kind = $1 AND subject = $2 ORDER BY role",
        kind,
        subject,
    )
    .fetch_all(db)
    .await?)
}

/// Removes assignments that have ended. Those who had them do not have them any more already.
pub async fn sweep(db: &PgPool, now: Timestamp) -> Result<u64> {
    Ok(sqlx::query!("DELETE FROM role_assignments WHERE expires_at <= $1", now)
        .execute(db)
        .await?
        .rows_affected())
}
