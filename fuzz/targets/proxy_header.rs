//! Headers of the PROXY protocol: any bytes, any split into reads.
//!
//! Checks: the outcome does not depend on the split; as long as there is no outcome more is wanted; a valid header
//! uses the same bytes in each split and is valid without what is behind it; the header of version 1 is not longer than
//! its limit; a list of ports and proxies that is valid is read without a panic.
#![no_main]

use httpsys_proto::ProxyProtocol;
use httpsys_proto::proxy::{LONGEST_V1, ProxyFault, ProxyHeader, ProxyReader};
use libfuzzer_sys::fuzz_target;

type Outcome = Option<Result<ProxyHeader, ProxyFault>>;

fn read(input: &[u8], steps: &[u8]) -> (Outcome, usize) {
    let mut reader = ProxyReader::new();
    let mut steps = steps.iter().cycle();
    let mut at = 0;
    while at < input.len() {
        let wanted = reader.wanted();
        assert!(wanted > 0, "nothing is wanted, and there is no outcome");
        let step = steps
            .next()
            .map_or(usize::MAX, |step| 1 + usize::from(*step));
        let end = input.len().min(at + wanted.min(step));
        let pushed = reader.push(&input[at..end]);
        at = end;
        if let Some(outcome) = pushed.transpose() {
            return (Some(outcome), at);
        }
    }
    (None, at)
}

fuzz_target!(|data: &[u8]| {
    let [a, b, input @ ..] = data else {
        return;
    };
    let (whole, used) = read(input, &[]);
    for steps in [&[*a, *b][..], &[0]] {
        let (pieces, taken) = read(input, steps);
        assert_eq!(pieces, whole, "the split changes the outcome");
        if matches!(whole, Some(Ok(_))) {
            assert_eq!(taken, used, "the split changes the length");
        }
    }
    if matches!(whole, Some(Ok(_))) {
        assert!(input[0] != b'P' || used <= LONGEST_V1);
        assert_eq!(read(&input[..used], &[]), (whole, used));
        assert_eq!(read(&input[..used - 1], &[]).0, None);
    }
    if let Ok(text) = std::str::from_utf8(input) {
        if let Ok(own) = text.parse::<ProxyProtocol>() {
            for address in [[*b; 4].into(), [*b; 16].into()] {
                let _ = own.expects_header(u16::from(*a), address);
            }
        }
    }
});
