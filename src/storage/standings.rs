//! What decides about someone, read in one statement: who they are, their groups, and the roles that they have.

use serde_json::json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::Result;
use crate::clock::Timestamp;

/// What decides about someone.
#[derive(Clone, Debug)]
pub struct StandingRow {
    /// What is known of them by name, as policies call it.
    pub attributes: serde_json::Value,
    /// `{ "name", "until" }` of each group, see `access::principal::Held`.
    pub groups: serde_json::Value,
    /// The same of each role, had by themself or by a group.
    pub roles: serde_json::Value,
}

/// That of a person. None if there is no such person, or they are disabled.
pub async fn of_user(db: &PgPool, user: Uuid) -> Result<Option<StandingRow>> {
    Ok(sqlx::query_as!(
        StandingRow,
        r#"SELECT attributes || jsonb_strip_nulls(jsonb_build_object(
                      'email', email, 'email_verified', email_verified, 'username', username, 'name', name,
                      'locale', profile ->> 'locale', 'administrator', administrator)) AS "attributes!",
                  (SELECT coalesce(jsonb_agg(jsonb_build_object('name', m.group_name, 'until', m.expires_at)), '[]')
                   FROM group_members m WHERE m.user_id = u.id) AS "groups!",
                  (SELECT coalesce(jsonb_agg(jsonb_build_object('name', a.role, 'until', a.expires_at)), '[]')
                   FROM (
                       SELECT role, expires_at FROM role_assignments
                       WHERE subject_kind = 'user' AND subject = u.id::text
                       UNION ALL
                       -- What is had by a group ends when either does; LEAST looks past nulls.
                       SELECT a.role, LEAST(a.expires_at, m.expires_at)
                       FROM group_members m JOIN role_assignments a
                           ON a.subject_kind = 'group' AND a.subject = m.group_name
                       WHERE m.user_id = u.id
                   ) a) AS "roles!"
           FROM users u WHERE id = $1 AND disabled_at IS NULL"#,
        user,
    )
    .fetch_optional(db)
    .await?)
}

/// That of a client. None if there is no such client, or it is disabled.
pub async fn of_client(db: &PgPool, client_id: &str) -> Result<Option<StandingRow>> {
    Ok(sqlx::query_as!(
        StandingRow,
        r#"SELECT jsonb_strip_nulls(jsonb_build_object(
                      'name', metadata -> 'client_name',
                      'first_party', coalesce(metadata -> 'first_party', 'false'))) AS "attributes!",
                  '[]'::jsonb AS "groups!",
                  (SELECT coalesce(jsonb_agg(jsonb_build_object('name', a.role, 'until', a.expires_at)), '[]')
                   FROM role_assignments a
                   WHERE a.subject_kind = 'client' AND a.subject = c.client_id) AS "roles!"
           FROM clients c WHERE client_id = $1 AND NOT coalesce((metadata ->> 'disabled')::boolean, false)"#,
        client_id,
    )
    .fetch_optional(db)
    .await?)
}

/// Those of the people after an id, by id. Disabled ones are left out.
pub async fn of_users(db: &PgPool, after: Uuid, limit: i64) -> Result<Vec<(Uuid, StandingRow)>> {
    let rows = sqlx::query!(
        r#"SELECT id,
                  attributes || jsonb_strip_nulls(jsonb_build_object(
                      'email', email, 'email_verified', email_verified, 'username', username, 'name', name,
                      'locale', profile ->> 'locale', 'administrator', administrator)) AS "attributes!",
                  (SELECT coalesce(jsonb_agg(jsonb_build_object('name', m.group_name, 'until', m.expires_at)), '[]')
                   FROM group_members m WHERE m.user_id = u.id) AS "groups!",
                  (SELECT coalesce(jsonb_agg(jsonb_build_object('name', a.role, 'until', a.expires_at)), '[]')
                   FROM (
                       SELECT role, expires_at FROM role_assignments
                       WHERE subject_kind = 'user' AND subject = u.id::text
                       UNION ALL
                       SELECT a.role, LEAST(a.expires_at, m.expires_at)
                       FROM group_members m JOIN role_assignments a
                           ON a.subject_kind = 'group' AND a.subject = m.group_name
                       WHERE m.user_id = u.id
                   ) a) AS "roles!"
           FROM users u WHERE id > $1 AND disabled_at IS NULL ORDER BY id LIMIT $2"#,
        after,
        limit,
    )
    .fetch_all(db)
    .await?;
    let standing = |attributes, groups, roles| StandingRow { attributes, groups, roles };
    Ok(rows
        .into_iter()
        .map(|row| (row.id, standing(row.attributes, row.groups, row.roles)))
        .collect())
}

/// Those of the clients after an id, by id. Disabled ones are left out.
pub async fn of_clients(
    db: &PgPool,
    after: &str,
    limit: i64,
) -> Result<Vec<(String, StandingRow)>> {
    let rows = sqlx::query!(
        r#"SELECT client_id,
                  jsonb_strip_nulls(jsonb_build_object(
                      'name', metadata -> 'client_name',
                      'first_party', coalesce(metadata -> 'first_party', 'false'))) AS "attributes!",
                  (SELECT coalesce(jsonb_agg(jsonb_build_object('name', a.role, 'until', a.expires_at)), '[]')
                   FROM role_assignments a
                   WHERE a.subject_kind = 'client' AND a.subject = c.client_id) AS "roles!"
           FROM clients c
           WHERE client_id > $1 AND NOT coalesce((metadata ->> 'disabled')::boolean, false)
           ORDER BY client_id LIMIT $2"#,
        after,
        limit,
    )
    .fetch_all(db)
    .await?;
    let standing = |attributes, roles| StandingRow { attributes, groups: json!([]), roles };
    Ok(rows.into_iter().map(|row| (row.client_id, standing(row.attributes, row.roles))).collect())
}

/// Tells all replicas that what decides about a person has changed.
pub async fn changed(db: &mut PgConnection, user: Uuid, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "INSERT INTO changes (kind, key, at) VALUES ('standing', 'user:' || $1::uuid, $2) ON CONFLICT DO NOTHING",
        user,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}
