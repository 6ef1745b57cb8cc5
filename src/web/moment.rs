//! Points in time in words.

use time::{Duration, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

use super::words;

/// A point in time as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MomentView {
    /// For machines.
    pub machine: String,
    /// For people.
    pub words: String,
}

impl MomentView {
    /// How long ago it was.
    #[must_use]
    pub fn ago(at: OffsetDateTime, now: OffsetDateTime) -> Self {
        let age = now - at;
        let words = if age < Duration::MINUTE {
            words::text("just-now")
        } else if age < Duration::HOUR {
            count("minutes-ago", age.whole_minutes())
        } else if age < Duration::DAY {
            count("hours-ago", age.whole_hours())
        } else if age < Duration::WEEK {
            count("days-ago", age.whole_days())
        } else {
            day(at)
        };
        Self { machine: machine(at), words }
    }

    /// The day, in UTC.
    #[must_use]
    pub fn day(at: OffsetDateTime) -> Self {
        Self { machine: machine(at), words: day(at) }
    }
}

fn count(name: &str, number: i64) -> String {
    words::with(name, &[("count", usize::try_from(number).unwrap_or_default())])
}

fn machine(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

fn day(at: OffsetDateTime) -> String {
    let month = words::text(&format!("month-{}", u8::from(at.month())));
    let fills = [("day", at.day().to_string()), ("month", month), ("year", at.year().to_string())];
    words::with("date", &fills)
}

/// The minute, in UTC: `1 January 2030, 12:00 UTC`.
#[must_use]
pub fn utc(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    let time = format!("{:02}:{:02}", at.hour(), at.minute());
    words::with("date-and-time", &[("date", day(at)), ("time", time)])
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn the_past_is_told_the_coarser_the_longer_ago_it_is() {
        let now = datetime!(2030-01-31 12:00 UTC);
        for (at, words) in [
            (now, "just now"),
            // A clock that is behind.
            (now + Duration::HOUR, "just now"),
            (now - Duration::SECOND * 61, "1 minute ago"),
            (now - Duration::MINUTE * 59, "59 minutes ago"),
            (now - Duration::HOUR, "1 hour ago"),
            (now - Duration::DAY * 2, "2 days ago"),
            (now - Duration::DAY * 30, "1 January 2030"),
        ] {
            assert_eq!(MomentView::ago(at, now).words, words);
        }
        assert_eq!(MomentView::day(now).machine, "2030-01-31T12:00:00Z");
    }
}
