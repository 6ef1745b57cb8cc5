//! `api_keys`.

use ipnet::IpNet;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{Result, pool, retry};
use crate::clock::Timestamp;

/// A key as stored.
#[derive(Clone, Debug)]
pub struct ApiKeyRow {
    /// Names it.
    pub id: Uuid,
    /// Digest of its secret.
    pub secret_hash: Vec<u8>,
    /// The person whose it is …
    pub user_id: Option<Uuid>,
    /// … or the client.
    pub client_id: Option<String>,
    /// What its owner calls it.
    pub name: String,
    /// `live` or `test`.
    pub environment: String,
    /// Where it is good.
    pub resource: String,
    /// For what.
    pub scopes: Vec<String>,
    /// From where; empty for anywhere.
    pub addresses: Vec<IpNet>,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when; none is for ever.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, some seconds late.
    pub last_used_at: Option<Timestamp>,
    /// From where.
    pub last_used_address: Option<IpNet>,
    /// Since when it is worthless.
    pub revoked_at: Option<Timestamp>,
    /// The key that takes its place.
    pub replaced_by: Option<Uuid>,
    /// Until when it is good beside that one.
    pub deprecated_until: Option<Timestamp>,
}

/// Whose keys something is about.
#[derive(Clone, Copy, Debug, Default)]
pub struct Of<'a> {
    /// A person's alone.
    pub user: Option<Uuid>,
    /// A client's alone.
    pub client: Option<&'a str>,
}

/// Adds a key, unless its owner has `most` live ones: whether it was added. Of several at once, some more may pass.
pub async fn insert(db: &PgPool, key: &ApiKeyRow, most: i64) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO api_keys
             (id, secret_hash, user_id, client_id, name, environment, resource, scopes, addresses, created_at, expires_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
         WHERE $12 > (
             SELECT count(*) FROM api_keys
             WHERE (user_id = $3 OR client_id = $4) AND revoked_at IS NULL
               AND coalesce(expires_at > $10, true) AND coalesce(deprecated_until > $10, true))",
        key.id,
        &key.secret_hash,
        key.user_id,
        key.client_id,
        key.name,
        key.environment,
        key.resource,
        &key.scopes,
        &key.addresses,
        key.created_at,
        key.expires_at,
        most,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The key of that id, whatever has become of it.
pub async fn get(db: &PgPool, id: Uuid) -> Result<Option<ApiKeyRow>> {
    Ok(sqlx::query_as!(
        ApiKeyRow,
        "SELECT id, secret_hash, user_id, client_id, name, environment, resource, scopes, addresses, created_at, expires_at,
                last_used_at, last_used_address, revoked_at, replaced_by, deprecated_until
         FROM api_keys WHERE id = $1",
        id,
    )
    .fetch_optional(db)
    .await?)
}

/// The keys of these ids, as far as they are there, whatever has become of them.
pub async fn all_of(db: &PgPool, ids: &[Uuid]) -> Result<Vec<ApiKeyRow>> {
    Ok(sqlx::query_as!(
        ApiKeyRow,
        "SELECT id, secret_hash, user_id, client_id, name, environment, resource, scopes, addresses, created_at, expires_at,
                last_used_at, last_used_address, revoked_at, replaced_by, deprecated_until
         FROM api_keys WHERE id = ANY ($1)",
        ids,
    )
    .fetch_all(db)
    .await?)
}

/// Those of a person or client, or of all, that are not revoked, a page at a time.
pub async fn list(db: &PgPool, of: Of<'_>, after: Uuid, limit: i64) -> Result<Vec<ApiKeyRow>> {
    Ok(sqlx::query_as!(
        ApiKeyRow,
        "SELECT id, secret_hash, user_id, client_id, name, environment, resource, scopes, addresses, created_at, expires_at,
                last_used_at, last_used_address, revoked_at, replaced_by, deprecated_until
         FROM api_keys
         WHERE ($1::uuid IS NULL OR user_id = $1) AND ($2::text IS NULL OR client_id = $2)
           AND revoked_at IS NULL AND id > $3
         ORDER BY id LIMIT $4",
        of.user,
        of.client,
        after,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// The key that takes the place of another one.
#[derive(Clone, Copy, Debug)]
pub struct Successor<'a> {
    /// Its id.
    pub id: Uuid,
    /// Digest of its secret.
    pub secret_hash: &'a [u8],
    /// Until when the other one is good as well.
    pub both_until: Timestamp,
}

/// Makes a key that may do what another one may, as long as that one was made for, and tells all replicas that the other
/// one is to be replaced. Whether there was one, live and not replaced before.
///
/// Two statements, since one does not change a table twice.
pub async fn rotate(
    db: &PgPool,
    id: Uuid,
    of: Of<'_>,
    successor: Successor<'_>,
    now: Timestamp,
) -> Result<bool> {
    retry(|| async {
        let mut transaction = pool::begin(db).await?;
        let old = sqlx::query_scalar!(
            "WITH old AS (
                UPDATE api_keys SET replaced_by = $4, deprecated_until = least($5, expires_at)
                WHERE id = $1 AND ($2::uuid IS NULL OR user_id = $2) AND ($3::text IS NULL OR client_id = $3)
                  AND revoked_at IS NULL AND replaced_by IS NULL AND coalesce(expires_at > $6, true)
                RETURNING id
            )
            INSERT INTO changes (kind, key, at) SELECT 'api_key', id::text, $6 FROM old RETURNING key",
            id,
            of.user,
            of.client,
            successor.id,
            successor.both_until,
            now,
        )
        .fetch_optional(&mut *transaction)
        .await?;
        if old.is_none() {
            return Ok(false);
        }
        sqlx::query!(
            "INSERT INTO api_keys
                 (id, secret_hash, user_id, client_id, name, environment, resource, scopes, addresses, created_at, expires_at)
             SELECT $2, $3, user_id, client_id, name, environment, resource, scopes, addresses,
                    $4::timestamptz, $4::timestamptz + (expires_at - created_at)
             FROM api_keys WHERE id = $1",
            id,
            successor.id,
            successor.secret_hash,
            now,
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(true)
    })
    .await
}

/// Revokes a key and all tokens that it was exchanged for, and tells all replicas. Whether there was one to revoke.
pub async fn revoke(
    db: &PgPool,
    id: Uuid,
    of: Of<'_>,
    now: Timestamp,
    tokens_end: Timestamp,
) -> Result<bool> {
    retry(|| async {
        let done = sqlx::query!(
            "WITH gone AS (
                UPDATE api_keys SET revoked_at = $4
                WHERE id = $1 AND ($2::uuid IS NULL OR user_id = $2) AND ($3::text IS NULL OR client_id = $3)
                  AND revoked_at IS NULL
                RETURNING id
            ), listed AS (
                INSERT INTO revocations (subject, revoked_at, expires_at) SELECT id, $4, $5 FROM gone
                ON CONFLICT DO NOTHING
            )
            INSERT INTO changes (kind, key, at)
            SELECT kind, id::text, $4 FROM gone, unnest('{revocation,api_key}'::text[]) AS k (kind)",
            id,
            of.user,
            of.client,
            now,
            tokens_end,
        )
        .execute(db)
        .await?;
        Ok(done.rows_affected() > 0)
    })
    .await
}

/// The same for all keys of a person. Which.
pub(super) async fn revoke_of_user(
    db: &mut PgConnection,
    user: Uuid,
    now: Timestamp,
    tokens_end: Timestamp,
) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        r#"WITH gone AS (
            UPDATE api_keys SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL RETURNING id
        ), listed AS (
            INSERT INTO revocations (subject, revoked_at, expires_at) SELECT id, $2, $3 FROM gone
            ON CONFLICT DO NOTHING
        ), told AS (
            INSERT INTO changes (kind, key, at)
            SELECT kind, id::text, $2 FROM gone, unnest('{revocation,api_key}'::text[]) AS k (kind)
        )
        SELECT id AS "id!" FROM gone"#,
        user,
        now,
        tokens_end,
    )
    .fetch_all(&mut *db)
    .await?)
}

