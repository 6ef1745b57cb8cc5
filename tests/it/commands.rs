//! Commands that change something, seen from a server beside which they run.

use std::{path::Path, process::Stdio};

use signet::storage;
use tokio::{io::AsyncWriteExt, process::Command};

use crate::support::{
    Browser, EMAIL, Options, PASSWORD, SERVICE, SPA, Server, Tokens,
    database::Database,
    process::{BINARY, command, free_port, run},
};

async fn signet(server: &Server, arguments: &[&str]) -> (i32, String, String) {
    run(command(&server.database.url).args(arguments)).await
}

/// Runs a command that must succeed. What it prints.
async fn fine(server: &Server, arguments: &[&str]) -> String {
    let (code, printed, errors) = signet(server, arguments).await;
    assert_eq!(code, 0, "{arguments:?}: {errors}");
    server.follow().await;
    printed
}

/// Runs a command that reads `input`.
async fn with_input(server: &Server, arguments: &[&str], input: &str) -> (i32, String) {
    let mut command = command(&server.database.url);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.as_bytes()).await.expect("written");
    drop(stdin);
    let output = child.wait_with_output().await.expect("it runs");
    let errors = String::from_utf8(output.stderr).expect("UTF-8");
    (output.status.code().unwrap_or(-1), errors)
}

async fn signs_in(server: &Server, login: &str, password: &str) -> bool {
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    browser.submit(&page, &[("identifier", login), ("password", password)]).await;
    browser.cookies.contains_key("signet_session")
}

/// Whether the service gets a token by a secret.
async fn is_accepted(server: &Server, secret: &str) -> bool {
    let request = server
        .request(openidconnect::reqwest::Method::POST, "/token")
        .basic_auth(SERVICE, Some(secret))
        .form(&[("grant_type", "client_credentials")]);
    request.send().await.expect("an answer").status() == 200
}

#[tokio::test]
async fn a_person_signs_in_with_the_password_from_standard_input() {
    let server = Server::start().await;
    let add =
        ["user", "add", "carol@example.com", "--username", "carol", "--password-stdin", "--keep"];
    let (code, errors) = with_input(&server, &add, "a password with a newline behind\n").await;
    assert_eq!(code, 0, "{errors}");
    assert!(signs_in(&server, "carol", "a password with a newline behind").await);

    let set = ["user", "set-password", "Carol@Example.com", "--keep"];
    let (code, errors) = with_input(&server, &set, " another one, with spaces ").await;
    assert_eq!(code, 0, "{errors}");
    assert!(signs_in(&server, "carol@example.com", " another one, with spaces ").await);
    assert!(!signs_in(&server, "carol", "a password with a newline behind").await);

    let (code, errors) = with_input(&server, &set, "short").await;
    assert_eq!(code, 1);
    assert!(errors.contains("password"), "{errors}");
    let (code, errors) =
        with_input(&server, &["user", "set-password", "nobody"], "long enough").await;
    assert_eq!(code, 1);
    assert!(errors.contains("nobody"), "{errors}");
    let (code, _) = with_input(&server, &add, "a password with a newline behind").await;
    assert_eq!(code, 1, "that address is taken");
}

#[tokio::test]
async fn a_password_that_someone_else_chose_is_replaced_before_anyone_is_signed_in() {
    let server = Server::start().await;
    let add = ["user", "add", "carol@example.com", "--password-stdin"];
    let (code, errors) = with_input(&server, &add, "chosen by an operator").await;
    assert_eq!(code, 0, "{errors}");
    assert!(!signs_in(&server, "carol@example.com", "chosen by an operator").await);

    let mut browser = server.signed_in().await;
    let tokens = server.tokens(&mut browser, &[]).await;
    let set = ["user", "set-password", "alice"];
    let (code, errors) = with_input(&server, &set, "chosen by an operator").await;
    assert_eq!(code, 0, "{errors}");
    assert!(!browser.get("/").await.body.contains("Alice"), "signed out");
    server.follow().await;
    assert!(!server.is_active(&tokens.access).await);
    assert!(!signs_in(&server, "alice", "chosen by an operator").await);
}

