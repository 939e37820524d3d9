//! The load generator's options, the request they describe and what its answer must look like.
//!
//! Values are checked here once; the rest of the program relies on: at least one connection, one
//! thread and one request per batch, no more threads than connections, a whole request in `batch`.

use std::net::SocketAddr;

use httpsys_benches::args::Args;

/// Shown by `--help` and after a wrong option.
pub(crate) const USAGE: &str = "\
usage: loadgen [options]; prints one line of JSON (times in microseconds)
  --addr IP:PORT     the server (127.0.0.1:8080)
  --path PATH        request target (/hello)
  --host NAME        value of the Host header (the address)
  --header LINE      one more header line, may be repeated
  --conns N          connections (64)
  --threads N        load threads, the connections are split (1)
  --duration S       seconds to run (2.0)
  --requests N       run until so many answers came instead
  --pipeline N       requests written together; the next batch goes when all are answered (1)
  --rate R           open loop: R requests a second in all, latency from the time a request was due
  --post BYTES       POST with a body of that many bytes
  --status CODE      status each answer must have (200)
  --expect BYTES     body length each answer must have (0: any)
  --body TEXT        the exact body each answer must have
  --churn            one request per connection: Connection: close, then wait for the end
  --cut              the server must end each connection without an answer (a cancelled request)
  --idle N           open N more keep-alive connections first and keep them
  --wait             print IDLE_READY after that and wait for a line on standard input";

/// What each answer must look like.
#[derive(Clone, Debug)]
pub(crate) struct Expect {
    /// Three digits.
    pub(crate) status: [u8; 3],
    /// `None`: any.
    pub(crate) length: Option<usize>,
    /// `None`: not looked at.
    pub(crate) body: Option<Vec<u8>>,
}

/// The run that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) addr: SocketAddr,
    pub(crate) host: String,
    pub(crate) conns: usize,
    pub(crate) threads: usize,
    /// Seconds; counts when `requests` is 0.
    pub(crate) duration: f64,
    pub(crate) requests: u64,
    pub(crate) pipeline: usize,
    /// Requests a second in all; 0: closed loop.
    pub(crate) rate: f64,
    pub(crate) churn: bool,
    pub(crate) cut: bool,
    pub(crate) idle: usize,
    pub(crate) wait: bool,
    pub(crate) expect: Expect,
    /// The bytes of `pipeline` requests.
    pub(crate) batch: Vec<u8>,
}

impl Options {
    /// Reads a command line; `Ok(None)` when help was asked for.
    ///
    /// # Errors
    /// A text for the user that names the option at fault.
    pub(crate) fn parse(args: &mut Args) -> Result<Option<Self>, String> {
        let mut request = Request::default();
        let mut o = Self {
            addr: SocketAddr::from(([127, 0, 0, 1], 8080)),
            host: String::new(),
            conns: 64,
            threads: 1,
            duration: 2.0,
            requests: 0,
            pipeline: 1,
            rate: 0.0,
            churn: false,
            cut: false,
            idle: 0,
            wait: false,
            expect: Expect {
                status: *b"200",
                length: None,
                body: None,
            },
            batch: Vec::new(),
        };
        while let Some(name) = args.option() {
            match name.as_str() {
                "--help" => return Ok(None),
                "--addr" => o.addr = args.value(&name)?,
                "--host" => o.host = args.text(&name)?,
                "--conns" => o.conns = args.value(&name)?,
                "--threads" => o.threads = args.value(&name)?,
                "--duration" => o.duration = args.value(&name)?,
                "--requests" => o.requests = args.value(&name)?,
                "--pipeline" => o.pipeline = args.value(&name)?,
                "--rate" => o.rate = args.value(&name)?,
                "--churn" => o.churn = true,
                "--cut" => o.cut = true,
                "--idle" => o.idle = args.value(&name)?,
                "--wait" => o.wait = true,
                "--path" => request.path = args.text(&name)?,
                "--header" => request.extra += &format!("{}\r\n", args.text(&name)?),
                "--post" => request.post = Some(args.value(&name)?),
                _ => o.expect.option(&name, args)?,
            }
        }
        o.finish(&request)?;
        Ok(Some(o))
    }

