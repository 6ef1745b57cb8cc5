use std::{fs, net::Ipv4Addr, path::PathBuf};

use signet::identity::watch::places::Places;
use tempfile::TempDir;
use time::Duration;

use super::{LYON, NEW_YORK, PARIS, PROXY, again, at, letter, recorded, sign_in, subjects};
use crate::support::{
    Server,
    mmdb::{Entry, database},
    process::command,
};

const SIGN_IN: &str = "A new sign-in at Signet";

/// A database of places in a folder of its own.
pub struct File {
    folder: TempDir,
}

impl File {
    pub fn cities() -> Self {
        let file = Self { folder: tempfile::tempdir().expect("a folder") };
        file.write("GeoLite2-City", &cities("Paris"));
        file
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("places.mmdb")
    }

    fn write(&self, kind: &str, entries: &[Entry]) {
        fs::write(self.path(), database(kind, entries)).expect("written");
    }

    pub fn config(&self) -> String {
        format!("{PROXY}[watch]\nplaces = \"{}\"\n", self.path().display())
    }
}

fn cities(paris: &'static str) -> [Entry; 3] {
    let entry = |address: &str, city, country| Entry {
        network: Ipv4Addr::from(u32::from(address.parse::<Ipv4Addr>().expect("IPv4")) & !255),
        city: Some(city),
        country,
    };
    [
        entry(PARIS, (paris, 48.8566, 2.3522), ("FR", "France")),
        entry(LYON, ("Lyon", 45.764, 4.8357), ("FR", "France")),
        entry(NEW_YORK, ("New York", 40.7128, -74.006), ("US", "United States")),
    ]
}

#[tokio::test]
async fn a_country_that_is_new_for_a_person_is_told_once() {
    let file = File::cities();
    let server = Server::catching(&file.config()).await;
    let mut browser = at(&server, PARIS);
    sign_in(&mut browser).await;
    assert_eq!(recorded(&server, "sign_in.new_place").await, 0, "none is known to compare it with");
    for (address, times) in [(LYON, 0), (NEW_YORK, 1), (PARIS, 1), (NEW_YORK, 1), ("10.0.0.1", 1)] {
        server.advance(Duration::days(3));
        browser.address = Some(address.to_owned());
        again(&mut browser).await;
        assert_eq!(recorded(&server, "sign_in.new_place").await, times, "{address}");
        assert_eq!(subjects(&server).await.len(), times, "{address}");
    }
    let letter = letter(&server).await;
    assert_eq!(letter.subject, SIGN_IN);
    for said in ["from this country before", "Place: New York, United States", "Firefox on Linux"] {
        assert!(letter.text.contains(said), "{said}: {}", letter.text);
    }
    assert!(!letter.text.contains("from this browser before"), "{}", letter.text);
}

#[tokio::test]
async fn a_country_that_was_not_seen_for_a_year_is_new_again() {
    let file = File::cities();
    let server = Server::catching(&file.config()).await;
    let mut browser = at(&server, NEW_YORK);
    sign_in(&mut browser).await;
    browser.address = Some(PARIS.to_owned());
    for days in [200, 200] {
        server.advance(Duration::days(days));
        again(&mut browser).await;
        assert!(server.app.maintain().await.is_empty());
    }
    assert_eq!(recorded(&server, "sign_in.new_place").await, 1);
    server.advance(Duration::days(1));
    browser.address = Some(NEW_YORK.to_owned());
    again(&mut browser).await;
    assert_eq!(recorded(&server, "sign_in.new_place").await, 2);
}

#[tokio::test]
async fn who_travels_faster_than_anyone_can_is_told() {
    let file = File::cities();
    let server = Server::catching(&file.config()).await;
    sign_in(&mut at(&server, PARIS)).await;
    // 390 km, however fast, are no travel.
    sign_in(&mut at(&server, LYON)).await;
    assert_eq!(recorded(&server, "sign_in.impossible_travel").await, 0);
    sign_in(&mut at(&server, PARIS)).await;
    // 5837 km at 1000 km/h.
    server.advance(Duration::minutes(5 * 60 + 49));
    let mut there = at(&server, NEW_YORK);
    sign_in(&mut there).await;
    assert_eq!(recorded(&server, "sign_in.impossible_travel").await, 1);
    let letter = letter(&server).await;
    for said in
        ["5837 km", "(Paris, France)", "5 hours", "this browser before", "this country before"]
    {
        assert!(letter.text.contains(said), "{said}: {}", letter.text);
    }
    assert_eq!(subjects(&server).await.len(), 3, "one letter for each unusual sign-in");
    // Slower, one can have come.
    server.advance(Duration::minutes(5 * 60 + 51));
    there.address = Some(PARIS.to_owned());
    again(&mut there).await;
    assert_eq!(recorded(&server, "sign_in.impossible_travel").await, 1);
    let detail: serde_json::Value = sqlx::query_scalar(
        "SELECT detail FROM audit_events WHERE kind = 'sign_in.impossible_travel'",
    )
    .fetch_one(&server.db)
    .await
    .expect("an event");
    assert_eq!(detail, serde_json::json!({ "kilometres": 5837.0, "seconds": 20_940 }));
}

