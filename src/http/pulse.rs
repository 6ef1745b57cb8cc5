//! Tells a connection that is being answered from one that brings nothing.
//!
//! One timer a connection, which is looked at when it runs out and not set anew at each request: setting one takes a lock
//! that all connections share.

use std::{
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    time::Duration,
};

use tokio::time::Instant;

/// What a connection is doing.
pub struct Pulse {
    began: Instant,
    /// Requests that are being answered.
    answering: AtomicUsize,
    /// Milliseconds from `began` to the end of the last answer.
    quiet_since: AtomicU64,
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            answering: AtomicUsize::new(0),
            quiet_since: AtomicU64::new(0),
        }
    }
}

impl Pulse {
    /// A request is being answered until this is dropped.
    pub fn answering(&self) -> Answering<'_> {
        self.answering.fetch_add(1, Ordering::AcqRel);
        Answering(self)
    }

    /// Waits until nothing was answered for so long.
    pub async fn quiet_for(&self, limit: Duration) {
        loop {
            let left = self.left(limit);
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left).await;
        }
    }

    /// How long it will be at the least until nothing was answered for so long.
    fn left(&self, limit: Duration) -> Duration {
        if self.answering.load(Ordering::Acquire) > 0 {
            return limit;
        }
        let since = Duration::from_millis(self.quiet_since.load(Ordering::Acquire));
        (since + limit).saturating_sub(self.began.elapsed())
    }
}

/// A request that is being answered.
pub struct Answering<'a>(&'a Pulse);

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        let pulse = self.0;
        let millis = u64::try_from(pulse.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        // Before the count, which is looked at first.
        pulse.quiet_since.store(millis, Ordering::Release);
        pulse.answering.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn silence_is_counted_from_the_last_answer_on() {
        let (pulse, began) = (Pulse::default(), Instant::now());
        let answers = async {
            tokio::time::sleep(Duration::from_secs(7)).await;
            let answering = pulse.answering();
            tokio::time::sleep(Duration::from_secs(25)).await;
            drop(answering);
        };
        tokio::join!(answers, pulse.quiet_for(LIMIT));
        assert_eq!(began.elapsed().as_secs(), 7 + 25 + 10);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_never_says_anything_is_quiet_from_its_beginning_on() {
        let (pulse, began) = (Pulse::default(), Instant::now());
        pulse.quiet_for(LIMIT).await;
        assert_eq!(began.elapsed(), LIMIT);
    }
}
