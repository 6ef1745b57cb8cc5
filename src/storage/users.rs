//! `users` and `credentials`.

use sqlx::PgPool;
use uuid::Uuid;

use super::{Result, grants::revoke_of_user, pool, retry, sessions::end_of_user};
use crate::clock::Timestamp;

/// A person.
#[derive(Clone, Debug)]
pub struct UserRow {
    /// The `sub` of tokens.
    pub id: Uuid,
    /// As the person wrote it.
    pub email: String,
    /// Whether someone proved to read mail there.
    pub email_verified: bool,
    /// As the person wrote it.
    pub username: Option<String>,
    /// What to call the person.
    pub name: Option<String>,
    /// Since when sign-in is refused.
    pub disabled_at: Option<Timestamp>,
    /// Last change of the profile.
    pub updated_at: Timestamp,
    /// The language that their profile names.
    pub locale: Option<String>,
    /// That of their last sign-in from a browser that was known.
    pub language: Option<String>,
}

/// What a new person is made of. The keys are the normalised forms that look-ups compare.
#[derive(Clone, Debug)]
pub struct NewUser<'a> {
    /// Its id.
    pub id: Uuid,
    /// As written.
    pub email: &'a str,
    /// Normalised.
    pub email_key: &'a str,
    /// Whether it counts as proven.
    pub email_verified: bool,
    /// As written.
    pub username: Option<&'a str>,
    /// Normalised.
    pub username_key: Option<&'a str>,
    /// What to call the person.
    pub name: Option<&'a str>,
}

/// Adds a person.
pub async fn insert(db: &PgPool, user: &NewUser<'_>, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "INSERT INTO users (id, email, email_key, email_verified, username, username_key, name, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        user.id,
        user.email,
        user.email_key,
        user.email_verified,
        user.username,
        user.username_key,
        user.name,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Changes what a person is called and reached by.
pub async fn update(db: &PgPool, user: &NewUser<'_>, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "WITH changed AS (
            UPDATE users
            SET email = $2, email_key = $3, email_verified = $4, username = $5, username_key = $6, name = $7, updated_at = $8
            WHERE id = $1
            RETURNING id
        )
        INSERT INTO changes (kind, key, at) SELECT 'standing', 'user:' || id, $8 FROM changed",
        user.id,
        user.email,
        user.email_key,
        user.email_verified,
        user.username,
        user.username_key,
        user.name,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The person whose e-mail or user name has this normalised form.
pub async fn find(db: &PgPool, key: &str) -> Result<Option<UserRow>> {
    Ok(sqlx::query_as!(
        UserRow,
        r#"SELECT id, email, email_verified, username, name, disabled_at, updated_at,
                  profile ->> 'locale' AS "locale?", language
           FROM users WHERE email_key = $1 OR username_key = $1"#,
        key,
    )
    .fetch_optional(db)
    .await?)
}

/// The person with this id.
pub async fn get(db: &PgPool, id: Uuid) -> Result<Option<UserRow>> {
    Ok(sqlx::query_as!(
        UserRow,
        r#"SELECT id, email, email_verified, username, name, disabled_at, updated_at,
                  profile ->> 'locale' AS "locale?", language
           FROM users WHERE id = $1"#,
        id,
    )
    .fetch_optional(db)
    .await?)
}

/// Everyone, by e-mail, a page at a time.
pub async fn list(db: &PgPool, after: &str, limit: i64) -> Result<Vec<UserRow>> {
    Ok(sqlx::query_as!(
        UserRow,
        r#"SELECT id, email, email_verified, username, name, disabled_at, updated_at,
                  profile ->> 'locale' AS "locale?", language
           FROM users WHERE email_key > $1 ORDER BY email_key LIMIT $2"#,
        after,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// An account as sign-in needs to know it.
#[derive(Clone, Debug)]
pub struct Account {
    /// The person.
    pub user_id: Uuid,
    /// A PHC string, if there is a password.
    pub password: Option<String>,
    /// When it was set, which tells it from another one.
    pub password_set_at: Option<Timestamp>,
    /// Whether sign-in is refused.
    pub disabled: bool,
}

/// The account whose e-mail or user name has this normalised form.
pub async fn account(db: &PgPool, key: &str) -> Result<Option<Account>> {
    Ok(sqlx::query_as!(
        Account,
        r#"SELECT u.id AS user_id, c.secret AS "password?", u.password_set_at, u.disabled_at IS NOT NULL AS "disabled!"
           FROM users u LEFT JOIN credentials c
               ON c.user_id = u.id AND c.kind = 'password' AND c.revoked_at IS NULL
           WHERE u.email_key = $1 OR u.username_key = $1"#,
        key,
    )
    .fetch_optional(db)
    .await?)
}

/// Replaces a password's hash by a dearer one of the same password, unless the password was changed meanwhile.
pub async fn rehash_password(
    db: &PgPool,
    user: Uuid,
    old: &str,
    new: &str,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "UPDATE credentials SET secret = $3, updated_at = $4
         WHERE user_id = $1 AND kind = 'password' AND secret = $2",
        user,
        old,
        new,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether a person has a password that is not revoked.
pub async fn has_password(db: &PgPool, user: Uuid) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM credentials WHERE user_id = $1 AND kind = 'password' AND revoked_at IS NULL)
               AS "exists!""#,
        user,
    )
    .fetch_one(db)
    .await?)
}

/// What is demanded of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRow {
    /// Whether a second factor is, see `config::Mfa`; none if what is configured.
    pub mfa: Option<String>,
    /// Whether they run Signet or its clients.
    pub administrator: bool,
}

