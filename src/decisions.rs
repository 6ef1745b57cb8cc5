//! Decisions on record, so that one can be explained and a change of policies be tried on them. Written in batches beside the
//! requests: no decision waits for its record, and none is refused for want of one.

use std::{net::IpAddr, time::Duration};

use cedar_policy::EntityUid;
use ipnet::IpNet;
use metrics::counter;
use serde_json::{Map, Value};
use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::{
    access::{
        Flow,
        asked::Asked,
        engine::{Outcome, Thing},
        principal::Principal,
    },
    clock::{self, Clock},
    config::Recorded,
    entropy::Entropy,
    replica::Authority,
    storage::{self, decisions::DecisionRow},
};

/// Decisions that may wait to be written; past that they are not recorded, and counted as lost.
const QUEUE: usize = 16 * 1024;
/// Decisions a statement.
const BATCH: usize = 512;
/// How long a statement may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A decision that was made.
#[derive(Clone, Copy, Debug)]
pub struct Decided<'a> {
    /// The client that asked; none for Signet itself.
    pub caller: Option<&'a str>,
    /// By what was decided.
    pub authority: &'a Authority,
    /// Who asked.
    pub principal: &'a Principal,
    /// To do what.
    pub action: &'a EntityUid,
    /// With what.
    pub resource: &'a Thing,
    /// In which circumstances.
    pub context: &'a Map<String, Value>,
    /// What they name besides.
    pub others: &'a [Thing],
    /// What came of it.
    pub outcome: &'a Outcome,
}

enum Message {
    Decision(Box<DecisionRow>),
    Flush(oneshot::Sender<()>),
}

/// Records decisions.
#[derive(Clone)]
pub struct Decisions {
    queue: mpsc::Sender<Message>,
    recorded: Recorded,
    clock: Clock,
    entropy: Entropy,
}

impl Decisions {
    /// Starts the writer. It ends, having written everything, when the last recorder is dropped.
    #[must_use]
    pub fn start(db: PgPool, recorded: Recorded, clock: Clock, entropy: Entropy) -> Self {
        let (queue, messages) = mpsc::channel(QUEUE);
        tokio::spawn(write(db, messages));
        Self { queue, recorded, clock, entropy }
    }

    /// Records a decision soon, if it is one of those that are recorded (`access.record_decisions`). Never waits.
    ///
    /// Call it with what [`Engine::decide`](crate::access::engine::Engine::decide) was asked and answered, once for each
    /// decision that someone acts on. Recorded is what policies can look at: people by their ids with groups and roles, the
    /// attributes that the schema declares, and addresses by their network (/24, or /48 of IPv6).
    ///
    /// The id of the record, which `signet policy explain` takes and whoever asked may be told. None if there is none.
    pub fn record(&self, decided: &Decided<'_>) -> Option<Uuid> {
        let permitted = decided.outcome.permitted;
        let wanted = match self.recorded {
            Recorded::None => false,
            Recorded::Denied => !permitted,
            Recorded::All => true,
        };
        let engine = decided.authority.engine.as_ref().ok().filter(|_| wanted)?;
        let Decided { caller, principal, action, resource, context, others, outcome, .. } =
            *decided;
        let mut asked = Asked::of(engine, principal, action, resource, context, others);
        if Flow::Request.action().as_ref() == Some(action) {
            // It may have secrets in it.
            asked.context.remove("query");
        }
        blur(&mut asked.context);
        let at = self.clock.now();
        let id = clock::uuid_at(at, &self.entropy);
        let row = DecisionRow {
            id,
            at,
            caller: caller.map(str::to_owned),
            version: decided.authority.version,
            permitted,
            asked: serde_json::to_value(asked).ok()?,
            outcome: serde_json::to_value(outcome).ok()?,
        };
        let sent = self.queue.try_send(Message::Decision(Box::new(row)));
        if sent.is_err() {
            lost(1);
        }
        sent.ok().map(|()| id)
    }

    /// Waits until all that was recorded so far is written.
    pub async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.queue.send(Message::Flush(done)).await.is_ok() {
            let _ = written.await;
        }
    }
}

/// Says of an address no more than its network.
fn blur(context: &mut Map<String, Value>) {
    let Some(told) = context.get_mut("address") else { return };
    let address = told.as_str().and_then(|text| text.parse::<IpAddr>().ok());
    let network = address.and_then(|address| {
        let length = if address.is_ipv4() { 24 } else { 48 };
        IpNet::new(address, length).ok()
    });
    if let Some(network) = network {
        *told = Value::String(network.trunc().to_string());
    }
}

fn lost(count: usize) {
    counter!("signet_decisions_lost_total").increment(count.try_into().unwrap_or(u64::MAX));
}

/// The writer: takes what is there and writes it in one statement. What cannot be written is lost: nothing but
/// explanations depends on it, and a database that is away must not fill the memory.
async fn write(db: PgPool, mut messages: mpsc::Receiver<Message>) {
    let mut received = Vec::new();
    while messages.recv_many(&mut received, BATCH).await > 0 {
        let (mut rows, mut flushes) = (Vec::new(), Vec::new());
        for message in received.drain(..) {
            match message {
                Message::Decision(row) => rows.push(*row),
                Message::Flush(done) => flushes.push(done),
            }
        }
        if !rows.is_empty() {
            let append = storage::decisions::append(&db, &rows);
            let problem = match tokio::time::timeout(PATIENCE, append).await {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(error.to_string()),
                Err(error) => Some(error.to_string()),
            };
            if let Some(error) = problem {
                tracing::warn!(%error, decisions = rows.len(), "decisions were not recorded");
                lost(rows.len());
            }
        }
        for done in flushes {
            let _ = done.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_an_address_the_network_is_kept() {
        for (address, kept) in [
            ("192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:1:2::3", "2001:db8:1::/48"),
            ("10.0.0.0/8", "10.0.0.0/8"),
        ] {
            let Value::Object(mut context) = json!({ "address": address, "acr": "aal1" }) else {
                panic!("an object");
            };
            blur(&mut context);
            assert_eq!(Value::Object(context), json!({ "address": kept, "acr": "aal1" }));
        }
    }
}
