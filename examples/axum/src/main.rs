//! The shop on a port: `cargo run -- http://localhost:8080/`. Ctrl-C ends it when the requests in progress have
//! ended, within 30 seconds.

use std::time::Duration;

use httpsys::Server;
use httpsys::tower::serve;
use httpsys_example_axum::router;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1);
    let url = url.unwrap_or_else(|| "http://localhost:8080/".to_owned());
    let server = Server::builder().url(url).bind()?;
    println!("http://{}/", server.local_addr()?);
    let ctrl_c = async {
        // Without a handler of signals it runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    serve(server.queue(), router())
        .spawn_with(|task| {
            tokio::spawn(task);
        })
        .shutdown_when(ctrl_c, Duration::from_secs(30))
        .await?;
    Ok(())
}
