//! What the machine is, and what it says of processes. Everything comes from /proc; elsewhere it is left out.

use std::{fs, path::Path, time::Duration};

use tokio::process::Command;

/// Ticks of /proc a second; Linux has shown user space no other number for decades.
const TICKS: u64 = 100;

/// What the results were measured on: a name and a value a line, nothing that tells whose machine it is.
pub async fn describe(folder: &Path, postgres: &str) -> Vec<(&'static str, String)> {
    let unknown = || "unknown".to_owned();
    let field = |file: &str, name: &str| {
        let text = fs::read_to_string(file).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = field("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split(' ').next()?.parse::<u64>().ok())
        .map(|kib| format!("{:.0} GiB", gib(kib)));
    // Only the numbers: what follows names whoever built it.
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").ok().map(|release| {
        let numbers = release.trim().split('-').next().unwrap_or_default().to_owned();
        format!("Linux {numbers}")
    });
    let rustc = Command::new("rustc").arg("--version").output().await.ok();
    let rustc = rustc.and_then(|output| String::from_utf8(output.stdout).ok());
    vec![
        ("CPU", field("/proc/cpuinfo", "model name").unwrap_or_else(unknown)),
        ("cores", cores.to_string()),
        ("memory", memory.unwrap_or_else(unknown)),
        ("kernel", kernel.unwrap_or_else(|| std::env::consts::OS.to_owned())),
        ("file system of the database", file_system(folder).unwrap_or_else(unknown)),
        ("Postgres", postgres.split(' ').next().unwrap_or_default().to_owned()),
        ("rustc", rustc.map_or_else(unknown, |text| text.trim().to_owned())),
    ]
}

fn gib(kib: u64) -> f64 {
    Duration::from_secs(kib).as_secs_f64() / (1024.0 * 1024.0)
}

/// The type of the file system that `path` is on.
fn file_system(path: &Path) -> Option<String> {
    let mounts = fs::read_to_string("/proc/mounts").ok()?;
    let fields = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        Some((fields.next()?, fields.next()?))
    });
    let above = fields.filter(|(point, _)| path.starts_with(point));
    above.max_by_key(|(point, _)| point.len()).map(|(_, kind)| kind.to_owned())
}

/// Whose CPU time is read.
#[derive(Clone, Copy, Debug)]
pub enum Processes {
    /// One process.
    One(u32),
    /// A process and its children, those that ended included.
    Family(u32),
}

impl Processes {
    /// The CPU time that they used so far.
    pub fn cpu(self) -> Option<Duration> {
        match self {
            Self::One(pid) => Some(ticks(Stat::of(&format!("/proc/{pid}/stat"))?.own)),
            Self::Family(pid) => {
                let parent = Stat::of(&format!("/proc/{pid}/stat"))?;
                let children = fs::read_dir("/proc").ok()?.filter_map(|entry| {
                    let stat = Stat::of(&format!("{}/stat", entry.ok()?.path().display()))?;
                    (stat.parent == pid).then_some(stat.own)
                });
                Some(ticks(parent.own + parent.ended + children.sum::<u64>()))
            }
        }
    }
}

/// The CPU time of a process's threads whose names start so.
pub fn cpu_of_threads(pid: u32, name: &str) -> Option<Duration> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).ok()?.filter_map(|entry| {
        let folder = entry.ok()?.path();
        let named = fs::read_to_string(folder.join("comm")).ok()?.starts_with(name);
        let stat = Stat::of(&folder.join("stat").display().to_string())?;
        named.then_some(stat.own)
    });
    Some(ticks(threads.sum()))
}

struct Stat {
    parent: u32,
    /// Ticks in user and kernel mode.
    own: u64,
    /// The same of children that ended.
    ended: u64,
}

impl Stat {
    fn of(file: &str) -> Option<Self> {
        let text = fs::read_to_string(file).ok()?;
        // The name in parentheses may hold anything; proc(5) counts the state after it as field 3.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
        Some(Self {
            parent: u32::try_from(number(4)?).ok()?,
            own: number(14)? + number(15)?,
            ended: number(16)? + number(17)?,
        })
    }
}

fn ticks(count: u64) -> Duration {
    Duration::from_millis(count * 1000 / TICKS)
}

/// Resident memory in bytes: now, and at most so far.
pub fn resident(pid: u32) -> Option<(u64, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let field = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
    };
    Some((field("VmRSS:")?, field("VmHWM:")?))
}
