//! Configuration from outside the file: the environment, files with secrets, and the containers that are shipped.

use std::{collections::BTreeSet, fs, path::Path};

use signet::config::{Config, Environment};

use crate::support::database::MASTER_KEY;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

/// Every key of the annotated file with the value that is shown there: section, key, value.
fn keys() -> Vec<(String, String, toml::Value)> {
    let text = read("config/signet.toml");
    let lines = text.lines().map(|line| line.strip_prefix("#= ").unwrap_or(line));
    let table: toml::Table = lines.collect::<Vec<_>>().join("\n").parse().expect("TOML");
    let mut keys = Vec::new();
    for (section, table) in table {
        for (key, value) in table.as_table().expect("a section") {
            keys.push((section.clone(), key.clone(), value.clone()));
        }
    }
    keys
}

/// Values to try for a key, of which one must be accepted and differ from what is the default.
fn candidates(section: &str, key: &str, shown: &toml::Value) -> Vec<String> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    match (section, key, shown) {
        (_, "issuer", _) => words(&["https://other.example"]),
        ("fetch", "insecure_allow_hosts", _) => words(&["[\"keys.internal\"]"]),
        (_, "breached_range_url", _) => words(&["https://other.example/range/"]),
        (_, "secret_scanning", _) => words(&["on"]),
        (_, "secret_scanning_keys", _) => words(&["https://other.example/keys"]),
        ("email", "host", _) => words(&["other.example"]),
        ("email", "from", _) => words(&["other@example.com"]),
        ("email", "tls", _) => words(&["implicit"]),
        ("registration" | "dynamic_registration", "mode", _) => words(&["open"]),
        ("access", "record_decisions", _) => words(&["all"]),
        ("access", "time_zone", _) => words(&["Europe/Berlin"]),
        ("watch", "letters", _) => words(&["[]"]),
        ("registration", "allowed_domains", _) => words(&["[\"example.org\"]"]),
        ("dynamic_registration", "software_statement_issuers", _) => {
            words(&["[{ issuer = \"a\", jwks_uri = \"https://a.example/jwks\" }]"])
        }
        ("dynamic_registration", "software_statements", _) => words(&["required"]),
        ("dynamic_registration", "consent", _) => words(&["each_time"]),
        (_, "listen" | "management_listen", _) => words(&["127.0.0.1:9000"]),
        (_, "tls_certificate" | "tls_key", _) => words(&["/other.pem"]),
        (_, "access_token_alg", _) => words(&["EdDSA"]),
        (_, "mfa", _) => words(&["always"]),
        ("logging", "filter", _) => words(&["debug"]),
        ("logging", "format", _) => words(&["json"]),
        (_, "url", _) => words(&["postgres://other.example/other"]),
        (_, "master_key", _) => words(&[MASTER_KEY]),
        (_, _, toml::Value::Boolean(shown)) => vec![(!shown).to_string()],
        (_, _, toml::Value::Integer(shown)) => {
            vec![(shown + 1).to_string(), (shown - 1).to_string(), (shown * 2).to_string()]
        }
        (_, _, toml::Value::Array(_)) => words(&["[\"10.0.0.0/8\"]"]),
        _ => words(&["45s", "2m", "2h", "2days", "20days", "100days"]),
    }
}

#[test]
fn every_key_can_be_set_by_the_environment() {
    let defaults = format!("{:#?}", Config::read("", &Environment::default()).expect("defaults"));
    let keys = keys();
    assert!(keys.len() > 30, "{}", keys.len());
    for (section, key, shown) in keys {
        let variable = format!("SIGNET_{section}__{key}").to_uppercase();
        // What is of no use by itself.
        let nothing = ("SOMETHING_ELSE", "");
        let from = ("SIGNET_EMAIL__FROM", "usual@example.com");
        let issuers = (
            "SIGNET_DYNAMIC_REGISTRATION__SOFTWARE_STATEMENT_ISSUERS",
            "[{ issuer = \"a\", jwks_uri = \"https://a.example/jwks\" }]",
        );
        let [first, second] = match (section.as_str(), key.as_str()) {
            (_, "tls_certificate") => [("SIGNET_SERVER__TLS_KEY", "/usual.pem"), nothing],
            (_, "tls_key") => [("SIGNET_SERVER__TLS_CERTIFICATE", "/usual.pem"), nothing],
            ("email", "host") => [from, nothing],
            ("email", "user") => [("SIGNET_EMAIL__PASSWORD", "usual"), nothing],
            ("email", "password") => [("SIGNET_EMAIL__USER", "usual"), nothing],
            ("dynamic_registration", "software_statements") => [issuers, nothing],
            ("registration", "mode") => [from, ("SIGNET_EMAIL__HOST", "usual.example")],
            _ => [nothing, nothing],
        };
        let usual = Config::read("", &Environment::from([first, second]))
            .map_or_else(|_| defaults.clone(), |usual| format!("{usual:#?}"));
        let took_effect = candidates(&section, &key, &shown).into_iter().any(|value| {
            let variables = [(variable.as_str(), value.as_str()), first, second];
            let Ok(config) = Config::read("", &Environment::from(variables)) else { return false };
            let changed = format!("{config:#?}");
            let lines = usual.lines().collect::<BTreeSet<_>>();
            changed.lines().any(|line| !lines.contains(line) && !line.contains("/usual.pem"))
        });
        assert!(took_effect, "{variable}");
    }
}

