//! Reading the configuration: the file, then the environment, then `_FILE` secrets.

use std::{collections::BTreeMap, path::Path};

use toml::{Table, Value};

use super::Config;

const PREFIX: &str = "SIGNET_";

/// Names that everyone knows, for keys that have them.
const ALIASES: [(&str, &str); 2] =
    [("DATABASE_URL", "database.url"), ("SIGNET_MASTER_KEY", "keys.master_key")];

/// Keys that may be given as the path of a file that holds the value: `NAME_FILE`.
const SECRETS: [&str; 3] = ["database.url", "email.password", "keys.master_key"];

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A key or value is wrong.
    #[error("configuration: {key}: {problem}")]
    Invalid {
        /// `section.key`.
        key: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// The file is no TOML.
    #[error("configuration: {0}")]
    Syntax(#[from] toml::de::Error),
    /// A file could not be read.
    #[error("configuration: {path}: {source}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

impl ConfigError {
    /// `key` is wrong because of `problem`.
    pub(super) fn invalid(key: &str, problem: impl Into<String>) -> Self {
        Self::Invalid { key: key.to_owned(), problem: problem.into() }
    }
}

/// Environment variables, as a value so that tests can choose them.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The process's own. Variables that are not Unicode are left out.
    #[must_use]
    pub fn of_process() -> Self {
        let pairs = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self(pairs.collect())
    }

    /// One variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl Config {
    /// Reads `file` (or none) and the environment over it.
    pub fn load(file: Option<&Path>, environment: &Environment) -> Result<Self, ConfigError> {
        let text = file.map(read_file).transpose()?.unwrap_or_default();
        Self::read(&text, environment)
    }

    /// Reads the text of a file and the environment over it.
    pub fn read(text: &str, environment: &Environment) -> Result<Self, ConfigError> {
        let mut table: Table = text.parse()?;
        for (name, value) in &environment.0 {
            let alias = |name: &str| ALIASES.iter().find(|(alias, _)| *alias == name).map(|a| a.1);
            let known = alias(name).map(|key| (key.to_owned(), false)).or_else(|| {
                let bare = name.strip_suffix("_FILE")?;
                let key = alias(bare).map(str::to_owned).or_else(|| setting(bare))?;
                SECRETS.contains(&key.as_str()).then_some((key, true))
            });
            let Some((key, from_file)) = known.or_else(|| Some((setting(name)?, false))) else {
                continue;
            };
            let value = if from_file {
                read_file(Path::new(value))?.trim_end().to_owned()
            } else {
                value.clone()
            };
            set(&mut table, &key, &value);
        }
        let config: Self = serde_path_to_error::deserialize(table).map_err(|error| {
            // For an unknown field the path ends at its section; the message names the field.
            let problem = error.inner().message().to_owned();
            ConfigError::Invalid { key: error.path().to_string(), problem }
        })?;
        config.validate()?;
        Ok(config)
    }
}

/// `SIGNET_SECTION__KEY` as `section.key`; nothing for any other variable.
fn setting(variable: &str) -> Option<String> {
    // Others have variables with this prefix too: Kubernetes sets SIGNET_PORT for a service of that name.
    let (section, key) = variable.strip_prefix(PREFIX)?.split_once("__")?;
    Some(format!("{section}.{key}").to_ascii_lowercase())
}

/// Puts `text` at `key`. What reads as a TOML boolean, number or array is one.
fn set(table: &mut Table, key: &str, text: &str) {
    let value = text
        .parse::<Value>()
        .ok()
        .filter(|value| !matches!(value, Value::Datetime(_) | Value::Table(_)))
        .unwrap_or_else(|| Value::String(text.to_owned()));
    let Some((section, key)) = key.split_once('.') else { return };
    let section = table.entry(section.to_owned()).or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(section) = section {
        section.insert(key.to_owned(), value);
    }
}

fn read_file(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path)
        .map_err(|source| ConfigError::File { path: path.display().to_string(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str, environment: &Environment) -> String {
        Config::read(text, environment).expect_err(text).to_string()
    }

    #[test]
    fn an_unknown_key_is_named_with_those_that_exist() {
        let message = problem("[server]\nissuerr = \"https://a.example\"", &Environment::default());
        assert!(message.contains("server"), "{message}");
        assert!(message.contains("issuerr"), "{message}");
        assert!(message.contains("`issuer`"), "{message}");
    }

    #[test]
    fn an_unknown_variable_is_an_error_too() {
        let message = problem("", &Environment::from([("SIGNET_SERVER__ISSUERR", "x")]));
        assert!(message.contains("issuerr"), "{message}");
        let message = problem("", &Environment::from([("SIGNET_SERVRE__ISSUER", "x")]));
        assert!(message.contains("servre"), "{message}");
    }

    #[test]
    fn the_environment_overrides_the_file() {
        let environment = Environment::from([
            ("SIGNET_SERVER__ISSUER", "https://env.example"),
            ("SIGNET_SERVER__TRUSTED_PROXIES", "[\"10.0.0.0/8\"]"),
            ("SIGNET_TOKENS__REFRESH_RETRIES", "7"),
            ("DATABASE_URL", "postgres://env"),
            ("PATH", "/bin"),
        ]);
        let config = Config::read("[server]\nissuer = \"https://file.example\"", &environment)
            .expect("valid");
        assert_eq!(config.server.issuer.as_str(), "https://env.example");
        assert_eq!(config.server.trusted_proxies.len(), 1);
        assert_eq!(config.tokens.refresh_retries, 7);
        assert_eq!(config.database.url.expect("set").expose(), "postgres://env");
    }

    #[test]
    fn a_secret_can_come_from_a_file_and_other_keys_cannot() {
        let file = std::env::temp_dir().join(format!("signet-{}", std::process::id()));
        std::fs::write(&file, "postgres://file\n").expect("written");
        let path = file.to_str().expect("UTF-8");
        let config = Config::read("", &Environment::from([("DATABASE_URL_FILE", path)]));
        assert_eq!(config.expect("valid").database.url.expect("set").expose(), "postgres://file");
        let message = problem("", &Environment::from([("SIGNET_SERVER__ISSUER_FILE", path)]));
        assert!(message.contains("issuer_file"), "{message}");
        std::fs::remove_file(file).expect("removed");
    }

    #[test]
    fn a_wrong_value_names_its_key() {
        for (text, key) in [
            ("[server]\nissuer = \"http://example.com\"", "server.issuer"),
            ("[server]\nissuer = \"https://example.com/?q\"", "server.issuer"),
            ("[server]\nissuer = \"https://example.com/a/\"", "server.issuer"),
            ("[server]\nlisten = \"nowhere\"", "server.listen"),
            ("[server]\nlisten = \"0.0.0.0:80\"", "server.listen"),
            ("[tokens]\naccess_token_lifetime = \"soon\"", "tokens.access_token_lifetime"),
            ("[tokens]\naccess_token_lifetime = \"2days\"", "tokens.access_token_lifetime"),
            ("[tokens]\ncode_lifetime = \"1h\"", "tokens.code_lifetime"),
            ("[password]\nmemory_kib = 1024", "password.memory_kib"),
            ("[keys]\npublish_lead = \"10000days\"", "keys.publish_lead"),
            ("[server]\ntls_certificate = \"x.pem\"", "server.tls_key"),
            ("[logging]\nformat = \"xml\"", "logging.format"),
            ("[server]\nrequest_timeout = \"0s\"", "server.request_timeout"),
            ("[server]\nrequest_timeout = \"1year\"", "server.request_timeout"),
            ("[server]\nshutdown_timeout = \"1year\"", "server.shutdown_timeout"),
            ("[server]\nbody_limit = 1024", "server.body_limit"),
            ("[database]\nmax_connections = 1", "database.max_connections"),
            ("[database]\nacquire_timeout = \"0s\"", "database.acquire_timeout"),
            ("[sign_in]\naccount_attempts = 0", "sign_in.account_attempts"),
            ("[sign_in]\naddress_attempts = -1", "sign_in.address_attempts"),
            ("[sign_in]\nknown_browser_attempts = 0", "sign_in.known_browser_attempts"),
            ("[sign_in]\nwindow = \"0s\"", "sign_in.window"),
            ("[sign_in]\nwindow = \"100years\"", "sign_in.window"),
            ("[sign_in]\nmax_wait = \"1year\"", "sign_in.max_wait"),
            ("[password]\nthreads = 100000", "password.threads"),
            ("[keys]\nrotation = \"10000years\"", "keys.rotation"),
            ("[keys]\npublish_lead = \"5m\"", "keys.publish_lead"),
            (
                "[tokens]\nrefresh_absolute_lifetime = \"10000years\"",
                "tokens.refresh_absolute_lifetime",
            ),
            ("[tokens]\nrefresh_idle_lifetime = \"91days\"", "tokens.refresh_idle_lifetime"),
            ("[sessions]\nabsolute_lifetime = \"10000years\"", "sessions.absolute_lifetime"),
            ("[email]\nhost = \"localhost\"", "email.from"),
            ("[email]\nfrom = \"nobody\"", "email.from"),
            ("[email]\nfrom = \"a@example.com\\r\\nBcc: b@example.com\"", "email.from"),
            ("[email]\nuser = \"signet\"", "email.password"),
            ("[email]\ntls = \"insecure_plaintext\"\nuser = \"a\"\npassword = \"b\"", "email.tls"),
            ("[email]\nproduct_name = \"a\\nb\"", "email.product_name"),
            ("[email]\nrequests_per_recipient = 0", "email.requests_per_recipient"),
            ("[access]\nrecord_decisions = \"some\"", "access.record_decisions"),
            ("[access]\nkeep_decisions = \"1s\"", "access.keep_decisions"),
            ("[access]\ntime_zone = \"Europe/Nowhere\"", "access.time_zone"),
            ("[watch]\nfailures = 0", "watch.failures"),
            ("[watch]\nletters = [\"birthdays\"]", "watch.letters"),
            ("[watch]\ntravel_speed = 20", "watch.travel_speed"),
            ("[watch]\ntravel_distance = 0", "watch.travel_distance"),
            ("[registration]\nmode = \"open\"", "registration.mode"),
            ("[registration]\nallowed_domains = [\"@a.b\"]", "registration.allowed_domains"),
            ("[dynamic_registration]\nmode = \"on\"", "dynamic_registration.mode"),
            ("[dynamic_registration]\nclients_per_day = 0", "dynamic_registration.clients_per_day"),
            (
                "[dynamic_registration]\nunused_lifetime = \"1s\"",
                "dynamic_registration.unused_lifetime",
            ),
        ] {
            let message = problem(text, &Environment::default());
            assert!(message.contains(key), "{text}: {message}");
        }
    }
}
