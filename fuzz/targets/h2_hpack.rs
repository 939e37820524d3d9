//! Header compression: any field blocks, one behind the other.
//!
//! Input: the limit of a list, then blocks, each behind its length in two bytes.
//!
//! Checks: a list never holds more than its limit; the same blocks give the same fields whatever the
//! limit is, as far as it lets them; what was decoded is encoded and decoded to the same.
#![no_main]

use httpsys_proto::h2::FieldSection;
use httpsys_proto::h2::hpack::{HpackDecoder, HpackEncoder};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((limit, mut rest)) = input.split_first() else {
        return;
    };
    let limit = usize::from(*limit) * 32;
    let mut whole = HpackDecoder::new(usize::MAX);
    let mut bounded = HpackDecoder::new(limit);
    let (mut encoder, mut peer) = (HpackEncoder::new(), HpackDecoder::new(usize::MAX));
    while let [high, low, behind @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(behind.len());
        let (block, behind) = behind.split_at(length);
        rest = behind;

        let (mut all, mut some) = (FieldSection::new(), FieldSection::new());
        let done = whole.decode(block, &mut all);
        assert_eq!(
            done,
            bounded.decode(block, &mut some),
            "the limit changes no outcome"
        );
        if done.is_err() {
            return;
        }
        assert_eq!(all.size(), some.size());
        assert_eq!(some.is_over(), all.size() > limit);
        assert!(
            some.iter().eq(all.iter().take(some.len())),
            "the front of the list"
        );
        let kept: usize = some.iter().map(|(n, v)| n.len() + v.len() + 32).sum();
        assert!(kept <= limit);
        if all.size() > 1 << 20 {
            return;
        }

        // Every other block with another table.
        if block.first().is_some_and(|byte| byte & 1 == 1) {
            encoder.set_table_limit(u32::from(*block.last().unwrap()) * 16);
        }
        let (mut encoded, mut again) = (Vec::new(), FieldSection::new());
        encoder.begin(&mut encoded);
        for (name, value) in all.iter() {
            encoder.field(name, value, &mut encoded);
        }
        peer.decode(&encoded, &mut again).unwrap();
        assert_eq!(again.len(), all.len());
        for ((name, value), (sent, other)) in again.iter().zip(all.iter()) {
            assert_eq!(name, sent.to_ascii_lowercase());
            assert_eq!(value, other);
        }
    }
});