#[test]
fn secrets_can_be_read_from_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::write(&file, text).expect("written");
        file.to_str().expect("UTF-8").to_owned()
    };
    let url = write("url", "postgres://signet:secret@db.example/signet\n");
    let master = write("master", &format!("{MASTER_KEY}\n"));
    for [url_variable, master_variable] in [
        ["DATABASE_URL_FILE", "SIGNET_MASTER_KEY_FILE"],
        ["SIGNET_DATABASE__URL_FILE", "SIGNET_KEYS__MASTER_KEY_FILE"],
    ] {
        let variables = [(url_variable, url.as_str()), (master_variable, master.as_str())];
        let config = Config::read("", &Environment::from(variables)).expect("valid");
        let url = config.database.url.expect("a URL");
        assert_eq!(url.expose(), "postgres://signet:secret@db.example/signet");
        assert_eq!(config.keys.master_key.expect("a key").expose(), MASTER_KEY);
        assert!(!format!("{url:?}").contains("secret"), "it prints as nothing");
    }
    let missing = folder.path().join("missing");
    let missing = [("DATABASE_URL_FILE", missing.to_str().expect("UTF-8"))];
    let error = Config::read("", &Environment::from(missing)).expect_err("no such file");
    assert!(error.to_string().contains("missing"), "{error}");
}

/// The lines of a block of `docker-compose.yml`, with those that are indented below it.
fn block(name: &str) -> Vec<String> {
    let text = read("docker-compose.yml");
    let mut lines = text.lines().skip_while(|line| !line.trim_start().starts_with(name));
    let head = lines.next().unwrap_or_else(|| panic!("no {name}"));
    let depth = |line: &str| line.len() - line.trim_start().len();
    let below = lines.take_while(|line| line.trim().is_empty() || depth(line) > depth(head));
    below
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_environment_of_the_containers_is_a_valid_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("master.key");
    fs::write(&file, MASTER_KEY).expect("written");
    let pairs: Vec<(String, String)> = block("x-environment:")
        .iter()
        .map(|line| {
            let (name, value) = line.split_once(": ").expect("a pair");
            let mut value = value.trim_matches(['"', '\'']);
            // `${NAME:-default}`, where no one sets NAME.
            if let Some(variable) = value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'))
            {
                value = variable.split_once(":-").expect("a default").1;
            }
            let value = if name == "SIGNET_MASTER_KEY_FILE" {
                file.to_str().expect("UTF-8")
            } else {
                value
            };
            (name.to_owned(), value.to_owned())
        })
        .collect();
    let known = ["DATABASE_URL", "SIGNET_MASTER_KEY_FILE"];
    let mut variables = [("", ""); 16];
    assert!(pairs.len() <= variables.len());
    for (variable, (name, value)) in variables.iter_mut().zip(&pairs) {
        let ours = known.contains(&name.as_str()) || name.contains("__");
        assert!(ours, "{name} is no setting, and would be ignored");
        *variable = (name, value);
    }
    let config = Config::read(&read("config/signet.toml"), &Environment::from(variables));
    let config = config.expect("what the image reads, with what the containers are told");
    assert_eq!(config.keys.master_key.expect("a key").expose(), MASTER_KEY);
    assert!(!config.server.listen.ip().is_loopback(), "it is reached from outside the container");
    assert!(!config.server.trusted_proxies.is_empty());
    assert_eq!(config.server.issuer.as_str(), "http://localhost:8080");
}

#[test]
fn the_containers_have_no_more_rights_than_they_need() {
    let common = block("x-signet:").join("\n");
    for line in ["read_only: true", "cap_drop: [ALL]", "no-new-privileges:true"] {
        assert!(common.contains(line), "{line}:\n{common}");
    }
    let compose = read("docker-compose.yml");
    let published = compose
        .lines()
        .filter(|line| line.trim_start().starts_with("- \"") && line.contains(":80"));
    assert_eq!(published.clone().count(), 2);
    assert!(published.into_iter().all(|line| line.contains("127.0.0.1:")), "on loopback alone");

    let dockerfile = read("Dockerfile");
    let last = dockerfile.rsplit("\nFROM ").next().expect("a stage");
    let user = last.lines().find_map(|line| line.strip_prefix("USER ")).expect("a user");
    let (uid, _) = user.split_once(':').expect("user and group by number");
    assert!(uid.parse::<u32>().expect("a number") > 0, "not root");
    assert!(last.contains("HEALTHCHECK") && last.contains("\"healthcheck\"]"), "{last}");
    assert!(last.contains("ENTRYPOINT [\"/usr/local/bin/signet\"]"), "no shell: {last}");
}
