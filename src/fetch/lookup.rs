//! Looking names up: with few threads, of which no one has more than their share.

use std::{
    collections::HashMap,
    future::Future,
    io,
    net::{SocketAddr, ToSocketAddrs},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{Semaphore, oneshot};

use super::connection::Resolve;

/// For whom something is fetched: whoever named its address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The operator.
    Operator,
    /// A client that the operator registered.
    Client(Arc<str>),
    /// Someone whom no one vouches for: a client that registered itself, or whoever would like to be one.
    Stranger(Arc<str>),
}

/// How many names that the operator named are looked up at a time.
const OF_OPERATOR: usize = 8;
/// How many that clients named which the operator registered, and how many of each.
const OF_CLIENTS: (usize, usize) = (32, 2);
/// And those of strangers.
const OF_STRANGERS: (usize, usize) = (16, 1);
/// How long the share of someone stays taken after a look-up that no one waited for any more has ended.
const PAUSE: Duration = Duration::from_secs(5);

/// The system's own resolver. It blocks a thread for as long as it likes, also when no one waits for it any more; whoever
/// may name hosts could have all threads wait for name servers of their own that never answer, those that hash passwords
/// and read files too. So only so many names are looked up at a time, and what comes beside is told so at once. Each owner
/// has a few of the places, whose turn others of the same owner wait for.
pub(super) struct System {
    operator: Arc<Semaphore>,
    clients: Pool,
    strangers: Pool,
}

/// The places of all owners of a kind.
struct Pool {
    places: Arc<Semaphore>,
    each: usize,
    shares: Shares,
}

/// The shares of those who have a look-up going on or wait for one.
type Shares = Arc<Mutex<HashMap<Owner, Share>>>;

struct Share {
    turns: Arc<Semaphore>,
    claims: usize,
}

/// Keeps the share of an owner, until it is dropped.
struct Claim {
    shares: Shares,
    owner: Owner,
}

impl Claim {
    fn on(pool: &Pool, owner: &Owner) -> (Self, Arc<Semaphore>) {
        let mut shares = pool.shares.lock().unwrap_or_else(PoisonError::into_inner);
        let share = shares
            .entry(owner.clone())
            .or_insert_with(|| Share { turns: Arc::new(Semaphore::new(pool.each)), claims: 0 });
        share.claims += 1;
        let claim = Self { shares: Arc::clone(&pool.shares), owner: owner.clone() };
        (claim, Arc::clone(&share.turns))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        match shares.get_mut(&self.owner) {
            Some(share) if share.claims > 1 => share.claims -= 1,
            _ => drop(shares.remove(&self.owner)),
        }
    }
}

impl Pool {
    fn new((all, each): (usize, usize)) -> Self {
        Self { places: Arc::new(Semaphore::new(all)), each, shares: Arc::default() }
    }
}

impl System {
    pub(super) fn new() -> Self {
        Self {
            operator: Arc::new(Semaphore::new(OF_OPERATOR)),
            clients: Pool::new(OF_CLIENTS),
            strangers: Pool::new(OF_STRANGERS),
        }
    }

    async fn run<F>(&self, owner: &Owner, look_up: F) -> io::Result<Vec<SocketAddr>>
    where
        F: FnOnce() -> io::Result<Vec<SocketAddr>> + Send + 'static,
    {
        let pool = match owner {
            Owner::Operator => None,
            Owner::Client(_) => Some(&self.clients),
            Owner::Stranger(_) => Some(&self.strangers),
        };
        let turn = match pool {
            None => None,
            Some(pool) => {
                let (claim, turns) = Claim::on(pool, owner);
                Some((turns.acquire_owned().await.map_err(io::Error::other)?, claim))
            }
        };
        let places = pool.map_or(&self.operator, |pool| &pool.places);
        let place = Arc::clone(places).try_acquire_owned().map_err(|_| {
            io::Error::new(io::ErrorKind::WouldBlock, "too many names are being looked up")
        })?;
        let (tell, told) = oneshot::channel();
        // Until it really ends, and not until whoever asked has gone: a name server that is silent then has its owner wait,
        // and not be given one thread after the other.
        tokio::spawn(async move {
            let looked_up = tokio::task::spawn_blocking(look_up).await;
            drop(place);
            if tell.send(looked_up).is_err() && turn.is_some() {
                tokio::time::sleep(PAUSE).await;
            }
            drop(turn);
        });
        told.await.map_err(io::Error::other)?.map_err(io::Error::other)?
    }
}

