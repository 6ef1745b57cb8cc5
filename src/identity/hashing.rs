//! argon2id (RFC 9106) on threads of its own, their memory allocated once, behind a line that is never longer than a
//! person waits: a flood of sign-ins is turned away and starves no one else.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Block, Params, Version, password_hash::phc};
use aws_lc_rs::constant_time;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::{config, entropy::Entropy};

/// Bytes of salt (RFC 9106 §3.1) and of the hash.
const SALT: usize = 16;
const HASH: usize = 32;
/// What a hash is taken to cost before one was measured.
const GUESS: Duration = Duration::from_millis(25);

/// Why a password was not hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The line is too long: come back after this many seconds.
    #[error("too many passwords are being checked; try again in {0} s")]
    Busy(u64),
    /// The stored hash is not argon2id's.
    #[error("the stored password hash is unreadable")]
    Unreadable,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not the password.
    Wrong,
    /// The password.
    Right,
    /// The password, hashed at a lower cost than is now asked.
    RightButCheap,
}

enum Task {
    Hash { salt: [u8; SALT] },
    Verify { phc: String },
}

enum Done {
    Hashed(String),
    Verified(Outcome),
}

struct Job {
    password: Zeroizing<String>,
    task: Task,
    done: oneshot::Sender<Result<Done, HashError>>,
}

/// The hashing threads.
pub struct Hasher {
    jobs: mpsc::Sender<Job>,
    line: Arc<Line>,
    entropy: Entropy,
    /// What an account that is not there is checked against, for the same work.
    nobody: String,
}

/// The line, as those who join it see it.
struct Line {
    params: Params,
    threads: u64,
    max_wait: Duration,
    waiting: AtomicU64,
    /// Microseconds of a hash, a moving average.
    cost: AtomicU64,
}

impl Hasher {
    /// Starts the threads.
    ///
    /// # Panics
    /// When the system has no thread left; the configuration has been validated.
    #[must_use]
    pub fn start(cost: &config::Password, max_wait: Duration, entropy: Entropy) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = if cost.threads == 0 { (cores / 2).max(1) } else { cost.threads };
        let params = Params::new(cost.memory_kib, cost.iterations, cost.parallelism, Some(HASH))
            .expect("the configuration was validated");
        let nobody = phc_string(&params, &[0; SALT], &[0; HASH]);
        let (jobs, queue) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        let line = Arc::new(Line {
            params,
            threads: threads as u64,
            max_wait,
            waiting: AtomicU64::new(0),
            cost: AtomicU64::new(micros(GUESS)),
        });
        for number in 0..threads {
            let (queue, line) = (Arc::clone(&queue), Arc::clone(&line));
            std::thread::Builder::new()
                .name(format!("argon2-{number}"))
                .spawn(move || work(&queue, &line))
                .expect("a thread starts");
        }
        Self { jobs, line, entropy, nobody }
    }

    /// Hashes a new password to a PHC string.
    pub async fn hash(&self, password: Zeroizing<String>) -> Result<String, HashError> {
        let task = Task::Hash { salt: self.entropy.bytes() };
        match self.run(password, task).await? {
            Done::Hashed(phc) => Ok(phc),
            Done::Verified(_) => Err(HashError::Unreadable),
        }
    }

    /// Checks a password against a PHC string or, for an account that is not there, does the same work for nothing.
    pub async fn verify(
        &self,
        password: Zeroizing<String>,
        phc: Option<&str>,
    ) -> Result<Outcome, HashError> {
        let task = Task::Verify { phc: phc.unwrap_or(&self.nobody).to_owned() };
        match self.run(password, task).await? {
            Done::Verified(outcome) if phc.is_some() => Ok(outcome),
            _ => Ok(Outcome::Wrong),
        }
    }

    async fn run(&self, password: Zeroizing<String>, task: Task) -> Result<Done, HashError> {
        self.line.join()?;
        let (done, outcome) = oneshot::channel();
        let busy = |_| HashError::Busy(1);
        self.jobs.send(Job { password, task, done }).map_err(|_| HashError::Busy(1))?;
        outcome.await.map_err(busy)?
    }
}

impl Line {
    /// Joins the line if it is short enough.
    fn join(&self) -> Result<(), HashError> {
        let ahead = self.waiting.fetch_add(1, Ordering::AcqRel);
        let cost = self.cost.load(Ordering::Relaxed);
        let wait = Duration::from_micros(ahead * cost / self.threads);
        if wait > self.max_wait {
            self.waiting.fetch_sub(1, Ordering::AcqRel);
            return Err(HashError::Busy(wait.as_secs().max(1)));
        }
        Ok(())
    }

    fn leave(&self, took: Option<Duration>) {
        self.waiting.fetch_sub(1, Ordering::AcqRel);
        if let Some(took) = took {
            let before = self.cost.load(Ordering::Relaxed);
            self.cost.store((before * 7 + micros(took)) / 8, Ordering::Relaxed);
        }
    }
}

