//! The HTTP edge: addresses, who may call them, cookies, pages.
//!
//! *What it is:* thin handlers that parse, call one service and present. Both portals are one code
//! path, mounted twice by the catalogue in [`routes`].
//!
//! *What it is not:* no SQL, no policy, no texts. It never sees a table: services of
//! `gatefold-identity` decide, `gatefold-pages` words.
//!
//! *Where to start:* [`routes`] for what is answered, [`guard`] for the one choke point every
//! request passes.

mod admin;
mod api;
mod app;
mod assets;
mod body;
mod cookies;
mod denial;
pub mod guard;
mod headers;
mod health;
mod network;
mod notice;
mod portal;
mod present;
mod return_to;
pub mod routes;
mod visit;

use axum::Router;

pub use app::{App, Parts, RenderMetrics, WebSettings};
pub use axum_extra::extract::cookie::SameSite;
pub use cookies::CookiePolicy;

/// The application as a router. Serve it with connect info, so that the peer's address is known:
/// `into_make_service_with_connect_info::<std::net::SocketAddr>()`.
pub fn router(app: App) -> Router {
    routes::mount(app)
}
