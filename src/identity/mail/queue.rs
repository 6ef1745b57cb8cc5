//! The queue of messages, in the database: what was put in is sent, whatever becomes of the mail server or of this
//! process meanwhile.

use std::time::Duration;

use metrics::counter;

use super::{Letter, Message};
use crate::{
    app::App,
    clock::Timestamp,
    keys::secrets::message_place,
    storage::{self, messages::MessageRow},
};

/// Until then a message is tried again.
const PATIENCE: Duration = Duration::from_hours(72);
/// Until then a message that was refused for good is tried again: the fault may be in the settings.
const PATIENCE_IF_REFUSED: Duration = Duration::from_hours(1);
/// Between the first failure and the next attempt. It doubles each time …
const FIRST_DELAY: Duration = Duration::from_secs(30);
/// … up to this.
const LONGEST_DELAY: Duration = Duration::from_hours(6);
/// As long a message may wait until it is sent or given up, with one more delay for a process that comes late. What it
/// holds is kept until then.
pub const LONGEST_WAIT: Duration = PATIENCE.saturating_add(LONGEST_DELAY);
/// As many are taken at once.
const BATCH: i64 = 4;
/// How long they are no one else's: longer than handing them over takes.
const LEASE: Duration = Duration::from_mins(10);
/// How often the queue is looked at without a reason.
const LOOK: Duration = Duration::from_secs(5);

/// Queues a message. To no one it is the same work, and nothing is sent.
pub async fn send(app: &App, to: Option<&str>, letter: &Letter) -> storage::Result<()> {
    let (text, html) = letter.render(app.mail.product());
    let (to, subject) = (to.map(str::to_owned), letter.subject.clone());
    let message = Message { to, subject, text, html, link: letter.term };
    let id = app.uuid();
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(&message).unwrap_or_default());
    let sealed = app.keys.master().seal(&message_place(id), &plain);
    storage::messages::insert(&app.db, id, &sealed, app.clock.now()).await?;
    app.mail.wake.notify_one();
    Ok(())
}

/// Sends what is due, as long as this process lives.
pub async fn deliver_forever(app: &App) {
    if !app.mail.is_on() {
        return;
    }
    while !app.db.is_closed() {
        if let Err(error) = deliver_due(app).await
            && !app.db.is_closed()
        {
            tracing::warn!(%error, "the queue of messages could not be read");
        }
        // Whichever comes first: a message of this replica's, or the time to look for others'.
        let _ = tokio::time::timeout(LOOK, app.mail.wake.notified()).await;
    }
}

/// Sends what is due now. How many were sent.
pub async fn deliver_due(app: &App) -> storage::Result<usize> {
    let mut sent = 0;
    loop {
        let now = app.clock.now();
        let batch = storage::messages::claim(&app.db, BATCH, now, now + LEASE).await?;
        let mut failed = 0;
        for row in &batch {
            if deliver(app, row).await? {
                sent += 1;
            } else {
                failed += 1;
            }
        }
        // A server that is away is not asked once more for each message that waits.
        if batch.is_empty() || failed == batch.len() {
            return Ok(sent);
        }
    }
}

/// Sends one message, or puts it off: whether it is out of the queue.
async fn deliver(app: &App, row: &MessageRow) -> storage::Result<bool> {
    let now = app.clock.now();
    let Some(message) = open(app, row) else {
        put_off(app, row, now, PATIENCE).await?;
        return Ok(false);
    };
    let Some(to) = &message.to else {
        storage::messages::delete(&app.db, row.id).await?;
        return Ok(true);
    };
    // Before and not after: whoever has the message has a link that is good.
    if let Some(term) = &message.link {
        term.begin(app).await?;
    }
    let Err(error) = app.mail.transport.send(row.id, &message, to, now).await else {
        counter!("signet_messages_sent_total").increment(1);
        storage::messages::delete(&app.db, row.id).await?;
        return Ok(true);
    };
    counter!("signet_messages_failed_total").increment(1);
    tracing::warn!(%error, message = %row.id, attempts = row.attempts, "a message was not sent");
    let patience = if error.is_final() { PATIENCE_IF_REFUSED } else { PATIENCE };
    put_off(app, row, now, patience).await?;
    Ok(false)
}

fn open(app: &App, row: &MessageRow) -> Option<Message> {
    match app.keys.master().open(&message_place(row.id), &row.sealed) {
        Ok(plain) => serde_json::from_slice(&plain).ok(),
        Err(error) => {
            tracing::error!(%error, message = %row.id, "a message does not open");
            None
        }
    }
}

/// Tries a message again later; or not at all, if it has waited for too long.
async fn put_off(
    app: &App,
    row: &MessageRow,
    now: Timestamp,
    patience: Duration,
) -> storage::Result<()> {
    let due_at = now + delay(row.attempts);
    if due_at > row.created_at + patience {
        tracing::error!(message = %row.id, attempts = row.attempts, "a message was given up");
        return storage::messages::delete(&app.db, row.id).await;
    }
    storage::messages::put_off(&app.db, row.id, due_at).await
}

/// How long a message waits after so many attempts.
fn delay(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(20);
    FIRST_DELAY.saturating_mul(1 << doublings).min(LONGEST_DELAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_from_half_a_minute_to_six_hours() {
        let seconds = |attempts| delay(attempts).as_secs();
        assert_eq!([1, 2, 3, 4].map(seconds), [30, 60, 120, 240]);
        assert_eq!(delay(11), LONGEST_DELAY);
        assert_eq!(delay(i32::MAX), LONGEST_DELAY);
        assert_eq!(delay(0), FIRST_DELAY);
        let attempts = (1..).scan(Duration::ZERO, |waited, attempt| {
            *waited += delay(attempt);
            (*waited <= PATIENCE).then_some(())
        });
        assert_eq!(attempts.count(), 20, "in three days");
    }
}
