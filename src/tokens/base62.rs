//! Base 62 of fixed-length big-endian numbers: letters and digits only, so that a double click selects a whole token.

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62⁵, the largest power of 62 that a 32-bit limb can be divided by at once.
const CHUNK: u64 = 62 * 62 * 62 * 62 * 62;
const CHUNK_DIGITS: usize = 5;

/// Digits that any `bytes`-long number fits in: `⌈8·bytes / log₂ 62⌉`.
pub(super) const fn width(bytes: usize) -> usize {
    // 5.954196 bits a digit.
    (bytes * 8 * 1_000_000).div_ceil(5_954_196)
}

/// Writes `bytes` as exactly [`width`] digits, most significant first.
pub(super) fn encode(bytes: &[u8], out: &mut String) {
    let width = width(bytes.len());
    let mut limbs: Vec<u32> = bytes.rchunks(4).rev().map(limb).collect();
    let mut digits = vec![b'0'; width.next_multiple_of(CHUNK_DIGITS)];
    for chunk in digits.rchunks_mut(CHUNK_DIGITS) {
        let mut rest = divide(&mut limbs);
        for digit in chunk.iter_mut().rev() {
            *digit = ALPHABET[(rest % 62) as usize];
            rest /= 62;
        }
    }
    let start = digits.len() - width;
    out.extend(digits[start..].iter().map(|&digit| char::from(digit)));
}

/// Reads what [`encode`] wrote. `None` for a wrong length, a foreign character, or a number too large.
pub(super) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != width(N) {
        return None;
    }
    let mut limbs = vec![0u32; N.div_ceil(4)];
    for digits in text.as_bytes().chunks(CHUNK_DIGITS) {
        let (mut carry, mut base) = (0, 1);
        for &digit in digits {
            carry = carry * 62 + u64::from(value(digit)?);
            base *= 62;
        }
        for limb in limbs.iter_mut().rev() {
            carry += u64::from(*limb) * base;
            *limb = low(carry);
            carry >>= 32;
        }
        if carry != 0 {
            return None;
        }
    }
    let wide: Vec<u8> = limbs.iter().flat_map(|limb| limb.to_be_bytes()).collect();
    let (excess, bytes) = wide.split_at(wide.len() - N);
    if excess.iter().any(|&byte| byte != 0) {
        return None;
    }
    bytes.try_into().ok()
}

fn limb(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |limb, &byte| (limb << 8) | u32::from(byte))
}

/// Divides the number in `limbs` by [`CHUNK`] in place and returns the remainder.
fn divide(limbs: &mut [u32]) -> u64 {
    limbs.iter_mut().fold(0, |rest, limb| {
        let value = (rest << 32) | u64::from(*limb);
        *limb = low(value / CHUNK);
        value % CHUNK
    })
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is what is wanted")]
const fn low(value: u64) -> u32 {
    value as u32
}

const fn value(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'A'..=b'Z' => Some(character - b'A' + 10),
        b'a'..=b'z' => Some(character - b'a' + 36),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_largest_number_fits_its_width() {
        let mut text = String::new();
        encode(&[0xff; 32], &mut text);
        assert_eq!(text.len(), 43);
        assert_eq!(decode(&text), Some([0xff; 32]));
    }

    #[test]
    fn a_number_past_the_largest_is_refused() {
        assert_eq!(decode::<32>(&"z".repeat(43)), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(bytes: [u8; 32], long: [u8; 32]) {
            let mut text = String::new();
            encode(&bytes, &mut text);
            prop_assert_eq!(decode(&text), Some(bytes));
            let mut wide = [0; 64];
            wide[..32].copy_from_slice(&bytes);
            wide[32..].copy_from_slice(&long);
            let mut text = String::new();
            encode(&wide, &mut text);
            prop_assert_eq!(text.len(), 86);
            prop_assert_eq!(decode(&text), Some(wide));
        }

        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,100}") {
            let _ = decode::<32>(&text);
            let _ = decode::<48>(&text);
        }
    }
}
