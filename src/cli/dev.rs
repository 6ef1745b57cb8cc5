//! `signet dev`: everything a newcomer needs, on one machine, in one folder.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;

use super::{print, serve, start_logging};
use crate::{
    app::App,
    clock::Clock,
    config::{Config, Issuer, RegistrationMode},
    dev::{
        cluster::Cluster,
        demo::{self, Credentials},
        mail, playground,
    },
    entropy::Entropy,
    keys::MasterKeys,
    oauth::metadata::path,
    storage,
};

/// What `dev` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// Begin anew: remove the folder with its database, keys and demonstration data first.
    #[arg(long)]
    reset: bool,
    /// The folder that everything is kept in.
    #[arg(long, default_value = ".signet", value_name = "FOLDER")]
    dir: PathBuf,
    /// The port on loopback; 0 for a free one. Without it 8080, or the next that is free.
    #[arg(long)]
    port: Option<u16>,
}

pub async fn run(mut config: Config, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    start_logging(&config.logging)?;
    let folder = &arguments.dir;
    if arguments.reset {
        check_ours(folder)?;
    }
    private_folder(folder)?;
    let _lock = lock(folder)?;
    if arguments.reset {
        reset(folder).await?;
    }
    // Before anything is started, so that Ctrl-C stops all of it.
    let terminated = serve::terminated()?;
    let entropy = Entropy::system();
    let master = master_key(&folder.join("master.key"), &entropy)?;
    let credentials = Credentials::load(&folder.join("demo.toml"), &entropy)?;
    let cluster = Cluster::start(&folder.join("postgres"), &[]).await?;
    let outcome = async {
        let port = port(arguments.port)?;
        config.server.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        config.server.management_listen = None;
        // Nothing is sent anywhere: whoever tries Signet reads the messages at /dev/mail.
        config.registration.mode = RegistrationMode::Open;
        config.server.issuer =
            Issuer::parse(&format!("http://localhost:{port}")).map_err(anyhow::Error::msg)?;
        let timeout = config.database.acquire_timeout.0;
        let db =
            storage::connect(&cluster.url("postgres"), config.database.max_connections, timeout)?;
        storage::migrate(&db).await?;
        let demo = Some(credentials.demo());
        let app = App::load(config, Clock::System, entropy, db, master, demo).await?;
        demo::apply(&app, &credentials).await?;
        // The first request may come before the first poll.
        app.replica.follow(&app.keys, app.clock.now()).await?;
        let issuer = app.config.server.issuer.clone();
        serve::serve(app, terminated, |_| {
            print(&welcome(&issuer, &credentials, folder));
            Ok(())
        })
        .await
    }
    .await;
    cluster.stop().await?;
    outcome.map(|()| ExitCode::SUCCESS)
}

/// What `signet dev` did not make is not for it to remove.
fn check_ours(folder: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        !folder.exists() || folder.join("master.key").exists(),
        "{} was not made by `signet dev`: it is left alone",
        folder.display()
    );
    Ok(())
}

/// Removes all that is kept.
async fn reset(folder: &Path) -> anyhow::Result<()> {
    let postgres = folder.join("postgres");
    Cluster::stop_former(&postgres).await?;
    if postgres.exists() {
        fs::remove_dir_all(&postgres).with_context(|| postgres.display().to_string())?;
    }
    for name in ["demo.toml", "master.key"] {
        let file = folder.join(name);
        if file.exists() {
            fs::remove_file(&file).with_context(|| file.display().to_string())?;
        }
    }
    Ok(())
}

/// Others may pass through to the socket's folder, which has its own guard, and read nothing.
fn private_folder(folder: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o711))?;
    Ok(())
}

/// One process a folder. The lock ends with the process, however it ends.
fn lock(folder: &Path) -> anyhow::Result<fs::File> {
    let file = fs::File::create(folder.join("lock"))?;
    file.try_lock()
        .with_context(|| format!("another `signet dev` runs in {}", folder.display()))?;
    Ok(file)
}

fn master_key(file: &Path, entropy: &Entropy) -> anyhow::Result<MasterKeys> {
    if !file.exists() {
        let text = MasterKeys::generate("dev", entropy);
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(file)?;
        std::io::Write::write_all(&mut file, text.as_bytes())?;
    }
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    MasterKeys::parse(&text).with_context(|| file.display().to_string())
}

/// The port asked for, or the first that is free from 8080 on.
fn port(asked: Option<u16>) -> anyhow::Result<u16> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    if let Some(port) = asked {
        let listener = bind(port).with_context(|| format!("port {port}"))?;
        return Ok(listener.local_addr()?.port());
    }
    (8080..8180).find(|&port| bind(port).is_ok()).context("no port from 8080 to 8179 is free")
}

fn welcome(issuer: &Issuer, credentials: &Credentials, folder: &Path) -> String {
    let Credentials { password, service_secret, api_secret } = credentials;
    format!(
        "
Signet is running at {issuer:?}   (Ctrl-C stops it; everything is kept in {folder})

  Playground       {playground}
  Mail             {mail}
  Metadata         {metadata}
  Person           alice@example.com   {password}
  Public client    {spa}   (code + PKCE, refresh)
  Service client   {service}   {service_secret}
  Resource server  {api}   {api_secret}
  Resource         {resource}   scopes orders:read, orders:write

A token for the service, and what the resource server learns of it:

  TOKEN=$(curl -s -u {service}:{service_secret} \\
    -d grant_type=client_credentials -d scope=orders:read \\
    {token} | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')
  curl -s -u {api}:{api_secret} -d token=$TOKEN {introspect}
",
        folder = folder.display(),
        playground = issuer.join(playground::PATH),
        mail = issuer.join(mail::PATH),
        metadata = issuer.join(path::OPENID),
        spa = demo::SPA,
        service = demo::SERVICE,
        api = demo::API,
        resource = demo::RESOURCE,
        token = issuer.join(path::TOKEN),
        introspect = issuer.join(path::INTROSPECT),
    )
}
