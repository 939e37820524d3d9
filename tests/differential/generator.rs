//! Inputs: one or two requests by the grammar, with faults put in on purpose.
//!
//! Owns: the generator of numbers, the parts of a request and the mutations of each part. Does not
//! own: what is right. Invariant: the same seed gives the same inputs. Threading: plain values.

/// Xorshift; good enough to vary inputs, the same on every machine.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// A request in parts.
#[derive(Clone, Debug)]
struct Draft {
    /// Empty lines in front.
    front: &'static [u8],
    verb: Vec<u8>,
    blank: &'static [u8],
    target: Vec<u8>,
    second_blank: &'static [u8],
    version: &'static [u8],
    line_end: &'static [u8],
    /// Whole lines.
    fields: Vec<Vec<u8>>,
    /// The line that ends the head.
    empty_line: &'static [u8],
    body: Vec<u8>,
}

/// One input.
pub(crate) fn generate(random: &mut Random) -> Vec<u8> {
    let mut draft = valid(random);
    let faults = [0, 1, 1, 1, 1, 1, 1, 2, 2, 3][random.below(10)];
    for _ in 0..faults {
        let mutate = random.pick(MUTATIONS);
        mutate(&mut draft, random);
    }
    let mut bytes = draft.bytes();
    if random.below(12) == 0 {
        mutate_bytes(&mut bytes, random);
    }
    match random.below(8) {
        0 => bytes.truncate(random.below(bytes.len())),
        1..=4 => bytes.extend(valid(random).bytes()),
        _ => {}
    }
    bytes
}

fn valid(random: &mut Random) -> Draft {
    let (verb, framing, body): (&[u8], &[u8], Vec<u8>) = match random.below(6) {
        0 | 1 => (b"GET", b"", Vec::new()),
        2 => (b"POST", b"Content-Length: 5\r\n", b"hello".to_vec()),
        3 => (b"PUT", b"Content-Length: 0\r\n", Vec::new()),
        _ => (b"POST", b"Transfer-Encoding: chunked\r\n", chunks(random)),
    };
    let mut fields = vec![b"Host: localhost\r\n".to_vec()];
    for _ in 0..random.below(3) {
        fields.push(random.pick(VALID_FIELDS).to_vec());
    }
    if !framing.is_empty() {
        fields.insert(random.below(fields.len() + 1), framing.to_vec());
    }
    Draft {
        front: b"",
        verb: verb.to_vec(),
        blank: b" ",
        target: random.pick(&[&b"/"[..], b"/a?b=c", b"/a%20b"]).to_vec(),
        second_blank: b" ",
        version: b"HTTP/1.1",
        line_end: b"\r\n",
        fields,
        empty_line: b"\r\n",
        body,
    }
}

const VALID_FIELDS: &[&[u8]] = &[
    b"Accept: */*\r\n",
    b"accept:text/html\r\n",
    b"X-A: b \r\n",
    b"Cookie: a=b; c=d\r\n",
    b"Connection: keep-alive\r\n",
    b"TE: trailers\r\n",
    b"X-Empty:\r\n",
];

/// A chunked body by the grammar.
fn chunks(random: &mut Random) -> Vec<u8> {
    let mut body = Vec::new();
    for _ in 0..random.below(3) {
        body.extend_from_slice(random.pick(&[
            &b"3\r\nabc\r\n"[..],
            b"0A\r\n0123456789\r\n",
            b"1;x=y\r\nz\r\n",
        ]));
    }
    body.extend_from_slice(b"0\r\n");
    body.extend_from_slice(random.pick(&[&b""[..], b"", b"", b"X-Trailer: y\r\n"]));
    body.extend_from_slice(b"\r\n");
    body
}

impl Draft {
    fn bytes(&self) -> Vec<u8> {
        let fields = self.fields.concat();
        [
            self.front,
            &self.verb,
            self.blank,
            &self.target,
            self.second_blank,
            self.version,
            self.line_end,
            &fields,
            self.empty_line,
            &self.body,
        ]
        .concat()
    }

    fn insert_field(&mut self, line: &[u8], random: &mut Random) {
        let at = random.below(self.fields.len() + 1);
        self.fields.insert(at, line.to_vec());
    }

    fn remove_fields(&mut self, name: &[u8]) {
        let is_name = |line: &Vec<u8>| {
            line.get(..name.len())
                .is_some_and(|front| front.eq_ignore_ascii_case(name))
        };
        self.fields.retain(|line| !is_name(line));
    }

    /// Takes away all that frames the body.
    fn unframe(&mut self) {
        self.remove_fields(b"Content-Length:");
        self.remove_fields(b"Transfer-Encoding:");
    }
}

type Mutation = fn(&mut Draft, &mut Random);

