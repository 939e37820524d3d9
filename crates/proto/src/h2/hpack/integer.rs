//! Integers with a prefix (RFC 7541 section 5.1).
//!
//! Owns: reading and writing them. Invariant: at most 32 bits and five octets behind the prefix; an
//! integer may have more octets than it needs, as the RFC allows. Threading: none.

use super::HpackError;

/// Most octets behind the prefix: 35 bits are enough for 32.
const OCTETS: u32 = 5;

/// The integer in the low `prefix` bits of the first byte of `input` and behind it, and its length.
#[inline]
pub(super) fn read(input: &[u8], prefix: u32) -> Result<(usize, usize), HpackError> {
    let (first, rest) = input.split_first().ok_or(HpackError::Truncated)?;
    let most = (1u32 << prefix) - 1;
    let value = u32::from(*first) & most;
    if value < most {
        return Ok((value as usize, 1));
    }
    let mut value = u64::from(value);
    for octet in 0..OCTETS {
        let byte = *rest.get(octet as usize).ok_or(HpackError::Truncated)?;
        value += u64::from(byte & 0x7F) << (7 * octet);
        if byte & 0x80 == 0 {
            let value = u32::try_from(value).map_err(|_| HpackError::Integer)?;
            return Ok((value as usize, octet as usize + 2));
        }
    }
    Err(HpackError::Integer)
}

/// Appends `value`; the bits above the prefix of its first byte are those of `front`.
pub(super) fn write(out: &mut Vec<u8>, front: u8, prefix: u32, value: usize) {
    let most = (1usize << prefix) - 1;
    if value < most {
        out.push(front | value as u8);
        return;
    }
    out.push(front | most as u8);
    let mut rest = value - most;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_7541_c_1_integers() {
        for (value, prefix, bytes) in [
            (10, 5, &[0b0000_1010][..]),
            (1337, 5, &[0b0001_1111, 0b1001_1010, 0b0000_1010]),
            (42, 8, &[0b0010_1010]),
        ] {
            let mut out = Vec::new();
            write(&mut out, 0, prefix, value);
            assert_eq!(out, bytes);
            assert_eq!(read(bytes, prefix), Ok((value, bytes.len())));
        }
    }

    #[test]
    fn rfc_7541_5_1_what_is_written_is_read_with_every_prefix() {
        let powers = (0..32).flat_map(|n| [(1usize << n) - 1, 1 << n, (1 << n) + 1]);
        for value in powers.chain([u32::MAX as usize]) {
            for prefix in 1..=8 {
                let mut out = Vec::new();
                write(&mut out, 0, prefix, value);
                assert_eq!(read(&out, prefix), Ok((value, out.len())));
                for length in 0..out.len() {
                    assert_eq!(read(&out[..length], prefix), Err(HpackError::Truncated));
                }
            }
        }
    }

    #[test]
    fn rfc_7541_5_1_too_large_integers_are_errors() {
        for bytes in [
            &[0xFF, 0x81, 0xFE, 0xFF, 0xFF, 0x0F][..],
            &[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
            &[0xFF, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
            &[0xFF; 300],
        ] {
            assert_eq!(read(bytes, 8), Err(HpackError::Integer), "{bytes:x?}");
        }
        assert_eq!(
            read(&[0xFF, 0x80, 0xFE, 0xFF, 0xFF, 0x0F], 8),
            Ok((u32::MAX as usize, 6))
        );
        assert_eq!(read(&[0xFF, 0x80, 0x80, 0x00], 8), Ok((255, 4)));
    }
}
