//! Points in time in words.

use time::{
    Duration, OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description,
};

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
            "just now".to_owned()
        } else if age < Duration::HOUR {
            count(age.whole_minutes(), "minute")
        } else if age < Duration::DAY {
            count(age.whole_hours(), "hour")
        } else if age < Duration::WEEK {
            count(age.whole_days(), "day")
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

fn count(number: i64, unit: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural} ago")
}

fn machine(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

fn day(at: OffsetDateTime) -> String {
    let format = format_description!("[day padding:none] [month repr:long] [year]");
    at.format(format).unwrap_or_default()
}

/// The minute, in UTC: `1 January 2030, 12:00 UTC`.
#[must_use]
pub fn utc(at: OffsetDateTime) -> String {
    let format =
        format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");
    at.to_offset(time::UtcOffset::UTC).format(format).unwrap_or_default()
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
