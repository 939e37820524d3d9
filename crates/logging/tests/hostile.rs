//! Whatever a client or a program sends, a record is one line with its fields.

use httpsys_logging::{
    Address, CodePage, ErrorRecord, Fields, FieldsData, Format, Reason, Record, Text, Time,
    Version, error_line, line,
};

/// A small generator, so that a failure can be repeated from its seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Bytes of which many are those that could break a line.
    fn bytes(&mut self) -> Vec<u8> {
        const NASTY: &[u8] = b"\r\n \t\0,\"#-+[]\x0b\x0c\x1b\x7f\x80\x85\xa0\xff";
        (0..self.next() % 12)
            .map(|_| match self.next() {
                n if n % 2 == 0 => NASTY[n as usize / 2 % NASTY.len()],
                n => (n >> 8) as u8,
            })
            .collect()
    }

    /// UTF-16, half surrogates and separators included.
    fn wide(&mut self) -> Vec<u16> {
        const NASTY: [u16; 8] = [0x0d, 0x0a, 0x20, 0x85, 0x2028, 0x2029, 0xd800, 0xdc00];
        (0..self.next() % 12)
            .map(|_| match self.next() {
                n if n % 2 == 0 => NASTY[n as usize / 2 % NASTY.len()],
                n => (n >> 8) as u16,
            })
            .collect()
    }
}

/// The only line that was made, without its end.
fn one_line(out: &[u8], seed: u64) -> &[u8] {
    let line = out.strip_suffix(b"\r\n").expect("a line end");
    let broken = line.iter().any(|byte| *byte < b' ' || *byte == 0x7f);
    assert!(!broken, "seed {seed}: {line:?}");
    assert_ne!(line.first(), Some(&b'#'), "seed {seed}");
    line
}

fn fields_of<'a>(line: &'a [u8], separator: &[u8]) -> Vec<&'a [u8]> {
    let mut fields = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < line.len() {
        if line[at..].starts_with(separator) {
            fields.push(&line[start..at]);
            at += separator.len();
            start = at;
        } else {
            at += 1;
        }
    }
    fields.push(&line[start..]);
    fields
}

#[test]
fn log_004_hostile_bytes_break_no_line_of_any_format() {
    for seed in 1..3_000 {
        let mut random = Random(u64::wrapping_mul(seed, 0x9e37_79b9_7f4a_7c15));
        let bytes: [Vec<u8>; 10] = std::array::from_fn(|_| random.bytes());
        let wide: [Vec<u16>; 2] = std::array::from_fn(|_| random.wide());
        let record = Record {
            time: Time {
                unix_seconds: random.next(),
                utc_offset: random.next() as i32,
            },
            version: Some(Version {
                major: random.next() as u16,
                minor: random.next() as u16,
            }),
            bytes_sent: random.next(),
            transport: Text::Bytes(&bytes[9]),
            fields: FieldsData {
                user_name: Text::Wide(&wide[0]),
                uri_stem: Text::Wide(&wide[1]),
                client_ip: Address::Text(&bytes[0]),
                server_name: Text::Bytes(&bytes[1]),
                service_name: Text::Bytes(&bytes[2]),
                server_ip: Address::Text(&bytes[3]),
                method: Text::Bytes(&bytes[4]),
                uri_query: Text::Bytes(&bytes[5]),
                host: Text::Bytes(&bytes[6]),
                user_agent: Text::Bytes(&bytes[7]),
                cookie: Text::Bytes(&bytes[8]),
                protocol_status: random.next() as u16,
                ..FieldsData::default()
            },
            ..Record::default()
        };
        for code_page in [CodePage::Utf8, CodePage::Windows1252] {
            check_formats(&record, code_page, seed);
        }
        let mut error = ErrorRecord::new(record.time, Reason::BadRequest);
        error.method = Text::Bytes(&bytes[4]);
        error.uri = Text::Wide(&wide[1]);
        error.query = Text::Bytes(&bytes[5]);
        error.queue_name = Text::Wide(&wide[0]);
        error.cookie = Text::Bytes(&bytes[8]);
        let mut out = Vec::new();
        error_line(Fields(u32::MAX), CodePage::Utf8, &error, &mut out);
        assert_eq!(
            fields_of(one_line(&out, seed), b" ").len(),
            24,
            "seed {seed}"
        );
    }
}

fn check_formats(record: &Record<'_>, code_page: CodePage, seed: u64) {
    let made = |format, fields| {
        let mut out = Vec::new();
        line(format, fields, code_page, record, &mut out);
        out
    };
    let w3c = made(Format::W3c, Fields(u32::MAX));
    let fields = fields_of(one_line(&w3c, seed), b" ");
    assert_eq!(fields.len(), 25, "seed {seed}");
    assert!(fields.iter().all(|field| !field.is_empty()), "seed {seed}");

    // A client decides on what the first column has.
    one_line(&made(Format::W3c, Fields::METHOD | Fields::COOKIE), seed);

    let iis = made(Format::Iis, Fields::NONE);
    let fields = fields_of(one_line(&iis, seed), b", ");
    assert_eq!(fields.len(), 15, "seed {seed}");
    assert_eq!(fields[14].last(), Some(&b','), "seed {seed}");

    let ncsa = made(Format::Ncsa, Fields::NONE);
    let ncsa = one_line(&ncsa, seed);
    assert_eq!(fields_of(ncsa, b" ").len(), 10, "seed {seed}");
    let request = fields_of(ncsa, b" ")[5..8].join(&b' ');
    assert_eq!(
        request.iter().filter(|byte| **byte == b'"').count(),
        2,
        "seed {seed}"
    );
}
