//! Where an address is, by a MaxMind database that the operator has: a file, read at start and again when it changes.

use std::{
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwapOption;
use maxminddb::{Reader, geoip2::City};

use crate::app::App;

/// How often the file is looked at.
const INTERVAL: Duration = Duration::from_secs(5);
/// The Earth's mean radius in km.
const RADIUS: f64 = 6371.0;

/// Why places cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    /// The file cannot be read.
    #[error("{0}: {1}")]
    File(String, #[source] io::Error),
    /// It is something else.
    #[error("{0}: not a MaxMind database: {1}")]
    Format(String, #[source] maxminddb::MaxMindDbError),
    /// It says something else of addresses.
    #[error("{0}: a MaxMind database of type {1:?}, where one of cities or countries is needed")]
    Type(String, String),
}

/// Where an address is, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// The city's English name.
    pub city: Option<String>,
    /// The country by ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// The country's English name.
    pub country_name: Option<String>,
    /// Degrees north and east.
    pub location: Option<(f64, f64)>,
}

impl Place {
    /// In words: `Paris, France`.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let country = self.country_name.as_ref().or(self.country.as_ref());
        match (&self.city, country) {
            (Some(city), Some(country)) => Some(format!("{city}, {country}")),
            (Some(one), None) | (None, Some(one)) => Some(one.clone()),
            (None, None) => None,
        }
    }
}

/// How far two points are apart on the Earth, taken as a ball.
#[must_use]
pub fn kilometres(one: (f64, f64), other: (f64, f64)) -> f64 {
    let ((north, east), (other_north, other_east)) = (one, other);
    let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
    let across = north.to_radians().cos() * other_north.to_radians().cos();
    let chord = half(north, other_north) + across * half(east, other_east);
    2.0 * RADIUS * chord.sqrt().min(1.0).asin()
}

type Database = Reader<Vec<u8>>;

/// Tells a file from what it was before.
type Stamp = (u64, Option<SystemTime>);

/// The database, if there is one.
#[derive(Debug, Default)]
pub struct Places {
    path: Option<PathBuf>,
    database: ArcSwapOption<Database>,
    seen: Mutex<Option<Stamp>>,
}

impl Places {
    /// Reads the file, if one is named.
    pub fn open(path: Option<&Path>) -> Result<Self, PlacesError> {
        let Some(path) = path else { return Ok(Self::default()) };
        let stamp = stamp(path)?;
        let database = ArcSwapOption::from_pointee(read(path)?);
        Ok(Self { path: Some(path.to_owned()), database, seen: Mutex::new(Some(stamp)) })
    }

    /// Where an address is. None if that is not known, as of private ones.
    #[must_use]
    pub fn find(&self, address: IpAddr) -> Option<Place> {
        let database = self.database.load();
        let found = database.as_ref()?.lookup(address.to_canonical());
        let city = found.and_then(|found| found.decode::<City<'_>>());
        let city = city.inspect_err(|error| tracing::debug!(%error, "no place")).ok()??;
        let text = |text: Option<&str>| text.map(str::to_owned);
        let place = Place {
            city: text(city.city.names.english),
            country: text(city.country.iso_code),
            country_name: text(city.country.names.english),
            location: city.location.latitude.zip(city.location.longitude),
        };
        (place != Place::default()).then_some(place)
    }

    /// Reads the file again if it changed: whether it did. One that cannot be read leaves things as they are, until it
    /// changes again.
    pub fn refresh(&self) -> Result<bool, PlacesError> {
        let Some(path) = &self.path else { return Ok(false) };
        let stamp = Some(stamp(path)?);
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if *seen == stamp {
                return Ok(false);
            }
            *seen = stamp;
        }
        self.database.store(Some(Arc::new(read(path)?)));
        Ok(true)
    }
}

