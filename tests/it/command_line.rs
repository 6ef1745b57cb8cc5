//! The command line: the real binary, its exit codes and what it says.

use std::collections::BTreeMap;

use signet::storage;
use sqlx::PgPool;

use crate::support::{
    MANIFEST,
    database::Database,
    process::{BINARY, command, free_port, run},
};

async fn signet(url: &str, arguments: &[&str]) -> (i32, String, String) {
    run(command(url).args(arguments)).await
}

#[tokio::test]
async fn every_command_has_help_with_an_example() {
    for path in [
        &["serve"][..],
        &["dev"],
        &["migrate"],
        &["apply"],
        &["doctor"],
        &["user"],
        &["user", "add"],
        &["user", "disable"],
        &["client"],
        &["client", "add-secret"],
        &["policy"],
        &["policy", "check"],
        &["policy", "save"],
        &["policy", "list"],
        &["policy", "show"],
        &["policy", "rollback"],
        &["policy", "test"],
        &["policy", "diff"],
        &["policy", "explain"],
        &["key"],
        &["key", "list"],
        &["key", "add"],
        &["key", "rotate"],
        &["key", "reseal"],
    ] {
        let mut arguments = path.to_vec();
        arguments.push("--help");
        let (code, help, _) = signet("postgres://nowhere", &arguments).await;
        assert_eq!(code, 0, "{path:?}");
        assert!(help.contains("Example:\n"), "{path:?}:\n{help}");
    }
}

#[tokio::test]
async fn serve_refuses_to_start_on_what_is_not_valid_and_names_the_key() {
    for (name, value, expected) in [
        ("SIGNET_SERVER__ISSUER", "http://example.com", "server.issuer"),
        ("SIGNET_SERVER__ISUER", "https://example.com", "isuer"),
        ("SIGNET_SERVER__LISTEN", "0.0.0.0:8080", "server.tls_certificate"),
        ("SIGNET_TOKENS__CODE_LIFETIME", "1day", "tokens.code_lifetime"),
        ("SIGNET_MASTER_KEY", "short", "keys.master_key"),
        ("DATABASE_URL", "mysql://nowhere", "database.url"),
        ("SIGNET_CONFIG", "/nowhere/signet.toml", "/nowhere/signet.toml"),
    ] {
        let mut command = command("postgres://signet@localhost/nowhere?host=/nowhere");
        let (code, _, errors) = run(command.env(name, value).arg("serve")).await;
        assert_eq!(code, 1, "{name}");
        assert!(errors.contains(expected), "{name}: {errors}");
    }
    let mut without = command("postgres://nowhere");
    let (code, _, errors) = run(without.env_remove("SIGNET_MASTER_KEY").arg("serve")).await;
    assert_eq!(code, 1);
    assert!(errors.contains("SIGNET_MASTER_KEY"), "{errors}");
}

#[tokio::test]
async fn variables_of_others_with_the_prefix_are_left_alone() {
    let database = Database::filled().await;
    let mut command = command(&database.url);
    let (code, _, errors) =
        run(command.env("SIGNET_PORT", "tcp://10.0.0.1:80").args(["key", "list"])).await;
    assert_eq!(code, 0, "{errors}");
}

