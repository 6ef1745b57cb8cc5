//! argon2id (RFC 9106) on threads of its own, their memory allocated once, behind a line that is never longer than a
//! person waits: a flood of sign-ins is turned away and starves no one else.

mod argon2id;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use argon2::Params;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

pub use self::argon2id::Outcome;
use self::argon2id::{HASH, SALT};
use crate::{config, entropy::Entropy};

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

enum Task {
    Hash { salt: [u8; SALT] },
    Verify { phc: String },
}

enum Done {
    Hashed(String),
    Verified(Outcome),
}

struct Job {
    place: Place,
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
        let nobody = argon2id::phc_string(&params, &[0; SALT], &[0; HASH]);
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

    /// Joins the line if it is short enough, before anything else is done for whoever wants a password checked.
    pub fn admit(&self) -> Result<Place, HashError> {
        Place::take(&self.line)
    }

    /// Hashes a new password to a PHC string.
    pub async fn hash(&self, password: Zeroizing<String>) -> Result<String, HashError> {
        let task = Task::Hash { salt: self.entropy.bytes() };
        match self.run(self.admit()?, password, task).await? {
            Done::Hashed(phc) => Ok(phc),
            Done::Verified(_) => Err(HashError::Unreadable),
        }
    }

    /// Checks a password against a PHC string or, for an account that is not there, does the same work for nothing. Where
    /// the PHC string's cost is lower than is now asked, the rest is spent too, so that the time tells nothing.
    pub async fn verify(
        &self,
        place: Place,
        password: Zeroizing<String>,
        phc: Option<&str>,
    ) -> Result<Outcome, HashError> {
        let task = Task::Verify { phc: phc.unwrap_or(&self.nobody).to_owned() };
        match self.run(place, password, task).await? {
            Done::Verified(outcome) if phc.is_some() => Ok(outcome),
            _ => Ok(Outcome::Wrong),
        }
    }

    async fn run(
        &self,
        place: Place,
        password: Zeroizing<String>,
        task: Task,
    ) -> Result<Done, HashError> {
        let (done, outcome) = oneshot::channel();
        let busy = |_| HashError::Busy(1);
        self.jobs.send(Job { place, password, task, done }).map_err(|_| HashError::Busy(1))?;
        outcome.await.map_err(busy)?
    }
}

/// A place in the line, which is given up when it is dropped.
pub struct Place(Arc<Line>);

impl Place {
    fn take(line: &Arc<Line>) -> Result<Self, HashError> {
        let ahead = line.waiting.fetch_add(1, Ordering::AcqRel);
        let place = Self(Arc::clone(line));
        let cost = line.cost.load(Ordering::Relaxed);
        let wait = Duration::from_micros(ahead * cost / line.threads);
        if wait > line.max_wait {
            return Err(HashError::Busy(wait.as_secs().max(1)));
        }
        Ok(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Line {
    fn took(&self, time: Duration) {
        let before = self.cost.load(Ordering::Relaxed);
        self.cost.store((before * 7 + micros(time)) / 8, Ordering::Relaxed);
    }
}

/// A thread: one job after the other in the same memory.
fn work(queue: &Mutex<mpsc::Receiver<Job>>, line: &Line) {
    yield_to_others();
    // Allocated by the first job, and then kept.
    let mut memory = Vec::new();
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { place, password, task, done }) = job else { return };
        // Whoever waited may have gone.
        if done.is_closed() {
            continue;
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "measures work, decides nothing in the protocol"
        )]
        let started = Instant::now();
        let outcome = match task {
            Task::Hash { salt } => {
                argon2id::hash(&line.params, &password, &salt, &mut memory).map(Done::Hashed)
            }
            Task::Verify { phc } => {
                argon2id::verify(&line.params, &phc, &password, &mut memory).map(Done::Verified)
            }
        };
        line.took(started.elapsed());
        drop(place);
        let _ = done.send(outcome);
    }
}

/// Hashing takes long and waits well; whatever else the machine has to do is short and should not wait for it. On Linux a
/// thread has a priority of its own.
fn yield_to_others() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(5) {
        tracing::debug!(%error, "password hashing keeps its priority");
    }
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

    async fn verify(
        hasher: &Hasher,
        password: &str,
        phc: Option<&str>,
    ) -> Result<Outcome, HashError> {
        hasher.verify(hasher.admit()?, secret(password), phc).await
    }

    #[tokio::test]
    async fn a_password_is_told_from_others() {
        let hasher = hasher(&config::Password::default(), Duration::from_mins(1));
        let phc = hasher.hash(secret("correct horse")).await.expect("hashed");
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        let check = |password| verify(&hasher, password, Some(&phc));
        assert_eq!(check("correct horse").await, Ok(Outcome::Right));
        assert_eq!(check("Correct horse").await, Ok(Outcome::Wrong));
        assert_eq!(verify(&hasher, "x", None).await, Ok(Outcome::Wrong));
    }

    #[tokio::test]
    async fn a_cheaper_hash_is_noticed() {
        let wait = Duration::from_mins(1);
        let cheap = config::Password::default();
        let dear = config::Password { iterations: 3, ..cheap.clone() };
        let phc = hasher(&cheap, wait).hash(secret("p")).await.expect("hashed");
        let dear = hasher(&dear, wait);
        assert_eq!(verify(&dear, "p", Some(&phc)).await, Ok(Outcome::RightButCheap));
        let phc = dear.hash(secret("p")).await.expect("hashed");
        let cheap = hasher(&cheap, wait);
        assert_eq!(verify(&cheap, "p", Some(&phc)).await, Ok(Outcome::Right));
    }

    #[tokio::test]
    async fn the_line_is_never_longer_than_a_person_waits() {
        let hasher = hasher(&config::Password::default(), Duration::from_millis(100));
        let all = (0..100).map(|_| verify(&hasher, "p", None));
        let outcomes = futures(all).await;
        let busy = outcomes.iter().filter(|o| matches!(o, Err(HashError::Busy(_)))).count();
        assert!((50..100).contains(&busy), "{busy} of 100 were turned away");
        assert_eq!(verify(&hasher, "p", None).await, Ok(Outcome::Wrong), "the rest went on");
    }

    #[test]
    fn a_place_that_is_given_up_is_free_again() {
        let hasher = hasher(&config::Password::default(), Duration::ZERO);
        let place = hasher.admit().expect("no one is there");
        assert!(hasher.admit().is_err());
        drop(place);
        assert!(hasher.admit().is_ok());
    }

    #[tokio::test]
    async fn a_cheaper_hash_takes_as_long_to_refuse_as_an_account_that_is_not_there() {
        let wait = Duration::from_mins(1);
        let least =
            config::Password { memory_kib: 8, iterations: 1, ..config::Password::default() };
        let phc = hasher(&least, wait).hash(secret("p")).await.expect("hashed");
        let hasher = hasher(&config::Password::default(), wait);
        let took = async |phc| {
            let start = tokio::time::Instant::now();
            assert_eq!(verify(&hasher, "wrong", phc).await, Ok(Outcome::Wrong));
            start.elapsed()
        };
        let (mut known, mut unknown) = (Duration::MAX, Duration::MAX);
        for _ in 0..5 {
            known = known.min(took(Some(phc.as_str())).await);
            unknown = unknown.min(took(None).await);
        }
        // Without the rest, a thousandth.
        assert!(known > unknown / 2, "{known:?}, {unknown:?}");
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
            assert_eq!(verify(&hasher, "p", Some(phc)).await, Err(HashError::Unreadable));
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