const MUTATIONS: &[Mutation] = &[
    |d, r| {
        d.front = r.pick(&[
            &b"\r\n"[..],
            b"\n",
            b"\r\n\r\n",
            b"\r\n\r\n\n\n\n",
            b"\r",
            b" ",
        ])
    },
    |d, r| d.verb = verb(r),
    |d, r| d.blank = r.pick(&[&b"  "[..], b"\t", b"", b" \t"]),
    |d, r| d.target = target(r),
    |d, r| d.second_blank = r.pick(&[&b"  "[..], b"\t", b"", b" x "]),
    |d, r| d.version = r.pick(VERSIONS),
    |d, r| {
        d.line_end = r.pick(&[
            &b"\n"[..],
            b"\r",
            b"\r\r\n",
            b" \r\n",
            b"\r\n \r\n",
            b"\r\n ",
        ])
    },
    |d, r| {
        d.empty_line = r.pick(&[&b"\n"[..], b"\r", b" \r\n", b"\r\r\n", b"", b"\r\n\r\n"]);
    },
    |d, r| d.insert_field(r.pick(FIELDS), r),
    |d, r| d.insert_field(r.pick(FIELDS), r),
    |d, r| {
        let line = field(r);
        d.insert_field(&line, r);
    },
    |d, r| {
        d.remove_fields(b"Host:");
        d.insert_field(r.pick(HOSTS), r);
    },
    |d, r| {
        let target = r.pick(&[&b"http://localhost/a"[..], b"http://other:81/a", b"*"]);
        d.target = target.to_vec();
        d.remove_fields(b"Host:");
        d.insert_field(r.pick(HOSTS), r);
    },
    |d, r| d.insert_field(r.pick(FRAMINGS), r),
    |d, r| {
        d.unframe();
        d.insert_field(r.pick(FRAMINGS), r);
    },
    |d, r| {
        d.unframe();
        d.insert_field(r.pick(FRAMINGS), r);
        d.body = if r.below(2) == 0 {
            chunks(r)
        } else {
            bad_chunks(r)
        };
    },
    |d, r| {
        d.unframe();
        d.insert_field(b"Transfer-Encoding: chunked\r\n", r);
        d.body = bad_chunks(r);
    },
    |d, r| {
        d.unframe();
        d.insert_field(b"Transfer-Encoding: chunked\r\n", r);
        d.body = bad_chunks(r);
    },
    |d, r| {
        d.version = b"HTTP/1.0";
        if r.below(2) == 0 {
            d.insert_field(
                r.pick(&[&b"Connection: keep-alive\r\n"[..], b"X: y\r\n"]),
                r,
            );
        }
    },
    |d, r| d.insert_field(r.pick(CONNECTIONS), r),
];

fn verb(random: &mut Random) -> Vec<u8> {
    match random.below(15) {
        0 => vec![b'V'; 255],
        1 => vec![b'V'; 256],
        at => [
            &b"get"[..],
            b"HEAD",
            b"OPTIONS",
            b"CONNECT",
            b"PATCH",
            b"xyzzy",
            b"SEARCH",
            b"TRACK",
            b"G(T",
            b"G\xe9T",
            b"",
            b"M-SEARCH",
            b"DESCRIBE",
        ][at - 2]
            .to_vec(),
    }
}

fn target(random: &mut Random) -> Vec<u8> {
    const TARGETS: &[&[u8]] = &[
        b"*",
        b"http://localhost/",
        b"http://localhost",
        b"HTTP://LOCALHOST/a",
        b"https://localhost/a",
        b"http://localhost?x",
        b"http://user@localhost/",
        b"http://localhost:99999/",
        b"http:///",
        b"ftp://localhost/",
        b"localhost:80",
        b"localhost",
        b"//localhost/a",
        b"/a#b",
        b"/\"<>\\^`{|}",
        b"/a\x01b",
        b"/a\x7fb",
        b"/\xc3\xa9",
        b"/\xe1",
        b"/?\xe1",
        b"/a\tb",
        b"/a b",
        b"/%zz",
        b"?x",
        b"",
    ];
    random.pick(TARGETS).to_vec()
}

const VERSIONS: &[&[u8]] = &[
    b"HTTP/1.0",
    b"HTTP/1.2",
    b"HTTP/1.9",
    b"HTTP/1.10",
    b"HTTP/1.01",
    b"HTTP/01.1",
    b"HTTP/0.9",
    b"HTTP/2.0",
    b"HTTP/3.0",
    b"HTTP/2",
    b"http/1.1",
    b"HTTP/1.1x",
    b"HTTP/1,1",
    b"HTTP/1.",
    b"",
    b"ICE/1.0",
    b"RTSP/1.0",
];