/// What is demanded of a person, whether they may sign in or not.
pub async fn policy(db: &PgPool, user: Uuid) -> Result<Option<PolicyRow>> {
    Ok(sqlx::query_as!(PolicyRow, "SELECT mfa, administrator FROM users WHERE id = $1", user,)
        .fetch_optional(db)
        .await?)
}

/// What operators say of a person for policies.
pub async fn attributes(db: &PgPool, user: Uuid) -> Result<Option<serde_json::Value>> {
    Ok(sqlx::query_scalar!("SELECT attributes FROM users WHERE id = $1", user)
        .fetch_optional(db)
        .await?)
}

/// Replaces what operators say of a person for policies, and tells all replicas. Whether it was something else before.
pub async fn set_attributes(
    db: &PgPool,
    user: Uuid,
    attributes: &serde_json::Value,
    now: Timestamp,
) -> Result<bool> {
    let done = sqlx::query!(
        "WITH changed AS (
            UPDATE users SET attributes = $2 WHERE id = $1 AND attributes <> $2 RETURNING id
        )
        INSERT INTO changes (kind, key, at) SELECT 'standing', 'user:' || id, $3 FROM changed",
        user,
        attributes,
        now,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// All that operators are told of a person beside the profile.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, one a column")]
pub struct Details {
    /// Whether a second factor is demanded; none if what is configured.
    pub mfa: Option<String>,
    /// Whether they run Signet or its clients.
    pub administrator: bool,
    /// Whether there is a password that is not revoked.
    pub password: bool,
    /// Whether it is another's choice.
    pub password_expired: bool,
    /// Whether there is a confirmed authenticator.
    pub totp: bool,
    /// How many passkeys there are.
    pub passkeys: i64,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
    /// When the account is removed.
    pub delete_at: Option<Timestamp>,
}

/// The details of a person, whether they may sign in or not.
pub async fn details(db: &PgPool, user: Uuid) -> Result<Option<Details>> {
    Ok(sqlx::query_as!(
        Details,
        r#"SELECT mfa, administrator, password_expired, delete_at,
                  EXISTS (SELECT FROM credentials c
                          WHERE c.user_id = u.id AND c.kind = 'password' AND c.revoked_at IS NULL) AS "password!",
                  EXISTS (SELECT FROM totp t WHERE t.user_id = u.id AND t.confirmed_at IS NOT NULL) AS "totp!",
                  (SELECT count(*) FROM passkeys p WHERE p.user_id = u.id) AS "passkeys!",
                  (SELECT count(*) FROM recovery_codes r WHERE r.user_id = u.id AND r.used_at IS NULL) AS "recovery_codes!"
           FROM users u WHERE id = $1"#,
        user,
    )
    .fetch_optional(db)
    .await?)
}

/// Changes what is demanded of a person.
pub async fn set_policy(db: &PgPool, user: Uuid, policy: &PolicyRow, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "WITH changed AS (UPDATE users SET mfa = $2, administrator = $3 WHERE id = $1 RETURNING id)
         INSERT INTO changes (kind, key, at) SELECT 'standing', 'user:' || id, $4 FROM changed",
        user,
        policy.mfa,
        policy.administrator,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Refuses sign-in from now on, ends every session, revokes every grant, and tells all replicas. Whether sign-in was
/// allowed before; what is left of the person is ended in any case.
///
/// A statement each, since the later ones have to see what was committed while the first waited: a session or grant that
/// was being made held a lock on the person's row. One that is made later finds them disabled. Rows are locked in the
/// order in which a sign-in and a redemption lock them: person, session, grant.
pub async fn disable(
    db: &PgPool,
    user: Uuid,
    now: Timestamp,
    tokens_end: Timestamp,
) -> Result<bool> {
    retry(|| async {
        let mut transaction = pool::begin(db).await?;
        let disabled = sqlx::query!(
            "UPDATE users SET disabled_at = $2, updated_at = $2 WHERE id = $1 AND disabled_at IS NULL",
            user,
            now,
        )
        .execute(&mut *transaction)
        .await?;
        super::standings::changed(&mut transaction, user, now).await?;
        end_of_user(&mut transaction, user, None, now).await?;
        revoke_of_user(&mut transaction, user, now, tokens_end).await?;
        transaction.commit().await?;
        Ok(disabled.rows_affected() > 0)
    })
    .await
}

/// Allows sign-in again.
pub async fn enable(db: &PgPool, user: Uuid, now: Timestamp) -> Result<bool> {
    let done = sqlx::query!(
        "WITH changed AS (
            UPDATE users SET disabled_at = NULL, updated_at = $2 WHERE id = $1 AND disabled_at IS NOT NULL RETURNING id
        )
        INSERT INTO changes (kind, key, at) SELECT 'standing', 'user:' || id, $2 FROM changed",
        user,
        now,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}
