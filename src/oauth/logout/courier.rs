//! The queue of logouts that applications are still to be told of: in the database, so that what was put in arrives, whatever
//! becomes of the application or of this process meanwhile. Each application has its own turn, so that a slow one holds up no
//! other.

use std::{collections::HashMap, sync::Arc, time::Duration};

use futures_util::future::{join_all, try_join_all};
use tokio::task::JoinSet;

use super::backchannel::{FIRST_DELAY, deliver};
use crate::{
    app::{App, AppState},
    clock::Timestamp,
    storage::{
        self,
        logouts::{Limits, LogoutRow},
    },
};

/// So many applications are told at once, of so many logouts each.
const BATCH: Limits = Limits { clients: 32, each: 8 };
/// How long what was taken is no one else's: longer than telling takes.
const LEASE: Duration = Duration::from_mins(1);
/// How often the queue is looked at without a reason.
const LOOK: Duration = Duration::from_secs(5);

/// Tells applications what is due, as long as this process lives.
pub async fn deliver_forever(app: &AppState) {
    let mut turns = JoinSet::new();
    let mut resting = Resting::default();
    while !app.db.is_closed() {
        match take(app, &mut resting).await {
            Ok(taken) => {
                for (client_id, rows) in taken {
                    // Should its turn never end.
                    resting.until(&client_id, app.clock.now() + LEASE);
                    let app = Arc::clone(app);
                    turns.spawn(async move { (client_id, turn(&app, &rows).await) });
                }
            }
            Err(error) if !app.db.is_closed() => {
                tracing::warn!(%error, "the queue of logouts could not be read");
            }
            Err(_) => return,
        }
        // Whichever comes first: an application that was told and may have more waiting, the end of a session on this
        // replica, or the time to look for others'.
        tokio::select! {
            Some(Ok((client_id, outcome))) = turns.join_next() => {
                match outcome {
                    Ok(true) => resting.no_longer(&client_id),
                    // It is not asked once more for each logout that waits.
                    Ok(false) => resting.until(&client_id, app.clock.now() + FIRST_DELAY),
                    Err(error) => tracing::warn!(%error, client_id, "a logout stays in the queue"),
                }
            }
            _ = tokio::time::timeout(LOOK, app.logouts.notified()) => {}
        }
    }
}

/// Tells applications what is due now.
pub async fn deliver_due(app: &App) -> storage::Result<()> {
    let mut resting = Resting::default();
    loop {
        let taken = take(app, &mut resting).await?;
        if taken.is_empty() {
            return Ok(());
        }
        let turns = taken.values().map(|rows| turn(app, rows));
        for (client_id, outcome) in taken.keys().zip(join_all(turns).await) {
            if !outcome? {
                resting.until(client_id, app.clock.now() + FIRST_DELAY);
            }
        }
    }
}

/// What is due, by application.
async fn take(
    app: &App,
    resting: &mut Resting,
) -> storage::Result<HashMap<String, Vec<LogoutRow>>> {
    let now = app.clock.now();
    let resting = resting.at(now);
    let rows = storage::logouts::claim(&app.db, BATCH, &resting, now, now + LEASE).await?;
    let mut taken: HashMap<String, Vec<LogoutRow>> = HashMap::new();
    for row in rows {
        taken.entry(row.client_id.clone()).or_default().push(row);
    }
    Ok(taken)
}

/// Tells one application: whether it answered.
async fn turn(app: &App, rows: &[LogoutRow]) -> storage::Result<bool> {
    let answered = try_join_all(rows.iter().map(|row| deliver(app, row))).await?;
    Ok(answered.contains(&true))
}

/// Applications that are being told, or that did not answer a moment ago.
#[derive(Default)]
struct Resting(HashMap<String, Timestamp>);

impl Resting {
    fn until(&mut self, client_id: &str, end: Timestamp) {
        self.0.insert(client_id.to_owned(), end);
    }

    fn no_longer(&mut self, client_id: &str) {
        self.0.remove(client_id);
    }

    /// Those that rest now. The others are forgotten: one that was removed meanwhile has no turn that would see to that.
    fn at(&mut self, now: Timestamp) -> Vec<String> {
        self.0.retain(|_, end| *end > now);
        self.0.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_rested_is_forgotten() {
        let (mut resting, now) = (Resting::default(), Timestamp::UNIX_EPOCH);
        resting.until("removed", now + FIRST_DELAY);
        resting.until("slow", now + LEASE);
        assert_eq!(resting.at(now).len(), 2);
        assert_eq!(resting.at(now + FIRST_DELAY), ["slow"]);
        assert_eq!(resting.0.len(), 1);
        assert!(resting.at(now + LEASE).is_empty() && resting.0.is_empty());
    }
}
