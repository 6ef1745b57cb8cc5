//! `consents`: what a person allowed a client, per resource.

use sqlx::PgPool;
use uuid::Uuid;

use super::{Result, retry};
use crate::clock::Timestamp;

/// Remembers that a person allowed these scopes: `(resource, scope)` pairs, added to what was allowed before.
pub async fn allow(
    db: &PgPool,
    user: Uuid,
    client_id: &str,
    pairs: &[(String, String)],
    now: Timestamp,
) -> Result<()> {
    let (resources, scopes): (Vec<String>, Vec<String>) = pairs.iter().cloned().unzip();
    retry(|| async {
        sqlx::query!(
            "INSERT INTO consents AS c (user_id, client_id, resource, scopes, granted_at)
             SELECT $1, $2, resource, array_agg(DISTINCT scope), $5
             FROM unnest($3::text[], $4::text[]) AS p (resource, scope)
             GROUP BY resource ORDER BY resource
             ON CONFLICT (user_id, client_id, resource) DO UPDATE SET
                 scopes = ARRAY(SELECT DISTINCT unnest(c.scopes || EXCLUDED.scopes) ORDER BY 1),
                 granted_at = EXCLUDED.granted_at",
            user,
            client_id,
            &resources,
            &scopes,
            now,
        )
        .execute(db)
        .await?;
        Ok(())
    })
    .await
}
