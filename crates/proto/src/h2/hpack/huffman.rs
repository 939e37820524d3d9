//! The Huffman code of RFC 7541 appendix B.
//!
//! Owns: the code, encoding, and decoding by a table that takes four bits a step. Does not own: string
//! literals. The code is canonical: codes of one length are consecutive numbers in the order of their
//! symbols, and a length continues where the shorter one ended. So the lengths are all that is written
//! down; code and table are made of them when compiling. Threading: constants only.

use super::HpackError;

/// The number of symbols: the bytes, and the end of the string.
const SYMBOLS: usize = 257;
/// The symbol that must not occur; its code is all ones.
const END: usize = 256;
/// The longest code.
const LONGEST: u8 = 30;
/// Inner nodes of the code's tree, each a state of the decoder.
const STATES: usize = 256;

/// The length of each symbol's code in bits.
static LENGTHS: [u8; SYMBOLS] = LENGTH_TABLE;
const LENGTH_TABLE: [u8; SYMBOLS] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, //
    28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, //
    10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, //
    15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, //
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, //
    6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, //
    7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, //
    23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, //
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, //
    23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, //
    26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, //
    28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, //
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];

/// The code of each symbol, in the low bits.
static CODES: [u32; SYMBOLS] = CODE_TABLE;
const CODE_TABLE: [u32; SYMBOLS] = codes();

const fn codes() -> [u32; SYMBOLS] {
    let mut out = [0; SYMBOLS];
    let mut code = 0;
    let mut length = 1;
    while length <= LONGEST {
        let mut symbol = 0;
        while symbol < SYMBOLS {
            if LENGTH_TABLE[symbol] == length {
                out[symbol] = code;
                code += 1;
            }
            symbol += 1;
        }
        code <<= 1;
        length += 1;
    }
    out
}

/// What four bits do in a state.
#[derive(Clone, Copy, Debug)]
struct HuffmanStep {
    /// The state behind them.
    next: u8,
    /// The symbol that they complete: none is shorter than five bits, so they complete one at most.
    symbol: Option<u8>,
    /// They complete the symbol that must not occur.
    is_end: bool,
}

/// Steps by state and bits, and whether a string may end in a state: its bits since the last symbol are
/// fewer than eight, and all ones.
#[derive(Debug)]
struct HuffmanTable {
    steps: [[HuffmanStep; 16]; STATES],
    may_end: [bool; STATES],
}

static TABLE: HuffmanTable = table();

const fn table() -> HuffmanTable {
    // In a node, a child below STATES is a node, one from STATES on is a symbol.
    let mut tree = [[0u16; 2]; STATES];
    let mut may_end = [false; STATES];
    may_end[0] = true;
    let mut nodes = 1;
    let mut symbol = 0;
    while symbol < SYMBOLS {
        let (mut node, mut left) = (0, LENGTH_TABLE[symbol]);
        while left > 1 {
            left -= 1;
            let bit = (CODE_TABLE[symbol] >> left & 1) as usize;
            if tree[node][bit] == 0 {
                tree[node][bit] = nodes;
                let depth = LENGTH_TABLE[symbol] - left;
                may_end[nodes as usize] = bit == 1 && may_end[node] && depth < 8;
                nodes += 1;
            }
            node = tree[node][bit] as usize;
        }
        tree[node][(CODE_TABLE[symbol] & 1) as usize] = (STATES + symbol) as u16;
        symbol += 1;
    }
    let empty = HuffmanStep {
        next: 0,
        symbol: None,
        is_end: false,
    };
    let mut steps = [[empty; 16]; STATES];
    let mut state = 0;
    while state < STATES {
        let mut bits = 0;
        while bits < 16 {
            steps[state][bits] = step(&tree, state, bits);
            bits += 1;
        }
        state += 1;
    }
    HuffmanTable { steps, may_end }
}

const fn step(tree: &[[u16; 2]; STATES], state: usize, bits: usize) -> HuffmanStep {
    let mut out = HuffmanStep {
        next: 0,
        symbol: None,
        is_end: false,
    };
    let mut node = state;
    let mut left = 4;
    while left > 0 {
        left -= 1;
        let child = tree[node][bits >> left & 1] as usize;
        node = child;
        if child >= STATES {
            node = 0;
            let symbol = child - STATES;
            if symbol == END {
                out.is_end = true;
            } else {
                out.symbol = Some(symbol as u8);
            }
        }
    }
    out.next = node as u8;
    out
}

