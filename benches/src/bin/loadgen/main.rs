//! HTTP/1.1 load generator: closed or open loop over many connections, every answer checked.
//!
//! Prints one line of JSON: counts, answers per second and latency quantiles in microseconds.
//! Exit status 0 also when answers were wrong (`errors` and `first_error` say so), 2 for a wrong
//! command line, 1 when the run could not take place.
//!
//! Here: threads, their sum and the output. The options are in `options`, the loop in `worker`,
//! sockets in `link`, the checks in `answer`. Threads share nothing but the options; a barrier
//! lets them begin together.
#![forbid(unsafe_code)]

mod answer;
mod histogram;
mod idle;
mod link;
mod options;
mod worker;

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Barrier;

use httpsys_benches::args::Args;
use options::{Options, USAGE};
use worker::{Stats, Worker};

fn main() -> ExitCode {
    let options = match Options::parse(&mut Args::from_env()) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(e) => {
            eprintln!("loadgen: {e}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("loadgen: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<String, String> {
    let held = idle::open(options)?;
    if options.wait {
        wait_for_go(held.len()).map_err(|e| format!("standard input or output: {e}"))?;
    }
    let workers = (0..options.threads)
        .map(|thread| Worker::new(options, thread))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| format!("poll: {e}"))?;
    let barrier = Barrier::new(workers.len());
    let mut total = Stats::new();
    std::thread::scope(|scope| {
        let start = |worker: Worker<'_>| {
            barrier.wait();
            worker.run()
        };
        let threads: Vec<_> = workers
            .into_iter()
            .map(|worker| scope.spawn(move || start(worker)))
            .collect();
        for thread in threads {
            match thread.join() {
                Ok(stats) => total.merge(stats),
                Err(_) => total.fail("a load thread panicked".into()),
            }
        }
    });
    Ok(json(&total, held.len(), idle::count_dead(&held)))
}

fn wait_for_go(idle: usize) -> std::io::Result<()> {
    println!("IDLE_READY {idle}");
    std::io::stdout().flush()?;
    std::io::stdin().read_line(&mut String::new()).map(|_| ())
}

fn json(s: &Stats, idle: usize, idle_dead: usize) -> String {
    let seconds = s.elapsed.max(1e-9);
    let mut out = format!(
        "{{\"ok\":{},\"late\":{},\"errors\":{},\"first_error\":{},\"closed\":{},\"connects\":{}",
        s.ok,
        s.late,
        s.errors,
        quoted(s.first_error.as_deref().unwrap_or("")),
        s.closed,
        s.connects
    );
    let rates = [
        ("elapsed", s.elapsed),
        ("rps", s.ok as f64 / seconds),
        ("mb_s", s.bytes as f64 / seconds / 1e6),
    ];
    let quantiles = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999)]
        .map(|(name, share)| (name, s.latency.quantile(share) as f64 / 1e3));
    let max = [("max", s.latency.max() as f64 / 1e3)];
    for (name, value) in rates.into_iter().chain(quantiles).chain(max) {
        let digits = if name == "elapsed" { 4 } else { 1 };
        // Writing to a String cannot fail.
        let _ = write!(out, ",\"{name}\":{value:.digits$}");
    }
    let _ = write!(out, ",\"idle\":{idle},\"idle_dead\":{idle_dead}}}");
    out
}

/// A JSON string (RFC 8259 section 7).
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_json_whatever_the_server_sent() {
        let mut stats = Stats::new();
        stats.fail("bad \"answer\"\r\n\\".into());
        stats.fail("second".into());
        let line = json(&stats, 1, 0);
        assert!(line.starts_with(
            "{\"ok\":0,\"late\":0,\"errors\":2,\
             \"first_error\":\"bad \\\"answer\\\"\\u000d\\u000a\\\\\","
        ));
        assert!(line.ends_with(",\"max\":0.0,\"idle\":1,\"idle_dead\":0}"));
    }
}
