//! Changes of a person's address: asked for in a session, confirmed by links.
//!
//! A change counts what was confirmed, never what is missing: a link that was taken back confirms nothing.

use sqlx::PgPool;
use uuid::Uuid;

use super::{
    Result,
    links::{self, NewLink, Presented},
    pool, retry,
};
use crate::clock::Timestamp;

/// The address that is left has to confirm it.
pub const LEAVING: &str = "leaving";
/// The address that is to come has to.
pub const ARRIVING: &str = "arriving";

/// A change that is asked for.
#[derive(Debug)]
pub struct Asked<'a> {
    /// Whose.
    pub user: Uuid,
    /// The session that it is asked for in.
    pub session: Uuid,
    /// The address that they have, as look-ups compare it.
    pub from_key: &'a str,
    /// Whether that one is proven.
    pub verified: bool,
    /// The links of all that have to confirm it.
    pub links: &'a [NewLink<'a>],
}

/// Adds the links of a change, in place of those of another one. False, and nothing is done, if the session has ended or the
/// address is no longer as it was.
pub async fn begin(db: &PgPool, asked: &Asked<'_>, now: Timestamp) -> Result<bool> {
    retry(|| async {
        let mut transaction = pool::begin(db).await?;
        // Of two changes at once, one is left; and none is begun behind what ends all that was begun.
        let same = sqlx::query_scalar!(
            "SELECT id FROM users
             WHERE id = $1 AND email_key = $2 AND email_verified = $3 AND disabled_at IS NULL
             FOR UPDATE",
            asked.user,
            asked.from_key,
            asked.verified,
        )
        .fetch_optional(&mut *transaction)
        .await?;
        let live = sqlx::query_scalar!(
            "SELECT id FROM sessions
             WHERE id = $1 AND user_id = $2 AND ended_at IS NULL AND expires_at > $3
             FOR SHARE",
            asked.session,
            asked.user,
            now,
        )
        .fetch_optional(&mut *transaction)
        .await?;
        if same.is_none() || live.is_none() {
            return Ok(false);
        }
        sqlx::query!(
            "DELETE FROM links WHERE user_id = $1 AND purpose = 'change_email'",
            asked.user
        )
        .execute(&mut *transaction)
        .await?;
        for link in asked.links {
            links::add(&mut transaction, link, now).await?;
        }
        transaction.commit().await?;
        Ok(true)
    })
    .await
}

/// What came of confirming a change of address.
#[derive(Debug)]
pub enum Confirmed {
    /// The other address has to confirm it too.
    Half,
    /// The address is another one now.
    Changed {
        /// Whose.
        user_id: Uuid,
        /// What it was.
        from: String,
    },
}

/// Confirms a person's change of address by one of its links. When all that have to have confirmed it, the address is
/// changed, and what was sent to the former one is good no more. None if the link is not good.
pub async fn confirm(
    db: &PgPool,
    link: Presented<'_>,
    now: Timestamp,
) -> Result<Option<Confirmed>> {
    retry(|| async {
        let mut transaction = pool::begin(db).await?;
        // Two that confirm at once come one after the other, and the second one sees that the first one did.
        let Some(user) = links::lock_person(&mut transaction, link).await? else { return Ok(None) };
        let Some(row) = links::consume(&mut transaction, link, now).await? else { return Ok(None) };
        let text = |name: &str| row.detail[name].as_str().unwrap_or_default().to_owned();
        let person = sqlx::query!(
            "SELECT email, email_verified FROM users WHERE id = $1 AND email_key = $2",
            user,
            text("from_key"),
        )
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(person) = person else { return Ok(None) };
        let needed: Vec<&str> =
            row.detail["needed"].as_array().into_iter().flatten().filter_map(|side| side.as_str()).collect();
        // An address that was proven since the change was asked for has not been asked.
        let asked = needed.contains(&ARRIVING) && (needed.contains(&LEAVING) || !person.email_verified);
        if !asked {
            return Ok(None);
        }
        let confirmed = sqlx::query_scalar!(
            r#"SELECT DISTINCT detail ->> 'side' AS "side!" FROM links
               WHERE user_id = $1 AND purpose = 'change_email' AND detail ->> 'change' = $2
                 AND detail ->> 'side' IS NOT NULL AND used_at IS NOT NULL"#,
            user,
            text("change"),
        )
        .fetch_all(&mut *transaction)
        .await?;
        if !needed.iter().all(|side| confirmed.iter().any(|other| other == side)) {
            transaction.commit().await?;
            return Ok(Some(Confirmed::Half));
        }
        sqlx::query!(
            "UPDATE users SET email = $2, email_key = $3, email_verified = true, updated_at = $4 WHERE id = $1",
            user,
            text("email"),
            text("email_key"),
            now,
        )
        .execute(&mut *transaction)
        .await?;
        super::standings::changed(&mut transaction, user, now).await?;
        sqlx::query!("DELETE FROM links WHERE user_id = $1 AND used_at IS NULL", user)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Some(Confirmed::Changed { user_id: user, from: person.email }))
    })
    .await
}
