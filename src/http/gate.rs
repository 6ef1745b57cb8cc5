//! What answers the gate's listener, which reverse proxies alone may reach: who may not ask is told nothing.

use std::{net::SocketAddr, panic::AssertUnwindSafe, sync::Arc};

use axum::{
    Router,
    body::Body,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use http::{Request, StatusCode, header};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use metrics::counter;
use tracing::Instrument;

use super::{
    address,
    listener::{Answer, Arrived},
    request_id::RequestIds,
    service::{REQUEST_ID, guard},
};
use crate::{
    app::AppState,
    audit::Origin,
    gate::proxy::{self, path},
    web::{language::Language, surroundings::Surroundings},
};

/// Answers the gate's listener.
#[derive(Clone)]
pub struct Service(Arc<Parts>);

struct Parts {
    app: AppState,
    ids: RequestIds,
    router: TowerToHyperService<Router>,
}

impl Service {
    /// The service of this application.
    #[must_use]
    pub fn new(app: &AppState) -> Self {
        let router = TowerToHyperService::new(proxy::routes(app.clone()));
        let ids = RequestIds::new(&app.entropy);
        Self(Arc::new(Parts { app: app.clone(), ids, router }))
    }
}

impl Answer for Service {
    async fn answer(&self, peer: SocketAddr, request: Arrived) -> Response {
        let Parts { app, ids, router } = &*self.0;
        let peer = peer.ip().to_canonical();
        let proxies = &app.config.gate.proxies;
        if !peer.is_loopback() && !address::is_trusted(peer, proxies) {
            tracing::warn!(%peer, "someone who is not in gate.proxies asks the gate");
            return StatusCode::FORBIDDEN.into_response();
        }
        let request_id = ids.next();
        // Nothing here reads a body: what a request is about is in its head.
        let mut request: Request<Body> = request.map(|_| Body::empty());
        let address = address::behind(peer, request.headers(), proxies);
        let origin = Origin { address, request_id: Some(request_id.as_str().to_owned()) };
        request.extensions_mut().insert(origin);
        let language = request
            .headers()
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|list| Language::of_accept_language(list.to_str().ok()?))
            .unwrap_or_default();
        let surroundings = Surroundings::new(language, request.uri(), path::OWN);
        let span =
            tracing::info_span!("gate", id = %request_id.as_str(), path = request.uri().path());
        let handled = AssertUnwindSafe(router.call(request)).catch_unwind();
        let answered = tokio::time::timeout(app.config.server.request_timeout.0, handled);
        let mut response = match surroundings.surround(answered.instrument(span)).await {
            Ok(Ok(Ok(response))) => response,
            Ok(Ok(Err(never))) => match never {},
            Ok(Err(_)) => {
                tracing::error!("a handler panicked");
                counter!("signet_panics_total").increment(1);
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
            Err(_) => {
                tracing::warn!("a request to the gate took too long");
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
        };
        counter!("signet_gate_requests_total", "status" => class(response.status())).increment(1);
        let headers = response.headers_mut();
        headers.insert(REQUEST_ID, request_id.value());
        // What lets a request through is for the proxy; all else is for browsers too.
        if response.status() != StatusCode::OK || !response.headers().contains_key("remote-user") {
            guard(response.headers_mut(), false);
        }
        response
    }
}

const fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        0..300 => "2xx",
        300..400 => "3xx",
        401 => "401",
        403 => "403",
        400..500 => "4xx",
        _ => "5xx",
    }
}
