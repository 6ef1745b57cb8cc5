//! Writes events in batches: who must not be answered before an event is on record waits for its batch's commit.

use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot};

use super::{
    Event, Origin,
    summary::{Counts, Refusal, Refused, Summary},
};
use crate::{
    clock::Clock,
    entropy::Entropy,
    storage::{self, audit::EventRow},
};

/// Events that may wait to be written; past that, whoever records waits.
const QUEUE: usize = 8 * 1024;
/// Events a statement.
const BATCH: usize = 256;
/// Events that are kept while the database is away and no one waits for them; past that they go to the log alone.
const BACKLOG: usize = 64 * 1024;
/// How long a statement may take: a database that falls silent, as in some failovers, must not silence this writer for
/// as long as its host goes on waiting. Events have ids of their own, so one that was written after all is not written
/// twice.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often summaries are written.
const SUMMARY: Duration = Duration::from_secs(1);
/// Distinct summaries between two writes; past that they are written at once.
const SUMMARIES: usize = 4 * 1024;
/// Distinct refusals between two writes; past that they are counted together. Anyone can have requests refused, from as
/// many networks as they have, and what is written stays for long.
const REFUSALS: usize = 64;

type Acknowledge = oneshot::Sender<Result<(), ()>>;

enum Message {
    Event(Box<EventRow>, Option<Acknowledge>),
    Flush(oneshot::Sender<()>),
}

/// Records security events.
#[derive(Clone)]
pub struct Recorder {
    queue: mpsc::Sender<Message>,
    summaries: Counts<Summary>,
    refusals: Counts<Refusal>,
    clock: Clock,
    entropy: Entropy,
}

impl Recorder {
    /// Starts the writer. It ends, having written everything, when the last recorder is dropped.
    #[must_use]
    pub fn start(db: PgPool, clock: Clock, entropy: Entropy) -> Self {
        let (queue, messages) = mpsc::channel(QUEUE);
        let (summaries, refusals) = (Counts::default(), Counts::default());
        let recorder = Self { queue, summaries, refusals, clock, entropy };
        tokio::spawn(write(db, messages));
        recorder
    }

    /// Records an event and waits until it is committed. An error has been logged.
    pub async fn record(&self, event: Event, origin: &Origin) -> Result<(), storage::Error> {
        let (acknowledge, acknowledged) = oneshot::channel();
        let row = self.row(event, origin);
        let lost = || storage::Error::Unavailable(sqlx::Error::WorkerCrashed);
        self.queue
            .send(Message::Event(Box::new(row), Some(acknowledge)))
            .await
            .map_err(|_| lost())?;
        acknowledged.await.map_err(|_| lost())?.map_err(|()| lost())
    }

    /// Records an event soon, without anyone waiting for it.
    pub async fn note(&self, event: Event, origin: &Origin) {
        let row = self.row(event, origin);
        // The writer lives as long as any recorder.
        let _ = self.queue.send(Message::Event(Box::new(row), None)).await;
    }

    /// Counts a token that concerns no person: one event per client, scope and address each second.
    pub async fn count(&self, summary: Summary) {
        if self.summaries.add(summary).is_some_and(|count| count >= SUMMARIES) {
            self.write_summaries().await;
        }
    }

    /// Counts a request that was refused to whoever it came from: one event for each client, reason and network each second,
    /// and past so many of them one for all others.
    pub fn refused(&self, refused: Refused, origin: &Origin) {
        let refusal = Refusal::of(refused, origin.address);
        self.refusals.add_within(refusal, REFUSALS, Refusal::others);
    }

    /// Writes summaries once a second, for ever.
    pub async fn summarise(self) {
        let mut ticks = tokio::time::interval(SUMMARY);
        loop {
            ticks.tick().await;
            self.write_summaries().await;
        }
    }

    /// Waits until all that was recorded so far is written.
    pub async fn flush(&self) {
        self.write_summaries().await;
        let (done, written) = oneshot::channel();
        if self.queue.send(Message::Flush(done)).await.is_ok() {
            let _ = written.await;
        }
    }

    async fn write_summaries(&self) {
        for (summary, count) in self.summaries.take() {
            let origin = Origin { address: summary.address, request_id: None };
            self.note(summary.event(count), &origin).await;
        }
        for (refusal, count) in self.refusals.take() {
            let (event, network) = refusal.event(count);
            let mut row = self.row(event, &Origin::default());
            row.address = network;
            let _ = self.queue.send(Message::Event(Box::new(row), None)).await;
        }
    }

    fn row(&self, event: Event, origin: &Origin) -> EventRow {
        let now = self.clock.now();
        event.into_row(crate::clock::uuid_at(now, &self.entropy), now, origin)
    }
}

/// The writer: takes what is there, writes it in one statement, answers who waits.
async fn write(db: PgPool, mut messages: mpsc::Receiver<Message>) {
    let mut received = Vec::new();
    let mut backlog: Vec<EventRow> = Vec::new();
    loop {
        let retry_soon = !backlog.is_empty();
        let count = tokio::select! {
            count = messages.recv_many(&mut received, BATCH) => count,
            () = tokio::time::sleep(SUMMARY), if retry_soon => 0,
        };
        if count == 0 && !retry_soon {
            return;
        }
        let mut waiting = Vec::new();
        let mut flushes = Vec::new();
        let mut unawaited = std::mem::take(&mut backlog);
        let mut awaited = Vec::new();
        for message in received.drain(..) {
            match message {
                Message::Event(row, None) => unawaited.push(*row),
                Message::Event(row, Some(acknowledge)) => {
                    awaited.push(*row);
                    waiting.push(acknowledge);
                }
                Message::Flush(done) => flushes.push(done),
            }
        }
        let outcome = append(&db, &awaited).await;
        for acknowledge in waiting {
            let _ = acknowledge.send(outcome);
        }
        // What follows a batch that fails would fail too, and keep those waiting who come meanwhile.
        let mut failing = outcome.is_err();
        for batch in unawaited.chunks(BATCH) {
            failing = failing || append(&db, batch).await.is_err();
            if failing {
                backlog.extend_from_slice(batch);
            }
        }
        if backlog.len() > BACKLOG {
            tracing::error!(events = backlog.len(), "audit events are lost: the database is away");
            backlog.clear();
        }
        for done in flushes {
            let _ = done.send(());
        }
        if count == 0 && messages.is_closed() {
            return;
        }
    }
}

async fn append(db: &PgPool, rows: &[EventRow]) -> Result<(), ()> {
    if rows.is_empty() {
        return Ok(());
    }
    let written = match tokio::time::timeout(PATIENCE, storage::audit::append(db, rows)).await {
        Ok(written) => written.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    written.map_err(|error| {
        tracing::error!(%error, events = rows.len(), "audit events were not written");
    })
}