/// The last use of a key.
#[derive(Clone, Copy, Debug)]
pub struct Use {
    /// Which.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// From where, if that is known.
    pub address: Option<IpNet>,
}

/// Writes when and from where keys were last used.
pub async fn used(db: &PgPool, uses: &[Use]) -> Result<()> {
    // Sorted, so that two replicas lock the same keys in the same order.
    let mut uses = uses.to_vec();
    uses.sort_by_key(|each| each.id);
    let ids: Vec<Uuid> = uses.iter().map(|each| each.id).collect();
    let times: Vec<Timestamp> = uses.iter().map(|each| each.at).collect();
    let addresses: Vec<Option<IpNet>> = uses.iter().map(|each| each.address).collect();
    retry(|| async {
        sqlx::query!(
            "UPDATE api_keys k SET last_used_at = u.at, last_used_address = u.address
             FROM unnest($1::uuid[], $2::timestamptz[], $3::inet[]) AS u (id, at, address)
             WHERE k.id = u.id AND coalesce(k.last_used_at < u.at, true)",
            &ids,
            &times,
            &addresses as &[Option<IpNet>],
        )
        .execute(db)
        .await?;
        Ok(())
    })
    .await
}

/// Removes keys that have been worthless since then.
pub async fn sweep(db: &PgPool, before: Timestamp) -> Result<u64> {
    Ok(sqlx::query!(
        "DELETE FROM api_keys WHERE revoked_at < $1 OR expires_at < $1 OR deprecated_until < $1",
        before,
    )
    .execute(db)
    .await?
    .rows_affected())
}
