//! The bytes of a request.
//!
//! Owns: head and body as a plan wants them. Does not own when they are sent. Threading: plain
//! values.

use crate::plan::{Flow, KeepAlive, Method, Plan};
use crate::random::{Random, fill};

/// The whole request; for an upgrade without the bytes behind it.
pub(crate) fn request(plan: &Plan, port: u16, random: &mut Random) -> Vec<u8> {
    let method = match plan.method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
    };
    let token = plan.token.0;
    let version = if plan.old_version.is_some() {
        "1.0"
    } else {
        "1.1"
    };
    let mut head = format!(
        "{method} /f/{token:016x} HTTP/{version}\r\nHost: localhost:{port}\r\nX-Token: {token:016x}\r\n"
    );
    if plan.old_version == Some(KeepAlive(true)) {
        head += "Connection: Keep-Alive\r\n";
    }
    if random.once_in(10) {
        let filler = "y".repeat(random.index(6000));
        head += &format!("X-Filler: {filler}\r\n");
    }
    if plan.flow == Flow::Upgrade {
        head += "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    }
    if plan.upload.expects {
        head += "Expect: 100-continue\r\n";
    }
    let mut body = vec![0; plan.upload.length as usize];
    fill(&mut body, plan.token.request_key(), 0);
    if plan.method == Method::Post {
        if plan.upload.chunked && plan.old_version.is_none() {
            head += "Transfer-Encoding: chunked\r\n";
            body = chunked(&body, random);
        } else {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
    }
    let mut bytes = (head + "\r\n").into_bytes();
    bytes.extend(body);
    bytes
}

fn chunked(body: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let most = random.pick(&[1, 20, 3000, 100_000]);
        let (now, later) = rest.split_at(rest.len().min(random.within(1, most) as usize));
        let extension = if random.once_in(20) { ";a=b" } else { "" };
        bytes.extend(format!("{:x}{extension}\r\n", now.len()).bytes());
        bytes.extend(now);
        bytes.extend(b"\r\n");
        rest = later;
    }
    let trailer = if random.once_in(20) {
        "X-Trailer: z\r\n"
    } else {
        ""
    };
    bytes.extend(format!("0\r\n{trailer}\r\n").bytes());
    bytes
}
