//! Time-based one-time passwords (RFC 6238): six digits, a new code every 30 seconds, one step of skew either way.

use std::time::Duration;

use qrcode::{Color, EcLevel, QrCode};
use totp_rs::{Builder, Secret, Totp};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    app::App,
    clock::Timestamp,
    keys::{
        master::{MasterKeyError, Sealed},
        secrets::totp_place as place,
    },
    storage::{self, factors::TotpRow},
    tokens::digest::Digest,
};

/// How long a secret waits for its first code.
const PENDING: Duration = Duration::from_mins(15);

/// Bytes of a shared secret: as many as the HMAC yields (RFC 4226 §4).
const SECRET: usize = 20;

/// Why an authenticator cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TotpError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// The secret does not open.
    #[error(transparent)]
    Sealed(#[from] MasterKeyError),
}

/// What a person needs to set their authenticator up.
#[derive(Debug)]
pub struct Enrolment {
    /// The secret in base 32, in groups of four.
    pub secret: String,
    /// `otpauth:`, for an authenticator on the same device.
    pub url: String,
    /// The dark modules of the QR code as an SVG path, a unit each.
    pub path: String,
    /// How many modules wide it is, its quiet zone included.
    pub width: usize,
}

/// The authenticator that a person is setting up in the session or sign-in with this digest; a new one, if they have not
/// begun there a short while ago. None if one is set up.
pub async fn enrol(
    app: &App,
    user: Uuid,
    login: &str,
    drawer: &Digest,
) -> Result<Option<Enrolment>, TotpError> {
    let found = storage::factors::totp(&app.db, user).await?;
    let secret = match found {
        Some(row) if row.confirmed => return Ok(None),
        // The same one when the page is shown again: whoever scanned it already need not do so twice.
        Some(row) if is_pending(app, &row, drawer) => open(app, user, &row.sealed)?,
        // Never one that was shown elsewhere: whoever saw it there would have the same authenticator.
        _ => {
            let secret = Zeroizing::new(app.entropy.bytes::<SECRET>().to_vec());
            let sealed = app.keys.master().seal(&place(user), &secret);
            if !storage::factors::put_totp(&app.db, user, &sealed, drawer.bytes(), app.clock.now())
                .await?
            {
                return Ok(None);
            }
            secret
        }
    };
    let host = app.config.server.issuer.host_and_port().map_or("Signet", |(host, _)| host);
    Ok(Some(describe(&totp(&secret, login, host))))
}

/// Checks a code and spends it: neither it nor an earlier one is accepted again, wherever it is shown. With a
/// `drawer`, the authenticator that is being set up there is set up now.
pub async fn verify(
    app: &App,
    user: Uuid,
    code: &str,
    drawer: Option<&Digest>,
) -> Result<bool, TotpError> {
    let Some(row) = storage::factors::totp(&app.db, user).await? else { return Ok(false) };
    let confirms = drawer.is_some_and(|drawer| is_pending(app, &row, drawer));
    if !row.confirmed && !confirms {
        return Ok(false);
    }
    let secret = open(app, user, &row.sealed)?;
    let now = app.clock.now();
    let Some(step) = step_of(&secret, code, now) else { return Ok(false) };
    let drawer = drawer.map(Digest::bytes);
    Ok(storage::factors::spend_totp_step(&app.db, user, step, drawer, now).await?)
}

/// Whether this is the secret that is being set up there.
fn is_pending(app: &App, row: &TotpRow, drawer: &Digest) -> bool {
    !row.confirmed
        && row.drawn_by.as_deref() == Some(drawer.bytes())
        && app.clock.now() - row.created_at <= PENDING
}

fn open(app: &App, user: Uuid, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, MasterKeyError> {
    app.keys.master().open(&place(user), sealed)
}

/// The time step whose code this is. Spaces and dashes are as people write them.
fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').take(7).collect();
    let now = u64::try_from(now.unix_timestamp()).ok()?;
    let step = totp(secret, "", "").check(&digits, now)?;
    i64::try_from(step).ok()
}

fn totp(secret: &[u8], login: &str, host: &str) -> Totp {
    // A colon ends a part of the label.
    Builder::new()
        .with_secret(Secret::from(secret))
        .with_account_name(login.replace(':', "-"))
        .with_issuer(Some(host.replace(':', "-")))
        .build_noncompliant()
}

fn describe(totp: &Totp) -> Enrolment {
    let url = totp.to_url().unwrap_or_default();
    let base32 = totp.secret().to_base32();
    let groups: Vec<&str> = (0..base32.len())
        .step_by(4)
        .filter_map(|at| base32.get(at..(at + 4).min(base32.len())))
        .collect();
    let (path, width) = draw(&url);
    Enrolment { secret: groups.join(" "), url, path, width }
}

/// A QR code with its quiet zone of four modules. Empty if there is too much to say for one: the secret is there in text
/// too.
fn draw(text: &str) -> (String, usize) {
    use std::fmt::Write;
    const QUIET: usize = 4;
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
        return (String::new(), 0);
    };
    let mut path = String::new();
    let width = code.width();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let _ = write!(path, "M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET);
        }
    }
    (path, width + 2 * QUIET)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    /// RFC 6238 appendix B.
    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_specification() {
        let at = |seconds| Timestamp::from_unix_timestamp(seconds).expect("a time");
        // The last six of the specification's eight digits.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(step_of(SECRET, code, at(seconds)), Some(seconds / 30), "{code}");
        }
    }

    #[test]
    fn one_step_of_skew_is_forgiven_and_no_more() {
        let now = datetime!(2005-03-18 01:58:29 UTC);
        for (seconds, fits) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let shown = now + time::Duration::seconds(seconds);
            assert_eq!(step_of(SECRET, "081804", shown).is_some(), fits, "{seconds}");
        }
    }

    #[test]
    fn a_code_may_be_written_as_people_do_and_nothing_else() {
        let now = datetime!(2005-03-18 01:58:29 UTC);
        for code in ["081804", "081 804", " 081-804\n", "08 18 04"] {
            assert!(step_of(SECRET, code, now).is_some(), "{code}");
        }
        for code in ["", "81804", "0818040", "081805", "08180a", "٠٨١٨٠٤", &"081804".repeat(1000)]
        {
            assert!(step_of(SECRET, code, now).is_none(), "{code}");
        }
    }

    #[test]
    fn what_is_scanned_and_what_is_typed_are_the_same() {
        let enrolment = describe(&totp(SECRET, "a:b@example.com", "id.example.com"));
        assert_eq!(enrolment.secret, "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert!(enrolment.url.starts_with("otpauth://totp/"), "{}", enrolment.url);
        assert!(enrolment.url.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
        assert!(enrolment.url.contains("issuer=id.example.com"), "{}", enrolment.url);
        assert!(enrolment.width > 30 && enrolment.path.starts_with("M4 4h1v1h-1z"));
    }
}
