//! Futures among many tasks, threads and executors.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use futures_executor::ThreadPool;
use httpsys::{Error, Request, RequestQueue, Response, Result};

use crate::executor::Bell;
use crate::support::{Client, body_of, server};

const CLIENTS: usize = 4;
const REQUESTS: usize = 50;

/// Clients at the same time, each sending request after request on connections of their own.
fn run_clients(port: u16) {
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            scope.spawn(move || {
                for n in 0..REQUESTS {
                    let body = format!("{client}-{n}");
                    let length = body.len();
                    let text = format!(
                        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\
                         Connection: close\r\n\r\n{body}"
                    );
                    let answer = Client::send(port, &text).read_all();
                    assert_eq!(body_of(&answer), body);
                }
            });
        }
    });
}

async fn echo(request: Request) -> Result<()> {
    let mut body = Vec::new();
    let mut buffer = [0; 4];
    loop {
        match request.read_body_async(&mut buffer).await? {
            0 => break,
            n => body.extend_from_slice(&buffer[..n]),
        }
    }
    request.respond_async(Response::ok().body(body)).await?;
    Ok(())
}

async fn serve(queue: RequestQueue) -> Error {
    loop {
        match queue.receive_async().await {
            Ok(request) => echo(request).await.unwrap(),
            Err(error) => return error,
        }
    }
}

#[test]
fn many_tasks_share_a_queue() {
    let (server, port) = server();
    let pool = ThreadPool::builder().pool_size(3).create().unwrap();
    let (ended, ends) = std::sync::mpsc::channel();
    for _ in 0..20 {
        let (queue, ended) = (server.queue().clone(), ended.clone());
        pool.spawn_ok(async move { ended.send(serve(queue).await).unwrap() });
    }
    drop(ended);
    run_clients(port);
    server.shutdown().unwrap();
    let ends: Vec<Error> = ends.iter().collect();
    assert_eq!(ends.len(), 20);
    let expected = [Error::Aborted, Error::InvalidHandle];
    assert!(ends.iter().all(|end| expected.contains(end)), "{ends:?}");
}

#[test]
fn receives_that_are_dropped_all_the_time_lose_no_request() {
    let (server, port) = server();
    let over = Arc::new(AtomicBool::new(false));
    let workers: Vec<_> = (0..3)
        .map(|_| {
            let (queue, over) = (server.queue().clone(), Arc::clone(&over));
            thread::spawn(move || {
                let bell = Bell::new();
                while !over.load(Ordering::SeqCst) {
                    let mut next = queue.receive_async();
                    for _ in 0..3 {
                        if let std::task::Poll::Ready(request) = bell.poll(&mut next) {
                            pollster::block_on(echo(request.unwrap())).unwrap();
                            break;
                        }
                        thread::yield_now();
                    }
                }
            })
        })
        .collect();
    run_clients(port);
    over.store(true, Ordering::SeqCst);
    for worker in workers {
        worker.join().unwrap();
    }
}

#[test]
fn a_future_moves_between_executors_and_bears_polls_that_nobody_asked_for() {
    let (server, port) = server();
    let bells = [Bell::new(), Bell::new()];
    let mut next = server.receive_async();
    for bell in &bells {
        bell.poll_pending(&mut next);
        bell.poll_pending(&mut next);
    }
    let client = Client::send(
        port,
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    // Only the waker of the last poll is woken.
    bells[1].wait();
    assert!(!bells[0].has_rung());
    let request = thread::spawn(move || pollster::block_on(next))
        .join()
        .unwrap();
    futures_executor::block_on(echo(request.unwrap())).unwrap();
    client.read_all();
}

#[test]
fn all_futures_can_be_sent_to_other_threads_and_moved_when_pinned() {
    fn check<T: Send + Sync + Unpin>() {}
    check::<httpsys::future::Receive>();
    check::<httpsys::future::ReadBody<'_>>();
    check::<httpsys::future::Respond>();
    check::<httpsys::future::StartResponse>();
    check::<httpsys::future::WriteBody<'_>>();
    check::<httpsys::future::FinishResponse>();
    check::<httpsys::future::WaitForDisconnect>();
}
