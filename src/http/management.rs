//! For operators and their tools: health, readiness, metrics.

use std::net::SocketAddr;

use axum::{
    Router,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::StatusCode;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use super::listener::{Answer, Arrived};
use crate::app::AppState;

/// Installs the process's metrics recorder. `None` if there is one already, as in tests.
#[must_use]
pub fn install_metrics() -> Option<PrometheusHandle> {
    PrometheusBuilder::new().install_recorder().ok()
}

/// Answers the management listener.
#[derive(Clone)]
pub struct Service(TowerToHyperService<Router>);

impl Service {
    /// The service of this application, with the metrics of this process.
    #[must_use]
    pub fn new(app: AppState, metrics: Option<PrometheusHandle>) -> Self {
        let text = move || {
            let metrics = metrics.clone();
            async move { metrics.map(|metrics| metrics.render()).unwrap_or_default() }
        };
        let router = Router::new()
            .route("/metrics", get(text))
            .route("/healthz", get(healthz))
            .route("/readyz", get(readyz))
            .with_state(app);
        Self(TowerToHyperService::new(router))
    }
}

impl Answer for Service {
    async fn answer(&self, _: SocketAddr, request: Arrived) -> Response {
        // Nothing here reads a body.
        match self.0.call(request.map(|_| Body::empty())).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// `GET /healthz`: the process runs and answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers and changes are followed.
pub async fn readyz(State(app): State<AppState>) -> Response {
    if app.replica.is_current() {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, "changes cannot be followed\n").into_response()
}