/// A thread: one job after the other in the same memory.
fn work(queue: &Mutex<mpsc::Receiver<Job>>, line: &Line) {
    let mut memory = vec![Block::default(); line.params.block_count()];
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { password, task, done }) = job else { return };
        // Whoever waited may have gone.
        if done.is_closed() {
            line.leave(None);
            continue;
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "measures work, decides nothing in the protocol"
        )]
        let started = Instant::now();
        let outcome = match task {
            Task::Hash { salt } => fill(&line.params, &password, &salt, &mut memory)
                .map(|hash| Done::Hashed(phc_string(&line.params, &salt, &hash))),
            Task::Verify { phc } => {
                verify(&line.params, &phc, &password, &mut memory).map(Done::Verified)
            }
        };
        line.leave(Some(started.elapsed()));
        let _ = done.send(outcome);
    }
}

fn verify(
    wanted: &Params,
    phc: &str,
    password: &str,
    memory: &mut Vec<Block>,
) -> Result<Outcome, HashError> {
    let parsed = phc::PasswordHash::new(phc).map_err(|_| HashError::Unreadable)?;
    if parsed.algorithm.as_str() != "argon2id" {
        return Err(HashError::Unreadable);
    }
    let params = Params::try_from(&parsed).map_err(|_| HashError::Unreadable)?;
    let (Some(salt), Some(stored)) = (parsed.salt, parsed.hash) else {
        return Err(HashError::Unreadable);
    };
    if memory.len() < params.block_count() {
        memory.resize(params.block_count(), Block::default());
    }
    let hash = fill(&params, password, salt.as_ref(), memory)?;
    if constant_time::verify_slices_are_equal(&hash, stored.as_bytes()).is_err() {
        return Ok(Outcome::Wrong);
    }
    let cheap = params.m_cost() < wanted.m_cost()
        || params.t_cost() < wanted.t_cost()
        || params.p_cost() < wanted.p_cost();
    Ok(if cheap { Outcome::RightButCheap } else { Outcome::Right })
}

fn fill(
    params: &Params,
    password: &str,
    salt: &[u8],
    memory: &mut [Block],
) -> Result<[u8; HASH], HashError> {
    let mut hash = [0; HASH];
    let memory = &mut memory[..params.block_count()];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut hash, memory)
        .map_err(|_| HashError::Unreadable)?;
    Ok(hash)
}

/// The PHC string format, which every argon2 library reads.
fn phc_string(params: &Params, salt: &[u8; SALT], hash: &[u8; HASH]) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD as BASE64};
    format!(
        "$argon2id$v=19$m={},t={},p={}${}${}",
        params.m_cost(),
        params.t_cost(),
        params.p_cost(),
        BASE64.encode(salt),
        BASE64.encode(hash),
    )
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher(cost: &config::Password, max_wait: Duration) -> Hasher {
        Hasher::start(cost, max_wait, Entropy::system())
    }

    fn secret(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_password_is_told_from_others() {
        let hasher = hasher(&config::Password::default(), Duration::from_mins(1));
        let phc = hasher.hash(secret("correct horse")).await.expect("hashed");
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        let check = |password: &'static str| hasher.verify(secret(password), Some(&phc));
        assert_eq!(check("correct horse").await, Ok(Outcome::Right));
        assert_eq!(check("Correct horse").await, Ok(Outcome::Wrong));
        assert_eq!(hasher.verify(secret("x"), None).await, Ok(Outcome::Wrong));
    }

    #[tokio::test]
    async fn a_cheaper_hash_is_noticed() {
        let wait = Duration::from_mins(1);
        let cheap = config::Password::default();
        let dear = config::Password { iterations: 3, ..cheap.clone() };
        let phc = hasher(&cheap, wait).hash(secret("p")).await.expect("hashed");
        let dear = hasher(&dear, wait);
        assert_eq!(dear.verify(secret("p"), Some(&phc)).await, Ok(Outcome::RightButCheap));
        let phc = dear.hash(secret("p")).await.expect("hashed");
        assert_eq!(hasher(&cheap, wait).verify(secret("p"), Some(&phc)).await, Ok(Outcome::Right));
    }

    #[tokio::test]
    async fn the_line_is_never_longer_than_a_person_waits() {
        let hasher = hasher(&config::Password::default(), Duration::from_millis(100));
        let all = (0..100).map(|_| hasher.verify(secret("p"), None));
        let outcomes = futures(all).await;
        let busy = outcomes.iter().filter(|o| matches!(o, Err(HashError::Busy(_)))).count();
        assert!((50..100).contains(&busy), "{busy} of 100 were turned away");
        assert_eq!(hasher.verify(secret("p"), None).await, Ok(Outcome::Wrong), "the rest went on");
    }

    #[tokio::test]
    async fn a_foreign_hash_is_an_error_and_not_a_wrong_password() {
        let hasher = hasher(&config::Password::default(), Duration::from_mins(1));
        for phc in [
            "",
            "plain",
            "$2b$12$abc",
            "$argon2id$v=19$m=19456,t=2,p=1$",
            "$argon2i$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(hasher.verify(secret("p"), Some(phc)).await, Err(HashError::Unreadable));
        }
    }

    /// Polls all of them together.
    async fn futures<F: Future>(all: impl Iterator<Item = F>) -> Vec<F::Output> {
        let mut all: Vec<_> = all.map(Box::pin).collect();
        let mut outcomes = Vec::new();
        std::future::poll_fn(|context| {
            all.retain_mut(|future| match future.as_mut().poll(context) {
                std::task::Poll::Ready(outcome) => {
                    outcomes.push(outcome);
                    false
                }
                std::task::Poll::Pending => true,
            });
            if all.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
        outcomes
    }
}
