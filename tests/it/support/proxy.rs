//! A man in the middle between Signet and Postgres that notes statements on the wire, and can cut the line.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
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
    statements: Arc<Mutex<Vec<String>>>,
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
                        let executed = messages.executed(&bytes[..count]);
                        statements.lock().expect("not poisoned").extend(executed);
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

    /// How many statements were executed so far.
    pub fn count(&self) -> usize {
        self.statements.lock().expect("not poisoned").len()
    }

    /// The statements executed since there were `count` of them, apart from those that go on beside every request: the
    /// poll of changes, and the audit log's batches.
    pub fn since(&self, count: usize) -> Vec<String> {
        let statements = self.statements.lock().expect("not poisoned");
        let beside = |sql: &str| {
            sql.contains("pg_snapshot_xmin") || sql.contains("INSERT INTO audit_events")
        };
        statements[count..].iter().filter(|sql| !beside(sql)).cloned().collect()
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
    /// Prepared statements by name.
    prepared: HashMap<String, String>,
    /// What the portal is bound to.
    bound: String,
}

impl Messages {
    /// The statements that these bytes' messages execute.
    fn executed(&mut self, bytes: &[u8]) -> Vec<String> {
        self.pending.extend_from_slice(bytes);
        let mut executed = Vec::new();
        loop {
            // The first message has no type.
            let head = usize::from(self.started);
            let Some(length) = self.pending.get(head..head + 4) else { return executed };
            let length = u32::from_be_bytes(length.try_into().expect("four bytes")) as usize;
            if self.pending.len() < head + length {
                return executed;
            }
            let message: Vec<u8> = self.pending.drain(..head + length).collect();
            if !std::mem::replace(&mut self.started, true) {
                continue;
            }
            let mut strings = message[5..]
                .split(|byte| *byte == 0)
                .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            let mut next = || strings.next().unwrap_or_default();
            match message[0] {
                // Parse: name, SQL. Bind: portal, name. Execute: portal. Query: SQL.
                b'P' => {
                    let name = next();
                    self.prepared.insert(name, next());
                }
                b'B' => {
                    next();
                    self.bound = next();
                }
                b'E' => executed.push(self.prepared.get(&self.bound).cloned().unwrap_or_default()),
                b'Q' => executed.push(next()),
                _ => {}
            }
        }
    }
}
