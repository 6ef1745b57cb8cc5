//! `groups` and `group_members`.

use sqlx::PgPool;
use uuid::Uuid;

use super::Result;
use crate::clock::Timestamp;

/// A group as stored.
#[derive(Clone, Debug)]
pub struct GroupRow {
    /// Its name.
    pub name: String,
    /// What operators are told it is.
    pub description: String,
    /// How many people are in it.
    pub members: i64,
}

/// Every group, by name.
pub async fn list(db: &PgPool) -> Result<Vec<GroupRow>> {
    Ok(sqlx::query_as!(
        GroupRow,
        r#"SELECT name, description,
                  (SELECT count(*) FROM group_members m WHERE m.group_name = g.name) AS "members!"
           FROM groups g ORDER BY name"#
    )
    .fetch_all(db)
    .await?)
}

/// Adds a group, or changes what it is said to be.
pub async fn put(db: &PgPool, name: &str, description: &str, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "INSERT INTO groups (name, description, created_at, updated_at) VALUES ($1, $2, $3, $3)
         ON CONFLICT (name) DO UPDATE SET description = EXCLUDED.description, updated_at = EXCLUDED.updated_at",
        name,
        description,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes a group with all that people have by it, and tells all replicas. Whether there was one.
pub async fn delete(db: &PgPool, name: &str, now: Timestamp) -> Result<bool> {
    let done = sqlx::query!(
        "WITH deleted AS (
            DELETE FROM groups WHERE name = $1 RETURNING name
        ), assignments AS (
            DELETE FROM role_assignments WHERE subject_kind = 'group' AND subject = $1
        )
        INSERT INTO changes (kind, key, at) SELECT 'standing', 'group:' || name, $2 FROM deleted",
        name,
        now,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Puts someone into a group, or changes until when they are in it, and tells all replicas.
pub async fn add(
    db: &PgPool,
    group: &str,
    user: Uuid,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "WITH stored AS (
            INSERT INTO group_members (group_name, user_id, created_at, expires_at) VALUES ($1, $2, $4, $3)
            ON CONFLICT (user_id, group_name) DO UPDATE SET expires_at = EXCLUDED.expires_at
        )
        INSERT INTO changes (kind, key, at) VALUES ('standing', 'user:' || $2::uuid, $4)",
        group,
        user,
        expires_at,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes someone out of a group and tells all replicas. Whether they were in it.
pub async fn remove(db: &PgPool, group: &str, user: Uuid, now: Timestamp) -> Result<bool> {
    let done = sqlx::query!(
        "WITH deleted AS (
            DELETE FROM group_members WHERE group_name = $1 AND user_id = $2 RETURNING user_id
        )
        INSERT INTO changes (kind, key, at) SELECT 'standing', 'user:' || user_id, $3 FROM deleted",
        group,
        user,
        now,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Someone in a group.
#[derive(Clone, Debug)]
pub struct MemberRow {
    /// Who.
    pub user_id: Uuid,
    /// As the person wrote it.
    pub email: String,
    /// Until when; none is for ever.
    pub expires_at: Option<Timestamp>,
}

/// Who is in a group, a page at a time.
pub async fn members(db: &PgPool, group: &str, after: Uuid, limit: i64) -> Result<Vec<MemberRow>> {
    Ok(sqlx::query_as!(
        MemberRow,
        "SELECT m.user_id, u.email, m.expires_at FROM group_members m JOIN users u ON u.id = m.user_id
         WHERE m.group_name = $1 AND m.user_id > $2 ORDER BY m.user_id LIMIT $3",
        group,
        after,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// A group that someone is in.
#[derive(Clone, Debug)]
pub struct MembershipRow {
    /// Which.
    pub group_name: String,
    /// Until when; none is for ever.
    pub expires_at: Option<Timestamp>,
}

/// The groups that someone is in.
pub async fn of(db: &PgPool, user: Uuid) -> Result<Vec<MembershipRow>> {
    Ok(sqlx::query_as!(
        MembershipRow,
        "SELECT group_name, expires_at FROM group_members WHERE user_id = $1 ORDER BY group_name",
        user,
    )
    .fetch_all(db)
    .await?)
}

/// Removes memberships that have ended.
pub async fn sweep(db: &PgPool, now: Timestamp) -> Result<u64> {
    Ok(sqlx::query!("DELETE FROM group_members WHERE expires_at <= $1", now)
        .execute(db)
        .await?
        .rows_affected())
}