#[tokio::test]
async fn what_is_demanded_of_a_person_is_set_and_shown() {
    let server = Server::start().await;
    let shown = async || fine(&server, &["user", "show", "alice"]).await;
    let has = |shown: &str, what: &str, value: &str| {
        let line = format!("{what:<15}  {value}");
        assert!(shown.lines().any(|other| other == line), "{line}: {shown}");
    };
    let before = shown().await;
    for (what, value) in [
        ("e-mail", "alice@example.com"),
        ("administrator", "no"),
        ("mfa", "default"),
        ("password", "yes"),
        ("authenticator", "no"),
    ] {
        has(&before, what, value);
    }
    fine(&server, &["user", "set", "alice", "--mfa", "always", "--administrator"]).await;
    let after = shown().await;
    has(&after, "administrator", "yes");
    has(&after, "mfa", "always");
    assert!(!signs_in(&server, "alice", PASSWORD).await, "a second factor is to be set up");
    fine(&server, &["user", "set", "alice", "--administrator=false"]).await;
    has(&shown().await, "mfa", "always");
    fine(&server, &["user", "set", "alice", "--mfa", "default"]).await;
    has(&shown().await, "mfa", "default");
    has(&shown().await, "administrator", "no");
    assert!(signs_in(&server, "alice", PASSWORD).await);
    assert_eq!(signet(&server, &["user", "set", "alice", "--mfa", "sometimes"]).await.0, 2);
    assert_eq!(signet(&server, &["user", "show", "nobody"]).await.0, 1);
}

#[tokio::test]
async fn someone_who_lost_every_factor_gets_in_again() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    for sql in [
        "INSERT INTO totp (user_id, sealed, sealed_with, created_at, confirmed_at)
         SELECT id, '', 'test', created_at, created_at FROM users WHERE username = 'alice'",
        "INSERT INTO recovery_codes (user_id, code_hash, created_at)
         SELECT id, '', created_at FROM users WHERE username = 'alice'",
        "INSERT INTO passkeys (id, user_id, credential_id, credential, name, created_at)
         SELECT id, id, '', '{}', 'Key', created_at FROM users WHERE username = 'alice'",
    ] {
        sqlx::query(sql).execute(&server.db).await.expect("written");
    }
    assert!(!signs_in(&server, "alice", PASSWORD).await);
    let shown = fine(&server, &["user", "show", "alice"]).await;
    assert!(shown.contains("authenticator    yes"), "{shown}");
    fine(&server, &["user", "reset-factors", "alice"]).await;
    assert!(!browser.get("/").await.body.contains("Alice"), "signed out");
    assert!(signs_in(&server, "alice", PASSWORD).await);
    let none = fine(&server, &["user", "reset-factors", "alice"]).await;
    assert!(none.contains("none"), "{none}");
    let kinds: Vec<String> = sqlx::query_scalar(
        "SELECT kind FROM audit_events WHERE detail ->> 'factor' = 'all' AND user_id IS NOT NULL",
    )
    .fetch_all(&server.db)
    .await
    .expect("read");
    assert_eq!(kinds, ["factor.removed", "factor.removed"]);
}

#[tokio::test]
async fn a_manifest_says_what_is_demanded_of_a_person() {
    let server = Server::start().await;
    let entry = "[[user]]\nemail = \"alice@example.com\"\nemail_verified = true\nusername = \"alice\"\n\
                 name = \"Alice Example\"\n";
    let manifest = |more: &str| {
        signet::admin::manifest::Manifest::parse(&format!("{entry}{more}")).expect("a manifest")
    };
    let plan = async |more: &str| {
        let plan = signet::admin::manifest::plan(&server.db, &manifest(more)).await;
        plan.expect("a plan").remove(0).to_string()
    };
    assert!(plan("").await.starts_with('='), "left out, it stays");
    let demanding = "mfa = \"always\"\nadministrator = true";
    assert!(plan(demanding).await.starts_with('~'));
    server.apply(&format!("{entry}{demanding}")).await;
    assert!(plan(demanding).await.starts_with('='));
    assert!(plan("").await.starts_with('='), "left out, it stays");
    let shown = fine(&server, &["user", "show", "alice"]).await;
    assert!(shown.contains("administrator    yes"), "{shown}");
}

