//! Time partitions of the hot tables: made ahead, dropped when everything in them has ended.

use sqlx::{AssertSqlSafe, PgPool};
use time::Duration;

use super::Result;
use crate::clock::{Timestamp, uuid_floor};

/// A partitioned table.
struct Table {
    name: &'static str,
    period: Duration,
    /// Storage parameters of each partition.
    with: &'static str,
    /// What keeps a partition from being dropped: a row for which this holds, beside being young enough.
    live: &'static str,
    /// How long a partition is kept in any case.
    keep: Duration,
}

const DAY: Duration = Duration::days(1);

const TABLES: [Table; 6] = [
    Table {
        name: "authorization_requests",
        period: DAY,
        with: "",
        live: "expires_at > $1",
        keep: DAY,
    },
    Table {
        name: "codes",
        period: DAY,
        with: "WITH (fillfactor = 80)",
        live: "expires_at > $1",
        keep: DAY,
    },
    Table { name: "opaque_tokens", period: DAY, with: "", live: "expires_at > $1", keep: DAY },
    Table {
        name: "grants",
        period: Duration::days(30),
        with: "WITH (fillfactor = 70)",
        live: "expires_at > $1",
        keep: Duration::days(2),
    },
    Table {
        name: "audit_events",
        period: Duration::days(30),
        with: "",
        live: "false",
        keep: Duration::days(400),
    },
    Table { name: DECISIONS, period: DAY, with: "", live: "false", keep: Duration::days(400) },
];

/// The table that is kept for as long as an operator says.
const DECISIONS: &str = "decisions";

/// Makes the partitions of this period and the next two, and drops those in which nothing lives any more.
///
/// A lock that is not to be had within two seconds is left for the next time: until then, rows go to the default
/// partition, and an old one stays.
pub async fn maintain(db: &PgPool, now: Timestamp, keep_decisions: Duration) -> Result<()> {
    for table in &TABLES {
        let keep = if table.name == DECISIONS { keep_decisions } else { table.keep };
        let existing = partitions(db, table.name).await?;
        let this = table.start(now);
        for start in (0..3).map(|ahead| this + table.period * ahead) {
            if !existing.contains(&table.partition(start))
                && let Err(error) = create(db, table, start).await
            {
                tracing::warn!(table = table.name, %error, "no partition was made");
            }
        }
        for name in existing {
            let Some(start) = table.start_of(&name) else { continue };
            if start + table.period + keep < now
                && let Err(error) = drop_if_over(db, table, &name, now).await
            {
                tracing::warn!(partition = name, %error, "a partition was not dropped");
            }
        }
    }
    Ok(())
}

impl Table {
    /// The start of the period that `at` is in, counted from 1970.
    fn start(&self, at: Timestamp) -> Timestamp {
        let seconds = at.unix_timestamp();
        at.replace_nanosecond(0).unwrap_or(at)
            - Duration::seconds(seconds.rem_euclid(self.period.whole_seconds()))
    }

    /// `table_p` and the number of the period.
    fn partition(&self, start: Timestamp) -> String {
        format!("{}_p{}", self.name, start.unix_timestamp() / self.period.whole_seconds())
    }

    fn start_of(&self, partition: &str) -> Option<Timestamp> {
        let number = partition.strip_prefix(self.name)?.strip_prefix("_p")?.parse::<i64>().ok()?;
        Timestamp::from_unix_timestamp(number.checked_mul(self.period.whole_seconds())?).ok()
    }
}

async fn create(db: &PgPool, table: &Table, start: Timestamp) -> Result<()> {
    let name = table.partition(start);
    let (from, to) = (uuid_floor(start), uuid_floor(start + table.period));
    let sql = format!(
        "CREATE TABLE IF NOT EXISTS {name} PARTITION OF {} FOR VALUES FROM ('{from}') TO ('{to}') {}",
        table.name, table.with
    );
    locked(db, sql).await
}

async fn drop_if_over(db: &PgPool, table: &Table, name: &str, now: Timestamp) -> Result<()> {
    let sql = format!("SELECT EXISTS (SELECT FROM {name} WHERE {})", table.live);
    let mut query = sqlx::query_scalar::<_, bool>(AssertSqlSafe(sql));
    if table.live.contains("$1") {
        query = query.bind(now);
    }
    if !query.fetch_one(db).await? {
        locked(db, format!("DROP TABLE IF EXISTS {name}")).await?;
    }
    Ok(())
}

/// Runs a statement that locks a hot table, for two seconds at most.
async fn locked(db: &PgPool, sql: String) -> Result<()> {
    let mut transaction = db.begin().await?;
    sqlx::query("SET LOCAL lock_timeout = '2s'").execute(&mut *transaction).await?;
    // Every part of the statement is a name or number from this file.
    sqlx::query(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}

async fn partitions(db: &PgPool, table: &str) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        r#"SELECT c.relname::text AS "name!" FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
           WHERE i.inhparent = $1::text::regclass"#,
        table,
    )
    .fetch_all(db)
    .await?)
}
