//! Measuring: contenders take turns, second by second, so that whatever else the machine does meets all of them.

use std::{net::SocketAddr, path::PathBuf, process::Stdio, time::Duration};

use anyhow::{Context, ensure};
use tokio::process::Command;

use super::{
    load::{self, CONNECTIONS, Flows, Pace},
    machine::{self, Processes},
};

/// How long each contender runs before anything counts.
const WARM_UP: Duration = Duration::from_secs(1);
/// A turn, and how many each contender has.
const TURN: Duration = Duration::from_secs(1);
const TURNS: u32 = 5;
/// How long each of two runs of pgbench takes.
const PGBENCH: Duration = Duration::from_secs(3);

/// What is measured.
pub struct Contender {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its process.
    pub pid: u32,
    /// What is done to it.
    pub flows: Flows,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// Completed operations.
    count: f64,
    /// Microseconds of each operation, sorted; empty if not known.
    latencies: Vec<u32>,
    time: Duration,
    server: Option<Duration>,
    database: Option<Duration>,
}

impl Measured {
    /// Operations a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.count / self.time.as_secs_f64()
    }

    /// The milliseconds within which so many of a thousand operations were completed.
    #[must_use]
    pub fn within(&self, thousandths: usize) -> Option<f64> {
        let last = self.latencies.len().checked_sub(1)?;
        let at = (self.latencies.len() * thousandths / 1000).min(last);
        self.latencies.get(at).map(|&micros| f64::from(micros) / 1000.0)
    }

    /// Microseconds of the server's CPU an operation.
    #[must_use]
    pub fn server(&self) -> Option<f64> {
        Some(self.server?.as_secs_f64() * 1e6 / self.count)
    }

    /// Microseconds of Postgres's CPU an operation.
    #[must_use]
    pub fn database(&self) -> Option<f64> {
        Some(self.database?.as_secs_f64() * 1e6 / self.count)
    }

    fn add(&mut self, latencies: &[u32], time: Duration, server: Cpu, database: Cpu) {
        let sum = |total: Option<Duration>, more: Cpu| Some(total.unwrap_or_default() + more?);
        self.count += latencies.iter().map(|_| 1.0).sum::<f64>();
        self.latencies.extend_from_slice(latencies);
        self.latencies.sort_unstable();
        self.time += time;
        self.server = sum(self.server, server);
        self.database = sum(self.database, database);
    }
}

type Cpu = Option<Duration>;

fn since(before: Cpu, after: Cpu) -> Cpu {
    Some(after?.saturating_sub(before?))
}

/// Measures contenders in turn, as fast as they answer.
pub async fn alternate<const N: usize>(
    mut contenders: [Contender; N],
    database: Option<Processes>,
) -> anyhow::Result<[Measured; N]> {
    for contender in &mut contenders {
        turn(contender, Pace { time: WARM_UP, interval: None }, database, None).await?;
    }
    let mut measured = std::array::from_fn(|_| Measured::default());
    for _ in 0..TURNS {
        for (contender, measured) in contenders.iter_mut().zip(&mut measured) {
            let pace = Pace { time: TURN, interval: None };
            turn(contender, pace, database, Some(measured)).await?;
        }
    }
    Ok(measured)
}

/// Measures one contender for as long as the others have together, at a given pace.
pub async fn alone(
    mut contender: Contender,
    interval: Option<Duration>,
    database: Option<Processes>,
) -> anyhow::Result<Measured> {
    turn(&mut contender, Pace { time: WARM_UP, interval }, database, None).await?;
    let mut measured = Measured::default();
    let pace = Pace { time: TURN * TURNS, interval };
    turn(&mut contender, pace, database, Some(&mut measured)).await?;
    Ok(measured)
}

async fn turn(
    contender: &mut Contender,
    pace: Pace,
    database: Option<Processes>,
    measured: Option<&mut Measured>,
) -> anyhow::Result<()> {
    let address = contender.address;
    let flows = std::mem::take(&mut contender.flows);
    let cpu = || (Processes::One(contender.pid).cpu(), database.and_then(Processes::cpu));
    let before = cpu();
    let driven = tokio::task::spawn_blocking(move || load::drive(address, flows, pace)).await?;
    let (flows, latencies) = driven?;
    let after = cpu();
    contender.flows = flows;
    if let Some(measured) = measured {
        let (server, database) = (since(before.0, after.0), since(before.1, after.1));
        measured.add(&latencies, pace.time, server, database);
    }
    Ok(())
}