#[tokio::test]
async fn without_a_password_no_one_signs_in() {
    let server = Server::start().await;
    fine(&server, &["user", "add", "carol@example.com"]).await;
    assert!(!signs_in(&server, "carol@example.com", "").await);
    assert!(!signs_in(&server, "carol@example.com", "any password at all").await);
}

#[tokio::test]
async fn a_client_is_shown_with_the_ids_of_its_secrets_and_loses_one_by_its_id() {
    let server = Server::start().await;
    let old = server.secret(SERVICE);
    let new = fine(&server, &["client", "add-secret", SERVICE]).await.trim().to_owned();
    let shown = fine(&server, &["client", "show", SERVICE]).await;
    assert!(shown.contains("\"client_name\": \"Service\""), "{shown}");
    assert!(!shown.contains("sgx_"), "a secret is shown once: {shown}");
    let secrets: Vec<&str> =
        shown.lines().filter_map(|line| line.strip_prefix("secret ")).collect();
    assert_eq!(secrets.len(), 2, "{shown}");
    // The tests' clock is years ahead of the command's.
    let (id, _) = secrets
        .iter()
        .find_map(|line| line.split_once(" since 2030-01-01"))
        .unwrap_or_else(|| panic!("{shown}"));
    assert!(is_accepted(&server, old).await && is_accepted(&server, &new).await);
    fine(&server, &["client", "remove-secret", SERVICE, id]).await;
    assert!(!is_accepted(&server, old).await);
    assert!(is_accepted(&server, &new).await);
    assert_eq!(signet(&server, &["client", "remove-secret", SERVICE, id]).await.0, 1);
    assert_eq!(signet(&server, &["client", "show", "nobody"]).await.0, 1);
}

#[tokio::test]
async fn a_disabled_client_is_refused_until_it_is_enabled() {
    let server = Server::start().await;
    let secret = server.secret(SERVICE);
    fine(&server, &["client", "disable", SERVICE]).await;
    assert!(!is_accepted(&server, secret).await);
    fine(&server, &["client", "enable", SERVICE]).await;
    assert!(is_accepted(&server, secret).await);
    assert_eq!(signet(&server, &["client", "disable", "nobody"]).await.0, 1);
}

#[tokio::test]
async fn a_generated_secret_can_be_brought_along() {
    let (code, secret, _) = run(Command::new(BINARY).args(["client", "generate-secret"])).await;
    assert_eq!(code, 0, "it needs neither database nor configuration");
    let server = Server::start().await;
    let secret = secret.trim();
    let manifest = "[[client]]\nclient_id = \"service\"\nclient_name = \"Service\"\n\
                    token_endpoint_auth_method = \"client_secret_basic\"\n\
                    grant_types = [\"client_credentials\"]\nscopes = [\"read\"]\n\
                    resources = [\"https://api.example.com\"]\nsecret_env = \"SERVICE_SECRET\"\n";
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("manifest.toml");
    std::fs::write(&file, manifest).expect("written");
    let mut apply = command(&server.database.url);
    apply.env("SERVICE_SECRET", secret).arg("apply").arg(&file);
    let (code, _, errors) = run(&mut apply).await;
    assert_eq!(code, 0, "{errors}");
    server.follow().await;
    assert!(is_accepted(&server, secret).await);
}

#[tokio::test]
async fn deleting_a_client_revokes_what_it_was_granted() {
    let server = Server::start().await;
    let tokens = server.tokens(&mut server.browser(), &[]).await;
    assert!(server.is_active(&tokens.access).await);
    fine(&server, &["client", "delete", SPA]).await;
    assert!(!server.is_active(&tokens.access).await);
    assert_eq!(server.refresh(tokens.refresh(), &[]).await.status(), 401, "no such client");
    let grants: Vec<bool> = sqlx::query_scalar("SELECT revoked_at IS NOT NULL FROM grants")
        .fetch_all(&server.db)
        .await
        .expect("grants");
    assert_eq!(grants, [true]);
    assert_eq!(signet(&server, &["client", "delete", SPA]).await.0, 1, "it is gone");
}

