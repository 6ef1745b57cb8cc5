//! The connection pool and the migrations.

use std::{collections::HashSet, str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions, PgPool, PgTransaction,
    migrate::{Migrate, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{Error, Result};

/// The migrations, compiled in.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// A pool that connects when it is first used.
///
/// Connections are not pinged before each use, which would be a round trip more: one that a restart of Postgres has
/// cut fails its statement, is dropped, and the next one is new.
pub fn connect(url: &str, max_connections: u32, acquire_timeout: Duration) -> Result<PgPool> {
    let options = PgConnectOptions::from_str(url)?
        .application_name("signet")
        .log_statements(tracing::log::LevelFilter::Off)
        .log_slow_statements(tracing::log::LevelFilter::Warn, Duration::from_secs(1));
    Ok(PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(acquire_timeout)
        .test_before_acquire(false)
        .connect_lazy_with(options))
}

/// A transaction in which each statement sees what was committed before it, and not before the first one, whatever the
/// database's default: for what must lock a row first and look afterwards.
pub(super) async fn begin(db: &PgPool) -> Result<PgTransaction<'static>> {
    Ok(db.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?)
}

/// Applies the migrations that are missing. Several replicas may do so at once.
pub async fn migrate(db: &PgPool) -> Result<()> {
    MIGRATOR.run(db).await.map_err(from_migrate)
}

/// The names of migrations that were not applied yet. Only looks: an empty database stays empty.
pub async fn pending_migrations(db: &PgPool) -> Result<Vec<String>> {
    let mut connection = db.acquire().await?;
    let table = &MIGRATOR.table_name;
    let begun: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(table.as_ref())
        .fetch_one(&mut *connection)
        .await?;
    let applied = if begun {
        connection.list_applied_migrations(table).await.map_err(from_migrate)?
    } else {
        Vec::new()
    };
    let applied: HashSet<i64> = applied.into_iter().map(|migration| migration.version).collect();
    Ok(MIGRATOR
        .iter()
        .filter(|migration| !applied.contains(&migration.version))
        .map(|migration| migration.description.to_string())
        .collect())
}

fn from_migrate(error: sqlx::migrate::MigrateError) -> Error {
    match error {
        sqlx::migrate::MigrateError::Execute(error) => error.into(),
        other => Error::Database(sqlx::Error::Migrate(Box::new(other))),
    }
}