const FIELDS: &[&[u8]] = &[
    b"X : y\r\n",
    b"X\t: y\r\n",
    b" X: y\r\n",
    b"\tX: y\r\n",
    b": y\r\n",
    b"NoColon\r\n",
    b"X y\r\n",
    b"X: y\r\n z\r\n",
    b"X: y\r\n\tz\r\n",
    b"X:\r\n y\r\n",
    b"X: y\n",
    b"X: y\rz\r\n",
    b"X: y\r",
    b"X: y\r\r\n",
    b"X: \r\n",
    b"X:\t y \t\r\n",
    b"X: a\0b\r\n",
    b"X\0: y\r\n",
    b"X: a\x01b\r\n",
    b"X: a\x0bb\r\n",
    b"X: a\x0cb\r\n",
    b"X: a\x7fb\r\n",
    b"X: a\tb\r\n",
    b"X: \xc3\xa9\xff\r\n",
    b"X\xe9: y\r\n",
    b"X?: y\r\n",
    b"X[: y\r\n",
    b"X: a\r\nX: b\r\n",
    b"accept: a\r\nACCEPT: b\r\n",
    b"Cookie: a\r\nCookie: b\r\n",
    b"Expect: 100-continue\r\n",
    b"Expect: something\r\n",
    b"!#$%&'*+-.^_`|~: y\r\n",
    b"\r\n",
    b"\n",
    b" \r\n",
];

/// A line of one byte where it may not be right.
fn field(random: &mut Random) -> Vec<u8> {
    let byte = random.below(256) as u8;
    let (front, back): (&[u8], &[u8]) = random.pick(&[
        (&b"X"[..], &b"Y: z\r\n"[..]),
        (b"X: y", b"z\r\n"),
        (b"X:", b"y\r\n"),
        (b"X: y", b"\r\n"),
        (b"", b"X: y\r\n"),
    ]);
    [front, &[byte], back].concat()
}

const HOSTS: &[&[u8]] = &[
    b"X: no host\r\n",
    b"Host:\r\n",
    b"Host: \t\r\n",
    b"Host: localhost\r\nHost: localhost\r\n",
    b"Host: localhost\r\nhost: other\r\n",
    b"Host: localhost:80\r\n",
    b"Host: localhost:\r\n",
    b"Host: localhost:99999\r\n",
    b"Host: user@localhost\r\n",
    b"Host: localhost/a\r\n",
    b"Host: a b\r\n",
    b"Host: a,b\r\n",
    b"Host: [::1]:80\r\n",
    b"Host: [::1\r\n",
    b"Host: \xc3\xa9.example\r\n",
    b"Host: \xe9.example\r\n",
    b"Host: a\\b\r\n",
    b"Host: *\r\n",
    b"Host: +:80\r\n",
    b"Host : localhost\r\n",
];

const FRAMINGS: &[&[u8]] = &[
    b"Content-Length: 5\r\n",
    b"Content-Length: 5\r\nContent-Length: 5\r\n",
    b"Content-Length: 5\r\nContent-Length: 6\r\n",
    b"Content-Length: 5, 5\r\n",
    b"Content-Length: 5, 6\r\n",
    b"Content-Length: 5,\r\n",
    b"Content-Length: -5\r\n",
    b"Content-Length: +5\r\n",
    b"Content-Length: 0x5\r\n",
    b"Content-Length: 5 5\r\n",
    b"Content-Length: 5.0\r\n",
    b"Content-Length: \r\n",
    b"Content-Length: 0005\r\n",
    b"Content-Length: 05\r\nContent-Length: 5\r\n",
    b"Content-Length: 5\t\r\n",
    b"Content-Length : 5\r\n",
    b"Content-Length: 9223372036854775808\r\n",
    b"Content-Length: 18446744073709551615\r\n",
    b"Content-Length: 18446744073709551616\r\n",
    b"Content-Length: 99999999999999999999999\r\n",
    b"Content_Length: 5\r\n",
    b"Content-Length\n: 5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: Chunked\r\n",
    b"Transfer-Encoding: CHUNKED \r\n",
    b"transfer-encoding:\tchunked\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked, chunked\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n",
    b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n",
    b"Transfer-Encoding: chunked, gzip\r\n",
    b"Transfer-Encoding: chunked\t\r\n",
    b"Transfer-Encoding: chunked,\r\n",
    b"Transfer-Encoding: ,chunked\r\n",
    b"Transfer-Encoding: identity\r\n",
    b"Transfer-Encoding: identity, chunked\r\n",
    b"Transfer-Encoding: chunked, identity\r\n",
    b"Transfer-Encoding: xchunked\r\n",
    b"Transfer-Encoding: chunked;q=1\r\n",
    b"Transfer-Encoding: \"chunked\"\r\n",
    b"Transfer-Encoding: gzip;x=\",\", chunked\r\n",
    b"Transfer-Encoding:\r\n",
    b"Transfer-Encoding: gzip\r\n",
    b"Transfer-Encoding: \x0bchunked\r\n",
    b"Transfer-Encoding:\r\n chunked\r\n",
    b"Transfer-Encoding : chunked\r\n",
    b"Transfer_Encoding: chunked\r\n",
    b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    b"Content-Length: x\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
];