#[tokio::test]
async fn a_disabled_person_is_out_and_an_enabled_one_back() {
    let server = Server::start().await;
    let tokens = server.tokens(&mut server.browser(), &[]).await;
    fine(&server, &["user", "disable", "alice"]).await;
    assert!(!server.is_active(&tokens.access).await);
    assert!(!signs_in(&server, EMAIL, crate::support::PASSWORD).await);
    fine(&server, &["user", "enable", EMAIL]).await;
    assert!(signs_in(&server, EMAIL, crate::support::PASSWORD).await);
    assert!(!server.is_active(&tokens.access).await);
}

/// What `key list` says of each key: algorithm, state, id.
async fn keys(server: &Server) -> Vec<(String, String, String)> {
    let listed = fine(server, &["key", "list"]).await;
    let words = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let word = |at: usize| words[at].to_owned();
        (word(0), word(1), words.last().copied().unwrap_or_default().to_owned())
    };
    listed.lines().map(words).collect()
}

#[tokio::test]
async fn a_key_that_is_added_comes_and_one_that_is_rotated_at_once_signs() {
    // Commands go by the system's clock, and so must the first keys.
    let database = Database::empty().await;
    assert_eq!(run(command(&database.url).arg("migrate")).await.0, 0);
    let options = Options { clock: Some(signet::clock::Clock::System), ..Options::default() };
    let server = Server::on(std::sync::Arc::new(database), options).await;
    let states = |keys: &[(String, String, String)], alg: &str| -> Vec<String> {
        keys.iter().filter(|key| key.0 == alg).map(|key| key.1.clone()).collect()
    };
    fine(&server, &["key", "add", "EdDSA"]).await;
    assert_eq!(states(&keys(&server).await, "EdDSA"), ["comes", "signs"]);
    fine(&server, &["key", "rotate"]).await;
    let after = keys(&server).await;
    assert_eq!(states(&after, "EdDSA"), ["comes", "comes", "signs"]);
    assert_eq!(states(&after, "ES256"), ["comes", "signs"], "every algorithm");
    assert_eq!(states(&after, "RS256"), ["comes", "signs"]);
    assert_eq!(states(&after, "RSA-OAEP-256"), ["comes", "encrypts"]);
    assert_eq!(states(&after, "ECDH-ES"), ["comes", "encrypts"]);
    let printed = fine(&server, &["key", "rotate", "ES256", "--now"]).await;
    let kid = printed.split_whitespace().last().expect("a kid");
    let now = keys(&server).await;
    assert!(now.contains(&("ES256".to_owned(), "signs".to_owned(), kid.to_owned())), "{now:?}");
    let jwks = server.get("/jwks").await.text().await.expect("text");
    for (alg, state, kid) in &now {
        let published = match alg.as_str() {
            "RSA-OAEP-256" | "ECDH-ES" => state == "encrypts",
            _ => state != "retired",
        };
        assert_eq!(jwks.contains(kid), published, "{alg} {state} {kid}");
    }
    fine(&server, &["key", "add", "ECDH-ES"]).await;
    assert_eq!(states(&keys(&server).await, "ECDH-ES"), ["comes", "comes", "encrypts"]);
    assert_eq!(signet(&server, &["key", "add", "HS256"]).await.0, 2, "clap says which there are");
}