    /// Checks what the options say together and builds the batch.
    fn finish(&mut self, request: &Request) -> Result<(), String> {
        if self.conns == 0 || self.threads == 0 || self.pipeline == 0 {
            return Err("--conns, --threads and --pipeline are at least 1".into());
        }
        if !(self.duration > 0.0 && self.duration <= 86_400.0) {
            return Err("--duration is more than 0 and at most a day".into());
        }
        if !(self.rate >= 0.0 && self.rate.is_finite()) {
            return Err("--rate is 0 or more".into());
        }
        if self.pipeline > 1 && (self.rate > 0.0 || self.churn || self.cut) {
            return Err("--pipeline does not go with --rate, --churn or --cut".into());
        }
        self.threads = self.threads.min(self.conns);
        if self.host.is_empty() {
            self.host = self.addr.to_string();
        }
        self.batch = request.bytes(&self.host, self.churn).repeat(self.pipeline);
        Ok(())
    }

    /// Connections of thread `thread`.
    pub(crate) fn conns_of(&self, thread: usize) -> usize {
        self.conns / self.threads + usize::from(thread < self.conns % self.threads)
    }

    /// Answers that thread `thread` waits for; `None`: runs for the duration.
    pub(crate) fn quota_of(&self, thread: usize) -> Option<u64> {
        let threads = self.threads as u64;
        let mine = self.requests / threads + u64::from((thread as u64) < self.requests % threads);
        (self.requests > 0).then_some(mine)
    }

    /// Open loop: nanoseconds between two requests of one connection.
    pub(crate) fn step_ns(&self) -> u64 {
        (self.conns as f64 / self.rate * 1e9) as u64
    }
}

impl Expect {
    fn option(&mut self, name: &str, args: &mut Args) -> Result<(), String> {
        match name {
            "--status" => {
                let code: u16 = args.value(name)?;
                let digits = code.to_string().into_bytes();
                self.status = digits
                    .try_into()
                    .map_err(|_| format!("{name} has three digits"))?;
            }
            "--expect" => {
                let length: usize = args.value(name)?;
                self.length = (length > 0).then_some(length);
            }
            "--body" => {
                let body = args.text(name)?.into_bytes();
                self.length = Some(body.len());
                self.body = Some(body);
            }
            _ => return Err(format!("unknown option {name}")),
        }
        Ok(())
    }
}

#[derive(Debug)]
struct Request {
    path: String,
    extra: String,
    post: Option<usize>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            path: "/hello".into(),
            extra: String::new(),
            post: None,
        }
    }
}

impl Request {
    fn bytes(&self, host: &str, churn: bool) -> Vec<u8> {
        let Self { path, extra, post } = self;
        let method = if post.is_some() { "POST" } else { "GET" };
        let close = if churn { "Connection: close\r\n" } else { "" };
        let kind = match post {
            None => "Accept: */*\r\n".to_owned(),
            Some(n) => {
                format!("Content-Type: application/octet-stream\r\nContent-Length: {n}\r\n")
            }
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: loadgen\r\n\
             {kind}{extra}{close}\r\n"
        );
        let body = (b'a'..=b'z').cycle().take(post.unwrap_or(0));
        head.into_bytes().into_iter().chain(body).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Options>, String> {
        Options::parse(&mut Args::new(
            line.split_whitespace().map(str::to_owned).collect(),
        ))
    }

    fn options(line: &str) -> Options {
        parse(line).expect("valid options").expect("not help")
    }

    #[test]
    fn the_batch_holds_the_pipelined_requests() {
        let o = options("--path /x --host h --pipeline 2 --header A:1");
        let one = "GET /x HTTP/1.1\r\nHost: h\r\nUser-Agent: loadgen\r\nAccept: */*\r\nA:1\r\n\r\n";
        assert_eq!(o.batch, one.repeat(2).as_bytes());
    }

    #[test]
    fn a_post_has_a_body_of_the_announced_length() {
        let o = options("--post 28 --churn");
        let text = String::from_utf8(o.batch).expect("text");
        assert!(text.starts_with("POST /hello HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"));
        assert!(text.ends_with(
            "Content-Length: 28\r\nConnection: close\r\n\r\nabcdefghijklmnopqrstuvwxyzab"
        ));
    }

    #[test]
    fn connections_and_requests_are_split_without_loss() {
        let o = options("--conns 5 --threads 3 --requests 7");
        assert_eq!([0, 1, 2].map(|t| o.conns_of(t)), [2, 2, 1]);
        assert_eq!(
            [0, 1, 2].map(|t| o.quota_of(t)),
            [Some(3), Some(2), Some(2)]
        );
        assert_eq!(options("--conns 2 --threads 9").threads, 2);
        assert_eq!(options("").quota_of(0), None);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for line in [
            "--nonsense",
            "--conns 0",
            "--duration nan",
            "--duration -1",
            "--rate -5",
            "--pipeline 2 --churn",
            "--status 20",
            "--port",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
        assert!(parse("--help").is_ok_and(|o| o.is_none()));
    }
}
