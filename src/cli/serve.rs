//! `signet serve`: the server.

use std::{future::Future, process::ExitCode};

use anyhow::Context;
use sqlx::PgPool;
use tokio::signal::unix::{SignalKind, signal};

use super::{database, master_keys, start_logging};
use crate::{
    app::{App, AppState},
    clock::Clock,
    config::Config,
    entropy::Entropy,
    http::{
        self,
        listener::{Limits, Listener},
        management,
    },
    storage,
};

/// What `serve` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// Do not apply migrations at start; refuse to start if some are missing.
    #[arg(long)]
    no_migrate: bool,
}

pub async fn run(config: Config, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    start_logging(&config.logging)?;
    let master = master_keys(&config)?;
    let db = database(&config)?;
    prepare(&db, arguments.no_migrate).await?;
    let app = App::load(config, Clock::System, Entropy::system(), db, master, None).await?;
    serve(app, terminated()?, |_| Ok(())).await?;
    Ok(ExitCode::SUCCESS)
}

async fn prepare(db: &PgPool, no_migrate: bool) -> anyhow::Result<()> {
    if no_migrate {
        let pending = storage::pending_migrations(db).await.context("database")?;
        anyhow::ensure!(pending.is_empty(), "the database lacks migrations: run `signet migrate`");
        return Ok(());
    }
    storage::migrate(db).await.context("database")
}

/// Serves until `shutdown`; `ready` is told the address once requests are accepted.
pub async fn serve(
    app: AppState,
    shutdown: impl Future<Output = ()>,
    ready: impl FnOnce(std::net::SocketAddr) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    raise_file_limit();
    let server = &app.config.server;
    let metrics = management::install_metrics();
    let limits = Limits::of(server);
    let listener = Listener::bind(server.listen, server.tls().as_ref(), limits)
        .await
        .with_context(|| format!("server.listen: {}", server.listen))?;
    let grace = server.shutdown_timeout.0;
    let management = match server.management_listen {
        Some(address) => Some(
            Listener::bind(address, None, limits)
                .await
                .with_context(|| format!("server.management_listen: {address}"))?,
        ),
        None => None,
    };
    let gate = match app.config.gate.listen {
        Some(address) => Some(
            Listener::bind(address, None, limits)
                .await
                .with_context(|| format!("gate.listen: {address}"))?,
        ),
        None => None,
    };
    app.start_background();
    let address = listener.address()?;
    tracing::info!(%address, issuer = server.issuer.as_str(), "listening");
    ready(address)?;
    let (stop, stopped) = tokio::sync::watch::channel(());
    let management = management.map(|listener| {
        let mut stopped = stopped.clone();
        let service = management::Service::new(app.clone(), metrics);
        tokio::spawn(async move {
            let stopped = async move { drop(stopped.changed().await) };
            listener.serve(service, stopped, grace).await;
        })
    });
    let (close, closed) = tokio::sync::watch::channel(());
    let gate = gate.map(|listener| {
        let mut stopped = closed.clone();
        let service = http::gate::Service::new(&app);
        tokio::spawn(async move {
            let stopped = async move { drop(stopped.changed().await) };
            listener.serve(service, stopped, grace).await;
        })
    });
    let shutdown = async move {
        shutdown.await;
        drop(close);
    };
    listener.serve(http::Service::new(&app), shutdown, grace).await;
    tracing::info!("stopping");
    if let Some(gate) = gate {
        let _ = gate.await;
    }
    app.audit.flush().await;
    if let Err(error) = app.replica.write_api_key_uses().await {
        tracing::warn!(%error, "the last uses of API keys were not written");
    }
    if let Err(error) = app.replica.write_gate_session_uses().await {
        tracing::warn!(%error, "the last uses of sessions at sites were not written");
    }
    // What goes on in the background ends with it.
    app.db.close().await;
    drop(stop);
    if let Some(management) = management {
        let _ = management.await;
    }
    Ok(())
}

/// Connections are files, and what a process may have open is often set for shells and not for servers: as many as it
/// may raise that to by itself.
fn raise_file_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "the limit of open files stays");
    }
}

/// Resolves when the process is asked to end.
pub fn terminated() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    // The terminal was closed.
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}