#[tokio::test]
async fn everything_is_resealed_under_a_new_master_key() {
    let server = Server::start().await;
    let tokens = server.tokens(&mut server.browser(), &[]).await;
    let old = signet::keys::MasterKeys::parse(crate::support::database::MASTER_KEY);
    old.expect("a master key");
    let new = signet::keys::MasterKeys::generate("new", &server.app.entropy);
    let both = format!("{},{}", *new, crate::support::database::MASTER_KEY);
    let with = |master: &str, arguments: &[&str]| {
        let mut command = command(&server.database.url);
        command.env("SIGNET_MASTER_KEY", master).args(arguments);
        async move { run(&mut command).await }
    };
    let (code, _, errors) = with(&new, &["key", "list"]).await;
    assert_eq!(code, 1, "not yet");
    assert!(errors.contains("sealed with master key \"test\""), "{errors}");
    let (code, printed, errors) = with(&both, &["key", "reseal"]).await;
    assert_eq!(code, 0, "{errors}");
    assert_eq!(printed, "8 resealed under new\n", "five keys and three secrets");
    assert_eq!(with(&new, &["key", "list"]).await.0, 0);
    let (code, _, errors) = signet(&server, &["key", "list"]).await;
    assert_eq!(code, 1, "the old one is not needed any more");
    assert!(errors.contains("\"new\""), "{errors}");
    Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
}

#[tokio::test]
async fn two_manifests_are_applied_as_one() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).expect("written");
        file.to_str().expect("UTF-8").to_owned()
    };
    let resource = write("a.toml", "[[resource]]\nidentifier = \"urn:a\"\nname = \"A\"\n");
    let client = "[[client]]\nclient_id = \"b\"\nclient_name = \"B\"\n\
                  token_endpoint_auth_method = \"none\"\ngrant_types = []\n";
    let client = write("b.toml", client);
    let printed = fine(&server, &["apply", &resource, &client]).await;
    assert!(
        printed.contains("+ resource urn:a\n") && printed.contains("+ client b\n"),
        "{printed}"
    );
    assert!(printed.ends_with("2 changed\n"), "{printed}");
    let wrong = write("c.toml", "[[client]]\nclient_id = 7");
    let (code, _, errors) = signet(&server, &["apply", &resource, &wrong]).await;
    assert_eq!(code, 1);
    assert!(errors.contains("c.toml"), "the file is named: {errors}");
}

#[tokio::test]
async fn serve_reads_its_file_and_names_what_it_does_not_know() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("signet.toml");
    for (text, named) in [
        ("[server]\nisuer = \"https://id.example\"", "isuer"),
        ("[sever]\nissuer = \"https://id.example\"", "sever"),
        ("[server]\nissuer = 7", "server.issuer"),
        ("[server", "configuration"),
    ] {
        std::fs::write(&file, text).expect("written");
        let mut serve = command("postgres://signet@localhost/nowhere?host=/nowhere");
        let (code, _, errors) = run(serve.args(["serve", "--config"]).arg(&file)).await;
        assert_eq!(code, 1, "{text}");
        assert!(errors.contains(named), "{text}: {errors}");
    }
}

#[tokio::test]
async fn serve_without_migrating_refuses_a_database_that_lacks_some() {
    let database = Database::empty().await;
    let (code, _, errors) = run(command(&database.url).args(["serve", "--no-migrate"])).await;
    assert_eq!(code, 1);
    assert!(errors.contains("signet migrate"), "{errors}");
    let db = storage::connect(&database.url, 1, std::time::Duration::from_secs(5)).expect("a pool");
    let tables: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_sqlx_migrations'")
            .fetch_one(&db)
            .await
            .expect("counted");
    assert_eq!(tables, 0, "nothing was made");

    storage::migrate(&db).await.expect("migrated");
    let mut serve = command(&database.url);
    serve.args(["serve", "--no-migrate"]).env("SIGNET_SERVER__LISTEN", "127.0.0.1:0");
    serve.stderr(Stdio::piped());
    let mut child = serve.spawn().expect("it starts");
    let mut log = tokio::io::BufReader::new(child.stderr.take().expect("piped"));
    let mut line = String::new();
    let reading = async {
        while !line.contains("listening") {
            use tokio::io::AsyncBufReadExt;
            assert!(log.read_line(&mut line).await.expect("UTF-8") > 0, "{line}");
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), reading).await.expect("it listens");
}