#[tokio::test]
async fn migrate_apply_and_the_rest_on_an_empty_database() {
    let database = Database::empty().await;
    let url = database.url.as_str();
    let (code, _, errors) = signet(url, &["user", "list"]).await;
    assert_eq!(code, 1);
    assert!(errors.contains("signet migrate"), "{errors}");
    let (code, printed, errors) = signet(url, &["migrate"]).await;
    assert_eq!(code, 0, "{errors}");
    assert!(printed.contains("applied identity"), "{printed}");
    assert_eq!(signet(url, &["migrate"]).await.1, "nothing to apply\n");

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("manifest.toml");
    std::fs::write(&file, MANIFEST).expect("written");
    let file = file.to_str().expect("UTF-8");
    let (code, plan, errors) = signet(url, &["apply", "--dry-run", file]).await;
    assert_eq!(code, 0, "{errors}");
    assert!(plan.contains("+ client spa\n") && plan.contains("nothing was done"), "{plan}");
    assert_eq!(signet(url, &["client", "list"]).await.1, "", "indeed nothing");
    let (code, applied, errors) = signet(url, &["apply", file]).await;
    assert_eq!(code, 0, "{errors}");
    assert!(applied.contains("secret of service, shown this once: sgx_"), "{applied}");
    let (_, again, _) = signet(url, &["apply", file]).await;
    assert!(again.ends_with("0 changed\n") && !again.contains("+ "), "{again}");
    std::fs::write(file, MANIFEST.replace("Single-page application", "Renamed")).expect("written");
    let (_, changed, _) = signet(url, &["apply", file]).await;
    assert!(
        changed.contains("client_name: \"Single-page application\" → \"Renamed\""),
        "{changed}"
    );
    std::fs::write(file, "[[client]]\nclient_idd = \"x\"").expect("written");
    let (code, _, errors) = signet(url, &["apply", file]).await;
    assert_eq!(code, 1);
    assert!(errors.contains("client.client_idd") && errors.contains("client_id,"), "{errors}");

    let (_, listed, _) = signet(url, &["user", "list"]).await;
    assert!(listed.contains("alice@example.com"));
    assert_eq!(signet(url, &["user", "disable", "alice"]).await.0, 0);
    assert!(signet(url, &["user", "list"]).await.1.contains("disabled"));
    let (code, secret, _) = signet(url, &["client", "add-secret", "service"]).await;
    assert_eq!(code, 0);
    assert!(secret.starts_with("sgx_"));
    assert_eq!(signet(url, &["client", "add-secret", "service"]).await.0, 1, "a third one");
    let (_, keys, _) = signet(url, &["key", "list"]).await;
    assert_eq!(keys.matches("signs").count(), 3, "{keys}");
    assert_eq!(signet(url, &["key", "rotate", "EdDSA", "--now"]).await.0, 0);
    let (_, keys, _) = signet(url, &["key", "list"]).await;
    assert_eq!(keys.matches("published").count(), 1, "{keys}");
    assert_eq!(signet(url, &["client", "delete", "stranger"]).await.0, 0);
    assert!(!signet(url, &["client", "list"]).await.1.contains("stranger"));
}

#[tokio::test]
async fn the_manifest_among_the_examples_is_valid() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/config/examples/shop.toml");
    let text = std::fs::read_to_string(example).expect("readable");
    signet::admin::manifest::Manifest::parse(&text).expect("valid");
}

#[tokio::test]
async fn doctor_says_what_is_wrong_and_how_to_mend_it() {
    let database = Database::empty().await;
    let (code, report, _) = signet(&database.url, &["doctor"]).await;
    assert_eq!(code, 1);
    assert!(
        report.contains("FAIL  migrations are missing") && report.contains("signet migrate"),
        "{report}"
    );
    let db = storage::connect(&database.url, 2, std::time::Duration::from_secs(5)).expect("a pool");
    storage::migrate(&db).await.expect("migrated");
    let issuer = format!("http://127.0.0.1:{}", free_port());
    let mut doctor = command(&database.url);
    let (_, report, _) = run(doctor.env("SIGNET_SERVER__ISSUER", issuer).arg("doctor")).await;
    for fine in [
        "ok    configuration",
        "ok    master key",
        "ok    database answers",
        "ok    clock",
        "ok    migrations",
    ] {
        assert!(report.contains(fine), "{fine}:\n{report}");
    }
    assert!(report.contains("FAIL  issuer"), "nothing listens: {report}");
    let (code, report, _) =
        signet("postgres://signet@localhost/x?host=/nowhere", &["doctor"]).await;
    assert_eq!(code, 1);
    assert!(report.contains("FAIL  database answers"), "{report}");
}

#[tokio::test]
async fn a_master_key_is_made_once_and_kept_from_others() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("master.key");
    let generate = |more: &[&str]| {
        let mut command = tokio::process::Command::new(BINARY);
        command.args(["key", "generate-master", "--output"]).arg(&file).args(more);
        async move { run(&mut command).await.0 }
    };
    assert_eq!(generate(&[]).await, 0);
    let first = std::fs::read_to_string(&file).expect("written");
    assert_eq!(std::fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
    assert_eq!(generate(&[]).await, 1, "never over one that is there");
    assert_eq!(generate(&["--if-missing"]).await, 0);
    assert_eq!(std::fs::read_to_string(&file).expect("there"), first);
    signet::keys::MasterKeys::parse(&first).expect("a master key");
}

