//! The examples of RFC 7541 appendix C, and blocks that are broken.

use super::*;
use crate::h2::field_section::FieldSection;

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
    digits
        .chunks(2)
        .map(|pair| (pair[0] << 4 | pair[1]) as u8)
        .collect()
}

/// `name: value` lines.
fn lines(section: &FieldSection) -> Vec<String> {
    let text = |part: &[u8]| String::from_utf8_lossy(part).into_owned();
    section
        .iter()
        .map(|(name, value)| format!("{}: {}", text(name), text(value)))
        .collect()
}

fn decode_all(decoder: &mut HpackDecoder, block: &str) -> Result<Vec<String>, HpackError> {
    let mut section = FieldSection::new();
    decoder.decode(&bytes(block), &mut section)?;
    Ok(lines(&section))
}

/// Blocks of one connection: hexadecimal, fields, size of the table behind it.
type Example = (&'static str, &'static [&'static str], usize);

fn check(start_size: &str, examples: &[Example]) {
    let mut decoder = HpackDecoder::new(65_536);
    for (at, (block, fields, size)) in examples.iter().enumerate() {
        let block = if at == 0 {
            format!("{start_size}{block}")
        } else {
            (*block).to_owned()
        };
        assert_eq!(decode_all(&mut decoder, &block).unwrap(), *fields, "{at}");
        assert_eq!(decoder.table_size(), *size, "{at}");
    }
}

#[test]
fn rfc_7541_c_2_representations_of_fields() {
    let custom = "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572";
    check("", &[(custom, &["custom-key: custom-header"], 55)]);
    let path = "040c 2f73 616d 706c 652f 7061 7468";
    check("", &[(path, &[":path: /sample/path"], 0)]);
    let secret = "1008 7061 7373 776f 7264 0673 6563 7265 74";
    check("", &[(secret, &["password: secret"], 0)]);
    check("", &[("82", &[":method: GET"], 0)]);
}

const REQUEST_1: &[&str] = &[
    ":method: GET",
    ":scheme: http",
    ":path: /",
    ":authority: www.example.com",
];
const REQUEST_2: &[&str] = &[
    ":method: GET",
    ":scheme: http",
    ":path: /",
    ":authority: www.example.com",
    "cache-control: no-cache",
];
const REQUEST_3: &[&str] = &[
    ":method: GET",
    ":scheme: https",
    ":path: /index.html",
    ":authority: www.example.com",
    "custom-key: custom-value",
];

#[test]
fn rfc_7541_c_3_requests_without_huffman() {
    let second = "828684be5808 6e6f2d6361636865";
    let third = "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565";
    check(
        "",
        &[
            ("828684410f7777772e6578616d706c652e636f6d", REQUEST_1, 57),
            (second, REQUEST_2, 110),
            (third, REQUEST_3, 164),
        ],
    );
}

#[test]
fn rfc_7541_c_4_requests_with_huffman() {
    check(
        "",
        &[
            ("828684418cf1e3c2e5f23a6ba0ab90f4ff", REQUEST_1, 57),
            ("828684be5886a8eb10649cbf", REQUEST_2, 110),
            (
                "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
                REQUEST_3,
                164,
            ),
        ],
    );
}

const RESPONSE_1: &[&str] = &[
    ":status: 302",
    "cache-control: private",
    "date: Mon, 21 Oct 2013 20:13:21 GMT",
    "location: https://www.example.com",
];
const RESPONSE_2: &[&str] = &[
    ":status: 307",
    "cache-control: private",
    "date: Mon, 21 Oct 2013 20:13:21 GMT",
    "location: https://www.example.com",
];
const RESPONSE_3: &[&str] = &[
    ":status: 200",
    "cache-control: private",
    "date: Mon, 21 Oct 2013 20:13:22 GMT",
    "location: https://www.example.com",
    "content-encoding: gzip",
    "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
];
/// The examples of responses have a table of 256 bytes.
const SIZE_256: &str = "3fe101";

#[test]
fn rfc_7541_c_5_responses_without_huffman() {
    let first = "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 \
                 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 \
                 6c65 2e63 6f6d";
    let third = "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d \
                 54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 \
                 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e \
                 3d31";
    let examples = [
        (first, RESPONSE_1, 222),
        ("4803333037c1c0bf", RESPONSE_2, 222),
        (third, RESPONSE_3, 215),
    ];
    check(SIZE_256, &examples);
}

#[test]
fn rfc_7541_c_6_responses_with_huffman() {
    let first = "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 \
                 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3";
    let third = "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab \
                 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f \
                 9587 3160 65c0 03ed 4ee5 b106 3d50 07";
    let examples = [
        (first, RESPONSE_1, 222),
        ("4883640effc1c0bf", RESPONSE_2, 222),
        (third, RESPONSE_3, 215),
    ];
    check(SIZE_256, &examples);
}

#[test]
fn rfc_7541_broken_blocks_are_errors() {
    for (block, error) in [
        ("80", HpackError::Index),                 // 6.1: index 0
        ("be", HpackError::Index),                 // 2.3.3: beyond both tables
        ("ff80ffffff0f", HpackError::Index),       // far beyond
        ("7f00", HpackError::Index),               // 6.2.1: name beyond both tables
        ("ffffffffffff7f", HpackError::Integer),   // 5.1
        ("40", HpackError::Truncated),             // no name
        ("4001", HpackError::Truncated),           // a name of one byte that is not there
        ("400161", HpackError::Truncated),         // no value
        ("40016105616161", HpackError::Truncated), // 5.2: a value of five bytes, three are there
        ("4001618103", HpackError::Huffman),       // 5.2: padding with zeros
        ("0084ffffffff00", HpackError::Huffman),   // 5.2: the end symbol
        ("3fe21f", HpackError::TableSize),         // 6.3: 4097
        ("8220", HpackError::TableSize),           // 4.2: behind a field
        ("2080", HpackError::Index),               // a size, then index 0
    ] {
        let mut decoder = HpackDecoder::new(65_536);
        assert_eq!(decode_all(&mut decoder, block), Err(error), "{block}");
    }
}

#[test]
fn rfc_7541_4_2_sizes_may_come_several_times_in_front_of_the_fields() {
    let mut decoder = HpackDecoder::new(65_536);
    let field = "400a6375 73746f6d2d6b65790d637573746f6d2d686561646572";
    decode_all(&mut decoder, field).unwrap();
    assert_eq!(decoder.table_size(), 55);
    let block = "203fe11f82";
    assert_eq!(decode_all(&mut decoder, block).unwrap(), [":method: GET"]);
    assert_eq!(
        decoder.table_size(),
        0,
        "the smallest size empties the table"
    );
    assert_eq!(decode_all(&mut decoder, "be"), Err(HpackError::Index));
}

#[test]
fn rfc_7541_2_3_2_a_field_above_the_table_size_empties_it() {
    let mut decoder = HpackDecoder::new(65_536);
    let mut encoder_block = bytes("400161");
    integer::write(&mut encoder_block, 0, 7, 5000);
    encoder_block.extend(vec![b'x'; 5000]);
    let mut section = FieldSection::new();
    decoder.decode(&bytes("4001620163"), &mut section).unwrap();
    decoder.decode(&encoder_block, &mut section).unwrap();
    assert_eq!(decoder.table_size(), 0);
    assert_eq!(section.len(), 2);
}

#[test]
fn a_bomb_of_indexed_fields_is_counted_and_not_copied() {
    let mut decoder = HpackDecoder::new(16_384);
    let mut block = bytes("400161");
    integer::write(&mut block, 0, 7, 4000);
    block.extend(vec![b'x'; 4000]);
    block.extend(vec![0xBE; 16_000]);
    let mut section = FieldSection::new();
    decoder.decode(&block, &mut section).unwrap();
    assert!(section.is_over());
    assert_eq!(section.len(), 4);
    assert_eq!(section.size(), 16_001 * 4033);
    assert!(section.capacity() < 65_536);
}

#[test]
fn rfc_7541_7_1_3_secrets_are_never_indexed() {
    let mut encoder = HpackEncoder::new();
    let mut out = Vec::new();
    encoder.field(b"Set-Cookie", b"a=b", &mut out);
    assert_eq!(out[0] & 0xF0, 0x10);
    let first = out.len();
    encoder.field(b"Set-Cookie", b"a=b", &mut out);
    assert_eq!(out[..first], out[first..], "the second is no shorter");
}

#[test]
fn rfc_7541_8_1_2_names_go_out_in_lower_case_and_come_back_from_the_table() {
    let (mut encoder, mut decoder) = (HpackEncoder::new(), HpackDecoder::new(65_536));
    let mut lengths = Vec::new();
    for _ in 0..3 {
        let (mut out, mut section) = (Vec::new(), FieldSection::new());
        encoder.begin(&mut out);
        encoder.field(b":status", b"200", &mut out);
        encoder.field(b"X-Custom", b"Value \xFF", &mut out);
        encoder.field(b"Content-Length", b"12345", &mut out);
        decoder.decode(&out, &mut section).unwrap();
        assert_eq!(section.get(1), Some((&b"x-custom"[..], &b"Value \xFF"[..])));
        assert_eq!(
            section.get(2),
            Some((&b"content-length"[..], &b"12345"[..]))
        );
        lengths.push(out.len());
    }
    assert_eq!(lengths[1], lengths[2]);
    assert!(lengths[1] < lengths[0]);
}

#[test]
fn rfc_7541_4_2_a_changed_limit_is_announced_once_with_the_smallest_first() {
    let (mut encoder, mut decoder) = (HpackEncoder::new(), HpackDecoder::new(65_536));
    let mut out = Vec::new();
    encoder.begin(&mut out);
    encoder.field(b"a", b"b", &mut out);
    encoder.set_table_limit(0);
    encoder.set_table_limit(100_000);
    let first = out.len();
    encoder.begin(&mut out);
    assert_eq!(out[first..], [0x20, 0x3F, 0xE1, 0x1F]);
    encoder.field(b"a", b"b", &mut out);
    let mut section = FieldSection::new();
    decoder.decode(&out[..first], &mut section).unwrap();
    decoder.decode(&out[first..], &mut section).unwrap();
    assert_eq!(lines(&section), ["a: b", "a: b"]);
    let mut later = Vec::new();
    encoder.begin(&mut later);
    assert_eq!(later, []);
    encoder.set_table_limit(0);
    encoder.begin(&mut later);
    encoder.field(b"a", b"b", &mut later);
    assert_eq!(later[0], 0x20);
    assert_eq!(later[1] & 0xF0, 0, "nothing is added to a table of size 0");
}