/// What a command's help lists as its own commands.
fn subcommands(help: &str) -> Vec<String> {
    let listed = help.split_once("Commands:\n").map(|(_, rest)| rest).unwrap_or_default();
    let listed = listed.lines().take_while(|line| !line.trim().is_empty());
    // A description that goes on in the next line is indented further.
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[tokio::test]
async fn every_command_there_is_has_an_example_that_names_it() {
    let mut paths: Vec<Vec<String>> = vec![Vec::new()];
    let mut seen = 0;
    while let Some(path) = paths.pop() {
        let mut help = Command::new(BINARY);
        let (code, help, errors) = run(help.args(&path).arg("--help")).await;
        assert_eq!(code, 0, "{path:?}: {errors}");
        if !path.is_empty() {
            seen += 1;
            let example =
                help.split_once("Example:\n").unwrap_or_else(|| panic!("{path:?}:\n{help}"));
            assert!(example.1.contains(&format!("signet {}", path.join(" "))), "{path:?}:\n{help}");
        }
        paths.extend(subcommands(&help).into_iter().map(|name| {
            let mut path = path.clone();
            path.push(name);
            path
        }));
    }
    assert!(seen >= 25, "{seen}");
}

/// The report of `signet doctor` beside a server, with these master keys.
async fn doctor(
    server: &crate::support::process::Process,
    url: &str,
    master: &str,
) -> (i32, String) {
    let mut doctor = command(url);
    doctor.env("SIGNET_SERVER__ISSUER", &server.issuer).env("SIGNET_MASTER_KEY", master);
    let (code, report, errors) = run(doctor.arg("doctor")).await;
    (code, report + &errors)
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_is_content_beside_a_server_that_is_well_and_names_master_keys_that_are_not() {
    use crate::support::{database::MASTER_KEY, process::Process};
    let database = Database::filled().await;
    let server = Process::serve(command(&database.url), free_port()).await;
    let mut browser = Browser::new(&server.issuer);
    assert_eq!(browser.get("/readyz").await.status, 200);
    let url = database.url.as_str();
    let file = tempfile::NamedTempFile::new().expect("a file");
    let client = "[[client]]\nclient_id = \"signs\"\nclient_name = \"Signs\"\ngrant_types = []\n\
                  token_endpoint_auth_method = \"client_secret_jwt\"";
    std::fs::write(file.path(), client).expect("written");
    assert_eq!(run(command(url).arg("apply").arg(file.path())).await.0, 0);
    let (code, report) = doctor(&server, url, MASTER_KEY).await;
    assert_eq!(code, 0, "{report}");
    assert!(!report.contains("FAIL"), "{report}");
    assert!(report.contains("ok    1 clients' secrets open"), "{report}");
    assert!(report.contains("ok    issuer") && report.contains("keys open"), "{report}");

    let entropy = signet::entropy::Entropy::system();
    let other = signet::keys::MasterKeys::generate("other", &entropy);
    let (code, report) = doctor(&server, url, &other).await;
    assert_eq!(code, 1, "{report}");
    assert!(
        report.contains("FAIL") && report.contains("\"test\""),
        "which one is missing: {report}"
    );
    let same_name = signet::keys::MasterKeys::generate("test", &entropy);
    let (code, report) = doctor(&server, url, &same_name).await;
    assert_eq!(code, 1, "{report}");
    assert!(report.contains("does not open"), "{report}");

    let both = format!("{},{MASTER_KEY}", *other);
    let (code, report) = doctor(&server, url, &both).await;
    assert_eq!(code, 1, "{report}");
    assert!(
        report.contains("former master key") && report.contains("signet key reseal"),
        "{report}"
    );
}

#[tokio::test]
async fn configuration_is_looked_for_where_the_variable_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("signet.toml");
    std::fs::write(&file, "[logging]\nformat = \"xml\"").expect("written");
    let by_variable = |file: &Path| {
        let mut command = command("postgres://nowhere");
        command.env("SIGNET_CONFIG", file).arg("serve");
        async move { run(&mut command).await }
    };
    let (code, _, errors) = by_variable(&file).await;
    assert_eq!(code, 1);
    assert!(errors.contains("logging.format"), "{errors}");
}