#[tokio::test]
async fn how_far_and_how_fast_is_the_operators_to_say() {
    let file = File::cities();
    let config = format!("{}travel_distance = 300\ntravel_speed = 100\n", file.config());
    let server = Server::catching(&config).await;
    sign_in(&mut at(&server, PARIS)).await;
    server.advance(Duration::hours(3));
    sign_in(&mut at(&server, LYON)).await;
    assert_eq!(recorded(&server, "sign_in.impossible_travel").await, 1, "391 km in three hours");
    server.advance(Duration::hours(4));
    sign_in(&mut at(&server, PARIS)).await;
    assert_eq!(recorded(&server, "sign_in.impossible_travel").await, 1, "in four");
}

#[tokio::test]
async fn a_database_of_countries_knows_of_countries_alone() {
    let file = File::cities();
    let mut entries = cities("Paris");
    for entry in &mut entries {
        entry.city = None;
    }
    file.write("GeoLite2-Country", &entries);
    let server = Server::catching(&file.config()).await;
    sign_in(&mut at(&server, PARIS)).await;
    sign_in(&mut at(&server, NEW_YORK)).await;
    assert_eq!(recorded(&server, "sign_in.new_place").await, 1);
    assert_eq!(recorded(&server, "sign_in.impossible_travel").await, 0);
    let letter = letter(&server).await;
    assert!(letter.text.contains("Place: United States\n"), "{}", letter.text);
}

#[tokio::test]
async fn places_are_shown_where_one_is_signed_in_and_nothing_without_a_database() {
    let file = File::cities();
    for (config, shown) in [(file.config(), true), (PROXY.to_owned(), false)] {
        let server = Server::catching(&config).await;
        let mut browser = at(&server, PARIS);
        sign_in(&mut browser).await;
        let page = browser.get("/account/sessions").await;
        assert!(page.body.contains(PARIS), "{}", page.body);
        assert_eq!(page.body.contains("Paris, France"), shown, "{}", page.body);
        assert_eq!(page.body.contains("<dt>Place</dt>"), shown, "{}", page.body);
        sign_in(&mut at(&server, NEW_YORK)).await;
        assert_eq!(letter(&server).await.text.contains("Place: "), shown);
    }
}

#[tokio::test]
async fn the_file_is_read_again_when_it_changes_and_stays_when_it_is_spoilt() {
    let file = File::cities();
    let places = Places::open(Some(&file.path())).expect("a database");
    let city = || places.find(PARIS.parse().expect("an address")).and_then(|place| place.city);
    assert_eq!(city().as_deref(), Some("Paris"));
    assert!(!places.refresh().expect("it is there"), "nothing changed");
    file.write("GeoLite2-City", &cities("Lutetia"));
    assert!(places.refresh().expect("it is there"));
    assert_eq!(city().as_deref(), Some("Lutetia"));
    fs::write(file.path(), "half a file").expect("written");
    let error = places.refresh().expect_err("no database").to_string();
    assert!(error.contains("places.mmdb: not a MaxMind database"), "{error}");
    assert_eq!(city().as_deref(), Some("Lutetia"), "the former one stays");
    assert!(!places.refresh().expect("looked at"), "and it is not read over and over");
    fs::remove_file(file.path()).expect("removed");
    assert!(places.refresh().is_err());
    file.write("GeoLite2-City", &cities("Paris"));
    assert!(places.refresh().expect("it is back"));
    assert_eq!(city().as_deref(), Some("Paris"));
}

#[tokio::test]
async fn a_database_of_something_else_is_refused_by_doctor_and_at_the_start() {
    let file = File::cities();
    let server = Server::start().await;
    let doctor = async || {
        let mut command = command(&server.database.url);
        command.env("SIGNET_WATCH__PLACES", file.path()).arg("doctor");
        let output = command.output().await.expect("it runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    assert!(doctor().await.contains("ok    database of places"), "{}", doctor().await);
    file.write("GeoLite2-ASN", &cities("Paris"));
    let report = doctor().await;
    assert!(report.contains("FAIL  database of places"), "{report}");
    assert!(
        report.contains("\"GeoLite2-ASN\", where one of cities or countries is needed"),
        "{report}"
    );
    let mut command = command(&server.database.url);
    command.env("SIGNET_WATCH__PLACES", file.path().with_extension("gone")).arg("serve");
    let output = command.output().await.expect("it runs");
    assert!(!output.status.success());
    let errors = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(errors.contains("watch.places") && errors.contains("places.gone"), "{errors}");
}
