//! The load generator: keep-alive HTTP/1.1 connections in closed loops, with as little work of its own as will do,
//! since it shares the machine with what it measures.

use std::{collections::VecDeque, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, bail, ensure};
use memchr::memmem;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::Instant,
};

/// Connections of every workload but log-ins.
pub const CONNECTIONS: usize = 32;
/// No answer takes this long unless something is broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// A response.
pub struct Answer<'a> {
    /// Its status.
    pub status: u16,
    /// Status line and headers.
    head: &'a [u8],
    body: &'a [u8],
}

impl Answer<'_> {
    /// Every value of a header.
    pub fn headers<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        headers(text(self.head), name)
    }

    /// Its body. Looked at as text only by whoever asks for it, since every byte would be looked at.
    #[must_use]
    pub fn body(&self) -> &str {
        text(self.body)
    }

    /// Fails with what the server said, unless it said this.
    pub fn expect(&self, status: u16, start: &str) -> anyhow::Result<()> {
        ensure!(
            self.status == status && self.body.starts_with(start.as_bytes()),
            "an unexpected answer:\n{}\n{}",
            text(self.head),
            self.body()
        );
        Ok(())
    }
}

/// Servers here say nothing but UTF-8.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or("not UTF-8")
}

fn headers<'s>(head: &'s str, name: &'s str) -> impl Iterator<Item = &'s str> {
    let pairs = head.lines().filter_map(|line| line.split_once(':'));
    pairs.filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// What a connection does next.
pub enum Turn {
    /// The operation is complete: it counts, and another one begins.
    Done,
    /// The operation has another request.
    More,
}

/// An operation that is done over and over on one connection.
pub trait Flow: Send {
    /// Writes the next request.
    fn request(&mut self, out: &mut Vec<u8>);
    /// Takes its answer.
    fn answer(&mut self, answer: &Answer<'_>) -> anyhow::Result<Turn>;
}

/// Flows, one a connection; they go on where they were when they are driven again.
pub type Flows = Vec<Box<dyn Flow>>;

/// The same requests in turn, whose answers all start alike.
pub struct Repeat {
    requests: Arc<Vec<Vec<u8>>>,
    next: usize,
    expected: &'static str,
}

impl Repeat {
    /// As many of them as there are connections, each starting elsewhere.
    pub fn flows(requests: Vec<Vec<u8>>, expected: &'static str) -> Flows {
        let requests = Arc::new(requests);
        let each = requests.len() / CONNECTIONS;
        (0..CONNECTIONS)
            .map(|number| {
                let requests = Arc::clone(&requests);
                Box::new(Self { requests, next: number * each, expected }) as Box<dyn Flow>
            })
            .collect()
    }
}

impl Flow for Repeat {
    fn request(&mut self, out: &mut Vec<u8>) {
        if let Some(request) = self.requests.get(self.next) {
            out.extend_from_slice(request);
        }
        self.next = (self.next + 1) % self.requests.len();
    }

    fn answer(&mut self, answer: &Answer<'_>) -> anyhow::Result<Turn> {
        answer.expect(200, self.expected)?;
        Ok(Turn::Done)
    }
}

/// A GET.
#[must_use]
pub fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n").into_bytes()
}

/// A POST of a form.
#[must_use]
pub fn post(path: &str, headers: &str, pairs: &[(&str, &str)]) -> Vec<u8> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A POST of JSON.
#[must_use]
pub fn post_json(path: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A connection and what was read from it.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// How much of the buffer belongs to the answer handed out last.
    used: usize,
}

impl Connection {
    /// Connects.
    pub async fn open(to: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024), used: 0 })
    }

    /// Sends a request and reads its answer.
    pub async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.drain(..self.used);
        let (head, length) = loop {
            if let Some(head) = memmem::find(&self.buffer, b"\r\n\r\n") {
                break (head, content_length(&self.buffer[..head])?);
            }
            self.read().await?;
        };
        let end = head + 4 + length;
        while self.buffer.len() < end {
            self.read().await?;
        }
        self.used = end;
        let (head, body) = (&self.buffer[..head], &self.buffer[head + 4..end]);
        let status = text(head.get(9..12).context("no status line")?).parse()?;
        Ok(Answer { status, head, body })
    }

    async fn read(&mut self) -> anyhow::Result<()> {
        let count = self.stream.read_buf(&mut self.buffer).await?;
        ensure!(count > 0, "the server closed a connection");
        Ok(())
    }
}

