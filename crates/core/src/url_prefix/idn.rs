//! The A-label form of a Unicode host name (RFC 3492, RFC 5890 section 2.3.2.1).
//!
//! A prefix holds the Unicode form (HST-014) while clients send `xn--` labels in Host, so routing
//! also enters the encoded name (assumed: it is the only way such a prefix can be reached). Owns
//! the encoder; it does not map or normalise beyond the case folding its input already has.
//!
//! Invariant: the result is lower-case ASCII. Pure: any thread.

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const INITIAL_N: u32 = 128;

/// The encoded name, or `None` when `name` is ASCII already. `name` is at most 255 units long.
pub(crate) fn to_ascii(name: &[u16]) -> Option<Vec<u16>> {
    if name.iter().all(|&u| u < 0x80) {
        return None;
    }
    let mut out = Vec::with_capacity(name.len() + 16);
    for (index, label) in name.split(|&u| u == u16::from(b'.')).enumerate() {
        if index > 0 {
            out.push(u16::from(b'.'));
        }
        if label.iter().all(|&u| u < 0x80) {
            out.extend_from_slice(label);
        } else {
            out.extend("xn--".bytes().map(u16::from));
            encode(label, &mut out);
        }
    }
    Some(out)
}

/// RFC 3492 section 6.3. With at most 255 characters `delta` stays below 0x110000 * 256, so 32 bits
/// cannot overflow.
fn encode(label: &[u16], out: &mut Vec<u16>) {
    let chars: Vec<u32> = char::decode_utf16(label.iter().copied())
        .map(|c| u32::from(c.unwrap_or(char::REPLACEMENT_CHARACTER)))
        .collect();
    let basic = chars.iter().filter(|&&c| c < INITIAL_N);
    out.extend(basic.clone().map(|&c| c as u16));
    let basic_count = basic.count() as u32;
    if basic_count > 0 {
        out.push(u16::from(b'-'));
    }
    let (mut n, mut delta, mut bias, mut handled) = (INITIAL_N, 0u32, INITIAL_BIAS, basic_count);
    while (handled as usize) < chars.len() {
        let Some(next) = chars.iter().copied().filter(|&c| c >= n).min() else {
            return;
        };
        delta += (next - n) * (handled + 1);
        n = next;
        for &c in &chars {
            if c < n {
                delta += 1;
            } else if c == n {
                push_number(delta, bias, out);
                bias = adapt(delta, handled + 1, handled == basic_count);
                delta = 0;
                handled += 1;
            }
        }
        delta += 1;
        n += 1;
    }
}

fn push_number(delta: u32, bias: u32, out: &mut Vec<u16>) {
    let mut q = delta;
    let mut k = BASE;
    loop {
        let t = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
        if q < t {
            out.push(digit(q));
            return;
        }
        out.push(digit(t + (q - t) % (BASE - t)));
        q = (q - t) / (BASE - t);
        k += BASE;
    }
}

fn digit(value: u32) -> u16 {
    let value = value as u16;
    if value < 26 {
        u16::from(b'a') + value
    } else {
        u16::from(b'0') + (value - 26)
    }
}

fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > ((BASE - T_MIN) * T_MAX) / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

#[cfg(test)]
mod tests {
    use super::to_ascii;

    fn ascii(name: &str) -> Option<String> {
        let units: Vec<u16> = name.encode_utf16().collect();
        to_ascii(&units).map(|u| String::from_utf16(&u).expect("ASCII"))
    }

    #[test]
    fn hst_014_known_names_encode_to_their_a_labels() {
        assert_eq!(ascii("example.com"), None);
        assert_eq!(
            ascii("bücher.example").as_deref(),
            Some("xn--bcher-kva.example")
        );
        assert_eq!(ascii("münchen.de").as_deref(), Some("xn--mnchen-3ya.de"));
        assert_eq!(
            ascii("例え.テスト").as_deref(),
            Some("xn--r8jz45g.xn--zckzah")
        );
        // RFC 3492 section 7.1 (A): Arabic (Egyptian).
        let arabic = "ليهمابتكلموشعربي؟";
        assert_eq!(ascii(arabic).as_deref(), Some("xn--egbpdaj6bu4bxfgehfvwxn"));
    }

    #[test]
    fn extreme_names_do_not_overflow() {
        let high: Vec<u16> = [0xDBFF, 0xDFFF].repeat(127);
        let low_and_high: Vec<u16> = (0..254)
            .map(|i| {
                if i < 252 {
                    0x80 + i
                } else {
                    [0xDBFF, 0xDFFF][i as usize % 2]
                }
            })
            .collect();
        let unpaired = [0xD800u16; 255];
        for name in [&high[..], &low_and_high[..], &unpaired[..]] {
            let encoded = to_ascii(name).expect("not ASCII");
            assert!(encoded.iter().all(|&u| u < 0x80));
        }
    }
}