/// A digest of the rows of each table, partitions included.
async fn contents(db: &PgPool) -> BTreeMap<String, String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    )
    .fetch_all(db)
    .await
    .expect("tables");
    let mut contents = BTreeMap::new();
    for table in tables {
        let sql = format!(
            "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {table} t"
        );
        let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(db).await.expect("rows");
        contents.insert(table, rows);
    }
    contents
}

#[tokio::test]
async fn looking_changes_nothing() {
    let (empty, migrated, filled) =
        (Database::empty().await, Database::empty().await, Database::filled().await);
    let pool = |database: &Database| {
        storage::connect(&database.url, 2, std::time::Duration::from_secs(5)).expect("a pool")
    };
    storage::migrate(&pool(&migrated)).await.expect("migrated");
    // As if their successors were due for long.
    sqlx::query("UPDATE signing_keys SET active_from = '2020-01-01'")
        .execute(&pool(&filled))
        .await
        .expect("aged");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("manifest.toml");
    std::fs::write(&file, MANIFEST.replace("Single-page", "Another")).expect("written");
    let file = file.to_str().expect("UTF-8");
    for database in [&empty, &migrated, &filled] {
        let db = pool(database);
        let before = contents(&db).await;
        for arguments in [
            &["apply", "--dry-run", file][..],
            &["doctor"],
            &["user", "list"],
            &["client", "list"],
            &["client", "show", "spa"],
            &["key", "list"],
        ] {
            let (_, printed, errors) = signet(&database.url, arguments).await;
            assert!(!printed.contains("panicked") && !errors.contains("panicked"), "{errors}");
            assert_eq!(contents(&db).await, before, "{arguments:?}");
        }
    }
    let (code, planned, errors) = signet(&filled.url, &["apply", "--dry-run", file]).await;
    assert_eq!(code, 0, "{errors}");
    assert!(planned.contains("~ client spa"), "{planned}");
    let (_, keys, _) = signet(&filled.url, &["key", "list"]).await;
    assert_eq!(keys.matches("signs").count(), 3, "{keys}");
}

#[tokio::test]
async fn applying_a_manifest_leaves_a_client_disabled_unless_it_says_otherwise() {
    let database = Database::filled().await;
    let url = database.url.as_str();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("manifest.toml");
    let path = file.to_str().expect("UTF-8");
    let disabled =
        async || signet(url, &["client", "show", "spa"]).await.1.contains("\"disabled\": true");
    let apply = async |text: &str| {
        std::fs::write(&file, text).expect("written");
        let (code, printed, errors) = signet(url, &["apply", path]).await;
        assert_eq!(code, 0, "{errors}");
        printed
    };
    assert_eq!(signet(url, &["client", "disable", "spa"]).await.0, 0);
    let unchanged = apply(MANIFEST).await;
    assert!(unchanged.contains("= client spa\n"), "{unchanged}");
    assert!(disabled().await);
    let renamed = MANIFEST.replace("Single-page", "Another");
    assert!(apply(&renamed).await.contains("~ client spa"));
    assert!(disabled().await, "also when something else changes");
    let said = |value: &str| {
        renamed.replace("client_id = \"spa\"", &format!("client_id = \"spa\"\ndisabled = {value}"))
    };
    let enabled = apply(&said("false")).await;
    assert!(enabled.contains("disabled: true → false"), "{enabled}");
    assert!(!disabled().await);
    apply(&said("true")).await;
    assert!(disabled().await);
    assert_eq!(signet(url, &["client", "enable", "spa"]).await.0, 0);
    assert!(!disabled().await);
    assert_eq!(signet(url, &["client", "disable", "nobody"]).await.0, 1);
}

