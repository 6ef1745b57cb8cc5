//! Passwords that are known from breaches, asked of a service that is told five digits of a hash (k-anonymity) and
//! answers with the rest of all hashes that begin so, as Have I Been Pwned does. It is asked beside the lists that are
//! here, and if it does not answer soon, those alone decide: no one is kept from choosing a password by it.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use metrics::counter;
use url::Url;

use super::breached::sha1;
use crate::{
    app::App,
    fetch::{FetchError, Limits, Owner},
};

/// An answer has a thousand lines or two; the time is one that a person waits.
const LIMITS: Limits = Limits {
    bytes: 256 * 1024,
    connect: Duration::from_millis(1500),
    total: Duration::from_secs(2),
    redirects: 1,
};
/// How many digits the service is told.
const PREFIX: usize = 5;

/// Why the service is not heeded. Nothing in it tells of the password.
#[derive(Debug, thiserror::Error)]
enum RangeError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("the answer is no list of hashes")]
    NoList,
    #[error("password.breached_range_url cannot be added to")]
    Base,
}

/// Whether the service knows a password; no, if there is none or it does not answer.
pub(super) async fn knows(app: &App, password: &str) -> bool {
    let Some(base) = &app.config.password.breached_range_url else { return false };
    let (outcome, known) = match ask(app, base, password).await {
        Ok(true) => ("known", true),
        Ok(false) => ("unknown", false),
        Err(error) => {
            tracing::warn!(%error, "password.breached_range_url did not answer; the lists alone decide");
            ("failed", false)
        }
    };
    counter!("signet_breached_range_total", "outcome" => outcome).increment(1);
    known
}

async fn ask(app: &App, base: &Url, password: &str) -> Result<bool, RangeError> {
    let hash = sha1(password);
    let (prefix, rest) = hash.split_at(PREFIX);
    let url = base.join(prefix).map_err(|_| RangeError::Base)?;
    // The length of the answer would tell the digits to whoever sees it pass.
    let padding = (HeaderName::from_static("add-padding"), HeaderValue::from_static("true"));
    let fetched = app.fetch.get_with(&Owner::Operator, &url, &[padding], LIMITS).await?;
    let text = std::str::from_utf8(&fetched.body).map_err(|_| RangeError::NoList)?;
    find(text, rest).ok_or(RangeError::NoList)
}

/// Whether `rest` is in an answer; nothing if that is none. What is said to have been seen never is padding.
fn find(answer: &str, rest: &str) -> Option<bool> {
    let mut found = false;
    let mut lines = 0;
    for line in answer.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (hash, count) = line.split_once(':')?;
        let count: u64 = count.parse().ok()?;
        if hash.len() != rest.len() || !hash.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        found |= count > 0 && hash.eq_ignore_ascii_case(rest);
        lines += 1;
    }
    (lines > 0).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_searched_and_padding_left_out() {
        let (own, other) = ("A".repeat(35), "B".repeat(35));
        for (answer, found) in [
            (format!("{own}:3"), Some(true)),
            (format!("{other}:1\r\n{}:3\r\n", own.to_lowercase()), Some(true)),
            (format!("{own}:0\r\n{other}:7"), Some(false)),
            (format!("{other}:7"), Some(false)),
            (String::new(), None),
            ("<html>Sign in to the network</html>".to_owned(), None),
            (format!("{own}:3\n<html>"), None),
            (format!("{own}:many"), None),
            (own.clone(), None),
            (format!("{}:3", &own[1..]), None),
        ] {
            assert_eq!(find(&answer, &own), found, "{answer}");
        }
    }
}