/// Refreshes between two runs of the single-row update that a rotation is at the least. The latter is missing where
/// there is no pgbench.
pub async fn beside_pgbench(
    refreshes: Contender,
    database_url: &str,
    postmaster: Option<u32>,
) -> anyhow::Result<(Measured, Option<Measured>)> {
    let database = postmaster.map(Processes::Family);
    let program = pgbench_program(postmaster);
    let mut baseline = Measured::default();
    let there = pgbench(&program, database_url, database, &mut baseline).await?;
    let measured = alone(refreshes, None, database).await?;
    if there {
        pgbench(&program, database_url, database, &mut baseline).await?;
    }
    Ok((measured, there.then_some(baseline)))
}

/// Beside the server's program; else whatever PATH has.
fn pgbench_program(postmaster: Option<u32>) -> PathBuf {
    postmaster
        .and_then(|pid| std::fs::read_link(format!("/proc/{pid}/exe")).ok())
        .map(|server| server.with_file_name("pgbench"))
        .filter(|program| program.is_file())
        .unwrap_or_else(|| "pgbench".into())
}

/// What pgbench repeats: one row of many by primary key, as wide as what a rotation changes.
const UPDATE: &str = "\\set id random(1, 100000)\n\
    UPDATE bench_rows SET current = sha256(current), previous = current, at = now() WHERE id = :id RETURNING at;\n";
const ROWS: &str = "CREATE TABLE IF NOT EXISTS bench_rows
        (id int PRIMARY KEY, current bytea, previous bytea, at timestamptz) WITH (fillfactor = 70);
    INSERT INTO bench_rows SELECT n, sha256(n::text::bytea), sha256(''), now() FROM generate_series(1, 100000) n
        ON CONFLICT DO NOTHING;";

/// Adds one run to what was measured; false if there is no such program.
async fn pgbench(
    program: &PathBuf,
    database_url: &str,
    database: Option<Processes>,
    measured: &mut Measured,
) -> anyhow::Result<bool> {
    let db = sqlx::PgPool::connect(database_url).await?;
    sqlx::raw_sql(ROWS).execute(&db).await?;
    sqlx::query("VACUUM ANALYZE bench_rows").execute(&db).await?;
    db.close().await;
    let script = std::env::temp_dir().join(format!("signet-bench-{}.sql", std::process::id()));
    std::fs::write(&script, UPDATE)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    let before = database.and_then(Processes::cpu);
    let output = Command::new(program)
        .args(["--no-vacuum", "--protocol=prepared", "--file"])
        .arg(&script)
        .arg(format!("--client={CONNECTIONS}"))
        .arg(format!("--jobs={threads}"))
        .arg(format!("--time={}", PGBENCH.as_secs()))
        .arg(database_url)
        .stdin(Stdio::null())
        .output()
        .await;
    let after = database.and_then(Processes::cpu);
    std::fs::remove_file(&script)?;
    let output = match output {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        other => other?,
    };
    ensure!(output.status.success(), "pgbench: {}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout)?;
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next());
    let rate: f64 = rate.context("pgbench names no rate")?.parse()?;
    measured.count += rate * PGBENCH.as_secs_f64();
    measured.time += PGBENCH;
    let more = since(before, after);
    measured.database = measured.database.or(Some(Duration::ZERO)).zip(more).map(|(a, b)| a + b);
    Ok(true)
}

/// Log-ins, first by themselves, then beside other requests.
pub struct LogIns {
    /// By themselves.
    pub alone: Measured,
    /// How much of the server's CPU went into hashing meanwhile, of one.
    pub hashing: Option<f64>,
    /// Beside the others.
    pub beside: Measured,
    /// The others without log-ins, at a steady pace.
    pub others_idle: Measured,
    /// The others beside them.
    pub others_busy: Measured,
}

/// Measures log-ins and what they do to others, who come at a pace that leaves the machine mostly idle.
pub async fn log_ins(
    mut contender: impl FnMut(Flows) -> Contender,
    log_ins: [Flows; 2],
    others: [Flows; 2],
    interval: Duration,
    database: Option<Processes>,
) -> anyhow::Result<LogIns> {
    let ([first, second], [idle, busy]) = (log_ins, others);
    let first = contender(first);
    let pid = first.pid;
    let hashing = || {
        let all = Processes::One(pid).cpu()?;
        Some((all, machine::cpu_of_threads(pid, "argon2")?))
    };
    let before = hashing();
    let by_themselves = alone(first, None, database).await?;
    let after = hashing();
    let share = before.zip(after).map(|((all, hashed), (all_after, hashed_after))| {
        let seconds = |after: Duration, before| after.saturating_sub(before).as_secs_f64();
        seconds(hashed_after, hashed) / seconds(all_after, all)
    });
    let others_idle = alone(contender(idle), Some(interval), database).await?;
    let (beside, others_busy) = tokio::try_join!(
        alone(contender(second), None, database),
        alone(contender(busy), Some(interval), database),
    )?;
    Ok(LogIns { alone: by_themselves, hashing: share, beside, others_idle, others_busy })
}
