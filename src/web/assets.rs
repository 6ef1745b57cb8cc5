//! Static files, compiled in and named by their digest, so that browsers keep them for ever.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::entity_tag;
use crate::tokens::digest::Digest;

/// A static file.
pub struct Asset {
    /// Where it is.
    pub url: String,
    content: &'static [u8],
    media_type: &'static str,
    etag: String,
    immutable: bool,
}

/// The one stylesheet.
pub static STYLESHEET: LazyLock<Asset> = LazyLock::new(|| {
    Asset::named(
        "signet",
        "css",
        include_bytes!("../../static/signet.css"),
        "text/css; charset=utf-8",
    )
});

/// Submits the page of `response_mode=form_post`.
pub static FORM_POST: LazyLock<Asset> = LazyLock::new(|| {
    Asset::named("form_post", "js", include_bytes!("../../static/form_post.js"), JAVASCRIPT)
});

/// Asks the browser for passkeys.
pub static PASSKEYS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::named("passkeys", "js", include_bytes!("../../static/passkeys.js"), JAVASCRIPT)
});

/// Shows how strong a password is that is typed.
pub static STRENGTH: LazyLock<Asset> = LazyLock::new(|| {
    Asset::named("strength", "js", include_bytes!("../../static/strength.js"), JAVASCRIPT)
});

/// Goes on from the page that signs a person out of applications.
pub static SIGNED_OUT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::named("signed_out", "js", include_bytes!("../../static/signed_out.js"), JAVASCRIPT)
});

/// Compares a `session_state` with the state of the browser.
pub static CHECK_SESSION: LazyLock<Asset> = LazyLock::new(|| {
    Asset::named("check_session", "js", include_bytes!("../../static/check_session.js"), JAVASCRIPT)
});

/// The playground of development mode.
pub static PLAYGROUND: LazyLock<Asset> = LazyLock::new(|| {
    Asset::named("playground", "js", include_bytes!("../../static/playground.js"), JAVASCRIPT)
});

/// The icon, under a name that stays.
pub static FAVICON: LazyLock<Asset> = LazyLock::new(|| {
    let content = include_bytes!("../../static/favicon.svg");
    let mut icon = Asset::named("favicon", "svg", content, "image/svg+xml");
    "/assets/favicon.svg".clone_into(&mut icon.url);
    icon.immutable = false;
    icon
});

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

impl Asset {
    fn named(
        name: &str,
        extension: &str,
        content: &'static [u8],
        media_type: &'static str,
    ) -> Self {
        let digest = &Digest::of(content).base64url()[..12];
        Self {
            url: format!("/assets/{name}.{digest}.{extension}"),
            content,
            media_type,
            etag: format!("\"{digest}\""),
            immutable: true,
        }
    }

    /// The file.
    #[must_use]
    pub fn response(&self, headers: &HeaderMap) -> Response {
        let caching = if self.immutable {
            "public, max-age=31536000, immutable"
        } else {
            "public, max-age=86400"
        };
        let etag = HeaderValue::from_str(&self.etag).ok();
        let known = etag.as_ref().is_some_and(|etag| entity_tag::is_known(headers, etag));
        let mut response = if known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(header::CONTENT_TYPE, self.media_type)], self.content).into_response()
        };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        if let Some(etag) = etag {
            response.headers_mut().insert(header::ETAG, etag);
        }
        response
    }
}

/// The file at `path`, if there is one.
#[must_use]
pub fn find(path: &str) -> Option<&'static Asset> {
    [
        &*STYLESHEET,
        &*FORM_POST,
        &*PASSKEYS,
        &*STRENGTH,
        &*SIGNED_OUT,
        &*CHECK_SESSION,
        &*PLAYGROUND,
        &*FAVICON,
    ]
    .into_iter()
    .find(|asset| asset.url == path)
}
