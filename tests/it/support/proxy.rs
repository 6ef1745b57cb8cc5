//! A man in the middle between Signet and Postgres that counts statements on the wire, and can cut the line.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, UnixStream},
};

/// The proxy.
pub struct Proxy {
    /// The database behind it, through it.
    pub url: String,
    statements: Arc<AtomicUsize>,
    cut: Arc<AtomicBool>,
}

impl Proxy {
    /// Stands in front of the database of `url`, which is reached by a Unix socket.
    pub async fn before(url: &str) -> Self {
        let (before, query) = url.split_once('?').expect("a socket");
        let host = openidconnect::url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "host")
            .expect("a socket")
            .1
            .into_owned();
        let socket = PathBuf::from(host).join(".s.PGSQL.5432");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let database = before.rsplit_once('/').expect("a database").1;
        let user =
            before.split_once("//").and_then(|(_, rest)| rest.split_once('@')).expect("a user").0;
        let proxy = Self {
            url: format!("postgres://{user}@127.0.0.1:{port}/{database}?sslmode=disable"),
            statements: Arc::default(),
            cut: Arc::default(),
        };
        let (statements, cut) = (Arc::clone(&proxy.statements), Arc::clone(&proxy.cut));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if cut.load(Ordering::SeqCst) {
                    continue;
                }
                let server = UnixStream::connect(&socket).await.expect("Postgres answers");
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                let (statements, cut) = (Arc::clone(&statements), Arc::clone(&cut));
                let cut_too = Arc::clone(&cut);
                tokio::spawn(async move {
                    let mut messages = Messages::default();
                    let mut bytes = vec![0; 64 * 1024];
                    while let Ok(count @ 1..) = from_client.read(&mut bytes).await {
                        if cut.load(Ordering::SeqCst) {
                            return;
                        }
                        statements
                            .fetch_add(messages.executions(&bytes[..count]), Ordering::SeqCst);
                        if to_server.write_all(&bytes[..count]).await.is_err() {
                            return;
                        }
                    }
                });
                tokio::spawn(async move {
                    let mut bytes = vec![0; 64 * 1024];
                    while let Ok(count @ 1..) = from_server.read(&mut bytes).await {
                        if cut_too.load(Ordering::SeqCst)
                            || to_client.write_all(&bytes[..count]).await.is_err()
                        {
                            return;
                        }
                    }
                });
            }
        });
        proxy
    }

    /// Statements that were executed so far.
    pub fn statements(&self) -> usize {
        self.statements.load(Ordering::SeqCst)
    }

    /// Lets nothing through any more.
    pub fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }

    /// Lets new connections through again.
    pub fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }
}

/// The messages of a client (PostgreSQL's protocol 3), told apart by their lengths.
#[derive(Default)]
struct Messages {
    started: bool,
    pending: Vec<u8>,
}

impl Messages {
    /// How many of these bytes' messages execute something: `E` of the extended protocol, `Q` of the simple one.
    fn executions(&mut self, bytes: &[u8]) -> usize {
        self.pending.extend_from_slice(bytes);
        let mut count = 0;
        loop {
            // The first message has no type.
            let head = usize::from(self.started);
            let Some(length) = self.pending.get(head..head + 4) else { return count };
            let length = u32::from_be_bytes(length.try_into().expect("four bytes")) as usize;
            if self.pending.len() < head + length {
                return count;
            }
            if self.started && matches!(self.pending[0], b'E' | b'Q') {
                count += 1;
            }
            self.started = true;
            self.pending.drain(..head + length);
        }
    }
}
