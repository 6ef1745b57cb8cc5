//! How long an answer stays fresh by what its headers say (RFC 9111 §4.2.1).

use std::time::Duration;

use http::{HeaderMap, HeaderName, header};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

/// For how long from now on; nothing if the answer does not say.
pub(super) fn fresh_for(headers: &HeaderMap) -> Option<Duration> {
    let controls = headers.get_all(header::CACHE_CONTROL).into_iter();
    let controls: Vec<&str> = controls.filter_map(|value| value.to_str().ok()).collect();
    let mut max_age = None;
    for directive in controls.iter().flat_map(|control| control.split(',')) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return Some(Duration::ZERO),
            // What is no number is stale.
            "max-age" => {
                let seconds = value.trim().trim_matches('"').parse().unwrap_or(0);
                max_age = Some(max_age.map_or(seconds, |other: u64| other.min(seconds)));
            }
            _ => {}
        }
    }
    if let Some(seconds) = max_age {
        let age = headers.get(header::AGE).and_then(|value| value.to_str().ok());
        let age = age.and_then(|age| age.trim().parse().ok()).unwrap_or(0);
        return Some(Duration::from_secs(seconds.saturating_sub(age)));
    }
    headers.get(header::EXPIRES)?;
    // An `Expires` that is no date is in the past; without a `Date` there is nothing to count from.
    let (Some(expires), Some(date)) = (date(headers, header::EXPIRES), date(headers, header::DATE))
    else {
        return Some(Duration::ZERO);
    };
    Some((expires - date).try_into().unwrap_or(Duration::ZERO))
}

fn date(headers: &HeaderMap, name: HeaderName) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(headers.get(name)?.to_str().ok()?, &Rfc2822).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freshness_is_read_from_what_there_is() {
        let noon = ("date", "Tue, 01 Jan 2030 12:00:00 GMT");
        for (headers, seconds) in [
            (vec![], None),
            (vec![noon], None),
            (vec![("cache-control", "public")], None),
            (vec![("cache-control", "public, max-age=300")], Some(300)),
            (vec![("cache-control", "Max-Age=\"300\"")], Some(300)),
            (vec![("cache-control", "max-age=300"), ("age", "100")], Some(200)),
            (vec![("cache-control", "max-age=300"), ("age", "1000")], Some(0)),
            (vec![("cache-control", "max-age=300, max-age=30")], Some(30)),
            (vec![("cache-control", "max-age=300"), ("cache-control", "no-store")], Some(0)),
            (vec![("cache-control", "no-cache, max-age=300")], Some(0)),
            (vec![("cache-control", "max-age=soon")], Some(0)),
            (vec![("cache-control", "max-age=99999999999999999999999")], Some(0)),
            (vec![noon, ("expires", "Tue, 01 Jan 2030 12:10:00 GMT")], Some(600)),
            (vec![noon, ("expires", "Tue, 01 Jan 2030 11:10:00 GMT")], Some(0)),
            (vec![("expires", "Tue, 01 Jan 2030 12:10:00 GMT")], Some(0)),
            (vec![noon, ("expires", "0")], Some(0)),
            (vec![noon, ("expires", "0"), ("cache-control", "max-age=60")], Some(60)),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in &headers {
                map.append(*name, value.parse().expect("a value"));
            }
            assert_eq!(fresh_for(&map), seconds.map(Duration::from_secs), "{headers:?}");
        }
    }
}
