//! For operators and their tools: health, readiness, metrics.

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::StatusCode;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::app::AppState;

/// Installs the process's metrics recorder. `None` if there is one already, as in tests.
#[must_use]
pub fn install_metrics() -> Option<PrometheusHandle> {
    PrometheusBuilder::new().install_recorder().ok()
}

/// The router of the management listener.
pub fn router(app: AppState, metrics: Option<PrometheusHandle>) -> Router {
    let text = move || {
        let metrics = metrics.clone();
        async move { metrics.map(|metrics| metrics.render()).unwrap_or_default() }
    };
    Router::new()
        .route("/metrics", get(text))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .with_state(app)
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