/// Both servers write names of headers in lower case; looking for nothing else costs next to nothing, so that an answer
/// with many headers is not held against the server that gave it.
fn content_length(head: &[u8]) -> anyhow::Result<usize> {
    const NAME: &[u8] = b"\r\ncontent-length: ";
    let start = memmem::find(head, NAME).context("an answer without its length")? + NAME.len();
    let value = head[start..].split(|&byte| byte == b'\r').next().unwrap_or_default();
    Ok(std::str::from_utf8(value)?.parse()?)
}

/// How long to drive, and how fast.
#[derive(Clone, Copy)]
pub struct Pace {
    /// How long.
    pub time: Duration,
    /// The time from one operation to the next on each connection; as fast as answers come if none.
    pub interval: Option<Duration>,
}

/// Drives the flows, each over a connection of its own, and returns them with the microseconds of each operation that
/// was completed in time. Blocks; no more threads than there are cores generate the load.
pub fn drive(to: SocketAddr, flows: Flows, pace: Pace) -> anyhow::Result<(Flows, Vec<u32>)> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(4).min(flows.len());
    let each = flows.len().div_ceil(threads);
    let mut rest = VecDeque::from(flows);
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        while !rest.is_empty() {
            let share: Flows = rest.drain(..each.min(rest.len())).collect();
            running.push(scope.spawn(move || drive_share(to, share, pace)));
        }
        let (mut flows, mut latencies) = (Vec::new(), Vec::new());
        for thread in running {
            let Ok(outcome) = thread.join() else { bail!("the load generator panicked") };
            let (some, times) = outcome?;
            flows.extend(some);
            latencies.extend(times);
        }
        Ok((flows, latencies))
    })
}

fn drive_share(to: SocketAddr, flows: Flows, pace: Pace) -> anyhow::Result<(Flows, Vec<u32>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        let mut connections = Vec::new();
        for flow in flows {
            connections.push((Connection::open(to).await?, flow));
        }
        let (start, count) = (Instant::now(), u32::try_from(connections.len())?);
        for (number, (connection, flow)) in (0..).zip(connections) {
            // Paced connections take turns.
            let offset = pace.interval.unwrap_or_default() / count * number;
            tasks.spawn(drive_one(connection, flow, start + offset, pace));
        }
        let (mut flows, mut latencies) = (Vec::new(), Vec::new());
        while let Some(outcome) = tasks.join_next().await {
            let (flow, times) = outcome??;
            flows.push(flow);
            latencies.extend(times);
        }
        Ok((flows, latencies))
    })
}

async fn drive_one(
    mut connection: Connection,
    mut flow: Box<dyn Flow>,
    start: Instant,
    pace: Pace,
) -> anyhow::Result<(Box<dyn Flow>, Vec<u32>)> {
    let (mut request, mut latencies) = (Vec::with_capacity(4096), Vec::with_capacity(4096));
    let end = start + pace.time;
    let mut due = start;
    loop {
        if let Some(interval) = pace.interval {
            tokio::time::sleep_until(due).await;
            due += interval;
        }
        let began = Instant::now();
        if began >= end {
            break;
        }
        loop {
            request.clear();
            flow.request(&mut request);
            let answer = tokio::time::timeout(PATIENCE, connection.exchange(&request));
            let answer = answer.await.context("no answer came")??;
            if matches!(flow.answer(&answer)?, Turn::Done) {
                break;
            }
        }
        let done = Instant::now();
        if done <= end {
            let micros = done.duration_since(began).as_micros();
            latencies.push(u32::try_from(micros).unwrap_or(u32::MAX));
        }
    }
    Ok((flow, latencies))
}