/// Follows the file, as long as this process lives.
pub async fn follow_forever(app: Arc<App>) {
    if app.places.path.is_none() {
        return;
    }
    let mut ticks = tokio::time::interval(INTERVAL);
    let mut gone = false;
    while !app.db.is_closed() {
        ticks.tick().await;
        let reader = Arc::clone(&app);
        // It may be a hundred megabytes.
        let refreshed = tokio::task::spawn_blocking(move || reader.places.refresh()).await;
        match refreshed {
            Ok(Ok(changed)) => {
                gone = false;
                if changed {
                    tracing::info!("the database of places was read again");
                }
            }
            // Said once: it is looked for every few seconds.
            Ok(Err(PlacesError::File(..))) if gone => {}
            Ok(Err(error)) => {
                gone = matches!(error, PlacesError::File(..));
                tracing::warn!(%error, "the database of places cannot be read; the former one stays");
            }
            Err(error) => tracing::warn!(%error, "the database of places was not looked at"),
        }
    }
}

fn stamp(path: &Path) -> Result<Stamp, PlacesError> {
    let file = |error| PlacesError::File(path.display().to_string(), error);
    let metadata = fs::metadata(path).map_err(file)?;
    Ok((metadata.len(), metadata.modified().ok()))
}

fn read(path: &Path) -> Result<Database, PlacesError> {
    let name = || path.display().to_string();
    let bytes = fs::read(path).map_err(|error| PlacesError::File(name(), error))?;
    let database =
        Reader::from_source(bytes).map_err(|error| PlacesError::Format(name(), error))?;
    let of = &database.metadata().database_type;
    if !["City", "Country", "Enterprise"].iter().any(|kind| of.contains(kind)) {
        return Err(PlacesError::Type(name(), of.clone()));
    }
    Ok(database)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn distances_are_those_of_the_globe() {
        let (paris, new_york) = ((48.8566, 2.3522), (40.7128, -74.006));
        let far = kilometres(paris, new_york);
        assert!((5830.0..5845.0).contains(&far), "{far}");
        assert!(kilometres(paris, paris) < 0.001);
        let antipodes = kilometres((0.0, 0.0), (0.0, 180.0));
        assert!((20_014.0..20_016.0).contains(&antipodes), "{antipodes}");
        // Across the date line, not round the world.
        assert!(kilometres((0.0, 179.5), (0.0, -179.5)) < 112.0);
    }

    #[test]
    fn a_place_is_said_as_far_as_it_is_known() {
        let place = |city: Option<&str>, code: Option<&str>, name: Option<&str>| {
            let own = |text: Option<&str>| text.map(str::to_owned);
            Place { city: own(city), country: own(code), country_name: own(name), location: None }
                .words()
        };
        assert_eq!(
            place(Some("Paris"), Some("FR"), Some("France")).as_deref(),
            Some("Paris, France")
        );
        assert_eq!(place(None, Some("FR"), None).as_deref(), Some("FR"));
        assert_eq!(place(Some("Paris"), None, None).as_deref(), Some("Paris"));
        assert_eq!(place(None, None, None), None);
    }

    #[test]
    fn what_is_no_such_database_is_refused_by_name() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), "no database").expect("written");
        let error = Places::open(Some(file.path())).expect_err("no database").to_string();
        assert!(error.contains("not a MaxMind database"), "{error}");
        let error =
            Places::open(Some(Path::new("/nowhere.mmdb"))).expect_err("no file").to_string();
        assert!(error.starts_with("/nowhere.mmdb: "), "{error}");
        let none = Places::open(None).expect("none is fine");
        assert_eq!(none.find("192.0.2.1".parse().expect("an address")), None);
    }

    proptest! {
        #[test]
        fn no_distance_is_more_than_half_round_the_earth(a in -90.0..90.0, b in -180.0..180.0, c in -90.0..90.0, d in -180.0..180.0) {
            let far = kilometres((a, b), (c, d));
            prop_assert!((0.0..20_016.0).contains(&far));
        }
    }
}
