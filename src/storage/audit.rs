//! `audit_events`: append-only.

use ipnet::IpNet;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Result, retry};
use crate::clock::Timestamp;

/// A security event as stored.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: String,
    /// Whose account.
    pub user_id: Option<Uuid>,
    /// Which client.
    pub client_id: Option<String>,
    /// Which session.
    pub session_id: Option<Uuid>,
    /// Which grant.
    pub grant_id: Option<Uuid>,
    /// From where.
    pub address: Option<IpNet>,
    /// In which request.
    pub request_id: Option<String>,
    /// What else is to be known. Never a secret.
    pub detail: serde_json::Value,
}

/// Appends events in one statement.
pub async fn append(db: &PgPool, events: &[EventRow]) -> Result<()> {
    fn column<T>(events: &[EventRow], of: impl Fn(&EventRow) -> T) -> Vec<T> {
        events.iter().map(of).collect()
    }
    let ids = column(events, |event| event.id);
    let ats = column(events, |event| event.at);
    let kinds = column(events, |event| event.kind.clone());
    let users = column(events, |event| event.user_id);
    let clients = column(events, |event| event.client_id.clone());
    let sessions = column(events, |event| event.session_id);
    let grants = column(events, |event| event.grant_id);
    let addresses = column(events, |event| event.address);
    let requests = column(events, |event| event.request_id.clone());
    let details = column(events, |event| event.detail.clone());
    retry(|| async {
        sqlx::query!(
            "INSERT INTO audit_events
                 (id, at, kind, user_id, client_id, session_id, grant_id, address, request_id, detail)
             SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::uuid[], $5::text[], $6::uuid[],
                                  $7::uuid[], $8::inet[], $9::text[], $10::jsonb[])
             ON CONFLICT DO NOTHING",
            &ids,
            &ats,
            &kinds,
            &users as &[Option<Uuid>],
            &clients as &[Option<String>],
            &sessions as &[Option<Uuid>],
            &grants as &[Option<Uuid>],
            &addresses as &[Option<IpNet>],
            &requests as &[Option<String>],
            &details,
        )
        .execute(db)
        .await?;
        Ok(())
    })
    .await
}
