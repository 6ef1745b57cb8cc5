//! What is known of a request besides who, what and where: the time, and what whoever asks tells.

use jiff::{Timestamp as Instant, tz::TimeZone};
use serde_json::{Map, Value, json};
use time::{UtcOffset, format_description::BorrowedFormatItem, macros::format_description};

use crate::clock::Timestamp;

/// Cedar's datetimes have three digits of milliseconds, and no fewer.
const DATETIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// When it is.
pub(super) const NOW: &str = "now";
/// Which day of the week that is; 1 is Monday.
pub(super) const WEEKDAY: &str = "weekday";
/// And which minute of the day.
pub(super) const MINUTE: &str = "minute";

/// What is told, and what Signet knows better.
#[must_use]
pub fn of(mut told: Map<String, Value>, now: Timestamp, zone: &TimeZone) -> Map<String, Value> {
    let nanoseconds = now.unix_timestamp_nanos();
    let instant = Instant::from_nanosecond(nanoseconds).unwrap_or(Instant::UNIX_EPOCH);
    let local = instant.to_zoned_datetime(zone.clone());
    let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
    told.insert(NOW.to_owned(), json!(datetime(now)));
    told.insert(WEEKDAY.to_owned(), json!(local.weekday().to_monday_one_offset()));
    told.insert(MINUTE.to_owned(), json!(minute));
    told
}

/// A time as Cedar reads it.
#[must_use]
pub fn datetime(at: Timestamp) -> String {
    at.to_offset(UtcOffset::UTC).format(DATETIME).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn every_millisecond_has_three_digits() {
        for (now, expected) in [
            (datetime!(2030-06-30 22:30:05 UTC), "2030-06-30T22:30:05.000Z"),
            (datetime!(2030-06-30 22:30:05.1 UTC), "2030-06-30T22:30:05.100Z"),
            (datetime!(2030-06-30 22:30:05.009_999 UTC), "2030-06-30T22:30:05.009Z"),
            (datetime!(2030-06-30 22:30:05.12 +2), "2030-06-30T20:30:05.120Z"),
        ] {
            assert_eq!(of(Map::new(), now, &TimeZone::UTC)["now"], expected);
        }
    }

    #[test]
    fn the_time_is_ours_and_told_in_the_zone() {
        let told = json!({ "minute": 0, "coupon": "x" });
        let Value::Object(told) = told else { panic!("an object") };
        let zone = TimeZone::get("Europe/Berlin").expect("a zone");
        // A Sunday evening in London is a Monday in Berlin, in summer by two hours.
        let of = of(told, datetime!(2030-06-30 22:30:05.123456 UTC), &zone);
        assert_eq!(
            Value::Object(of),
            json!({ "now": "2030-06-30T22:30:05.123Z", "weekday": 1, "minute": 30, "coupon": "x" })
        );
    }
}