const CONNECTIONS: &[&[u8]] = &[
    b"Connection: close\r\n",
    b"Connection: Close\r\n",
    b"Connection: keep-alive, close\r\n",
    b"Connection: close, keep-alive\r\n",
    b"Connection: keep-alive\r\nConnection: close\r\n",
    b"Connection: closed\r\n",
    b"Connection: close\t, x\r\n",
    b"Connection: \"close\"\r\n",
    b"Proxy-Connection: close\r\n",
];

fn bad_chunks(random: &mut Random) -> Vec<u8> {
    const BODIES: &[&[u8]] = &[
        b"003\r\nabc\r\n0\r\n\r\n",
        b"00000000000000000003\r\nabc\r\n000\r\n\r\n",
        b"A\r\n0123456789\r\n0\r\n\r\n",
        b"a\r\n0123456789\r\n0\r\n\r\n",
        b"0x3\r\nabc\r\n0\r\n\r\n",
        b"+3\r\nabc\r\n0\r\n\r\n",
        b"-3\r\nabc\r\n0\r\n\r\n",
        b" 3\r\nabc\r\n0\r\n\r\n",
        b"3 \r\nabc\r\n0\r\n\r\n",
        b"3\t\r\nabc\r\n0\r\n\r\n",
        b"3_0\r\nabc\r\n0\r\n\r\n",
        b"\r\nabc\r\n0\r\n\r\n",
        b"3\nabc\r\n0\r\n\r\n",
        b"3\r\nabc\n0\r\n\r\n",
        b"3\r\nabc0\r\n\r\n",
        b"3\r\nabcd\r\n0\r\n\r\n",
        b"3\r\nab\r\n0\r\n\r\n",
        b"3\rabc\r\n0\r\n\r\n",
        b"3\r\r\nabc\r\n0\r\n\r\n",
        b"3;\r\nabc\r\n0\r\n\r\n",
        b"3;x\r\nabc\r\n0;y=z\r\n\r\n",
        b"3;x=\"a;b\"\r\nabc\r\n0\r\n\r\n",
        b"3;x=\"\\\"\"\r\nabc\r\n0\r\n\r\n",
        b"3;x=\"a\r\nb\"\r\nabc\r\n0\r\n\r\n",
        b"3;x=\"\r\nabc\r\n0\r\n\r\n",
        b"3;x\nabc\r\n0\r\n\r\n",
        b"3;x\ry\r\nabc\r\n0\r\n\r\n",
        b"3;x\0\r\nabc\r\n0\r\n\r\n",
        b"3;x\xff\r\nabc\r\n0\r\n\r\n",
        b"3 ;x\r\nabc\r\n0\r\n\r\n",
        b"3; x = y\r\nabc\r\n0\r\n\r\n",
        b"3 x\r\nabc\r\n0\r\n\r\n",
        b"3;;\r\nabc\r\n0\r\n\r\n",
        b"FFFFFFFFFFFFFFFF\r\nabc",
        b"10000000000000003\r\nabc\r\n0\r\n\r\n",
        b"FFFFFFFFFFFFFFFFF\r\nabc",
        b"7FFFFFFFFFFFFFFF\r\nabc",
        b"0\r\nX-Trailer: y\r\n\r\n",
        b"0\r\nX-Trailer: y\r\nZ:\r\n\r\n",
        b"0\r\nContent-Length: 9\r\nHost: other\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"0\r\nNoColon\r\n\r\n",
        b"0\r\nX : y\r\n\r\n",
        b"0\r\n: y\r\n\r\n",
        b"0\r\nX: y\r\n z\r\n\r\n",
        b"0\r\nX: a\0b\r\n\r\n",
        b"0\r\nX: y\n\r\n",
        b"0\r\nX: y\r\n\n",
        b"0\r\nX: y\r\r\n\r\n",
        b"0\r\n\n",
        b"0\n\r\n",
        b"0\n\n",
        b"0\r\n\r",
        b"0\r\n",
        b"0\r\n\rX",
        b"0\r\nX",
        b"0\r\nX :",
        b"0\r\n;",
    ];
    random.pick(BODIES).to_vec()
}

/// Changes one byte, somewhere.
fn mutate_bytes(bytes: &mut Vec<u8>, random: &mut Random) {
    const BYTES: &[u8] = b"\r\n \t:;,\0\"0A/\x7f\x80";
    let at = random.below(bytes.len());
    let byte = random.pick(BYTES);
    match random.below(3) {
        0 => bytes[at] = byte,
        1 => bytes.insert(at, byte),
        _ => drop(bytes.remove(at)),
    }
}