/// Appends the string that `input` encodes.
///
/// # Errors
/// [`HpackError::Huffman`] for the symbol of the end, and padding of eight or more bits or with zeros
/// (RFC 7541 section 5.2). What was appended before stays.
pub(super) fn decode(input: &[u8], out: &mut Vec<u8>) -> Result<(), HpackError> {
    let mut state = 0u8;
    for byte in input {
        for bits in [byte >> 4, byte & 15] {
            let step = &TABLE.steps[state as usize][bits as usize];
            if step.is_end {
                return Err(HpackError::Huffman);
            }
            out.extend(step.symbol);
            state = step.next;
        }
    }
    if TABLE.may_end[state as usize] {
        Ok(())
    } else {
        Err(HpackError::Huffman)
    }
}

/// How many bytes `text` has when it is encoded.
pub(super) fn encoded_len(text: &[u8]) -> usize {
    let bits = text.iter().map(|b| usize::from(LENGTHS[*b as usize]));
    bits.sum::<usize>().div_ceil(8)
}

/// Appends the encoded `text`, padded with ones.
pub(super) fn encode(text: &[u8], out: &mut Vec<u8>) {
    let (mut word, mut count) = (0u64, 0u32);
    for byte in text {
        let length = u32::from(LENGTHS[*byte as usize]);
        word = word << length | u64::from(CODES[*byte as usize]);
        count += length;
        while count >= 8 {
            count -= 8;
            out.push((word >> count) as u8);
        }
    }
    if count > 0 {
        let ones = 8 - count;
        out.push((word << ones) as u8 | ((1u16 << ones) - 1) as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_7541_b_codes_are_those_of_the_appendix() {
        // One line of each length of the appendix.
        for (symbol, code, length) in [
            (b'0' as usize, 0x0, 5),
            (b'%' as usize, 0x15, 6),
            (b':' as usize, 0x5c, 7),
            (b'&' as usize, 0xf8, 8),
            (b'!' as usize, 0x3f8, 10),
            (b'+' as usize, 0x7fb, 11),
            (b'#' as usize, 0xffa, 12),
            (0, 0x1ff8, 13),
            (b'^' as usize, 0x3ffc, 14),
            (b'<' as usize, 0x7ffc, 15),
            (b'\\' as usize, 0x7fff0, 19),
            (128, 0xfffe6, 20),
            (153, 0x1fffdc, 21),
            (129, 0x3fffd2, 22),
            (1, 0x7fffd8, 23),
            (9, 0xffffea, 24),
            (199, 0x1ffffec, 25),
            (192, 0x3ffffe0, 26),
            (203, 0x7ffffde, 27),
            (2, 0xfffffe2, 28),
            (10, 0x3ffffffc, 30),
            (END, 0x3fffffff, 30),
        ] {
            assert_eq!((CODES[symbol], LENGTHS[symbol]), (code, length), "{symbol}");
        }
    }

    #[test]
    fn rfc_7541_5_2_every_pair_of_bytes_comes_back() {
        let (mut coded, mut text) = (Vec::new(), Vec::new());
        for first in 0..=255u8 {
            for second in 0..=255u8 {
                coded.clear();
                text.clear();
                encode(&[first, second], &mut coded);
                assert_eq!(coded.len(), encoded_len(&[first, second]));
                assert_eq!(decode(&coded, &mut text), Ok(()));
                assert_eq!(text, [first, second]);
            }
        }
    }

    #[test]
    fn rfc_7541_5_2_padding_is_shorter_than_a_byte_and_all_ones() {
        let mut text = Vec::new();
        // `a` is 00011: three bits of padding.
        assert_eq!(decode(&[0b0001_1111], &mut text), Ok(()));
        for bad in [0b0001_1110, 0b0001_1011, 0b0001_1000] {
            assert_eq!(decode(&[bad], &mut text), Err(HpackError::Huffman));
        }
        assert_eq!(
            decode(&[0b0001_1111, 0xFF], &mut text),
            Err(HpackError::Huffman)
        );
        assert_eq!(decode(&[0xFF], &mut text), Err(HpackError::Huffman));
        assert_eq!(decode(&[], &mut text), Ok(()));
        // Seven bits of padding behind a symbol of nine bits' worth: `0` `:` and `&` fill 20 bits.
        let mut coded = Vec::new();
        encode(b"&a%:", &mut coded);
        assert_eq!(decode(&coded, &mut text), Ok(()));
    }

    #[test]
    fn rfc_7541_5_2_the_end_symbol_is_an_error() {
        let mut text = Vec::new();
        for bytes in [
            &[0xFF, 0xFF, 0xFF, 0xFF][..],
            &[0x1F, 0xFF, 0xFF, 0xFF, 0xFF],
        ] {
            assert_eq!(decode(bytes, &mut text), Err(HpackError::Huffman));
        }
    }
}
