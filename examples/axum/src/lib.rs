//! A shop made with axum, for a request queue of httpsys: routes with parameters, JSON, shared state, an
//! upload and a download that are streamed, server-sent events, an upgrade, and a page for everything else.
//!
//! Nothing in the router depends on httpsys but the handlers that want to: `client` and `upgrade`.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Extension, Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use futures_util::{Stream, StreamExt, stream};
use httpsys::http::{OnUpgrade, RequestInfo};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// An article of the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Its name.
    pub name: String,
    /// Its price.
    pub cents: u64,
}

/// What the handlers share.
#[derive(Clone, Debug, Default)]
pub struct Shop {
    articles: Arc<Mutex<BTreeMap<u64, Article>>>,
}

/// The routes.
pub fn router() -> Router {
    Router::new()
        .route("/", get(|| async { "a shop\n" }))
        .route("/articles", get(list).post(create))
        .route("/articles/{id}", get(show).delete(remove))
        .route("/sum", post(sum).layer(DefaultBodyLimit::disable()))
        .route("/lines/{count}", get(lines))
        .route("/events", get(events))
        .route("/client", get(client))
        .route("/echo", any(upgrade))
        .route("/panics", get(panics))
        .fallback(|| async { (StatusCode::NOT_FOUND, "there is no such page\n") })
        .with_state(Shop::default())
}

impl Shop {
    fn with<R>(&self, change: impl FnOnce(&mut BTreeMap<u64, Article>) -> R) -> R {
        change(&mut self.articles.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a list shows.
#[derive(Debug, Deserialize)]
struct Filter {
    #[serde(default)]
    under: Option<u64>,
}

async fn list(State(shop): State<Shop>, Query(filter): Query<Filter>) -> Json<Vec<Article>> {
    let most = filter.under.unwrap_or(u64::MAX);
    Json(shop.with(|articles| {
        let cheap = articles.values().filter(|article| article.cents < most);
        cheap.cloned().collect()
    }))
}

async fn create(State(shop): State<Shop>, Json(article): Json<Article>) -> impl IntoResponse {
    let id = shop.with(|articles| {
        let id = articles.last_key_value().map_or(1, |(last, _)| last + 1);
        articles.insert(id, article);
        id
    });
    (
        StatusCode::CREATED,
        [(header::LOCATION, format!("/articles/{id}"))],
    )
}

async fn show(State(shop): State<Shop>, Path(id): Path<u64>) -> Result<Json<Article>, StatusCode> {
    let article = shop.with(|articles| articles.get(&id).cloned());
    article.map(Json).ok_or(StatusCode::NOT_FOUND)
}

async fn remove(State(shop): State<Shop>, Path(id): Path<u64>) -> StatusCode {
    match shop.with(|articles| articles.remove(&id)) {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::NOT_FOUND,
    }
}

/// Adds up the bytes of an upload of any size, as they arrive.
async fn sum(body: Body) -> Result<String, StatusCode> {
    let mut data = body.into_data_stream();
    let (mut bytes, mut sum) = (0usize, 0u64);
    while let Some(piece) = data.next().await {
        let piece = piece.map_err(|_| StatusCode::BAD_REQUEST)?;
        bytes += piece.len();
        sum += piece.iter().map(|&byte| u64::from(byte)).sum::<u64>();
    }
    Ok(format!("{bytes} bytes, {sum} in all\n"))
}

/// A download that is made while it is sent.
async fn lines(Path(count): Path<u64>) -> Response {
    let lines = (0..count).map(|n| Ok::<_, Infallible>(Bytes::from(format!("line {n}\n"))));
    let mut response = Body::from_stream(stream::iter(lines)).into_response();
    let text = HeaderValue::from_static("text/plain");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    response
}

async fn events() -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let ticks = (1..=3).map(|n| Ok(Event::default().id(n.to_string()).data("tick")));
    Sse::new(stream::iter(ticks))
}

/// What httpsys knows of the request.
async fn client(Extension(info): Extension<RequestInfo>) -> String {
    let tls = if info.tls.is_some() {
        "TLS"
    } else {
        "clear text"
    };
    format!("{} over {tls}, as {}\n", info.remote_addr.ip(), info.url)
}

/// Takes the connection over and sends back what comes.
async fn upgrade(upgrade: Option<Extension<OnUpgrade>>) -> Response {
    let Some(Extension(upgrade)) = upgrade else {
        return StatusCode::UPGRADE_REQUIRED.into_response();
    };
    tokio::spawn(async move {
        let Ok(pipe) = upgrade.await else { return };
        let mut pipe = pipe.into_async();
        let mut buffer = [0; 4096];
        while let Ok(n @ 1..) = pipe.read(&mut buffer).await {
            if pipe.write_all(&buffer[..n]).await.is_err() {
                return;
            }
        }
        // The client takes a reset for a broken connection, and this for the end.
        let _ = pipe.shutdown().await;
    });
    let fields = [
        (header::UPGRADE, "websocket"),
        (header::CONNECTION, "Upgrade"),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, fields).into_response()
}

async fn panics() -> StatusCode {
    panic!("a handler panics")
}

/// The Rust code of the page about the ecosystem.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/RUST-ECOSYSTEM.md")]
pub struct Page;
