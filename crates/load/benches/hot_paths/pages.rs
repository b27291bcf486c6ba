//! Rendering a page, and what the router adds to that.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use criterion::Criterion;
use gatefold_identity::{Identity, Settings};
use gatefold_pages::sign_in::SignIn;
use gatefold_pages::{Brand, Frame, Locale, Pages, Portal, assets};
use gatefold_ports::SystemEntropy;
use gatefold_store::Database;
use gatefold_web::{App, CookiePolicy, Parts, SameSite, WebSettings};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::place::{ORIGIN, Place, relying_party, runtime};

/// The groups `page` and `router`.
pub(crate) fn bench(criterion: &mut Criterion) {
    let pages = Pages::new().expect("the pages are whole");
    let locale = Locale::all().remove(0);
    let frame = Frame::sample(Portal::Customer, locale);
    let page = SignIn::default();
    criterion.bench_function("page/sign-in", |bencher| {
        bencher.iter(|| pages.render(&frame, &page).expect("the page is whole"));
    });
    let runtime = runtime();
    let place = runtime.block_on(Place::sqlite());
    let router = gatefold_web::router(app(place.db.clone()));
    let mut group = criterion.benchmark_group("router");
    let asset = assets::url("css/gatefold.css");
    for (name, path) in [("login", "/login"), ("asset", asset.as_str())] {
        group.bench_function(name, |bencher| {
            bencher.to_async(&runtime).iter(|| get(&router, path));
        });
    }
    group.finish();
    runtime.block_on(place.db.close());
}

/// Asks as a browser does that comes for the first time, and reads the whole answer.
async fn get(router: &Router, path: &str) -> usize {
    let mut request = Request::get(path)
        .header("host", "localhost:4711")
        .header("accept-language", "en")
        .body(Body::empty())
        .expect("a request");
    let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 40_000));
    request.extensions_mut().insert(ConnectInfo(peer));
    let Ok(response) = router.clone().oneshot(request).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    let body = response.into_body().collect().await;
    body.expect("a body").to_bytes().len()
}

fn app(db: Database) -> App {
    let settings = WebSettings {
        public_url: ORIGIN.parse().expect("an address"),
        trusted_proxies: Vec::new(),
        cookies: CookiePolicy {
            secure: false,
            same_site: SameSite::Lax,
        },
        development: false,
        agent_brand: Brand::named("Gatefold"),
        customer_brand: Brand::named("Gatefold"),
    };
    App::new(Parts {
        identity: Identity::new(db, Arc::new(SystemEntropy), Settings::new(relying_party())),
        pages: Pages::new().expect("the pages are whole"),
        entropy: Arc::new(SystemEntropy),
        metrics: None,
        settings,
    })
}