#[tokio::test]
async fn apply_refuses_what_can_only_be_a_slip() {
    let database = Database::filled().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("manifest.toml");
    let client = "[[client]]\nclient_id = \"new\"\nclient_name = \"New\"\ntoken_endpoint_auth_method = \
                  \"client_secret_basic\"\ngrant_types = []\n";
    let resource = "[[resource]]\nidentifier = \"https://new.example\"\nname = \"New\"\n";
    let person = "[[user]]\nemail = \"new@example.com\"\n";
    for (text, expected) in [
        (format!("{client}resources = [\"https://nowhere.example\"]"), "https://nowhere.example"),
        (format!("{client}introspects = [\"https://nowhere.example\"]"), "https://nowhere.example"),
        (format!("{client}{client}"), "client new is there twice"),
        (format!("{resource}{resource}"), "resource https://new.example is there twice"),
        (
            format!("{person}{}", person.replace("new@", "NEW@")),
            "user new@example.com is there twice",
        ),
        (
            format!("{resource}scopes = [{{ name = \"a\", descripton = \"A\" }}]"),
            "resource.scopes.descripton",
        ),
        (
            format!("{client}logo_uri = \"http://new.example/logo.png\""),
            "logo_uri must be an https URL",
        ),
    ] {
        std::fs::write(&file, &text).expect("written");
        let path = file.to_str().expect("UTF-8");
        let (code, _, errors) = signet(&database.url, &["apply", "--dry-run", path]).await;
        assert_eq!(code, 1, "{text}");
        assert!(errors.contains(expected), "{expected}: {errors}");
    }
    let together = format!("{client}resources = [\"https://new.example\"]\n{resource}");
    std::fs::write(&file, together).expect("written");
    let path = file.to_str().expect("UTF-8");
    assert_eq!(signet(&database.url, &["apply", "--dry-run", path]).await.0, 0, "in any order");
}

#[tokio::test]
async fn doctor_counts_and_opens_secrets_as_well_as_keys() {
    let database = Database::filled().await;
    let other = signet::keys::MasterKeys::generate("next", &signet::entropy::Entropy::system());
    let both = format!("{},{}", *other, crate::support::database::MASTER_KEY);
    let doctor = async |keys: &str| {
        let mut command = command(&database.url);
        run(command.env("SIGNET_MASTER_KEY", keys).arg("doctor")).await.1
    };
    let report = doctor(&both).await;
    assert!(report.contains("ok    3 server secrets open"), "{report}");
    assert!(report.contains("FAIL  8 keys and secrets are sealed under a former"), "{report}");
    let report = doctor(&other).await;
    assert!(report.contains("FAIL  3 server secrets open"), "{report}");
}

#[tokio::test]
async fn doctor_and_reseal_know_what_people_left() {
    use crate::support::{Server, database::MASTER_KEY};
    let server = Server::start().await;
    let (app, url) = (&server.app, server.database.url.as_str());
    // What is in them does not matter to either; both are sealed as they are for real.
    let user = sqlx::query_scalar("SELECT id FROM users LIMIT 1").fetch_one(&server.db).await;
    let user: uuid::Uuid = user.expect("a person");
    let place = signet::keys::secrets::totp_place(user);
    let sealed = app.keys.master().seal(&place, b"a secret of twenty b");
    let put =
        signet::storage::factors::put_totp(&server.db, user, &sealed, b"", app.clock.now()).await;
    assert!(put.expect("stored"));
    for id in [app.uuid(), app.uuid()] {
        let sealed = app.keys.master().seal(&signet::keys::secrets::message_place(id), b"{}");
        let put = signet::storage::messages::insert(&server.db, id, &sealed, app.clock.now()).await;
        put.expect("stored");
    }
    let next = signet::keys::MasterKeys::generate("next", &app.entropy);
    let both = format!("{},{MASTER_KEY}", *next);
    let with = async |keys: &str, arguments: &[&str]| {
        run(command(url).env("SIGNET_MASTER_KEY", keys).args(arguments)).await.1
    };
    let report = with(&both, &["doctor"]).await;
    for line in
        ["FAIL  1 authenticators are sealed under", "FAIL  2 waiting messages are sealed under"]
    {
        assert!(report.contains(line), "{line}: {report}");
    }
    let report = with(&next, &["doctor"]).await;
    let missing = "1 authenticators and 2 waiting messages are sealed with master key \"test\"";
    assert!(report.contains(missing), "{report}");

    assert_eq!(with(&both, &["key", "reseal"]).await, "11 resealed under next\n");
    let report = with(&next, &["doctor"]).await;
    assert!(!report.contains("sealed"), "{report}");
    let master = signet::keys::MasterKeys::parse(&next).expect("a master key");
    let row = signet::storage::factors::totp_secrets(&server.db).await.expect("rows");
    let opened = master.open(&place, &row[0].1).expect("it opens");
    assert_eq!(*opened, b"a secret of twenty b");
    for (id, sealed) in signet::storage::messages::all_sealed(&server.db).await.expect("rows") {
        let opened = master.open(&signet::keys::secrets::message_place(id), &sealed);
        assert_eq!(*opened.expect("it opens"), b"{}");
    }
}