impl Resolve for System {
    fn resolve<'a>(
        &'a self,
        owner: &'a Owner,
        host: &'a str,
        port: u16,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>> {
        let host = host.to_owned();
        Box::pin(self.run(owner, move || Ok((host.as_str(), port).to_socket_addrs()?.collect())))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Look-ups that do not end until the sender is dropped, of which whoever asked has gone.
    struct Stalled {
        ended: Arc<Mutex<mpsc::Receiver<()>>>,
        end: mpsc::Sender<()>,
    }

    impl Stalled {
        fn new() -> Self {
            let (end, ended) = mpsc::channel();
            Self { ended: Arc::new(Mutex::new(ended)), end }
        }

        /// Whether it was begun, or waits for its turn.
        async fn begin(&self, system: &System, owner: &Owner) -> bool {
            let ended = Arc::clone(&self.ended);
            let stalled = system.run(owner, move || {
                drop(ended.lock().map(|ended| ended.recv()));
                Ok(Vec::new())
            });
            tokio::select! {
                biased;
                refused = stalled => refused.is_ok(),
                () = std::future::ready(()) => true,
            }
        }
    }

    fn client(name: &str) -> Owner {
        Owner::Client(name.into())
    }

    fn stranger(name: &str) -> Owner {
        Owner::Stranger(name.into())
    }

    async fn works(system: &System, owner: &Owner) -> bool {
        let found = system.resolve(owner, "localhost", 443);
        matches!(tokio::time::timeout(Duration::from_secs(10), found).await, Ok(Ok(_)))
    }

    async fn has_to_wait(system: &System, owner: &Owner) -> bool {
        let found = system.resolve(owner, "localhost", 443);
        tokio::time::timeout(Duration::from_millis(50), found).await.is_err()
    }

    #[tokio::test]
    async fn look_ups_that_do_not_end_keep_their_places_and_others_are_refused_at_once() {
        let (system, stalled) = (System::new(), Stalled::new());
        for number in 0..OF_STRANGERS.0 {
            assert!(stalled.begin(&system, &stranger(&number.to_string())).await);
        }
        let error = system.resolve(&stranger("one more"), "localhost", 443).await;
        assert_eq!(error.expect_err("no place").kind(), io::ErrorKind::WouldBlock);
        for other in [Owner::Operator, client("spa")] {
            assert!(works(&system, &other).await, "{other:?} has places of its own");
        }
        drop(stalled.end);
        let all = u32::try_from(OF_STRANGERS.0).expect("a few");
        drop(system.strangers.places.acquire_many(all).await.expect("open"));
        assert!(works(&system, &stranger("one more")).await);
    }

    #[tokio::test]
    async fn no_one_has_more_than_their_share_until_a_while_after_their_look_ups_ended() {
        let (system, stalled) = (System::new(), Stalled::new());
        for _ in 0..3 * OF_CLIENTS.0 {
            stalled.begin(&system, &client("hostile")).await;
        }
        let held = OF_CLIENTS.0 - system.clients.places.available_permits();
        assert_eq!(held, OF_CLIENTS.1);
        assert!(has_to_wait(&system, &client("hostile")).await);
        assert!(works(&system, &client("other")).await);
        drop(stalled.end);
        let all = u32::try_from(OF_CLIENTS.0).expect("a few");
        drop(system.clients.places.acquire_many(all).await.expect("they end"));
        assert!(has_to_wait(&system, &client("hostile")).await, "for a while");
        tokio::time::pause();
        tokio::time::sleep(PAUSE).await;
        tokio::time::resume();
        assert!(works(&system, &client("hostile")).await);
    }

    #[tokio::test]
    async fn who_has_several_look_ups_waits_for_their_turn_and_is_forgotten_afterwards() {
        let system = System::new();
        let owner = stranger("patient");
        let several = (0..8).map(|_| system.resolve(&owner, "localhost", 443));
        for found in futures_util::future::join_all(several).await {
            assert!(!found.expect("found").is_empty());
        }
        // What looked up has yet to let go of its turn.
        while !system.strangers.shares.lock().expect("a lock").is_empty() {
            tokio::task::yield_now().await;
        }
    }
}
